"""What volunteers and coordinators see at the desk: every page, in one language, as the handlers show it.

It must not know how a page looks.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.cases import handing_over
from bot.engine import clock
from bot.people import people
from tests import builders
from tests.book import desk_asked_walk, desk_shifts_walk
from tests.book.entries import Book
from tests.book.examples import ANSWER, OWN_REASON, QUESTIONS
from tests.book.walking import Walk, plain_pages
from tests.builders import Newcomer, Staff
from tests.channels.web_fixtures import Site

NO_LINK = "/desk/login/" + "x" * 32
SOON, AWAY = timedelta(minutes=5), timedelta(hours=1)
PLACE = "linero"


@dataclass(frozen=True)
class Office:
    """Who works here."""

    volunteer: Staff
    other: Staff
    off_shift: Staff
    coordinator: Staff


async def walk(site: Site, book: Book, office: Office) -> set[str]:
    """The desk's pages are in the book; returns the routes that were taken."""
    await _speak(site, office, book.language)
    taken: set[str] = set()
    for kind in (_Volunteer, _Coordinator):
        walking = kind(site, Walk(site.browser(), book.language), office)
        for title, part in walking.parts:
            await part()
            walking.walk.puts_into(book, f"{walking.who}: {title}")
        taken |= walking.walk.taken
    return taken


async def _speak(site: Site, office: Office, language: str) -> None:
    for staff in (office.volunteer, office.off_shift, office.coordinator):
        async with builders.acting(site.service, staff) as work:
            await people.speak(work, staff.id, language)


class _Staff:
    """Somebody at the desk."""

    def __init__(self, site: Site, walk: Walk, office: Office) -> None:
        self.site, self.walk, self.office = site, walk, office

    async def _log_in(self, staff: Staff, note: str = "") -> None:
        link = await self.site.link_for(staff)
        await self.walk.opens(link, note)
        await self.walk.sends(link, note="the button was pressed")

    def _case_path(self, asker: Newcomer, act: str = "") -> str:
        return f"/desk/cases/{asker.case_id}{act}"

    async def _fields(self, asker: Newcomer, **more: str) -> dict[str, str]:
        page = await self.walk.browser.get(self._case_path(asker))
        return {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")} | more

    async def _sends(self, asker: Newcomer, act: str, note: str, /, **more: str) -> None:
        await self.walk.sends(self._case_path(asker, act), await self._fields(asker, **more), note)


class _Volunteer(_Staff):
    """A volunteer on shift, then one who is not."""

    who = "Volunteer"

    def __init__(self, site: Site, walk: Walk, office: Office) -> None:
        super().__init__(site, walk, office)
        self.parts = (
            ("the way in", self._arrives), ("the desk", self._desk), ("a case", self._case),
            ("closing a case", self._closes), ("between two", self._between),
            ("about oneself", self._about_me), ("cases that are no more", self._lost),
            ("shifts", self._shifts), ("off shift", self._off_shift), ("somebody new", self._new),
        )  # fmt: skip

    async def _arrives(self) -> None:
        await self.walk.opens("/desk", "not logged in")
        await self.walk.opens(NO_LINK, "a link that never was")
        await self.walk.sends(NO_LINK, note="a link that never was")
        await self._log_in(self.office.volunteer)
        await self.walk.opens("/desk/nothing", "no such page")

    async def _desk(self) -> None:
        service = self.site.service
        self.first = await builders.web_case_of(service, QUESTIONS["ar"], language="ar")
        self.taken = await builders.case_of(service, QUESTIONS["uk"], language="uk")
        clock.move(SOON)
        await self.walk.opens("/desk", "two cases wait")
        await builders.claims(service, self.office.other, self.taken)
        await self.walk.sends(self._case_path(self.taken, "/claim"), note="another was faster")

    async def _case(self) -> None:
        await self.walk.sends(self._case_path(self.first, "/claim"), note="taken")
        await self._sends(self.first, "/reply", "nothing written", text="")
        await self._sends(self.first, "/reply", "begins with a slash", text="/cases")
        await self._sends(self.first, "/reply", "an answer", text=ANSWER)
        message = re.findall(r'name="message" value="(\d+)"', self.walk.page.text)[-1]
        await self._sends(self.first, "/take-back", "taken back", text="", message=message)
        await self._sends(self.first, "/draft", "half an answer, kept", text="Hej")
        await self._sends(self.first, "/keep", "no shift to keep it until", text="Hej", until="shift")
        await self._sends(self.first, "/keep", "kept", text="Hej", until="2h")
        await self._sends(self.first, "/release", "something was not sent", text="Hej")
        await self._ahead()
        old = await self._fields(self.first, text="", unsent="discard")
        await self.first.says("Och en sak till")
        await self.walk.sends(self._case_path(self.first, "/release"), old, "she wrote meanwhile")

    async def _ahead(self) -> None:
        """Somebody may be in danger; and a day on which the case is to come back."""
        await self._sends(self.first, "/danger", "somebody may be in danger", text="")
        await self.walk.sends(self._case_path(self.first, "/numbers"), note="the numbers were passed on")
        follow = self._case_path(self.first, "/follow-up")
        await self._sends(self.first, "/set-day", "a day is to be set", text="")
        await self.walk.sends(follow, {"day": ""}, "no day")
        await self.walk.sends(follow, {"day": "2020-01-01", "note": "?"}, "a day that has passed")
        day = (clock.now() + timedelta(days=9)).date().isoformat()
        await self.walk.sends(follow, {"day": day, "note": ANSWER, "may": "1"}, "a day, and she is asked")
        await self.walk.sends(self._case_path(self.first, "/no-follow-up"), note="taken back")

    async def _closes(self) -> None:
        await self._sends(self.first, "/close", "no such category", category="x", text="", unsent="discard")
        sheet = {"category": "housing", "outcome": "unknown", "text": "", "unsent": "discard"}
        await self._sends(self.first, "/close", "too many minutes", minutes="9999", **sheet)
        await self._sends(self.first, "/close", "closed", minutes="25", **sheet)
        thanks = await builders.claimed_case(self.site.service, self.office.volunteer, "Tack!")
        await self.walk.opens(self._case_path(thanks), "one that is no question")
        await self._sends(thanks, "/not-advice", "closed as that", text="")

    async def _between(self) -> None:
        """A case that this volunteer notes in and offers, and one that is offered to them."""
        service, other = self.site.service, self.office.other
        mine = await builders.claimed_case(service, self.office.volunteer, "Kan någon hjälpa mig?")
        await self._sends(mine, "/note", "no words", text="Hej", note=" ")
        await self._sends(mine, "/note", "a note", text="Hej", note=ANSWER)
        await self._sends(mine, "/hand-over", "no note", text="Hej", hand_to=f"p{other.id}", hand_note="")
        await self._sends(mine, "/hand-over", "offered", text="Hej", hand_to=f"p{other.id}", hand_note=ANSWER)
        await self._sends(mine, "/hand-back", "taken back", text="", hand_over=str(await self._offered(mine)))
        await self._sends(mine, "/release", "released", text="", unsent="discard")
        theirs = await builders.claimed_case(service, other, "Och mig?")
        for act in ("refuse", "accept"):
            async with builders.acting(service, other) as work:
                to = self.office.volunteer.id
                await handing_over.offer(work, case_id=theirs.case_id, note=ANSWER, person_id=to)
            await self.walk.opens("/desk", "a case is offered")
            path = f"/desk/hand-overs/{await self._offered(theirs)}"
            await self.walk.sends(f"{path}/accept", note="without having read the note")
            await self.walk.opens(path, "the note")
            await self.walk.sends(f"{path}/{act}", note=act)
            await self.walk.opens(path, "once it is over")
        await self._sends(theirs, "/release", "released", text="", unsent="discard")

    async def _offered(self, asker: Newcomer) -> int:
        open_ones = "SELECT id FROM hand_overs WHERE case_id = :case AND ended_at IS NULL"
        return (await builders.one(self.site.service, open_ones, case=asker.case_id)).id

    async def _about_me(self) -> None:
        known = {"speaks": "ar", "topics": "housing"}
        await self.walk.opens("/desk/me")
        await self.walk.sends("/desk/me", {"topics": "housing"}, "no language")
        await self.walk.sends("/desk/me", known | {"shown": "name"}, "saved, and the name is shown")
        await self.walk.sends("/desk/me/moved", {"answer": "yes"}, "has migrated")
        await self.walk.sends("/desk/me/moved", {"answer": "no"}, "has not")
        await self.walk.sends("/desk/me/moved", {"answer": "back"}, "taken back")
        begins = (clock.now() + timedelta(days=1)).date().isoformat()
        ahead = clock.now() + timedelta(days=2)
        await builders.shift(self.site.service, self.office.volunteer, starts_at=ahead)
        await self.walk.sends("/desk/me", known | {"first": begins, "last": "2020-01-01"}, "a pause that cannot be")
        await self.walk.sends("/desk/me", known | {"first": begins}, "a pause that gives up a shift")
        await self.walk.sends("/desk/me", known, "and none after all")
        await self.walk.opens("/desk/me/leave", "asked before one leaves for good")
        await self.walk.sends("/desk/me/leave", {}, "without a yes")

    async def _new(self) -> None:
        nour = await builders.new_volunteer(self.site.service, f"Nour {self.walk.language}")
        async with builders.acting(self.site.service, nour) as work:
            await people.speak(work, nour.id, self.walk.language)
        await self._log_in(nour, "of somebody new")
        await self.walk.opens("/desk", "no case can be taken yet")
        await self.walk.opens("/desk/me", "what is left before that")

    async def _lost(self) -> None:
        await self.walk.opens(self._case_path(self.first), "closed by oneself")
        service, mine = self.site.service, self.office.volunteer
        stopped, erased = [await builders.claimed_case(service, mine, chat_id=chat) for chat in (501, 502)]
        await stopped.commands("stop")
        await erased.commands("delete")
        await self.walk.opens(self._case_path(stopped), "closed by its newcomer")
        await self.walk.opens(self._case_path(erased), "deleted by its newcomer")
        await self.walk.opens(self._case_path(self.taken), "somebody else's")
        await self.walk.opens("/desk", "and what is told of it there")
        notice = re.findall(r"/desk/notices/\d+/put-away", self.walk.page.text)[0]
        await self.walk.sends(notice, note="it was read")
        await self.walk.sends("/desk/logout")
        await self._log_in(mine, "once more")
        await self.walk.sends("/desk/end-all", note="logged out everywhere")
        await self._log_in(mine, "once more")
        clock.move(AWAY)
        await self.walk.opens("/desk", "an hour later")

    async def _shifts(self) -> None:
        await self._log_in(self.office.volunteer, "once more")
        await desk_shifts_walk.volunteers(self.site, self.walk, self.office.other, self.office.coordinator)
        await desk_asked_walk.asked(self.site, self.walk, self.office.volunteer, self.office.other)

    async def _off_shift(self) -> None:
        waiting = await builders.case_of(self.site.service, QUESTIONS["fa"], language="fa")
        await self._log_in(self.office.off_shift, "of another volunteer")
        await self.walk.opens(self._case_path(waiting, "/claim"))
        await self.walk.sends(self._case_path(waiting, "/claim"), note="without saying that it is meant")
        await self.walk.sends(self._case_path(waiting, "/claim"), {"anyway": "1"}, "it is meant")
        await self.walk.sends("/desk/on-duty", {"hours": "2"}, "here for two hours")
        await self.walk.sends("/desk/off-duty", note="not any more")


class _Coordinator(_Staff):
    """A coordinator: the overview, the hours, the places."""

    who = "Coordinator"

    def __init__(self, site: Site, walk: Walk, office: Office) -> None:
        super().__init__(site, walk, office)
        self.parts = (
            ("the desk", self._desk), ("hours", self._hours), ("places", self._places), ("volunteers", self._people),
            ("shifts", self._shifts), ("any case", self._any_case),
        )  # fmt: skip

    async def _any_case(self) -> None:
        asker = await builders.web_case_of(self.site.service, QUESTIONS["ar"], language="ar")
        one = f"/desk/overview/cases/{asker.case_id}"
        await self.walk.opens("/desk/overview", "a case waits")
        await self.walk.sends("/desk/overview", {"code": "123"}, "no such case")
        await self.walk.sends("/desk/overview", {"code": asker.code}, "its number")
        await self.walk.sends(f"{one}/release", note="nobody has it")
        await self.walk.sends(f"{one}/give", {"person": ""}, "to nobody")
        await self.walk.sends(f"{one}/give", {"person": str(self.office.off_shift.id)}, "given to somebody")
        await self.walk.sends(f"{one}/release", note="put back")
        await self.walk.sends(f"{one}/close", note="closed")
        await self.walk.sends(f"{one}/block", {"span": "", "reason": ""}, "without saying for how long")
        await self.walk.sends(f"{one}/block", {"span": "week", "reason": "spam"}, "its newcomer is blocked")
        await self.walk.opens("/desk/overview", "somebody is blocked")
        await self.walk.sends(f"/desk/overview/unblock/{asker.id}", note="let in again")

    async def _desk(self) -> None:
        await self._log_in(self.office.coordinator)
        await self.walk.sends("/desk/language", {"language": self.walk.language})
        for page in plain_pages("/desk/"):
            await self.walk.opens(f"/desk/{page}")

    async def _hours(self) -> None:
        day = (clock.now() + timedelta(days=14)).date().isoformat()
        await self.walk.opens("/desk/hours")
        await self.walk.sends("/desk/hours/propose", {"verb": "close", "place": PLACE}, "no day")
        wishes = {"verb": "close", "place": PLACE, "first": day, "reason": "other", "text_sv": OWN_REASON["sv"]}
        await self.walk.sends("/desk/hours/propose", wishes, "closed on a day, for a reason in her own words")
        draft = re.search(r"/desk/hours/drafts/\d+", self.walk.page.text)
        assert draft, self.walk.page.words
        await self.walk.sends(f"{draft[0]}/publish", note="published")
        await self.walk.sends(f"{draft[0]}/publish", note="published already")
        number = await builders.one(self.site.service, "SELECT max(number) FROM hours_changes")
        await self.walk.opens(f"/desk/hours/changes/{number[0]}/undo")
        await self.walk.sends(f"/desk/hours/changes/{number[0]}/undo", {"sure": "1"}, "taken back")
        await self.walk.opens("/desk/hours/history")
        week = {"verb": "weekly", "place": PLACE, "weekday": "2", "opens": "15:00", "closes": "17:00", "first": day}
        await self.walk.sends("/desk/hours/propose", week, "other hours every week")
        draft = re.search(r"/desk/hours/drafts/\d+", self.walk.page.text)
        assert draft, self.walk.page.words
        await self.walk.sends(f"{draft[0]}/drop", note="not so")

    async def _places(self) -> None:
        await self.walk.opens(f"/desk/places/{PLACE}")
        await self.walk.sends(f"/desk/places/{PLACE}", {"point": "nowhere", "address": "x"}, "no such point")
        await self.walk.sends(f"/desk/places/{PLACE}", {"address": "Vikingavägen 31, Lund"}, "saved")
        await self.walk.sends("/desk/places", {"name": ""}, "without a name")
        await self.walk.sends("/desk/places", {"name": f"Lokalen {self.walk.language}", "door": "visit"}, "a new one")

    async def _people(self) -> None:
        name = f"Dalia {self.walk.language}"
        await self.walk.sends("/desk/volunteers", {"alias": name}, "no language")
        await self.walk.sends("/desk/volunteers", {"alias": name, "speaks": "ar"}, "invited")
        dalia = await builders.person_named(self.site.service, name)
        path = f"/desk/volunteers/{dalia}"
        await self.walk.opens(path, "nothing is ticked")
        await self.walk.sends(f"{path}/steps", {"steps": "interview", "trainee": "1"}, "a step, and a trainee")
        await self.walk.sends(path, {"speaks": "ar", "last": "2026-12-24"}, "a pause without a first day")
        await self.walk.sends(path, {"speaks": "ar", "places": PLACE}, "changed")
        await self.walk.opens(f"{path}/role/coordinator", "asked before somebody is made coordinator")
        await self.walk.sends(f"{path}/role/coordinator", {"sure": "1"}, "they are one")
        await self.walk.sends(f"{path}/role/volunteer", {"sure": "1"}, "and a volunteer again")
        await self.walk.sends(f"{path}/links", note="new links")
        await self.walk.opens(f"{path}/end/disable", "asked before access ends")
        await self.walk.sends(f"{path}/end/disable", {"sure": "1"}, "it has ended")
        await self.walk.opens(path, "of somebody without access")
        await self.walk.sends(f"{path}/steps", {"steps": "interview"}, "of somebody without access")
        await self.walk.sends(f"{path}/enable", note="let in again")
        await self.walk.opens(f"{path}/end/leave", "asked before somebody leaves for good")
        await self.walk.sends(f"{path}/end/leave", {"sure": "1"}, "they have left")
        mine = f"/desk/volunteers/{self.office.coordinator.id}/end/leave"
        await self.walk.sends(mine, {"sure": "1"}, "one's own")
        await self.walk.opens("/desk/volunteers")

    async def _shifts(self) -> None:
        await desk_shifts_walk.coordinators(self.site, self.walk, self.office.other)
        await desk_asked_walk.planned(self.site, self.walk, self.office.coordinator)
