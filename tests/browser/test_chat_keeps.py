"""The chat in a real browser keeps what was typed: over refusals, other pages and reloads, until the login ends.

The page's clock is Playwright's, the server's is the product's: neither waits for the other, and nothing sleeps.
"""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Request, Response, Route, expect
from sqlalchemy import delete

from bot.engine import clock
from bot.telling.rounds import Rounds
from models.people import WebLogin
from tests import builders
from tests.browser.test_web_pages import (
    barriers,
    eventually_logins,
    in_chat,
    page_of,
    put_in_background,
    says,
    stored_in,
)
from tests.builders import table
from tests.channels.web_fixtures import Site

QUESTION = "Vad gäller för mig?"
HALF = "Min hyresvärd & jag + katten säger 100 %"
REASON = "Just det här gick inte"
STATUSES = (403, 404, 409, 422, 429, 500, 503)
NO_NETWORK = 0

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asked(
    chromium: Browser, site: Site, device: str = "shared", *, hears: bool = True, **options: object
) -> Page:
    """A page of a newcomer who has asked a question. Its clock stands still but for what a test lets pass.

    `hears`: it has a live socket, so that it learns of everything by itself.
    """
    page = await page_of(chromium, **options)
    await page.clock.install()
    if not hears:
        await page.route_web_socket("**/chat/live", lambda socket: socket.close())
    await in_chat(page, site, "sv", device)
    await says(page, QUESTION)
    await expect(page.locator(".receipt")).to_be_visible()
    await expect(page.locator("#text")).to_have_value("")
    return page


async def types(page: Page, text: str = HALF) -> None:
    await page.locator("#text").press_sequentially(text)


def heard(page: Page, ending: str) -> list[str]:
    """The bodies of what the page has posted to an address with this ending, from now on."""
    posted: list[str] = []

    def note(one: Request) -> None:
        if one.method == "POST" and one.url.endswith(ending):
            posted.append(one.post_data or "")

    page.on("request", note)
    return posted


def is_kept(response: Response) -> bool:
    """Whether this answers that the text was kept."""
    return response.request.method == "POST" and response.url.endswith("/draft")


def refuses(status: int) -> Callable[[Route], object]:
    """A server, or a net, that takes no act."""

    async def answer(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
        elif status == NO_NETWORK:
            await route.abort("internetdisconnected")
        else:
            told = {"ok": False, "error": "some_reason", "text": REASON}
            await route.fulfill(status=status, body=json.dumps(told), content_type="application/json")

    return answer


async def two_seconds(page: Page) -> None:
    await page.clock.run_for(2_000)


async def press_menu(page: Page, selector: str) -> None:
    await page.locator(f"details.drop:has({selector}) summary").click()
    await page.click(selector)


PRESSES = {
    "say": lambda page: page.click("#say [type=submit]:visible"),
    "press": lambda page: page.locator(".choices button").first.click(),
    "press, a language": lambda page: press_menu(page, "button[value='lang:ar']"),
    "command": lambda page: press_menu(page, "button[value=status]"),
    "command, stop": lambda page: press_menu(page, "button[value=stop]"),
    "close": lambda page: press_menu(page, "button[formaction$='/close']"),
    "written": lambda page: page.click("#numbers button[type=submit]"),
}


async def the_text_and_the_reason_are_there(page: Page, status: int) -> None:
    await expect(page.locator("#text")).to_have_value(HALF)
    told = page.locator("#error:visible, #status:not(:empty)")
    await expect(told.first).to_contain_text("Ingen anslutning" if status == NO_NETWORK else REASON)
    assert page.url.startswith(f"{page.url.split('/sv/')[0]}/sv/chat")


async def test_a_refused_act_of_the_chat_leaves_the_text_and_says_why(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    await types(page)

    for act, presses in PRESSES.items():
        address = f"**/chat/{act.partition(',')[0]}"
        await page.route(address, refuses(422))
        await presses(page)
        await two_seconds(page)
        await the_text_and_the_reason_are_there(page, 422)
        await page.unroute(address)
        await page.reload()  # and the address can be opened anew
        await expect(page.locator("#text")).to_have_value(HALF)
        await expect(page.locator("#log")).to_contain_text(QUESTION)


@pytest.mark.parametrize("act", ["say", "close"])
async def test_whatever_refuses_an_act_of_the_chat_the_text_stays(site: Site, chromium: Browser, act: str) -> None:
    page = await asked(chromium, site)
    await types(page)

    for status in (*STATUSES, NO_NETWORK):
        await page.route(f"**/chat/{act}", refuses(status))
        await PRESSES[act](page)
        await two_seconds(page)
        await the_text_and_the_reason_are_there(page, status)
        await page.unroute(f"**/chat/{act}")
        if status != NO_NETWORK:  # what waits for a connection would be sent by the next one
            assert (await page.goto(f"{site.base}/sv/chat/{act}")).status == 200
            await expect(page.locator("#text")).to_have_value(HALF)


@pytest.mark.parametrize("name", ["consent", "back", "delete", "secret"])
async def test_whatever_refuses_the_act_of_a_page_its_form_stays_and_says_why(
    site: Site, chromium: Browser, name: str
) -> None:
    is_inside = name in ("delete", "secret")
    page = await asked(chromium, site) if is_inside else await page_of(chromium)
    if is_inside:
        await types(page)
    address = site.base + {"consent": "/sv/chat", "back": "/sv/back"}.get(name, f"/sv/chat/{name}")
    await page.goto(address)
    fields = page.locator("[data-act] input:not([type=radio], [type=hidden])")

    for status in (*STATUSES, NO_NETWORK):
        for field in await fields.all():
            await field.fill("1234567")
        await page.route(f"**/{name}", refuses(status))
        await page.click("[data-act] button")
        await expect(page.locator("[role=alert]")).to_contain_text("Ingen anslutning" if not status else REASON)
        if is_inside:
            await two_seconds(page)
        assert {await field.input_value() for field in await fields.all()} <= {"1234567"}
        assert page.url == address
        await page.unroute(f"**/{name}")
        assert (await page.reload()).status == 200
    if is_inside:
        await page.goto(f"{site.base}/sv/chat")
        await expect(page.locator("#text")).to_have_value(HALF)


async def test_a_gateway_that_answers_with_a_page_of_its_own_is_a_refusal_too(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    await types(page)
    await page.route("**/chat/press", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))

    await PRESSES["press"](page)
    await two_seconds(page)

    await expect(page.locator("#error")).to_contain_text("Något gick fel")
    await expect(page.locator("#text")).to_have_value(HALF)


# Another page, another language, the same page anew.


async def goes_to_the_hours(page: Page) -> None:
    await page.locator("details.drop summary").first.click()
    await page.click("a[href$='/hours']")
    await page.wait_for_url("**/hours")
    await page.goto(page.url.removesuffix("/hours") + "/chat")


async def changes_the_language(page: Page) -> None:
    await press_menu(page, "button[value='lang:uk']")
    await page.wait_for_url("**/uk/chat")


async def reloads(page: Page) -> None:
    await page.reload()


async def goes_and_presses_back(page: Page) -> None:
    await page.locator("details.drop summary").first.click()
    await page.click("a[href$='/privacy']")
    await page.wait_for_url("**/privacy")
    await page.go_back()


@pytest.mark.parametrize("leaves", [goes_to_the_hours, changes_the_language, reloads, goes_and_presses_back])
@pytest.mark.parametrize("device", ["shared", "own"])
async def test_half_a_sentence_is_there_again(site: Site, chromium: Browser, leaves: Callable, device: str) -> None:
    page = await asked(chromium, site, device)
    posted = heard(page, "/draft")
    await types(page)
    while_typing = list(posted)

    await leaves(page)

    await expect(page.locator("#text")).to_have_value(HALF)
    assert while_typing == []
    assert (await stored_in(page) == []) == (device == "shared")


async def test_the_text_is_posted_when_the_page_is_hidden_and_only_then(site: Site, chromium: Browser) -> None:
    shared, own = await asked(chromium, site), await asked(chromium, site, "own")
    by_shared, by_own = heard(shared, "/draft"), heard(own, "/draft")
    for page in (shared, own):
        await types(page)
    while_typing = [*by_shared, *by_own]

    async with shared.expect_response(is_kept):
        await put_in_background(shared, hidden=True)
    await put_in_background(own, hidden=True)

    assert while_typing == []
    assert (len(by_shared), len(by_own)) == (1, 0)


async def test_a_long_arabic_text_is_kept_as_well(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    text = "سؤال طويل جدًا\n" * 800  # 12 000 characters: too much for a beacon, were each letter written as six
    await page.fill("#text", text)

    await page.reload()

    await expect(page.locator("#text")).to_have_value(text)


async def test_without_a_connection_a_link_does_not_lead_away_from_half_a_sentence(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site)
    await types(page)
    await page.context.set_offline(True)

    await page.locator("details.drop summary").first.click()
    await page.click("a[href$='/hours']")

    await expect(page.locator("#error")).to_contain_text("Ingen anslutning")
    await expect(page.locator("#text")).to_have_value(HALF)


async def test_words_that_were_sent_are_not_in_the_box_again(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    await types(page)
    await page.reload()
    await expect(page.locator("#text")).to_have_value(HALF)

    await page.click("#say [type=submit]:visible")
    await expect(page.locator("#log")).to_contain_text(HALF)
    await page.reload()

    await expect(page.locator(".bubble.own")).to_have_count(2)
    await two_seconds(page)
    await expect(page.locator("#text")).to_have_value("")


async def test_the_draft_is_gone_after_half_an_hour(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    await types(page)
    async with page.expect_response(is_kept):
        await put_in_background(page, hidden=True)
    kept = await table(site.service, "SELECT draft FROM web_sessions")

    clock.move(timedelta(minutes=31))
    rounds = Rounds(site.service)
    while await rounds.do_one():
        pass

    left = await table(site.service, "SELECT draft, secret FROM web_sessions")
    assert kept[0].draft is not None
    assert (left[0].draft, left[0].secret) == (None, None)


@pytest.mark.parametrize("how", ["button", "shift"])
async def test_the_quick_exit_posts_nothing_and_leaves_nothing_anywhere(
    site: Site, chromium: Browser, how: str
) -> None:
    page = await asked(chromium, site)
    await page.context.route("https://www.smhi.se/**", lambda route: route.fulfill(body="Regn"))
    posted, left = heard(page, "/draft"), heard(page, "/leave")
    await types(page)

    if how == "button":
        await page.click(".exit button")
    else:
        for _ in range(3):
            await page.keyboard.press("Shift")
    await page.wait_for_url("https://www.smhi.se/**")

    assert posted == [] and len(left) == 1
    assert await eventually_logins(site) == []
    await page.goto(f"{site.base}/sv/chat")
    assert HALF not in await page.content() and QUESTION not in await page.content()
    assert await stored_in(page) == []


# Being there.


async def minutes_pass(page: Page, minutes: float) -> None:
    """On the server's clock and on the page's."""
    clock.move(timedelta(minutes=minutes))
    await page.clock.run_for(int(minutes * 60_000))


async def test_who_types_for_an_hour_has_not_been_away(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    told, posted = heard(page, "/here"), heard(page, "/draft")

    for _ in range(15):
        await minutes_pass(page, 4)
        async with page.expect_response("**/chat/here"):
            await page.locator("#text").press_sequentially("ord ")

    await expect(page.locator("#ending")).to_be_hidden()
    await expect(page.locator("#log")).to_contain_text(QUESTION)
    await expect(page.locator("#text")).to_have_value("ord " * 15)
    assert len(told) == 15 and not any("ord" in body for body in told) and posted == []


async def test_of_many_letters_within_a_few_minutes_the_server_is_told_once_at_most(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site)
    told = heard(page, "/here")

    await types(page)
    await minutes_pass(page, 3.5)
    async with page.expect_response("**/chat/here"):
        await types(page, "a")
    await types(page, " och mycket mer")

    assert len(told) == 1


async def test_five_minutes_before_the_end_the_page_says_so_and_one_press_stays(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)

    await minutes_pass(page, 23)
    before = await page.locator("#ending").is_visible()
    await minutes_pass(page, 2.2)
    await expect(page.locator("#ending")).to_contain_text("om 5 minuter")
    found = await barriers(page)
    await minutes_pass(page, 1)
    await expect(page.locator("#ending")).to_contain_text("om 4 minuter")
    async with page.expect_response("**/chat/here"):
        await page.click("#stay")
    await expect(page.locator("#ending")).to_be_hidden()
    await minutes_pass(page, 20)

    assert not before and found == []
    await page.reload()
    await expect(page.locator("#log")).to_contain_text(QUESTION)


async def test_an_own_device_has_no_such_end(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site, "own")

    await minutes_pass(page, 120)

    await expect(page.locator("#ending")).to_be_hidden()
    await expect(page.locator("#log")).to_contain_text(QUESTION)


async def test_who_has_been_away_leaves_nothing_on_the_screen_and_the_page_says_why(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site)
    await types(page)

    await minutes_pass(page, 31)

    await expect(page.locator("h1")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Du har varit borta ett tag")
    await expect(page.locator("main")).to_contain_text("Text som du inte hade skickat är inte sparad")
    assert QUESTION not in await page.inner_text("body") and HALF not in await page.inner_text("body")


async def test_who_is_writing_when_the_login_ends_keeps_the_words_and_not_the_conversation(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site, hears=False)
    await types(page)
    async with site.service.store.work() as work:
        await work.db.execute(delete(WebLogin))

    await page.click("#say [type=submit]:visible")

    await expect(page.locator("#error")).to_contain_text("Chatten är stängd här")
    await expect(page.locator("#over")).to_contain_text("Den här texten skickades inte")
    await expect(page.locator("#text")).to_have_value(HALF)
    assert QUESTION not in await page.inner_text("body")
    await page.clock.run_for(6 * 60_000)
    await expect(page.locator("[data-act]")).to_be_visible()
    assert HALF not in await page.content()


async def test_without_a_script_words_that_came_too_late_are_shown_on_a_page_without_barriers(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site)
    await types(page)
    async with site.service.store.work() as work:
        await work.db.execute(delete(WebLogin))

    await page.evaluate("document.getElementById('say').submit()")  # as a form sends itself, past our script
    await page.wait_for_selector("#typed")

    assert await page.input_value("#typed") == HALF
    assert await barriers(page) == []


# The secret number.


@pytest.mark.parametrize("how", ["no script", "no socket"])
async def test_the_numbers_stay_until_they_are_written_down(site: Site, chromium: Browser, how: str) -> None:
    page = await page_of(chromium, java_script_enabled=how != "no script")
    if how == "no socket":
        await page.route_web_socket("**/chat/live", lambda socket: socket.close())
    await in_chat(page, site, "sv")
    await says(page, QUESTION)
    numbers = page.locator(".numbers")
    secret = await numbers.locator("strong").last.text_content()

    for _ in range(2):
        question = await page.locator(".choices").last.text_content()
        await page.locator(".choices button").first.click()
        await expect(page.locator(".choices").last).not_to_have_text(question or "")
    await expect(numbers).to_contain_text(secret or "?")
    await numbers.locator("button[type=submit]").click()

    await expect(numbers).to_have_count(0)
    again = await page.context.new_page()  # the first one, without a socket, comes again by itself at any moment
    await again.goto(f"{site.base}/sv/chat")
    await expect(again.locator(".receipt")).to_be_visible()
    await expect(again.locator(".numbers")).to_have_count(0)


async def test_the_numbers_come_live_and_can_be_copied_on_an_own_device_alone(site: Site, chromium: Browser) -> None:
    shared, own = await asked(chromium, site), await asked(chromium, site, "own")
    await own.context.grant_permissions(["clipboard-read", "clipboard-write"])
    numbers = own.locator("#numbers strong")

    await own.click("#numbers [data-copied]")
    await expect(own.locator("#status")).to_contain_text("kopierade")
    copied = await own.evaluate("navigator.clipboard.readText()")
    found = await barriers(own)

    assert copied.split("\n") == [await numbers.first.text_content(), await numbers.last.text_content()]
    await expect(shared.locator("#numbers strong")).to_have_count(2)
    await expect(shared.locator("#numbers [data-copied]")).to_have_count(0)
    assert found == []


async def test_on_a_shared_device_a_new_secret_needs_the_old_one_and_is_said_in_the_chat(
    site: Site, chromium: Browser
) -> None:
    page = await asked(chromium, site)
    old = await page.locator("#numbers strong").last.text_content() or ""
    await page.locator("details.drop summary").first.click()
    await page.click("a[href$='/chat/secret']")
    found = await barriers(page)

    await page.fill("#secret", "00000000" if old != "0000 0000" else "11111111")
    await page.click("[data-act] button")
    await expect(page.locator("#error")).to_contain_text("inte ditt hemliga nummer")
    await page.fill("#secret", old)
    await page.click("[data-act] button")
    await page.wait_for_selector("#numbers .numbers")

    new = await page.locator("#numbers strong").last.text_content()
    assert new != old and found == []
    await expect(page.locator("#log")).to_contain_text("Ett nytt hemligt nummer har skapats")


async def test_an_act_whose_answer_is_lost_is_not_said_to_be_undone(site: Site, chromium: Browser) -> None:
    async def lost(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            await route.abort("connectionreset")
        else:
            await route.continue_()

    page = await asked(chromium, site)
    await page.goto(f"{site.base}/sv/chat/delete")
    await page.route("**/chat/delete", lost)

    await page.click("main [type=submit]")

    await expect(page.locator("[role=alert]")).to_have_text("Ingen anslutning. Det kanske inte kom fram. Försök igen.")
    assert await table(site.service, "SELECT id FROM messages") == []


async def test_back_after_deleting_everything_offers_a_new_question(site: Site, chromium: Browser) -> None:
    page = await asked(chromium, site)
    await page.goto(f"{site.base}/sv/chat/delete")
    await page.click("[data-act] button")
    await page.wait_for_url("**/sv/deleted")

    await page.go_back()

    await expect(page.locator("main")).not_to_contain_text("borta ett tag")
    await expect(page.locator("[data-act], main a[href$='/sv/chat']").first).to_be_visible()


async def test_an_open_page_shows_no_longer_what_its_last_day_has_deleted(chromium: Browser, site: Site) -> None:
    page = await asked(chromium, site, "own")
    await types(page)
    title = await page.title()
    clock.move(timedelta(days=30))

    await builders.purge(site.service)

    words = site.service.words("sv")
    await expect(page.locator("#log")).to_contain_text(words("case_ended_again"))
    await expect(page.locator("#log")).not_to_contain_text(QUESTION)
    await expect(page.locator("#log .bubble")).to_have_count(1)
    await expect(page.locator("#text")).to_have_value(HALF)
    assert await page.title() == title
