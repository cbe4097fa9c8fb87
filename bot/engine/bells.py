"""Bells: a hint that something changed. They carry no payload, since the tables have it; whoever waits polls too.

Owns Bells (one process) and PostgresBells (LISTEN/NOTIFY between processes). Nothing may depend on a ring arriving.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import asyncpg
import structlog
from asyncpg.prepared_stmt import PreparedStatement

log = structlog.get_logger()

OUTBOX = "outbox"
TIMERS = "timers"
DESK = "desk"
SWEEP = "sweep"
TRACES = "traces"
PULSE = "pulse"
LOGINS = "logins"
WEBHOOK = "webhook"
ERRANDS = "errands"
SOCKETS = "sockets"  # rung only with all the others
NOTIFY_CHANNEL = "radrum"
RECONNECT_SECONDS = 1.0
TOLD_EVERY_SECONDS = 0.05  # nobody sees such a moment, and a crowd of acts costs one NOTIFY instead of one each
_NOTIFY = "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic"


def chat(conversation_id: int) -> str:
    """The topic of one newcomer's conversation."""
    return f"chat:{conversation_id}"


class Bell:
    """Rung between two waits, it is not missed: the next wait returns at once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    @property
    def is_rung(self) -> bool:
        """Whether the next wait returns at once."""
        return self._rung.is_set()

    async def wait(self, timeout_seconds: float | None) -> bool:
        """Return at the next ring, or when the time has passed, if there is any. Whether it rang: even if at the same
        moment, or if the process was too busy to notice in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._rung.wait()
        rang = self._rung.is_set()
        self._rung.clear()
        return rang


class Bells:
    """The bells of one process."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Bell]] = defaultdict(set)

    @property
    def can_be_heard(self) -> bool:
        """Whether other processes can see that this one lives. One process alone has nobody to show it to."""
        return True

    @contextmanager
    def listen(self, *topics: str) -> Iterator[Bell]:
        """A bell that rings when any of the topics does, as long as the block lasts."""
        bell = Bell()
        for topic in topics:
            self._by_topic[topic].add(bell)
        try:
            yield bell
        finally:
            for topic in topics:
                self._by_topic[topic].discard(bell)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def ring(self, topic: str) -> None:
        for bell in tuple(self._by_topic.get(topic, ())):
            bell.ring()

    def announce(self, topics: Sequence[str]) -> None:
        """What an act has changed rings, here and in other processes, once it is committed."""
        for topic in topics:
            self.ring(topic)

    def ring_all(self) -> None:
        for topic in tuple(self._by_topic):
            self.ring(topic)

    async def run(self) -> None:
        """Nothing to listen to: one process hears itself."""


class PostgresBells(Bells):
    """The bells of several processes. Loses rings while reconnecting, so it rings everything afterwards.

    The connection also holds the advisory lock that says "this instance lives": a lease whose owner
    holds none is free for others.
    """

    def __init__(self, dsn: str, instance: int, lock_class: int) -> None:
        super().__init__()
        self._dsn = dsn
        self._instance = instance
        self._lock_class = lock_class
        self.connected = asyncio.Event()
        self._to_tell: dict[str, None] = {}
        self._more_to_tell = asyncio.Event()

    def announce(self, topics: Sequence[str]) -> None:
        """As in one process; the others are told all at once what has come together meanwhile: PostgreSQL lets only
        one transaction that notifies commit at a time. A word that is lost costs them a poll."""
        super().announce(topics)
        if topics and self.can_be_heard:
            self._to_tell |= dict.fromkeys(topics)
            self._more_to_tell.set()

    @property
    def can_be_heard(self) -> bool:
        return self.connected.is_set()

    async def run(self) -> None:
        """Listen for ever; reconnects by itself."""
        while True:
            try:
                await self._listen_until_lost()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as trouble:
                log.warning("bells_lost", trouble=type(trouble).__name__)
            self.connected.clear()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()

        def is_lost(_connection: object) -> None:
            lost.set()
            self._more_to_tell.set()

        connection = await asyncpg.connect(self._dsn)
        try:
            connection.add_termination_listener(is_lost)
            # Shared with our own lost connection, which the server may believe in for hours: it must not keep us out.
            await connection.execute("SELECT pg_advisory_lock_shared($1, $2)", self._lock_class, self._instance)
            await connection.add_listener(NOTIFY_CHANNEL, self._heard)
            notify = await connection.prepare(_NOTIFY)
            self.connected.set()
            self.ring_all()
            while not lost.is_set():
                await self._tell_others(notify)
                await asyncio.sleep(TOLD_EVERY_SECONDS)
                await self._more_to_tell.wait()
        finally:
            # a lost connection has nothing to say goodbye to; a cancelled loop must not wait for the server
            connection.terminate()

    async def _tell_others(self, notify: PreparedStatement) -> None:
        self._more_to_tell.clear()
        if self._to_tell:
            topics, self._to_tell = list(self._to_tell), {}
            await notify.fetch(NOTIFY_CHANNEL, topics)

    def _heard(self, connection: asyncpg.Connection, pid: int, _channel: str, topic: str) -> None:
        if pid != connection.get_server_pid():  # what this process has said itself has rung here already
            self.ring(topic)
