"""A volunteer is on one shift at a time; what was cancelled, or is somebody else's, is in nobody's way."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.engine.errors import BadInput
from bot.roster import shifts
from bot.service import Service
from tests import builders
from tests.builders import Staff

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def refused(service: Service, *staff: Staff, after: timedelta, lasts: timedelta = HOUR) -> BadInput | None:
    """Why the shift cannot be added that begins so long after Monday noon, if it cannot."""
    try:
        await builders.shift(service, *staff, starts_at=MONDAY_NOON + after, lasts=lasts)
    except BadInput as why:
        return why
    return None


async def amina_on_shift(service: Service) -> tuple[Staff, int]:
    """Amina, on Monday from one to two in the afternoon, an hour from now."""
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    return amina, await builders.shift(service, amina, starts_at=MONDAY_NOON + HOUR, lasts=HOUR)


@pytest.mark.parametrize(
    ("after", "lasts", "clashes"),
    [
        (HOUR, HOUR, True),
        (timedelta(minutes=90), 2 * HOUR, True),
        (timedelta(minutes=30), HOUR, True),
        (timedelta(minutes=70), timedelta(minutes=10), True),
        (timedelta(0), 4 * HOUR, True),
        (timedelta(0), HOUR, False),
        (2 * HOUR, HOUR, False),
    ],
    ids=["the same", "begins within", "ends within", "lies within", "around it", "just before", "just after"],
)
async def test_two_shifts_of_one_volunteer_may_touch_but_share_no_instant(
    house: Service, after: timedelta, lasts: timedelta, clashes: bool
) -> None:
    amina, _ = await amina_on_shift(house)

    why = await refused(house, amina, after=after, lasts=lasts)

    assert (why.code, why.values["alias"]) == ("shift_clash", "Amina") if clashes else why is None
    count = await builders.one(house, "SELECT count(*) FROM shifts")
    assert count[0] == (1 if clashes else 2)


async def test_a_cancelled_shift_is_in_nobody_s_way(house: Service) -> None:
    amina, shift_id = await amina_on_shift(house)

    before = await refused(house, amina, after=HOUR)
    async with house.store.work() as work:
        await shifts.cancel_shift(work, shift_id)
    after = await refused(house, amina, after=HOUR)

    assert (before and before.code, after) == ("shift_clash", None)


async def test_the_shift_of_somebody_else_is_in_nobody_s_way(house: Service) -> None:
    amina, _ = await amina_on_shift(house)
    bo = await builders.volunteer(house, "Bo", on_shift=False)

    alone, together = await refused(house, bo, after=HOUR), await refused(house, bo, amina, after=HOUR)

    assert alone is None
    assert together is not None and together.code == "shift_clash"


async def test_a_cancelled_shift_is_not_brought_back_for_somebody_who_has_another_by_then(house: Service) -> None:
    amina, first = await amina_on_shift(house)
    async with house.store.work() as work:
        await shifts.cancel_shift(work, first)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + HOUR, lasts=HOUR)

    with pytest.raises(BadInput, match="shift_clash"):
        async with house.store.work() as work:
            await shifts.bring_back_shift(work, first)

    row = await builders.one(house, "SELECT cancelled_at FROM shifts WHERE id = :id", id=first)
    assert row.cancelled_at is not None
