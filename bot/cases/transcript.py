"""A case's words as its claimer reads them at the desk: in order, as they read now, with what they read before.

It only reads. Whether the reader may is decided before: `access.case_to_read`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.cases.messages import MESSAGES
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.seal import Seal
from bot.people import names
from bot.people.access import CaseRow
from models.conversation import Author


class _Version(NamedTuple):
    """One version of a message, and who wrote it."""

    id: int
    seq: int
    author: str
    external_id: str
    version: int
    words: bytes
    said_at: datetime
    marks: list[str]
    taken_back_at: datetime | None
    author_id: int | None


_OF_CASE = select(*columns(_Version, MESSAGES)).where(MESSAGES.c.case_id == bindparam("case")).order_by(MESSAGES.c.seq)


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `alias`: the volunteer's, None for the newcomer. `earlier`: what it said before each edit.
    `taken_back_at`: its volunteer took it back, and nothing of it is left. `marks`: how it came, as `Message.marks`.
    """

    message_id: int
    seq: int
    by_newcomer: bool
    alias: str | None
    said_at: datetime
    text: str
    earlier: tuple[str, ...] = ()
    taken_back_at: datetime | None = None
    marks: tuple[str, ...] = ()


async def transcript(db: Db, seal: Seal, case: CaseRow) -> list[Line]:
    """Every message of the case, where it was first said, opened."""
    versions: dict[str, list[_Version]] = {}
    for row in every(_Version, await db.execute(_OF_CASE, {"case": case.id})):
        versions.setdefault(row.external_id, []).append(row)
    called = await names.names_of(db, seal, {row.author_id for rows in versions.values() for row in rows})
    return [_line(seal, sorted(rows, key=lambda row: row.version), called) for rows in versions.values()]


def last_shown(lines: list[Line]) -> int:
    """The place of the newest words among these, an edit's included; 0 for none."""
    return max((line.seq for line in lines), default=0)


def _line(seal: Seal, rows: list[_Version], called: Mapping[int | None, str]) -> Line:
    alias = called.get(rows[0].author_id)
    if rows[-1].taken_back_at is not None:
        return Line(rows[0].id, rows[-1].seq, False, alias, rows[0].said_at, "", (), rows[-1].taken_back_at)
    texts = [seal.open(row.words, table="messages", column="words", row_id=row.id) for row in rows]
    first, now = rows[0], rows[-1]
    by_newcomer = first.author == Author.NEWCOMER
    return Line(
        message_id=first.id, seq=now.seq, by_newcomer=by_newcomer, alias=None if by_newcomer else alias,
        said_at=first.said_at, text=texts[-1], earlier=tuple(texts[:-1]), marks=tuple(now.marks),
    )  # fmt: skip
