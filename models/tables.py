"""Every table, declared once by importing this file: for the store and for Alembic."""

from models import (
    block,
    calendar_feed,
    case,
    chat_message,
    closing,
    conversation,
    duty,
    follow_up,
    guided,
    handing_over,
    hours,
    outbox,
    people,
    pulse,
    shift,
    shift_plan,
    timer,
    volunteer,
)
from models.base import metadata

__all__ = [
    "block", "calendar_feed", "case", "chat_message", "closing", "conversation", "duty", "follow_up", "guided",
    "handing_over", "hours", "metadata", "outbox", "people", "pulse", "shift", "shift_plan", "timer", "volunteer",
]  # fmt: skip
