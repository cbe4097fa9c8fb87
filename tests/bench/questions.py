"""Whole questions over Telegram, from the update to the last message that comes of it, beside a bare echo bot.

Both poll a fake Bot API, each its own. The echo bot says one thing for one and keeps nothing; the program opens a case,
sends its newcomer the receipt and the first tap, and a volunteer the card. Owns the rounds and the table.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count, islice
from time import process_time, time

from tests.bench import installation
from tests.bench.before import ROOT
from tests.bench.figures import quotients, spread
from tests.bench.ground import Ground, Template, Version
from tests.bench.installation import POLLING, TOKEN, Installation
from tests.bench.kept import NotKept, check
from tests.bench.options import BEFORE, Options
from tests.bench.process import Process
from tests.bench.seeding import ON_SHIFT
from tests.bench.table import Table
from tests.botapi import FakeBotApi
from tests.botapi.server import Accepted

QUESTIONS, WARM = 100, 20
STRANGERS = 2_000_000  # chat ids of those who write to the echo bot
PATIENCE_SECONDS, LOOK_AGAIN_SECONDS = 120.0, 0.02
I_AM_HERE = "/onduty"  # to an earlier version, whose shifts were staffed by who had signed up, an unknown command
ECHO, QUESTION = "echo", "Jag har fått ett brev från Migrationsverket."
UNPACED = {"sends_a_second": 1_000, "sends_to_a_chat_a_second": 1_000}  # else it would be Telegram's pace that is seen
WAITING = """
SELECT count(*) FROM outbox JOIN addresses ON addresses.id = outbox.address_id
WHERE outbox.state = 'due' AND addresses.channel = 'telegram'
"""
CODES = "SELECT code FROM cases"
COLUMNS = (
    "database", "who", "receipts a second", "of echo", "of before", "all messages out: questions a second", "of before",
    "messages each", "its CPU ms each", "driver's share",
)  # fmt: skip

NOTE = "Three messages for each question; more, where an act took so long that somebody was told from memory to wait."


@dataclass(frozen=True, slots=True)
class Answered:
    """A round. `receipts`, `whole`: questions a second, until the first and until the last message of each."""

    receipts: float
    whole: float
    messages: float
    cpu: float
    driver: float


async def measure(ground: Ground, kind: str, versions: Sequence[Version], options: Options) -> Table:
    """All rounds on one kind of database, each with fresh newcomers."""
    rounds: dict[str, list[Answered]] = {}
    async with AsyncExitStack() as stack:
        most = WARM + options.rounds * QUESTIONS
        template = await stack.enter_async_context(ground.template(kind, lambda seeding: seeding.askers(most)))
        echo = await stack.enter_async_context(_echo(ground))
        programs = []
        for version in versions:
            there = installation.opened(ground, template, version, receive=POLLING, **UNPACED)
            programs.append((await stack.enter_async_context(there), iter(template.people)))
        strangers = count(STRANGERS)
        await _echoed(*echo, strangers)
        for program, chats in programs:
            await program.api.says(ON_SHIFT, I_AM_HERE)
            await _asked(program, list(islice(chats, WARM)), template)
        for _ in range(options.rounds):
            rounds.setdefault(ECHO, []).append(await _echoed(*echo, strangers))
            for program, chats in programs:
                made = await _asked(program, list(islice(chats, QUESTIONS)), template)
                rounds.setdefault(program.version.name, []).append(made)
    title = f"Whole questions over Telegram, {QUESTIONS} at once"
    return Table(title, COLUMNS, [(kind, who, *_figures(rounds, who)) for who in rounds], NOTE)


@asynccontextmanager
async def _echo(ground: Ground) -> AsyncIterator[tuple[FakeBotApi, Process]]:
    async with FakeBotApi() as api:
        log = ground.new_folder(ECHO) / "echo.log"
        process = Process(ROOT, {}, log, ("-m", "tests.bench.echo", api.url, TOKEN))
        await process.start()
        try:
            yield api, process
        finally:
            await process.stop()


async def _echoed(api: FakeBotApi, process: Process, strangers: Iterator[int]) -> Answered:
    sent, asking = len(api.accepted), list(islice(strangers, QUESTIONS))
    began, driven, taken = time(), process_time(), process.cpu_seconds
    await _ask(api, asking)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(api.accepted) - sent < len(asking):  # noqa: ASYNC110 - no event for all of them
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    a_second = len(asking) / (api.accepted[-1].at - began)
    cpu, driver = 1000 * (process.cpu_seconds - taken) / len(asking), (process_time() - driven) / (time() - began)
    return Answered(a_second, a_second, 1.0, cpu, driver)


async def _asked(program: Installation, chats: list[int], template: Template[dict[int, int]]) -> Answered:
    """All have asked, and nothing that comes of it waits any more.

    Raises:
        NotKept: a question is not there or is there twice, or somebody was told something twice.
    """
    api, sent = program.api, len(program.api.accepted)
    began, driven, taken = time(), process_time(), program.cpu_seconds
    for chat, message_id in (await _ask(api, chats)).items():
        program.ledger.note(template.people[chat], f"t{message_id}", is_told=False)
    codes = await _all_said(program)
    cpu, driver = 1000 * (program.cpu_seconds - taken) / len(chats), (process_time() - driven) / (time() - began)
    said = api.accepted[sent:]
    await check(program.database, program.ledger, f"{program.version.name}, questions")
    _require_once([(message.chat_id, message.text) for message in said], program.version.name)
    receipts = _receipts(said, set(chats), codes)
    assert len(receipts) == len(chats), f"{program.version.name}: {len(receipts)} receipts for {len(chats)} questions"
    whole = len(chats) / (max(message.at for message in said) - began)
    return Answered(len(chats) / (max(receipts.values()) - began), whole, len(said) / len(chats), cpu, driver)


async def _ask(api: FakeBotApi, chats: list[int]) -> dict[int, int]:
    """Everybody has asked; returns what their messages are called."""
    return {chat: (await api.says(chat, QUESTION, language_code="sv")).message_id or 0 for chat in chats}


async def _all_said(program: Installation) -> list[str]:
    """Every question has its case and nothing waits to be sent; returns the cases' codes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            codes = [str(code) for (code,) in await program.database.rows(CODES)]
            if len(codes) == len(program.ledger.said) and not (await program.database.rows(WAITING))[0][0]:
                return codes
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _receipts(said: Sequence[Accepted], chats: set[int], codes: list[str]) -> dict[int, float]:
    """When each of these chats was first told the number of a case; what is said from memory is no receipt."""
    first: dict[int, float] = {}
    for message in said:
        digits = "".join(filter(str.isdigit, message.text))
        if message.chat_id in chats and any(code in digits for code in codes):
            first.setdefault(message.chat_id, message.at)
    return first


def _require_once(said: list[tuple[int, str]], who: str) -> None:
    """Raises:
    NotKept: somebody was told the same twice, and no process had died.
    """
    twice = [told for told, times in Counter(said).items() if times > 1]
    if twice:
        raise NotKept(f"{who}: {len(twice)} messages were sent twice, such as {twice[0][1]!r}")


def _figures(rounds: dict[str, list[Answered]], who: str) -> tuple[str, ...]:
    mine, echo, before = rounds[who], rounds[ECHO], rounds.get(BEFORE, [])
    receipts, whole = [made.receipts for made in mine], [made.whole for made in mine]
    is_product = bool(before) and who not in (ECHO, BEFORE)
    return (
        str(spread(receipts)), "" if who == ECHO else str(quotients(receipts, [made.receipts for made in echo])),
        str(quotients(receipts, [made.receipts for made in before])) if is_product else "",
        str(spread(whole)), str(quotients(whole, [made.whole for made in before])) if is_product else "",
        str(spread([made.messages for made in mine])), str(spread([made.cpu for made in mine])),
        str(spread([made.driver for made in mine])),
    )  # fmt: skip
