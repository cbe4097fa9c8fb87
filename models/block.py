"""A newcomer of whom nothing reaches volunteers for a while, or until a coordinator lifts it.

Owns Block, BlockSpan and BlockReason. It must not load rows, nor say what a blocked newcomer may still do.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime


class Block(Base, table=True):
    """That a newcomer is blocked since `made_at`, until `until`; without one until it is lifted. `reason` is a code.

    Its row goes when it is lifted, when its time is over, and with the person.
    """

    __tablename__ = "blocks"

    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    made_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class BlockSpan(StrEnum):
    """For how long; the last one until a coordinator lifts it."""

    DAY = "day"
    WEEK = "week"
    LIFTED = "lifted"


class BlockReason(StrEnum):
    """Why, for coordinators alone: never what somebody wrote."""

    THREATS = "threats"
    HARASSMENT = "harassment"
    SPAM = "spam"
    OTHER = "other"


SPANS: dict[BlockSpan, timedelta | None] = {
    BlockSpan.DAY: timedelta(days=1), BlockSpan.WEEK: timedelta(days=7), BlockSpan.LIFTED: None,
}  # fmt: skip
