"""The bench's arithmetic, and what it takes for lost or doubled. No time is measured here."""

import pytest

from tests.bench.figures import Spread, quantile, quotients, short, spread
from tests.bench.kept import NotKept, compare
from tests.bench.load import Turn
from tests.bench.options import INTAKE, PARTS, TELEGRAM_WAYS, read
from tests.bench.table import Table, as_markdown, as_text, joined
from tests.bench.wire import Answer
from tests.bench.wire import read as read_answer


def test_a_spread_is_the_median_and_its_bounds() -> None:
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert str(spread([30.0, 10.0, 20.0])) == "20 (10–30)"
    assert str(spread([5.0])) == "5.0"


def test_quotients_are_made_within_a_round() -> None:
    slowed_down = quotients([100.0, 10.0], [50.0, 5.0])

    assert slowed_down == Spread(2.0, 2.0, 2.0)
    assert quotients([1.0], [0.0]) == Spread(0.0, 0.0, 0.0)


def test_quantiles() -> None:
    assert quantile([float(n) for n in range(100)], 0.99) == 99.0
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([], 0.5) == 0.0


def test_a_turns_waits_are_told_in_milliseconds() -> None:
    turn = Turn(2.0, [0.001, 0.002, 0.010], cpu=0.0, driver=0.0, again=0)

    assert (turn.p50, turn.p99) == (2.0, 10.0)


@pytest.mark.parametrize(("value", "shown"), [(12_345.0, "12 345"), (34.4, "34"), (3.44, "3.4"), (0.0344, "0.034")])
def test_figures_have_as_many_digits_as_mean_something(value: float, shown: str) -> None:
    assert short(value) == shown


def test_what_was_acknowledged_is_kept() -> None:
    compare({1: ["a", "b"], 2: ["c"]}, [(1, "a"), (1, "b"), (2, "c")], "somebody")


@pytest.mark.parametrize(
    "rows",
    [[(1, "a")], [(1, "a"), (1, "b"), (1, "b")], [(1, "b"), (1, "a")], [(1, "a"), (1, "b"), (2, "c")]],
    ids=["lost", "twice", "out of order", "somebody else's"],
)
def test_what_was_not_kept_once_and_in_order_is_told(rows: list[tuple[int, str]]) -> None:
    with pytest.raises(NotKept, match="somebody"):
        compare({1: ["a", "b"]}, rows, "somebody")


def test_an_answer_is_read_once_it_is_whole() -> None:
    whole = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nlate"

    assert read_answer(whole[:-1]) is None
    assert read_answer(whole) == Answer(503, b"late")


def test_tables_are_printed_and_written() -> None:
    table = joined([Table("Title", ("who", "a second"), [("floor", "1 000")]), Table("", (), [("product", "10")])])

    assert as_text(table).splitlines()[-2:] == ["floor       1 000", "product        10"]
    assert as_markdown(table).splitlines()[-1] == "| product | 10 |"


def test_nothing_chosen_is_telegram_and_full_is_everything() -> None:
    assert read([]).parts == (INTAKE,) and read([]).ways == TELEGRAM_WAYS and read([]).report is None
    assert read(["--full"]).parts == PARTS
    assert read(["--only", "sqlite", "--rounds", "1"]).rounds == 1
    assert read(["--only", "desk"]).ways == ("desk",)
