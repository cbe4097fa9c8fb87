"""The address under which a calendar program follows somebody's shifts.

Owns CalendarFeed. It must not know how a calendar is written.
"""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime


class CalendarFeed(Base, table=True):
    """A volunteer's own address; a new one takes the place of the old. Only the hash of its token is stored."""

    __tablename__ = "calendar_feeds"

    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    )
    token_hash: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
