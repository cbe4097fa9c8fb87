"""Handing a case over: whose it is at every moment, how it ends, what everybody is told. Of two at once one counts."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import cases, drafts, hand_over_ends, handing_over, notes
from bot.engine import clock
from bot.engine.errors import BadInput, MayNotClaim, NotFound, Refusal, Stale, TooManyCases
from bot.people import access
from bot.people.standing import PROFILES
from bot.service import Service
from bot.volunteers import leaving
from models.case import CaseStatus
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOTE = "Hon väntar på svar från CSN"
NIGHT = datetime(2026, 1, 5, 21, 30, tzinfo=UTC)  # half past ten in Stockholm


async def _offers(
    service: Service, giver: Staff, asker: Newcomer, *, to: Staff | None = None, language: str | None = None
) -> int:
    """The case is offered; returns the hand-over's number."""
    async with acting(service, giver) as work:
        person_id = None if to is None else to.id
        await handing_over.offer(work, case_id=asker.case_id, note=NOTE, person_id=person_id, language=language)
    async with service.store.look() as db:
        row = await hand_over_ends.open_of(db, asker.case_id)
    assert row is not None
    return row.id


async def _reads(service: Service, staff: Staff, hand_over: int) -> None:
    async with acting(service, staff) as work:
        await handing_over.note_shown(work, hand_over)


async def _accepts(service: Service, staff: Staff, hand_over: int) -> None:
    async with acting(service, staff) as work:
        await handing_over.accept(work, hand_over)


async def _told(service: Service, staff: Staff) -> str:
    """The newest thing that a giver was told of the end."""
    return (await builders.screen(service, staff.id, Notice.HAND_OVER_OVER))[-1]


async def _scene(service: Service) -> tuple[Staff, Staff, Newcomer]:
    """Amina has a case; Bo is on shift too."""
    amina, bo = await builders.volunteer(service), await builders.volunteer(service, "Bo")
    return amina, bo, await builders.claimed_case(service, amina)


async def test_it_stays_the_givers_until_it_is_accepted_by_who_has_read_the_note(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    hand_over = await _offers(service, amina, asker, to=bo)
    assert (await case_row(asker)).volunteer_id == amina.id

    with pytest.raises(BadInput) as refused:
        await _accepts(service, bo, hand_over)
    assert refused.value.code == "hand_over_read_first"

    await _reads(service, bo, hand_over)
    await _accepts(service, bo, hand_over)

    case = await case_row(asker)
    assert (case.volunteer_id, case.status) == (bo.id, CaseStatus.CLAIMED)
    assert "Bo" in await _told(service, amina) and "tagit över" in await _told(service, amina)
    (told,) = await builders.screen(service, asker.id, Notice.HANDED_OVER)
    assert "En annan rådgivare" in told
    async with service.store.look() as db:
        noted = await notes.of_case(db, service.store.seal, asker.case_id)
        lost = await access.how_lost(db, await _actor(service, amina), asker.case_id, clock.now())
    assert [(note.alias, note.text) for note in noted] == [("Amina", NOTE)]
    assert lost is not None and lost.kind == "handed_over"
    with pytest.raises(NotFound):
        await builders.answers(service, amina, asker)
    await builders.answers(service, bo, asker)


async def _actor(service: Service, staff: Staff):
    from bot.engine.actors import actor_of

    async with service.store.look() as db:
        return await actor_of(db, staff.id)


async def test_refused_it_comes_back(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    hand_over = await _offers(house, amina, asker, to=bo)

    async with acting(house, bo) as work:
        await handing_over.refuse(work, hand_over)

    assert (await case_row(asker)).volunteer_id == amina.id
    assert "Bo" in await _told(house, amina) and "Du har det kvar" in await _told(house, amina)
    assert await builders.said_to(house, asker.id, Notice.HANDED_OVER) == []
    await _offers(house, amina, asker, to=bo)  # it can be offered again


async def test_unanswered_it_comes_back_to_the_second(service: Service) -> None:
    clock.freeze(clock.now())
    amina, bo, asker = await _scene(service)
    await builders.answers(service, amina, asker)
    hand_over = await _offers(service, amina, asker, to=bo)
    made = clock.now()
    await _reads(service, bo, hand_over)

    clock.freeze(made + 30 * MINUTE - SECOND)
    await builders.do_all_due(service)
    assert await builders.said_to(service, amina.id, Notice.HAND_OVER_OVER) == []

    clock.freeze(made + 30 * MINUTE)
    await builders.do_all_due(service)
    assert "i tid" in await _told(service, amina)
    with pytest.raises(Stale):
        await _accepts(service, bo, hand_over)
    assert (await case_row(asker)).volunteer_id == amina.id


async def test_a_receiver_who_goes_off_duty_or_loses_access_leaves_it_with_its_giver(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    await _offers(service, amina, asker, to=bo)
    async with service.store.work() as work:
        await hand_over_ends.receiver_gone(work, bo.id)
    assert "Bo är inte kvar" in (await _told(service, amina)).replace("\u2068", "").replace("\u2069", "")

    hand_over = await _offers(service, amina, asker, to=bo)
    await _reads(service, bo, hand_over)
    async with service.store.work() as work:
        await leaving.disable_staff(work, bo.id)

    assert len(await builders.said_to(service, amina.id, Notice.HAND_OVER_OVER)) == 2
    assert (await case_row(asker)).volunteer_id == amina.id


async def test_a_giver_who_loses_access_takes_the_offer_along(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    hand_over = await _offers(service, amina, asker, to=bo)
    await _reads(service, bo, hand_over)

    async with service.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    assert (await case_row(asker)).status == CaseStatus.QUEUED
    with pytest.raises(Stale):
        await _accepts(service, bo, hand_over)
    assert [row.case_id for row in await builders.said_to(service, bo.id, Notice.OFFERED)] == [asker.case_id]


@pytest.mark.parametrize("ends", ["release", "stop", "delete", "stall"])
async def test_a_case_that_leaves_its_giver_otherwise_is_accepted_by_nobody(house: Service, ends: str) -> None:
    clock.freeze(clock.now())
    amina, bo, asker = await _scene(house)
    hand_over = await _offers(house, amina, asker, to=bo)
    await _reads(house, bo, hand_over)

    if ends == "release":
        async with acting(house, amina) as work:
            await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)
    elif ends == "stall":
        async with acting(house, amina) as work:
            await work.db.execute(  # as if it were offered for longer than a claim may stall
                hand_over_ends._OVERS.update().values(over_at=work.now + timedelta(hours=5))
            )
        for _ in range(2):
            clock.move(45 * MINUTE)
            await builders.do_all_due(house)
    else:
        await asker.commands(ends)

    with pytest.raises((Stale, NotFound)):
        await _accepts(house, bo, hand_over)
    if ends == "delete":
        assert await builders.table(house, "SELECT id FROM hand_overs") == []
        assert await builders.table(house, "SELECT person_id FROM hand_over_readers") == []
    elif ends != "release":
        assert "inte ditt längre" in await _told(house, amina)
    shown = await builders.said_to(house, bo.id, Notice.HAND_OVER_OFFERED)
    assert all(row.state != "due" for row in shown) or shown == []


async def test_who_may_not_claim_accepts_nothing_and_is_told_why(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    hand_over = await _offers(house, amina, asker, to=bo)
    await _reads(house, bo, hand_over)
    await builders.stands(house, bo, is_trainee=True)

    with pytest.raises(MayNotClaim) as refused:
        await _accepts(house, bo, hand_over)

    assert refused.value.code == "claim_not_as_trainee"
    assert (await case_row(asker)).volunteer_id == amina.id


async def test_who_has_three_cases_accepts_no_fourth(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    hand_over = await _offers(house, amina, asker, to=bo)
    await _reads(house, bo, hand_over)
    for _ in range(3):
        await builders.claimed_case(house, bo)

    with pytest.raises(TooManyCases):
        await _accepts(house, bo, hand_over)

    assert (await case_row(asker)).volunteer_id == amina.id


async def test_to_a_language_whoever_speaks_it_and_nobody_else(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    kim = await builders.volunteer(service, "Kim", speaks=("sv", "fa"))
    hand_over = await _offers(service, amina, asker, language="fa")
    assert len(await builders.said_to(service, kim.id, Notice.HAND_OVER_OFFERED)) == 1
    assert await builders.said_to(service, bo.id, Notice.HAND_OVER_OFFERED) == []
    with pytest.raises(NotFound):
        await _reads(service, bo, hand_over)
    with pytest.raises(NotFound):
        await _reads(service, amina, hand_over)

    await _reads(service, kim, hand_over)
    await _accepts(service, kim, hand_over)

    assert (await case_row(asker)).volunteer_id == kim.id


async def test_one_who_refuses_for_a_language_leaves_it_to_the_others(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    eva = await builders.volunteer(house, "Eva")
    hand_over = await _offers(house, amina, asker, language="ar")
    async with acting(house, bo) as work:
        await handing_over.refuse(work, hand_over)

    await _reads(house, eva, hand_over)
    await _accepts(house, eva, hand_over)

    assert (await case_row(asker)).volunteer_id == eva.id


async def test_of_two_hand_overs_at_once_one_stands(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    kim = await builders.volunteer(service, "Kim")

    async def offered(to: Staff) -> str:
        try:
            await _offers(service, amina, asker, to=to)
        except Refusal as refused:
            return refused.code
        return "stands"

    outcomes = await asyncio.gather(*(offered(to) for to in (bo, kim)))

    assert sorted(outcomes) == ["hand_over_open", "stands"]
    assert len(await builders.table(service, "SELECT id FROM hand_overs")) == 1


async def test_of_two_who_accept_at_once_one_has_it(service: Service) -> None:
    amina, bo, asker = await _scene(service)
    kim = await builders.volunteer(service, "Kim")
    hand_over = await _offers(service, amina, asker, language="ar")
    for one in (bo, kim):
        await _reads(service, one, hand_over)

    async def accepted(staff: Staff) -> str:
        try:
            await _accepts(service, staff, hand_over)
        except Refusal as refused:
            return refused.code
        return staff.alias

    outcomes = await asyncio.gather(*(accepted(one) for one in (bo, kim)))

    winner = next(one for one in (bo, kim) if one.alias in outcomes)
    assert sorted(outcomes, key=len)[-1] == "no_longer_valid"
    assert (await case_row(asker)).volunteer_id == winner.id
    assert len(await builders.said_to(service, asker.id, Notice.HANDED_OVER)) == 1


@pytest.mark.parametrize("other", ["erases", "disabled", "takes_back"])
async def test_accepting_at_the_same_moment_as_something_else_leaves_one_owner(service: Service, other: str) -> None:
    amina, bo, asker = await _scene(service)
    hand_over = await _offers(service, amina, asker, to=bo)
    await _reads(service, bo, hand_over)

    async def happens() -> None:
        if other == "erases":
            await asker.commands("delete")
        elif other == "disabled":
            async with service.store.work() as work:
                await leaving.disable_staff(work, bo.id)
        else:
            async with acting(service, amina) as work:
                await handing_over.take_back(work, hand_over)

    async def accepts() -> None:
        await _accepts(service, bo, hand_over)

    outcomes = await asyncio.gather(happens(), accepts(), return_exceptions=True)

    assert all(one is None or isinstance(one, Refusal) for one in outcomes), outcomes
    rows = await builders.table(service, "SELECT status, volunteer_id FROM cases")
    (row,) = rows
    if other == "erases":
        assert row.status == CaseStatus.CLOSED
    elif other == "disabled":
        assert row.volunteer_id in (None, amina.id)
    else:
        assert row.volunteer_id in (amina.id, bo.id) and row.status == CaseStatus.CLAIMED
    assert await builders.table(service, "SELECT id FROM hand_overs WHERE ended_at IS NULL") == []


async def test_whom_it_can_go_to_those_present_first_and_at_night_nobody_else(house: Service) -> None:
    clock.freeze(NIGHT - timedelta(hours=9))
    amina, bo, asker = await _scene(house)
    eva = await builders.volunteer(house, "Adam", on_shift=False)
    async with house.store.work() as work:
        await work.db.execute(PROFILES.update().where(PROFILES.c.person_id == eva.id).values(may_be_asked=True))
    await builders.volunteer(house, "Zoe", on_shift=False)

    async with acting(house, amina) as work:
        by_day = [(one.alias, one.is_present) for one in await handing_over.receivers(work)]
    clock.freeze(NIGHT)
    await builders.shift(house, bo)
    async with acting(house, amina) as work:
        by_night = [one.alias for one in await handing_over.receivers(work)]
        with pytest.raises(BadInput) as refused:
            await handing_over.offer(work, case_id=asker.case_id, note=NOTE, person_id=eva.id)

    assert by_day == [("Bo", True), ("Adam", False)]
    assert by_night == ["Bo"]
    assert refused.value.code == "hand_over_nobody"


async def test_without_a_note_or_with_too_long_a_one_nothing_is_offered(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    for text, code in ((" ", "note_empty"), ("x" * 501, "note_too_long")):
        with pytest.raises(BadInput) as refused:
            async with acting(house, amina) as work:
                await handing_over.offer(work, case_id=asker.case_id, note=text, person_id=bo.id)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        async with acting(house, bo) as work:
            await handing_over.offer(work, case_id=asker.case_id, note=NOTE, person_id=amina.id)

    assert await builders.table(house, "SELECT id FROM hand_overs") == []


async def test_the_givers_draft_stays_the_givers(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    async with acting(house, amina) as work:
        await drafts.keep(work, case_id=asker.case_id, text="Halvt")
    hand_over = await _offers(house, amina, asker, to=bo)
    await _reads(house, bo, hand_over)
    await _accepts(house, bo, hand_over)

    async with house.store.look() as db:
        about = {"case_id": asker.case_id, "now": clock.now()}
        hers = await drafts.draft_of(db, house.store.seal, person_id=amina.id, **about)
        his = await drafts.draft_of(db, house.store.seal, person_id=bo.id, **about)

    assert (hers, his) == ("Halvt", "")


async def test_the_note_is_sealed(house: Service) -> None:
    amina, bo, asker = await _scene(house)
    await _offers(house, amina, asker, to=bo)

    row = await builders.one(house, "SELECT note FROM hand_overs")

    assert NOTE.encode() not in bytes(row.note)


async def test_what_is_offered_ends_at_the_same_instant_on_both_nights_of_the_clock(house: Service) -> None:
    for begins in (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), datetime(2026, 10, 25, 0, 45, tzinfo=UTC)):
        clock.freeze(begins)
        amina = await builders.volunteer(house, f"Amina {begins.month}")
        bo = await builders.volunteer(house, f"Bo {begins.month}")
        asker = await builders.claimed_case(house, amina)
        await builders.answers(house, amina, asker)
        await _offers(house, amina, asker, to=bo)
        made = clock.now()

        clock.freeze(made + 30 * MINUTE - SECOND)
        await builders.do_all_due(house)
        assert await builders.said_to(house, amina.id, Notice.HAND_OVER_OVER) == []
        clock.freeze(made + 30 * MINUTE + SECOND)
        await builders.do_all_due(house)
        assert len(await builders.said_to(house, amina.id, Notice.HAND_OVER_OVER)) == 1
