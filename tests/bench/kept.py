"""What was acknowledged, held against what the database holds: everything once, and each person's in order.

Owns the ledger and the comparison. A run that lost or doubled something has no figures worth reading, so it ends.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.bench.database import Database, Values

KEPT = "SELECT conversation_id, external_id FROM messages ORDER BY conversation_id, seq"
TOLD = "SELECT count(*), count(DISTINCT message_id) FROM outbox WHERE message_id IS NOT NULL"


class NotKept(Exception):
    """Something that was acknowledged is missing, there twice, or out of order."""


@dataclass
class Ledger:
    """What was acknowledged, by conversation. `told`: how many of these the other side is told word for word."""

    said: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    told: int = 0

    def note(self, conversation_id: int, external_id: str, *, is_told: bool = True) -> None:
        self.said[conversation_id].append(external_id)
        self.told += is_told


async def check(database: Database, ledger: Ledger, who: str) -> None:
    """Raises:
    NotKept: the database holds something else than what was acknowledged.
    """
    compare(ledger.said, await database.rows(KEPT), who)
    [(rows, messages)] = await database.rows(TOLD)
    if (rows, messages) != (ledger.told, ledger.told):
        raise NotKept(f"{who}: {ledger.told} messages to be told, {rows} rows that tell {messages}")


def compare(said: Mapping[int, Sequence[str]], rows: Sequence[Values], who: str) -> None:
    """Raises:
    NotKept: `rows`, in the order of each conversation, are not what was said.
    """
    kept: dict[int, list[str]] = defaultdict(list)
    for conversation_id, external_id in rows:
        kept[conversation_id].append(external_id)
    for conversation_id in said.keys() | kept.keys():
        wanted, found = list(said.get(conversation_id, ())), kept.get(conversation_id, [])
        if wanted != found:
            missing, more = set(wanted) - set(found), len(found) - len(set(found))
            raise NotKept(
                f"{who}: of {len(wanted)} acknowledged messages of a conversation {len(found)} are kept; "
                f"missing {len(missing)}, twice {more}, strange {len(set(found) - set(wanted))}"
            )
