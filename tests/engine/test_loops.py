"""What loops have in common: they go on until something answers, and rest until something is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock, loops
from bot.engine.errors import Refusal, Stale, Unavailable

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
POLL_SECONDS = 5.0


@dataclass
class Life:
    stopping: bool = False


class Act:
    """Refused as often as there are refusals, then done."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals, self.is_done = list(refusals), False

    async def __call__(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.is_done = True


@pytest.fixture
def frozen():
    clock.freeze(NOON)
    yield
    clock.unfreeze()


async def test_it_is_tried_until_it_is_done_and_each_trouble_says_how_long_to_rest() -> None:
    act, troubles = Act(Unavailable("first"), Unavailable("second")), []

    def at_once(trouble: Unavailable) -> float:
        troubles.append(trouble.cause)
        return 0

    await loops.until_it_answers(act, Unavailable, at_once)

    assert act.is_done
    assert troubles == ["first", "second"]


async def test_what_is_no_trouble_of_that_kind_ends_it() -> None:
    act = Act(Stale(), Unavailable())

    with pytest.raises(Stale):
        await loops.until_it_answers(act, Unavailable, lambda _trouble: 0)

    assert not act.is_done


async def test_a_program_that_stops_tries_no_more_unless_it_has_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "REST_SECONDS", 0)
    optional, owed, life = Act(), Act(Unavailable()), Life(stopping=True)

    await loops.until_stored(optional, unless=life)
    await loops.until_stored(owed)

    assert not optional.is_done
    assert owed.is_done


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(
    ("due_in", "rests"),
    [
        (None, POLL_SECONDS),
        (timedelta(seconds=3), 3),
        (timedelta(hours=1), POLL_SECONDS),
        (timedelta(0), loops.SHORTEST_REST_SECONDS),
        (-timedelta(hours=1), loops.SHORTEST_REST_SECONDS),
    ],
)
def test_a_loop_rests_until_what_is_due_next(due_in: timedelta | None, rests: float) -> None:
    assert loops.rest_seconds(None if due_in is None else NOON + due_in, at_most=POLL_SECONDS) == rests
