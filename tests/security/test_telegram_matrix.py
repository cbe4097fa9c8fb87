"""Who may press and command what: every button the bot ever shows, forged by everybody, and every command.

The buttons are collected from a walk over the whole dialogue, so a new one is tried as soon as somebody is shown it.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.cases import handing_over
from bot.cases.texts_between import StallWarned, TooManySure
from bot.cases.texts_duty import NobodyTakes, StillWaits, Taker, WhoIsHere
from bot.engine import clock
from bot.hours.texts_unasked import HolidayProposed, SessionUnstaffed
from bot.hours.told import SessionTold
from bot.language.i18n import Catalogues, Words
from bot.people import login_links, people
from bot.people.standing import PROFILES
from bot.places import places
from bot.roster import shifts
from bot.roster.told import ShiftNamed
from bot.shifts import seen
from bot.shifts.texts import ShiftAsked
from bot.shifts.texts_presence import AreYouHere
from bot.shifts.texts_swap import SwapAsked
from bot.volunteers import leaving
from models.base import metadata
from models.closing import USUAL_ORGANISATIONS
from models.notice import Notice
from models.people import LinkPurpose
from tests import builders
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.security.scene import Rows, asked, everything

CHATS = {"newcomer_a": 9001, "newcomer_b": 9002, "stranger": 9003, "claimer": 5001, "other": 5002, "disabled": 5003}
LANGUAGES = {
    "newcomer_a": "ar", "newcomer_b": "fa", "stranger": "uk", "claimer": "sv", "other": "en", "disabled": "en",
}  # fmt: skip
STAFF = ("claimer", "other")  # a disabled volunteer's account is anybody's
FOREIGN_CHATS = {"second_of_claimer": 9011, "first_of_other": 9012, "second_of_other": 9013}
WALKER, GUIDE, COORDINATOR, AT_WORK = 9020, 5020, 5030, 5040
CANARIES = {
    "newcomer_a": "kanariefågel-A", "newcomer_b": "kanariefågel-B", "second_of_claimer": "kanariefågel-C",
    "first_of_other": "kanariefågel-D", "second_of_other": "kanariefågel-E",
    "held_by_claimer": "kanariefågel-F", "held_by_other": "kanariefågel-G",
}  # fmt: skip
MAY_READ = {
    "kanariefågel-A": {"newcomer_a", "claimer"}, "kanariefågel-B": {"newcomer_b"},
    "kanariefågel-C": {"second_of_claimer", "claimer"}, "kanariefågel-D": {"first_of_other", "other"},
    "kanariefågel-E": {"second_of_other", "other"},
    "kanariefågel-F": {"claimer"}, "kanariefågel-G": {"other"},  # their own words, which the bot has not sent on
}  # fmt: skip
NOTES = ("inbound",)  # the note that an update came: every press leaves one

# What a press may change: nothing, what belongs to whoever pressed, or the case.
NOTHING, OWN, CASE = "nothing", "own", "case"
#                        claimer  other
BY_STAFF = {
    "lang":             (OWN,     OWN),
    "consent":          (NOTHING, NOTHING),
    "held":             (NOTHING, NOTHING),
    "tap":              (NOTHING, NOTHING),
    "more":             (NOTHING, NOTHING),
    "back":             (NOTHING, NOTHING),
    "stop_asking":      (NOTHING, NOTHING),
    "erase":            (NOTHING, NOTHING),
    "stop":             (NOTHING, NOTHING),
    "unsent":           (NOTHING, NOTHING),
    "claim":            (CASE,    CASE),
    "close":            (CASE,    NOTHING),
    "release":          (CASE,    NOTHING),
    "c":                (CASE,    NOTHING),
    "pick":             (NOTHING, NOTHING),  # of held lines: only on the card that asks
    "nosend":           (NOTHING, NOTHING),
    "reopen":           (NOTHING, NOTHING),
    "unsend":           (NOTHING, NOTHING),  # another's message, or one of another house
    "desk":             (OWN,     OWN),
    "keep":             (CASE,    NOTHING),
    "notes":            (OWN,     NOTHING),
    "ho":               (OWN,     NOTHING),
    "hop":              (OWN,     NOTHING),
    "hol":              (OWN,     NOTHING),
    "hor":              (NOTHING, NOTHING),  # offered to somebody else
    "hoa":              (NOTHING, NOTHING),
    "hon":              (NOTHING, NOTHING),
    "hob":              (NOTHING, NOTHING),
    "claimall":         (NOTHING, NOTHING),  # a coordinator's
    "endall":           (OWN,     OWN),
    "ga":               (NOTHING, NOTHING),  # from here on what only coordinators are shown
    "gp":               (NOTHING, NOTHING),
    "gl":               (NOTHING, NOTHING),
    "h":                (NOTHING, NOTHING),
    "hp":               (NOTHING, NOTHING),
    "hpc":              (NOTHING, NOTHING),
    "hd":               (NOTHING, NOTHING),
    "hu":               (NOTHING, NOTHING),
    "hh":               (NOTHING, NOTHING),
    "vp":               (NOTHING, NOTHING),
    "vc":               (NOTHING, NOTHING),
    "vs":               (NOTHING, NOTHING),
    "vt":               (NOTHING, NOTHING),
    "vl":               (NOTHING, NOTHING),
    "ve":               (NOTHING, NOTHING),
    "vb":               (NOTHING, NOTHING),
    "fua":              (NOTHING, NOTHING),  # only on the card that asks; of somebody else's case
    "fud":              (NOTHING, NOTHING),
    "fuc":              (NOTHING, NOTHING),
    "dg":               (CASE,    NOTHING),  # coordinators are told
    "dgn":              (CASE,    NOTHING),
    "oc":               (NOTHING, NOTHING),
    "ocw":              (NOTHING, NOTHING),
    "ocg":              (NOTHING, NOTHING),
    "ocr":              (NOTHING, NOTHING),
    "occ":              (NOTHING, NOTHING),
    "bk":               (NOTHING, NOTHING),
    "bks":              (NOTHING, NOTHING),
    "bkr":              (NOTHING, NOTHING),
    "bkl":              (NOTHING, NOTHING),
    "vr":               (NOTHING, NOTHING),
    "me":               (OWN,     OWN),  # and what somebody says of themself
    "mel":              (OWN,     OWN),
    "met":              (OWN,     OWN),
    "mep":              (OWN,     OWN),
    "meu":              (OWN,     OWN),
    "mee":              (OWN,     OWN),
    "mea":              (OWN,     OWN),
    "men":              (OWN,     OWN),
    "mem":              (OWN,     OWN),
    "lv":               (NOTHING, NOTHING),  # only on the card that asks
    "hcl":              (NOTHING, NOTHING),
    "sf":               (OWN,     OWN),      # lists, and what is one's own
    "su":               (OWN,     OWN),
    "sl":               (OWN,     OWN),
    "sc":               (NOTHING, NOTHING),  # another's shift
    "sy":               (OWN,     OWN),      # refused in words
    "sk":               (NOTHING, NOTHING),
    "sa":               (NOTHING, NOTHING),
    "st":               (NOTHING, NOTHING),  # only on the card that asks
    "sn":               (NOTHING, NOTHING),
    "sw":               (NOTHING, NOTHING),  # from here on coordinators'
    "sh":               (NOTHING, NOTHING),
    "sas":              (NOTHING, NOTHING),
    "saq":              (NOTHING, NOTHING),
    "spk":              (NOTHING, NOTHING),
    "sx":               (NOTHING, NOTHING),
    "sxk":              (NOTHING, NOTHING),
    "scv":              (NOTHING, NOTHING),
    "spm":              (NOTHING, NOTHING),
    "sxw":              (NOTHING, NOTHING),
    "tn":               (NOTHING, NOTHING),
    "tl":               (NOTHING, NOTHING),
    "tr":               (NOTHING, NOTHING),
    "tp":               (NOTHING, NOTHING),
    "td":               (NOTHING, NOTHING),
    "se":               (NOTHING, NOTHING),  # a volunteer's, of a shift of their own
    "sxe":              (NOTHING, NOTHING),
    "szu":              (NOTHING, NOTHING),
    "dh":               (OWN,     OWN),      # being at work
    "df":               (NOTHING, NOTHING),  # only on the card that asks
    "do":               (NOTHING, NOTHING),
    "dq":               (OWN,     OWN),
    "dm":               (CASE,    CASE),     # as "claim"
    "dw":               (NOTHING, NOTHING),  # coordinators'
    "da":               (NOTHING, NOTHING),
    "wm":               (NOTHING, NOTHING),  # another's shift
    "ww":               (NOTHING, NOTHING),
    "wy":               (NOTHING, NOTHING),
    "wn":               (NOTHING, NOTHING),
}  # fmt: skip
OF_A_SHIFT = ("su", "sl", "sc", "sy", "sk", "sa", "st", "sn", "sh", "sas", "saq", "spk", "sx", "sxk", "sxw", "tl", "tr",
              "tp", "td", "se", "sxe", "wm", "ww", "wy", "wn", "szu")  # fmt: skip
OF_BEFORE = ("h:c:linero", "h:c:linero:20261223:-", "h:leave")  # version 0.1.0 showed them to coordinators
RARELY_SHOWN = ("vp:1", "vb:PERSON", "spm:a:1")  # with many volunteers or shifts; of somebody without access
ABOUT_SOMEBODY = ("vc", "vs", "vt", "vl", "ve", "vr")
OF_NEWCOMERS = ("lang", "consent", "held", "tap", "more", "back", "stop_asking", "erase", "stop", "unsent", "fuc")
OWNED_BY = ("id", "person_id", "newcomer_id", "conversation_id", "address_id", "case_id", "subject", "made_by")
OWNED_AT = {
    table.name: [place for place, column in enumerate(table.columns) if column.name in OWNED_BY]
    for table in metadata.sorted_tables
}


def allowed(actor: str, family: str) -> str:
    """A newcomer's press, like anybody's who is no volunteer, is an act in their own dialogue, whatever it says."""
    return BY_STAFF[family][STAFF.index(actor)] if actor in STAFF else OWN


@dataclass
class Cast:
    """The people of a house, in the middle of things: each volunteer is asked which case they meant.

    `claimed`: the case of A. `queued`: the case of B, which waits. `buttons`: what a coordinator is shown in a preview
    and under a published change of hours.
    """

    house: House
    staff: dict[str, builders.Staff] = field(default_factory=dict)
    claimed: int = 0
    queued: int = 0
    buttons: dict[str, str] = field(default_factory=dict)

    async def presses(self, actor: str, code: str) -> str:
        """A forged press, on whatever message is the first in the chat; returns what the button said."""
        return await self.house.pressed(CHATS[actor], code, 1)

    def words(self, actor: str) -> Words:
        service = self.house.service
        return service.desk(LANGUAGES[actor]) if actor in STAFF else service.words(LANGUAGES[actor])

    def readers(self) -> dict[str, set[str]]:
        """By canary: the people in whose chat it stands, or who were told it by a button."""
        chats = CHATS | FOREIGN_CHATS
        shown = {name: " ".join(one.text for one in self.house.api.chat(chat).messages) for name, chat in chats.items()}
        shown["a button"] = " ".join(answer.text for answer in self.house.api.answers.values())
        return {canary: {name for name, text in shown.items() if canary in text} for canary in MAY_READ}


@pytest.fixture
async def cast(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Cast]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        for actor, language in LANGUAGES.items():
            house.api.chat(CHATS[actor]).profile["language_code"] = language
        yield await filled(Cast(house))


async def filled(cast: Cast) -> Cast:
    house, service = cast.house, cast.house.service
    await coordinate(house)
    cast.buttons = {code.partition(":")[0]: code for code in all_codes(house)}
    for actor, alias in (("claimer", "Amina"), ("other", "Bo"), ("disabled", "Carl")):
        cast.staff[actor] = await builders.volunteer(service, alias, chat_id=CHATS[actor])
    async with service.store.work() as work:
        await people.speak(work, cast.staff["other"].id, LANGUAGES["other"])
        await leaving.disable_staff(work, cast.staff["disabled"].id)
    cast.claimed = (await asks(cast, "newcomer_a", claimer="claimer")).case_id
    cast.queued = (await asks(cast, "newcomer_b")).case_id
    await asks(cast, "second_of_claimer", claimer="claimer")
    await asks(cast, "first_of_other", claimer="other")
    await asks(cast, "second_of_other", claimer="other")
    await house.settle()
    for actor in STAFF:  # each is half way through closing a case, and has words that wait for a choice
        await begin_closing(cast, actor)
        await house.hears(CHATS[actor], CANARIES[f"held_by_{actor}"], LANGUAGES[actor])
    return cast


async def asks(cast: Cast, who: str, *, claimer: str | None = None) -> builders.Newcomer:
    chat_id = (CHATS | FOREIGN_CHATS)[who]
    words = f"{CANARIES[who]} skriver"
    service, language = cast.house.service, LANGUAGES.get(who, "sv")
    chat = cast.house.api.chat(chat_id)
    chat.add({"text": words}, from_bot=False, sender=chat.profile)
    asker = await builders.case_of(service, words, language=language, chat_id=chat_id)
    await cast.house.settle()
    if claimer:
        await cast.house.pressed(CHATS[claimer], f"claim:{asker.case_id}")
    return asker


async def begin_closing(cast: Cast, actor: str) -> None:
    mine = "SELECT id FROM cases WHERE volunteer_id = :person ORDER BY opened_at"
    case_id = (await builders.table(cast.house.service, mine, person=cast.staff[actor].id))[0].id
    await cast.house.pressed(CHATS[actor], f"close:{case_id}:{10**15}", 1)


# The walk: one newcomer and one volunteer go through everything, and every button either is ever shown is noted.


@pytest.fixture
async def shown_codes(migrated_sqlite: Path, tmp_path: Path, catalogues: Catalogues) -> list[str]:
    """The codes of all buttons, with `CASE` and `SEEN` where they name a case and how far it has been shown."""
    folder = tmp_path / "walk"
    folder.joinpath("data").mkdir(parents=True)
    url = f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'data' / 'radrum.db')}"
    async with telegram_house(url, folder, catalogues) as house:
        case_ids = await walk(house)
        return one_of_each(list(dict.fromkeys(template_of(code, case_ids) for code in all_codes(house))))


def template_of(code: str, case_ids: set[str]) -> str:
    verb, *rest = ("CASE" if part in case_ids else part for part in code.split(":"))
    if verb in ABOUT_SOMEBODY:
        rest[0] = "PERSON"
    if verb == "hop":
        rest[-1] = "PERSON"
    if verb in ("hor", "hoa", "hon", "hob"):
        rest = ["1"]
    if verb in ("close", "noadvice", "release"):
        rest[-1] = "SEEN"
    if verb in ("hp", "hpc", "hd", "hu", "ga", "gp", "gl", "sf", "sw") or verb in OF_A_SHIFT:
        rest = ["OF_THE_COORDINATOR"]
    return ":".join([verb, *rest])


def one_of_each(codes: list[str]) -> list[str]:
    """Of those that differ in their last value alone the first, unless they hold nothing else: then all."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for code in codes:
        verb, *rest = code.split(":")
        kinds.setdefault((verb, *rest[:-1]), []).append(code)
    return [code for kind, alike in kinds.items() for code in (alike if len(kind) == 1 else alike[:1])]


def all_codes(house: House) -> list[str]:
    """Of every keyboard that was ever sent, also of one that has been edited away."""
    keyboards = [call.params["reply_markup"] for call in house.api.calls if "reply_markup" in call.params]
    return [button["callback_data"] for board in keyboards for row in board["inline_keyboard"] for button in row]


async def walk(house: House) -> set[str]:
    """From the first word, typed too early, to the closed case and "delete everything". Returns the cases' ids."""
    guide = await builders.volunteer(house.service, "Amina", chat_id=GUIDE)
    await house.hears(WALKER, "För tidigt")
    for code in ("lang:sv", "consent:yes", "held:send"):
        await house.pressed(WALKER, code)
    for code in ("category:housing", "first_visit:yes", "gender:woman", "age:30_64", "situation:permit"):
        await house.pressed(WALKER, f"tap:{code}")
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    await house.pressed(GUIDE, f"claim:{case}")
    await house.hears(WALKER, "Ett ord till")
    await house.hears(WALKER, "/okänt")
    await house.hears(WALKER, "/stop")
    await house.pressed(WALKER, shown_now(house, "stop:no:"))
    await house.pressed(GUIDE, f"dg:{case}")
    await house.hears(GUIDE, f"/followup {clock.office_day(clock.now(), house.service.store.zone) + timedelta(days=9)}")
    await house.pressed(GUIDE, [code for code in all_codes(house) if code.startswith("fua:")][-1])
    for command in ("/cases", "/language", "/desk"):
        await house.hears(GUIDE, command)
    await work_walk(house, case)
    await say_of_oneself(house)
    await log_in_somewhere(house, guide)
    second = await builders.case_of(house.service, "En till")
    await builders.claims(house.service, guide, second)
    await house.hears(GUIDE, "Vem menas?")
    await house.pressed(GUIDE, f"pick:{case}")
    await house.pressed(GUIDE, [code for code in all_codes(house) if code.startswith(f"close:{case}:")][-1])
    usual = USUAL_ORGANISATIONS[0]
    for step in ("cat:housing", "view:0.1", f"add:0.{usual}", "view:1.1", "org:done", "out:answered", "min:15"):
        await house.pressed(GUIDE, f"c:{case}:{step}")
    closed = next(one for one in house.api.chat(GUIDE).visible if "Du har avslutat" in one.text)
    await house.api.says(GUIDE, "Ett till", reply_to=closed.message_id, language_code="sv")
    await house.settle()
    await house.hears(WALKER, "/stop")  # there is nothing to close any more
    await house.pressed(WALKER, "erase:ask")
    await house.pressed(WALKER, shown_now(house, "erase:yes:"))
    await coordinate(house)
    await see_to_any_case(house, second)
    third = await between_walk(house, guide)
    return {str(case), str(second.case_id), str(third.case_id)}


async def between_walk(house: House, guide: builders.Staff) -> builders.Newcomer:
    """A case between two people: it stalls, is noted in, and offered to another."""
    service = house.service
    other = await builders.volunteer(service, "Bo", chat_id=GUIDE + 1)
    asker = await builders.claimed_case(service, guide, "En tredje")
    about = {"case": asker.case_id, "code": asker.code}
    async with service.store.work() as work:
        await work.tell(guide.id, StallWarned(**about, since=work.now, ends_at=work.now), case_id=asker.case_id)
        await work.tell(guide.id, TooManySure(**about, n=3), case_id=asker.case_id)
    await house.hears(GUIDE, "/note")
    await house.hears(GUIDE, "/handover")
    await house.pressed(GUIDE, f"ho:{asker.case_id}")
    async with builders.acting(service, guide) as work:
        await handing_over.offer(work, case_id=asker.case_id, note="Läs detta", person_id=other.id)
    await house.settle()
    read = next(code for code in codes_of(house.api.chat(GUIDE + 1).last) if code.startswith("hor:"))
    await house.pressed(GUIDE + 1, read)
    return asker


async def see_to_any_case(house: House, asker: builders.Newcomer) -> None:
    """Everything that a coordinator is asked about a case of anybody's."""
    await house.hears(COORDINATOR, f"/case {asker.code}")
    for start in ("ocr:", "oc:", "occ:", "oc:", "ocw:"):
        await house.pressed(COORDINATOR, [code for code in all_codes(house) if code.startswith(start)][-1])
    await house.hears(COORDINATOR, "/block")
    for start in ("bk:", "bks:", "bkr:"):
        await house.pressed(COORDINATOR, [code for code in all_codes(house) if code.startswith(start)][-1])


def shown_now(house: House, start: str) -> str:
    """The code of a button in the newcomer's last message."""
    return next(
        button.action
        for row in house.api.chat(WALKER).last.buttons
        for button in row
        if button.action.startswith(start)
    )


async def coordinate(house: House) -> None:
    """A coordinator publishes hours, is asked about a holiday, and stands before the preview of a closing and amid the
    questions of another."""
    service = house.service
    tomorrow = clock.office_day(clock.now(), service.store.zone) + timedelta(days=1)
    karin = await builders.coordinator(service, "Karin", chat_id=COORDINATOR)
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
        session = SessionTold(code="linero", place="linero_library", day=tomorrow, opens=time(13), closes=time(15))
        name = {"sv": "Helgdag", "en": "Holiday"}
        await work.tell(karin.id, HolidayProposed(day=tomorrow, name=name, sessions=(session,)))
        await work.tell(karin.id, SessionUnstaffed(sessions=(session,), may_close=True))
    await house.hears(COORDINATOR, f"/extra {tomorrow} linero 13-15")
    await house.pressed(COORDINATOR, house.api.chat(COORDINATOR).last.buttons[0][0].action)
    begins = clock.wall(tomorrow, time(13), service.store.zone)
    await builders.shift(service, karin, starts_at=begins, lasts=timedelta(hours=2), place="linero")
    await house.hears(COORDINATOR, "/closeday")
    for answer in ("linero", f"{tomorrow:%Y%m%d}", "-"):
        codes = codes_of(house.api.chat(COORDINATOR).last)
        await house.pressed(COORDINATOR, next(code for code in codes if code.endswith(f":{answer}")))
    await shift_walk(house, karin)
    await house.hears(COORDINATOR, "/closeday")
    await house.pressed(COORDINATOR, house.api.chat(COORDINATOR).last.buttons[0][0].action)
    await builders.new_volunteer(service, "Nour")
    for line in ("/volunteers", "/volunteers Nour", "/invite Dalia ar"):
        await house.hears(COORDINATOR, line)


async def work_walk(house: House, case: int) -> None:
    """Everything about being at work: there without a shift, and a coordinator looks for somebody to take a case."""
    karin = await builders.coordinator(house.service, "Robin", chat_id=AT_WORK)
    await house.hears(AT_WORK, "/onduty")
    await house.pressed(AT_WORK, "df:1")
    shift = ShiftNamed(code="online", shift=1, starts_at=clock.now(), ends_at=clock.now() + timedelta(hours=1))
    told = {"case": case, "code": "4729135", "language": "sv"}
    taker = Taker(person=karin.id, alias="Robin")
    async with house.service.store.work() as work:
        await work.tell(karin.id, AreYouHere(shift=shift))
        await work.tell(karin.id, NobodyTakes(**told, since=clock.now()))
        await work.tell(karin.id, WhoIsHere(**told, takers=(taker,)))
        await work.tell(karin.id, StillWaits(code="4729135", since=clock.now()))
    await house.settle()


async def say_of_oneself(house: House) -> None:
    """Everything that a volunteer is asked about themself."""
    await house.hears(GUIDE, "/me")
    for view in ("speaks", "topics", "places", "name", "moved"):
        await house.pressed(GUIDE, f"me:{view}")
        await house.pressed(GUIDE, "me:all")
    for code in ("me:pause", "meu:4", "me:pause"):
        await house.pressed(GUIDE, code)
    await house.pressed(GUIDE, "mee")
    await house.hears(GUIDE, "/leave")


async def shift_walk(house: House, karin: builders.Staff) -> None:
    """Every button about shifts is shown: a coordinator looks at everything, and has shifts as a volunteer has."""
    begins = clock.now() + timedelta(days=5)
    other = await builders.volunteer(house.service, "Dana", on_shift=False)
    async with house.service.store.work() as work:
        await work.db.execute(update(PROFILES).values(may_be_asked=True))
    for day in range(2):
        await builders.shift(house.service, karin, starts_at=begins + timedelta(days=day), lasts=timedelta(hours=2))
    free = await builders.shift(house.service, starts_at=begins + timedelta(days=3), lasts=timedelta(hours=2))
    await builders.shift(house.service, other, starts_at=begins + timedelta(days=4), lasts=timedelta(hours=2))
    async with house.service.store.work() as work:
        shown = await seen.seen_one(work, await shifts.shift_of(work.db, free))
        await work.tell(karin.id, ShiftAsked(shift=shown))
        await work.tell(karin.id, SwapAsked(swap=free, gives=shown, takes=shown, alias="Dana"))
    for command in ("/shifts", "/coverage", "/assign", "/unassign", "/cancelshift", "/myshifts", "/swap"):
        await house.hears(COORDINATOR, command)
    for start in ("sh:", "spk:u:", "spk:c:", "wm:", "sc:", "sy:"):
        await house.pressed(COORDINATOR, [code for code in all_codes(house) if code.startswith(start)][-1], 1)
        await house.settle()
    await house.hears(COORDINATOR, "/template måndag 13-16 linero")
    await house.hears(COORDINATOR, f"/template {begins:%Y-%m-%d}..{begins + timedelta(days=14):%Y-%m-%d}")
    await house.hears(COORDINATOR, f"/newshift {begins:%Y-%m-%d} 20-21 linero")
    await house.hears(COORDINATOR, "/undo")
    await house.hears(COORDINATOR, "/freeshifts")
    await house.pressed(COORDINATOR, f"su:{free}")
    await house.pressed(COORDINATOR, f"se:{free}:1")


async def log_in_somewhere(house: House, staff: builders.Staff) -> None:
    async with house.service.store.work() as work:
        link = await login_links.make_link(work, staff.id, LinkPurpose.DESK)
    async with house.service.store.work() as work:
        await login_links.log_in(work, link)
    await house.settle()


# What a press changed.


def owned(cast: Cast, actor: str) -> set[int]:
    """The ids of what is the actor's own; of a volunteer also the cases they have."""
    service = cast.house.service
    lookup = service.store.seal.blind("telegram", str(CHATS[actor]))
    lanes = "SELECT id, person_id FROM addresses WHERE lookup = :lookup"
    ids = {number for row in asked(service, lanes, lookup=lookup) for number in row}
    cases = "SELECT id FROM cases WHERE volunteer_id = :id"
    threads = (
        "SELECT v.id, c.id FROM conversations v LEFT JOIN cases c ON c.conversation_id = v.id WHERE v.newcomer_id = :id"
    )
    theirs = [row for one in ids for sql in (cases, threads) for row in asked(service, sql, id=one)]
    return ids | {number for row in theirs for number in row if number}


def without(rows: Rows, ids: set[int]) -> Rows:
    """The rows that belong to nobody with these ids; a person's own words taken back from a chat are theirs."""
    return {
        name: [row for row in kept if not any(row[at] in ids for at in OWNED_AT[name]) and Notice.UNSAY not in row]
        for name, kept in rows.items()
        # That a case of theirs has ended is noted with the volunteer, and what they are told of it stands in that chat.
        if name not in ("focuses", "chat_messages")
    }


async def effect_of(cast: Cast, actor: str, act: Awaitable[str]) -> tuple[str, str]:
    """What the act changed, and what the button said."""
    service = cast.house.service
    before, ids = everything(service, except_tables=NOTES), owned(cast, actor)
    said = await act
    after = everything(service, except_tables=NOTES)
    if before == after:
        return NOTHING, said
    if actor not in STAFF:  # somebody new has become a newcomer; a case just claimed was not the volunteer's before
        ids |= owned(cast, actor)
    return (OWN if without(before, ids) == without(after, ids) else CASE), said


def order_of(press: tuple[str, str]) -> tuple[bool, bool]:
    """What ends a conversation comes last, and what sets the language back before."""
    _actor, code = press
    return code.startswith("erase"), code.startswith("lang")


async def test_a_forged_press_changes_what_the_table_allows_and_is_answered(cast: Cast, shown_codes: list[str]) -> None:
    codes = [*shown_codes, *OF_BEFORE, *RARELY_SHOWN]
    assert {code.partition(":")[0] for code in codes} == set(BY_STAFF)
    presses = [press for press in product(CHATS, codes) if allowed(*family(press)) != CASE]

    wrong, silent = [], []
    for actor, template in sorted(presses, key=order_of):
        code = template.replace("CASE", str(cast.claimed)).replace("SEEN", str(10**15))
        code = code.replace("PERSON", str(cast.staff["other"].id))
        if code.endswith("OF_THE_COORDINATOR"):
            code = cast.buttons[code.partition(":")[0]]
        effect, said = await effect_of(cast, actor, cast.presses(actor, code))
        may = allowed(*family((actor, template)))
        if effect not in (NOTHING, may):
            wrong.append((actor, template, effect))
        refused = may == NOTHING or (actor not in STAFF and template.partition(":")[0] not in OF_NEWCOMERS)
        if template.startswith("lang"):
            await cast.presses(actor, f"lang:{LANGUAGES[actor]}")
        elif (refused or said) and said not in refusals(cast, actor):
            silent.append((actor, template, said))

    assert wrong == []
    assert silent == []
    assert cast.readers() == MAY_READ
    for verb in ("ga", "hp"):  # they were there to be pressed all the time
        assert await cast.house.pressed(COORDINATOR, cast.buttons[verb]) == "", verb


def family(press: tuple[str, str]) -> tuple[str, str]:
    return press[0], press[1].partition(":")[0]


def refusals(cast: Cast, actor: str) -> set[str]:
    """What a button may say to the actor, in their language."""
    words = cast.words(actor)
    of_shifts = ("shift_why_already", "shift_why_not_on_it", "shift_asked_already")
    kept = (
        "answer_saved",
        "ask_done",
        "language_changed",
        "in_the_chat",
        "devices_ended",
        "shift_thanks",
    )  # a press told twice
    return {words(key) for key in ("no_longer_valid", "not_found", *kept, *of_shifts) if key in words}


async def test_a_waiting_case_is_for_volunteers_and_who_is_late_learns_who_has_it_and_nothing_more(cast: Cast) -> None:
    code = f"claim:{cast.queued}"

    got = {actor: await effect_of(cast, actor, cast.presses(actor, code)) for actor in CHATS}

    effects = {actor: effect for actor, (effect, _) in got.items()}
    said = got["other"][1]
    assert effects.pop("claimer") == CASE
    assert effects.pop("other") == NOTHING
    assert set(effects.values()) <= {NOTHING, OWN}
    assert "Amina" in said and CANARIES["newcomer_b"] not in said


FORGED = (
    "", ":", "claim", "claim:", "claim:x", "claim:-1", "claim:٣", "claim:²", "close:1", "c:1:2", "c:1:2:3:4",
    "lang:xx", "lang", "tap:status:closed", "tap:volunteer_id:1", "tap:category:nonsense", "more:category:99999999",
    "a" * 64, f"claim:{10**30}", f"release:1:{10**30}", f"pick:{10**19}", "erase", "erase:yes:no", "endall:1:2:3",
    "\x00",
)  # fmt: skip


async def test_a_press_of_no_button_of_ours_is_answered_and_changes_nothing_of_others(cast: Cast) -> None:
    wrong = []
    for actor in CHATS:
        before, ids, said = everything(cast.house.service, except_tables=NOTES), owned(cast, actor), {}
        for code in FORGED:
            said[code] = await cast.presses(actor, code)
        ids |= owned(cast, actor)
        after = everything(cast.house.service, except_tables=NOTES)
        wrong += [(actor, code) for code, told in said.items() if not (told or code.startswith("endall"))]
        assert without(before, ids) == without(after, ids), actor

    assert wrong == []


# Commands.

OF_COORDINATORS = (
    "/closeday", "/extra 2030-01-07 linero 13-15", "/popup", "/hours_history", "/hours_undo", "/shifts", "/newshift",
    "/assign", "/unassign", "/cancelshift", "/coverage", "/template", "/undo", "/announce",
)  # fmt: skip
ABOUT_PEOPLE = ("/me", "/leave", "/pause", "/pause 1/7-15/8", "/volunteers", "/invite", "/invite Dalia ar")
ABOUT_ANY_CASE = (
    "/danger", "/followup", "/overview", "/case", "/reassign 4729135 Bo", "/block", "/block 4729135", "/unblock",
)  # fmt: skip
COMMANDS = (
    "/start", "/start kanin", "/language", "/status", "/hours", "/help", "/questions", "/privacy",
    "/cases", "/note", "/handover", "/desk", "/claim 1", "/queue", "/onduty", "/myshifts", "/freeshifts", "/cant",
    "/swap",
    "/close", "/admin", "/report", "/endall", "/CASES", "/desk@radrum_test_bot", *OF_COORDINATORS, *ABOUT_PEOPLE,
    *ABOUT_ANY_CASE,
)  # fmt: skip
WORDS_OF_A_NEWCOMER = (
    "/claim 1", "/extra 2030-01-07 linero 13-15", "/pause 1/7-15/8", "/invite Dalia ar", "/block 4729135",
    "/reassign 4729135 Bo",
)  # fmt: skip
ENDING_COMMANDS = ("/stop", "/delete", "/erase")
OF_STAFF_ALONE = (
    "/note", "/handover",
    "/cases", "/desk", "/close", "/admin", "/report", "/endall", "/CASES", "/erase", "/closeday", "/popup",
    "/hours_history", "/hours_undo", "/me", "/pause", "/volunteers", "/leave", "/block", "/unblock", "/danger",
    "/overview", "/case", "/followup",
)  # fmt: skip


async def test_a_command_is_an_act_of_whoever_gives_it_and_of_nobody_else(cast: Cast) -> None:
    links = "SELECT person_id FROM login_links"
    invited = {row.person_id for row in await builders.table(cast.house.service, links)}

    for command, actor in [*product(COMMANDS, CHATS), *product(ENDING_COMMANDS, CHATS)]:
        effect, answer = await effect_of(cast, actor, says(cast, actor, command))

        assert effect in (NOTHING, OWN), (actor, command)
        is_words = actor not in STAFF and command in WORDS_OF_A_NEWCOMER  # to their adviser, who answers, not the bot
        assert answer or is_words, (actor, command)
        if actor not in STAFF and command in OF_STAFF_ALONE:
            assert cast.words(actor)("unknown_command") in answer, (actor, command)
        if actor in STAFF and command in OF_COORDINATORS:
            assert answer == cast.words(actor)("for_coordinators"), (actor, command)
        if actor in STAFF and command in ENDING_COMMANDS:
            told = cast.words(actor)("staff_help"), cast.words(actor)("held_why_slash")
            assert answer.startswith(told), (actor, command)

    with_links = {row.person_id for row in await builders.table(cast.house.service, links)}
    assert with_links - invited == {cast.staff[actor].id for actor in STAFF}
    assert all(who <= MAY_READ[canary] for canary, who in cast.readers().items())


async def says(cast: Cast, actor: str, text: str) -> str:
    """The person writes; returns the first thing the bot then says."""
    chat = cast.house.api.chat(CHATS[actor])
    newest = chat.messages[-1].message_id if chat.messages else 0
    await cast.house.hears(chat.chat_id, text, LANGUAGES[actor])
    return next((one.text for one in chat.from_bot if one.message_id > newest), "")


async def test_of_twenty_accounts_at_once_one_is_linked_by_an_invitation(cast: Cast) -> None:
    service = cast.house.service
    new = await builders.volunteer(service, "Nils")
    async with service.store.work() as work:
        token = await login_links.make_link(work, new.id, LinkPurpose.TELEGRAM)
    for chat in range(6000, 6020):
        await cast.house.api.says(chat, f"/start {token}", language_code="sv")

    updates = [json.dumps(update.body).encode() for update in cast.house.api.delivery.waiting()[-20:]]
    statuses = await asyncio.gather(*(cast.house.telegram.webhook(body) for body in updates))

    linked = "SELECT * FROM addresses WHERE person_id = :person AND channel = 'telegram'"
    assert statuses == [200] * 20
    assert len(await builders.table(service, linked, person=new.id)) == 1


async def test_a_volunteers_words_never_reach_a_case_of_somebody_else(cast: Cast) -> None:
    newest = len(cast.house.api.chat(CHATS["newcomer_a"]).messages)
    others = cast.house.api.chat(CHATS["claimer"]).messages

    for message in range(1, len(others) + 5):  # ids of another chat's messages: none is a message of this one
        await cast.house.api.says(CHATS["other"], "till fel person", reply_to=message, language_code="en")
    await cast.house.settle()

    assert len(cast.house.api.chat(CHATS["newcomer_a"]).messages) == newest
    assert cast.readers() == MAY_READ
