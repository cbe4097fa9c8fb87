"""What staff are told who name a case in a command: which ones there are, and how such a line is written.

Owns what these sayings carry. It must not load rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from bot.cases.phrases import card_line
from bot.cases.told import CaseTold
from bot.engine.errors import Refusal
from bot.language.i18n import Words
from bot.language.parts import Facts, ToStaff, lines, refusal_text, rows_of, shown_code
from models.buttons_overview import BLOCK, CASE_SHOW, DANGER
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Like

CASES_SHOWN = 10
Deed = Literal["block", "danger", "case"]
CODE_OF: dict[str, Callable[[int], str]] = {"block": BLOCK.code, "danger": DANGER.code, "case": CASE_SHOW.code}
EXAMPLES = {
    "block": "case_example_block",
    "unblock": "case_example_unblock",
    "danger": "case_example_danger",
    "case": "case_example_case",
    "reassign": "case_example_reassign",
    "followup": "case_example_followup",
}


@dataclass(frozen=True, kw_only=True)
class CasesToChoose(ToStaff):
    """With which of these cases is it to be done? `more`: so many are not shown."""

    kind: ClassVar = Notice.CASES_TO_CHOOSE
    deed: Deed
    cases: tuple[CaseTold, ...] = ()
    more: int = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if not self.cases:
            return Prompt(lines(words("cases_none_open"), words("hours_usage", example=words(EXAMPLES[self.deed]))))
        listed = (lines(f"{shown_code(case.code)} · {card_line(words, case)}") for case in self.cases)
        more = words("cases_more", self.more) if self.more else ""
        choices = (Choice(CODE_OF[self.deed](case.case), shown_code(case.code)) for case in self.cases)
        return Prompt(lines(words(f"cases_which_{self.deed}"), *listed, more), rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class CaseUsage(ToStaff):
    """How a command about a case is written, with a line that would be understood. `refusal`, `values`: what was not
    understood of what was typed."""

    kind: ClassVar = Notice.CASE_USAGE
    command: Annotated[str, Like(tuple(EXAMPLES))]
    refusal: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    def said(self, words: Words, facts: Facts) -> Prompt:
        how = words(f"case_how_{self.command}")
        why = refusal_text(words, self.refusal, self.values, facts.zone) if self.refusal else how
        return Prompt(lines(why, words("hours_usage", example=words(EXAMPLES[self.command]))))


def usage(command: str, refusal: Refusal) -> CaseUsage:
    """What was not understood of such a line, and one that would be."""
    values = {key: value if isinstance(value, int) else str(value) for key, value in refusal.values.items()}
    return CaseUsage(command=command, refusal=refusal.code, values=values)
