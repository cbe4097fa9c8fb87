"""What somebody on the staff is told of the role that they have from now on.

It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Foreign, Ltr, Words
from bot.language.parts import Facts, ToStaff, lines
from bot.volunteers.texts_people import StaffRole
from models.dialogue import Prompt
from models.notice import Notice
from models.saying import Name


@dataclass(frozen=True, kw_only=True)
class RoleChanged(ToStaff):
    """The reader is a coordinator from now on, or a volunteer; or, to coordinators, somebody else is (`whose`).
    `alias`: by whose word, if it was another's."""

    kind: ClassVar = Notice.ROLE_CHANGED
    role: StaffRole
    alias: Name | None = None
    whose: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        by = words("role_by", alias=Foreign(self.alias)) if self.alias else ""
        if self.whose:
            return Prompt(lines(words(f"role_theirs_{self.role}", alias=Foreign(self.whose)), by))
        return Prompt(lines(words(f"role_now_{self.role}", command=Ltr("/help")), by))
