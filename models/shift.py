"""When which volunteers are on shift.

Owns Shift, Assignment and the overlap rule. It must not know opening hours, nor load rows.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime, new_id

ONLINE = "online"


class Shift(Base, table=True):
    """A stretch of time, half-open [starts_at, ends_at), that volunteers staff. May cross midnight.

    `place`: ONLINE, or the code of a place whose physical session it staffs.
    """

    __tablename__ = "shifts"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(default=ONLINE, sa_column=Column(Text, nullable=False))
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="shift_has_length"),
        Index("ix_shifts_ends_at", "ends_at"),
    )


class Assignment(Base, table=True):
    """That a volunteer staffs a shift."""

    __tablename__ = "assignments"

    shift_id: int = Field(sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    signed_up_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def overlap(a: tuple[datetime, datetime], b: tuple[datetime, datetime]) -> bool:
    """Whether two half-open stretches share an instant. Back to back is no overlap."""
    return a[0] < b[1] and b[0] < a[1]
