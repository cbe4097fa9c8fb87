"""What is typed at the desk stays on the page, whatever becomes of the act, the case, the network or the time."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.cases import closing, drafts
from bot.engine import clock
from bot.people import logins
from bot.privacy import erasing
from bot.volunteers import leaving
from tests import builders
from tests.browser.test_web_pages import DESKTOP, NARROWEST, PHONE, at_desk, barriers, claims, page_of
from tests.builders import Newcomer, Staff, acting, table
from tests.cases.test_drafts import stored
from tests.channels.hours_fixtures import LIBRARY, LINERO, open_office
from tests.channels.web_fixtures import Site

THEIRS = "Hyresvärden säger upp mig"
HALF = "Du har tre veckor på dig, och du kan"
WHY = "Skälet står här."
STATUSES = (403, 404, 409, 422, 429, 500, 503, None)  # None: no network
OPEN = 0
NO_NETWORK = "Ingen anslutning, så det kanske inte kom fram. Det du har skrivit finns kvar här. Försök igen."
TWO_SECONDS = 2_000
MINUTE = 60_000

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def timed_page(chromium: Browser, **options: object) -> Page:
    """A page whose clock the test moves."""
    page = await page_of(chromium, **({"viewport": DESKTOP, "locale": "sv-SE"} | options))
    await page.clock.install()
    return page


async def in_case(chromium: Browser, site: Site, staff: Staff) -> tuple[Page, Newcomer]:
    """A volunteer's page of a case they have claimed, live."""
    asker = await builders.web_case_of(site.service, THEIRS)
    page = await timed_page(chromium)
    await at_desk(page, site, staff)
    await claims(page, site)
    return page, asker


async def half_written(page: Page) -> None:
    """A reply, and a closing sheet, neither of them finished."""
    await page.fill("#text", HALF)
    await page.evaluate("document.querySelectorAll('.panel, .instead').forEach((one) => { one.open = true; })")
    await page.select_option("#category", "housing")
    await page.check("[name=organisation][value=company]")
    await page.check("[name=outcome][value=referred]")


async def filled_in(page: Page) -> dict[str, object]:
    """Everything that is filled in on the page and open on it."""
    return await page.evaluate(
        """() => ({
            fields: [...document.querySelectorAll("main textarea, main select, main input:not([type=hidden])")]
                .map((field) => field.type === "checkbox" || field.type === "radio" ? field.checked : field.value),
            open: [...document.querySelectorAll("main details")].map((details) => details.open),
        })"""
    )


# Every act, refused in every way


@dataclass(frozen=True)
class Act:
    """A button of the desk: where it is, and where it sends."""

    button: str
    sends_to: str
    menu: bool = False


OF_ALL = (
    Act("[action='/desk/language'] [value=en]", "**/desk/language", menu=True),
    Act("[action='/desk/logout'] button", "**/desk/logout", menu=True),
    Act("[action='/desk/end-all'] button", "**/desk/end-all", menu=True),
)
OF_THE_CASE = (
    Act(".reply button", "**/reply"),
    Act(".panel [formaction$='/close']", "**/close"),
    Act(".panel [formaction$='/not-advice']", "**/not-advice"),
    Act(".side [formaction$='/release']", "**/release"),
)
OF_THE_DESK = (Act("#queue button", "**/claim"), Act("#notices button", "**/put-away"))


class Edge:
    """The network's edge: what it answers in our server's place, worded as our server words it.

    `status`: None: there is no network. `OPEN`: our server answers. `page`: what is answered is somebody else's.
    It stays in place for as long as the page does.
    """

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.page = ""

    async def answer(self, route: Route) -> None:
        if self.status == OPEN:
            await route.continue_()
        elif self.status is None:
            await route.abort("internetdisconnected")
        elif self.page:
            await route.fulfill(status=self.status, content_type="text/html", body=self.page)
        else:
            told = json.dumps({"ok": False, "error": "some_code", "text": WHY})
            await route.fulfill(status=self.status, content_type="application/json", body=told)


async def edge_of(page: Page, addresses: str, status: int | None = OPEN) -> Edge:
    edge = Edge(status)
    await page.route(addresses, edge.answer)
    return edge


async def keeps_everything(page: Page, act: Act, *statuses: int | None) -> None:
    """The act is refused, two seconds pass, and all is there, with the reason; the address can be loaded again."""
    edge = await edge_of(page, act.sends_to)
    for edge.status in statuses:
        before, address = await filled_in(page), page.url
        if act.menu:
            await page.click(".drop summary")
        await page.click(act.button)
        reason = page.locator("#error")
        await expect(reason).to_have_text(WHY if edge.status else NO_NETWORK)
        await page.clock.run_for(TWO_SECONDS)

        await expect(reason).to_be_visible()
        assert await filled_in(page) == before, (act, edge.status)
        assert page.url == address
        again = await page.context.request.get(address)
        assert (again.status, again.url) == (200, address)
        if act.menu:
            await page.keyboard.press("Escape")
    edge.status = OPEN


async def test_every_act_of_a_case_refused_leaves_the_page_as_it_was(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    await half_written(page)

    await keeps_everything(page, OF_THE_CASE[0], *STATUSES)
    for act in (*OF_THE_CASE[1:], *OF_ALL):
        await keeps_everything(page, act, 422, None)

    await expect(page.locator("#log")).to_contain_text(THEIRS)
    assert (await builders.case_row(asker)).status == "claimed"
    assert await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'") == []


async def test_every_act_of_the_desk_refused_leaves_the_page_as_it_was(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    await builders.web_case_of(site.service, THEIRS)
    page = await timed_page(chromium)
    await at_desk(page, site, amina)

    await keeps_everything(page, OF_THE_DESK[0], *STATUSES)
    for act in (OF_THE_DESK[1], *OF_ALL):
        await keeps_everything(page, act, 422, None)


HOURS_ACTS = {
    "/desk/hours": (
        Act("#form-close button", "**/desk/hours/propose"),
        Act("#form-place button", "**/desk/places"),
        Act(".latest form button", "**/undo"),
        OF_ALL[0],
    ),
    f"/desk/places/{LINERO}": (Act(".placeform button", f"**/desk/places/{LINERO}"),),
}


@pytest.mark.parametrize("where", HOURS_ACTS)
async def test_every_act_of_the_hours_and_places_refused_leaves_the_page_as_it_was(
    site: Site, chromium: Browser, where: str
) -> None:
    await open_office(site.service)
    page = await timed_page(chromium)
    await at_desk(page, site, await builders.coordinator(site.service))
    await page.goto(site.base + where)
    await page.evaluate("document.querySelectorAll('.panel').forEach((one) => one.removeAttribute('name'))")
    await page.evaluate("document.querySelectorAll('.panel').forEach((one) => { one.open = true; })")
    if where == "/desk/hours":
        await page.check(f"#form-close input[value={LIBRARY}]")
        await page.fill("#close-first", "2026-11-23")
        await page.fill("#new-name", "Lokalen på Linero")
    else:
        await page.fill("#address", "Nya gatan 1")
        await page.fill("#finding-ar", "المدخل من الساحة")

    first, *others = HOURS_ACTS[where]
    await keeps_everything(page, first, *STATUSES)
    for act in others:
        await keeps_everything(page, act, 422, None)


async def test_a_change_that_was_seen_can_be_loaded_again_and_its_refusal_stays(site: Site, chromium: Browser) -> None:
    await open_office(site.service)
    page = await timed_page(chromium)
    await at_desk(page, site, await builders.coordinator(site.service))
    await page.goto(f"{site.base}/desk/hours")
    await page.click("#form-close > summary")
    await page.check(f"#form-close input[value={LIBRARY}]")
    await page.fill("#close-first", "2026-11-23")
    await page.click("#form-close button")
    await page.wait_for_selector("form.publish")

    await page.reload()
    await keeps_everything(page, Act("form.publish button", "**/publish"), 409, 503, None)
    await page.click("form.publish button")

    await expect(page.locator(".told")).to_be_visible()


async def test_a_half_filled_form_is_not_left_by_a_slip_and_a_search_is(site: Site, chromium: Browser) -> None:
    await open_office(site.service)
    page = await timed_page(chromium)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept())[1])
    await at_desk(page, site, await builders.coordinator(site.service))

    await page.goto(f"{site.base}/desk/hours/history")
    await page.fill("#day", "2026-11-23")
    await page.click(".onday button")
    await page.wait_for_url("**/history?day=2026-11-23")
    after_a_search = list(asked)
    await page.goto(f"{site.base}/desk/places/{LINERO}")
    await page.fill("#address", "Nya gatan 1")
    await page.click("main a[href='/desk/hours']")
    await page.wait_for_url(site.base + "/desk/hours")

    assert (after_a_search, asked) == ([], ["beforeunload"])


async def test_an_answer_that_is_not_ours_is_no_answer(site: Site, chromium: Browser, amina: Staff) -> None:
    page, _ = await in_case(chromium, site, amina)
    edge = await edge_of(page, "**/reply")
    await page.fill("#text", HALF)

    for edge.status in (200, 404, 502):
        edge.page = "<h1>The library's network: log in</h1>"
        await page.click(".reply button")
        await expect(page.locator("#error")).to_contain_text("Det gick inte.")
        await page.clock.run_for(TWO_SECONDS)
        assert await page.input_value("#text") == HALF
    edge.status = OPEN
    await page.click(".reply button")

    await expect(page.locator(".bubble.own")).to_contain_text(HALF)
    assert await page.input_value("#text") == ""


# Real refusals


async def test_an_empty_and_a_too_long_reply_are_refused_beside_the_box(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, _ = await in_case(chromium, site, amina)

    for text, told in (("", "ingen text"), ("y" * 13_000, "12000")):
        await page.fill("#text", text)
        await page.click(".reply button")
        await expect(page.get_by_role("alert")).to_contain_text(told)
        await page.clock.run_for(TWO_SECONDS)
        await expect(page.get_by_role("alert")).to_contain_text(told)
        assert await page.input_value("#text") == text
    await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")
    await page.reload()

    assert await page.input_value("#text") == "y" * 13_000


async def test_newer_words_are_shown_and_the_sheet_is_still_open_and_filled_in(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    await half_written(page)
    await page.fill("#text", "")
    before = await filled_in(page)
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    await asker.says("Vänta, en sak till!")

    await page.click(".panel [formaction$='/close']")
    await expect(page.get_by_role("alert")).to_contain_text("har skrivit mer")
    await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#log")).to_contain_text("Vänta, en sak till!")
    await page.clock.run_for(TWO_SECONDS)

    await expect(page.get_by_role("alert")).to_contain_text("har skrivit mer")
    assert await filled_in(page) == before
    await page.click(".panel [formaction$='/close']")
    await page.wait_for_url(site.base + "/desk")
    closings = await table(site.service, "SELECT category, organisations, outcome FROM closings")
    assert [tuple(row) for row in closings] == [("housing", '["company"]', "referred")]


async def test_words_that_come_while_the_sheet_is_filled_in_must_be_on_the_screen_before_the_case_is_put_away(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    await page.set_viewport_size(PHONE)
    await page.click(".panel summary")
    close = page.locator(".panel [formaction$='/close']")
    await page.evaluate("document.querySelector('[name=organisation]').scrollIntoView({ behavior: 'instant' })")
    await expect(page.locator("#log")).not_to_be_in_viewport()
    await asker.says("Vänta, en sak till!")
    await expect(page.locator("#log")).to_contain_text("Vänta, en sak till!")

    await close.click()
    await expect(page.get_by_role("alert")).to_contain_text("har skrivit mer")
    assert (await builders.case_row(asker)).status == "claimed"
    await asker.says("Och en till!")
    news = page.locator("#log .bubble", has_text="Och en till!")
    await news.scroll_into_view_if_needed()
    await expect(news).to_be_in_viewport()
    ((newest,),) = await table(site.service, "SELECT MAX(seq) FROM messages")
    await expect(page.locator("#seen")).to_have_value(str(newest))
    await close.click()

    await page.wait_for_url(site.base + "/desk")
    assert (await builders.case_row(asker)).status == "closed"


async def test_a_claim_that_somebody_else_won_says_who_and_stays_said(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    asker = await builders.web_case_of(site.service, THEIRS)
    bo = await builders.volunteer(site.service, "Bo")
    page = await timed_page(chromium)
    async with page.expect_response(lambda one: one.request.resource_type == "fetch" and one.url.endswith("/desk")):
        await at_desk(page, site, amina)  # its first look is over: it shows the case from here on
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    await builders.claims(site.service, bo, asker)

    await page.click("#queue button")
    await expect(page.get_by_role("alert")).to_contain_text("tog ärende")
    await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#queue button")).to_have_count(0)
    await page.clock.run_for(TWO_SECONDS)

    await expect(page.get_by_role("alert")).to_contain_text("tog ärende")
    assert (await page.reload()).status == 200  # type: ignore[union-attr]


async def test_a_claim_off_shift_asks_on_a_page_of_its_own(site: Site, chromium: Browser) -> None:
    asker = await builders.web_case_of(site.service, THEIRS)
    page = await timed_page(chromium)
    await at_desk(page, site, await builders.volunteer(site.service, "Cia", on_shift=False))

    await page.click("#queue button")
    await page.wait_for_selector("[name=anyway]", state="attached")
    await page.reload()
    await keeps_everything(page, Act("main form button", "**/claim"), 503)
    await page.click("main form button")

    await page.wait_for_url(f"{site.base}/desk/cases/{asker.case_id}")


async def test_a_page_that_a_script_took_over_late_has_an_address_that_loads(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    case = f"/desk/cases/{asker.case_id}"

    await page.evaluate(
        "([url, text]) => { const form = document.querySelector('form.act'); form.elements.text.value = text;"
        " HTMLFormElement.prototype.submit.call(form); }",
        [f"{case}/reply", "y" * 13_000],
    )
    await page.wait_for_url(site.base + case)
    await expect(page.get_by_role("alert")).to_contain_text("12000")
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")
    loaded = await page.reload()

    assert loaded is not None and loaded.status == 200
    assert await page.input_value("#text") == "y" * 13_000


# News that cannot be had


async def test_a_look_that_fails_keeps_the_page_and_says_so(site: Site, chromium: Browser, amina: Staff) -> None:
    page, asker = await in_case(chromium, site, amina)
    await half_written(page)
    before, edge = await filled_in(page), await edge_of(page, f"**/desk/cases/{asker.case_id}")

    for edge.status in (*STATUSES, 200):
        await asker.says(f"Hallå {edge.status}?")
        await expect(page.locator("#status")).to_contain_text("Ingen anslutning.")
        await page.clock.run_for(TWO_SECONDS)
        assert await filled_in(page) == before, edge.status
        assert THEIRS in await page.inner_text("#log")
    edge.status = OPEN
    await page.clock.run_for(5_000)

    await expect(page.locator("#log")).to_contain_text("Hallå 503?")
    await expect(page.locator("#status")).to_be_empty()
    assert await filled_in(page) == before


# The case is lost


async def _stops(_site: Site, asker: Newcomer) -> None:
    await asker.commands("stop")


async def _erases(site: Site, asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)


async def _closed_by_coordinator(site: Site, asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        await closing.close_by_command(work, await builders.case_row(asker))


async def _claimed_elsewhere(site: Site, asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        mine = (await builders.case_row(asker)).volunteer_id
        await leaving.free_cases_of(work, mine, reason="test")
    await builders.claims(site.service, await builders.volunteer(site.service, "Bo"), asker)


@pytest.mark.parametrize(
    ("lose", "told"),
    [
        (_stops, "Besökaren har avslutat ärende"), (_erases, "Besökaren har raderat allt i ärende"),
        (_closed_by_coordinator, "Du har inte ärende"), (_claimed_elsewhere, "Du har inte ärende"),
    ],
)  # fmt: skip
async def test_a_case_lost_while_its_volunteer_types_leaves_only_their_own_words(
    site: Site, chromium: Browser, amina: Staff, lose: Callable[[Site, Newcomer], Awaitable[None]], told: str
) -> None:
    page, asker = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)

    await lose(site, asker)
    await expect(page.get_by_role("alert")).to_contain_text(told)
    await page.locator("#text").press_sequentially(" överklaga")
    await page.clock.run_for(TWO_SECONDS)

    assert await page.input_value("#text") == HALF + " överklaga"
    await expect(page.get_by_role("alert")).to_contain_text("Det du skrev är inte skickat.")
    assert THEIRS not in await page.content()
    assert await page.locator("form.act button").count() == 0
    assert await barriers(page) == []
    if lose is _erases:
        assert await stored(site.service) == 0
    else:
        await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")
    again = await page.reload()
    assert again is not None and again.status == 410
    await expect(page.get_by_role("alert")).to_contain_text(told)
    assert await page.locator("#text").count() == (0 if lose is _erases else 1)
    if lose is not _erases:
        assert await page.input_value("#text") == HALF + " överklaga"


async def test_words_sent_just_after_the_newcomer_stopped_are_still_there(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    await asker.commands("stop")

    await page.click(".reply button")
    await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")

    await expect(page.get_by_role("alert")).to_contain_text("Besökaren har avslutat ärende")
    assert await page.input_value("#text") == HALF


async def test_a_refusal_that_comes_after_the_page_has_told_of_the_end_says_nothing_more(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    told = asyncio.Event()

    async def holds(route: Route) -> None:
        answer = await route.fetch()
        await told.wait()
        await route.fulfill(response=answer)

    await page.route("**/reply", holds)
    await page.fill("#text", HALF)
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    await asker.commands("stop")
    async with page.expect_response("**/reply"):
        await page.click(".reply button")
        await page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator("#lost")).to_be_visible()
        told.set()

    await expect(page.locator("form[aria-busy]")).to_have_attribute("aria-busy", "false")
    await expect(page.get_by_role("alert")).to_have_count(1)
    await expect(page.get_by_role("alert")).to_contain_text("Besökaren har avslutat ärende")
    assert await page.input_value("#text") == HALF


@pytest.mark.parametrize("how", ["disabled", "ended everywhere"])
async def test_everything_leaves_the_page_when_access_ends(
    site: Site, chromium: Browser, amina: Staff, how: str
) -> None:
    page, _ = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)

    async with site.service.store.work() as work:
        if how == "disabled":
            await leaving.disable_staff(work, amina.id)
        else:
            await logins.end_all_logins(work, amina.id)
    await page.wait_for_url(site.base + "/desk")

    await expect(page.locator("main")).to_contain_text("Du är inte inloggad.")
    assert HALF not in await page.content() and THEIRS not in await page.content()


# The draft


async def test_a_draft_survives_a_reload_another_case_and_a_new_log_in(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, _ = await in_case(chromium, site, amina)
    case = page.url
    await page.fill("#text", HALF)
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_contain_text("Bara du kan läsa det.")

    await page.reload()
    after_reload = await page.input_value("#text")
    await page.goto(site.base + "/desk")
    await page.goto(case)
    after_another_page = await page.input_value("#text")
    elsewhere = await page_of(chromium)
    await at_desk(elsewhere, site, amina)
    await elsewhere.goto(case)

    assert after_reload == after_another_page == await elsewhere.input_value("#text") == HALF


async def test_words_typed_in_the_last_second_are_kept_when_the_page_is_left(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    case = page.url

    async def are_kept(words: str) -> None:
        await expect(page.locator("#text")).to_have_value(words)

    await page.fill("#text", "Före en omladdning")
    await page.reload()
    await are_kept("Före en omladdning")

    await page.fill("#text", "Före en länk")
    await page.click("main a[href='/desk']")
    await page.click(f"#mine a[href$='{asker.case_id}']")
    await are_kept("Före en länk")

    await page.fill("#text", "Före ett språkbyte")
    await page.click(".drop summary")
    await page.click("[value=en]")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await are_kept("Före ett språkbyte")

    await page.fill("#text", "Innan sidan gömdes")
    async with page.expect_response("**/draft"):
        await page.evaluate(
            "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )

    await page.fill("#text", "Före en utloggning")
    await page.click(".drop summary")
    await page.click("[action='/desk/logout'] button")
    await page.wait_for_url(site.base + "/desk")
    await at_desk(page, site, amina)
    await page.goto(case)
    await are_kept("Före en utloggning")


async def test_logging_out_goes_to_the_desk_once_though_the_answer_and_the_socket_both_tell_of_it(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    has_heard, ways = asyncio.Event(), []

    async def held_until_the_socket_has_told(route: Route) -> None:
        ways.append(route.request.url)
        await has_heard.wait()
        await route.continue_()

    def heard(told: str | bytes) -> None:
        if "ended" in str(told):
            has_heard.set()

    page.on("websocket", lambda socket: socket.on("framereceived", heard))
    await page.reload()
    await asker.says("Hör ni mig?")
    await expect(page.locator("#log")).to_contain_text("Hör ni mig?")  # only an open socket brings it
    await page.route("**/desk", held_until_the_socket_has_told)

    await page.click(".drop summary")
    await page.click("[action='/desk/logout'] button")
    await page.wait_for_url(site.base + "/desk")

    assert ways == [site.base + "/desk"]


async def test_a_sent_or_emptied_reply_is_no_draft(site: Site, chromium: Browser, amina: Staff) -> None:
    page, _ = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).not_to_be_empty()

    await page.click(".reply button")
    await expect(page.locator(".bubble.own")).to_contain_text(HALF)
    after_sending = await stored(site.service)
    await page.fill("#text", "Mer")
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).not_to_be_empty()
    await page.fill("#text", "")
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_be_empty()

    assert after_sending == await stored(site.service) == 0


async def test_a_draft_that_cannot_be_saved_is_said_and_tried_again(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, _ = await in_case(chromium, site, amina)
    edge = await edge_of(page, "**/draft", 503)
    await page.fill("#text", HALF)

    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_contain_text("Inte sparat")
    edge.status = OPEN
    await page.clock.run_for(5_000)

    await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")
    assert await stored(site.service) == 1


# Asked first


@pytest.mark.parametrize("act", OF_THE_CASE[1:], ids=lambda act: act.sends_to)
@pytest.mark.parametrize("scripts", [True, False], ids=["live", "forms only"])
async def test_a_half_written_reply_is_asked_about_before_the_case_is_put_away(
    site: Site, chromium: Browser, amina: Staff, act: Act, scripts: bool
) -> None:
    asker = await builders.web_case_of(site.service, THEIRS)
    page = await page_of(chromium, viewport=NARROWEST, locale="sv-SE", java_script_enabled=scripts)
    await at_desk(page, site, amina)
    await claims(page, site)
    await page.fill("#text", HALF)
    if act.button.startswith(".panel"):
        await page.click(".panel > summary")
    if "not-advice" in act.button:
        await page.click(".instead summary")

    await page.click(act.button)
    await expect(page.locator("#error")).to_contain_text("Du har skrivit något som inte är skickat.")
    still = (await builders.case_row(asker)).status
    kept = await page.input_value("#text")
    found = await barriers(page) if scripts else []
    await page.click("[name=unsent][value=send]")
    await page.wait_for_url(site.base + "/desk")

    assert (still, kept, found) == ("claimed", HALF, [])
    assert (await builders.case_row(asker)).status != "claimed"
    assert len(await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'")) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "forms only"])
async def test_who_goes_back_has_everything_and_has_sent_nothing(
    site: Site, chromium: Browser, amina: Staff, scripts: bool
) -> None:
    await builders.web_case_of(site.service, THEIRS)
    page = await page_of(chromium, viewport=DESKTOP, java_script_enabled=scripts)
    await at_desk(page, site, amina)
    await claims(page, site)
    await page.fill("#text", HALF)

    await page.click(".side [formaction$='/release']")
    await page.click("[data-asked=unsent_words] [data-back]")

    await expect(page.locator("[data-asked=unsent_words]")).to_be_hidden()
    assert await page.input_value("#text") == HALF
    assert await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'") == []


async def test_words_typed_in_another_window_are_shown_before_they_are_thrown_away(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    page, asker = await in_case(chromium, site, amina)
    async with acting(site.service, amina) as work:
        await drafts.keep(work, case_id=asker.case_id, text=HALF)

    await page.click(".side [formaction$='/release']")
    await expect(page.locator("[name=unsent][value=discard]")).to_be_visible()
    await expect(page.locator("#text")).to_have_value(HALF)
    await page.click("[name=unsent][value=discard]")

    await page.wait_for_url(site.base + "/desk")
    assert (await builders.case_row(asker)).status == "queued"
    assert await stored(site.service) == 0


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "forms only"])
async def test_a_slash_is_sent_by_a_button_that_names_the_case(
    site: Site, chromium: Browser, amina: Staff, scripts: bool
) -> None:
    asker = await builders.web_case_of(site.service, THEIRS)
    page = await page_of(chromium, viewport=NARROWEST, locale="sv-SE", java_script_enabled=scripts)
    await at_desk(page, site, amina)
    await claims(page, site)
    await page.fill("#text", "/stop")

    await page.click(".reply button")
    send = page.get_by_role("button", name=f"Skicka det till ärende {asker.code[:3]}")
    await expect(send).to_be_visible()
    before = await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'")
    kept = await page.input_value("#text")
    await send.click()

    await expect(page.locator(".bubble.own")).to_contain_text("/stop")
    assert (before, kept) == ([], "/stop")


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "forms only"])
async def test_enter_beside_a_box_to_tick_sends_nothing(
    site: Site, chromium: Browser, amina: Staff, scripts: bool
) -> None:
    asker = await builders.web_case_of(site.service, THEIRS)
    page = await page_of(chromium, viewport=DESKTOP, java_script_enabled=scripts)
    await at_desk(page, site, amina)
    await claims(page, site)
    await page.fill("#text", HALF)
    await page.click(".panel > summary")

    await page.press("[name=outcome][value=referred]", "Enter")
    await page.wait_for_load_state()
    await page.fill("#text", HALF + " nu")
    await page.click(".reply button")
    await expect(page.locator(".bubble.own")).to_contain_text(HALF + " nu")

    assert (await builders.case_row(asker)).status == "claimed"
    assert len(await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'")) == 1


# Typing is presence


async def minutes_pass(page: Page, minutes: int) -> None:
    """On the wall and on the page alike."""
    clock.move(timedelta(minutes=minutes))
    await page.clock.fast_forward(minutes * MINUTE)


async def test_an_hour_of_typing_is_not_absence(site: Site, chromium: Browser, amina: Staff) -> None:
    clock.freeze(clock.now())
    page, asker = await in_case(chromium, site, amina)

    for _ in range(12):
        await minutes_pass(page, 5)
        async with page.expect_response(lambda answer: answer.url.endswith("/presence") and answer.ok):
            await page.locator("#text").press_sequentially("ord ")
    await asker.says("Är du kvar?")

    await expect(page.locator("#log")).to_contain_text("Är du kvar?")
    assert await page.input_value("#text") == "ord " * 12
    await expect(page.locator("#ends")).to_be_hidden()


async def test_five_minutes_before_the_end_the_page_says_so_and_one_press_stays(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    clock.freeze(clock.now())
    page, asker = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")

    await minutes_pass(page, 24)
    before = await page.locator("#ends").is_visible()
    await minutes_pass(page, 1)
    await expect(page.locator("#ends")).to_contain_text("Du loggas ut inom 5 minuter")
    found = await barriers(page)
    await page.get_by_role("button", name="Jag är kvar").click()
    await expect(page.locator("#ends")).to_be_hidden()
    await minutes_pass(page, 24)
    await asker.says("Är du kvar?")

    assert (before, found) == (False, [])
    await expect(page.locator("#log")).to_contain_text("Är du kvar?")
    assert await page.input_value("#text") == HALF


async def test_being_here_in_another_window_is_being_here(site: Site, chromium: Browser, amina: Staff) -> None:
    clock.freeze(clock.now())
    page, _ = await in_case(chromium, site, amina)
    await minutes_pass(page, 20)
    await page.context.request.get(site.base + "/desk")

    async with page.expect_response("**/presence"):
        await minutes_pass(page, 5)

    await expect(page.locator("#ends")).to_be_hidden()


async def test_at_the_end_of_the_time_the_draft_waits_for_the_next_log_in(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    clock.freeze(clock.now())
    page, asker = await in_case(chromium, site, amina)
    await page.fill("#text", HALF)
    await page.clock.run_for(TWO_SECONDS)
    await expect(page.locator("#kept")).to_contain_text("Sparat som utkast")

    await minutes_pass(page, 31)
    await page.wait_for_url(site.base + "/desk")
    left = await page.content()
    again = await page_of(chromium)
    await at_desk(again, site, amina)
    await again.goto(f"{site.base}/desk/cases/{asker.case_id}")

    assert HALF not in left and THEIRS not in left
    assert await again.input_value("#text") == HALF


async def test_words_that_no_server_has_stay_past_the_end_of_the_time_until_somebody_logs_in(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    clock.freeze(clock.now())
    page, _ = await in_case(chromium, site, amina)
    edge = await edge_of(page, "**/draft", None)
    await page.fill("#text", HALF)
    await minutes_pass(page, 31)

    await expect(page.locator("#log")).to_have_count(0)
    await expect(page.get_by_role("alert")).to_contain_text("Du är utloggad")
    alone = await page.content(), await page.input_value("#text")
    edge.status = OPEN
    elsewhere = await page.context.new_page()
    await at_desk(elsewhere, site, amina)
    await page.clock.run_for(5_000)

    assert THEIRS not in alone[0] and alone[1] == HALF
    await expect(page.locator("#log")).to_contain_text(THEIRS)
    assert await page.input_value("#text") == HALF
