"""Reminders of a shift and alarms about a gap: when, to whom, in which language, never twice, in doubt said so."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from bot.engine import clock
from bot.people import people
from bot.roster import timers
from bot.service import Service
from bot.shifts import making
from bot.shifts.typed import NewShift
from bot.telling.letters import Letter, Outcome, TryAgain
from bot.telling.sweeping import Sweep
from models.base import table_of
from models.outbox import Notice, RowState
from models.timer import Timer
from tests import builders
from tests.builders import Postbox, Staff
from tests.shifts.office import MONDAY, ShiftOffice

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NAME = "mån 7/12 13–16 Linero"
KILLS = 20


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.wall(day, time(hour, minute), STOCKHOLM)


async def test_the_day_before_and_two_hours_before_one_is_asked_in_ones_language(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    async with office.house.service.store.work() as work:
        await people.speak(work, office.staff["Bo"].id, "en")
    sunday = MONDAY - timedelta(days=1)

    await office.later(wall(sunday, 12, 59))
    assert "Kommer du?" not in office.reads("Amina")
    await office.later(wall(sunday, 13))

    assert office.reads("Amina") == f"Du har snart ett pass. Kommer du?\n{NAME}: 2 av 2 anmälda (Bo)"
    assert office.reads("Bo").startswith("You have a shift soon. Are you coming?\nMon 7/12 13–16 Linero")
    assert await office.presses("Amina", "Jag kommer") == (
        f"Du har snart ett pass. Kommer du?\n{NAME}: 2 av 2 anmälda (Bo)\n✓ Jag kommer"
    )
    await office.later(wall(MONDAY, 11))
    told = {who: sum("snart" in one or "soon" in one for one in office.said(who)) for who in ("Amina", "Bo")}
    assert told == {"Amina": 1, "Bo": 2}  # who has said that they come is not asked again
    assert "✓ Du har sagt att du kommer." in await office.types("Amina", "/myshifts")


async def test_from_a_reminder_too_two_presses_say_that_one_cannot_come(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")
    await office.later(wall(MONDAY - timedelta(days=1), 13))

    await office.presses("Amina", "Jag kan inte")
    assert await office.on(shift) == ["Amina", "Bo"]
    await office.presses("Amina", "Nej, jag kan inte komma")

    assert await office.on(shift) == ["Bo"]


async def test_what_falls_into_the_night_is_said_at_half_past_eight_before(office: ShiftOffice) -> None:
    await office.shift("Amina", begins=8)
    before = MONDAY - timedelta(days=1)
    told = []

    for at in (wall(before, 8), wall(before, 20, 29), wall(before, 20, 30), wall(MONDAY, 6), wall(MONDAY, 7, 30)):
        await office.later(at)
        told.append(sum("Kommer du?" in one for one in office.said("Amina")))

    assert told == [1, 1, 2, 2, 2]


async def test_a_cancelled_shift_or_one_that_somebody_left_reminds_nobody(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.shift("Bo", begins=18)
    await office.types("Karin", "/cancelshift mån 13-16")
    await office.presses("Karin", "sjukdom")
    await office.types("Bo", "/cant mån")
    await office.presses("Bo", "Nej, jag kan inte komma")

    await office.later(wall(MONDAY, 17))

    assert not any("Kommer du?" in one for who in ("Amina", "Bo") for one in office.said(who))


async def test_a_button_of_a_shift_that_is_over_or_not_ones_own_says_so(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    await office.later(wall(MONDAY - timedelta(days=1), 13))
    code, message = office.button("Amina", "Jag kommer"), office.shows("Amina").message_id
    clock.freeze(wall(MONDAY, 17))

    assert await office.house.pressed(500, code, message) == "Knappen gäller inte längre."


async def test_coordinators_hear_of_a_gap_three_days_and_a_day_before_and_not_of_what_is_covered(
    office: ShiftOffice,
) -> None:
    await office.shift("Bo")
    await office.shift("Amina", "Cleo", begins=18)
    told = []

    for at in (wall(MONDAY - timedelta(days=3), 12), wall(MONDAY - timedelta(days=3), 13),
               wall(MONDAY - timedelta(days=3), 18), wall(MONDAY - timedelta(days=1), 18)):  # fmt: skip
        await office.later(at)
        told.append(sum("är inte täckt" in one for one in office.said("Karin")))

    assert told == [0, 1, 1, 2]
    shown = next(one for one in office.said("Karin") if "är inte täckt" in one)
    assert shown == (
        f"Ett pass om 72 timmar är inte täckt:\n{NAME} 🟡 Delvis täckt: 1 person saknas\nPassar bäst: Dag, Amina, Cleo"
    )


async def test_a_wanted_language_that_nobody_speaks_is_a_gap(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift 7/12 13-16 linero 2 ar")
    for name in ("Bo", "Cleo"):
        await office.types("Karin", f"/assign {name} mån")

    await office.later(wall(MONDAY - timedelta(days=3), 13))

    assert "Delvis täckt: språk som saknas: Arabiska" in office.reads("Karin")
    await office.presses("Karin", "Visa passet")
    assert office.reads("Karin").startswith(f"{NAME}: 2 av 2 anmälda (Bo, Cleo)")


async def _add_as_before(service: Service, staff: Staff, starts_at: datetime) -> int:
    """A shift of a version that knows no reminders."""
    shift = await builders.shift(service, staff, starts_at=starts_at, lasts=timedelta(hours=2))
    async with service.store.work() as work:
        kinds = tuple(kind.value for kind in timers.KINDS)
        rows = table_of(Timer)
        await work.db.execute(delete(rows).where(rows.c.subject == shift, rows.c.kind.in_(kinds)))
    return shift


async def test_a_shift_that_a_version_before_added_is_reminded_of_since_the_morning(service: Service) -> None:
    clock.freeze(wall(MONDAY - timedelta(days=2), 8))
    amina = await builders.volunteer(service, on_shift=False)
    shift = await _add_as_before(service, amina, wall(MONDAY, 15))
    async with service.store.work() as work:
        await timers.arm_all(work)
        await timers.arm_all(work)

    for at in (wall(MONDAY - timedelta(days=1), 15), wall(MONDAY, 13)):
        clock.freeze(at)
        await builders.do_all_due(service)

    rows = await builders.said_to(service, amina.id, Notice.SHIFT_REMINDER)
    assert [row.dedupe_key for row in rows] == [
        f"shift_day_before:{shift}:{amina.id}", f"shift_soon:{shift}:{amina.id}",
    ]  # fmt: skip


async def test_under_twenty_kills_each_reminder_is_one_row_sent_at_most_once_and_doubt_is_said(house: Service) -> None:
    clock.freeze(wall(MONDAY - timedelta(days=3), 9))
    karin = await builders.coordinator(house)
    staff = [await builders.volunteer(house, f"V{n}", on_shift=False, chat_id=1000 + n) for n in range(KILLS)]
    postbox = _Deadly()
    delivery = builders.delivery_of(house, postbox)
    await builders.deliver_all(delivery)
    await builders.shift(house, *staff, starts_at=wall(MONDAY, 15))
    clock.freeze(wall(MONDAY - timedelta(days=1), 15))
    await builders.do_all_due(house)
    before = len(postbox.letters)

    for _ in range(KILLS):
        postbox.kills = True
        with pytest.raises(_Killed):
            await builders.deliver_all(builders.delivery_of(house, postbox))
        postbox.kills = False
        await Sweep(house, house.store, ()).free_leases_at_start()
    await builders.deliver_all(delivery)

    rows = [row for one in staff for row in await builders.said_to(house, one.id, Notice.SHIFT_REMINDER)]
    sent = [letter for letter in postbox.letters[before:] if "Kommer du?" in letter.prompt.text]
    doubts = await builders.said_to(house, karin.id, Notice.SHIFT_REMINDER_DOUBT)
    assert len(rows) == KILLS and {row.state for row in rows} == {RowState.SENT}
    assert max(sum(letter.chat == str(one.chat_id) for letter in sent) for one in staff) == 1
    assert sum(row.doubtful for row in rows) == len(doubts) == KILLS
    assert all("Påminnelsen till" in one for one in await builders.screen(house, karin.id, Notice.SHIFT_REMINDER_DOUBT))


class _Killed(BaseException):
    """The process is gone: nothing is marked, nobody tidies up."""


class _Deadly(Postbox):
    """A channel that takes a reminder, and the process dies before it knows."""

    kills = False

    async def send(self, letter: Letter) -> Outcome:
        if self.kills and "Kommer du?" in letter.prompt.text:
            self.letters.append(letter)
            raise _Killed
        return await super().send(letter)


async def test_a_reminder_whose_answer_is_lost_is_said_to_be_in_doubt_and_not_sent_again(house: Service) -> None:
    clock.freeze(wall(MONDAY - timedelta(days=3), 9))
    karin = await builders.coordinator(house)
    amina = await builders.volunteer(house, on_shift=False, chat_id=500)
    postbox = Postbox()
    delivery = builders.delivery_of(house, postbox)
    await builders.deliver_all(delivery)
    await builders.shift(house, amina, starts_at=wall(MONDAY, 15))
    clock.freeze(wall(MONDAY - timedelta(days=1), 15))
    await builders.do_all_due(house)

    postbox.outcomes.append(TryAgain(doubtful=True))
    await builders.deliver_all(delivery)

    assert sum("Kommer du?" in letter.prompt.text for letter in postbox.letters) == 1
    [doubt] = await builders.screen(house, karin.id, Notice.SHIFT_REMINDER_DOUBT)
    assert doubt == (
        "Påminnelsen till \u2068Amina\u2069 om mån 7/12 15–23 online har kanske inte kommit fram. Den skickas inte "
        "igen, så hör gärna av dig."
    )


class _Unsure(Postbox):
    """Of letters that say these words, each in turn, no answer comes: they may have arrived."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.unsure = list(words)

    async def send(self, letter: Letter) -> Outcome:
        sent = await super().send(letter)
        if self.unsure and self.unsure[0] in letter.prompt.text:
            self.unsure.pop(0)
            return TryAgain(doubtful=True)
        return sent


async def test_the_word_of_a_doubt_that_is_itself_lost_twice_is_said_anew(house: Service) -> None:
    clock.freeze(wall(MONDAY - timedelta(days=3), 9))
    await builders.coordinator(house, chat_id=700)
    amina = await builders.volunteer(house, on_shift=False, chat_id=500)
    postbox = _Unsure("Kommer du?", "inte kommit fram", "inte kommit fram")  # the reminder; both tries of the word
    delivery = builders.delivery_of(house, postbox)
    await builders.deliver_all(delivery)
    await builders.shift(house, amina, starts_at=wall(MONDAY, 15))
    clock.freeze(wall(MONDAY - timedelta(days=1), 15))
    await builders.do_all_due(house)

    for _ in range(3):
        await builders.deliver_all(delivery)
        clock.move(timedelta(minutes=5))

    told = [letter.prompt.text for letter in postbox.letters if "inte kommit fram" in letter.prompt.text]
    assert len(told) == 3, "two that may not have arrived, and one that has"
    rows = await builders.table(house, "SELECT state FROM outbox WHERE kind = 'shift_reminder_doubt' ORDER BY id")
    assert [row.state for row in rows] == ["failed", "sent"]


# Nights on which the clock changes.


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 27), 7), (date(2027, 10, 30), 9), (date(2027, 3, 20), 8)])
async def test_a_night_shift_counts_the_hours_there_are_and_reminds_once(house: Service, day: date, hours: int) -> None:
    clock.freeze(wall(day - timedelta(days=4), 9))
    karin = await builders.coordinator(house)
    amina = await builders.volunteer(house, on_shift=False)
    async with builders.acting(house, karin) as work:
        made = await making.new_shift(work, NewShift(day, (time(22), time(6)), "online"))
        await making.assign(work, made.id, amina.id)

    for hour in range(24 * 6):
        clock.freeze(wall(day - timedelta(days=4), 9) + timedelta(hours=hour))
        await builders.do_all_due(house)

    assert (made.ends_at - made.starts_at) == timedelta(hours=hours)
    rows = await builders.said_to(house, amina.id, Notice.SHIFT_REMINDER)
    assert len(rows) == len({row.dedupe_key for row in rows}) == 2
