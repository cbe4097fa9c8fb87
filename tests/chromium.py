"""The system's Chromium, started for tests: the one without windows where it is installed, since it takes half the
processor's time. In CI its absence is a failure; elsewhere such tests are skipped.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

INSTALL = "apt-get install chromium-headless-shell fonts-noto-core"
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """A browser that keeps to this computer."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Chromium: {INSTALL}")
        pytest.skip(f"no Chromium: {INSTALL}")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        options = ["--disable-background-networking", "--disable-gpu", *as_root]
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            await browser.close()
