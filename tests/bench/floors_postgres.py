"""The floors on PostgreSQL, with asyncpg: a COMMIT for each message, with as many connections as the product has and
with one a sender, and one COMMIT for whoever waits.

The group's is one statement and one way to the server and back, so that nothing that writes these rows is faster.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from tests.bench.database import for_postgres
from tests.bench.floor import PARAMS, Floor, Said, Talk, said, statements
from tests.bench.floors_sqlite import EACH, TOGETHER
from tests.bench.kept import Ledger
from tests.bench.together import Together

CONNECTIONS = 16  # of the product, for what people do
MANY, MOST_CONNECTIONS = "floor, a connection each", 80  # as many senders, or what the server has to give
WRITE = """
WITH said AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bytea[],
        $10::bigint[])
        AS said (conversation_id, case_id, address_id, message_id, key, external_id, words, newcomer_address_id)
), came AS (
    INSERT INTO inbound (channel, key, attempts, came_at, done_at)
    SELECT 'telegram', key, 0, $8::timestamptz, $8::timestamptz FROM said
), locked AS (
    UPDATE conversations SET version = version + 1 FROM said WHERE id = said.conversation_id RETURNING id, version
), kept AS (
    INSERT INTO messages (id, conversation_id, case_id, seq, author, external_id, version, words, said_at, marks)
    SELECT message_id, conversation_id, case_id, locked.version * 4096, 'newcomer', external_id, 0, words,
        $8::timestamptz, '[]'
    FROM said JOIN locked ON locked.id = said.conversation_id
), waits AS (
    UPDATE cases SET waiting_since = COALESCE(waiting_since, $8::timestamptz), last_message_at = $8::timestamptz
    FROM said WHERE id = said.case_id
), noted AS (
    INSERT INTO case_events (case_id, kind, at, on_day)
    SELECT case_id, 'newcomer_wrote', $8::timestamptz, ($8::timestamptz)::date FROM said
), stands AS (
    INSERT INTO chat_messages (address_id, remote_id, came_at)
    SELECT newcomer_address_id, key::bigint, $8::timestamptz FROM said
)
INSERT INTO outbox (address_id, kind, params, case_id, message_id, seq, state, created_at, due_at, timed_at, attempts,
    doubtful, parts_sent)
SELECT address_id, 'words', $9::text, case_id, message_id, 0, 'due', $8::timestamptz, $8::timestamptz,
    $8::timestamptz, 0, false, 0
FROM said
"""


@asynccontextmanager
async def floors(url: str, talks: Sequence[Talk], ledger: Ledger) -> AsyncIterator[list[Floor]]:
    """All three, on the database that RADRUM_DATABASE_URL names."""
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(asyncpg.create_pool(url, min_size=1, max_size=CONNECTIONS))
        many = await stack.enter_async_context(asyncpg.create_pool(url, min_size=1, max_size=MOST_CONNECTIONS))
        yield [
            _Each(EACH, talks, ledger, few),
            _Together(TOGETHER, talks, ledger, few),
            _Each(MANY, talks, ledger, many),
        ]


class _Each(Floor):
    def __init__(self, name: str, talks: Sequence[Talk], ledger: Ledger, pool: asyncpg.Pool) -> None:
        super().__init__(name, talks, ledger)
        self._pool = pool

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        one = said(self.talks[person], number)
        async with self._pool.acquire() as db, db.transaction():
            for statement, values in statements(one):
                await db.execute(for_postgres(statement), *values)
        self.note(one)


class _Together(Floor):
    def __init__(self, name: str, talks: Sequence[Talk], ledger: Ledger, pool: asyncpg.Pool) -> None:
        super().__init__(name, talks, ledger)
        self._pool, self._line = pool, Together(self._written)

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        one = said(self.talks[person], number)
        await self._line.commit(one)
        self.note(one)

    async def _written(self, some: Sequence[Said]) -> None:
        async with self._pool.acquire() as db:
            await db.execute(WRITE, *as_columns(some))


def as_columns(some: Sequence[Said]) -> tuple[object, ...]:
    """The values of these as WRITE takes them; of one newcomer there is one at most, since who writes waits."""
    talks = [one.talk for one in some]
    return (
        [talk.conversation_id for talk in talks], [talk.case_id for talk in talks],
        [talk.address_id for talk in talks], [one.message_id for one in some], [str(one.number) for one in some],
        [one.external_id for one in some], [one.words for one in some], some[0].at, PARAMS,
        [talk.newcomer_address_id for talk in talks],
    )  # fmt: skip
