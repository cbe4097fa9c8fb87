"""A volunteer without Telegram does at the desk's notices what others do by the buttons under a message."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cases import closing, follow_ups, reassigning, safeguarding
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.telling.rounds import Rounds
from tests import builders
from tests.builders import Newcomer, Staff, acting
from tests.channels.web_fixtures import Browser, Page, Site, opened_site

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    clock.freeze(START)
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def notices(page: Page) -> str:
    """The part of the desk with its notices."""
    found = re.search(r'<div id="notices" data-swap>(.*?)\n  </div>', page.text, flags=re.S)
    return found[1] if found else ""


def forms(page: Page) -> dict[str, dict[str, str]]:
    """What the notices' forms send: by the label of each button, its address and its fields."""
    buttons: dict[str, dict[str, str]] = {}
    form = r'<form[^>]* method="post" action="([^"]+)">(.*?)</form>'
    for action, inside in re.findall(form, notices(page), flags=re.S):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', inside))
        for sent, label in re.findall(r"<button([^>]*)>(.*?)</button>", inside):
            own = re.search(r'name="([^"]+)" value="([^"]*)"', sent)
            buttons[label] = {"action": action, **hidden, **({own[1]: own[2]} if own else {})}
    return buttons


async def presses(browser: Browser, label: str) -> Page:
    fields = forms(await browser.get("/desk"))[label]
    return await browser.post(fields.pop("action"), fields)


async def passes(site: Site, minutes: float) -> None:
    clock.move(minutes * MINUTE)
    await builders.do_all_due(site.service)


async def warned(site: Site) -> tuple[Staff, Newcomer, Browser]:
    """Amina, who has no Telegram, has had a case for half an hour without an answer."""
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    await passes(site, 30)
    return amina, asker, await site.desk_of(amina)


async def test_a_warning_is_answered_by_one_press(site: Site) -> None:
    _, asker, desk = await warned(site)

    shown = await presses(desk, "Jag behåller det 2 timmar")

    assert shown.url == f"/desk/cases/{asker.case_id}" and "Du behåller ärende" in shown.words
    assert (await builders.case_row(asker)).kept_until == clock.now() + timedelta(hours=2)
    assert "Jag behåller det 2 timmar" not in forms(await desk.get("/desk"))


async def test_a_warned_case_goes_back_by_one_press(site: Site) -> None:
    _, asker, desk = await warned(site)
    await desk.get(f"/desk/cases/{asker.case_id}")  # who has not read it is shown it first

    await presses(desk, "Släpp ärendet")

    assert (await builders.case_row(asker)).status == "queued"
    assert list(forms(await desk.get("/desk"))) == ["Jag har läst det"]


async def test_words_that_have_not_been_read_keep_it_and_are_shown(site: Site) -> None:
    _, asker, desk = await warned(site)
    fields = forms(await desk.get("/desk"))["Släpp ärendet"]
    builders.a_second_later()
    await asker.says("Det är bråttom")

    refused = await desk.post(fields.pop("action"), fields)

    assert refused.status == 409 and "Det är bråttom" in refused.words
    assert (await builders.case_row(asker)).status == "claimed"


async def test_what_was_half_written_is_there_still(site: Site) -> None:
    _, asker, desk = await warned(site)
    path = f"/desk/cases/{asker.case_id}"
    page = await desk.get(path)
    typed = {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")} | {"text": "Halvt"}
    await desk.post(f"{path}/draft", typed)

    asked = await presses(desk, "Släpp ärendet")
    kept = await presses(desk, "Jag behåller det 2 timmar")

    assert asked.status == 409 and asked.box.strip() == "Halvt"
    assert kept.box.strip() == "Halvt"


async def test_at_a_shifts_end_it_is_kept_or_given_back(site: Site) -> None:
    amina = await builders.volunteer(site.service, on_shift=False)
    await builders.shift(site.service, amina, lasts=40 * MINUTE)
    asker = await builders.claimed_case(site.service, amina)
    other = await builders.claimed_case(site.service, amina)
    await passes(site, 29)
    await builders.answers(site.service, amina, other)
    builders.a_second_later()
    await other.says("En sak till")
    clock.freeze(START + 41 * MINUTE)
    await builders.do_all_due(site.service)

    page = await (desk := await site.desk_of(amina)).get("/desk")
    assert "Ditt pass är slut." in page.words
    assert "Till mitt nästa pass" not in notices(page)  # there is none
    until = forms(page)["Jag behåller det 2 timmar"]
    await desk.post(until.pop("action"), until)
    await passes(site, 15)

    rows = [await builders.case_row(one) for one in (asker, other)]
    assert sorted(row.status for row in rows) == ["claimed", "queued"]


async def test_a_case_that_was_given_is_one_press_away(site: Site) -> None:
    karin, amina = await builders.coordinator(site.service), await builders.volunteer(site.service)
    asker = await builders.case_of(site.service)
    async with acting(site.service, karin) as work:
        await reassigning.reassign(work, case_id=asker.case_id, person_id=amina.id)

    page = await (desk := await site.desk_of(amina)).get("/desk")

    assert f'<a class="button quiet" href="/desk/cases/{asker.case_id}">Öppna ärendet</a>' in notices(page)
    assert "Jag har fått ett brev" in (await desk.get(f"/desk/cases/{asker.case_id}")).words


async def test_a_day_that_has_come_is_read_at_the_desk_with_its_note(site: Site) -> None:
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    async with acting(site.service, amina) as work:
        day = work.today + timedelta(days=1)
        await follow_ups.set_day(work, case_id=asker.case_id, day=day, note="Hur gick mötet?")
        await closing.close_case(work, case_id=asker.case_id, seen_seq=2**50, sheet=Sheet())
    nine = clock.now() + timedelta(days=1) - timedelta(hours=1)
    clock.freeze(nine.replace(hour=7, minute=0, second=0))
    await builders.shift(site.service, amina)
    await Rounds(site.service)._arm_regular()
    clock.freeze(nine.replace(hour=8, minute=0, second=0))
    await passes(site, 0)

    desk = await site.desk_of(amina)
    page = await desk.get("/desk")

    assert "Dags att fråga igen" in page.words and "Hur gick mötet?" in page.words
    assert f'href="/desk/cases/{asker.case_id}">Öppna ärendet' in notices(page)


async def test_who_was_missed_says_so_at_the_notice(site: Site) -> None:
    amina = await builders.volunteer(site.service, on_shift=False)
    await builders.shift(site.service, amina, starts_at=START + MINUTE)
    await passes(site, 12)
    desk = await site.desk_of(amina)  # logging in is a sign

    page = await desk.get("/desk")

    assert "Är du här?" in page.words
    assert "Jag är här" not in forms(page)
    await desk.post("/desk/off-duty")
    assert "Jag är här" in forms(await desk.get("/desk"))
    await presses(desk, "Jag är här")
    assert "Jag är här" not in forms(await desk.get("/desk"))


async def test_a_coordinator_goes_from_the_notice_to_the_case_and_never_to_its_words(site: Site) -> None:
    karin, amina = await builders.coordinator(site.service), await builders.volunteer(site.service)
    asker = await builders.case_of(site.service)
    await passes(site, 15)
    other = await builders.claimed_case(site.service, amina)
    async with acting(site.service, amina) as work:
        await safeguarding.flag(work, case_id=other.case_id)

    page = await (desk := await site.desk_of(karin)).get("/desk")

    for one in (asker, other):
        link = f"/desk/overview/cases/{one.case_id}"
        assert f'href="{link}">Öppna ärendet' in notices(page)
        assert "Jag har fått ett brev" not in (await desk.get(link)).words
