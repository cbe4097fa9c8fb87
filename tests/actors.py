"""The people of a journey: the same verbs on every channel, so that a test never asks which one it is on.

An actor sees what its screen shows and does what a person could do with it. It must not touch the database.
"""

from __future__ import annotations

from typing import Protocol

from tests.botapi import FakeBotApi, Happened, Shown

PATIENCE_SECONDS = 10.0


class Newcomer(Protocol):
    """Somebody who asks."""

    language: str

    async def arrives(self) -> None: ...
    async def agrees(self) -> None: ...
    async def says(self, text: str) -> None: ...
    async def sees(self, text: str) -> str: ...


class TelegramNewcomer:
    """A newcomer with a phone and Telegram."""

    def __init__(self, api: FakeBotApi, chat_id: int, language: str = "ar") -> None:
        self.api, self.chat_id, self.language = api, chat_id, language
        self._seen = 0

    async def arrives(self) -> None:
        """Opens the bot and chooses a language."""
        await self.api.says(self.chat_id, "/start", language_code=self.language)
        await self.presses(f"lang:{self.language}")

    async def agrees(self) -> None:
        await self.presses("consent:yes")

    async def says(self, text: str) -> Happened:
        return await self.api.says(self.chat_id, text, language_code=self.language)

    async def presses(self, data: str) -> Happened:
        """Presses the button with this code, as soon as it is on the screen."""
        await self.api.wait_for(self.chat_id, lambda shown: data in _codes(shown), timeout=PATIENCE_SECONDS)
        return await self.api.presses(self.chat_id, data)

    async def sees(self, text: str) -> str:
        """Waits until the bot has said something with this text in it; returns the whole of it."""
        shown = await self.api.wait_for(
            self.chat_id, lambda one: text in one.text and not one.deleted, timeout=PATIENCE_SECONDS
        )
        return shown.text


class TelegramVolunteer:
    """A volunteer with a phone and Telegram."""

    def __init__(self, api: FakeBotApi, chat_id: int, invitation: str) -> None:
        self.api, self.chat_id, self.invitation = api, chat_id, invitation

    async def arrives(self) -> None:
        await self.api.says(self.chat_id, f"/start {self.invitation}", language_code="sv")
        await self.sees("")

    async def claims(self, code: str) -> None:
        await self._presses_on(code, "claim:")
        await self.sees(code)

    async def says(self, text: str) -> Happened:
        return await self.api.says(self.chat_id, text, language_code="sv")

    async def sees(self, text: str) -> str:
        shown = await self.api.wait_for(
            self.chat_id, lambda one: text in one.text and not one.deleted, timeout=PATIENCE_SECONDS
        )
        return shown.text

    async def closes(self, code: str, *, category: str, organisation: str, outcome: str, minutes: int) -> None:
        """Five presses."""
        await self.says("/cases")
        await self._presses_on(code, "close:")
        for part in (f"cat:{category}", f"org:{organisation}", f"out:{outcome}", f"min:{minutes}"):
            await self._presses_on(code, "c:", part)

    async def _presses_on(self, code: str, start: str, end: str = "") -> Happened:
        shown = await self.api.wait_for(
            self.chat_id,
            lambda one: code in one.text and any(c.startswith(start) and c.endswith(end) for c in _codes(one)),
            timeout=PATIENCE_SECONDS,
        )
        newest = [
            one
            for one in self.api.chat(self.chat_id).visible
            if code in one.text and any(c.startswith(start) and c.endswith(end) for c in _codes(one))
        ][-1]
        data = next(c for c in _codes(newest) if c.startswith(start) and c.endswith(end))
        happened = await self.api.presses(self.chat_id, data, newest.message_id)
        await self.api.wait_answer(happened)
        return happened


def _codes(shown: Shown) -> list[str]:
    return [button.action for row in shown.buttons for button in row]
