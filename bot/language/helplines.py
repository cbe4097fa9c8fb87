"""The helplines: their numbers, whom each is for, when and in which languages it answers, and where that was read.

Owns the one file of them, `helplines.toml`, how it is read, and the sentences that a line's facts are said with. What
has no dated source is refused, so that nothing is passed on by hearsay. It must not choose which lines somebody reads.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.language.i18n import Ltr, Plain, Words
from models.people import Language

FILE = Path(__file__).with_suffix(".toml")
ALWAYS = "always"
WEEKDAYS = "weekdays "
GOOD_FOR = timedelta(days=180)  # a page that was read; hours change, and a line may end

V = TypeVar("V")
Read = ConfigDict(extra="forbid", frozen=True)


class WrongHelplines(ValueError):
    """The file of helplines cannot be used; the message says every mistake in it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Every day from one time to another, or on weekdays only."""

    opens: time
    closes: time
    weekdays: bool = False


def _span(written: object) -> Span | str:
    """What is written as "always", "07:00-21:00" or "weekdays 08:00-17:00"."""
    if not isinstance(written, str):
        raise ValueError(f"hours are written as text, not as {written!r}")
    opens, dash, closes = written.removeprefix(WEEKDAYS).partition("-")
    if not dash:
        return written
    return Span(time.fromisoformat(opens), time.fromisoformat(closes), weekdays=written.startswith(WEEKDAYS))


When = Annotated[Span | Literal["always"], BeforeValidator(_span)]


class Fact(BaseModel, Generic[V]):
    """What is known, the page that says it, and the day on which that page was read."""

    model_config = Read

    what: V = Field(alias="is")
    source: str = Field(pattern=r"^https?://\S+$")
    checked: date


class Helpline(BaseModel):
    """A number to call. What is None is not known, and nothing is said of it."""

    model_config = Read

    number: Fact[str]
    for_whom: Fact[str]  # the key of the sentence that says it
    hours: Fact[When] | None = None
    languages: Fact[tuple[Language, ...]] | None = None  # of whoever answers, without an interpreter
    interpreter: Fact[When] | None = None
    free: Fact[Literal[True]] | None = None
    anonymous: Fact[Literal[True]] | None = None

    @property
    def checked(self) -> date:
        """The day on which the oldest of its sources was read."""
        known = (self.number, self.for_whom, self.hours, self.languages, self.interpreter, self.free, self.anonymous)
        return min(fact.checked for fact in known if fact)


def read(written: str) -> dict[str, Helpline]:
    """The helplines of a file's text by their names there, in its order.

    Raises:
        WrongHelplines: it is no TOML, or a fact has no source, no day or a value that is not understood.
    """
    try:
        return TypeAdapter(dict[str, Helpline]).validate_python(tomllib.loads(written))
    except tomllib.TOMLDecodeError as exc:
        raise WrongHelplines(f"{FILE.name}: {exc}") from exc
    except ValidationError as exc:
        wrong = (f"{FILE.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in exc.errors())
        raise WrongHelplines("\n".join(wrong)) from exc


def said(words: Words, line: Helpline) -> str:
    """Whom it is for, its number, and what is known of it: one line."""
    told = words(line.for_whom.what, number=Ltr(line.number.what))
    return " ".join((told if told.endswith(".") else f"{told}.", *known(words, line)))


def known(words: Words, line: Helpline) -> Iterator[Plain]:
    """What is known of it, a sentence each: when, in which languages, with an interpreter, free, without a name."""
    if line.hours:
        yield _when(words, "line", line.hours.what)
    if line.languages:
        yield words(f"line_in_{'_'.join(line.languages.what)}")
    if line.interpreter:
        yield _when(words, "line_interpreter", line.interpreter.what)
    if line.free:
        yield words("line_free")
    if line.anonymous:
        yield words("line_anonymous")


def _when(words: Words, key: str, when: Span | str) -> Plain:
    if not isinstance(when, Span):
        return words(f"{key}_{ALWAYS}")
    times = words.time_range(when.opens, when.closes)
    return words(f"{key}_weekdays" if when.weekdays else f"{key}_daily", times=times)


def unread_for_long(lines: Iterable[Helpline], today: date) -> date | None:
    """The day on which the oldest source was read, if that is too long ago; None while all are fresh."""
    oldest = min(line.checked for line in lines)
    return oldest if today - oldest > GOOD_FOR else None


_lines = read(FILE.read_text("utf-8"))
EMERGENCY, CHILDREN = _lines["emergency"], _lines["children"]
HELPLINES = tuple(line for line in _lines.values() if line != EMERGENCY)
