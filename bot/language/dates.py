"""How a date and a time are written in each language: a table of patterns, and the names of months and days.

This file owns the long date, the time of day, and the Solar Hijri date in brackets. All languages show Gregorian
dates, Latin digits and 24 hours, since these must agree with letters, signs and telephones in Sweden.
It must not read the clock or hold a sentence; "today" and "tomorrow" are catalogue keys, and `i18n` says them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from babel import Locale
from babel.dates import format_date, get_day_names
from persiantools.jdatetime import MONTH_NAMES_FA, JalaliDate

from models.people import RIGHT_TO_LEFT


@dataclass(frozen=True)
class DateStyle:
    """`pattern` is CLDR's notation; `with_time` joins the day and the time of one instant."""

    locale: Locale
    pattern: str
    with_time: str


STYLES = {
    "sv": DateStyle(Locale("sv", "SE"), "EEEE d MMMM y", "{day} kl. {time}"),
    "en": DateStyle(Locale("en", "GB"), "EEEE d MMMM y", "{day} at {time}"),
    "ar": DateStyle(Locale("ar"), "EEEE d '{month}' y", "{day}، الساعة {time}"),
    "fa": DateStyle(Locale("fa"), "EEEE d MMMM y", "{day}، ساعت {time}"),
    "uk": DateStyle(Locale("uk"), "EEEE, d MMMM y 'р.'", "{day}, {time}"),
}

# Syrians and Iraqis know the first name, Egyptians and Sudanese the second. Source: CLDR, locales ar_SY and ar.
_LEVANT_MONTHS = Locale("ar", "SY").months["format"]["wide"]
_ARABIC_MONTHS = Locale("ar").months["format"]["wide"]


def long_date(day: date, language: str) -> str:
    """Weekday, day, month and year: "måndag 5 januari 2026"; in Persian with the Solar Hijri date in brackets."""
    return _written(day, language, STYLES[language].pattern)


def plain_date(day: date, language: str) -> str:
    """As `long_date`, without the weekday, which after "from" would need a form of its own in Ukrainian."""
    return _written(day, language, STYLES[language].pattern.removeprefix("EEEE").lstrip(", "))


def _written(day: date, language: str, pattern: str) -> str:
    written: str = format_date(day, pattern, locale=STYLES[language].locale)
    if language == "ar":
        return written.replace("{month}", f"{_LEVANT_MONTHS[day.month]} / {_ARABIC_MONTHS[day.month]}")
    if language == "fa":
        return f"{written} ({_solar_hijri(day)})"
    # CLDR writes п'ятниця with a modifier letter; people and keyboards use the apostrophe of the catalogues.
    return written.replace("\u02bc", "\u2019")


def weekday(number: int, language: str) -> str:
    """The name of a day of the week, Monday = 0: "måndag"."""
    name: str = get_day_names("wide", locale=STYLES[language].locale)[number]
    return name.replace("\u02bc", "\u2019")


def short_weekday(number: int, language: str) -> str:
    """As `weekday`, as short as the language has it: "mån", and the whole name where there is no shorter one."""
    if language in ("sv", "en"):
        return weekday(number, language)[:3]
    name: str = get_day_names("abbreviated", locale=STYLES[language].locale)[number]
    return name.replace("\u02bc", "\u2019")


def day_and_month(day: date, language: str) -> str:
    """The day of the month and the number of the month: "14/12"."""
    return f"{day.day}.{day.month}" if language == "uk" else f"{day.day}/{day.month}"


def listed(parts: Iterable[str], language: str) -> str:
    """Several things one after the other, with the comma of the language."""
    return ("، " if language in RIGHT_TO_LEFT else ", ").join(parts)


def joined(parts: Sequence[str], language: str) -> str:
    """Several times or days as one phrase: Arabic says "and" before each, Persian before the last."""
    if language == "ar":
        return " و".join(parts)
    if language == "fa" and len(parts) > 1:
        return f"{listed(parts[:-1], language)} و {parts[-1]}"
    return listed(parts, language)


def time_of_day(shown: time | datetime) -> str:
    """Hours and minutes as a 24-hour clock shows them, in Latin digits: "15:30"."""
    return f"{shown:%H:%M}"


def join_day_and_time(day: str, shown: str, language: str) -> str:
    """The day and the time of one instant as one phrase."""
    return STYLES[language].with_time.format(day=day, time=shown)


def _solar_hijri(day: date) -> str:
    solar = JalaliDate.to_jalali(day.year, day.month, day.day)  # type: ignore[no-untyped-call]  # it has no types
    return f"{solar.day} {MONTH_NAMES_FA[solar.month]} {solar.year}"
