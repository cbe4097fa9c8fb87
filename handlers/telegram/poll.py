"""How updates come in: long polling, or a webhook that Telegram is told of. Either way, acknowledged after COMMIT.

Owns the offset. It must not know what an update means.
"""

import asyncio

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from handlers.telegram import CHANNEL, Telegram
from handlers.telegram.sender import seconds_to_wait
from handlers.telegram.webhook_watch import Watch, receive

log = structlog.get_logger()
REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 30.0


async def run(telegram: Telegram) -> None:
    """Receive until the service stops. Telegram unreachable at start is waited for; the web serves meanwhile."""
    health = telegram.service.health
    health.channels[CHANNEL] = False
    await _until_it_answers(telegram, _start)
    if health.stopping:
        return
    health.channels[CHANNEL] = True  # not first when a poll is answered: nobody may write for half a minute
    watch = Watch(telegram)
    async with asyncio.TaskGroup() as both:
        both.create_task(watch.run())
        if not telegram.service.settings.webhook_url:
            await _poll(telegram, watch)


async def _start(telegram: Telegram) -> None:
    await telegram.bot.initialize()
    await receive(telegram)
    await telegram.sender.introduce(telegram.service.catalogues)


async def _until_it_answers(telegram: Telegram, act: object) -> None:
    rest = REST_SECONDS
    while not telegram.service.health.stopping:
        try:
            return await act(telegram)  # type: ignore[operator]
        except RetryAfter as wait:
            log.warning("telegram_asks_to_wait")
            rest = max(rest, seconds_to_wait(wait))
        except InvalidToken:
            log.error("telegram_refuses_the_token")
            rest = LONGEST_REST_SECONDS
        except TelegramError as trouble:
            log.warning("telegram_unreachable", trouble=type(trouble).__name__)
        await asyncio.sleep(rest)
        rest = min(rest * 2, LONGEST_REST_SECONDS)


async def _poll(telegram: Telegram, watch: Watch) -> None:
    health = telegram.service.health
    offset: int | None = None
    while not health.stopping:
        try:
            updates = await telegram.waiting_updates(offset)
            health.channels[CHANNEL] = True
        except Conflict as conflict:
            # Somebody else has this token. Dropping what waits would lose words, so it is only named, mended and told.
            health.channels[CHANNEL] = False
            await watch.refused(str(conflict))
            await asyncio.sleep(REST_SECONDS)
            continue
        except TelegramError as trouble:
            health.channels[CHANNEL] = False
            log.warning("poll_failed", trouble=type(trouble).__name__)
            await asyncio.sleep(REST_SECONDS)
            continue
        offset = await _handle_all(telegram, updates, offset)


async def _handle_all(telegram: Telegram, updates: list[dict], offset: int | None) -> int | None:
    """The offset after this batch: past what is done. From the first update that must come again, all come again."""
    if not updates:
        return offset
    async with asyncio.TaskGroup() as batch:
        tasks = [batch.create_task(telegram.take_in(told)) for told in updates]
    for told, task in zip(updates, tasks, strict=True):
        if not task.result():
            await asyncio.sleep(REST_SECONDS)
            return offset
        offset = told["update_id"] + 1
    return offset
