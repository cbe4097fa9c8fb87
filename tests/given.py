"""What every test stands on: real SQLite and real PostgreSQL, the catalogues, a fake Bot API over HTTP.

PostgreSQL starts once in each worker. A test gets a copy of a migrated database, which is kept, emptied, for the next
one (`kept.py`), or is the test's own.
"""

import asyncio
import gc
import math
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web_app
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import LRUCache

from bot.engine import clock, pools, seal, sqlite
from bot.engine.schema import migrate
from bot.engine.seal import Seal, create_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.language import i18n
from bot.service import Service
from handlers.web.chat import back
from tests import kept, memory, one_loop, postgres
from tests.clocks import Clocks
from tests.crash import program

os.environ["PTB_TIMEDELTA"] = "1"  # python-telegram-bot's coming default; without it every 429 is a deprecation warning
program.is_warm = True  # how long a start takes is for `make chaos` to say
STATEMENTS_KEPT = 5_000
# Files of half a minute and more, those that wait beside those that compute. One that is not there does no harm.
LONGEST = tuple(f"tests/{name}.py" for name in (
    "browser/test_chat_keeps", "browser/test_desk_keeps", "journeys/test_question_to_report",
    "channels/test_typed_commands", "security/test_telegram_matrix", "channels/test_telegram_people",
    "browser/test_web_pages", "journeys/test_queue_follows_roster", "channels/test_telegram_unsaying",
    "channels/test_web_desk_questions", "channels/test_telegram_captions", "browser/test_desk_shifts",
    "security/test_matrix", "browser/test_desk_cases", "cases/test_programs", "channels/test_telegram_overview",
    "telling/test_choices", "security/test_logs", "channels/test_web_chat", "cli/test_verbs",
    "roster/test_timers_at_a_change", "crash/test_kills", "test_dockerfile", "channels/test_web_desk_keeps",
    "engine/test_migrations", "cases/test_addressee", "channels/test_web_keeps", "crash/test_stops",
    "browser/test_hours_pages", "channels/test_web_desk_term", "cli/test_wrong_setup",
    "cases/test_addressee_programs", "channels/test_pressed_twice", "crash/test_reminders", "telling/test_lanes",
))  # fmt: skip
COSTS = seal.SCRYPT_N  # of a secret's hash, where it is none of a test's
SEARCHED_AFTER = 20_000, 20, 20  # new objects, then searches among the younger ones
TOKEN = "123456:AAtestsOnlyTokenThatOpensNothingAtAll"


def _compile_each_statement_once() -> None:
    """Every test opens a database of its own, and each would compile all its statements anew: a third of the time.

    Nothing but the dialect decides how a statement is compiled, and all databases of a kind are alike here.
    """
    for dialect in (SQLiteDialect_pysqlite, PGDialect_asyncpg):
        dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
        dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    compiled: LRUCache = LRUCache(STATEMENTS_KEPT)

    def opened(*url: object, connect_args: dict[str, object], **options: object) -> AsyncEngine:
        through = {"async_creator_fn": kept.connect}
        engine = create_async_engine(*url, connect_args=connect_args | through, **options)  # type: ignore[arg-type]
        engine.sync_engine._compiled_cache = compiled
        return kept.through(engine)

    def opened_here(*url: object, **options: object) -> Engine:
        engine = create_engine(*url, **options)  # type: ignore[arg-type]
        engine._compiled_cache = compiled
        return engine

    pools.create_async_engine = opened  # type: ignore[attr-defined]
    sqlite.create_engine = opened_here  # type: ignore[attr-defined]


def _hash_secrets_cheaply() -> None:
    """A secret is to cost whoever guesses it time, and not every test in which a newcomer agrees on the web."""
    seal.SCRYPT_N = 2**4
    back.NOBODYS = seal.hash_secret("nobody's")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, so that none of them runs alone at the end."""
    longest = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: longest.get(item.nodeid.partition("::")[0], len(LONGEST)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    said = item.get_closest_marker("asyncio")
    one_loop.comes(shares_its_loop=said is not None and said.kwargs.get("loop_scope", "function") != "function")


def pytest_unconfigure() -> None:
    one_loop.end()


def pytest_collection() -> None:
    """Until all tests are known there is nothing to search: what is loaded stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Python's search for what nobody needs any more leaves out what was there before the first test, and stays there
    until the last; and it searches more rarely than for a program that shall stay small."""
    gc.freeze()
    gc.set_threshold(*SEARCHED_AFTER)
    gc.enable()


_compile_each_statement_once()
_hash_secrets_cheaply()
memory.settle()


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Instead of pytest-asyncio's own, which is a parameter of tests: each that needs another would end the browser."""
    return one_loop.factory


@pytest.fixture(scope="session")
def catalogues() -> i18n.Catalogues:
    return i18n.load()


@pytest.fixture(autouse=True)
def _real_time() -> Iterator[None]:
    yield
    clock.unfreeze()


@pytest.fixture(autouse=True)
def _no_site_is_kept() -> Iterator[None]:
    """The web server's library keeps the handlers of the last thousand applications, with all that they hold open."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(autouse=True)
def _no_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy this computer is decides no test: only what asks for it is told that a statement was slow."""
    monkeypatch.setattr(sqlite, "STALL_SECONDS", math.inf)


@pytest.fixture
def clocks() -> Clocks:
    """The computer's clocks are the test's: they show the present, and stand still until they are told otherwise."""
    made = Clocks(datetime.now(UTC))
    clock.read(made.shown, made.seconds)
    return made


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_root() -> Iterator[str]:
    """The address of a PostgreSQL server: RADRUM_TEST_DATABASE_URL, else one started for this run."""
    with postgres.server() as url:
        asyncio.run(postgres.hurry(url))
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_root: str) -> Iterator[str]:
    yield asyncio.run(postgres.make_migrated(postgres_root))
    asyncio.run(postgres.drop_migrated(postgres_root))


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "data" / "radrum.db"
    path.parent.mkdir()
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def kept_postgres(postgres_root: str, migrated_postgres: str) -> Iterator[None]:
    """The worker's database that is kept from test to test, if the account may do what that takes."""
    if not asyncio.run(kept.is_allowed(postgres_root)):
        yield
        return
    kept.DATABASES.append(kept.Database(postgres_root, migrated_postgres))
    yield
    one_loop.run(kept.DATABASES.pop().throw_away())


@pytest.fixture
async def kept_postgres_url(kept_postgres: None, postgres_root: str, migrated_postgres: str) -> AsyncIterator[str]:
    """The address of the database that is kept; a test that is not asynchronous has one of its own."""
    is_kept = kept.DATABASES and one_loop.is_here()
    async with kept.DATABASES[0].lent() if is_kept else postgres.copy_of(postgres_root, migrated_postgres) as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_root: str, migrated_postgres: str) -> AsyncIterator[str]:
    """The address of a database of the test's own, with new connections."""
    async with postgres.copy_of(postgres_root, migrated_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    is_own = request.node.get_closest_marker("own_database")
    return request.getfixturevalue("postgres_url" if is_own else "kept_postgres_url")


def settings_for(database_url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a test: its own database and key, short waits."""
    given = {
        "data_dir": folder / "data",
        "key_file": folder / "key" / "radrum.key",
        "database_url": database_url,
        "controller": "IM",
        "contact": "070-174 06 05",
        "poll_seconds": 0.5,
        "retry_first_seconds": 0.05,
        "work_seconds": 10,
        "long_poll_seconds": 1,
        "send_timeout_seconds": 5,
        "sends_a_second": 1_000,
        "sends_to_a_chat_a_second": 1_000,
    }
    return Settings(**(given | changes))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = settings_for(database_url, tmp_path)
    create_key(made.key_file)
    return made


@pytest.fixture
async def service(settings: Settings, catalogues: i18n.Catalogues) -> AsyncIterator[Service]:
    from bot.engine.seal import load_key

    store = Store(settings, Seal(load_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: i18n.Catalogues) -> AsyncIterator[Service]:
    """A service on SQLite; `service` is the same on both databases."""
    settings = settings_for(sqlite_url, tmp_path)
    store = Store(settings, Seal(create_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()
