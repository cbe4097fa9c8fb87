"""What a coordinator is asked while somebody is invited by buttons.

It must not load rows, nor decide what is asked: `models/invite_dialogue.py` does.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, ticked
from bot.people.people import LANGUAGES_SPOKEN
from bot.roster.told import Spoken
from bot.shifts.phrases import reply_lines
from bot.volunteers.phrases_people import languages_text, spoken_name
from models.buttons import ANSWER, LEAVE_DIALOGUE
from models.dialogue import Choice, Prompt
from models.invite_dialogue import DONE, DROPS, Step
from models.outbox import Notice

IN_A_ROW = 2


@dataclass(frozen=True, kw_only=True)
class InviteAsk(ToStaff):
    """Which languages does whoever is invited speak? Or, once that is known, how their name is written: in answer to
    this message. `pressed`: it has come, or the dialogue was left."""

    kind: ClassVar = Notice.INVITE_ASK
    dialogue: int
    step: Step
    speaks: tuple[Spoken, ...] = ()

    def said(self, words: Words, _facts: Facts) -> Prompt:
        leave = Choice(LEAVE_DIALOGUE.code(self.dialogue), words("hours_leave"))
        chosen = words("profile_speaks", what=languages_text(words, self.speaks)) if self.speaks else ""
        if self.step == Step.SPEAKS:
            done = [self._answer(DONE, words("invite_speaks_done"))] if self.speaks else []
            named = [self._language(words, code) for code in LANGUAGES_SPOKEN]
            pairs = tuple(tuple(named[at : at + IN_A_ROW]) for at in range(0, len(named), IN_A_ROW))
            text = lines(words("invite_new"), words("invite_which_speaks"))
            return Prompt(text, (*pairs, (*done, leave)))
        if self.pressed:
            return Prompt(lines(words("invite_new"), chosen))
        line = words("invite_line", languages=Ltr(",".join(self.speaks)))
        text = lines(words("invite_new"), chosen, *reply_lines(words, words("invite_write"), line))
        return Prompt(text, ((leave,),))

    def _language(self, words: Words, code: str) -> Choice:
        name = spoken_name(words, code)
        return self._answer(f"{DROPS}{code}", ticked(name)) if code in self.speaks else self._answer(code, name)

    def _answer(self, answer: str, label: str) -> Choice:
        return Choice(ANSWER.code(self.dialogue, self.step, answer), label)


@dataclass(frozen=True, kw_only=True)
class InviteNot(OneSentence, ToStaff):
    """The dialogue was left, and nobody is invited."""

    kind: ClassVar = Notice.INVITE_NOT
    sentence: ClassVar = "invite_not"
