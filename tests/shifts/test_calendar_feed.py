"""A volunteer's shifts in a calendar program: over real HTTP, read by two programs that know nothing of each other."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from aiohttp.test_utils import TestClient, TestServer
from ical.calendar_stream import IcsCalendarStream
from sqlalchemy import update

from bot.engine import clock
from bot.roster.staffing import PEOPLE
from bot.service import Service
from bot.shifts import feeds
from bot.volunteers import leaving
from handlers.web.routes import make_app
from tests import builders, plans
from tests.crash.program import until
from tests.shifts.office import CHATS, MONDAY, NOW, STOCKHOLM, ShiftOffice

STALE = "Knappen gäller inte längre."
SPRING, AUTUMN = date(2027, 3, 27), date(2027, 10, 30)  # the nights on which the clock jumps


@pytest.fixture
async def web(office: ShiftOffice) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(office.house.service))) as client:
        yield client


async def address(office: ShiftOffice, who: str) -> str:
    """The path of their calendar's address, as they read it."""
    read = await office.types(who, "/calendar")
    return path_in(read, office)


def path_in(read: str, office: ShiftOffice) -> str:
    line = next(line for line in read.split("\n") if line.endswith(".ics"))
    assert line.startswith(office.house.service.settings.public_url)
    return line.removeprefix(office.house.service.settings.public_url)


async def fetched(web: TestClient, path: str) -> icalendar.Calendar:
    async with web.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "text/calendar")
        return icalendar.Calendar.from_ical(await answer.text())


def events(calendar: icalendar.Calendar) -> list[icalendar.Event]:
    return list(calendar.walk("VEVENT"))


def told(event: icalendar.Event) -> tuple[str, str, str]:
    return str(event["summary"]), str(event["status"]), str(event.get("description", ""))


async def test_two_programs_read_the_same_shifts_on_both_nights_of_the_clock(
    office: ShiftOffice, web: TestClient
) -> None:
    await office.shift("Amina", "Bo")
    await office.shift("Amina", day=SPRING, begins=22, hours=7, place="online")
    await office.shift("Amina", day=AUTUMN, begins=22, hours=9, place="online")
    await office.shift("Bo", begins=18)
    path = await address(office, "Amina")

    async with web.get(path) as answer:
        text = await answer.text()
    one = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(date(2026, 12, 1), date(2027, 12, 1))
    other = IcsCalendarStream.calendar_from_ics(text).timeline

    spans = [(event["dtstart"].dt.astimezone(UTC), event["dtend"].dt.astimezone(UTC)) for event in one]
    assert sorted(spans) == [
        (datetime(2026, 12, 7, 12, tzinfo=UTC), datetime(2026, 12, 7, 15, tzinfo=UTC)),
        (datetime(2027, 3, 27, 21, tzinfo=UTC), datetime(2027, 3, 28, 4, tzinfo=UTC)),
        (datetime(2027, 10, 30, 20, tzinfo=UTC), datetime(2027, 10, 31, 5, tzinfo=UTC)),
    ]
    assert [(event.start_datetime, event.end_datetime) for event in other] == sorted(spans)
    assert {str(event["summary"]) for event in one} == {"RådRum: Linero bibliotek", "RådRum: online"}


async def test_in_the_hour_that_comes_twice_the_second_time_is_meant_where_it_is(
    office: ShiftOffice, web: TestClient
) -> None:
    begins = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # half past two, once the clock has been set back
    await builders.shift(
        office.house.service, office.staff["Amina"], starts_at=begins, lasts=timedelta(hours=2), place="online"
    )

    event = events(await fetched(web, await address(office, "Amina")))[0]

    assert event["dtstart"].dt.astimezone(UTC) == begins
    assert event["dtend"].dt.astimezone(STOCKHOLM).hour == 4


async def test_what_is_cancelled_or_not_theirs_any_more_is_said_so_for_a_month_under_the_same_name(
    office: ShiftOffice, web: TestClient
) -> None:
    await office.shift("Amina", "Bo")
    hers = await office.shift("Amina", "Bo", day=MONDAY + timedelta(days=7))
    path = await address(office, "Amina")
    before = {str(event["uid"]): event for event in events(await fetched(web, path))}

    await office.types("Karin", "/cancelshift mån 7/12 13-16 linero")
    await office.presses("Karin", "Ingen orsak")
    await office.types("Karin", "/unassign Amina mån 14/12 13-16 linero")
    after = {str(event["uid"]): event for event in events(await fetched(web, path))}

    assert [told(event)[:2] for event in before.values()] == [("RådRum: Linero bibliotek", "CONFIRMED")] * 2
    assert sorted(told(event)[:2] for event in after.values()) == [
        ("Inställt: RådRum, Linero bibliotek", "CANCELLED"),
        ("Inte ditt pass längre: RådRum, Linero bibliotek", "CANCELLED"),
    ]
    assert before.keys() == after.keys()
    assert all(int(after[uid]["sequence"]) > int(before[uid]["sequence"]) for uid in before)
    clock.freeze(NOW + timedelta(days=31))
    assert events(await fetched(web, path)) == []
    assert await office.on(hers) == ["Bo"]


async def test_only_names_that_are_shown_to_others_stand_there(office: ShiftOffice, web: TestClient) -> None:
    await office.shift("Amina", "Bo", "Cleo")
    await office.shift("Amina", "Cleo", begins=18)
    await office.shift("Amina", day=MONDAY + timedelta(days=7))
    await office.shift("Amina", "Bo", day=MONDAY + timedelta(days=8))
    async with office.house.service.store.work() as work:
        shows = update(PEOPLE).where(PEOPLE.c.id == office.staff["Bo"].id).values(shows_alias=True)
        await work.db.execute(shows)

    shown = [told(event)[2] for event in events(await fetched(web, await address(office, "Amina")))]

    assert shown == [
        "Tillsammans med Bo och 1 till.", "Tillsammans med en till.", "Ingen annan har anmält sig än.",
        "Tillsammans med Bo.",
    ]  # fmt: skip


async def test_a_new_address_ends_the_old_one_and_none_is_shown_twice(office: ShiftOffice, web: TestClient) -> None:
    await office.shift("Amina")
    first = await address(office, "Amina")

    known = await office.types("Amina", "/calendar")
    second = path_in(await office.presses("Amina", "Ny adress"), office)
    async with web.get(first) as ended, web.get(second) as new:
        statuses = ended.status, new.status
    await office.types("Amina", "/calendar")
    gone = await office.presses("Amina", "Ingen adress längre")
    async with web.get(second) as ended:
        statuses += (ended.status,)

    assert known.startswith("Du har redan en adress") and ".ics" not in known
    assert statuses == (404, 200, 404)
    assert gone.startswith("Adressen fungerar inte längre.")


async def test_the_address_ends_with_the_access_and_nobody_finds_it_in_the_database(
    office: ShiftOffice, web: TestClient
) -> None:
    await office.shift("Amina")
    path = await address(office, "Amina")
    token = path.removeprefix("/shifts/").removesuffix(".ics")
    kept = [str(dict(row._mapping)) for row in await builders.table(office.house.service, "SELECT * FROM outbox")]
    kept += [
        str(dict(row._mapping)) for row in await builders.table(office.house.service, "SELECT * FROM calendar_feeds")
    ]

    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Amina"].id)
    async with web.get(path) as ended, web.get(f"/shifts/{'x' * 43}.ics") as never:
        statuses = ended.status, never.status
    async with office.house.service.store.work() as work:
        await leaving.enable_staff(work, office.staff["Amina"].id)
    async with web.get(path) as still:
        statuses += (still.status,)

    assert statuses == (404, 404, 404)
    assert not [row for row in kept if token in row]


async def test_the_calendar_speaks_its_reader_s_language(office: ShiftOffice, web: TestClient) -> None:
    await office.shift("Amina")
    async with office.house.service.store.work() as work:
        await work.db.execute(update(PEOPLE).where(PEOPLE.c.id == office.staff["Amina"].id).values(language="en"))

    calendar = await fetched(web, await address(office, "Amina"))

    assert str(calendar["x-wr-calname"]) == "My shifts at RådRum"
    assert told(events(calendar)[0])[2] == "Nobody else has signed up yet."


async def test_without_shifts_the_calendar_is_empty_and_whole(office: ShiftOffice, web: TestClient) -> None:
    calendar = await fetched(web, await address(office, "Dag"))

    assert events(calendar) == []
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Stockholm"]


async def test_pressed_twice_the_new_address_is_the_one_that_was_shown(office: ShiftOffice, web: TestClient) -> None:
    await address(office, "Amina")
    await office.types("Amina", "/calendar")
    card, new = office.shows("Amina").message_id, office.button("Amina", "Ny adress")

    await office.house.pressed(CHATS["Amina"], new, card)
    shown = path_in(office.reads("Amina"), office)
    again = await office.house.pressed(CHATS["Amina"], new, card)

    assert again == STALE
    assert [text for text in office.said("Amina") if shown in text] == [office.reads("Amina")]
    await fetched(web, shown)


async def test_of_two_addresses_made_at_once_the_later_one_opens(service: Service) -> None:
    amina = await builders.volunteer(service, "Amina")

    async def makes() -> str:
        async with builders.acting(service, amina) as work:
            return await feeds.new_feed(work)

    async def waits() -> bool:
        if not service.store.is_postgres:
            return True  # its turn comes with the end of the other act
        return bool(await builders.table(service, "SELECT 1 FROM pg_locks WHERE NOT granted"))

    async with builders.acting(service, amina) as work:
        first = await feeds.new_feed(work)
        making = asyncio.create_task(makes())
        await until(waits, otherwise="the second act to wait for the first")
    second = await making

    async with service.store.look() as db:
        opened = [await feeds.feed_of(db, service.store.seal, one, clock.now()) for one in (first, second)]
    assert [one is not None for one in opened] == [False, True]


async def test_what_was_changed_of_all_shifts_ever_is_not_walked_through(house: Service) -> None:
    amina = await builders.volunteer(house, "Amina")
    async with builders.acting(house, amina) as work:
        token = await feeds.new_feed(work)

    with plans.asked(house.store) as heard:
        async with house.store.look() as db:
            assert await feeds.feed_of(db, house.store.seal, token, clock.now()) is not None

    assert await plans.whole_reads(house.store, heard, "shift_changes") == []
