"""The holidays of ten years against a second reckoning of them, made here from the rules of the almanac.

Source of the rules: lag (1989:253) om allmänna helgdagar; Easter after Gauss. Eves are those on which libraries and
offices are closed or close early.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bot.places.holidays import red_days

YEARS = range(2026, 2036)
DAY = timedelta(days=1)
SATURDAY, FRIDAY = 5, 4


def easter(year: int) -> date:
    """Easter Sunday, after the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def first(weekday: int, since: date) -> date:
    return next(day for day in (since + n * DAY for n in range(7)) if day.weekday() == weekday)


def in_the_almanac(year: int) -> Iterator[tuple[date, str]]:
    """Every day on which a session is to be looked at, by the name that staff read."""
    sunday = easter(year)
    yield date(year, 1, 1), "Nyårsdagen"
    yield date(year, 1, 6), "Trettondedag jul"
    yield sunday - 2 * DAY, "Långfredagen"
    yield sunday - DAY, "Påskafton"
    yield sunday, "Påskdagen"
    yield sunday + DAY, "Annandag påsk"
    yield date(year, 5, 1), "Första maj"
    yield sunday + 39 * DAY, "Kristi himmelsfärdsdag"
    yield sunday + 49 * DAY, "Pingstdagen"
    yield date(year, 6, 6), "Nationaldagen"
    yield first(FRIDAY, date(year, 6, 19)), "Midsommarafton"
    yield first(SATURDAY, date(year, 6, 20)), "Midsommardagen"
    yield first(SATURDAY, date(year, 10, 31)), "Alla helgons dag"
    yield date(year, 12, 24), "Julafton"
    yield date(year, 12, 25), "Juldagen"
    yield date(year, 12, 26), "Annandag jul"
    yield date(year, 12, 31), "Nyårsafton"


@pytest.mark.parametrize("year", YEARS)
def test_every_holiday_of_the_almanac_is_proposed_under_its_name(year: int) -> None:
    proposed = {(one.day, one.name["sv"]) for one in red_days(date(year, 1, 1), date(year, 12, 31))}
    named = {(day, part.strip()) for day, name in proposed for part in name.split(";")}

    assert set(in_the_almanac(year)) <= named


@pytest.mark.parametrize("year", YEARS)
def test_no_other_day_is_proposed_but_the_eves_on_which_offices_close_early(year: int) -> None:
    sunday = easter(year)
    early = {
        date(year, 1, 5), sunday - 3 * DAY, date(year, 4, 30), sunday + 38 * DAY, sunday + 48 * DAY,
        first(FRIDAY, date(year, 10, 30)), date(year, 12, 23),
    }  # fmt: skip

    proposed = {one.day for one in red_days(date(year, 1, 1), date(year, 12, 31))}

    assert proposed - {day for day, _ in in_the_almanac(year)} <= early


def test_all_saints_day_is_the_saturday_between_october_and_november() -> None:
    named = {one.name["sv"]: one.day for one in red_days(date(2027, 1, 1), date(2027, 12, 31))}

    assert named["Alla helgons dag"] == date(2027, 11, 6)
