"""Somebody's shifts for their calendar program: under which address, and what stands there.

A shift that has been cancelled, or that its reader is not on any more, is said to be cancelled for a month: a program
that only adds what it is told would else keep it for ever. Owns the rows of `calendar_feeds`. How a calendar is written
is said in `calendar.py`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, exists, select

from bot.engine.db import Db
from bot.engine.inserts import upsert
from bot.engine.rows import columns, every, only
from bot.engine.seal import Seal, hash_token, new_token
from bot.engine.work import Work
from bot.people import names
from bot.places.places import PlaceRow, places_by_code
from bot.roster.ledger import CHANGES
from bot.roster.staffing import PEOPLE, SHIFTS, SIGNED_UP
from models.base import table_of
from models.calendar_feed import CalendarFeed
from models.people import STAFF_ROLES

_FEEDS = table_of(CalendarFeed)
KEPT_FOR = timedelta(days=30)  # that long what is over, or no more, still stands there


@dataclass(frozen=True, slots=True)
class FeedShift:
    """One shift of the reader's, or (not `is_mine`) that was until lately. `sequence` grows with every change of it;
    `changed_at`: the last one.

    `others`: those on it who let their first name be seen outside; `more`: how many further ones there are.
    """

    id: int
    place: PlaceRow | None
    code: str
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool
    is_mine: bool
    sequence: int
    changed_at: datetime
    others: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Feed:
    """What stands under somebody's address, in their language; the shifts by their beginning."""

    language: str | None
    shifts: tuple[FeedShift, ...]


class _Reader(NamedTuple):
    id: int
    language: str | None


class _Row(NamedTuple):
    id: int
    place: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    is_mine: bool


class _Line(NamedTuple):
    shift_id: int
    number: int
    made_at: datetime
    what: dict[str, object]


class _OnIt(NamedTuple):
    shift_id: int
    id: int
    shows_alias: bool


Names = Mapping[int | None, str]
_LINES = select(*columns(_Line, CHANGES))


async def new_feed(work: Work) -> str:
    """The acting volunteer's shifts stand under a new address, and under no other any more. Returns its token."""
    token = new_token()
    row = {"person_id": work.staff.id, "token_hash": hash_token(token), "made_at": work.now}
    new = upsert(work.db.dialect.name, _FEEDS, key=["person_id"], overwrites=["token_hash", "made_at"])
    await work.db.execute(new.values(**row))  # of two at once the later one counts
    return token


async def end_feed(work: Work, person_id: int) -> bool:
    """Nothing stands under the person's address any more. Returns whether there was one."""
    return bool((await work.db.execute(delete(_FEEDS).where(_FEEDS.c.person_id == person_id))).rowcount)


async def has_feed(db: Db, person_id: int) -> bool:
    """Whether the person has an address."""
    return (await db.execute(select(_FEEDS.c.made_at).where(_FEEDS.c.person_id == person_id))).first() is not None


async def feed_of(db: Db, seal: Seal, token: str, now: datetime) -> Feed | None:
    """What stands under the address; None if nothing does."""
    whose = select(*columns(_Reader, PEOPLE)).join(_FEEDS, _FEEDS.c.person_id == PEOPLE.c.id)
    mine = whose.where(_FEEDS.c.token_hash == hash_token(token), PEOPLE.c.enabled, PEOPLE.c.role.in_(STAFF_ROLES))
    reader = only(_Reader, await db.execute(mine))
    if reader is None:
        return None
    rows = await _shifts_of(db, reader.id, since=now - KEPT_FOR)
    ids = [row.id for row in rows]
    known, last, on_them = (
        await places_by_code(db),
        await _last_changes(db, ids),
        await _on_them(db, ids, but=reader.id),
    )
    called = await names.names_of(db, seal, {one.id for those in on_them.values() for one in those if one.shows_alias})
    return Feed(reader.language, tuple(
        _shift(row, known.get(row.place), last.get(row.id), on_them.get(row.id, ()), called) for row in rows
    ))  # fmt: skip


async def _shifts_of(db: Db, person_id: int, *, since: datetime) -> list[_Row]:
    """The shifts that the person is on, or was on until a change since then, and that have not long been over."""
    mine = exists().where(SIGNED_UP.c.shift_id == SHIFTS.c.id, SIGNED_UP.c.person_id == person_id)
    # By the shifts that are not long over: the ledger goes back to the first of all.
    recent = _LINES.join(SHIFTS, SHIFTS.c.id == CHANGES.c.shift_id).where(SHIFTS.c.ends_at > since)
    lately = every(_Line, await db.execute(recent.where(CHANGES.c.made_at > since)))
    were = {line.shift_id for line in lately if line.what.get("person") == person_id}
    listed = select(*columns(_Row, SHIFTS, is_mine=mine)).where(SHIFTS.c.ends_at > since, mine | SHIFTS.c.id.in_(were))
    stands = SHIFTS.c.cancelled_at.is_(None) | (SHIFTS.c.cancelled_at > since)
    return every(_Row, await db.execute(listed.where(stands).order_by(SHIFTS.c.starts_at, SHIFTS.c.id)))


async def _last_changes(db: Db, shift_ids: Sequence[int]) -> dict[int, _Line]:
    """The newest line of each shift's ledger. A shift of before the ledger has none."""
    lines = _LINES.where(CHANGES.c.shift_id.in_(shift_ids)).order_by(CHANGES.c.number)
    return {line.shift_id: line for line in every(_Line, await db.execute(lines))}


async def _on_them(db: Db, shift_ids: Sequence[int], *, but: int) -> dict[int, list[_OnIt]]:
    """Who else is on each of them, those who have been longest first."""
    on_it = select(*columns(_OnIt, PEOPLE, SIGNED_UP)).join(SIGNED_UP, SIGNED_UP.c.person_id == PEOPLE.c.id)
    others = on_it.where(SIGNED_UP.c.shift_id.in_(shift_ids), PEOPLE.c.id != but)
    found: dict[int, list[_OnIt]] = defaultdict(list)
    for one in every(_OnIt, await db.execute(others.order_by(SIGNED_UP.c.signed_up_at, PEOPLE.c.id))):
        found[one.shift_id].append(one)
    return found


def _shift(row: _Row, place: PlaceRow | None, last: _Line | None, on_it: Sequence[_OnIt], called: Names) -> FeedShift:
    is_held = row.is_mine and row.cancelled_at is None
    shown = tuple(called[one.id] for one in on_it if one.shows_alias and one.id in called)
    return FeedShift(
        id=row.id, place=place, code=row.place, starts_at=row.starts_at, ends_at=row.ends_at,
        is_cancelled=row.cancelled_at is not None, is_mine=row.is_mine, sequence=last.number if last else 0,
        changed_at=last.made_at if last else row.starts_at, others=shown if is_held else (),
        more=len(on_it) - len(shown) if is_held else 0,
    )  # fmt: skip
