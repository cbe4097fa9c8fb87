"""Browsers that act for a person: opened, kept alive, ended; single-use links; the door of code and secret.

Only hashes of tokens are stored. How long a session is idle is counted where this process saw it last, and told by the
database's instants where it did not. It must not read cookies: `handlers/web/frame/identity.py` does.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import bells, last_seen
from bot.engine.errors import BadInput, LinkSpent, NotFound, TooMany
from bot.engine.inserts import upsert
from bot.engine.seal import hash_token, new_token
from bot.engine.work import Visitor, Work
from bot.people import access, people
from bot.people.access import CASES
from models.base import new_id, table_of
from models.case import OPEN, CodeGuess
from models.conversation import Conversation
from models.outbox import Notice
from models.people import STAFF_ROLES, Device, LinkPurpose, LoginLink, Person, WebSession

SHARED_IDLE = timedelta(minutes=30)
STAFF_IDLE = timedelta(minutes=30)
STAFF_LONGEST = timedelta(hours=12)
AFTER_CLOSING = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=1)
LINK_LIVES = timedelta(minutes=10)
INVITE_LIVES = timedelta(hours=72)
GUESS_WINDOW = timedelta(hours=1)
MOST_GUESSES = 20  # from all places together; how many from one, `handlers/web/frame/guesses.py` counts


@dataclass(frozen=True, slots=True)
class Session:
    """A browser session that is alive at the moment it was looked up."""

    id: int
    person_id: int
    device: str
    held: bool
    seen_at: datetime
    role: str
    language: str | None
    alias: str | None
    enabled: bool
    created_at: datetime
    drafted_at: datetime | None = None

    @property
    def is_staff(self) -> bool:
        return self.device == Device.STAFF

    def seconds_left(self, now: datetime) -> int:
        """How long a staff session lives on if nobody acts in it."""
        return max(0, int((min(self.seen_at + STAFF_IDLE, self.longest) - now).total_seconds()))

    @property
    def longest(self) -> datetime:
        """When a staff session ends whatever is done in it."""
        return self.created_at + STAFF_LONGEST


@dataclass(frozen=True, slots=True)
class Link:
    """A single-use link as it is known, by its token. `is_good`: neither used nor run out."""

    token: str
    person_id: int
    purpose: str
    is_good: bool


async def open_session(work: Work, person_id: int, device: Device, *, held: bool = False) -> str:
    """A new browser acts for the person; returns its token, which is stored nowhere."""
    token = new_token()
    row = {"token_hash": hash_token(token), "person_id": person_id, "device": device.value, "held": held}
    session_id = new_id()
    await work.db.execute(insert(WebSession).values(id=session_id, created_at=work.now, seen_at=work.now, **row))
    work.after_commit(lambda: last_seen.note(session_id, work.now))
    return token


async def session_of(db: AsyncConnection, token: str, now: datetime) -> Session | None:
    """The live session of this token, or None: unknown, idle too long, too old, or its person's access has ended."""
    columns = (
        WebSession.id, WebSession.person_id, WebSession.device, WebSession.held, WebSession.seen_at,
        WebSession.created_at, WebSession.drafted_at, Person.role, Person.language, Person.alias, Person.enabled,
    )  # fmt: skip
    found = select(*columns).join(Person, Person.id == WebSession.person_id)
    row = (await db.execute(found.where(WebSession.token_hash == hash_token(token)))).one_or_none()
    if row is None:
        return None
    seen_at = last_seen.of(row.id, row.seen_at, now)
    if not await _lives(db, row, now, seen_at):
        return None
    return Session(
        row.id, row.person_id, row.device, row.held, seen_at, row.role, row.language, row.alias, row.enabled,
        row.created_at, row.drafted_at,
    )  # fmt: skip


async def ran_out(db: AsyncConnection, token: str, now: datetime) -> bool:
    """Whether this token's staff session ended by time alone: it was not ended by anybody, and access has not."""
    mine = select(WebSession.id, WebSession.seen_at, WebSession.created_at).join(
        Person, Person.id == WebSession.person_id
    )
    mine = mine.where(WebSession.token_hash == hash_token(token), WebSession.device == Device.STAFF)
    row = (await db.execute(mine.where(Person.enabled, Person.role.in_(STAFF_ROLES)))).one_or_none()
    if row is None:
        return False
    idle, age = now - last_seen.of(row.id, row.seen_at, now), now - row.created_at
    return not _is_within(idle, STAFF_IDLE) or not _is_within(age, STAFF_LONGEST)


def _is_within(passed: timedelta, longest: timedelta) -> bool:
    """One of a time to come was written by a clock that was wrong: it proves nothing of when somebody was here."""
    return abs(passed) < longest


async def _lives(db: AsyncConnection, row: object, now: datetime, seen_at: datetime) -> bool:
    idle, age = now - seen_at, now - row.created_at  # type: ignore[attr-defined]
    if row.device == Device.STAFF:  # type: ignore[attr-defined]
        return (
            row.enabled and row.role in STAFF_ROLES and _is_within(idle, STAFF_IDLE) and _is_within(age, STAFF_LONGEST)
        )  # type: ignore[attr-defined]
    if row.device == Device.SHARED and not _is_within(idle, SHARED_IDLE):  # type: ignore[attr-defined]
        return False
    return await _newcomer_may_return(db, row.person_id, now, since=seen_at)  # type: ignore[attr-defined]


async def _newcomer_may_return(db: AsyncConnection, person_id: int, now: datetime, *, since: datetime) -> bool:
    """Until 14 days after the newest case was closed; with no case yet, 14 days from the last visit."""
    newest = await access.newest_case_of(db, person_id)
    if newest is None:
        return now - since < AFTER_CLOSING
    return newest.status in OPEN or (newest.closed_at is not None and now - newest.closed_at < AFTER_CLOSING)


def seen_now(session: Session, now: datetime) -> Session:
    """The session as it is once somebody has acted in it now; what is newer than a minute is not noted again."""
    return replace(session, seen_at=now) if now - session.seen_at >= SEEN_EVERY else session


async def seen(work: Work, session: Session) -> None:
    """The session is not idle: somebody acted in it now."""
    if seen_now(session, work.now) is not session:
        await stays(work, session)


async def stays(work: Work, session: Session) -> None:
    """Whoever is there has said so: the half hour begins again, to the second."""
    await work.db.execute(update(WebSession).where(WebSession.id == session.id).values(seen_at=work.now))
    work.after_commit(lambda: last_seen.note(session.id, work.now))


def ends_in(session: Session, now: datetime) -> timedelta:
    """How long a shared device stays open from here, if nobody touches it after this look at the page."""
    idle = now - session.seen_at
    return SHARED_IDLE if idle >= SEEN_EVERY else SHARED_IDLE - idle


async def how_it_ended(db: AsyncConnection, token: str, now: datetime) -> str:
    """The key of what is true of a newcomer's token that opens nothing any more.

    Away too long, with numbers to come back by or without a question asked; long over; or it is not known why:
    closed, deleted, opened elsewhere, or never ours.
    """
    theirs = select(WebSession.person_id).where(WebSession.token_hash == hash_token(token))
    person_id = (await db.execute(theirs)).scalar_one_or_none()
    if person_id is None:
        return "session_gone"
    if await access.newest_case_of(db, person_id) is None:
        return "session_ended_unasked"
    if await _newcomer_may_return(db, person_id, now, since=now):
        return "session_ended"
    return "session_over"


async def end_session(work: Work, session_id: int) -> None:
    """This browser acts for nobody any more; its sockets close."""
    await work.db.execute(delete(WebSession).where(WebSession.id == session_id))
    work.ring(bells.SESSIONS)


async def end_all_sessions(work: Work, person_id: int) -> bool:
    """No browser acts for the person any more; their sockets close. Returns whether any did."""
    ended = await work.db.execute(delete(WebSession).where(WebSession.person_id == person_id))
    work.ring(bells.SESSIONS)
    return bool(ended.rowcount)


async def make_link(work: Work, person_id: int, purpose: LinkPurpose, *, lives: timedelta = LINK_LIVES) -> str:
    """The token of a link that works once, until `lives` has passed.

    Raises:
        BadInput: the person's access has ended, so that no link could be opened.
    """
    alias = select(Person.alias).where(Person.id == person_id, Person.enabled.is_(False))
    ended = (await work.db.execute(alias)).scalar_one_or_none()
    if ended is not None:
        raise BadInput("volunteer_disabled", alias=ended)
    token = new_token()
    row = {"token_hash": hash_token(token), "person_id": person_id, "purpose": purpose.value}
    await work.db.execute(insert(LoginLink).values(id=new_id(), expires_at=work.now + lives, **row))
    return token


async def links_among(work: Work, tokens: list[str]) -> list[Link]:
    """Those of the tokens that are of links of ours, spent and run out ones included, in the order they were given."""
    hashes = {hash_token(token): token for token in tokens}
    columns = (LoginLink.token_hash, LoginLink.person_id, LoginLink.purpose, LoginLink.spent_at, LoginLink.expires_at)
    found = (await work.db.execute(select(*columns).where(LoginLink.token_hash.in_(hashes)))).all()
    known = {
        hashes[row.token_hash]: (row.person_id, row.purpose, row.spent_at is None and row.expires_at > work.now)
        for row in found
    }
    return [Link(token, *known[token]) for token in tokens if token in known]


async def has_fresh_link(work: Work, person_id: int, purpose: LinkPurpose, *, within: timedelta) -> bool:
    """Whether the person was given such a link that short a time ago and has not used it. One that lives longer than
    usual was made for somebody else to hand on."""
    just_made = LoginLink.expires_at.between(work.now + LINK_LIVES - within, work.now + LINK_LIVES)
    mine = (LoginLink.person_id == person_id, LoginLink.purpose == purpose.value, LoginLink.spent_at.is_(None))
    fresh = select(LoginLink.id).where(*mine, just_made).limit(1)
    return (await work.db.execute(fresh)).scalar_one_or_none() is not None


async def require_good_link(db: AsyncConnection, token: str, now: datetime) -> None:
    """The link has been made, not been used and not run out; nothing is spent by asking.

    Raises:
        LinkSpent: it opens nothing.
    """
    this = (LoginLink.token_hash == hash_token(token), LoginLink.spent_at.is_(None), LoginLink.expires_at > now)
    if (await db.execute(select(LoginLink.id).where(*this))).one_or_none() is None:
        raise LinkSpent


async def spend_link(work: Work, token: str, *purposes: LinkPurpose) -> int:
    """The link is used up (a trial's is not); returns the person it was made for.

    Raises:
        LinkSpent: used, run out, of another kind, or never made; the person's access may have ended.
    """
    this = (LoginLink.token_hash == hash_token(token), LoginLink.purpose.in_(purposes))
    unspent = (LoginLink.spent_at.is_(None), LoginLink.expires_at > work.now)
    once = case((LoginLink.purpose == LinkPurpose.TRIAL, None), else_=work.now)
    spent = update(LoginLink).where(*this, *unspent).values(spent_at=once).returning(LoginLink.person_id)
    person_id = (await work.db.execute(spent)).scalar_one_or_none()
    if person_id is None:
        raise LinkSpent
    person = select(Person.enabled).where(Person.id == person_id, Person.role.in_(STAFF_ROLES))
    if not (await work.db.execute(person)).scalar_one_or_none():
        raise LinkSpent
    return person_id


async def log_in(work: Work, token: str) -> str:
    """A desk session is opened by a link; the person's Telegram account is told. Returns the session's token.

    Raises:
        LinkSpent: as `spend_link`.
    """
    person_id = await spend_link(work, token, LinkPurpose.DESK, LinkPurpose.TRIAL)
    session = await open_session(work, person_id, Device.STAFF)
    await work.tell(person_id, Notice.NEW_DEVICE, params={"at": work.now.isoformat()})
    return session


async def count_guess(work: Work, code: str, *, is_known: bool = False) -> None:
    """One try against this code is counted, whether or not there is such a case.

    Committed by itself, before the secret is looked at: a wrong try must count even when the act is refused.
    `is_known`: it comes from where the case was opened lately. Such a try counts, and is never refused: whoever knows
    a case's number could otherwise shut its owner out.

    Raises:
        TooMany: twenty tries in the running hour already. `n`: in how many minutes that hour is over.
    """
    # One statement, so that many tries at the same moment cannot each find the count as it was before.
    # One that began well after now had a wrong clock; a moment after now began by an act beside this one.
    running = CodeGuess.since.between(work.now - GUESS_WINDOW, work.now + GUESS_WINDOW)
    again = {
        "tries": case((running, CodeGuess.tries + 1), else_=1),
        "since": case((running, CodeGuess.since), else_=work.now),
    }
    may_try = None if is_known else ~running | (CodeGuess.tries < MOST_GUESSES)
    code_hash = work.seal.blind("case code", code)
    counted = upsert(work.db.dialect.name, table_of(CodeGuess), key=["code_hash"], changes=again, only_if=may_try)
    counted = counted.values(code_hash=code_hash, tries=1, since=work.now)
    if (await work.db.execute(counted.returning(CodeGuess.tries))).one_or_none() is not None:
        return
    since = (await work.db.execute(select(CodeGuess.since).where(CodeGuess.code_hash == code_hash))).scalar_one()
    raise TooMany("code_must_wait", n=max(1, ceil((since + GUESS_WINDOW - work.now) / timedelta(minutes=1))))


async def uncount_guess(work: Work, code: str) -> None:
    """The try that was counted was the right one. The wrong ones of others stay: they may go on."""
    this = CodeGuess.code_hash == work.seal.blind("case code", code), CodeGuess.tries > 0
    await work.db.execute(update(CodeGuess).where(*this).values(tries=CodeGuess.tries - 1))


async def secret_for_code(db: AsyncConnection, code: str, now: datetime) -> tuple[int, str] | None:
    """The newcomer behind a case code and the hash their secret must match; None for every reason there may be."""
    mine = (
        select(CASES.c.newcomer_id, Conversation.secret_hash)
        .join(Conversation, Conversation.newcomer_id == CASES.c.newcomer_id)
        .where(CASES.c.code == code)
    )
    row = (await db.execute(mine)).one_or_none()
    if row is None or row.secret_hash is None:
        return None
    if not await _newcomer_may_return(db, row.newcomer_id, now, since=now):
        return None
    return row.newcomer_id, row.secret_hash


async def numbers_of(db: AsyncConnection, person_id: int) -> tuple[str, str] | None:
    """The code of the newcomer's newest case and the hash of their secret; None as long as there is no case."""
    newest = await access.newest_case_of(db, person_id)
    secret = select(Conversation.secret_hash).where(Conversation.newcomer_id == person_id)
    secret_hash = (await db.execute(secret)).scalar_one_or_none()
    return None if newest is None or secret_hash is None else (newest.code, secret_hash)


async def come_back(work: Work, person_id: int, device: Device) -> tuple[Visitor, str]:
    """The newcomer is here again, the secret having matched: their other sessions have ended. Returns the new token.

    The match is made before, outside the act: it takes a processor longer than an act may take the database.

    Raises:
        NotFound: they were erased meanwhile.
    """
    visitor = await people.newcomer_on_web(work, person_id)
    if visitor is None:
        raise NotFound("wrong_code_or_secret")
    await end_all_sessions(work, person_id)
    return visitor, await open_session(work, person_id, device)


async def forgive_guesses(work: Work, code: str) -> None:
    """There is a new secret, so the tries against the old one count no more."""
    await work.db.execute(delete(CodeGuess).where(CodeGuess.code_hash == work.seal.blind("case code", code)))
