"""Who may take which shift, what a shift lacks; for whatever shifts and people there may be."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.shift import ONLINE, overlap
from models.staffing import (
    Grade,
    Needs,
    Stretch,
    Volunteer,
    WhyNot,
    best_first,
    cover,
    hindrance_by_room,
    hindrance_by_time,
    hindrance_of,
    in_the_way,
    left_alone,
)

NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)
TRAVEL = timedelta(minutes=30)
PLACES = ("linero", "stadsbiblioteket", ONLINE)
people = st.builds(
    Volunteer, id=st.integers(1, 9), speaks=st.sets(st.sampled_from(["sv", "ar", "fa"])).map(tuple),
    is_introduced=st.booleans(), is_trainee=st.booleans(),
)  # fmt: skip
stretches = st.builds(
    lambda shift, place, begins, lasts: Stretch(
        shift, place, NOON + timedelta(minutes=15 * begins), NOON + timedelta(minutes=15 * (begins + lasts))
    ),
    st.integers(1, 10**6), st.sampled_from(PLACES), st.integers(-96, 96), st.integers(1, 40),
)  # fmt: skip


def at(hours: float, lasts: float = 1, place: str = "linero", shift: int = 1) -> Stretch:
    begins = NOON + timedelta(hours=hours)
    return Stretch(shift, place, begins, begins + timedelta(hours=lasts))


@given(stretches, st.lists(stretches, max_size=6))
def test_nobody_is_on_two_shifts_at_once_nor_in_two_places_sooner_than_one_gets_there(
    wish: Stretch, others: list[Stretch]
) -> None:
    others = [one for one in others if one.shift != wish.shift]

    why = in_the_way(wish, others, TRAVEL)

    clashes = [one for one in others if overlap(wish.span, one.span)]
    if clashes:
        assert why is not None and why.why == WhyNot.CLASH and why.other in clashes
    elif why is not None:
        assert why.why == WhyNot.TRAVEL and why.other is not None and why.other.place != wish.place
    else:
        for one in others:
            gap = max(wish.starts_at - one.ends_at, one.starts_at - wish.ends_at)
            assert gap >= TRAVEL or one.place == wish.place or ONLINE in (one.place, wish.place)


@pytest.mark.parametrize(
    ("hours", "place", "why"),
    [
        (1, "linero", None), (1, "stadsbiblioteket", WhyNot.TRAVEL), (1.25, "stadsbiblioteket", WhyNot.TRAVEL),
        (1.5, "stadsbiblioteket", None), (1, ONLINE, None), (0.5, ONLINE, WhyNot.CLASH),
        (-1, "stadsbiblioteket", WhyNot.TRAVEL), (-1.5, "stadsbiblioteket", None),
    ],
)  # fmt: skip
def test_from_one_place_to_another_takes_half_an_hour_and_online_none(
    hours: float, place: str, why: WhyNot | None
) -> None:
    found = in_the_way(at(0), [at(hours, place=place, shift=2)], TRAVEL)

    assert (found and found.why) == why


def test_who_is_new_away_or_works_elsewhere_is_told_that_before_anything_else() -> None:
    clash = [at(0, shift=2)]

    def why(**values: object) -> WhyNot | None:
        found = hindrance_of(at(0), Volunteer(1, **values), clash, TRAVEL)  # type: ignore[arg-type]
        return found and found.why

    assert why(is_introduced=False, is_paused=True) == WhyNot.NOT_INTRODUCED
    assert why(is_paused=True, places=("online",)) == WhyNot.PAUSED
    assert why(places=("online",)) == WhyNot.OTHER_PLACE
    assert why(places=("linero", "online")) == why() == WhyNot.CLASH


def test_what_is_over_cancelled_or_begun_is_said_in_that_order() -> None:
    shift = at(0)

    def why(now: float, *, cancelled: bool = False, may: bool = False) -> WhyNot | None:
        found = hindrance_by_time(shift, NOON + timedelta(hours=now), cancelled=cancelled, may_have_begun=may)
        return found and found.why

    assert [why(1, cancelled=True), why(0.5, cancelled=True), why(0), why(0, may=True), why(-1)] == [
        WhyNot.OVER, WhyNot.CANCELLED, WhyNot.BEGUN, None, None,
    ]  # fmt: skip


@given(st.integers(1, 4), st.integers(0, 4), st.lists(people, max_size=12, unique_by=lambda one: one.id))
def test_whoever_comes_one_after_the_other_a_shift_is_never_overfull_nor_of_trainees_only(
    needed: int, experienced: int, coming: list[Volunteer]
) -> None:
    needs, on_it = Needs(needed, min(experienced, needed)), []
    for one in coming:
        if hindrance_by_room(needs, on_it, one) is None:
            on_it.append(one)

    assert len(on_it) <= needed
    assert left_alone(on_it) == ()
    if len(on_it) == needed:
        assert sum(one.is_experienced for one in on_it) >= needs.experienced


@given(st.lists(people, max_size=5, unique_by=lambda one: one.id), st.sets(st.sampled_from(["ar", "fa", "uk"])))
def test_green_is_only_what_lacks_nothing_and_red_what_has_nobody_experienced(
    on_it: list[Volunteer], wants: set[str]
) -> None:
    got = cover(Needs(2, 1, tuple(wants)), on_it)

    has_experienced = any(one.is_experienced for one in on_it)
    spoken = {code for one in on_it for code in one.speaks}
    assert (got.grade == Grade.RED) == (not has_experienced)
    assert (got.grade == Grade.GREEN) == (has_experienced and len(on_it) >= 2 and wants <= spoken)
    assert got.missing == max(0, 2 - len(on_it)) and set(got.languages) == wants - spoken
    assert list(got.languages) == sorted(got.languages, key=lambda code: (code != "ar", code))


def test_who_speaks_what_is_missing_comes_first_then_who_has_fewest_shifts() -> None:
    one, busy, arabic = Volunteer(1, ("sv",)), Volunteer(2, ("sv",)), Volunteer(3, ("sv", "ar"))

    best = best_first(Needs(2, 1, ("ar",)), [], [busy, one, arabic], {2: 4, 3: 9})

    assert [each.id for each in best] == [3, 1, 2]
