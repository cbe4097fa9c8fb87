"""Reminders of shifts under twenty kills of the real program: one row each, none sent twice, and whatever may not have
arrived is said to the coordinator."""

from datetime import timedelta
from itertools import pairwise

from sqlalchemy import update

from bot.cases import shift_starts
from bot.people import people
from models.base import table_of
from models.outbox import Notice, RowState
from models.people import Role
from models.timer import Timer, TimerKind
from tests.crash.conftest import Everywhere
from tests.crash.place import FIRST_VOLUNTEER, Place, forget_what_waits
from tests.crash.program import until

KILLS = 10  # on each of the two databases
COORDINATOR, VOLUNTEERS = FIRST_VOLUNTEER, tuple(FIRST_VOLUNTEER + n for n in range(1, 7))
SHIFTS_A_LIFE, APART = 1, timedelta(minutes=10)
PATIENCE_SECONDS = 60.0  # a deadline, not a speed
TIMERS = table_of(Timer)


async def test_reminders_under_twenty_kills_are_one_row_each_never_sent_twice_and_doubt_is_said(
    everywhere: Everywhere,
) -> None:
    async def scenario(place: Place) -> None:
        staff = await a_staff(place)
        for life in range(KILLS):
            await due_now(place, staff, first=life * SHIFTS_A_LIFE)
            await lives_and_is_killed(place, life)
        place.api.clear_faults()
        await place.program.start()
        await all_told(place, KILLS * SHIFTS_A_LIFE * len(staff))

        await judged(place, KILLS * SHIFTS_A_LIFE * len(staff))

    await everywhere(scenario)


async def a_staff(place: Place) -> list[int]:
    """A coordinator and volunteers, all on Telegram; nothing waits to be said. Returns the volunteers' ids."""
    ids = []
    async with place.store.work() as work:
        for chat in (COORDINATOR, *VOLUNTEERS):
            role = Role.COORDINATOR if chat == COORDINATOR else Role.VOLUNTEER
            ids.append(await people.add_staff(work, role=role, alias=f"Vera{chat}", language="sv", speaks=["sv"]))
            await people.link_telegram(work, ids[-1], chat)
    await forget_what_waits(place.store)
    return ids[1:]


async def due_now(place: Place, staff: list[int], *, first: int) -> None:
    """Further shifts with everybody on them, whose reminders are due."""
    made = []
    async with place.store.work() as work:
        for number in range(first, first + SHIFTS_A_LIFE):
            begins = work.now + timedelta(hours=6) + number * APART
            ends = begins + timedelta(minutes=5)
            made.append(await shift_starts.add_shift(work, starts_at=begins, ends_at=ends, person_ids=staff))
    await forget_timers(place, made)
    async with place.store.work() as work:
        for shift in made:
            await work.remind(TimerKind.SHIFT_DAY_BEFORE, shift, work.now)


async def forget_timers(place: Place, shifts: list[int]) -> None:
    """Of what was armed with these shifts nothing is left to be done: an alarm beside would be looked at too."""
    async with place.store.work() as work:
        await work.db.execute(update(TIMERS).where(TIMERS.c.subject.in_(shifts)).values(done_at=work.now))


async def lives_and_is_killed(place: Place, life: int) -> None:
    """The program is killed while a reminder has been accepted and not answered; or after so many were accepted."""
    before = accepted(place)
    if life % 2:
        held = place.api.fail("sendMessage", VOLUNTEERS[life % len(VOLUNTEERS)], kind="hold")
        await place.program.start()
        await held.reached(PATIENCE_SECONDS)
    else:
        await place.program.start()
        await until(
            lambda: accepted(place) > before + life % 4,
            otherwise=f"more reminders\n{place.program.last_words()}",
            seconds=PATIENCE_SECONDS,
        )
    await place.program.kill()
    place.api.clear_faults()


def accepted(place: Place) -> int:
    return sum(len(place.api.chat(chat).from_bot) for chat in VOLUNTEERS)


async def all_told(place: Place, count: int) -> None:
    async def made() -> bool:
        return len(await place.rows(Notice.SHIFT_REMINDER)) >= count

    await until(
        made, otherwise=f"{place.name}: {count} reminders\n{place.program.last_words()}", seconds=PATIENCE_SECONDS
    )
    await place.everything_said(PATIENCE_SECONDS)


async def judged(place: Place, count: int) -> None:
    rows = await place.rows(Notice.SHIFT_REMINDER)
    keys = [row.dedupe_key for row in rows]
    assert len(rows) == len(set(keys)) == count, "one row each"
    assert {row.state for row in rows} <= {RowState.SENT, RowState.FAILED}

    texts = [text for chat in VOLUNTEERS for text in shown(place, chat)]
    assert all(one != other for one, other in pairwise(sorted(texts))), "none is shown twice to anybody"
    in_doubt = [row for row in rows if row.doubtful]
    assert count - len(in_doubt) <= len(texts) <= count, "what is not in doubt has arrived"
    assert len(in_doubt) >= KILLS // 2, "or no kill hit a reminder on its way"

    told = {text for text in shown(place, COORDINATOR) if "har kanske inte kommit fram" in text}
    assert len(told) == len(in_doubt), "the coordinator reads of each, of whom and which"


def shown(place: Place, chat: int) -> list[str]:
    return [f"{chat}: {one.text}" for one in place.api.chat(chat).from_bot]
