"""What a newcomer reads who is blocked or no longer is, and what a coordinator reads who blocks somebody.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.cases.phrases import other_ways
from bot.hours.told import SessionTold
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, OneSentence, ToNewcomer, ToStaff, help_text, lines, rows_of, shown_code
from models.block import BlockReason, BlockSpan
from models.buttons_overview import BLOCK_BECAUSE, BLOCK_FOR, LIFT
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, CaseCode


@dataclass(frozen=True, kw_only=True)
class Blocked(ToNewcomer):
    """The reader cannot write to advisers until then; without `until`, nobody knows how long. `code`: of the case that
    was closed by it."""

    kind: ClassVar = Notice.BLOCKED
    until: datetime | None = None
    session: SessionTold | None = None
    code: CaseCode = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        when = words.day_and_time(self.until, facts.zone, now=facts.now) if self.until else ""
        told = lines(
            words("blocked_now"),
            words("blocked_until", when=when) if when else words("blocked_open_ended"),
            words("blocked_case", case=shown_code(self.code)) if self.code else "",
            words("blocked_not_kept"),
            words("blocked_may"),
        )
        lift = lines(words("blocked_lift"), other_ways(words, self.session, facts))
        return Prompt("\n\n".join((told, lift, help_text(words))))


@dataclass(frozen=True, kw_only=True)
class Unblocked(OneSentence, ToNewcomer):
    """The reader may write again."""

    kind: ClassVar = Notice.UNBLOCKED
    sentence: ClassVar = "unblocked"


@dataclass(frozen=True, kw_only=True)
class BlockCard(ToStaff):
    """How long is the newcomer of this case to be blocked, and why? Or that they are, until then; or no longer.

    `newcomer`: where they can be let in again.
    """

    kind: ClassVar = Notice.BLOCK_CARD
    case: int
    code: CaseCode
    view: Literal["span", "reason", "done", "lifted"] = "span"
    span: BlockSpan = BlockSpan.DAY
    reason: BlockReason = BlockReason.OTHER
    until: datetime | None = None
    newcomer: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        code = shown_code(self.code)
        match self.view:
            case "span":
                spans = (Choice(BLOCK_FOR.code(self.case, span), words(f"block_span_{span}")) for span in BlockSpan)
                return Prompt(lines(words("block_sure", code=code), words("block_means")), rows_of(*spans))
            case "reason":
                told = lines(words("block_why", code=code), words(f"block_span_{self.span}"))
                return Prompt(told, rows_of(*self._reasons(words)))
            case "lifted":
                return Prompt(words("block_lifted", code=code))
        told = lines(words("block_done", code=code), until_line(words, self.until, facts))
        told = lines(told, words("block_because", reason=words(f"block_reason_{self.reason}")), words("block_told"))
        lift = Choice(LIFT.code(self.newcomer), words("block_lift")) if self.newcomer is not None else None
        return Prompt(told, rows_of(lift) if lift else ())

    def _reasons(self, words: Words) -> list[Choice]:
        return [
            Choice(BLOCK_BECAUSE.code(self.case, self.span, reason), words(f"block_reason_{reason}"))
            for reason in BlockReason
        ]


@dataclass(frozen=True, kw_only=True)
class BlockedTold(Carried):
    """Somebody who is blocked, by their newest case's number; empty where it has none any more."""

    newcomer: int
    code: CaseCode
    since: datetime
    until: datetime | None = None
    reason: BlockReason = BlockReason.OTHER


@dataclass(frozen=True, kw_only=True)
class BlockedList(ToStaff):
    """Who is blocked, each with a button that ends it."""

    kind: ClassVar = Notice.BLOCKED_LIST
    them: tuple[BlockedTold, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not self.them:
            return Prompt(words("blocked_nobody"))
        told = [blocked_line(words, one, facts) for one in self.them]
        choices = (Choice(LIFT.code(one.newcomer), _lift_label(words, one, facts)) for one in self.them)
        return Prompt(lines(words("blocked_are"), *told), rows_of(*choices))


def blocked_line(words: Words, one: BlockedTold, facts: Facts) -> str:
    """Somebody who is blocked, in one line."""
    reason, until = words(f"block_reason_{one.reason}"), until_line(words, one.until, facts)
    return Plain(" · ".join((_called(words, one, facts), until, reason)))


def until_line(words: Words, until: datetime | None, facts: Facts) -> Plain:
    """Until when somebody is blocked."""
    if until is None:
        return words("block_until_lifted")
    return words("block_until", when=words.day_and_time(until, facts.zone, now=facts.now))


def _lift_label(words: Words, one: BlockedTold, facts: Facts) -> Plain:
    return words("block_lift_of", who=_called(words, one, facts))


def _called(words: Words, one: BlockedTold, facts: Facts) -> Plain:
    if one.code:
        return Plain(shown_code(one.code))
    return words("blocked_since", day=words.day(one.since.astimezone(facts.zone).date()))
