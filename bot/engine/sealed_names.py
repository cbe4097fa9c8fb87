"""Names of volunteers in what was said to somebody: sealed in the row, as their words are.

A row of the outbox lives for a month, and whoever has a copy of the database must not learn from it who advises here.
Owns which fields of a row hold a name, and how it stands there sealed: as hexadecimal digits, for a number that the row
carries, since its id is not known before it is there. It must not know what is said.
"""

from collections.abc import Callable, Mapping

from bot.engine.seal import Place, Seal
from models.base import new_id
from models.saying import NAMES_SEALED_AS

# Names of places stand under their languages, so they are no strings. `in_words`: a coordinator's own about a shift.
NAMING = frozenset({"alias", "adviser", "names", "volunteers", "in_words", "absent", "given", "whose"})
Turn = Callable[[str], str]


def sealed(seal: Seal, row: Mapping[str, object]) -> dict[str, object]:
    """The row as it is kept: whatever names somebody is sealed. One that is so already stays as it is."""
    if NAMES_SEALED_AS in row or not _names_somebody(row):
        return dict(row)
    number = new_id()
    return {**_turned(row, lambda name: seal.seal(name, **_place(number)).hex()), NAMES_SEALED_AS: number}


def opened(seal: Seal, row: Mapping[str, object]) -> Mapping[str, object]:
    """The row with its names; one that holds none sealed stays as it is, with those that an older version wrote.

    Raises:
        WrongKey, SealBroken: they cannot be opened.
    """
    if NAMES_SEALED_AS not in row:
        return row
    number = int(str(row[NAMES_SEALED_AS]))
    bare = {key: value for key, value in row.items() if key != NAMES_SEALED_AS}
    return _turned(bare, lambda name: seal.open(bytes.fromhex(name), **_place(number)))


def has_plain_names(row: Mapping[str, object]) -> bool:
    """Whether an older version wrote it, with somebody's name."""
    return NAMES_SEALED_AS not in row and _names_somebody(row)


def _names_somebody(row: Mapping[str, object]) -> bool:
    found: list[str] = []

    def noted(name: str) -> str:
        found.append(name)
        return name

    _turned(row, noted)
    return bool(found)


def _turned(row: Mapping[str, object], turn: Turn) -> dict[str, object]:
    return {key: _name(value, turn) if key in NAMING else _value(value, turn) for key, value in row.items()}


def _name(value: object, turn: Turn) -> object:
    if isinstance(value, str):
        return turn(value) if value else value
    if isinstance(value, list):
        return [_name(one, turn) for one in value]
    return _value(value, turn)


def _value(value: object, turn: Turn) -> object:
    if isinstance(value, Mapping):
        return _turned(value, turn)
    if isinstance(value, list):
        return [_value(one, turn) for one in value]
    return value


def _place(number: int) -> Place:
    return {"table": "outbox", "column": "params", "row_id": number}
