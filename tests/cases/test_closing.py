"""Closing: what is asked and kept, what may be unknown, what is refused, and how a case comes back."""

from datetime import timedelta

import pytest

from bot.cases import closing, closing_dialogue, messages, transcript
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.actors import actor_of
from bot.engine.errors import BadInput, NewerWords, NotFound, Stale
from bot.people.access import case_to_read
from bot.service import Service
from models.case import CaseStatus, spoken_code
from models.closing import UNKNOWN, Category, Organisation, Outcome
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row

SHEET = Sheet(Category.HOUSING, (Organisation.LKF, Organisation.MUNICIPALITY), Outcome.ANSWERED, 20)


async def _shown(service: Service, asker: Newcomer) -> int:
    async with service.store.work() as work:
        return await messages.newest_seq(work, await case_row(asker))


async def _closes(service: Service, staff: Staff, asker: Newcomer, sheet: Sheet = SHEET) -> None:
    seen = await _shown(service, asker)
    async with acting(service, staff) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=seen, sheet=sheet)


async def test_a_closed_case_keeps_its_sheet_and_its_minutes(service: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)
    clock.move(timedelta(minutes=7))
    await builders.claims(service, amina, asker)
    clock.move(timedelta(minutes=5))
    await builders.answers(service, amina, asker)

    await _closes(service, amina, asker)

    row = await builders.one(service, "SELECT * FROM closings")
    assert (row.category, row.outcome, row.minutes) == ("housing", "answered", 20)
    assert row.organisations == '["lkf", "municipality"]'
    assert (row.minutes_to_claim, row.minutes_to_answer) == (7, 12)
    case = await case_row(asker)
    assert (case.status, case.category, case.waiting_since) == (CaseStatus.CLOSED, "housing", None)


async def test_the_newcomer_gets_a_closing_note(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await _closes(house, amina, asker)

    (told,) = await builders.screen(house, asker.id, Notice.CLOSED)
    assert house.words("sv")("case_closed") in told


async def test_unknown_is_an_answer_everywhere(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await _closes(house, amina, asker, Sheet(UNKNOWN, (), UNKNOWN, None))

    row = await builders.one(house, "SELECT * FROM closings")
    assert (row.category, row.organisations, row.outcome, row.minutes) == ("unknown", "[]", "unknown", None)


@pytest.mark.parametrize(
    "sheet",
    [
        Sheet("poetry"),
        Sheet(outcome="poetry"),
        Sheet(organisations=("poetry",)),
        Sheet(organisations=tuple(Organisation)[:4]),
        Sheet(minutes=-1),
        Sheet(minutes=601),
    ],
)
async def test_a_code_outside_the_lists_is_refused_and_nothing_is_closed(house: Service, sheet: Sheet) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(BadInput):
        await _closes(house, amina, asker, sheet)

    assert (await case_row(asker)).status == CaseStatus.CLAIMED
    assert await builders.table(house, "SELECT id FROM closings") == []


async def test_a_case_is_not_closed_over_newer_words(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    seen = await _shown(house, asker)
    await asker.says("Vänta")

    with pytest.raises(NewerWords):
        async with acting(house, amina) as work:
            await closing.close_case(work, case_id=asker.case_id, seen_seq=seen, sheet=SHEET)
    with pytest.raises(NewerWords):
        async with acting(house, amina) as work:
            await closing.close_not_advice(work, case_id=asker.case_id, seen_seq=seen)
    with pytest.raises(NewerWords):
        async with acting(house, amina) as work:
            await closing_dialogue.begin(work, case_id=asker.case_id, seen_seq=seen)

    assert (await case_row(asker)).status == CaseStatus.CLAIMED


async def test_words_that_come_during_the_five_presses_stop_the_fifth(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _begins(house, amina, asker)
    for field, value in (("cat", "housing"), ("org", "lkf"), ("out", "answered")):
        await _presses(house, amina, asker, field, value)
    await asker.says("Vänta")

    with pytest.raises(NewerWords):
        await _presses(house, amina, asker, "min", "10")

    assert (await case_row(asker)).status == CaseStatus.CLAIMED


async def test_not_advice_takes_one_press_and_is_counted_apart(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, "Tack så mycket!")
    seen = await _shown(house, asker)

    async with acting(house, amina) as work:
        await closing.close_not_advice(work, case_id=asker.case_id, seen_seq=seen)

    row = await builders.one(house, "SELECT is_advice, category FROM closings")
    assert (bool(row.is_advice), row.category) == (False, "unknown")
    assert len(await builders.said_to(house, asker.id, Notice.CLOSED)) == 1


async def test_only_the_claimer_closes(house: Service) -> None:
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(NotFound):
        await _closes(house, bo, asker)

    assert (await case_row(asker)).status == CaseStatus.CLAIMED


async def test_five_presses_close_a_case(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)

    await _begins(service, amina, asker)
    for field, value in (("cat", "work"), ("org", "a_kassa"), ("out", "referred"), ("min", "15")):
        await _presses(service, amina, asker, field, value)

    row = await builders.one(service, "SELECT * FROM closings")
    assert (row.category, row.organisations, row.outcome, row.minutes) == ("work", '["a_kassa"]', "referred", 15)
    assert (await case_row(asker)).status == CaseStatus.CLOSED
    assert await builders.table(service, "SELECT * FROM closing_drafts") == []


async def test_several_organisations_can_be_chosen_and_taken_back(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _begins(house, amina, asker)

    for field, value in (
        ("cat", "work"), ("view", "0.1"), ("add", "0.municipality"), ("add", "0.company"), ("drop", "0.municipality"),
        ("view", "1.1"), ("add", "1.police"), ("org", "done"), ("out", "unknown"), ("min", "unknown"),
    ):  # fmt: skip
        await _presses(house, amina, asker, field, value)

    row = await builders.one(house, "SELECT organisations FROM closings")
    assert row.organisations == '["company", "police"]'


async def test_a_fourth_organisation_is_refused_and_the_three_are_kept(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _begins(house, amina, asker)
    for code in tuple(Organisation)[:3]:
        await _presses(house, amina, asker, "add", f"0.{code}")

    with pytest.raises(BadInput):
        await _presses(house, amina, asker, "add", f"0.{Organisation.POLICE}")

    row = await builders.one(house, "SELECT organisations FROM closing_drafts")
    assert row.organisations.count(",") == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("view", "x"), ("view", "9" * 5000), ("add", "x.police"), ("min", "٣"), ("min", "x"), ("nothing", "1"), ("", "")],
)
async def test_a_forged_press_of_the_closing_is_stale_and_changes_nothing(
    house: Service, field: str, value: str
) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _begins(house, amina, asker)
    before = await builders.table(house, "SELECT * FROM closing_drafts")

    with pytest.raises(Stale):
        await _presses(house, amina, asker, field, value)

    assert await builders.table(house, "SELECT * FROM closing_drafts") == before


async def test_a_closing_that_was_not_begun_is_stale(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(Stale):
        await _presses(house, amina, asker, "cat", "work")


@pytest.mark.parametrize(("passed", "minutes"), [(0, 5), (6, 5), (8, 10), (33, 35), (300, 90)])
async def test_the_minutes_offered_first_are_those_since_the_claim_rounded_to_five(
    house: Service, passed: int, minutes: int
) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    clock.move(timedelta(minutes=passed))

    assert closing.default_minutes(await case_row(asker), clock.now()) == minutes


async def test_words_within_fourteen_days_reopen_the_case_as_returning(service: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _closes(service, amina, asker)
    clock.move(timedelta(days=14) - timedelta(seconds=1))
    await builders.shift(service, amina)

    await asker.says("Det hjälpte inte")

    case = await case_row(asker)
    assert (case.status, case.has_returned, case.volunteer_id) == (CaseStatus.QUEUED, True, None)
    assert case.waiting_since == clock.now()
    assert len(await builders.table(service, "SELECT id FROM cases")) == 1
    (told,) = await builders.screen(service, asker.id, Notice.REOPENED)
    assert spoken_code(asker.code) in told
    card = (await builders.screen(service, amina.id, Notice.OFFERED))[-1]
    assert service.desk("sv")("card_returning") in card


async def test_words_after_fourteen_days_are_a_new_case(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _closes(house, amina, asker)
    clock.move(timedelta(days=14))

    await asker.says("En helt annan sak")

    rows = await builders.table(house, "SELECT id, status, has_returned FROM cases ORDER BY opened_at")
    assert [row.status for row in rows] == ["closed", "queued"]
    assert not rows[1].has_returned


async def test_an_edit_after_closing_is_kept_and_its_writer_told_that_nobody_reads_it_there(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _closes(service, amina, asker)
    heard = len(await builders.said_to(service, amina.id))

    await asker.edits("first", "Jag menade ett annat brev")
    await asker.edits("first", "Jag menade ett annat brev")

    assert (await case_row(asker)).status == CaseStatus.CLOSED
    assert len(await builders.table(service, "SELECT id FROM messages")) == 2
    words = service.words("sv")
    (told,) = await builders.screen(service, asker.id, Notice.EDITED_CLOSED)
    assert told == f"{words('edited_closed', case=spoken_code(asker.code))}\n{words('edited_reopens')}"
    assert len(await builders.said_to(service, amina.id)) == heard

    await asker.says("Det var fel brev")

    assert (await case_row(asker)).status == CaseStatus.QUEUED
    await builders.claims(service, amina, asker)
    async with service.store.look() as db:
        case = await case_to_read(db, await actor_of(db, amina.id), asker.case_id)
        read = [line.text for line in await transcript.transcript(db, service.store.seal, case)]
    assert read == ["Jag menade ett annat brev", "Det var fel brev"]


async def test_an_edit_in_a_case_that_a_message_does_not_open_again_does_not_say_so(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _closes(house, amina, asker)
    clock.move(timedelta(days=14))
    await asker.says("En helt annan sak")

    await asker.edits("first", "Jag menade ett annat brev")

    (told,) = await builders.screen(house, asker.id, Notice.EDITED_CLOSED)
    assert house.words("sv")("edited_anew") in told
    assert house.words("sv")("edited_reopens") not in told


async def test_stop_withdraws_the_newcomer_s_own_case_and_tells_the_volunteer(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await asker.commands("stop")

    row = await builders.one(house, "SELECT outcome, is_advice FROM closings")
    assert row.outcome == "withdrawn"
    assert len(await builders.said_to(house, amina.id, Notice.CASE_WITHDRAWN)) == 1
    assert len(await builders.said_to(house, asker.id, Notice.STOPPED)) == 1


async def test_stop_without_a_case_says_there_is_nothing_to_stop(house: Service) -> None:
    asker = await builders.newcomer(house)

    await asker.commands("stop")

    assert len(await builders.said_to(house, asker.id, Notice.NOTHING_TO_STOP)) == 1


async def _begins(service: Service, staff: Staff, asker: Newcomer) -> None:
    seen = await _shown(service, asker)
    async with acting(service, staff) as work:
        await closing_dialogue.begin(work, case_id=asker.case_id, seen_seq=seen)


async def _presses(service: Service, staff: Staff, asker: Newcomer, field: str, value: str) -> None:
    async with acting(service, staff) as work:
        await closing_dialogue.choose(work, f"c:{asker.case_id}:{field}:{value}", card=None)
