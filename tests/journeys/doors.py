"""Two ways in for whoever asks and for whoever answers, before one service: Telegram, and web pages without scripts.

The verbs are the same at every door. What is due is not done by itself: a test says what time it is.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot.language.i18n import Catalogues
from handlers.web.frame.serving import make_runner
from handlers.web.routes import make_app
from tests.botapi import Shown
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Browser, Site

SHEET = {"category": "housing", "organisation": "forsakringskassan", "outcome": "answered", "minutes": "15"}
OK = 200
LINK = re.compile(r"/desk/login/[\w-]+")
MARKS = re.compile("[\u2066-\u2069]")


@dataclass
class Doors:
    """The service behind both doors."""

    house: House
    site: Site


@asynccontextmanager
async def both_doors(url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[Doors]:
    """Open until the block ends."""
    async with telegram_house(url, folder, catalogues) as house:
        runner = make_runner(make_app(house.service, webhook=None), None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site = Site(house.service, f"http://127.0.0.1:{runner.addresses[0][1]}", runner)
        try:
            yield Doors(house, site)
        finally:
            await site.close()
            await runner.cleanup()


class Asker(Protocol):
    """Somebody who asks."""

    async def asks(self, text: str) -> None:
        """Arrives, agrees and writes."""

    async def says(self, text: str) -> None: ...

    async def presses(self, start: str) -> None:
        """The newest button whose code begins so."""

    async def reads(self) -> str:
        """All that is on the screen."""


class AskerOnTelegram:
    """With a phone and Telegram."""

    def __init__(self, doors: Doors, language: str, chat_id: int = 900) -> None:
        self._house, self._language, self._chat = doors.house, language, chat_id

    async def asks(self, text: str) -> None:
        await self._house.asks(self._chat, text, self._language)

    async def says(self, text: str) -> None:
        await self._house.hears(self._chat, text, self._language)

    async def presses(self, start: str) -> None:
        code, shown = newest(self._house, self._chat, start)
        await self._house.pressed(self._chat, code, shown.message_id)

    async def reads(self) -> str:
        return plain("\n".join(self._house.texts(self._chat)))


class AskerOnTheWeb:
    """In a browser of their own that runs no scripts."""

    def __init__(self, doors: Doors, language: str) -> None:
        self._browser, self._language = doors.site.browser(), language

    async def asks(self, text: str) -> None:
        await self._browser.agrees(self._language, "own")
        await self.says(text)

    async def says(self, text: str) -> None:
        await self._browser.says(text, language=self._language)

    async def presses(self, start: str) -> None:
        page = await self._browser.get(f"/{self._language}/chat")
        code = re.findall(rf'value="({start}[^"]*)"', page.text)[-1]
        await self._browser.post(f"/{self._language}/chat/press", {"code": code})

    async def reads(self) -> str:
        return plain((await self._browser.get(f"/{self._language}/chat")).words)


class Answerer(Protocol):
    """A volunteer. `case`: the number of the case it is about."""

    async def comes(self) -> None:
        """Says that they are there."""

    async def claims(self, case: int) -> None: ...

    async def words_of(self, case: int) -> str:
        """Where the newcomer's words are to be read."""

    async def answers(self, case: int, text: str) -> None: ...

    async def hands_over(self, case: int, to: Staff, note: str) -> None: ...

    async def accepts_unread(self) -> bool:
        """Tries to accept what they are offered without having read the note; whether there is a way to."""

    async def reads_note(self) -> str:
        """What stands there when the note is opened."""

    async def accepts(self) -> None: ...

    async def keeps(self, case: int, until: str) -> None: ...

    async def sets_day(self, case: int, day: date, note: str) -> None:
        """And has the newcomer asked whether they may be asked."""

    async def closes(self, case: int) -> None: ...

    async def reads(self) -> str:
        """All that is on the screen."""


class AnswererOnTelegram:
    """With a phone and Telegram. What they write to a newcomer is a reply to the newest words of the case."""

    def __init__(self, doors: Doors, chat_id: int) -> None:
        self._doors, self._house, self._chat = doors, doors.house, chat_id

    async def comes(self) -> None:
        if self._has("dh:"):
            await self._presses("dh:")
        else:
            await self._house.hears(self._chat, "/onduty")

    async def claims(self, case: int) -> None:
        await self._presses(f"claim:{case}")

    async def words_of(self, case: int) -> str:
        """What a newcomer writes on the web is at the desk, which a button opens."""
        if not self._has(f"desk:{case}"):
            return await self.reads()
        await self._presses(f"desk:{case}")
        link = LINK.findall("\n".join(self._house.texts(self._chat)))[-1]
        browser = self._doors.site.browser()
        await browser.post(link)
        return (await browser.get(_at(case))).words

    async def answers(self, case: int, text: str) -> None:
        _, words = newest(self._house, self._chat, f"ho:{case}")
        await self._house.api.says(self._chat, text, reply_to=words.message_id, language_code="sv")
        await self._house.settle()

    async def hands_over(self, case: int, to: Staff, note: str) -> None:
        await self._presses(f"ho:{case}")
        await self._presses(f"hop:{case}:{to.id}")
        asked = [one for one in self._house.api.chat(self._chat).visible if "inte överlämnat ännu" in one.text][-1]
        await self._house.api.says(self._chat, note, reply_to=asked.message_id, language_code="sv")
        await self._house.settle()

    async def accepts_unread(self) -> bool:
        return self._has("hoa:")

    async def reads_note(self) -> str:
        await self._presses("hor:")
        return newest(self._house, self._chat, "hoa:")[1].text

    async def accepts(self) -> None:
        await self._presses("hoa:")

    async def keeps(self, case: int, until: str) -> None:
        await self._presses(f"keep:{case}:{until}")

    async def sets_day(self, case: int, day: date, note: str) -> None:
        await self._house.hears(self._chat, f"/followup {day} {note}")
        await self._presses("fua:")

    async def closes(self, case: int) -> None:
        await self._house.hears(self._chat, "/cases")
        await self._presses(f"close:{case}")
        for part, answer in zip(("cat", "org", "out", "min"), SHEET.values(), strict=True):
            await self._presses(f"c:{case}:{part}:{answer}")

    async def reads(self) -> str:
        return plain("\n".join(self._house.texts(self._chat)))

    def _has(self, start: str) -> bool:
        return any(code.startswith(start) for one in self._house.api.chat(self._chat).visible for code in codes_of(one))

    async def _presses(self, start: str) -> None:
        code, shown = newest(self._house, self._chat, start)
        await self._house.pressed(self._chat, code, shown.message_id)


class AnswererAtTheDesk:
    """In a browser that runs no scripts, logged in once they have something to do: a look is a sign of being there."""

    def __init__(self, doors: Doors, staff: Staff) -> None:
        self._doors, self._staff = doors, staff
        self._browser: Browser | None = None

    async def comes(self) -> None:
        await (await self._desk()).post("/desk/on-duty")

    async def claims(self, case: int) -> None:
        page = await (await self._desk()).post(f"{_at(case)}/claim")
        assert page.url == _at(case), page.words

    async def words_of(self, case: int) -> str:
        return (await (await self._desk()).get(_at(case))).words

    async def answers(self, case: int, text: str) -> None:
        await self._sends(case, "reply", text=text)

    async def hands_over(self, case: int, to: Staff, note: str) -> None:
        await self._sends(case, "hand-over", text="", hand_to=f"p{to.id}", hand_note=note)

    async def accepts_unread(self) -> bool:
        return (await (await self._desk()).post(f"{await self._offer()}/accept")).status == 200

    async def reads_note(self) -> str:
        return (await (await self._desk()).get(await self._offer())).words

    async def accepts(self) -> None:
        await (await self._desk()).post(f"{await self._offer()}/accept")

    async def keeps(self, case: int, until: str) -> None:
        await self._sends(case, "keep", text="", until=until)

    async def sets_day(self, case: int, day: date, note: str) -> None:
        fields = {"day": day.isoformat(), "note": note, "may": "1"}
        page = await (await self._desk()).post(f"{_at(case)}/follow-up", fields)
        assert page.status == 200, page.words

    async def closes(self, case: int) -> None:
        await self._sends(case, "close", text="", **SHEET)

    async def reads(self) -> str:
        return plain((await (await self._desk()).get("/desk")).words)

    async def _desk(self) -> Browser:
        if self._browser is None or (await self._browser.get("/desk")).status != OK:
            self._browser = await self._doors.site.desk_of(self._staff)
        return self._browser

    async def _offer(self) -> str:
        return re.findall(r'href="(/desk/hand-overs/\d+)"', (await (await self._desk()).get("/desk")).text)[-1]

    async def _sends(self, case: int, act: str, **fields: str) -> None:
        desk = await self._desk()
        page = await desk.get(_at(case))
        hidden = {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")}
        sent = await desk.post(f"{_at(case)}/{act}", hidden | fields)
        assert sent.status == 200, sent.words


def _at(case: int) -> str:
    return f"/desk/cases/{case}"


def newest(house: House, chat_id: int, start: str) -> tuple[str, Shown]:
    """The code that begins so in the newest message with such a button, and the message."""
    found = [(code, one) for one in house.api.chat(chat_id).visible for code in codes_of(one) if code.startswith(start)]
    assert found, (start, [codes_of(one) for one in house.api.chat(chat_id).visible])
    return found[-1]


def plain(text: str) -> str:
    """As it is read, with one space between words."""
    return " ".join(MARKS.sub("", text).split())
