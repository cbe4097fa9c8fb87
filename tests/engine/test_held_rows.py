"""A row that somebody holds on to, on PostgreSQL: whoever needs it is told to try again, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.engine import clock, pools
from bot.engine.crowds import HELD_BY_OTHERS, Crowds
from bot.engine.errors import Busy, Unavailable
from bot.engine.schema import migrate
from bot.engine.seal import Seal, create_key
from bot.engine.store import READERS, Store
from bot.language.i18n import Catalogues
from bot.people import people
from bot.people.texts import Linked
from bot.service import Service
from bot.telling import marking
from bot.telling.choosing import Choosing
from bot.telling.delivery import Delivery
from bot.telling.letters import Sent
from bot.trouble.pulse import Heart
from models.notice import Notice
from models.timer import TimerKind
from tests import builders
from tests.builders import Newcomer, Postbox
from tests.crash.program import until
from tests.given import settings_for
from tests.held import holding
from tests.running import free_port, serving

PATIENCE_SECONDS = 20.0
ACT_SECONDS = 2.0  # as it is by itself: a lock is given up after half of that, and a busy computer keeps up with it
CROWD = 20


@pytest.fixture
async def service(postgres_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Service]:
    settings = settings_for(postgres_url, tmp_path, port=free_port())
    store = Store(settings.model_copy(update={"work_seconds": ACT_SECONDS}), Seal(create_key(settings.key_file)))
    store.act_seconds = PATIENCE_SECONDS  # how fast this computer is today is not what is tried here
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()


async def _tries(asker: Newcomer, words: str) -> type[Exception] | None:
    try:
        await asker.says(words)
    except Unavailable as refusal:
        return type(refusal)
    return None


async def test_a_crowd_at_a_held_conversation_waits_alone(service: Service) -> None:
    held, free = await builders.case_of(service), await builders.case_of(service)

    async with holding(service, held), asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        crowd = [group.create_task(_tries(held, f"väntar {n}")) for n in range(CROWD)]
        others = [group.create_task(_tries(free, f"fri {n}")) for n in range(5)]

    assert {task.result() for task in crowd} <= {Busy, Unavailable}
    assert [task.result() for task in others] == [None] * 5
    kept = await builders.table(service, "SELECT 1 FROM messages WHERE case_id = :case", case=held.case_id)
    assert len(kept) == 1
    assert await _tries(held, "äntligen") is None


async def test_a_row_that_somebody_holds_is_marked_when_it_is_free_and_the_others_before(service: Service) -> None:
    them = [await builders.volunteer(service, f"Vera {chat}", chat_id=chat) for chat in (501, 502, 503)]
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    async with service.store.work() as work:
        for one in them:
            await work.tell(one.id, Linked())
        leased = await Choosing().lease(work, service.store.instance, most=len(them))
    held, *others = leased
    other = await asyncpg.connect(service.settings.postgres_dsn)

    async with asyncio.timeout(PATIENCE_SECONDS), other.transaction():
        await other.execute("SELECT 1 FROM outbox WHERE id = $1 FOR UPDATE", held.id)
        async with service.store.work() as work:
            left = await marking.mark_sent(work, [(row, Sent(7, arrived=(7,))) for row in leased])
        waits = await builders.table(service, "SELECT id FROM outbox WHERE state = 'due'")
    await other.close()

    assert len(others) == 2
    assert [row.id for row, _ in left] == [row.id for row in waits] == [held.id]


def test_who_comes_to_what_could_not_be_had_a_moment_ago_is_sent_away_while_another_tries() -> None:
    crowds = Crowds()
    held = DBAPIError("UPDATE", {}, _HeldByOthers())

    with pytest.raises(Busy), crowds.before(1):
        raise held
    with pytest.raises(Busy), crowds.before(1):
        with pytest.raises(Busy), crowds.before(1):
            raise AssertionError("it went in")
        with crowds.before(2):
            pass
        raise held
    with crowds.before(1):  # it could be had
        pass
    with crowds.before(1), crowds.before(1):
        pass


class _HeldByOthers(Exception):
    sqlstate = HELD_BY_OTHERS


@asynccontextmanager
async def _all_taken(service: Service) -> AsyncIterator[None]:
    """Every connection that people's acts have is taken."""
    async with AsyncExitStack() as acts:
        for _ in range(pools.ACTS + pools.SPARE):
            await acts.enter_async_context(service.store.work())
        assert service.store.writer.pool.checkedout() == pools.ACTS + pools.SPARE  # type: ignore[attr-defined]
        yield


async def test_what_a_crowd_has_opened_stays_open_for_the_next(service: Service) -> None:
    async with _all_taken(service):
        pass

    assert service.store.writer.pool.checkedin() == pools.ACTS + pools.SPARE  # type: ignore[attr-defined]


async def test_it_is_ready_and_the_pages_are_there_while_every_act_s_connection_is_taken(service: Service) -> None:
    address = f"http://127.0.0.1:{service.settings.port}"
    async with _all_taken(service), serving(service), ClientSession(address) as browser:
        for path in ("/readyz", "/sv/hours"):
            async with browser.get(path) as answer:
                assert answer.status == 200


async def test_letters_leave_and_the_pulse_beats_while_every_act_s_connection_is_taken(service: Service) -> None:
    await builders.volunteer(service, chat_id=500)
    await builders.case_of(service)
    async with _all_taken(service):
        delivered = await builders.deliver_all(builders.delivery_of(service, Postbox()))
        await Heart(service).beat()

    assert delivered > 0
    assert service.health.wrote_at is not None


async def test_what_was_sent_to_a_held_case_is_marked_later_and_the_other_lanes_go_on(service: Service) -> None:
    """A reply's mark needs its case; who holds on to that must not take the workers one by one."""
    amina = await builders.volunteer(service, chat_id=500)
    held = await builders.claimed_case(service, amina, chat_id=900)
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    for n in range(3):
        await builders.answers(service, amina, held, f"svar {n}")
    postbox = Postbox()
    delivery = Delivery(service, {"telegram": postbox})
    bells = asyncio.create_task(service.store.bells.run())
    arrived = postbox.hold(900)
    loop = asyncio.create_task(delivery.run())
    try:
        await asyncio.wait_for(arrived.left.wait(), PATIENCE_SECONDS)
        async with holding(service, held):
            arrived.arrives.set()
            for n in range(5):
                asker = await builders.newcomer(service, chat_id=910 + n)
                await until(lambda asker=asker: _all_sent(service, asker.id), otherwise="their letters to leave")
        await until(lambda: _all_sent(service, held.id), otherwise="the marks to be made")
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        await asyncio.wait_for(loop, PATIENCE_SECONDS)
        bells.cancel()
        await asyncio.gather(bells, return_exceptions=True)

    assert [one.prompt.text.split()[-1] for one in postbox.letters if one.chat == "900"] == ["0", "1", "2"]


async def _all_sent(service: Service, person_id: int) -> bool:
    rows = await builders.said_to(service, person_id)
    return bool(rows) and all(row.state == "sent" for row in rows)


async def test_a_timer_of_a_held_case_lets_the_others_by(service: Service) -> None:
    await builders.volunteer(service)
    held, other = await builders.case_of(service), await builders.case_of(service)
    clock.move(timedelta(hours=1))  # both promises have been missed

    async with holding(service, held):
        await builders.do_all_due(service)

    late = await builders.said_to(service, other.id, Notice.LATE)
    waiting = await builders.table(
        service, "SELECT subject FROM timers WHERE kind = :kind AND done_at IS NULL", kind=TimerKind.PROMISE
    )
    assert len(late) == 1
    assert [row.subject for row in waiting] == [held.case_id]
    clock.move(timedelta(minutes=1))
    await builders.do_all_due(service)
    assert len(await builders.said_to(service, held.id, Notice.LATE)) == 1


async def test_who_holds_an_open_transaction_and_does_nothing_is_cut_off(service: Service) -> None:
    """A process that is stopped in the middle of an act keeps its rows from everybody, until the server ends it."""
    held = await builders.case_of(service)
    impatient = pools.Patience(lock=1, statement=1, idle=0.1, connection=1).as_connect_args()
    frozen = await asyncpg.connect(
        service.settings.postgres_dsn, server_settings=impatient["server_settings"], timeout=PATIENCE_SECONDS
    )
    gone = asyncio.Event()
    frozen.add_termination_listener(lambda _: gone.set())
    transaction = frozen.transaction()
    await transaction.start()
    await frozen.execute("SELECT 1 FROM conversations WHERE newcomer_id = $1 FOR UPDATE", held.id)

    await asyncio.wait_for(gone.wait(), PATIENCE_SECONDS)

    assert await _tries(held, "fri igen") is None


async def test_a_statement_without_end_is_no_crash(service: Service) -> None:
    with pytest.raises(Unavailable):
        async with service.store.work() as work:
            await work.db.execute(text("SELECT pg_sleep(60)"))


async def test_a_migration_waits_as_long_as_it_takes_but_not_behind_a_lock(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MIGRATION_LOCK_SECONDS", 0.2)
    other = await asyncpg.connect(service.settings.postgres_dsn)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE alembic_version")
            with pytest.raises(Unavailable):
                await asyncio.wait_for(migrate(service.settings.database_url), PATIENCE_SECONDS)
    finally:
        await other.close()


async def test_every_kind_of_connection_has_its_own_patience(service: Service) -> None:
    async def patience(store: Store) -> dict[str, str]:
        async with store.look() as db:
            rows = await db.execute(text("SELECT name, setting FROM pg_settings WHERE name LIKE '%\\_timeout'"))
            return dict(rows.all())  # type: ignore[arg-type]

    store = service.store
    acting, own, slow = store._through(store.writer), store.apart(), store.unhurried()
    told = [await patience(one) for one in (acting, store, own, slow)]

    ms = round(ACT_SECONDS * 1000)
    assert [one["lock_timeout"] for one in told] == [str(ms // 2), str(ms), str(ms), "10000"]
    assert [one["statement_timeout"] for one in told] == [str(ms), str(2 * ms), str(5 * ms), "60000"]
    assert all(int(one["idle_in_transaction_session_timeout"]) > 0 for one in told)


async def test_a_volunteer_s_act_on_a_held_case_is_refused_kindly(service: Service) -> None:
    amina = await builders.volunteer(service)
    held = await builders.claimed_case(service, amina)

    async with holding(service, held):
        with pytest.raises(Busy):
            await builders.answers(service, amina, held)
        async with service.store.work() as work:  # another act of hers goes through
            await people.speak(work, amina.id, "en")

    assert service.store.condition.cause is None  # the database is well


async def test_on_sqlite_a_look_is_waited_for_no_longer_than_an_act_may_last(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_for(sqlite_url, tmp_path).model_copy(update={"work_seconds": ACT_SECONDS})
    store = Store(settings, Seal(create_key(settings.key_file)))
    async with AsyncExitStack() as looks, asyncio.timeout(PATIENCE_SECONDS):
        looks.push_async_callback(store.close)
        for _ in range(READERS):
            await looks.enter_async_context(store.look())

        with pytest.raises(Unavailable):
            async with store.look():
                raise AssertionError("there was one more")
