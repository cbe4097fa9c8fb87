"""The files of an SQLite database belong to their owner alone, whatever the umask and whoever made them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.engine.schema import migrate
from bot.engine.seal import create_key
from bot.engine.settings import Settings
from bot.engine.sqlite_files import FilesOpen, database_file, keep_private
from bot.engine.unlocking import open_store
from tests.given import settings_for

UNCHANGEABLE = Path("/proc/self/status")  # everybody may read it, and nobody may change that, not even root


@pytest.fixture(autouse=True)
def _careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_for(f"sqlite:///{tmp_path}/data/radrum.db", tmp_path)
    create_key(made.key_file)
    made.data_dir.mkdir()
    return made


def modes(settings: Settings) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in settings.data_dir.iterdir()}


async def test_a_new_database_and_what_lies_beside_it_are_their_owner_s_from_the_start(settings: Settings) -> None:
    await migrate(settings.database_url)
    made = modes(settings)
    store = await open_store(settings)
    async with store.work() as work:
        await work.db.execute(text("DELETE FROM meta"))
    while_open = modes(settings)
    await store.close()

    assert made == {"radrum.db": 0o600}
    assert while_open == {"radrum.db": 0o600, "radrum.db-wal": 0o600, "radrum.db-shm": 0o600}


async def test_what_an_earlier_release_left_open_is_tightened_at_the_start(settings: Settings) -> None:
    await migrate(settings.database_url)
    first = await open_store(settings)  # which holds the files beside the database open, as a running program does
    for file in settings.data_dir.iterdir():
        file.chmod(0o664)
    opened = modes(settings)

    second = await open_store(settings)

    assert opened == {"radrum.db": 0o664, "radrum.db-wal": 0o664, "radrum.db-shm": 0o664}
    assert set(modes(settings).values()) == {0o600}
    await second.close()
    await first.close()


async def test_what_others_can_read_and_cannot_be_tightened_is_refused(settings: Settings) -> None:
    await migrate(settings.database_url)
    beside = settings.data_dir / "radrum.db-wal"
    beside.symlink_to(UNCHANGEABLE)

    with pytest.raises(FilesOpen) as caught:
        await open_store(settings)

    assert caught.value.values == {"path": str(beside)}
    beside.unlink()
    await (await open_store(settings)).close()


def test_a_database_of_a_server_has_no_files_of_ours() -> None:
    assert database_file("postgresql+asyncpg://h/d") is None
    keep_private(Path("/nowhere/at/all.db"))
