"""Nothing of a test is left for the next one in the database that a worker keeps, on its connections, in its loop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests import kept, kept_sql, one_loop, postgres
from tests.kept import Database
from tests.one_loop import OneLoop

WITH_SETTINGS = {"server_settings": {"lock_timeout": "5000"}}
A_ROW = "INSERT INTO meta (name, value) VALUES ('left by a test', 'x')"
ROWS = "SELECT count(*) FROM meta"


@pytest.fixture
async def database(postgres_root: str, migrated_postgres: str) -> AsyncIterator[Database]:
    made = Database(postgres_root, migrated_postgres)
    yield made
    await made.throw_away()


async def connect(database: Database, url: str) -> asyncpg.Connection:
    return await database.connect(dsn=url, database=postgres.name_of(url), **WITH_SETTINGS)


async def done_in(database: Database, *statements: str) -> str:
    """A test has done this; returns where."""
    async with database.lent() as url:
        connection = await connect(database, url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()
    return url


async def seen_in(database: Database, question: str) -> object:
    """What the next test finds."""
    async with database.lent() as url:
        connection = await connect(database, url)
        found = await connection.fetchval(question)
        await connection.close()
    return found


async def test_rows_are_gone_and_numbers_begin_anew(database: Database) -> None:
    first = await done_in(database, A_ROW, "SELECT nextval('outbox_id_seq')")

    assert await seen_in(database, ROWS) == 0
    assert await seen_in(database, "SELECT nextval('outbox_id_seq')") == 1
    assert await done_in(database) == first


async def test_what_refers_to_what_is_looked_at_again_once_the_rows_are_gone(database: Database) -> None:
    await done_in(database, A_ROW)

    assert database._root is not None
    assert await database._root.fetchval("SHOW session_replication_role") == "origin"


async def test_a_table_that_has_grown_is_small_again(database: Database) -> None:
    many = "INSERT INTO meta (name, value) SELECT 'left ' || n, repeat('x', 99) FROM generate_series(1, 2000) n"

    first = await done_in(database, many)

    assert await seen_in(database, "SELECT pg_relation_size('meta')") == 0
    assert await done_in(database, A_ROW) == first
    assert await seen_in(database, ROWS) == 0


@pytest.mark.parametrize("statement", [
    "CREATE TABLE left_over (id int)",
    "CREATE TEMPORARY TABLE left_over (id int)",
    "ALTER TABLE meta ADD left_over int",
    "ALTER TABLE meta ALTER value SET DEFAULT 'x'",
    "DROP TABLE meta CASCADE",
    "DROP INDEX ix_outbox_due" ,
    "CREATE INDEX left_over ON meta (value)",
    "CREATE FUNCTION left_over() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA left_over",
    "GRANT SELECT ON meta TO PUBLIC",
    "UPDATE alembic_version SET version_num = 'left over'",
    "DELETE FROM alembic_version",
    "SELECT lo_create(0)",
    f"{A_ROW}; ANALYZE meta",
    "ANALYZE people",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 7', current_database()); END $$",
])  # fmt: skip
async def test_a_database_that_was_changed_is_thrown_away(database: Database, statement: str) -> None:
    await done_in(database, statement)

    assert database.found == "a changed schema"
    assert database._root is None


async def test_nothing_that_was_set_or_held_stays_on_a_connection(database: Database) -> None:
    one = "SELECT pg_backend_pid()"
    pid = await seen_in(database, one)

    await done_in(
        database, "SET lock_timeout = 7", "SELECT pg_advisory_lock(5)", "LISTEN left_over",
        "SET ROLE pg_read_all_data", "DECLARE left_over CURSOR WITH HOLD FOR SELECT 1",
    )  # fmt: skip

    assert await seen_in(database, one) == pid
    assert await seen_in(database, "SHOW lock_timeout") == "5s"
    assert await seen_in(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    assert await seen_in(database, "SELECT count(*) FROM pg_listening_channels()") == 0
    assert await seen_in(database, "SELECT count(*) FROM pg_cursors WHERE name = 'left_over'") == 0
    assert await seen_in(database, "SELECT current_user = session_user") is True


@pytest.mark.parametrize(
    "statements", [("BEGIN", A_ROW), ("BEGIN", "LOCK TABLE meta"), ("SELECT pg_sleep(0)", "BEGIN")]
)
async def test_a_connection_in_a_transaction_is_not_kept(database: Database, statements: tuple[str, ...]) -> None:
    one = "SELECT pg_backend_pid()"
    pid = await seen_in(database, one)

    first = await done_in(database, *statements)

    assert await seen_in(database, one) != pid
    assert await seen_in(database, ROWS) == 0
    assert await done_in(database) == first


async def test_a_connection_opened_while_the_database_was_set_otherwise_is_not_kept(database: Database) -> None:
    async with database.lent() as url:
        other = await asyncpg.connect(url)
        await other.execute(f'ALTER DATABASE "{postgres.name_of(url)}" SET role = pg_read_all_data')
        poor = await connect(database, url)
        await other.execute(f'ALTER DATABASE "{postgres.name_of(url)}" RESET role')
        await poor.close()
        await other.close()

    assert database.found == kept_sql.NOTHING
    assert poor.is_closed()


async def test_whoever_is_still_connected_and_holds_locks_is_not_any_more(database: Database) -> None:
    async with database.lent() as first:
        killed = await asyncpg.connect(first)
        await killed.execute("BEGIN")
        await killed.execute(A_ROW)
        await killed.execute("SELECT pg_advisory_lock(5)")
        forgotten = await connect(database, first)
        await forgotten.execute("LISTEN left_over")
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await killed.execute("COMMIT")

    assert (killed.is_closed(), forgotten.is_closed()) == (True, True)
    assert await seen_in(database, ROWS) == 0
    assert await seen_in(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    assert await done_in(database) == first
    for connection in (killed, forgotten):
        connection.terminate()


async def test_a_connection_that_the_server_has_ended_is_not_given_to_anybody(database: Database) -> None:
    pid = await seen_in(database, "SELECT pg_backend_pid()")

    async with database.lent() as url:
        other = await asyncpg.connect(url)
        await other.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        await other.close()

    assert await seen_in(database, "SELECT pg_backend_pid()") != pid


async def test_a_database_of_which_nobody_can_say_how_it_is_is_thrown_away(database: Database) -> None:
    async with database.lent() as first:
        other = await asyncpg.connect(first)
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await other.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}")
        await other.execute(A_ROW)
        await other.close()

    assert await done_in(database) != first
    assert await seen_in(database, ROWS) == 0


async def test_an_account_that_is_no_superuser_keeps_nothing(postgres_root: str) -> None:
    root = await asyncpg.connect(postgres_root)
    await root.execute("DROP ROLE IF EXISTS radrum_poor")
    await root.execute("CREATE ROLE radrum_poor LOGIN PASSWORD 'poor'")
    place = urlsplit(postgres_root)
    as_poor = place._replace(netloc=f"radrum_poor:poor@{place.netloc.rpartition('@')[2]}").geturl()

    allowed = [await kept.is_allowed(url) for url in (postgres_root, as_poor)]

    await root.execute("DROP ROLE radrum_poor")
    await root.close()
    assert allowed == [True, False]


async def test_a_loop_that_is_wanted_while_a_test_runs_is_another() -> None:
    """As the browser's, which lasts longer: what a test leaves would be ended in it too."""
    assert one_loop.is_here(), "pytest-asyncio asks for a loop otherwise than tests/given.py answers"

    first = one_loop.factory()

    first.close()
    assert first is not asyncio.get_running_loop()


def test_what_outlasts_a_test_has_another_loop() -> None:
    one_loop.comes(shares_its_loop=True)
    longer = one_loop.factory()
    one_loop.comes(shares_its_loop=False)
    ours = one_loop.factory()

    ours.close()
    longer.close()
    assert (type(ours) is OneLoop, type(longer) is OneLoop) == (True, False)


def _later(loop: OneLoop, note: Callable[[], None]) -> None:
    loop.call_later(0, note)


def _soon(loop: OneLoop, note: Callable[[], None]) -> None:
    loop.call_soon(note)


def _when_told(loop: OneLoop, note: Callable[[], None]) -> None:
    reads, writes = socket.socketpair()
    loop.add_reader(reads.dup().detach(), note)
    writes.send(b"x")
    reads.close()
    writes.close()


def _at_a_signal(loop: OneLoop, note: Callable[[], None]) -> None:
    loop.add_signal_handler(signal.SIGUSR1, note)
    signal.raise_signal(signal.SIGUSR1)


@pytest.mark.parametrize("leave", [_later, _soon, _when_told, _at_a_signal])
def test_what_a_test_has_left_in_the_loop_never_runs(leave: Callable[[OneLoop, Callable[[], None]], None]) -> None:
    loop, noted = OneLoop(), list[str]()

    leave(loop, lambda: noted.append("ran"))
    loop.close()
    loop.run_until_complete(asyncio.sleep(0.001))

    loop.end()
    assert noted == []
