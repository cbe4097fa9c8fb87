"""What a newcomer sees on the web: every page there is for her, in one language, as the handlers show it.

It must not know how a page looks.
"""

import re
from datetime import timedelta

from bot.cases.messages import MOST_CHARACTERS
from bot.engine import clock
from tests import builders
from tests.book.entries import Book
from tests.book.examples import ANSWER, QUESTIONS
from tests.book.walking import Walk, plain_pages
from tests.builders import Newcomer, Staff
from tests.channels.web_fixtures import Site

WRONG = "00000000"
AWAY = timedelta(hours=1)


async def walk(site: Site, book: Book, adviser: Staff) -> set[str]:
    """Her pages are in the book; returns the routes she took."""
    walking = _Newcomer(site, Walk(site.browser(), book.language), adviser)
    for title, part in walking.parts:
        await part()
        walking.walk.puts_into(book, f"Web: {title}")
    return walking.walk.taken


class _Newcomer:
    """Somebody on the web, and what she does one after the other."""

    def __init__(self, site: Site, walk: Walk, adviser: Staff) -> None:
        self.site, self.walk, self.adviser = site, walk, adviser
        self.at = f"/{walk.language}"
        self.numbers = ("", "")
        self.parts = (
            ("pages for anybody", self._before), ("consent", self._consent), ("a question", self._question),
            ("the menu", self._menu), ("an answer", self._answered), ("leaving and coming back", self._back),
            ("everything deleted", self._deletes),
        )  # fmt: skip

    async def _before(self) -> None:
        await self.walk.opens("/", "the choice of language")
        await self.walk.opens(self.at)
        for page in plain_pages("/{language}/"):
            await self.walk.opens(f"{self.at}/{page}")
        await self.walk.opens(f"{self.at}/nothing", "no such page")
        await self.walk.opens("/poster", "one sheet in all languages")

    async def _consent(self) -> None:
        await self.walk.opens(f"{self.at}/chat", "before anything is stored")
        await self.walk.sends(f"{self.at}/chat/consent", {"answer": "no"}, "she said no")
        await self.walk.sends(f"{self.at}/chat/consent", {"answer": "shared"}, "she said yes, on a shared device")
        await self.walk.opens(f"{self.at}/chat/secret", "before her question")
        await self.walk.sends(f"{self.at}/chat/secret", {"secret": WRONG}, "before her question")

    async def _question(self) -> None:
        await self._says("", "nothing written")
        await self._says("x" * (MOST_CHARACTERS + 1), "far too long")
        await self._says(QUESTIONS[self.walk.language], "her question")
        self.numbers = self._numbers_shown()
        await self._presses("tap:category:housing", "an optional answer")
        await self._presses("tap:category:housing", "the same once more")
        await self._presses("tap:age:45_54", "a button that was not asked for")
        await self._says("/jobb", "a word with a slash")

    async def _menu(self) -> None:
        for name in ("status", "hours", "help", "privacy", "language", "start"):
            await self.walk.sends(f"{self.at}/chat/command", {"name": name}, f"she chose {name}")
        await self.walk.sends(f"{self.at}/chat/command", {"name": "stop"}, "she chose stop")
        await self.walk.sends(f"{self.at}/chat/press", {"code": self._code("stop:no")}, "and then not")
        await self.walk.opens(f"{self.at}/chat/delete")
        await self.walk.sends(f"{self.at}/chat/delete", {"about": "x"}, "something has happened meanwhile")
        await self.walk.opens(f"{self.at}/chat/secret")
        await self.walk.sends(f"{self.at}/chat/secret", {"secret": WRONG}, "another number than hers")

    async def _answered(self) -> None:
        asker = await self._case()
        await builders.claims(self.site.service, self.adviser, asker)
        await self.walk.opens(f"{self.at}/chat", "her case was taken")
        await self.walk.sends(f"{self.at}/chat/command", {"name": "status"}, "she chose status")
        await builders.answers(self.site.service, self.adviser, asker, ANSWER)
        await self.walk.opens(f"{self.at}/chat", "an adviser has answered")

    async def _back(self) -> None:
        await self.walk.sends(f"{self.at}/chat/close", note="her numbers may not be written down yet")
        await self.walk.sends(f"{self.at}/chat/close", {"sure": "1"}, "they are")
        code, secret = self.numbers
        await self.walk.sends(f"{self.at}/back", {"code": code, "secret": WRONG}, "a wrong number")
        await self.walk.sends(f"{self.at}/back", {"code": code, "secret": secret}, "the right ones")
        clock.move(AWAY)
        await self.walk.opens(f"{self.at}/chat", "she was away for an hour")
        await self.walk.opens(f"{self.at}/chat/delete", "she was away for an hour")
        await self.walk.sends(f"{self.at}/back", {"code": code, "secret": secret}, "she comes back")

    async def _deletes(self) -> None:
        asked = await self.walk.opens(f"{self.at}/chat/delete")
        await self.walk.sends(f"{self.at}/chat/delete", {"about": asked.hidden("about")}, "she is sure")
        await self.walk.opens(f"{self.at}/chat", "afterwards")

    async def _says(self, text: str, note: str) -> None:
        sent_as = (await self.walk.browser.get(f"{self.at}/chat")).hidden("client_msg_id")
        await self.walk.sends(f"{self.at}/chat/say", {"text": text, "client_msg_id": sent_as}, note)

    async def _presses(self, code: str, note: str) -> None:
        await self.walk.sends(f"{self.at}/chat/press", {"code": code}, note)

    def _code(self, start: str) -> str:
        """The newest button of the page whose code begins so."""
        return re.findall(rf'value="({start}[^"]*)"', self.walk.page.text)[-1]

    def _numbers_shown(self) -> tuple[str, str]:
        """The number of the case and the secret one, as they stand on the page."""
        found = re.search(r"\b(\d{3} \d{3} \d)\b.*?\b(\d{4} \d{4})\b", self.walk.page.text, re.DOTALL)
        assert found, self.walk.page.words
        return found[1], found[2]

    async def _case(self) -> Newcomer:
        code = self.numbers[0].replace(" ", "")
        row = await builders.one(self.site.service, "SELECT id FROM cases WHERE code = :code", code=code)
        return Newcomer(self.site.service, None, row[0], code)  # type: ignore[arg-type]  # nobody acts for her here
