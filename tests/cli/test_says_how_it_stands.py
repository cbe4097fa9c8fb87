"""What the command line says of holidays and of times that do not exist is so."""

import asyncio
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import main
from bot.engine import clock
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.store import Store
from bot.hours import changes
from bot.people import people
from bot.places import places
from handlers.cli import common
from models.people import Role
from tests.given import settings_for

MONDAY, JANUARY = 0, datetime(2027, 1, 11, 8, tzinfo=UTC)
EASTER_MONDAY = date(2027, 3, 29)  # the only Monday in the half-year to come on which Sweden rests


@pytest.fixture(autouse=True)
def installed(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linero is open on Mondays, Amina is a volunteer, and it is January."""
    clock.freeze(JANUARY)
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    asyncio.run(_opened(Store(settings, Seal(load_key(settings.key_file)))))
    for name in ("DATABASE_URL", "KEY_FILE", "DATA_DIR"):
        monkeypatch.setenv(f"RADRUM_{name}", str(getattr(settings, name.lower())))


async def _opened(store: Store) -> None:
    async with store.work() as work:
        await people.add_staff(work, role=Role.VOLUNTEER, alias="Amina", language="sv", speaks=["sv"])
        await places.add_place(work, code="linero", name_key="linero_library")
        await changes.set_hours(
            work, place="linero", weekday=MONDAY, spans=[(time(13), time(15))], valid_from=date(2027, 1, 1)
        )
    await store.close()


def test_all_holidays_are_decided_once_the_last_one_is() -> None:
    before = CliRunner().invoke(main, ["hours", "holidays"])
    CliRunner().invoke(main, ["hours", "close", EASTER_MONDAY.isoformat(), "linero", "holiday"])
    after = CliRunner().invoke(main, ["hours", "holidays"])

    decided = str(common.words("cli_hours_all_decided"))
    assert EASTER_MONDAY.isoformat() in before.output and decided not in before.output
    assert after.output.strip() == decided


@pytest.mark.parametrize(("day", "is_there"), [("2027-03-28", False), ("2027-04-04", True)])
def test_a_time_that_the_clock_leaps_over_is_refused(day: str, is_there: bool) -> None:
    done = CliRunner().invoke(main, ["shift", "add", day, "02:30-05:00", "Amina", "--place", "linero"])

    assert (done.exit_code == 0) is is_there
    assert (str(common.words("no_such_time", value="02:30-05:00")) in done.stderr) is not is_there
