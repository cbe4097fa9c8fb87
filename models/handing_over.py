"""A case between two people: what one gives to another, and what they note for each other.

Owns HandOver, HandOverReader, Outcome and CaseNote. Notes are never a newcomer's to read and stand in a table of their
own, so that no way of sending words leads to them. It must not load rows, nor decide who may hand over what.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Text, text
from sqlmodel import Field

from models.base import Base, Id, Sealed, UtcDateTime, new_id


class Outcome(StrEnum):
    """How a hand-over ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    TAKEN_BACK = "taken_back"
    CASE_GONE = "case_gone"
    RECEIVER_GONE = "receiver_gone"


class HandOver(Base, table=True):
    """That a case is offered to somebody, or to whoever speaks a language; it stays its giver's until accepted.

    `note`: sealed; what the giver writes to the receiver.
    `over_at`: when it comes back if nobody answers. `ended_at` and `outcome` come together.
    """

    __tablename__ = "hand_overs"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False))
    giver_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    receiver_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    language: str | None = Field(default=None, sa_column=Column(Text))
    note: bytes | None = Field(default=None, sa_column=Column(Sealed))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    over_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    outcome: str | None = Field(default=None, sa_column=Column(Text))

    __table_args__ = (
        # One at a time of a case: of two at once, one stands and the other is refused.
        Index(
            "uq_hand_overs_open",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class HandOverReader(Base, table=True):
    """That somebody to whom a hand-over is offered has been shown its note, and may accept it."""

    __tablename__ = "hand_over_readers"

    hand_over_id: int = Field(sa_column=Column(Id, ForeignKey("hand_overs.id", ondelete="CASCADE"), primary_key=True))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    read_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class CaseNote(Base, table=True):
    """What somebody who had a case noted in it for whoever has it next. Sealed, and purged with its words.

    `author_id` is None once they have left for good. `external_id`: names their message where they typed it in a chat,
    so that changing that changes this.
    """

    __tablename__ = "case_notes"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True))
    author_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    words: bytes = Field(sa_column=Column(Sealed, nullable=False))
    external_id: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
