"""The pages in a real browser: live without reloading, safe against what people write, and usable by everybody."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request, Route, expect

from tests import builders
from tests.builders import Staff, table
from tests.channels.web_fixtures import Site

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
NARROWEST = {"width": 320, "height": 640}  # 1280 pixels at 400 %: WCAG 2.2, 1.4.10
ATTACKS = (
    "<script>window.attacked = 1</script>",
    "<img src=x onerror='window.attacked = 1'>",
    "</textarea><svg onload=window.attacked=1>",
    '"><a href=javascript:window.attacked=1>x</a>',
    "{{ constructor.constructor('window.attacked=1')() }}",
)
QUESTION = "وصلتني رسالة من Migrationsverket"


pytestmark = pytest.mark.asyncio(loop_scope="session")


async def page_of(chromium: Browser, **options: object) -> Page:
    """A page of a fresh browser profile."""
    context = await chromium.new_context(**({"viewport": PHONE} | options))
    context.set_default_timeout(10_000)
    return await context.new_page()


async def in_chat(page: Page, site: Site, language: str = "ar", device: str = "shared") -> None:
    await page.goto(f"{site.base}/{language}/chat")
    await page.click(f"button[value={device}]")
    await page.wait_for_selector("#say")
    await page.wait_for_load_state()  # its scripts run: pressed before, a button does what it does without them


async def says(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.click("#say [type=submit]:visible")


async def at_desk(page: Page, site: Site, staff: Staff) -> None:
    await page.goto(site.base + await site.link_for(staff))
    await page.click("main button")
    await page.wait_for_selector("#queue")
    await page.wait_for_load_state()  # its scripts run: pressed before, a button does what it does without them


async def claims(page: Page, site: Site) -> None:
    await page.click("#queue button")
    await page.wait_for_selector("#log")
    await page.wait_for_load_state()  # its scripts run: pressed before, a button does what it does without them


async def test_question_and_answer_are_live_and_what_people_write_is_only_text(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    foreign: list[str] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("request", lambda request: _note_foreign(request, site, foreign))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    newcomer, desk = await page_of(chromium), await page_of(chromium, viewport=DESKTOP, locale="sv-SE")
    watch(newcomer)
    watch(desk)
    await in_chat(newcomer, site)
    await says(newcomer, "\n".join((QUESTION, *ATTACKS)))
    await expect(newcomer.locator(".receipt")).to_be_visible()
    await at_desk(desk, site, amina)
    await claims(desk, site)

    await desk.fill("#text", "\n".join(("Svar till dig", *ATTACKS)))
    await desk.click(".reply button")
    await expect(newcomer.locator(".bubble.person")).to_contain_text("Svar till dig")
    await expect(desk.locator(".state.delivered")).to_be_visible()
    await says(newcomer, "شكرًا")
    await expect(desk.locator("#log")).to_contain_text("شكرًا")

    for page in (newcomer, desk):
        assert await page.evaluate("window.attacked") is None
        await expect(page.locator("#log")).to_contain_text(ATTACKS[0])
    assert foreign == []
    assert complaints == []


def _note_foreign(request: Request, site: Site, foreign: list[str]) -> None:
    if not request.url.startswith((site.base, site.base.replace("http:", "ws:"), "data:")):
        foreign.append(request.url)


async def test_words_written_without_a_connection_wait_and_arrive_once(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium)
    await in_chat(page, site, "sv")

    await page.context.set_offline(True)
    await says(page, "Utan nät")
    await expect(page.locator("#again")).to_be_visible()
    kept = await page.input_value("#text")
    await page.context.set_offline(False)

    await expect(page.locator(".bubble.own")).to_contain_text("Utan nät")
    assert kept == "Utan nät"
    assert len(await table(site.service, "SELECT id FROM messages")) == 1


async def test_a_refusal_is_shown_beside_the_words_it_is_about(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium)
    await in_chat(page, site, "sv")

    await says(page, "x" * 12_001)

    await expect(page.get_by_role("alert")).to_contain_text("12000")
    assert len(await page.input_value("#text")) == 12_001


async def test_a_shared_device_stores_nothing_and_an_own_one_only_what_is_not_sent(
    site: Site, chromium: Browser
) -> None:
    shared, own = await page_of(chromium), await page_of(chromium)
    await in_chat(shared, site, "sv", "shared")
    await in_chat(own, site, "sv", "own")
    for page in (shared, own):
        await page.locator("#text").press_sequentially("Halva")

    kept_on_shared = await stored_in(shared)
    kept_on_own = await stored_in(own)
    await own.reload()
    again = await own.input_value("#text")
    await own.click("#say [type=submit]:visible")
    await expect(own.locator(".receipt")).to_be_visible()

    assert kept_on_shared == []
    assert kept_on_own == ["Halva"] and again == "Halva"
    assert await stored_in(own) == []


async def stored_in(page: Page) -> list[str]:
    return await page.evaluate("[...Object.values(localStorage), ...Object.values(sessionStorage)]")


@pytest.mark.parametrize("how", ["button", "shift"])
async def test_the_quick_exit_leaves_nothing_behind(site: Site, chromium: Browser, how: str) -> None:
    page = await page_of(chromium)
    await page.context.route("https://www.smhi.se/**", _weather)
    await in_chat(page, site, "sv", "own")
    await says(page, "Ingen får se det här")
    await expect(page.locator(".receipt")).to_be_visible()
    await page.locator("#text").press_sequentially("Mer")

    if how == "button":
        await page.click(".exit button")
    else:
        for _ in range(3):
            await page.keyboard.press("Shift")
    await page.wait_for_url("https://www.smhi.se/**")

    assert not await eventually_logins(site)
    await page.goto(f"{site.base}/sv/chat")
    assert "Ingen får se det här" not in await page.inner_text("body")
    assert await stored_in(page) == []


async def _weather(route: Route) -> None:
    await route.fulfill(body="Regn")


async def eventually_logins(site: Site) -> list:
    import asyncio

    for _ in range(100):
        left = await table(site.service, "SELECT id FROM web_sessions")
        if not left:
            break
        await asyncio.sleep(0.02)
    return left


async def test_capital_letters_are_not_a_quick_exit(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium)
    await in_chat(page, site, "sv")
    await page.focus("#text")

    for letter in "ABCD":
        await page.keyboard.press(f"Shift+{letter}")

    assert await page.input_value("#text") == "ABCD"
    assert page.url.startswith(site.base)


async def test_an_answer_to_a_page_in_the_background_changes_its_title_and_is_not_read_yet(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    newcomer, desk = await page_of(chromium), await page_of(chromium)
    await in_chat(newcomer, site, "sv")
    await says(newcomer, "Hej")
    await expect(newcomer.locator(".receipt")).to_be_visible()
    await at_desk(desk, site, amina)
    await claims(desk, site)
    await put_in_background(newcomer, hidden=True)

    await desk.fill("#text", "Svar")
    await desk.click(".reply button")
    await expect(newcomer.locator(".bubble.person")).to_be_visible()
    title = await newcomer.title()
    state = desk.locator(".state")
    await expect(state).to_have_class("state unread")
    await put_in_background(newcomer, hidden=False)

    assert title.startswith("●")
    await expect(state).to_have_class("state delivered")
    assert not (await newcomer.title()).startswith("●")


async def put_in_background(page: Page, *, hidden: bool) -> None:
    await page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


async def test_new_words_at_the_desk_disturb_nobody_who_is_writing(site: Site, chromium: Browser, amina: Staff) -> None:
    asker = await builders.web_case_of(site.service)
    desk = await page_of(chromium, viewport=DESKTOP)
    await at_desk(desk, site, amina)
    await claims(desk, site)
    await desk.locator("#text").press_sequentially("Jag håller på att skri")

    await asker.says("En sak till!")
    await expect(desk.locator("#log")).to_contain_text("En sak till!")
    await desk.keyboard.type("va")

    assert await desk.input_value("#text") == "Jag håller på att skriva"
    await desk.click(".side button")
    await desk.click("[name=unsent][value=discard]")
    await desk.wait_for_url(site.base + "/desk")


async def test_a_case_is_claimed_answered_and_closed_by_keyboard_without_scripts(
    site: Site, chromium: Browser, amina: Staff
) -> None:
    asker = await builders.web_case_of(site.service)
    desk = await page_of(chromium, java_script_enabled=False)
    await at_desk(desk, site, amina)

    await desk.locator("#queue button").press("Enter")
    await desk.locator("#text").press_sequentially("Så här gör du.")
    await desk.locator(".reply button").press("Enter")
    await desk.locator(".panel summary").first.press("Enter")
    await desk.locator("input[value=migrationsverket]").press("Space")
    await desk.locator("input[value=answered]").press("Space")
    await desk.locator(".panel button").first.press("Enter")

    await desk.wait_for_url(site.base + "/desk")
    assert (await builders.case_row(asker)).status == "closed"


@pytest.mark.parametrize("path", ["/", "/ar", "/ar/help", "/fa/privacy", "/uk/back", "/en/nothing"])
async def test_no_public_page_has_a_barrier(site: Site, chromium: Browser, path: str) -> None:
    page = await page_of(chromium, viewport=NARROWEST)

    assert await barriers(page, site.base + path) == []


@pytest.mark.parametrize(
    ("language", "colours"), [("sv", "light"), ("ar", "dark"), ("fa", "light"), ("uk", "light"), ("en", "dark")]
)
async def test_no_chat_has_a_barrier(site: Site, chromium: Browser, language: str, colours: str) -> None:
    page = await page_of(chromium, viewport=NARROWEST, color_scheme=colours)
    found = await barriers(page, f"{site.base}/{language}/chat")

    await in_chat(page, site, language)
    await says(page, "Hej")
    await expect(page.locator(".receipt")).to_be_visible()
    await page.locator(".drop summary").first.click()

    assert found + await barriers(page) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_the_desk_has_no_barrier(site: Site, chromium: Browser, amina: Staff, colours: str) -> None:
    page = await page_of(chromium, viewport=NARROWEST, color_scheme=colours)
    await builders.web_case_of(site.service)
    found: list[str] = []
    await at_desk(page, site, amina)
    found += await barriers(page)
    await claims(page, site)
    await page.locator(".panel summary").first.click()
    found += await barriers(page)

    assert found == []


async def barriers(page: Page, url: str | None = None) -> list[str]:
    """What axe finds, and what is wider than the screen."""
    if url is not None:
        await page.goto(url)
    results = await Axe().run(page)
    found = [f"{page.url} {one['id']} {one['nodes'][0]['html'][:120]}" for one in results.response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{page.url} scrolls sideways")
    return found
