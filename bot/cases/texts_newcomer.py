"""What newcomers are told of their case: received, taken, answered, late, closed.

Owns what these sayings carry. What the dialogue asks before a case is in `intake/`, the optional questions about one in
`texts_asked.py`, what staff read in `texts.py`. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.cases.phrases import overdue_lines, promise_lines, visit_line
from bot.cases.told import Promised, PromiseKind
from bot.language.i18n import Foreign, Ltr, Words
from bot.language.parts import Facts, OneSentence, ToNewcomer, codes_end, lines, part_of, shown_code
from models.dialogue import Prompt
from models.notice import Notice
from models.people import Channel
from models.reasons import WhyBack, WhyClosed
from models.saying import CaseCode, Like, Name


@dataclass(frozen=True, kw_only=True)
class Receipt(Promised, ToNewcomer):
    """The question has arrived, under this code. `returning`: it belongs to a case that had been closed."""

    kind: ClassVar = Notice.RECEIPT
    code: CaseCode
    returning: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        trial = words("trial_nobody_reads") if facts.is_trial else ""
        number = lines(words("your_case_number", case=shown_code(self.code)), codes_end(words, facts))
        # Who waits for an answer may rather come by; where nothing is promised, the promise says so already.
        visit = visit_line(words, self.session, facts) if self.promise != PromiseKind.UNKNOWN else ""
        return Prompt(lines(trial, words("thanks_received"), number, promise_lines(words, self, facts), visit))


@dataclass(frozen=True, kw_only=True)
class _PromisedAgain(Promised, ToNewcomer):
    """Something about the case, and when a person answers now."""

    sentence: ClassVar[str]
    code: CaseCode

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(lines(words(self.sentence, case=shown_code(self.code)), promise_lines(words, self, facts)))


@dataclass(frozen=True, kw_only=True)
class Reopened(_PromisedAgain):
    """A closed case waits again, because its newcomer wrote."""

    kind: ClassVar = Notice.REOPENED
    sentence: ClassVar = "case_reopened"
    returning: bool = True


@dataclass(frozen=True, kw_only=True)
class Released(_PromisedAgain):
    """Another adviser will go on: the case waits again. `why`: as a coordinator chose it, if she did."""

    kind: ClassVar = Notice.RELEASED
    sentence: ClassVar = "case_released"
    why: Annotated[str, Like(("", *WhyBack))] = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        because = words(f"because_{self.why}") if self.why else ""
        released = words(self.sentence, case=shown_code(self.code))
        return Prompt(lines(released, because, promise_lines(words, self, facts)))


@dataclass(frozen=True, kw_only=True)
class Late(_PromisedAgain):
    """The promised time has passed, so that minutes are not promised once more."""

    kind: ClassVar = Notice.LATE
    sentence: ClassVar = "case_late"

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(lines(words(self.sentence, case=shown_code(self.code)), overdue_lines(words, self, facts)))


@dataclass(frozen=True, kw_only=True)
class TimeKnown(_PromisedAgain):
    """When a person answers, now that it is known."""

    kind: ClassVar = Notice.TIME_KNOWN
    sentence: ClassVar = "time_known"


@dataclass(frozen=True, kw_only=True)
class PromiseMoved(_PromisedAgain):
    """Those who were to answer at the promised time cannot come; when a person answers now."""

    kind: ClassVar = Notice.PROMISE_MOVED
    sentence: ClassVar = "promise_moved"


@dataclass(frozen=True, kw_only=True)
class Claimed(ToNewcomer):
    """A person has the case. `adviser`: the name they want to be shown by, if any."""

    kind: ClassVar = Notice.CLAIMED
    adviser: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        named = words("adviser_joined_named", name=Foreign(self.adviser)) if self.adviser else ""
        return Prompt(named or words("adviser_joined"))


@dataclass(frozen=True, kw_only=True)
class HandedOver(ToNewcomer):
    """Another person goes on with the case. `adviser`: the name they want to be shown by, if any."""

    kind: ClassVar = Notice.HANDED_OVER
    code: CaseCode
    adviser: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if self.adviser:
            return Prompt(words("handed_over_named", case=code, name=Foreign(self.adviser)))
        return Prompt(words("handed_over", case=code))


@dataclass(frozen=True, kw_only=True)
class Reply(ToNewcomer):
    """A volunteer's words, or one part of them; they stand in the message that the row names."""

    kind: ClassVar = Notice.REPLY
    code: CaseCode = ""
    adviser: Name | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        head = words("reply_from_named", name=Foreign(self.adviser)) if self.adviser else words("reply_from")
        return Prompt(f"{head}\n\n{part_of(facts.words, self.part)}")


@dataclass(frozen=True, kw_only=True)
class ReplyTakenBack(ToNewcomer):
    """An answer was taken back. Said once: further parts of a long one are only gone."""

    kind: ClassVar = Notice.REPLY_TAKEN_BACK

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt("" if self.part else words("reply_taken_back"))


@dataclass(frozen=True, kw_only=True)
class PassedOnSlowly(OneSentence, ToNewcomer):
    """So much was written at once that it goes on bit by bit."""

    kind: ClassVar = Notice.PASSED_ON_SLOWLY
    sentence: ClassVar = "passed_on_slowly"


@dataclass(frozen=True, kw_only=True)
class WordsKept(Promised, ToNewcomer):
    """More words have joined the case that waits: when a person answers now, and the way to the helplines.

    Nothing of the words: a telephone may show it while it is locked. `late`: what was promised before has passed.
    """

    kind: ClassVar = Notice.WORDS_KEPT
    channel: Channel = Channel.TELEGRAM
    late: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        promised = (overdue_lines if self.late else promise_lines)(words, self, facts)
        return Prompt(lines(words("words_kept"), promised, self._helplines(words)))

    def _helplines(self, words: Words) -> str:
        if self.channel == Channel.WEB:
            return words("help_in_chat_menu", help=words("web_menu_help"))
        return words("command_line", command=Ltr("/help"), what=words("command_help"))


@dataclass(frozen=True, kw_only=True)
class TakenUp(ToNewcomer):
    """The adviser who closed the case goes on with it."""

    kind: ClassVar = Notice.TAKEN_UP
    code: CaseCode
    adviser: Name | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if self.adviser:
            return Prompt(words("case_taken_up_named", case=code, name=Foreign(self.adviser)))
        return Prompt(words("case_taken_up", case=code))


@dataclass(frozen=True, kw_only=True)
class Closed(ToNewcomer):
    """The case is closed, and how it is opened again. `why`: as a coordinator chose it, if she did."""

    kind: ClassVar = Notice.CLOSED
    code: CaseCode
    why: Annotated[str, Like(("", *WhyClosed))] = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        because = words(f"because_{self.why}") if self.why else ""
        again = words("case_closed_again", case=shown_code(self.code))
        return Prompt(lines(words("case_closed"), because, again, words("case_closed_after")))


@dataclass(frozen=True, kw_only=True)
class Ended(ToNewcomer):
    """The last day of a case has come. `answered`: somebody had answered in it, or nobody need have."""

    kind: ClassVar = Notice.ENDED
    answered: bool = True

    def said(self, words: Words, facts: Facts) -> Prompt:
        sorry = "" if self.answered else words("case_ended_unanswered")
        return Prompt(lines(words("case_ended", n=facts.retention_days), sorry, words("case_ended_again")))


@dataclass(frozen=True, kw_only=True)
class EditedClosed(ToNewcomer):
    """What was changed in a closed case is read by nobody. `reopens`: a new message opens the case again."""

    kind: ClassVar = Notice.EDITED_CLOSED
    code: CaseCode
    reopens: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        again = words("edited_reopens") if self.reopens else words("edited_anew")
        return Prompt(lines(words("edited_closed", case=shown_code(self.code)), again))
