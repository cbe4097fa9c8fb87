"""A row of the outbox as it is read: what is to be said, to which address, and how far it has come.

Owns the row's shape, and which kinds this version knows. It must not choose, lease, mark or render.
"""

from datetime import datetime
from typing import NamedTuple

from bot.engine.rows import columns
from models.base import table_of
from models.outbox import Notice, Outbox

ROWS = table_of(Outbox)
KNOWN_KINDS = tuple(kind.value for kind in Notice)


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


def is_known(row: OutboxRow) -> bool:
    """Whether this version knows what the row says. One that it does not is left for a version that does."""
    return row.kind in KNOWN_KINDS
