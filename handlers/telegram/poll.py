"""How updates come in: long polling, or a webhook that Telegram is told of. Either way, acknowledged after COMMIT.

Owns the offset. It must not know what an update means.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import islice

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.engine.loops import until_it_answers, until_stored
from bot.volunteers import menus
from handlers.telegram.parsing import Told
from handlers.telegram.receiving import CHANNEL, Telegram
from handlers.telegram.sender import seconds_to_wait
from handlers.telegram.webhook_watch import Watch, receive

log = structlog.get_logger()
REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.25  # for new updates, while one takes long


async def run(telegram: Telegram) -> None:
    """Receive until the service stops. Telegram unreachable at start is waited for; the web serves meanwhile."""
    health = telegram.service.health
    health.channels[CHANNEL] = False
    await _until_telegram_answers(telegram, _start)
    if health.stopping:
        return
    health.channels[CHANNEL] = True  # not first when a poll is answered: nobody may write for half a minute
    watch = Watch(telegram)
    async with asyncio.TaskGroup() as beside:
        beside.create_task(watch.run())
        beside.create_task(_until_telegram_answers(telegram, _introduce))  # nobody's words wait for it
        if not telegram.service.settings.webhook_url:
            await _poll(telegram, watch)


async def _start(telegram: Telegram) -> None:
    await telegram.bot.initialize()
    telegram.service.health.bot_name = telegram.bot.username
    await receive(telegram)


async def _introduce(telegram: Telegram) -> None:
    await telegram.sender.introduce(telegram.service.catalogues)
    await until_stored(partial(_refresh_menus, telegram), unless=telegram.service.health)


async def _refresh_menus(telegram: Telegram) -> None:
    async with telegram.service.store.apart().work() as work:
        await menus.refresh(work, telegram.service.catalogues)


async def _until_telegram_answers(telegram: Telegram, act: Callable[[Telegram], Awaitable[None]]) -> None:
    rests = _Rests()
    await until_it_answers(partial(act, telegram), TelegramError, rests.after, unless=telegram.service.health)


class _Rests:
    """Each twice as long as the one before, or what Telegram asks for; it is said why."""

    def __init__(self) -> None:
        self._next = REST_SECONDS

    def after(self, trouble: TelegramError) -> float:
        match trouble:
            case RetryAfter():
                log.warning("telegram_asks_to_wait")
                this = max(self._next, seconds_to_wait(trouble))
            case InvalidToken():
                log.error("telegram_refuses_the_token")
                this = LONGEST_REST_SECONDS
            case _:
                log.warning("telegram_unreachable", trouble=type(trouble).__name__)
                this = self._next
        self._next = min(this * 2, LONGEST_REST_SECONDS)
        return this


async def _poll(telegram: Telegram, watch: Watch) -> None:
    health = telegram.service.health
    async with asyncio.TaskGroup() as acts:
        window = Window(lambda told: acts.create_task(telegram.see_through(told, rest_seconds=REST_SECONDS)))
        while not health.stopping:
            try:
                updates = await telegram.waiting_updates(window.offset)
                health.channels[CHANNEL] = True
            except Conflict as conflict:
                # Somebody else has this token. Dropping what waits would lose words, so it is named, mended and told.
                health.channels[CHANNEL] = False
                await watch.refused(str(conflict))
                await asyncio.sleep(REST_SECONDS)
                continue
            except TelegramError as trouble:
                health.channels[CHANNEL] = False
                log.warning("poll_failed", trouble=type(trouble).__name__)
                await asyncio.sleep(REST_SECONDS)
                continue
            await window.take(updates)


class Window:
    """The updates that have been fetched and are not acknowledged: at most the hundred that one fetch brings.

    The offset moves past what is done from the oldest on. One that takes long keeps those behind it unacknowledged, but
    they are done meanwhile, and what comes behind them is fetched and begun. Of many only the older half is waited for:
    while the rest is done, what has come meanwhile is on its way.
    """

    def __init__(self, begin: Callable[[Told], asyncio.Task[None]]) -> None:
        """`begin`: has an update seen through."""
        self.offset: int | None = None
        self._begin = begin
        self._acts: dict[int, asyncio.Task[None]] = {}

    async def take(self, updates: list[Told]) -> None:
        """What is new of these is begun; returns when the older half is done, or a little later when something takes
        long."""
        for told in updates:
            if told["update_id"] not in self._acts:
                self._acts[told["update_id"]] = self._begin(told)
        if self._acts:
            older = islice(self._acts.values(), (len(self._acts) + 1) // 2)
            await asyncio.wait(list(older), timeout=LOOK_AGAIN_SECONDS)
        for number in list(self._acts):
            if not self._acts[number].done():
                break
            del self._acts[number]
            self.offset = number + 1
