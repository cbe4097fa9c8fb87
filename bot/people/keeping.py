"""What a browser's login keeps for its newcomer: text that was typed and not sent, and the secret number until it has
been written down.

Both are sealed, are shown on the pages of that login alone, and die with it. It must not make either of them part
of a conversation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.engine import last_seen
from bot.engine.actors import Visitor
from bot.engine.db import Db
from bot.engine.errors import BadInput, Stale
from bot.engine.rows import columns, exactly, only
from bot.engine.seal import Place, Seal, hash_token
from bot.engine.work import Work
from bot.people import blocks, secret_kept
from bot.people.logins import SHARED_IDLE, Login
from bot.people.secret_kept import Secret
from bot.people.texts import NumberMade
from models.base import table_of
from models.conversation import Conversation
from models.people import Device, WebLogin
from models.timer import TimerKind

UNSENT_LIVES = timedelta(minutes=30)
MOST_UNSENT = 100_000  # characters: what was refused as too long is kept as well, so that it can be shortened
_LOGINS, _THREADS = table_of(WebLogin), table_of(Conversation)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the login keeps, opened."""

    unsent: str = ""
    secret: str = ""


NOTHING_KEPT = Kept()


class Keeping(NamedTuple):
    """What a login keeps, as it is kept: sealed, and since when; and when the login was last seen."""

    device: str
    seen_at: datetime
    draft: bytes | None
    drafted_at: datetime | None
    secret: bytes | None

    @property
    def unsent_ends_at(self) -> datetime | None:
        """Until when what was typed and not sent is kept; None if nothing is."""
        return None if self.drafted_at is None else self.drafted_at + UNSENT_LIVES


class OpenedOn(NamedTuple):
    """A login, and on what kind of device it is."""

    id: int
    device: str


_KEEPING = select(*columns(Keeping, _LOGINS)).where(_LOGINS.c.id == bindparam("login"))
_NOT_KEPT = update(_LOGINS).where(_LOGINS.c.id == bindparam("login")).values(draft=None, drafted_at=None)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret number and its hash. `replaces`: the hash that was looked at when the new one was asked for."""

    secret: str
    secret_hash: str
    replaces: str


async def kept_for(db: Db, seal: Seal, login_id: int, *, now: datetime) -> Kept:
    """What this login's own page shows besides the conversation. Text older than half an hour is not shown."""
    row = only(Keeping, await db.execute(_KEEPING, {"login": login_id}))
    if row is None:
        return NOTHING_KEPT
    is_fresh = row.unsent_ends_at is not None and now < row.unsent_ends_at
    unsent = seal.open(row.draft, **_place("draft", login_id)) if row.draft is not None and is_fresh else ""
    secret = seal.open(row.secret, **_place("secret", login_id)) if row.secret is not None else ""
    return Kept(unsent, secret)


async def keep_unsent(work: Work, login: Login, text: str) -> None:
    """The text is in the box of the login's next page, for half an hour from now; no text, nothing kept.

    Raises:
        BadInput: more than anybody types.
    """
    if len(text) > MOST_UNSENT:
        raise BadInput("too_long", most=MOST_UNSENT)
    if not text.strip() or await blocks.of_person(work.db, login.person_id, work.now):  # she was told: nothing is kept
        await forget_unsent(work, login)
        return
    sealed = work.seal.seal(text, **_place("draft", login.id))
    kept = update(_LOGINS).where(_LOGINS.c.id == login.id).values(draft=sealed, drafted_at=work.now)
    found = await work.db.execute(kept)
    if found.rowcount and login.drafted_at is None:
        await work.remind(TimerKind.KEPT_EXPIRES, login.id, work.now + UNSENT_LIVES)


async def forget_unsent(work: Work, login: Login) -> None:
    """Nothing that was not sent is kept any more, also of what is being kept at this moment."""
    await work.db.execute(_NOT_KEPT, {"login": login.id})


async def keep_secret(work: Work, token: str, secret: str) -> None:
    """The new login shows the secret number until `written_down`."""
    this = select(*columns(OpenedOn, _LOGINS)).where(_LOGINS.c.token_hash == hash_token(token))
    login = exactly(OpenedOn, await work.db.execute(this))
    await _keep_secret(work, login.id, secret)
    if login.device == Device.SHARED:
        await work.remind(TimerKind.KEPT_EXPIRES, login.id, work.now + SHARED_IDLE)


async def written_down(work: Work, login: Login) -> None:
    """The newcomer has the number on paper: it is shown no more."""
    await work.db.execute(update(_LOGINS).where(_LOGINS.c.id == login.id).values(secret=None))


async def renew_secret(work: Work, visitor: Visitor, login: Login, *, new: NewSecret) -> None:
    """The new secret number opens the case and is shown here; the old one opens nothing, and the chat says so.

    Raises:
        Stale: another one was made meanwhile.
    """
    await work.lock(visitor.conversation_id)
    mine = _THREADS.c.id == visitor.conversation_id
    old = only(Secret, await work.db.execute(select(*columns(Secret, _THREADS)).where(mine)))
    if old is None or secret_kept.hash_in(work.seal, old) != new.replaces:  # nobody else changes it while it is locked
        raise Stale
    kept = await secret_kept.as_kept(work, visitor.conversation_id, new.secret_hash)
    await work.db.execute(update(_THREADS).where(mine).values(**kept))
    await work.db.execute(update(_LOGINS).where(_LOGINS.c.person_id == visitor.person_id).values(secret=None))
    await _keep_secret(work, login.id, new.secret)
    if login.device == Device.SHARED:
        await work.remind(TimerKind.KEPT_EXPIRES, login.id, work.now + SHARED_IDLE)
    await work.tell_address(visitor.address_id, NumberMade(), conversation_id=visitor.conversation_id)


async def expire(work: Work, login_id: int) -> None:
    """Text older than half an hour is gone; on a shared device that nobody uses any more, the secret number as well.

    What is still kept is looked at again when its time comes.
    """
    row = only(Keeping, await work.db.execute(_KEEPING, {"login": login_id}))
    if row is None:
        return
    left_at = last_seen.of(login_id, row.seen_at, work.now) + SHARED_IDLE
    keeps_secret = row.secret is not None and row.device == Device.SHARED
    ends = {
        "draft": row.unsent_ends_at,
        "secret": left_at if keeps_secret else None,
    }
    over = {column: None for column, at in ends.items() if at is not None and at <= work.now}
    if over:
        values = over | ({"drafted_at": None} if "draft" in over else {})
        await work.db.execute(update(_LOGINS).where(_LOGINS.c.id == login_id).values(**values))
    later = [at for column, at in ends.items() if at is not None and column not in over]
    if later:
        await work.remind(TimerKind.KEPT_EXPIRES, login_id, min(later))


async def _keep_secret(work: Work, login_id: int, secret: str) -> None:
    sealed = work.seal.seal(secret, **_place("secret", login_id))
    await work.db.execute(update(_LOGINS).where(_LOGINS.c.id == login_id).values(secret=sealed))


def _place(column: str, login_id: int) -> Place:
    return {"table": "web_sessions", "column": column, "row_id": login_id}
