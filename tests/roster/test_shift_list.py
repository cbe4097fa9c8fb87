"""What the command line lists of shifts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.engine.store import Store
from bot.service import Service
from handlers.cli import common, staff
from tests import builders


async def test_a_shift_over_midnight_is_listed_with_the_day_on_which_it_ends(
    house: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.freeze(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=datetime(2026, 1, 7, 21, 0, tzinfo=UTC), lasts=timedelta(hours=4))
    acts: list[Callable[[Store], Awaitable[None]]] = []
    monkeypatch.setattr(common, "with_store", acts.append)
    monkeypatch.setattr(staff, "words", house.desk("sv"))

    staff.list_shifts()
    await acts[0](house.store)

    assert "onsdag 7 januari 2026 kl. 22:00–torsdag 8 januari 2026 kl. 02:00  online  Amina" in capsys.readouterr().out
