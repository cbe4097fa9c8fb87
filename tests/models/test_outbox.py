"""How long is waited between tries, and when a row is given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.back_off import LONGEST_WAIT, gives_up_at, next_try
from models.notice import Notice
from models.outbox import REMINDERS

NOON = datetime(2026, 1, 7, 12, tzinfo=UTC)
TWO_SECONDS = timedelta(seconds=2)


def test_the_wait_doubles_from_the_first_to_the_longest() -> None:
    waits = [next_try(n, TWO_SECONDS).total_seconds() for n in range(1, 10)]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]


@given(st.integers(0, 10**9), st.floats(0.01, 3600))
def test_the_wait_is_never_longer_than_the_longest_however_many_tries(attempts: int, first: float) -> None:
    assert timedelta() < next_try(attempts, timedelta(seconds=first)) <= LONGEST_WAIT


@pytest.mark.parametrize("kind", list(Notice))
def test_a_reminder_is_given_up_after_an_hour_and_everything_else_after_the_hours_of_the_setting(kind: Notice) -> None:
    hours = 1 if kind in REMINDERS else 24

    assert gives_up_at(kind, NOON, retry_hours=24) == NOON + timedelta(hours=hours)


def test_a_person_s_words_are_no_reminder() -> None:
    assert frozenset({Notice.REPLY, Notice.WORDS}).isdisjoint(REMINDERS)
