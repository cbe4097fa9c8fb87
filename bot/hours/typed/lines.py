"""One line of a coordinator's, such as "/closeday 23/12 linero helgdag", to the change it means. Pure.

Understands Swedish and English. What is not understood is named and refused, never guessed: the change is made public.
It must not load a row; whether the change can be made is said by `models/hours_change.py`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from bot.engine.errors import BadInput
from bot.hours.typed.days import Calendar, head, take_days, take_spans, take_weekday
from bot.language.i18n import Catalogues
from bot.language.typed import AFTER, BEFORE, Line, shown
from bot.places.place_names import KnownPlace, codes_of, known_as, places_named, take_places
from bot.places.places import PlaceRow, free_code
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.people import Language
from models.timetable import Span

VERBS = {
    "sethours": Verb.WEEKLY, "closeday": Verb.CLOSE, "changeday": Verb.TIMES, "extra": Verb.EXTRA,
    "openday": Verb.USUAL, "popup": Verb.POPUP,
}  # fmt: skip
LONGEST_LINE, LONGEST_REASON, LONGEST_NAME = 1_500, 200, 80

_CLOSED = re.compile(rf"{BEFORE}(?:stängt|stängd|stänger|closed|close){AFTER}")
_REASONS = {
    Reason.HOLIDAY: "helgdag, helgdagar, röd dag, helg, holiday, public holiday, bank holiday",
    Reason.ILLNESS: "sjukdom, sjuk, sjukt, illness, ill, sick, sickness",
    Reason.LIBRARY_CLOSED: "biblioteket är stängt, biblioteket stängt, biblioteket har stängt, biblioteket stänger, "
    "the library is closed, library is closed, library closed, library_closed",
    Reason.MOVED: "flyttat, flytt, flyttar, vi har flyttat, moved, we have moved, we moved, moving",
}
_REASON_OF = {phrase: reason for reason, phrases in _REASONS.items() for phrase in phrases.split(", ")}
_SAYS_WHY = [
    (re.compile(rf"{BEFORE}{re.escape(phrase)}{AFTER}"), reason)
    for phrase, reason in sorted(_REASON_OF.items(), key=lambda one: -len(one[0]))
]
_NO_REASON = {"", "ingen orsak", "no reason", "utan orsak"}
_BEFORE_A_REASON = re.compile(
    r"(?:(?:är |is |inställt|cancelled)?\s*(?:stängt|stängd|closed)?(?:\s|$))?\s*"
    r"(?:(?:på grund av|pga|p\.?\s?g\.?\s?a\.?|för|due to|because of|because|orsak|reason|annat|annan orsak|other)"
    r"(?:\s|:|$))?[\s:]*",
    re.IGNORECASE,
)
# After one of these with a colon, or with languages, everything is the reason, whatever it looks like.
_OWN_WORDS = re.compile(
    rf"{BEFORE}(?:annat|annan orsak|orsak|other|reason)\s*(?::|(?=[a-zåäö]{{2}}\s*:))(?P<words>.*)$"
)
_TAGGED = re.compile(r"\s*([A-Za-zÅÄÖåäö]{2,8})\s*:\s*(.*)", re.DOTALL)
_WITH = re.compile(r"(.*\S)\s+(?:med|with)\s+(\S.*)", re.IGNORECASE)
_TOGETHER = re.compile(r"\s+(?:tillsammans|together)$", re.IGNORECASE)


def known_places(places: Iterable[PlaceRow], catalogues: Catalogues) -> list[KnownPlace]:
    """The places as newcomers of every language call them."""

    def names(place: PlaceRow) -> tuple[str, ...]:
        if place.name_key:
            return tuple(words(place.name_key) for words in catalogues.newcomers.values())
        return tuple(place.details.get("name", {}).values())

    return [KnownPlace(place.code, names(place), place.door == Door.VISIT) for place in places]


def parse(command: str, rest: str, *, today: date, known: Sequence[KnownPlace]) -> Change:
    """The change that `rest`, what stood after `command`, means.

    Raises:
        BadInput: something is missing, said twice, or not understood; says which word.
    """
    if command not in VERBS:
        raise BadInput("hours_word_unknown", value=shown(command))
    verb, line, calendar = VERBS[command], _line(rest), Calendar(today)
    if verb == Verb.POPUP:
        return _popup(line, calendar, known)
    if verb == Verb.WEEKLY:
        return _weekly(line, calendar, known)
    return _dated(verb, line, calendar, known)


def parse_day(rest: str, *, today: date) -> date:
    """The day that is asked about, past or to come; without a year the nearest such day, of days of the week the last.

    Raises:
        BadInput: no day, or more than a day.
    """
    line = _line(rest)
    first, last = take_days(line, Calendar(today, asks=True))
    line.refuse_rest()
    if first is None or last is not None:
        raise BadInput("not_a_day", value=shown(line.text))
    return first


def _line(typed: str) -> Line:
    if len(typed) > LONGEST_LINE:
        raise BadInput("too_long", most=LONGEST_LINE)
    return Line(typed)


def _weekly(line: Line, calendar: Calendar, known: Sequence[KnownPlace]) -> Change:
    spans = take_spans(line)
    first, last = take_days(line, calendar, by_name=False)
    weekday = take_weekday(line)
    closed = line.take(_CLOSED)
    codes = take_places(line, known)
    line.refuse_rest()
    if weekday is None:
        raise BadInput("hours_weekday_missing")
    if closed and spans:
        raise BadInput("hours_times_and_closed", value=closed[0])
    if not closed and not spans:
        raise BadInput("hours_times_missing")
    return Change(Verb.WEEKLY, codes, first or calendar.today, last, weekday=weekday, spans=spans)


def _dated(verb: Verb, line: Line, calendar: Calendar, known: Sequence[KnownPlace]) -> Change:
    own = line.take(_OWN_WORDS) if verb in (Verb.CLOSE, Verb.TIMES) else None
    spans = take_spans(line)
    first, last = take_days(line, calendar)
    if verb in (Verb.CLOSE, Verb.TIMES) and (first or last):
        codes, reason, texts = _places_and_reason(line, known)
    else:
        codes, reason, texts = take_places(line, known), "", {}
        line.refuse_rest()
    if not (first or last):
        raise BadInput("hours_day_missing")
    if own is not None:
        reason, texts = _own_reason(line.text[own.start("words") :].strip())
    _require_fitting(verb, spans, last)
    return Change(verb, codes, first or calendar.today, last, spans=spans, reason=reason, texts=texts)


def _require_fitting(verb: Verb, spans: tuple[Span, ...], last: date | None) -> None:
    if verb in (Verb.CLOSE, Verb.USUAL) and spans:
        opens, closes = spans[0]
        raise BadInput("hours_takes_no_times", value=f"{opens:%H:%M}-{closes:%H:%M}")
    if verb in (Verb.TIMES, Verb.EXTRA) and not spans:
        raise BadInput("hours_times_missing")
    if verb != Verb.CLOSE and last is not None:
        raise BadInput("hours_one_day")


# Why.


def _places_and_reason(line: Line, known: Sequence[KnownPlace]) -> tuple[tuple[str, ...], str, dict[str, str]]:
    """A reason we have words for counts only if nothing but the place stands beside it."""
    before = line.left
    for pattern, reason in _SAYS_WHY:
        if not line.take(pattern):
            continue
        codes, rest = places_named(line, known), line.rest
        if not codes and not rest:
            raise BadInput("hours_place_missing", places=codes_of(known))
        if codes and not rest:
            return codes, reason, {}
        line.left = before
    codes = take_places(line, known)
    return codes, *_reason(line.rest)


def _reason(typed: str) -> tuple[str, dict[str, str]]:
    before = _BEFORE_A_REASON.match(typed)
    said = typed[before.end() if before else 0 :].strip()
    small = said.lower().rstrip(".!")
    if small in _NO_REASON:
        return "", {}
    if small in _REASON_OF:
        return _REASON_OF[small], {}
    return Reason.OTHER, {"sv": _short(said, LONGEST_REASON)}


def _own_reason(typed: str) -> tuple[str, dict[str, str]]:
    known = _REASON_OF.get(typed.lower().rstrip(".!"))
    return (known, {}) if known else (Reason.OTHER, _per_language(typed))


def _per_language(typed: str) -> dict[str, str]:
    """The reason in each language it was written in: "sv: … | en: …"; without a language it is Swedish."""
    texts: dict[str, str] = {}
    for part in typed.split("|"):
        tagged = _TAGGED.fullmatch(part)
        language, said = (tagged[1].lower(), tagged[2]) if tagged else ("sv", part)
        if tagged and language not in tuple(Language):
            if len(tagged[1]) <= 2:
                raise BadInput("hours_reason_language", value=shown(tagged[1]), known=", ".join(Language))
            language, said = "sv", part  # a word of the reason, with a colon after it
        if said.strip():
            texts[language] = _short(said, LONGEST_REASON)
    if not texts:
        raise BadInput("hours_reason_empty")
    return texts


def _short(text: str, most: int) -> str:
    whole = " ".join(text.split())
    if len(whole) > most:
        raise BadInput("too_long", most=most)
    return whole


# A pop-up: what comes after the day and the times is where, and with whom.


def _popup(line: Line, calendar: Calendar, known: Sequence[KnownPlace]) -> Change:
    end = head(line)
    when, rest = Line(line.text[:end]), line.text[end:].strip(" ,;")
    spans = take_spans(when)
    first, last = take_days(when, calendar)
    if first is None:
        raise BadInput("hours_popup_day_first")
    if not spans:
        raise BadInput("hours_popup_times_first")
    if last is not None:
        raise BadInput("hours_one_day")
    where, partner = (found[1], found[2]) if (found := _WITH.fullmatch(rest)) else (rest, "")
    name, _, address = (part.strip(" ,;") for part in _TOGETHER.sub("", where).partition(","))
    name, address, partner = (_short(part, LONGEST_NAME) for part in (name, address, partner))
    if not name:
        raise BadInput("hours_popup_place_missing")
    code = known_as(name, known)
    if code:
        return Change(Verb.POPUP, (code,), first, spans=spans, partner=partner)
    fresh = free_code(name, {place.code for place in known})
    return Change(Verb.POPUP, (fresh,), first, spans=spans, partner=partner, name=name, address=address)
