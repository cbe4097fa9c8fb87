"""The times a change may have: how many, in which order, and from when in the morning."""

from datetime import date, time

import pytest

from models.hours_change import MOST_SPANS, Change, Standing, Verb, Wrong, effect_of
from models.timetable import Span

MONDAY = date(2026, 11, 30)


def spans(count: int) -> tuple[Span, ...]:
    """Half-hours with half an hour between them, from eight in the morning."""
    return tuple((time(8 + n), time(8 + n, 30)) for n in range(count))


def changes(count: int) -> list[Change]:
    """Every kind of change that has times, with so many of them."""
    dated = [Change(verb, ("linero",), MONDAY, spans=spans(count)) for verb in (Verb.TIMES, Verb.EXTRA, Verb.POPUP)]
    return [*dated, Change(Verb.WEEKLY, ("linero",), MONDAY, weekday=0, spans=spans(count))]


@pytest.mark.parametrize("change", changes(MOST_SPANS), ids=lambda change: str(change.verb))
def test_a_day_may_have_four_openings(change: Change) -> None:
    effect = effect_of(change, Standing())

    made = [*effect.rules.values(), *effect.exceptions.values()]
    assert [(one.opens, one.closes) for one in made] == list(spans(4))


@pytest.mark.parametrize("change", changes(MOST_SPANS + 1), ids=lambda change: str(change.verb))
def test_a_day_with_a_fifth_opening_is_refused_and_the_reason_is_that_there_are_too_many(change: Change) -> None:
    with pytest.raises(Wrong) as refused:
        effect_of(change, Standing())

    assert (refused.value.code, refused.value.values) == ("hours_too_many_spans", {"most": "4"})
