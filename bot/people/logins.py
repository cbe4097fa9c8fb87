"""Browsers that act for a person: opened, kept alive, ended.

Only hashes of tokens are stored. How long a login is idle is counted where this process saw it last, and told by the
database's instants where it did not. It must not read cookies: `handlers/web/frame/identity.py` does. What opens a
login is in `login_links.py` and `secret_door.py`.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from bot.engine import bells, last_seen
from bot.engine.db import Db
from bot.engine.rows import columns, every, in_portions, only
from bot.engine.seal import hash_token, new_token
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow, Newest
from models.base import new_id, table_of
from models.case import OPEN
from models.people import STAFF_ROLES, Device, Person, WebLogin

_LOGINS, _PEOPLE = table_of(WebLogin), table_of(Person)
SHARED_IDLE = timedelta(minutes=30)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)
AFTER_CLOSING = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=1)


class Login(NamedTuple):
    """A browser's login that is alive at the moment it was looked up."""

    id: int
    person_id: int
    device: str
    throttled: bool
    seen_at: datetime
    role: str
    language: str | None
    enabled: bool
    created_at: datetime
    drafted_at: datetime | None = None

    @property
    def is_staff(self) -> bool:
        return self.device == Device.STAFF

    def seconds_left(self, now: datetime) -> int:
        """How long a staff login lives on if nobody acts in it."""
        return max(0, int((min(self.seen_at + STAFF_IDLE, self.longest) - now).total_seconds()))

    @property
    def longest(self) -> datetime:
        """When a staff login ends whatever is done in it."""
        return self.created_at + STAFF_LONGEST


class Began(NamedTuple):
    """When a login began, and when it was last seen by what the database knows."""

    id: int
    seen_at: datetime
    created_at: datetime


_OF_PERSON = _LOGINS.join(_PEOPLE, _PEOPLE.c.id == _LOGINS.c.person_id)
_FOUND = select(*columns(Login, _LOGINS, _PEOPLE)).select_from(_OF_PERSON)
_BY_TOKEN = _FOUND.where(_LOGINS.c.token_hash == bindparam("token"))
_BEGAN = select(*columns(Began, _LOGINS)).select_from(_OF_PERSON)


async def open_login(work: Work, person_id: int, device: Device, *, throttled: bool = False) -> str:
    """A new browser acts for the person; returns its token, which is stored nowhere."""
    token = new_token()
    row = {"token_hash": hash_token(token), "person_id": person_id, "device": device.value, "throttled": throttled}
    login_id = new_id()
    await work.db.execute(insert(_LOGINS).values(id=login_id, created_at=work.now, seen_at=work.now, **row))
    work.after_commit(lambda: last_seen.note(login_id, work.now))
    return token


async def login_of(db: Db, token: str, now: datetime) -> Login | None:
    """The live login of this token, or None: unknown, idle too long, too old, or its person's access has ended."""
    found = only(Login, await db.execute(_BY_TOKEN, {"token": hash_token(token)}))
    if found is None:
        return None
    login = _as_seen(found, now)
    newest = None if login.is_staff else await access.newest_case_of(db, login.person_id)
    return login if _lives(login, newest, now) else None


async def living_among(db: Db, login_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these logins that live: in a few statements, however many they are."""
    found: list[Login] = []
    for some in in_portions(login_ids):
        found += every(Login, await db.execute(_FOUND.where(_LOGINS.c.id.in_(some))))
    newcomers = {login.person_id for login in found if not login.is_staff}
    newest = await access.newest_cases_of(db, newcomers)
    return {one.id for one in found if _lives(_as_seen(one, now), newest.get(one.person_id), now)}


def _as_seen(login: Login, now: datetime) -> Login:
    return login._replace(seen_at=last_seen.of(login.id, login.seen_at, now))


async def ran_out(db: Db, token: str, now: datetime) -> bool:
    """Whether this token's staff login ended by time alone: it was not ended by anybody, and access has not."""
    mine = _BEGAN.where(_LOGINS.c.token_hash == hash_token(token), _LOGINS.c.device == Device.STAFF)
    row = only(Began, await db.execute(mine.where(_PEOPLE.c.enabled, _PEOPLE.c.role.in_(STAFF_ROLES))))
    if row is None:
        return False
    idle, age = now - last_seen.of(row.id, row.seen_at, now), now - row.created_at
    return not _is_within(idle, STAFF_IDLE) or not _is_within(age, STAFF_LONGEST)


def _is_within(passed: timedelta, longest: timedelta) -> bool:
    """One of a time to come was written by a clock that was wrong: it proves nothing of when somebody was here."""
    return abs(passed) < longest


def _lives(login: Login, newest: CaseRow | Newest | None, now: datetime) -> bool:
    idle, age = now - login.seen_at, now - login.created_at
    if login.is_staff:
        is_let_in = login.enabled and login.role in STAFF_ROLES
        return is_let_in and _is_within(idle, STAFF_IDLE) and _is_within(age, STAFF_LONGEST)
    if login.device == Device.SHARED and not _is_within(idle, SHARED_IDLE):
        return False
    return _may_return(newest, now, since=login.seen_at)


async def newcomer_may_return(db: Db, person_id: int, now: datetime, *, since: datetime) -> bool:
    """Until 14 days after the newest case was closed; with no case yet, 14 days from the last visit."""
    return _may_return(await access.newest_case_of(db, person_id), now, since=since)


def _may_return(newest: CaseRow | Newest | None, now: datetime, *, since: datetime) -> bool:
    if newest is None:
        return now - since < AFTER_CLOSING
    return newest.status in OPEN or (newest.closed_at is not None and now - newest.closed_at < AFTER_CLOSING)


def seen_now(login: Login, now: datetime) -> Login:
    """The login as it is once somebody has acted in it now; what is newer than a minute is not noted again."""
    return login._replace(seen_at=now) if now - login.seen_at >= SEEN_EVERY else login


async def seen(work: Work, login: Login) -> None:
    """The login is not idle: somebody acted in it now."""
    if seen_now(login, work.now) is not login:
        await stays(work, login)


async def stays(work: Work, login: Login) -> None:
    """Whoever is there has said so: the half hour begins again, to the second."""
    await work.db.execute(update(_LOGINS).where(_LOGINS.c.id == login.id).values(seen_at=work.now))
    work.after_commit(lambda: last_seen.note(login.id, work.now))


def ends_in(login: Login, now: datetime) -> timedelta:
    """How long a shared device stays open from here, if nobody touches it after this look at the page."""
    idle = now - login.seen_at
    return SHARED_IDLE if idle >= SEEN_EVERY else SHARED_IDLE - idle


async def how_it_ended(db: Db, token: str, now: datetime) -> str:
    """The key of what is true of a newcomer's token that opens nothing any more.

    Away too long, with numbers to come back by or without a question asked; long over; or it is not known why:
    closed, deleted, opened elsewhere, or never ours.
    """
    theirs = select(_LOGINS.c.person_id).where(_LOGINS.c.token_hash == hash_token(token))
    person_id = (await db.execute(theirs)).scalar_one_or_none()
    if person_id is None:
        return "session_gone"
    if await access.newest_case_of(db, person_id) is None:
        return "session_ended_unasked"
    if await newcomer_may_return(db, person_id, now, since=now):
        return "session_ended"
    return "session_over"


async def end_login(work: Work, login_id: int) -> None:
    """This browser acts for nobody any more; its sockets close."""
    await work.db.execute(delete(_LOGINS).where(_LOGINS.c.id == login_id))
    work.ring(bells.LOGINS)


async def end_all_logins(work: Work, person_id: int) -> bool:
    """No browser acts for the person any more; their sockets close. Returns whether any did."""
    ended = await work.db.execute(delete(_LOGINS).where(_LOGINS.c.person_id == person_id))
    work.ring(bells.LOGINS)
    return bool(ended.rowcount)
