"""A service on SQLite alone, for what does not depend on the database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import i18n
from bot.seal import Seal, create_key
from bot.service import Service
from bot.store import Store
from tests.conftest import settings_for


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: i18n.Catalogues) -> AsyncIterator[Service]:
    """A service on SQLite; `service` is the same on both databases."""
    settings = settings_for(sqlite_url, tmp_path)
    store = Store(settings, Seal(create_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()
