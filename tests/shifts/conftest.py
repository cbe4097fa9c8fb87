"""The office of the tests about shifts, on SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests.shifts.office import ShiftOffice, shift_office


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftOffice]:
    async with shift_office(sqlite_url, tmp_path, catalogues) as made:
        yield made
