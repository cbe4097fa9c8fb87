"""How fast letters may leave, and what is remembered of the lanes between two of them. Time is a number here."""

from pathlib import Path

import pytest

from bot.engine.settings import Settings
from bot.telling.letters import Sent, TryAgain, Unreachable
from bot.telling.traffic import MOST_REFUSED_IN_A_ROW, Traffic
from tests.given import settings_for

STEP_SECONDS = 0.01


class Hands:
    """The hands of a monotonic clock."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def now(self) -> float:
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def traffic(hands: Hands, tmp_path: Path) -> Traffic:
    usual = Settings()
    pace = {name: getattr(usual, name) for name in ("sends_a_second", "sends_to_a_chat_a_second")}
    return Traffic(settings_for("sqlite:///nowhere", tmp_path, **pace), now=hands.now)


def _leaves(traffic: Traffic, lane: int) -> bool:
    """Whether a letter to the lane left now, had there been one."""
    if not traffic.takes_turn():
        return False
    if lane in traffic.not_now(nor_slow=True):
        traffic.gives_turn_back()
        return False
    traffic.leaves(lane)
    return True


def _most_in(seconds: float, times: list[float]) -> int:
    return max(sum(start <= at < start + seconds for at in times) for start in times)


def test_to_one_chat_three_letters_leave_at_once_and_then_one_a_second(traffic: Traffic, hands: Hands) -> None:
    times = []
    for _ in range(2_000):
        if _leaves(traffic, 1):
            times.append(hands.at)
        hands.at += STEP_SECONDS

    assert len([at for at in times if at < 1_000.5]) == 3
    assert [_most_in(seconds, times) for seconds in (1, 10)] == [3, 12]
    assert len(times) >= 20


def test_never_more_than_thirty_leave_in_a_second_however_many_wait(traffic: Traffic, hands: Hands) -> None:
    times, lane = [], 0
    for tick in range(6_000):
        while (tick < 1_000 or tick > 3_000) and _leaves(traffic, lane):
            times.append(hands.at)
            lane += 1
        hands.at += STEP_SECONDS

    assert _most_in(1, times) <= 30
    assert len(times) >= 600  # in the first and the last ten seconds, and more


def test_a_chat_that_is_told_to_wait_waits_and_the_others_do_not(traffic: Traffic, hands: Hands) -> None:
    traffic.came_back(1, TryAgain(after_seconds=35))

    assert traffic.not_now(nor_slow=False) == [1]
    assert _leaves(traffic, 2)
    hands.at += 34.9
    assert traffic.not_now(nor_slow=False) == [1]
    hands.at += 0.2
    assert traffic.not_now(nor_slow=False) == []


def test_when_chat_after_chat_is_told_to_wait_it_is_us_who_wait(traffic: Traffic, hands: Hands) -> None:
    for lane in range(MOST_REFUSED_IN_A_ROW):
        traffic.came_back(lane, TryAgain(after_seconds=20))

    assert not traffic.takes_turn()
    assert traffic.rest_seconds() == pytest.approx(20)
    hands.at += 20.1
    assert traffic.takes_turn()


def test_one_letter_that_arrives_shows_that_it_was_only_the_chats(traffic: Traffic) -> None:
    for lane in range(3 * MOST_REFUSED_IN_A_ROW):
        traffic.came_back(lane, TryAgain(after_seconds=20) if lane % MOST_REFUSED_IN_A_ROW else Sent(1))

    assert traffic.takes_turn()


def test_a_lane_that_hangs_is_only_for_the_patient_until_something_comes_back(traffic: Traffic) -> None:
    traffic.hangs(1)
    traffic.came_back(1, TryAgain(doubtful=True))

    assert (traffic.not_now(nor_slow=True), traffic.not_now(nor_slow=False)) == ([1], [])
    for outcome in (Sent(1), Unreachable("blocked")):
        traffic.hangs(1)
        traffic.came_back(1, outcome)
        assert traffic.not_now(nor_slow=True) == []


def test_whoever_waits_for_a_lane_is_told_for_how_long(traffic: Traffic, hands: Hands) -> None:
    assert traffic.rest_seconds() is None
    for _ in range(3):
        assert _leaves(traffic, 1)
        hands.at += 0.1

    assert traffic.rest_seconds() == pytest.approx(0.7)
    hands.at += 0.8
    assert _leaves(traffic, 1)
