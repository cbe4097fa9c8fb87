"""The shape of the database: Alembic configured in code, and the refusal to run on an old one.

It must not hold data: revisions live in `models/migrations/`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, delete, event, insert, inspect, select, table
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.engine import pools, sqlite_files
from bot.engine.crowds import is_held_by_others
from bot.engine.db import Asking
from bot.engine.errors import Busy, Refusal, Unavailable
from models.base import table_of
from models.outbox import Meta

MIGRATIONS = Path(__file__).parents[2] / "models" / "migrations"
TRIAL = "trial"
REVISION = table("alembic_version", column("version_num"))
_META = table_of(Meta)


class SchemaOld(Refusal):
    """The database is empty or behind the code; `migrate` brings it up."""

    code = "schema_old"


class WrongKind(Refusal):
    """A trial database for the real service, or the other way round."""

    code = "database_is_trial"


def config() -> Config:
    """Alembic's configuration; there is no alembic.ini to keep in step."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


async def migrate(url: str) -> None:
    """The database is at the newest revision; one that is SQLite's is its owner's only, also before anything is in it.

    Raises:
        FilesOpen: others can read the database's files.
        Busy: somebody holds on to a table that is to be changed.
        Unavailable: the database does not answer.
    """
    file = sqlite_files.database_file(url)
    if file is not None:
        sqlite_files.make_private(file)
    async with reached(url) as connection:
        try:
            await connection.run_sync(_upgrade)
        except DBAPIError as trouble:
            if is_held_by_others(trouble):
                raise Busy from trouble
            raise


@asynccontextmanager
async def reached(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection beside any store, to a database of any revision.

    Raises:
        Unavailable: the database does not answer. What goes wrong later, in a revision, is a bug.
    """
    engine = create_async_engine(url, hide_parameters=True, connect_args=pools.for_migration(url))
    if sqlite_files.database_file(url) is not None:
        event.listen(engine.sync_engine, "connect", _deleting_securely)
        event.listen(engine.sync_engine, "begin", _at_once)
    try:
        try:
            connection = await engine.connect()
        except (OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as trouble:
            raise Unavailable from trouble
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await engine.dispose()


def _deleting_securely(connection: DBAPIConnection, _record: object) -> None:
    """Of a table that is copied and dropped nothing stays in the file."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _at_once(connection: Connection) -> None:
    """A table is changed in a transaction too, which Python's SQLite does not begin for it: a step back that is refused
    half way has dropped nothing."""
    connection.exec_driver_sql("BEGIN")


def _upgrade(connection: Connection) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    connection.commit()  # Alembic ran inside our transaction


async def require_current(db: Asking, *, is_trial: bool) -> None:
    """Nothing, if the database is at the newest revision and of the expected kind.

    Raises:
        SchemaOld: it is not.
        WrongKind: a trial database for the real service, or the other way round.
    """
    await require_revision(db)
    if await is_trial_database(db) != is_trial:
        raise WrongKind("database_is_trial" if not is_trial else "database_is_real")


async def require_revision(db: Asking) -> None:
    """Nothing, if the database is at the newest revision.

    Raises:
        SchemaOld: it is not.
    """
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if not await db.run_sync(lambda connection: inspect(connection).has_table(REVISION.name)):
        raise SchemaOld
    if (await db.execute(select(REVISION.c.version_num))).scalar_one_or_none() != newest:
        raise SchemaOld


async def mark_as_trial(db: Asking) -> None:
    """From now on only `demo` opens this database."""
    await db.execute(delete(_META).where(_META.c.name == TRIAL))
    await db.execute(insert(_META).values(name=TRIAL, value="1"))


async def is_trial_database(db: Asking) -> bool:
    """Whether only `demo` may open this database."""
    return (await db.execute(select(_META.c.value).where(_META.c.name == TRIAL))).scalar_one_or_none() == "1"
