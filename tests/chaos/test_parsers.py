"""What `make chaos` measures is run here on a few bytes, so that a parser that has changed does not end it."""

from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from tests.chaos.scenarios.cost import ANSWERS, PARSERS, Row

FEW_TIMES = 3


@pytest.mark.parametrize("row", PARSERS, ids=lambda row: row.name)
def test_every_parser_answers_or_refuses(row: Row) -> None:
    with capture_logs():
        for piece in row.pieces:
            with suppress(*ANSWERS):
                row.parse(row.head + piece * FEW_TIMES)
