"""What a row of the outbox carries beside its kind, as a type: made by who says it, read by who renders it.

Rows live for a month on pages and in chats, and two versions run side by side during an upgrade. So a field that comes
later has a default, which stands for the rows that were written before, and a default never changes its meaning; a row
with a field or a code that this version does not know is left for one that does. Owns Saying and its form as JSON. It
must not know a sentence or a language (`bot/language/parts.py`: Spoken), nor load or write rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Annotated, Any, ClassVar, Self

from pydantic import PlainSerializer, TypeAdapter, ValidationError

from models.notice import Notice

TYPED = "typed"  # stands in every row that was made from one of these; those of version 0.1.0 have none
NAMES_SEALED_AS = "names_sealed_as"  # stands in a row whose names are sealed, and for which number
_NOT_FIELDS = {TYPED, NAMES_SEALED_AS}
_UNKNOWN = {"unexpected_keyword_argument", "enum", "literal_error"}  # as pydantic calls a strange field, a strange code


@dataclass(frozen=True, slots=True)
class Like:
    """What a field of this type may hold: samples, for whoever shows every saying in every way it can be said."""

    examples: tuple[object, ...]


CaseCode = Annotated[str, Like(("4729135",))]
Name = Annotated[str, Like(("Amina",))]
Clock = Annotated[time, PlainSerializer(lambda at: f"{at:%H:%M}")]
Span = tuple[Clock, Clock]


class NewerField(Exception):
    """The row has a field, or in one of its fields a code, that only a newer version knows."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """Something that sayings carry, such as a session: whatever is in it can stand in JSON."""


@dataclass(frozen=True, kw_only=True)
class Saying(Carried):
    """Something said to one address. `kind`: names it in the database, for ever.

    `pressed`: the button pressed under it, after which it says so; empty while it still asks. `reply_to`: the reader's
    own message that it answers. `part` of `parts`: of a text too long for one message.
    """

    kind: ClassVar[Notice]
    pressed: str = ""
    reply_to: int | None = None
    part: int = 0
    parts: int = 1

    @property
    def is_last_part(self) -> bool:
        return self.part == self.parts - 1

    def to_row(self) -> dict[str, object]:
        """As it lies in the database: what differs from the defaults, as JSON has it."""
        row: dict[str, object] = _adapter(type(self)).dump_python(self, mode="json", exclude_defaults=True)
        return row | {TYPED: 1}

    @classmethod
    def read(cls, row: Mapping[str, object]) -> Self:
        """As it was said, by this version or an older one.

        Raises:
            NewerField: a newer version wrote it.
            ValueError: it is no such saying.
        """
        if TYPED not in row:  # those of 0.1.0 carried what nobody read as well
            return cls.understood(row)
        try:
            read: Self = _adapter(cls).validate_python(cls._told(row), extra="forbid")
        except ValidationError as wrong:
            if any(error["type"] in _UNKNOWN for error in wrong.errors()):
                raise NewerField from None
            raise
        return read

    @classmethod
    def understood(cls, row: Mapping[str, object]) -> Self:
        """As `read`, for an act that looks back at what was said: what a newer version added to it is passed over."""
        read: Self = _adapter(cls).validate_python(cls._told(row), extra="ignore")
        return read

    @classmethod
    def _told(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        if TYPED not in row:
            return cls.from_first(row)
        return {name: value for name, value in row.items() if name not in _NOT_FIELDS}

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        """A row of version 0.1.0, whose shape was nowhere written down, with the fields of today."""
        return row


@dataclass(frozen=True, slots=True)
class Kept:
    """A saying as it lies in the database, to be said again by who need not know what it says."""

    kind: Notice
    row: Mapping[str, object]

    @property
    def is_pressed(self) -> bool:
        return bool(self.row.get("pressed"))

    @property
    def is_last_part(self) -> bool:
        parts = self.row.get("parts", 1)
        return isinstance(parts, int) and self.row.get("part", 0) == parts - 1

    def with_pressed(self, code: str) -> "Kept":
        """The same, once the button with this code has been pressed."""
        return Kept(self.kind, {**self.row, "pressed": code})

    def to_row(self) -> dict[str, object]:
        return dict(self.row)


def sealed_as(row: Mapping[str, object]) -> int:
    """For what the secret of this row is sealed.

    Raises:
        LookupError: it has none.
    """
    return int(str(row["sealed_as"]))


def has_newer_field(saying: type[Saying], row: Mapping[str, object]) -> bool:
    """Whether a newer version wrote this row of a kind that is known."""
    try:
        saying.read(row)
    except NewerField:
        return True
    except ValueError:
        return False
    return False


def fields_of(carried: Carried) -> Mapping[str, Any]:
    """Its fields by name, to be handed on to a saying that carries the same."""
    return {field.name: getattr(carried, field.name) for field in fields(carried)}


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(saying: type) -> TypeAdapter[Any]:
    """Made when it is first needed: all of them at once would take a start of the program a second."""
    if saying not in _ADAPTERS:
        _ADAPTERS[saying] = TypeAdapter(saying)
    return _ADAPTERS[saying]
