"""What may have arrived, and what cannot have: the difference decides whether something is said twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import NetworkError

from bot.engine import clock
from bot.intake.texts import Help
from bot.language.i18n import Catalogues
from bot.people import people
from bot.service import Service
from bot.telling import marking
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Sent, TryAgain
from handlers.telegram import wire
from handlers.telegram.sender import TelegramSender
from handlers.telegram.wire import NotConnected, Unanswered, Wire
from models.back_off import LONGEST_WAIT
from models.dialogue import Prompt
from models.notice import Notice
from tests import builders
from tests.botapi import FakeBotApi
from tests.channels.telegram_house import telegram_house
from tests.given import TOKEN

PATIENCE_SECONDS = 10.0
SHORT_SECONDS = 0.2
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _server(answer: bytes) -> AsyncIterator[str]:
    """A server that reads a call, answers these bytes and hangs up; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@asynccontextmanager
async def _wire() -> AsyncIterator[Wire]:
    opened = Wire(timeout_seconds=SHORT_SECONDS)
    try:
        yield opened
    finally:
        await opened.shutdown()


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"", Unanswered),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", Unanswered),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\n<", NetworkError),
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 99\r\n\r\n{", NetworkError),
    ],
)
async def test_an_answer_that_breaks_off_is_in_doubt_unless_it_has_refused(
    answer: bytes, trouble: type[Exception]
) -> None:
    async with _server(answer) as address, _wire() as opened:
        with pytest.raises(NetworkError) as raised:
            await opened.do_request(address, "POST")

    assert type(raised.value) is trouble


async def test_a_call_that_finds_no_free_connection_cannot_have_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.0)
    async with FakeBotApi() as api, _wire() as opened:
        address, held = f"{api.base_url}{TOKEN}/getMe", api.fail("getMe", kind="hold")
        first = asyncio.create_task(opened.do_request(address, "POST", read_timeout=PATIENCE_SECONDS))
        await held.reached(PATIENCE_SECONDS)

        with pytest.raises(NotConnected):
            await opened.do_request(address, "POST")
        held.release()
        status, _ = await first

    assert status == 200


async def test_calls_go_through_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = f"http://telegram.example/bot{TOKEN}/getMe"
    async with FakeBotApi() as proxy, _wire() as through, _wire() as past:
        monkeypatch.setenv("http_proxy", proxy.url)
        status, _ = await through.do_request(elsewhere, "POST")
        monkeypatch.setenv("no_proxy", "telegram.example")
        with pytest.raises(NotConnected):
            await past.do_request(elsewhere, "POST")

    assert status == 200
    assert [call.method for call in proxy.calls] == ["getMe"]


@asynccontextmanager
async def _sender(api: FakeBotApi, *, longest_seconds: float) -> AsyncIterator[TelegramSender]:
    opened = Wire(timeout_seconds=PATIENCE_SECONDS)
    bot = Bot(TOKEN, base_url=api.base_url, request=opened)
    try:
        yield TelegramSender(bot, longest_seconds=longest_seconds)
    finally:
        await opened.shutdown()


async def test_a_long_letter_takes_no_longer_than_a_short_one_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer, its lease would be taken for forgotten, and the rest be said by another worker too."""
    letter = Letter("900", Prompt("\n".join(letter * 4_000 for letter in "abc")))
    async with FakeBotApi() as api, _sender(api, longest_seconds=1.0) as sender:
        await api.says(900, "/start")
        sent = sender._say

        async def say(letter: Letter, text: str, *, is_last: bool) -> int:
            said = await sent(letter, text, is_last=is_last)
            api.fail("sendMessage", 900, kind="hold")
            return said

        monkeypatch.setattr(sender, "_say", say)
        outcome = await asyncio.wait_for(sender.send(letter), PATIENCE_SECONDS / 2)
        api.release()

    assert outcome == TryAgain(doubtful=True, parts_sent=1, arrived=(2,))


async def test_a_probe_that_hangs_makes_no_second_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.telegram.sender.PROBE_SECONDS", SHORT_SECONDS)
    async with FakeBotApi() as api, _sender(api, longest_seconds=PATIENCE_SECONDS) as sender:
        api.fail("getMe", kind="hold")
        hung = await asyncio.wait_for(sender.answers(), PATIENCE_SECONDS)
        api.release()
        well = await sender.answers()

    assert (hung, well) == (TryAgain(doubtful=False), None)


# However it goes wrong.

LOST, DIED, REFUSED = "its answer is lost", "the process dies meanwhile", "it is refused"


class _Postman:
    """Does with each chat's letters what was planned for it, and delivers the rest."""

    def __init__(self, plans: dict[str, tuple[str, ...]]) -> None:
        self._plans = {chat: list(plan) for chat, plan in plans.items()}
        self.copies: dict[str, int] = dict.fromkeys(plans, 0)
        self.has_died = False

    async def answers(self) -> None:
        """It always does."""

    async def send(self, letter: Letter) -> Sent | TryAgain:
        plan = self._plans[letter.chat]
        fate = plan.pop(0) if plan else None
        self.has_died = fate == DIED
        if fate == REFUSED:
            return TryAgain()
        self.copies[letter.chat] += 1
        return TryAgain(doubtful=True) if fate in (LOST, DIED) else Sent(1)


async def test_nothing_arrives_a_third_time_and_what_arrives_twice_is_flagged_however_it_goes_wrong(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        service = house.service
        clock.freeze(clock.now())
        plans = {str(900 + n): plan for n, plan in enumerate(product((LOST, DIED, REFUSED), repeat=3))}
        visitors = {}
        async with service.store.work() as work:
            for chat in plans:
                visitors[chat] = await people.newcomer_on_telegram(work, int(chat), hint=None)
                await work.tell_address(visitors[chat].address_id, Help())
        postman = _Postman(plans)
        for _ in range(5):
            await _deliver_all(service, postman)
            clock.move(LONGEST_WAIT)

        for chat, visitor in visitors.items():
            (row,) = await builders.said_to(service, visitor.person_id, Notice.HELP)
            assert postman.copies[chat] in (1, 2), plans[chat]
            assert row.doubtful == (postman.copies[chat] == 2), plans[chat]
            assert row.state in ("sent", "failed"), plans[chat]


async def _deliver_all(service: Service, postman: _Postman) -> None:
    """As the loop does, and a process that dies in the middle of a letter is followed by another."""
    delivery = Delivery(service, {"telegram": postman})
    while True:
        async with service.store.work() as work:
            leased = await delivery._lease(work)
        if not leased:
            return
        [row] = leased
        outcome = await delivery._send(row)
        if postman.has_died:
            await delivery.sweep.free_leases_at_start()
            continue
        async with service.store.work() as work:
            await marking.mark(work, row, outcome)
