"""The hours of a place in the language of OpenStreetMap's `opening_hours`, for maps and other programs.

Holds for the published days and says nothing of others. Rules come first, days that differ after them, since the last
rule that names a day decides. Grammar: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
It must not read the clock or a table.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from bot.hours.formats.shape import Published
from models.hours import Reason
from models.timetable import Span, SpecialDay, Stretch, special_days, weekly

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEVER = "off"  # a rule without a day is about all of them
# The comment of a closed day is for those who read maps, who know English rather than our five languages.
REASONS: Mapping[str, str] = {
    Reason.HOLIDAY: "public holiday",
    Reason.ILLNESS: "illness",
    Reason.LIBRARY_CLOSED: "library closed",
    Reason.MOVED: "moved",
}


def opening_hours(published: Published, place: str) -> str:
    """The place's openings in the published days: "Mo,We 13:00-16:00; 2026 Dec 23 off"."""
    first, last = published.first, published.last
    regular = _regular(weekly(published.timetable, place, first, last), first, last)
    special = _special(special_days(published.timetable, place, first, last))
    return "; ".join([*regular, *special]) if published.has_openings(place) else NEVER


def _regular(stretches: Sequence[Stretch], first: date, last: date) -> list[str]:
    """One rule for the weekdays that are alike; one that holds on all published days needs no dates."""

    def alike(stretch: Stretch) -> tuple[date, date, tuple[Span, ...]]:
        return stretch.first, stretch.last, stretch.spans

    groups = [
        (key, [stretch.weekday for stretch in group]) for key, group in groupby(sorted(stretches, key=alike), key=alike)
    ]
    groups.sort(key=lambda group: (group[0][0], group[1]))
    return [
        f"{_dated(since, until, first, last)}{_weekdays(days)} {_times(spans)}"
        for (since, until, spans), days in groups
    ]


def _special(days: Iterable[SpecialDay]) -> list[str]:
    """One rule for the days that are alike; a day whose exception changes nothing needs none."""
    alike: dict[tuple[tuple[Span, ...], str], list[date]] = defaultdict(list)
    for day in days:
        if day.spans != day.usual:
            alike[day.spans, "" if day.spans else _comment(day)].append(day.on_day)
    return [
        f"{','.join(_day(day) for day in days)} {_times(spans) if spans else 'off'}{comment}"
        for (spans, comment), days in alike.items()
    ]


def _comment(day: SpecialDay) -> str:
    said = day.texts.get("en", "") if day.reason == Reason.OTHER else REASONS.get(day.reason, "")
    said = said.replace('"', "'")
    return f' "{said}"' if said else ""


def _dated(since: date, until: date, first: date, last: date) -> str:
    if since <= first and until >= last:
        return ""
    return f"{_day(since)} " if since == until else f"{_day(since)}-{_day(until)} "


def _day(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"


def _weekdays(days: Sequence[int]) -> str:
    """Days that follow each other as a range from three on: "Mo-We,Fr"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" if len(run) > 2 else ",".join(WEEKDAYS[day] for day in run)
        for run in runs
    )


def _times(spans: Iterable[Span]) -> str:
    return ",".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)
