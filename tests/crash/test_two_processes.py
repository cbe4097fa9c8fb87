"""Two processes on one PostgreSQL: one claim wins, and what a dead process held the living one takes over."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.cases import shift_starts
from bot.engine.seal import Seal, load_key
from bot.engine.store import INSTANCE_LOCK_CLASS, Store
from bot.language.i18n import Catalogues
from bot.people import logins, names, people
from bot.people.access import CASES
from bot.people.texts import Linked
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Outcome, Sent
from handlers.telegram.receiving import CHANNEL, HANDLED, Telegram
from handlers.web.routes import make_app
from models.case import CaseEvent, CaseEventKind
from models.notice import Notice
from models.outbox import RowState
from models.people import Device, Role
from tests.crash.place import FIRST_NEWCOMER, WEBHOOK, Place, ask_question, forget_what_waits, opened, talking_pairs
from tests.crash.program import until

ON_EACH_SIDE, CASES_TO_CLAIM, PRESSES_EACH = 25, 20, 4
SEE_OTHER = 303
A_MOMENT_SECONDS = 0.5  # that something does not happen can only be seen by waiting for it
_LIVES = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND granted"


@dataclass(frozen=True, slots=True)
class Told:
    """What a volunteer was told after a press."""

    case_id: int
    alias: str
    won: bool
    text: str


@pytest.fixture
async def place(postgres_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with opened("two processes", postgres_url, tmp_path, receive=WEBHOOK) as made:
        yield made


@pytest.fixture
async def second(place: Place, catalogues: Catalogues) -> AsyncIterator[Service]:
    """Another process of the same installation."""
    store = Store(place.settings, Seal(load_key(place.settings.key_file)))
    yield Service(store, place.settings, catalogues)
    await store.close()


async def test_fifty_volunteers_on_two_processes_claim_twenty_cases_once_each(
    place: Place, second: Service, catalogues: Catalogues
) -> None:
    on_telegram, at_desk = await _volunteers(place.store)
    case_ids = await _queued_cases(place.store)
    first = Service(place.store, place.settings, catalogues)

    async with _telegram(first) as telegram, TestServer(make_app(second)) as desk:
        told = await _all_press(place, telegram, on_telegram, desk, at_desk, case_ids)

    async with place.store.look() as db:
        called = await names.names_of_staff(db, place.store.seal)
        held = (await db.execute(select(CASES.c.id, CASES.c.volunteer_id))).all()
        holders = {case_id: called[volunteer_id] for case_id, volunteer_id in held if volunteer_id}
        claimed = select(CaseEvent.case_id).where(CaseEvent.kind == CaseEventKind.CLAIMED)
        claims = (await db.execute(claimed)).scalars().all()
    assert sorted(claims) == sorted(case_ids)
    assert sorted((one.case_id, one.alias) for one in told if one.won) == sorted(holders.items())
    assert len(told) == 2 * ON_EACH_SIDE * PRESSES_EACH
    for one in told:
        assert one.won or holders[one.case_id] in one.text, one


async def test_lease_of_a_dead_process_is_freed_by_the_living_one(place: Place, second: Service) -> None:
    pairs = await talking_pairs(place.store, 2)
    await place.program.start()
    held = place.api.fail("sendMessage", pairs[0].newcomer, kind="hold")
    await place.api.says(pairs[0].volunteer, "held by the first")
    await held.reached()

    async with _telegram(second) as telegram, _delivering(second, telegram.sender):
        await place.api.says(pairs[1].volunteer, "said meanwhile")
        await until(lambda: _marked(place, Notice.REPLY), otherwise="what was said meanwhile to be sent and marked")
        assert place.times_shown(pairs[0].newcomer, "held by the first") == 1, "its sender lives"
        await place.program.kill()
        await place.everything_said()

    assert place.times_shown(pairs[0].newcomer, "held by the first") == 2
    assert sorted(row.doubtful for row in await place.rows(Notice.REPLY)) == [False, True]


class _Witness:
    """A sender that notes whether the process that sends can be seen to live."""

    def __init__(self, db: asyncpg.Connection, instance: int) -> None:
        self._db, self._instance = db, instance
        self.seen: list[int] = []
        self.sent = asyncio.Event()

    async def answers(self) -> None:
        """It always does."""

    async def send(self, _letter: Letter) -> Outcome:
        self.seen.append(await self._db.fetchval(_LIVES, INSTANCE_LOCK_CLASS, self._instance))
        self.sent.set()
        return Sent(1)


async def test_process_sends_nothing_before_others_can_see_that_it_lives(place: Place, second: Service) -> None:
    (pair,) = await talking_pairs(place.store, 1)
    async with place.store.work() as work:
        volunteer = await people.staff_on_telegram(work, pair.volunteer)
        await work.tell(volunteer.id, Linked())  # type: ignore[union-attr]
    async with AsyncExitStack() as stack:
        other = await asyncpg.connect(place.settings.postgres_dsn)
        stack.push_async_callback(other.close)
        key = (INSTANCE_LOCK_CLASS, second.store.instance)
        await other.execute("SELECT pg_advisory_lock($1, $2)", *key)
        witness = _Witness(await asyncpg.connect(place.settings.postgres_dsn), second.store.instance)
        stack.push_async_callback(witness._db.close)

        async with _delivering(second, witness):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(witness.sent.wait(), A_MOMENT_SECONDS)
            await other.execute("SELECT pg_advisory_unlock($1, $2)", *key)
            await place.everything_said()

    assert witness.seen == [1]


async def _marked(place: Place, kind: Notice) -> bool:
    return any(row.state == RowState.SENT for row in await place.rows(kind))


@asynccontextmanager
async def _telegram(service: Service) -> AsyncIterator[Telegram]:
    telegram = Telegram(service)
    try:
        yield telegram
    finally:
        await telegram.close()


@asynccontextmanager
async def _delivering(service: Service, sender: object) -> AsyncIterator[None]:
    loops = (Delivery(service, {CHANNEL: sender}).run(), service.store.bells.run())  # type: ignore[dict-item]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        await tasks[0]
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _volunteers(store: Store) -> tuple[dict[int, str], dict[str, str]]:
    """Aliases of those on shift: by chat of those on Telegram, and by login of those at the desk."""
    on_telegram, at_desk, everybody = {}, {}, []
    async with store.work() as work:
        for n in range(2 * ON_EACH_SIDE):
            alias = f"Vera{n:02}"
            person_id = await people.add_staff(work, role=Role.VOLUNTEER, alias=alias, language="sv", speaks=["sv"])
            everybody.append(person_id)
            if n < ON_EACH_SIDE:
                await people.link_telegram(work, person_id, 500_000 + n)
                on_telegram[500_000 + n] = alias
            else:
                at_desk[await logins.open_login(work, person_id, Device.STAFF)] = alias
        ends_at = work.now + timedelta(hours=8)
        await shift_starts.add_shift(work, starts_at=work.now, ends_at=ends_at, person_ids=everybody)
    return on_telegram, at_desk


async def _queued_cases(store: Store) -> list[int]:
    async with store.work() as work:
        made = [await ask_question(work, FIRST_NEWCOMER + n, "a question") for n in range(CASES_TO_CLAIM)]
    await forget_what_waits(store)
    return made


async def _all_press(
    place: Place,
    telegram: Telegram,
    on_telegram: dict[int, str],
    desk: TestServer,
    at_desk: dict[str, str],
    case_ids: list[int],
) -> list[Told]:
    """Everybody presses on a few cases, at once; neighbours press on the same ones."""

    def wanted(n: int) -> list[int]:
        return [case_ids[(n + k) % CASES_TO_CLAIM] for k in range(PRESSES_EACH)]

    presses = [
        _press_on_telegram(place, telegram, chat_id, alias, wanted(n))
        for n, (chat_id, alias) in enumerate(on_telegram.items())
    ]
    presses += [_press_at_desk(desk, token, alias, wanted(n)) for n, (token, alias) in enumerate(at_desk.items())]
    return [one for told in await asyncio.gather(*presses) for one in told]


async def _press_on_telegram(
    place: Place, telegram: Telegram, chat_id: int, alias: str, case_ids: list[int]
) -> list[Told]:
    told = []
    for case_id in case_ids:
        press = await place.api.presses(chat_id, f"claim:{case_id}", message_id=1)
        (body,) = [one.body for one in place.api.delivery.waiting() if one.update_id == press.update_id]
        assert await telegram.webhook(json.dumps(body).encode()) == HANDLED
        await telegram.errands.do_all()
        text = (await place.api.wait_answer(press)).text
        told.append(Told(case_id, alias, "Vera" not in text, text))
    return told


async def _press_at_desk(desk: TestServer, token: str, alias: str, case_ids: list[int]) -> list[Told]:
    address = str(desk.make_url("")).rstrip("/")
    told = []
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        cookies={"radrum_desk": token}, headers={"Origin": address}, cookie_jar=jar
    ) as tab:
        for case_id in case_ids:
            async with tab.post(f"{address}/desk/cases/{case_id}/claim", allow_redirects=False) as answer:
                told.append(Told(case_id, alias, answer.status == SEE_OTHER, await answer.text()))
    return told
