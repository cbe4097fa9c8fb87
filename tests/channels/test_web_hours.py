"""The opening hours on the web: right at every minute, in every language, for people, for programs, for other sites."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import extruct
import icalendar
import pytest
from lxml import html

from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.hours import changes
from bot.hours import published as hours_published
from bot.hours.formats.shape import Published
from bot.language.i18n import Catalogues
from bot.places import places
from handlers.web.frame.static import Assets
from handlers.web.frame.view import Pages
from handlers.web.pages.hours_view import render_body
from models.hours import Reason
from models.hours_change import Change, Verb
from models.notice import Notice
from models.people import Language
from models.shift import ONLINE
from models.timetable import openings_between
from tests import builders
from tests.channels.hours_fixtures import LIBRARY, LINERO, OWN_WORDS, POPUP, WEDNESDAY, at, open_office
from tests.channels.hours_reader import ReadPage
from tests.channels.test_web_static import MOST_BYTES_AT_FIRST, files_of, on_the_wire
from tests.channels.web_fixtures import Page, Site, opened_site

THURSDAY = WEDNESDAY + timedelta(days=1)
FEEDS = {
    "/hours.ics": "text/calendar; charset=utf-8",
    f"/hours/{LINERO}.ics": "text/calendar; charset=utf-8",
    "/hours.json": "application/json; charset=utf-8",
}
PUBLIC = ("/sv/hours", "/sv/hours/embed", "/sv/hours/share", *FEEDS)
EVIL = '</script></textarea><script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def office(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, catalogues: Catalogues) -> Path:
    """A database with the office in it, made once."""
    folder = tmp_path_factory.mktemp("office")
    database = Path(shutil.copy(migrated_sqlite, folder / "office.db"))

    async def make() -> None:
        async with opened_site(f"sqlite:///{database}", folder, catalogues) as site:
            await open_office(site.service)

    asyncio.run(make())
    return database


@pytest.fixture
async def site(office: Path, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    database = shutil.copy(office, tmp_path / "office.db")
    async with opened_site(
        f"sqlite:///{database}", tmp_path, catalogues, public_url="https://radrum.example"
    ) as opened:  # fmt: skip
        yield opened


async def publish(site: Site, change: Change) -> None:
    async with site.service.store.work() as work:
        await changes.publish_now(work, change)


async def published(site: Site) -> Published:
    store = site.service.store
    async with store.look() as db:
        return await hours_published.published(db, clock.now(), store.zone, site.service.settings.public_url)


def read(page: Page, where: str = "//main") -> list[str]:
    """What a person reads in the parts of the page, one space between words."""
    return [" ".join(part.text_content().split()) for part in html.fromstring(page.text).xpath(where)]


def state_of(page: Page) -> str:
    """What the box says that tells whether we are open."""
    return read(page, "//div[contains(@class, 'state')]")[0]


async def shown_at(site: Site, shown: str, day: date = WEDNESDAY, path: str = "/sv/hours") -> Page:
    at(shown, day)
    return await site.browser().get(path)


@pytest.mark.parametrize(
    ("shown", "is_open"), [("15:29", False), ("15:30", True), ("17:29", True), ("17:30", False)]
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sv/hours", "/sv/hours/embed", f"/sv/hours/embed?place={LIBRARY}"])
async def test_the_state_turns_with_the_minute(site: Site, path: str, shown: str, is_open: bool) -> None:
    page = await shown_at(site, shown, path=path)

    state = state_of(page)
    assert ("Öppet nu: Lunds stadsbibliotek, till kl. 17:30" in state) == is_open
    assert ("Vi har stängt just nu" in state) != is_open
    assert ReadPage(page.text).open == ({LIBRARY: "17:30"} if is_open else {})


async def test_a_closed_door_says_when_the_next_one_opens_and_when_somebody_answers_online(site: Site) -> None:
    before, after = await shown_at(site, "14:00"), await shown_at(site, "17:30")
    christmas = await shown_at(site, "12:30", date(2026, 12, 23))

    assert "Nästa gång vi öppnar: Lunds stadsbibliotek, i dag, kl. 15:30–17:30" in state_of(before)
    assert "Nästa gång vi svarar online: i morgon, kl. 09:00–12:00" in state_of(before)
    assert "Nästa gång vi öppnar: RådRum Online, i morgon, kl. 09:00–12:00" in state_of(after)
    assert state_of(after).count("09:00") == 1
    # Christmas Eve is closed, and no library opens before the second week of January
    assert "RådRum Online, måndag 28 december 2026, kl. 09:00–12:00" in state_of(christmas)
    assert ReadPage(christmas.text).next[0] == (LIBRARY, "2027-01-11", [(time(13), time(16))])


async def test_online_one_may_write_at_any_time_and_reads_when_a_person_answers(site: Site) -> None:
    by_hours = await shown_at(site, "11:59", THURSDAY)
    by_shift_before = await shown_at(site, "12:00", THURSDAY)
    await builders.volunteer(site.service)
    by_shift = await shown_at(site, "12:01", THURSDAY)

    assert state_of(by_hours).startswith("Öppet nu online, till kl. 12:00 Du kan skriva i chatten när som helst.")
    assert state_of(by_shift_before).startswith("Vi har stängt just nu.")
    assert state_of(by_shift).startswith(
        "Just nu svarar en rådgivare i chatten. Du kan skriva i chatten när som helst."
    )


@pytest.mark.parametrize(
    ("day", "shown", "on_shift", "says_now", "says_next"),
    [
        (WEDNESDAY, "14:00", False, False, True), (WEDNESDAY, "14:00", True, True, False),
        (THURSDAY, "10:00", True, False, False),
    ],
)  # fmt: skip
async def test_wherever_it_is_said_when_online_is_answered_the_same_is_said(
    site: Site, day: date, shown: str, on_shift: bool, says_now: bool, says_next: bool
) -> None:
    at("09:30", day)
    if on_shift:
        await builders.volunteer(site.service)
    asker = await builders.newcomer(site.service)
    words = site.service.words("sv")

    page = await shown_at(site, shown, day)
    of_online = await shown_at(site, shown, day, f"/sv/hours/embed?place={ONLINE}")
    await asker.commands("hours")

    (told,) = await builders.screen(site.service, asker.id, Notice.HOURS)
    for said in (state_of(page), told):
        assert (words("answering_now") in said) is says_now
        assert ("Nästa gång vi svarar online" in said) is says_next
        assert not (says_now and words("online_in_hours") in said)
    assert ("Vi har stängt just nu" in state_of(of_online)) is not on_shift


async def test_the_next_three_sessions_say_everything_needed_to_come(site: Site) -> None:
    page = await shown_at(site, "14:00")

    assert ReadPage(page.text).next == [
        (LIBRARY, "2026-11-18", [(time(15, 30), time(17, 30))]),
        (LIBRARY, "2026-11-23", [(time(13), time(16))]),
        (LIBRARY, "2026-11-25", [(time(15, 30), time(17, 30))]),
    ]
    words = read(page, "//li[@data-next]")[0]
    for told in (
        "i dag onsdag 18 november 2026", "kl. 15:30–17:30", "Lunds stadsbibliotek", "S:t Petri Kyrkogata 6, Lund",
        "Våning: Plan 2", "vänster efter hissen", "Hiss finns", "Kom senast 30 minuter",
    ):  # fmt: skip
        assert told in words
    map_link, calendar = html.fromstring(page.text).xpath("//li[@data-next]//a/@href")[:2]
    assert map_link.startswith("https://www.openstreetmap.org/") and "mlat=55.706" in map_link
    assert (await site.browser().get(calendar)).text.startswith("BEGIN:VCALENDAR")


@pytest.mark.parametrize("language", Language)
async def test_a_closing_stands_on_every_page_with_its_reason(site: Site, language: Language) -> None:
    await publish(site, Change(Verb.CLOSE, (LIBRARY,), WEDNESDAY, reason=Reason.ILLNESS.value))
    await publish(
        site, Change(Verb.CLOSE, (LINERO,), date(2026, 11, 24), reason=Reason.OTHER.value, texts=OWN_WORDS)
    )  # fmt: skip
    words = site.service.words(language)

    for path in (f"/{language}/hours", f"/{language}/hours/embed"):
        page = await shown_at(site, "15:30", path=path)
        (today,) = read(page, f"//p[@data-place='{LIBRARY}'][@data-day='2026-11-18']")
        (later,) = read(page, f"//p[@data-place='{LINERO}'][@data-day='2026-11-24']")

        assert words("closed_short") in today and words("reason_illness") in today
        assert OWN_WORDS[language] in later
        assert words("reason_illness") in state_of(page)
        assert not ReadPage(page.text).open


async def test_a_popup_is_shown_with_whom_and_where_though_it_has_no_week(site: Site) -> None:
    page = await shown_at(site, "14:00")

    assert "IK Eos, lokalen (tillsammans med IK Eos): kl. 11:00–14:00 Adress: Linero torg 14, Lund" in read(page)[0]
    assert ReadPage(page.text).on(POPUP, date(2026, 11, 28)) == [(time(11), time(14))]


async def test_a_popup_that_is_off_is_said_to_be_closed_and_does_not_just_vanish(site: Site) -> None:
    await publish(site, Change(Verb.CLOSE, (POPUP,), date(2026, 11, 28), reason="illness"))

    page = await shown_at(site, "14:00")

    assert "IK Eos, lokalen: stängt Adress: Linero torg 14, Lund Orsak: sjukdom" in read(page)[0]


@pytest.mark.parametrize("language", Language)
async def test_a_program_reads_off_the_body_what_the_timetable_says(site: Site, language: Language) -> None:
    summer = date(2027, 6, 14)
    await publish(site, Change(Verb.WEEKLY, (LIBRARY,), summer, date(2027, 8, 15), weekday=0))
    await publish(site, Change(Verb.WEEKLY, (LINERO,), date(2027, 2, 2), weekday=1, spans=((time(9), time(10)),)))
    at("14:00")
    told = await published(site)

    body = ReadPage(render_body(Pages(site.service, Assets()), site.service.words(language), told))

    for place in (LIBRARY, LINERO, ONLINE, POPUP):
        for day in (told.first + timedelta(days=ahead) for ahead in range((told.last - told.first).days + 1)):
            openings = openings_between(told.timetable, day, day, [place])
            assert body.on(place, day) == [(one.opens, one.closes) for one in openings], (place, day)


async def test_times_that_begin_or_end_say_so_beside_them(site: Site) -> None:
    await publish(site, Change(Verb.WEEKLY, (LINERO,), date(2027, 2, 2), weekday=1, spans=((time(9), time(10)),)))

    page = await shown_at(site, "14:00")

    assert "kl. 10:00–12:00 kl. 14:00–16:30 till och med 1 februari 2027" in read(page)[0]
    assert "kl. 09:00–10:00 från och med 2 februari 2027" in read(page)[0]


async def test_an_office_without_hours_has_a_page_that_says_so(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as empty:
        pages = [await empty.browser().get(path) for path in ("/en/hours", "/en/hours/embed", "/en/hours/share")]

    assert [page.status for page in pages] == [200, 200, 200]
    assert "No open advice sessions are planned right now." in pages[0].words


async def test_without_the_database_there_are_still_the_helplines(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(site.service.store, "look", closed)
    page = await site.browser().get("/uk/hours")

    assert page.status == 503
    assert 'href="/uk/help"' in page.text and page.headers["Cache-Control"] == "no-store"


# What programs, browsers and other sites are given


@pytest.mark.parametrize(("path", "kind"), FEEDS.items())
async def test_a_feed_is_open_to_every_site_and_kept_for_five_minutes(site: Site, path: str, kind: str) -> None:
    at("14:00")
    program = site.browser()
    feed = await program.get(path)
    again = await program.get(path, headers={"If-None-Match": feed.headers["ETag"]})
    async with program.http.head(program.base + path) as head:
        headers = head.headers

    for told in (feed.headers, again.headers, headers):
        assert told["Access-Control-Allow-Origin"] == "*"
        assert told["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert told["Cache-Control"] == "public, max-age=300"
        assert told["ETag"] == feed.headers["ETag"]
        assert "Set-Cookie" not in told
    assert feed.headers["Content-Type"] == headers["Content-Type"] == kind
    assert (feed.status, again.status, again.text) == (200, 304, "")
    assert headers["Content-Length"] == feed.headers["Content-Length"]


async def test_feeds_say_what_the_page_says(site: Site) -> None:
    at("15:30")
    program = site.browser()
    told = json.loads((await program.get("/hours.json")).text)
    everything = icalendar.Calendar.from_ical((await program.get("/hours.ics")).text)
    one = icalendar.Calendar.from_ical((await program.get(f"/hours/{POPUP}.ics?lang=uk")).text)

    assert {place["code"]: place["open_until"] for place in told["places"] if place["open_now"]} == {LIBRARY: "17:30"}
    assert {place["code"] for place in told["places"]} == {LIBRARY, LINERO, ONLINE, POPUP}
    assert len(everything.walk("VEVENT")) > len(one.walk("VEVENT")) == 1
    assert "Партнер: " in str(one.walk("VEVENT")[0].to_ical().decode()).replace("\r\n ", "")


@pytest.mark.parametrize(
    ("query", "title"),
    [("", "Öppettider"), ("?lang=ar", "أوقات الدوام"), ("?lang=tlh", "Öppettider"), ("?lang=", "Öppettider")],
)  # fmt: skip
async def test_a_calendar_is_in_the_language_asked_for_else_in_swedish(site: Site, query: str, title: str) -> None:
    told = await site.browser().get("/hours.ics" + query, headers={"Accept-Language": "fa"})

    assert title in str(icalendar.Calendar.from_ical(told.text)["x-wr-calname"])


@pytest.mark.parametrize("path", ["/hours/nowhere.ics", "/hours/NO.ics", "/hours/..%2fhours.ics"])
async def test_a_place_that_does_not_exist_is_said_in_plain_words(site: Site, path: str) -> None:
    page = await site.browser().get(path, headers={"Accept-Language": "en"})

    assert page.status == 404
    assert "This page does not exist." in page.words
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_reader_who_comes_again_is_told_only_what_is_new(site: Site, path: str) -> None:
    browser = site.browser()
    at("13:00")
    first = await browser.get(path)
    at("13:20")
    same = await browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    await publish(site, Change(Verb.POPUP, (LINERO,), date(2026, 11, 21), spans=((time(10), time(11)),)))
    changed = await browser.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status, changed.status) == (304, 200)
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert first.headers["Cache-Control"] in ("no-cache", "public, max-age=300")
    assert not browser.cookies and "Set-Cookie" not in first.headers


async def test_a_page_that_shows_that_somebody_has_a_chat_is_not_kept(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        browser, stranger = site.browser(), site.browser()
        await browser.agrees()

        theirs, kept = await browser.get("/sv/hours"), await stranger.get("/sv/hours")

    assert "Tillbaka till chatten" in theirs.words and theirs.headers["Cache-Control"] == "no-store"
    assert "Tillbaka till chatten" not in kept.words and "Cookie" in kept.headers["Vary"]
    assert "ETag" not in theirs.headers


async def test_search_engines_find_the_page_in_every_language_and_the_hours_in_it(site: Site) -> None:
    page = await shown_at(site, "14:00", path="/ar/hours")

    head = html.fromstring(page.text)
    alternates = {one.get("hreflang"): one.get("href") for one in head.xpath("//link[@hreflang]")}
    assert alternates == {str(language): f"https://radrum.example/{language}/hours" for language in Language}
    assert head.xpath("//link[@rel='canonical']/@href") == ["https://radrum.example/ar/hours"]
    assert head.xpath("//link[@type='text/calendar']/@href") == ["/hours.ics?lang=ar"]
    assert head.xpath("//meta[@name='description']/@content")[0].startswith("أوقات الدوام")
    assert not head.xpath("//meta[@name='robots']")
    (found,) = extruct.extract(page.text, syntaxes=["json-ld"])["json-ld"]
    branches = {node["@type"] for node in found["@graph"]}
    assert branches == {"NGO", "LocalBusiness"}
    assert any("specialOpeningHoursSpecification" in node for node in found["@graph"])


async def test_no_other_page_is_for_search_engines(site: Site) -> None:
    for path in ("/sv", "/sv/hours/embed", "/sv/hours/share"):
        assert 'content="noindex"' in (await site.browser().get(path)).text


async def test_a_frame_shows_one_place_or_all_and_nothing_that_acts(site: Site) -> None:
    everything = await shown_at(site, "14:00", path="/fa/hours/embed")
    one = await shown_at(site, "14:00", path=f"/fa/hours/embed?place={LINERO}")
    unknown = await shown_at(site, "14:00", path="/fa/hours/embed?place=nowhere")

    assert {place for (place, *_), _ in ReadPage(everything.text).week} == {LIBRARY, LINERO, ONLINE}
    assert {place for (place, *_), _ in ReadPage(one.text).week} == {LINERO}
    assert unknown.status == 404 and site.service.words("fa")("page_not_found") in unknown.words
    for page in (everything, one, unknown):
        tree = html.fromstring(page.text)
        assert not tree.xpath("//script | //form | //*[@style]")
        links = tree.xpath("//main//a")
        assert {link.get("href") for link in links} == {"/fa/hours", "/fa/chat"}
        assert all((link.get("target"), link.get("rel")) == ("_blank", "noopener") for link in links)
        assert page.headers["Content-Security-Policy"].endswith("frame-ancestors *")


async def test_the_page_for_other_sites_gives_code_that_leads_to_what_it_promises(site: Site) -> None:
    at("14:00")
    browser = site.browser()
    page = await browser.get("/en/hours/share")

    fields = {one.get("id"): one.text.strip() for one in html.fromstring(page.text).xpath("//textarea")}
    assert {"code", "calendar", "programs", f"code-{LINERO}", f"calendar-{LINERO}", f"osm-{LINERO}"} <= set(fields)
    assert "Tu 10:00-12:00,14:00-16:30" in fields[f"osm-{LINERO}"]
    for name, text in fields.items():
        if name.startswith("code"):
            frame = html.fragment_fromstring(text)
            assert (frame.tag, frame.get("loading")) == ("iframe", "lazy") and frame.get("title").startswith("RådRum: ")
            text = frame.get("src")
        if not name.startswith("osm"):
            assert text.startswith("https://radrum.example/")
            parts = urlsplit(text)
            assert (await browser.get(f"{parts.path}?{parts.query}")).status == 200


async def test_what_a_coordinator_writes_is_only_text_wherever_it_is_shown(site: Site) -> None:
    async with site.service.store.work() as work:
        await places.describe_place(
            work, LINERO, address=EVIL, details={"finding": {"sv": EVIL}, "name": {"sv": EVIL}}
        )  # fmt: skip
    popup = {"name": EVIL, "address": EVIL, "partner": EVIL}
    await publish(site, Change(Verb.POPUP, ("evil",), date(2026, 11, 20), spans=((time(10), time(11)),), **popup))
    told = {"reason": Reason.OTHER.value, "texts": {"sv": EVIL}}
    await publish(site, Change(Verb.CLOSE, (LINERO,), date(2026, 11, 24), **told))

    for path in ("/sv/hours", "/sv/hours/embed", "/sv/hours/share"):
        page = await shown_at(site, "14:00", path=path)
        tree = html.fromstring(page.text)
        assert not tree.xpath("//img | //*[@onerror]"), path
        assert [one.get("type") for one in tree.xpath("//script")] in (
            ["application/ld+json", "module"], [], ["module"],
        )  # fmt: skip
        assert "alert(1)" in page.text, path
    graph = extruct.extract((await site.browser().get("/sv/hours")).text, syntaxes=["json-ld"])["json-ld"]
    assert any(EVIL in node["name"] for node in graph[0]["@graph"])
    code = html.fromstring((await site.browser().get("/sv/hours/share")).text).get_element_by_id("code-evil").text
    assert set(html.fragment_fromstring(code).attrib) == {"src", "title", "width", "height", "loading", "style"}


async def test_the_first_load_of_the_hours_is_at_most_100_kilobytes(site: Site) -> None:
    at("14:00")
    browser = site.browser()

    sizes = {
        url: len((await on_the_wire(browser, url))[0]) for url in {"/ar/hours", *await files_of(browser, "/ar/hours")}
    }

    assert any(url.endswith("vazirmatn.woff2") for url in sizes)
    assert sum(sizes.values()) <= MOST_BYTES_AT_FIRST, sizes


@pytest.mark.parametrize("path", PUBLIC)
async def test_what_is_the_same_for_all_is_sent_small(site: Site, path: str) -> None:
    at("14:00")
    browser = site.browser()

    small, headers = await on_the_wire(browser, path)
    plain = await browser.get(path, headers={"Accept-Encoding": "identity"})

    assert headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in headers["Vary"]
    assert len(small) < 6_000 and len(small) < len(plain.text.encode())
