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
# Of two such options Chromium takes the last, so that Playwright's own are among them; test_chromium.py compares. The
# last one makes all that belongs to a frame anew for each page that is opened in it, and takes a fifth of the time.
WITHOUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying",
    "AimEnabled", "PreconnectToSearch", "msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion",
    "RenderDocument",
)  # fmt: skip
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
        without = f"--disable-features={','.join(WITHOUT)}"
        options = ["--disable-background-networking", "--disable-gpu", without, *as_root]
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            await browser.close()
