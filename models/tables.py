"""Every table, declared once by importing this file: for the store and for Alembic."""

from models import (
    calendar_feed,
    case,
    chat_message,
    closing,
    conversation,
    guided,
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
    "calendar_feed", "case", "chat_message", "closing", "conversation", "guided", "hours", "metadata", "outbox",
    "people", "pulse", "shift", "shift_plan", "timer", "volunteer",
]  # fmt: skip
