"""From an outbox row to a prompt: loads the little a notice needs beyond its params, opened.

It must not change a row or send.
"""

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import clock, texts, texts_hours, texts_staff
from bot.actions.hours_published import published
from bot.service import Service
from models.conversation import Conversation, Message
from models.dialogue import Prompt
from models.intake import Draft
from models.outbox import Notice, Outbox, RowState
from models.people import Address, Channel, Person, Role

_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]
_WORDS = select(_MESSAGES.c.id, _MESSAGES.c.words).where(_MESSAGES.c.id == bindparam("message"))
_DRAFT = select(Conversation.draft).where(Conversation.id == bindparam("conversation"))
_READER = (
    select(Person.role, Person.language, Address.language.label("hint"))
    .select_from(Address)
    .outerjoin(Person, Person.id == Address.person_id)
    .where(Address.id == bindparam("address"))
)
_PARTS = (
    select(Outbox.state, Outbox.failure, Address.channel, Address.parked_at)
    .join(Address, Address.id == Outbox.address_id)
    .where(Outbox.message_id == bindparam("message"), Outbox.kind == Notice.REPLY)
)


async def prompt_of(db: AsyncConnection, service: Service, row: Row) -> Prompt:
    """The row as its reader sees it now, in the language they have now. Without values it cannot open: empty text."""
    if row.kind == Notice.HOURS_POST:  # what holds when it is sent, not when it was decided to send it
        now = clock.now()
        hours = await published(db, now, service.store.zone, service.settings.public_url)
        return texts_hours.post(hours, service.facts(now))
    reader = (await db.execute(_READER, {"address": row.address_id})).one()
    more: dict[str, str] = {}
    if row.message_id is not None:
        more["words"] = await _words(db, service, row.message_id)
    if row.kind == Notice.ASK_OFFER_HELD:
        more["held"] = (await _draft(db, service, int(row.params["conversation"]))).held
    if row.kind in (Notice.UNKNOWN_COMMAND, Notice.NOT_DELETED) and row.params.get("unsent"):
        draft = await _draft(db, service, int(row.params["conversation"]))
        more["unsent"] = draft.unsent if draft.unsent_mark == row.params["unsent"] else ""
    if row.kind == Notice.RELAY_STATE:
        more["state"], more["failure"] = await relay_state(db, int(row.params["message"]))
    if row.secret is not None:
        sealed_as = int(row.params["sealed_as"])
        more["secret"] = service.store.seal.open(row.secret, table="outbox", column="secret", row_id=sealed_as)
    facts = service.facts(clock.now(), **more)
    if reader.role in (Role.VOLUNTEER, Role.COORDINATOR):
        return texts_staff.prompt(row.kind, row.params, service.desk(reader.language), facts)
    language = reader.language or row.params.get("language") or reader.hint
    return texts.prompt(row.kind, row.params, service.words(language), facts)


async def relay_state(db: AsyncConnection, message_id: int) -> tuple[str, str]:
    """How far a volunteer's message has come: delivered, unread, waiting, failed or gone; and why it failed."""
    parts = (await db.execute(_PARTS, {"message": message_id})).all()
    if not parts:
        return "gone", ""
    failed = next((part for part in parts if part.state in (RowState.FAILED, RowState.CANCELLED)), None)
    if failed is not None:
        return "failed", failed.failure or ""
    if all(part.state in (RowState.SENT, RowState.SHOWN) for part in parts):
        return "delivered", ""
    if any(part.parked_at for part in parts):
        return "waiting", "blocked"
    return ("unread" if parts[0].channel == Channel.WEB else "waiting"), ""


async def _words(db: AsyncConnection, service: Service, message_id: int) -> str:
    row = (await db.execute(_WORDS, {"message": message_id})).one_or_none()
    if row is None:
        return ""
    return service.store.seal.open(row.words, table="messages", column="words", row_id=row.id)


async def _draft(db: AsyncConnection, service: Service, conversation_id: int) -> Draft:
    draft = (await db.execute(_DRAFT, {"conversation": conversation_id})).scalar_one_or_none()
    if draft is None:
        return Draft()
    opened = service.store.seal.open(draft, table="conversations", column="draft", row_id=conversation_id)
    return Draft.from_json(opened)
