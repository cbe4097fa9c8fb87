"""What a volunteer reads whom a coordinator has given a case.

Owns what this saying carries. It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.cases.phrases import card_line
from bot.cases.texts import case_buttons
from bot.cases.texts_danger import danger_button
from bot.cases.told import CaseTold
from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, ToStaff, lines, shown_code
from models.dialogue import Prompt
from models.notice import Notice
from models.saying import Name


@dataclass(frozen=True, kw_only=True)
class CaseGiven(CaseTold, ToStaff):
    """The reader has the case now, by a coordinator's word (`alias`). `seq`: the place of its newest words."""

    kind: ClassVar = Notice.CASE_GIVEN
    seq: int
    alias: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        given = words("case_given", code=shown_code(self.code), alias=Foreign(self.alias or "?"))
        buttons = (*case_buttons(words, self.case, self.seq), (danger_button(words, self.case),))
        return Prompt(lines(given, card_line(words, self), words("reply_goes_there")), () if self.pressed else buttons)
