"""What staff are told of cases: cards, claims, what has become of a case, alarms.

Owns what these sayings carry. Words that are relayed are in `texts_relayed.py`, lines that are held in `texts_held.py`,
what a closing asks in `texts_closing.py`, what newcomers read in `texts_newcomer.py`. It must not load rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from bot.cases.phrases import card_line
from bot.cases.texts_danger import danger_button
from bot.cases.told import CaseTold, CategoryCode, ChannelCode, EarlierTold, LanguageCode
from bot.engine import clock
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, answer_label, lines, rows_of, shown_code
from models.buttons import CLAIM, CLOSE, DESK, RELEASE
from models.buttons_cases import HAND_OVER, NOTES
from models.buttons_duty import CLAIM_ANYWAY
from models.case import CaseStatus
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.reasons import WHY_MOVED
from models.saying import CaseCode, Like, Name

Rows = tuple[tuple[Choice, ...], ...]
Reason = Literal["claimed", "withdrawn"]  # why a card offers its case no more
Why = Literal["", "untaken", "asked"]  # why somebody has a card who had none at first


def waited(words: Words, since: datetime, now: datetime) -> Plain:
    """For how long something has waited: minutes under an hour, then hours."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    return words("minutes_long", n=minutes) if minutes < 60 else words("hours_long", n=minutes // 60)


def case_buttons(words: Words, case: int, seq: int) -> Rows:
    """Close and release; they carry the last message shown."""
    close = Choice(CLOSE.code(case, seq), words("close_case"))
    return ((close, Choice(RELEASE.code(case, seq), words("release_case"))),)


def tool_buttons(words: Words, case: int, notes: int) -> Rows:
    """What else can be done with a case; its notes, where there are some."""
    hand_over = Choice(HAND_OVER.code(case), words("hand_over_button"))
    shown = (Choice(NOTES.code(case), words("notes_button", n=notes)),) if notes else ()
    return (hand_over, *shown), (danger_button(words, case),)


def earlier_line(words: Words, earlier: Sequence[EarlierTold]) -> str:
    """The contacts of before in one line: each its day, its subject, and when it is to come back."""
    if not earlier:
        return ""
    return words("card_earlier", contacts=Plain("; ".join(contact_told(words, one) for one in earlier)))


def contact_told(words: Words, one: EarlierTold) -> Plain:
    """One contact of before. Never a word that was written in it."""
    about = answer_label(words, "category", one.category) if one.category else ""
    again = words("earlier_comes_back", day=words.day(one.follow_up_on)) if one.follow_up_on else ""
    return Plain(", ".join(part for part in (words.day(one.on_day), about, again) if part))


def to_desk(words: Words, case: int) -> Choice:
    """The button that brings a link to the desk."""
    return Choice(DESK.code(case), words("open_desk"))


@dataclass(frozen=True, kw_only=True)
class Offered(CaseTold, ToStaff):
    """A card: a case that waits and may be claimed. `messages`: of its newcomer. `marked`: nobody has its language.
    `why`: nobody with its language has taken it so far, or nobody on shift at all, and the reader is asked outside a
    shift. `earlier`: their newest contacts before. `before`: the reader had them then. `follow_up`: it came back on a
    day that was set, with a note."""

    kind: ClassVar = Notice.OFFERED
    returning: bool = False
    since: datetime
    messages: int = 1
    marked: bool = False
    why: Why = ""
    earlier: tuple[EarlierTold, ...] = ()
    before: bool = False
    follow_up: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        take = CLAIM_ANYWAY if self.why == "asked" else CLAIM
        text = lines(
            words("card_title", code=shown_code(self.code)),
            card_line(words, self),
            words("card_waiting", time=words.day_and_time(self.since, facts.zone, now=facts.now)),
            words("card_messages", n=self.messages) if self.messages > 1 else "",
            words("card_returning") if self.returning else "",
            words("card_before") if self.before else "",
            earlier_line(words, self.earlier),
            words("card_no_speaker") if self.marked and self.why != "untaken" else "",
            words(f"card_{self.why}") if self.why else "",
            words("card_follow_up") if self.follow_up else "",
            words("follow_up_note", note=Foreign(facts.noted)) if facts.noted else "",
        )
        return Prompt(text, rows_of(Choice(take.code(self.case), words("claim_case"))))


@dataclass(frozen=True, kw_only=True)
class Taken(ToStaff):
    """What a card says once its case is no more to be had: by whom and when it was claimed, or that it was closed."""

    kind: ClassVar = Notice.TAKEN
    code: CaseCode
    reason: Reason = "claimed"
    alias: Name | None = None
    at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        code = shown_code(self.code)
        if self.reason == "withdrawn":
            return Prompt(words("card_gone", code=code))
        at = words.time(self.at.astimezone(facts.zone))
        return Prompt(words("card_taken", code=code, alias=Foreign(self.alias or "?"), time=at))


@dataclass(frozen=True, kw_only=True)
class ClaimedByYou(CaseTold, ToStaff):
    """The reader has claimed the case. `seq`: the place of its newest words; `notes`: so many were noted in it."""

    kind: ClassVar = Notice.CLAIMED_BY_YOU
    seq: int
    notes: int = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(
            words("claimed_by_you", code=shown_code(self.code)), card_line(words, self), words("reply_goes_there")
        )
        buttons = (
            *case_buttons(words, self.case, self.seq),
            *tool_buttons(words, self.case, self.notes),
        )
        return Prompt(text, () if self.pressed else buttons)


@dataclass(frozen=True, kw_only=True)
class MyCases(ToStaff):
    """One of the reader's cases, and since when it owes an answer; or that there is none, where `case` is missing.

    `seq`: the place of the newest words shown; `notes`: so many were noted in it.
    """

    kind: ClassVar = Notice.MY_CASES
    case: int | None = None
    code: CaseCode = ""
    language: LanguageCode | None = None
    channel: ChannelCode | None = None
    category: CategoryCode | None = None
    since: datetime | None = None
    seq: int = 0
    notes: int = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.case is None:
            return Prompt(words("no_cases"))
        waits = words("case_waits", how_long=waited(words, self.since, facts.now)) if self.since else ""
        head = words("my_case", code=shown_code(self.code))
        text = lines(head, card_line(words, self), waits or words("case_answered"))
        acts = (
            *case_buttons(words, self.case, self.seq),
            *tool_buttons(words, self.case, self.notes),
        )
        buttons = () if self.pressed else acts
        return Prompt(text, ((to_desk(words, self.case),), *buttons))


@dataclass(frozen=True, kw_only=True)
class ShiftStarts(ToStaff):
    """The reader's shift has begun, until `ends_at`; so many wait, the oldest for so many hours."""

    kind: ClassVar = Notice.SHIFT_STARTS
    count: int = 0
    hours: int = 0
    ends_at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        ends_at = self.ends_at.astimezone(facts.zone)
        if ends_at.date() == facts.now.astimezone(facts.zone).date():
            started = words("shift_started", time=words.time(ends_at))
        else:
            until = words.day_and_time(self.ends_at, facts.zone, now=facts.now)
            started = words("shift_started_until", when=until)
        waiting = words("shift_waiting", n=self.count) if self.count else words("shift_nobody_waits")
        oldest = words("shift_oldest", how_long=words("hours_long", n=self.hours)) if self.count else ""
        return Prompt(lines(started, waiting, oldest))


@dataclass(frozen=True, kw_only=True)
class _OfCase(ToStaff):
    """One sentence about a case."""

    sentence: ClassVar[str]
    code: CaseCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words(self.sentence, code=shown_code(self.code)))


@dataclass(frozen=True, kw_only=True)
class ClosedByYou(_OfCase):
    """The reader has closed the case."""

    kind: ClassVar = Notice.CLOSED_BY_YOU
    sentence: ClassVar = "closed_by_you"
    case: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReleasedByYou(_OfCase):
    """The reader has put the case back in the queue."""

    kind: ClassVar = Notice.RELEASED_BY_YOU
    sentence: ClassVar = "released_by_you"


@dataclass(frozen=True, kw_only=True)
class CaseWithdrawn(_OfCase):
    """The newcomer has closed the case that the reader had."""

    kind: ClassVar = Notice.CASE_WITHDRAWN
    sentence: ClassVar = "case_withdrawn"


@dataclass(frozen=True, kw_only=True)
class CaseTakenBack(_OfCase):
    """The reader has the case no more, at a coordinator's word; `why`, if she chose a reason."""

    kind: ClassVar = Notice.CASE_TAKEN_BACK
    sentence: ClassVar = "case_taken_back"
    why: Annotated[str, Like(WHY_MOVED)] = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        told = words(self.sentence, code=shown_code(self.code))
        return Prompt(lines(told, words("case_moved_because", why=words(f"why_{self.why}")) if self.why else ""))


@dataclass(frozen=True, kw_only=True)
class CaseEnded(ToStaff):
    """The last day of the case that the reader had has come: it is closed and its words are deleted."""

    kind: ClassVar = Notice.CASE_ENDED
    code: CaseCode

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(words("case_ended_by_time", n=facts.retention_days, code=shown_code(self.code)))


@dataclass(frozen=True, kw_only=True)
class LastDayNear(ToStaff):
    """An open case will be closed and its words deleted on a day, unless somebody writes. `state`: of the case."""

    kind: ClassVar = Notice.LAST_DAY_NEAR
    code: CaseCode
    since: datetime
    on_day: date
    state: CaseStatus = CaseStatus.CLAIMED

    def said(self, words: Words, facts: Facts) -> Prompt:
        key = "last_day_unclaimed" if self.state == CaseStatus.QUEUED else "last_day_claimed"
        quiet_since = words.day(clock.office_day(self.since, facts.zone))
        ends = words("last_day_near", day=words.day(self.on_day))
        return Prompt(lines(words(key, code=shown_code(self.code), day=quiet_since), ends))


@dataclass(frozen=True, kw_only=True)
class CoordinatorLate(ToStaff):
    """A case has waited for longer than was promised: unclaimed, or without an answer. `state`: of the case."""

    kind: ClassVar = Notice.COORDINATOR_LATE
    code: CaseCode
    since: datetime
    state: CaseStatus = CaseStatus.CLAIMED

    def said(self, words: Words, facts: Facts) -> Prompt:
        key = "coordinator_unclaimed" if self.state == CaseStatus.QUEUED else "coordinator_unanswered"
        return Prompt(words(key, code=shown_code(self.code), how_long=waited(words, self.since, facts.now)))
