"""`python -m tests.book.overview_pictures`: takes the pictures of the coordinators' overview and of one case.

Who stands in them is invented. It must not judge how a page looks: people do.
"""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from bot.cases import blocking, handing_over, notes, safeguarding
from bot.engine import clock
from bot.engine.schema import migrate
from bot.language import i18n
from models.block import BlockReason, BlockSpan
from tests import builders
from tests.book.desk_pictures import SIZES, taken
from tests.book.examples import QUESTIONS
from tests.channels.shift_desk import ShiftDesk, shift_desk
from tests.chromium import started_chromium


async def in_the_middle_of_things(desk: ShiftDesk) -> dict[str, dict[str, str]]:
    """Some cases wait, one has stalled, in one somebody may be in danger. The pages, by who looks at them."""
    service = desk.site.service
    amina, karin = desk.staff["Amina"], desk.staff["Karin"]
    await builders.shift(service, amina, desk.staff["Bo"])
    danger = await builders.claimed_case(service, amina, QUESTIONS["uk"], language="uk")
    stalled = await builders.claimed_case(service, amina, QUESTIONS["fa"], language="fa")
    for language in ("ar", "sv"):
        await builders.case_of(service, QUESTIONS[language], language=language)
    blocked = await builders.case_of(service, "…")
    async with builders.acting(service, karin) as work:
        await blocking.block(work, case_id=blocked.case_id, span=BlockSpan.WEEK, reason=BlockReason.SPAM)
    async with builders.acting(service, amina) as work:
        await safeguarding.flag(work, case_id=danger.case_id)
    async with builders.acting(service, amina) as work:
        await notes.add(work, case_id=stalled.case_id, text="Ringer helst på kvällen")
    clock.move(timedelta(minutes=35))
    async with builders.acting(service, amina) as work:
        note = "Hon väntar på svar från CSN"
        await handing_over.offer(work, case_id=danger.case_id, note=note, person_id=desk.staff["Bo"].id)
    offered = (await builders.one(service, "SELECT id FROM hand_overs")).id
    overview = {"overview": "/desk/overview", "any-case": f"/desk/overview/cases/{stalled.case_id}"}
    flagged, hers = f"/desk/cases/{danger.case_id}", f"/desk/cases/{stalled.case_id}"
    own = {"queue": "/desk", "between": hers, "danger": f"{flagged}/danger", "follow-up": f"{hers}/follow-up"}
    return {"Karin": overview, "Amina": own, "Bo": {"offered": f"/desk/hand-overs/{offered}"}}


async def take() -> None:
    """Every picture is as the program is now."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "data").mkdir()
        url = f"sqlite+aiosqlite:///{folder}/data/radrum.db"
        await migrate(url)
        async with shift_desk(url, folder, i18n.load()) as desk, started_chromium() as browser:
            clock.freeze(clock.now())
            for who, pages in (await in_the_middle_of_things(desk)).items():
                for size in SIZES:
                    await taken(browser, desk, who, pages, size)


if __name__ == "__main__":
    asyncio.run(take())
