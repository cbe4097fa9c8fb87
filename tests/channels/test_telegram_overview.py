"""How things stand, and any one case, from a coordinator's phone: what she reads, what she moves, who is told."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.telling.rounds import Rounds, next_digest
from bot.volunteers import leaving
from models.case import CaseStatus
from models.notice import Notice
from tests import builders
from tests.builders import case_row, said_to
from tests.channels.hours_fixtures import STOCKHOLM
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.test_telegram_people import _last, _presses, _texts

KARIN, AMINA, BO, ASKER = 500, 502, 503, 9001


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        clock.freeze(clock.now().replace(hour=11, minute=0, second=0, microsecond=0))
        opened.karin = await builders.coordinator(opened.service, "Karin", chat_id=KARIN)  # type: ignore[attr-defined]
        await opened.settle()
        yield opened


async def _staffed(house: House) -> tuple[builders.Staff, builders.Staff]:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    bo = await builders.volunteer(house.service, "Bo", chat_id=BO)
    await house.settle()
    return amina, bo


async def test_with_nothing_to_see_to_all_is_green_in_words_too(house: House) -> None:
    await house.hears(KARIN, "/overview")

    told = _last(house, KARIN)
    assert told.startswith("Så är läget:\nAllt är som det ska.")
    assert "🟢 Grönt: Ingen väntar i kön." in told
    assert "Gult" not in told and "Rött" not in told


@pytest.mark.parametrize(("minutes", "line"), [
    (14, "🟢 Grönt: Inget ärende ligger otaget länge."),
    (15, "🟡 Gult: 1 ärende har ingen tagit, fast någon har pass. Längst: 15 minuter."),
    (60, "🔴 Rött: 1 ärende har ingen tagit, fast någon har pass. Längst: 1 timme."),
])  # fmt: skip
async def test_a_case_that_nobody_takes_turns_amber_and_then_red(house: House, minutes: int, line: str) -> None:
    await _staffed(house)
    await builders.case_of(house.service)

    clock.move(timedelta(minutes=minutes))
    await house.hears(KARIN, "/overview")

    assert line in _last(house, KARIN)
    assert "På pass nu: Amina" in _last(house, KARIN)


async def test_who_has_a_shift_and_is_not_there_is_named(house: House) -> None:
    await _staffed(house)
    cleo = await builders.volunteer(house.service, "Cleo", on_shift=False)
    await builders.shift(house.service, cleo, starts_at=clock.now() + timedelta(minutes=1))
    clock.move(timedelta(minutes=20))

    await house.hears(KARIN, "/overview")

    assert "🟡 Gult: På pass nu: Amina, Bo. Har pass men är inte här: Cleo." in _last(house, KARIN)


async def test_a_claim_without_an_answer_is_seen_and_one_that_was_answered_is_not(house: House) -> None:
    amina, _ = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina)
    clock.move(timedelta(minutes=30))
    await house.hears(KARIN, "/overview")
    stalled = _last(house, KARIN)
    await builders.answers(house.service, amina, asker)

    await house.hears(KARIN, "/overview")

    assert "🟡 Gult: 1 ärende är taget, men ingen har svarat." in stalled
    assert "🟢 Grönt: Alla tagna ärenden går framåt." in _last(house, KARIN)


async def test_a_missed_promise_is_red_and_so_is_somebody_in_danger(house: House) -> None:
    amina, _ = await _staffed(house)
    await builders.case_of(house.service)
    flagged = await builders.claimed_case(house.service, amina)
    await house.hears(AMINA, f"/danger {flagged.code}")
    clock.move(timedelta(hours=3))
    await house.hears(KARIN, "/overview")
    before = _last(house, KARIN)
    await builders.do_all_due(house.service)  # the newcomer is told that it is late, and the promise is no more

    await house.hears(KARIN, "/overview")

    told = _last(house, KARIN)
    assert "🔴 Rött: 1 besökare har inte fått svar i tid." in before
    assert "🔴 Rött: 1 öppet ärende där någon kan vara i fara." in told
    assert "🔴 Rött: 1 besökare har inte fått svar i tid." in told
    assert told.index("FARA") < told.index("I kö")


async def test_the_morning_says_what_is_not_well_at_eight_and_nothing_when_all_is(house: House) -> None:
    await builders.do_all_due(house.service)
    rounds = await _armed(house)
    clock.move(rounds - clock.now() - timedelta(seconds=1))
    await builders.do_all_due(house.service)
    early = await said_to(house.service, house.karin.id, Notice.OVERVIEW)  # type: ignore[attr-defined]
    clock.move(timedelta(seconds=1))
    await builders.do_all_due(house.service)
    silent = await said_to(house.service, house.karin.id, Notice.OVERVIEW)  # type: ignore[attr-defined]
    await builders.case_of(house.service)

    clock.move(timedelta(days=1))
    await builders.do_all_due(house.service)
    await house.settle()

    assert (early, silent) == ([], [])
    digests = [text for text in house.texts(KARIN) if text.startswith("God morgon.")]
    assert len(digests) == 1 and "Grönt" not in digests[0] and "1 ärende väntar i kön." in digests[0]


async def _armed(house: House) -> datetime:
    await Rounds(house.service)._arm_regular()
    return next_digest(clock.now(), house.service.store.zone)


async def test_a_case_is_given_to_somebody_by_three_presses_and_everybody_is_told(house: House) -> None:
    amina, bo = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina, "Ett brev", chat_id=ASKER)
    await house.settle()

    await house.hears(KARIN, "/reassign")
    for code in (f"oc:{asker.case_id}", f"ocw:{asker.case_id}", f"ocg:{asker.case_id}:{bo.id}"):
        await _presses(house, KARIN, code)

    assert "Bo har ärende" in _last(house, KARIN) and "Ett brev" not in " ".join(house.texts(KARIN))
    assert (await case_row(asker)).volunteer_id == bo.id
    assert any("Karin har gett dig ärende" in text for text in _texts(house, BO)) and "Ett brev" in _last(house, BO)
    assert "Du har inte ärende" in _last(house, AMINA)
    assert _last(house, ASKER) == "En rådgivare läser din fråga nu."


async def test_a_line_gives_a_case_that_waits_to_somebody_off_shift(house: House) -> None:
    _, bo = await _staffed(house)
    asker = await builders.case_of(house.service, chat_id=ASKER)
    await house.settle()

    await house.hears(KARIN, f"/reassign {asker.code} bo")

    assert (await case_row(asker)).volunteer_id == bo.id
    assert not [code for shown in house.api.chat(AMINA).visible for code in codes_of(shown) if "claim:" in code]


@pytest.mark.parametrize(("line", "told"), [
    ("/reassign 123 Bo", "Det finns inget ärende med numret ”123”."),
    ("/reassign {code} Kalle", "Det finns ingen volontär som heter Kalle."),
    ("/reassign {code} Amina", "Amina har redan ärende"),
    ("/case 9999999", "Det finns inget ärende med numret"),
])  # fmt: skip
async def test_what_cannot_be_done_is_answered_with_why_and_an_example(house: House, line: str, told: str) -> None:
    amina, _ = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina)

    await house.hears(KARIN, line.format(code=asker.code))

    assert _last(house, KARIN).startswith(told)
    assert "472 913 5" in _last(house, KARIN)
    assert (await case_row(asker)).volunteer_id == amina.id


async def test_who_lost_access_meanwhile_is_not_given_a_case(house: House) -> None:
    amina, bo = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina)
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, bo.id)

    await house.hears(KARIN, f"/reassign {asker.code} Bo")

    assert _last(house, KARIN).startswith("Bo kan inte ta ärenden nu")
    assert ((await case_row(asker)).status, (await case_row(asker)).volunteer_id) == (CaseStatus.CLAIMED, amina.id)


async def test_she_puts_a_case_back_and_closes_it_with_one_yes_each(house: House) -> None:
    amina, _ = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina, chat_id=ASKER)
    await house.settle()
    await house.hears(KARIN, f"/case {asker.code}")
    await _presses(house, KARIN, f"ocr:{asker.case_id}:ask")
    before = (await case_row(asker)).status
    await _presses(house, KARIN, f"ocr:{asker.case_id}:yes")
    released, at_the_volunteer = _last(house, KARIN), house.texts(AMINA)

    await house.hears(KARIN, f"/case {asker.code}")
    await _presses(house, KARIN, f"occ:{asker.case_id}:ask")
    await _presses(house, KARIN, f"occ:{asker.case_id}:yes")

    assert before == CaseStatus.CLAIMED
    assert "är tillbaka i kön" in released
    assert any("Du har inte ärende" in text for text in at_the_volunteer)
    assert "är avslutat" in _last(house, KARIN)
    assert "Ärendet är avslutat." in _last(house, ASKER)
    await house.hears(KARIN, f"/reassign {asker.code} Bo")
    assert "Ärende" in _last(house, KARIN) and (await case_row(asker)).status == CaseStatus.CLOSED


async def test_a_volunteer_sees_none_of_it(house: House) -> None:
    amina, _ = await _staffed(house)
    asker = await builders.claimed_case(house.service, amina)

    for line in ("/overview", f"/case {asker.code}", f"/reassign {asker.code} Bo"):
        await house.hears(AMINA, line)
        assert _last(house, AMINA) == "Det kommandot är för samordnare."
    for code in (f"ocg:{asker.case_id}:{amina.id}", f"occ:{asker.case_id}:yes"):
        assert await house.pressed(AMINA, code, 1) == house.service.desk("sv")("no_longer_valid")
    assert (await case_row(asker)).status == CaseStatus.CLAIMED


async def test_a_shift_without_anybody_is_red(house: House) -> None:
    amina, _ = await _staffed(house)
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)
        await leaving.disable_staff(work, await builders.person_named(house.service, "Bo"))

    await house.hears(KARIN, "/overview")

    assert "🔴 Rött: Ett pass pågår, men ingen är på plats." in _last(house, KARIN)


async def test_a_shift_that_lacks_somebody_soon_is_red(house: House) -> None:
    await builders.shift(house.service, starts_at=clock.now() + timedelta(days=3))
    await house.hears(KARIN, "/overview")
    near = _last(house, KARIN)
    clock.move(-timedelta(seconds=1))

    await house.hears(KARIN, "/overview")

    assert "🔴 Rött: 1 pass de närmaste två veckorna saknar något. Närmast:" in near
    assert "🟡 Gult: 1 pass de närmaste två veckorna saknar något. Närmast:" in _last(house, KARIN)


async def test_many_closings_without_a_category_are_amber(house: House) -> None:
    for n in range(6):
        asker = await builders.case_of(house.service, chat_id=9100 + n)
        await house.hears(KARIN, f"/case {asker.code}")
        await _presses(house, KARIN, f"occ:{asker.case_id}:ask")
        await _presses(house, KARIN, f"occ:{asker.case_id}:yes")

    await house.hears(KARIN, "/overview")

    assert "🟡 Gult: 6 ärenden som nyss avslutades saknar kategori." in _last(house, KARIN)


async def test_with_nobody_else_she_reads_so(house: House) -> None:
    asker = await builders.case_of(house.service)
    await house.hears(KARIN, f"/reassign {asker.code} Karin")

    await house.hears(KARIN, f"/reassign {asker.code}")

    assert "Det finns ingen annan som kan ta ärenden nu." in _last(house, KARIN)
    assert (await case_row(asker)).volunteer_id == house.karin.id  # type: ignore[attr-defined]


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize(("seconds", "days"), [(-1, 0), (0, 1), (1, 1)])
def test_eight_is_eight_on_the_wall_after_the_nights_on_which_the_clock_is_changed(
    night: date, seconds: int, days: int
) -> None:
    eight = datetime.combine(night, time(8), STOCKHOLM)

    ahead = next_digest(eight + timedelta(seconds=seconds), STOCKHOLM)

    assert ahead == datetime.combine(night + timedelta(days=days), time(8), STOCKHOLM)
