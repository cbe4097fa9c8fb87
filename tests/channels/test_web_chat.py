"""A newcomer's chat with JavaScript off: every step is a form, and nothing is lost or shown to the wrong person."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.language.i18n import Catalogues
from handlers.web.frame.limits import MESSAGES, NEW_CHATS
from tests import builders
from tests.actors import plain
from tests.builders import table
from tests.channels.web_fixtures import SITE_COOKIE, Browser, Page, Site, opened_site

QUESTION = "Jag har fått ett brev från Migrationsverket."


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def numbers_in(page: Page) -> tuple[str, str]:
    """The case's code and the secret, from the receipt."""
    code = re.search(r"<strong>(\d{3} \d{3} \d)</strong>", page.text)
    secret = re.search(r"<strong>(\d{4} \d{4})</strong>", page.text)
    return (code[1] if code else "", secret[1] if secret else "")


async def asked(site: Site, *, device: str = "shared", language: str = "sv") -> tuple[Browser, Page]:
    """A newcomer who has asked, and the page with the receipt."""
    browser = site.browser()
    await browser.agrees(language, device)
    return browser, await browser.says(QUESTION, language=language)


async def count(site: Site, table_name: str) -> int:
    return (await table(site.service, f"SELECT count(*) FROM {table_name}"))[0][0]


async def test_nothing_is_stored_before_consent_nor_after_a_no(site: Site) -> None:
    browser = site.browser()

    statement = await browser.get("/sv/chat")
    told = await browser.agrees("sv", "no")

    assert "112" in statement.words and "Går du med på" in statement.words
    assert "070-174 06 05" in told.words
    assert browser.cookies == {}
    assert await count(site, "people") == 0


async def test_a_question_gets_its_receipt_and_the_secret_until_it_is_written_down(site: Site) -> None:
    browser, receipt = await asked(site)

    code, secret = numbers_in(receipt)
    for answer in ("tap:category:housing", "tap:first_visit:yes", "stop_asking"):
        later = await browser.post("/sv/chat/press", {"code": answer})
    after = await browser.post("/sv/chat/written")

    assert receipt.status == 200 and receipt.url.startswith("/sv/chat")
    assert code and secret
    assert QUESTION in receipt.words
    assert secret in later.words
    assert code in after.words and secret not in after.words
    assert secret not in (await browser.get("/sv/chat")).words


async def test_a_shared_device_keeps_its_cookie_until_the_browser_is_closed(site: Site) -> None:
    shared, _ = await asked(site, device="shared")
    own, _ = await asked(site, device="own")

    assert shared.cookies[SITE_COOKIE]["max-age"] == ""
    assert shared.cookies[SITE_COOKIE]["httponly"] and shared.cookies[SITE_COOKIE]["samesite"] == "Lax"
    assert int(own.cookies[SITE_COOKIE]["max-age"]) >= 14 * 24 * 3600


async def test_over_https_the_cookie_belongs_to_the_host_alone(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues, public_url="https://radrum.example") as site:
        browser = site.browser()
        ours = {"Origin": "https://radrum.example"}
        page = await browser.post("/sv/chat/consent", {"answer": "shared"}, headers=ours, allow_redirects=False)

    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-radrum_chat=")
    assert "Secure" in cookie and "HttpOnly" in cookie and "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_the_same_form_sent_twice_is_one_message(site: Site) -> None:
    browser, _ = await asked(site)

    for _ in range(3):
        page = await browser.says("En gång", client_msg_id="abcdefgh12345678")

    assert page.words.count("En gång") == 1
    assert await count(site, "messages") == 2


async def test_a_shared_device_forgets_after_half_an_hour(site: Site) -> None:
    browser, _ = await asked(site)

    clock.move(timedelta(minutes=31))
    page = await browser.get("/sv/chat")

    assert QUESTION not in page.words
    assert "ärendenummer" in page.words
    assert SITE_COOKIE not in browser.cookies


async def test_an_own_device_is_still_there_after_a_week(site: Site) -> None:
    browser, _ = await asked(site, device="own")

    clock.move(timedelta(days=7))

    assert QUESTION in (await browser.get("/sv/chat")).words


@pytest.mark.parametrize(
    ("text", "told"), [("x" * 12_001, "Det får ha högst 12000 tecken."), ("   ", "Det fanns ingen text i meddelandet.")]
)
async def test_refused_words_stay_in_the_box(site: Site, text: str, told: str) -> None:
    browser, _ = await asked(site)

    page = await browser.says(text)
    shorter = await browser.says("x" * 12_000, client_msg_id=page.hidden("client_msg_id"))

    assert page.status == 422
    assert told in page.words
    assert page.box.strip() == text.strip()
    assert QUESTION in page.words
    assert shorter.status == 200 and told not in shorter.words and shorter.box == ""


async def test_words_stay_in_the_box_when_the_store_does_not_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = await asked(site)
    page = await browser.get("/sv/chat")

    def closed(*_: object, **_how: object) -> None:
        raise Unavailable

    monkeypatch.setattr(site.service.store, "work", closed)
    monkeypatch.setattr(site.service.store, "look", closed)
    refused = await browser.says("Viktiga ord", client_msg_id=page.hidden("client_msg_id"))
    monkeypatch.undo()
    done = await browser.says(refused.box, client_msg_id=refused.hidden("client_msg_id"))

    assert refused.status == 503 and "Retry-After" in refused.headers
    assert refused.box == "Viktiga ord"
    assert "Viktiga ord" in done.words


async def test_a_flood_from_one_login_is_asked_to_slow_down_and_keeps_its_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.chat.acting.MESSAGES", RateLimitItemPerMinute(3, namespace="few"))
    browser, _ = await asked(site)

    pages = [await browser.says(f"ord {n}", client_msg_id=f"number-{n:04}") for n in range(5)]

    assert MESSAGES.amount == 60
    assert [page.status for page in pages] == [200] * 2 + [429] * 3  # the question was the first
    assert pages[-1].box == "ord 4"
    assert "Retry-After" in pages[-1].headers


async def test_a_new_chat_too_many_from_an_address_is_throttled_and_not_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.chat.chat.NEW_CHATS", RateLimitItemPerHour(2, namespace="few"))
    for _ in range(2):
        assert (await site.browser().agrees()).status == 200

    _, receipt = await asked(site)

    assert NEW_CHATS.amount == 60
    assert numbers_in(receipt)[0]
    assert [row.held for row in await table(site.service, "SELECT held FROM cases")] == [1]


async def test_a_person_s_words_are_text_and_nothing_else(site: Site) -> None:
    browser, _ = await asked(site)
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} \u2067\u202e{0} & \"'"

    page = await browser.says(attack)

    assert "<script>alert" not in page.text and "<img" not in page.text
    assert "{{ 7*7 }}" in page.words and "<script>alert(1)</script>" in unescape(page.text)


async def test_a_press_moves_the_questions_on_and_only_the_newest_can_be_pressed(site: Site) -> None:
    browser, receipt = await asked(site)
    assert receipt.text.count('class="choices"') == 1

    page = await browser.post("/sv/chat/press", {"code": "tap:category:housing"})

    assert page.text.count('class="choices"') == 1
    assert "tap:first_visit:yes" in page.text and "tap:category:housing" not in page.text
    assert (await table(site.service, "SELECT category FROM cases"))[0][0] == "housing"


async def test_a_language_chosen_in_the_chat_counts_from_the_next_page_on(site: Site) -> None:
    browser, _ = await asked(site)

    page = await browser.post("/sv/chat/press", {"code": "lang:ar"})
    old_address = await browser.get("/sv/chat")

    assert page.url.startswith("/ar/chat") and 'dir="rtl"' in page.text
    assert old_address.url == "/ar/chat"


@pytest.mark.parametrize("way", ["typed", "menu", "press"])
async def test_delete_leaves_nothing_and_says_so(site: Site, way: str) -> None:
    browser, _ = await asked(site)

    if way == "menu":
        asked_first = await browser.get("/sv/chat/delete")
        page = await browser.post("/sv/chat/delete", {"about": asked_first.hidden("about")})
    else:
        how = browser.says(" /delete") if way == "typed" else browser.post("/sv/chat/press", {"code": "erase:ask"})
        asked_first = await how
        yes = re.search(r'value="(erase:yes:[^"]+)"', asked_first.text)
        page = await browser.post("/sv/chat/press", {"code": yes[1]})

    assert "Det går inte att ångra." in asked_first.words
    assert page.url == "/sv/deleted"
    assert SITE_COOKIE not in browser.cookies
    assert await count(site, "messages") == 0 and await count(site, "people") == 0
    assert "Går du med på" in (await browser.get("/sv/chat")).words


async def test_the_quick_exit_without_a_script_ends_the_login_and_leads_away(site: Site) -> None:
    browser, _ = await asked(site)

    page = await browser.post("/sv/chat/leave", allow_redirects=False)

    assert page.status == 303 and page.headers["Location"] == "https://www.smhi.se"
    assert "https://www.smhi.se" in page.headers["Content-Security-Policy"]
    assert SITE_COOKIE not in browser.cookies
    assert await count(site, "web_sessions") == 0


async def test_code_and_secret_open_the_case_elsewhere_and_close_it_here(site: Site) -> None:
    here, receipt = await asked(site)
    code, secret = numbers_in(receipt)
    there = site.browser()

    in_persian_digits = secret.translate({ord("0") + n: 0x06F0 + n for n in range(10)})
    page = await there.post("/fa/back", {"code": code, "secret": in_persian_digits, "device": "own"})

    assert page.url == "/sv/chat" and QUESTION in page.words
    assert "max-age" in there.cookies[SITE_COOKIE] and there.cookies[SITE_COOKIE]["max-age"]
    assert QUESTION not in (await here.get("/sv/chat")).words


async def test_every_wrong_try_gets_the_same_answer_and_five_are_enough(site: Site) -> None:
    _, receipt = await asked(site)
    code, secret = numbers_in(receipt)
    guesser = site.browser()
    wrong = "00000000" if secret != "0000 0000" else "11111111"
    tries = [(code, wrong), ("123 456 6", wrong), ("9", ""), ("", ""), ("x" * 500, "y" * 500)]

    pages = [await guesser.post("/sv/back", {"code": c, "secret": s}) for c, s in tries]
    for _ in range(4):
        await guesser.post("/sv/back", {"code": code, "secret": wrong})
    right_but_late = await guesser.post("/sv/back", {"code": code, "secret": secret})

    assert {page.status for page in pages} == {422}
    assert len({re.sub(r'value="\d*"', "", page.text) for page in pages}) == 1
    assert right_but_late.status == 429
    assert QUESTION not in right_but_late.words


@pytest.mark.parametrize("language", ["sv", "ar", "fa", "uk", "en"])
async def test_a_number_that_has_ended_is_answered_as_one_that_never_was_and_both_say_when_numbers_end(
    site: Site, language: str
) -> None:
    _, receipt = await asked(site)
    code, secret = numbers_in(receipt)
    clock.move(timedelta(days=31))
    await builders.purge(site.service)
    guesser, words = site.browser(), site.service.words(language)

    pages = [
        await guesser.post(f"/{language}/back", {"code": one, "secret": secret}) for one in (code, "123 456 6", "472")
    ]

    assert {page.status for page in pages} == {422}
    assert len({re.sub(r'value="\d*"', "", page.text) for page in pages}) == 1
    for sentence in (words("wrong_code_or_secret"), words("codes_end", n=30)):
        assert plain(sentence) in plain(pages[0].words)


async def test_an_address_may_try_twenty_codes_a_minute_and_a_forged_header_gains_nothing(site: Site) -> None:
    guesser = site.browser()

    pages = [
        await guesser.post("/sv/back", {"code": f"{n}", "secret": "1"}, headers={"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(30)
    ]

    assert [page.status for page in pages] == [422] * 20 + [429] * 10


async def test_an_answer_is_delivered_only_once_its_page_has_been_sent(site: Site) -> None:
    browser, _ = await asked(site)
    volunteer = await builders.volunteer(site.service)
    desk = await site.desk_of(volunteer)
    case_id = (await table(site.service, "SELECT id FROM cases"))[0][0]
    await desk.post(f"/desk/cases/{case_id}/claim")
    before = await desk.post(f"/desk/cases/{case_id}/reply", {"text": "Så här gör du.", "client_msg_id": "reply-0001"})

    page = await browser.get("/sv/chat")

    assert "Så här gör du." in page.words
    assert 'class="state unread"' in before.text
    await desk.sees(f"/desk/cases/{case_id}", 'class="state delivered"')
