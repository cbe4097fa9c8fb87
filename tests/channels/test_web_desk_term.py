"""The usual week at the desk, without scripts: its lines, a term made of it as a draft, published or thrown away."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.engine import clock
from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.shifts import term
from bot.shifts.typed import NewLine
from bot.volunteers import leaving
from models.base import table_of
from models.hours import Reason
from models.hours_change import Change, Verb
from models.outbox import Notice
from models.shift_plan import ShiftDraft
from tests import builders
from tests.channels.hours_fixtures import STOCKHOLM
from tests.channels.shift_desk import ShiftDesk, alert_in, part, read, shift_desk
from tests.channels.web_fixtures import Page

TEMPLATE, TERMS = "/desk/shifts/template", "/desk/shifts/terms"
LINE = {"day": "0", "place": "linero", "starts": "13:00", "ends": "16:00", "needed": "2"}
THURSDAY = {"day": "3", "place": "online", "starts": "09:00", "ends": "12:00", "needed": "2", "wants": "ar"}
CHRISTMAS = {"first": "2026-12-14", "last": "2027-01-10"}
JANUARY = {"first": "2027-01-11", "last": "2027-01-24"}


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """On either database."""
    async with shift_desk(database_url, tmp_path, catalogues) as made:
        yield made


async def adds(desk: ShiftDesk, who: str = "Karin", seen: Page | None = None, **line: str) -> Page:
    page = seen or await desk.opens(who, TEMPLATE)
    return await desk.sends(who, TEMPLATE, LINE | line, seen=page)


async def usual_week(desk: ShiftDesk) -> Page:
    await adds(desk)
    return await adds(desk, **THURSDAY)


async def drafted(desk: ShiftDesk, who: str = "Karin", **days: str) -> Page:
    """Their draft of a term, as it is shown."""
    return await desk.sends(who, TERMS, JANUARY | days, seen=await desk.opens(who, TEMPLATE))


async def does(desk: ShiftDesk, who: str, act: str, seen: Page, **fields: str) -> Page:
    """A press on the page of a draft."""
    hidden = {name: seen.hidden(name) for name in ("first", "last", "count") if f'name="{name}"' in seen.text}
    return await desk.sends(who, f"{draft_of(seen)}/{act}", hidden | fields, seen=seen)


def draft_of(page: Page) -> str:
    found = re.search(rf"{TERMS}/\d+", page.url) or re.search(rf"{TERMS}/\d+", page.text)
    assert found, page.words
    return found[0]


def lines_of(page: Page) -> list[int]:
    return [int(one) for one in re.findall(r"/template/lines/(\d+)/end", page.text)]


async def shifts_of(desk: ShiftDesk) -> list[str]:
    rows = await builders.table(desk.site.service, "SELECT starts_at, place FROM shifts ORDER BY starts_at, place")
    shown = [(datetime.fromisoformat(str(row.starts_at)).replace(tzinfo=UTC).astimezone(STOCKHOLM), row.place)
             for row in rows]  # fmt: skip
    return [f"{at:%d/%m %H:%M} {place}" for at, place in shown]


async def closed_between_the_holidays(desk: ShiftDesk) -> None:
    async with desk.site.service.store.work() as work:
        closing = Change(Verb.CLOSE, ("linero",), date(2026, 12, 28), reason=Reason.LIBRARY_CLOSED.value)
        usual = [(time(13), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=usual, valid_from=date(2026, 12, 1))
        await changes.publish_now(work, closing)


# The lines.


async def test_a_line_is_made_changed_taken_away_and_put_back(desk: ShiftDesk) -> None:
    empty = await desk.opens("Karin", TEMPLATE)
    made = await adds(desk, seen=empty)
    twice = await adds(desk, seen=empty)
    [line] = lines_of(made)
    changed = await desk.sends("Karin", f"{TEMPLATE}/lines/{line}", LINE | {"needed": "3", "wants": "ar"}, seen=made)
    [line] = lines_of(changed)
    gone = await desk.sends("Karin", f"{TEMPLATE}/lines/{line}/end", seen=changed)
    back = await desk.sends("Karin", f"{TEMPLATE}/lines/{line}/back", seen=gone)

    assert "Den vanliga veckan är tom." in part(empty, "h-lines") and 'id="h-term"' not in empty.text
    assert "✓ Tillagt: mån 13–16 Linero" in read(made.text) and twice.status == 200
    assert "Raderna 1 mån 13–16 Linero: 2 personer Ta bort Ändra" in part(twice, "h-lines")
    assert "mån 13–16 Linero: 3 personer, Arabiska" in part(changed, "h-lines")
    assert "✓ Borttaget: mån 13–16 Linero. Pass som redan finns är kvar." in read(gone.text)
    assert "Ångra mån 13–16 Linero" in read(gone.text) and lines_of(gone) == []
    assert lines_of(back) == [line]


async def test_the_form_of_a_line_holds_what_the_line_is(desk: ShiftDesk) -> None:
    page = await adds(desk, day="6", place="online", starts="22:00", ends="02:00", needed="4", wants="ar")

    form = page.text.partition(f'/lines/{lines_of(page)[0]}"')[2].partition("</form>")[0]

    assert '<option value="6" selected>Söndag' in form and '<option value="online" selected>' in form
    assert 'value="22:00"' in form and 'value="02:00"' in form and "<option selected>4" in form
    assert 'value="ar" checked' in form


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"day": ""}, "Välj en veckodag."),
        ({"day": "7"}, "Välj en veckodag."),
        ({"day": "2026-12-07"}, "Välj en veckodag."),
        ({"place": ""}, "Välj en plats."),
        ({"place": "nowhere"}, "Det finns ingen plats med koden ”nowhere”."),
        ({"starts": ""}, "Fyll i både från när och till när."),
        ({"ends": "25:00"}, "25:00"),
        ({"starts": "13:00", "ends": "13:00"}, "Passet slutar innan det börjar."),
        ({"needed": "0"}, "Hur många behövs? 0 är inte ett tal från 1 till 9."),
        ({"needed": "9" * 80}, "är inte ett tal från 1 till 9."),
    ],
)
async def test_a_wrong_line_is_shown_again_as_it_was_filled_in_and_says_why(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, wrong: dict[str, str], told: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        page = await adds(desk, **THURSDAY)
        [line] = lines_of(page)
        new = await adds(desk, seen=page, **wrong)
        changed = await desk.sends("Karin", f"{TEMPLATE}/lines/{line}", THURSDAY | wrong, seen=page)

        assert new.status == changed.status == 422
        assert told in alert_in(new) and told in alert_in(changed)
        assert '<details class="panel" id="new-line" open>' in new.text
        assert changed.text.count('<details class="more" open>\n          <summary>Ändra') == 1
        if "starts" not in wrong:
            assert 'id="new-starts" name="starts" value="13:00"' in new.text
        assert "tor 09–12 online: 2 personer, Arabiska" in part(changed, "h-lines")
        assert lines_of(await desk.opens("Karin", TEMPLATE)) == [line]


async def test_nothing_at_all_in_a_form_is_answered_with_what_is_missing(desk: ShiftDesk) -> None:
    await adds(desk)
    browser = await desk.at("Karin")

    empty = [await browser.post(path, {}) for path in (TEMPLATE, TERMS)]

    assert [page.status for page in empty] == [422, 422]
    assert alert_in(empty[0]) == "Välj en plats." and alert_in(empty[1]) == "Välj den första och den sista dagen."


async def test_the_same_line_is_not_there_twice_and_no_more_than_twenty_are(desk: ShiftDesk) -> None:
    await adds(desk)
    again = await adds(desk, ends="15:00")
    for hour in range(19):
        await adds(desk, place="online", starts=f"{hour:02}:00", ends=f"{hour + 1:02}:00")
    full = await adds(desk, day="5")

    assert again.status == 422 and alert_in(again) == "Den raden finns redan."
    assert full.status == 422 and alert_in(full) == "Det får inte plats fler rader än 20."


async def test_a_line_that_another_has_taken_away_is_not_changed(desk: ShiftDesk) -> None:
    page = await adds(desk)
    [line] = lines_of(page)
    stale = await desk.opens("Robin", TEMPLATE)
    await desk.sends("Karin", f"{TEMPLATE}/lines/{line}/end", seen=page)

    changed = await desk.sends("Robin", f"{TEMPLATE}/lines/{line}", LINE | {"needed": "4"}, seen=stale)
    gone = await desk.sends("Robin", f"{TEMPLATE}/lines/{line}/end", seen=stale)

    told = "Den raden finns inte längre: någon har tagit bort eller ändrat den."
    assert (changed.status, gone.status) == (409, 409)
    assert alert_in(changed) == told and alert_in(gone) == told
    assert lines_of(changed) == []


async def test_of_two_who_add_the_same_line_at_once_the_second_reads_that_it_is_there(desk: ShiftDesk) -> None:
    mine, theirs = await desk.opens("Karin", TEMPLATE), await desk.opens("Robin", TEMPLATE)

    answers = await asyncio.gather(adds(desk, "Karin", mine), adds(desk, "Robin", theirs))

    assert sorted(answer.status for answer in answers) == [200, 422]
    [refused] = [answer for answer in answers if answer.status == 422]
    assert alert_in(refused) == "Den raden finns redan."


# A term.


async def test_four_weeks_over_christmas_are_shown_with_their_gaps_and_published_to_all(desk: ShiftDesk) -> None:
    await usual_week(desk)
    await desk.shift(day=date(2026, 12, 14))
    await closed_between_the_holidays(desk)

    shown = await drafted(desk, **CHRISTMAS)
    before = await shifts_of(desk)
    with_them = await does(desk, "Karin", "holidays", shown, included="1")
    without = await does(desk, "Karin", "holidays", with_them, included="0")
    again = await desk.opens("Karin", draft_of(without))
    published = await does(desk, "Karin", "publish", again)
    twice = await does(desk, "Karin", "publish", again)

    assert "14 december 2026 till 10 januari 2027: 4 pass" in read(shown.text) and len(before) == 1
    assert "Linero: 2 pass online: 2 pass" in read(shown.text)
    assert "Ingen ser det förrän du publicerar." in read(shown.text)
    assert part(shown, "h-left") == (
        "Hoppas över 4 mån 14/12 13–16 Linero: finns redan tor 24/12 09–12 online: helgdag "
        "mån 28/12 13–16 Linero: stängt tor 31/12 09–12 online: helgdag"
    )
    assert "Passen i förslaget 4 tor 17/12 09–12 online mån 21/12 13–16 Linero" in read(shown.text)
    assert "Ta med helgdagar" in read(shown.text) and "Publicera 6 pass" in read(with_them.text)
    assert "Hoppa över helgdagar" in read(with_them.text) and "Publicera 4 pass" in read(again.text)
    told = "✓ Publicerat: 4 pass från 14 december 2026 till 10 januari 2027. Alla får veta det."
    assert told in read(published.text) and told in read(twice.text)
    assert await shifts_of(desk) == [
        "14/12 13:00 linero", "17/12 09:00 online", "21/12 13:00 linero", "04/01 13:00 linero", "07/01 09:00 online",
    ]  # fmt: skip
    for who in ("Amina", "Bo", "Cleo", "Robin"):
        [text] = await desk.told(who, Notice.TERM_OPEN)
        assert text.startswith("Det finns 4 nya pass att anmäla sig till, 14 december 2026")
    assert await desk.told("Karin", Notice.TERM_OPEN) == []


async def test_a_draft_that_is_thrown_away_adds_nothing_and_is_gone(desk: ShiftDesk) -> None:
    await usual_week(desk)
    shown = await drafted(desk)

    dropped = await does(desk, "Karin", "drop", shown)
    late = await does(desk, "Karin", "publish", shown)
    looked = await desk.opens("Karin", draft_of(shown))

    assert "Inga pass lades till." in read(dropped.text)
    assert late.status == 409
    assert alert_in(late) == "Det förslaget finns inte längre: det är publicerat, kastat eller för gammalt."
    assert looked.url == TEMPLATE and await shifts_of(desk) == []


async def test_over_the_spring_night_a_time_that_is_skipped_is_left_out_and_the_wall_clock_stays(
    desk: ShiftDesk,
) -> None:
    clock.freeze(datetime(2027, 3, 15, 8, tzinfo=STOCKHOLM))
    desk.browsers.clear()
    await adds(desk, day="6", place="online", starts="02:30", ends="06:00")
    await adds(desk)

    shown = await drafted(desk, first="2027-03-22", last="2027-04-05")
    await does(desk, "Karin", "publish", shown)

    assert "sön 28/3 02:30–06 online: klockan ställs om" in part(shown, "h-left")
    assert await shifts_of(desk) == ["22/03 13:00 linero", "04/04 02:30 online", "05/04 13:00 linero"]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"first": ""}, "Välj den första och den sista dagen."),
        ({"last": ""}, "Välj den första och den sista dagen."),
        ({"first": "2027-02-31"}, "2027-02-31"),
        ({"last": "när som helst"}, "när som helst"),
        ({"first": "2027-01-24", "last": "2027-01-11"}, "Det slutar 2027-01-11, före 2027-01-24."),
        ({"first": "2026-11-30"}, "2026-11-30 har redan varit."),
        ({"last": "2028-01-11"}, "Högst 200 dagar åt gången."),
    ],
)
async def test_days_that_are_no_term_are_shown_again_and_explained(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, days: dict[str, str], told: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        await adds(desk)
        refused = await drafted(desk, **days)

        assert refused.status == 422 and told in alert_in(refused)
        for name, value in (JANUARY | days).items():
            assert f'name="{name}" value="{value}"' in refused.text
        assert await builders.table(desk.site.service, "SELECT id FROM shift_drafts") == []


async def test_an_empty_week_makes_no_term_and_a_term_without_shifts_is_not_published(desk: ShiftDesk) -> None:
    empty = await drafted(desk)
    await adds(desk)
    bare = await drafted(desk, first="2027-01-12", last="2027-01-13")
    pressed = await does(desk, "Karin", "publish", bare)

    assert empty.status == 422 and alert_in(empty) == "Den vanliga veckan är tom."
    assert "0 pass" in read(bare.text) and "/publish" not in bare.text
    assert pressed.status == 422 and alert_in(pressed) == "Det finns inga pass att publicera."


async def test_what_has_changed_since_a_draft_was_shown_is_said_and_then_it_can_be_published(desk: ShiftDesk) -> None:
    await usual_week(desk)
    shown = await drafted(desk)
    await desk.shift(day=date(2027, 1, 11))
    page = await desk.opens("Robin", TEMPLATE)
    await desk.sends("Robin", f"{TEMPLATE}/lines/{lines_of(page)[1]}/end", seen=page)
    await adds(desk, "Robin", day="4", place="online", starts="10:00", ends="12:00")

    refused = await does(desk, "Karin", "publish", shown)
    there = await shifts_of(desk)
    done = await does(desk, "Karin", "publish", refused)

    assert refused.status == 409 and there == ["11/01 13:00 linero"]
    assert alert_in(refused) == (
        "Passen har ändrats sedan du såg förslaget, så inget är publicerat. Läs det som är nytt och publicera sedan: "
        "Inte med längre: mån 11/1 13–16 Linero (finns redan) "
        "Inte med längre: tor 14/1 09–12 online (raden är borttagen) "
        "Inte med längre: tor 21/1 09–12 online (raden är borttagen) "
        "Nytt: fre 15/1 10–12 online Nytt: fre 22/1 10–12 online"
    )
    assert "Publicera 3 pass" in read(refused.text)
    assert "✓ Publicerat: 3 pass" in read(done.text)


async def test_a_change_that_leaves_as_many_shifts_is_a_change_too(desk: ShiftDesk) -> None:
    page = await adds(desk)
    shown = await drafted(desk)
    await desk.sends("Karin", f"{TEMPLATE}/lines/{lines_of(page)[0]}", LINE | {"starts": "12:00"}, seen=page)

    refused = await does(desk, "Karin", "publish", shown)

    assert refused.status == 409 and "Nytt: mån 11/1 12–16 Linero" in alert_in(refused)
    assert await shifts_of(desk) == []


async def test_of_two_terms_published_at_once_the_second_reads_what_is_there(desk: ShiftDesk) -> None:
    await adds(desk)
    mine, theirs = await drafted(desk, "Karin"), await drafted(desk, "Robin")

    answers = await asyncio.gather(does(desk, "Karin", "publish", mine), does(desk, "Robin", "publish", theirs))

    assert sorted(answer.status for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status == 409]
    assert "Inte med längre: mån 11/1 13–16 Linero (finns redan)" in alert_in(refused)
    assert await shifts_of(desk) == ["11/01 13:00 linero", "18/01 13:00 linero"]


async def test_a_draft_is_its_coordinator_s_own(desk: ShiftDesk) -> None:
    await adds(desk)
    shown = await drafted(desk, "Karin")

    looked = await desk.opens("Robin", draft_of(shown))
    pressed = await desk.sends("Robin", f"{draft_of(shown)}/publish", seen=shown)

    assert looked.url == TEMPLATE and pressed.status == 409 and await shifts_of(desk) == []


async def test_whose_access_ended_meanwhile_publishes_nothing(desk: ShiftDesk) -> None:
    await adds(desk)
    shown = await drafted(desk, "Robin")
    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        await leaving.disable_staff(work, desk.staff["Robin"].id)

    pressed = await does(desk, "Robin", "publish", shown)

    assert pressed.status == 404 and await shifts_of(desk) == []


async def test_a_draft_that_an_older_version_kept_is_still_read(desk: ShiftDesk) -> None:
    await adds(desk)
    shown = await drafted(desk)
    kept = {"first": "2027-01-11", "last": "2027-01-24", "holidays": False, "made": 2}
    async with desk.site.service.store.work() as work:
        await work.db.execute(update(table_of(ShiftDraft)).values(what=kept))

    looked = await desk.opens("Karin", draft_of(shown))
    published = await does(desk, "Karin", "publish", looked)

    assert "Publicera 2 pass" in read(looked.text) and "✓ Publicerat: 2 pass" in read(published.text)


# What is left of a published term, cancelled together.

OFF = "De passen är redan inställda, eller så har de varit."


async def published(desk: ShiftDesk) -> str:
    """A term of two Mondays and two Thursdays is there; Amina has the Mondays, Bo the first. Where it is cancelled."""
    await usual_week(desk)
    page = await does(desk, "Karin", "publish", await drafted(desk))
    first, _, second, _ = [
        row.id for row in await builders.table(desk.site.service, "SELECT id FROM shifts ORDER BY starts_at")
    ]
    for who, shift in (("Amina", first), ("Amina", second), ("Bo", first)):
        await desk.sends(who, f"/desk/shifts/{shift}/sign-up")
    found = re.search(rf"{TERMS}/published/\d+", page.text)
    assert found, page.words
    return found[0]


async def test_what_is_left_of_a_term_is_cancelled_at_once_and_told_to_each_once(desk: ShiftDesk) -> None:
    path = await published(desk)
    week, asked = await desk.opens("Robin", TEMPLATE), await desk.opens("Robin", path)
    still = await builders.table(desk.site.service, "SELECT id FROM shifts WHERE cancelled_at IS NULL")

    count = {"count": asked.hidden("count"), "reason": "illness"}
    done = [await desk.sends("Robin", path, count, seen=asked) for _ in range(2)]
    then = await desk.opens("Robin", path)

    assert "Publicerat: 11 januari 2027 till 21 januari 2027, 4 pass kvar. Ställ in 11/1–21/1" in part(week, "h-terms")
    assert "Vill du ställa in alla pass som är kvar? Det går inte att ångra." in read(asked.text)
    assert "2 volontärer är anmälda och får veta det, en gång var för alla sina pass." in read(asked.text)
    assert len(still) == 4
    for page in done:
        assert page.status == 200 and "✓ 4 pass är inställda." in read(page.text) and 'id="h-terms"' not in page.text
    assert then.url == TEMPLATE
    assert await builders.table(desk.site.service, "SELECT id FROM shifts WHERE cancelled_at IS NULL") == []
    assert await desk.told("Amina", Notice.TERM_OFF) == [
        "Robin har ställt in passen. De här var dina:\nmån 11/1 13–16 Linero\nmån 18/1 13–16 Linero\nOrsak: sjukdom"
    ]
    assert await desk.told("Bo", Notice.TERM_OFF) == [
        "Robin har ställt in passen. De här var dina:\nmån 11/1 13–16 Linero\nOrsak: sjukdom"
    ]
    for who in ("Amina", "Bo", "Cleo", "Karin"):
        assert await desk.told(who, Notice.SHIFT_NEWS) == []
    assert await desk.told("Cleo", Notice.TERM_OFF) == []


async def test_who_was_asked_for_a_shift_of_the_term_is_not_asked_any_more(desk: ShiftDesk) -> None:
    path = await published(desk)
    shift = (await builders.one(desk.site.service, "SELECT min(shift_id) FROM assignments"))[0]
    await desk.profile("Cleo", may_be_asked=True)
    other = (await builders.table(desk.site.service, "SELECT id FROM shifts ORDER BY starts_at"))[1].id
    await desk.sends("Karin", f"/desk/shifts/{other}/ask", seen=await desk.opens("Karin", f"/desk/shifts/{other}"))
    before = await desk.opens("Cleo", "/desk")

    await desk.sends("Karin", path, seen=await desk.opens("Karin", path))
    after = await desk.opens("Cleo", "/desk")

    assert shift and "Kan du ta det här passet?" in read(before.text)
    assert "Kan du ta det här passet?" not in read(after.text)


async def test_what_is_over_or_was_cancelled_alone_is_not_cancelled_again(desk: ShiftDesk) -> None:
    path = await published(desk)
    last = (await builders.table(desk.site.service, "SELECT id FROM shifts ORDER BY starts_at"))[3].id
    await desk.sends("Karin", f"/desk/shifts/{last}/cancel", seen=await desk.opens("Karin", f"/desk/shifts/{last}"))
    await desk.later(datetime(2027, 1, 12, 9, tzinfo=STOCKHOLM))

    asked = await desk.opens("Karin", path)
    await desk.sends("Karin", path, seen=asked)

    assert "14 januari 2027 till 18 januari 2027, 2 pass kvar." in read(asked.text)
    rows = await builders.table(desk.site.service, "SELECT cancelled_at FROM shifts ORDER BY starts_at")
    assert [row.cancelled_at is None for row in rows] == [True, False, False, False]


async def test_of_two_who_cancel_the_term_at_once_the_second_reads_that_it_is_done(desk: ShiftDesk) -> None:
    path = await published(desk)
    pages = {who: await desk.opens(who, path) for who in ("Karin", "Robin")}

    answers = await asyncio.gather(*(desk.sends(who, path, seen=page) for who, page in pages.items()))

    assert sorted(answer.status for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status == 409]
    assert alert_in(refused) == OFF
    assert len(await desk.told("Amina", Notice.TERM_OFF)) == 1


async def test_a_reason_that_is_too_long_and_a_term_that_is_none_are_refused(desk: ShiftDesk) -> None:
    path = await published(desk)
    page = await desk.opens("Karin", path)

    too_long = await desk.sends("Karin", path, {"own": "x" * 201}, seen=page)
    none = await desk.sends("Karin", f"{TERMS}/published/{10**15}", seen=page)

    assert too_long.status == 422 and "200" in alert_in(too_long)
    assert none.status == 409 and alert_in(none) == OFF
    assert await desk.told("Amina", Notice.TERM_OFF) == []


async def test_cancelling_a_term_has_no_way_back_and_hides_what_was_done_before(desk: ShiftDesk) -> None:
    path = await published(desk)
    await desk.sends("Karin", path, seen=await desk.opens("Karin", path))

    undo = await desk.opens("Karin", "/desk/undo")

    assert "Det finns inget av dig från det senaste dygnet att ångra" in read(undo.text)


async def test_the_longest_term_of_the_fullest_week_is_published_and_cancelled_in_one_act_each(desk: ShiftDesk) -> None:
    karin = desk.staff["Karin"]
    async with builders.acting(desk.site.service, karin) as work:
        for hour in range(20):
            await term.add_line(work, NewLine(0, (time(hour), time(hour + 1)), "online"))
    shown = await drafted(desk, first="2026-12-07", last="2027-06-21")
    await does(desk, "Karin", "publish", shown)
    made = len(await builders.table(desk.site.service, "SELECT id FROM shifts"))
    found = re.search(rf"{TERMS}/published/\d+", (await desk.opens("Karin", TEMPLATE)).text)
    assert found

    done = await desk.sends("Karin", found[0], {"own": "Ny plan"}, seen=await desk.opens("Karin", found[0]))

    assert made > 500 and f"✓ {made} pass är inställda." in read(done.text)
    assert await builders.table(desk.site.service, "SELECT id FROM shifts WHERE cancelled_at IS NULL") == []
