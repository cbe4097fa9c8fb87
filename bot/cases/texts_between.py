"""What staff are told of a case between two people: that it stalls, is kept, has gone back; notes and hand-overs.

Owns what these sayings carry. It must not load rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Protocol

from bot.cases.texts import Rows, waited
from bot.cases.told import CaseTold
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, refusal_text, rows_of, shown_code
from models.buttons import RELEASE
from models.buttons_cases import CLAIM_MORE, HAND_OVER, KEEP, NEXT_SHIFT, NOON, NOTES, TWO_HOURS, Until
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import CaseCode, Like

KEPT_FOR: tuple[Until, ...] = (TWO_HOURS, NOON, NEXT_SHIFT)


class Noted(Protocol):
    """What is shown of a note."""

    @property
    def alias(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def text(self) -> str: ...


def notes_told(words: Words, noted: Sequence[Noted], facts: Facts) -> str:
    """Notes of staff, each below who wrote it and when."""
    return lines(*(lines(note_head(words, one, facts), one.text) for one in noted))


def note_head(words: Words, note: Noted, facts: Facts) -> Plain:
    """Who wrote a note, and when."""
    when = words.day_and_time(note.at, facts.zone, now=facts.now)
    return words("note_by", alias=Foreign(note.alias), when=when) if note.alias else words("note_of_before", when=when)


def keep_buttons(words: Words, case: int, seq: int) -> Rows:
    """For how long a case can be kept, and the way back to the queue; `seq` as for `case_buttons`."""
    kept = (Choice(KEEP.code(case, until), words(f"keep_{until}")) for until in KEPT_FOR)
    return (*rows_of(*kept), (Choice(RELEASE.code(case, seq), words("release_case")),))


@dataclass(frozen=True, kw_only=True)
class StallWarned(ToStaff):
    """The reader's case waits for an answer since then, and goes back to the queue at `ends_at`. `seq`: the place of
    the newest words shown."""

    kind: ClassVar = Notice.STALL_WARNED
    case: int
    code: CaseCode
    seq: int = 0
    since: datetime
    ends_at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        waits = words("stall_warned", code=shown_code(self.code), how_long=waited(words, self.since, facts.now))
        when = words.day_and_time(self.ends_at, facts.zone, now=facts.now)
        text = lines(waits, words("stall_goes_back", when=when))
        return Prompt(text, () if self.pressed else keep_buttons(words, self.case, self.seq))


@dataclass(frozen=True, kw_only=True)
class CaseKept(ToStaff):
    """The reader keeps the case until then."""

    kind: ClassVar = Notice.CASE_KEPT
    code: CaseCode
    until: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        when = words.day_and_time(self.until, facts.zone, now=facts.now)
        return Prompt(words("case_kept", code=shown_code(self.code), when=when))


@dataclass(frozen=True, kw_only=True)
class CaseWentBack(ToStaff):
    """The case that the reader had is in the queue again, because it got no answer."""

    kind: ClassVar = Notice.CASE_WENT_BACK
    code: CaseCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("case_went_back", code=shown_code(self.code)))


@dataclass(frozen=True, kw_only=True)
class CaseNotes(ToStaff):
    """What was noted in the reader's case; opened when it is shown, and only to who has the case then."""

    kind: ClassVar = Notice.CASE_NOTES
    case: int
    code: CaseCode

    def said(self, words: Words, facts: Facts) -> Prompt:
        head = words("notes_title", code=shown_code(self.code))
        return Prompt(lines(head, facts.notes or words("notes_none"), words("note_how"), words("note_mind")))


@dataclass(frozen=True, kw_only=True)
class NoteKept(ToStaff):
    """What the reader typed is a note in the case, or reads differently now."""

    kind: ClassVar = Notice.NOTE_KEPT
    case: int
    code: CaseCode
    changed: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = words("note_changed" if self.changed else "note_kept", code=shown_code(self.code))
        return Prompt(text, rows_of(Choice(NOTES.code(self.case), words("notes_show"))))


@dataclass(frozen=True, kw_only=True)
class BetweenUsage(ToStaff):
    """Why a command about a case did nothing, if it was tried; how it is written; and the reader's cases, to press."""

    kind: ClassVar = Notice.BETWEEN_USAGE
    command: Literal["note", "handover"]
    refusal: Annotated[str, Like(("note_which", "note_not_yours", "note_empty", "note_answers_note"))] = ""
    values: Mapping[str, str | int] = field(default_factory=dict)
    cases: tuple[CaseTold, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        why = refusal_text(words, self.refusal, self.values, facts.zone) if self.refusal else ""
        offered = (self._offered(words, one) for one in self.cases)
        return Prompt(lines(why, words(f"{self.command}_usage")), rows_of(*offered))

    def _offered(self, words: Words, case: CaseTold) -> Choice:
        if self.command == "note":
            return Choice(NOTES.code(case.case), words("notes_of", code=shown_code(case.code)))
        return Choice(HAND_OVER.code(case.case), words("hand_over_of", code=shown_code(case.code)))


@dataclass(frozen=True, kw_only=True)
class TooManySure(ToStaff):
    """A coordinator has as many cases as one has at once: do they want this one too?"""

    kind: ClassVar = Notice.TOO_MANY_SURE
    case: int
    code: CaseCode
    n: int

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = words("too_many_sure", n=self.n, code=shown_code(self.code))
        claim = Choice(CLAIM_MORE.code(self.case), words("claim_case"))
        return Prompt(text, () if self.pressed else rows_of(claim))
