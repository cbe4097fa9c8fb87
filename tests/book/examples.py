"""What stands in the sentences of the book: numbers, names, days and words that could be real, and belong to nobody.

It must not choose what is said.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cases.texts import ShiftStarts
from bot.cases.texts_held import WhichCase, Why
from bot.cases.texts_relayed import RelayTrouble
from bot.cases.told import Promised
from bot.hours.texts_unasked import ShiftHours
from bot.hours.told import DayTold, PastTold, SessionTold
from bot.intake.texts import CannotRead
from bot.language.i18n import Catalogues, Foreign, Ltr, Value, Words
from bot.language.parts import Facts
from bot.places.told import PlaceFacts, PlaceTold
from bot.trouble.texts import CanStoreAgain
from bot.volunteers.texts_own import OwnProfile
from bot.volunteers.texts_people import InvitationLinks
from handlers.telegram.reading import UNREADABLE_KINDS
from models.people import Language
from models.saying import Saying
from tests.book.frozen import NOW
from tests.telling import ways

ZONE = ZoneInfo("Europe/Stockholm")
ANYTHING = "☺"  # stands in the ways for words that could be any
MOST_SESSIONS = 3
CLOSES, LONGITUDE = time(15, 30), 13.23
CODE, SECRET = "4729135", "12345678"
QUESTIONS = {
    "sv": "Jag har fått ett brev från Skatteverket. Vad ska jag göra?",
    "ar": "وصلتني رسالة من مصلحة الضرائب. ماذا أفعل؟",
    "fa": "از ادارهٔ مالیات نامه‌ای گرفته‌ام. چه کار کنم؟",
    "uk": "Я отримала лист із податкової служби. Що мені робити?",
    "en": "I have had a letter from the tax agency. What shall I do?",
}
ANSWER = "Hej! Ring 0771-567 567 och säg ditt ärendenummer. De svarar vardagar 8–18."
OWN_NAME = {"sv": "Träffpunkten", "en": "The Meeting Point"}
OWN_REASON = {"sv": "vattenläcka", "en": "a burst pipe"}
DETAILS = {
    "floor": {"sv": "Plan 2, rum 214", "en": "Floor 2, room 214", "ar": "الطابق 2، الغرفة 214",
              "fa": "طبقهٔ 2، اتاق 214", "uk": "2-й поверх, кімната 214"},
}  # fmt: skip
KINDS_SENT = (*UNREADABLE_KINDS, "other")
COUNTS = (1, 2, 5, 11, 100)  # one for every form that a language has
NOT_COUNTED = ("reply_to", "part", "parts")  # say how it came to be said
LIKELY_NUMBER = 3
MOST_EXAMPLE = 40

# What fills a placeholder where a sentence is shown by itself.
_DAY = date(2026, 1, 12)
EXAMPLES: Mapping[str, Callable[[Words], Value]] = {
    "code": lambda _: Ltr("472 913 5"), "case": lambda _: Ltr("472 913 5"), "secret": lambda _: Ltr("1234 5678"),
    "codes": lambda _: Ltr("472 913 5, 646 994 4"),
    "alias": lambda _: Foreign("Amina"), "name": lambda _: Foreign("Amina"), "names": lambda _: Foreign("Amina, Kim"),
    "adviser": lambda _: Foreign("Amina"), "partner": lambda _: Foreign("IK Eos"), "text": lambda _: Foreign("…"),
    "at": lambda words: words.time(time(13)), "time": lambda words: words.time(time(13)),
    "opens": lambda words: words.time(time(13)), "closes": lambda words: words.time(time(15, 30)),
    "earliest": lambda words: words.time(time(8)),
    "from": lambda words: words.time(time(13)), "to": lambda words: words.time(time(15, 30)),
    "times": lambda words: words.time_range(time(13), time(15, 30)),
    "when": lambda words: words.day_and_time(NOW + timedelta(days=1), ZONE),
    "since": lambda words: words.day_and_time(NOW, ZONE), "until": lambda words: words.day_and_time(NOW, ZONE),
    "shown": lambda words: words.day_and_time(NOW, ZONE), "other": lambda words: words.day_and_time(NOW, ZONE),
    "day": lambda words: words.day(_DAY), "date": lambda words: words.date(_DAY),
    "first": lambda words: words.date(_DAY), "second": lambda words: words.date(_DAY + timedelta(days=7)),
    "last": lambda words: words.date(_DAY + timedelta(days=7)),
    "weekday": lambda words: words("weekday_0") if "weekday_0" in words else Ltr("måndag"),
    "weekdays": lambda _: Ltr("monday, tuesday"),
    "how_long": lambda words: words("minutes_long", n=25) if "minutes_long" in words else Ltr("25 min"),
    "place": lambda words: words("linero_library"), "places": lambda _: Ltr("linero, stadsbiblioteket"),
    "session": lambda words: words("linero_library"), "address": lambda _: Ltr("https://advice.example.org"),
    "contact": lambda _: Ltr("070-174 06 05"), "controller": lambda _: Ltr("IM"), "number": lambda _: Ltr("112"),
    "map": lambda _: Ltr("https://www.openstreetmap.org/?mlat=55.697&mlon=13.230"),
    "value": lambda _: Ltr("tjoho"), "known": lambda _: Ltr("sv, ar, fa, uk, en"), "most": lambda _: MOST_EXAMPLE,
    "command": lambda _: Ltr("/cases"), "what": lambda words: words("service_name"),
    "entry": lambda words: words("command_delete"), "stop": lambda words: words("command_stop"),
    "delete": lambda words: words("command_delete"), "language": lambda words: words("language_ar"),
    "languages": lambda words: words("language_ar"), "state": lambda words: words("service_name"),
    "reason": lambda words: words("reason_holiday"), "kind": lambda _: Ltr("told_by_tomorrow"),
    "shift": lambda words: words.day_and_time(NOW, ZONE), "example": lambda _: Ltr("/closed linero 12/1"),
    "who": lambda _: Ltr("1 / 2 (Amina)"), "there": lambda _: 1, "needed": lambda _: 2, "week": lambda _: Ltr("50"),
    "note": lambda _: Foreign("Nyckeln finns i disken"), "why": lambda words: words("service_name"),
    "grade": lambda words: words("language_ar"), "lacks": lambda words: words("language_ar"), "spoken": lambda _: 3,
    "cover": lambda words: words("language_ar"), "counts": lambda words: words("language_ar"),
    "path": lambda _: Ltr("/data/radrum.db"),
    "port": lambda _: 8080, "hours": lambda _: 12, "minutes": lambda _: 60,
    "count": lambda _: 3, "all": lambda _: 12, "percent": lambda _: 25, "base": lambda _: 12, "n": lambda _: 5,
    "definition": lambda words: words("service_name"), "zone": lambda _: Ltr("Europe/Stockholm"),
    "public_url": lambda _: Ltr("https://advice.example.org"), "nearest": lambda _: Ltr("RADRUM_PUBLIC_URL"),
    "step": lambda words: words("onboarding_interview") if "onboarding_interview" in words else Ltr("Intervju"),
    "levels": lambda _: Ltr("debug, info, warning"), "lowest": lambda _: 1, "highest": lambda _: 90,
    "lease": lambda _: 30, "send_timeout": lambda _: 20, "connect": lambda _: 5, "folder": lambda _: Ltr("/data"),
}  # fmt: skip


def value_of(words: Words, placeholder: str) -> Value:
    """What fills a placeholder of this name; one that is new needs a line above.

    Raises:
        LookupError: there is none.
    """
    if placeholder not in EXAMPLES:
        raise LookupError(f"say in tests/book/examples.py what fills {{{placeholder}}}")
    return EXAMPLES[placeholder](words)


# Facts that may be otherwise: a trial, words that travel, nothing known, how words came, how far they have come.
VARIATIONS: tuple[Mapping[str, object], ...] = (
    {"is_trial": True, "web_words_travel": True},
    {"controller": "", "contact": "", "secret": "", "unsent": "", "held_lines": "", "fresh": ""},
    *({"marks": ("forwarded", f"with:{kind}")} for kind in KINDS_SENT),
    *({"state": state, "fresh": ""} for state in ("unread", "waiting", "failed", "taken_back", "taken_back_perhaps")),
    {"state": "gone", "fresh": ""},
    *({"state": "waiting", "failure": why, "fresh": ""} for why in ("blocked", "deactivated", "shut", "doubtful")),
)


# Only these go with it: it is not said of words that have arrived.
OF_ONESELF: tuple[Mapping[str, object], ...] = ({}, {"has_migrated": True}, {"has_migrated": False})
OF_LINKS: tuple[Mapping[str, object], ...] = (
    {"secret": "D-token T-token", "bot_name": "radrum_bot"}, {"secret": "D-token T-token", "has_telegram": True},
    {"secret": "D-token T-token"}, {"secret": ""},
)  # fmt: skip
OF_TROUBLE = ({"state": "failed"}, *(one for one in VARIATIONS if "failure" in one))


def variations(like: type[Saying]) -> tuple[Mapping[str, object], ...]:
    """The facts that may stand beside a notice of this type, the usual ones first."""
    if like is InvitationLinks:
        return OF_LINKS
    if like is OwnProfile:
        return OF_ONESELF
    return OF_TROUBLE if like is RelayTrouble else ({}, *VARIATIONS)


def facts_for(catalogues: Catalogues, language: str) -> Facts:
    """What a saying needs beyond what it carries, as a reader of this language would have it."""
    return Facts(
        zone=ZONE, now=NOW, catalogues=catalogues, public_url="https://advice.example.org", controller="IM",
        contact="070-174 06 05", words=QUESTIONS[language], waiting_words=QUESTIONS[language],
        held_lines=f"1. {ANSWER}\n2. Och ta med brevet.", unsent="/jobb", secret=SECRET, state="delivered", fresh="1",
    )  # fmt: skip


def readable(saying: Saying) -> Saying:
    """The same saying with things in it that could be real, in place of marks that only stand for any."""
    told: Saying = _readable(saying, "")
    return told


def counted(saying: Saying) -> Iterator[Saying]:
    """It with every number of things in it that takes a form of its own."""
    names = [one.name for one in fields(saying) if type(getattr(saying, one.name)) is int]
    for name in (name for name in names if name not in NOT_COUNTED):
        yield from (replace(saying, **{name: count}) for count in COUNTS)  # type: ignore[arg-type]


def more_ways(like: type[Saying]) -> Iterator[Saying]:
    """What the fields of a type alone do not tell: kinds of things that a channel names, fields that go together."""
    if like is WhichCase:
        whole = next(one for one in ways.ways(like) if isinstance(one, WhichCase))
        yield from (replace(whole, became=None, why=why) for why in Why)
    if like is CannotRead:
        yield from (CannotRead(what=kind, text=text) for kind in KINDS_SENT for text in (False, True))


_OWN = {"names": OWN_NAME, "name": OWN_NAME, "texts": OWN_REASON, "details": DETAILS, "language": None, "what": "photo"}
_NUMBERS = {"last_entry": 15, "minutes": 15, "hours": 4, "messages": 2, "number": 7, "page": 1}
_TWO_DAYS, SHIFT_LASTS = timedelta(days=2), timedelta(hours=2)
_AGO = {
    "at": timedelta(minutes=20), "since": timedelta(hours=1), "answered_at": timedelta(hours=1), "shown": timedelta(),
    "other": timedelta(days=3),
}  # fmt: skip
_PLACES: tuple[dict[str, Any], ...] = (
    {"code": "linero", "place": "linero_library", "names": {}},
    {"code": "stadsbiblioteket", "place": "lund_city_library", "names": {}, "address": "S:t Petri Kyrkogata 6, Lund"},
    {"code": "traffpunkten", "place": "", "names": OWN_NAME, "address": "Testgatan 3"},
)


def _readable(value: Any, name: str) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: _readable(getattr(value, one.name), one.name) for one in fields(value)}
        return _likely(replace(value, **changed))
    if isinstance(value, Mapping):
        return _OWN[name] if name in _OWN and ANYTHING in str(value) else value
    if isinstance(value, tuple):
        few = value[:MOST_SESSIONS] if all(isinstance(one, SessionTold) for one in value) else value
        return _likely_span(tuple(_apart(_readable(one, name), place) for place, one in enumerate(few)))
    if value == ANYTHING:
        return _OWN.get(name, "Amina")
    if value == ways.LARGEST:
        return _NUMBERS.get(name, LIKELY_NUMBER)
    return value


def _likely(told: Any) -> Any:
    """What opens closes later, Lund lies where it lies, and what has happened was not tomorrow."""
    if isinstance(told, Saying):
        past = {name: ago for name, ago in _AGO.items() if isinstance(getattr(told, name, None), datetime)}
        if isinstance(told, Promised | ShiftStarts):
            past.pop("at", None)
        told = replace(told, **{name: NOW - ago for name, ago in past.items()})  # type: ignore[arg-type]
    if isinstance(told, CanStoreAgain):
        return replace(told, until=NOW)
    if isinstance(told, ShiftHours):
        return replace(told, ends_at=told.starts_at + SHIFT_LASTS)
    if isinstance(told, SessionTold) and told.closes <= told.opens:
        return replace(told, closes=CLOSES)
    if isinstance(told, PlaceFacts) and told.longitude is not None:
        return replace(told, longitude=LONGITUDE)
    return told


def _likely_span(told: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(told) == 2 and all(isinstance(one, time) for one in told) and told[0] >= told[1]:
        return told[0], CLOSES
    return told


def _apart(told: Any, place: int) -> Any:
    """Of several in a row no two are the same, and only one of them is held with somebody else."""
    if place and isinstance(told, PastTold):
        return replace(told, number=max(1, told.number - place))
    if not place or not isinstance(told, PlaceTold):
        return told
    where = _PLACES[place % len(_PLACES)] if place < len(_PLACES) else {"place": "", "names": {"sv": f"Lokal {place}"}}
    told = replace(told, **where)
    return (
        replace(told, day=told.day + place * _TWO_DAYS, partner="") if isinstance(told, SessionTold | DayTold) else told
    )


assert set(QUESTIONS) == set(Language)
