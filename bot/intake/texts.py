"""What newcomers are answered, whatever they are doing: status, help, privacy, what was not understood.

Owns what these sayings carry. Rendered when it is sent, so that a change of language counts for what is still waiting.
What the dialogue asks is in `texts_dialogue.py`, what ends something in `texts_ending.py`, what is said of a case in
`cases/texts_newcomer.py`, of sessions in `hours/texts.py`. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from bot.cases.phrases import other_ways, overdue_lines, promise_lines
from bot.cases.texts_newcomer import Ended
from bot.cases.told import Promised, PromiseKind
from bot.hours.texts import sessions_text
from bot.hours.told import HoursTold, SessionTold
from bot.language.commands import HARMLESS
from bot.language.i18n import Foreign, Ltr, Words
from bot.language.often_asked import often_asked_text
from bot.language.parts import (
    Facts,
    OneSentence,
    ToNewcomer,
    codes_end,
    help_text,
    lines,
    privacy_text,
    rows_of,
    shown_code,
    withdraw_line,
)
from bot.language.typed import shown
from models.buttons import UNSENT
from models.case import CaseStatus
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.people import Channel
from models.saying import CaseCode, Like

VOICES = frozenset({"voice", "video_note"})
# What cannot be a letter, so that nobody is asked whether it is one. By the names that channels give.
NO_LETTERS = frozenset(
    {"animation", "audio", "sticker", "venue", "location", "contact", "poll", "dice", "story", "game", "checklist"}
)


@dataclass(frozen=True, kw_only=True)
class Status(Promised, ToNewcomer):
    """How the newest case stands, and when a person answers; "none" where there is none.

    Of a claimed case, `answered_at` is when its newest answer came; one that owes an answer has `answer_by` instead,
    after which that is late. `reopens`: a closed one is opened again by a new message. "ended": its last day has
    passed; `answered`: somebody had answered in it, or nobody need have. `late`: what was promised before has passed.
    """

    kind: ClassVar = Notice.STATUS
    state: CaseStatus | Literal["none", "ended"]
    code: CaseCode | None = None
    answered: bool = True
    answered_at: datetime | None = None
    answer_by: datetime | None = None
    reopens: bool | None = None
    late: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.state == "ended":
            return Ended(answered=self.answered).said(words, facts)
        if self.state == "none" or self.code is None:
            return Prompt(lines(words("status_none"), codes_end(words, facts), words("write_question")))
        number = words("your_case_number", case=shown_code(self.code))
        match self.state:
            case CaseStatus.QUEUED:
                waits = "" if self.promise == PromiseKind.QUEUE else words("status_queued")  # the place says it too
                promised = (overdue_lines if self.late else promise_lines)(words, self, facts)
                return Prompt(lines(number, waits, promised))
            case CaseStatus.CLAIMED:
                return Prompt(lines(number, words("status_claimed"), self._when_answered(words, facts)))
            case _ if self.reopens:
                return Prompt(lines(words("case_closed"), words("case_closed_again", case=shown_code(self.code))))
            case _ if self.reopens is not None:
                return Prompt(lines(number, words("case_closed"), words("ask_anew")))
            case _:
                return Prompt(lines(number, words("case_closed")))

    def _when_answered(self, words: Words, facts: Facts) -> str:
        if self.answered_at is not None:
            return words("status_answered", when=words.day_and_time(self.answered_at, facts.zone, now=facts.now))
        if self.answer_by is None:
            return ""
        late = self.answer_by <= facts.now
        when = words.day_and_time(self.answer_by, facts.zone, now=facts.now)
        return words("status_answer_late" if late else "status_answer_by", when=when)


@dataclass(frozen=True, kw_only=True)
class NoConsent(HoursTold, ToNewcomer):
    """Without consent nothing was kept; how else to come by. `channel`: where that is all there is; a page of the web,
    and a row of before, has none."""

    kind: ClassVar = Notice.NO_CONSENT
    channel: Annotated[Channel | None, Like((Channel.TELEGRAM,))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        told = words("no_consent"), _without_writing(words, self, facts)
        return Prompt(lines(*told, *(self._from_here(words) if self.channel == Channel.TELEGRAM else ())))

    def _from_here(self, words: Words) -> tuple[str, str]:
        """What a page has links for: the helplines, and how to say yes after all."""
        helplines = words("command_line", command=Ltr("/help"), what=words("command_help"))
        return helplines, words("no_consent_again", command=Ltr("/start"))


@dataclass(frozen=True, kw_only=True)
class NotAgreedAnew(HoursTold, ToNewcomer):
    """Who had agreed to an older statement and not to today's: nothing new was kept; how else to come by."""

    kind: ClassVar = Notice.NOT_AGREED_ANEW
    channel: Channel = Channel.TELEGRAM

    def said(self, words: Words, facts: Facts) -> Prompt:
        kept = lines(words("not_agreed_anew"), withdraw_line(words, channel=self.channel))
        return Prompt(lines(kept, words("other_help"), _without_writing(words, self, facts)))


def _without_writing(words: Words, hours: HoursTold, facts: Facts) -> str:
    """How to be helped by who does not want that we keep what they write."""
    contact = words("contact_line", contact=Ltr(facts.contact)) if facts.contact else ""
    return lines(sessions_text(words, hours, facts), contact)


@dataclass(frozen=True, kw_only=True)
class Help(ToNewcomer):
    """The card with every helpline."""

    kind: ClassVar = Notice.HELP

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(help_text(words))


@dataclass(frozen=True, kw_only=True)
class Privacy(ToNewcomer):
    """How data is handled, in full, as it is on this `channel`."""

    kind: ClassVar = Notice.PRIVACY
    channel: Channel = Channel.TELEGRAM

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(privacy_text(words, facts, channel=self.channel))


@dataclass(frozen=True, kw_only=True)
class OftenAsked(ToNewcomer):
    """What newcomers often ask of the service itself, and the answers."""

    kind: ClassVar = Notice.OFTEN_ASKED
    channel: Channel = Channel.TELEGRAM

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(often_asked_text(words, facts, channel=self.channel))


@dataclass(frozen=True, kw_only=True)
class CannotRead(ToNewcomer):
    """A picture, a voice message (`what`) cannot be passed on. `text`: the words that came with it were kept."""

    kind: ClassVar = Notice.UNREADABLE
    what: str = ""
    text: bool = False
    session: SessionTold | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        kept = words("caption_received") if self.text else ""
        ways = other_ways(words, self.session, facts)
        if self.what in VOICES:
            return Prompt(lines(words("voice_not_heard"), kept, ways))
        letter = "" if self.what in NO_LETTERS else words("write_first_lines")
        return Prompt(lines(words("file_not_accepted"), kept, letter, ways))


@dataclass(frozen=True, kw_only=True)
class Unsent(ToNewcomer):
    """Something about words that were sent to nobody. `unsent`: names them; they stay sealed in the `conversation`."""

    unsent: Annotated[str, Like(("0123456789abcdef",))] = ""
    conversation: int | None = None
    channel: Channel | None = None

    def offer(self, words: Words, facts: Facts) -> Prompt:
        """What was typed, and the button that sends it; nothing once it has been sent."""
        if not facts.unsent or not self.unsent:
            return Prompt("")
        send = Choice(UNSENT.code(self.unsent), words("send"))
        return Prompt(words("not_sent", text=Foreign(shown(facts.unsent))), rows_of(send))


@dataclass(frozen=True, kw_only=True)
class UnknownCommand(Unsent):
    """What was typed is named and can be sent all the same. What ends something is named by its place in the menu."""

    kind: ClassVar = Notice.UNKNOWN_COMMAND

    def said(self, words: Words, facts: Facts) -> Prompt:
        listed = (words("command_line", command=Ltr(f"/{name}"), what=words(f"command_{name}")) for name in HARMLESS)
        if self.channel == Channel.WEB:
            ends = words("ends_in_chat_menu", stop=words("web_menu_stop"), delete=words("web_menu_delete"))
        else:
            ends = words("ends_in_bot_menu", stop=words("command_stop"), delete=words("command_delete"))
        unsent = self.offer(words, facts)
        return Prompt(lines(unsent.text, words("unknown_command"), *listed, ends), unsent.rows)


@dataclass(frozen=True, kw_only=True)
class UnsentTaken(OneSentence, ToNewcomer):
    """What waited has been sent."""

    kind: ClassVar = Notice.UNSENT_TAKEN
    sentence: ClassVar = "unsent_taken"
