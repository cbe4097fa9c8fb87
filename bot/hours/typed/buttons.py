"""A change of the hours put together by buttons: what is asked next, or the change once everything is chosen. Pure.

The buttons' code is the whole state (`h:`, the verb's letter, the answers), so nothing waits anywhere for words that
somebody types. Owns the codes. It must not word a question: `hours/texts_staff.py` does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.engine.errors import Stale
from bot.places.places import PlaceRow, place_params
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.timetable import Span, as_text

BUTTONS = "h"
LEAVE = "h:leave"
EVERYWHERE, NOTHING, MORE = "*", "-", "+"
LETTERS = {"sethours": "s", "closeday": "c", "changeday": "t", "extra": "x", "openday": "o"}
_STEPS: Mapping[str, tuple[Verb, tuple[str, ...]]] = {
    "s": (Verb.WEEKLY, ("place", "weekday", "times", "since")),
    "c": (Verb.CLOSE, ("place", "day", "reason")),
    "t": (Verb.TIMES, ("place", "day", "times", "reason")),
    "x": (Verb.EXTRA, ("place", "day", "times")),
    "o": (Verb.USUAL, ("place", "day")),
}
OFFERED_REASONS = (Reason.HOLIDAY, Reason.ILLNESS, Reason.LIBRARY_CLOSED, Reason.MOVED)
PLACES_ON_A_SCREEN, DAYS_ON_A_SCREEN, SCREENS_OF_DAYS = 6, 14, 9
HALF_HOURS = [time(8 + n // 2, n % 2 * 30) for n in range(25)]  # 08:00 to 20:00
MOST_SPANS = 2  # a third would not fit into a button's 64 bytes
DAY = "%Y%m%d"
_WHOLE = re.compile(rf"{NOTHING}|\d{{8}}(?:\+\d{{8}})?")
_PARTS = re.compile(r"(\d{4})(\d{4})?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be asked next: the notice's params."""

    params: dict[str, Any]


def begin(command: str) -> str:
    """The code that nothing has been chosen in yet."""
    return f"{BUTTONS}:{LETTERS[command]}"


def following(code: str, places: Sequence[PlaceRow], today: date) -> Asked | Change:
    """What the code leads to: the next question, or the change.

    Raises:
        Stale: the code was never a button of ours, or its place or day is gone.
    """
    match code.split(":"):
        case [_, letter, *answers] if letter in _STEPS:
            return _Dialogue(letter, answers, places, today).following()
    raise Stale


class _Dialogue:
    def __init__(self, letter: str, answers: list[str], places: Sequence[PlaceRow], today: date) -> None:
        self.letter, self.places, self.today = letter, places, today
        self.verb, self.steps = _STEPS[letter]
        self.page = 0
        if answers and re.fullmatch(r"\+\d{1,2}", answers[-1]):
            self.page = int(answers.pop()[1:])
        if len(answers) > len(self.steps):
            raise Stale
        self.answers = dict(zip(self.steps, answers, strict=False))

    def following(self) -> Asked | Change:
        chosen = self._chosen()
        times = self.answers.get("times", "")
        if times and not _WHOLE.fullmatch(times):
            if len(self.answers) > self.steps.index("times") + 1:
                raise Stale
            return self._ask_time(times, chosen)
        missing = next((step for step in self.steps if step not in self.answers), None)
        if missing is not None:
            return self._ask(missing, chosen)
        return Change(
            self.verb, chosen["codes"], chosen.get("since") or chosen.get("day") or self.today,
            weekday=chosen.get("weekday"), spans=chosen.get("spans", ()), reason=chosen.get("reason", ""),
        )  # fmt: skip

    def _chosen(self) -> dict[str, Any]:
        read = {"place": self._codes, "weekday": self._weekday, "day": self._day, "times": self._spans,
                "reason": self._reason, "since": self._day}  # fmt: skip
        names = {"place": "codes", "times": "spans"}
        return {names.get(step, step): read[step](answer) for step, answer in self.answers.items()}

    # From a code to what it means.

    def _codes(self, answer: str) -> tuple[str, ...]:
        visits = tuple(place.code for place in self.places if place.door == Door.VISIT)
        codes = visits if answer == EVERYWHERE else tuple(p.code for p in self.places if p.code == answer)
        if not codes:
            raise Stale
        return codes

    def _weekday(self, answer: str) -> int:
        if answer not in tuple("0123456"):
            raise Stale
        return int(answer)

    def _day(self, answer: str) -> date:
        day = day_of(answer)
        if not self.today <= day <= self.today + timedelta(days=DAYS_ON_A_SCREEN * SCREENS_OF_DAYS):
            raise Stale
        return day

    def _spans(self, answer: str) -> tuple[Span, ...]:
        """Those that are whole."""
        times = [_time(digits) for digits in re.findall(r"\d{4}", answer)]
        return tuple(zip(times[::2], times[1::2], strict=False))

    def _reason(self, answer: str) -> str:
        if answer not in (NOTHING, *OFFERED_REASONS):
            raise Stale
        return "" if answer == NOTHING else answer

    # What is asked.

    def _ask(self, step: str, chosen: dict[str, Any]) -> Asked:
        match step:
            case "place":
                return self._ask_place(chosen)
            case "day":
                ahead = self.page % SCREENS_OF_DAYS * DAYS_ON_A_SCREEN
                days = [self.today + timedelta(days=ahead + n) for n in range(DAYS_ON_A_SCREEN)]
                return self._asked(step, chosen, days=_iso(days), more=self._turned(SCREENS_OF_DAYS))
            case "times":
                opens = [f"{one:%H:%M}" for one in HALF_HOURS[:-1]]
                return self._asked("opens", chosen, times=opens, may_close=self.verb == Verb.WEEKLY)
            case "since":
                monday = self.today + timedelta(days=7 - self.today.weekday())
                month = (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)
                return self._asked(step, chosen, days=_iso([self.today, monday, month]), again=self._again())
            case _:
                again = self._again() if "times" in self.answers else ""
                return self._asked(step, chosen, again=again)

    def _ask_place(self, chosen: dict[str, Any]) -> Asked:
        pages = -(-len(self.places) // PLACES_ON_A_SCREEN) or 1
        at = self.page % pages * PLACES_ON_A_SCREEN
        shown = [place_params(place) for place in self.places[at : at + PLACES_ON_A_SCREEN]]
        more = self._turned(pages) if pages > 1 else ""
        return self._asked("place", chosen, choices=shown, everywhere=self.verb != Verb.WEEKLY, more=more)

    def _ask_time(self, typed: str, chosen: dict[str, Any]) -> Asked:
        """In the middle of a stretch, or at the beginning of one more."""
        *before, last = typed.split(MORE)
        spans = self._spans(before[0]) if before else ()
        parts = _PARTS.fullmatch(last) if last else None
        if len(before) >= MOST_SPANS or (last and (parts is None or parts[2])) or (before and len(spans) != 1):
            raise Stale
        since = _time(last) if last else spans[-1][1]
        times = [f"{one:%H:%M}" for one in (HALF_HOURS if last else HALF_HOURS[:-1]) if one > since]
        if not times:
            raise Stale
        chosen |= {"spans": spans, "opens": f"{since:%H:%M}" if last else ""}
        return self._asked("closes" if last else "opens", chosen, times=times, code=self._code())

    def _again(self) -> str:
        """The code that asks for one more stretch of time; none if there is no room for one."""
        times = self.answers.get("times", NOTHING)
        if times == NOTHING or MORE in times or _time(times[4:8]) >= HALF_HOURS[-2]:
            return ""
        return f"{self._code()}{MORE}"

    def _turned(self, pages: int) -> str:
        return f"{self._code()}:{MORE}{(self.page + 1) % pages}"

    def _code(self) -> str:
        return ":".join((BUTTONS, self.letter, *self.answers.values()))

    def _asked(self, step: str, chosen: dict[str, Any], *, code: str = "", **more: Any) -> Asked:
        """`code`: what a button's own value is put after."""
        everywhere = self.answers.get("place") == EVERYWHERE
        at = [place_params(place) for place in self.places if place.code in chosen.get("codes", ())]
        spans = as_text(chosen.get("spans", ()))
        so_far = {
            "at": [] if everywhere else at, "all_places": everywhere, "weekday": chosen.get("weekday"), "spans": spans,
            "day": chosen["day"].isoformat() if "day" in chosen else "", "opens": chosen.get("opens", ""),
            "is_closed": self.answers.get("times") == NOTHING,
        }  # fmt: skip
        asked = {"verb": self.verb.value, "step": step, "code": code or f"{self._code()}:"}
        return Asked(asked | so_far | more)


def day_of(digits: str) -> date:
    """The day in a button's code.

    Raises:
        Stale: there is none.
    """
    try:
        if not re.fullmatch(r"[0-9]{8}", digits):
            raise ValueError
        return datetime.strptime(digits, DAY).date()  # noqa: DTZ007 - a day, by the office's calendar
    except ValueError:
        raise Stale from None


def _time(digits: str) -> time:
    try:
        return time(int(digits[:2]), int(digits[2:]))
    except ValueError:
        raise Stale from None


def _iso(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]
