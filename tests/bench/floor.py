"""The floor under the intake of words: the same rows, one COMMIT each, the same durability, and nothing else.

Written by hand on the drivers themselves. It parses no update, seals nothing and asks for no permission, so the
product can come near it and never below.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from tests.bench.measuring import Take
from tests.crash.place import Place

SEALED_BYTES = 90  # a short sentence with its nonce and tag
POOL = (8, 16)
PARAMS = '{"case": 4567890123456789, "code": "1234567", "seq": 4096000, "edited": false, "part": 0, "parts": 1}'
_PEOPLE = """
SELECT c.id AS case_id, c.conversation_id, a.id AS address_id
FROM cases c JOIN addresses a ON a.person_id = c.volunteer_id AND a.channel = 'telegram' ORDER BY c.id
"""
_INBOUND = "INSERT INTO inbound (channel, key, attempts, came_at, done_at) VALUES ('telegram', ?1, 0, ?2, ?2)"
_LOCK = "UPDATE conversations SET version = version + 1 WHERE id = ?1 RETURNING version"
_MESSAGE = """
INSERT INTO messages (id, conversation_id, case_id, seq, author, external_id, version, words, said_at)
VALUES (?1, ?2, ?3, ?4, 'newcomer', ?5, 0, ?6, ?7)
"""
_CASE = "UPDATE cases SET waiting_since = COALESCE(waiting_since, ?2), last_message_at = ?2 WHERE id = ?1"
_EVENT = "INSERT INTO case_events (case_id, kind, at, on_day) VALUES (?1, 'newcomer_wrote', ?2, ?3)"
_OUTBOX = """
INSERT INTO outbox (address_id, kind, params, case_id, message_id, seq, state, created_at, due_at, attempts, doubtful)
VALUES (?1, 'words', ?2, ?3, ?4, 0, 'due', ?5, ?5, 0, false)
"""


@dataclass(frozen=True, slots=True)
class _Talk:
    """Where one newcomer's words go."""

    case_id: int
    conversation_id: int
    address_id: int


def _statements(talk: _Talk, number: int, version: int, now: Any, day: Any) -> list[tuple[str, tuple[Any, ...]]]:
    message_id = secrets.randbits(52)
    words = os.urandom(SEALED_BYTES)
    message = (message_id, talk.conversation_id, talk.case_id, version << 12, f"floor{number}", words, now)
    return [
        (_MESSAGE, message),
        (_CASE, (talk.case_id, now)),
        (_EVENT, (talk.case_id, now, day)),
        (_OUTBOX, (talk.address_id, PARAMS, talk.case_id, message_id, now)),
    ]


@asynccontextmanager
async def taking_in(place: Place) -> AsyncIterator[Take]:
    """The floor on this place's database; sender n writes as its n-th newcomer."""
    opened = _on_postgres if place.is_postgres else _on_sqlite
    async with opened(place) as take:
        yield take


@asynccontextmanager
async def _on_sqlite(place: Place) -> AsyncIterator[Take]:
    path = make_url(place.settings.database_url).database
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    talks = [_Talk(*row) for row in db.execute(_PEOPLE)]

    def write(sender: int, number: int) -> None:
        talk = talks[sender]
        instant = datetime.now(UTC).replace(tzinfo=None)
        now, day = instant.isoformat(" "), instant.date().isoformat()
        db.execute("BEGIN IMMEDIATE")
        db.execute(_INBOUND, (f"floor{number}", now))
        ((version,),) = db.execute(_LOCK, (talk.conversation_id,)).fetchall()
        for statement, values in _statements(talk, number, version, now, day):
            db.execute(statement, values)
        db.execute("COMMIT")

    # One thread, since there is one writer, and one hop to it a message.
    with ThreadPoolExecutor(1) as thread:
        loop = asyncio.get_running_loop()

        async def take(sender: int, number: int) -> None:
            await loop.run_in_executor(thread, write, sender, number)

        yield take
    db.close()


@asynccontextmanager
async def _on_postgres(place: Place) -> AsyncIterator[Take]:
    fewest, most = POOL
    async with asyncpg.create_pool(place.settings.postgres_dsn, min_size=fewest, max_size=most) as pool:
        talks = [_Talk(*row) for row in await pool.fetch(_PEOPLE)]

        async def take(sender: int, number: int) -> None:
            talk = talks[sender]
            now = datetime.now(UTC)
            async with pool.acquire() as db, db.transaction():
                await db.execute(_dollars(_INBOUND), f"floor{number}", now)
                version = await db.fetchval(_dollars(_LOCK), talk.conversation_id)
                for statement, values in _statements(talk, number, version, now, now.date()):
                    await db.execute(_dollars(statement), *values)

        yield take


def _dollars(statement: str) -> str:
    return statement.replace("?", "$")
