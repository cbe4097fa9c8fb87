"""The browser is started as Playwright means it to be, except for what we say."""

import re

import pytest
from playwright.async_api import Browser

from tests.chromium import WITHOUT


@pytest.mark.asyncio(loop_scope="session")
async def test_what_playwright_does_without_we_do_without_too(chromium: Browser) -> None:
    session = await chromium.new_browser_cdp_session()

    line = (await session.send("SystemInfo.getInfo"))["commandLine"]

    told = [said.split(",") for said in re.findall(r"--disable-features=(\S+)", line)]
    assert [set(WITHOUT) - set(one) for one in told] == [{"RenderDocument"}, set()]
    assert set(told[0]) <= set(WITHOUT)
