"""What is said once everything is deleted: the last thing a newcomer reads. It must not delete anything."""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Words
from bot.language.parts import Facts, ToNewcomer, lines
from models.dialogue import Prompt
from models.outbox import Notice
from models.people import Channel


@dataclass(frozen=True, kw_only=True)
class Erased(ToNewcomer):
    """Everything is deleted, but for what stays on this `channel` or without a name."""

    kind: ClassVar = Notice.ERASED
    channel: Channel | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        in_chat = words("erased_telegram") if self.channel == Channel.TELEGRAM else ""
        return Prompt(lines(words("data_deleted"), words("erased_kept"), in_chat))
