"""What a newcomer is promised, in which order cases are answered, and who is offered which."""

from datetime import UTC, datetime, time, timedelta

from bot.cases import cases, closing, queue
from bot.engine import clock
from bot.engine.errors import BadInput
from bot.hours import changes
from bot.places import places
from bot.roster import shifts
from bot.service import Service
from bot.volunteers import leaving
from models.case import spoken_code
from models.notice import Notice
from tests import builders
from tests.builders import Staff, acting, case_row

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)  # 12:00 in Stockholm


async def _receipt(service: Service, asker: builders.Newcomer) -> str:
    return (await builders.screen(service, asker.id, Notice.RECEIPT))[-1]


async def test_with_somebody_on_shift_and_free_the_answer_comes_within_the_promised_minutes(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(service)

    asker = await builders.case_of(service)

    told = await _receipt(service, asker)
    assert spoken_code(asker.code) in told
    assert service.words("sv")("promise_soon", n=15) in told
    assert (await case_row(asker)).promised_by == clock.now() + timedelta(minutes=15)


async def test_with_others_ahead_the_place_in_the_queue_is_told(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(service)
    await builders.case_of(service)
    clock.move(timedelta(seconds=1))
    await builders.case_of(service)
    clock.move(timedelta(seconds=1))

    third = await builders.case_of(service)

    words, told = service.words("sv"), await _receipt(service, third)
    assert f"{words('queue_position', place=3)}\n{words('promise_soon', n=45)}" in told
    assert (await case_row(third)).promised_by == clock.now() + timedelta(minutes=45)


async def test_a_place_in_the_queue_that_the_shift_does_not_reach_promises_the_next_shift(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service, on_shift=False)
    await builders.shift(service, amina, lasts=timedelta(minutes=40))
    await builders.shift(service, amina, starts_at=MONDAY_NOON + timedelta(hours=20))
    askers = [await builders.case_of(service) for _ in range(3)]

    second, third = [await _receipt(service, asker) for asker in askers[1:]]

    words = service.words("sv")
    assert words("queue_position", place=2) in second and words("promise_soon", n=30) in second
    assert words("queue_position", place=3) not in third and "i morgon kl. 08:00" in third


async def test_an_earlier_case_never_stands_behind_a_later_one_of_the_same_instant(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    askers = [await builders.newcomer(service) for _ in range(6)]
    back = await builders.claimed_case(service, amina)
    async with acting(service, amina) as work:
        await closing.close_case(work, case_id=back.case_id, seen_seq=2**50, sheet=closing.Sheet())

    for asker in [askers[0], back, *askers[1:]]:
        await asker.says("Hej")
        await builders.note_case(asker)

    async with service.store.look() as db:
        queued = [case.id for case in await queue.waiting(db)]
    assert queued == [asker.case_id for asker in [askers[0], back, *askers[1:]]]


async def test_with_a_shift_later_today_the_time_is_told(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=6))

    asker = await builders.case_of(house)

    assert "18:00" in await _receipt(house, asker)
    assert (await case_row(asker)).promised_by == MONDAY_NOON + timedelta(hours=6, minutes=15)


async def test_with_a_shift_on_another_day_the_day_and_time_are_told(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(days=2, hours=6))

    asker = await builders.case_of(house)

    told = await _receipt(house, asker)
    words = house.words("sv")
    when = words.day_and_time(MONDAY_NOON + timedelta(days=2, hours=6), house.store.zone, now=MONDAY_NOON)
    assert words("promise_later", when=when) in told
    assert "onsdag" in told


async def test_with_nothing_planned_the_truth_the_next_session_and_the_phone_are_told(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await _library(house)

    asker = await builders.case_of(house)

    told = await _receipt(house, asker)
    assert house.words("sv")("promise_unknown") in told
    assert "Sankt Petri kyrkogata 6" in told
    assert "onsdag" in told
    assert "070-174 06 05" in told
    assert (await case_row(asker)).promised_by is None


async def _library(service: Service) -> None:
    async with service.store.work() as work:
        await places.add_place(work, code="library", name_key="lund_city_library", address="Sankt Petri kyrkogata 6")
        await changes.set_hours(work, place="library", weekday=2, spans=[(time(16), time(18))], valid_from=work.today)


async def test_a_receipt_tells_who_answers_next_and_the_next_session_to_come_to(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await _library(house)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=20))

    later = await _receipt(house, await builders.case_of(house))
    await builders.volunteer(house, "Kim")
    soon = await _receipt(house, await builders.case_of(house))

    assert "i morgon kl. 08:00" in later
    assert house.words("sv")("queue_position", place=2) in soon
    for told in (later, soon):
        assert "onsdag 7 januari 2026" in told and "Sankt Petri kyrkogata 6" in told


async def test_a_shift_of_a_disabled_volunteer_promises_nothing(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=6))
    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    asker = await builders.case_of(house)

    assert house.words("sv")("promise_unknown") in await _receipt(house, asker)


async def test_the_queue_is_ordered_by_the_longest_wait_for_an_answer_with_floods_last(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    flooded = await builders.case_of(service, throttled=True)
    clock.move(timedelta(minutes=1))
    answered = await builders.claimed_case(service, amina)
    clock.move(timedelta(minutes=1))
    never_answered = await builders.case_of(service)
    clock.move(timedelta(minutes=1))
    await builders.answers(service, amina, answered)
    async with acting(service, amina) as work:
        await cases.back_to_queue(work, await case_row(answered), silent=False)

    async with service.store.look() as db:
        order = [row.id for row in await queue.waiting(db)]

    assert order == [never_answered.case_id, answered.case_id, flooded.case_id]


async def test_a_case_in_a_flood_is_opened_promised_and_offered_like_any_other(house: Service) -> None:
    amina = await builders.volunteer(house)
    first = await builders.case_of(house, throttled=True)
    second = await builders.case_of(house)

    assert spoken_code(first.code) in await _receipt(house, first)
    offered = await builders.said_to(house, amina.id, Notice.OFFERED)
    assert [row.case_id for row in offered] == [first.case_id, second.case_id]
    async with house.store.look() as db:
        assert await queue.ahead_of(db, await case_row(first)) == 1
        assert await queue.ahead_of(db, await case_row(second)) == 0


async def test_a_card_goes_to_those_on_shift_who_speak_the_language(house: Service) -> None:
    speaks = await builders.volunteer(house, "Amina", speaks=("sv", "fa"))
    other = await builders.volunteer(house, "Bo", speaks=("sv",))
    off = await builders.volunteer(house, "Cia", speaks=("fa",), on_shift=False)

    asker = await builders.case_of(house, language="fa")

    cards = await builders.screen(house, speaks.id, Notice.OFFERED)
    assert len(cards) == 1
    assert spoken_code(asker.code) in cards[0]
    assert house.desk("sv")("language_fa") in cards[0]
    assert house.desk("sv")("card_no_speaker") not in cards[0]
    assert await builders.said_to(house, other.id, Notice.OFFERED) == []
    assert await builders.said_to(house, off.id, Notice.OFFERED) == []


async def test_when_nobody_on_shift_speaks_it_everybody_gets_a_marked_card(house: Service) -> None:
    staff = [await builders.volunteer(house, alias, speaks=("sv",)) for alias in ("Amina", "Bo")]

    await builders.case_of(house, language="uk")

    for one in staff:
        (card,) = await builders.screen(house, one.id, Notice.OFFERED)
        assert house.desk("sv")("card_no_speaker") in card


async def test_a_card_never_shows_words(house: Service) -> None:
    amina = await builders.volunteer(house)

    await builders.case_of(house, "Min hemliga fråga")

    (card,) = await builders.screen(house, amina.id, Notice.OFFERED)
    assert "hemliga" not in card


async def test_a_category_given_after_the_question_reaches_cards_sent_and_unsent(service: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(service, postbox)
    await builders.volunteer(service, chat_id=1)
    await builders.deliver_all(delivery)
    sent = await builders.case_of(service)
    await builders.deliver_all(delivery)
    unsent = await builders.case_of(service)

    await sent.presses("tap:category:housing")
    await unsent.presses("tap:category:housing")
    await builders.deliver_all(delivery)

    housing = service.desk("sv")("cat_housing")
    cards = [letter.prompt.text for letter in postbox.shows(1) if letter.prompt.rows]
    assert [housing in card for card in cards] == [True, True]


async def test_more_words_before_the_claim_are_counted_on_the_card(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.case_of(house)

    await asker.says("Och en sak till")

    card = (await builders.screen(house, amina.id, Notice.OFFERED))[-1]
    assert house.desk("sv")("card_messages", n=2) in card


async def test_the_start_of_a_shift_says_how_many_wait_and_since_when_and_deals_the_cards(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    first = await builders.case_of(service)
    clock.move(timedelta(hours=19))
    second = await builders.case_of(service)

    amina = await builders.volunteer(service)
    await builders.do_all_due(service)

    (told,) = await builders.screen(service, amina.id, Notice.SHIFT_STARTS)
    desk = service.desk("sv")
    assert desk("shift_waiting", n=2) in told
    assert desk("shift_oldest", how_long=desk("hours_long", n=19)) in told
    offered = await builders.said_to(service, amina.id, Notice.OFFERED)
    assert [row.case_id for row in offered] == [first.case_id, second.case_id]


async def test_a_shift_over_midnight_says_on_which_day_it_ends(house: Service) -> None:
    clock.freeze(MONDAY_NOON.replace(hour=21))  # 22:00 in Lund
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, lasts=timedelta(hours=4))
    await builders.do_all_due(house)

    (told,) = await builders.screen(house, amina.id, Notice.SHIFT_STARTS)

    assert told.splitlines()[0] == "Ditt pass har börjat. Det slutar i morgon kl. 02:00."
    clock.move(timedelta(hours=2, minutes=30))
    (later,) = await builders.screen(house, amina.id, Notice.SHIFT_STARTS)
    assert later.splitlines()[0] == "Ditt pass har börjat. Det slutar kl. 02:00."


async def test_the_oldest_is_the_oldest_even_if_it_came_in_a_flood(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.case_of(house, throttled=True)
    clock.move(timedelta(hours=19))
    await builders.case_of(house)

    amina = await builders.volunteer(house)
    await builders.do_all_due(house)

    (told,) = await builders.screen(house, amina.id, Notice.SHIFT_STARTS)
    desk = house.desk("sv")
    assert desk("shift_oldest", how_long=desk("hours_long", n=19)) in told


async def test_a_volunteer_who_has_a_card_gets_no_second_one_at_the_start_of_the_next_shift(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, lasts=timedelta(hours=1))
    await builders.shift(house, amina, starts_at=clock.now() + timedelta(hours=1))
    await builders.case_of(house)

    clock.move(timedelta(hours=1))
    await builders.do_all_due(house)

    assert len(await builders.said_to(house, amina.id, Notice.OFFERED)) == 1


async def test_a_shift_that_was_cancelled_does_not_start(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    shift_id = await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=1))
    async with house.store.work() as work:
        await shifts.cancel_shift(work, shift_id)

    clock.move(timedelta(hours=1))
    await builders.do_all_due(house)

    assert await builders.said_to(house, amina.id, Notice.SHIFT_STARTS) == []


async def test_a_volunteer_is_not_on_two_shifts_at_once_but_may_go_on_to_the_next(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, lasts=timedelta(hours=2))

    refused = await _shift_refused(house, amina, starts_in=timedelta(hours=1))
    allowed = await _shift_refused(house, amina, starts_in=timedelta(hours=2))

    assert refused == "shift_clash"
    assert allowed is None


async def _shift_refused(service: Service, staff: Staff, *, starts_in: timedelta) -> str | None:
    try:
        await builders.shift(service, staff, starts_at=clock.now() + starts_in)
    except BadInput as refusal:
        return refusal.code
    return None
