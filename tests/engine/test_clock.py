"""Instants, days and the wall clock, across both changes of the hour."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.engine import clock

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _real_time_afterwards():
    yield
    clock.unfreeze()


def test_now_is_an_instant_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_frozen_clock_stands_still_until_it_is_moved():
    clock.freeze(NOON)

    assert clock.now() == clock.now() == NOON
    clock.move(timedelta(minutes=15))
    assert clock.now() == NOON + timedelta(minutes=15)
    clock.unfreeze()
    assert clock.now() > NOON + timedelta(days=1)


def test_a_running_clock_can_be_moved():
    clock.move(timedelta(days=30))

    assert timedelta(0) <= clock.now() - datetime.now(UTC) - timedelta(days=29) <= timedelta(days=1, seconds=5)


def test_a_time_without_a_zone_is_no_instant():
    naive = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - that is the mistake

    with pytest.raises(ValueError, match="zone"):
        clock.freeze(naive)
    with pytest.raises(ValueError, match="zone"):
        clock.office_day(naive, STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 1, 5, 22, 59, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 5, 23, 0, tzinfo=UTC), date(2026, 1, 6)),
        (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), date(2026, 7, 6)),
    ],
)
def test_the_office_turns_the_page_at_its_own_midnight(at, day):
    assert clock.office_day(at, STOCKHOLM) == day


def test_monday_at_one_is_the_same_on_the_wall_and_another_instant_after_the_change():
    winter = clock.wall(date(2026, 3, 23), time(13), STOCKHOLM)
    summer = clock.wall(date(2026, 3, 30), time(13), STOCKHOLM)

    assert winter == datetime(2026, 3, 23, 12, tzinfo=UTC)
    assert summer == datetime(2026, 3, 30, 11, tzinfo=UTC)
    assert summer.tzinfo is UTC


@pytest.mark.parametrize("skipped", [time(2), time(2, 30), time(2, 59)])
def test_a_time_skipped_in_spring_does_not_exist(skipped):
    with pytest.raises(clock.NoSuchTime):
        clock.wall(date(2026, 3, 29), skipped, STOCKHOLM)


def test_a_time_shown_twice_in_autumn_means_the_first():
    assert clock.wall(date(2026, 10, 25), time(2, 30), STOCKHOLM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.wall(date(2026, 10, 25), time(2, 30, fold=1), STOCKHOLM) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_days_of_the_changes_have_23_and_25_hours():
    def hours_of(day: date) -> float:
        next_day = clock.start_of_day(day + timedelta(days=1), STOCKHOLM)
        return (next_day - clock.start_of_day(day, STOCKHOLM)) / timedelta(hours=1)

    assert [hours_of(date(2026, 3, 29)), hours_of(date(2026, 10, 25)), hours_of(date(2026, 6, 6))] == [23, 25, 24]


def test_where_midnight_is_skipped_the_day_starts_after_the_gap():
    beirut = ZoneInfo("Asia/Beirut")

    start = clock.start_of_day(date(2024, 3, 31), beirut)

    assert start.astimezone(beirut).isoformat() == "2024-03-31T01:00:00+03:00"
    assert clock.office_day(start - timedelta(microseconds=1), beirut) == date(2024, 3, 30)
