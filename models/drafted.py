"""What has been chosen in a dialogue so far, as a row of `dialogues` keeps it.

Owns how a draft is written and read. It must not know what any dialogue asks.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import TypeAdapter


class Drafted:
    """A frozen dataclass that a row can keep: what is not said is left out, and read as its default."""

    __slots__ = ()

    def to_json(self) -> dict[str, object]:
        """As a row keeps it."""
        kept: dict[str, object] = _adapter(type(self)).dump_python(self, mode="json", exclude_defaults=True)
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Self:
        """The draft that `to_json` wrote."""
        read: Self = _adapter(cls).validate_python(kept)
        return read


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(draft: type) -> TypeAdapter[Any]:
    if draft not in _adapters:
        _adapters[draft] = TypeAdapter(draft)
    return _adapters[draft]
