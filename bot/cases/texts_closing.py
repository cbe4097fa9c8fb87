"""What a volunteer is asked while a case is closed in a chat, and what the answers are called.

Owns what these sayings carry. It must not load rows; what is pressed, `closing_dialogue.py` keeps.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.cases.told import CategoryCode
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, ToStaff, answer_label, lines, rows_of, shown_code, ticked
from bot.language.textshape import LONGEST_BUTTON
from models.buttons import (
    ADD_ORGANISATION,
    CLOSING_CATEGORY,
    CLOSING_MINUTES,
    CLOSING_ORGANISATION,
    CLOSING_OUTCOME,
    DONE,
    DROP_ORGANISATION,
    NOT_ADVICE,
    NOT_ADVICE_ANSWER,
    ORGANISATIONS_PAGE,
)
from models.closing import MINUTES_OFFERED, SHOWN_OUTCOMES, UNKNOWN, USUAL_ORGANISATIONS, Category, Organisation
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import CaseCode, Like

ORGANISATIONS_ON_A_PAGE = len(USUAL_ORGANISATIONS)


def outcome_label(words: Words, code: str) -> Plain:
    """What the button of an outcome says."""
    return words("unknown") if code == UNKNOWN else words(f"outcome_{code}")


def organisation_label(words: Words, code: str) -> Plain:
    """What the button of an organisation says: of a long name what stands in brackets, its Swedish one, which is on the
    letter. The text above the button says both."""
    name = words(code)
    swedish = name.partition("(")[2].rstrip(")")
    return Plain(swedish) if swedish and len(ticked(name)) > LONGEST_BUTTON else name


def minutes_choices(default: int) -> list[int]:
    """The likely number of minutes first, then the usual ones."""
    return [default, *(minutes for minutes in MINUTES_OFFERED if minutes != default)]


@dataclass(frozen=True, kw_only=True)
class AboutClosing(ToStaff):
    """A question of a closing that is going on."""

    case: int
    code: CaseCode


@dataclass(frozen=True, kw_only=True)
class CloseCategory(AboutClosing):
    """What was it about? `category`: what its newcomer said, which comes first."""

    kind: ClassVar = Notice.CLOSE_CATEGORY
    category: CategoryCode | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.pressed:
            return Prompt(words("closing_goes_on", code=shown_code(self.code)))
        order = sorted(Category, key=lambda category: category != self.category)
        labels = [(code, answer_label(words, "category", code)) for code in order] + [(UNKNOWN, words("unknown"))]
        choices = [Choice(CLOSING_CATEGORY.code(self.case, code), label) for code, label in labels]
        none = Choice(NOT_ADVICE.code(self.case), words("not_advice"))
        return Prompt(words("close_category", code=shown_code(self.code)), (*_in_pairs(choices), (none,)))


@dataclass(frozen=True, kw_only=True)
class CloseNotAdvice(AboutClosing):
    """Was it no advice at all?"""

    kind: ClassVar = Notice.CLOSE_NOT_ADVICE

    def said(self, words: Words, _facts: Facts) -> Prompt:
        yes = Choice(NOT_ADVICE_ANSWER.code(self.case, "yes"), words("close_not_advice_yes"))
        back = Choice(NOT_ADVICE_ANSWER.code(self.case, "back"), words("back"))
        return Prompt(words("close_not_advice", code=shown_code(self.code)), ((yes, back),))


@dataclass(frozen=True, kw_only=True)
class CloseOrganisation(AboutClosing):
    """Which organisation was it about, or `several`, of which some are `chosen`? A list over several pages."""

    kind: ClassVar = Notice.CLOSE_ORGANISATION
    chosen: tuple[Annotated[str, Like(tuple(Organisation))], ...] = ()
    page: int = 0
    several: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        rows = rows_of(*(self._choice(words, code) for code in self._shown()))
        more = Choice(ORGANISATIONS_PAGE.code(self.case, self.page + 1, self.several), words("more_choices"))
        mode = Choice(ORGANISATIONS_PAGE.code(self.case, self.page, several=True), words("several"))
        if self.several:
            mode = Choice(CLOSING_ORGANISATION.code(self.case, DONE), words("done"))
        unknown = Choice(CLOSING_ORGANISATION.code(self.case, UNKNOWN), words("unknown"))
        asked = words("close_organisation", code=shown_code(self.code))
        in_full = (words(code) for code in self._shown() if organisation_label(words, code) != words(code))
        return Prompt(lines(asked, *in_full), (*rows, (more, mode), (unknown,)))

    def _shown(self) -> tuple[Organisation, ...]:
        pages = -(-len(Organisation) // ORGANISATIONS_ON_A_PAGE)
        at = self.page % pages * ORGANISATIONS_ON_A_PAGE
        return tuple(Organisation)[at : at + ORGANISATIONS_ON_A_PAGE]

    def _choice(self, words: Words, code: str) -> Choice:
        is_chosen = code in self.chosen
        label = organisation_label(words, code)
        label = ticked(label) if is_chosen else label
        if not self.several:
            return Choice(CLOSING_ORGANISATION.code(self.case, code), label)
        one_by_one = DROP_ORGANISATION if is_chosen else ADD_ORGANISATION
        return Choice(one_by_one.code(self.case, self.page, code), label)


@dataclass(frozen=True, kw_only=True)
class CloseOutcome(AboutClosing):
    """How did it end?"""

    kind: ClassVar = Notice.CLOSE_OUTCOME

    def said(self, words: Words, _facts: Facts) -> Prompt:
        codes = (*SHOWN_OUTCOMES, UNKNOWN)
        choices = (Choice(CLOSING_OUTCOME.code(self.case, code), outcome_label(words, code)) for code in codes)
        return Prompt(words("close_outcome", code=shown_code(self.code)), rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class CloseMinutes(AboutClosing):
    """How long did it take? `default`: the likely number of minutes."""

    kind: ClassVar = Notice.CLOSE_MINUTES
    default: Annotated[int, Like((25,))]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        choices = [
            Choice(CLOSING_MINUTES.code(self.case, minutes), words("minutes_long", n=minutes))
            for minutes in minutes_choices(self.default)
        ]
        choices.append(Choice(CLOSING_MINUTES.code(self.case, None), words("unknown")))
        return Prompt(words("close_minutes", code=shown_code(self.code)), _in_pairs(choices))


def _in_pairs(choices: list[Choice]) -> tuple[tuple[Choice, ...], ...]:
    return tuple(tuple(choices[at : at + 2]) for at in range(0, len(choices), 2))
