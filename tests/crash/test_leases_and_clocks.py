"""Whose a row is to send, when clocks differ, jump, or a process stands still: it is sent once, never a third time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import Row, Table, insert, select, text, update

from bot.engine.living import PULSES
from bot.engine.seal import Seal, load_key
from bot.engine.settings import Settings
from bot.engine.store import INSTANCE_LOCK_CLASS, Store
from bot.language.i18n import Catalogues
from bot.service import Service
from bot.telling import leases, marking
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Outcome, Sent, TryAgain
from bot.trouble.pulse import Heart
from models.outbox import Outbox, RowState
from tests import builders
from tests.builders import Postbox, delivery_of
from tests.clocks import Clocks
from tests.crash.test_leases import leased_earlier

_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
CHAT = 77
LONG = timedelta(seconds=90)
TWO_MINUTES = timedelta(minutes=2)
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """PostgreSQL, which alone has two processes, unless the test says both."""
    kind = getattr(request, "param", "postgresql")
    return request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")


@pytest.fixture
async def other(settings: Settings, catalogues: Catalogues) -> AsyncIterator[Service]:
    """Another process of the same installation."""
    store = Store(settings, Seal(load_key(settings.key_file)))
    yield Service(store, settings, catalogues)
    await store.close()


async def _row(service: Service) -> Row:
    async with service.store.look() as db:
        return (await db.execute(select(_ROWS))).one()


async def _told(service: Service) -> None:
    """One row waits: that a chat is linked is said there. Its menu is no matter here."""
    await builders.coordinator(service, chat_id=CHAT)
    async with service.store.work() as work:
        await work.db.execute(text("DELETE FROM outbox WHERE kind = 'menu'"))


@on_both
@pytest.mark.parametrize("jump", [timedelta(hours=23), timedelta(hours=-23), timedelta(days=400)])
async def test_a_row_being_sent_stays_its_sender_s_when_the_clock_jumps(
    service: Service, clocks: Clocks, jump: timedelta
) -> None:
    await _told(service)
    postbox = Postbox()
    held = postbox.hold(CHAT)
    delivery = delivery_of(service, postbox)
    sending = asyncio.get_running_loop().create_task(delivery.deliver_one())
    await held.left.wait()

    clocks.jump(jump)
    if service.store.is_postgres:
        await delivery.sweep.free_dead_leases()
    await delivery.sweep.free_forgotten_leases()
    assert not await delivery_of(service, postbox).deliver_one()
    held.arrives.set()
    await sending

    row = await _row(service)
    assert (row.state, row.doubtful, len(postbox.letters)) == (RowState.SENT, False, 1)


@on_both
async def test_a_lease_nobody_knows_of_is_free_once_no_send_lasts_that_long(service: Service) -> None:
    await _told(service)
    delivery = delivery_of(service, Postbox())
    async with service.store.work() as work:
        assert await delivery._lease(work)
    await delivery.sweep.free_forgotten_leases()
    assert (await _row(service)).lease_owner == service.store.instance

    async with service.store.work() as work:
        await leased_earlier(work, timedelta(seconds=service.settings.lease_seconds + 1))
    await delivery.sweep.free_forgotten_leases()

    assert (await _row(service)).lease_owner is None


@on_both
async def test_a_lease_of_a_time_to_come_is_free(service: Service) -> None:
    await _told(service)
    delivery = delivery_of(service, Postbox())
    async with service.store.work() as work:
        assert await delivery._lease(work)
        await leased_earlier(work, -timedelta(hours=1))

    await delivery.sweep.free_forgotten_leases()

    assert (await _row(service)).lease_owner is None


async def _stands_still(service: Service, clocks: Clocks, *, counting: bool) -> tuple[Delivery, Row]:
    """The process has leased the row and then stood still for long, `counting` all the while or not."""
    await _told(service)
    delivery = delivery_of(service, Postbox())
    async with service.store.work() as work:
        [leased] = await delivery._lease(work)
    delivery._sending[leased.id] = leases.Taken.now()
    if counting:
        clocks.pass_(LONG)
    else:
        clocks.jump(LONG)
    return delivery, leased


@on_both
@pytest.mark.parametrize("counting", [True, False])
async def test_who_stood_still_looks_before_sending_and_sends_nothing_that_is_another_s(
    service: Service, clocks: Clocks, counting: bool
) -> None:
    delivery, leased = await _stands_still(service, clocks, counting=counting)
    async with service.store.work() as work:
        await work.db.execute(update(_ROWS).values(lease_owner=1, attempts=_ROWS.c.attempts + 1))

    outcome = await delivery._send(leased)
    async with service.store.work() as work:
        await marking.mark(work, leased, outcome)

    row = await _row(service)
    assert delivery._senders["telegram"].letters == []  # type: ignore[attr-defined]
    assert (row.state, row.lease_owner, row.attempts) == (RowState.DUE, 1, 2)


@on_both
async def test_who_stood_still_and_still_has_the_row_sends_it(service: Service, clocks: Clocks) -> None:
    delivery, leased = await _stands_still(service, clocks, counting=True)

    outcome = await delivery._send(leased)

    assert isinstance(outcome, Sent)


@on_both
async def test_a_row_freed_and_not_taken_is_not_sent_by_who_stood_still(service: Service, clocks: Clocks) -> None:
    delivery, leased = await _stands_still(service, clocks, counting=True)
    async with service.store.work() as work:
        await work.db.execute(update(_ROWS).values(lease_owner=None, doubtful=True))

    await delivery._send(leased)

    assert delivery._senders["telegram"].letters == []  # type: ignore[attr-defined]


class _TakenOverMeanwhile:
    """A channel in which the row becomes another process's while it is being sent."""

    def __init__(self, service: Service, outcome: Outcome) -> None:
        self._service, self._outcome = service, outcome

    async def answers(self) -> None:
        """It always does."""

    async def send(self, _letter: Letter) -> Outcome:
        async with self._service.store.work() as work:
            await work.db.execute(update(_ROWS).values(lease_owner=1, attempts=_ROWS.c.attempts + 1))
        return self._outcome


@on_both
async def test_a_failure_says_nothing_about_a_row_that_is_another_s_by_now(service: Service) -> None:
    await _told(service)
    before = await _row(service)

    await Delivery(service, {"telegram": _TakenOverMeanwhile(service, TryAgain(doubtful=True))}).deliver_one()

    row = await _row(service)
    assert (row.state, row.lease_owner, row.doubtful, row.due_at) == (RowState.DUE, 1, False, before.due_at)


@on_both
async def test_that_it_was_sent_is_true_whoever_has_the_row(service: Service) -> None:
    await _told(service)

    await Delivery(service, {"telegram": _TakenOverMeanwhile(service, Sent(5))}).deliver_one()

    row = await _row(service)
    assert (row.state, row.remote_id) == (RowState.SENT, 5)


# Two processes: only PostgreSQL has them


class _Alive:
    """As long as the block lasts, the process holds the lock that says so."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __aenter__(self) -> None:
        self._db = await asyncpg.connect(self._service.settings.postgres_dsn)
        key = (INSTANCE_LOCK_CLASS, self._service.store.instance)
        await self._db.execute("SELECT pg_advisory_lock_shared($1, $2)", *key)

    async def __aexit__(self, *_: object) -> None:
        await self._db.close()


async def _leases(service: Service) -> Row:
    async with service.store.work() as work:
        [leased] = await delivery_of(service, Postbox())._lease(work)
    return leased


async def _owner_after(service: Service) -> int | None:
    await delivery_of(service, Postbox()).sweep.free_dead_leases()
    return (await _row(service)).lease_owner


async def _last_beat(service: Service, ago: str) -> None:
    async with service.store.work() as work:
        sign = text(f"UPDATE pulses SET beat_at = now() - interval '{ago}' WHERE instance = :instance")
        await work.db.execute(sign, {"instance": service.store.instance})


@pytest.mark.parametrize("ahead", [TWO_MINUTES, -TWO_MINUTES])
async def test_a_process_whose_clock_is_two_minutes_off_takes_nothing_that_is_being_sent(
    service: Service, other: Service, clocks: Clocks, ahead: timedelta
) -> None:
    await _told(service)
    async with _Alive(service):
        await Heart(service).beat()
        await _leases(service)

        clocks.jump(ahead)
        await Heart(other).beat()
        sweeping = delivery_of(other, Postbox())
        await sweeping.sweep.free_dead_leases()
        await sweeping.sweep.free_forgotten_leases()

        assert not await sweeping.deliver_one()
        assert (await _row(service)).lease_owner == service.store.instance


async def test_a_process_that_has_fallen_silent_loses_its_leases_though_it_holds_its_lock(
    service: Service, other: Service
) -> None:
    await _told(service)
    async with _Alive(service):
        await Heart(service).beat()
        await _leases(service)
        await _last_beat(service, "55 seconds")
        assert await _owner_after(other) == service.store.instance

        await _last_beat(service, "61 seconds")

        assert await _owner_after(other) is None


async def test_a_process_without_its_lock_loses_its_leases_though_it_beat_just_now(
    service: Service, other: Service
) -> None:
    await _told(service)
    await Heart(service).beat()
    await _leases(service)

    assert await _owner_after(other) is None


async def test_a_process_of_an_older_version_which_leaves_no_sign_is_judged_by_its_lock(
    service: Service, other: Service
) -> None:
    await _told(service)
    async with _Alive(service):
        await _leases(service)

        assert await _owner_after(other) == service.store.instance


async def test_a_process_does_not_free_its_own_leases_for_its_silence(service: Service) -> None:
    await _told(service)
    await Heart(service).beat()
    await _leases(service)
    await _last_beat(service, "90 seconds")

    assert await _owner_after(service) == service.store.instance


async def test_a_beat_and_what_is_forgotten_of_beats_go_by_the_database_s_clock(
    service: Service, other: Service, clocks: Clocks
) -> None:
    await Heart(service).beat()

    clocks.jump(timedelta(hours=23))
    await Heart(other).beat()
    clocks.jump(timedelta(hours=5))
    clocks.elapsed += timedelta(hours=5).total_seconds()
    await Heart(other).beat()

    async with service.store.look() as db:
        beats = (await db.execute(select(PULSES.c.instance))).scalars().all()
    assert sorted(beats) == sorted((service.store.instance, other.store.instance))


async def test_a_beat_older_than_a_day_is_forgotten(service: Service) -> None:
    async with service.store.work() as work:
        await work.db.execute(insert(PULSES).values(instance=1, beat_at=text("now() - interval '25 hours'")))

    await Heart(service).beat()

    async with service.store.look() as db:
        beats = (await db.execute(select(PULSES.c.instance))).scalars().all()
    assert beats == [service.store.instance]
