"""A reply taken back on the web: gone from her page, said on both sides, by a button at the desk for a minute."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import addressee, taking_back
from bot.engine import clock
from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import Staff, acting, table
from tests.channels.web_fixtures import Browser, Site, opened_site

LONG = "ord " * 1_500  # two parts


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def _conversation(site: Site) -> tuple[Browser, Staff, Browser, str]:
    """Her page, and the desk of the volunteer who has her case, with the path of it."""
    amina = await builders.volunteer(site.service, "Amina")
    page = site.browser()
    await page.agrees()
    await page.says("Får jag överklaga?")
    (row,) = await table(site.service, "SELECT id FROM cases")
    desk = await site.desk_of(amina)
    await desk.post(f"/desk/cases/{row.id}/claim")
    return page, amina, desk, f"/desk/cases/{row.id}"


async def _replies(desk: Browser, path: str, text: str) -> str:
    """The reply has been sent; returns the number of its message as the page's button has it."""
    shown = await desk.get(path)
    answered = await desk.post(f"{path}/reply", {"text": text, "client_msg_id": shown.hidden("client_msg_id")})
    return answered.text.split('name="message" value="')[-1].split('"')[0]


async def test_a_reply_is_taken_back_at_the_desk_and_gone_from_her_page(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    message = await _replies(desk, path, "Till fel person")
    before = await page.get("/sv/chat")

    at_desk = await desk.post(f"{path}/take-back", {"message": message})
    after = await page.get("/sv/chat")

    assert "Till fel person" in before.words
    assert "Till fel person" not in after.text
    assert site.service.words("sv")("reply_taken_back") in after.words
    assert "Till fel person" not in at_desk.text
    assert site.service.desk("sv")("state_taken_back") in at_desk.words


async def test_a_long_reply_taken_back_leaves_one_line(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    message = await _replies(desk, path, LONG)
    await page.get("/sv/chat")

    await desk.post(f"{path}/take-back", {"message": message})
    after = await page.get("/sv/chat")

    assert "ord ord" not in after.text
    assert after.words.count(site.service.words("sv")("reply_taken_back")) == 1


async def test_after_a_minute_the_desk_offers_it_no_more_and_refuses_it(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    clock.freeze(clock.now())
    message = await _replies(desk, path, "Rätt person")

    clock.move(taking_back.TAKE_BACK_WITHIN + timedelta(seconds=1))
    shown = await desk.get(path)
    refused = await desk.post(f"{path}/take-back", {"message": message})

    assert "/take-back" not in shown.text
    assert refused.status == 409
    assert site.service.desk("sv")("too_late_to_take_back") in refused.words
    assert "Rätt person" in (await page.get("/sv/chat")).words


async def test_nobody_takes_back_another_s_reply_at_the_desk(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    message = await _replies(desk, path, "Svar")
    kim = await builders.volunteer(site.service, "Kim")
    other = await builders.claimed_case(site.service, kim)
    kims = await site.desk_of(kim)

    through_hers = await kims.post(f"{path}/take-back", {"message": message})
    through_her_own = await kims.post(f"/desk/cases/{other.case_id}/take-back", {"message": message})

    assert (through_hers.status, through_her_own.status) == (404, 404)
    assert "Svar" in (await page.get("/sv/chat")).words


async def test_an_open_page_is_told_what_to_take_away(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    message = await _replies(desk, path, LONG)
    async with page.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        shown = json.loads((await socket.receive()).data)["rows"]
        parts = [row["id"] for row in shown if "ord ord" in row["html"]]

        await desk.post(f"{path}/take-back", {"message": message})
        taken = {row["id"]: row["html"] for row in json.loads((await socket.receive()).data)["rows"]}

    assert len(parts) == 2
    assert site.service.words("sv")("reply_taken_back") in taken[parts[0]]
    assert taken[parts[1]] == ""


async def test_an_edit_on_telegram_changes_what_stands_on_her_page(site: Site) -> None:
    page, amina, _desk, _path = await _conversation(site)
    async with acting(site.service, amina) as work:
        await addressee.volunteer_said(work, addressee.Said("Ring 112 34 56", 7))
    await page.get("/sv/chat")

    async with acting(site.service, amina) as work:
        await addressee.volunteer_edited(work, addressee.Said("Ring 112 34 57", 7))
    after = await page.get("/sv/chat")

    assert "112 34 57" in after.words and "112 34 56" not in after.text
    assert site.service.words("sv")("web_edited") in after.words


async def test_who_comes_to_the_page_later_reads_only_that_something_was_taken_back(site: Site) -> None:
    page, _amina, desk, path = await _conversation(site)
    message = await _replies(desk, path, LONG)
    await desk.post(f"{path}/take-back", {"message": message})

    shown = await page.get("/sv/chat")

    assert shown.words.count(site.service.words("sv")("reply_taken_back")) == 1
    assert "ord ord" not in shown.text
