"""The service as it runs, inside a test: the same loops and handlers, stopped when the block ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.delivery import Delivery
from bot.rounds import Rounds
from bot.service import Service
from handlers.telegram import CHANNEL, Telegram, poll


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Telegram | None]:
    telegram = Telegram(service) if service.settings.telegram_token else None
    loops = [Rounds(service).run()]
    if telegram is not None:
        loops += [Delivery(service, {CHANNEL: telegram.sender}).run(), poll.run(telegram)]
    tasks = [asyncio.create_task(loop) for loop in (service.store.bells.run(), *loops)]
    try:
        yield telegram
        failed = [task for task in tasks if task.done() and task.exception()]
        assert not failed, failed
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if telegram is not None:
            await telegram.close()


_ = web
