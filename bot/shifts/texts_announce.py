"""What is said around a coordinator's own words to many: to how many they go, that they have gone, and they themselves.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.roster.told import InWords, ShiftNamed, Spoken
from bot.shifts.phrases import language_in_sentence, shift_name
from models.buttons_shifts import ANNOUNCE, ANNOUNCE_NOT
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Like, Name

Count = Annotated[int, Like((1, 7))]


@dataclass(frozen=True, kw_only=True)
class _ToMany(ToStaff):
    """To those on `shift`, to those who speak `language`, or to everybody."""

    shift: ShiftNamed | None = None
    language: Spoken | str = ""

    def told(self, words: Words, facts: Facts, stem: str, **values: str | int) -> Plain:
        """The sentence of this stem, which names whom it is to."""
        if self.shift:
            return words(f"{stem}_shift", **values, shift=shift_name(words, self.shift, facts))
        if self.language:
            return words(f"{stem}_language", **values, language=language_in_sentence(words, self.language))
        return words(f"{stem}_all", **values)


@dataclass(frozen=True, kw_only=True)
class AnnounceSure(_ToMany):
    """Are these words to go to so many?"""

    kind: ClassVar = Notice.ANNOUNCE_SURE
    count: Count = 0
    in_words: InWords = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        to = self.told(words, facts, "announce_sure", n=self.count)
        yes = Choice(ANNOUNCE.code(), words("announce_send", n=self.count))
        return Prompt(f"{to}\n\n{Foreign(self.in_words)}", rows_of(yes, Choice(ANNOUNCE_NOT.code(), words("no"))))


@dataclass(frozen=True, kw_only=True)
class AnnounceSent(_ToMany):
    """The words are on their way."""

    kind: ClassVar = Notice.ANNOUNCE_SENT
    count: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(self.told(words, facts, "announce_sent", n=self.count))


@dataclass(frozen=True, kw_only=True)
class Announced(_ToMany):
    """A coordinator's own words."""

    kind: ClassVar = Notice.ANNOUNCED
    alias: Name | None = None
    in_words: InWords = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        told = self.told(words, facts, "announced", alias=Foreign(self.alias or "?"))
        return Prompt(lines(told, Foreign(self.in_words)))


@dataclass(frozen=True, kw_only=True)
class AnnounceNot(OneSentence, ToStaff):
    """The words have gone to nobody."""

    kind: ClassVar = Notice.ANNOUNCE_NOT
    sentence: ClassVar = "announce_not"
