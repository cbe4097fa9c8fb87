"""The people of a journey: the same verbs on every channel, so that a test never asks which one it is on.

An actor sees what its screen shows and does what a person could do with it. It must not touch the database.
Invisible marks around values are no part of what a person reads, so they are left out of what is compared.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Protocol

from playwright.async_api import Page as Tab

from tests.botapi import FakeBotApi, Happened, Shown
from tests.pages import Browserlike

PATIENCE_SECONDS = 10.0
CODE = re.compile(r"\b\d{3} \d{3} \d\b")
LINK = re.compile(r"http\S+/desk/login/\S+")
MARKS = re.compile("[\u2066-\u2069]")


class Newcomer(Protocol):
    """Somebody who asks."""

    async def arrives(self) -> None:
        """Opens the service in their language, up to the question of consent."""

    async def agrees(self) -> None:
        """Says yes."""

    async def asks(self, text: str) -> str:
        """Writes the question; returns the code on the receipt."""

    async def says(self, text: str) -> None:
        """Writes something more."""

    async def sees(self, text: str) -> str:
        """Waits until this is on the screen; returns the whole of what says it."""


class Volunteer(Protocol):
    """Somebody who answers."""

    async def arrives(self) -> None:
        """Follows the invitation."""

    async def claims(self, code: str) -> None:
        """Takes the case, as soon as it is offered."""

    async def reads(self, code: str, text: str) -> None:
        """Waits until the newcomer's words are on a screen of theirs."""

    async def answers(self, code: str, text: str) -> None:
        """Writes to the newcomer."""

    async def closes(self, code: str, *, category: str, organisation: str, outcome: str, minutes: int) -> None:
        """Closes the case with its sheet."""


class TelegramNewcomer:
    """A newcomer with a phone and Telegram."""

    def __init__(self, api: FakeBotApi, chat_id: int, language: str) -> None:
        self.api, self.chat_id, self.language = api, chat_id, language

    async def arrives(self) -> None:
        await self.api.says(self.chat_id, "/start", language_code=self.language)
        await self.presses(f"lang:{self.language}")

    async def agrees(self) -> None:
        await self.presses("consent:yes")
        await self._shown(lambda shown: not shown.buttons)

    async def asks(self, text: str) -> str:
        said = await self.says(text)
        receipt = await self._shown(lambda shown: bool(CODE.search(shown.text)), after=said.message_id)
        return found_code(receipt.text)

    async def says(self, text: str) -> Happened:
        return await self.api.says(self.chat_id, text, language_code=self.language)

    async def sees(self, text: str) -> str:
        shown = await self._shown(lambda shown: text in plain(shown.text))
        return plain(shown.text)

    async def presses(self, data: str) -> Happened:
        """Presses the button with this code, as soon as it is on the screen."""
        await self._shown(lambda shown: data in codes(shown))
        return await self.api.presses(self.chat_id, data)

    async def _shown(self, accepts: Callable[[Shown], bool], *, after: int = 0) -> Shown:
        return await self.api.wait_for(
            self.chat_id, lambda shown: not shown.deleted and accepts(shown), after=after, timeout=PATIENCE_SECONDS
        )


class TelegramVolunteer:
    """A volunteer with a phone and Telegram, who opens the desk when the bot says so."""

    def __init__(self, api: FakeBotApi, chat_id: int, invitation: str, desk: Browserlike) -> None:
        self.api, self.chat_id, self.invitation = api, chat_id, invitation
        self._desk = WebVolunteer(desk, "")

    async def arrives(self) -> None:
        await self.says(f"/start {self.invitation}")
        await self._shown(lambda shown: True)

    async def claims(self, code: str) -> None:
        await self._presses_on(code, "claim:")

    async def reads(self, code: str, text: str) -> None:
        shown = await self._shown(
            lambda shown: text in plain(shown.text) or (code in plain(shown.text) and offers(shown, "desk:"))
        )
        if text not in plain(shown.text):
            await self._open_desk(shown)
            await self._desk.reads(code, text)

    async def answers(self, code: str, text: str) -> None:
        await self.says(text)

    async def closes(self, code: str, *, category: str, organisation: str, outcome: str, minutes: int) -> None:
        asked = await self.says("/cases")
        await self._presses_on(code, "close:", after=asked.message_id)
        for part in (f"cat:{category}", f"org:{organisation}", f"out:{outcome}", f"min:{minutes}"):
            await self._presses_on(code, "c:", part)

    async def says(self, text: str) -> Happened:
        return await self.api.says(self.chat_id, text, language_code="sv")

    async def sees(self, text: str) -> str:
        """Waits until the bot has said this; returns the whole of it."""
        return plain((await self._shown(lambda shown: text in plain(shown.text))).text)

    async def _open_desk(self, shown: Shown) -> None:
        if self._desk.is_in:
            return
        newest = self.api.chat(self.chat_id).last.message_id
        await self.api.presses(self.chat_id, next(c for c in codes(shown) if c.startswith("desk:")), shown.message_id)
        said = await self._shown(lambda one: bool(LINK.search(one.text)), after=newest)
        await self._desk.follows(LINK.search(said.text).group())

    async def _presses_on(self, code: str, start: str, end: str = "", *, after: int = 0) -> None:
        def fits(shown: Shown) -> bool:
            return code in plain(shown.text) and offers(shown, start, end)

        await self._shown(fits, after=after)
        newest = [shown for shown in self.api.chat(self.chat_id).visible if fits(shown)][-1]
        data = next(c for c in codes(newest) if c.startswith(start) and c.endswith(end))
        await self.api.wait_answer(await self.api.presses(self.chat_id, data, newest.message_id))

    async def _shown(self, accepts: Callable[[Shown], bool], *, after: int = 0) -> Shown:
        return await self.api.wait_for(
            self.chat_id, lambda shown: not shown.deleted and accepts(shown), after=after, timeout=PATIENCE_SECONDS
        )


class WebNewcomer:
    """A newcomer at a shared computer, whose browser runs no JavaScript."""

    def __init__(self, browser: Browserlike, language: str) -> None:
        self._browser, self.language = browser, language

    async def arrives(self) -> None:
        page = await self._browser.get(f"/{self.language}/chat")
        assert page.has_form("/chat/consent"), page.text

    async def agrees(self) -> None:
        await self._browser.submits("/chat/consent", answer="shared")

    async def asks(self, text: str) -> str:
        await self.says(text)
        return found_code(self._browser.page.text)

    async def says(self, text: str) -> None:
        await self._browser.submits("/chat/say", text=text)

    async def sees(self, text: str) -> str:
        page = await self._browser.waits(f"/{self.language}/chat", f"/{self.language}/chat/live", text)
        return page.text


class ChromiumNewcomer:
    """A newcomer with a real browser on a small phone, or a desktop; with scripts or without."""

    def __init__(self, tab: Tab, base_url: str, language: str) -> None:
        self._tab, self._base_url, self.language = tab, base_url, language

    async def arrives(self) -> None:
        await self._tab.goto(f"{self._base_url}/{self.language}/chat")

    async def agrees(self) -> None:
        await self._tab.click("button[value=shared]")
        await self._tab.wait_for_selector("#say")

    async def asks(self, text: str) -> str:
        await self.says(text)
        receipt = self._tab.locator(".receipt").last
        await receipt.wait_for()
        return found_code(await receipt.inner_text())

    async def says(self, text: str) -> None:
        await self._tab.fill("#text", text)
        await self._tab.click("#say .write [type=submit]")
        await self._tab.locator("#log .own", has_text=text).last.wait_for()

    async def sees(self, text: str) -> str:
        """Live where scripts run; elsewhere by the link that shows new messages."""
        first_line = text.splitlines()[0]
        bubble = self._tab.locator("#log .bubble", has_text=first_line).last
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await bubble.count() and await self._tab.locator("noscript a").count():
                await self._tab.click("noscript a")
        await bubble.wait_for()
        return plain(await bubble.inner_text())


class WebVolunteer:
    """A volunteer at the desk, whose browser runs no JavaScript."""

    def __init__(self, browser: Browserlike, invitation: str) -> None:
        self._browser, self.invitation = browser, invitation
        self.is_in = False
        self._cases: dict[str, str] = {}

    async def arrives(self) -> None:
        await self.follows(self.invitation)

    async def follows(self, link: str) -> None:
        """Opens a log-in link and presses its button."""
        await self._browser.get(link)
        await self._browser.submits("/desk/login/")
        self.is_in = True

    async def claims(self, code: str) -> None:
        page = await self._browser.waits("/desk", "/desk/live", code)
        action = page.form_after(code, "/claim")
        page = await self._browser.submits(action)
        self._cases[code] = self._browser.path

    async def reads(self, code: str, text: str) -> None:
        await self._browser.waits(await self._case(code), "/desk/live", text)

    async def answers(self, code: str, text: str) -> None:
        await self._browser.get(await self._case(code))
        await self._browser.submits("/reply", text=text)

    async def closes(self, code: str, *, category: str, organisation: str, outcome: str, minutes: int) -> None:
        await self._browser.get(await self._case(code))
        sheet = {"category": category, "organisation": organisation, "outcome": outcome, "minutes": str(minutes)}
        await self._browser.submits("/close", **sheet)

    async def _case(self, code: str) -> str:
        if code not in self._cases:
            page = await self._browser.get("/desk")
            self._cases[code] = page.link_around(code)
        return self._cases[code]


def plain(text: str) -> str:
    """What is read of a text."""
    return MARKS.sub("", text)


def codes(shown: Shown) -> list[str]:
    """The codes of a message's buttons."""
    return [button.action for row in shown.buttons for button in row]


def offers(shown: Shown, start: str, end: str = "") -> bool:
    """Whether a button of the message has such a code."""
    return any(code.startswith(start) and code.endswith(end) for code in codes(shown))


def found_code(text: str) -> str:
    """The case code in a text."""
    found = CODE.search(plain(text))
    assert found, text
    return found.group()
