"""What coordinators read of how shifts are covered: by place and language, each gap, and the alarm when one is near.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.roster.told import ShiftNamed, ShiftSeen, Spoken
from bot.shifts.phrases import (
    MARKS,
    choice,
    cover_text,
    language_name,
    names_text,
    place_of,
    shift_name,
)
from models.buttons_shifts import (
    ASK_THEM,
    SHOW_SHIFT,
)
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, Like, Name
from models.staffing import Grade

MOST_GAPS = 8  # each with a button
Count = Annotated[int, Like((0, 1, 3))]


@dataclass(frozen=True, kw_only=True)
class Gap(Carried):
    """A shift that lacks something, and the names of who would fill it best."""

    shift: ShiftSeen
    names: tuple[Name, ...] = ()
    doubtful: Annotated[int, Like((0, 1))] = 0


@dataclass(frozen=True, kw_only=True)
class LanguageCover(Carried):
    """On how many of the shifts somebody speaks a language."""

    code: Spoken
    spoken: Annotated[int, Like((3,))] = 0
    shifts: Annotated[int, Like((8,))] = 0


@dataclass(frozen=True, kw_only=True)
class PlaceCover(Carried):
    """How many shifts at a place are green, amber and red. `example`: one of them, which says where it is."""

    example: ShiftNamed
    green: Count = 0
    amber: Count = 0
    red: Count = 0


@dataclass(frozen=True, kw_only=True)
class ShiftCoverage(ToStaff):
    """How the coming days are covered: by place, by language (Arabic first), and each gap with who would fill it best.

    `more`: gaps that are not shown, later."""

    kind: ClassVar = Notice.SHIFT_COVERAGE
    days: Annotated[int, Like((14,))] = 14
    shifts: Count = 0
    places: tuple[PlaceCover, ...] = ()
    languages: tuple[LanguageCover, ...] = ()
    gaps: tuple[Gap, ...] = ()
    more: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not self.shifts:
            return Prompt(words("coverage_none", n=self.days))
        text = lines(
            words("coverage_title", n=self.days),
            *(_place_line(words, one) for one in self.places),
            *(language_line(words, one) for one in self.languages),
            words("coverage_gaps") if self.gaps else words("coverage_all_green"),
            *(gap_lines(words, one, facts) for one in self.gaps),
            words("shifts_more", n=self.more) if self.more else "",
        )
        return Prompt(
            text, rows_of(*(choice(words, SHOW_SHIFT.code(g.shift.shift), g.shift, facts) for g in self.gaps))
        )


def _place_line(words: Words, one: PlaceCover) -> str:
    marks = "".join(MARKS[grade] * min(n, 3) for grade, n in _counts(one).items())
    return f"{marks} {place_line(words, one)}"


def place_line(words: Words, one: PlaceCover) -> Plain:
    """How many shifts at a place are how well covered."""
    parts = [words(f"coverage_{grade}", n=n) for grade, n in _counts(one).items() if n]
    return words("coverage_place", place=place_of(words, one.example), counts=Plain(", ".join(parts)))


def _counts(one: PlaceCover) -> dict[Grade, int]:
    return {Grade.GREEN: one.green, Grade.AMBER: one.amber, Grade.RED: one.red}


def language_line(words: Words, one: LanguageCover) -> str:
    """On how many shifts somebody speaks a language."""
    return words("coverage_language", language=language_name(words, one.code), spoken=one.spoken, n=one.shifts)


def gap_lines(words: Words, gap: Gap, facts: Facts) -> str:
    """A gap and who would fill it best."""
    name = shift_name(words, gap.shift, facts)
    cover = cover_text(words, gap.shift.cover) if gap.shift.cover else ""
    return lines(words("coverage_gap", shift=name, cover=Plain(cover)), best_text(words, gap))


def best_text(words: Words, gap: Gap) -> Plain:
    """Who would fill the gap best."""
    return words("coverage_best", names=names_text(words, gap.names)) if gap.names else words("shift_nobody_fits")


@dataclass(frozen=True, kw_only=True)
class ShiftGap(ToStaff):
    """A shift of the next days is not covered. `hours`: until it begins."""

    kind: ClassVar = Notice.SHIFT_GAP
    gap: Gap
    hours: Annotated[int, Like((24,))] = 24
    may_ask: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        shift = self.gap.shift
        text = lines(words("shift_gap", n=self.hours), gap_lines(words, self.gap, facts))
        ask = [Choice(ASK_THEM.code(shift.shift), words("stand_in_ask", n=self.may_ask))] if self.may_ask else []
        return Prompt(text, rows_of(*ask, Choice(SHOW_SHIFT.code(shift.shift), words("shift_show"))))
