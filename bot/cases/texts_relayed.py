"""What staff are told of words that are relayed: a newcomer's, and where their own are.

Owns what these sayings carry; the words themselves stand in the message that the row names. It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.cases.texts import case_buttons, to_desk
from bot.cases.told import LanguageCode
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, part_of, rows_of, shown_code
from models.buttons import SEND_AGAIN, TAKE_BACK
from models.conversation import WITH
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import CaseCode

# Why a newcomer's door is shut, as a volunteer reads it.
SHUT = {"blocked": "state_blocked", "deactivated": "state_deactivated", "shut": "state_shut"}


def mark_label(words: Words, mark: str) -> Plain:
    """How a message came, in words: forwarded, or with something that cannot be shown."""
    if not mark.startswith(WITH):
        return words(f"mark_{mark}")
    key = f"mark_with_{mark.removeprefix(WITH)}"
    return words(key if key in words else "mark_with_other")


def state_label(words: Words, state: str, failure: str) -> Plain:
    """Delivered, not read yet, waiting or failed, in words."""
    if failure == "doubtful":
        return words("state_doubtful")
    if failure in SHUT:
        return words(SHUT[failure])
    return words(f"state_{state or 'waiting'}")


@dataclass(frozen=True, kw_only=True)
class RelayedWords(ToStaff):
    """A newcomer's words in the reader's case, or one part of them. `seq`: their place in the conversation."""

    kind: ClassVar = Notice.WORDS
    case: int
    code: CaseCode
    seq: int = 0
    edited: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        head: str = words("words_edited" if self.edited else "words_from", code=shown_code(self.code))
        if self.part == 0:
            head = lines(head, *(mark_label(words, mark) for mark in facts.marks))
        rows = case_buttons(words, self.case, self.seq) if self.is_last_part and not self.pressed else ()
        return Prompt(f"{head}\n\n{part_of(facts.words, self.part)}", rows)


@dataclass(frozen=True, kw_only=True)
class NewWords(ToStaff):
    """There are new words at the desk: so many messages, up to the place `seq`."""

    kind: ClassVar = Notice.NEW_WORDS
    case: int
    code: CaseCode
    seq: int = 0
    count: int = 1

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words("new_words", self.count, code=shown_code(self.code)), words("new_words_at_desk"))
        return Prompt(text, rows_of(to_desk(words, self.case)))


@dataclass(frozen=True, kw_only=True)
class WordsAtDesk(ToStaff):
    """Words in the reader's case that were relayed nearly two days ago stand here no more, or could not be deleted: the
    desk has them. `seq`: the place of the newest words shown."""

    kind: ClassVar = Notice.WORDS_AT_DESK
    case: int
    code: CaseCode
    seq: int = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        code, left = shown_code(self.code), facts.left_in_chat
        gone = words("words_not_gone", left, code=code) if left else words("words_gone", code=code)
        text = lines(gone, words("words_gone_desk"))
        buttons = () if self.pressed else case_buttons(words, self.case, self.seq)
        return Prompt(text, ((to_desk(words, self.case),), *buttons))


@dataclass(frozen=True, kw_only=True)
class LanguageOfCase(ToStaff):
    """The newcomer of the reader's case reads another language from now on."""

    kind: ClassVar = Notice.LANGUAGE_OF_CASE
    case: int | None = None
    code: CaseCode
    language: LanguageCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        language = words(f"language_{self.language}")
        return Prompt(words("language_of_case", code=shown_code(self.code), language=language))


@dataclass(frozen=True, kw_only=True)
class RelayState(ToStaff):
    """Where the reader's words are: one silent line a case. `message`: theirs."""

    kind: ClassVar = Notice.RELAY_STATE
    code: CaseCode
    message: int

    def said(self, words: Words, facts: Facts) -> Prompt:
        state = state_label(words, facts.state, facts.failure)
        rows = rows_of(Choice(TAKE_BACK.code(self.message), words("take_back"))) if facts.fresh else ()
        return Prompt(words("relay_line", code=shown_code(self.code), state=state), rows)


@dataclass(frozen=True, kw_only=True)
class RelayTrouble(ToStaff):
    """The reader's words cannot arrive, or may not have. `message`: theirs."""

    kind: ClassVar = Notice.RELAY_TROUBLE
    code: CaseCode
    message: int

    def said(self, words: Words, facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if facts.failure == "doubtful":
            again = Choice(SEND_AGAIN.code(self.message), words("send_again"))
            return Prompt(words("relay_doubtful", code=code), rows_of(again))
        state = state_label(words, facts.state, facts.failure)
        if facts.state == "failed" and facts.failure not in SHUT:  # no more is known than that it has not arrived
            return Prompt(words("relay_not_arrived", code=code))
        return Prompt(words("relay_trouble", code=code, state=state))


@dataclass(frozen=True, kw_only=True)
class StaffEdit(OneSentence, ToStaff):
    """What was changed in a message that is long gone is not passed on."""

    kind: ClassVar = Notice.STAFF_EDIT
    sentence: ClassVar = "staff_edit"


@dataclass(frozen=True, kw_only=True)
class StaffUnreadable(ToStaff):
    """A picture or a voice message was not passed on. `text`: nor were the words that came with it."""

    kind: ClassVar = Notice.STAFF_UNREADABLE
    text: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("staff_unreadable_text") if self.text else words("staff_unreadable"))
