"""The system's Chromium, started for tests. In CI its absence is a failure; elsewhere such tests are skipped."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

INSTALL = "apt-get install chromium fonts-noto-core"


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """A browser that keeps to this computer."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
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
