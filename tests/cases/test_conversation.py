"""A newcomer's acts as they are kept: once each, in order, edits beside what they change."""

import asyncio

import pytest

from bot.cases import relay, transcript
from bot.engine import once
from bot.engine.actors import actor_of
from bot.engine.errors import BadInput, Unavailable
from bot.people import people
from bot.people.access import case_to_read
from bot.service import Service
from models.case import spoken_code
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row


async def _transcript(service: Service, staff: Staff, asker: Newcomer) -> list[tuple[str, tuple[str, ...]]]:
    """What the claimer reads at the desk: each message as it reads now, with what it said before."""
    async with service.store.look() as db:
        case = await case_to_read(db, await actor_of(db, staff.id), asker.case_id)
        return [(line.text, line.earlier) for line in await transcript.transcript(db, service.store.seal, case)]


async def test_the_same_key_at_once_from_five_workers_is_one_act(service: Service) -> None:
    async def comes() -> bool:
        async with service.store.work() as work:
            return await once.first_time(work, "telegram", "12345")

    outcomes = await asyncio.gather(*(comes() for _ in range(5)))

    assert sorted(outcomes) == [False, False, False, False, True]


async def test_an_act_that_failed_twice_may_still_succeed_and_is_then_a_duplicate(service: Service) -> None:
    for expected in (1, 2):
        async with service.store.work() as work:
            assert await once.failed(work, "telegram", "7", "RuntimeError") == expected

    async with service.store.work() as work:
        first = await once.first_time(work, "telegram", "7")
    async with service.store.work() as work:
        second = await once.first_time(work, "telegram", "7")

    assert (first, second) == (True, False)


async def test_two_first_messages_at_the_same_moment_make_one_newcomer(service: Service) -> None:
    async def arrives() -> int:
        async with service.store.work() as work:
            return (await people.newcomer_on_telegram(work, 4711, hint="ar")).person_id

    ids = await asyncio.gather(*(arrives() for _ in range(5)))

    assert len(set(ids)) == 1
    assert len(await builders.table(service, "SELECT id FROM people")) == 1
    assert len(await builders.table(service, "SELECT id FROM conversations")) == 1


async def test_two_questions_at_the_same_moment_are_one_case(service: Service) -> None:
    asker = await builders.newcomer(service)

    await asyncio.gather(*(asker.says(f"Fråga {n}") for n in range(5)))

    assert len(await builders.table(service, "SELECT id FROM cases")) == 1
    assert len(await builders.table(service, "SELECT id FROM messages")) == 5
    assert len(await builders.said_to(service, asker.id, Notice.RECEIPT)) == 1


async def test_places_in_a_conversation_are_given_in_the_order_of_commits(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)

    await asyncio.gather(
        *(asker.says(f"Fråga {n}") for n in range(5)), *(builders.answers(service, amina, asker) for _ in range(5))
    )

    seqs = [row.seq for row in await builders.table(service, "SELECT seq FROM messages")]
    rows = [row.seq for row in await builders.table(service, "SELECT seq FROM outbox WHERE seq > 0")]
    assert len(set(seqs)) == len(seqs) == 11
    assert len(set(rows)) == len(rows)


async def test_an_edit_is_kept_beside_the_earlier_text_and_reaches_the_volunteer_marked(service: Service) -> None:
    amina = await builders.volunteer(service, chat_id=1)
    asker = await builders.claimed_case(service, amina, "Brev från Migrationverket")

    await asker.edits("first", "Brev från Migrationsverket")
    await asker.edits("first", "Två brev från Migrationsverket")

    assert await _transcript(service, amina, asker) == [
        ("Två brev från Migrationsverket", ("Brev från Migrationverket", "Brev från Migrationsverket"))
    ]
    seen = await builders.screen(service, amina.id, Notice.WORDS)
    assert service.desk("sv")("words_edited", code=spoken_code(asker.code)) in seen[-1]
    assert "Två brev" in seen[-1]


async def test_an_edit_before_the_claim_is_what_the_claimer_reads(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.case_of(house, "Först")

    await asker.edits("first", "Sedan")
    await builders.claims(house, amina, asker)

    assert await _transcript(house, amina, asker) == [("Sedan", ("Först",))]


async def test_an_edit_that_comes_before_its_message_is_the_question_and_the_message_adds_nothing(
    service: Service,
) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.newcomer(service)

    await asker.edits("t7", "Rättad fråga")
    await asker.says("Fel fråga", external_id="t7")

    await builders.note_case(asker)
    await builders.claims(service, amina, asker)
    assert [text for text, _ in await _transcript(service, amina, asker)] == ["Rättad fråga"]


async def test_an_edit_that_comes_before_its_message_in_an_open_case_wins(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, "Hej")

    await asker.edits("t8", "Rättat")
    await asker.says("Fel", external_id="t8")

    assert [text for text, _ in await _transcript(house, amina, asker)] == ["Hej", "Rättat"]


async def test_a_volunteer_s_message_is_never_changed_by_a_newcomer_s_edit(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, "Hej")
    async with acting(house, amina) as work:
        await relay.from_volunteer(work, case_id=asker.case_id, text="Mitt svar", external_id="t9")

    await asker.edits("t9", "Inte mitt svar")

    assert [text for text, _ in await _transcript(house, amina, asker)] == ["Hej", "Mitt svar"]


@pytest.mark.parametrize("words", ["", "   \n\t ", "\u202e\u2066\u0000"])
async def test_words_without_words_are_refused_and_leave_nothing(house: Service, words: str) -> None:
    asker = await builders.newcomer(house)

    with pytest.raises(BadInput) as refusal:
        await asker.says(words)

    assert refusal.value.code == "empty"
    assert await builders.table(house, "SELECT id FROM cases") == []


async def test_endless_words_are_refused_with_the_limit(house: Service) -> None:
    asker = await builders.newcomer(house)

    with pytest.raises(BadInput) as refusal:
        await asker.says("ب" * 12_001)

    assert (refusal.value.code, refusal.value.values) == ("too_long", {"most": 12_000})
    assert await builders.table(house, "SELECT id FROM cases") == []


async def test_what_no_reader_can_see_is_not_kept(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, "a\u0000b\ud800c \u202eevil\u202c \u2066x\u2069 <b>&amp;</b>")

    assert [text for text, _ in await _transcript(house, amina, asker)] == ["abc evil x <b>&amp;</b>"]


async def test_words_before_consent_are_in_no_message_and_are_offered_back(house: Service) -> None:
    asker = await builders.newcomer(house, agreed=False)
    await asker.says("Min hemliga fråga")
    kept = await builders.table(house, "SELECT id FROM messages")

    await asker.presses("consent:yes")

    assert kept == []
    (offered,) = await builders.screen(house, asker.id, Notice.ASK_OFFER_HELD)
    assert "Min hemliga fråga" in offered


async def test_words_held_and_sent_become_the_question(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.newcomer(house, agreed=False)
    await asker.says("Min fråga")
    await asker.presses("consent:yes")

    await asker.presses("held:send")

    await builders.note_case(asker)
    await builders.claims(house, amina, asker)
    assert [text for text, _ in await _transcript(house, amina, asker)] == ["Min fråga"]
    assert (await builders.one(house, "SELECT draft FROM conversations")).draft is None


async def test_a_long_letter_typed_before_consent_is_held_whole_and_what_is_too_much_is_refused(house: Service) -> None:
    asker = await builders.newcomer(house, agreed=False)
    letter = "Början. " + "x" * 5_000 + " Slutet."
    await asker.says(letter)
    with pytest.raises(BadInput) as refusal:
        await asker.says("y" * 10_000)

    await asker.presses("consent:yes")

    assert refusal.value.code == "too_long"
    (offered,) = await builders.screen(house, asker.id, Notice.ASK_OFFER_HELD)
    assert letter in offered
    assert "yyy" not in offered


async def test_optional_answers_are_codes_on_the_case_and_the_first_records_its_own_consent(service: Service) -> None:
    asker = await builders.case_of(service)
    await asker.presses("tap:category:housing")
    after_category = await case_row(asker)

    for code in ("first_visit:yes", "gender:prefer_not_say", "age:30_64", "situation:permit"):
        answer = await asker.presses(f"tap:{code}")
        assert answer.key == "answer_saved"

    case = await case_row(asker)
    assert after_category.stats_consent_at is None
    assert case.stats_consent_at is not None
    kept = (case.category, case.first_visit, case.gender, case.age, case.situation)
    assert kept == ("housing", "yes", "prefer_not_say", "30_64", "permit")


async def test_after_a_claim_a_late_press_is_kept_and_confirmed_by_the_button_only(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    before = len(await builders.said_to(house, asker.id))

    answer = await asker.presses("tap:category:housing")

    assert answer.key == "answer_saved"
    assert (await case_row(asker)).category == "housing"
    assert len(await builders.said_to(house, asker.id)) == before


async def test_words_that_cannot_be_relayed_are_answered_with_the_next_session_and_counted(house: Service) -> None:
    asker = await builders.newcomer(house)

    await asker.sends("voice")

    (told,) = await builders.screen(house, asker.id, Notice.UNREADABLE)
    words = house.words("sv")
    assert words("voice_not_heard") in told
    assert words("file_not_accepted") not in told and words("write_first_lines") not in told
    row = await builders.one(house, "SELECT kind, channel FROM refused")
    assert (row.kind, row.channel) == ("voice", "telegram")


@pytest.mark.parametrize("kind", ["sticker", "dice"])
async def test_a_sticker_between_two_who_talk_is_answered_with_nothing_and_counted(house: Service, kind: str) -> None:
    asker = await builders.case_of(house)

    await asker.sends(kind)
    await asker.sends("photo")

    assert len(await builders.said_to(house, asker.id, Notice.UNREADABLE)) == 1, "the photo is answered, as it was"
    assert len(await builders.table(house, "SELECT kind FROM refused")) == 2


async def test_a_sticker_before_any_question_is_answered_without_asking_for_a_letter(house: Service) -> None:
    asker = await builders.newcomer(house)

    await asker.sends("sticker")

    (told,) = await builders.screen(house, asker.id, Notice.UNREADABLE)
    assert house.words("sv")("write_first_lines") not in told


async def test_an_act_that_takes_too_long_is_rolled_back_and_refused(house: Service, monkeypatch) -> None:
    asker = await builders.newcomer(house)
    slow = house.store.settings.model_copy(update={"work_seconds": 0.0})
    monkeypatch.setattr(house.store, "settings", slow)

    with pytest.raises(Unavailable):
        await asker.says("Jag har en fråga")

    monkeypatch.undo()
    assert await builders.table(house, "SELECT id FROM cases") == []


@pytest.mark.parametrize("state", ["language", "consent", "question", "queued", "claimed", "closed"])
@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("help", Notice.HELP),
        ("hours", Notice.HOURS),
        ("privacy", Notice.PRIVACY),
        ("status", Notice.STATUS),
        ("questions", Notice.OFTEN_ASKED),
    ],
)
async def test_the_commands_that_inform_work_in_every_state(
    house: Service, state: str, command: str, kind: Notice
) -> None:
    asker = await _in_state(house, state)

    await asker.commands(command)

    assert len(await builders.said_to(house, asker.id, kind)) == 1


async def _in_state(service: Service, state: str) -> Newcomer:
    if state == "language":
        async with service.store.work() as work:
            return Newcomer(service, await people.newcomer_on_telegram(work, 4711, hint="ar"))
    if state in ("consent", "question"):
        return await builders.newcomer(service, agreed=state == "question")
    if state == "queued":
        return await builders.case_of(service)
    asker = await builders.claimed_case(service, await builders.volunteer(service))
    if state == "closed":
        await asker.commands("stop")
    return asker
