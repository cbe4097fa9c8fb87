"""The optional questions about a case, one message that every press changes in place, and the thanks it ends as.

Owns what these sayings carry. It must not decide which question is next (`models/intake.py`), nor load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.language.i18n import Words
from bot.language.parts import Facts, OneSentence, ToNewcomer, answer_label, lines, rows_of, ticked, who_else_is_there
from models.buttons import BACK, MORE, STOP_ASKING, TAP
from models.dialogue import Choice, Prompt
from models.intake import PREFER_NOT_SAY, QUESTIONS, IntakeStep
from models.notice import Notice
from models.saying import Like

UNDER_18 = "age:under_18"  # the answer of somebody who may be a child
OPTIONS_ON_A_SCREEN = 6  # with "more" and "prefer not to say · stop" that is eight rows, what a small phone shows
Step = Annotated[IntakeStep, Like(tuple(QUESTIONS))]


@dataclass(frozen=True, kw_only=True)
class AskTap(ToNewcomer):
    """One optional question; a long list turns pages, so that no screen has more than eight rows.

    `chosen`: the answer it has already, which is ticked. `answered`: the column and code of the answer that was given
    just before, joined by ":", which stands above. `page`: the one asked for, else that of the answer.
    """

    kind: ClassVar = Notice.ASK_TAP
    step: Step
    page: int | None = None
    chosen: str | None = None
    answered: str = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        what_for = words("category_seen" if self.step == IntakeStep.CATEGORY else "stats_voluntary")
        before, _, code = self.answered.partition(":")
        answered = ticked(answer_label(words, before, code)) if before else ""
        asked = words(f"ask_{QUESTIONS[self.step].column}")
        young = who_else_is_there(words) if self.answered == UNDER_18 else ""
        in_swedish = words("temporary_protection_in_swedish") if self.step == IntakeStep.SITUATION else ""
        return Prompt(lines(answered, young, what_for, asked, in_swedish), self._rows(words))

    def _rows(self, words: Words) -> tuple[tuple[Choice, ...], ...]:
        options, page = QUESTIONS[self.step].options, self._page()
        shown = options[page * OPTIONS_ON_A_SCREEN : (page + 1) * OPTIONS_ON_A_SCREEN]
        turn = [Choice(BACK.code(self.step), words("back"))] if self.step != IntakeStep.CATEGORY else []
        if self._pages() > 1:
            turn.append(Choice(MORE.code(self.step, page + 1), words("more_choices")))
        last = self._choice(words, PREFER_NOT_SAY), Choice(STOP_ASKING.code(), words("stop_asking"))
        answers = rows_of(*(self._choice(words, code) for code in shown))
        return (*answers, *([tuple(turn)] if turn else []), last)

    def _choice(self, words: Words, code: str) -> Choice:
        column = QUESTIONS[self.step].column
        label = answer_label(words, column, code)
        return Choice(TAP.code(column, code), ticked(label) if code == self.chosen else label)

    def _page(self) -> int:
        options = QUESTIONS[self.step].options
        if self.page is not None:
            return self.page % self._pages()
        return options.index(self.chosen) // OPTIONS_ON_A_SCREEN if self.chosen in options else 0

    def _pages(self) -> int:
        return -(-len(QUESTIONS[self.step].options) // OPTIONS_ON_A_SCREEN)


@dataclass(frozen=True, kw_only=True)
class AskDone(OneSentence, ToNewcomer):
    """Nothing is asked any more: thanks."""

    kind: ClassVar = Notice.ASK_DONE
    sentence: ClassVar = "ask_done"
