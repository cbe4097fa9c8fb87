"""What staff are told of a case that is handed over. What its newcomer reads is in `texts_newcomer.py`.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from bot.cases.phrases import card_line
from bot.cases.texts import Rows
from bot.cases.told import CaseTold
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of, shown_code
from models.buttons_cases import ACCEPT, HAND_BACK, HAND_TO, HAND_TO_SPEAKER, READ_NOTE, REFUSE
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, CaseCode, Like, Name

LanguageSpoken = Annotated[str, Like(("ar", "ti"))]


class OutcomeCode(StrEnum):
    """How a hand-over ended, as `models.handing_over.Outcome`."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    TAKEN_BACK = "taken_back"
    CASE_GONE = "case_gone"
    RECEIVER_GONE = "receiver_gone"


def language_named(words: Words, language: str) -> Plain:
    """What a language that staff speak is called."""
    return words(f"language_{language}")


@dataclass(frozen=True, kw_only=True)
class ReceiverTold(Carried):
    """Somebody to whom a case can be handed over. `present`: they are at work now."""

    person: int
    alias: Name
    present: bool = False


@dataclass(frozen=True, kw_only=True)
class HandOverTo(ToStaff):
    """To whom is the reader's case to be handed over?"""

    kind: ClassVar = Notice.HAND_OVER_TO
    case: int
    code: CaseCode
    people: tuple[ReceiverTold, ...] = ()
    languages: tuple[LanguageSpoken, ...] = ()

    def said(self, words: Words, _facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if not self.people:
            return Prompt(lines(words("hand_over_title", code=code), words("hand_over_nobody")))
        text = lines(words("hand_over_title", code=code), words("hand_over_to"))
        to_people = (
            Choice(HAND_TO.code(self.case, one.person), person_named(words, one.alias, present=one.present))
            for one in self.people
        )
        to_speakers = (
            Choice(HAND_TO_SPEAKER.code(self.case, one), words("hand_to_speaker", language=language_named(words, one)))
            for one in self.languages
        )
        return Prompt(text, rows_of(*to_people, *to_speakers))


def person_named(words: Words, alias: str, *, present: bool) -> Plain:
    """Somebody who can receive a case, and whether they are at work."""
    return words("hand_to_present" if present else "hand_to_absent", alias=Foreign(alias))


@dataclass(frozen=True, kw_only=True)
class HandOverAsk(ToStaff):
    """What does the receiver need to know? The answer to this message is the note, and hands the case over."""

    kind: ClassVar = Notice.HAND_OVER_ASK
    case: int
    code: CaseCode
    person: int | None = None
    alias: Name | None = None
    language: LanguageSpoken | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(lines(self._to(words), words("hand_over_write"), words("hand_over_not_yet")))

    def _to(self, words: Words) -> Plain:
        code = shown_code(self.code)
        if self.language and not self.alias:
            return words("hand_over_ask_speaker", code=code, language=language_named(words, self.language))
        return words("hand_over_ask", code=code, alias=Foreign(self.alias or "?"))


@dataclass(frozen=True, kw_only=True)
class HandOverOffered(CaseTold, ToStaff):
    """`alias` wants to hand the case over to the reader, until `over_at`. `shown`: the note has been asked for, and
    stands here."""

    kind: ClassVar = Notice.HAND_OVER_OFFERED
    hand_over: int
    alias: Name | None = None
    over_at: datetime
    shown: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        code, giver = shown_code(self.code), Foreign(self.alias or "?")
        head = lines(words("hand_over_offered", code=code, alias=giver), card_line(words, self))
        until = words("hand_over_until", when=words.day_and_time(self.over_at, facts.zone, now=facts.now))
        if not self.shown:
            read = Choice(READ_NOTE.code(self.hand_over), words("hand_over_read"))
            return Prompt(lines(head, until, words("hand_over_read_first")), rows_of(read))
        return Prompt(lines(head, until, words("hand_over_note", alias=giver), facts.notes), self._answers(words))

    def _answers(self, words: Words) -> Rows:
        accept = Choice(ACCEPT.code(self.hand_over), words("hand_over_accept"))
        return ((accept, Choice(REFUSE.code(self.hand_over), words("hand_over_refuse"))),)


@dataclass(frozen=True, kw_only=True)
class HandOverWaits(ToStaff):
    """The reader's case is offered to somebody, and is theirs until it is accepted."""

    kind: ClassVar = Notice.HAND_OVER_WAITS
    hand_over: int
    code: CaseCode
    alias: Name | None = None
    language: LanguageSpoken | None = None
    over_at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        when = words.day_and_time(self.over_at, facts.zone, now=facts.now)
        text = lines(self._to(words), words("hand_over_yours_until", when=when))
        back = Choice(HAND_BACK.code(self.hand_over), words("hand_over_back"))
        return Prompt(text, () if self.pressed else rows_of(back))

    def _to(self, words: Words) -> Plain:
        code = shown_code(self.code)
        if self.language and not self.alias:
            return words("hand_over_waits_speaker", code=code, language=language_named(words, self.language))
        return words("hand_over_waits", code=code, alias=Foreign(self.alias or "?"))


@dataclass(frozen=True, kw_only=True)
class HandOverOver(ToStaff):
    """How a hand-over ended: told to its giver, or to who could have accepted it (`to_receiver`)."""

    kind: ClassVar = Notice.HAND_OVER_OVER
    code: CaseCode
    outcome: OutcomeCode
    alias: Name | None = None
    language: LanguageSpoken | None = None
    to_receiver: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if self.to_receiver:
            return Prompt(words("hand_over_is_over", code=code))
        if self.outcome == OutcomeCode.RECEIVER_GONE and self.language and not self.alias:
            return Prompt(words("hand_over_speakers_gone", code=code))
        named = {"alias": Foreign(self.alias)} if self.alias else {}
        key = f"hand_over_{self.outcome}" if named or self.outcome in _UNNAMED else "hand_over_unanswered"
        return Prompt(words(key, code=code, **named))


_UNNAMED = (OutcomeCode.UNANSWERED, OutcomeCode.TAKEN_BACK, OutcomeCode.CASE_GONE)
