"""What a button is: a code of at most 64 bytes, whose parts are each of a kind that can be read back.

Owns Button, the kinds of parts, and the one place where a forged code is refused. Which buttons there are, `buttons.py`
and `buttons_hours.py` say. It must not know what a press does, nor a channel.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Generic, Literal, ParamSpec, Protocol, TypeVar, get_args, get_origin, get_type_hints

LONGEST_CODE = 64  # bytes; Source: Bot API, InlineKeyboardButton.callback_data. Every code is ASCII.
ID_DIGITS = 18  # fits into 64 bits, which is what the databases take; ours are shorter
_PART = re.compile(r"\{(\w+)\}")

P = ParamSpec("P")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
C = TypeVar("C")
R = TypeVar("R")


class NotAButton(ValueError):
    """The code, or a part of one, is none of ours: forged, malformed or too long."""


class Kind(Protocol[V_co]):
    """How one part of a code is written and read. `pattern` matches what `written` makes, and nothing else."""

    @property
    def pattern(self) -> str: ...

    def written(self, value: object) -> str: ...

    def meant(self, text: str) -> V_co:
        """The value of a text that matches; ValueError if it has none all the same."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number from 0, of at most so many digits."""

    digits: int = ID_DIGITS

    @property
    def pattern(self) -> str:
        return rf"(?:0|[1-9][0-9]{{0,{self.digits - 1}}})"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> int:
        return int(text)


@dataclass(frozen=True, slots=True)
class Day:
    """A day by the office's calendar, as 20261224."""

    pattern: str = "[0-9]{8}"

    def written(self, value: object) -> str:
        return str(value).replace("-", "")

    def meant(self, text: str) -> date:
        return date.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of fixed codes."""

    codes: tuple[str, ...]

    @property
    def pattern(self) -> str:
        return f"(?:{'|'.join(map(re.escape, self.codes))})"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> str:
        return text


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Hours and minutes, as 1330."""

    pattern: str = "(?:[01][0-9]|2[0-3])[0-5][0-9]"

    def written(self, value: object) -> str:
        return f"{value:%H%M}"

    def meant(self, text: str) -> time:
        return time(int(text[:2]), int(text[2:]))


@dataclass(frozen=True, slots=True)
class Word:
    """A short code of small letters, digits, "-" and "_", whose list is elsewhere."""

    letters: int

    @property
    def pattern(self) -> str:
        return rf"[a-z0-9_-]{{1,{self.letters}}}"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> str:
        return text


@dataclass(frozen=True, slots=True)
class YesNo:
    """Whether something is so, as 1 or 0."""

    pattern: str = "[01]"

    def written(self, value: object) -> str:
        return str(int(bool(value)))

    def meant(self, text: str) -> bool:
        return text == "1"


@dataclass(frozen=True, slots=True)
class OrNone(Generic[V]):
    """A part of another kind, or this word where there is none."""

    kind: Kind[V]
    word: str

    @property
    def pattern(self) -> str:
        return f"(?:{self.word}|{self.kind.pattern})"

    def written(self, value: object) -> str:
        return self.word if value is None else self.kind.written(value)

    def meant(self, text: str) -> V | None:
        return None if text == self.word else self.kind.meant(text)


class Button(Generic[P, V_co]):
    """A button's code as it goes out, `form`, with its parts in braces. `parts`: a NamedTuple that names them and says
    of which kind each is: int (an id), date, bool, a Literal, or Annotated with another kind."""

    def __init__(self, form: str, parts: Callable[P, V_co]) -> None:
        self.form, self.verb = form, form.partition(":")[0]
        self._made: Callable[P, V_co] = parts
        self._read: Callable[..., V_co] = parts
        hints = get_type_hints(parts, include_extras=True)
        self.kinds: Mapping[str, Kind[object]] = {name: _kind_of(hints[name]) for name in _PART.findall(form)}
        assert set(self.kinds) == set(hints), f"{form} does not hold what {parts} names"
        texts_and_names = _PART.split(form)
        self._pattern = re.compile(
            "".join(
                f"(?P<{piece}>{self.kinds[piece].pattern})" if place % 2 else re.escape(piece)
                for place, piece in enumerate(texts_and_names)
            )
        )

    def __repr__(self) -> str:
        return f"<button {self.form}>"

    def code(self, *args: P.args, **kwargs: P.kwargs) -> str:
        """What the button carries."""
        values = self._made(*args, **kwargs)
        return self.form.format(**{name: kind.written(getattr(values, name)) for name, kind in self.kinds.items()})

    def read(self, code: str) -> V_co:
        """What a pressed code says.

        Raises:
            NotAButton: this button never carried such a code.
        """
        found = self._pattern.fullmatch(code) if len(code) <= LONGEST_CODE else None
        if found is None:
            raise NotAButton(self.form)
        try:
            return self._read(**{name: kind.meant(found[name]) for name, kind in self.kinds.items()})
        except ValueError as wrong:
            raise NotAButton(self.form) from wrong

    def matches(self, code: str) -> bool:
        """Whether the code is one that this button carries."""
        try:
            self.read(code)
        except NotAButton:
            return False
        return True

    def has_verb_of(self, code: str) -> bool:
        """Whether the code begins like this button's, be the rest as it may."""
        return code.partition(":")[0] == self.verb


AnyButton = Button[..., object]
# What each button's press does, of one subject: from who pressed where, and the code.
Presses = Mapping[AnyButton, Callable[[C, str], R]]


def on(button: Button[P, V], act: Callable[[C, V], R]) -> tuple[AnyButton, Callable[[C, str], R]]:
    """A line of such a table: a press on this button does that, with what its code says."""
    return button, lambda context, code: act(context, button.read(code))


def follow(presses: Presses[C, R], context: C, code: str) -> R:
    """What the press with this code does.

    Raises:
        NotAButton: it is on none of these buttons.
    """
    for button, act in presses.items():
        if button.matches(code):
            return act(context, code)
    raise NotAButton("none of a table's")


def read_as(kind: Kind[V], text: str) -> V:
    """One part alone, read as strictly as in a code.

    Raises:
        NotAButton: it is not of this kind.
    """
    if re.fullmatch(kind.pattern, text) is None:
        raise NotAButton(type(kind).__name__)
    try:
        return kind.meant(text)
    except ValueError as wrong:
        raise NotAButton(type(kind).__name__) from wrong


def _kind_of(hint: object) -> Kind[object]:
    if get_origin(hint) is Literal:
        return OneOf(get_args(hint))
    known: dict[object, Kind[object]] = {int: Number(), date: Day(), bool: YesNo()}
    kind: Kind[object] = known[hint] if hint in known else get_args(hint)[1]
    return kind
