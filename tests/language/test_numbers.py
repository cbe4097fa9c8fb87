"""Numbers in what people write themselves: shown in the order they were typed, also inside Arabic and Persian."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.textshape import LRI, PDI, with_numbers_isolated


@pytest.mark.parametrize(
    "number", ["046-12 34 56", "+46 46 12 34 56", "020-50 50 50", "13:00–16:00", "2026-01-05", "070 174 06 05"]
)
def test_number_in_arabic_words_is_kept_in_its_own_direction(number: str) -> None:
    said = with_numbers_isolated(f"رقم الهاتف {number} ثم اتصل")

    assert f"{LRI}{number}{PDI}" in said


def test_words_from_left_to_right_are_left_as_they_are() -> None:
    assert with_numbers_isolated("Ring 046-12 34 56 i dag") == "Ring 046-12 34 56 i dag"


def test_plain_number_needs_no_marks() -> None:
    assert with_numbers_isolated("عمري 34 سنة") == "عمري 34 سنة"


def test_numbers_on_two_lines_stay_two_numbers() -> None:
    assert with_numbers_isolated("أ 12 34\n56 78") == f"أ {LRI}12 34{PDI}\n{LRI}56 78{PDI}"


@given(st.text(alphabet="ابت 0123456789-:/+.\n", max_size=80))
def test_isolating_changes_nothing_that_is_read(text: str) -> None:
    assert re.sub(f"[{LRI}{PDI}]", "", with_numbers_isolated(text)) == text


@pytest.mark.parametrize("address", ["https://x.example/2026-01-05/12:30", "http://1.2.3.4:8080/", "www.x.example/1-2"])
def test_an_address_in_arabic_words_stays_one_that_leads_where_it_led(address: str) -> None:
    said = with_numbers_isolated(f"اقرأ هنا ({address}) أو اتصل 046-12 34 56")

    assert f"({address})" in said
    assert f"{LRI}046-12 34 56{PDI}" in said
