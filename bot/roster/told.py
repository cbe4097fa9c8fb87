"""A shift as people name it and as sayings carry it: the day, the times, the place; never a number that anybody reads.

It must not load rows nor say anything: `bot/shifts/phrases.py` does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.places.told import PlaceTold
from models.saying import Carried, Like, Name
from models.staffing import Cover, Grade, ShiftVerb, WhyNot

InWords = Annotated[str, Like(("Nyckeln finns i disken",))]
Spoken = Annotated[str, Like(("ar",))]


@dataclass(frozen=True, kw_only=True)
class ShiftNamed(PlaceTold):
    """A shift, and where it is. `shift`: its id, for buttons."""

    shift: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class CoverTold(Carried):
    """How well a shift is covered, as `models.staffing.Cover`."""

    grade: Grade
    missing: Annotated[int, Like((0, 1, 2))] = 0
    no_experienced: bool = False
    languages: tuple[Spoken, ...] = ()
    missing_experienced: Annotated[int, Like((0, 1))] = 0

    @classmethod
    def of(cls, cover: Cover) -> "CoverTold":
        return cls(
            grade=cover.grade,
            missing=cover.missing,
            no_experienced=cover.no_experienced,
            languages=cover.languages,
            missing_experienced=cover.missing_experienced,
        )


@dataclass(frozen=True, kw_only=True)
class WhyTold(Carried):
    """Why somebody cannot be put on a shift or taken off it. `alias`: who, where it is not the reader; `other`: the
    shift that is in the way; `minutes`: that it takes from there. `verb`, `names`, `at`: what was last done to it,
    to whom or by whom, and when, for whoever comes too late."""

    why: WhyNot
    alias: Name | None = None
    other: ShiftNamed | None = None
    minutes: Annotated[int, Like((30,))] = 0
    verb: ShiftVerb | None = None
    names: tuple[Name, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ShiftSeen(ShiftNamed):
    """A shift with who is on it. `volunteers`: of those the reader is with; `cover`: what it lacks."""

    volunteers: tuple[Name, ...] = ()
    there: Annotated[int, Like((1,))] = 0
    needed: Annotated[int, Like((2,))] = 2
    cover: CoverTold | None = None
    is_coming: bool = False
    in_words: InWords = ""
