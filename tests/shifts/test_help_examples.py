"""The help of every command has an example in both languages of staff, and what it shows is understood when typed."""

import re
from datetime import date

import pytest

from bot.cases import blocking, reassigning
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.people.people import speak_to_staff
from bot.volunteers.menus import commands_of, menu_of
from handlers.telegram.volunteer import TAKE_NO_ARGUMENTS
from models.block import BlockReason, BlockSpan
from models.case import spoken_code
from models.people import STAFF_LANGUAGES, Role
from tests import builders
from tests.shifts.office import CHATS, ShiftOffice

WITH_MORE = [name for name in commands_of(Role.COORDINATOR) if name not in TAKE_NO_ARGUMENTS]
NOT_UNDERSTOOD = {"sv": "Skriv så här:", "en": "Write it like this:"}


def example_of(catalogues: Catalogues, language: str, name: str) -> str:
    said = without_bidi_controls(dict(menu_of(catalogues.desk(language), Role.COORDINATOR))[name])
    found = re.search(rf"/{name} .+", said)
    return found.group() if found else ""


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_command_that_takes_words_shows_some(catalogues: Catalogues, language: str) -> None:
    assert [name for name in WITH_MORE if not example_of(catalogues, language, name)] == []


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
async def test_every_example_is_understood(office: ShiftOffice, catalogues: Catalogues, language: str) -> None:
    karin = office.staff["Karin"]
    await builders.volunteer(office.house.service, "Nour", on_shift=False)
    await office.shift("Bo", "Karin")
    await office.shift("Bo", day=date(2026, 12, 9))
    async with office.house.service.store.work() as work:
        await speak_to_staff(work, karin.id, language)
    for day in ("måndag", "torsdag"):
        await office.types("Karin", f"/sethours linero {day} 9-11")
        await office.house.pressed(CHATS["Karin"], office.shows("Karin").buttons[0][0].action)

    asker = await builders.case_of(office.house.service)
    async with builders.acting(office.house.service, karin) as work:
        await reassigning.reassign(work, case_id=asker.case_id, person_id=karin.id)

    wrong = []
    for name in sorted(WITH_MORE, key=lambda one: (one == "cant", one == "newshift", "block" in one, one)):
        line = example_of(catalogues, language, name)
        if name == "invite":
            line = line.replace("Nour", "Dalia")  # else there would be one already
        if name == "newshift":
            line = line.replace("13-16", "17-18")
        line = line.replace("472 913 5", spoken_code(asker.code))
        line = line.replace("12 mars", "9 december").replace("12 March", "9 December")  # before the case's last day
        if name == "unblock":
            async with builders.acting(office.house.service, karin) as work:
                await blocking.block(work, case_id=asker.case_id, span=BlockSpan.DAY, reason=BlockReason.OTHER)
        read = await office.types("Karin", line)
        if NOT_UNDERSTOOD[language] in read:
            wrong.append((line, read))

    assert wrong == []
