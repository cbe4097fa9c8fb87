"""One browser for all tests of a process, since starting it takes longer than a test; a site and profiles for each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import Staff
from tests.channels.web_fixtures import Site, opened_site
from tests.chromium import started_chromium


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with started_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues, chromium: Browser) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened
        await close_profiles(chromium)


async def close_profiles(chromium: Browser) -> None:
    """Nothing is open in the browser, before what it was open on is gone."""
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def amina(site: Site) -> Staff:
    return await builders.volunteer(site.service, "Amina")
