"""What is looked at again at an instant: promises, answers that are owed, shifts, sessions, what comes every day.

Owns the Timer table and its kinds. What a timer does when it is due is said in `bot/telling/rounds.py`.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime, new_id


class TimerKind(StrEnum):
    """What a timer does when it is due. Timers are rows, so that a restart forgets none."""

    PROMISE = "promise"
    TIME_KNOWN = "time_known"
    ANSWER = "answer"
    STALL = "stall"
    HAND_OVER = "hand_over"
    SHIFT_STARTS = "shift_starts"
    DRAFT_EXPIRES = "draft_expires"
    HELD_EXPIRES = "held_expires"
    KEPT_EXPIRES = "kept_expires"
    SESSION_EVENING = "session_evening"
    SHIFT_DAY_BEFORE = "shift_day_before"
    SHIFT_SOON = "shift_soon"
    SHIFT_GAP = "shift_gap"
    SHIFT_ASKS = "shift_asks"
    STANDING = "standing"
    PROMISE_MOVED = "promise_moved"
    PRESENCE = "presence"
    DUTY_ENDS = "duty_ends"
    DUTY_OVER = "duty_over"
    CASE_WAITS = "case_waits"
    CHATS = "chats"
    MORNING = "morning"
    DIGEST = "digest"
    FOLLOW_UP = "follow_up"
    DAILY = "daily"


class Timer(Base, table=True):
    """Something to look at again at an instant. `subject`: the id of the case, shift or conversation it is about."""

    __tablename__ = "timers"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    subject: int = Field(default=0, sa_column=Column(Id, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        Index(
            "ix_timers_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")
        ),
        Index("ix_timers_subject", "kind", "subject"),
    )
