"""A row of the outbox as it is read: what is to be said, to which address, and how far it has come.

Owns the row's shape. It must not choose, lease, mark or render, nor read what the row carries (`table.py`).
"""

from datetime import datetime
from typing import NamedTuple

from bot.engine.rows import columns
from models.base import table_of
from models.outbox import Outbox

ROWS = table_of(Outbox)


class OutboxRow(NamedTuple):
    """What is to be said; what its columns mean: `models.outbox.Outbox`."""

    id: int
    address_id: int
    kind: str
    params: dict[str, object]
    case_id: int | None
    message_id: int | None
    secret: bytes | None
    seq: int
    edits: int | None
    state: str
    created_at: datetime
    attempts: int
    lease_owner: int | None
    doubtful: bool
    last_try_at: datetime | None
    parts_sent: int


ROW_COLUMNS = columns(OutboxRow, ROWS)
