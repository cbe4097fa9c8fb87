"""What a coordinator is told when she changes the opening hours or asks what they were: the preview, the history.

Its parts are in `phrases.py`, what the dialogue of buttons asks in `texts_guided.py`, what staff are told unasked in
`texts_unasked.py`. It must not load rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Annotated, ClassVar

from bot.hours.phrases import change_lines, day_line, made_by, place_name, reason_only_in, shift_time
from bot.hours.told import ChangeTold, DayTold, PastTold, ShiftTold
from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, refusal_text, rows_of
from bot.places.told import PlaceCode
from models.buttons_hours import DROP, PUBLISH, PUBLISH_AND_CANCEL, UNDO, UNDO_ANSWER
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, Language
from models.saying import Like

# Those that are listed, each with the line that shows how it is written. Taking back is a button under the history: a
# tap on a command in a text would send it.
EXAMPLES = {
    "sethours": "hours_example_sethours", "closeday": "hours_example_closeday",
    "changeday": "hours_example_changeday", "extra": "hours_example_extra", "openday": "hours_example_openday",
    "popup": "hours_example_popup", "hours_history": "hours_example_history",
}  # fmt: skip
HOURS_COMMANDS = tuple(EXAMPLES)
MOST_PLACES, MOST_SHIFTS = 4, 6  # told one by one: the preview in five languages is one message of 4096 letters
Rows = tuple[tuple[Choice, ...], ...]


# The preview, and what became of it.


@dataclass(frozen=True, kw_only=True)
class HoursPreview(ToStaff):
    """A change as it will be read in every language, before it is published.

    `shifts`: that would be left without a session. `unstaffed`: it opens one for which nobody has signed up.
    """

    kind: ClassVar = Notice.HOURS_PREVIEW
    draft: int
    told: ChangeTold
    shifts: tuple[ShiftTold, ...] = ()
    unstaffed: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        told, books = self.told, facts.catalogues
        blocks = [lines(AUTONYMS[language], *_first_places(books.words(str(language)), told)) for language in Language]
        notes = lines(
            _other_places(words, told),
            words("place_address", address=Ltr(told.address)) if told.address else "",
            words("hours_days_past") if told.first < facts.now.astimezone(facts.zone).date() else "",
            reason_only_in(words, told),
            *_shift_lines(words, self.shifts, facts),
            words("hours_nobody_yet") if self.unstaffed else "",
        )
        text = "\n\n".join(part for part in (words("hours_preview"), *blocks, notes) if part)
        return Prompt(text, _preview_choices(words, self.draft, len(self.shifts)))


def _preview_choices(words: Words, draft: int, shifts: int) -> Rows:
    publish = [Choice(PUBLISH.code(draft), words("hours_publish"))]
    if shifts:
        publish.append(Choice(PUBLISH_AND_CANCEL.code(draft), words("hours_publish_and_cancel", n=shifts)))
    return rows_of(*publish, Choice(DROP.code(draft), words("hours_drop")))


def _first_places(words: Words, told: ChangeTold) -> list[Plain]:
    return change_lines(words, replace(told, at=told.at[:MOST_PLACES]))


def _other_places(words: Words, told: ChangeTold) -> str:
    others = [place_name(words, place) for place in told.at[MOST_PLACES:]]
    if not others:
        return ""
    return words("hours_more_places", places=Plain(dates.listed(others, words.language)))


def _shift_lines(words: Words, shifts: Sequence[ShiftTold], facts: Facts) -> list[str]:
    if not shifts:
        return []
    more = len(shifts) - MOST_SHIFTS
    listed = [_shift_line(words, shift, facts) for shift in shifts[:MOST_SHIFTS]]
    return [
        words("hours_shifts_left", n=len(shifts)),
        *listed,
        words("hours_more_shifts", n=more) if more > 0 else "",
    ]


def _shift_line(words: Words, shift: ShiftTold, facts: Facts) -> str:
    names = Foreign(dates.listed(shift.names, words.language)) if shift.names else words("hours_nobody_signed")
    return words("hours_shift_line", shift=shift_time(words, shift.starts_at, shift.ends_at, facts), names=names)


@dataclass(frozen=True, kw_only=True)
class HoursPublished(ToStaff):
    """A change holds. `number`: by which it can be undone. `cancelled`: shifts were, with it. `undone`: it holds no
    more, and those shifts are to be held again."""

    kind: ClassVar = Notice.HOURS_PUBLISHED
    told: ChangeTold
    number: int = 0
    cancelled: bool = False
    undone: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        shown = _change_shown(words, self.told)
        if self.undone:
            back = words("hours_shifts_back") if self.cancelled else ""
            return Prompt(lines(words("hours_undone"), *shown, back))
        cancelled = words("hours_shifts_cancelled") if self.cancelled else ""
        return Prompt(lines(words("hours_published"), *shown, cancelled), rows_of(_undo_choice(words, self.number)))


@dataclass(frozen=True, kw_only=True)
class HoursDropped(OneSentence, ToStaff):
    """A change was given up before it was published."""

    kind: ClassVar = Notice.HOURS_DROPPED
    sentence: ClassVar = "hours_dropped"


@dataclass(frozen=True, kw_only=True)
class HoursUndoAsk(ToStaff):
    """What would no longer apply if the change with this number were undone. `shifts`: how many it cancelled."""

    kind: ClassVar = Notice.HOURS_UNDO_ASK
    told: ChangeTold
    number: int
    shifts: int = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        yes = Choice(UNDO_ANSWER.code(self.number, "yes"), words("hours_undo"))
        no = Choice(UNDO_ANSWER.code(self.number, "no"), words("no"))
        back = words("hours_shifts_come_back") if self.shifts else ""
        return Prompt(lines(words("hours_undo_sure"), *_change_shown(words, self.told), back), rows_of(yes, no))


@dataclass(frozen=True, kw_only=True)
class HoursKept(ToStaff):
    """The change with this number was not taken back, and still can be."""

    kind: ClassVar = Notice.HOURS_KEPT
    told: ChangeTold
    number: int

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words("hours_kept"), *_change_shown(words, self.told))
        return Prompt(text, rows_of(_undo_choice(words, self.number)))


def _undo_choice(words: Words, number: int) -> Choice:
    return Choice(UNDO.code(number), words("hours_undo"))


def _change_shown(words: Words, told: ChangeTold) -> list[str]:
    return [*_first_places(words, told), _other_places(words, told)]


# What has been.


@dataclass(frozen=True, kw_only=True)
class HoursHistory(ToStaff):
    """The newest changes, newest first. `newest`: the one that can be taken back, if any can."""

    kind: ClassVar = Notice.HOURS_HISTORY
    entries: tuple[PastTold, ...] = ()
    newest: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not self.entries:
            return Prompt(words("hours_history_empty"))
        alike = groupby(self.entries, key=lambda entry: _made_with(words, entry, self.newest, facts))
        told = (_entries(words, list(group), facts) for _, group in alike)
        text = "\n\n".join((words("hours_history_title"), *told))
        if self.newest is None:
            return Prompt(text)
        undo = Choice(UNDO.code(self.newest), words("hours_undo_number", number=Ltr(str(self.newest))))
        return Prompt(text, rows_of(undo))


def _made_with(words: Words, entry: PastTold, newest: int | None, facts: Facts) -> tuple[object, ...]:
    """What lines under one heading have in common: who made them, and when. One that was or can be undone, or undoes
    another, stands alone, since what is said of it is said of it only."""
    alone = entry.undone or entry.undoes is not None or entry.number == newest
    made = words.day_and_time(entry.at, facts.zone, now=facts.now)
    return entry.number if alone else 0, entry.alias, entry.has_left, made


def _entries(words: Words, entries: Sequence[PastTold], facts: Facts) -> str:
    """Changes that were made together, newest first, under one heading."""
    newest, oldest = entries[0], entries[-1]
    made = words.day_and_time(newest.at, facts.zone, now=facts.now)
    numbers = str(newest.number) if newest is oldest else f"{newest.number}–{oldest.number}"
    head = words("hours_history_line", number=Ltr(numbers), time=made, name=made_by(words, newest))
    if newest.undoes:
        return lines(head, words("hours_history_undoes", number=Ltr(str(newest.undoes))))
    shown = (line for entry in entries for line in _change_shown(words, entry.told))
    return lines(head, *shown, words("hours_history_undone") if newest.undone else "")


@dataclass(frozen=True, kw_only=True)
class HoursOnDay(ToStaff):
    """What held, or will, at every place on a day that was asked about."""

    kind: ClassVar = Notice.HOURS_ON_DAY
    days: tuple[DayTold, ...]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if not self.days:
            return Prompt(words("hours_on_day_none"))
        return Prompt(lines(words("hours_on_day"), *(day_line(words, day) for day in self.days)))


@dataclass(frozen=True, kw_only=True)
class HoursUsage(ToStaff):
    """How a command is written, with a line that would be understood, of this `day` and `place`.

    `refusal`, `values`: what was not understood of what was typed; none after a command that only needs words.
    """

    kind: ClassVar = Notice.HOURS_USAGE
    command: Annotated[str, Like(HOURS_COMMANDS)]
    day: date
    place: PlaceCode
    refusal: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    def said(self, words: Words, facts: Facts) -> Prompt:
        why = refusal_text(words, self.refusal, self.values, facts.zone) if self.refusal else words("hours_popup_how")
        example = words(EXAMPLES[self.command], day=Ltr(self.day.isoformat()), place=Ltr(self.place))
        return Prompt(lines(why, words("hours_usage", example=example)))
