"""PostgreSQL's connections: how many there are for what, and how long each kind waits before it gives up.

People's acts, what only reads, and the service's own work (delivery, rounds, the sign of life) have connections apart,
so that a row somebody holds on to keeps nobody from a page, and no letter from leaving. It must not know what is asked.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import create_async_engine

from bot.engine.postgres import Engine
from bot.engine.settings import Settings

CONNECT_SECONDS = 5.0
MARGIN_SECONDS = 5.0  # after which the server has not said itself that a statement took too long: it is not there
READERS, ACTS, SPARE = 4, 8, 8
OWN_WORK = 3  # the rounds, the sign of life and the sweep; each worker of delivery has one more
UNHURRIED_SECONDS = 60.0  # one act or statement at the command line, where somebody watches it
MIGRATION_LOCK_SECONDS = 10.0  # behind a statement that waits for a whole table, everybody else waits too


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds: for a lock, for a statement (0 is for ever), for whoever idles in a transaction,
    and for a free connection."""

    lock: float
    statement: float
    idle: float
    connection: float

    def as_connect_args(self) -> dict[str, object]:
        """What asyncpg is told."""
        told = {"lock_timeout": self.lock, "statement_timeout": self.statement}
        told["idle_in_transaction_session_timeout"] = self.idle
        timeout = self.statement + MARGIN_SECONDS if self.statement else None
        server_settings = {name: str(round(seconds * 1000)) for name, seconds in told.items()}
        return {"timeout": CONNECT_SECONDS, "command_timeout": timeout, "server_settings": server_settings}


def acting(settings: Settings) -> Engine:
    """For what people do. Waiting for a lock ends before the act would have to, so that it can say why."""
    act = settings.work_seconds
    # All stay open: a crowd comes in waves, and opening one for each wave takes as long as a dozen acts.
    return _engine(settings, ACTS + SPARE, 0, Patience(lock=act / 2, statement=act, idle=10 * act, connection=act))


def reading(settings: Settings) -> Engine:
    """For what only looks."""
    act = settings.work_seconds
    return _engine(settings, READERS, SPARE, Patience(lock=act, statement=2 * act, idle=10 * act, connection=act))


def own_work(settings: Settings) -> Engine:
    """For what goes on by itself; it can wait longer than a person."""
    act = settings.work_seconds
    patience = Patience(lock=act, statement=5 * act, idle=10 * act, connection=5 * act)
    return _engine(settings, OWN_WORK + settings.sends_in_parallel, SPARE, patience)


def unhurried(settings: Settings) -> Engine:
    """For a report or a purge at the command line."""
    seconds = UNHURRIED_SECONDS
    return _engine(settings, 1, 1, Patience(lock=seconds / 6, statement=seconds, idle=seconds, connection=seconds))


def for_migration(url: str) -> dict[str, object]:
    """What the driver is told for a migration: it may last, but not wait for long with the others behind it."""
    if not url.startswith("postgresql"):
        return {}
    return Patience(lock=MIGRATION_LOCK_SECONDS, statement=0, idle=0, connection=0).as_connect_args()


def _engine(settings: Settings, size: int, spare: int, patience: Patience) -> Engine:
    # AUTOCOMMIT, to SQLAlchemy: it begins, commits and undoes nothing, since we do.
    return Engine(create_async_engine(
        settings.database_url, pool_size=size, max_overflow=spare, pool_timeout=patience.connection,
        connect_args=patience.as_connect_args(), hide_parameters=True, isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
    ))  # fmt: skip
