"""A calendar that was told of every step and only ever merges ends up with what one sees who subscribes today."""

from collections import defaultdict
from datetime import date, time

from hypothesis import given, settings

from bot.hours.formats.series import Series, Session, series_and_sessions
from bot.hours.formats.shape import Published
from models.timetable import spans_on
from tests.hours.formats.programs import CODES, asked_about, histories

Told = dict[date | None, Series | Session]


class Merging:
    """A calendar program that goes by UID, RECURRENCE-ID and SEQUENCE, and forgets nothing by itself."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, Told]] = {}

    def is_told(self, published: Published) -> None:
        """All of a UID is taken anew if its SEQUENCE is higher; a lower one is a mistake."""
        series, sessions = series_and_sessions(published, CODES)
        told: dict[str, Told] = defaultdict(dict)
        for one in series:
            told[one.name][None] = one
        for session in sessions:
            told[session.name][session.special.on_day if session.series else None] = session
        for name, parts in told.items():
            sequence = next(iter(parts.values())).revision.sequence
            known, _ = self.kept.get(name, (-1, {}))
            assert sequence >= known, name
            if sequence > known:
                self.kept[name] = sequence, parts

    def shows(self, place: str, day: date) -> set[tuple[time, time]]:
        """What stands in it on that day, joined."""
        return set(_joined(sorted(span for _, told in self.kept.values() for span in _on(told, place, day))))


def _on(told: Told, place: str, day: date) -> list[tuple[time, time]]:
    one = told.get(day) or told[None]
    if isinstance(one, Session):
        shown = one.place == place and one.special.on_day == day and not one.cancelled
        return [one.span] if shown else []
    shown = one.rule.place == place and one.rule.holds_on(day) and not one.cancelled
    return [(one.rule.opens, one.rule.closes)] if shown else []


def _joined(spans: list[tuple[time, time]]) -> list[tuple[time, time]]:
    joined: list[tuple[time, time]] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(closes, joined[-1][1])
        else:
            joined.append((opens, closes))
    return joined


@settings(max_examples=60, deadline=None, derandomize=True)
@given(told=histories())
def test_a_calendar_that_only_merges_shows_the_same(told: list[Published]) -> None:
    calendar = Merging()
    for published in told:
        calendar.is_told(published)

    published = told[-1]
    for day in asked_about(published):
        for place in CODES:
            open_then = {(one.opens, one.closes) for one in spans_on(published.timetable, day, place)}
            assert calendar.shows(place, day) == open_then, (place, day)
