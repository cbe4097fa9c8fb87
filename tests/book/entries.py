"""What the book is made of: books of sections of entries, each a thing that somebody reads whole.

Owns how these are held together. It must not render anything, nor know where a text comes from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from models.dialogue import Prompt
from models.people import RIGHT_TO_LEFT


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message in a chat: its text, and its buttons by what they say. `own`: the reader wrote it themselves."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    own: bool = False

    @property
    def buttons(self) -> Iterator[str]:
        return (label for row in self.rows for label in row)


class Block(NamedTuple):
    """A piece of a page, from the top down. `kind`: how it looks. `frames`: it stands on every page of its kind."""

    kind: str
    text: str
    frames: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is read. `name`: what it is called in the code; `note`: when it is said, if that is no matter of
    course."""

    name: str
    note: str = ""
    bubbles: tuple[Bubble, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Entries of one kind, under a title."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Book:
    """Everything that one audience reads in one language."""

    audience: str
    language: str
    sections: list[Section] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.audience}-{self.language}"

    @property
    def is_right_to_left(self) -> bool:
        return self.language in RIGHT_TO_LEFT

    def add(self, title: str, entries: Iterable[Entry]) -> None:
        self.sections.append(Section(title, tuple(entries)))

    @property
    def entries(self) -> Iterator[Entry]:
        return (entry for section in self.sections for entry in section.entries)


def bubble_of(prompt: Prompt) -> Bubble:
    """A prompt as its reader sees it; a point on the map has its name and its address."""
    text = prompt.text
    if prompt.venue is not None:
        text = f"⚑ {prompt.venue.name}\n{prompt.venue.address}"
    return Bubble(text, tuple(tuple(choice.label for choice in row) for row in prompt.rows))
