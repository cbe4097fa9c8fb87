"""What is said around a coordinator's own words to many: to how many they go, that they have gone, and they themselves.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.roster.told import InWords, ShiftNamed, Spoken
from bot.shifts.phrases import choice, language_in_sentence, language_name, reply_lines, shift_name
from models.announce_dialogue import EVERYBODY, ONE_SHIFT, Step
from models.buttons import ANSWER, LEAVE_DIALOGUE, MORE_ANSWERS
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
class AnnounceAsk(_ToMany):
    """Whom are the reader's words for? Or, once that is known, to how many they go, and how they are written: in answer
    to this message. `may_be_shift`, `shifts`, `languages`: what may be chosen; `next_page`: of further shifts.
    `pressed`: the words have come, or the dialogue was left."""

    kind: ClassVar = Notice.ANNOUNCE_ASK
    dialogue: int
    step: Step
    count: Count = 0
    may_be_shift: bool = False
    shifts: tuple[ShiftNamed, ...] = ()
    languages: tuple[Spoken, ...] = ()
    next_page: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        leave = Choice(LEAVE_DIALOGUE.code(self.dialogue), words("hours_leave"))
        if self.step != Step.WORDS:
            return Prompt(
                words(f"announce_which_{self.step}"), (*self._choices(words, facts), (*self._more(words), leave))
            )
        goes = self.told(words, facts, "announce_words", n=self.count)
        if self.pressed:
            return Prompt(goes)
        to: Plain = words("announce_to_all")
        if self.shift or self.language:
            to = shift_name(words, self.shift, facts) if self.shift else language_in_sentence(words, self.language)
        line = words("announce_line", to=to)
        return Prompt(lines(goes, *reply_lines(words, words("announce_write"), line)), ((leave,),))

    def _choices(self, words: Words, facts: Facts) -> tuple[tuple[Choice, ...], ...]:
        match self.step:
            case Step.TO:
                shift = [self._answer(ONE_SHIFT, words("announce_one_shift"))] if self.may_be_shift else []
                return rows_of(*shift, self._answer(EVERYBODY, words("announce_everybody")))
            case Step.LANGUAGE:
                named = [self._answer(code, language_name(words, code)) for code in self.languages]
                pairs = tuple(tuple(named[at : at + 2]) for at in range(0, len(named), 2))
                return (*rows_of(self._answer(EVERYBODY, words("announce_all_languages"))), *pairs)
            case _:
                codes = [ANSWER.code(self.dialogue, self.step, str(one.shift)) for one in self.shifts]
                return rows_of(*(choice(words, code, one, facts) for code, one in zip(codes, self.shifts, strict=True)))

    def _answer(self, answer: str, label: Plain) -> Choice:
        return Choice(ANSWER.code(self.dialogue, self.step, answer), label)

    def _more(self, words: Words) -> list[Choice]:
        if self.next_page is None:
            return []
        return [Choice(MORE_ANSWERS.code(self.dialogue, self.step, self.next_page), words("more_choices"))]


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
