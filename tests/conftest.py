"""Has what every test stands on (`given.py`) loaded where tests run: whoever only deals them out to other processes
needs none of it, and these begin as soon as it has told them to."""

import pytest

from tests import memory

memory.settle()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    plugins = session.config.pluginmanager
    if not plugins.hasplugin("dsession"):  # xdist's, of who deals out
        plugins.import_plugin("tests.given")
