"""The codes under what is said, byte for byte: buttons are pressed weeks after they were sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.engine import clock
from bot.hours import guided
from bot.hours.texts import Hours
from bot.hours.texts_guided import HoursAsk
from bot.hours.texts_staff import HoursHistory, HoursKept, HoursPreview, HoursPublished, HoursUndoAsk
from bot.hours.texts_unasked import HolidayProposed
from bot.hours.told import ChangeTold, PastTold, SessionTold, ShiftTold
from bot.language.i18n import Catalogues
from bot.language.parts import Facts, Spoken, ToNewcomer
from bot.places import places
from bot.places.told import PlaceTold
from bot.service import Service
from bot.telling import table
from bot.volunteers.texts_own import OwnProfile
from bot.volunteers.texts_people import VolunteerCard, VolunteerList
from bot.volunteers.told import StepTold, VolunteerTold
from models.buttons import GivenAnswer
from models.dialogue import Prompt
from models.hours import Reason
from models.hours_change import Change, Verb
from models.outbox import Notice
from tests import builders

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CASE = {"case": 2**53, "code": "4729135"}
SEEN = CASE | {"seq": 2**45, "language": "fa", "channel": "web", "since": "2026-01-05T06:00:00+00:00"}
OFFERED = SEEN | {"messages": 1, "at": "2026-01-05T08:00:00+00:00"}
LINERO = PlaceTold(code="linero", place="linero_library", address="Testgatan 2")
SESSION = SessionTold(code="linero", place="linero_library", day=date(2026, 1, 12), opens=time(13), closes=time(16))
TOLD = ChangeTold(verb=Verb.CLOSE, places=("linero",), first=date(2026, 1, 12), reason=Reason.HOLIDAY, at=(LINERO,))
SHIFT = ShiftTold(
    shift=1,
    place="linero",
    starts_at=datetime(2026, 1, 12, 12, tzinfo=UTC),
    ends_at=datetime(2026, 1, 12, 14, tzinfo=UTC),
)
NOUR = VolunteerTold(
    person=2**53, alias="Nour", speaks=("ar",), topics=("housing",), paused_from=date(2026, 1, 12), is_introduced=False,
    steps=(StepTold(step="interview", done_on=date(2026, 1, 5)),),
)  # fmt: skip
CASES = [{"case": 2**53 - 1, "code": "4729135", "language": "ar"}, {"case": 7, "code": "4729135", "language": "uk"}]
UNSENT = {"unsent": "0123456789abcdef", "channel": "telegram"}

TO_NEWCOMERS: list[tuple[Notice, Mapping[str, object], str]] = [
    (Notice.ASK_LANGUAGE, {"hint": "sv"}, "lang:sv lang:ar lang:fa lang:uk lang:en"),
    (Notice.ASK_CONSENT, {}, "consent:yes consent:no"),
    (Notice.ASK_CONSENT_FIRST, {}, "consent:yes consent:no"),
    (Notice.ASK_OFFER_HELD, {}, "held:send held:drop"),
    (
        Notice.ASK_TAP,
        {"step": "category"},
        "tap:category:migration tap:category:housing tap:category:work tap:category:benefits tap:category:money "
        "tap:category:health more:category:1 tap:category:prefer_not_say stop_asking",
    ),
    (
        Notice.ASK_TAP,
        {"step": "age"},
        "tap:age:under_18 tap:age:18_29 tap:age:30_64 tap:age:65_plus back:age tap:age:prefer_not_say stop_asking",
    ),
    (
        Notice.ASK_TAP,
        {"step": "first_visit"},
        "tap:first_visit:yes tap:first_visit:no back:first_visit tap:first_visit:prefer_not_say stop_asking",
    ),
    (Notice.ASK_STOP, CASE, "stop:yes:9007199254740992 stop:no:9007199254740992"),
    (Notice.STOPPED, CASE, "erase:ask"),
    (Notice.NOTHING_TO_STOP, {}, "erase:ask"),
    (Notice.ASK_DELETE, {"about": f"{2**53}:{2**52}", "channel": "web"}, "erase:yes:{} erase:no:{}"),
    (
        Notice.ASK_DELETE,
        {"about": f"{2**53}:0", "channel": "web"},
        "erase:yes:9007199254740992:0 erase:no:9007199254740992:0",
    ),
    (Notice.REFUSED, {"refusal": "telegram_is_newcomer"}, "erase:ask"),
    (Notice.UNKNOWN_COMMAND, UNSENT, "unsent:0123456789abcdef"),
    (Notice.NOT_DELETED, UNSENT, "unsent:0123456789abcdef"),
]
TO_STAFF: list[tuple[Notice, Mapping[str, object], str]] = [
    (Notice.OFFERED, OFFERED, "claim:9007199254740992"),
    (Notice.CLAIMED_BY_YOU, SEEN, "close:9007199254740992:35184372088832 release:9007199254740992:35184372088832"),
    (Notice.WORDS, SEEN | {"seq": 0}, "close:9007199254740992:0 release:9007199254740992:0"),
    (Notice.NEW_WORDS, CASE, "desk:9007199254740992"),
    (
        Notice.MY_CASES,
        SEEN | {"case": 5},
        "desk:5 close:5:35184372088832 release:5:35184372088832",
    ),
    (Notice.RELAY_STATE, CASE | {"message": 2**53}, "unsend:9007199254740992"),
    (Notice.RELAY_TROUBLE, CASE | {"message": 2**53}, "resend:9007199254740992"),
    (Notice.WHICH_CASE, {"why": "several", "cases": CASES}, "pick:9007199254740991 pick:7 nosend"),
    (Notice.WHICH_CASE, CASE | {"why": "reopen"}, "reopen:9007199254740992 nosend"),
    (Notice.NOT_YOUR_CASE, CASE | {"fate": "queued"}, "claim:9007199254740992"),
    (Notice.NEW_DEVICE, OFFERED, "endall"),
    (Notice.STAFF_LANGUAGE, {}, "lang:sv lang:en"),
    (
        Notice.CLOCK_DOUBT,
        {"number": 2**53, "shown": OFFERED["at"], "other": OFFERED["since"]},
        "clock:9007199254740992",
    ),
    (
        Notice.CLOSE_CATEGORY,
        {"case": 5, "code": "4729135", "category": "tax_id"},
        "c:5:cat:tax_id c:5:cat:migration c:5:cat:housing c:5:cat:work c:5:cat:benefits c:5:cat:money c:5:cat:health "
        "c:5:cat:family c:5:cat:education c:5:cat:bank_digital c:5:cat:consumer c:5:cat:law c:5:cat:transport "
        "c:5:cat:association c:5:cat:discrimination c:5:cat:other c:5:cat:unknown c:5:not:ask",
    ),
    (Notice.CLOSE_NOT_ADVICE, CASE, "c:9007199254740992:not:yes c:9007199254740992:not:back"),
    (
        Notice.CLOSE_ORGANISATION,
        {"case": 5, "code": "4729135", "chosen": [], "page": 0, "several": False},
        "c:5:org:migrationsverket c:5:org:municipality c:5:org:forsakringskassan c:5:org:arbetsformedlingen "
        "c:5:org:company c:5:view:1.0 c:5:view:0.1 c:5:org:unknown",
    ),
    (
        Notice.CLOSE_ORGANISATION,
        {"case": 5, "code": "4729135", "chosen": ["bank"], "page": 3, "several": True},
        "c:5:add:3.lansstyrelsen c:5:add:3.a_kassa c:5:drop:3.bank c:5:add:3.lkf c:5:add:3.housing_company"
        " c:5:view:4.1 c:5:org:done c:5:org:unknown",
    ),
    (
        Notice.CLOSE_OUTCOME,
        {"case": 5, "code": "4729135"},
        "c:5:out:answered c:5:out:referred c:5:out:form_help c:5:out:accompanied c:5:out:followup c:5:out:no_contact "
        "c:5:out:outside c:5:out:unknown",
    ),
    (
        Notice.CLOSE_MINUTES,
        {"case": 5, "code": "4729135", "default": 25},
        "c:5:min:25 c:5:min:5 c:5:min:10 c:5:min:15 c:5:min:20 c:5:min:30 c:5:min:45 c:5:min:60 c:5:min:90 "
        "c:5:min:unknown",
    ),
]
SAID: list[tuple[Spoken, str]] = [
    (Hours(sessions=(SESSION,)), "remind:linero:20260112 place:linero"),
    (
        HoursPreview(draft=2**53, told=TOLD, shifts=(SHIFT,)),
        "hp:9007199254740992 hpc:9007199254740992 hd:9007199254740992",
    ),
    (HoursPublished(told=TOLD, number=2**31), "hu:2147483648"),
    (HoursUndoAsk(told=TOLD, number=3), "hu:3:yes hu:3:no"),
    (HoursKept(told=TOLD, number=3), "hu:3"),
    (HoursHistory(entries=(PastTold(number=7, at=NOW, told=TOLD),), newest=7), "hu:7"),
    (
        HolidayProposed(day=date(2026, 12, 24), name={"sv": "Julafton"}, sessions=(SESSION,)),
        "hh:close:20261224 hh:usual:20261224",
    ),
    (VolunteerList(them=(NOUR,), page=1, more=True), "vc:9007199254740992 vp:0 vp:2"),
    (
        VolunteerCard(told=NOUR),
        "vs:9007199254740992:interview:0 vs:9007199254740992:secrecy:1 vs:9007199254740992:register:1 "
        "vs:9007199254740992:introduction:1 vt:9007199254740992:1 vl:9007199254740992 "
        "vr:9007199254740992:coordinator:ask ve:9007199254740992:disable:ask ve:9007199254740992:leave:ask",
    ),
    (VolunteerCard(told=NOUR, asks="leave"), "ve:9007199254740992:leave:yes ve:9007199254740992:leave:no"),
    (
        VolunteerCard(told=replace(NOUR, enabled=False)),
        "vb:9007199254740992 ve:9007199254740992:leave:ask",
    ),
    (OwnProfile(told=NOUR), "me:speaks me:topics me:places me:pause mea:1 me:name me:moved"),
    (
        OwnProfile(told=NOUR, view="speaks"),
        "mel:sv:1 mel:ar:0 mel:fa:1 mel:uk:1 mel:en:1 mel:ru:1 mel:be:1 mel:prs:1 mel:ps:1 mel:ckb:1 mel:so:1 mel:ti:1 "
        "me:all",
    ),
    (
        OwnProfile(told=NOUR, view="topics"),
        "met:migration:1 met:housing:0 met:work:1 met:benefits:1 met:money:1 met:health:1 met:family:1 met:education:1 "
        "met:tax_id:1 met:bank_digital:1 met:consumer:1 met:law:1 met:transport:1 met:association:1 "
        "met:discrimination:1 met:other:1 me:all",
    ),
    (OwnProfile(told=NOUR, view="places", places=(LINERO,)), "mep:linero:1 me:all"),
    (OwnProfile(told=NOUR, view="pause"), "meu:1 meu:2 meu:4 meu:open mee me:all"),
    (OwnProfile(told=NOUR, view="name"), "men:1 men:0 me:all"),
    (OwnProfile(told=NOUR, view="moved"), "mem:yes mem:no me:all"),
]
# What stands under the question about hours that these answers lead to, without "ga:" and the dialogue's number.
GUIDED = {
    "weekly": "place:linero place:lund",
    "weekly linero": "weekday:0 weekday:1 weekday:2 weekday:3 weekday:4 weekday:5 weekday:6",
    "weekly linero 6 1300 1500": "since:20260105 since:20260112 since:20260201 since:+",
    "weekly linero 6 1300 1500 +": " ".join(
        f"opens_again:{one}" for one in ("1530", "1600", "1630", "1700", "1730", "1800", "1830", "1900", "1930")
    ),
    "weekly linero 6 1300 1500 + 1900": "closes_again:1930 closes_again:2000",
    "weekly linero 6 -": "since:20260105 since:20260112 since:20260201",
    "close": "place:linero place:lund place:*",
    "close *": " ".join(f"day:202601{day:02}" for day in range(5, 19)) + " gp:day:1",
    "close linero": " ".join(f"day:202601{day:02}" for day in range(5, 19)) + " gp:day:1",
    "close linero 20260106": "reason:holiday reason:illness reason:library_closed reason:moved reason:-",
    "times linero 20260106 0800 1930": "reason:holiday reason:illness reason:library_closed reason:moved reason:-",
    "times linero 20260106 0800 0830": "reason:holiday reason:illness reason:library_closed reason:moved reason:- "
    "reason:+",
    "extra linero 20260106 1900": "closes:1930 closes:2000",
    "usual lund": " ".join(f"day:202601{day:02}" for day in range(5, 19)) + " gp:day:1",
}  # fmt: skip


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, public_url="https://advice.example.org",
        words="Hej", waiting_words="Hej", held_lines="Hej",
        unsent="/hej", fresh="1", failure="doubtful", secret="12345678",
    )  # fmt: skip


def codes_of(said: Prompt) -> str:
    return " ".join(choice.code for row in said.rows for choice in row)


@pytest.mark.parametrize(("notice", "params", "codes"), TO_NEWCOMERS)
def test_what_newcomers_are_sent_carries_the_codes_it_always_did(
    catalogues: Catalogues, facts: Facts, notice: Notice, params: Mapping[str, object], codes: str
) -> None:
    said = table.prompt(notice, params, catalogues.words("sv"), facts)

    assert codes_of(said) == codes.replace("{}", "9007199254740992:4503599627370496")


@pytest.mark.parametrize(("notice", "params", "codes"), TO_STAFF)
def test_what_staff_are_sent_carries_the_codes_it_always_did(
    catalogues: Catalogues, facts: Facts, notice: Notice, params: Mapping[str, object], codes: str
) -> None:
    said = table.prompt(notice, params, catalogues.desk("sv"), facts)

    assert codes_of(said) == codes


@pytest.mark.parametrize(("saying", "codes"), SAID)
def test_what_is_said_of_hours_carries_the_codes_it_always_did(
    catalogues: Catalogues, facts: Facts, saying: Spoken, codes: str
) -> None:
    words = catalogues.words("sv") if isinstance(saying, ToNewcomer) else catalogues.desk("sv")

    assert codes_of(saying.said(words, facts)) == codes


@pytest.mark.parametrize("answers", GUIDED)
async def test_the_dialogue_about_hours_carries_its_number_the_question_and_the_answer(
    service: Service, catalogues: Catalogues, facts: Facts, answers: str
) -> None:
    asked = await _asked_after(service, *answers.split())

    codes = codes_of(asked.said(catalogues.desk("sv"), facts)).replace(f":{asked.dialogue}", "").split()

    assert " ".join(code.removeprefix("ga:") for code in codes) == f"{GUIDED[answers]} gl"


@pytest.mark.parametrize("answers", ["weekly linero 6", "times linero 20260106"])
async def test_the_times_of_a_day_are_four_digits_behind_the_question(
    service: Service, catalogues: Catalogues, facts: Facts, answers: str
) -> None:
    asked = await _asked_after(service, *answers.split())

    begins = f"ga:{asked.dialogue}:opens"
    times = [f"{begins}:{hour:02}{minute}" for hour in range(8, 20) for minute in ("00", "30")]
    closed = [f"{begins}:-"] if answers.startswith("weekly") else []
    codes = codes_of(asked.said(catalogues.desk("sv"), facts)).split()
    assert codes == [*times, *closed, f"gl:{asked.dialogue}"]


async def _asked_after(service: Service, verb: str, *answers: str) -> HoursAsk:
    clock.freeze(NOW)
    karin = await builders.coordinator(service)
    async with builders.acting(service, karin) as work:
        for code in ("linero", "lund"):
            await places.add_place(work, code=code, name_key="linero_library")
        asked: HoursAsk | Change = await guided.begin(work, Verb(verb))
        for answer in answers:
            assert isinstance(asked, HoursAsk)
            asked = await guided.answered(work, GivenAnswer(asked.dialogue, asked.step, answer))
    assert isinstance(asked, HoursAsk)
    return asked
