"""What whoever has a case notes in it for whoever has it next: sealed, never the newcomer's to read.

Notes stand in a table of their own; no way of sending words leads here, and none from here to a newcomer. They go with
the case's words. It must not relay.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select, update

from bot.engine import bells
from bot.engine.db import Db
from bot.engine.errors import BadInput
from bot.engine.rows import columns, every, only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.people import access, names
from models.base import new_id, table_of
from models.handing_over import CaseNote

LONGEST_NOTE = 2_000
_NOTES = table_of(CaseNote)


class _Row(NamedTuple):
    id: int
    case_id: int
    author_id: int | None
    words: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note, opened. `alias`: who wrote it; None once they have left for good."""

    alias: str | None
    at: datetime
    text: str


async def add(work: Work, *, case_id: int, text: str, external_id: str | None = None) -> None:
    """The acting volunteer has noted this in their case. `external_id`: names the message in which they typed it.

    Raises:
        NotFound: not the actor's case.
        BadInput: no words, or too many.
    """
    words = checked(text)
    await access.my_case(work, case_id)
    await put(work, case_id, work.staff.id, words, external_id=external_id)


async def put(work: Work, case_id: int, author_id: int | None, words: str, *, external_id: str | None = None) -> None:
    """The note stands in the case, whoever acts; its conversation is locked."""
    note_id = new_id()
    row = {"id": note_id, "case_id": case_id, "author_id": author_id, "words": _sealed(work.seal, words, note_id)}
    await work.db.execute(insert(_NOTES).values(**row, external_id=external_id, made_at=work.now))
    work.ring(bells.DESK)


async def reword(work: Work, *, external_id: str, text: str) -> None:
    """The note that the acting volunteer typed in this message reads so now.

    Raises:
        NotFound: there is none, or the case is theirs no more.
        BadInput: no words, or too many.
    """
    words = checked(text)
    case_id = await case_of(work.db, external_id)
    await access.my_case(work, case_id or 0)
    row = only(_Row, await work.db.execute(_SELECT.where(_NOTES.c.external_id == external_id)))
    if row is not None:
        sealed = _sealed(work.seal, words, row.id)
        await work.db.execute(update(_NOTES).where(_NOTES.c.id == row.id).values(words=sealed))
    work.ring(bells.DESK)


async def case_of(db: Db, external_id: str) -> int | None:
    """The case in which the message with this name is a note; None if it is none."""
    named = select(_NOTES.c.case_id).where(_NOTES.c.external_id == external_id)
    found: int | None = (await db.execute(named)).scalar_one_or_none()
    return found


async def of_case(db: Db, seal: Seal, case_id: int) -> list[Note]:
    """The notes in a case, oldest first, opened. Whether the reader may see them is decided before."""
    in_order = _SELECT.where(_NOTES.c.case_id == case_id).order_by(_NOTES.c.made_at, _NOTES.c.id)
    rows = every(_Row, await db.execute(in_order))
    called = await names.names_of(db, seal, {row.author_id for row in rows})
    return [Note(called.get(row.author_id), row.made_at, _opened(seal, row)) for row in rows]


async def count(db: Db, case_id: int) -> int:
    """How many notes there are in a case."""
    of_this = select(func.count()).where(_NOTES.c.case_id == case_id)
    return (await db.execute(of_this)).scalar_one()


def checked(text: str, *, most: int = LONGEST_NOTE) -> str:
    """The words of a note.

    Raises:
        BadInput: there are none, or too many.
    """
    if len(text) > most * 2:  # before anything walks over it
        raise BadInput("note_too_long", most=most)
    words = clean(text).strip()
    if not words:
        raise BadInput("note_empty")
    if len(words) > most:
        raise BadInput("note_too_long", most=most)
    return words


_SELECT = select(*columns(_Row, _NOTES))


def _sealed(seal: Seal, words: str, note_id: int) -> bytes:
    return seal.seal(words, table="case_notes", column="words", row_id=note_id)


def _opened(seal: Seal, row: _Row) -> str:
    return seal.open(row.words, table="case_notes", column="words", row_id=row.id)
