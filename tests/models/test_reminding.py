"""Nobody is disturbed between nine in the evening and seven, on whatever day, whatever the clock does that night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reminding import asked_at, is_quiet, told_at

STOCKHOLM = ZoneInfo("Europe/Stockholm")
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants)
def test_what_is_due_at_night_is_told_the_evening_before_and_asked_the_morning_after(at: datetime) -> None:
    told, asked = told_at(at, STOCKHOLM), asked_at(at, STOCKHOLM)

    assert not is_quiet(told, STOCKHOLM) and not is_quiet(asked, STOCKHOLM)
    assert told <= at <= asked
    assert at - told <= timedelta(hours=11, minutes=30) and asked - at <= timedelta(hours=11)
    if not is_quiet(at, STOCKHOLM):
        assert told == at == asked
    else:
        assert told.astimezone(STOCKHOLM).time() == time(20, 30)
        assert asked.astimezone(STOCKHOLM).time() == time(7)


@pytest.mark.parametrize(
    ("shown", "told", "asked"),
    [
        ("2026-12-07 20:59", "2026-12-07 20:59", "2026-12-07 20:59"),
        ("2026-12-07 21:00", "2026-12-07 20:30", "2026-12-08 07:00"),
        ("2026-12-08 06:59", "2026-12-07 20:30", "2026-12-08 07:00"),
        ("2026-12-08 07:00", "2026-12-08 07:00", "2026-12-08 07:00"),
        ("2027-03-28 03:30", "2027-03-27 20:30", "2027-03-28 07:00"),
        ("2027-10-31 02:30", "2027-10-30 20:30", "2027-10-31 07:00"),
    ],
)
def test_the_edges_of_the_night(shown: str, told: str, asked: str) -> None:
    at = datetime.fromisoformat(shown).replace(tzinfo=STOCKHOLM)

    assert f"{told_at(at, STOCKHOLM).astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" == told
    assert f"{asked_at(at, STOCKHOLM).astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" == asked
