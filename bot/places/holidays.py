"""Swedish holidays and the eves on which libraries close early or do not open. Pure; the days come from a library.

A proposal only: the libraries decide, and a coordinator says so. It must not know any opening hours.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import holidays

KINDS = ("public", "de_facto", "optional")  # the last two hold the eves
LANGUAGES = {"sv": "sv", "en": "en_US"}
_HOUR = re.compile(r"\s*\([^)]*\)")  # "Valborgsmässoafton (från kl. 14)" tells when banks close, not libraries
_NO_RED_DAY = "Klämdag"


@dataclass(frozen=True, slots=True)
class RedDay:
    """A holiday or an eve, by its name in the languages that staff read."""

    day: date
    name: Mapping[str, str]


def red_days(first: date, last: date) -> Iterator[RedDay]:
    """Every holiday and eve from `first` to `last`, both included, in order. Sundays by themselves are none."""
    years = range(first.year, last.year + 1)
    named = {
        language: holidays.country_holidays("SE", years=years, categories=KINDS, language=code, include_sundays=False)
        for language, code in LANGUAGES.items()
    }
    for day in sorted(named["sv"]):
        name = {language: _HOUR.sub("", names[day]) for language, names in named.items()}
        if first <= day <= last and not name["sv"].startswith(_NO_RED_DAY):
            yield RedDay(day, name)
