"""The poster on the door: one sheet that says the hours in five languages, as a PDF and as a page to print."""

import io
import re
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pypdf
import pytest
import zxingcpp

from bot.hours import changes
from bot.hours.formats import poster
from bot.hours.formats.shape import Published
from bot.language.i18n import Catalogues
from bot.places import places
from models.hours import Door
from models.hours_change import Verb
from models.people import AUTONYMS, Language
from models.timetable import Span
from tests.channels.web_fixtures import Site, opened_site
from tests.chromium import started_chromium
from tests.hours.formats.story import MONDAY, PLACES, THURSDAY, WEDNESDAY, WORDS, Story, place

TODAY = date(2026, 2, 2)
THREE_PLACES = ("library", "linero", "online")
MARKUP = '#panic("x") *bold* $x$ <b>y</b>'
A4_POINTS = (595, 842)
LARGEST = 300_000
MARKS = re.compile("[\u2066-\u2069]")
MORNING, AFTERNOON = (time(9), time(12)), (time(13), time(16))


def usual() -> Story:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)
    story.weekly("linero", THURSDAY, (time(15, 30), time(17, 30)))
    story.weekly("online", WEDNESDAY, (time(10), time(16)))
    return story


def busiest() -> Story:
    """Three places, open twice a day on seven days, never at the same times; and as many odd days as are printed."""
    story = Story()
    for weekday in range(7):
        for code in THREE_PLACES:
            story.weekly(code, weekday, *(_later(span, weekday) for span in (MORNING, AFTERNOON)))
    for ahead in range(poster.MOST_SPECIAL_DAYS):
        story.close(TODAY + timedelta(days=ahead), "linero", reason="library_closed")
    return story


def _later(span: Span, minutes: int) -> Span:
    return span[0].replace(minute=minutes), span[1].replace(minute=minutes)


def said(published: Published, language: str, place: str | None = None) -> poster.Block:
    blocks = poster.poster(published, WORDS, place).blocks
    return next(block for block in blocks if block.language == language)


def hours(block: poster.Block) -> list[str]:
    return [MARKS.sub("", line) for shown in block.places for line in shown.lines]


def notes(block: poster.Block) -> list[str]:
    return [MARKS.sub("", line) for line in block.notes]


def pdf_of(published: Published) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(poster.pdf(poster.poster(published, WORDS))))


def text_of(reader: pypdf.PdfReader) -> str:
    return " ".join(MARKS.sub("", reader.pages[0].extract_text()).split())


def test_the_pdf_is_one_small_sheet_that_says_what_it_is() -> None:
    made = poster.pdf(poster.poster(usual().published(TODAY), WORDS))
    reader = pypdf.PdfReader(io.BytesIO(made))

    assert len(reader.pages) == 1
    assert (round(reader.pages[0].mediabox.width), round(reader.pages[0].mediabox.height)) == A4_POINTS
    assert len(made) < LARGEST
    assert reader.metadata is not None and reader.metadata.title == "RådRum: Öppettider"
    assert reader.trailer["/Root"]["/Lang"] == "sv"


def test_the_pdf_says_the_hours_in_every_language_with_times_the_right_way_round() -> None:
    text = text_of(pdf_of(usual().published(TODAY)))

    for expected in (
        "måndag: kl. 13:00–16:00", "понеділок: з 13:00 до 16:00", "Monday: 13:00–16:00",
        "13:00 إلى 16:00", "الاثنين", "13:00 تا 16:00", "دوشنبه",
        "Lunds stadsbibliotek, S:t Petri Kyrkogata 6, Lund", "radrum.example", "2026-02-02",
    ):  # fmt: skip
        assert expected in text
    for language in (Language.SV, Language.UK, Language.EN):
        block = said(usual().published(TODAY), language)
        for line in (AUTONYMS[language], block.free, *block.welcome, block.scan, block.danger):
            assert line in text


def test_every_language_says_it_in_its_own_words_and_order() -> None:
    published = usual().published(TODAY)
    shown = poster.poster(published, WORDS)

    assert [block.autonym for block in shown.blocks] == list(AUTONYMS.values())
    assert [block.direction for block in shown.blocks] == ["ltr", "rtl", "rtl", "ltr", "ltr"]
    assert "من 13:00 إلى 16:00" in hours(said(published, "ar"))[0]
    assert "از 13:00 تا 16:00" in hours(said(published, "fa"))[0]
    assert all("112" in block.danger and block.welcome for block in shown.blocks)


def test_what_a_coordinator_wrote_is_never_read_as_markup() -> None:
    story = Story(places={"popup": place("popup", names={"sv": MARKUP}, address="Väg 1 [a] @b \\ // ~")})
    story.weekly("popup", MONDAY, AFTERNOON)

    text = text_of(pdf_of(story.published(TODAY)))

    assert f"{MARKUP}, Väg 1 [a] @b \\ // ~" in text


def test_letters_that_no_font_has_do_not_keep_the_poster_back() -> None:
    story = Story(places={"popup": place("popup", names={"sv": "图书馆 😀"}, address="Väg 1")})
    story.weekly("popup", MONDAY, AFTERNOON)

    assert "Väg 1" in text_of(pdf_of(story.published(TODAY)))


def test_the_busiest_week_of_three_places_fits_on_one_sheet() -> None:
    published = busiest().published(TODAY)
    reader = pdf_of(published)
    text = text_of(reader)

    assert len(reader.pages) == 1
    for language in ("sv", "uk", "en"):
        lines = hours(said(published, language))
        assert len(lines) == 7 * len(THREE_PLACES)
        assert [line for line in lines if line not in text] == []


def test_there_is_no_second_page_however_much_there_is_to_say() -> None:
    story = Story(places={f"p{n}": place(f"p{n}", names={"sv": f"Bibliotek {n}"}, address="Gata 1") for n in range(12)})
    for n in range(12):
        for weekday in range(7):
            story.weekly(f"p{n}", weekday, _later(MORNING, weekday))

    reader = pdf_of(story.published(TODAY))
    text = text_of(reader)

    assert len(reader.pages) == 1
    assert [n for n in range(12) if f"Bibliotek {n}" not in text] == []


def test_the_same_poster_is_the_same_file() -> None:
    shown = poster.poster(usual().published(TODAY), WORDS)
    first = poster.pdf(shown)
    poster._set.cache_clear()

    assert poster.pdf(shown) == first


def test_the_code_holds_the_address_of_the_service() -> None:
    shown = poster.poster(usual().published(TODAY), WORDS)

    assert scanned(shown.qr) == "https://radrum.example/"
    assert shown.address == "radrum.example"


def scanned(svg: str) -> str:
    """What a telephone reads from the drawing: each of its strokes is a run of dark squares."""
    size, dot = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0]), 4
    light = [bytearray(b"\xff" * size * dot) for _ in range(size)]
    x, y = 0, 0.0
    for verb, across, down in re.findall(r"([Mmh])(-?\d+)(?: ?(-?[\d.]+))?", re.findall(r' d="([^"]+)"', svg)[0]):
        if verb == "h":
            light[int(y)][x * dot : (x + int(across)) * dot] = bytes(int(across) * dot)
            x += int(across)
        else:
            x, y = (int(across), float(down)) if verb == "M" else (x + int(across), y + float(down))
    picture = memoryview(b"".join(bytes(row) * dot for row in light)).cast("B", [size * dot, size * dot])
    found = zxingcpp.read_barcode(picture)
    assert found is not None
    return found.text


def test_days_that_are_not_as_usual_are_told_for_eight_weeks() -> None:
    story = usual()
    story.close(date(2026, 2, 9))
    story.on(Verb.EXTRA, date(2026, 2, 10), MORNING)
    story.close(date(2026, 2, 10))  # a Tuesday, when it never opens by the week
    story.on(Verb.TIMES, date(2026, 3, 2), MORNING)
    story.close(date(2026, 4, 6))

    told = notes(said(story.published(TODAY), "sv"))

    assert told == [
        "Dagar som inte är som vanligt:",
        "Lunds stadsbibliotek, måndag 9 februari 2026: stängt. Orsak: helgdag",
        "Lunds stadsbibliotek, måndag 2 mars 2026: öppet kl. 09:00–12:00",
    ]


def test_when_many_days_are_not_as_usual_it_says_where_to_read_of_them() -> None:
    story = usual()
    for week in range(poster.MOST_SPECIAL_DAYS + 1):
        story.close(TODAY + timedelta(weeks=week))

    published = story.published(TODAY)

    assert notes(said(published, "en")) == ["Some days are not as usual. See radrum.example"]
    assert "Some days are not as usual. See radrum.example" in text_of(pdf_of(published))


def test_the_poster_of_one_place_says_nothing_of_the_others() -> None:
    shown = poster.poster(usual().published(TODAY), WORDS, "linero")

    assert [site.address for site in shown.sites] == [PLACES["linero"].address]
    assert hours(shown.blocks[0]) == ["torsdag: kl. 15:30–17:30"]


def test_without_any_hours_it_says_so() -> None:
    published = Story().published(TODAY)

    assert notes(said(published, "en")) == ["No open advice sessions are planned right now."]
    assert len(pdf_of(published).pages) == 1


# Over HTTP.


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        async with opened.service.store.work() as work:
            await places.add_place(work, code="library", name_key="lund_city_library", address="S:t Petri 6, Lund")
            await places.add_place(work, code="linero", address="Väg 31", names={"sv": MARKUP})
            await places.add_place(work, code="online", name_key="service_online", door=Door.ONLINE)
        async with opened.service.store.work() as work:
            for weekday in range(7):
                for code in THREE_PLACES:
                    spans = [_later(span, weekday) for span in (MORNING, AFTERNOON)]
                    await changes.set_hours(work, place=code, weekday=weekday, spans=spans, valid_from=work.today)
        yield opened


async def test_anybody_may_read_the_pdf_in_the_browser(site: Site) -> None:
    async with site.browser().http.get(f"{site.base}/poster.pdf?place=linero") as answer:
        made = await answer.read()

    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="radrum-linero.pdf"'
    text = text_of(pypdf.PdfReader(io.BytesIO(made)))
    assert MARKUP in text
    assert "Lunds stadsbibliotek" not in text


@pytest.mark.parametrize("path", ["/poster", "/poster.pdf"])
async def test_a_place_that_is_not_there_has_no_poster(site: Site, path: str) -> None:
    assert (await site.browser().get(f"{path}?place=nowhere")).status == 404


async def test_the_page_prints_on_one_sheet_and_holds_to_our_policy(site: Site) -> None:
    complaints: list[str] = []
    async with started_chromium() as chromium:
        page = await chromium.new_page(java_script_enabled=False, locale="sv-SE")
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"{site.base}/poster")
        shown = await page.inner_text("body")
        link = await page.get_attribute("aside a", "href")
        sheets = pypdf.PdfReader(io.BytesIO(await page.pdf(prefer_css_page_size=True)))

    assert complaints == []
    assert "Skriv ut sidan" in shown and link == "/poster.pdf"
    assert len(sheets.pages) == 1
    assert (round(sheets.pages[0].mediabox.width), round(sheets.pages[0].mediabox.height)) == A4_POINTS
    printed = text_of(sheets)
    assert "Skriv ut sidan" not in printed
    for expected in ("måndag: kl. 09:00–12:00", "Monday: 09:00–12:00", MARKUP, "112"):
        assert expected in printed
