"""A link of ours pasted among words, in the chat or at the desk: it reaches nobody, and the words stay in the box."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import table
from tests.channels.web_fixtures import Site, opened_site


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.mark.parametrize("is_spent", [False, True])
async def test_a_newcomer_s_words_with_a_log_in_link_are_not_kept(site: Site, is_spent: bool) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    link = await site.link_for(amina)
    if is_spent:
        await site.browser().post(link)
    page = site.browser()
    await page.agrees()

    refused = await page.says(f"Jag fick den här: {site.base}{link}")
    kept = await table(site.service, "SELECT 1 FROM messages")
    taken = await page.says(f"Jag fick den här: {site.base}", client_msg_id=refused.hidden("client_msg_id"))

    assert (refused.status, taken.status) == (422, 200)
    assert site.service.words("sv")("holds_link") in refused.words
    assert link in refused.box
    assert kept == []


async def test_a_reply_with_a_log_in_link_is_not_sent(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    asker = await builders.web_case_of(site.service)
    desk = await site.desk_of(amina)
    link = await site.link_for(amina)
    path = f"/desk/cases/{asker.case_id}"
    shown = await desk.post(f"{path}/claim")

    fields = {"text": f"Öppna {site.base}{link}", "client_msg_id": shown.hidden("client_msg_id")}
    refused = await desk.post(f"{path}/reply", fields)
    kept = await table(site.service, "SELECT 1 FROM messages WHERE author = 'volunteer'")
    taken = await desk.post(f"{path}/reply", fields | {"text": f"Öppna {site.base}"})

    assert (refused.status, taken.status) == (422, 200)
    assert site.service.desk("sv")("holds_link") in refused.words
    assert link in refused.box
    assert kept == []


async def test_a_long_number_that_is_no_link_of_ours_is_words(site: Site) -> None:
    page = site.browser()
    await page.agrees()

    await page.says("Mitt nummer: 7WNc4tUdPXCloRdoZpR2tNvVgUJ8Uh-ZtMQrVinXYsU")

    assert len(await table(site.service, "SELECT 1 FROM messages")) == 1
