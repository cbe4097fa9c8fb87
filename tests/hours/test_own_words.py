"""What coordinators write in their own words, as it is read in a language that they did not write."""

from datetime import date

import pytest

from bot.hours.phrases import day_line, place_lines
from bot.hours.told import DayTold
from bot.language.i18n import Catalogues
from bot.places.told import PlaceFacts
from models.hours import Reason
from models.people import Language

CLOSED = DayTold(
    code="linero", place="linero_library", day=date(2026, 11, 23), reason=Reason.OTHER, texts={"sv": "vattenläcka"}
)  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_a_place_is_told_in_swedish_where_nothing_was_written_in_a_language(
    catalogues: Catalogues, language: str
) -> None:
    place = PlaceFacts(code="linero", place="linero_library", details={"floor": {"sv": "Plan 2", "ar": "الطابق 2"}})

    told = "\n".join(place_lines(catalogues.words(language), place))

    assert ("الطابق 2" if language == Language.AR else "Plan 2") in told


@pytest.mark.parametrize("language", list(Language))
def test_a_reason_of_one_s_own_is_read_only_in_the_languages_that_it_was_written_in(
    catalogues: Catalogues, language: str
) -> None:
    told = day_line(catalogues.words(language), CLOSED)

    assert ("vattenläcka" in told) is (language == Language.SV)
