"""At the desk a coordinator takes back the newest of their own: named, asked, done once; whoever was told is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.shifts import making, taking
from models.hours_change import Change, Verb
from models.outbox import Notice
from tests import builders
from tests.channels.shift_desk import NAME, NOW, ShiftDesk, alert_in, read, shift_desk
from tests.channels.web_fixtures import Page

UNDO, EVENING = "/desk/undo", (time(16), time(18))
NOTHING = "Det finns inget av dig från det senaste dygnet att ångra, eller så bygger något annat på det."
NO_MORE = "Det går inte att ångra längre: något har ändrats sedan dess."


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """On either database."""
    async with shift_desk(database_url, tmp_path, catalogues) as made:
        yield made


async def assigned(desk: ShiftDesk, shift: int, by: str = "Karin", who: str = "Amina") -> None:
    builders.a_second_later()
    async with builders.acting(desk.site.service, desk.staff[by]) as work:
        await making.assign(work, shift, desk.staff[who].id)


async def presses(desk: ShiftDesk, who: str, page: Page) -> Page:
    return await desk.sends(who, UNDO, {"line": page.hidden("line")}, seen=page)


async def test_who_was_put_on_a_shift_is_off_it_again_and_knows(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await assigned(desk, shift)

    asked = await desk.opens("Karin", UNDO)
    still = await desk.on(shift)
    done = [await presses(desk, "Karin", asked) for _ in range(2)]
    then = await desk.opens("Karin", UNDO)

    what = f"Du satte upp Amina på {NAME}."
    assert f"Vill du ångra det här? De som fick veta det får veta det igen. {what} Ångra Nej" in read(asked.text)
    assert still == ["Amina", "Bo"] and await desk.on(shift) == ["Bo"]
    for page in done:
        assert page.status == 200 and f"✓ Ångrat: {what}" in read(page.text)
    assert NOTHING in read(then.text)
    news = await desk.told("Amina", Notice.SHIFT_NEWS)
    assert len(news) == 2 and news[-1].startswith(f"Karin har tagit bort dig från passet {NAME}.")


async def test_a_cancelled_shift_is_held_again(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina")
    page = await desk.opens("Karin", f"/desk/shifts/{shift}")
    cancelled = await desk.sends("Karin", f"/desk/shifts/{shift}/cancel", {"reason": "illness"}, seen=page)

    done = await presses(desk, "Karin", await desk.opens("Karin", UNDO))

    assert f'href="{UNDO}"' in cancelled.text
    assert f"✓ Ångrat: Du ställde in passet {NAME}." in read(done.text)
    assert (await desk.told("Amina", Notice.SHIFT_NEWS))[-1].startswith(f"Passet {NAME} gäller igen.")


async def test_a_change_of_the_hours_that_is_newer_is_asked_about_on_its_own_page(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await assigned(desk, shift)
    builders.a_second_later()
    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        number = await changes.publish_now(work, Change(Verb.EXTRA, ("linero",), date(2026, 12, 23), spans=(EVENING,)))

    asked = await desk.opens("Karin", UNDO)

    assert asked.url == f"/desk/hours/changes/{number}/undo"
    assert await desk.on(shift) == ["Amina", "Bo"]


async def test_what_is_another_s_or_a_day_old_or_built_on_is_not_offered(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await assigned(desk, shift)

    others = await desk.opens("Robin", UNDO)
    async with builders.acting(desk.site.service, desk.staff["Bo"]) as work:
        await taking.leave(work, shift)
    built_on = await desk.opens("Karin", UNDO)
    await assigned(desk, shift, who="Cleo")
    clock.freeze(NOW + timedelta(hours=25))
    desk.browsers.clear()
    old = await desk.opens("Karin", UNDO)

    assert [NOTHING in read(page.text) for page in (others, built_on, old)] == [True, True, True]


async def test_what_was_built_on_meanwhile_or_is_another_s_is_refused_with_why(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await assigned(desk, shift)
    asked = await desk.opens("Karin", UNDO)
    theirs = await desk.sends("Robin", UNDO, {"line": asked.hidden("line")}, seen=asked)
    async with builders.acting(desk.site.service, desk.staff["Bo"]) as work:
        await taking.leave(work, shift)

    refused = await presses(desk, "Karin", asked)
    wrong = [await desk.sends("Karin", UNDO, {"line": line}, seen=asked) for line in ("", "x", "9" * 40)]

    assert [page.status for page in (theirs, refused, *wrong)] == [409] * 5
    assert {alert_in(page) for page in (theirs, refused, *wrong)} == {NO_MORE}
    assert await desk.on(shift) == ["Amina"]


async def test_who_cannot_be_put_back_is_said(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina", "Bo")
    builders.a_second_later()
    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        await making.unassign(work, shift, desk.staff["Amina"].id)
    asked = await desk.opens("Karin", UNDO)
    await desk.shift("Amina", begins=14, place="stadsbiblioteket")

    refused = await presses(desk, "Karin", asked)

    assert refused.status == 409
    assert "Amina: Krockar med passet mån 7/12 14–17 Stadsbiblioteket." in alert_in(refused)
    assert await desk.on(shift) == ["Bo"]


async def test_in_two_windows_at_once_it_is_taken_back_once(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await assigned(desk, shift)
    asked = await desk.opens("Karin", UNDO)

    answers = await asyncio.gather(*(presses(desk, "Karin", asked) for _ in range(2)))

    assert [answer.status for answer in answers] == [200, 200]
    assert len(await desk.told("Amina", Notice.SHIFT_NEWS)) == 2
