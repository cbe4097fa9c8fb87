"""What is said once everything is deleted: the last thing a newcomer reads. It must not delete anything."""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Words
from bot.language.parts import Facts, ToNewcomer, lines
from models.dialogue import Prompt
from models.notice import Notice
from models.people import Channel


@dataclass(frozen=True, kw_only=True)
class Erased(ToNewcomer):
    """Everything is deleted, but for what stays on this `channel` or without a name.

    `unsaid`: the messages in the chat too, as far back as Telegram lets us; in rows of before only advisers' replies
    were. `older`: some may stand there that are older than that. `perhaps`: so many that nothing names; `unnoted`: some
    of before this was known of any. `asked`: there was a case; of who had none nothing is kept for statistics.
    """

    kind: ClassVar = Notice.ERASED
    channel: Channel | None = None
    unsaid: bool = False
    asked: bool = True
    older: bool = False
    perhaps: int = 0
    unnoted: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        in_chat = self._in_chat(words, facts.left_in_chat + self.perhaps) if self.unsaid else ""
        if self.channel == Channel.TELEGRAM and not self.unsaid:
            in_chat = words("erased_telegram")
        kept = words("erased_kept") if self.asked else ""
        return Prompt(lines(words("data_deleted"), kept, in_chat))

    def _in_chat(self, words: Words, left: int) -> str:
        if not left and not self.older:
            return lines(words("erased_chat"), words("erased_chat_last"))
        lately = "" if self.unnoted else words("erased_chat_lately")
        return lines(
            words("erased_chat_left", left) if left else lately,
            words("erased_chat_older") if self.older else "",
            words("erased_chat_yourself"),
        )
