"""The same person again: offered first to who had them, and told by day and subject, never by an old word."""

from datetime import UTC, date, datetime, timedelta

from bot.cases import closing
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.service import Service
from models.base import new_id
from models.follow_up import FollowUp
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
_FOLLOW_UPS = FollowUp.__table__  # type: ignore[attr-defined]


async def _closes(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        sheet = Sheet(category="housing", minutes=15)
        await closing.close_case(work, case_id=asker.case_id, seen_seq=2**50, sheet=sheet)


async def _again(service: Service, amina: Staff) -> Newcomer:
    """Somebody whom Amina advised four weeks ago asks again."""
    clock.freeze(NOON)
    asker = await builders.claimed_case(service, amina, "Jag har fått ett brev från hyresvärden")
    await _closes(service, amina, asker)
    clock.freeze(NOON + timedelta(days=20))
    await builders.shift(service, amina)
    return asker


async def test_who_had_them_is_offered_the_case_first_and_everybody_after_five_minutes(service: Service) -> None:
    clock.freeze(NOON - MINUTE)
    amina = await builders.volunteer(service)
    asker = await _again(service, amina)
    bo = await builders.volunteer(service, "Bo")
    await builders.do_all_due(service)
    await asker.says("En ny fråga")
    asked = clock.now()
    card = (await builders.screen(service, amina.id, Notice.OFFERED))[-1]
    assert "Du har haft den här besökaren förut" in card
    assert await builders.said_to(service, bo.id, Notice.OFFERED) == []

    clock.freeze(asked + 5 * MINUTE - SECOND)
    await builders.do_all_due(service)
    assert await builders.said_to(service, bo.id, Notice.OFFERED) == []

    clock.freeze(asked + 5 * MINUTE)
    await builders.do_all_due(service)
    (told,) = await builders.screen(service, bo.id, Notice.OFFERED)
    assert "förut" not in told
    assert len(await builders.said_to(service, amina.id, Notice.OFFERED)) == 1  # and no second one


async def test_a_claim_in_time_offers_it_to_nobody_else(house: Service) -> None:
    clock.freeze(NOON - MINUTE)
    amina = await builders.volunteer(house)
    asker = await _again(house, amina)
    bo = await builders.volunteer(house, "Bo")
    await asker.says("En ny fråga")
    await builders.note_case(asker)
    await builders.claims(house, amina, asker)

    clock.move(10 * MINUTE)
    await builders.do_all_due(house)

    assert await builders.said_to(house, bo.id, Notice.OFFERED) == []


async def test_who_is_not_there_or_has_no_room_or_not_the_language_is_not_waited_for(house: Service) -> None:
    clock.freeze(NOON - MINUTE)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _closes(house, amina, asker)
    other = await builders.claimed_case(house, amina)
    await _closes(house, amina, other)
    clock.freeze(NOON + timedelta(days=20))
    bo = await builders.volunteer(house, "Bo")

    await asker.says("En ny fråga")  # she is on no shift
    assert len(await builders.said_to(house, bo.id, Notice.OFFERED)) == 1

    await builders.shift(house, amina)
    for _ in range(3):
        await builders.claimed_case(house, amina)
    before = len(await builders.said_to(house, bo.id, Notice.OFFERED))
    await other.says("Och jag")  # she has as many as one has

    assert len(await builders.said_to(house, bo.id, Notice.OFFERED)) == before + 1


async def test_the_card_says_when_and_about_what_and_what_comes_back_and_no_word(house: Service) -> None:
    clock.freeze(NOON - MINUTE)
    amina = await builders.volunteer(house)
    asker = await _again(house, amina)
    old = asker.case_id
    async with house.store.work() as work:
        about = {"set_by": amina.id, "set_at": work.now, "due_at": work.now + timedelta(days=3)}
        await work.db.execute(_FOLLOW_UPS.insert().values(id=new_id(), case_id=old, **about))
    bo = await builders.volunteer(house, "Bo")
    await asker.says("En ny fråga")
    clock.move(5 * MINUTE)
    await builders.do_all_due(house)

    (card,) = await builders.screen(house, bo.id, Notice.OFFERED)

    words = house.desk("sv")
    assert str(words.day(date(2026, 1, 5))) in card and "tas upp igen" in card
    assert str(words.day(date(2026, 1, 28))) in card
    assert "hyresvärden" not in card


async def test_a_first_question_says_nothing_of_before(house: Service) -> None:
    amina = await builders.volunteer(house)
    await builders.case_of(house)

    (card,) = await builders.screen(house, amina.id, Notice.OFFERED)

    assert "kontakter" not in card and "förut" not in card
