"""`check` says when the facts about the helplines are too old to be passed on unread."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import main
from bot.engine import clock
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.store import Store
from bot.language.helplines import EMERGENCY, GOOD_FOR, HELPLINES
from bot.people import people
from handlers.cli import common
from models.people import Role
from tests.given import settings_for

OLDEST = min(line.checked for line in (EMERGENCY, *HELPLINES))


@pytest.fixture
def installed(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    asyncio.run(_init(Store(settings, Seal(load_key(settings.key_file)))))
    for name, value in (
        ("DATABASE_URL", settings.database_url), ("KEY_FILE", settings.key_file), ("DATA_DIR", settings.data_dir),
        ("CONTROLLER", "IM"), ("CONTACT", "046-000 00 00"),
    ):  # fmt: skip
        monkeypatch.setenv(f"RADRUM_{name}", str(value))


async def _init(store: Store) -> None:
    async with store.work() as work:
        await people.add_staff(work, role=Role.COORDINATOR, alias="Karin", language="sv", speaks=["sv"])
    await store.close()


@pytest.mark.parametrize(("days", "is_old"), [(0, False), (1, True)])
def test_it_says_that_the_helplines_were_read_long_ago(installed: None, days: int, is_old: bool) -> None:
    day: date = OLDEST + GOOD_FOR + timedelta(days=days)
    clock.freeze(datetime.combine(day, time(12), UTC))

    done = CliRunner().invoke(main, ["check"])

    assert done.exit_code == 0
    assert str(common.words("cli_checked")) in done.output
    assert (str(common.words.day(OLDEST)) in done.output and "helplines.toml" in done.output) is is_old
