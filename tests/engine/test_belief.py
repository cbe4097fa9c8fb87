"""How far a clock is believed that jumps, stands still or starts wrong; and what ends the doubt."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.belief import PAUSE_BELIEVED_AFTER, Belief, Why
from tests.clocks import Clocks

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY, HOUR, TWELVE_SECONDS = timedelta(days=1), timedelta(hours=1), timedelta(seconds=12)
JUMPS = [timedelta(days=400), timedelta(days=-400), timedelta(hours=26), timedelta(hours=-26)]


@pytest.fixture
def clocks() -> Clocks:
    return Clocks(NOON)


@pytest.fixture
def belief(clocks: Clocks) -> Belief:
    return Belief(clocks.shown, clocks.seconds)


@pytest.mark.parametrize("step", [HOUR, -HOUR, timedelta(hours=23), timedelta(hours=-23)])
def test_a_step_of_less_than_a_day_is_believed(clocks: Clocks, belief: Belief, step: timedelta) -> None:
    clocks.jump(step)

    assert belief.now() == NOON + step
    assert belief.doubt() is None
    assert belief.counted() == NOON


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_more_than_a_day_changes_no_instant(clocks: Clocks, belief: Belief, jump: timedelta) -> None:
    clocks.jump(jump)
    clocks.pass_(TWELVE_SECONDS)

    assert belief.now() == NOON + TWELVE_SECONDS
    doubt = belief.doubt()
    assert doubt is not None and (doubt.why, doubt.by) == (Why.JUMPED, jump)


@pytest.mark.parametrize("jump", JUMPS)
def test_the_doubt_ends_by_itself_when_the_clock_is_right_again(
    clocks: Clocks, belief: Belief, jump: timedelta
) -> None:
    clocks.jump(jump)
    assert belief.doubt() is not None

    clocks.jump(-jump)

    assert belief.doubt() is None
    assert belief.now() == NOON


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_that_takes_the_counting_clock_along_is_seen_too(
    clocks: Clocks, belief: Belief, jump: timedelta
) -> None:
    clocks.jump(jump)
    clocks.elapsed += jump.total_seconds()

    assert belief.now() == NOON
    assert belief.doubt() is not None


def test_a_jump_is_never_believed_by_waiting(clocks: Clocks, belief: Belief) -> None:
    clocks.jump(timedelta(days=400))
    belief.now()

    for _ in range(40):
        clocks.pass_(DAY)
        belief.now()

    assert belief.now() == NOON + 40 * DAY
    assert belief.doubt() is not None


def test_nothing_known_is_no_doubt(belief: Belief) -> None:
    belief.start_from(None)

    assert belief.doubt() is None


@pytest.mark.parametrize("gap", [DAY, -DAY, timedelta()])
def test_a_start_within_a_day_of_what_is_known_is_no_doubt(belief: Belief, gap: timedelta) -> None:
    belief.start_from(NOON - gap)

    assert belief.doubt() is None
    assert belief.now() == NOON


@pytest.mark.parametrize("gap", [timedelta(days=400), timedelta(hours=26)])
def test_a_long_pause_is_used_and_in_doubt(belief: Belief, gap: timedelta) -> None:
    belief.start_from(NOON - gap)

    assert belief.now() == NOON
    doubt = belief.doubt()
    assert doubt is not None and (doubt.why, doubt.by) == (Why.PAUSE, gap)


@pytest.mark.parametrize("gap", [timedelta(days=400), timedelta(hours=26)])
def test_a_clock_that_starts_behind_what_is_known_is_not_believed(
    clocks: Clocks, belief: Belief, gap: timedelta
) -> None:
    belief.start_from(NOON + gap)
    clocks.pass_(TWELVE_SECONDS)

    assert belief.now() == NOON + gap + TWELVE_SECONDS
    doubt = belief.doubt()
    assert doubt is not None and (doubt.why, doubt.by) == (Why.BEHIND, -gap)


def test_a_clock_that_started_ahead_is_right_again(clocks: Clocks, belief: Belief) -> None:
    belief.start_from(NOON - timedelta(days=400))
    clocks.pass_(TWELVE_SECONDS)

    clocks.jump(timedelta(days=-400))

    assert belief.now() == NOON - timedelta(days=400) + TWELVE_SECONDS
    assert belief.doubt() is None


def test_a_jump_during_a_pause_is_a_jump(clocks: Clocks, belief: Belief) -> None:
    belief.start_from(NOON - timedelta(days=3))
    clocks.jump(timedelta(days=400))

    assert belief.now() == NOON
    doubt = belief.doubt()
    assert doubt is not None and doubt.why is Why.JUMPED


def test_a_pause_is_believed_after_a_day_of_running_and_not_before(clocks: Clocks, belief: Belief) -> None:
    belief.start_from(NOON - timedelta(days=30))
    clocks.pass_(PAUSE_BELIEVED_AFTER - TWELVE_SECONDS)
    assert belief.doubt() is not None

    clocks.pass_(TWELVE_SECONDS)

    assert belief.doubt() is None
    assert belief.now() == NOON + PAUSE_BELIEVED_AFTER


def test_a_pause_of_a_clock_known_to_be_wrong_is_not_believed_by_waiting(clocks: Clocks, belief: Belief) -> None:
    belief.start_from(NOON - timedelta(days=30))
    belief.contradicted()
    clocks.pass_(PAUSE_BELIEVED_AFTER)

    assert belief.now() == NOON - timedelta(days=30) + PAUSE_BELIEVED_AFTER
    assert belief.doubt() is not None


@pytest.mark.parametrize("off", [timedelta(minutes=59), timedelta(minutes=-59)])
def test_a_witness_ends_a_doubt(clocks: Clocks, belief: Belief, off: timedelta) -> None:
    clocks.jump(timedelta(days=30))
    assert belief.doubt() is not None

    belief.witnessed(clocks.shown() + off)

    assert belief.doubt() is None
    assert belief.now() == NOON + timedelta(days=30)


def test_a_witness_hours_away_ends_no_doubt_and_begins_none(clocks: Clocks, belief: Belief) -> None:
    belief.witnessed(NOON + timedelta(hours=5))
    assert belief.doubt() is None

    clocks.jump(timedelta(days=30))
    belief.witnessed(clocks.shown() - timedelta(hours=5))

    assert belief.doubt() is not None


@pytest.mark.parametrize("off", JUMPS)
def test_a_witness_that_contradicts_begins_a_doubt_until_it_agrees(
    clocks: Clocks, belief: Belief, off: timedelta
) -> None:
    belief.witnessed(NOON + off)
    doubt = belief.doubt()
    assert doubt is not None and doubt.why is Why.WITNESS
    assert belief.now() == NOON

    belief.witnessed(NOON)

    assert belief.doubt() is None


def test_a_witness_that_contradicts_a_pause_makes_the_clock_unbelieved(clocks: Clocks, belief: Belief) -> None:
    known = NOON - timedelta(days=400)
    belief.start_from(known)

    belief.witnessed(known + HOUR)

    assert belief.now() == known
    assert belief.doubt() is not None


def test_other_instants_do_not_contradict_a_clock_with_a_witness(clocks: Clocks, belief: Belief) -> None:
    belief.witnessed(NOON)

    belief.compare(NOON + timedelta(days=400))

    assert belief.doubt() is None
    assert belief.now() == NOON


def test_what_another_process_knows_contradicts_a_clock_that_is_behind(belief: Belief) -> None:
    belief.compare(NOON + timedelta(days=2))

    assert belief.now() == NOON + timedelta(days=2)
    doubt = belief.doubt()
    assert doubt is not None and doubt.why is Why.BEHIND


@pytest.mark.parametrize("why", list(Why))
def test_a_confirmed_clock_is_believed_whatever_the_doubt(clocks: Clocks, belief: Belief, why: Why) -> None:
    belief.compare(NOON)
    if why is Why.PAUSE:
        belief.start_from(NOON - timedelta(days=30))
    elif why is Why.BEHIND:
        belief.start_from(NOON + timedelta(days=30))
    elif why is Why.JUMPED:
        clocks.jump(timedelta(days=30))
    else:
        belief.witnessed(NOON + timedelta(days=30))
    doubt = belief.doubt()
    assert doubt is not None and doubt.why is why
    clocks.pass_(TWELVE_SECONDS)

    belief.compare(clocks.shown())

    assert belief.doubt() is None
    assert belief.now() == clocks.shown()


def test_an_old_instant_that_catches_up_with_a_wrong_clock_ends_no_doubt(clocks: Clocks, belief: Belief) -> None:
    """Nobody writes it on during a doubt, so that soon it is less than a day from a clock that is 26 hours behind."""
    belief.compare(NOON)
    clocks.jump(timedelta(hours=-26))
    belief.now()
    clocks.pass_(timedelta(hours=3))

    belief.compare(NOON)

    assert belief.doubt() is not None
    assert belief.now() == NOON + timedelta(hours=3)
