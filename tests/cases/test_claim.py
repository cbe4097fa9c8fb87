"""A case has one volunteer at a time: the database decides, and everybody else is told kindly."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from bot.cases import cases
from bot.engine import clock
from bot.engine.errors import AlreadyClaimed, NotFound, NotOnShift, Refusal
from bot.people import people
from bot.roster import shifts
from bot.service import Service
from bot.volunteers import leaving
from models.case import CaseStatus, spoken_code
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address
from tests import builders
from tests.builders import Staff, acting, case_row


async def _tries(service: Service, staff: Staff, case_id: int) -> Refusal | None:
    try:
        async with acting(service, staff) as work:
            await cases.claim_case(work, case_id=case_id)
    except Refusal as refusal:
        return refusal
    return None


async def test_of_twenty_at_once_exactly_one_gets_the_case(service: Service) -> None:
    staff = [await builders.volunteer(service, f"V{n}", on_shift=False) for n in range(20)]
    await builders.shift(service, *staff)
    asker = await builders.case_of(service)

    outcomes = await asyncio.gather(*(_tries(service, one, asker.case_id) for one in staff))

    winners = [one for one, refusal in zip(staff, outcomes, strict=True) if refusal is None]
    assert len(winners) == 1
    case = await case_row(asker)
    assert (case.status, case.volunteer_id) == (CaseStatus.CLAIMED, winners[0].id)
    losers = [refusal for refusal in outcomes if refusal is not None]
    assert {type(refusal) for refusal in losers} == {AlreadyClaimed}
    assert {refusal.values["alias"] for refusal in losers} == {winners[0].alias}
    assert {refusal.values["at"] for refusal in losers} == {case.claimed_at.isoformat()}


async def test_claiming_is_in_the_ledger_once_and_told_to_the_newcomer_once(service: Service) -> None:
    amina, bo = await builders.volunteer(service), await builders.volunteer(service, "Bo")
    asker = await builders.case_of(service)

    await asyncio.gather(_tries(service, amina, asker.case_id), _tries(service, bo, asker.case_id))

    lines = await builders.table(service, "SELECT kind FROM case_events WHERE kind = 'claimed'")
    assert len(lines) == 1
    assert len(await builders.said_to(service, asker.id, Notice.CLAIMED)) == 1


async def test_claiming_one_s_own_case_again_says_so(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    refusal = await _tries(house, amina, asker.case_id)

    assert isinstance(refusal, AlreadyClaimed)
    assert refusal.code == "already_yours"


async def test_a_closed_case_cannot_be_claimed(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.case_of(house)
    await asker.commands("stop")

    refusal = await _tries(house, amina, asker.case_id)

    assert isinstance(refusal, AlreadyClaimed)
    assert refusal.code == "case_not_open"
    assert (await case_row(asker)).status == CaseStatus.CLOSED


async def test_a_newcomer_cannot_claim(house: Service) -> None:
    await builders.volunteer(house)
    asker, other = await builders.case_of(house), await builders.newcomer(house)

    refusal = await _tries(house, Staff(other.id, "", None), asker.case_id)

    assert isinstance(refusal, NotFound)
    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_a_case_that_does_not_exist_is_refused_as_one_that_is_not_yours(house: Service) -> None:
    amina = await builders.volunteer(house)

    assert isinstance(await _tries(house, amina, 12345), NotFound)


async def test_off_shift_a_volunteer_is_asked_first_and_may_then_take_it(service: Service) -> None:
    bo = await builders.volunteer(service, "Bo", on_shift=False)
    asker = await builders.case_of(service)

    refusal = await _tries(service, bo, asker.case_id)
    still = await case_row(asker)
    async with acting(service, bo) as work:
        await cases.claim_case_off_shift(work, case_id=asker.case_id)

    assert isinstance(refusal, NotOnShift)
    assert still.status == CaseStatus.QUEUED
    assert (await case_row(asker)).volunteer_id == bo.id


@pytest.mark.parametrize("verb", [cases.claim_case, cases.claim_case_off_shift])
async def test_access_that_ends_before_the_statement_is_no_access(house: Service, verb: object) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.case_of(house)

    with pytest.raises(NotFound):
        async with acting(house, amina) as work:
            # The snapshot of the actor still says enabled; the row, by now, does not.
            await work.db.execute(text(f"UPDATE people SET enabled = false WHERE id = {amina.id}"))
            await verb(work, case_id=asker.case_id)  # type: ignore[operator]

    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_the_minute_the_shift_ends_is_no_shift(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, lasts=timedelta(hours=1))
    asker = await builders.case_of(house)
    clock.move(timedelta(hours=1))

    assert isinstance(await _tries(house, amina, asker.case_id), NotOnShift)


async def test_a_cancelled_shift_is_no_shift(house: Service) -> None:
    amina = await builders.volunteer(house, on_shift=False)
    shift_id = await builders.shift(house, amina)
    async with house.store.work() as work:
        await shifts.cancel_shift(work, shift_id)
    asker = await builders.case_of(house)

    assert isinstance(await _tries(house, amina, asker.case_id), NotOnShift)


async def test_a_shift_at_a_place_does_not_answer_online(house: Service) -> None:
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, place="library")
    asker = await builders.case_of(house)

    assert isinstance(await _tries(house, amina, asker.case_id), NotOnShift)


async def test_the_claimer_s_name_is_shown_only_if_they_want_it(house: Service) -> None:
    amina = await builders.volunteer(house, "Amina")
    asker = await builders.claimed_case(house, amina)

    (told,) = await builders.screen(house, asker.id, Notice.CLAIMED)

    assert "Amina" not in told
    assert told == house.words("sv")("adviser_joined")


async def test_every_card_of_a_case_is_withdrawn_by_the_claim_wherever_it_is(service: Service) -> None:
    """Six cards: sent, sent an hour ago, due, leased, in a parked lane, and of somebody whose shift is over."""
    postbox = builders.Postbox()
    delivery = builders.delivery_of(service, postbox)
    clock.freeze(clock.now())
    names = ("Sent", "HourOld", "Due", "Leased", "Parked", "Gone")
    staff = {
        name: await builders.volunteer(service, name, on_shift=False, chat_id=1 + n) for n, name in enumerate(names)
    }
    await builders.shift(service, *(one for name, one in staff.items() if name != "Gone"))
    await builders.shift(service, staff["Gone"], lasts=timedelta(minutes=30))
    await builders.deliver_all(delivery)
    asker = await builders.case_of(service)
    await _leave_due(service, staff, "Due", "Leased", "Parked")
    await builders.deliver_all(delivery)
    clock.move(timedelta(hours=1))
    # a leased card: a worker is sending it now
    await _make_due(service, staff["Leased"])
    held = postbox.hold(4)
    sending = asyncio.create_task(delivery.deliver_one())
    await held.left.wait()
    # a parked lane: blocked while the card was on its way
    await _make_due(service, staff["Parked"])
    postbox.blocked_by = {5}
    await delivery.deliver_one()
    postbox.blocked_by = set()

    await builders.claims(service, staff["Sent"], asker)

    held.arrives.set()  # after the claim
    await sending
    await _make_due(service, staff["Due"])
    await builders.deliver_all(delivery)
    async with service.store.work() as work:
        await people.back_on_telegram(work, 5)
    await builders.deliver_all(delivery)
    for chat_id in range(1, 7):
        for letter in postbox.shows(chat_id):
            codes = [choice.code for row in letter.prompt.rows for choice in row]
            assert f"claim:{asker.case_id}" not in codes, names[chat_id - 1]
    taken = [letter.prompt.text for letter in postbox.shows(2) if spoken_code(asker.code) in letter.prompt.text]
    assert len(taken) == 1
    assert "Sent" in taken[0]


async def _leave_due(service: Service, staff: dict[str, Staff], *names: str) -> None:
    """Cards to these are not due for two hours."""
    for name in names:
        await _move_card(service, staff[name], timedelta(hours=2))


async def _make_due(service: Service, one: Staff) -> None:
    await _move_card(service, one, timedelta())


async def _move_card(service: Service, one: Staff, ahead: timedelta) -> None:
    async with service.store.work() as work:
        lanes = select(Address.id).where(Address.person_id == one.id)
        card = update(Outbox).where(Outbox.address_id.in_(lanes), Outbox.kind == Notice.OFFERED)
        await work.db.execute(card.where(Outbox.state == RowState.DUE).values(due_at=work.now + ahead))


async def test_a_card_in_a_chat_that_blocked_us_says_taken_when_it_opens_again(house: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    amina, bo = await builders.volunteer(house, chat_id=1), await builders.volunteer(house, "Bo", chat_id=2)
    asker = await builders.case_of(house)
    await builders.deliver_all(delivery)
    await builders.claims(house, amina, asker)
    postbox.blocked_by = {2}  # Bo blocked the bot while the card stood in the chat
    await builders.deliver_all(delivery)
    postbox.blocked_by = set()

    async with house.store.work() as work:
        await people.back_on_telegram(work, bo.chat_id or 0)
    await builders.deliver_all(delivery)

    codes = [choice.code for letter in postbox.shows(2) for row in letter.prompt.rows for choice in row]
    assert f"claim:{asker.case_id}" not in codes


async def test_access_that_ends_while_a_claim_is_being_committed_leaves_no_case_behind(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)

    async def ends_access() -> None:
        async with service.store.work() as work:
            await leaving.disable_staff(work, amina.id)

    async with acting(service, amina) as work:
        await cases.claim_case(work, case_id=asker.case_id)
        ending = asyncio.create_task(ends_access())
        await asyncio.wait([ending], timeout=0.3)  # it can only wait, or have missed the claim
    await ending

    case = await case_row(asker)
    assert (case.status, case.volunteer_id) == (CaseStatus.QUEUED, None)
