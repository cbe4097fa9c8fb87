"""Sentences in the reader's language, out of the catalogues under `locales/`.

This file owns loading the .po files, plural forms, filling placeholders, and keeping each value apart from the
direction of the sentence around it. A catalogue's msgid is a key (`thanks_received`), its msgstr the sentence.
It must not hold a sentence itself, guess at a missing one, read the clock, or interpret what a person wrote.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from gettext import c2py
from pathlib import Path
from typing import TypeGuard
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

from bot.engine import clock
from bot.language import dates
from bot.language.textshape import FSI, LRI, PDI, without_bidi_controls
from models.people import RIGHT_TO_LEFT, STAFF_LANGUAGES, Language

LOCALES = Path(__file__).parents[2] / "locales"

# The order of the forms in each .po file. Babel's own headers give Persian one form and swap two of Arabic's.
PLURALS = {
    "sv": "nplurals=2; plural=(n != 1);",
    "en": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5);",
    "fa": "nplurals=2; plural=(n > 1);",
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}
ZERO = "__zero"  # Ends the key of the sentence said instead when there are none.

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

# First subtags of the language an app is set to. Russian and Belarusian suggest nothing: nobody is switched to
# Ukrainian for them. Source: ISO 639-3, macrolanguages ara and fas; Dari and Hazaragi are written as Persian here.
_SUGGESTIONS = {
    Language.SV: ("sv", "swe", "nb", "nn", "no", "da"),
    Language.AR: ("ar", "ara", "arb", "arz", "apc", "ajp", "acm", "ary", "arq", "aeb", "acq", "afb", "ars", "apd"),
    Language.FA: ("fa", "fas", "per", "pes", "prs", "haz"),
    Language.UK: ("uk", "ukr"),
    Language.EN: ("en", "eng"),
}
_SUGGESTED = {code: str(language) for language, codes in _SUGGESTIONS.items() for code in codes}


class CatalogueError(Exception):
    """A catalogue cannot be used as it is; raised when the program starts."""


class MissingText(LookupError):
    """No sentence for this key in this language, or no value for one of its placeholders."""


class Plain(str):
    """A sentence or label of ours, already in the reader's language: put in as it is."""


class Ltr(str):
    """A value that runs left to right whatever surrounds it: a telephone number, address, time or case code."""


class Foreign(str):
    """A person's words or name, in a language we do not know."""


Value = str | int
Shown = time | datetime
Sentences = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Catalogues:
    """Every catalogue of one folder, in memory."""

    newcomers: Mapping[str, "Words"]
    staff: Mapping[str, "Words"]

    def words(self, language: str) -> "Words":
        """What newcomers read, in one of the five languages."""
        return self.newcomers[language]

    def desk(self, language: str) -> "Words":
        """What volunteers, coordinators and the command line read: the desk's own sentences, then the newcomers'."""
        return self.staff[language]


def load(folder: Path = LOCALES) -> Catalogues:
    """The catalogues in `folder`: messages.po in five languages, desk.po in Swedish and English.

    Raises:
        CatalogueError: a file is missing or unreadable, or orders its plural forms differently from `PLURALS`.
    """
    messages = {str(language): _read(folder, language, "messages") for language in Language}
    desk = {str(language): messages[language] | _read(folder, language, "desk") for language in STAFF_LANGUAGES}
    return Catalogues(
        newcomers={language: Words(language, sentences) for language, sentences in messages.items()},
        staff={language: Words(language, sentences) for language, sentences in desk.items()},
    )


def suggest_language(code: str | None) -> str | None:
    """The language to offer first to somebody whose app is set to `code` (an IETF tag); None is no idea.

    A hint only: many newcomers use an app in a language that is not theirs.
    """
    first_subtag = (code or "").strip().lower().replace("_", "-").partition("-")[0]
    return _SUGGESTED.get(first_subtag)


class Words:
    """Says things in one language."""

    def __init__(self, language: str, sentences: Sentences) -> None:
        self.language = language
        self.is_right_to_left = language in RIGHT_TO_LEFT
        self._sentences = sentences
        self._form = _plural_rule(language)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def __call__(self, key: str, /, n: Value | None = None, **values: Value) -> Plain:
        """The sentence `key` with its placeholders filled, in the form that `n` asks for.

        `n`, a number, is also the value of the placeholder `{n}`. A value stays apart from the sentence's direction;
        what it is (`Plain`, `Ltr`, `Foreign`, a number, other text) decides how. Its text is never read as a pattern.

        Raises:
            MissingText: no such sentence, or a placeholder without a value.
        """
        if n is not None:
            values["n"] = n
        count = None if isinstance(n, str) else n
        return Plain(_PLACEHOLDER.sub(lambda found: self._value(key, found[1], values), self._sentence(key, count)))

    def day(self, on: date, *, today: date | None = None) -> Plain:
        """The date in full; or "today" or "tomorrow", seen from `today`."""
        if today is not None and on == today:
            return self("today")
        if today is not None and on == today + timedelta(days=1):
            return self("tomorrow")
        return Plain(dates.long_date(on, self.language))

    def short_day(self, on: date) -> Plain:
        """The date as a button has room for it: "mån 14/12". The text above the button says it in full."""
        shown = self._kept_apart(Ltr(dates.day_and_month(on, self.language)))
        return Plain(f"{dates.short_weekday(on.weekday(), self.language)} {shown}")

    def date(self, on: date) -> Plain:
        """The date without its weekday, as it follows "from" and "until"."""
        return Plain(dates.plain_date(on, self.language))

    def time(self, shown: Shown) -> Ltr:
        """Hours and minutes, 24 hours, Latin digits. A datetime must already be in the zone it is to be shown in."""
        return Ltr(dates.time_of_day(shown))

    def time_range(self, first: Shown, last: Shown) -> Plain:
        """From one time to another, as the catalogue says it."""
        return self("time_range", **{"from": self.time(first), "to": self.time(last)})

    def day_and_time(self, at: datetime, zone: ZoneInfo, *, now: datetime | None = None) -> Plain:
        """The instant `at` as the wall in `zone` shows it; with `now`, "today" and "tomorrow" are said so."""
        today = clock.office_day(now, zone) if now else None
        day = self.day(clock.office_day(at, zone), today=today)
        return Plain(dates.join_day_and_time(day, self._kept_apart(self.time(at.astimezone(zone))), self.language))

    def until(self, ends: datetime, zone: ZoneInfo, *, begins: datetime, now: datetime | None = None) -> Plain | Ltr:
        """When a stretch of time ends: the time alone on the day on which it began, else the day as well."""
        if clock.office_day(ends, zone) == clock.office_day(begins, zone):
            return self.time(ends.astimezone(zone))
        return self.day_and_time(ends, zone, now=now)

    def _sentence(self, key: str, n: int | None) -> str:
        if n == 0 and key + ZERO in self._sentences:
            key, n = key + ZERO, None
        forms = self._sentences.get(key)
        if isinstance(forms, str) and n is None:
            return forms
        if isinstance(forms, tuple) and n is not None:
            return forms[self._form(n)]
        raise MissingText(f"{self.language}: {key}" + ("" if n is None else " (counted)"))

    def _value(self, key: str, name: str, values: Mapping[str, Value]) -> str:
        if name not in values:
            raise MissingText(f"{self.language}: {key} needs {name}")
        return self._kept_apart(values[name])

    def _kept_apart(self, value: Value) -> str:
        if isinstance(value, Plain):
            return str(value)
        text = without_bidi_controls(str(value))
        if isinstance(value, Foreign):
            return FSI + text + PDI
        if not self.is_right_to_left:
            return text
        return (LRI if isinstance(value, Ltr | int) else FSI) + text + PDI


def _plural_rule(language: str) -> Callable[[int], int]:
    rule: Callable[[int], int] = c2py(PLURALS[language].partition("plural=")[2].rstrip(";"))
    return rule


def _read(folder: Path, language: str, domain: str) -> dict[str, str | tuple[str, ...]]:
    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    try:
        with path.open("rb") as opened:
            catalogue = read_po(opened, abort_invalid=True)
    except (OSError, ValueError) as exc:
        raise CatalogueError(f"{path}: {exc}") from exc
    if _without_spaces(catalogue.plural_forms) != _without_spaces(PLURALS[language]):
        raise CatalogueError(f"{path}: Plural-Forms must be: {PLURALS[language]}")
    return {
        _key(message.id): message.string
        for message in catalogue
        if message.id and not message.fuzzy and _is_whole(message.string)
    }


def _key(msgid: Sequence[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _is_whole(string: Sequence[str] | None) -> TypeGuard[str | tuple[str, ...]]:
    """A sentence left empty, or with one empty form, counts as missing, so that it raises instead of saying nothing."""
    return all(string) if isinstance(string, tuple) else bool(string)


def _without_spaces(header: str) -> str:
    return "".join(header.split()).rstrip(";")
