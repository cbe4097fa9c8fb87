"""A case's words as they are kept: once, sealed, each change as a version of its own; and read again.

Owns the rows of `messages`. It must not tell anybody of them (`relay.py`), nor decide who may read them.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, insert, select

from bot.engine.errors import BadInput
from bot.engine.rows import columns, every, only
from bot.engine.seal import tokens_in
from bot.engine.work import Work
from bot.language.textshape import clean, has_too_many_marks
from bot.people import login_links
from bot.people.access import CaseRow
from models.base import new_id, table_of
from models.conversation import Author, Message

MOST_CHARACTERS = 12_000  # three long letters; beyond that a person cannot answer either
MOST_LOOKED_UP = 200  # what has the shape of a link's token in one text; a person sends one or two
MOST_TO_CLEAN = 2 * MOST_CHARACTERS  # what nobody sees may be half of it
MESSAGES = table_of(Message)


class MessageRow(NamedTuple):
    """One version of a message; what its columns mean: `models.conversation.Message`."""

    id: int
    conversation_id: int
    case_id: int
    seq: int
    author: str
    external_id: str
    version: int
    words: bytes
    said_at: datetime
    marks: list[str]
    taken_back_at: datetime | None


class Kept(NamedTuple):
    """What has just been kept: the id of the message, and its place in the conversation."""

    id: int
    seq: int


MESSAGE_COLUMNS = columns(MessageRow, MESSAGES)
_KEEP = insert(MESSAGES)
_NEWEST_SEQ = select(func.max(MESSAGES.c.seq)).where(
    MESSAGES.c.case_id == bindparam("case"), MESSAGES.c.author == Author.NEWCOMER
)
_IS_KEPT = select(
    exists().where(
        MESSAGES.c.conversation_id == bindparam("conversation"), MESSAGES.c.external_id == bindparam("external")
    )
)


def checked(text: str) -> str:
    """The words as they are kept: without what no reader can see, and not endless.

    Measured before they are cleaned: what is far too long costs nothing.

    Raises:
        BadInput: nothing is left, more than 12 000 characters, or a letter with more than 30 marks.
    """
    if len(text) > MOST_TO_CLEAN:
        raise BadInput("too_long", most=MOST_CHARACTERS)
    if has_too_many_marks(text):
        raise BadInput("too_many_marks")
    words = clean(text).strip()
    if not words:
        raise BadInput("empty")
    if len(words) > MOST_CHARACTERS:
        raise BadInput("too_long", most=MOST_CHARACTERS)
    return words


def conversation_of(case: CaseRow) -> int:
    """The conversation that the words of a case are in.

    Raises:
        LookupError: its newcomer has erased everything, so that there are none.
    """
    if case.conversation_id is None:
        raise LookupError(f"case {case.id} has no words any more")
    return case.conversation_id


async def keep(
    work: Work, case: CaseRow, author: Author, text: str, *, external_id: str, version: int = 0,
    marks: tuple[str, ...] = (),
) -> Kept:  # fmt: skip
    """The words are in the case, sealed, behind all that was said before; nobody has been told.

    Raises:
        BadInput: they hold a link of ours.
    """
    await _refuse_link(work, text)
    message_id, seq = new_id(), work.next_seq(conversation_of(case))
    words = work.seal.seal(text, table="messages", column="words", row_id=message_id)
    row = {
        "id": message_id, "conversation_id": case.conversation_id, "case_id": case.id, "seq": seq,
        "author": author.value, "author_id": work.actor.id if work.actor else None,
        "external_id": external_id, "version": version, "words": words, "said_at": work.now,
        "marks": list(marks),
    }  # fmt: skip
    await work.db.execute_ahead(_KEEP, row)
    return Kept(message_id, seq)


async def _refuse_link(work: Work, text: str) -> None:
    """Nothing, unless the words hold a link of ours: whoever read it could open a volunteer's page or chat with it.

    Raises:
        BadInput: they do.
    """
    tokens = tokens_in(text)
    if tokens and await login_links.links_among(work, tokens[:MOST_LOOKED_UP]):
        raise BadInput("holds_link")


async def is_kept(work: Work, conversation_id: int, *, external_id: str) -> bool:
    """Whether this message is in the conversation already, in whatever version."""
    this = {"conversation": conversation_id, "external": external_id}
    return (await work.db.execute(_IS_KEPT, this)).scalar_one()


async def are_edited_since(work: Work, case_ids: list[int], since: datetime) -> bool:
    """Whether a newcomer of one of these cases has changed a message later: words that its volunteer was shown."""
    edited = MESSAGES.c.case_id.in_(case_ids), MESSAGES.c.version > 0, MESSAGES.c.author == Author.NEWCOMER
    return (await work.db.execute(select(exists().where(*edited, MESSAGES.c.said_at > since)))).scalar_one()


async def newest_version(work: Work, conversation_id: int, *, external_id: str) -> MessageRow | None:
    """The message of this name as it reads now, if it is in the conversation."""
    latest = (
        select(*MESSAGE_COLUMNS)
        .where(MESSAGES.c.conversation_id == conversation_id, MESSAGES.c.external_id == external_id)
        .order_by(MESSAGES.c.version.desc())
        .limit(1)
    )
    return only(MessageRow, await work.db.execute(latest))


async def said_by(work: Work, person_id: int, message_id: int) -> MessageRow | None:
    """The version with this id, if it is this volunteer's."""
    said = select(*MESSAGE_COLUMNS).where(MESSAGES.c.id == message_id, MESSAGES.c.author_id == person_id)
    return only(MessageRow, await work.db.execute(said))


async def versions_of(work: Work, case: CaseRow) -> list[MessageRow]:
    """Every stored version of every message of a case, in order."""
    said = select(*MESSAGE_COLUMNS).where(MESSAGES.c.case_id == case.id).order_by(MESSAGES.c.seq)
    return every(MessageRow, await work.db.execute(said))


def latest_versions(rows: list[MessageRow]) -> list[MessageRow]:
    """Each message as it reads now, where it was first said."""
    newest: dict[str, MessageRow] = {}
    for row in rows:
        if row.external_id not in newest or row.version > newest[row.external_id].version:
            newest[row.external_id] = row
    return list(newest.values())


def words_of(work: Work, row: MessageRow) -> str:
    """A message's words, opened."""
    return work.seal.open(row.words, table="messages", column="words", row_id=row.id)


async def newest_seq(work: Work, case: CaseRow) -> int:
    """The place of the newcomer's newest words in the case."""
    return (await work.db.execute(_NEWEST_SEQ, {"case": case.id})).scalar_one_or_none() or 0


async def keep_version(work: Work, case: CaseRow, author: Author, text: str, *, external_id: str, version: int) -> int:
    """A message of the case says something else from now on; returns the new version's id. What it said stays."""
    return (await keep(work, case, author, text, external_id=external_id, version=version)).id
