"""Trouble with the database has a name, is said once a minute, and is over by itself when it is mended: no restart."""

import os
from pathlib import Path

import pytest
import structlog
from sqlalchemy import make_url, text

from bot.engine import condition
from bot.engine.causes import Cause
from bot.engine.condition import CALM_SECONDS, LOGGED_EVERY_SECONDS, Condition
from bot.engine.errors import Unavailable
from bot.engine.seal import Seal, create_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from tests.breaking import POSTGRES, SQLITE, an_act, way_of
from tests.given import settings_for

pytestmark = pytest.mark.own_database  # it is broken or changed here


@pytest.mark.parametrize(
    ("database_url", "trouble"),
    [("sqlite", name) for name in SQLITE] + [("postgresql", name) for name in POSTGRES],
    indirect=["database_url"],
)
async def test_trouble_is_named_and_once_mended_the_next_act_is_done(service: Service, trouble: str) -> None:
    breaks, cause = way_of(service, trouble)
    await an_act(service)

    async with breaks(service):
        with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as refused:
            await an_act(service)
        begun = service.store.condition.cause
    await an_act(service)

    assert refused.value.cause == cause
    assert begun == cause
    assert [(line["event"], line["cause"]) for line in logs] == [("cannot_store", cause)]


async def test_a_reader_that_is_in_use_when_all_are_opened_anew_is_closed_when_it_is_given_back(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    """One connection that stays from the time when nothing could be written keeps all others of the process so."""
    settings = settings_for(sqlite_url, tmp_path)
    service = Service(Store(settings, Seal(create_key(settings.key_file))), settings, catalogues)
    breaks, _ = SQLITE["opened read-only"]
    await an_act(service)

    async with service.store.look() as db:
        await db.execute(text("SELECT 1 FROM timers"))
        async with breaks(service):
            with pytest.raises(Unavailable):
                await an_act(service)
        in_use = _times_open(settings)
    given_back = _times_open(settings)
    await an_act(service)
    await service.store.close()

    assert in_use > 0
    assert given_back == 0


def _times_open(settings: Settings) -> int:
    """How often this process has the database's file open."""
    file = make_url(settings.database_url).database
    with os.scandir("/proc/self/fd") as handles:
        return sum(_leads_to(handle.path) == file for handle in handles)


def _leads_to(handle: str) -> str:
    try:
        return os.readlink(handle)
    except FileNotFoundError:  # the handle that lists them
        return ""


def _at(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "monotonic", lambda: 1000.0 + seconds)


def test_what_lasts_is_logged_once_a_minute_and_at_once_when_the_cause_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Condition()

    with structlog.testing.capture_logs() as logs:
        for second in (0, 1, LOGGED_EVERY_SECONDS - 1, LOGGED_EVERY_SECONDS, LOGGED_EVERY_SECONDS + 1):
            _at(second, monkeypatch)
            made.failed(Cause.LOCKED)
        made.failed(Cause.DISK_FULL)

    told = [(line["cause"], line["seconds"], line["acts"]) for line in logs]
    assert told == [("locked", 0, 1), ("locked", 60, 4), ("disk_full", 61, 6)]


def test_who_waited_behind_the_trouble_does_not_rename_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Condition()
    _at(0, monkeypatch)

    made.failed(Cause.TOO_SLOW)
    slow = made.cause
    made.failed(Cause.LOCKED)
    made.failed(Cause.TOO_SLOW)

    assert (slow, made.cause) == (Cause.TOO_SLOW, Cause.LOCKED)


def test_it_is_over_when_something_is_written_and_no_act_has_failed_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sign of life may fit where people's words do not: only that no act fails any more is an end."""
    made = Condition()
    _at(0, monkeypatch)
    made.failed(Cause.DISK_FULL)
    _at(5, monkeypatch)
    made.failed(Cause.DISK_FULL)

    _at(5 + CALM_SECONDS - 1, monkeypatch)
    made.wrote()
    early, lasted = made.cause, made.lasted_seconds
    _at(5 + CALM_SECONDS, monkeypatch)
    with structlog.testing.capture_logs() as logs:
        made.wrote()

    assert (early, lasted) == (Cause.DISK_FULL, 5)
    assert (made.cause, made.since, made.lasted_seconds) == (None, None, 0)
    assert logs == [{"event": "can_store_again", "log_level": "info", "cause": "disk_full", "seconds": 5, "acts": 2}]
