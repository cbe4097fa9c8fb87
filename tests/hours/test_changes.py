"""Changes of the hours: shown first, published once, taken back, and nothing that held is ever forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Row

from bot.engine import clock
from bot.engine.errors import BadInput, NotFound, Refusal, Stale
from bot.engine.work import Work
from bot.hours import changes, changes_made, standing
from bot.places import places
from bot.service import Service
from models.hours import Reason
from models.hours_change import Change, Verb
from models.timetable import Opening
from tests import builders
from tests.builders import Staff, acting, asking

MONDAY = date(2026, 1, 5)
ONE_TO_THREE, TEN_TO_TWELVE = (time(13), time(15)), (time(10), time(12))


@pytest.fixture
async def boss(service: Service) -> Staff:
    """A coordinator; Linero is open on Mondays 13-15 since the new year."""
    clock.freeze(datetime(2026, 1, 2, 9, 0, tzinfo=UTC))
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
    await publish(service, weekly(ONE_TO_THREE, since=date(2026, 1, 1)))
    return await builders.coordinator(service)


def weekly(*spans: tuple[time, time], since: date, until: date | None = None) -> Change:
    return Change(Verb.WEEKLY, ("linero",), since, until, weekday=0, spans=spans)


def closing(day: date = MONDAY, last: date | None = None) -> Change:
    return Change(Verb.CLOSE, ("linero",), day, last, reason=Reason.HOLIDAY)


async def publish(service: Service, change: Change) -> int:
    async with service.store.work() as work:
        return await changes.publish_now(work, change)


async def undo(service: Service, number: int) -> int:
    async with service.store.work() as work:
        return await changes.undo(work, number)


async def spans(service: Service, day: date) -> list[tuple[time, time]]:
    async with service.store.look() as db:
        found = await standing.openings_on(db, day)
        return [(one.opens, one.closes) for _, openings in found for one in openings]


async def test_hours_for_a_while_leave_those_before_and_after(service: Service, boss: Staff) -> None:
    await publish(service, weekly(TEN_TO_TWELVE, since=date(2026, 6, 15), until=date(2026, 8, 17)))

    assert await spans(service, date(2026, 6, 8)) == [ONE_TO_THREE]
    assert await spans(service, date(2026, 6, 15)) == [TEN_TO_TWELVE]
    assert await spans(service, date(2026, 8, 17)) == [TEN_TO_TWELVE]
    assert await spans(service, date(2026, 8, 24)) == [ONE_TO_THREE]
    assert await spans(service, date(2025, 12, 29)) == []


async def test_a_change_on_top_of_another_is_taken_back_layer_by_layer(service: Service, boss: Staff) -> None:
    first = await publish(service, weekly(TEN_TO_TWELVE, since=date(2026, 3, 2)))
    second = await publish(service, weekly(since=date(2026, 2, 2)))
    assert await spans(service, date(2026, 3, 9)) == []

    await undo(service, second)
    assert await spans(service, date(2026, 3, 9)) == [TEN_TO_TWELVE]
    assert await spans(service, date(2026, 2, 9)) == [ONE_TO_THREE]
    await undo(service, first)
    assert await spans(service, date(2026, 3, 9)) == [ONE_TO_THREE]

    with pytest.raises(Stale):
        await undo(service, first)
    with pytest.raises(Stale):
        await undo(service, second)


async def test_only_the_newest_can_be_taken_back(service: Service, boss: Staff) -> None:
    older = await publish(service, closing())
    await publish(service, closing(date(2026, 1, 12)))

    with pytest.raises(Stale, match="hours_undo_newest_only"):
        await undo(service, older)
    assert await spans(service, MONDAY) == []


async def test_no_row_is_ever_overwritten_or_deleted(service: Service, boss: Staff) -> None:
    number = await publish(service, closing())
    await publish(service, Change(Verb.USUAL, ("linero",), MONDAY))

    row = await builders.one(service, "SELECT kind, added_by, ended_by FROM hours_exceptions")
    assert (row.kind, row.added_by) == ("closed", number)
    assert row.ended_by == number + 1
    async with service.store.look() as db:
        past = await changes_made.history(db, service.store.seal)
    assert [(one.told.verb, one.alias, one.undone) for one in past] == [
        ("usual", None, False), ("close", None, False), ("weekly", None, False),
    ]  # fmt: skip


async def test_closing_many_days_closes_those_that_would_be_open(service: Service, boss: Staff) -> None:
    await publish(service, closing(date(2026, 1, 5), date(2026, 1, 18)))

    days = await builders.table(service, "SELECT on_day FROM hours_exceptions ORDER BY on_day")
    assert [str(day) for (day,) in days] == ["2026-01-05", "2026-01-12"]


async def test_a_closing_of_all_places_names_those_that_would_be_open(service: Service, boss: Staff) -> None:
    async with service.store.work() as work:
        await places.add_place(work, code="sporthallen", names={"sv": "Sporthallen"})

    await publish(service, Change(Verb.CLOSE, ("linero", "sporthallen"), MONDAY))

    async with service.store.look() as db:
        newest = (await changes_made.history(db, service.store.seal))[0]
    assert newest.told.places == ("linero",)


async def test_an_extra_session_stands_beside_a_closed_day(service: Service, boss: Staff) -> None:
    await publish(service, closing())
    await publish(service, Change(Verb.EXTRA, ("linero",), MONDAY, spans=(TEN_TO_TWELVE,)))

    assert await spans(service, MONDAY) == [TEN_TO_TWELVE]


async def test_a_popup_makes_its_place_known_and_says_with_whom(service: Service, boss: Staff) -> None:
    change = Change(
        Verb.POPUP, ("ik-eos",), MONDAY, spans=(TEN_TO_TWELVE,), name="Hallen", address="Testgatan 3", partner="IK Eos"
    )

    await publish(service, change)

    async with service.store.look() as db:
        held = {place.code: openings for place, openings in await standing.openings_on(db, MONDAY)}
    assert held["ik-eos"] == [Opening("ik-eos", MONDAY, *TEN_TO_TWELVE, "IK Eos")]


async def test_of_a_place_of_single_days_nothing_is_said_on_the_others(service: Service, boss: Staff) -> None:
    popup = Change(Verb.POPUP, ("ik-eos",), MONDAY, spans=(TEN_TO_TWELVE,), name="Hallen", address="Testgatan 3")
    await publish(service, popup)
    await publish(service, Change(Verb.CLOSE, ("ik-eos",), MONDAY, reason="illness"))

    async with service.store.look() as db:
        on = [
            {
                place.code: len(openings)
                for place, openings in await standing.openings_on(db, MONDAY + timedelta(days=n))
            }
            for n in (0, 1)
        ]

    assert on[0]["ik-eos"] == 0, "closed where it was to be open"
    assert "ik-eos" not in on[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (weekly((time(15), time(13)), since=MONDAY), "hours_end_before_start"),
        (weekly((time(1), time(4)), since=MONDAY), "hours_at_night"),
        (weekly(ONE_TO_THREE, (time(14), time(16)), since=MONDAY), "hours_overlap"),
        (weekly(since=MONDAY, until=date(2026, 1, 1)), "hours_last_before_first"),
        (closing(MONDAY, date(2026, 12, 31)), "hours_too_many_days"),
        (Change(Verb.EXTRA, ("linero",), MONDAY), "hours_times_missing"),
        (Change(Verb.EXTRA, ("linero",), MONDAY, spans=((time(14), time(16)),)), "hours_overlap"),
        (Change(Verb.CLOSE, ("nowhere",), MONDAY), "unknown_place"),
        (closing(MONDAY + timedelta(days=1)), "hours_not_open_anyway"),
        (Change(Verb.CLOSE, ("linero",), MONDAY, reason="tired"), "unknown_reason"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(
    service: Service, boss: Staff, change: Change, code: str
) -> None:
    before = await builders.table(service, "SELECT number FROM hours_changes")

    with pytest.raises(BadInput, match=code):
        await publish(service, change)

    assert await builders.table(service, "SELECT number FROM hours_changes") == before
    assert await spans(service, MONDAY) == [ONE_TO_THREE]


async def test_a_draft_is_published_once_and_only_by_its_coordinator(service: Service, boss: Staff) -> None:
    volunteer = await builders.volunteer(service, "Amina", on_shift=False)
    other = await builders.coordinator(service, "Olle")
    async with acting(service, boss) as work:
        draft = (await changes.propose(work, closing())).draft
    assert await spans(service, MONDAY) == [ONE_TO_THREE]

    for person, refusal in ((volunteer, NotFound), (other, Stale)):
        with pytest.raises(refusal):
            async with acting(service, person) as work:
                await changes.publish(work, draft)
    async with acting(service, boss) as work:
        await changes.publish(work, draft)
    with pytest.raises(Stale):
        async with acting(service, boss) as work:
            await changes.publish(work, draft)

    assert await spans(service, MONDAY) == []


async def test_of_two_coordinators_at_the_same_moment_one_is_told_that_the_hours_have_changed(
    service: Service, boss: Staff
) -> None:
    other = await builders.coordinator(service, "Olle")
    drafts = {}
    for person, day in ((boss, MONDAY), (other, date(2026, 1, 12))):
        async with acting(service, person) as work:
            drafts[person.alias] = (await changes.propose(work, closing(day))).draft

    async def publishes(person: Staff) -> str:
        try:
            async with acting(service, person) as work:
                await changes.publish(work, drafts[person.alias])
        except Refusal as refusal:
            return refusal.code
        return "published"

    outcomes = await asyncio.gather(publishes(boss), publishes(other))

    assert sorted(outcomes) == ["hours_changed_meanwhile", "published"]
    assert (await builders.one(service, "SELECT count(*) FROM hours_exceptions"))[0] == 1


async def closes_monday(work: Work) -> int:
    return await changes.publish_now(work, closing())


async def sets_other_hours(work: Work) -> int:
    return await changes.set_hours(work, place="linero", weekday=0, spans=[TEN_TO_TWELVE], valid_from=MONDAY)


async def takes_the_newest_back(work: Work) -> int:
    return await changes.undo(work, await changes_made.newest_standing(work.db) or 0)


WHAT_A_PUBLISHER_DOES = pytest.mark.parametrize(
    ("act", "then"), [(closes_monday, []), (sets_other_hours, [TEN_TO_TWELVE]), (takes_the_newest_back, [])]
)


async def everything_kept(service: Service) -> list[list[Row]]:
    """All that is stored of the hours."""
    tables = {"hours_changes": "number", "weekly_hours": "id", "hours_exceptions": "id"}
    return [await builders.table(service, f"SELECT * FROM {name} ORDER BY {key}") for name, key in tables.items()]


@WHAT_A_PUBLISHER_DOES
async def test_neither_a_volunteer_nor_a_newcomer_changes_the_hours_but_a_coordinator_does(
    service: Service, boss: Staff, act: Callable[[Work], Awaitable[int]], then: list[tuple[time, time]]
) -> None:
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    asker = await builders.newcomer(service)
    before = await everything_kept(service)

    # Each act is committed after its refusal, so that nothing done before it would be lost in a rollback.
    for acts in (acting(service, amina), asking(service, asker)):
        async with acts as work:
            with pytest.raises(NotFound):
                await act(work)
    assert await everything_kept(service) == before
    assert await spans(service, MONDAY) == [ONE_TO_THREE]

    async with acting(service, boss) as work:
        await act(work)
    assert await spans(service, MONDAY) == then


@WHAT_A_PUBLISHER_DOES
async def test_the_command_line_changes_the_hours(
    service: Service, boss: Staff, act: Callable[[Work], Awaitable[int]], then: list[tuple[time, time]]
) -> None:
    async with service.store.work() as work:
        number = await act(work)

    assert await spans(service, MONDAY) == then
    made = await builders.one(service, "SELECT made_by FROM hours_changes WHERE number = :number", number=number)
    assert made.made_by is None
