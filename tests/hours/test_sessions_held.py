"""Sessions of a period: held, cancelled, unstaffed; and what a coordinator is told before it is too late."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.engine import clock
from bot.hours import changes, sessions_held, warnings
from bot.hours.sessions_held import State
from bot.hours.texts_unasked import HolidayProposed, SessionUnstaffed
from bot.people import staff
from bot.places import places
from bot.reports import figures as reports_figures
from bot.reports.forms import BYTE_ORDER_MARK, sessions_csv
from bot.service import Service
from bot.volunteers import leaving
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.notice import Notice
from models.shift import ONLINE
from tests import builders

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 30)  # five Mondays
AFTER = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)  # the last Monday's session is going on


@pytest.fixture
async def november(service: Service) -> Service:
    """Linero on Mondays 13-15, online on Tuesdays 9-12; the first Monday staffed by two, the second closed, the third
    by nobody, the fourth at another time by one, and a pop-up by one."""
    clock.freeze(datetime(2026, 10, 30, 9, 0, tzinfo=UTC))
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
        await places.add_place(work, code=ONLINE, name_key="service_online", door=Door.ONLINE)
        for place, weekday, span in (("linero", 0, (time(13), time(15))), (ONLINE, 1, (time(9), time(12)))):
            await changes.set_hours(work, place=place, weekday=weekday, spans=[span], valid_from=FIRST, valid_to=LAST)
        await builders.close_day(work, place="linero", day=date(2026, 11, 9), reason=Reason.ILLNESS)
        other = Change(Verb.TIMES, ("linero",), date(2026, 11, 23), spans=((time(10), time(11)),))
        popup = Change(
            Verb.POPUP, ("sporthallen",), date(2026, 11, 25), spans=((time(17), time(19)),), name="Sporthallen",
            partner="IK Eos",
        )  # fmt: skip
        for change in (other, popup):
            await changes.publish_now(work, change)
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    kim = await builders.volunteer(service, "Kim", on_shift=False)
    for day, hour, place, who in (
        (2, 13, "linero", (amina, kim)), (23, 10, "linero", (kim,)), (25, 17, "sporthallen", (kim,)),
        (3, 9, ONLINE, (amina,)),
    ):  # fmt: skip
        begins = clock.wall(date(2026, 11, day), time(hour), service.store.zone)
        await builders.shift(service, *who, starts_at=begins, lasts=timedelta(hours=2), place=place)
    return service


async def counted(service: Service) -> list[sessions_held.Session]:
    async with service.store.look() as db:
        return await sessions_held.sessions(db, first=FIRST, last=LAST, now=AFTER, zone=service.store.zone)


async def test_every_session_is_there_with_what_became_of_it(november: Service) -> None:
    told = [(one.opening.on_day.day, one.place, one.state, one.advisers, one.reason) for one in await counted(november)]

    assert [one for one in told if one[1] != ONLINE] == [
        (2, "linero", State.HELD, 2, ""),
        (9, "linero", State.CANCELLED, 0, "illness"),
        (16, "linero", State.UNSTAFFED, 0, ""),
        (23, "linero", State.HELD, 1, ""),
        (25, "sporthallen", State.HELD, 1, ""),
        (30, "linero", State.COMING, 0, ""),
    ]
    assert [one[2] for one in told if one[1] == ONLINE] == [State.HELD] + [State.UNSTAFFED] * 3


async def test_hours_that_touch_each_other_are_one_session_and_others_two(november: Service) -> None:
    async with november.store.work() as work:
        for day, opens in ((2, 15), (16, 16)):
            longer = Change(Verb.EXTRA, ("linero",), date(2026, 11, day), spans=((time(opens), time(17)),))
            await changes.publish_now(work, longer)

    told = await counted(november)

    hours = [(one.opening.on_day.day, one.opening.opens.hour, one.opening.closes.hour) for one in told if one.is_visit]
    assert [one for one in hours if one[0] in (2, 16)] == [(2, 13, 17), (16, 13, 15), (16, 16, 17)]


async def test_the_report_counts_them_against_the_goal(november: Service) -> None:
    async with november.store.look() as db:
        made = await reports_figures.report(
            db, first=FIRST, last=LAST, now=AFTER, zone=november.store.zone, sessions_a_year=64
        )

    figures = {name: getattr(made, name) for name in vars(type(made))["__slots__"] if name.startswith("sessions_")}
    assert {name: value for name, value in figures.items() if isinstance(value, int)} == {
        "sessions_goal": 5, "sessions_held": 3, "sessions_beside": 1, "sessions_unstaffed": 1,
        "sessions_cancelled": 1, "sessions_coming": 1, "sessions_online": 1,
    }  # fmt: skip
    assert made.sessions_place.count("linero") == 2
    assert made.sessions_reason.count("illness") == 1


async def test_who_has_left_still_counts_under_no_name(november: Service) -> None:
    clock.freeze(AFTER)
    before = [(one.state, one.advisers) for one in await counted(november)]

    for person in await builders.table(november, "SELECT id FROM people WHERE role = 'volunteer'"):
        async with november.store.work() as work:
            await leaving.leave_for_good(work, person.id)

    assert [(one.state, one.advisers) for one in await counted(november)] == before
    named = "SELECT id FROM people WHERE role = 'volunteer' AND alias_hash IS NOT NULL"
    assert await builders.table(november, named) == []


async def test_the_spreadsheet_has_a_line_for_each(november: Service) -> None:
    text = sessions_csv(await counted(november), november.desk("sv")).removeprefix(BYTE_ORDER_MARK)
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))

    assert rows[1] == ["2026-11-02", "linero", "på plats", "13:00", "15:00", "2", "hållet", ""]
    assert ["2026-11-09", "linero", "på plats", "13:00", "15:00", "0", "inställt", "sjukdom"] in rows


async def test_a_session_nobody_staffs_is_said_a_week_and_a_day_ahead(november: Service) -> None:
    boss = await builders.coordinator(november)

    for day in range(FIRST.day, LAST.day):
        clock.freeze(datetime(2026, 11, day, 8, 0, tzinfo=UTC))
        async with november.store.work() as work:
            await warnings.tell(work)

    told = await builders.said_to(november, boss.id, Notice.SESSION_UNSTAFFED)
    said = [(row.created_at.day, SessionUnstaffed.read(row.params).sessions) for row in told]
    assert [(said_on, [f"{one.day}" for one in sessions]) for said_on, sessions in said] == [
        (9, ["2026-11-16"]), (15, ["2026-11-16"]), (23, ["2026-11-30"]), (29, ["2026-11-30"]),
    ]  # fmt: skip


async def test_a_holiday_is_proposed_until_it_is_decided_either_way(service: Service) -> None:
    clock.freeze(datetime(2026, 5, 5, 8, 0, tzinfo=UTC))
    boss = await builders.coordinator(service)
    midsummer = date(2026, 6, 19)
    async with service.store.work() as work:
        for code, key in (("linero", "linero_library"), ("library", "lund_city_library")):
            await places.add_place(work, code=code, name_key=key)
            spans = [(time(13), time(15))]
            await changes.set_hours(work, place=code, weekday=4, spans=spans, valid_from=date(2026, 1, 1))

    async def proposed() -> list[tuple[str, ...]]:
        async with service.store.look() as db:
            found = await warnings.undecided(db, date(2026, 5, 5))
            return [one.places for one in found if one.day == midsummer]

    async with service.store.work() as work:
        await warnings.tell(work)
    (row,) = await builders.said_to(service, boss.id, Notice.HOLIDAY_PROPOSED)
    asked = HolidayProposed.read(row.params)
    assert (asked.day, asked.name["sv"]) == (date(2026, 6, 19), "Midsommarafton")
    assert await proposed() == [("library", "linero")]

    async with service.store.work() as work:
        await changes.publish_now(work, Change(Verb.CLOSE, ("linero",), midsummer, reason=Reason.HOLIDAY))
    assert await proposed() == [("library",)]
    async with service.store.work() as work:
        number = await changes.publish_now(work, Change(Verb.USUAL, ("library",), midsummer))
    assert await proposed() == []
    async with service.store.work() as work:
        await changes.undo(work, number)
    assert await proposed() == [("library",)]


async def test_every_swedish_holiday_and_eve_of_the_year_is_known(service: Service) -> None:
    clock.freeze(datetime(2026, 1, 1, 8, 0, tzinfo=UTC))
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
        for weekday in range(7):
            spans = [(time(13), time(15))]
            await changes.set_hours(work, place="linero", weekday=weekday, spans=spans, valid_from=work.today)
        assert await staff.everybody(work.db, work.seal) == []
        found = {one.name["sv"]: one.day for one in await warnings.undecided(work.db, work.today, 365)}

    expected = {
        "Långfredagen": date(2026, 4, 3), "Midsommarafton": date(2026, 6, 19), "Alla helgons dag": date(2026, 10, 31),
        "Julafton": date(2026, 12, 24), "Nyårsafton": date(2026, 12, 31), "Nationaldagen": date(2026, 6, 6),
    }  # fmt: skip
    assert expected.items() <= found.items()
    assert not [name for name in found if name.startswith("Söndag")]
