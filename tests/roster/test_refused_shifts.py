"""A shift that cannot be is refused with its reason, and nothing of it stays."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.errors import BadInput
from bot.roster.shifts import LONGEST_SHIFT
from bot.service import Service
from tests import builders

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("lasts", "why", "values"),
    [
        (-A_MINUTE, "shift_ends_before_start", {}),
        (timedelta(), "shift_ends_before_start", {}),
        (LONGEST_SHIFT + A_MINUTE, "shift_too_long", {"most": 16}),
    ],
)
async def test_a_shift_ends_after_its_start_and_is_no_longer_than_a_person_works(
    house: Service, lasts: timedelta, why: str, values: dict[str, int]
) -> None:
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=MONDAY_NOON, lasts=LONGEST_SHIFT)

    with pytest.raises(BadInput) as refused:
        await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(days=1), lasts=lasts)

    assert (refused.value.code, refused.value.values) == (why, values)
    assert len(await builders.table(house, "SELECT id FROM shifts")) == 1
