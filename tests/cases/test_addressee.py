"""Which case a volunteer's words are meant for: never a guess, and no word lost while the bot asks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.cases import addressee, cases, closing, fates, held_lines, messages, which_case
from bot.engine import clock
from bot.engine.errors import BadInput, Stale
from bot.people import access, people
from bot.privacy import erasing
from bot.service import Service
from bot.volunteers import leaving
from models.case import spoken_code
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, picks, volunteer_says

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)


async def _replies(asker: Newcomer) -> list[str]:
    return [text.split("\n\n", 1)[1] for text in await builders.screen(asker.service, asker.id, Notice.REPLY)]


async def _two_cases(service: Service) -> tuple[Staff, Newcomer, Newcomer]:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    return amina, await builders.claimed_case(service, amina), await builders.claimed_case(service, amina)


async def _card(service: Service, staff: Staff) -> str:
    """What the card that asks says now."""
    return (await builders.screen(service, staff.id, Notice.WHICH_CASE))[-1]


async def _held(service: Service) -> int:
    return len(await builders.table(service, "SELECT 1 FROM held_lines"))


async def _closes(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=2**50, sheet=closing.Sheet())
    builders.a_second_later()


async def _hands_back(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)


async def _is_taken_back(service: Service, _staff: Staff, asker: Newcomer) -> None:
    async with service.store.work() as work:
        row = await builders.case_row(asker)
        await work.lock(row.conversation_id)
        await cases.back_to_queue(work, row, silent=False, reason="command")


async def _is_closed_by_command(service: Service, _staff: Staff, asker: Newcomer) -> None:
    async with service.store.work() as work:
        row = await builders.case_row(asker)
        await work.lock(row.conversation_id)
        await closing.close_by_command(work, row)


async def _stops(service: Service, _staff: Staff, asker: Newcomer) -> None:
    async with service.store.work() as work:
        row = await builders.case_row(asker)
        await work.lock(row.conversation_id)
        await closing.withdraw_case(work, row)


async def _erases(service: Service, _staff: Staff, asker: Newcomer) -> None:
    async with service.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)


ENDINGS = [_stops, _erases, _closes, _hands_back, _is_taken_back, _is_closed_by_command]


async def test_the_only_open_case_is_meant(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await volunteer_says(house, amina, "Hej")

    assert await _replies(asker) == ["Hej"]


async def test_without_a_case_the_volunteer_is_told_so(house: Service) -> None:
    amina = await builders.volunteer(house)

    await volunteer_says(house, amina, "Hej")

    assert len(await builders.said_to(house, amina.id, Notice.NO_CASE)) == 1


@pytest.mark.parametrize("ends", ENDINGS, ids=lambda ends: ends.__name__)
async def test_words_typed_while_a_case_ended_never_reach_the_case_that_is_left(service: Service, ends) -> None:
    amina, first, second = await _two_cases(service)
    await volunteer_says(service, amina, "Till den första", answers=first.case_id)

    await ends(service, amina, first)
    await volunteer_says(service, amina, "Fortsättning")

    assert await _replies(second) == []
    assert service.desk("sv")("held_why_ended") in await _card(service, amina)


@pytest.mark.parametrize("ends", ENDINGS, ids=lambda ends: ends.__name__)
async def test_after_an_ending_it_is_asked_once_and_the_answer_settles_it(house: Service, ends) -> None:
    amina, first, second = await _two_cases(house)
    await ends(house, amina, first)
    await volunteer_says(house, amina, "Ett")
    before = await _replies(second)

    await picks(house, amina, second)
    clock.move(addressee.CHOICE_HOLDS + timedelta(minutes=1))
    await volunteer_says(house, amina, "Två")

    assert (before, await _replies(second)) == ([], ["Ett", "Två"])
    assert await _held(house) == 0


async def test_not_sending_settles_an_ending_too(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Hej", answers=first.case_id)
    await _stops(house, amina, first)
    await volunteer_says(house, amina, "Till den första")
    async with acting(house, amina) as work:
        await which_case.chose_nothing(work, card=await builders.card_of(house, amina))

    await volunteer_says(house, amina, "Till den andra")

    assert await _replies(second) == ["Till den andra"]


async def test_an_ending_in_another_volunteer_s_hands_asks_nothing(house: Service) -> None:
    amina, _first, _second = await _two_cases(house)
    kim = await builders.volunteer(house, "Kim")
    asker = await builders.claimed_case(house, kim)

    await _closes(house, amina, _first)
    await volunteer_says(house, kim, "Hej")

    assert await _replies(asker) == ["Hej"]


async def test_with_several_cases_the_bot_asks_and_nothing_is_sent_until_it_knows(service: Service) -> None:
    amina, first, second = await _two_cases(service)

    said = await volunteer_says(service, amina, "Hej")
    before = await _replies(first), await _replies(second)
    (card,) = await builders.said_to(service, amina.id, Notice.WHICH_CASE)
    await picks(service, amina, second)

    assert before == ([], [])
    assert card.params["reply_to"] == said  # so that the words are seen with the question
    assert (await _replies(first), await _replies(second)) == ([], ["Hej"])


async def test_a_reply_names_its_case(house: Service) -> None:
    amina, first, second = await _two_cases(house)

    await volunteer_says(house, amina, "Svar", answers=first.case_id)

    assert (await _replies(first), await _replies(second)) == (["Svar"], [])


async def test_a_reply_to_something_that_names_no_case_is_asked_about_even_with_one_case(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await volunteer_says(house, amina, "Hej", unclear=True)
    before = await _replies(asker)
    asked = await _card(house, amina)
    await picks(house, amina, asker)

    assert before == []
    assert house.desk("sv")("held_why_unclear") in asked
    assert await _replies(asker) == ["Hej"]


async def test_the_choice_holds_for_five_minutes(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Ett")
    await picks(house, amina, second)

    clock.move(timedelta(minutes=5))
    await volunteer_says(house, amina, "Två")
    clock.move(timedelta(seconds=1))
    await volunteer_says(house, amina, "Tre")

    assert await _replies(second) == ["Ett", "Två"]
    assert await _replies(first) == []
    assert await _held(house) == 1


async def test_new_words_in_another_case_end_the_choice(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Ett")
    await picks(house, amina, second)
    clock.move(timedelta(seconds=1))

    await first.says("Nya ord här")
    clock.move(timedelta(seconds=1))
    await volunteer_says(house, amina, "Två")

    assert await _replies(second) == ["Ett"]
    assert await _replies(first) == []


async def test_changed_words_in_another_case_end_the_choice_and_in_the_chosen_one_do_not(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    for asker, name in ((first, "t1"), (second, "t2")):
        await asker.says("Klockan tre?", external_id=name)
    await volunteer_says(house, amina, "Ett")
    await picks(house, amina, second)
    clock.move(timedelta(seconds=1))

    await second.edits("t2", "Klockan fem?")
    await volunteer_says(house, amina, "Två")
    clock.move(timedelta(seconds=1))
    await first.edits("t1", "Klockan fyra?")
    await volunteer_says(house, amina, "Tre")

    assert (await _replies(first), await _replies(second)) == ([], ["Ett", "Två"])
    assert house.desk("sv")("held_why_several") in await _card(house, amina)


async def test_new_words_in_the_chosen_case_do_not_end_the_choice(house: Service) -> None:
    amina, _first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Ett")
    await picks(house, amina, second)
    clock.move(timedelta(seconds=1))

    await second.says("Tack")
    await volunteer_says(house, amina, "Två")

    assert await _replies(second) == ["Ett", "Två"]


async def test_a_claim_or_an_ending_or_a_reply_to_another_case_ends_the_choice(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    third = await builders.claimed_case(house, amina)

    async def after(act: object) -> bool:
        """Whether words go on to the chosen case after this."""
        await volunteer_says(house, amina, "Val")
        await picks(house, amina, second)
        builders.a_second_later()
        await act  # type: ignore[misc]
        await volunteer_says(house, amina, "Sedan")
        went_on = await _held(house) == 0
        async with acting(house, amina) as work:
            if not went_on:
                await which_case.chose_nothing(work, card=await builders.card_of(house, amina))
        return went_on

    assert not await after(volunteer_says(house, amina, "Svar", answers=first.case_id))
    assert not await after(_stops(house, amina, first))
    assert not await after(builders.claimed_case(house, amina))
    assert [text for text in await _replies(third)] == []


async def test_lines_typed_while_the_bot_asks_are_listed_on_its_card_and_sent_by_one_press_in_order(
    service: Service,
) -> None:
    amina, first, second = await _two_cases(service)
    await volunteer_says(service, amina, "Rad ett")
    await volunteer_says(service, amina, "Rad två")
    card = await _card(service, amina)

    await picks(service, amina, first)

    assert "1. Rad ett\n2. Rad två" in card
    assert await _replies(first) == ["Rad ett", "Rad två"]
    assert await _replies(second) == []
    assert len([r for r in await builders.said_to(service, amina.id, Notice.WHICH_CASE) if r.edits is None]) == 1


async def test_words_behind_lines_that_are_held_wait_with_them(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await volunteer_says(house, amina, "Ett", unclear=True)

    await volunteer_says(house, amina, "Två")
    before = await _replies(asker)
    await picks(house, amina, asker)

    assert (before, await _replies(asker)) == ([], ["Ett", "Två"])


@pytest.mark.parametrize("press", ["picks", "declines"])
async def test_a_press_does_not_settle_an_ending_that_came_after_the_held_words(house: Service, press: str) -> None:
    """What is being typed while the card is pressed was begun when there were still two cases."""
    amina, first, second = await _two_cases(house)
    third = await builders.claimed_case(house, amina)
    await _stops(house, amina, third)
    await volunteer_says(house, amina, "Ett")
    await _hands_back(house, amina, first)  # half way through the next message
    if press == "picks":
        await picks(house, amina, second)
        clock.move(addressee.CHOICE_HOLDS + timedelta(seconds=1))
    else:
        async with acting(house, amina) as work:
            await which_case.chose_nothing(work, card=await builders.card_of(house, amina))

    await volunteer_says(house, amina, "Till den första")

    assert "Till den första" not in await _replies(second)
    assert house.desk("sv")("held_why_ended") in await _card(house, amina)


async def test_long_lines_are_held_side_by_side(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    long = "ord " * 2_900  # each may be sent, both together are over the limit of one message
    await volunteer_says(house, amina, "A" + long)
    await volunteer_says(house, amina, "B" + long)

    await picks(house, amina, first)

    sent = "".join(await _replies(first))
    assert sent.count("ord") == 5_800 and sent.startswith("A") and "B" in sent


async def test_lines_that_were_answered_by_a_reply_are_not_sent_with_a_later_press(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Till den första")
    card = await builders.card_of(house, amina)
    await volunteer_says(house, amina, "Till den första", answers=first.case_id)
    told = await _card(house, amina)
    await volunteer_says(house, amina, "Till den andra")

    with pytest.raises(Stale):
        async with acting(house, amina) as work:
            await which_case.chose_case(work, case_id=second.case_id, card=card)
    await picks(house, amina, second)

    assert told == house.desk("sv")("held_elsewhere")
    assert await _replies(first) == ["Till den första"]
    assert await _replies(second) == ["Till den andra"]


async def test_lines_nobody_decided_about_are_gone_after_ten_minutes_and_their_author_told(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await volunteer_says(house, amina, "Ett")
    card = await builders.card_of(house, amina)
    clock.move(timedelta(minutes=9))
    await volunteer_says(house, amina, "Två")
    clock.move(timedelta(minutes=9))
    await builders.do_all_due(house)
    still = await _held(house)

    clock.move(timedelta(minutes=1))
    await builders.do_all_due(house)

    assert (still, await _held(house)) == (2, 0)
    assert await _card(house, amina) == house.desk("sv")("held_expired")
    with pytest.raises(Stale):
        async with acting(house, amina) as work:
            await which_case.chose_case(work, case_id=first.case_id, card=card)
    assert (await _replies(first), await _replies(second)) == ([], [])


async def test_the_same_choice_pressed_twice_sends_once(house: Service) -> None:
    amina, first, _ = await _two_cases(house)
    await volunteer_says(house, amina, "Hej")
    await picks(house, amina, first)

    with pytest.raises(Stale):
        await picks(house, amina, first)

    assert await _replies(first) == ["Hej"]


async def _until_somebody_waits(service: Service) -> None:
    """Until an act stands in line behind another; on SQLite all of it does."""
    while service.store.is_postgres:
        if await builders.table(service, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            return


@pytest.mark.parametrize("first_press", ["a case", "do not send"])
async def test_of_two_presses_at_once_on_one_card_one_has_the_lines(service: Service, first_press: str) -> None:
    amina, first, second = await _two_cases(service)
    await volunteer_says(service, amina, "Till den första")
    card = await builders.card_of(service, amina)

    async with asyncio.timeout(20), acting(service, amina) as work:
        if first_press == "a case":
            await which_case.chose_case(work, case_id=first.case_id, card=card)
        else:
            await which_case.chose_nothing(work, card=card)
        other = asyncio.create_task(picks(service, amina, second))
        await _until_somebody_waits(service)

    with pytest.raises(Stale):
        await other
    assert await _replies(first) == (["Till den första"] if first_press == "a case" else [])
    assert await _replies(second) == []


async def test_lines_whose_card_went_with_the_account_it_was_sent_to_are_said_not_to_be_sent(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, chat_id=5001)
    first, second = await builders.claimed_case(house, amina), await builders.claimed_case(house, amina)
    await volunteer_says(house, amina, "Från det gamla kontot")
    async with house.store.work() as work:
        await people.link_telegram(work, amina.id, 7007)

    await volunteer_says(house, amina, "Från det nya")
    told = await builders.screen(house, amina.id, Notice.WHICH_CASE)
    await picks(house, amina, first)

    desk = house.desk("sv")
    assert told[0] == desk("held_elsewhere")
    assert desk("held_why_several") in told[1]
    assert (await _replies(first), await _replies(second)) == (["Från det nya"], [])


async def test_lines_whose_card_never_arrived_are_said_to_be_gone_after_ten_minutes(house: Service) -> None:
    amina, _first, _second = await _two_cases(house)
    await volunteer_says(house, amina, "Hej")
    async with house.store.work() as work:
        card = await builders.card_of(house, amina)
        await work.db.execute(text("UPDATE outbox SET state = 'failed' WHERE id = :card"), {"card": card})

    clock.move(held_lines.LINES_HELD + timedelta(minutes=1))
    await builders.do_all_due(house)

    assert await _card(house, amina) == house.desk("sv")("held_expired")
    assert [row.edits for row in await builders.said_to(house, amina.id, Notice.WHICH_CASE)][-1] is None


async def test_choosing_a_case_that_is_not_one_s_own_keeps_the_words(house: Service) -> None:
    amina, first, _ = await _two_cases(house)
    other = await builders.claimed_case(house, await builders.volunteer(house, "Bo"))
    await volunteer_says(house, amina, "Hej")

    answer = await picks(house, amina, other)
    await picks(house, amina, first)

    assert answer.key == "case_gone"
    assert await _replies(other) == []
    assert await _replies(first) == ["Hej"]


async def test_words_whose_every_case_has_ended_are_said_not_to_be_sent(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, chat_id=5001)
    first, second = await builders.claimed_case(house, amina), await builders.claimed_case(house, amina)
    await volunteer_says(house, amina, "Hej")
    await _stops(house, amina, first)
    await _stops(house, amina, second)

    answer = await picks(house, amina, second)

    assert answer.key == "case_gone"
    assert await _card(house, amina) == house.desk("sv")("held_nowhere")
    assert await _held(house) == 0


async def test_held_words_are_sealed_and_no_card_holds_them(house: Service) -> None:
    amina, _, _ = await _two_cases(house)

    await volunteer_says(house, amina, "Kanariefågel")
    await volunteer_says(house, amina, "Kanariefågel")

    rows = await builders.table(house, "SELECT words FROM held_lines")
    assert all(b"Kanarie" not in bytes(row.words) for row in rows)
    assert await builders.table(house, "SELECT 1 FROM outbox WHERE params LIKE '%Kanarie%'") == []


async def test_held_words_go_with_their_author_s_access(house: Service) -> None:
    amina, _, _ = await _two_cases(house)
    await volunteer_says(house, amina, "Hej")

    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    assert await _held(house) == 0


async def test_a_line_edited_while_it_is_held_is_sent_as_it_reads_now(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    number = await volunteer_says(house, amina, "Hje")
    await volunteer_says(house, amina, "du")

    async with acting(house, amina) as work:
        await addressee.volunteer_edited(work, addressee.Said("Hej", number))
    card = await _card(house, amina)
    await picks(house, amina, first)

    assert "1. Hej\n2. du" in card
    assert await _replies(first) == ["Hej", "du"]


async def test_words_that_begin_with_a_slash_ask_even_with_one_case(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    async with acting(house, amina) as work:
        held = await addressee.slash_said(work, addressee.Said("/hjälp", 77))
    before = await _replies(asker)
    (asked,) = await builders.said_to(house, amina.id, Notice.WHICH_CASE)
    await picks(house, amina, asker)

    assert held and before == []
    assert spoken_code(asked.params["cases"][0]["code"]) == spoken_code(asker.code)
    assert await _replies(asker) == ["/hjälp"]


async def test_a_line_with_a_slash_behind_others_moves_the_question_down_to_it(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    await volunteer_says(house, amina, "Ett")
    old = await builders.card_of(house, amina)

    async with acting(house, amina) as work:
        await addressee.slash_said(work, addressee.Said("/två", 10**6))
    asked = await _card(house, amina)
    with pytest.raises(Stale):
        async with acting(house, amina) as work:
            await which_case.chose_case(work, case_id=first.case_id, card=old)
    await picks(house, amina, first)

    assert "1. Ett\n2. /två" in asked
    assert [row.edits for row in await builders.said_to(house, amina.id, Notice.UNSAY)] == [old]
    assert await _replies(first) == ["Ett", "/två"]


async def test_words_that_begin_with_a_slash_of_somebody_without_a_case_are_a_command(house: Service) -> None:
    amina = await builders.volunteer(house)

    async with acting(house, amina) as work:
        assert not await addressee.slash_said(work, addressee.Said("/hjälp", 77))

    assert await builders.said_to(house, amina.id, Notice.WHICH_CASE) == []


# A reply to a case that is not there any more


@pytest.mark.parametrize(
    ("ends", "fate"),
    [
        (_stops, "har själv avslutat"), (_erases, "har raderat allt"), (_hands_back, "ligger i kön"),
        (_is_taken_back, "ligger i kön"), (_is_closed_by_command, "är avslutat"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)  # fmt: skip
async def test_a_reply_to_a_case_that_is_not_there_says_what_happened_and_offers_nothing(
    house: Service, ends, fate: str
) -> None:
    amina, first, second = await _two_cases(house)
    await ends(house, amina, first)

    await volunteer_says(house, amina, "Svar", answers=first.case_id)

    (told,) = await builders.screen(house, amina.id, Notice.NOT_YOUR_CASE)
    assert fate in told
    assert house.desk("sv")("held_was_not_sent") in told
    assert await _replies(second) == [] and await _held(house) == 0


async def test_a_reply_to_a_case_that_another_has_names_them(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    await _hands_back(house, amina, first)
    await builders.claims(house, await builders.volunteer(house, "Kim"), first)

    await volunteer_says(house, amina, "Svar", answers=first.case_id)

    (told,) = await builders.screen(house, amina.id, Notice.NOT_YOUR_CASE)
    assert "Kim" in told
    assert await _replies(first) == []


async def _presses_reopen(service: Service, staff: Staff, asker: Newcomer) -> None:
    card = await builders.card_of(service, staff)
    async with acting(service, staff) as work:
        await which_case.reopened(work, case_id=asker.case_id, card=card)


async def test_who_closed_a_case_may_reopen_it_and_send(service: Service) -> None:
    amina, first, second = await _two_cases(service)
    await _closes(service, amina, first)
    clock.move(timedelta(days=13))
    await volunteer_says(service, amina, "En sak till", answers=first.case_id)
    await volunteer_says(service, amina, "Och en", answers=first.case_id)
    before = await _replies(first)

    await _presses_reopen(service, amina, first)

    assert before == []
    assert await _replies(first) == ["En sak till", "Och en"]
    assert await _replies(second) == []
    row = await builders.case_row(first)
    assert (row.status, row.volunteer_id, row.closed_at) == ("claimed", amina.id, None)
    assert [row.kind for row in await builders.said_to(service, first.id)][-3:] == ["taken_up", "reply", "reply"]


@pytest.mark.parametrize("when", ["asked", "pressed"])
async def test_a_case_is_not_reopened_after_fourteen_days(house: Service, when: str) -> None:
    amina, first, _second = await _two_cases(house)
    await _closes(house, amina, first)
    clock.move(timedelta(days=14) - timedelta(minutes=5 if when == "pressed" else 0))
    await volunteer_says(house, amina, "En sak till", answers=first.case_id)

    if when == "asked":
        assert len(await builders.said_to(house, amina.id, Notice.NOT_YOUR_CASE)) == 1
    else:
        clock.move(timedelta(minutes=6))
        with pytest.raises(Stale):
            await _presses_reopen(house, amina, first)
    assert await _replies(first) == []


@pytest.mark.parametrize("when", ["asked", "pressed"])
@pytest.mark.parametrize("what", ["another case", "erased"])
async def test_a_case_is_not_reopened_against_what_its_newcomer_did(house: Service, what: str, when: str) -> None:
    amina, first, _second = await _two_cases(house)
    await _closes(house, amina, first)
    if when == "pressed":
        await volunteer_says(house, amina, "En sak till", answers=first.case_id)
    if what == "erased":
        await _erases(house, amina, first)
    else:
        await first.says("Hej igen")  # the case itself waits again, for whoever is on shift

    if when == "asked":
        await volunteer_says(house, amina, "En sak till", answers=first.case_id)
        assert len(await builders.said_to(house, amina.id, Notice.NOT_YOUR_CASE)) == 1
    else:
        with pytest.raises(Stale):
            await _presses_reopen(house, amina, first)
    assert await _replies(first) == []


async def test_a_case_its_newcomer_closed_after_it_was_reopened_stays_closed(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    await _closes(house, amina, first)
    await first.says("Hej igen")
    await _stops(house, amina, first)

    await volunteer_says(house, amina, "En sak till", answers=first.case_id)

    (told,) = await builders.screen(house, amina.id, Notice.NOT_YOUR_CASE)
    assert "själv avslutat" in told


async def test_the_same_reopening_pressed_twice_sends_once(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    await _closes(house, amina, first)
    await volunteer_says(house, amina, "En sak till", answers=first.case_id)
    await _presses_reopen(house, amina, first)

    with pytest.raises(Stale):
        await _presses_reopen(house, amina, first)

    assert await _replies(first) == ["En sak till"]


@pytest.mark.parametrize("is_left", [True, False], ids=["a case is left", "none is left"])
async def test_words_that_wait_behind_the_ending_of_their_case_are_answered_as_after_it(
    service: Service, is_left: bool
) -> None:
    amina, first, second = await _two_cases(service)
    if is_left:
        await volunteer_says(service, amina, "Ett")
        await picks(service, amina, first)
    else:
        await _closes(service, amina, second)
        await volunteer_says(service, amina, "Ett", answers=first.case_id)

    async with asyncio.timeout(20), service.store.work() as work:
        row = await builders.case_row(first)
        await work.lock(row.conversation_id)
        await closing.withdraw_case(work, row)
        saying = asyncio.create_task(volunteer_says(service, amina, "Två"))
        await _until_somebody_waits(service)
    await saying

    assert (await _replies(first), await _replies(second)) == (["Ett"], [])
    if is_left:
        assert service.desk("sv")("held_why_ended") in await _card(service, amina)
    else:
        assert len(await builders.said_to(service, amina.id, Notice.NO_CASE)) == 1


async def test_a_case_reopened_while_access_ends_does_not_stay_with_who_has_none(service: Service) -> None:
    amina, first, _second = await _two_cases(service)
    await _closes(service, amina, first)

    async def ends() -> None:
        async with service.store.work() as work:
            await leaving.disable_staff(work, amina.id)

    async with asyncio.timeout(20), acting(service, amina) as work:
        await fates.take_up_again(work, case_id=first.case_id)
        ending = asyncio.create_task(ends())
        await _until_somebody_waits(service)
    await ending

    assert await builders.table(service, "SELECT 1 FROM cases WHERE status = 'claimed'") == []


async def test_held_lines_sent_while_access_ends_and_the_ending_both_come_to_an_end(service: Service) -> None:
    amina, first, _second = await _two_cases(service)
    await volunteer_says(service, amina, "Hej")

    async def ends() -> None:
        async with service.store.work() as work:
            await leaving.disable_staff(work, amina.id)

    async with asyncio.timeout(20), acting(service, amina) as work:
        await access.my_case(work, first.case_id)
        ending = asyncio.create_task(ends())
        await _until_somebody_waits(service)
        await which_case.chose_case(work, case_id=first.case_id, card=await builders.card_of(service, amina))
    await ending

    assert await _replies(first) == ["Hej"]
    assert await _held(service) == 0
    assert await builders.table(service, "SELECT 1 FROM cases WHERE status = 'claimed'") == []


async def test_too_long_words_are_refused_before_they_are_held(house: Service) -> None:
    amina, _first, _second = await _two_cases(house)

    with pytest.raises(BadInput) as refused:
        await volunteer_says(house, amina, "x" * (messages.MOST_CHARACTERS + 1))

    assert refused.value.code == "too_long"
    assert await _held(house) == 0


async def test_a_letter_under_a_heap_of_marks_is_refused_and_a_spelled_one_is_not(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(BadInput) as refused:
        await volunteer_says(house, amina, "a" + "\u0301\u0327" * 16)
    await volunteer_says(house, amina, "a" + "\u0301\u0327" * 15)

    assert refused.value.code == "too_many_marks"
    assert len(await _replies(asker)) == 1
