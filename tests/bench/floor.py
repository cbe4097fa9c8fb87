"""The floors under taking in words: the rows that the product makes of a message, with the same durability, and nothing
else. No update is parsed, nothing sealed, nobody's permission asked; the product can come near them and never below.

Owns the rows and the statements of one message. How many share a COMMIT is in `floors_sqlite.py`, `floors_postgres.py`.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.bench.kept import Ledger
from tests.bench.seeding import Pair
from tests.bench.ways import Way

SEALED_BYTES = 90  # a short sentence with its nonce and tag
PARAMS = '{"case": 4567890123456789, "code": "1234567", "seq": 4503599627370496, "typed": 1}'
TALKS = """
SELECT c.conversation_id, c.id, a.id, n.id FROM cases c
JOIN addresses a ON a.person_id = c.volunteer_id AND a.channel = 'telegram'
LEFT JOIN addresses n ON n.person_id = c.newcomer_id AND n.channel = 'telegram'
"""
INBOUND = "INSERT INTO inbound (channel, key, attempts, came_at, done_at) VALUES ('telegram', ?1, 0, ?2, ?2)"
LOCK = "UPDATE conversations SET version = version + 1 WHERE id = ?1"
MESSAGE = """
INSERT INTO messages (id, conversation_id, case_id, seq, author, external_id, version, words, said_at, marks)
SELECT ?1, id, ?3, version * 4096, 'newcomer', ?4, 0, ?5, ?6, '[]' FROM conversations WHERE id = ?2
"""
CASE = "UPDATE cases SET waiting_since = COALESCE(waiting_since, ?2), last_message_at = ?2 WHERE id = ?1"
EVENT = "INSERT INTO case_events (case_id, kind, at, on_day) VALUES (?1, 'newcomer_wrote', ?2, ?3)"
STANDS = "INSERT INTO chat_messages (address_id, remote_id, came_at) VALUES (?1, ?2, ?3)"
OUTBOX = """
INSERT INTO outbox (address_id, kind, params, case_id, message_id, seq, state, created_at, due_at, timed_at, attempts,
    doubtful, parts_sent)
VALUES (?1, 'words', ?2, ?3, ?4, 0, 'due', ?5, ?5, ?5, 0, false, 0)
"""


@dataclass(frozen=True, slots=True)
class Talk:
    """Where one newcomer's words go, and where they come from."""

    conversation_id: int
    case_id: int
    address_id: int
    newcomer_address_id: int


@dataclass(frozen=True, slots=True)
class Said:
    """One message, on its way into the database."""

    talk: Talk
    number: int
    message_id: int
    words: bytes
    at: datetime

    @property
    def external_id(self) -> str:
        return f"t{self.number}"


def said(talk: Talk, number: int) -> Said:
    """A message that nobody has sealed."""
    return Said(talk, number, secrets.randbits(52) | 1 << 52, os.urandom(SEALED_BYTES), datetime.now(UTC))


def statements(one: Said) -> list[tuple[str, tuple[Any, ...]]]:
    """All that one message changes, in order."""
    talk, at = one.talk, one.at
    return [
        (INBOUND, (str(one.number), at)),
        (LOCK, (talk.conversation_id,)),
        (MESSAGE, (one.message_id, talk.conversation_id, talk.case_id, one.external_id, one.words, at)),
        (CASE, (talk.case_id, at)),
        (EVENT, (talk.case_id, at, at.date())),
        (OUTBOX, (talk.address_id, PARAMS, talk.case_id, one.message_id, at)),
        (STANDS, (talk.newcomer_address_id, one.number, at)),
    ]


class Floor(Way):
    """What has been written by hand is noted as what a program has acknowledged."""

    def __init__(self, name: str, talks: Sequence[Talk], ledger: Ledger) -> None:
        super().__init__(name, len(talks))
        self.talks, self._ledger = talks, ledger

    def note(self, one: Said) -> None:
        self._ledger.note(one.talk.conversation_id, one.external_id)


def talks_of(rows: Sequence[tuple[Any, ...]], pairs: Sequence[Pair]) -> list[Talk]:
    """The talk of each pair, in their order."""
    found = {row[0]: Talk(*row) for row in rows}
    return [found[pair.conversation_id] for pair in pairs]
