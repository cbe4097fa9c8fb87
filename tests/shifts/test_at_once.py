"""Two at once, on both databases: of a place exactly one gets it, of a week each line once, and the other reads so."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.engine import clock
from bot.places import places
from bot.roster.signing import CannotStaff
from bot.service import Service
from bot.shifts import making, seen, taking
from bot.shifts.typed import NewShift
from models.staffing import WhyNot
from tests import builders
from tests.builders import Staff

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
MONDAY = date(2026, 12, 7)
PAIRS = 500


async def outcome(service: Service, staff: Staff, act: Callable[..., object], *what: object) -> WhyNot | None:
    """Why it was refused, if it was; and that whoever was refused reads what the other has done."""
    try:
        async with builders.acting(service, staff) as work:
            await act(work, *what)  # type: ignore[misc]
    except CannotStaff as refused:
        async with builders.acting(service, staff) as work:
            why = await seen.why_told(work, refused, reader=staff.id)
        assert why.verb is not None and why.names, "the other reads what changed"
        return refused.hindrance.why
    return None


async def test_of_two_at_once_for_the_last_place_exactly_one_gets_it_and_the_other_reads_who(service: Service) -> None:
    clock.freeze(NOW)
    amina, bo, cleo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo", "Cleo")]
    shift = await builders.shift(service, cleo, starts_at=NOW + timedelta(days=6))

    for _ in range(10):
        got = await asyncio.gather(*(outcome(service, one, taking.sign_up, shift) for one in (amina, bo)))

        assert sorted(map(str, got)) == ["None", "full"]
        rows = await builders.table(service, "SELECT person_id FROM assignments WHERE shift_id = :s", s=shift)
        assert len(rows) == 2
        winner = amina if got[0] is None else bo
        async with builders.acting(service, winner) as work:
            await taking.leave(work, shift)


async def test_one_person_is_put_on_one_of_two_shifts_of_the_same_time_only(service: Service) -> None:
    clock.freeze(NOW)
    karin, robin = await builders.coordinator(service, "Karin"), await builders.coordinator(service, "Robin")
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    one, other = [await builders.shift(service, starts_at=NOW + timedelta(days=6)) for _ in range(2)]

    async def put(staff: Staff, shift: int) -> WhyNot | None:
        try:
            async with builders.acting(service, staff) as work:
                await making.assign(work, shift, amina.id)
        except CannotStaff as refused:
            return refused.hindrance.why
        return None

    got = await asyncio.gather(put(karin, one), put(robin, other))

    assert sorted(map(str, got)) == ["None", "clash"]
    assert len(await builders.table(service, "SELECT 1 FROM assignments")) == 1


@pytest.mark.parametrize("pairs", [PAIRS])
async def test_of_two_coordinators_on_one_week_one_wins_each_time_and_nothing_is_overwritten(
    service: Service, pairs: int
) -> None:
    """500 pairs: each adds the same shift, puts somebody on the same last place, or cancels the same shift."""
    clock.freeze(NOW)
    karin, robin = await builders.coordinator(service, "Karin"), await builders.coordinator(service, "Robin")
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
    made = cancelled = 0

    for number in range(pairs):
        begins = time(8 + number % 7 * 2)
        new = NewShift(MONDAY + timedelta(days=number // 7), (begins, time(begins.hour + 1)), "linero", needed=1)
        match number % 5:
            case 3 if made:
                shift = (await builders.table(service, _NEWEST_FREE))[0].id
                acts = [(karin, making.assign, shift, amina.id), (robin, making.assign, shift, bo.id)]
            case 4 if made:
                shift = (await builders.table(service, _NEWEST_HELD))[0].id
                acts = [(karin, making.cancel, shift, ""), (robin, making.cancel, shift, "")]
                cancelled += 1
            case _:
                acts = [(karin, making.new_shift, new), (robin, making.new_shift, new)]
                made += 1
        got = await asyncio.gather(*(outcome(service, *act) for act in acts))  # type: ignore[arg-type]
        assert got.count(None) == 1, (number, got)

    rows = await builders.table(service, "SELECT place, starts_at, cancelled_at FROM shifts")
    held = [(row.place, str(row.starts_at)) for row in rows if row.cancelled_at is None]
    assert len(rows) == made and len(held) == made - cancelled == len(set(held))
    too_many = "SELECT shift_id FROM assignments GROUP BY shift_id HAVING count(*) > 1"
    assert await builders.table(service, too_many) == []


_NEWEST_FREE = (
    "SELECT id FROM shifts WHERE cancelled_at IS NULL AND id NOT IN (SELECT shift_id FROM assignments) "
    "ORDER BY starts_at DESC LIMIT 1"
)
_NEWEST_HELD = "SELECT id FROM shifts WHERE cancelled_at IS NULL ORDER BY starts_at DESC LIMIT 1"
