"""The codes under what is said, byte for byte: buttons are pressed weeks after they were sent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from bot.hours.texts import Hours
from bot.hours.texts_guided import HoursAsk
from bot.hours.texts_staff import HoursHistory, HoursKept, HoursPreview, HoursPublished, HoursUndoAsk
from bot.hours.texts_unasked import HolidayProposed
from bot.hours.told import ChangeTold, PastTold, SessionTold, ShiftTold
from bot.hours.typed import buttons as typed_buttons
from bot.language.i18n import Catalogues
from bot.language.parts import Facts, Spoken, ToNewcomer
from bot.places.told import PlaceTold
from bot.telling import table
from models.dialogue import Prompt
from models.hours import Reason
from models.hours_change import Verb
from models.outbox import Notice

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
]
# What is shown after each press of the dialogue about hours, or what has been begun by a command.
GUIDED = {
    "h:s": "h:s:linero h:s:lund h:leave",
    "h:s:linero": "h:s:linero:0 h:s:linero:1 h:s:linero:2 h:s:linero:3 h:s:linero:4 h:s:linero:5 h:s:linero:6 h:leave",
    "h:s:linero:6:13001500": "h:s:linero:6:13001500:20260105 h:s:linero:6:13001500:20260112 "
    "h:s:linero:6:13001500:20260201 h:s:linero:6:13001500+ h:leave",
    "h:s:linero:6:13001500+1900": "h:s:linero:6:13001500+19001930 h:s:linero:6:13001500+19002000 h:leave",
    "h:s:linero:6:-": "h:s:linero:6:-:20260105 h:s:linero:6:-:20260112 h:s:linero:6:-:20260201 h:leave",
    "h:c": "h:c:linero h:c:lund h:c:* h:leave",
    "h:c:*": " ".join(f"h:c:*:202601{day:02}" for day in range(5, 19)) + " h:c:*:+1 h:leave",
    "h:c:linero:+8": " ".join(f"h:c:linero:{day}" for day in (20260427, 20260428, 20260429, 20260430))
    + " "
    + " ".join(f"h:c:linero:202605{day:02}" for day in range(1, 11))
    + " h:c:linero:+0 h:leave",
    "h:c:linero:20260106": "h:c:linero:20260106:holiday h:c:linero:20260106:illness "
    "h:c:linero:20260106:library_closed h:c:linero:20260106:moved h:c:linero:20260106:- h:leave",
    "h:t:linero:20260106:08001930": "h:t:linero:20260106:08001930:holiday h:t:linero:20260106:08001930:illness "
    "h:t:linero:20260106:08001930:library_closed h:t:linero:20260106:08001930:moved h:t:linero:20260106:08001930:- "
    "h:leave",
    "h:x:linero:20260106:1900": "h:x:linero:20260106:19001930 h:x:linero:20260106:19002000 h:leave",
    "h:o:lund": " ".join(f"h:o:lund:202601{day:02}" for day in range(5, 19)) + " h:o:lund:+1 h:leave",
}  # fmt: skip


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, public_url="https://advice.example.org",
        words="Hej", held="Hej", unsent="/hej", fresh="1", failure="doubtful", secret="12345678",
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


@pytest.mark.parametrize("pressed", GUIDED)
def test_the_dialogue_about_hours_carries_the_codes_it_always_did(
    catalogues: Catalogues, facts: Facts, pressed: str
) -> None:
    asked = typed_buttons.following(pressed, list(_places("linero", "lund")), NOW.date())  # type: ignore[arg-type]
    assert isinstance(asked, HoursAsk)

    said = asked.said(catalogues.desk("sv"), facts)

    assert codes_of(said) == GUIDED[pressed]


@pytest.mark.parametrize("pressed", ["h:s:linero:6", "h:t:linero:20260106"])
def test_the_times_of_a_day_are_four_digits_behind_what_was_answered(
    catalogues: Catalogues, facts: Facts, pressed: str
) -> None:
    asked = typed_buttons.following(pressed, list(_places("linero")), NOW.date())  # type: ignore[arg-type]
    assert isinstance(asked, HoursAsk)

    said = asked.said(catalogues.desk("sv"), facts)

    times = [f"{pressed}:{hour:02}{minute}" for hour in range(8, 20) for minute in ("00", "30")]
    closed = [f"{pressed}:-"] if pressed.startswith("h:s") else []
    assert codes_of(said).split() == [*times, *closed, "h:leave"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("sethours", "h:s"), ("closeday", "h:c"), ("changeday", "h:t"), ("extra", "h:x"), ("openday", "h:o")],
)
def test_a_command_begins_the_dialogue_as_it_always_did(command: str, code: str) -> None:
    assert typed_buttons.begin(command) == code


def _places(*codes: str) -> Iterator[SimpleNamespace]:
    for code in codes:
        yield SimpleNamespace(code=code, name_key="linero_library", door="visit", details={}, address="")
