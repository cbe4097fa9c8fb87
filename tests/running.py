"""The service as it runs, inside a test: the same loops, handlers and web server, stopped when the block ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.rounds import Rounds
from bot.trouble.alarm import Alarm
from bot.trouble.pulse import Heart
from handlers.telegram import poll
from handlers.telegram.receiving import CHANNEL, Telegram
from handlers.web.doors.lookout import LOOKOUT
from handlers.web.routes import make_app


def free_port() -> int:
    """A port of this computer that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Telegram | None]:
    """Everything `app.serve` runs; a loop that ends with a bug fails the test."""
    telegram = Telegram(service) if service.settings.telegram_token else None
    senders = {CHANNEL: telegram.sender} if telegram else {}
    loops = [service.store.bells.run(), Rounds(service).run(), Heart(service).run(), Alarm(service, senders).run()]
    if telegram is not None:
        loops += [Delivery(service, senders).run(), telegram.errands.run(), poll.run(telegram)]
    try:
        async with serving(service, telegram) as app:
            tasks = [asyncio.create_task(loop) for loop in (*loops, app[LOOKOUT].run())]
            try:
                yield telegram
                ended = [task for task in tasks if task.done() and not task.cancelled()]
                failed = [task.exception() for task in ended if task.exception()]
                assert not failed, failed
            finally:
                service.health.stopping = True
                service.store.bells.ring_all()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        if telegram is not None:
            await telegram.close()


@asynccontextmanager
async def serving(service: Service, telegram: Telegram | None = None) -> AsyncIterator[web.Application]:
    """The web server alone, on the settings' port."""
    app = make_app(service, webhook=telegram.webhook if telegram else None)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, service.settings.host, service.settings.port).start()
    try:
        yield app
    finally:
        await runner.cleanup()
