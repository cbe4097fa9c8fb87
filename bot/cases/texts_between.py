"""What staff are told of a case between two people: that it stalls, is kept, has gone back; notes and hand-overs.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.cases.texts import Rows, waited
from bot.language.i18n import Words
from bot.language.parts import Facts, ToStaff, lines, rows_of, shown_code
from models.buttons import RELEASE
from models.buttons_cases import KEEP, NEXT_SHIFT, NOON, TWO_HOURS, Until
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import CaseCode

KEPT_FOR: tuple[Until, ...] = (TWO_HOURS, NOON, NEXT_SHIFT)


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
