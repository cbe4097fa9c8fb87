"""Whether Telegram still sends us, and only us, what people write: somebody else who has the token can change that.

Owns how Telegram is told where updates go, and the look every minute at whether that is still so. What is wrong is
named in the service's health, put right at most once in ten minutes, and told to the coordinators. Nothing that waits
is ever dropped: those are people's words. It must not know what an update means.
Source: https://core.telegram.org/bots/api#getwebhookinfo
"""

import re
from datetime import datetime, timedelta
from time import monotonic

import structlog
from telegram import WebhookInfo
from telegram.error import TelegramError

from bot.engine import bells, clock
from bot.engine.errors import Unavailable
from bot.people import people
from bot.service import ChannelTrouble
from bot.trouble.texts import TokenElsewhere
from handlers.telegram.receiving import ALLOWED_UPDATES, CHANNEL, Telegram

log = structlog.get_logger()
ROUTE = "/telegram/webhook"
LOOKS_EVERY_SECONDS = 60.0
AT_MOST_EVERY_SECONDS = 10.0  # a poll that is refused again and again asks for a look each time
MENDS_EVERY_SECONDS = 600.0
TELLS_EVERY_SECONDS = 3600.0
POLLER_LASTS_SECONDS = 60.0  # our own last poll before a restart is held by Telegram for half a minute
NAMED_FOR_SECONDS = 600.0  # mended, it is still true that somebody has the token
CLOCKS_APART = timedelta(seconds=2)
FOREIGN, DELETED, SECRET, FAILING = "webhook_foreign", "webhook_deleted", "webhook_secret", "webhook_failing"
POLLER = "second_poller"
WEBHOOK_IS_SET = "webhook"  # in what Telegram says when it refuses to be polled; else somebody else polls
FORBIDDEN = "403"  # what we answer to a wrong secret
_STATUS = re.compile(r"\b[345]\d\d\b")


async def receive(telegram: Telegram) -> None:
    """Telegram sends updates to us: to our webhook, or to whoever polls.

    Raises:
        TelegramError: it does not answer, or refuses.
    """
    settings = telegram.service.settings
    if settings.webhook_url and settings.webhook_secret:
        secret = settings.webhook_secret.get_secret_value()
        await telegram.bot.set_webhook(
            _address(settings.webhook_url), secret_token=secret, allowed_updates=ALLOWED_UPDATES
        )
    else:
        await telegram.bot.delete_webhook()


class Watch:
    """The look at one bot's way in."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._service = telegram.service
        self._begins_at = clock.now()  # what failed before is nothing to us
        self._wrong_secrets = telegram.service.health.wrong_secrets
        self._looked_at = self._mended_at = self._seen_at = float("-inf")
        self._told_at: dict[str, float] = {}
        self._untold: str | None = None
        self._refused_since = self._refused_at = float("-inf")

    async def run(self) -> None:
        """Look until the service stops."""
        with self._service.store.bells.listen(bells.WEBHOOK) as bell:
            while not self._service.health.stopping:
                await bell.wait(LOOKS_EVERY_SECONDS)
                await self.look()

    async def look(self) -> None:
        """What is wrong with the way in is named and, where somebody else has done it, put right and told."""
        self._looked_at = monotonic()
        if self._untold is not None:
            await self._tell(self._untold)
        try:
            info = await self._telegram.bot.get_webhook_info()
            code = self._wrong_with(info)
            if code is None:
                self._nothing_new()
                return
            self._name(code, failed_at=info.last_error_date)
            if code != FAILING and monotonic() - self._mended_at >= MENDS_EVERY_SECONDS:
                await self._mend(code)
        except TelegramError as trouble:
            log.warning("webhook_not_looked_at", trouble=type(trouble).__name__)

    async def refused(self, told: str) -> None:
        """Telegram refused to be polled, and said so: a webhook has been set, or somebody else polls."""
        now = monotonic()
        if WEBHOOK_IS_SET in told.lower():
            if now - self._looked_at >= AT_MOST_EVERY_SECONDS:
                await self.look()
            return
        if now - self._refused_at >= POLLER_LASTS_SECONDS:
            self._refused_since = now
            log.error("another_process_polls_this_bot")
        self._refused_at = now
        self._name(POLLER)
        if now - self._refused_since >= POLLER_LASTS_SECONDS:
            await self._tell(POLLER)

    def _wrong_with(self, info: WebhookInfo) -> str | None:
        ours = self._service.settings.webhook_url
        if not ours:
            return FOREIGN if info.url else None
        if not info.url:
            return DELETED
        if info.url != _address(ours):
            return FOREIGN
        failed_at = info.last_error_date
        if failed_at is None or failed_at <= max(self._begins_at, self._telegram.heard_at) + CLOCKS_APART:
            return None
        status = _STATUS.search(info.last_error_message or "")
        refused_by_us = self._service.health.wrong_secrets > self._wrong_secrets
        return SECRET if refused_by_us and status is not None and status[0] == FORBIDDEN else FAILING

    @property
    def _is_called(self) -> bool:
        return bool(self._service.settings.webhook_url)

    def _name(self, code: str, *, failed_at: datetime | None = None) -> None:
        health, self._seen_at = self._service.health, monotonic()
        known = health.channel_troubles.get(CHANNEL)
        is_new = known is None or known.code != code
        health.channels[CHANNEL] = False
        since = clock.now() if known is None or is_new else known.since
        health.channel_troubles[CHANNEL] = ChannelTrouble(code, since, failed_at)
        if is_new:
            log.error("telegram_way_in", code=code)

    def _nothing_new(self) -> None:
        """It is as it should be. That somebody else was there stays named for a while."""
        health = self._service.health
        if self._is_called:
            health.channels[CHANNEL] = True
        known = health.channel_troubles.get(CHANNEL)
        if known is not None and (known.code == FAILING or monotonic() - self._seen_at >= NAMED_FOR_SECONDS):
            del health.channel_troubles[CHANNEL]

    async def _mend(self, code: str) -> None:
        await receive(self._telegram)
        self._mended_at, self._begins_at = monotonic(), clock.now()
        self._wrong_secrets = self._service.health.wrong_secrets
        log.warning("telegram_way_in_set_again", code=code)
        await self._tell(code)

    async def _tell(self, code: str) -> None:
        self._untold = None
        if monotonic() - self._told_at.get(code, float("-inf")) < TELLS_EVERY_SECONDS:
            return
        try:
            async with self._service.store.work() as work:
                await people.tell_coordinators(work, TokenElsewhere(what=code))
        except Unavailable:
            self._untold = code  # at the next look
        else:
            self._told_at[code] = monotonic()


def _address(url: str) -> str:
    return url.removesuffix(ROUTE) + ROUTE
