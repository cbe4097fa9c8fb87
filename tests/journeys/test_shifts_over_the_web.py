"""A term over the web alone: nobody here has Telegram. Planned over a change of the clock and a holiday, signed up for,
covered; and what goes wrong. After each step the rows say who was told what."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream

from bot.engine import clock
from bot.hours import warnings
from bot.language.i18n import Catalogues
from bot.places import places
from handlers.cli.trial import add_online_place
from models.outbox import Notice
from models.volunteer import OnboardingStep
from tests import builders
from tests.builders import Staff
from tests.channels.hours_fixtures import STOCKHOLM
from tests.channels.shift_desk import ShiftDesk, alert_in, part, read
from tests.channels.web_fixtures import Page, opened_site

BEGINS = datetime(2027, 3, 15, 9, tzinfo=STOCKHOLM)  # a Monday; the clock changes on the 28th, which is Easter Sunday
OWN, TEMPLATE = "/desk/shifts", "/desk/shifts/template"
FIRST = "mån 22/3 13–16 Linero"
LINES = (
    {"day": "0", "place": "linero", "starts": "13:00", "ends": "16:00", "needed": "2"},
    {"day": "2", "place": "online", "starts": "09:00", "ends": "12:00", "needed": "2", "wants": "ar"},
    {"day": "3", "place": "linero", "starts": "15:00", "ends": "17:00", "needed": "2"},
)
VOLUNTEERS = ("Amina", "Bo", "Cleo", "Dag")


@dataclass
class Office(ShiftDesk):
    """Everybody, by name; `heard`: how much each has been told so far."""

    heard: dict[str, int] = field(default_factory=dict)

    async def news(self) -> dict[str, list[str]]:
        """What each was told since it was last asked, but for what a log-in says."""
        found: dict[str, list[str]] = {}
        for name, one in self.staff.items():
            rows = [row for row in await builders.said_to(self.site.service, one.id) if row.kind != Notice.NEW_DEVICE]
            fresh = [row.kind for row in rows[self.heard.get(name, 0) :]]
            self.heard[name] = len(rows)
            if fresh:
                found[name] = fresh
        return found

    async def presses(self, who: str, path: str, **fields: str) -> Page:
        """They press a button of a page that they have just opened."""
        return await self.sends(who, path, fields)

    async def answers(self, who: str, path: str) -> Page:
        """They press an answer that stands under a question on their first page."""
        page = await self.opens(who, "/desk")
        found = re.search(rf'action="({path})"', page.text)
        assert found, (path, page.words)
        return await (await self.at(who)).post(found[1], {"press": "1"})

    async def shift_on(self, day: date, place: str = "linero") -> int:
        """The shift that begins on that day."""
        rows = await builders.table(self.site.service, "SELECT id, starts_at, place FROM shifts")
        return next(row.id for row in rows if row.place == place and str(row.starts_at).startswith(str(day)))


@pytest.fixture
async def office(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Office]:
    """On either database. Everybody has been introduced; volunteers may be asked."""
    clock.freeze(BEGINS)
    async with opened_site(database_url, tmp_path, catalogues) as site:
        made = Office(site)
        async with site.service.store.work() as work:
            await add_online_place(work)
            await places.add_place(work, code="stadsbiblioteket", name_key="lund_city_library", address="Testgatan 1")
            await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 2")
        for name in ("Karin", "Robin"):
            made.staff[name] = await builders.coordinator(site.service, name)
            await made.profile(name, may_be_asked=False)
            await made.speaks(name, "sv")
        for name in VOLUNTEERS:
            await made.joins(name)
        await made.speaks("Amina", "sv", "ar")
        yield made


async def invited(office: Office) -> None:
    """Nour has followed the link that Karin passed on, and may begin."""
    page = await (await office.at("Karin")).post("/desk/volunteers", {"alias": "Nour", "speaks": "sv"})
    link = re.search(r"/desk/login/[\w-]+", page.text)
    assert link, page.words
    office.browsers["Nour"] = office.site.browser()
    assert (await office.browsers["Nour"].post(link[0])).url == "/desk"
    office.staff["Nour"] = Staff(await builders.person_named(office.site.service, "Nour"), "Nour", None)


async def introduced(office: Office) -> Page:
    steps = [("steps", step.value) for step in OnboardingStep]
    path = f"/desk/volunteers/{office.staff['Nour'].id}/steps"
    return await (await office.at("Karin")).post(path, steps)


async def opens_hours(office: Office, weekday: int, opens: str, closes: str) -> None:
    """Linero is open on that day of the week, as the newcomers read it."""
    change = {"verb": "weekly", "place": "linero", "weekday": str(weekday), "opens": opens, "closes": closes,
              "first": BEGINS.date().isoformat()}  # fmt: skip
    browser = await office.at("Karin")
    shown = await browser.post("/desk/hours/propose", change)
    assert "told=published" in (await browser.post(f"{shown.url}/publish")).url


async def planned(office: Office) -> Page:
    """A term of four weeks is there. Returns the draft as Karin has seen it."""
    for line in LINES:
        await office.presses("Karin", TEMPLATE, **line)
    draft = await office.presses("Karin", f"{OWN}/terms", first="2027-03-22", last="2027-04-18")
    hidden = {name: draft.hidden(name) for name in ("first", "last", "count")}
    published = await office.sends("Karin", f"{draft.url}/publish", hidden, seen=draft)
    assert "✓ Publicerat: 10 pass från 22 mars 2027 till 18 april 2027." in read(published.text)
    return draft


async def calendar_of(office: Office, who: str) -> str:
    """What stands under the address that they have made."""
    browser = await office.at(who)
    page = await browser.post(f"{OWN}/calendar")
    address = re.search(r"/shifts/[\w-]+\.ics", page.text)
    assert address, page.words
    return (await browser.get(address[0])).text


def read_twice(ics: str) -> list[tuple[datetime, str]]:
    """When the shifts begin and whether they are held, as two programs read it that know nothing of each other."""
    one = recurring_ical_events.of(icalendar.Calendar.from_ical(ics)).between(date(2027, 3, 1), date(2027, 12, 1))
    first = sorted((event["dtstart"].dt.astimezone(UTC), str(event["status"])) for event in one)
    other = IcsCalendarStream.calendar_from_ics(ics).timeline
    second = [(event.start_datetime, event.status.value) for event in other if event.status]
    assert first == second
    return first


async def stand_in_asked_for(office: Office, who: str, shift: int) -> None:
    """They cannot come, and let those be asked who fit."""
    await office.presses(who, f"{OWN}/{shift}/cant")
    page = await office.opens(who, OWN)
    ask = re.search(r"/desk/shifts/open/\d+/ask", page.text)
    assert ask, page.words
    await office.presses(who, ask[0])


async def test_a_term_from_the_invitation_to_the_calendar(office: Office) -> None:
    await invited(office)
    assert await office.news() == {}
    early = await office.opens("Nour", OWN)
    assert "Introduktionen är inte klar." in part(early, "h-free")
    await introduced(office)
    assert await office.news() == {"Nour": ["may_begin"]}
    await opens_hours(office, 0, "13:00", "16:00")
    await opens_hours(office, 3, "15:00", "17:00")

    # The term, with the holidays of Easter as gaps: nobody knows of it before it is published.
    draft = await planned(office)
    assert part(draft, "h-left") == "Hoppas över 2 tor 25/3 15–17 Linero: helgdag mån 29/3 13–16 Linero: helgdag"
    assert await office.news() == {who: ["term_open"] for who in (*VOLUNTEERS, "Nour", "Robin")}
    assert "Det finns 10 nya pass att anmäla sig till" in read((await office.opens("Nour", "/desk")).text)

    # Signed up for; what clashes is refused with why; the same every week.
    first = await office.shift_on(date(2027, 3, 22))
    for who in ("Nour", "Bo"):
        assert f"✓ Du är anmäld: {FIRST}" in read((await office.presses(who, f"{OWN}/{first}/sign-up")).text)
    pop_up = {"place": "stadsbiblioteket", "day": "2027-03-22", "starts": "15:00", "ends": "17:00", "needed": "1"}
    await office.presses("Karin", f"{OWN}/week", **pop_up)
    other = await office.shift_on(date(2027, 3, 22), "stadsbiblioteket")
    await office.presses("Karin", f"{OWN}/{other}/assign", person=str(office.staff["Cleo"].id))
    assert await office.news() == {"Cleo": ["shift_news"]}
    clash = await office.presses("Cleo", f"{OWN}/{first}/sign-up")
    assert "Krockar med passet mån 22/3 15–17 Stadsbiblioteket." in alert_in(clash) and clash.status == 409
    standing = await office.presses("Nour", f"{OWN}/{first}/every", weeks="1")
    assert "✓ Varje vecka: mån 13–16 Linero Du är anmäld till 2 pass till" in read(standing.text)
    assert await office.news() == {}

    # Nour cannot come; of those who fit the first who says yes has the place.
    await stand_in_asked_for(office, "Nour", first)
    assert await office.news() == {
        "Karin": ["shift_news"], "Robin": ["shift_news"], "Amina": ["shift_asked"], "Dag": ["shift_asked"],
    }  # fmt: skip
    await office.answers("Dag", f"{OWN}/{first}/take")
    assert await office.news() == {
        "Dag": ["shift_ask_over"], "Amina": ["shift_ask_over"], "Nour": ["shift_news"],
        "Karin": ["shift_news"], "Robin": ["shift_news"],
    }  # fmt: skip
    assert f"Dag tar din plats på {FIRST}. Med: Bo, Dag" in read((await office.opens("Nour", "/desk")).text)
    assert f"Dag tog passet {FIRST}. Tack ändå!" in read((await office.opens("Amina", "/desk")).text)
    assert await office.on(first) == ["Bo", "Dag"]

    # The alarm comes for what is not covered, and not for what is; those who could are asked.
    await office.later(datetime(2027, 3, 21, 9, tzinfo=STOCKHOLM))
    assert await office.news() == {"Karin": ["shift_gap"], "Robin": ["shift_gap"]}
    alarm = read((await office.opens("Karin", "/desk")).text)
    assert "Ett pass om 72 timmar är inte täckt: ons 24/3 09–12 online 🔴 Inte täckt" in alarm
    assert "språk som saknas: Arabiska Passar bäst: Amina" in alarm
    online = await office.shift_on(date(2027, 3, 24), "online")
    await office.presses("Karin", f"{OWN}/{online}/ask")
    assert await office.news() == {who: ["shift_asked"] for who in VOLUNTEERS}
    await office.answers("Amina", f"{OWN}/{online}/take")
    assert await office.news() == {"Amina": ["shift_ask_over"]}
    await office.later(datetime(2027, 3, 23, 9, tzinfo=STOCKHOLM))
    assert await office.news() == {"Amina": ["shift_reminder"], "Karin": ["shift_gap"], "Robin": ["shift_gap"]}
    assert "Tack!" in read((await office.answers("Amina", f"{OWN}/{online}/come")).text)

    # The session of Maundy Thursday has no shift: it is proposed for closing, and the coordinator decides.
    await office.later(datetime(2027, 3, 24, 8, tzinfo=STOCKHOLM))
    assert await office.news() == {}  # she has said that she comes
    async with office.site.service.store.work() as work:
        await warnings.tell(work)
    assert await office.news() == {"Karin": ["session_unstaffed"], "Robin": ["session_unstaffed"]}
    assert "Stäng tor 25/3 Linero bibliotek" in part(await office.opens("Robin", "/desk"), "h-questions")
    await closed(office, date(2027, 3, 25))
    assert "tor 25/3" not in read((await office.opens("Robin", "/desk")).text)

    # One of Nour's is cancelled; the calendar shows all of it, at the same time on the wall after the change.
    last = await office.shift_on(date(2027, 4, 12))
    await office.presses("Karin", f"{OWN}/{last}/cancel", reason="illness")
    assert await office.news() == {"Nour": ["shift_news"]}
    assert read_twice(await calendar_of(office, "Nour")) == [
        (datetime(2027, 3, 22, 12, tzinfo=UTC), "CANCELLED"),  # Dag's by now
        (datetime(2027, 4, 5, 11, tzinfo=UTC), "CONFIRMED"),
        (datetime(2027, 4, 12, 11, tzinfo=UTC), "CANCELLED"),
    ]
    assert read_twice(await calendar_of(office, "Dag")) == [(datetime(2027, 3, 22, 12, tzinfo=UTC), "CONFIRMED")]


async def closed(office: Office, day: date) -> None:
    """Karin presses what closes the session, reads what will be published, and publishes it."""
    browser = await office.at("Karin")
    page = await browser.get("/desk")
    assert f'name="first" value="{day}"' in page.text, page.words
    close = {"verb": "close", "place": "linero", "first": day.isoformat()}
    shown = await browser.post("/desk/hours/propose", close)
    assert "told=published" in (await browser.post(f"{shown.url}/publish", {"cancel_shifts": "1"})).url


async def test_where_nobody_takes_the_place_the_session_is_closed(office: Office) -> None:
    await opens_hours(office, 0, "13:00", "16:00")
    await planned(office)
    first = await office.shift_on(date(2027, 3, 22))
    await office.presses("Bo", f"{OWN}/{first}/sign-up")
    await office.news()

    await stand_in_asked_for(office, "Bo", first)
    others = ("Amina", "Cleo", "Dag")
    assert await office.news() == {
        "Karin": ["shift_news"], "Robin": ["shift_news"], **{who: ["shift_asked"] for who in others}
    }  # fmt: skip
    for who in others:
        declined = await office.answers(who, f"{OWN}/{first}/decline")
        assert f"Du har svarat nej: {FIRST}" in read(declined.text)
    assert await office.news() == {who: ["shift_ask_over"] for who in others}
    await office.later(datetime(2027, 3, 21, 9, tzinfo=STOCKHOLM))
    assert await office.news() == {who: ["shift_gap", "shift_gap"] for who in ("Karin", "Robin")}  # and Wednesday's
    async with office.site.service.store.work() as work:
        await warnings.tell(work)
    assert await office.news() == {"Karin": ["session_unstaffed"], "Robin": ["session_unstaffed"]}
    await closed(office, date(2027, 3, 22))

    row = await builders.one(office.site.service, "SELECT cancelled_at FROM shifts WHERE id = :s", s=first)
    assert row.cancelled_at is not None and await office.on(first) == []
    week = await office.opens("Karin", f"{OWN}/week?day=2027-03-22")
    assert f'href="{OWN}/{first}"' not in week.text


async def test_a_swap_that_no_longer_fits_is_refused_and_one_that_is_not_wanted_is_declined(office: Office) -> None:
    await planned(office)
    first, later = await office.shift_on(date(2027, 3, 22)), await office.shift_on(date(2027, 4, 5))
    await office.presses("Bo", f"{OWN}/{first}/sign-up")
    await office.presses("Cleo", f"{OWN}/{later}/sign-up")
    await office.news()
    wish = {"for": f"{later}:{office.staff['Cleo'].id}"}

    await office.presses("Bo", f"{OWN}/{first}/swap", **wish)
    assert await office.news() == {"Cleo": ["swap_asked"]}
    declined = await office.answers("Cleo", r"/desk/shifts/swaps/\d+/no")
    assert "Inget byte med Bo." in read(declined.text) and await office.news() == {"Bo": ["swap_over"]}
    assert "Inget byte med Cleo. Du har mån 22/3 13–16 Linero kvar." in read((await office.opens("Bo", "/desk")).text)

    clock.move(timedelta(seconds=1))
    await office.presses("Bo", f"{OWN}/{first}/swap", **wish)
    pop_up = {"place": "stadsbiblioteket", "day": "2027-04-05", "starts": "15:00", "ends": "17:00", "needed": "1"}
    await office.presses("Karin", f"{OWN}/week", **pop_up)
    other = await office.shift_on(date(2027, 4, 5), "stadsbiblioteket")
    await office.presses("Karin", f"{OWN}/{other}/assign", person=str(office.staff["Bo"].id))
    assert await office.news() == {"Cleo": ["swap_asked"], "Bo": ["shift_news"]}
    refused = await office.answers("Cleo", r"/desk/shifts/swaps/\d+/yes")
    assert refused.status == 409 and "Krockar med passet mån 5/4 15–17 Stadsbiblioteket." in alert_in(refused)
    assert await office.news() == {"Bo": ["swap_over"]}
    assert (await office.on(first), await office.on(later)) == (["Bo"], ["Cleo"])


async def test_a_volunteer_leaves_with_three_shifts_ahead(office: Office) -> None:
    await planned(office)
    mondays = [await office.shift_on(date(2027, *day)) for day in ((3, 22), (4, 5), (4, 12))]
    await office.presses("Dag", f"{OWN}/{mondays[0]}/sign-up")
    await office.presses("Dag", f"{OWN}/{mondays[0]}/every", weeks="1")
    assert [await office.on(shift) for shift in mondays] == [["Dag"]] * 3
    feed = re.search(r"/shifts/[\w-]+\.ics", (await (await office.at("Dag")).post(f"{OWN}/calendar")).text)
    assert feed
    await office.news()

    path = f"/desk/volunteers/{office.staff['Dag'].id}/end/leave"
    asked = await office.opens("Karin", path)
    left = await (await office.at("Karin")).post(path, {"sure": "1"})

    assert asked.status == left.status == 200
    assert [await office.on(shift) for shift in mondays] == [[]] * 3
    assert await office.news() == {"Robin": ["shift_news"] * 3}
    assert (await office.opens("Dag", "/desk")).status == 404
    assert (await (await office.at("Karin")).get(feed[0])).status == 404
    assert await builders.table(office.site.service, "SELECT id FROM standing_signups") == []
    gap = await office.opens("Karin", f"{OWN}/{mondays[1]}")
    assert "Inte täckt: 2 personer saknas" in read(gap.text) and "Dag" not in part(gap, "h-fit").replace("Dagen", "")
