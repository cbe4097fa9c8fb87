"""What is published after real changes on both databases: what holds, what held, and when it was changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar

from bot.engine import clock
from bot.hours import changes
from bot.hours.formats import ical, osm
from bot.hours.formats.shape import Published
from bot.hours.published import BEFORE_ALL_CHANGES, KEPT_DAYS, published
from bot.places import places
from bot.service import Service
from models.hours import Door
from models.hours_change import Change, Verb
from models.timetable import is_open

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY_NOON = datetime(2026, 6, 1, 10, tzinfo=UTC)
MONDAY = 0
AFTERNOON = time(13), time(16)
A_MONDAY = date(2026, 6, 22)


async def _places(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    async with service.store.work() as work:
        await places.add_place(work, code="library", name_key="lund_city_library", address="S:t Petri Kyrkogata 6")
        await places.add_place(work, code="online", name_key="service_online", door=Door.ONLINE)


async def _publish(service: Service, change: Change) -> int:
    """Each change an hour after the one before."""
    clock.move(timedelta(hours=1))
    async with service.store.work() as work:
        return await changes.publish_now(work, change)


async def _undo(service: Service, number: int) -> int:
    clock.move(timedelta(hours=1))
    async with service.store.work() as work:
        return await changes.undo(work, number)


async def _read(service: Service) -> Published:
    async with service.store.look() as db:
        return await published(db, clock.now(), STOCKHOLM, "https://radrum.example")


def _mondays(place: str = "library", first: date = date(2026, 1, 1), last: date | None = None) -> Change:
    return Change(Verb.WEEKLY, (place,), first, last, weekday=MONDAY, spans=(AFTERNOON,))


def _events(told: Published, service: Service) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(ical.calendar(told, service.words("sv"))).walk("VEVENT"))


async def test_before_any_change_there_are_places_and_nothing_else(service: Service) -> None:
    await _places(service)

    told = await _read(service)

    assert list(told.places) == ["library", "online"]
    assert told.places["online"].door == Door.ONLINE
    assert (told.timetable.rules, told.timetable.exceptions) == ([], [])
    assert told.changed_at == BEFORE_ALL_CHANGES
    assert _events(told, service) == []


async def test_a_closing_published_and_taken_back_reaches_every_calendar(service: Service) -> None:
    await _places(service)
    await _publish(service, _mondays())
    (before,) = _events(await _read(service), service)
    closing = await _publish(service, Change(Verb.CLOSE, ("library",), A_MONDAY, reason="holiday"))
    closed = await _read(service)
    series, cancelled = _events(closed, service)
    back = await _undo(service, closing)
    after = await _read(service)
    (again,) = _events(after, service)

    at = datetime(2026, 6, 22, 12, tzinfo=UTC)
    assert not is_open(closed.timetable, at, "library", STOCKHOLM)
    assert is_open(after.timetable, at, "library", STOCKHOLM)
    assert osm.opening_hours(closed, "library") == 'Mo 13:00-16:00; 2026 Jun 22 off "public holiday"'
    assert osm.opening_hours(after, "library") == "Mo 13:00-16:00"
    assert cancelled["status"] == "CANCELLED"
    assert before["uid"] == series["uid"] == cancelled["uid"] == again["uid"]
    assert before["sequence"] < series["sequence"] < again["sequence"]
    assert again["dtstamp"].dt == after.changed_at == MONDAY_NOON + timedelta(hours=3)
    assert back > closing


async def test_a_week_called_off_and_taken_up_again_keeps_its_name_and_the_instant_it_was_taken_up(
    service: Service,
) -> None:
    await _places(service)
    await _publish(service, _mondays())
    (before,) = _events(await _read(service), service)
    off = await _publish(service, Change(Verb.WEEKLY, ("library",), date(2026, 1, 1), weekday=MONDAY))
    (gone,) = _events(await _read(service), service)
    await _undo(service, off)

    (again,) = _events(await _read(service), service)

    assert gone["status"] == "CANCELLED"
    assert "status" not in again
    assert before["uid"] == gone["uid"] == again["uid"]
    assert before["sequence"] < gone["sequence"] < again["sequence"]
    assert again["last-modified"].dt == MONDAY_NOON + timedelta(hours=3)


async def test_what_ended_long_ago_is_told_no_more_and_what_is_told_keeps_its_revision(service: Service) -> None:
    await _places(service)
    await _publish(service, _mondays("online", last=date(2026, 6, 8)))
    await _publish(service, _mondays())
    await _publish(service, Change(Verb.POPUP, ("online",), date(2026, 6, 9), spans=(AFTERNOON,)))
    for monday in (date(2026, 6, 8), date(2026, 6, 15)):
        await _publish(service, Change(Verb.CLOSE, ("library",), monday, reason="illness"))
    early = await _read(service)
    clock.move(timedelta(days=KEPT_DAYS + 30))

    late = await _read(service)

    assert len(_events(early, service)) == 5
    told = _events(late, service)
    assert [event.get("status") for event in told] == [None, "CANCELLED", "CANCELLED"]
    known = {event["uid"]: event["sequence"] for event in _events(early, service)}
    assert {known[event["uid"]] for event in told} == {event["sequence"] for event in told} == {2}
    assert {kept.rule.place for kept in late.kept_rules} == {"library"}
    assert late.timetable.exceptions == []


async def test_each_row_says_when_it_was_last_changed(service: Service) -> None:
    await _places(service)
    await _publish(service, _mondays())
    await _publish(
        service, Change(Verb.WEEKLY, ("library",), date(2026, 9, 1), weekday=MONDAY, spans=((time(9), time(12)),))
    )

    told = await _read(service)

    newest = MONDAY_NOON + timedelta(hours=2)
    rows = {(kept.ended, kept.rule.valid_to, kept.rule.opens): kept.changed_at for kept in told.kept_rules}
    assert rows == {
        (True, None, time(13)): newest,
        (False, date(2026, 8, 31), time(13)): newest,
        (False, None, time(9)): newest,
    }
    assert told.changed_at == newest
    assert len({kept.rule.lineage for kept in told.kept_rules}) == 2
