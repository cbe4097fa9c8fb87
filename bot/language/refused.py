"""Why something could not be done, as a message of its own.

It must not decide what is refused: whoever raises a `Refusal` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from bot.language.i18n import Words
from bot.language.parts import Facts, ToNewcomer, ToStaff, refusal_text, rows_of
from models.buttons import DELETE
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Like

IS_NEWCOMER = "telegram_is_newcomer"  # the way out is to erase, which nobody should do by tapping a word in a text


@dataclass(frozen=True, kw_only=True)
class Refused(ToNewcomer, ToStaff):
    """A refusal, by the key of its sentence, with what stands in it."""

    kind: ClassVar = Notice.REFUSED
    refusal: Annotated[str, Like(("no_longer_valid", "link_spent", IS_NEWCOMER, "link_is_for_desk"))]
    values: Mapping[str, str | int] = field(default_factory=dict)

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        """What stands in the sentence stood beside its key."""
        return {"refusal": row["refusal"], "values": {name: row[name] for name in row if name != "refusal"}}

    def said(self, words: Words, facts: Facts) -> Prompt:
        rows = rows_of(Choice(DELETE.code(), words("delete_everything"))) if self.refusal == IS_NEWCOMER else ()
        return Prompt(refusal_text(words, self.refusal, self.values, facts.zone), rows)
