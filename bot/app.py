"""The composition root: opens the store, the channels and the loops, and closes them again. Owns every task.

Decides nothing about a case. The only file of `bot/`, with `__main__.py`, that knows the handlers.
"""

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import suppress

import structlog
from aiohttp import web

from bot.engine.errors import Refusal
from bot.engine.settings import Settings
from bot.engine.unlocking import open_store
from bot.language import i18n
from bot.privacy.resealing import Resealing
from bot.privacy.wiping import Wiper
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.rounds import Rounds
from bot.trouble import clock_doubt
from bot.trouble.alarm import Alarm
from bot.trouble.pulse import Heart
from handlers.telegram import poll
from handlers.telegram.receiving import CHANNEL as TELEGRAM
from handlers.telegram.receiving import Telegram
from handlers.web.doors.lookout import LOOKOUT, Lookout
from handlers.web.frame.serving import listen, make_runner
from handlers.web.routes import make_app

log = structlog.get_logger()


class PortTaken(Refusal):
    """Something else listens there, or the address is not this computer's."""

    code = "port_taken"


async def open_service(settings: Settings, *, is_trial: bool = False) -> Service:
    """The service with its store open; nothing runs yet.

    Raises:
        Refusal, SealError: as `unlocking.open_store`.
    """
    store = await open_store(settings, is_trial=is_trial)
    try:
        await clock_doubt.begin(store)
    except BaseException:
        await store.close()
        raise
    return Service(store, settings, i18n.load(), is_trial=is_trial)


async def serve(service: Service, *, listening: Callable[[str], None] = lambda _address: None) -> None:
    """Run until SIGTERM or SIGINT; returns when everything under way has been finished and marked."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    telegram = Telegram(service) if service.settings.telegram_token else None
    webhook = telegram.webhook if telegram and service.settings.webhook_url else None
    app = make_app(service, webhook=webhook)
    runner = make_runner(app)
    await runner.setup()
    try:
        await _listen(runner, service.settings)
        _tidy_once()
        listening(_address(runner))
        await _run_loops(service, telegram, stop, runner, app[LOOKOUT])
    finally:
        if runner.server is not None:
            await runner.cleanup()
        if telegram is not None:
            await telegram.close()
        await service.store.close()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await listen(runner, settings.host, settings.port)
    except OSError as taken:
        raise PortTaken(port=settings.port) from taken


def _tidy_once() -> None:
    """What was loaded at the start stays until the end, so the garbage collector need not look through it again: it
    would make everybody wait for a second each time a crowd has left enough behind."""
    gc.collect()
    gc.freeze()


async def _run_loops(
    service: Service, telegram: Telegram | None, stop: asyncio.Event, runner: web.AppRunner, lookout: Lookout
) -> None:
    senders = {TELEGRAM: telegram.sender} if telegram else {}
    bells = asyncio.create_task(service.store.bells.run(), name="bells")
    loops = [asyncio.create_task(Rounds(service).run(), name="rounds")]
    loops.append(asyncio.create_task(Heart(service).run(), name="pulse"))
    loops.append(asyncio.create_task(Alarm(service, senders).run(), name="alarm"))
    loops.append(asyncio.create_task(lookout.run(), name="lookout"))
    loops.append(asyncio.create_task(Resealing(service).run(), name="resealing"))
    if service.store.file is not None:
        loops.append(asyncio.create_task(Wiper(service, service.store.file).run(), name="wiper"))
    if telegram is not None:
        loops.append(asyncio.create_task(Delivery(service, senders).run(), name="delivery"))
        loops.append(asyncio.create_task(telegram.errands.run(), name="errands"))
        loops.append(asyncio.create_task(poll.run(telegram), name="telegram"))
    ended = asyncio.create_task(stop.wait(), name="stop")
    try:
        await _first_failure(loops, ended)
    finally:
        service.health.stopping = True
        await runner.cleanup()  # no new words come in; sockets are told to come back
        service.store.bells.ring_all()
        await _finish(loops, service.settings.stop_seconds)
        for task in (bells, ended):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _first_failure(loops: list[asyncio.Task[None]], ended: asyncio.Task[bool]) -> None:
    """Return when told to stop. A loop that ends with a bug takes the service down, so that somebody notices."""
    running: set[asyncio.Task[object]] = {*loops, ended}
    while ended in running:
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {ended}:
            task.result()


async def _finish(loops: list[asyncio.Task[None]], seconds: float) -> None:
    """What is under way gets its time; a long poll, which holds nothing, does not."""
    for task in loops:
        if task.get_name() == "telegram" and not task.done():
            task.cancel()
    _done, late = await asyncio.wait(loops, timeout=seconds)
    for task in late:
        log.warning("loop_cut_short", loop=task.get_name())
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
