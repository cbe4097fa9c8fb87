"""What the bot is called in Telegram, for a link that opens it. Asked once, by the command line."""

import asyncio

from telegram import Bot
from telegram.error import TelegramError

from bot.engine.settings import Settings
from handlers.telegram.wire import Wire

PATIENCE_SECONDS = 3.0  # somebody waits at a command line, and there is a line to print without it


async def bot_name(settings: Settings) -> str | None:
    """The bot's name, without the @; None without Telegram, or if Telegram does not say it soon. Nothing is logged."""
    if settings.telegram_token is None:
        return None
    wire = Wire(timeout_seconds=PATIENCE_SECONDS)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            token = settings.telegram_token.get_secret_value()
            address = f"{settings.telegram_api_url}/bot"
            bot = Bot(token, base_url=address, request=wire, get_updates_request=wire)
            return (await bot.get_me()).username
    except (TelegramError, TimeoutError):
        return None  # what was raised may name the token
    finally:
        await wire.shutdown()
