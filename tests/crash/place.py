"""One installation to be killed: its settings, the Telegram it talks to, people in the middle of a conversation.

What it says of the database is read with a store of its own, as a second program would. Used by the tests here, by
`tests/chaos` and by `tests/bench`. It must not change what the program has written.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Row, Table, func, select, text, update

from bot.cases import cases, shift_starts
from bot.engine.actors import Actor, Visitor
from bot.engine.seal import Seal, create_key
from bot.engine.settings import Settings, read_settings
from bot.engine.store import Store
from bot.engine.work import Work
from bot.intake import converse
from bot.people import logins, people
from models.conversation import Message
from models.dialogue import Act, Incoming, Pressed, Said
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Device, Role
from models.timer import Timer
from tests.botapi import FakeBotApi
from tests.crash.program import Program, free_port, until

TOKEN = "123456:AAtestsOnlyTokenThatOpensNothingAtAll"
WEBHOOK_SECRET = "tests-only-secret-of-the-webhook"
FIRST_NEWCOMER, FIRST_VOLUNTEER = 900_000, 500_000  # chat ids
POLLING, WEBHOOK = "polling", "webhook"
_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Pair:
    """A newcomer whose case a volunteer has, both on Telegram. Chat ids."""

    newcomer: int
    volunteer: int


@dataclass
class Place:
    """One installation."""

    name: str
    settings: Settings
    env: dict[str, str]
    store: Store
    api: FakeBotApi
    program: Program

    @property
    def is_postgres(self) -> bool:
        return self.store.is_postgres

    async def words_kept(self) -> list[str]:
        """Every message that is committed, opened, in the order in which they are read."""
        return list((await self.words_by_id()).values())

    async def words_by_id(self) -> dict[int, str]:
        """The same, by the message's id."""
        async with self.store.look() as db:
            rows = (await db.execute(select(_MESSAGES).order_by(_MESSAGES.c.seq))).all()
        seal = self.store.seal
        return {row.id: seal.open(row.words, table="messages", column="words", row_id=row.id) for row in rows}

    async def rows(self, *kinds: str) -> list[Row]:
        """The outbox, or its rows of these kinds, that have not been put away before the program started. A menu says
        nothing."""
        said = _ROWS.c.state != RowState.CANCELLED, _ROWS.c.kind != Notice.MENU
        wanted = select(_ROWS).where(*said).order_by(_ROWS.c.id)
        if kinds:
            wanted = wanted.where(_ROWS.c.kind.in_(kinds))
        async with self.store.look() as db:
            return list((await db.execute(wanted)).all())

    async def everything_said(self, seconds: float = 20) -> None:
        """Every row of the outbox that leaves for Telegram has been sent and marked."""
        empty = f"{self.name}: the outbox to be empty\n{self.program.last_words()}"
        await until(self.nothing_due, otherwise=empty, seconds=seconds)

    async def settled(self) -> None:
        """Telegram has nothing more for the program, and the program has nothing more for Telegram."""
        await self.api.drained(20)
        await self.everything_said()

    async def nothing_due(self) -> bool:
        lane = text("address_id IN (SELECT id FROM addresses WHERE channel = 'telegram')")
        due = select(func.count()).select_from(_ROWS).where(_ROWS.c.state == RowState.DUE, lane)
        async with self.store.look() as db:
            return (await db.execute(due)).scalar_one() == 0

    def times_shown(self, chat_id: int, words: str) -> int:
        """How often the person has been sent these words."""
        return sum(words in message.text for message in self.api.chat(chat_id).from_bot)


@asynccontextmanager
async def opened(
    name: str, database_url: str, folder: Path, *, receive: str, api: FakeBotApi | None = None, **changes: object
) -> AsyncIterator[Place]:
    """An installation with a key and an empty, migrated database; whatever runs of it ends with the block."""
    async with AsyncExitStack() as stack:
        api = api or await stack.enter_async_context(FakeBotApi())
        env = _environment(database_url, folder, api.url, receive, changes)
        settings = read_settings(env)
        store = Store(settings, Seal(create_key(settings.key_file)))
        stack.push_async_callback(store.close)
        folder.joinpath("data").mkdir(parents=True, exist_ok=True)
        place = Place(name, settings, env, store, api, Program(env, folder / "program.log"))
        stack.push_async_callback(place.program.kill)
        yield place


def _environment(
    database_url: str, folder: Path, api_url: str, receive: str, changes: dict[str, object]
) -> dict[str, str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    given: dict[str, object] = {
        "database_url": database_url, "data_dir": folder / "data", "key_file": folder / "key" / "radrum.key",
        "controller": "IM", "contact": "070-174 06 05", "public_url": address, "port": port,
        "telegram_token": TOKEN, "telegram_api_url": api_url,
        "poll_seconds": 0.5, "retry_first_seconds": 0.05, "long_poll_seconds": 5, "work_seconds": 10,
        "sends_a_second": 1_000, "sends_to_a_chat_a_second": 1_000,
    }  # fmt: skip
    if receive == WEBHOOK:
        given |= {"webhook_url": address, "webhook_secret": WEBHOOK_SECRET}
    return {f"RADRUM_{name.upper()}": str(value) for name, value in (given | changes).items()}


async def talking_pairs(store: Store, count: int) -> list[Pair]:
    """So many newcomers each have a volunteer of their own who has claimed their case; nothing waits to be said."""
    pairs = [Pair(FIRST_NEWCOMER + n, FIRST_VOLUNTEER + n) for n in range(count)]
    volunteers = [await _add_volunteer(store, pair.volunteer) for pair in pairs]
    async with store.work() as work:
        ends_at = work.now + timedelta(hours=8)
        ids = [volunteer.id for volunteer in volunteers]
        await shift_starts.add_shift(work, starts_at=work.now, ends_at=ends_at, person_ids=ids)
    for pair, volunteer in zip(pairs, volunteers, strict=True):
        async with store.work() as work:
            case_id = await ask_question(work, pair.newcomer, f"first words of {pair.newcomer}")
            work.actor = volunteer
            await cases.claim_case(work, case_id=case_id)
    await forget_what_waits(store)
    return pairs


async def web_newcomers(store: Store, count: int) -> list[tuple[Visitor, str]]:
    """So many newcomers on the web who have agreed, each with a login's token."""
    made = []
    async with store.work() as work:
        for n in range(count):
            visitor = await people.new_newcomer_on_web(work, "sv")
            await converse.receive(work, visitor, Incoming(f"consent-{n}", Pressed("consent:own")))
            made.append((visitor, await logins.open_login(work, visitor.person_id, Device.OWN)))
    return made


async def ask_question(work: Work, chat_id: int, question: str) -> int:
    """The newcomer of this chat has gone through the intake to a queued case; returns its id."""
    for act in (Pressed("lang:sv"), Pressed("consent:yes"), Said(question)):
        await _does(work, chat_id, act)
    visitor = await people.newcomer_on_telegram(work, chat_id, hint="sv")
    found = text("SELECT id FROM cases WHERE newcomer_id = :newcomer")
    return (await work.db.execute(found, {"newcomer": visitor.person_id})).scalar_one()


async def forget_what_waits(store: Store) -> None:
    """Nothing prepared is left to be said or done, so that what is said from now on is the program's own."""
    async with store.work() as work:
        await work.db.execute(update(_ROWS).where(_ROWS.c.state == RowState.DUE).values(state=RowState.CANCELLED))
        await work.db.execute(update(Timer).values(done_at=work.now))


async def _does(work: Work, chat_id: int, act: Act) -> None:
    visitor = await people.newcomer_on_telegram(work, chat_id, hint="sv")
    key = f"prepared-{chat_id}-{type(act).__name__}"
    await converse.receive(work, visitor, Incoming(key, act, external_id=key))


async def _add_volunteer(store: Store, chat_id: int) -> Actor:
    async with store.work() as work:
        person_id = await people.add_staff(
            work, role=Role.VOLUNTEER, alias=f"Vera{chat_id}", language="sv", speaks=["sv", "ar"]
        )
        await people.link_telegram(work, person_id, chat_id)
        volunteer = await people.staff_on_telegram(work, chat_id)
    assert volunteer is not None
    return volunteer


async def side_by_side(*scenarios: object) -> None:
    """All of them are through; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for scenario in scenarios:
            group.create_task(scenario)  # type: ignore[arg-type]
