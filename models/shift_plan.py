"""What is planned for many weeks at once: the lines of a week, a draft of a term, standing sign-ups, swaps.

Owns their tables. Days and times here are the office's wall clock; they become instants when shifts are made of them.
It must not know the rules (`term.py`), nor load rows.
"""

from datetime import date, datetime, time

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, Text, Time, text, true
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime, new_id


class ShiftTemplate(Base, table=True):
    """A line of the usual week. It ends on the next day if `ends` is not after `starts`. Monday = 0."""

    __tablename__ = "shift_templates"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(sa_column=Column(Text, nullable=False))
    weekday: int = Field(sa_column=Column(Integer, nullable=False))
    starts: time = Field(sa_column=Column(Time, nullable=False))
    ends: time = Field(sa_column=Column(Time, nullable=False))
    needed: int = Field(default=2, sa_column=Column(Integer, nullable=False, server_default=text("2")))
    needed_experienced: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))
    wants: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False, server_default="[]"))
    is_active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))

    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="template_weekday"),)


class ShiftDraft(Base, table=True):
    """A term that its coordinator has been shown and has not published yet. `base`: the newest change of the shifts it
    was shown against; `what`: the span of days and which of them are left out."""

    __tablename__ = "shift_drafts"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    base: int = Field(default=0, sa_column=Column(Id, nullable=False))
    what: dict[str, object] = Field(sa_column=Column(Codes, nullable=False))


class StandingSignup(Base, table=True):
    """That a volunteer takes the same shift every week, or every other one, counted from `first_on`."""

    __tablename__ = "standing_signups"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    place: str = Field(sa_column=Column(Text, nullable=False))
    weekday: int = Field(sa_column=Column(Integer, nullable=False))
    starts: time = Field(sa_column=Column(Time, nullable=False))
    every_weeks: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))
    first_on: date = Field(sa_column=Column(Date, nullable=False))
    until: date | None = Field(default=None, sa_column=Column(Date))

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="standing_weekday"),
        CheckConstraint("every_weeks BETWEEN 1 AND 2", name="standing_every"),
    )


class Swap(Base, table=True):
    """That one volunteer has proposed to another to take each other's shift. `outcome`: what came of it."""

    __tablename__ = "swaps"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    other_shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False))
    other_person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    proposed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    outcome: str | None = Field(default=None, sa_column=Column(Text))
