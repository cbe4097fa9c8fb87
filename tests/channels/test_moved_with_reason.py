"""A coordinator says why she moves a case that is somebody's, on both channels; those concerned read it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from models.notice import Notice
from models.people import Language
from models.reasons import WhyBack, WhyClosed
from tests import builders
from tests.builders import Newcomer, Staff
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Site, opened_site

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
AMINA, KARIN, ASKER = 500, 503, 900
BACK = {
    WhyBack.AWAY: ("Volontären är inte här", "Din rådgivare är inte här just nu."),
    WhyBack.LANGUAGE: ("Det behövs ett annat språk", "Vi söker en rådgivare som talar ditt språk."),
    WhyBack.KNOWS: ("Någon annan kan mer om frågan", "Vi söker en rådgivare som kan mer om din fråga."),
    WhyBack.MANY: ("Volontären har för många ärenden", "Din rådgivare har många frågor att svara på."),
    "yes": ("Annan orsak", ""),
}
CLOSED = {
    WhyClosed.ANSWERED: ("Frågan är besvarad", "Vi tror att du har fått svar på din fråga."),
    WhyClosed.ELSEWHERE: ("Besökaren får hjälp på annat håll", "Du får hjälp med din fråga på ett annat ställe."),
    WhyClosed.NOT_OURS: (
        "Vi kan inte hjälpa till", "Vi kan tyvärr inte hjälpa till med den här frågan."
    ),
    WhyClosed.SILENT: ("Besökaren har inte svarat på länge", "Vi har väntat på svar från dig ett tag."),
    "yes": ("Annan orsak", ""),
}  # fmt: skip
VERBS = [("ocr", why, *told) for why, told in BACK.items()] + [("occ", why, *told) for why, told in CLOSED.items()]
EACH = pytest.mark.parametrize(("verb", "why", "label", "hers"), VERBS)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def spoken(code: str) -> str:
    return f"{code[:3]} {code[3:6]} {code[6:]}"


async def presses(house: House, label: str) -> None:
    card = house.api.chat(KARIN).last
    code = next(button.action for row in card.buttons for button in row if button.label == label)
    clock.move(timedelta(seconds=1))
    await house.pressed(KARIN, code, card.message_id)


@EACH
async def test_two_presses_on_the_case_and_both_sides_read_why(
    house: House, verb: str, why: str, label: str, hers: str
) -> None:
    await builders.coordinator(house.service, chat_id=KARIN)
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    code = str((await builders.one(house.service, "SELECT code FROM cases")).code)
    await house.hears(KARIN, f"/case {code}")

    await presses(house, "Lägg tillbaka i kön" if verb == "ocr" else "Avsluta ärendet")
    assert "Välj en orsak: volontären och besökaren får läsa den." in house.last(KARIN)
    await presses(house, label)

    gone = f"Du har inte ärende {spoken(code)} längre. Du behöver inte göra något mer."
    because = "" if why == "yes" else f"\nOrsak: {label}"
    assert f"{gone}{because}" in house.texts(AMINA)
    first = (
        f"Ditt ärende {spoken(code)} är tillbaka i kön. En annan rådgivare svarar dig. Du behöver inte skriva igen."
        if verb == "ocr"
        else "Ärendet är avslutat."
    )
    lines = house.last(ASKER).split("\n")
    assert lines[0] == first
    assert (hers in lines) if hers else not any(one in lines for _, one in (*BACK.values(), *CLOSED.values()) if one)
    assert codes_of(house.api.chat(KARIN).last) == []


@EACH
async def test_at_the_desk_too(site: Site, verb: str, why: str, label: str, hers: str) -> None:
    karin, amina, asker = await _at_the_desk(site)
    path, act = f"/desk/overview/cases/{asker.case_id}", "release" if verb == "ocr" else "close"
    page = await (desk := await site.desk_of(karin)).get(path)
    assert f'<option value="{why}">{label}</option>' in page.text

    await desk.post(f"{path}/{act}", {"why": why})

    kind = Notice.RELEASED if verb == "ocr" else Notice.CLOSED
    [told] = await builders.screen(site.service, asker.id, kind)
    assert hers in told
    [taken] = await builders.screen(site.service, amina.id, Notice.CASE_TAKEN_BACK)
    assert taken.endswith("Du behöver inte göra något mer." if why == "yes" else f"Orsak: {label}")
    assert f"Orsak: {label}" in (await (await site.desk_of(amina)).get("/desk")).words or why == "yes"


@pytest.mark.parametrize("act", ["release", "close"])
async def test_a_reason_that_is_none_moves_nothing_and_says_so(site: Site, act: str) -> None:
    karin, amina, asker = await _at_the_desk(site)

    refused = await (await site.desk_of(karin)).post(f"/desk/overview/cases/{asker.case_id}/{act}", {"why": "hat"})

    assert refused.status == 422 and site.service.desk("sv")("no_longer_valid") in refused.words
    assert (await builders.case_row(asker)).volunteer_id == amina.id


@pytest.mark.parametrize("language", list(Language))
async def test_a_newcomer_reads_it_in_their_language(site: Site, language: Language) -> None:
    words = site.service.words(language)
    said = [words(f"because_{why}") for why in WhyBack] + [words(f"because_{why}") for why in WhyClosed]

    assert len(set(said)) == len(said)
    assert not any(text.startswith("because_") for text in said)


async def _at_the_desk(site: Site) -> tuple[Staff, Staff, Newcomer]:
    karin, amina = await builders.coordinator(site.service), await builders.volunteer(site.service)
    return karin, amina, await builders.claimed_case(site.service, amina)
