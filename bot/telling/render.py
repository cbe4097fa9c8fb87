"""From an outbox row to a prompt: loads the little a notice needs beyond its params, opened.

It must not change a row or send.
"""

from typing import Any

from sqlalchemy import Row, Table, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import texts as cases_texts
from bot.cases.taking_back import TAKE_BACK_WITHIN
from bot.engine import clock
from bot.hours import texts as hours_texts
from bot.hours.published import published
from bot.intake import texts as intake_texts
from bot.service import Service
from bot.telling import inbox
from models.case import HeldLine
from models.conversation import Conversation, Message
from models.dialogue import Prompt
from models.intake import Draft
from models.outbox import Notice, Outbox, RowState
from models.people import Address, Channel, Person, Role

_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]
_WORDS = select(_MESSAGES.c.id, _MESSAGES.c.words, _MESSAGES.c.marks).where(_MESSAGES.c.id == bindparam("message"))
_DRAFT = select(Conversation.draft).where(Conversation.id == bindparam("conversation"))
_READER = (
    select(Person.role, Person.language, Address.language.label("hint"))
    .select_from(Address)
    .outerjoin(Person, Person.id == Address.person_id)
    .where(Address.id == bindparam("address"))
)
_PARTS = (
    select(Outbox.state, Outbox.failure, Outbox.address_id, Address.channel, Address.parked_at)
    .join(Address, Address.id == Outbox.address_id)
    .where(Outbox.message_id == bindparam("message"), Outbox.kind == Notice.REPLY)
)
_THIS = _MESSAGES.alias("this")
_VERSIONS = (
    select(_MESSAGES.c.id, _MESSAGES.c.said_at, _MESSAGES.c.taken_back_at)
    .join(
        _THIS,
        (_THIS.c.conversation_id == _MESSAGES.c.conversation_id) & (_THIS.c.external_id == _MESSAGES.c.external_id),
    )
    .where(_THIS.c.id == bindparam("message"))
    .order_by(_MESSAGES.c.version)
)
# It may stand in her chat, and nothing names it there, so that nothing can be deleted.
_IN_DOUBT = (Outbox.kind == Notice.REPLY, Outbox.doubtful, Outbox.remote_id.is_(None))
_TAKEN_BACK = select(_MESSAGES.c.taken_back_at).where(_MESSAGES.c.id == bindparam("message"))
_LINES: Table = HeldLine.__table__  # type: ignore[attr-defined]
_HELD_LINES = select(_LINES).where(_LINES.c.person_id == bindparam("person")).order_by(_LINES.c.own_message)
SHOWN_OF_A_LINE = 200  # characters on the card that asks; the whole stands in the chat above it


async def prompt_of(db: AsyncConnection, service: Service, row: Row) -> Prompt:
    """The row as its reader sees it now, in the language they have now. Without values it cannot open: empty text."""
    if row.kind == Notice.HOURS_POST:  # what holds when it is sent, not when it was decided to send it
        now = clock.now()
        hours = await published(db, now, service.store.zone, service.settings.public_url)
        return hours_texts.post(hours, service.facts(now))
    reader = (await db.execute(_READER, {"address": row.address_id})).one()
    more: dict[str, Any] = {}
    if row.message_id is not None:
        more["words"], more["marks"] = await _words(db, service, row.message_id)
    if row.kind == Notice.ASK_OFFER_HELD:
        more["held"] = (await _draft(db, service, int(row.params["conversation"]))).held
    if row.kind in (Notice.UNKNOWN_COMMAND, Notice.NOT_DELETED) and row.params.get("unsent"):
        draft = await _draft(db, service, int(row.params["conversation"]))
        more["unsent"] = draft.unsent if draft.unsent_mark == row.params["unsent"] else ""
    if row.kind in (Notice.RELAY_STATE, Notice.RELAY_TROUBLE):
        more |= await _state_of(db, int(row.params["message"]))
    if row.kind == Notice.WHICH_CASE and "person" in row.params:
        more["held"] = await _held_lines(db, service, int(row.params["person"]))
    if row.secret is not None:
        sealed_as = int(row.params["sealed_as"])
        more["secret"] = service.store.seal.open(row.secret, table="outbox", column="secret", row_id=sealed_as)
    facts = service.facts(clock.now(), **more)
    if reader.role in (Role.VOLUNTEER, Role.COORDINATOR):
        return cases_texts.prompt(row.kind, row.params, service.desk(reader.language), facts)
    language = reader.language or row.params.get("language") or reader.hint
    return intake_texts.prompt(row.kind, row.params, service.words(language), facts)


async def relay_state(db: AsyncConnection, message_id: int) -> tuple[str, str]:
    """How far a volunteer's message has come: delivered, unread, waiting, failed, taken_back or gone; and why it
    failed. Of an edited message, its newest version."""
    versions = (await db.execute(_VERSIONS, {"message": message_id})).all()
    if not versions:
        return "gone", ""
    if versions[-1].taken_back_at is not None:
        ids = [version.id for version in versions]
        perhaps = (await db.execute(select(exists().where(Outbox.message_id.in_(ids), *_IN_DOUBT)))).scalar_one()
        return ("taken_back_perhaps" if perhaps else "taken_back"), ""
    parts = (await db.execute(_PARTS, {"message": versions[-1].id})).all()
    if not parts:
        return "gone", ""
    failed = next((part for part in parts if part.state in (RowState.FAILED, RowState.CANCELLED)), None)
    if failed is not None:
        return "failed", failed.failure or ""
    if all(part.state in (RowState.SENT, RowState.SHOWN) for part in parts):
        return "delivered", ""
    if any(part.parked_at for part in parts):
        return "waiting", await inbox.why_shut(db, parts[0].address_id)
    return ("unread" if parts[0].channel == Channel.WEB else "waiting"), ""


async def is_taken_back(db: AsyncConnection, message_id: int) -> bool:
    """Whether the volunteer has taken these words back, so that they must not leave any more."""
    return (await db.execute(_TAKEN_BACK, {"message": message_id})).scalar_one_or_none() is not None


async def _state_of(db: AsyncConnection, message_id: int) -> dict[str, str]:
    state, failure = await relay_state(db, message_id)
    versions = (await db.execute(_VERSIONS, {"message": message_id})).all()
    fresh = versions and not state.startswith("taken_back") and clock.now() - versions[0].said_at <= TAKE_BACK_WITHIN
    return {"state": state, "failure": failure, "fresh": "1" if fresh else ""}


async def _held_lines(db: AsyncConnection, service: Service, person_id: int) -> str:
    """The lines a volunteer is asked about, numbered; nothing where there is one, which the card answers to."""
    lines = (await db.execute(_HELD_LINES, {"person": person_id})).all()
    if len(lines) < 2:
        return ""
    seal = service.store.seal
    texts = [seal.open(line.words, table="held_lines", column="words", row_id=line.id) for line in lines]
    return "\n".join(f"{place}. {_shown(text)}" for place, text in enumerate(texts, start=1))


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_OF_A_LINE else f"{line[:SHOWN_OF_A_LINE]}…"


async def _words(db: AsyncConnection, service: Service, message_id: int) -> tuple[str, tuple[str, ...]]:
    """A message's words, opened, and how they came."""
    row = (await db.execute(_WORDS, {"message": message_id})).one_or_none()
    if row is None:
        return "", ()
    return service.store.seal.open(row.words, table="messages", column="words", row_id=row.id), tuple(row.marks)


async def _draft(db: AsyncConnection, service: Service, conversation_id: int) -> Draft:
    draft = (await db.execute(_DRAFT, {"conversation": conversation_id})).scalar_one_or_none()
    if draft is None:
        return Draft()
    opened = service.store.seal.open(draft, table="conversations", column="draft", row_id=conversation_id)
    return Draft.from_json(opened)
