"""What a newcomer is asked before something of theirs ends or is deleted, and what became of it.

Owns what these sayings carry. It must not load rows, nor end anything.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from bot.intake.texts import Unsent
from bot.language.i18n import Words
from bot.language.parts import Facts, ToNewcomer, lines, rows_of, shown_code
from models.buttons import DELETE, DELETE_ANSWER, STOP_ANSWER
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.people import Channel
from models.saying import CaseCode, Like

YES_OR_NO: tuple[Literal["yes"], Literal["no"]] = ("yes", "no")
Rows = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, kw_only=True)
class AskStop(ToNewcomer):
    """Is your case to be closed?"""

    kind: ClassVar = Notice.ASK_STOP
    case: int
    code: CaseCode

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = lines(words("stop_sure", case=shown_code(self.code)), words("retention", n=facts.retention_days))
        yes, no = (STOP_ANSWER.code(answer, self.case) for answer in YES_OR_NO)
        return Prompt(text, _yes_or_no(yes, words("command_stop"), no, words("no")))


@dataclass(frozen=True, kw_only=True)
class Stopped(ToNewcomer):
    """The case is closed at the reader's wish; everything may be deleted too."""

    kind: ClassVar = Notice.STOPPED
    code: CaseCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return _and_delete(self, words, words("case_stopped", case=shown_code(self.code)))


@dataclass(frozen=True, kw_only=True)
class NotStopped(ToNewcomer):
    """The case stays open."""

    kind: ClassVar = Notice.NOT_STOPPED
    code: CaseCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("not_stopped", case=shown_code(self.code)))


@dataclass(frozen=True, kw_only=True)
class NothingToStop(ToNewcomer):
    """There is no open case; everything may be deleted all the same. `asked`: there has been one."""

    kind: ClassVar = Notice.NOTHING_TO_STOP
    asked: bool = True

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return _and_delete(self, words, words("nothing_to_stop" if self.asked else "nothing_asked_yet"))


@dataclass(frozen=True, kw_only=True)
class AskDelete(ToNewcomer):
    """Is everything to be deleted? `about`: the conversation as it stands. `code`: of the open case that would end.
    `unsays`: the messages of the last 48 hours go from the chats too, hers with ours; in rows of before they stayed.
    `asked`: there is a case, or has been; who has none is not told what becomes of one.

    Somebody else may read this telephone afterwards, so it says what of it stays.
    """

    kind: ClassVar = Notice.ASK_DELETE
    about: Annotated[str, Like((f"{2**53}:{2**53}",))]
    channel: Channel
    code: CaseCode | None = None
    unsays: bool = False
    asked: bool = True

    def said(self, words: Words, facts: Facts) -> Prompt:
        yes, no = (DELETE_ANSWER.code(answer, self.about) for answer in YES_OR_NO)
        return Prompt(self.text(words, facts), _yes_or_no(yes, words("delete_everything"), no, words("no")))

    def text(self, words: Words, facts: Facts) -> str:
        """What a deletion takes and what it cannot take, before it is done."""
        on_telegram = self.channel == Channel.TELEGRAM
        return lines(
            words("delete_sure"),
            words("delete_ends_case", case=shown_code(self.code)) if self.code else "",
            words("erased_kept") if self.asked else "",
            self._in_chat(words) if on_telegram else "",
            self._at_the_adviser(words) if self.asked and (on_telegram or facts.web_words_travel) else "",
        )

    def _in_chat(self, words: Words) -> str:
        if not self.unsays:
            return words("erased_telegram")
        save = words("delete_chat_save") if self.asked else ""
        return lines(words("delete_chat"), save, words("erased_chat_older"))

    def _at_the_adviser(self, words: Words) -> str:
        return words("delete_at_adviser" if self.unsays else "delete_adviser_copy")


@dataclass(frozen=True, kw_only=True)
class NotDeleted(Unsent):
    """Nothing was deleted. Who answered "no" may have meant the word that was asked about for their adviser."""

    kind: ClassVar = Notice.NOT_DELETED

    def said(self, words: Words, facts: Facts) -> Prompt:
        unsent = self.offer(words, facts)
        return Prompt(lines(words("not_deleted"), unsent.text), unsent.rows)


def _yes_or_no(yes: str, label: str, no: str, declined: str) -> Rows:
    """What ends something says so on its button, on a row of its own."""
    return rows_of(Choice(yes, label), Choice(no, declined))


def _and_delete(asked: ToNewcomer, words: Words, told: str) -> Prompt:
    if asked.pressed:
        return Prompt(told)
    return Prompt(lines(told, words("delete_too")), rows_of(Choice(DELETE.code(), words("delete_everything"))))
