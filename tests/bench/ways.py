"""The ways in which words come to the program: Telegram's webhook, Telegram's long poll, the web chat, the desk.

Owns what each sends and when it counts as acknowledged: a floor or a program answers, and only then is it noted. It
must not choose who writes, nor when.
"""

import asyncio
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from urllib.parse import urlencode

from tests.bench.installation import WEBHOOK_SECRET, Installation
from tests.bench.seeding import WEB, Pair
from tests.bench.wire import Lines

AGAIN_SECONDS = 0.25  # who is told "not now" or hung up on says it again, as Telegram and the page do
AGAIN = (429, 503)
TAKEN = (200, 303)
MOST_AT_ONCE = 40  # connections of Telegram to one webhook: https://core.telegram.org/bots/api#setwebhook
BROWSERS = 600  # each has a connection of its own
PATIENCE_SECONDS = 120.0
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Way(ABC):
    """`again`: how often something had to be said once more before it was acknowledged."""

    def __init__(self, name: str, people: int) -> None:
        self.name, self.people = name, people
        self.again = 0

    @abstractmethod
    async def take(self, person: int, number: int) -> None:
        """The person's message has been acknowledged. `number` is no other message's."""

    def close(self) -> None:  # noqa: B027 - most have nothing open
        """Nothing of it is open."""


class Polling(Way):
    """Telegram's long poll: a message is acknowledged when the next poll moves past it."""

    def __init__(self, installation: Installation, pairs: Sequence[Pair]) -> None:
        super().__init__("Telegram, polling", len(pairs))
        self._installation, self._pairs = installation, pairs

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        pair, delivery = self._pairs[person], self._installation.api.delivery
        delivery.add(update_of(pair.newcomer_chat, number), pair.newcomer_chat)
        await delivery.delivered(number, PATIENCE_SECONDS)
        self._installation.ledger.note(pair.conversation_id, f"t{number}")


class _OverHttp(Way):
    """One request a message, on any of a number of connections; with several processes they take turns."""

    def __init__(self, name: str, installation: Installation, pairs: Sequence[Pair], *, lines: int) -> None:
        super().__init__(name, len(pairs))
        self._installation, self._pairs = installation, pairs
        self._lines = [Lines(process.address, lines) for process in installation.processes]

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        pair, lines = self._pairs[person], self._lines[number % len(self._lines)]
        path, headers, body = self.request(pair, number)
        headers = {"Host": lines.host, "X-Forwarded-For": address_of(person), "Content-Length": len(body)} | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
        while not await self._is_taken(lines, request):
            self.again += 1
            await asyncio.sleep(AGAIN_SECONDS)
        external_id = self.external_id(number)
        self._installation.ledger.note(pair.conversation_id, external_id, is_told=pair.channel != WEB)

    async def _is_taken(self, lines: Lines, request: bytes) -> bool:
        try:
            answer = await lines.ask(request)
        except ConnectionError:
            return False
        assert answer.status in TAKEN + AGAIN, f"{self.name}: {answer.status} {answer.body[:500].decode()}"
        return answer.status in TAKEN

    @abstractmethod
    def request(self, pair: Pair, number: int) -> tuple[str, dict[str, object], bytes]:
        """Path, headers and body."""

    @abstractmethod
    def external_id(self, number: int) -> str:
        """What the message is called in the database."""

    def close(self) -> None:
        """As `Way.close`."""
        for lines in self._lines:
            lines.close()


class Webhook(_OverHttp):
    """Telegram's webhook, by as many connections at once as Telegram opens: what is more waits in line there."""

    def __init__(self, installation: Installation, pairs: Sequence[Pair]) -> None:
        most = installation.api.delivery.webhook.get("max_connections") or MOST_AT_ONCE
        super().__init__("Telegram, webhook", installation, pairs, lines=most)

    def request(self, pair: Pair, number: int) -> tuple[str, dict[str, object], bytes]:
        """As `_OverHttp.request`."""
        headers: dict[str, object] = {"Content-Type": JSON, "X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
        return "/telegram/webhook", headers, json.dumps(update_of(pair.newcomer_chat, number)).encode()

    def external_id(self, number: int) -> str:
        """As `_OverHttp.external_id`."""
        return f"t{number}"


class WebChat(_OverHttp):
    """A newcomer's page, whose script sends what was written."""

    def __init__(self, installation: Installation, pairs: Sequence[Pair]) -> None:
        super().__init__("web chat", installation, pairs, lines=BROWSERS)

    def request(self, pair: Pair, number: int) -> tuple[str, dict[str, object], bytes]:
        """As `_OverHttp.request`."""
        return "/sv/chat/say", self._of_page(f"radrum_chat={pair.newcomer_token}"), form(number)

    def external_id(self, number: int) -> str:
        """As `_OverHttp.external_id`."""
        return sent_as(number)

    def _of_page(self, cookie: str) -> dict[str, object]:
        """What a page of ours sends along."""
        origin = self._installation.processes[0].address
        return {"Content-Type": FORM, "Accept": JSON, "Origin": origin, "Cookie": cookie}


class Desk(WebChat):
    """A volunteer's reply from the desk; the newcomer is on Telegram."""

    def __init__(self, installation: Installation, pairs: Sequence[Pair]) -> None:
        super().__init__(installation, pairs)
        self.name = "desk"

    def request(self, pair: Pair, number: int) -> tuple[str, dict[str, object], bytes]:
        """As `_OverHttp.request`."""
        return f"/desk/cases/{pair.case_id}/reply", self._of_page(f"radrum_desk={pair.volunteer_token}"), form(number)

    def external_id(self, number: int) -> str:
        """As `_OverHttp.external_id`."""
        return f"desk:{sent_as(number)}"


def update_of(chat_id: int, number: int) -> dict[str, object]:
    """A text message as Telegram tells of it; update and message have the same number."""
    person = {"id": chat_id, "is_bot": False, "first_name": "Amal", "language_code": "sv"}
    chat = {"id": chat_id, "type": "private", "first_name": "Amal"}
    message = {"message_id": number, "from": person, "chat": chat, "date": int(time.time()), "text": words(number)}
    return {"update_id": number, "message": message}


def words(number: int) -> str:
    """What a newcomer writes."""
    return f"Jag har fått ett brev från Migrationsverket, nummer {number}."


def sent_as(number: int) -> str:
    """What a page calls a message. No other run's is called the same."""
    return f"bench-{os.getpid()}-{number:08}"


def form(number: int) -> bytes:
    """The same words as a page sends them."""
    return urlencode({"text": words(number), "client_msg_id": sent_as(number)}).encode()


def address_of(person: int) -> str:
    """A network address of each person's own, so that no limit of one address is what is measured."""
    return f"10.{person >> 16 & 255}.{person >> 8 & 255}.{person & 255}"
