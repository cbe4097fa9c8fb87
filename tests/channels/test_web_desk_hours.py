"""The coordinators' pages for opening hours, without scripts: a change is read before it holds, and can be undone."""

import re
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from html import escape
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes as hours_changes
from bot.hours import standing
from bot.language.i18n import Catalogues
from bot.volunteers import leaving
from models.hours_change import Change, Verb
from models.outbox import Notice
from models.people import AUTONYMS
from models.shift import ONLINE
from tests import builders
from tests.builders import one, table
from tests.channels.hours_fixtures import LIBRARY, LINERO, OWN_WORDS, STOCKHOLM, at, open_office
from tests.channels.web_fixtures import Browser, Page, Site, opened_site

MONDAY = date(2026, 11, 23)  # the library is open 13:00-16:00
CLOSED = {"verb": "close", "place": LIBRARY, "first": "2026-11-23", "reason": "illness"}


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    """Wednesday noon in an office with two libraries."""
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        await open_office(opened.service)
        at("12:00")
        yield opened


@pytest.fixture
async def desk(site: Site) -> Browser:
    return await site.desk_of(await builders.coordinator(site.service, "Karin"))


async def published(desk: Browser, fields: dict | list) -> Page:
    """The page after the change of this form has been read and published."""
    preview = await desk.post("/desk/hours/propose", fields)
    assert preview.status == 200, preview.words
    return await desk.post(f"{draft_in(preview)}/publish")


def draft_in(preview: Page) -> str:
    """The address of the draft that the preview's buttons act on."""
    return preview.text.partition('action="')[2].partition("/publish")[0].rpartition('action="')[2]


def alert_in(page: Page) -> str:
    return page.text.partition('role="alert">')[2].partition("</p>")[0]


async def changes(site: Site) -> int:
    return (await one(site.service, "SELECT count(*) FROM hours_changes"))[0]


SURE = {"sure": "1"}


async def newest(site: Site) -> int:
    """The number of the newest change."""
    return (await one(site.service, "SELECT max(number) FROM hours_changes"))[0]


async def open_on(site: Site, day: date, place: str) -> list[str]:
    """When the place is open on that day."""
    async with site.service.store.look() as db:
        found = {known.code: spans for known, spans in await standing.openings_on(db, day)}
    return [f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in found.get(place, [])]


async def test_a_change_is_read_in_five_languages_published_seen_by_newcomers_and_undone(
    site: Site, desk: Browser
) -> None:
    newcomer = site.browser()
    told_of_day = f'data-place="{LIBRARY}" data-day="2026-11-23"'
    before, public = await changes(site), await newcomer.get("/sv/hours")
    texts = {f"text_{language}": text for language, text in OWN_WORDS.items()}

    preview = await desk.post("/desk/hours/propose", CLOSED | {"reason": "other"} | texts)
    unpublished = await changes(site), await newcomer.get("/sv/hours")
    done = await desk.post(f"{draft_in(preview)}/publish")
    shown = await newcomer.get("/ar/hours")

    for language, text in OWN_WORDS.items():
        assert f'lang="{language}" dir="{"rtl" if language in ("ar", "fa") else "ltr"}"' in preview.text
        assert AUTONYMS[language] in preview.words and text in preview.words
    assert "Monday 23 November 2026: closed" in preview.words
    assert unpublished[0] == before and told_of_day not in unpublished[1].text + public.text
    assert done.url == "/desk/hours?told=published" and "Ändringen gäller nu." in done.words
    assert told_of_day in shown.text and OWN_WORDS["ar"] in shown.words
    assert await open_on(site, MONDAY, LIBRARY) == []

    undone = await desk.post(f"/desk/hours/changes/{await newest(site)}/undo", SURE)

    assert "Ändringen är ångrad." in undone.words
    assert told_of_day not in (await newcomer.get("/sv/hours")).text
    assert await open_on(site, MONDAY, LIBRARY) == ["13:00-16:00"]


WEEKLY = [("verb", "weekly"), ("place", LIBRARY), ("weekday", "0"), ("first", "2026-11-23"), ("last", "2026-12-06")]
SPAN = [("opens", "10:00"), ("closes", "12:00")]
AT_LIBRARY = [("place", LIBRARY), ("first", "2026-11-23")]
SECOND = [("opens", "17:00"), ("closes", "18:30")]


EACH_FORM: list[tuple[list[tuple[str, str]], str, dict[int, list[str]]]] = [
    ([*WEEKLY, *SPAN, *SECOND], LIBRARY, {23: ["10:00-12:00", "17:00-18:30"]}),
    ([*WEEKLY, ("closed", "1"), *SPAN], LIBRARY, {23: []}),
    ([*CLOSED.items(), ("place", LINERO), ("last", "2026-11-25")], LIBRARY, {23: [], 25: []}),
    ([("verb", "times"), *AT_LIBRARY, *SPAN, *SECOND], LIBRARY, {23: ["10:00-12:00", "17:00-18:30"]}),
    ([("verb", "extra"), *AT_LIBRARY, *SPAN], LIBRARY, {23: ["10:00-12:00", "13:00-16:00"]}),
    ([("verb", "popup"), ("place", "eos"), ("first", "2026-11-23"), *SPAN], "eos", {23: ["10:00-12:00"]}),
    ([("verb", "usual"), ("place", LIBRARY), ("first", "2026-11-30")], LIBRARY, {30: ["13:00-16:00"]}),
]


async def test_each_form_makes_the_change_it_says_and_undoing_takes_it_back(site: Site, desk: Browser) -> None:
    for form, place, expected in EACH_FORM:
        before = {day: await open_on(site, date(2026, 11, day), place) for day in expected}

        await published(desk, form)
        held = {day: await open_on(site, date(2026, 11, day), place) for day in expected}
        await desk.post(f"/desk/hours/changes/{await newest(site)}/undo", SURE)

        assert held == expected, form
        assert {day: await open_on(site, date(2026, 11, day), place) for day in expected} == before, form


async def test_a_pop_up_at_a_new_place_makes_the_place_known_when_it_is_published(site: Site, desk: Browser) -> None:
    form = dict([("verb", "popup"), ("place", "+"), ("first", "2026-11-23"), *SPAN])
    form |= {"name": "  Röda <b>Korset ", "address": "Storgatan 1", "partner": "<i>Röda Korset</i>"}

    preview = await desk.post("/desk/hours/propose", form)
    known_before = await table(site.service, "SELECT code FROM places WHERE code LIKE 'roda%'")
    await desk.post(f"{draft_in(preview)}/publish")

    assert "Röda <b>Korset" in preview.words and "Adress: Storgatan 1" in preview.words
    assert "<i>" not in preview.text and escape("<i>Röda Korset</i>") in preview.text
    assert known_before == []
    (place,) = await table(site.service, "SELECT code, address FROM places WHERE code LIKE 'roda%'")
    assert place.address == "Storgatan 1"
    assert await open_on(site, MONDAY, place.code) == ["10:00-12:00"]


FILLED = {
    "verb": "times", "place": LINERO, "first": "2026-12-01", "opens": "15:00", "closes": "13:00", "reason": "other",
    "text_sv": 'Kurs "A" <b>', "text_ar": "دورة",
}  # fmt: skip


async def test_a_refused_form_is_there_again_as_it_was_filled_in(site: Site, desk: Browser) -> None:
    await desk.post("/desk/language", {"language": "en"})

    page = await desk.post("/desk/hours/propose", FILLED)
    drafts = await table(site.service, "SELECT id FROM hours_drafts")
    righted = await desk.post("/desk/hours/propose", FILLED | {"opens": "13:00", "closes": "15:00"})

    assert righted.status == 200 and "/desk/hours/drafts/" in righted.url
    assert page.status == 422 and 'role="alert"' in page.text
    assert "The time ends at 13:00 but only starts at 15:00." in page.words
    assert '<details class="panel" id="form-times" name="change" open>' in page.text
    for filled in (
        '<option value="linero" selected>', 'name="first" value="2026-12-01"', 'name="opens" value="15:00"',
        'name="closes" value="13:00"', '<option value="other" selected>',
        'value="Kurs &#34;A&#34; &lt;b&gt;" lang="sv" dir="ltr"', 'value="دورة" lang="ar" dir="rtl"',
    ):  # fmt: skip
        assert filled in page.text
    assert drafts == []


CANNOT_BE: list[tuple[dict[str, str], str]] = [
    ({"verb": "close", "first": "2026-12-01"}, "Välj en plats."),
    (CLOSED | {"place": "nowhere"}, "nowhere"),
    (CLOSED | {"first": ""}, "Välj en dag."),
    (CLOSED | {"first": "0001-01-01"}, "0001-01-01"),
    (CLOSED | {"last": "2026-11-22"}, "sista dagen"),
    (CLOSED | {"last": "2090-12-01"}, "högst"),
    (CLOSED | {"reason": "other"}, "egna ord"),
    (CLOSED | {"reason": "rain"}, "rain"),
    (dict([*WEEKLY, *SPAN, ("weekday", "7")]), "Välj en veckodag."),
    (dict(WEEKLY), "Fyll i både"),
    (dict([("verb", "extra"), *AT_LIBRARY, ("opens", "10:00")]), "Fyll i både"),
    (dict([("verb", "extra"), *AT_LIBRARY, ("opens", "10:00+02:00"), ("closes", "12")]), "10:00+02:00"),
    (dict([("verb", "popup"), ("place", "+"), ("first", "2026-12-01"), *SPAN]), "namn"),
    (CLOSED | {"verb": "undo"}, "gäller inte längre"),
]


async def test_what_cannot_be_done_is_told_and_nothing_is_kept(site: Site, desk: Browser) -> None:
    for form, told in CANNOT_BE:
        page = await desk.post("/desk/hours/propose", form)

        assert page.status == (409 if form["verb"] == "undo" else 422), form
        assert told in alert_in(page), form
    assert await table(site.service, "SELECT id FROM hours_drafts") == []


async def test_of_two_coordinators_the_second_is_told_what_the_first_has_changed(site: Site, desk: Browser) -> None:
    second = await site.desk_of(await builders.coordinator(site.service, "Sara"))
    theirs = await desk.post("/desk/hours/propose", CLOSED)
    mine = await second.post("/desk/hours/propose", CLOSED | {"place": LINERO, "first": "2026-12-01"})
    before = await changes(site)

    first = await desk.post(f"{draft_in(theirs)}/publish")
    refused = await second.post(f"{draft_in(mine)}/publish")
    kept = await changes(site)
    again = await published(second, CLOSED | {"place": LINERO, "first": "2026-12-01"})

    assert first.status == 200 and refused.status == 409 and kept == before + 1
    assert "Någon annan har ändrat öppettiderna" in refused.words
    latest = refused.words.partition("Senaste ändringen")[2]
    assert latest.startswith(" Lunds stadsbibliotek, måndag 23 november 2026: stängt") and "Karin" in latest
    assert f'value="{LINERO}" checked' in refused.text and 'name="first" value="2026-12-01"' in refused.text
    assert again.status == 200 and await open_on(site, date(2026, 12, 1), LINERO) == []


async def test_a_draft_is_its_coordinators_alone_and_the_same_press_twice_is_one(site: Site, desk: Browser) -> None:
    other = await site.desk_of(await builders.coordinator(site.service, "Sara"))
    draft = draft_in(await desk.post("/desk/hours/propose", CLOSED))
    before = await changes(site)

    theirs = [await other.post(f"{draft}/publish"), await other.post(f"{draft}/drop")]
    untouched = await changes(site)
    mine = [await desk.post(f"{draft}/publish") for _ in range(2)]

    assert [page.status for page in theirs] == [409, 200] and "2026-11-23" not in theirs[1].text
    assert untouched == before
    assert [page.url for page in mine] == ["/desk/hours?told=published"] * 2
    assert await changes(site) == before + 1


async def test_going_back_from_the_preview_drops_the_draft_and_fills_its_form_in_again(
    site: Site, desk: Browser
) -> None:
    form = dict([*WEEKLY, *SPAN])
    draft = draft_in(await desk.post("/desk/hours/propose", form))

    back = await desk.post(f"{draft}/drop")
    gone = await desk.post(f"{draft}/publish")

    assert 'id="form-weekly" name="change" open' in back.text
    for filled in ('name="first" value="2026-11-23"', 'name="last" value="2026-12-06"', 'value="10:00"'):
        assert filled in back.text
    assert '<option value="0" selected>' in back.text and f'<option value="{LIBRARY}" selected>' in back.text
    assert gone.status == 409 and await table(site.service, "SELECT id FROM hours_drafts") == []


@pytest.mark.parametrize("cancelled", [True, False])
async def test_shifts_left_without_a_session_are_shown_and_cancelled_only_when_asked(
    site: Site, desk: Browser, cancelled: bool
) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    begins = clock.wall(MONDAY, time(13), STOCKHOLM)
    shift = await builders.shift(site.service, amina, starts_at=begins, lasts=timedelta(hours=3), place=LIBRARY)

    preview = await desk.post("/desk/hours/propose", CLOSED)
    await desk.post(f"{draft_in(preview)}/publish", {"cancel_shifts": "1"} if cancelled else {})

    assert "måndag 23 november 2026 kl. 13:00–16:00: Amina" in preview.words
    row = await one(site.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert (row.cancelled_at is not None) is cancelled


async def test_a_session_nobody_has_signed_up_for_is_pointed_out(desk: Browser) -> None:
    extra = dict([("verb", "extra"), ("place", LINERO), ("first", "2026-12-02"), *SPAN])

    opened = await desk.post("/desk/hours/propose", extra)
    closed = await desk.post("/desk/hours/propose", CLOSED)

    assert "Ingen volontär har anmält sig" in opened.words and "Ingen volontär har anmält sig" not in closed.words


async def test_the_history_says_who_changed_what_and_only_the_newest_can_be_undone(site: Site, desk: Browser) -> None:
    await published(desk, CLOSED)
    await published(desk, CLOSED | {"place": LINERO, "first": "2026-12-01", "reason": ""})
    last = await newest(site)

    before = await desk.get("/desk/hours/history")
    too_old = await desk.post(f"/desk/hours/changes/{last - 1}/undo", SURE)
    twice = [await desk.post(f"/desk/hours/changes/{last}/undo", SURE) for _ in range(2)]
    after = await desk.get("/desk/hours/history")

    assert before.words.index("Linero bibliotek, tisdag 1 december") < before.words.index(
        "Lunds stadsbibliotek, måndag 23"
    )
    assert "Karin · i dag kl. 12:00" in before.words and "kommandoraden" in before.words
    assert before.text.count("/undo") == 1 and f"/changes/{last}/undo" in before.text
    assert too_old.status == 409 and "Bara den senaste" in too_old.words
    assert [page.status for page in twice] == [200, 200]
    assert "Ångrade en ändring" in after.words and f'class="notice undone" id="change-{last}"' in after.text
    assert after.text.count("/undo") == 1 and f"/changes/{last - 1}/undo" in after.text


async def test_the_history_does_not_say_the_command_line_of_somebody_who_has_left(site: Site, desk: Browser) -> None:
    robin = await builders.coordinator(site.service, "Robin")
    async with builders.acting(site.service, robin) as work:
        await builders.close_day(work, place=LINERO, day=date(2026, 12, 1), reason="")
    async with site.service.store.work() as work:
        await leaving.leave_for_good(work, robin.id)

    shown = [await desk.get(path) for path in ("/desk/hours", "/desk/hours/history")]

    for page in shown:
        assert "någon som har slutat · " in page.words


async def test_the_desk_says_that_undoing_brings_cancelled_shifts_back_and_it_does(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    begins = clock.wall(MONDAY, time(13), STOCKHOLM)
    shift = await builders.shift(site.service, amina, starts_at=begins, lasts=timedelta(hours=3), place=LIBRARY)
    preview = await desk.post("/desk/hours/propose", CLOSED)
    await desk.post(f"{draft_in(preview)}/publish", {"cancel_shifts": "1"})
    change = await newest(site)

    asked = await desk.post(f"/desk/hours/changes/{change}/undo")
    done = await desk.post(f"/desk/hours/changes/{change}/undo", SURE)

    assert "Ångrar du ändringen kommer passet tillbaka, och det får de också veta." in preview.words
    assert "Passen som ställdes in med ändringen kommer tillbaka, om de inte redan är över." in asked.words
    assert "också pass som ställdes in med den och inte redan är över" in done.words
    row = await one(site.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert row.cancelled_at is None
    (_, again) = await builders.screen(site.service, amina.id, Notice.SHIFT_HOURS)
    assert "Ditt pass gäller igen" in again


async def test_taking_back_asks_first_with_the_change_and_the_newest_alone_can_be(site: Site, desk: Browser) -> None:
    await published(desk, CLOSED)
    last = await newest(site)

    asked = await desk.post(f"/desk/hours/changes/{last}/undo")
    before = await open_on(site, MONDAY, LIBRARY)
    too_old = await desk.post(f"/desk/hours/changes/{last - 1}/undo")
    done = await desk.post(f"/desk/hours/changes/{last}/undo", {"sure": asked.hidden("sure")})

    assert asked.status == 200 and "Vill du ångra den här ändringen?" in asked.words
    assert "Lunds stadsbibliotek, måndag 23 november 2026: stängt" in asked.words
    assert before == []
    assert too_old.status == 409 and "Bara den senaste" in too_old.words
    assert "Ändringen är ångrad." in done.words
    assert await open_on(site, MONDAY, LIBRARY) == ["13:00-16:00"]


async def test_what_held_on_a_day_that_has_passed_can_be_asked(site: Site, desk: Browser) -> None:
    tuesday, none = await desk.get("/desk/hours/history?day=2026-11-17"), await desk.get("/desk/hours/history?day=x")

    assert "tisdag 17 november 2026" in tuesday.words
    assert "Linero bibliotek kl. 10:00–12:00, kl. 14:00–16:30" in tuesday.words
    assert "Lunds stadsbibliotek stängt" in tuesday.words
    assert none.status == 422 and "”x” är ingen dag" in none.words


async def test_a_new_place_is_described_in_each_language_and_newcomers_read_it_as_text(
    site: Site, desk: Browser
) -> None:
    added = await desk.post("/desk/places", {"name": "Röda <b>Korset</b>", "address": "Storgatan 1", "door": "visit"})
    form = {"name_sv": "Röda <b>Korset</b>", "name_ar": "الصليب الأحمر", "address": "Storgatan <2>"}
    form |= {"floor_sv": "Plan 1", "access_ar": "يوجد مصعد", "point": "55,7060, 13.1910", "last_entry": "20"}
    saved = await desk.post(added.url, form)
    async with site.service.store.work() as work:
        code = added.url.rpartition("/")[2]
        session = Change(Verb.EXTRA, (code,), MONDAY, spans=((time(10), time(12)),))
        await hours_changes.publish_now(work, session)
    public = await site.browser().get("/ar/hours")

    assert added.url.startswith("/desk/places/roda") and added.status == 200
    assert saved.url == f"{added.url}?saved" and "Sparat." in saved.words
    assert 'name="access_ar" value="يوجد مصعد" lang="ar" dir="rtl"' in saved.text
    row = await one(site.service, "SELECT latitude, longitude, last_entry FROM places WHERE code = :code", code=code)
    assert tuple(row) == (55.706, 13.191, 20)
    for page in (added, saved, public):
        assert "<b>" not in page.text and "<2>" not in page.text
    assert "الصليب الأحمر" in public.words and "يوجد مصعد" in public.words and "Storgatan <2>" in public.words


async def test_a_refused_description_keeps_what_was_filled_in(site: Site, desk: Browser) -> None:
    before = await one(site.service, "SELECT * FROM places WHERE code = :code", code=LINERO)
    filled = {"address": "Ny gata 1", "floor_fa": "طبقهٔ ۱"}

    for changed, told in (
        ({"point": "Lund"}, "grader"),
        ({"point": "95, 13"}, "grader"),
        ({"last_entry": "-1"}, "0 till"),
    ):
        page = await desk.post(f"/desk/places/{LINERO}", filled | changed)

        assert page.status == 422 and told in alert_in(page)
        assert 'value="Ny gata 1"' in page.text and 'value="طبقهٔ ۱"' in page.text
    assert await one(site.service, "SELECT * FROM places WHERE code = :code", code=LINERO) == before
    righted = await desk.post(f"/desk/places/{LINERO}", filled | {"point": "55.7, 13.2", "last_entry": "0"})
    assert righted.status == 200 and "Sparat." in righted.words


async def test_a_place_has_a_swedish_name_and_a_library_keeps_the_one_it_has(site: Site, desk: Browser) -> None:
    nameless = await desk.post("/desk/places", {"address": "Storgatan 1"})
    unnamed = await desk.post("/desk/places/eos", {"name_en": "Only in English"})
    renamed = await desk.post(f"/desk/places/{LINERO}", {"name_sv": "Något annat"})
    missing = await desk.get("/desk/places/nowhere")

    assert nameless.status == unnamed.status == 422 and 'value="Storgatan 1"' in nameless.text
    assert 'value="Only in English"' in unnamed.text
    assert renamed.status == 200 and "Något annat" not in (await desk.get("/desk/hours")).words
    assert missing.status == 404


async def test_a_holiday_that_nobody_has_decided_on_is_closed_or_kept_by_one_button(site: Site, desk: Browser) -> None:
    epiphany = [("verb", "usual"), ("first", "2027-01-06"), ("place", ONLINE)]  # the libraries are closed already
    before = await desk.get("/desk/hours")

    usual = await published(desk, fields_beside(before, "usual", "2027-01-06"))
    await desk.post(f"/desk/hours/changes/{await newest(site)}/undo", SURE)
    closed = await desk.post("/desk/hours/propose", fields_beside(before, "close", "2027-01-06"))

    assert "Trettondedag jul onsdag 6 januari 2027 RådRum Online kl. 09:00–12:00" in before.words
    assert "Trettondedag jul" not in usual.words
    assert fields_beside(before, "usual", "2027-01-06") == epiphany
    assert "RådRum Online, onsdag 6 januari 2027: stängt. Orsak: helgdag" in closed.words


def fields_beside(page: Page, verb: str, day: str) -> list[tuple[str, str]]:
    """What the button with this verb beside the holiday sends."""
    forms = [
        form.partition("</form>")[0] for form in page.text.split('<form method="post" action="/desk/hours/propose">')
    ]
    form = next(
        form for form in forms if f'name="verb" value="{verb}"' in form and f'name="first" value="{day}"' in form
    )
    return re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)


async def test_the_page_shows_what_holds_and_coordinators_alone_are_led_there(site: Site, desk: Browser) -> None:
    amina = await site.desk_of(await builders.volunteer(site.service, "Amina"))

    overview, plain, page = await desk.get("/desk"), await amina.get("/desk"), await desk.get("/desk/hours")

    assert 'href="/desk/hours"' in overview.text and 'href="/desk/hours"' not in plain.text
    for told in (
        "tisdag: kl. 10:00–12:00, kl. 14:00–16:30", "tisdag 24 november 2026 stängt Orsak: sjukdom",
        "lördag 28 november 2026 kl. 11:00–14:00 IK Eos",
    ):  # fmt: skip
        assert told in page.words
    for link in ("/desk/hours/history", f"/desk/places/{LINERO}", "/sv/hours", "/sv/hours/share", "/hours.ics"):
        assert f'href="{link}"' in page.text
        assert (await desk.get(link)).status == 200
