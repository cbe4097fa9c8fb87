"""What staff read when they ask how it works: whom to reach, what to do in danger, and that what it states is so."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import typer

from bot.__main__ import main
from bot.cases import closing
from bot.cases.closing import Sheet
from bot.language.helplines import EMERGENCY, HELPLINES
from bot.language.i18n import Catalogues
from bot.language.parts import Facts
from bot.service import Service
from bot.volunteers.texts import ENABLE, StaffHelp, help_text
from models.closing import Category, Outcome
from models.people import STAFF_LANGUAGES, Language, Role
from tests import builders
from tests.telling import ways
from tests.telling.ways import NOW

SHEET = Sheet(Category.MIGRATION, (), Outcome.ANSWERED, 15)
NUMBER = re.compile(r"\d[\d -]{1,}\d")
TIMES = re.compile(r"\d\d:\d\d")


@pytest.fixture
def facts(catalogues: Catalogues) -> Facts:
    return Facts(zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues)


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COORDINATOR])
def test_every_number_to_pass_on_is_a_helpline_of_newcomers_and_has_a_source(
    catalogues: Catalogues, facts: Facts, role: Role, language: str
) -> None:
    told = help_text(catalogues.desk(language), facts, role)

    assert set(NUMBER.findall(TIMES.sub("", told))) == {line.number.what for line in (EMERGENCY, *HELPLINES)}
    assert {"112", "116 111", "020-50 50 50"} <= set(NUMBER.findall(told))


@pytest.mark.parametrize(("language", "said"), [("sv", "Så når du samordnaren: 070-174 06 05"),
                                                ("en", "How to reach the coordinator: 070-174 06 05")])  # fmt: skip
def test_a_volunteer_reads_how_to_reach_the_coordinator(
    catalogues: Catalogues, facts: Facts, language: str, said: str
) -> None:
    words = catalogues.desk(language)
    named = replace(facts, coordinator_contact="070-174 06 05")

    assert said in StaffHelp(role=Role.VOLUNTEER).said(words, named).text
    assert words("staff_ask_for_coordinator") in StaffHelp(role=Role.VOLUNTEER).said(words, facts).text


@pytest.mark.parametrize("language", list(Language))
def test_newcomers_never_read_how_the_coordinator_is_reached(
    catalogues: Catalogues, facts: Facts, language: Language
) -> None:
    told = replace(facts, coordinator_contact="070-174 06 05", words="☺")

    read = [way.said(catalogues.words(language), told).text for one in ways.to_newcomers() for way in ways.ways(one)]

    assert [text for text in read if "070-174" in text] == []


async def test_the_visitor_reads_the_volunteer_s_name_nowhere(service: Service) -> None:
    zebulon = await builders.volunteer(service, "Zebulon")
    asker = await builders.claimed_case(service, zebulon, "Får jag överklaga?")
    seen = await builders.answers(service, zebulon, asker, "Ja, inom tre veckor.")
    async with builders.acting(service, zebulon) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=seen, sheet=SHEET)

    read = await builders.screen(service, asker.id)

    assert any("inom tre veckor" in text for text in read) and len(read) >= 4
    assert [text for text in read if "Zebulon" in text] == []
    assert "Besökaren ser inte ditt namn." in service.desk("sv")("staff_help")


def test_the_command_that_lets_somebody_in_again_is_one(catalogues: Catalogues, facts: Facts) -> None:
    *_, group, verb = ENABLE.split()

    told = help_text(catalogues.desk("sv"), facts, Role.COORDINATOR)

    assert ENABLE in told
    assert verb in typer.main.get_command(main).commands[group].commands  # type: ignore[attr-defined]  # a group


def test_a_coordinator_reads_what_may_be_handed_to_the_municipality(catalogues: Catalogues, facts: Facts) -> None:
    told = help_text(catalogues.desk("sv"), facts, Role.COORDINATOR)

    assert "Till kommunen lämnar du aldrig ärenden, namn" in told and "färre än 5" in told
    assert "färre än 5" not in help_text(catalogues.desk("sv"), facts, Role.VOLUNTEER)
