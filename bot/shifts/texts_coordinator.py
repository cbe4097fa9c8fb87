"""What coordinators read of shifts: a shift, a week, what is not covered, what was refused, how a command is written.

Owns what these sayings carry. What volunteers read is in `texts.py`, the dialogue that adds a shift in
`texts_guided.py`. It must not load rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, refusal_text, rows_of
from bot.places.told import PlaceCode
from bot.roster.told import InWords, ShiftNamed, ShiftSeen, Spoken, WhyTold
from bot.shifts.phrases import (
    choice,
    language_name,
    reply_lines,
    seen_lines,
    shift_name,
    why_lines,
)
from models.buttons import LEAVE_DIALOGUE
from models.buttons_shifts import (
    ASK_THEM,
    ASSIGN,
    CANCEL_SHIFT,
    COVERAGE,
    KEEP_SHIFT,
    NO_REASON,
    OWN_REASON,
    OWN_WORDS,
    PICK_PAGE,
    PICK_SHIFT,
    REASONS,
    SHIFTS_OF_WEEK,
    SHOW_SHIFT,
)
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Carried, Like, Name
from models.shift import NEEDED_EXPERIENCED

# Those that coordinators have, each with the line that shows how it is written.
EXAMPLES = {
    "shifts": "shift_example_shifts", "newshift": "shift_example_newshift", "assign": "shift_example_assign",
    "unassign": "shift_example_unassign", "cancelshift": "shift_example_cancelshift",
    "coverage": "shift_example_coverage", "cant": "shift_example_cant", "announce": "shift_example_announce",
    "template": "shift_example_template",
}  # fmt: skip
SHIFT_COMMANDS = ("shifts", "newshift", "template", "assign", "unassign", "cancelshift", "coverage", "undo", "announce")
VOLUNTEER_COMMANDS = ("myshifts", "freeshifts", "cant", "swap", "calendar")
WEEK, MOST_BUTTONS = timedelta(days=7), 12
Count = Annotated[int, Like((0, 1, 3))]


@dataclass(frozen=True, kw_only=True)
class Candidate(Carried):
    """Somebody who could take a place."""

    person: int
    alias: Name


@dataclass(frozen=True, kw_only=True)
class ShiftShown(ToStaff):
    """A shift, with what has just been done to it, and who could take a place on it. `asked`: so many were asked just
    now; `may_ask`: so many could be."""

    kind: ClassVar = Notice.SHIFT_SHOWN
    shift: ShiftSeen
    did: Literal["", "made", "assigned", "unassigned", "cancelled", "kept"] = ""
    alias: Name | None = None
    wants: tuple[Spoken, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    may_ask: Count = 0
    experienced: Annotated[int, Like((1, 2))] = 1
    asked: Annotated[int | None, Like((None, 0, 2))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        did = words(f"shift_done_{self.did}", name=Foreign(self.alias or "?")) if self.did else ""
        if self.did == "cancelled":
            return Prompt(lines(did, shift_name(words, self.shift, facts)))
        wants = [language_name(words, code) for code in self.wants]
        text = lines(
            did,
            seen_lines(words, self.shift, facts),
            words("shift_needs_experienced", n=self.experienced) if self.experienced > NEEDED_EXPERIENCED else "",
            words("shift_wants", languages=Plain(dates.listed(wants, words.language))) if wants else "",
            words("stand_in_asked", n=self.asked) if self.asked is not None else self._nobody(words),
        )
        put = [
            Choice(ASSIGN.code(self.shift.shift, one.person), words("shift_put_button", name=Foreign(one.alias)))
            for one in self.candidates
        ]
        ask = [Choice(ASK_THEM.code(self.shift.shift), words("stand_in_ask", n=self.may_ask))] if self.may_ask else []
        return Prompt(text, rows_of(*ask, *put))

    def _nobody(self, words: Words) -> str:
        needs_somebody = self.shift.there < self.shift.needed
        return words("shift_nobody_fits") if needs_somebody and not self.candidates else ""


@dataclass(frozen=True, kw_only=True)
class ShiftsOfWeek(ToStaff):
    """The shifts of the week that begins on `monday`, by day."""

    kind: ClassVar = Notice.SHIFTS_OF_WEEK
    monday: date
    shifts: tuple[ShiftSeen, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        number = self.monday.isocalendar().week
        title = words("shifts_of_week", week=Ltr(str(number)), first=words.short_day(self.monday))
        listed = [seen_lines(words, one, facts) for one in self.shifts]
        text = lines(title, *(listed or [words("shifts_none_that_week")]))
        picks = [choice(words, SHOW_SHIFT.code(one.shift), one, facts) for one in self.shifts[:MOST_BUTTONS]]
        before = Choice(SHIFTS_OF_WEEK.code(self.monday - WEEK), words("shifts_week_before"))
        after = Choice(SHIFTS_OF_WEEK.code(self.monday + WEEK), words("shifts_week_after"))
        further = (before, after), (Choice(COVERAGE.code(), words("shifts_to_coverage")),)
        return Prompt(text, (*rows_of(*picks), *further))


@dataclass(frozen=True, kw_only=True)
class ShiftReminderDoubt(ToStaff):
    """The reminder of a shift may not have arrived at this volunteer."""

    kind: ClassVar = Notice.SHIFT_REMINDER_DOUBT
    shift: ShiftNamed
    alias: Name

    def said(self, words: Words, facts: Facts) -> Prompt:
        shift = shift_name(words, self.shift, facts)
        return Prompt(words("shift_reminder_doubt", name=Foreign(self.alias), shift=shift))


@dataclass(frozen=True, kw_only=True)
class ShiftRefused(ToStaff):
    """What a coordinator asked for was not done. `instead`: shifts that this person could take."""

    kind: ClassVar = Notice.SHIFT_REFUSED
    shift: ShiftNamed
    why: WhyTold
    instead: tuple[ShiftSeen, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        refused = words("shift_refused", shift=shift_name(words, self.shift, facts))
        listed = [seen_lines(words, one, facts) for one in self.instead]
        instead = lines(words("free_shifts_instead"), *listed) if listed else ""
        return Prompt(lines(refused, why_lines(words, self.why, facts), instead))


@dataclass(frozen=True, kw_only=True)
class ShiftWhich(ToStaff):
    """Several shifts are what was typed: which one? `deed`: what is to be done with it, to this person. `next_page`: of
    further ones."""

    kind: ClassVar = Notice.SHIFT_WHICH
    deed: Literal["a", "u", "c", "s"]
    person: int = 0
    shifts: tuple[ShiftSeen, ...]
    next_page: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        listed = [seen_lines(words, one, facts) for one in self.shifts]
        picks = [choice(words, PICK_SHIFT.code(self.deed, one.shift, self.person), one, facts) for one in self.shifts]
        more = []
        if self.next_page is not None:
            more.append(Choice(PICK_PAGE.code(self.deed, self.next_page), words("more_choices")))
        return Prompt(lines(words("shift_which"), *listed), rows_of(*picks, *more))


@dataclass(frozen=True, kw_only=True)
class ShiftWho(ToStaff):
    """Who is to be taken off this shift, or put on it? `more`: of those who fit, further ones."""

    kind: ClassVar = Notice.SHIFT_WHO
    shift: ShiftSeen
    people: tuple[Candidate, ...]
    deed: Literal["u", "a"] = "u"
    more: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        ask = words("shift_who_leaves" if self.deed == "u" else "shift_who_comes")
        more = words("shift_more_fit", n=self.more) if self.more else ""
        text = lines(seen_lines(words, self.shift, facts), ask, more)
        number = self.shift.shift
        picks = [Choice(PICK_SHIFT.code(self.deed, number, one.person), Foreign(one.alias)) for one in self.people]
        return Prompt(text, rows_of(*picks))


@dataclass(frozen=True, kw_only=True)
class ShiftCancelAsk(ToStaff):
    """Is the shift to be cancelled, and why? `in_words`: the coordinator's own reason, if one was typed."""

    kind: ClassVar = Notice.SHIFT_CANCEL_ASK
    shift: ShiftSeen
    in_words: InWords = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        told = words("shift_cancel_told", n=self.shift.there)
        reason = words("reason_line", reason=Foreign(self.in_words)) if self.in_words else words("shift_cancel_why")
        text = lines(words("shift_cancel_sure"), seen_lines(words, self.shift, facts), told, reason)
        number = self.shift.shift
        if self.in_words:
            yes = [Choice(CANCEL_SHIFT.code(number, OWN_WORDS), words("shift_cancel_yes"))]
        else:
            yes = [Choice(CANCEL_SHIFT.code(number, one), words(f"reason_{one}")) for one in REASONS]
            yes.append(Choice(OWN_REASON.code(number), words("shift_cancel_own_words")))
            yes.append(Choice(CANCEL_SHIFT.code(number, NO_REASON), words("hours_no_reason")))
        return Prompt(text, rows_of(*yes, Choice(KEEP_SHIFT.code(number), words("no"))))


@dataclass(frozen=True, kw_only=True)
class ShiftCancelWords(ToStaff):
    """The reader's own reason why this shift is cancelled is written in answer to this message. `pressed`: it has come,
    or was left."""

    kind: ClassVar = Notice.SHIFT_CANCEL_WORDS
    dialogue: int
    shift: ShiftNamed

    def said(self, words: Words, facts: Facts) -> Prompt:
        name = shift_name(words, self.shift, facts)
        if self.pressed:
            return Prompt(lines(words("shift_cancel_sure"), name))
        write, line = words("shift_cancel_write"), words("shift_cancel_line", shift=name)
        text = lines(words("shift_cancel_sure"), name, *reply_lines(words, write, line))
        return Prompt(text, rows_of(Choice(LEAVE_DIALOGUE.code(self.dialogue), words("hours_leave"))))


@dataclass(frozen=True, kw_only=True)
class LineOver(ToStaff):
    """What the reader wrote in answer to a message that asks no more, or not for words, did nothing. `command`: with
    which it is begun anew."""

    kind: ClassVar = Notice.LINE_OVER
    command: Annotated[str, Like(("announce",))]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("line_over", command=Ltr(f"/{self.command}")))


@dataclass(frozen=True, kw_only=True)
class ShiftUsage(ToStaff):
    """How a command is written, with a line that would be understood. `refusal`, `values`: what was not understood of
    what was typed; `shifts`: that could have been meant."""

    kind: ClassVar = Notice.SHIFT_USAGE
    command: Annotated[str, Like(tuple(EXAMPLES))]
    day: date
    place: PlaceCode
    refusal: Annotated[str, Like(("hours_word_unknown",))] = ""
    values: Annotated[Mapping[str, str | int], Like(({"value": "tjoho"},))] = field(default_factory=dict)
    shifts: tuple[ShiftSeen, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        why = refusal_text(words, self.refusal, self.values, facts.zone) if self.refusal else ""
        listed = [seen_lines(words, one, facts) for one in self.shifts]
        example = words(EXAMPLES[self.command], day=words.short_day(self.day), place=Ltr(self.place))
        return Prompt(lines(why, *listed, words("hours_usage", example=example)))
