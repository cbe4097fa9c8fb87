"""The verbs that have to do with a doubted clock, given at a real command line."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.engine import clock
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.trouble import clock_doubt
from models.outbox import Meta
from tests.command_line import Answer, CommandLine
from tests.given import settings_for


@pytest.fixture
async def store(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """A database whose newest instant lies forty days back."""
    settings = settings_for(sqlite_url, tmp_path)
    made = Store(settings, Seal(create_key(settings.key_file)))
    async with made.work() as work:
        known = (work.now - timedelta(days=40)).isoformat()
        await work.db.execute(insert(Meta).values(name=clock_doubt.NEWEST, value=known))
    yield made
    await made.close()


async def _gives(store: Store, *verb: str, typed: str = "") -> Answer:
    settings = store.settings
    env = {
        "LC_ALL": "en_GB.UTF-8", "RADRUM_DATABASE_URL": settings.database_url,
        "RADRUM_KEY_FILE": str(settings.key_file), "RADRUM_DATA_DIR": str(settings.data_dir),
    }  # fmt: skip
    return await CommandLine(env).gives(*verb, typed=typed)


async def _newest(store: Store) -> timedelta:
    """How long ago the newest instant is that the database knows."""
    async with store.look() as db:
        found = await clock_doubt._newest(db)
    assert found is not None
    return clock.now() - found


async def test_the_purge_refuses_after_a_long_pause_until_the_clock_is_confirmed(store: Store) -> None:
    refused = await _gives(store, "purge")
    left = await _gives(store, "clock", "confirm", typed="no\n")
    known = await _newest(store)
    confirmed = await _gives(store, "clock", "confirm", typed="yes\n")
    purged = await _gives(store, "purge")

    assert refused[:2] == (1, "")
    assert "clock may be wrong" in refused[2] and "python -m bot clock confirm" in refused[2]
    assert (left[0], left[2].strip()) == (1, "Nothing has been changed.")
    assert known > timedelta(days=39)
    assert confirmed[0] == 0 and "trusts the clock again" in confirmed[1]
    assert await _newest(store) < timedelta(minutes=5)
    assert (purged[0], purged[2]) == (0, "")
