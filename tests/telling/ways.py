"""Every saying, in every way it can be said: made from the fields of its type, which are written down once.

A field of codes is given each of its codes, a truth both its values, what may be missing is once there and once not;
the rest looks as its type says. A saying whose fields belong together in another way says so itself in `WAYS`.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from enum import EnumType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.language.parts import Spoken, ToNewcomer, ToStaff
from bot.telling import table
from models.saying import Like, Saying

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LARGEST = 2**53
INSTANT, DAY, AT = datetime(2026, 1, 6, 12, 0, tzinfo=UTC), date(2026, 1, 12), time(13, 0)
# How it came to be said is no way of saying it.
_NOT_VARIED = ("reply_to", "part", "parts", "pressed")


def sayings(reader: type[Spoken] = Spoken) -> list[type[Spoken]]:
    """The types of everything that this kind of reader may read."""
    return [one for one in table.KNOWN.values() if issubclass(one, reader)]


def to_newcomers() -> list[type[Spoken]]:
    return sayings(ToNewcomer)


def to_staff() -> list[type[Spoken]]:
    return sayings(ToStaff)


def ways(saying: type[Saying]) -> list[Saying]:
    """It in every way it can be said."""
    whole = _whole(saying)
    return _distinct([whole, *_varied(whole)])


def _whole(like: type[Any]) -> Any:
    """One with all its fields, each with the first thing that it may hold."""
    hints = get_type_hints(like, include_extras=True)
    wanted = (one for one in fields(like) if one.name not in _NOT_VARIED)
    return like(**{one.name: values_of(hints[one.name])[0] for one in wanted})


def _varied(whole: Any) -> Iterator[Any]:
    """The same with one field at a time holding each of the other things that it may hold, or left out."""
    hints = get_type_hints(type(whole), include_extras=True)
    for one in fields(whole):
        if one.name in _NOT_VARIED:
            continue
        for value in [*values_of(hints[one.name])[1:], *_default(one)]:
            yield replace(whole, **{one.name: value})


def _default(one: "Field[Any]") -> list[Any]:
    if one.default is not MISSING:
        return [one.default]
    return [one.default_factory()] if one.default_factory is not MISSING else []


def values_of(hint: Any) -> list[Any]:
    """What a field of this type may hold: every code, both truths, one text or number that looks like it."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        examples = [one.examples for one in inside[1:] if isinstance(one, Like)]
        return list(examples[0]) if examples else values_of(inside[0])
    if origin is Literal:
        return list(inside)
    if origin in (Union, types.UnionType):
        return [value for one in inside for value in values_of(one)]
    if origin is tuple:
        return _tuples(inside)
    if origin is not None and issubclass(origin, Mapping):
        return [{"sv": values_of(inside[1])[0]}]
    if isinstance(hint, EnumType):
        return list(hint)
    if is_dataclass(hint):
        whole = _whole(hint)
        return _distinct([whole, *_varied(whole)])
    return _PLAIN[hint]


def _tuples(inside: tuple[Any, ...]) -> list[Any]:
    if len(inside) == 2 and inside[1] is ...:
        values = values_of(inside[0])
        return [tuple(values[:3]), *((one,) for one in values[3:])]
    return [tuple(values_of(one)[0] for one in inside)]


_PLAIN: dict[Any, list[Any]] = {
    str: ["☺"], int: [LARGEST], bool: [True, False], float: [55.697], type(None): [None],
    datetime: [INSTANT], date: [DAY], time: [AT],
}  # fmt: skip


def _distinct(told: list[Any]) -> list[Any]:
    kept: list[Any] = []
    return [one for one in told if one not in kept and not kept.append(one)]
