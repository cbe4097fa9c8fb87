"""Cases around shift changes, a thousand by hand: of each one set of people is told, nobody twice, none is left.

Shifts follow each other with and without a break; some of their people come, some do not, some leave early. Whenever a
case comes, who has a card is compared with a second reading of the rules, made from what the test itself did.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.cases import cases, closing, on_duty, opening, queue, shift_starts
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.people import people
from bot.service import Service
from models.base import table_of
from models.notice import Notice
from models.outbox import Outbox
from models.people import Address
from tests import builders
from tests.builders import Staff

_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)
START = datetime(2027, 3, 27, 18, 0, tzinfo=UTC)  # the night in which an hour is missing
CASES_IN_ALL = int(os.environ.get("RADRUM_SHIFT_CASES", "400"))  # on both databases; a thousand by hand
CASES_OF = {"sqlite": CASES_IN_ALL * 7 // 10, "postgresql": CASES_IN_ALL * 3 // 10}
SEED = int(os.environ.get("RADRUM_SHIFT_SEED", "20270328"))  # others by hand
SHIFTS, STAFF, ON_A_SHIFT = 8, 6, 3
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AROUND = (-1, 0, 1, 599, 600, 601, 1800, 1801)  # seconds from a change
BEFORE_START, GRACE = 15 * MINUTE, 10 * MINUTE


@dataclass
class Planned:
    """A shift as the test knows it, by its id. `came`: since when somebody counts as there; `left`: who has gone."""

    begins: datetime
    ends: datetime
    people: list[Staff]
    id: int = 0
    came: dict[int, datetime] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)


@dataclass
class Roster:
    """A second reading of the rules."""

    shifts: list[Planned]

    def acts(self, who: Staff, at: datetime) -> None:
        for shift in self.shifts:
            near = shift.begins - BEFORE_START <= at < shift.ends
            if near and who in shift.people and who.id not in shift.left:
                shift.came.setdefault(who.id, max(at, shift.begins))

    def goes(self, who: Staff, at: datetime) -> None:
        for shift in self.shifts:
            if shift.begins - BEFORE_START <= at < shift.ends and who in shift.people:
                shift.left.add(who.id)

    def have_cards(self, at: datetime) -> set[int]:
        found: set[int] = set()
        for before, shift in zip([None, *self.shifts], self.shifts, strict=False):
            if not shift.begins <= at < shift.ends:
                continue
            if before is not None and before.ends == shift.begins:
                stays = {one for one in before.came if one not in before.left}
                for one in stays & {each.id for each in shift.people}:
                    shift.came.setdefault(one, shift.begins)
            fresh = {one.id for one in shift.people} if at - shift.begins < GRACE else set()
            found |= (set(shift.came) | fresh) - shift.left
        return found


async def planned(service: Service, chance: random.Random) -> tuple[list[Staff], Roster]:
    clock.freeze(START - timedelta(days=1))
    staff = [await builders.volunteer(service, f"V{n}", speaks=("sv",), on_shift=False) for n in range(STAFF)]
    shifts, begins = [], START
    for _ in range(SHIFTS):
        ends = begins + timedelta(hours=1)
        shifts.append(Planned(begins, ends, chance.sample(staff, ON_A_SHIFT)))
        shifts[-1].id = await builders.shift(service, *shifts[-1].people, starts_at=begins, lasts=ends - begins)
        begins = ends + chance.choice((0, 0, 20)) * MINUTE
    return staff, Roster(shifts)


def deeds(roster: Roster, chance: random.Random) -> list[tuple[datetime, Staff, str]]:
    """On each shift somebody comes early, somebody a little or much too late or not at all, and one leaves early."""
    found = []
    for shift in roster.shifts:
        early, late, third = shift.people
        found.append((shift.begins - 5 * MINUTE, early, "acts"))
        if chance.random() < 0.7:
            found.append((shift.begins + chance.choice((2, 9, 12, 40)) * MINUTE, late, "acts"))
        if shift is not roster.shifts[-1]:
            found.append((shift.begins + 30 * MINUTE, chance.choice((early, third)), "goes"))
    return sorted(found, key=lambda one: one[0])


async def does(service: Service, roster: Roster, deed: tuple[datetime, Staff, str]) -> None:
    at, who, what = deed
    clock.freeze(at)
    async with builders.acting(service, who) as work:
        if what == "goes":
            await on_duty.gone(work)
    (roster.goes if what == "goes" else roster.acts)(who, at)


async def cards_of(service: Service, case_ids: set[int]) -> dict[int, list[int]]:
    """By case, of these: who has been told of it, once for each card."""
    told = defaultdict(list)
    of_them = select(_ROWS.c.case_id, _ADDRESSES.c.person_id).join(_ADDRESSES, _ADDRESSES.c.id == _ROWS.c.address_id)
    cards = of_them.where(_ROWS.c.case_id.in_(case_ids), _ROWS.c.kind == Notice.OFFERED, _ROWS.c.edits.is_(None))
    async with service.store.look() as db:
        for case_id, person_id in await db.execute(cards):
            told[case_id].append(person_id)
    return told


async def test_of_each_case_exactly_one_set_of_people_is_told_and_none_is_left(service: Service) -> None:
    seed = SEED
    chance = random.Random(seed)
    staff, roster = await planned(service, chance)
    changes = sorted({at for shift in roster.shifts for at in (shift.begins, shift.ends)})
    instants = sorted({change + seconds * SECOND for change in changes[:-1] for seconds in AROUND})
    instants.append(changes[-1] - SECOND)
    count = -(-CASES_OF[service.settings.database_url.partition(":")[0].partition("+")[0]] // len(instants))
    waiting: set[int] = set()
    chats = iter(range(1, 10_000))
    opened, owners, todo = 0, {}, deeds(roster, chance)
    for at in instants:
        while todo and todo[0][0] <= at:
            await does(service, roster, todo.pop(0))
        clock.freeze(at)
        async with service.store.work() as work:
            for shift in roster.shifts:
                if shift.begins == at:
                    await shift_starts.start_shift(work, shift.id)
            fresh = set()
            for _ in range(count):
                asker = await people.newcomer_on_telegram(work, next(chats), hint=None)
                case = await opening.open_case(
                    work, newcomer_id=asker.person_id, conversation_id=asker.conversation_id, language="sv",
                    channel="telegram", throttled=False,
                )  # fmt: skip
                await queue.offer(work, case, await queue.volunteers_on_shift(work), await queue.beside(work, case))
                fresh.add(case.id)
        opened += count
        told, expected = await cards_of(service, fresh | waiting), roster.have_cards(at)
        for case_id in fresh:
            assert sorted(told.get(case_id, [])) == sorted(expected), (seed, at)
        for case_id in waiting if expected else ():
            assert expected <= set(told[case_id]), (seed, at)
        assert all(len(them) == len(set(them)) for them in told.values()), (seed, at)
        waiting |= fresh
        if not expected:
            continue
        who = chance.choice([one for one in staff if one.id in expected])
        async with builders.acting(service, who) as work:
            for case_id in waiting:
                claimed = await cases.claim_case(work, case_id=case_id)
                owners[case_id] = claimed.volunteer_id
                await cases.volunteer_answered(work, claimed)
                # So many at once would be too many.
                await closing.close_case(work, case_id=case_id, seen_seq=2**50, sheet=Sheet())
        roster.acts(who, at)
        waiting = set()

    assert waiting == set(), seed
    assert opened >= CASES_OF[service.settings.database_url.partition(":")[0].partition("+")[0]]
    async with service.store.look() as db:
        left = {case.id for case in await queue.waiting(db)}
    assert left == set() and len(owners) == opened, seed
