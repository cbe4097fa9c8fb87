"""Somebody young reads who may write and who else is there, is answered like everybody, and no profile is made."""

import ast
import re
from pathlib import Path

import pytest

from bot.cases.texts_asked import AskTap
from bot.language import helplines
from bot.language.helplines import CHILDREN
from bot.language.i18n import Catalogues
from bot.language.often_asked import often_asked_text
from bot.language.parts import privacy_text
from bot.service import Service
from bot.volunteers.texts import help_text
from models.intake import IntakeStep
from models.notice import Notice
from models.people import STAFF_LANGUAGES, Channel, Language, Role
from tests import builders
from tests.telling.keep_samples import facts_of

ROOT = Path(__file__).parents[2]
CASE_NUMBER = re.compile(r"\d{3} \d{3} \d")
REPORTS = "bot/reports/"
ASKS = "models/intake.py"


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("language", list(Language))
def test_somebody_young_reads_who_may_write_and_who_else_is_there(
    catalogues: Catalogues, language: str, channel: Channel
) -> None:
    words, facts = catalogues.words(language), facts_of(catalogues)

    *_, asked = often_asked_text(words, facts, channel=channel).split("\n\n")
    privacy = privacy_text(words, facts, channel=channel)

    assert asked.startswith(words("faq_young_q")) and "13" in words("faq_young")
    for told in (asked, privacy):
        for said in (words("under_13"), words("young_no_profile"), helplines.said(words, CHILDREN)):
            assert said in told
    assert CHILDREN.number.what == "116 111"


@pytest.mark.parametrize("language", list(Language))
def test_who_says_under_18_reads_the_same_at_once_and_nobody_else_does(catalogues: Catalogues, language: str) -> None:
    words, facts = catalogues.words(language), facts_of(catalogues)

    young, grown = (
        AskTap(step=IntakeStep.SITUATION, answered=f"age:{code}").said(words, facts).text
        for code in ("under_18", "18_29")
    )

    assert words("under_13") in young and helplines.said(words, CHILDREN) in young
    assert words("under_13") not in grown and "116 111" not in grown


async def test_who_says_under_18_is_answered_like_everybody(service: Service) -> None:
    amina = await builders.volunteer(service)
    shown = []
    for code in ("under_18", "18_29"):
        asker = await builders.case_of(service, "Får jag ett bibliotekskort?")
        await asker.presses(f"tap:age:{code}")
        card = (await builders.screen(service, amina.id, Notice.OFFERED))[-1]
        await builders.claims(service, amina, asker)
        await builders.answers(service, amina, asker, "Ja, det får du")
        read = await builders.screen(service, asker.id, Notice.RECEIPT, Notice.CLAIMED, Notice.REPLY)
        shown.append([CASE_NUMBER.sub("", text) for text in (card, *read)])

    young, grown = shown

    assert young == grown and len(young) == 4


def test_no_code_reads_an_age_but_the_report() -> None:
    """So nothing is made of it but a figure: no profile, no other order, no other answer."""
    reading = set()
    for path in (path for folder in ("bot", "handlers", "models") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (isinstance(node, ast.Attribute) and node.attr == "age") or (
                isinstance(node, ast.Constant) and node.value == "age"
            ):
                reading.add(path.relative_to(ROOT).as_posix())

    assert ASKS in reading
    assert [path for path in reading - {ASKS} if not path.startswith((REPORTS, "models/migrations/"))] == []


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COORDINATOR])
@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_staff_read_what_to_do_when_somebody_young_writes(catalogues: Catalogues, language: str, role: Role) -> None:
    words = catalogues.desk(language)

    told = help_text(words, facts_of(catalogues), role)

    assert words("staff_young") in told
    assert told.index(words("staff_child_at_risk")) < told.index(words("staff_young"))
    assert told.index(words("staff_young")) < told.index(CHILDREN.number.what), "the number stands below"
