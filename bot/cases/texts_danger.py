"""What is read when somebody in a case may be in danger: by coordinators, by its volunteer, and by the newcomer whom
the numbers are passed on to.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from bot.cases.told import LanguageCode
from bot.language import helplines
from bot.language.helplines import EMERGENCY, HELPLINES
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToNewcomer, ToStaff, help_text, lines, rows_of, shown_code, ticked
from models.buttons_overview import DANGER, NUMBERS
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import CaseCode, Like, Name


def danger_button(words: Words, case: int) -> Choice:
    """Says that somebody in the case may be in danger."""
    return Choice(DANGER.code(case), words("danger_flag"))


@dataclass(frozen=True, kw_only=True)
class DangerTold(ToStaff):
    """Somebody in the case may be in danger: `alias` says so. Nothing of what was written."""

    kind: ClassVar = Notice.DANGER_TOLD
    code: CaseCode
    alias: Name | None = None
    language: LanguageCode | None = None
    at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        time = words.time(self.at.astimezone(facts.zone))
        told = words("danger_told", code=shown_code(self.code), alias=Foreign(self.alias or "?"), time=time)
        language = words("danger_language", language=words(f"language_{self.language}")) if self.language else ""
        return Prompt(lines(told, language, words("danger_talk"), words("coordinator_routine")))


@dataclass(frozen=True, kw_only=True)
class DangerProtocol(ToStaff):
    """What the reader does now, who has been told, and the numbers. `coordinators`: so many have been told.

    `may_send`: the newcomer can still be sent the numbers, in `language`.
    """

    kind: ClassVar = Notice.DANGER_PROTOCOL
    case: int
    code: CaseCode
    coordinators: Annotated[int, Like((0, 1, 2))] = 1
    language: LanguageCode | None = None
    may_send: bool = True

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = "\n\n".join((protocol(words, facts, self), lines(*numbers(words))))
        if self.pressed:
            return Prompt(lines(text, "", ticked(words("danger_numbers_sent"))))
        send = Choice(NUMBERS.code(self.case), words("danger_send_numbers"))
        return Prompt(text, rows_of(send) if self.may_send else ())


def protocol(words: Words, facts: Facts, told: DangerProtocol) -> str:
    """The steps, in order; the same in the bot and at the desk."""
    number = Ltr(EMERGENCY.number.what)
    steps = (
        words("staff_life_in_danger", number=number), words("staff_child_at_risk"), words("danger_stay"),
        words("danger_no_promise"),
    )  # fmt: skip
    listed = [Plain(f"{place}. {step}") for place, step in enumerate(steps, start=1)]
    who = (
        words("danger_coordinators_told", told.coordinators) if told.coordinators else words("danger_nobody_told"),
        words("staff_reach_coordinator", contact=Ltr(facts.coordinator_contact)) if facts.coordinator_contact else "",
    )
    return lines(words("danger_title", code=shown_code(told.code)), *listed, *who)


def numbers(words: Words) -> list[str]:
    """The numbers that may be passed on, beside the one that the first step names."""
    return [words("danger_numbers"), *(helplines.said(words, line) for line in HELPLINES)]


@dataclass(frozen=True, kw_only=True)
class NumbersPassedOn(ToNewcomer):
    """Who helps at once, as the reader's adviser passes it on."""

    kind: ClassVar = Notice.NUMBERS_PASSED_ON

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt("\n\n".join((words("numbers_passed_on"), help_text(words))))
