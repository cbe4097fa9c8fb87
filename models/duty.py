"""Who is at work: present on a shift, or at work without one.

Owns Duty. A shift says who is planned (`shift.py`), a duty who is there. It must not load rows or read the clock.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime, new_id


class Duty(Base, table=True):
    """That somebody is at work from `began_at` until `ends_at`, or until they went off duty (`ended_at`).

    `shift_id`: the shift on which they are present; None when they came without one. On a shift that they said they
    leave before they had been there, `ended_at` is `began_at`: they are absent until they say that they are here.
    """

    __tablename__ = "duties"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False))
    shift_id: int | None = Field(
        default=None, sa_column=Column(Id, ForeignKey("shifts.id", ondelete="CASCADE"), nullable=True)
    )
    began_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        CheckConstraint("began_at <= ends_at", name="duty_has_length"),
        # One of a person on a shift: two acts at once that both are a sign of life make one.
        Index("uq_duties_shift_person", "shift_id", "person_id", unique=True),
        Index(
            "ix_duties_open",
            "ends_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_duties_person", "person_id", "ends_at"),
    )
