"""What is said of a shared device and of one's own is what happens there, and who has no secret number is led on."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from models.people import Language
from tests import builders
from tests.channels.test_web_chat import QUESTION, asked, numbers_in
from tests.channels.test_web_live import rows_until
from tests.channels.web_fixtures import SITE_COOKIE, Page, Site, opened_site

MOST_WORDS = 90


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def told(page: Page) -> str:
    return without_bidi_controls(page.words)


async def test_a_shared_device_is_told_that_the_numbers_are_needed_and_they_are(site: Site) -> None:
    words = site.service.words("sv")
    browser, receipt = await asked(site, device="shared")
    code, secret = numbers_in(receipt)

    clock.move(timedelta(minutes=31))
    later = await browser.get("/sv/chat")
    back = await site.browser().post("/sv/back", {"code": code, "secret": secret})

    assert words("come_back_hint") in receipt.words and words("come_back_own") not in receipt.words
    assert QUESTION not in later.words and QUESTION in back.words


async def test_a_device_of_one_s_own_is_told_to_come_back_there_and_it_is_still_open(site: Site) -> None:
    words = site.service.words("sv")
    browser, receipt = await asked(site, device="own")

    clock.move(timedelta(days=7))
    later = await browser.get("/sv/chat")

    assert words("come_back_own") in receipt.words and words("come_back_hint") not in receipt.words
    assert QUESTION in later.words and words("come_back_own") in later.words
    assert int(browser.cookies[SITE_COOKIE]["max-age"]) > 7 * 24 * 3600, "also once the browser has been closed"


async def test_what_comes_over_the_socket_is_of_the_same_device(site: Site) -> None:
    words = site.service.words("sv")
    for device, key in (("shared", "come_back_hint"), ("own", "come_back_own")):
        browser = site.browser()
        await browser.agrees("sv", device)
        await browser.get("/sv/chat")
        async with browser.socket("/sv/chat/live") as socket:
            await socket.send_json({"after": 0})
            await browser.says(QUESTION)
            rows = await rows_until(socket, words("thanks_received"))
        got = "".join(row["html"] for row in rows)

        assert words(key) in got, device


@pytest.mark.parametrize("path", ["/chat", "/back"])
@pytest.mark.parametrize("language", list(Language))
async def test_where_the_device_is_chosen_both_are_told_of(site: Site, language: str, path: str) -> None:
    words = site.service.words(language)

    page = await site.browser().get(f"/{language}{path}")

    assert words("device_hint") in page.words and words("device_own_hint") in page.words
    assert "30" in words("device_hint")


@pytest.mark.parametrize("language", list(Language))
async def test_the_page_s_part_on_consent_is_at_most_ninety_words_and_leads_on(site: Site, language: str) -> None:
    words = site.service.words(language)

    page = await site.browser().get(f"/{language}/chat")

    shown = page.text.partition('id="consent"')[2]
    part = re.sub(r"<[^>]+>", " ", "<" + shown.partition("</div>")[0])
    legend = re.search(r"<legend>(.*?)</legend>", shown, re.S)
    assert legend and words("consent_ask").split()[0] in legend[1]
    assert len(f"{part} {legend[1]}".split()) <= MOST_WORDS
    assert f'href="/{language}/privacy"' in shown
    assert words("consent_rights") in told(page) and words("consent_who_reads") in told(page)
    assert words("not_authority") in told(page).partition(words("consent_intro"))[0]


async def test_who_says_no_on_the_web_is_not_invited_to_write(site: Site) -> None:
    words = site.service.words("sv")

    page = await site.browser().agrees("sv", "no")

    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert words("no_consent") in page.words
    assert words("online_any_time") not in main and words("closed_now") not in main


# Without the secret number.


async def test_who_has_no_secret_number_is_told_what_to_do_at_the_door(site: Site) -> None:
    words = site.service.words("sv")

    pages = [
        await site.browser().get("/sv/back"),
        await site.browser().post("/sv/back", {"code": "4729135", "secret": "00000000"}),
    ]

    for page in pages:
        assert words("lost_secret") in page.words and "070-174 06 05" in page.words
        assert 'href="/sv/chat"' in page.text
    assert words("wrong_code_or_secret") in pages[1].words


async def test_who_was_away_is_told_what_to_do_without_the_number_too(site: Site) -> None:
    browser, _ = await asked(site, device="shared")
    clock.move(timedelta(minutes=31))

    page = await browser.get("/sv/chat")

    assert site.service.words("sv")("lost_secret") in page.words
    assert 'href="/sv/chat"' in page.text and 'href="/sv/back"' in page.text


async def test_asked_again_without_the_number_it_is_a_new_case_with_new_numbers(site: Site) -> None:
    _, first = await asked(site)

    _, again = await asked(site)

    assert numbers_in(first) != numbers_in(again) and all(numbers_in(again))


async def test_on_a_device_of_one_s_own_a_new_secret_number_is_made_without_the_old(site: Site) -> None:
    browser, receipt = await asked(site, device="own")
    _, secret = numbers_in(receipt)

    page = await browser.post("/sv/chat/secret")

    assert site.service.words("sv")("web_new_secret") in receipt.words
    assert numbers_in(page)[1] not in ("", secret)


# Questions and answers.


@pytest.mark.parametrize("language", list(Language))
async def test_the_questions_have_a_page_that_every_page_leads_to(site: Site, language: str) -> None:
    words = site.service.words(language)
    browser = site.browser()

    page = await browser.get(f"/{language}/questions")

    for one in ("authority", "language", "answer", "fourteen", "after_deleting", "authority_case"):
        assert words(f"faq_{one}_q") in told(page) and words(f"faq_{one}") in told(page), one
    assert words("privacy_telegram") not in told(page)
    for path in ("", "/chat", "/privacy", "/back"):
        assert f'href="/{language}/questions"' in (await browser.get(f"/{language}{path}")).text, path


async def test_after_everything_was_deleted_one_may_come_again_and_the_old_case_stays_gone(site: Site) -> None:
    browser, receipt = await asked(site)
    code, secret = numbers_in(receipt)
    await browser.deletes()

    await browser.agrees("sv", "shared")
    again = await browser.says("Jag har en ny fråga")
    old = await site.browser().post("/sv/back", {"code": code, "secret": secret})

    assert numbers_in(again)[0] not in ("", code)
    assert old.status == 422
    assert len(await builders.table(site.service, "SELECT id FROM people WHERE role = 'newcomer'")) == 1
