"""The parts that notices are made of: lines, codes, times, the statement, the helplines, refusals.

Owns Spoken, what a person reads, and Facts, what it may need beyond what it carries. It must not know which notice it
is part of, nor load rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import ClassVar, TypeVar
from zoneinfo import ZoneInfo

from bot.language import helplines
from bot.language.commands import COMMANDS
from bot.language.helplines import CHILDREN, EMERGENCY, HELPLINES
from bot.language.i18n import Catalogues, Foreign, Ltr, Plain, Words, suggest_language
from bot.language.textshape import PART_UNITS, split_text, with_numbers_isolated
from models.button import Button, NotAButton
from models.buttons import LANGUAGE
from models.case import spoken_code
from models.dialogue import Choice, Prompt
from models.intake import PREFER_NOT_SAY
from models.people import AUTONYMS, Channel, Language
from models.saying import Saying

# Answers' labels whose catalogue key is not "column_code".
LABELS = {
    "first_visit_yes": "yes", "first_visit_no": "no", "gender_woman": "woman", "gender_man": "man",
    "situation_other": "other", "situation_permit": "residence_permit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a saying may need beyond what it carries. `words`: the relayed text, opened; `marks`: how it came, as codes.

    `state`: a relayed row's state; `fresh`: said so lately that it may be taken back. `left_in_chat`: so many messages
    stand in the reader's chat although they were to be deleted. `bot_name`: in Telegram, where it is known.
    `has_migrated`: what the reader has said of themself, if they have.
    """

    zone: ZoneInfo
    now: datetime
    catalogues: Catalogues
    public_url: str = ""
    controller: str = ""
    contact: str = ""
    coordinator_contact: str = ""
    retention_days: int = 30
    is_trial: bool = False
    web_words_travel: bool = False
    words: str = ""
    marks: tuple[str, ...] = ()
    waiting_words: str = ""
    held_lines: str = ""
    notes: str = ""
    unsent: str = ""
    secret: str = ""
    state: str = ""
    fresh: str = ""
    failure: str = ""
    left_in_chat: int = 0
    bot_name: str = ""
    has_telegram: bool = False
    has_migrated: bool | None = None
    noted: str = ""


V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Spoken(Saying):
    """A saying that a person reads."""

    def said(self, words: Words, facts: Facts) -> Prompt:
        """What they read, in the language of `words`."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class OneSentence(Spoken):
    """A saying that is one sentence, always the same: `sentence` is its key."""

    sentence: ClassVar[str]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words(self.sentence))


@dataclass(frozen=True, kw_only=True)
class ToNewcomer(Spoken):
    """A saying that newcomers read, in any of the five languages. `language`: the one, while they have chosen none."""

    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class ToStaff(Spoken):
    """A saying that volunteers and coordinators read, in Swedish or English."""


def lines(*texts: str) -> str:
    """One thought per line; empty ones are left out."""
    return "\n".join(text for text in texts if text)


def shown_code(code: str) -> Ltr:
    """A case code as it is shown: 472 913 5."""
    return Ltr(spoken_code(code))


def codes_end(words: Words, facts: Facts) -> Plain:
    """For how long a case code may be good: said with each new one, and in answer to one that is not."""
    return words("codes_end", n=facts.retention_days)


def rows_of(*choices: Choice) -> tuple[tuple[Choice, ...], ...]:
    """One choice a row."""
    return tuple((choice,) for choice in choices)


def ticked(label: str) -> Plain:
    """What has been chosen, on its button or in place of the buttons."""
    return Plain(f"✓ {label}")


def pressed(saying: Saying, button: Button[..., V]) -> V | None:
    """What has been pressed of these buttons under a message; None while it still asks."""
    try:
        return button.read(saying.pressed)
    except NotAButton:
        return None


def language_choices(hint: str | None = None) -> tuple[tuple[Choice, ...], ...]:
    """The five languages by their own names, the likely one on top."""
    first = suggest_language(hint)
    order = sorted(Language, key=lambda language: language != first)
    return rows_of(*(Choice(LANGUAGE.code(language), AUTONYMS[language]) for language in order))


def danger_line(words: Words) -> Plain:
    """What to do when somebody's life is in danger."""
    return words(EMERGENCY.for_whom.what, number=Ltr(EMERGENCY.number.what))


def help_text(words: Words) -> str:
    """The card with every helpline. Static: it can be said with no database, before consent, in any state."""
    return lines(
        helplines.said(words, EMERGENCY),
        words("not_alone"),
        *(helplines.said(words, line) for line in HELPLINES),
        words("line_delete_trace"),
    )


def young_lines(words: Words) -> str:
    """What somebody who is not grown up needs to know: what is not made of it, who may write, who else is there."""
    return lines(words("young_no_profile"), who_else_is_there(words))


def who_else_is_there(words: Words) -> str:
    """Whom somebody who is not grown up may turn to: an adult they trust, the children's helpline."""
    return lines(words("under_13"), helplines.said(words, CHILDREN))


def statement(words: Words, facts: Facts, *, channel: str) -> str:
    """What a newcomer is told before the first question."""
    on_telegram = channel == Channel.TELEGRAM
    safer = Ltr(f"{facts.public_url}/{words.language}/chat")
    return lines(
        words("trial_nobody_reads") if facts.is_trial else "",
        words("welcome"),
        words("statement_free"),
        words("confidential_means"),
        words("not_authority"),
        words("not_lawyer"),
        danger_line(words),
        words("telegram_not_secret", address=safer) if on_telegram else "",
        words("web_words_travel") if facts.web_words_travel and not on_telegram else "",
    )


def consent_part(words: Words, facts: Facts, *, channel: str) -> str:
    """What a newcomer agrees to, above the question whether they do: at most 90 words with it."""
    where = Ltr("/privacy") if channel == Channel.TELEGRAM else words("web_menu_privacy")
    return lines(consent_told(words, facts), words("consent_more", where=where))


def consent_told(words: Words, facts: Facts) -> str:
    """What is kept and what for, who is responsible, who reads it, how long, and the rights."""
    return lines(
        words("consent_intro"),
        _controller(words, facts),
        words("consent_who_reads"),
        words("retention", n=facts.retention_days),
        words("consent_rights"),
    )


def withdraw_line(words: Words, *, channel: str) -> Plain:
    """Where everything can be deleted. An entry of a menu is named, never a command: a tap on one would send it."""
    if channel == Channel.TELEGRAM:
        return words("consent_withdraw_telegram", entry=words(f"command_{COMMANDS[-1]}"))
    return words("consent_withdraw_web", entry=words("web_menu_delete"))


def secret_text(words: Words, code: str, secret: str) -> str:
    """The two numbers to write down."""
    return lines(
        words("your_case_number", case=Ltr(spoken_code(code))),
        words("secret_write_down", secret=Ltr(f"{secret[:4]} {secret[4:]}")),
        words("secret_nobody_asks"),
    )


def answer_label(words: Words, column: str, code: str) -> Plain:
    """What an answer's button says."""
    if code == PREFER_NOT_SAY:
        return words("prefer_not_say")
    if column == "category":
        return words("other" if code == "other" else f"cat_{code}")
    if column == "situation" and code in words:
        return words(code)
    key = f"{column}_{code}"
    return words(LABELS.get(key, key))


def part_of(text: str, part: int) -> str:
    """This part of a long text, counted from 0."""
    parts = split_text(text, PART_UNITS)
    return with_numbers_isolated(parts[min(part, len(parts) - 1)])


def privacy_text(words: Words, facts: Facts, *, channel: str) -> str:
    """How data is handled, in full."""
    on_telegram = channel == Channel.TELEGRAM
    return lines(
        words("privacy_notice"),
        words("consent_intro"),
        words("privacy_basis"),
        words("privacy_who_reads"),
        words("privacy_notes"),
        words("web_words_travel") if facts.web_words_travel and not on_telegram else "",
        words("privacy_never_asked"),
        words("retention", n=facts.retention_days),
        "" if on_telegram else words("privacy_unsent"),
        words("privacy_kept"),
        withdraw_line(words, channel=channel),
        words("privacy_telegram") if on_telegram else "",
        young_lines(words),
        words("privacy_rights"),
        _controller(words, facts),
        words("contact_line", contact=Ltr(facts.contact)) if facts.contact else "",
        words("complaint_imy"),
        words("no_bankid"),
    )


def _controller(words: Words, facts: Facts) -> str:
    return words("controller_line", controller=Ltr(facts.controller)) if facts.controller else ""


def refusal_text(words: Words, code: str, values: Mapping[str, object], zone: tzinfo) -> Plain:
    """A refusal in words; its values are codes of cases, names, instants (`at`), numbers."""
    return words(code, **{name: _refusal_value(words, name, value, zone) for name, value in values.items()})


def _refusal_value(words: Words, name: str, value: object, zone: tzinfo) -> str | int:
    match name:
        case "code":
            return Ltr(spoken_code(str(value)))
        case "alias":
            return Foreign(str(value))
        case "at":
            return words.time(datetime.fromisoformat(str(value)).astimezone(zone))
        case _:
            return value if isinstance(value, int) else Ltr(str(value))
