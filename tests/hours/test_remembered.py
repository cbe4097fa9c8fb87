"""Hours that this process has read are not read again, and nobody is told what does not hold any more."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Executable, delete, insert, text, update

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.errors import BadInput
from bot.engine.store import Store
from bot.engine.work import Work
from bot.hours import changes, remembered, standing
from bot.hours.told import HoursTold, SessionTold
from bot.places import places
from bot.service import Service
from models.base import new_id, table_of
from models.hours import HoursException, Place, Reason, WeeklyHours
from models.hours_change import Change, Verb
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer
from tests.security.scene import statements_counted

_PLACES, _RULES, _EXCEPTIONS = table_of(Place), table_of(WeeklyHours), table_of(HoursException)
ZONE = ZoneInfo("Europe/Stockholm")
FRIDAY = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
FROM_ONE = "UPDATE weekly_hours SET opens = '14:00:00.000000' WHERE weekday = 0"


class Abandoned(Exception):
    """An act that comes to nothing."""


@pytest.fixture(autouse=True)
async def _linero(service: Service) -> None:
    """Linero is open on Mondays 13-15, and a volunteer is there."""
    clock.freeze(FRIDAY)
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
        await changes.set_hours(work, place="linero", weekday=0, spans=[(time(13), time(15))], valid_from=FRIDAY.date())
    await builders.volunteer(service)


@pytest.fixture
async def beside(service: Service) -> AsyncIterator[Service]:
    """Another process on the same database."""
    store = Store(service.settings, service.store.seal)
    yield Service(store, service.settings, service.catalogues)
    await store.close()


async def _told_when_asking(service: Service, asker: Newcomer) -> tuple[date, time] | None:
    """The session of the receipt for a question."""
    await asker.says("Jag har fått ett brev")
    receipt = (await builders.said_to(service, asker.id, Notice.RECEIPT))[-1]
    session = receipt.params.get("session")
    return session and (date.fromisoformat(session["day"]), time.fromisoformat(session["opens"]))


async def _sets(work: Work, *spans: tuple[time, time], weekday: int = 0) -> None:
    await changes.set_hours(work, place="linero", weekday=weekday, spans=list(spans), valid_from=work.today)


async def _next(service: Service) -> tuple[date, time] | None:
    async with service.store.work() as work:
        return _told(await standing.next_session(work))


def _told(session: SessionTold | None) -> tuple[date, time] | None:
    return session and (session.day, session.opens)


async def test_what_was_read_before_is_told_without_reading_it_again(service: Service) -> None:
    first, second = [await builders.newcomer(service) for _ in range(2)]
    with statements_counted(service) as before:
        await _told_when_asking(service, first)

    with statements_counted(service) as after:
        told = await _told_when_asking(service, second)

    assert told == (MONDAY, time(13))
    tables = ("places", "weekly_hours", "hours_exceptions")
    assert [any(f"FROM {name}" in sql for sql in before) for name in tables] == [True] * 3
    assert [sql for sql in after if any(f"FROM {name}" in sql for name in tables)] == []


async def test_a_change_by_another_process_is_told_by_the_next_act(service: Service, beside: Service) -> None:
    first, second = [await builders.newcomer(service) for _ in range(2)]
    before = await _told_when_asking(service, first)
    async with beside.store.work() as work:
        await _sets(work, (time(10), time(12)))

    after = await _told_when_asking(service, second)

    assert (before, after) == ((MONDAY, time(13)), (MONDAY, time(10)))


async def test_a_change_by_hand_is_told_by_the_next_act(service: Service, beside: Service) -> None:
    first, second = [await builders.newcomer(service) for _ in range(2)]
    before = await _told_when_asking(service, first)
    async with beside.store.work() as work:
        await work.db.execute(text(FROM_ONE))

    after = await _told_when_asking(service, second)

    assert (before, after) == ((MONDAY, time(13)), (MONDAY, time(14)))


@pytest.mark.parametrize(
    "write",
    [
        insert(_PLACES).values(code="fältet", name_key="", address="", details={}),
        update(_PLACES).where(_PLACES.c.code == "linero").values(address="Vikingavägen 1"),
        delete(_PLACES).where(_PLACES.c.code == "empty"),
        insert(_RULES).values(id=7, place="linero", weekday=1, opens=time(9), closes=time(10), valid_from=MONDAY),
        update(_RULES).values(valid_to=MONDAY),
        delete(_RULES),
        insert(_EXCEPTIONS).values(id=8, place="linero", on_day=TUESDAY, kind="closed", reason="", set_at=FRIDAY),
        update(_EXCEPTIONS).values(reason="illness"),
        delete(_EXCEPTIONS),
    ],
)
async def test_every_way_to_write_what_decides_the_hours_is_noticed(service: Service, write: Executable) -> None:
    async with service.store.work() as work:
        await work.db.execute(insert(_PLACES).values(code="empty", name_key="", address="", details={}))
        closed = {"place": "linero", "on_day": MONDAY, "kind": "closed", "reason": "", "set_at": FRIDAY}
        await work.db.execute(insert(_EXCEPTIONS).values(id=9, **closed))
    async with service.store.look() as db:
        before = await remembered.version_of(db)

    async with service.store.work() as work:
        await work.db.execute(write)

    async with service.store.look() as db:
        assert await remembered.version_of(db) not in (before, None)


async def test_an_act_that_changes_the_hours_tells_its_own_change_each_time(service: Service) -> None:
    async with service.store.work() as work:
        told = [_told(await standing.next_session(work))]
        await _sets(work, (time(10), time(12)))
        told.append(_told(await standing.next_session(work)))
        await _sets(work, (time(9), time(12)))
        told.append(_told(await standing.next_session(work)))

    assert told == [(MONDAY, time(13)), (MONDAY, time(10)), (MONDAY, time(9))]
    assert await _next(service) == (MONDAY, time(9))


async def test_what_an_act_told_that_came_to_nothing_is_told_to_nobody_else(service: Service) -> None:
    assert await _next(service) == (MONDAY, time(13))

    for hour in (8, 9):
        with pytest.raises(Abandoned):
            async with service.store.work() as work:
                await _sets(work, (time(hour), time(12)))
                assert _told(await standing.next_session(work)) == (MONDAY, time(hour))
                raise Abandoned

    assert await _next(service) == (MONDAY, time(13))
    async with service.store.work() as work:
        await _sets(work, (time(10), time(12)))
    assert await _next(service) == (MONDAY, time(10))


async def test_a_look_tells_what_held_at_its_moment_whatever_acts_have_read_meanwhile(service: Service) -> None:
    async with service.store.look() as db:
        before = await _ahead(db)
        async with service.store.work() as work:
            await _sets(work, (time(10), time(12)))
        after = await _next(service)
        still = await _ahead(db)
    async with service.store.look() as db:
        later = await _ahead(db)

    assert (before, still) == ((MONDAY, time(13)), (MONDAY, time(13)))
    assert (after, later) == ((MONDAY, time(10)), (MONDAY, time(10)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite one act comes after the other
async def test_what_changed_while_it_was_read_is_told_by_the_next_act(
    service: Service, beside: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = standing.timetable

    async def interrupted(db: Db, *, since: date | None = None) -> object:
        monkeypatch.setattr(standing, "timetable", read)
        async with beside.store.work() as work:
            await _sets(work, (time(10), time(12)))
        return await read(db, since=since)

    async with service.store.look() as db:
        await db.execute(text("SELECT 1 FROM places"))
        monkeypatch.setattr(standing, "timetable", interrupted)
        await _next(service)
        held_at_the_look = await _ahead(db)

    assert held_at_the_look == (MONDAY, time(13))
    assert await _next(service) == (MONDAY, time(10))


async def _ahead(db: Db) -> tuple[date, time] | None:
    told = await standing.hours_told(db, clock.now(), ZONE, HoursTold)
    return _told(told.sessions[0]) if told.sessions else None


async def test_the_next_session_is_another_once_it_has_closed(service: Service) -> None:
    async with service.store.work() as work:
        await _sets(work, (time(9), time(10)), weekday=1)
    told = {}
    for hour, minute in ((12, 0), (14, 59), (15, 0), (12, 30)):  # and the clock is set back
        clock.freeze(datetime(2026, 1, 5, hour - 1, minute, tzinfo=UTC))  # an hour behind Lund
        told[hour, minute] = await _next(service)

    monday, tuesday = (MONDAY, time(13)), (TUESDAY, time(9))
    assert told == {(12, 0): monday, (14, 59): monday, (15, 0): tuesday, (12, 30): monday}


@asynccontextmanager
async def _abandoned(service: Service, *, comes_to_nothing: bool) -> AsyncIterator[Work]:
    try:
        async with service.store.work() as work:
            yield work
            if comes_to_nothing:
                raise Abandoned
    except (Abandoned, BadInput):  # such as closing what is not open
        return


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_remembered_is_always_what_would_be_read(service: Service, beside: Service, seed: int) -> None:
    drawn, moment = random.Random(seed), datetime(2026, 10, 22, tzinfo=UTC)  # three days before an hour comes twice
    for _ in range(40):
        moment += timedelta(minutes=drawn.choice((1, 20, 35, 90, 700, -30, 5_000)))
        clock.freeze(moment)
        who = drawn.choice((service, beside))
        if drawn.random() < 0.5:
            async with _abandoned(who, comes_to_nothing=drawn.random() < 0.3) as work:
                await _changes_at_random(work, drawn)
                await _agrees(work)
        async with service.store.work() as work:
            await _agrees(work)


async def _agrees(work: Work) -> None:
    """What is told out of memory, and once nothing is in it."""
    told = await standing.next_session(work), await standing.hours_told(work.db, work.now, work.zone, HoursTold)
    kept = dict(remembered._known)
    remembered._known.clear()
    anew = await standing.next_session(work), await standing.hours_told(work.db, work.now, work.zone, HoursTold)
    remembered._known.update(kept)
    assert told == anew


async def _changes_at_random(work: Work, drawn: random.Random) -> None:
    day, opens = work.today + timedelta(days=drawn.randrange(9)), time(drawn.randrange(9), drawn.choice((0, 30)))
    closes = opens.replace(hour=opens.hour + drawn.randrange(1, 9))
    match drawn.randrange(4):
        case 0:
            by_day = opens.replace(hour=opens.hour + 8), time(20)
            await _sets(work, *([by_day] * drawn.randrange(2)), weekday=drawn.randrange(7))
        case 1:
            await changes.publish_now(work, Change(Verb.CLOSE, ("linero",), day, day, reason=Reason.ILLNESS))
        case 2:
            row = {"id": new_id(), "place": "linero", "on_day": day, "kind": "extra", "reason": "", "set_at": work.now}
            await work.db.execute(insert(_EXCEPTIONS).values(opens=opens, closes=closes, **row))
        case _:
            await places.describe_place(work, "linero", address=f"Vikingavägen {drawn.randrange(99)}")
