"""What staff are told of being at work: on duty and off, what waits, what nobody takes, what a shift leaves open.

Owns what these sayings carry. Who is missing on a shift is told in `bot/shifts/texts_presence.py`. It must not load
rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from bot.cases.phrases import card_line
from bot.cases.texts import waited
from bot.cases.told import CaseTold, CategoryCode, ChannelCode, LanguageCode
from bot.language import dates
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of, shown_code
from models.buttons import CLAIM, RELEASE
from models.buttons_cases import KEEP
from models.buttons_duty import CLAIM_ANYWAY, GIVE_CASE, HERE_FOR, OFF_DUTY, QUEUE, WHO_IS_HERE
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, CaseCode, Like, Name

HOURS: tuple[Literal["1", "2", "3"], ...] = ("1", "2", "3")
KEPT: tuple[Literal["2h", "noon"], ...] = ("2h", "noon")
Count = Annotated[int, Like((0, 1, 3))]


@dataclass(frozen=True, kw_only=True)
class OnDuty(ToStaff):
    """The reader is on duty, until `ends_at`. `begins_at`: from then on, if their shift has not begun. `count`: so many
    wait."""

    kind: ClassVar = Notice.ON_DUTY
    ends_at: datetime
    begins_at: datetime | None = None
    count: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        until = words.until(self.ends_at, facts.zone, begins=facts.now, now=facts.now)
        begins = words.time(self.begins_at.astimezone(facts.zone)) if self.begins_at else None
        told = words("on_duty_from", begins=begins, until=until) if begins else words("on_duty", until=until)
        waiting = words("shift_waiting", n=self.count) if self.count else words("shift_nobody_waits")
        queue = [Choice(QUEUE.code(0), words("queue_show"))] if self.count else []
        return Prompt(lines(told, waiting), rows_of(*queue, Choice(OFF_DUTY.code(), words("off_duty_button"))))


@dataclass(frozen=True, kw_only=True)
class OnDutyAsk(ToStaff):
    """The reader has no shift now: for how long are they there?"""

    kind: ClassVar = Notice.ON_DUTY_ASK

    def said(self, words: Words, _facts: Facts) -> Prompt:
        hours = tuple(Choice(HERE_FOR.code(n), words("hours_long", n=int(n))) for n in HOURS)
        return Prompt(words("on_duty_ask"), (hours,))


@dataclass(frozen=True, kw_only=True)
class OffDuty(ToStaff):
    """The reader is off duty. `was`: they were on duty, or expected. `owing`: cases of theirs that owe an answer."""

    kind: ClassVar = Notice.OFF_DUTY
    was: bool = True
    owing: Count = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        owing = words("off_duty_owing", n=self.owing) if self.owing else ""
        return Prompt(lines(words("off_duty" if self.was else "off_duty_already"), owing))


@dataclass(frozen=True, kw_only=True)
class CaseWaits(Carried):
    """A case in the list of what waits."""

    case: int
    code: CaseCode
    language: LanguageCode
    channel: ChannelCode | None = None
    category: CategoryCode | None = None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class QueueShown(ToStaff):
    """What waits, in the order in which it is to be answered. `count`: in all; `first`: the place of the first shown.
    `missing`: so many are on shift and give no sign. `is_off`: the reader is not on duty, so that a press takes a case
    outside a shift. `next_page`: of further ones."""

    kind: ClassVar = Notice.QUEUE_SHOWN
    cases: tuple[CaseWaits, ...] = ()
    count: Count = 0
    first: Annotated[int, Like((1, 7))] = 1
    missing: Count = 0
    is_off: bool = False
    next_page: Annotated[int | None, Like((1, None))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        missing = words("queue_missing", n=self.missing) if self.missing else ""
        if not self.cases:
            return Prompt(lines(words("shift_nobody_waits"), missing))
        listed = [self._line(words, place, one, facts) for place, one in enumerate(self.cases, self.first)]
        take = CLAIM_ANYWAY if self.is_off else CLAIM
        buttons = [Choice(take.code(one.case), words("queue_claim", case=shown_code(one.code))) for one in self.cases]
        if self.next_page is not None:
            buttons.append(Choice(QUEUE.code(self.next_page), words("more_choices")))
        off = words("queue_off_duty") if self.is_off else ""
        return Prompt(lines(words("shift_waiting", n=self.count), *listed, missing, off), rows_of(*buttons))

    def _line(self, words: Words, place: int, one: CaseWaits, facts: Facts) -> Plain:
        how_long = waited(words, one.since, facts.now)
        code, about = shown_code(one.code), card_line(words, one)
        return words("queue_line", place=place, case=code, about=about, how_long=how_long)


@dataclass(frozen=True, kw_only=True)
class StillWaits(ToStaff):
    """The reader has a card of this case, and still nobody has taken it."""

    kind: ClassVar = Notice.STILL_WAITS
    code: CaseCode
    since: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        how_long = waited(words, self.since, facts.now)
        queue = Choice(QUEUE.code(0), words("queue_show"))
        return Prompt(words("still_waits", case=shown_code(self.code), how_long=how_long), rows_of(queue))


@dataclass(frozen=True, kw_only=True)
class NobodyTakes(CaseTold, ToStaff):
    """Nobody has taken the case since `since`. `names`: of those who are there. `promised_by`: what its newcomer was
    promised, if that is over too. For coordinators."""

    kind: ClassVar = Notice.NOBODY_TAKES
    since: datetime
    names: tuple[Name, ...] = ()
    promised_by: datetime | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        promised = words.day_and_time(self.promised_by, facts.zone, now=facts.now) if self.promised_by else ""
        text = lines(
            words("nobody_takes", case=shown_code(self.code), how_long=waited(words, self.since, facts.now)),
            words("nobody_takes_promised", when=promised) if promised else "",
            card_line(words, self),
            here_line(words, self.names),
        )
        give = Choice(WHO_IS_HERE.code(self.case), words("who_is_here_button"))
        return Prompt(text, rows_of(give, Choice(CLAIM_ANYWAY.code(self.case), words("answer_it_myself"))))


def here_line(words: Words, names: tuple[str, ...]) -> Plain:
    """Who is there."""
    if not names:
        return words("nobody_is_here")
    return words("are_here", names=Foreign(dates.listed(names, words.language)))


@dataclass(frozen=True, kw_only=True)
class Taker(Carried):
    """Somebody who could take a case. `is_here`: they are there."""

    person: int
    alias: Name
    is_here: bool = True


@dataclass(frozen=True, kw_only=True)
class WhoIsHere(CaseTold, ToStaff):
    """Who could take the case: those who are there first, then who may be asked outside a shift."""

    kind: ClassVar = Notice.WHO_IS_HERE
    takers: tuple[Taker, ...] = ()

    def said(self, words: Words, _facts: Facts) -> Prompt:
        here = tuple(one.alias for one in self.takers if one.is_here)
        ask = words("who_takes_it", case=shown_code(self.code)) if self.takers else words("nobody_can_take_it")
        buttons = [self._button(words, one) for one in self.takers]
        mine = Choice(CLAIM_ANYWAY.code(self.case), words("answer_it_myself"))
        return Prompt(lines(card_line(words, self), here_line(words, here), ask), rows_of(*buttons, mine))

    def _button(self, words: Words, one: Taker) -> Choice:
        label = one.alias if one.is_here else words("give_to_off_duty", name=Foreign(one.alias))
        return Choice(GIVE_CASE.code(self.case, one.person), label)


@dataclass(frozen=True, kw_only=True)
class CaseGone(ToStaff):
    """The reader, a coordinator, has given the case to `alias`."""

    kind: ClassVar = Notice.CASE_GIVEN_TO
    code: CaseCode
    alias: Name

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("case_given_to", case=shown_code(self.code), name=Foreign(self.alias)))


@dataclass(frozen=True, kw_only=True)
class ShiftLeaves(CaseTold, ToStaff):
    """The reader's shift is over and this case of theirs owes an answer since `since`: do they keep it? `minutes`:
    after them it returns to the queue. `has_shift`: they have another shift ahead. `seq`: the newest words shown."""

    kind: ClassVar = Notice.SHIFT_LEAVES
    since: datetime
    minutes: Annotated[int, Like((15,))] = 15
    has_shift: bool = False
    seq: int = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        code = shown_code(self.code)
        told = words("shift_leaves", case=code, how_long=waited(words, self.since, facts.now))
        text = lines(told, card_line(words, self), words("shift_leaves_else", n=self.minutes))
        if self.pressed:
            return Prompt(text)
        codes = (*KEPT, *(("shift",) if self.has_shift else ()))
        keep = [Choice(KEEP.code(self.case, until), words(f"keep_{until}")) for until in codes]
        return Prompt(text, rows_of(*keep, Choice(RELEASE.code(self.case, self.seq), words("release_case"))))


@dataclass(frozen=True, kw_only=True)
class ShiftReturned(ToStaff):
    """The case that the reader had is back in the queue: their shift is over, and it owed an answer."""

    kind: ClassVar = Notice.SHIFT_RETURNED
    code: CaseCode

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("shift_returned", case=shown_code(self.code)))
