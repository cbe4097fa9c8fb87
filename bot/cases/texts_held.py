"""What a volunteer is asked or told of lines that were sent to nobody: which case they are for, what became of it.

Owns what these sayings carry; the lines stay sealed until they are shown. It must not load rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Literal

from bot.cases.phrases import card_line
from bot.cases.told import CaseTold
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of, shown_code
from bot.language.textshape import with_numbers_isolated
from models.buttons import CLAIM, NO_SEND, PICK, REOPEN
from models.case import spoken_code
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import CaseCode, Name


class Why(StrEnum):
    """Why it is asked which case lines are for; REOPEN: whether one is to be opened again for them."""

    SEVERAL = "several"
    ENDED = "ended"
    UNCLEAR = "unclear"
    SLASH = "slash"
    REOPEN = "reopen"


class Became(StrEnum):
    """What became of lines that were held."""

    SENT = "sent"
    DECLINED = "declined"
    ELSEWHERE = "elsewhere"
    EXPIRED = "expired"
    NOWHERE = "nowhere"


FateKind = Literal["ended", "erased", "queued", "taken", "withdrawn", "closed", "closed_by_you"]


@dataclass(frozen=True, kw_only=True)
class WhichCase(ToStaff):
    """The question about lines that are held, or what became of them. `why`: it is asked. `person`: whose lines.

    `cases`: those that may be meant. `case` and `code`: the one that would be reopened, or was sent the lines.
    """

    kind: ClassVar = Notice.WHICH_CASE
    why: Why | None = None
    person: int | None = None
    cases: tuple[CaseTold, ...] = ()
    case: int | None = None
    code: CaseCode | None = None
    became: Became | None = None

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        """One that has been answered carried its question still."""
        return {name: value for name, value in row.items() if value is not None}

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.became is not None:
            return Prompt(words(f"held_{self.became}") if self.became is not Became.SENT else self._sent(words))
        held = with_numbers_isolated(facts.held_lines)
        in_full = (_in_full(words, case) for case in self.cases if case.category)
        text = lines(self._asked(words), held, words("held_not_sent"), *in_full)
        return Prompt(text, rows_of(*self._choices(words), Choice(NO_SEND.code(), words("do_not_send"))))

    def _sent(self, words: Words) -> Plain:
        return words("sent_to_case", code=shown_code(self.code or ""))

    def _asked(self, words: Words) -> Plain:
        if self.why is Why.REOPEN:
            return words("held_why_reopen", code=shown_code(self.code or ""))
        return words(f"held_why_{self.why}")

    def _choices(self, words: Words) -> list[Choice]:
        if self.why is Why.REOPEN and self.case is not None:
            return [Choice(REOPEN.code(self.case), words("reopen_and_send"))]
        return [Choice(PICK.code(case.case), _in_full(words, replace(case, category=None))) for case in self.cases]


def _in_full(words: Words, case: CaseTold) -> Plain:
    """The case by its code and what it is about; what it is about has no room on a button."""
    return Plain(f"{spoken_code(case.code)} · {card_line(words, case)}")


@dataclass(frozen=True, kw_only=True)
class NoCase(OneSentence, ToStaff):
    """The reader has no case that words could go to."""

    kind: ClassVar = Notice.NO_CASE
    sentence: ClassVar = "volunteer_has_no_case"


@dataclass(frozen=True, kw_only=True)
class NotYourCase(ToStaff):
    """What has become of the case that the reader answered to; one that waits may be claimed. `alias`: who has it."""

    kind: ClassVar = Notice.NOT_YOUR_CASE
    case: int
    code: CaseCode
    fate: FateKind
    alias: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        values = {"alias": Foreign(self.alias)} if self.alias else {}
        text = lines(words(f"fate_{self.fate}", code=shown_code(self.code), **values), words("held_was_not_sent"))
        claim = Choice(CLAIM.code(self.case), words("claim_case"))
        return Prompt(text, rows_of(claim) if self.fate == "queued" else ())
