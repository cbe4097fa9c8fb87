"""Every table, declared once by importing this file: for the store and for Alembic."""

from models import case, closing, conversation, guided, hours, outbox, people, pulse, shift
from models.base import metadata

__all__ = ["case", "closing", "conversation", "guided", "hours", "metadata", "outbox", "people", "pulse", "shift"]
