"""Every table, declared once by importing this file: for the store and for Alembic."""

from models import case, conversation, hours, outbox, people, pulse, shift
from models.base import metadata

__all__ = ["case", "conversation", "hours", "metadata", "outbox", "people", "pulse", "shift"]
