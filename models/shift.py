"""When which volunteers are on shift, and who is asked to stand in.

Owns Shift, Assignment, StandIn, ShiftAsk, ShiftChange and the overlap rule. Who may take which shift is said in
`staffing.py`, what is planned for weeks in `shift_plan.py`. It must not know opening hours, nor load rows.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, Codes, Id, Sealed, UtcDateTime, new_id

ONLINE = "online"
NEEDED, NEEDED_EXPERIENCED = 2, 1  # nobody advises alone; one of two has been introduced and is no trainee


class Shift(Base, table=True):
    """A stretch of time, half-open [starts_at, ends_at), that volunteers staff. May cross midnight.

    `place`: ONLINE, or the code of a place whose physical session it staffs. `needed`: how many volunteers, of whom so
    many `needed_experienced` are no trainees. `wants`: codes of languages somebody on it ought to speak.
    `note`, `cancel_reason`: sealed, a coordinator's own words. `sequence` grows whenever the shift itself changes.
    """

    __tablename__ = "shifts"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(default=ONLINE, sa_column=Column(Text, nullable=False))
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    needed: int = Field(default=NEEDED, sa_column=Column(Integer, nullable=False, server_default=text("2")))
    needed_experienced: int = Field(
        default=NEEDED_EXPERIENCED, sa_column=Column(Integer, nullable=False, server_default=text("1"))
    )
    wants: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False, server_default="[]"))
    note: bytes | None = Field(default=None, sa_column=Column(Sealed))
    cancel_reason: bytes | None = Field(default=None, sa_column=Column(Sealed))
    sequence: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    made_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="shift_has_length"),
        Index("ix_shifts_ends_at", "ends_at"),
    )


class Assignment(Base, table=True):
    """That a volunteer staffs a shift. `coming_at`: when they answered a reminder with "I come". `absent_at`: when it
    was noticed that they had given no sign of being there."""

    __tablename__ = "assignments"

    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    signed_up_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    coming_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    absent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class StandIn(Base, table=True):
    """That somebody cannot come, and the place on the shift is open until somebody takes it."""

    __tablename__ = "stand_ins"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False, index=True))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    taken_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    taken_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ShiftAsk(Base, table=True):
    """That somebody was asked whether they can take a place on a shift, by this row of the outbox. Nobody is asked
    twice while the first question stands. `answered_at`: when they answered, or the question was over."""

    __tablename__ = "shift_asks"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    row_id: int | None = Field(default=None, sa_column=Column(Id))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (UniqueConstraint("shift_id", "person_id"),)


class ShiftChange(Base, table=True):
    """One line of who changed what of the shifts, and when. `made_by` is None from the command line.

    `what`: the verb, the person it concerns, and what was before: ids, codes and instants.
    """

    __tablename__ = "shift_changes"
    __table_args__ = (Index("ix_shift_changes_made_by", "made_by", "number"),)  # one's own newest, to be undone

    number: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=False, index=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    made_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    what: dict[str, object] = Field(sa_column=Column(Codes, nullable=False))


def overlap(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    """Whether two half-open stretches share an instant. Back to back is no overlap."""
    return a[0] < b[1] and b[0] < a[1]
