"""What a newcomer is asked: the language, the consent, what becomes of words that wait, the question.

Owns what these sayings carry. The optional questions are in `cases/texts_asked.py`. It must not load rows, nor decide
which question is next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Ltr, Words
from bot.language.parts import (
    Facts,
    OneSentence,
    ToNewcomer,
    consent_part,
    language_choices,
    lines,
    pressed,
    rows_of,
    statement,
    ticked,
)
from bot.language.textshape import LONGEST_MESSAGE, utf16_length, with_numbers_isolated
from models.buttons import CONSENT, HELD, LANGUAGE
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.people import AUTONYMS, Channel, Language

ASKED_ANEW = "asked_anew"  # in place of a button's code: the question stands once more, further down


@dataclass(frozen=True, kw_only=True)
class AskLanguage(ToNewcomer):
    """Which language? Asked in all of them. `waiting`: words have been written already, which wait for a consent."""

    kind: ClassVar = Notice.ASK_LANGUAGE
    waiting: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        trial = words("trial_nobody_reads") if facts.is_trial else ""
        if chosen := pressed(self, LANGUAGE):
            return Prompt(lines(trial, ticked(AUTONYMS[Language(chosen.language)])))
        asked = lines(*(facts.catalogues.newcomers[language]("choose_language") for language in Language))
        waits = lines(words("words_wait_language"), *_help_meanwhile(words)) if self.waiting else ""
        return Prompt(lines(trial, waits, asked), language_choices(words.language))


def _help_meanwhile(words: Words) -> Iterator[str]:
    """Where there is help for whoever does not want to say yes, or cannot wait: nothing of it needs a consent."""
    yield words("other_help")
    for name in ("help", "hours"):
        yield words("command_line", command=Ltr(f"/{name}"), what=words(f"command_{name}"))


@dataclass(frozen=True, kw_only=True)
class LanguageChanged(OneSentence, ToNewcomer):
    """The language has been changed, and nothing else is asked."""

    kind: ClassVar = Notice.LANGUAGE_CHANGED
    sentence: ClassVar = "language_changed"


@dataclass(frozen=True, kw_only=True)
class Statement(ToNewcomer):
    """Who we are and what we are not, as it is on this `channel`; the question of consent follows."""

    kind: ClassVar = Notice.STATEMENT
    channel: Channel = Channel.TELEGRAM

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(statement(words, facts, channel=self.channel))


@dataclass(frozen=True, kw_only=True)
class AskConsent(ToNewcomer):
    """What is kept, by whom, what for and how long; and whether that is all right.

    `alone`: as a message of its own. In the rows of before, the statement stood above it. `waiting`: words have been
    written already, which wait for the answer.
    """

    kind: ClassVar = Notice.ASK_CONSENT
    channel: Channel = Channel.TELEGRAM
    alone: bool = False
    waiting: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        above = "" if self.alone else statement(words, facts, channel=self.channel)
        waits = words("words_wait_consent") if self.waiting and not self.pressed else ""
        return _consent(self, words, lines(above, waits, consent_part(words, facts, channel=self.channel)))


@dataclass(frozen=True, kw_only=True)
class AskConsentFirst(ToNewcomer):
    """What has been written waits until the consent is given."""

    kind: ClassVar = Notice.ASK_CONSENT_FIRST

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.pressed == ASKED_ANEW:
            return Prompt(words("asked_further_down"))
        return _consent(self, words, "" if self.pressed else words("words_held"))


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(ToNewcomer):
    """What was agreed to has changed since, so that a new question waits until today's has been agreed to."""

    kind: ClassVar = Notice.CONSENT_CHANGED

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(lines("" if self.pressed else words("words_held"), words("consent_changed")))


def _consent(asked: ToNewcomer, words: Words, told: str) -> Prompt:
    if asked.pressed == ASKED_ANEW:
        return Prompt(told)
    if given := pressed(asked, CONSENT):
        answered = words("consent_no" if given.answer == "no" else "consent_yes")
        return Prompt(lines(told, words("consent_ask"), ticked(answered)))
    yes, no = Choice(CONSENT.code("yes"), words("consent_yes")), Choice(CONSENT.code("no"), words("consent_no"))
    return Prompt(lines(told, words("consent_ask")), rows_of(yes, no))


@dataclass(frozen=True, kw_only=True)
class AskWaitingWords(ToNewcomer):
    """What was written before the consent, and whether it is to be sent; it stays sealed in the `conversation`."""

    kind: ClassVar = Notice.ASK_OFFER_HELD
    conversation: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if given := pressed(self, HELD):
            return _held_answered(words, facts, is_sent=given.answer == "send")
        if not facts.waiting_words:
            return question(words)
        text = lines(words("you_wrote"), with_numbers_isolated(facts.waiting_words), words("send_it"))
        return Prompt(text, ((Choice(HELD.code("send"), words("send")), Choice(HELD.code("drop"), words("no"))),))


def _held_answered(words: Words, facts: Facts, *, is_sent: bool) -> Prompt:
    """A long letter went out in several messages, of which this is the last: it says only what became of them."""
    if not is_sent:
        return Prompt(words("held_dropped"))
    whole = lines(words("you_wrote"), with_numbers_isolated(facts.words), words("held_sent"))
    return Prompt(whole if facts.words and utf16_length(whole) <= LONGEST_MESSAGE else words("held_sent"))


@dataclass(frozen=True, kw_only=True)
class AskQuestion(ToNewcomer):
    """Write your question."""

    kind: ClassVar = Notice.ASK_QUESTION

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return question(words)


def question(words: Words) -> Prompt:
    """The question itself, and what is not to be written."""
    return Prompt(lines(words("write_question"), words("no_id_please")))
