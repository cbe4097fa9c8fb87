"""What is read of a case that comes back on a day: by whoever sets it, by whoever gets it, and by a newcomer who is
asked whether they may be asked.

Owns what these sayings carry; the note stays sealed until it is shown. It must not load rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from bot.cases.phrases import card_line
from bot.cases.told import CaseTold, LanguageCode
from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, OneSentence, ToNewcomer, ToStaff, lines, pressed, rows_of, shown_code, ticked
from models.buttons_overview import FOLLOW_UP_ASK, FOLLOW_UP_DROP, FOLLOW_UP_MAY
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, CaseCode


@dataclass(frozen=True, kw_only=True)
class FollowUpSet(ToStaff):
    """The case comes back on that day, `latest` being the last it could; or it does not any more (`dropped`).

    `asked`: the newcomer has been asked whether they may be asked then.
    """

    kind: ClassVar = Notice.FOLLOW_UP_SET
    case: int
    code: CaseCode
    follow_up: int
    day: date
    latest: date
    view: Literal["set", "asked", "dropped"] = "set"

    def said(self, words: Words, facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if self.view == "dropped":
            return Prompt(words("follow_up_dropped", code=code))
        told = lines(
            words("follow_up_set", code=code, day=words.day(self.day)),
            note_line(words, facts.noted),
            words("follow_up_latest", day=words.day(self.latest)),
            words("follow_up_asked") if self.view == "asked" else words("follow_up_silent"),
        )
        ask = [Choice(FOLLOW_UP_ASK.code(self.follow_up), words("follow_up_ask"))] if self.view == "set" else []
        return Prompt(told, rows_of(*ask, Choice(FOLLOW_UP_DROP.code(self.follow_up), words("follow_up_drop"))))


@dataclass(frozen=True, kw_only=True)
class FollowUpTold(Carried):
    """One that has not come yet."""

    follow_up: int
    code: CaseCode
    day: date


@dataclass(frozen=True, kw_only=True)
class FollowUpList(ToStaff):
    """What the reader has set and has not come yet, and how one is written."""

    kind: ClassVar = Notice.FOLLOW_UP_LIST
    them: tuple[FollowUpTold, ...] = ()

    def said(self, words: Words, _facts: Facts) -> Prompt:
        listed = (words("follow_up_line", code=shown_code(one.code), day=words.day(one.day)) for one in self.them)
        how = lines(words("case_how_followup"), words("hours_usage", example=words("case_example_followup")))
        head = words("follow_up_are") if self.them else words("follow_up_none")
        choices = (
            Choice(FOLLOW_UP_DROP.code(one.follow_up), words("follow_up_drop_of", code=shown_code(one.code)))
            for one in self.them
        )
        return Prompt(lines(head, *listed, how), rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(CaseTold, ToStaff):
    """The day has come on which this case was to be asked about again. `agreed`: its newcomer has just been asked."""

    kind: ClassVar = Notice.FOLLOW_UP_DUE
    language: LanguageCode
    follow_up: int
    agreed: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(
            lines(
                words("follow_up_due", code=shown_code(self.code)),
                card_line(words, self),
                note_line(words, facts.noted),
                words("follow_up_due_asked") if self.agreed else words("follow_up_due_silent"),
            )
        )


def note_line(words: Words, note: str) -> str:
    """What is to be asked, as it was noted."""
    return words("follow_up_note", note=Foreign(note)) if note else ""


@dataclass(frozen=True, kw_only=True)
class FollowUpMay(ToNewcomer):
    """May we ask you again on that day?"""

    kind: ClassVar = Notice.FOLLOW_UP_MAY
    follow_up: int
    day: date

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = words("follow_up_may", day=words.day(self.day))
        if given := pressed(self, FOLLOW_UP_MAY):
            answer = words("follow_up_may_yes" if given.answer == "yes" else "follow_up_may_no")
            return Prompt(lines(text, ticked(answer)))
        yes = Choice(FOLLOW_UP_MAY.code("yes", self.follow_up), words("yes"))
        no = Choice(FOLLOW_UP_MAY.code("no", self.follow_up), words("no"))
        return Prompt(lines(text, words("follow_up_may_either")), rows_of(yes, no))


@dataclass(frozen=True, kw_only=True)
class FollowUpAsks(OneSentence, ToNewcomer):
    """How did it go? As the reader said that we may ask."""

    kind: ClassVar = Notice.FOLLOW_UP_ASKS
    sentence: ClassVar = "follow_up_asks"
