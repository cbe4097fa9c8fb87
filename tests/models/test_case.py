"""The moves of a case, and the codes it is called by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import MOVES, CaseEventKind, CaseStatus, check_digit, is_code, new_code, spoken_code

Q, C, X = CaseStatus.QUEUED, CaseStatus.CLAIMED, CaseStatus.CLOSED
ALLOWED = {
    (Q, CaseEventKind.CLAIMED): C,
    (C, CaseEventKind.RELEASED): Q,
    (Q, CaseEventKind.CLOSED): X,
    (C, CaseEventKind.CLOSED): X,
    (Q, CaseEventKind.WITHDRAWN): X,
    (C, CaseEventKind.WITHDRAWN): X,
    (X, CaseEventKind.REOPENED): Q,
    (X, CaseEventKind.TAKEN_UP): C,
    (C, CaseEventKind.HANDED_OVER): C,
}
DIGITS = st.text("0123456789", min_size=6, max_size=6)


@pytest.mark.parametrize("event", list(CaseEventKind))
@pytest.mark.parametrize("status", list(CaseStatus))
def test_exactly_the_planned_moves_are_allowed(status: CaseStatus, event: CaseEventKind) -> None:
    came_from, goes_to = MOVES.get(event, (frozenset(), None))

    reached = goes_to if status in came_from else None

    assert reached == ALLOWED.get((status, event))


@given(DIGITS)
def test_every_wrong_digit_is_caught(digits: str) -> None:
    code = digits + check_digit(digits)

    wrong = [
        code[:place] + other + code[place + 1 :]
        for place in range(len(code))
        for other in "0123456789"
        if other != code[place]
    ]

    assert is_code(code)
    assert [one for one in wrong if is_code(one)] == []


@given(DIGITS, st.integers(0, 5))
def test_swapped_neighbours_are_caught_except_nought_and_nine(digits: str, place: int) -> None:
    code = digits + check_digit(digits)
    a, b = code[place], code[place + 1]

    swapped = code[:place] + b + a + code[place + 2 :]

    assert is_code(swapped) == (a == b or {a, b} == {"0", "9"})


def test_a_new_code_is_a_code_and_is_read_aloud_in_groups() -> None:
    code = new_code()

    assert is_code(code)
    assert spoken_code("4729135") == "472 913 5"
    assert spoken_code(code).replace(" ", "") == code


@pytest.mark.parametrize("text", ["", "472913", "47291355", "472 913 5", "٤٧٢٩١٣٥", "472913x", "²²²²²²²", "-729135"])
def test_what_is_not_seven_latin_digits_is_no_code(text: str) -> None:
    assert not is_code(text)
