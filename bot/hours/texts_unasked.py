"""What staff are told of opening hours unasked: a changed day, a holiday, a session nobody staffs, the channel.

Its parts are in `phrases.py`. It must not load rows, nor decide who is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from bot.hours.phrases import day_line, on_a_button, session_line, shift_time
from bot.hours.told import DayTold, SessionTold
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from models.buttons_hours import CLOSE_SESSION, HOLIDAY
from models.dialogue import Choice, Prompt
from models.outbox import Notice


@dataclass(frozen=True, kw_only=True)
class ShiftHours(ToStaff):
    """The hours of a day on which the reader has a shift have changed; `cancelled`: the shift with them; `back`: a
    cancelled one is to be held again, since the change was undone."""

    kind: ClassVar = Notice.SHIFT_HOURS
    days: tuple[DayTold, ...]
    cancelled: bool = False
    back: bool = False
    starts_at: datetime
    ends_at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        today = facts.now.astimezone(facts.zone).date()
        told = (day_line(words, day, today=today) for day in self.days)
        shift = shift_time(words, self.starts_at, self.ends_at, facts)
        return Prompt(lines(words("hours_changed"), *told, words(self._key(), shift=shift)))

    def _key(self) -> str:
        if self.cancelled:
            return "shift_hours_cancelled"
        return "shift_hours_back" if self.back else "shift_hours_stays"


@dataclass(frozen=True, kw_only=True)
class HolidayProposed(ToStaff):
    """A holiday on which sessions would be held as the hours stand. `name`: in the languages that staff read."""

    kind: ClassVar = Notice.HOLIDAY_PROPOSED
    day: date
    name: Mapping[str, str]
    sessions: tuple[SessionTold, ...]

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = lines(
            words("holiday_proposed", day=_at_the_start(words.day(self.day)), name=Plain(self.name[words.language])),
            *(session_line(words, session, facts) for session in self.sessions),
            words("holiday_ask"),
        )
        close = Choice(HOLIDAY.code("close", self.day), words("holiday_close"))
        return Prompt(text, rows_of(close, Choice(HOLIDAY.code("usual", self.day), words("holiday_usual"))))


def _at_the_start(said: Plain) -> Plain:
    return Plain(said[:1].upper() + said[1:])


@dataclass(frozen=True, kw_only=True)
class SessionUnstaffed(ToStaff):
    """The sessions to come for which nobody has signed up. `may_close`: are they to be closed? Rows of before do not
    ask."""

    kind: ClassVar = Notice.SESSION_UNSTAFFED
    sessions: tuple[SessionTold, ...]
    may_close: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        told = (session_line(words, session, facts) for session in self.sessions)
        known = [one for one in self.sessions if one.code and self.may_close]
        ask = words("nobody_close_ask") if known else ""
        close = (Choice(CLOSE_SESSION.code(one.code, one.day), close_label(words, one)) for one in known)
        return Prompt(lines(words("nobody_for_sessions"), *told, ask), rows_of(*close))


def close_label(words: Words, session: SessionTold) -> Plain:
    """What the button says that begins to close it."""

    def say(place: Plain | Foreign) -> Plain:
        return words("nobody_close_button", day=words.short_day(session.day), place=place)

    return on_a_button(words, session, say)


@dataclass(frozen=True, kw_only=True)
class ChannelMoved(OneSentence, ToStaff):
    """The channel with the hours has another number from now on."""

    kind: ClassVar = Notice.CHANNEL_MOVED
    sentence: ClassVar = "channel_moved"


@dataclass(frozen=True, kw_only=True)
class ChannelLost(OneSentence, ToStaff):
    """The channel with the hours does not take our post."""

    kind: ClassVar = Notice.CHANNEL_LOST
    sentence: ClassVar = "channel_lost"
