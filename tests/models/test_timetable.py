"""When the doors are open, by the wall clock, across exceptions and both changes of the hour."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.shift import overlap
from models.timetable import HORIZON_DAYS, Exceptional, Opening, Rule, Timetable, is_open, next_openings, spans_on

STOCKHOLM = ZoneInfo("Europe/Stockholm")
START = date(2026, 1, 1)
WEDNESDAYS = Rule("library", 2, time(16), time(18), START)


def local(*when: int) -> datetime:
    """An instant by Stockholm's wall."""
    return datetime(*when, tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (local(2026, 1, 7, 15, 59), False),
        (local(2026, 1, 7, 16), True),
        (local(2026, 1, 7, 17, 59), True),
        (local(2026, 1, 7, 18), False),
        (local(2026, 1, 8, 17), False),
    ],
)
def test_the_opening_minute_is_in_and_the_closing_minute_out(at: datetime, expected: bool) -> None:
    assert is_open(Timetable([WEDNESDAYS]), at, "library", STOCKHOLM) is expected


@pytest.mark.parametrize("day", [date(2026, 3, 25), date(2026, 4, 1), date(2026, 10, 21), date(2026, 10, 28)])
def test_the_wall_decides_on_both_sides_of_the_change_of_the_hour(day: date) -> None:
    four = datetime.combine(day, time(16), STOCKHOLM).astimezone(UTC)

    assert is_open(Timetable([WEDNESDAYS]), four, "library", STOCKHOLM)
    assert not is_open(Timetable([WEDNESDAYS]), four - timedelta(minutes=1), "library", STOCKHOLM)


def test_in_the_night_of_the_skipped_hour_nothing_opens_twice_or_never() -> None:
    sundays = Timetable([Rule("library", 6, time(1, 30), time(3, 30), START)])
    spring = [is_open(sundays, local(2026, 3, 29) + timedelta(minutes=n), "library", STOCKHOLM) for n in range(300)]
    autumn = [is_open(sundays, local(2026, 10, 25) + timedelta(minutes=n), "library", STOCKHOLM) for n in range(300)]

    assert sum(spring) == 60, "02:00-03:00 does not exist"
    assert sum(autumn) == 180, "02:00-03:00 is shown twice"


def test_another_place_and_another_time_zone_do_not_matter() -> None:
    table = Timetable([WEDNESDAYS])
    at = local(2026, 1, 7, 17)

    assert not is_open(table, at, "linero", STOCKHOLM)
    assert is_open(table, at.astimezone(ZoneInfo("Asia/Kabul")), "library", STOCKHOLM)


def test_an_exception_replaces_the_rules_of_its_day_only() -> None:
    closed = Exceptional("library", date(2026, 1, 7), reason="holiday")
    other = Exceptional("library", date(2026, 1, 14), time(10), time(12))
    table = Timetable([WEDNESDAYS], [closed, other])

    assert spans_on(table, date(2026, 1, 7), "library") == []
    assert spans_on(table, date(2026, 1, 14), "library") == [Opening("library", date(2026, 1, 14), time(10), time(12))]
    assert len(spans_on(table, date(2026, 1, 21), "library")) == 1


def test_an_extra_day_is_an_exception_on_a_day_without_rules() -> None:
    table = Timetable([WEDNESDAYS], [Exceptional("library", date(2026, 1, 8), time(9), time(11))])

    assert is_open(table, local(2026, 1, 8, 10), "library", STOCKHOLM)


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    rule = Rule("library", 2, time(16), time(18), date(2026, 1, 14), date(2026, 1, 21))

    open_on = [day for n in range(40) if spans_on(Timetable([rule]), day := START + timedelta(days=n), "library")]

    assert open_on == [date(2026, 1, 14), date(2026, 1, 21)]


def test_several_spans_a_day_are_told_earliest_first() -> None:
    table = Timetable([WEDNESDAYS, Rule("library", 2, time(9), time(11), START)])

    assert [span.opens for span in spans_on(table, date(2026, 1, 7), "library")] == [time(9), time(16)]
    assert not is_open(table, local(2026, 1, 7, 12), "library", STOCKHOLM)


def test_the_next_openings_start_with_one_that_is_going_on_and_skip_one_that_has_ended() -> None:
    table = Timetable([WEDNESDAYS, Rule("linero", 3, time(15), time(17), START)])

    during = list(islice(next_openings(table, local(2026, 1, 7, 17), ["library", "linero"], STOCKHOLM), 2))
    after = next(next_openings(table, local(2026, 1, 7, 18), ["library", "linero"], STOCKHOLM))

    assert [(one.place, one.on_day) for one in during] == [("library", date(2026, 1, 7)), ("linero", date(2026, 1, 8))]
    assert after.place == "linero"


def test_nothing_is_promised_beyond_the_horizon() -> None:
    far = Timetable([Rule("library", 2, time(16), time(18), date(2026, 1, 7) + timedelta(days=HORIZON_DAYS))])

    assert list(next_openings(far, local(2026, 1, 7, 12), ["library"], STOCKHOLM)) == []


SPANS = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda span: span[0] < span[1])


def _clock_time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@given(st.lists(st.tuples(st.integers(0, 6), SPANS), max_size=6), st.integers(0, 366 * 24 * 60))
def test_open_now_is_the_same_as_inside_a_span_of_today(rules: list, minutes: int) -> None:
    at = local(2026, 1, 1) + timedelta(minutes=minutes)
    table = Timetable([Rule("library", day, _clock_time(a), _clock_time(b), START) for day, (a, b) in rules])

    shown = at.astimezone(STOCKHOLM)
    inside = any(one.opens <= shown.time() < one.closes for one in spans_on(table, shown.date(), "library"))

    assert is_open(table, at, "library", STOCKHOLM) == inside
    first = next(next_openings(table, at, ["library"], STOCKHOLM), None)
    if inside:
        assert first is not None
        assert (first.on_day, first.opens <= shown.time()) == (shown.date(), True)


def test_shifts_back_to_back_do_not_overlap() -> None:
    noon = local(2026, 1, 7, 12)
    hour = timedelta(hours=1)

    assert not overlap((noon, noon + hour), (noon + hour, noon + 2 * hour))
    assert overlap((noon, noon + 2 * hour), (noon + hour, noon + 3 * hour))
    assert overlap((noon, noon + 3 * hour), (noon + hour, noon + 2 * hour))
