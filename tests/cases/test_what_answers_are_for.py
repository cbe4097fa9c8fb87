"""The subject is for the advisers and is asked with a sentence that says so; the other answers are for the report."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases.texts_asked import AskTap
from bot.language import parts
from bot.language.i18n import Catalogues
from bot.service import Service
from models.intake import QUESTIONS, IntakeStep
from models.people import Language
from tests import builders
from tests.channels.web_fixtures import Site, opened_site
from tests.telling.keep_samples import facts_of

GIVEN = {
    "category": "housing", "first_visit": "no", "gender": "woman", "age": "65_plus", "situation": "quota_refugee",
}  # fmt: skip
SEEN = "Bostad"


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.mark.parametrize("language", list(Language))
def test_only_for_statistics_stands_above_the_four_and_not_above_the_subject(
    catalogues: Catalogues, language: str
) -> None:
    words, facts = catalogues.words(language), facts_of(catalogues)

    asked = {step: AskTap(step=step).said(words, facts).text for step in QUESTIONS}

    for step, told in asked.items():
        assert (words("stats_voluntary") in told) == (step != IntakeStep.CATEGORY), step
        assert (words("category_seen") in told) == (step == IntakeStep.CATEGORY), step


def labels(service: Service) -> dict[str, str]:
    return {column: parts.answer_label(service.words("sv"), column, code) for column, code in GIVEN.items()}


async def answered_all(service: Service) -> builders.Newcomer:
    asker = await builders.case_of(service, "Hyresvärden svarar inte")
    for column, code in GIVEN.items():
        await asker.presses(f"tap:{column}:{code}")
    return asker


async def test_of_the_five_answers_advisers_see_the_subject_alone(site: Site) -> None:
    service = site.service
    amina = await builders.volunteer(service, chat_id=500)
    asker = await answered_all(service)
    desk = await site.desk_of(amina)

    shown = [(await desk.get("/desk")).words, *await builders.screen(service, amina.id)]
    await builders.claims(service, amina, asker)
    shown += [(await desk.get(f"/desk/cases/{asker.case_id}")).words, *await builders.screen(service, amina.id)]

    told = labels(service)
    assert told["category"] == SEEN
    assert any(SEEN in text for text in shown[:2])
    others = [label for column, label in told.items() if column not in ("category", "first_visit")]
    assert [(label, text) for label in others for text in shown if label in text] == []


async def test_all_five_are_kept_with_the_case_and_the_four_have_a_consent_of_their_own(service: Service) -> None:
    asker = await answered_all(service)

    row = await builders.case_row(asker)

    assert {column: getattr(row, column) for column in GIVEN} == GIVEN
    assert row.stats_consent_at is not None
