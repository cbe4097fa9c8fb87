"""What holds for every route: the headers, where acts may come from, what nobody may do, what a bug shows."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from handlers.web.frame.view import FAR_AWAY
from handlers.web.routes import ROUTES, Policy
from tests import builders
from tests.builders import table
from tests.channels.web_fixtures import Page, Site, opened_site
from tests.clocks import Clocks

SECRET = "a-secret-of-the-webhook"
HOOK = "/telegram/webhook"
FEEDS = ("/hours.json", "/hours.ics", "/hours/online.ics")  # public, and the same whoever asks
KEPT = dict.fromkeys(FEEDS, "public, max-age=300") | {
    path: "no-cache" for path in ("/sv/hours", "/sv/hours/embed", "/sv/hours/share")
}
TABLES = ("people", "cases", "messages", "web_sessions", "outbox", "inbound")


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def example(path: str) -> str:
    """An address of the route."""
    for pattern, value in (
        (r"\{language:[^}]*\}", "sv"), (r"\{act:[^}]*\}", "say"), (r"\{case:.*?\}", "123456"), (r"\{notice:.*?\}", "1"),
        (r"\{token:.*?\}", "x" * 43), (r"\{place:.*?\}", "online"), (r"\{version\}/\{name\}", "x/site.css"),
    ):  # fmt: skip
        path = re.sub(pattern, value, path)
    return path.replace("}", "")


def assert_safe(page: Page) -> None:
    headers, path, found = page.headers, page.url.partition("?")[0], page.status == 200
    policy, framed = headers["Content-Security-Policy"], path.endswith("/hours/embed")
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert policy.endswith("frame-ancestors *" if framed else "frame-ancestors 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if found and path in FEEDS else "same-origin")
    assert ("Access-Control-Allow-Origin" in headers) == (found and path in FEEDS)
    assert path.startswith("/static/") or headers["Cache-Control"] == (
        KEPT.get(path, "no-store") if found else "no-store"
    )
    assert "X-Frame-Options" not in headers
    assert "aiohttp" not in headers.get("Server", "") and "Traceback" not in page.text


async def stored(site: Site) -> list[int]:
    return [(await table(site.service, f"SELECT count(*) FROM {name}"))[0][0] for name in TABLES]


async def test_every_route_answers_nobody_with_safe_headers(site: Site) -> None:
    nobody = site.browser()

    for route in ROUTES:
        ask = nobody.get if route.method == "GET" else nobody.post
        page = await ask(example(route.path), allow_redirects=False)

        assert_safe(page)
        assert page.status < 500, route.path
        if route.policy in (Policy.NEWCOMER, Policy.STAFF, Policy.CLAIMER, Policy.COORDINATOR):
            assert page.status == 404, route.path


async def test_refusals_of_the_machinery_have_safe_headers_too(site: Site) -> None:
    browser = site.browser()
    await browser.agrees()

    wrong_method = await browser.post("/sv/help")
    too_large = await browser.post("/sv/chat/say", {"text": "x" * 600_000})
    missing = await browser.get("/sv/nothing")
    redirect = await browser.post("/sv/chat/leave", allow_redirects=False)

    assert [page.status for page in (wrong_method, too_large, missing, redirect)] == [405, 413, 404, 303]
    for page in (wrong_method, too_large, missing, redirect):
        assert_safe(page)
    assert "12000" in too_large.words


async def test_broken_http_gets_a_careful_answer(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.base.rsplit(":", 1)[1]))
    writer.write(b"G\x01T / HTTP/1.1\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()

    assert " 400 " in answer.splitlines()[0]
    assert "default-src 'none'" in answer
    assert "aiohttp" not in answer and "Python" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_no_act_of_another_site_is_taken_in_and_the_answer_has_safe_headers(
    site: Site, headers: dict[str, str]
) -> None:
    browser = await site.desk_of(await builders.volunteer(site.service))
    await browser.agrees()
    before = await stored(site)

    for route in ROUTES:
        if route.method == "GET" or route.policy == Policy.TELEGRAM:
            continue
        form = {"text": "x", "answer": "own", "name": "stop", "language": "en"}
        page = await browser.post(example(route.path), form, headers=headers)

        assert page.status == 403, route.path
        assert_safe(page)
        assert (await browser.get(example(route.path))).status != 303
    assert await stored(site) == before


def origin_told(page: Page, ours: str) -> str:
    """What a browser that keeps to the standard sends as `Origin` with a form of this page, to the page's own site.

    Source: https://fetch.spec.whatwg.org/#append-a-request-origin-header. Chromium does not keep to it; Safari does.
    """
    return "null" if page.headers["Referrer-Policy"] == "no-referrer" else ours


async def test_a_form_of_ours_is_taken_in_from_a_browser_that_has_only_its_origin_to_say(site: Site) -> None:
    """As on an iPhone older than iOS 16.4, which sends no Sec-Fetch-Site."""
    browser, link = site.browser(), await site.link_for(await builders.volunteer(site.service))
    sent = {}
    for path, form in (("/sv/chat", "/sv/chat/consent"), (link, link), ("/sv/chat", "/sv/chat/leave")):
        told = origin_told(await browser.get(path), site.base)
        sent[form] = await browser.post(form, {"answer": "own"}, headers={"Origin": told}, allow_redirects=False)

    assert [page.status for page in sent.values()] == [303] * 3
    assert sent["/sv/chat/leave"].headers["Location"] == FAR_AWAY


async def test_an_unexpected_error_shows_a_number_and_nothing_else(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("words of a person")

    monkeypatch.setattr("handlers.web.pages.hours.hours_published.published", broken)

    page = await site.browser().get("/sv/hours")

    assert page.status == 500
    assert_safe(page)
    assert re.search(r"<code>[0-9a-f]{8}</code>", page.text)
    assert "words of a person" not in page.text and "Zero" not in page.text


async def test_refusals_are_in_the_reader_s_language_or_json_for_our_script(site: Site) -> None:
    browser = site.browser()

    arabic = await browser.get("/ar/nothing")
    desk = await browser.get("/desk", headers={"Accept-Language": "en-GB,sv;q=0.5"})
    script = await browser.post("/fa/chat/say", {"text": "x"}, headers={"Accept": "application/json"})

    assert 'lang="ar" dir="rtl"' in arabic.text
    assert 'lang="en"' in desk.text
    assert '"error": "session_ended"' in script.text


async def test_the_first_page_offers_the_browser_s_language_first_and_sends_nobody_away(site: Site) -> None:
    page = await site.browser().get("/", headers={"Accept-Language": "fa-AF,en;q=0.8"}, allow_redirects=False)

    assert page.status == 200
    order = re.findall(r'<li><a href="/(\w\w)"', page.text)
    assert order[0] == "fa" and sorted(order) == ["ar", "en", "fa", "sv", "uk"]


async def test_the_webhook_opens_to_its_secret_and_reads_nothing_before(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    taken: list[bytes] = []

    async def webhook(body: bytes) -> int:
        taken.append(body)
        return 503 if body == b"{}" else 200

    async with opened_site(sqlite_url, tmp_path, catalogues, webhook=webhook, webhook_secret=SECRET) as site:
        telegram = site.browser()
        header = "X-Telegram-Bot-Api-Secret-Token"
        json = {"Content-Type": "application/json"}
        wrong = [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "\u00e5"]
        refused = [
            await telegram.post(HOOK, b"[1]", headers=json | ({header: w} if w is not None else {})) for w in wrong
        ]
        done = await telegram.post(HOOK, b'{"update_id": 1}', headers=json | {header: SECRET, "Origin": "x"})
        later = await telegram.post(HOOK, b"{}", headers=json | {header: SECRET})
        looked = await telegram.get(HOOK, headers={header: SECRET})

    assert {page.status for page in refused} == {403}
    assert taken == [b'{"update_id": 1}', b"{}"]
    assert (done.status, later.status, looked.status) == (200, 503, 405)
    assert "Retry-After" in later.headers


async def test_metrics_are_for_this_machine_or_whoever_knows_the_token(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues, metrics_token="token-of-metrics") as site:
        await builders.web_case_of(site.service)
        probe = site.browser()
        through_proxy = {"X-Forwarded-For": "203.0.113.7"}
        here = await probe.get("/metrics")
        outside = await probe.get("/metrics", headers=through_proxy)
        wrong = await probe.get("/metrics", headers=through_proxy | {"Authorization": "Bearer token-of-metric"})
        known = await probe.get("/metrics", headers=through_proxy | {"Authorization": "Bearer token-of-metrics"})

    assert "radrum_queue_cases 1.0" in here.text
    assert (outside.status, wrong.status, known.status) == (404, 404, 200)


async def test_over_https_metrics_need_the_token_also_from_this_machine(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    """A proxy on this machine need not say for whom it asks."""
    public, token = {"public_url": "https://rad.example"}, "token-of-metrics"
    async with opened_site(sqlite_url, tmp_path, catalogues, metrics_token=token, **public) as site:
        probe = site.browser()
        without = await probe.get("/metrics")
        known = await probe.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    async with opened_site(sqlite_url, tmp_path / "other", catalogues, **public) as site:
        no_token = await site.browser().get("/metrics")

    assert (without.status, known.status, no_token.status) == (404, 200, 404)


async def test_probes_say_what_works(site: Site) -> None:
    probe = site.browser()
    site.service.health.channels["telegram"] = False

    alive, ready = await probe.get("/healthz"), await probe.get("/readyz")
    site.service.health.stopping = True
    stopping = await probe.get("/readyz")

    assert (alive.status, alive.text) == (200, "ok")
    assert ready.status == 200 and '"telegram": false' in ready.text
    assert stopping.status == 503


async def test_a_probe_says_that_the_clock_is_in_doubt_and_people_are_served(site: Site, clocks: Clocks) -> None:
    probe = site.browser()
    believed = await probe.get("/readyz")
    clocks.jump(timedelta(days=400))

    doubted = await probe.get("/readyz")

    assert believed.status == 200 and '"clock": "believed"' in believed.text
    assert doubted.status == 200 and '"clock": "in_doubt"' in doubted.text
