"""The service with Telegram on a fake Bot API, one step at a time: what people did is taken in when a test says so.

For what depends on loops (polling, waiting, reconnecting) there is `tests/running.py`.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.engine import clock
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues, Words
from bot.service import Service
from bot.telling.delivery import Delivery
from handlers.telegram.receiving import CHANNEL, Telegram
from tests import builders
from tests.botapi import FakeBotApi, Shown
from tests.given import TOKEN, settings_for

OK = 200


@dataclass
class House:
    """The service, its bot and the server the bot talks to."""

    api: FakeBotApi
    service: Service
    telegram: Telegram
    delivery: Delivery
    _taken: set[int] = field(default_factory=set)

    async def take_in(self) -> list[int]:
        """Every update that waits has been handed to the webhook; returns its answers. One answered 200 is done."""
        statuses = []
        for update in self.api.delivery.waiting():
            if update.number in self._taken:
                continue
            statuses.append(await self.telegram.webhook(json.dumps(update.body).encode()))
            await self.telegram.errands.do_all()
            if statuses[-1] == OK:
                self._taken.add(update.number)
        return statuses

    async def settle(self) -> None:
        """Everything people did is taken in, and everything that is due is said."""
        await self.take_in()
        await builders.deliver_all(self.delivery)

    async def hears(self, chat_id: int, text: str, language: str = "sv") -> None:
        """The person writes, and the bot has answered."""
        await self.api.says(chat_id, text, language_code=language)
        await self.settle()

    async def pressed(self, chat_id: int, code: str, message_id: int | None = None) -> str:
        """The person presses, and the bot has answered; returns what the button said."""
        happened = await self.api.presses(chat_id, code, message_id)
        await self.settle()
        return (await self.api.wait_answer(happened)).text

    async def asks(self, chat_id: int, text: str = "Jag har fått ett brev", language: str = "sv") -> None:
        """Somebody arrives, agrees and asks; the receipt stands in their chat."""
        await self.hears(chat_id, "/start", language)
        await self.pressed(chat_id, f"lang:{language}")
        await self.pressed(chat_id, "consent:yes")
        await self.hears(chat_id, text, language)

    async def claims(self, volunteer_chat: int) -> str:
        """The volunteer presses "claim" on the newest card."""
        codes = [code for one in self.api.chat(volunteer_chat).visible for code in codes_of(one) if "claim:" in code]
        return await self.pressed(volunteer_chat, codes[-1])

    async def stops(self, chat_id: int) -> None:
        """The newcomer asks to close their case, and says yes."""
        await self.hears(chat_id, "/stop")
        await self._says_yes(chat_id, "stop:yes:")

    async def erases(self, chat_id: int) -> None:
        """The newcomer asks for everything to be deleted, and says yes."""
        await self.hears(chat_id, "/delete")
        await self._says_yes(chat_id, "erase:yes:")

    async def _says_yes(self, chat_id: int, yes: str) -> None:
        asked = self.api.chat(chat_id).last
        await self.pressed(chat_id, next(code for code in codes_of(asked) if code.startswith(yes)), asked.message_id)

    def texts(self, chat_id: int) -> list[str]:
        """What the bot has said in the chat and still stands there."""
        return [one.text for one in self.api.chat(chat_id).from_bot]

    def last(self, chat_id: int) -> str:
        return self.api.chat(chat_id).last.text

    def words(self, language: str) -> Words:
        return self.service.words(language)


def codes_of(shown: Shown) -> list[str]:
    return [button.action for row in shown.buttons for button in row]


@asynccontextmanager
async def telegram_house(url: str, folder: Path, catalogues: Catalogues, **changes: object) -> AsyncIterator[House]:
    """Open until the block ends; nothing runs by itself."""
    async with FakeBotApi() as api:
        api.now = lambda: clock.now().timestamp()
        settings = settings_for(url, folder, telegram_token=TOKEN, telegram_api_url=api.url, **changes)
        store = Store(settings, Seal(create_key(settings.key_file)))
        service = Service(store, settings, catalogues)
        telegram = Telegram(service)
        try:
            yield House(api, service, telegram, Delivery(service, {CHANNEL: telegram.sender}))
        finally:
            await telegram.close()
            await store.close()
