"""What was typed in the chat is kept: over refusals, another page, another language; and what is said when it ends."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from limits import RateLimitItemPerHour

from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.language.i18n import Catalogues
from bot.language.parts import privacy_text
from bot.people import secret_door
from bot.telling.rounds import Rounds
from handlers.web.chat.chat import ACTS_ALONE
from handlers.web.frame.limits import NEW_SECRETS
from models.people import Channel, Language
from tests import builders
from tests.builders import table
from tests.channels.web_fixtures import SITE_COOKIE, Browser, Page, Site, opened_site

QUESTION = "Jag har fått ett brev från Migrationsverket."
HALF = "Min hyresvärd säger att jag & min son + katten"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def asked(site: Site, device: str = "shared") -> tuple[Browser, Page]:
    browser = site.browser()
    await browser.agrees("sv", device)
    return browser, await browser.says(QUESTION)


def secret_in(page: Page) -> str:
    found = re.search(r"<strong>(\d{4} \d{4})</strong>", page.text)
    return found[1] if found else ""


def code_in(page: Page) -> str:
    return re.search(r"<strong>(\d{3} \d{3} \d)</strong>", page.text)[1]


async def rounds(site: Site) -> None:
    loop = Rounds(site.service)
    while await loop.do_one():
        pass


# Text that was not sent.


@pytest.mark.parametrize("path", ["/sv/hours", "/sv/help", "/sv/privacy", "/sv/chat/delete", "/sv/chat/secret"])
async def test_text_kept_when_the_page_was_left_is_in_the_box_afterwards(site: Site, path: str) -> None:
    browser, _ = await asked(site)

    kept = await browser.post("/sv/chat/draft", {"text": HALF})
    await browser.get(path)

    assert kept.status == 200
    assert (await browser.get("/sv/chat")).box == HALF
    assert (await browser.get("/sv/chat")).box == HALF


async def test_a_button_pressed_without_a_script_takes_half_a_sentence_along(site: Site) -> None:
    browser, _ = await asked(site)

    answered = await browser.post("/sv/chat/press", {"code": "tap:category:housing", "text": HALF})
    asked_status = await browser.post("/sv/chat/command", {"name": "status", "text": HALF + "!"})
    written = await browser.post("/sv/chat/written", {"text": HALF + "?"})
    arabic = await browser.post("/sv/chat/press", {"code": "lang:ar", "text": HALF})

    assert [page.box for page in (answered, asked_status, written, arabic)] == [HALF, HALF + "!", HALF + "?", HALF]
    assert arabic.url.startswith("/ar/chat")


async def test_every_button_of_the_chat_but_the_quick_exit_sends_the_box_along(site: Site) -> None:
    _, page = await asked(site)

    for act in ("press", "command", "close", "written"):
        buttons = re.findall(rf'<button[^>]*formaction="/sv/chat/{act}"[^>]*>', page.text)
        assert buttons and all('form="say"' in button for button in buttons), act
    assert 'formaction="/sv/chat/leave"' not in page.text


async def test_words_that_were_sent_are_not_unsent_any_more_whichever_comes_first(site: Site) -> None:
    browser, _ = await asked(site)

    await browser.post("/sv/chat/draft", {"text": HALF, "client_msg_id": "number-0001"})
    sent = await browser.says(HALF, client_msg_id="number-0001")
    await browser.post("/sv/chat/draft", {"text": HALF, "client_msg_id": "number-0001"})  # the beacon came late

    assert sent.box == "" and HALF in sent.words
    assert (await browser.get("/sv/chat")).box == ""
    assert (await table(site.service, "SELECT draft FROM web_sessions"))[0].draft is None


async def test_unsent_text_is_gone_after_half_an_hour(site: Site) -> None:
    browser, _ = await asked(site, "own")
    await browser.post("/sv/chat/draft", {"text": HALF})

    clock.move(timedelta(minutes=31))
    page = await browser.get("/sv/chat")
    await rounds(site)

    assert QUESTION in page.words and page.box == ""
    assert (await table(site.service, "SELECT draft FROM web_sessions"))[0].draft is None


async def test_nobody_reads_what_was_not_sent(site: Site) -> None:
    browser, _ = await asked(site)
    await browser.post("/sv/chat/draft", {"text": HALF})
    desk = await site.desk_of(await builders.volunteer(site.service))
    case_id = (await table(site.service, "SELECT id FROM cases"))[0][0]

    pages = [await desk.get("/desk"), await desk.post(f"/desk/cases/{case_id}/claim")]
    pages.append(await desk.get(f"/desk/cases/{case_id}"))

    assert QUESTION in pages[-1].words
    assert all("hyresvärd" not in page.words for page in pages)
    assert await table(site.service, "SELECT id FROM messages WHERE author_id IS NOT NULL") == []
    assert len(await table(site.service, "SELECT id FROM messages")) == 1


@pytest.mark.parametrize("language", list(Language))
async def test_the_privacy_text_says_what_happens_to_unsent_text_on_the_web_alone(site: Site, language: str) -> None:
    words, facts = site.service.words(language), site.service.facts(clock.now())

    page = await site.browser().get(f"/{language}/privacy")
    on_telegram = privacy_text(words, facts, channel=Channel.TELEGRAM)

    assert words("privacy_unsent") in page.words and "30" in words("privacy_unsent")
    assert words("privacy_unsent") not in on_telegram


async def test_the_quick_exit_ends_what_was_kept(site: Site) -> None:
    browser, _ = await asked(site)
    await browser.post("/sv/chat/draft", {"text": HALF})

    await browser.post("/sv/chat/leave", {"quickly": "1"}, allow_redirects=False)

    assert await table(site.service, "SELECT id FROM web_sessions") == []


# Refusals.


async def refused_by(monkeypatch: pytest.MonkeyPatch, site: Site, status: int) -> None:
    """The next act is refused with this status."""
    if status == 429:
        monkeypatch.setattr("handlers.web.frame.limits.Limits.allows_login", lambda *_: False)
        return
    refusal = {503: Unavailable, 500: ZeroDivisionError}[status]

    async def refuses(*_: object, **__: object) -> None:
        raise refusal

    monkeypatch.setattr("handlers.web.chat.chat.converse.receive", refuses)


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("act", ["say", "press", "command"])
async def test_a_refused_act_shows_the_reason_and_the_text_without_a_script(
    site: Site, monkeypatch: pytest.MonkeyPatch, act: str, status: int
) -> None:
    browser, _ = await asked(site)
    form = {"say": {}, "press": {"code": "tap:category:housing"}, "command": {"name": "status"}}[act]
    await refused_by(monkeypatch, site, status)

    page = await browser.post(f"/sv/chat/{act}", {"text": HALF, "client_msg_id": "number-0001"} | form)

    assert page.status == status
    assert page.box == HALF
    assert re.search("Något gick fel|Tjänsten har problem|För många", page.words)


async def test_words_refused_without_a_script_are_there_when_the_address_is_opened_anew(site: Site) -> None:
    browser, _ = await asked(site)

    refused = await browser.says("x" * 12_001)
    again = await browser.get("/sv/chat/say")

    assert refused.status == 422
    assert again.status == 200 and again.url == "/sv/chat"
    assert again.box == refused.box == "x" * 12_001


@pytest.mark.parametrize("act", ACTS_ALONE)
async def test_the_address_of_an_act_leads_to_the_chat(site: Site, act: str) -> None:
    browser, _ = await asked(site)

    page = await browser.get(f"/sv/chat/{act}")

    assert (page.status, page.url) == (200, "/sv/chat")
    assert QUESTION in page.words


async def test_what_was_typed_is_never_echoed_to_another_site(site: Site) -> None:
    browser, _ = await asked(site)

    page = await browser.post("/sv/chat/say", {"text": HALF}, headers={"Origin": "https://evil.example"})
    unsent = await browser.get("/sv/chat")
    await browser.post("/sv/chat/say", {"text": HALF})

    assert page.status == 403 and HALF not in page.words and page.box == ""
    assert HALF not in unsent.text and HALF in (await browser.get("/sv/chat")).words


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/sv/back", {"code": "4729135", "secret": "00000000"}, 422),
        ("/sv/chat/secret", {"secret": "00000000"}, 422),
        ("/sv/chat/say", {"text": " "}, 422),
    ],
)
async def test_our_script_is_told_why_an_act_is_refused(site: Site, path: str, form: dict, status: int) -> None:
    browser, _ = await asked(site)

    answer = await browser.post(path, form, headers=JSON)

    assert answer.status == status
    assert re.search(r'"text": "[^"]{10,}"', answer.text) and "00000000" not in answer.text


@pytest.mark.parametrize("answer", ["shared", "no"])
async def test_our_script_is_told_where_consent_leads(site: Site, answer: str) -> None:
    browser = site.browser()

    told = await browser.post("/sv/chat/consent", {"answer": answer}, headers=JSON)

    assert told.status == 200 and f'"to": "/sv/chat{"/no" if answer == "no" else ""}"' in told.text


# The end of a login.


async def test_who_has_numbers_is_told_to_come_back_with_them(site: Site) -> None:
    browser, _ = await asked(site)
    clock.move(timedelta(minutes=31))

    page = await browser.get("/sv/chat")

    assert page.status == 404
    assert "ditt ärendenummer och ditt hemliga nummer" in page.words
    assert "Text som du inte hade skickat är inte sparad" in page.words


async def test_who_never_had_numbers_is_not_told_to_come_back_with_them(site: Site) -> None:
    browser = site.browser()
    await browser.agrees()
    clock.move(timedelta(minutes=31))

    script = await browser.post("/sv/chat/here", headers=JSON | {"X-Radrum-Live": "1"})
    page = await browser.get("/sv/chat")

    for told in (json.loads(script.text)["text"], page.words):
        assert "borta ett tag" in told and "hemliga nummer" not in told
        assert "Du hade inget ärende hos oss än" in told
    assert page.text.index('href="/sv/chat"') < page.text.index('href="/sv/back"')


async def test_who_opened_the_chat_elsewhere_is_not_told_to_have_been_away(site: Site) -> None:
    here, receipt = await asked(site)
    there = site.browser()
    await there.post("/sv/back", {"code": code_in(receipt), "secret": secret_in(receipt)})

    page = await here.get("/sv/chat")

    assert page.status == 404 and "borta" not in page.words
    assert "Chatten är stängd här" in page.words


async def test_a_case_closed_long_ago_is_not_offered_to_come_back_to(site: Site) -> None:
    browser, _ = await asked(site, "own")
    await browser.stops()
    clock.move(timedelta(days=15))

    page = await browser.get("/sv/chat")

    assert page.status == 404
    assert "mer än 14 dagar sedan" in page.words and "hemliga nummer" not in page.words


@pytest.mark.parametrize("path", ["/sv/chat/delete", "/sv/chat/secret"])
async def test_going_back_after_everything_was_deleted_says_so_and_offers_a_new_question(site: Site, path: str) -> None:
    browser, _ = await asked(site)
    await browser.get(path)
    await browser.deletes()

    page = await browser.get(path)

    assert "Du har varit borta" not in page.words
    assert "Har du raderat allt är det borta" in page.words
    assert 'href="/sv/chat" class="button"' in page.text


async def test_words_sent_after_the_end_are_shown_to_whoever_sent_them(site: Site) -> None:
    browser, _ = await asked(site)
    client_msg_id = (await browser.get("/sv/chat")).hidden("client_msg_id")
    clock.move(timedelta(minutes=31))

    page = await browser.says(HALF, client_msg_id=client_msg_id)

    assert page.status == 404
    assert page.box == HALF and "Den här texten skickades inte" in page.words
    assert QUESTION not in page.words and "är inte sparad" not in page.words
    assert SITE_COOKIE not in browser.cookies


async def test_somebody_who_only_looks_whether_it_has_ended_leaves_the_telling_to_the_page(site: Site) -> None:
    browser, _ = await asked(site)
    clock.move(timedelta(minutes=31))

    async with browser.http.head(site.base + "/sv/chat", headers={"X-Radrum-Live": "1"}) as looked:
        status = looked.status
    page = await browser.get("/sv/chat")

    assert status == 404
    assert "borta ett tag" in page.words


async def test_the_page_of_a_closed_chat_claims_no_numbers(site: Site) -> None:
    browser = site.browser()
    await browser.agrees()

    page = await browser.post("/sv/chat/close")

    assert page.url == "/sv/closed"
    assert 'href="/sv/chat"' in page.text and "Ställ en fråga" in page.words


async def test_whoever_is_there_stays_there(site: Site) -> None:
    browser, _ = await asked(site)

    alive = []
    for _ in range(3):
        clock.move(timedelta(minutes=29))
        alive.append((await browser.post("/sv/chat/here", {"text": HALF}, headers=JSON)).status)
    page = await browser.get("/sv/chat")

    assert alive == [200, 200, 200]
    assert QUESTION in page.words and page.box == ""


# The secret number.


async def test_the_numbers_stay_over_answers_and_reloads_until_they_are_written_down(site: Site) -> None:
    browser, receipt = await asked(site)
    secret = secret_in(receipt)

    pages = [await browser.post("/sv/chat/press", {"code": code}) for code in ("tap:category:housing", "stop_asking")]
    pages += [await browser.says("En sak till"), await browser.get("/sv/chat")]
    after = await browser.post("/sv/chat/written")

    assert secret and all(secret_in(page) == secret for page in pages)
    assert "tills du har skrivit upp det" in receipt.words
    assert secret_in(after) == "" and after.url.startswith("/sv/chat")
    assert secret_in(await browser.get("/sv/chat")) == ""


async def test_before_there_is_a_case_no_number_is_shown(site: Site) -> None:
    browser = site.browser()

    page = await browser.agrees()

    assert secret_in(page) == ""


async def test_only_an_own_device_offers_to_copy_the_numbers(site: Site) -> None:
    _, on_shared = await asked(site)
    _, on_own = await asked(site, "own")

    assert ("data-copied" in on_shared.text, "data-copied" in on_own.text) == (False, True)


async def test_on_a_shared_device_a_new_secret_needs_the_old_one(site: Site) -> None:
    browser, receipt = await asked(site)
    old = secret_in(receipt)
    await browser.post("/sv/chat/written")
    wrong = "0000 0000" if old != "0000 0000" else "1111 1111"

    form = await browser.get("/sv/chat/secret")
    without = await browser.post("/sv/chat/secret", {})
    refused = await browser.post("/sv/chat/secret", {"secret": wrong})
    made = await browser.post("/sv/chat/secret", {"secret": old})

    assert 'name="secret"' in form.text
    assert [page.status for page in (without, refused, made)] == [422, 422, 200]
    assert "Det är inte ditt hemliga nummer" in refused.words and wrong not in refused.text
    new = secret_in(made)
    assert new and new != old
    assert "Ett nytt hemligt nummer har skapats" in made.words
    assert [(await opens(site, receipt, secret)) for secret in (old, new)] == [False, True]


async def opens(site: Site, receipt: Page, secret: str) -> bool:
    page = await site.browser().post("/sv/back", {"code": code_in(receipt), "secret": secret})
    return page.url == "/sv/chat"


async def test_on_an_own_device_a_new_secret_needs_no_old_one(site: Site) -> None:
    browser, receipt = await asked(site, "own")

    form = await browser.get("/sv/chat/secret")
    made = await browser.post("/sv/chat/secret", {})

    assert 'name="secret"' not in form.text
    assert secret_in(made) not in ("", secret_in(receipt))


async def test_an_own_device_makes_only_so_many_new_secrets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.web.chat.secret.NEW_SECRETS", RateLimitItemPerHour(2, namespace="few"))
    browser, _ = await asked(site, "own")

    pages = [await browser.post("/sv/chat/secret", {}) for _ in range(3)]
    kept = secret_in(await browser.get("/sv/chat"))

    assert [page.status for page in pages] == [200, 200, 429]
    assert NEW_SECRETS.amount == 10
    assert kept == secret_in(pages[1]) != secret_in(pages[0])


async def test_wrong_tries_for_a_new_secret_are_five_and_shut_no_other_door(site: Site) -> None:
    browser, receipt = await asked(site)
    old = secret_in(receipt)
    wrong = "0000 0000" if old != "0000 0000" else "1111 1111"

    for _ in range(5):
        await browser.post("/sv/chat/secret", {"secret": wrong})
    right_but_late = await browser.post("/sv/chat/secret", {"secret": old})
    kept = secret_in(await browser.get("/sv/chat"))

    assert right_but_late.status == 429
    assert "15 minuter" in right_but_late.words
    assert kept == old
    assert await opens(site, receipt, old)


async def test_tries_at_the_door_hinder_nobody_whose_chat_is_open(site: Site) -> None:
    browser, receipt = await asked(site)
    async with site.service.store.work() as work:
        for _ in range(secret_door.MOST_GUESSES):
            await secret_door.count_guess(work, code_in(receipt).replace(" ", ""))

    made = await browser.post("/sv/chat/secret", {"secret": secret_in(receipt)})

    assert secret_in(made) not in ("", secret_in(receipt))
    assert await opens(site, receipt, secret_in(made))  # the tries were against the old one


async def test_who_has_no_case_yet_is_told_when_the_secret_comes(site: Site) -> None:
    browser = site.browser()
    await browser.agrees("sv", "own")

    page = await browser.post("/sv/chat/secret", {})
    await browser.says(QUESTION)
    secret = await browser.post("/sv/chat/secret", {})

    assert page.status == 422
    assert "när du har skickat din fråga" in page.words
    assert secret.status == 200 and secret_in(secret)


async def test_the_back_form_keeps_the_code_and_never_the_secret(site: Site) -> None:
    page = await site.browser().post("/sv/back", {"code": "472 913 5", "secret": "1234 5678"})

    assert page.status == 422
    assert 'value="4729135"' in page.text
    assert "12345678" not in page.text and "1234 5678" not in page.text


async def test_closing_the_chat_asks_while_the_numbers_are_not_written_down(site: Site) -> None:
    browser, _ = await asked(site)
    shown = await browser.get("/sv/chat")
    number = re.search(r"<strong>(\d{4} \d{4})</strong>", shown.text)

    question = await browser.post("/sv/chat/close")
    still = await browser.get("/sv/chat")
    closed = await browser.post("/sv/chat/close", {"sure": "1"})

    assert question.url == "/sv/chat/closing"
    assert site.service.words("sv")("web_close_numbers") in question.words and number and number[1] in question.words
    assert still.status == 200
    assert closed.url == "/sv/closed"


async def test_closing_the_chat_asks_nothing_of_who_has_the_numbers_or_needs_none(site: Site) -> None:
    written, _ = await asked(site)
    await written.post("/sv/chat/written")
    fresh = site.browser()
    await fresh.agrees()

    closed = [(await browser.post("/sv/chat/close")).url for browser in (written, fresh)]

    assert closed == ["/sv/closed", "/sv/closed"]
