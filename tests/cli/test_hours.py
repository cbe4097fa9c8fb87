"""The command line's own question: taking back a change of the hours shows it, and is done only after a yes."""

import asyncio
from datetime import date, time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import main
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.hours import changes, changes_made
from bot.places import places
from handlers.cli import common
from tests.given import settings_for

MONDAY = 0


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation whose newest change is Linero's hours on Mondays, named by the environment."""
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    asyncio.run(_open_linero(settings))
    monkeypatch.setenv("RADRUM_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("RADRUM_KEY_FILE", str(settings.key_file))
    monkeypatch.setenv("RADRUM_DATA_DIR", str(settings.data_dir))
    return settings


async def _open_linero(settings: Settings) -> None:
    store = Store(settings, Seal(load_key(settings.key_file)))
    async with store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
        span = {"spans": [(time(13), time(15))], "valid_from": date(2026, 12, 14)}
        await changes.set_hours(work, place="linero", weekday=MONDAY, **span)
    await store.close()


def standing(settings: Settings) -> int | None:
    async def look() -> int | None:
        store = Store(settings, Seal(load_key(settings.key_file)))
        async with store.look() as db:
            found = await changes_made.newest_standing(db)
        await store.close()
        return found

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("answer", "is_undone"),
    [("nej\n", False), ("\n", False), ("", False), ("ja\n", True), ("J\n", True), ("y\n", True)],
)
def test_undo_shows_the_change_and_asks(settings: Settings, answer: str, is_undone: bool) -> None:
    number = standing(settings)

    done = CliRunner().invoke(main, ["hours", "undo"], input=answer)

    assert "Linero bibliotek" in done.output and common.words("cli_hours_undo_sure", number=str(number)) in done.output
    assert (done.exit_code == 0) is is_undone
    assert (standing(settings) != number) is is_undone


def test_undo_can_be_told_not_to_ask(settings: Settings) -> None:
    number = standing(settings)

    done = CliRunner().invoke(main, ["hours", "undo", "--yes"])

    assert "Linero bibliotek" in done.output and "?" not in done.output
    assert done.exit_code == 0
    assert standing(settings) != number
