"""One event loop for all asynchronous tests of a worker, one after the other, so that what belongs to a loop, such as
an open connection to PostgreSQL, can outlive a test.

Each test ends as with a loop of its own: what still runs is cancelled, executors and generators end, and what waits for
a moment, a socket or a signal is forgotten. Owns what may stay. It must not know what a test does.
"""

import asyncio
from collections.abc import Coroutine

STAYS: set[int] = set()  # sockets, by their numbers


class OneLoop(asyncio.SelectorEventLoop):
    """Closed after each test, and open for the next one."""

    is_lent = False

    def close(self) -> None:
        """Nothing of the test that has ended will run, except what becomes of the sockets that stay.

        It does what closing does (asyncio's base_events, selector_events and unix_events), and stops before the end.
        """
        if self.is_running():
            raise RuntimeError("a test ends that still runs")
        for number in list(self._signal_handlers):  # type: ignore[attr-defined]
            self.remove_signal_handler(number)
        self._ready.clear()  # type: ignore[attr-defined]
        self._scheduled.clear()  # type: ignore[attr-defined]
        self._timer_cancelled_count = 0
        if self._default_executor is not None:  # type: ignore[has-type]
            self._default_executor.shutdown(wait=False)  # type: ignore[has-type]
        self._default_executor = None
        self._asyncgens_shutdown_called = self._executor_shutdown_called = False
        stays = {*STAYS, self._ssock.fileno()}  # type: ignore[attr-defined]  # the latter wakes it up
        for watched in list(self._selector.get_map().values()):  # type: ignore[attr-defined]
            if watched.fd not in stays:
                self._selector.unregister(watched.fileobj)  # type: ignore[attr-defined]
        self.set_exception_handler(None)
        self.set_task_factory(None)
        self.set_debug(False)
        self.is_lent = False

    def end(self) -> None:
        """No test comes any more."""
        super().close()


_LOOPS: list[OneLoop] = []
_LONGER: list[bool] = [False]  # whether the present test's loop is there for others too, as the browser's is


def comes(*, shares_its_loop: bool) -> None:
    """A test comes. `shares_its_loop`: with tests before or behind it, by what it says of itself."""
    _LONGER[0] = shares_its_loop


def factory() -> asyncio.AbstractEventLoop:
    """The one loop for one test; another for what lasts longer, or begins while the one is in use."""
    if not _LOOPS:
        _LOOPS.append(OneLoop())
    if _LONGER[0] or _LOOPS[0].is_lent:
        return asyncio.new_event_loop()
    _LOOPS[0].is_lent = True
    return _LOOPS[0]


def is_here() -> bool:
    """Whether whoever asks runs on it."""
    return bool(_LOOPS) and asyncio.get_running_loop() is _LOOPS[0]


def run(what: Coroutine[None, None, None]) -> None:
    """It has been done on the one loop, between tests; nothing, where no test has used it."""
    if _LOOPS:
        _LOOPS[0].run_until_complete(what)
    else:
        what.close()


def end() -> None:
    """It is closed, if there was one."""
    STAYS.clear()
    while _LOOPS:
        _LOOPS.pop().end()
