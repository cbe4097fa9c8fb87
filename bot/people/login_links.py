"""Links that work once and not for long: made, looked at, used up.

Only hashes of their tokens are stored. It must not know how a link is printed or sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import case, delete, insert, select, update

from bot.engine.db import Db
from bot.engine.errors import BadInput, LinkSpent
from bot.engine.rows import columns, every
from bot.engine.seal import hash_token, new_token
from bot.engine.work import Work
from bot.people import logins, names
from bot.people.texts import NewDevice
from models.base import new_id, table_of
from models.people import STAFF_ROLES, Device, LinkPurpose, LoginLink, Person

LINK_LIVES = timedelta(minutes=10)
INVITE_LIVES = timedelta(hours=72)
_LINKS, _PEOPLE = table_of(LoginLink), table_of(Person)


@dataclass(frozen=True, slots=True)
class Link:
    """A single-use link as it is known, by its token. `is_good`: neither used nor run out."""

    token: str
    person_id: int
    purpose: str
    is_good: bool


class LinkRow(NamedTuple):
    """A link as it is kept: by its token's hash."""

    token_hash: str
    person_id: int
    purpose: str
    spent_at: datetime | None
    expires_at: datetime


_FOUND = select(*columns(LinkRow, _LINKS))


async def make_link(work: Work, person_id: int, purpose: LinkPurpose, *, lives: timedelta = LINK_LIVES) -> str:
    """The token of a link that works once, until `lives` has passed.

    Raises:
        BadInput: the person's access has ended, so that no link could be opened.
    """
    ended = select(_PEOPLE.c.id).where(_PEOPLE.c.id == person_id, _PEOPLE.c.enabled.is_(False))
    if (await work.db.execute(ended)).first() is not None:
        raise BadInput("volunteer_disabled", alias=await names.name_of(work.db, work.seal, person_id) or "?")
    token = new_token()
    row = {"token_hash": hash_token(token), "person_id": person_id, "purpose": purpose.value}
    await work.db.execute(insert(_LINKS).values(id=new_id(), expires_at=work.now + lives, **row))
    return token


async def forget_of(work: Work, person_id: int) -> None:
    """No link that was made for this person opens anything any more."""
    await work.db.execute(delete(_LINKS).where(_LINKS.c.person_id == person_id))


async def links_among(work: Work, tokens: list[str]) -> list[Link]:
    """Those of the tokens that are of links of ours, spent and run out ones included, in the order they were given."""
    hashes = {hash_token(token): token for token in tokens}
    found = every(LinkRow, await work.db.execute(_FOUND.where(_LINKS.c.token_hash.in_(hashes))))
    known = {hashes[row.token_hash]: row for row in found}
    return [_link(token, known[token], work.now) for token in tokens if token in known]


def _link(token: str, row: LinkRow, now: datetime) -> Link:
    return Link(token, row.person_id, row.purpose, is_good=row.spent_at is None and row.expires_at > now)


async def has_fresh_link(work: Work, person_id: int, purpose: LinkPurpose, *, within: timedelta) -> bool:
    """Whether the person was given such a link that short a time ago and has not used it. One that lives longer than
    usual was made for somebody else to hand on."""
    just_made = _LINKS.c.expires_at.between(work.now + LINK_LIVES - within, work.now + LINK_LIVES)
    mine = (_LINKS.c.person_id == person_id, _LINKS.c.purpose == purpose.value, _LINKS.c.spent_at.is_(None))
    fresh = select(_LINKS.c.id).where(*mine, just_made).limit(1)
    return (await work.db.execute(fresh)).scalar_one_or_none() is not None


async def require_good_link(db: Db, token: str, now: datetime) -> None:
    """The link has been made, not been used and not run out; nothing is spent by asking.

    Raises:
        LinkSpent: it opens nothing.
    """
    this = (_LINKS.c.token_hash == hash_token(token), _LINKS.c.spent_at.is_(None), _LINKS.c.expires_at > now)
    if (await db.execute(select(_LINKS.c.id).where(*this))).one_or_none() is None:
        raise LinkSpent


async def spend_link(work: Work, token: str, *purposes: LinkPurpose) -> int:
    """The link is used up (a trial's is not); returns the person it was made for.

    Raises:
        LinkSpent: used, run out, of another kind, or never made; the person's access may have ended.
    """
    this = (_LINKS.c.token_hash == hash_token(token), _LINKS.c.purpose.in_(purposes))
    unspent = (_LINKS.c.spent_at.is_(None), _LINKS.c.expires_at > work.now)
    once = case((_LINKS.c.purpose == LinkPurpose.TRIAL, None), else_=work.now)
    spent = update(_LINKS).where(*this, *unspent).values(spent_at=once).returning(_LINKS.c.person_id)
    person_id: int | None = (await work.db.execute(spent)).scalar_one_or_none()
    if person_id is None:
        raise LinkSpent
    person = select(_PEOPLE.c.enabled).where(_PEOPLE.c.id == person_id, _PEOPLE.c.role.in_(STAFF_ROLES))
    if not (await work.db.execute(person)).scalar_one_or_none():
        raise LinkSpent
    return person_id


async def log_in(work: Work, token: str) -> str:
    """A desk login is opened by a link; the person's Telegram account is told. Returns the login's token.

    Raises:
        LinkSpent: as `spend_link`.
    """
    person_id = await spend_link(work, token, LinkPurpose.DESK, LinkPurpose.TRIAL)
    opened = await logins.open_login(work, person_id, Device.STAFF)
    await work.tell(person_id, NewDevice(at=work.now))
    return opened
