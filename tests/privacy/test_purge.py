"""What is forgotten: at the newcomer's word at once, by the daily round in time, and what stays to be counted.

When the last day of words is, and how it ends an open case, is in `test_last_day.py`.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.cases import cases, closing, messages, relay
from bot.cases.closing import Sheet
from bot.engine import clock, once
from bot.people import login_links, logins, people, secret_door
from bot.privacy import purge
from bot.reports import figures as reports_figures
from bot.service import Service
from models.case import CaseStatus
from models.closing import Category, Outcome
from models.notice import Notice
from models.people import Device, LinkPurpose
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
CANARY = "Kanariefågelns hemlighet 4711"
CANARY_CHAT = 918_273_645_546


async def _closes(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        seen = await messages.newest_seq(work, await case_row(asker))
        await closing.close_case(
            work, case_id=asker.case_id, seen_seq=seen, sheet=Sheet(Category.HOUSING, (), Outcome.ANSWERED, 10)
        )


async def test_thirty_days_after_the_last_reply_words_and_address_are_gone_and_figures_stay(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina, CANARY)
    clock.move(timedelta(days=1))
    await builders.answers(service, amina, asker)
    await _closes(service, amina, asker)
    figures = await _figures(service)
    clock.move(timedelta(days=30, seconds=1))

    await builders.purge(service)

    for name in ("messages", "conversations", "addresses WHERE channel = 'telegram'", "outbox"):
        assert await builders.table(service, f"SELECT 1 FROM {name}") == [], name
    assert await builders.table(service, "SELECT id FROM people WHERE role = 'newcomer'") == []
    case = await case_row(asker)
    assert (case.newcomer_id, case.conversation_id, case.code) == (None, None, None)
    assert await _figures(service) == figures


async def _figures(service: Service) -> object:
    async with service.store.look() as db:
        first, last = MONDAY_NOON.date(), (MONDAY_NOON + timedelta(days=90)).date()
        return await reports_figures.report(db, first=first, last=last, now=MONDAY_NOON, zone=service.store.zone)


async def test_a_day_before_its_time_nothing_is_gone(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, CANARY)
    await builders.answers(house, amina, asker)
    await _closes(house, amina, asker)
    clock.move(timedelta(days=29))

    await builders.purge(house)

    assert len(await builders.table(house, "SELECT id FROM messages")) == 2
    assert len(await builders.table(house, "SELECT id FROM people WHERE role = 'newcomer'")) == 1


async def test_somebody_who_never_asked_is_forgotten_too_and_however_many_they_are(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "CASES_AN_ACT", 3)
    clock.freeze(MONDAY_NOON)
    for _ in range(purge.CASES_AN_ACT + 1):
        await builders.newcomer(house)
    async with house.store.work() as work:
        await work.remind("daily", 0, work.now + timedelta(days=31))
    clock.move(timedelta(days=31))

    await builders.do_all_due(house)

    assert await builders.table(house, "SELECT id FROM people WHERE role = 'newcomer'") == []


async def test_somebody_who_is_writing_again_is_not_forgotten_in_the_middle_of_it(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.newcomer(house, agreed=False)
    clock.move(timedelta(days=31))
    await asker.says("Jag har en fråga")

    await builders.purge(house)

    await asker.presses("consent:yes")
    (offered,) = await builders.screen(house, asker.id, Notice.ASK_OFFER_HELD)
    assert "Jag har en fråga" in offered


async def test_more_cases_than_one_round_takes_are_all_purged_the_same_night(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "CASES_AN_ACT", 3)
    clock.freeze(MONDAY_NOON)
    for number in range(purge.CASES_AN_ACT + 1):
        amina = await builders.volunteer(house, f"Amina {number}")
        asker = await builders.claimed_case(house, amina)
        await builders.answers(house, amina, asker)
    async with house.store.work() as work:
        await work.remind("daily", 0, work.now + timedelta(days=31))
    clock.move(timedelta(days=31))

    await builders.do_all_due(house)

    assert await builders.table(house, "SELECT id FROM messages") == []
    assert await builders.table(house, "SELECT id FROM cases WHERE code IS NOT NULL") == []


async def test_erasing_takes_words_address_and_what_waits_at_once_and_keeps_the_ledger(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina, CANARY)
    await builders.answers(service, amina, asker)

    await asker.commands("delete")

    assert await builders.table(service, "SELECT id FROM messages") == []
    assert await builders.table(service, "SELECT id FROM conversations") == []
    assert await builders.table(service, "SELECT id FROM people WHERE role = 'newcomer'") == []
    assert await builders.table(service, "SELECT id FROM addresses WHERE lookup IS NOT NULL") == []
    case = await case_row(asker)
    assert (case.status, case.newcomer_id, case.conversation_id) == (CaseStatus.CLOSED, None, None)
    kinds = [row.kind for row in await builders.table(service, "SELECT kind FROM case_events ORDER BY id")]
    assert kinds == ["opened", "newcomer_wrote", "claimed", "answered", "withdrawn", "erased"]
    assert (await builders.one(service, "SELECT outcome FROM closings")).outcome == "withdrawn"
    assert len(await builders.said_to(service, amina.id, Notice.CASE_WITHDRAWN)) == 1


async def test_the_receipt_of_an_erasure_is_the_last_thing_said_and_takes_the_chat_with_it(service: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(service, postbox)
    asker = await builders.case_of(service, CANARY, chat_id=CANARY_CHAT, language="ar")
    await builders.deliver_all(delivery)

    await asker.commands("delete")
    await builders.deliver_all(delivery)

    last = postbox.letters[-1]
    assert last.chat == str(CANARY_CHAT)
    words = service.words("ar")
    assert words("data_deleted") in last.prompt.text
    assert words("erased_chat") in last.prompt.text and words("erased_chat_last") in last.prompt.text
    assert await builders.table(service, "SELECT id FROM addresses WHERE channel = 'telegram'") == []
    assert await builders.table(service, "SELECT id FROM outbox") == []


async def test_the_bot_s_copies_of_the_words_are_unsaid_in_both_chats(house: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    amina = await builders.volunteer(house, chat_id=1)
    asker = await builders.case_of(house, chat_id=CANARY_CHAT)
    async with acting(house, amina) as work:
        case = await cases.claim_case(work, case_id=asker.case_id)
        await relay.tell_whole_case(work, case)
    await builders.answers(house, amina, asker)
    await builders.deliver_all(delivery)

    await asker.commands("delete")
    await builders.deliver_all(delivery)

    unsaid = {letter.chat for letter in postbox.letters if letter.unsays}
    assert unsaid == {"1", str(CANARY_CHAT)}


async def test_somebody_erased_who_comes_back_is_somebody_new(house: Service) -> None:
    asker = await builders.case_of(house, chat_id=CANARY_CHAT)
    await asker.commands("delete")

    async with house.store.work() as work:
        visitor = await people.newcomer_on_telegram(work, CANARY_CHAT, hint=None)

    assert visitor.person_id != asker.id
    assert visitor.language is None


async def test_the_receipt_of_somebody_who_blocked_the_bot_does_not_keep_the_chat_for_ever(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    asker = await builders.case_of(house, chat_id=CANARY_CHAT)
    await asker.commands("delete")
    postbox.blocked_by = {CANARY_CHAT}
    await builders.deliver_all(delivery)
    clock.move(timedelta(hours=25))

    await delivery.sweep.give_up_parked()

    assert await builders.table(house, "SELECT id FROM addresses WHERE channel = 'telegram'") == []


async def test_no_to_the_statement_leaves_nothing_once_the_answer_has_left(service: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(service, postbox)
    asker = await builders.newcomer(service, agreed=False, chat_id=CANARY_CHAT)
    await asker.says(CANARY)

    await asker.presses("consent:no")
    await builders.deliver_all(delivery)

    assert service.words("sv")("no_consent") in postbox.letters[-1].prompt.text
    for name in ("people", "addresses", "conversations", "outbox", "messages", "cases"):
        assert await builders.table(service, f"SELECT * FROM {name}") == [], name


async def test_after_an_erasure_no_byte_of_words_or_chat_is_left_in_the_file(house: Service) -> None:
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    amina = await builders.volunteer(house, chat_id=1)
    asker = await builders.claimed_case(house, amina, CANARY, chat_id=CANARY_CHAT)
    await asker.edits("first", CANARY + " igen")
    await builders.answers(house, amina, asker, CANARY + " svar")
    await builders.deliver_all(delivery)
    sealed = [row.words for row in await builders.table(house, "SELECT words FROM messages")]
    (lane,) = await builders.table(house, "SELECT chat, lookup FROM addresses WHERE person_id = :id", id=asker.id)

    await asker.commands("delete")
    await builders.deliver_all(delivery)
    await house.store.close()

    path = Path(make_url(house.settings.database_url).database or "")
    written = b"".join(each.read_bytes() for each in path.parent.iterdir())
    traces = [CANARY.encode(), str(CANARY_CHAT).encode(), lane.chat, lane.lookup.encode(), *sealed]
    assert [trace for trace in traces if trace in written] == []


async def test_old_keys_links_logins_and_held_words_of_volunteers_are_gone(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    for _ in range(2):
        await builders.claimed_case(house, amina)
    async with house.store.work() as work:
        await once.first_time(work, "telegram", "1")
        await login_links.make_link(work, amina.id, LinkPurpose.DESK)
        await logins.open_login(work, amina.id, Device.STAFF)
        await secret_door.count_guess(work, "1234566")
    await builders.volunteer_says(house, amina, "Till vem?")
    clock.move(timedelta(days=46))

    await builders.purge(house)

    for name in ("inbound", "login_links", "web_sessions", "code_guesses", "held_lines"):
        assert await builders.table(house, f"SELECT 1 FROM {name}") == [], name
