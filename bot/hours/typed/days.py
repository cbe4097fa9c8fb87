"""Days, weekdays and times as a coordinator types them, in Swedish or English, read piece by piece. Pure.

What looks like a day or a time and is none is refused rather than passed over. It must not know places, reasons or
what a change is.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.engine.errors import BadInput
from bot.language.typed import AFTER, BEFORE, Line, shown
from models.timetable import Span

YEARS = range(1900, 2100)
YEARS_TRIED = 9  # a 29 February comes within eight
MOST_STRETCHES = 3  # of days in one line: two may make one, and the third is too many, however many there are
HALF_A_YEAR = timedelta(days=183)

_MONTHS = ("jan", "feb", "mar", "apr", "ma[jy]", "jun", "jul", "aug", "sep", "o[kc]t", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|mars|march|mar|apr(?:il)?|maj|may|jun[ie]?|jul[iy]?|aug(?:usti|ust)?"
    r"|sept(?:ember)?|sep|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)\d\d(?![\d:/-])"
_ORDINAL = r"(?::?[ea]|st|nd|rd|th)?"
_ISO = r"\d{4}-\d{1,2}-\d{1,2}"
_SLASH = r"\d{1,2}/\d{1,2}(?:[/-](?:19|20)\d\d| (?:19|20)\d\d(?![\d:/-]))?"
_DOTS = r"\d{1,2}\.\d{1,2}\.(?:(?:19|20)\d\d|(?!\d))|\d{1,2}\.(?:1[0-2]|0?[1-9])(?!\d)"
_NAMED = rf"\d{{1,2}}{_ORDINAL}\.?\s?(?:of )?{_MONTH}(?:,? {_YEAR})?"
_NAMED_FIRST = rf"{_MONTH} \d{{1,2}}{_ORDINAL}(?:,? {_YEAR})?"
_TODAY, _TOMORROW, _AFTER_TOMORROW = r"i\s?dag|today", r"i\s?morgon|tomorrow", r"(?:i\s?)?övermorgon"
_DAY = "|".join((_ISO, _SLASH, _DOTS, _NAMED, _NAMED_FIRST, _TODAY, _TOMORROW, _AFTER_TOMORROW))

_WEEKDAYS = (
    r"m[åa]n(?:dag(?:ar(?:na)?|en)?)|mån|mon(?:days?)?", r"tis(?:dag(?:ar(?:na)?|en)?)?|tue(?:s(?:days?)?)?",
    r"ons(?:dag(?:ar(?:na)?|en)?)?|wed(?:nesdays?)?", r"tors?(?:dag(?:ar(?:na)?|en)?)?|thu(?:rs?(?:days?)?)?",
    r"fre(?:dag(?:ar(?:na)?|en)?)?|fri(?:days?)?", r"l[öo]r(?:dag(?:ar(?:na)?|en)?)|lör|sat(?:urdays?)?",
    r"s[öo]n(?:dag(?:ar(?:na)?|en)?)|sön|sun(?:days?)?",
)  # fmt: skip
_WEEKDAY = "|".join(_WEEKDAYS)
_DAYS_OF_THE_WEEK = [re.compile(names) for names in _WEEKDAYS]

_SINCE = r"från(?: och med)?|fr\.?\s?o\.?\s?m\.?|from|since|starting"
_UNTIL = r"till(?: och med)?|t\.?\s?o\.?\s?m\.?|to|until|through"
_TO = rf"(?:\s*(?:\.\.+|…|-)\s*|\s+(?:{_UNTIL})\s+)"


def _stretch(day: str, weekday: str) -> re.Pattern[str]:
    """A day or two with something that means "to" between, and the words that say whether it begins or ends there."""
    return re.compile(
        rf"{BEFORE}(?:(?:{_SINCE}|(?P<until>{_UNTIL}))\s+)?{weekday.format(n=1)}(?P<first>{day})"
        rf"(?:{_TO}{weekday.format(n=2)}(?P<last>{day}))?{AFTER}"
    )


_WITH_WEEKDAY = rf"(?:(?P<weekday{{n}}>{_WEEKDAY})\.?,?\s+(?:den |the )?)?"
_DATES = _stretch(_DAY, "")
_DATES_BY_NAME = _stretch(_DAY, _WITH_WEEKDAY)
_NAMES_OF_DAYS = _stretch(_WEEKDAY, "")
_WITHIN_A_MONTH = re.compile(
    rf"{BEFORE}(?P<from>\d{{1,2}}){_ORDINAL}\s*(?:-|till|to)\s*(?P<last>{_SLASH}|{_NAMED}){AFTER}"
)
_UNCLEAR = re.compile(rf"{BEFORE}(?:nästa|next|denna|this|kommande|coming)\s+(?:{_WEEKDAY}){AFTER}")
_ONE_WEEKDAY = re.compile(rf"{BEFORE}(?:{_WEEKDAY}){AFTER}")
_SEVERAL_WEEKDAYS = re.compile(
    rf"{BEFORE}(?:(?:{_WEEKDAY})\.?(?:\s*[-,&+]\s*|\s+(?:till|to|och|and)\s+)(?:{_WEEKDAY})"
    rf"|vardag(?:ar)?|weekdays?|(?:varje|alla) dag(?:ar)?|every ?day|daily){AFTER}"
)

_CLOCK = r"(?:kl\.?|klockan|at)\s*"
_TIME = r"\d{1,2}(?:[:.]\d\d)?"
_SPAN = rf"(?:{_CLOCK})?{_TIME}\s*(?:-|till|to)\s*(?:{_CLOCK})?{_TIME}(?!\.?\d|\s?(?:{_MONTH}))"
_SPANS = re.compile(
    rf"{BEFORE}(?:(?:från|from)\s+)?{_SPAN}(?:(?:\s*[,;&+]\s*|\s+(?:och|and|samt)\s+|\s+){_SPAN})*{AFTER}"
)
_NO_WORDS = re.compile(r"(?:[\s,]|(?:den|på|the|on)(?=\s))*")
_TIMES = re.compile(r"(\d{1,2})(?:[:.](\d\d))?")


@dataclass(frozen=True, slots=True)
class _Days:
    """Days as typed, with the weekdays before them. `ends`: a word before said that something ends there."""

    first: str
    last: str = ""
    weekdays: tuple[str, str] = ("", "")
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """From where days are counted: the next such day from `today` on. With `asks`, where it is asked what holds or held
    on a day: the nearest one, and of days of the week the last."""

    today: date
    asks: bool = False


def head(line: Line) -> int:
    """How many letters at the beginning of the line are its day and its times: an address has numbers too."""
    end, kinds = 0, [(_SPANS,), (_WITHIN_A_MONTH, _DATES_BY_NAME, _NAMES_OF_DAYS)]
    while kinds:
        at = skipped.end() if (skipped := _NO_WORDS.match(line.left, end)) else end
        found = [(one.end(), kind) for kind in kinds for pattern in kind if (one := pattern.match(line.left, at))]
        if not found:
            break
        end, kind = max(found, key=lambda one: one[0])
        kinds.remove(kind)
    return end


def take_spans(line: Line) -> tuple[Span, ...]:
    """The times of the line, "13-15:30 och 16-18"; none if there are none.

    Raises:
        BadInput: no such time, or times in two places of the line.
    """
    found = line.take(_SPANS)
    if found is None:
        return ()
    if again := _SPANS.search(line.left):
        raise BadInput("hours_word_unknown", value=shown(line.text[again.start() : again.end()]))
    times = [_time(hour, minute, found[0]) for hour, minute in _TIMES.findall(found[0])]
    return tuple(zip(times[::2], times[1::2], strict=True))


def _time(hour: str, minute: str, typed: str) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise BadInput("not_a_time", value=shown(typed)) from None


def take_weekday(line: Line) -> int | None:
    """The day of the week, Monday = 0.

    Raises:
        BadInput: more than one.
    """
    several = line.take(_SEVERAL_WEEKDAYS)
    found = line.take(_ONE_WEEKDAY)
    if more := several or _ONE_WEEKDAY.search(line.left):
        raise BadInput("hours_one_weekday", value=shown(more[0]))
    return _weekday(found[0]) if found else None


def take_days(line: Line, calendar: Calendar, *, by_name: bool = True) -> tuple[date | None, date | None]:
    """The first and the last day of the line; a single day has no last, "until" a day no first.

    `by_name`: "fredag" may be a day, and "fredag 23/12" must be a Friday.

    Raises:
        BadInput: no such day, more days than make one stretch, or a weekday that is not that day's.
    """
    within = line.take(_WITHIN_A_MONTH)
    found = _typed_days(line, by_name=by_name)
    typed = [*([within[0]] if within else []), *(days.first for days in found)]
    if len(typed) > 2 or (within and found):
        raise BadInput("hours_two_days", first=shown(typed[0]), second=shown(typed[-1]))
    if within is not None:
        return _within_a_month(within, calendar)
    if not found:
        return None, None
    days = found[0] if len(found) == 1 else _joined(*found)
    if days.ends and not days.last:
        return None, _meant(days.first, days.weekdays[0], calendar)
    first = _meant(days.first, days.weekdays[0], calendar)
    return first, _meant(days.last, days.weekdays[1], calendar, first) if days.last else None


def _typed_days(line: Line, *, by_name: bool) -> list[_Days]:
    found = _taken(line, _DATES_BY_NAME if by_name else _DATES)
    if not found and by_name:
        if unclear := line.take(_UNCLEAR):
            raise BadInput("hours_day_unclear", value=shown(unclear[0]))
        found = _taken(line, _NAMES_OF_DAYS)
    return found


def _taken(line: Line, pattern: re.Pattern[str]) -> list[_Days]:
    found: list[_Days] = []
    while len(found) < MOST_STRETCHES and (one := line.take(pattern)):
        named = {name: text or "" for name, text in one.groupdict().items()}
        weekdays = named.get("weekday1", ""), named.get("weekday2", "")
        found.append(_Days(named["first"], named["last"], weekdays, ends=bool(named["until"])))
    return found


def _joined(one: _Days, other: _Days) -> _Days:
    """As in "från 23/12, linero, till 6/1"."""
    if one.last or one.ends or other.last or not other.ends:
        raise BadInput("hours_two_days", first=shown(one.first), second=shown(other.first))
    return _Days(one.first, other.first, (one.weekdays[0], other.weekdays[0]))


def _meant(typed: str, weekday: str, calendar: Calendar, start: date | None = None) -> date:
    day = day_of(typed, calendar, start)
    if weekday and _weekday(weekday) != day.weekday():
        raise BadInput("hours_weekday_differs", value=weekday, day=day.isoformat())
    return day


def _within_a_month(found: re.Match[str], calendar: Calendar) -> tuple[date, date]:
    """As in "23-27 december"."""
    last = day_of(found["last"], calendar)
    try:
        return last.replace(day=int(found["from"])), last
    except ValueError:
        raise BadInput("not_a_day", value=shown(found[0])) from None


def day_of(typed: str, calendar: Calendar, start: date | None = None) -> date:
    """The day that is meant; without a year as the calendar counts, or the next one from `start` on, if there is one.

    Raises:
        BadInput: there is no such day.
    """
    if (weekday := _weekday(typed)) is not None:
        return _day_named(weekday, calendar, start)
    for ahead, pattern in enumerate((_TODAY, _TOMORROW, _AFTER_TOMORROW)):
        if re.fullmatch(pattern, typed):
            return calendar.today + timedelta(days=ahead)
    year, month, day = _numbers(typed)
    since = start or calendar.today
    if year:
        meant = _dates((year,), month, day)
    elif calendar.asks and start is None:
        meant = _nearest(_dates(range(since.year - YEARS_TRIED, since.year + 2), month, day), since)
    else:
        meant = [one for one in _dates(range(since.year, since.year + YEARS_TRIED), month, day) if one >= since]
    if not meant:
        raise BadInput("not_a_day", value=shown(typed))
    return meant[0]


def _dates(years: Iterable[int], month: int, day: int) -> list[date]:
    """The day in each of these years that has it, in order."""
    found = []
    for year in years:
        with suppress(ValueError):
            found.append(date(year, month, day))
    return [one for one in found if one.year in YEARS]


def _nearest(days: list[date], today: date) -> list[date]:
    """The nearest first; what is more than half a year ahead is not what is asked about."""
    near = [one for one in days if one - today <= HALF_A_YEAR]
    return sorted(near, key=lambda one: abs(one - today))


def _day_named(weekday: int, calendar: Calendar, start: date | None) -> date:
    """The name alone is never today: that has a word of its own."""
    today = calendar.today
    if start is not None:
        return start + timedelta(days=(weekday - start.weekday()) % 7)
    if calendar.asks:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _numbers(typed: str) -> tuple[int, int, int]:
    """Year (0: none was typed), month, day."""
    numbers = [int(number) for number in re.findall(r"\d+", typed)]
    month = next((n for n, name in enumerate(_MONTHS, 1) if re.search(rf"(?<![^\W\d]){name}", typed)), None)
    if month is not None:
        return (numbers[1] if len(numbers) > 1 else 0), month, numbers[0]
    if re.fullmatch(_ISO, typed):
        return numbers[0], numbers[1], numbers[2]
    return (numbers[2] if len(numbers) > 2 else 0), numbers[1], numbers[0]


def _weekday(typed: str) -> int | None:
    return next((n for n, names in enumerate(_DAYS_OF_THE_WEEK) if names.fullmatch(typed.rstrip("."))), None)
