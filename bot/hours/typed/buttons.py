"""A change of the hours put together by buttons: what is asked next, or the change once everything is chosen. Pure.

The buttons' code is the whole state (`h:`, the change's letter, the answers), so nothing waits anywhere for words that
somebody types. It must not word a question (`hours/texts_guided.py` does) nor read digits (`models/buttons_hours.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Literal, TypeVar

from bot.engine import buttons
from bot.engine.errors import Stale
from bot.hours.texts_guided import OFFERED_REASONS, HoursAsk, Step
from bot.hours.told import Weekday
from bot.places.places import PlaceRow, place_told
from models.button import Day, Kind, NotAButton, OneOf, read_as
from models.buttons_hours import (
    AND,
    EVERYWHERE,
    GUIDED,
    NOTHING,
    TIMES,
    WEEKDAY,
    Guided,
    Letter,
    Times,
    answered,
    before_answer,
)
from models.hours import Door
from models.hours_change import Change, Verb

LETTERS = {
    "sethours": Letter.WEEKLY, "closeday": Letter.CLOSE, "changeday": Letter.TIMES, "extra": Letter.EXTRA,
    "openday": Letter.USUAL,
}  # fmt: skip
Missing = Literal["place", "weekday", "day", "times", "reason", "since"]
_STEPS: Mapping[str, tuple[Verb, tuple[Missing, ...]]] = {
    Letter.WEEKLY: (Verb.WEEKLY, ("place", "weekday", "times", "since")),
    Letter.CLOSE: (Verb.CLOSE, ("place", "day", "reason")),
    Letter.TIMES: (Verb.TIMES, ("place", "day", "times", "reason")),
    Letter.EXTRA: (Verb.EXTRA, ("place", "day", "times")),
    Letter.USUAL: (Verb.USUAL, ("place", "day")),
}
PLACES_ON_A_SCREEN, DAYS_ON_A_SCREEN, SCREENS_OF_DAYS = 6, 14, 9
HALF_HOURS = [time(8 + n // 2, n % 2 * 30) for n in range(25)]  # 08:00 to 20:00
V = TypeVar("V")


def begin(command: str) -> str:
    """The code that nothing has been chosen in yet."""
    return GUIDED.code(LETTERS[command])


def following(code: str, places: Sequence[PlaceRow], today: date) -> HoursAsk | Change:
    """What the code leads to: the next question, or the change.

    Raises:
        Stale: the code was never a button of ours, or its place or day is gone.
    """
    return _Dialogue(buttons.read(GUIDED, code), places, today).following()


class _Dialogue:
    def __init__(self, guided: Guided, places: Sequence[PlaceRow], today: date) -> None:
        self.letter, self.places, self.today = guided.letter, places, today
        self.verb, self.steps = _STEPS[guided.letter]
        self.page = guided.page or 0
        if len(guided.answers) > len(self.steps):
            raise Stale
        self.answers = dict(zip(self.steps, guided.answers, strict=False))

    def following(self) -> HoursAsk | Change:
        chosen = self._chosen()
        times: Times | None = chosen.get("times")
        if times is not None and times.more:
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
        read = {"place": self._place, "weekday": self._weekday, "day": self._day, "times": self._times,
                "reason": self._reason, "since": self._since}  # fmt: skip
        chosen: dict[str, Any] = {}
        for step, answer in self.answers.items():
            chosen |= read[step](answer)
        return chosen

    # From an answer to what it means.

    def _place(self, answer: str) -> dict[str, Any]:
        visits = tuple(place.code for place in self.places if place.door == Door.VISIT)
        codes = visits if answer == EVERYWHERE else tuple(p.code for p in self.places if p.code == answer)
        if not codes:
            raise Stale
        return {"codes": codes}

    def _weekday(self, answer: str) -> dict[str, Any]:
        return {"weekday": Weekday(int(_read(WEEKDAY, answer)))}

    def _day(self, answer: str) -> dict[str, Any]:
        return {"day": self._ahead(answer)}

    def _since(self, answer: str) -> dict[str, Any]:
        return {"since": self._ahead(answer)}

    def _ahead(self, answer: str) -> date:
        day = _read(Day(), answer)
        if not self.today <= day <= self.today + timedelta(days=DAYS_ON_A_SCREEN * SCREENS_OF_DAYS):
            raise Stale
        return day

    def _times(self, answer: str) -> dict[str, Any]:
        times = _read(TIMES, answer)
        return {"times": times, "spans": times.spans}

    def _reason(self, answer: str) -> dict[str, Any]:
        reason = _read(OneOf((NOTHING, *OFFERED_REASONS)), answer)
        return {"reason": "" if reason == NOTHING else reason}

    # What is asked.

    def _ask(self, step: Missing, chosen: dict[str, Any]) -> HoursAsk:
        match step:
            case "place":
                return self._ask_place(chosen)
            case "day":
                ahead = self.page % SCREENS_OF_DAYS * DAYS_ON_A_SCREEN
                days = [self.today + timedelta(days=ahead + n) for n in range(DAYS_ON_A_SCREEN)]
                return self._asked(step, chosen, days=tuple(days), more=self._turned(SCREENS_OF_DAYS))
            case "times":
                return self._asked("opens", chosen, times=tuple(HALF_HOURS[:-1]), may_close=self.verb == Verb.WEEKLY)
            case "since":
                monday = self.today + timedelta(days=7 - self.today.weekday())
                month = (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)
                return self._asked(step, chosen, days=(self.today, monday, month), again=self._again(chosen))
            case _:
                return self._asked(step, chosen, again=self._again(chosen))

    def _ask_place(self, chosen: dict[str, Any]) -> HoursAsk:
        pages = -(-len(self.places) // PLACES_ON_A_SCREEN) or 1
        at = self.page % pages * PLACES_ON_A_SCREEN
        shown = tuple(place_told(place) for place in self.places[at : at + PLACES_ON_A_SCREEN])
        more = self._turned(pages) if pages > 1 else ""
        return self._asked("place", chosen, choices=shown, everywhere=self.verb != Verb.WEEKLY, more=more)

    def _ask_time(self, so_far: Times, chosen: dict[str, Any]) -> HoursAsk:
        """In the middle of a stretch, or at the beginning of one more."""
        opens = so_far.opens
        since = opens or so_far.spans[-1][1]
        times = tuple(one for one in (HALF_HOURS if opens else HALF_HOURS[:-1]) if one > since)
        if not times:
            raise Stale
        chosen["opens"] = opens
        return self._asked("closes" if opens else "opens", chosen, times=times, code=self._code())

    def _again(self, chosen: dict[str, Any]) -> str:
        """The code that asks for one more stretch of time; none if there is no room for one."""
        spans = chosen.get("spans", ())
        if len(spans) != 1 or spans[0][1] >= HALF_HOURS[-2]:
            return ""
        return answered(self._code(), AND)

    def _turned(self, pages: int) -> str:
        return GUIDED.code(self.letter, tuple(self.answers.values()), (self.page + 1) % pages)

    def _code(self) -> str:
        return GUIDED.code(self.letter, tuple(self.answers.values()))

    def _asked(self, step: Step, chosen: dict[str, Any], *, code: str = "", **more: Any) -> HoursAsk:
        """`code`: what a button's own value is put after."""
        everywhere = self.answers.get("place") == EVERYWHERE
        at = tuple(place_told(place) for place in self.places if place.code in chosen.get("codes", ()))
        return HoursAsk(
            verb=self.verb, step=step, code=code or before_answer(self._code()), at=() if everywhere else at,
            all_places=everywhere, weekday=chosen.get("weekday"), spans=chosen.get("spans", ()), day=chosen.get("day"),
            opens=chosen.get("opens"), is_closed=self.answers.get("times") == NOTHING, **more,
        )  # fmt: skip


def _read(kind: Kind[V], answer: str) -> V:
    try:
        return read_as(kind, answer)
    except NotAButton:
        raise Stale from None
