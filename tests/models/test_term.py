"""The usual week over a term: each line once a week, holidays and closed days left out and named."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.places.holidays import red_days
from models.term import Days, WeekLine, Why, applied, repeats_on

MONDAY = date(2026, 11, 30)
lines = st.builds(
    WeekLine, st.sampled_from(["linero", "online"]), st.integers(0, 6),
    st.sampled_from([time(9), time(13), time(22)]), st.just(time(6)),
)  # fmt: skip
some_days = st.integers(0, 60).map(lambda n: MONDAY + timedelta(days=n))


@given(
    st.lists(lines, max_size=5, unique_by=lambda line: (line.place, line.weekday, line.starts)), some_days,
    st.integers(0, 60), st.sets(some_days, max_size=5), st.sets(some_days, max_size=5), st.booleans(),
)  # fmt: skip
def test_each_line_makes_a_shift_each_week_or_says_why_not(
    week: list[WeekLine], first: date, long: int, red: set[date], shut: set[date], with_holidays: bool
) -> None:
    last, closed = first + timedelta(days=long), {("linero", day) for day in shut}

    planned, left = applied(week, first, last, Days(red=red, closed=closed), with_holidays=with_holidays)

    expected = [
        (first + timedelta(days=n), line)
        for n in range(long + 1)
        for line in week
        if line.weekday == (first + timedelta(days=n)).weekday()
    ]
    assert sorted(map(str, expected)) == sorted(map(str, ((one.day, one.line) for one in (*planned, *left))))
    assert all((one.line.place, one.day) not in closed for one in planned)
    assert with_holidays or all(one.day not in red for one in planned)
    assert all(one.day in red or (one.line.place, one.day) in closed for one in left)
    assert [one.day for one in planned] == sorted(one.day for one in planned)


def test_four_weeks_over_christmas_leave_the_holidays_out_and_what_is_there_already() -> None:
    week = [WeekLine("linero", 0, time(13), time(16)), WeekLine("online", 3, time(9), time(12))]
    red = {one.day for one in red_days(date(2026, 12, 1), date(2027, 1, 31))}
    days = Days(red=red, there={("linero", date(2026, 12, 14), time(13))})

    planned, left = applied(week, date(2026, 12, 14), date(2027, 1, 10), days, with_holidays=False)

    assert [f"{one.day:%d/%m} {one.why}" for one in left] == ["14/12 there", "24/12 holiday", "31/12 holiday"]
    assert [f"{one.day:%d/%m}" for one in planned] == ["17/12", "21/12", "28/12", "04/01", "07/01"]


def test_a_line_at_a_time_that_the_clock_skips_is_left_out() -> None:
    week = [WeekLine("online", 6, time(2, 30), time(6)), WeekLine("online", 5, time(22), time(2, 30))]
    days = Days(skipped={(date(2027, 3, 28), time(2, 30))})

    planned, left = applied(week, date(2027, 3, 22), date(2027, 3, 28), days, with_holidays=False)

    assert planned == [] and [one.why for one in left] == [Why.NO_SUCH_TIME] * 2


@given(some_days, st.integers(0, 200), st.sampled_from([1, 2]))
def test_every_other_monday_is_every_fourteenth_day(first: date, later: int, weeks: int) -> None:
    day = first + timedelta(days=later)

    assert repeats_on(day, first, weeks, None) == (later % (7 * weeks) == 0)
    assert not repeats_on(first - timedelta(days=7), first, weeks, None)
    assert not repeats_on(day, first, weeks, day - timedelta(days=1))
