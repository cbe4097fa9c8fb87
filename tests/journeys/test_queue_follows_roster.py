"""One evening on which the queue follows the roster, and the days after it; who is told what, at every step.

Somebody is missing, nobody takes her case, who takes it does not answer, the next one hands it over; it is answered,
the shift ends after midnight, the case comes back on its day, is closed and counted. At every door of both sides.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import closing
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import TooManyCases
from bot.language.i18n import Catalogues
from bot.people import people
from bot.reports.figures import report
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer
from tests.journeys.evening import ITS_DAY, TUESDAY, WEDNESDAY, ZONE, Evening, evening_of

QUESTION, THANKS, NOTE, TO_ASK = "عندي رسالة", "شكرا جزيلا", "Hon väntar på svar från CSN", "Hur gick mötet?"


@pytest.fixture(params=["telegram", "desk"])
def staff_door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["telegram", "web"])
def her_door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def evening(
    database_url: str, tmp_path: Path, catalogues: Catalogues, her_door: str, staff_door: str
) -> AsyncIterator[Evening]:
    async with evening_of(database_url, tmp_path, catalogues, her_door=her_door, staff_door=staff_door) as opened:
        yield opened


async def test_whose_case_it_is_and_who_is_told_what_from_the_first_minute_to_the_report(evening: Evening) -> None:
    await _four_wait(evening)
    await _one_is_absent_and_nobody_takes_it(evening)
    await _it_is_claimed_and_stalls(evening)
    await _another_claims_it_and_hands_it_over(evening)
    await _it_is_answered_and_a_day_is_set(evening)
    await _the_shift_ends_after_midnight(evening)
    await _it_comes_back_on_its_day_and_is_closed(evening)
    await _it_is_counted_once(evening)


async def _four_wait(evening: Evening) -> None:
    for n in range(3):
        evening.others.append(await builders.case_of(evening.service, f"Fråga {n}"))
    clock.move(timedelta(minutes=1))
    await evening.her.asks(QUESTION)
    newest = "SELECT id, newcomer_id FROM cases ORDER BY opened_at DESC LIMIT 1"
    row = await builders.one(evening.service, newest)
    async with evening.service.store.look() as db:
        visitor = await people.visitor_of(db, row.newcomer_id)
    assert visitor
    arriving = "statement ask_consent ask_question receipt ask_tap"
    hers = {"telegram": f"ask_language {arriving}", "web": "ask_question receipt ask_tap"}[evening.her_door]
    await evening.told(others=" ".join([arriving] * 3))
    evening.she = Newcomer(evening.service, visitor, row.id)
    await evening.told(she=hers)

    await evening.at(TUESDAY, 19)
    start = "shift_starts offered offered offered offered"
    await evening.told(Amina=start, Bo=start)
    assert "4 ärenden" in await evening.read_by("Amina", Notice.SHIFT_STARTS)
    assert await evening.promised_now() == ("later", "19:00")  # nobody has given a sign of being there


async def _one_is_absent_and_nobody_takes_it(evening: Evening) -> None:
    """Amina takes the three others, and has no room for a fourth."""
    amina = evening.staff["Amina"]
    clock.move(timedelta(minutes=1))
    for other in evening.others:
        await builders.claims(evening.service, amina, other)
        await builders.answers(evening.service, amina, other)
    await evening.told(Amina="relay_state relay_state relay_state", others="claimed reply " * 3)
    assert await evening.here() == {"Amina"}

    for minute, told in {
        4: {},
        5: {"Amina": "still_waits", "Bo": "still_waits"},
        9: {},
        10: {"Karin": "shift_absent", "Bo": "are_you_here", "Cia": "offered"},  # her promise stands: Amina is there
        14: {},
        15: {"Karin": "nobody_takes", "she": "late"},
        26: {},
    }.items():
        await evening.at(TUESDAY, 19, minute)
        await evening.told(**told)
    assert "Bo" in (await evening.read_by("Karin", Notice.SHIFT_ABSENT)).split("Är här:")[0]
    assert (await evening.read_by("Karin", Notice.NOBODY_TAKES)).endswith("Är här: Amina.")
    assert await evening.here() == {"Amina"}
    assert await evening.promised_now() == ("soon", "")


async def _it_is_claimed_and_stalls(evening: Evening) -> None:
    amina, bo = evening.answerers["Amina"], evening.answerers["Bo"]
    assert evening.she
    with pytest.raises(TooManyCases):
        await builders.claims(evening.service, evening.staff["Amina"], evening.she)
    for other in evening.others:
        async with builders.acting(evening.service, evening.staff["Amina"]) as work:
            await closing.close_case(work, case_id=other.case_id, seen_seq=2**50, sheet=Sheet())
    await evening.told(others="closed closed closed")
    await evening.at(TUESDAY, 19, 27)
    await amina.claims(evening.case)
    await evening.told(Amina="phone:words", she="claimed")
    assert QUESTION in await amina.words_of(evening.case)

    await evening.at(TUESDAY, 19, 56)
    await evening.told()
    await evening.at(TUESDAY, 19, 57)
    await evening.told(Amina="stall_warned")
    await evening.at(TUESDAY, 20)
    await bo.comes()
    await evening.told()
    assert await evening.here() == {"Amina", "Bo"}
    await evening.at(TUESDAY, 20, 11)
    await evening.told()
    await evening.at(TUESDAY, 20, 12)
    await evening.told(Amina="offered case_went_back", Bo="offered", she="released")
    assert await evening.holder() is None


async def _another_claims_it_and_hands_it_over(evening: Evening) -> None:
    amina, bo = evening.answerers["Amina"], evening.answerers["Bo"]
    await evening.at(TUESDAY, 20, 15)
    await bo.claims(evening.case)
    await evening.told(Bo="phone:words", she="claimed")
    await evening.at(TUESDAY, 20, 20)
    await bo.hands_over(evening.case, evening.staff["Amina"], NOTE)
    await evening.told(Amina="hand_over_offered", Bo="phone:hand_over_to hand_over_waits")

    assert NOTE not in await amina.reads()
    assert not await amina.accepts_unread()
    assert await evening.holder() == "Bo"
    assert NOTE in await amina.reads_note()
    await amina.accepts()

    await evening.told(Amina="phone:claimed_by_you phone:words", Bo="hand_over_over", she="handed_over")
    assert await evening.holder() == "Amina"
    assert QUESTION in await amina.words_of(evening.case)


async def _it_is_answered_and_a_day_is_set(evening: Evening) -> None:
    amina = evening.answerers["Amina"]
    await evening.at(TUESDAY, 20, 25)
    await amina.answers(evening.case, "اتصل بهم غدا")
    await evening.told(Amina="phone:relay_state", she="reply")
    await amina.sets_day(evening.case, ITS_DAY, TO_ASK)
    await evening.told(Amina="phone:follow_up_set", she="follow_up_may")
    await evening.her.presses("fuc:yes")
    await evening.told()


async def _the_shift_ends_after_midnight(evening: Evening) -> None:
    amina = evening.answerers["Amina"]
    await evening.at(WEDNESDAY, 0, 45)
    await evening.told()  # all is answered: nothing stalls
    await evening.her.says(THANKS)
    await evening.told(Amina="words")
    await evening.at(WEDNESDAY, 0, 59)
    await evening.told()
    await evening.at(WEDNESDAY, 1)
    await evening.told(Amina="shift_leaves")
    assert await evening.here() == set()
    await amina.keeps(evening.case, "noon")
    await evening.at(WEDNESDAY, 1, 15)
    await evening.told()
    assert await evening.holder() == "Amina"

    await evening.at(WEDNESDAY, 9, 30)
    assert THANKS in await amina.words_of(evening.case)
    await amina.answers(evening.case, "حظا سعيدا")
    await evening.told(Amina="phone:relay_state", she="reply")
    await evening.at(WEDNESDAY, 12)
    await evening.told()
    assert await evening.holder() == "Amina"


async def _it_comes_back_on_its_day_and_is_closed(evening: Evening) -> None:
    bo = evening.answerers["Bo"]
    for days in range(2, 7):
        await evening.at(TUESDAY + timedelta(days=days), 12)
        await evening.told()
    await evening.at(ITS_DAY, 8)
    await evening.told(Bo="shift_starts")
    await bo.comes()
    await evening.told(Bo="phone:on_duty")
    await evening.at(ITS_DAY, 8, 59)
    await evening.told()
    await evening.at(ITS_DAY, 9)
    await evening.told(Amina="case_taken_back", Bo="offered", she="follow_up_asks")
    assert TO_ASK in await evening.read_by("Bo", Notice.OFFERED)

    await bo.claims(evening.case)
    assert THANKS in await bo.words_of(evening.case)
    await bo.answers(evening.case, "كيف كان الموعد؟")
    await bo.closes(evening.case)
    words = {"telegram": "phone:words phone:words", "web": "phone:words"}[evening.her_door]  # a row for each of hers
    closing_it = "phone:relay_state phone:my_cases phone:close_category"
    await evening.told(Bo=f"{words} {closing_it}", she="claimed reply closed")
    shown = await evening.her.reads()
    assert NOTE not in shown and TO_ASK not in shown


async def _it_is_counted_once(evening: Evening) -> None:
    ledger = "SELECT kind, detail FROM case_events WHERE case_id = :case ORDER BY at, id"
    assert [tuple(line) for line in await builders.table(evening.service, ledger, case=evening.case)] == [
        ("opened", None), ("newcomer_wrote", None), ("late", "queued"), ("claimed", None), ("released", "stalled"),
        ("claimed", None), ("handed_over", None), ("answered", None), ("newcomer_wrote", None), ("answered", None),
        ("released", "follow_up"), ("claimed", None), ("answered", None), ("closed", None),
    ]  # fmt: skip
    async with evening.service.store.look() as db:
        figures = await report(db, first=TUESDAY, last=ITS_DAY, now=clock.now(), zone=ZONE)
    # by hand: four cases; hers has words of hers on two days, was late, and its sheet alone says minutes: 15
    assert (figures.cases, figures.visits, figures.late, figures.volunteer_minutes) == (4, 5, 1, 15)
    assert (figures.unanswered, figures.still_open, figures.not_advice) == (0, 0, 0)
    # the others: from 15:00 to 19:01; hers, from 15:01, was claimed at 19:27 first and answered at 20:25
    assert (figures.to_claim.cases, figures.to_claim.minutes) == (4, 241)
    assert (figures.to_answer.cases, figures.to_answer.minutes) == (4, 241)
    assert (figures.by("language").count("ar"), figures.by("language").count("sv")) == (1, 3)
    assert figures.by("channel").count("web") == (1 if evening.her_door == "web" else 0)
    assert figures.by("category").count("housing") == 1
    assert figures.by("organisation").count("forsakringskassan") == 1
    assert figures.by("outcome").count("answered") == 1
