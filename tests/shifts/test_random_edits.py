"""A thousand random edits of two weeks: nobody is on two shifts at once, none is of trainees only or overfull."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import update

from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.people.standing import PROFILES
from bot.roster import shifts
from bot.roster.signing import CannotStaff
from bot.service import Service
from bot.shifts import making, taking
from bot.volunteers import leaving
from tests import builders
from tests.builders import Staff

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
EDITS = 1_000


class Month:
    """Staff and shifts, and one random edit at a time by whoever may make it."""

    def __init__(self, service: Service, karin: Staff, staff: list[Staff], seed: int) -> None:
        self.service, self.karin, self.staff = service, karin, staff
        self.random = random.Random(seed)
        self.shifts: list[int] = []
        self.refused = 0

    async def edit(self) -> None:
        act = self.random.choice([self.add, self.sign_up, self.sign_up, self.assign, self.assign, self.unassign,
                                  self.cannot, self.cancel, self.bring_back, self.leave])  # fmt: skip
        try:
            await act()
        except (CannotStaff, BadInput, NotFound):
            self.refused += 1

    async def add(self) -> None:
        begins = NOW + timedelta(hours=self.random.randrange(1, 24 * 14))
        those = self.random.sample(self.staff, self.random.randrange(0, 2))
        place = self.random.choice(["online", "linero", "stadsbiblioteket"])
        lasts = timedelta(hours=self.random.randrange(1, 9))
        if any(one.alias.startswith("T") for one in those):
            those = []
        self.shifts.append(await builders.shift(self.service, *those, starts_at=begins, lasts=lasts, place=place))

    async def sign_up(self) -> None:
        async with builders.acting(self.service, self.who()) as work:
            await taking.sign_up(work, self.which())

    async def cannot(self) -> None:
        async with builders.acting(self.service, self.who()) as work:
            await taking.cannot_come(work, self.which())

    async def leave(self) -> None:
        async with builders.acting(self.service, self.who()) as work:
            await taking.leave(work, self.which())

    async def assign(self) -> None:
        async with builders.acting(self.service, self.karin) as work:
            await making.assign(work, self.which(), self.who().id)

    async def unassign(self) -> None:
        async with builders.acting(self.service, self.karin) as work:
            await making.unassign(work, self.which(), self.who().id)

    async def cancel(self) -> None:
        async with builders.acting(self.service, self.karin) as work:
            await making.cancel(work, self.which())

    async def bring_back(self) -> None:
        async with self.service.store.work() as work:
            await shifts.bring_back_shift(work, self.which())

    def who(self) -> Staff:
        return self.random.choice(self.staff)

    def which(self) -> int:
        return self.random.choice(self.shifts)


async def test_a_thousand_random_edits_leave_no_overlap_and_no_shift_of_trainees_only(house: Service) -> None:
    clock.freeze(NOW)
    karin = await builders.coordinator(house)
    names = ("Amina", "Bo", "Cleo", "Dag", "Tove", "Tim")
    staff = [await builders.volunteer(house, name, on_shift=False) for name in names]
    trainees = {one.id for one in staff if one.alias.startswith("T")}
    async with house.store.work() as work:
        await work.db.execute(update(PROFILES).where(PROFILES.c.person_id.in_(trainees)).values(is_trainee=True))
    month = Month(house, karin, staff, seed=13)
    await month.add()

    done = 0
    for number in range(EDITS):
        await month.edit()
        if number % 20 == 19:
            done += await _require_sound(house, trainees)

    assert month.refused > EDITS // 10 and done > EDITS // 20, "nothing was tried"


async def _require_sound(house: Service, trainees: set[int]) -> int:
    rows = await builders.table(
        house, "SELECT a.person_id, s.id, s.starts_at, s.ends_at, s.needed FROM assignments a "
        "JOIN shifts s ON s.id = a.shift_id WHERE s.cancelled_at IS NULL ORDER BY s.starts_at",
    )  # fmt: skip
    by_person, by_shift = defaultdict(list), defaultdict(list)
    for row in rows:
        by_person[row.person_id].append(row)
        by_shift[row.id].append(row)
    for mine in by_person.values():
        assert all(one.ends_at <= other.starts_at for one, other in pairwise(mine)), mine
    for there in by_shift.values():
        assert {row.person_id for row in there} - trainees, there
        assert len(there) <= there[0].needed, there
    return len(rows)


async def test_who_leaves_with_three_shifts_ahead_is_on_none_and_coordinators_know_the_open_places(
    house: Service,
) -> None:
    clock.freeze(NOW)
    karin = await builders.coordinator(house)
    amina, bo = [await builders.volunteer(house, name, on_shift=False) for name in ("Amina", "Bo")]
    past = await builders.shift(house, amina, starts_at=NOW - timedelta(days=1), lasts=timedelta(hours=2))
    ahead = [await builders.shift(house, amina, bo, starts_at=NOW + timedelta(days=n)) for n in (1, 2, 3)]

    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    left = await builders.table(house, "SELECT shift_id FROM assignments WHERE person_id = :id", id=amina.id)
    assert [row.shift_id for row in left] == [past]  # her hours stay in totals
    places = await builders.table(house, "SELECT shift_id FROM stand_ins WHERE taken_at IS NULL")
    assert {row.shift_id for row in places} == set(ahead)
    said = await builders.screen(house, karin.id)
    assert len([one for one in said if "har inte tillgång längre, och är inte anmäld till" in one]) == len(ahead)
