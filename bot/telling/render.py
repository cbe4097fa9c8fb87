"""From an outbox row to a prompt: loads the little a saying needs beyond what it carries, opened.

It must not change a row or send.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select

from bot.cases.taking_back import TAKE_BACK_WITHIN
from bot.cases.texts_held import WhichCase
from bot.cases.texts_relayed import RelayState, RelayTrouble, WordsAtDesk
from bot.engine import clock, sealed_names
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.hours import texts as hours_texts
from bot.hours.published import published
from bot.intake.texts import Unsent
from bot.intake.texts_dialogue import AskWaitingWords
from bot.language.parts import Spoken, ToNewcomer
from bot.people import in_chat
from bot.privacy.texts import Erased
from bot.service import Service
from bot.telling import inbox, table
from bot.telling.addressed import Addressed, Reader, Relayed, addressed
from bot.telling.outbox import ROWS, OutboxRow
from bot.volunteers.menus import menu_of
from bot.volunteers.texts_own import OwnProfile
from bot.volunteers.told import own_secrets
from models.base import table_of
from models.case import HeldLine
from models.conversation import Conversation, Message
from models.dialogue import Prompt
from models.intake import Draft
from models.outbox import Notice, RowState
from models.people import Address, Channel, Person, Role
from models.saying import sealed_as

_MESSAGES, _THREADS, _LINES = table_of(Message), table_of(Conversation), table_of(HeldLine)
_PEOPLE, _ADDRESSES = table_of(Person), table_of(Address)


class Part(NamedTuple):
    """How far one part of a volunteer's message has come."""

    state: str
    failure: str | None
    address_id: int
    channel: str
    parked_at: datetime | None


class Version(NamedTuple):
    """One version of a message."""

    id: int
    said_at: datetime
    taken_back_at: datetime | None


class Held(NamedTuple):
    """A volunteer's line that is held, sealed."""

    id: int
    words: bytes


_DRAFT = select(_THREADS.c.draft).where(_THREADS.c.id == bindparam("conversation"))
_PARTS = (
    select(*columns(Part, ROWS, _ADDRESSES))
    .select_from(ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id))
    .where(ROWS.c.message_id == bindparam("message"), ROWS.c.kind == Notice.REPLY)
)
_THIS = _MESSAGES.alias("this")
_VERSIONS = (
    select(*columns(Version, _MESSAGES))
    .join(
        _THIS,
        (_THIS.c.conversation_id == _MESSAGES.c.conversation_id) & (_THIS.c.external_id == _MESSAGES.c.external_id),
    )
    .where(_THIS.c.id == bindparam("message"))
    .order_by(_MESSAGES.c.version)
)
# It may stand in her chat, and nothing names it there, so that nothing can be deleted.
_IN_DOUBT = (ROWS.c.kind == Notice.REPLY, ROWS.c.doubtful, ROWS.c.remote_id.is_(None))
_TAKEN_BACK = select(_MESSAGES.c.taken_back_at).where(_MESSAGES.c.id == bindparam("message"))
_HELD_LINES = (
    select(*columns(Held, _LINES)).where(_LINES.c.person_id == bindparam("person")).order_by(_LINES.c.own_message)
)
SHOWN_OF_A_LINE = 200  # characters on the card that asks; the whole stands in the chat above it


async def prompt_of(db: Db, service: Service, row: OutboxRow, known: Addressed | None = None) -> Prompt:
    """The row as its reader sees it now, in the language they have now. Without values it cannot open: empty text.
    `known`: read a moment ago."""
    if row.kind == Notice.HOURS_POST:  # what holds when it is sent, not when it was decided to send it
        now = clock.now()
        hours = await published(db, now, service.store.zone, service.settings.public_url)
        return hours_texts.post(hours, service.facts(now))
    known = known or await addressed(db, row)
    reader, saying = known.reader, table.read(row.kind, sealed_names.opened(service.store.seal, row.params))
    facts = service.facts(clock.now(), **await _facts(db, service, row, saying, known.relayed))
    if reader.role in (Role.VOLUNTEER, Role.COORDINATOR):
        return saying.said(service.desk(reader.language), facts)
    hint = saying.language if isinstance(saying, ToNewcomer) else None
    return saying.said(service.words(reader.language or hint or reader.hint), facts)


def menu_for(reader: Reader, service: Service) -> tuple[tuple[str, str], ...]:
    """The commands of whoever reads, in their language; none of nobody, of a newcomer, and of somebody whose access has
    ended."""
    if reader.role not in (Role.VOLUNTEER, Role.COORDINATOR) or not reader.enabled:
        return ()
    return menu_of(service.desk(reader.language), Role(reader.role))


async def _facts(
    db: Db, service: Service, row: OutboxRow, saying: Spoken, relayed: Relayed | None
) -> dict[str, object]:
    """What the saying needs beyond what the row carries."""
    more: dict[str, object] = {}
    if row.message_id is not None:
        more["words"], more["marks"] = _words(service, relayed)
    if row.secret is not None:
        seal = service.store.seal
        more["secret"] = seal.open(row.secret, table="outbox", column="secret", row_id=sealed_as(row.params))
    match saying:
        case AskWaitingWords(conversation=int(conversation)):
            more["waiting_words"] = (await _draft(db, service, conversation)).waiting_words
        case Unsent(conversation=int(conversation)) if saying.unsent:
            draft = await _draft(db, service, conversation)
            more["unsent"] = draft.unsent if draft.unsent_mark == saying.unsent else ""
        case RelayState() | RelayTrouble():
            more |= await _state_of(db, saying.message)
        case WhichCase(person=int(person)):
            more["held_lines"] = await _held_lines(db, service, person)
        case Erased(unsaid=True):
            left = await in_chat.left(db, row.address_id, asked_at=row.created_at)
            more["left_in_chat"] = left + await _perhaps_arrived(db, row.address_id)
        case OwnProfile():
            more["has_migrated"] = (await own_secrets(db, saying.told.person)).has_migrated
        case WordsAtDesk(case=case_id):
            more["left_in_chat"] = await in_chat.left_of_case(db, row.address_id, case_id)
    return more


async def relay_state(db: Db, message_id: int) -> tuple[str, str]:
    """How far a volunteer's message has come: delivered, unread, waiting, failed, taken_back or gone; and why it
    failed. Of an edited message, its newest version."""
    versions = every(Version, await db.execute(_VERSIONS, {"message": message_id}))
    if not versions:
        return "gone", ""
    if versions[-1].taken_back_at is not None:
        ids = [version.id for version in versions]
        perhaps = (await db.execute(select(exists().where(ROWS.c.message_id.in_(ids), *_IN_DOUBT)))).scalar_one()
        return ("taken_back_perhaps" if perhaps else "taken_back"), ""
    parts = every(Part, await db.execute(_PARTS, {"message": versions[-1].id}))
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


async def is_taken_back(db: Db, message_id: int) -> bool:
    """Whether the volunteer has taken these words back, so that they must not leave any more."""
    return (await db.execute(_TAKEN_BACK, {"message": message_id})).scalar_one_or_none() is not None


async def _state_of(db: Db, message_id: int) -> dict[str, str]:
    state, failure = await relay_state(db, message_id)
    versions = every(Version, await db.execute(_VERSIONS, {"message": message_id}))
    fresh = versions and not state.startswith("taken_back") and clock.now() - versions[0].said_at <= TAKE_BACK_WITHIN
    return {"state": state, "failure": failure, "fresh": "1" if fresh else ""}


async def _perhaps_arrived(db: Db, address_id: int) -> int:
    """How many letters were on their way to the chat when it was parted with, and nobody knows what came of them."""
    lost = ROWS.c.address_id == address_id, ROWS.c.kind == Notice.UNSAY, ROWS.c.doubtful, ROWS.c.remote_id.is_(None)
    return (await db.execute(select(func.count()).where(*lost, ROWS.c.edits.is_(None)))).scalar_one()


async def _held_lines(db: Db, service: Service, person_id: int) -> str:
    """The lines a volunteer is asked about, numbered; nothing where there is one, which the card answers to."""
    lines = every(Held, await db.execute(_HELD_LINES, {"person": person_id}))
    if len(lines) < 2:
        return ""
    seal = service.store.seal
    texts = [seal.open(line.words, table="held_lines", column="words", row_id=line.id) for line in lines]
    return "\n".join(f"{place}. {_shown(text)}" for place, text in enumerate(texts, start=1))


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_OF_A_LINE else f"{line[:SHOWN_OF_A_LINE]}…"


def _words(service: Service, said: Relayed | None) -> tuple[str, tuple[str, ...]]:
    """A message's words, opened, and how they came."""
    if said is None:
        return "", ()
    return service.store.seal.open(said.words, table="messages", column="words", row_id=said.id), tuple(said.marks)


async def _draft(db: Db, service: Service, conversation_id: int) -> Draft:
    draft: bytes | None = (await db.execute(_DRAFT, {"conversation": conversation_id})).scalar_one_or_none()
    if draft is None:
        return Draft()
    opened = service.store.seal.open(draft, table="conversations", column="draft", row_id=conversation_id)
    return Draft.from_json(opened)
