"""Words into an open case, up to the acknowledgement: through the webhook's function, and through the web over HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp.test_utils import TestServer

from bot.cases import cases
from bot.engine.actors import Visitor
from bot.engine.store import Store
from bot.intake import converse
from bot.language import i18n
from bot.people import access, logins, people
from bot.service import Service
from handlers.telegram.receiving import HANDLED, Telegram
from handlers.web.routes import make_app
from models.dialogue import Incoming, Pressed, Said
from models.people import Device
from tests.bench import floor
from tests.bench.measuring import Measured, Take
from tests.crash.place import Pair, Place, forget_what_waits, talking_pairs

MANY = 50
# Messages of a round, by how many send at once. On the web one login may send sixty a minute.
ROUND = {1: 100, MANY: 250}
WEB_ROUND = {1: 15, MANY: 150}
FLOOR_FASTER = 4  # a round of the floor has so many times the messages, to last about as long


@dataclass
class Intake:
    """What was measured on one database with so many senders."""

    database: str
    senders: int
    floor: Measured
    telegram: Measured
    web: Measured


async def measure(name: str, place: Place, rounds: int) -> list[Intake]:
    """One sender and many, floor and product taking turns."""
    pairs = await talking_pairs(place.store, MANY)
    service = Service(place.store, place.settings, i18n.load())
    measured = [Intake(name, senders, Measured(), Measured(), Measured()) for senders in ROUND]
    async with AsyncExitStack() as stack:
        by_hand = await stack.enter_async_context(floor.taking_in(place))
        telegram = await stack.enter_async_context(_on_telegram(service, pairs))
        web = await stack.enter_async_context(_on_web(service, place, pairs))
        number = 0
        for take in (by_hand, telegram, web):  # once each before it counts: connections, caches, compiled statements
            await Measured().add_round(take, senders=MANY, first=number, messages=MANY)
            number += MANY
        for _ in range(rounds):
            for one in measured:
                for what, take, messages in (
                    (one.floor, by_hand, ROUND[one.senders] * FLOOR_FASTER),
                    (one.telegram, telegram, ROUND[one.senders]),
                    (one.web, web, WEB_ROUND[one.senders]),
                ):
                    await what.add_round(take, senders=one.senders, first=number, messages=messages)
                    number += messages
    return measured


@asynccontextmanager
async def _on_telegram(service: Service, pairs: list[Pair]) -> AsyncIterator[Take]:
    telegram = Telegram(service)

    async def take(sender: int, number: int) -> None:
        assert await telegram.webhook(_update(pairs[sender].newcomer, number)) == HANDLED

    yield take
    await telegram.close()


def _update(chat_id: int, number: int) -> bytes:
    person = {"id": chat_id, "is_bot": False, "first_name": "Amal", "language_code": "sv"}
    chat = {"id": chat_id, "type": "private", "first_name": "Amal"}
    words = f"Jag har fått ett brev från Migrationsverket, nummer {number}."
    message = {"message_id": number + 1, "from": person, "chat": chat, "date": 1_790_000_000, "text": words}
    return json.dumps({"update_id": number + 1, "message": message}).encode()


@asynccontextmanager
async def _on_web(service: Service, place: Place, pairs: list[Pair]) -> AsyncIterator[Take]:
    newcomers = await web_newcomers(place.store, len(pairs))
    for (visitor, _), pair in zip(newcomers, pairs, strict=True):
        await _give_case(place.store, visitor, pair.volunteer)
    await forget_what_waits(place.store)
    tokens = [token for _, token in newcomers]
    async with TestServer(make_app(service)) as server:
        address = str(server.make_url("")).rstrip("/")
        headers = {"Origin": address, "Accept": "application/json"}
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            headers=headers, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:

            async def take(sender: int, number: int) -> None:
                words = {"text": f"Jag har fått ett brev, nummer {number}.", "client_msg_id": f"bench-{number:08}"}
                cookie = {"Cookie": f"radrum_chat={tokens[sender]}"}
                async with http.post(f"{address}/sv/chat/say", data=words, headers=cookie) as answer:
                    assert answer.status == 200, await answer.text()

            yield take


async def web_newcomers(store: Store, count: int) -> list[tuple[Visitor, str]]:
    """So many newcomers on the web who have agreed, each with a login's token."""
    made = []
    async with store.work() as work:
        for n in range(count):
            visitor = await people.new_newcomer_on_web(work, "sv")
            await converse.receive(work, visitor, Incoming(f"consent-{n}", Pressed("consent:own")))
            made.append((visitor, await logins.open_login(work, visitor.person_id, Device.OWN)))
    return made


async def _give_case(store: Store, visitor: Visitor, volunteer_chat: int) -> None:
    async with store.work() as work:
        await converse.receive(work, visitor, Incoming("first", Said("first words"), external_id="first"))
        case = await access.open_case_of(work.db, visitor.person_id)
        work.actor = await people.staff_on_telegram(work, volunteer_chat)
        await cases.claim_case(work, case_id=case.id)  # type: ignore[union-attr]
