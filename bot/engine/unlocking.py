"""Opening the store: with a current schema, in files that are nobody else's, and with the key that belongs to it.

Another valid key seals and blinds as well as the right one, so everything would seem to work while nobody could read
what comes in. A known text lies sealed in the database as a witness of its key. Owns the witness; knows nothing of
what is sealed besides, only where.
"""

from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, inspect, select

from bot.engine import sqlite_files
from bot.engine.db import Asking
from bot.engine.inserts import insert_or_skip
from bot.engine.schema import SchemaOld, reached, require_current, require_revision
from bot.engine.seal import KeyLost, Place, Seal, SealBroken, WrongKey, load_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.engine.work import Work
from models.base import Sealed, table_of
from models.outbox import Meta
from models.saying import sealed_as
from models.tables import metadata

WITNESS, KNOWN = "key", "radrum"
PLACE: Place = {"table": "meta", "column": "value", "row_id": 0}
ROWS_TRIED = 3  # of each column: one that is damaged does not hide that the key is right
_OUTBOX = "outbox"
_META = table_of(Meta)


class Lying(NamedTuple):
    """A sealed value, and the place that it was sealed for."""

    sealed: bytes
    place: Place


async def open_store(settings: Settings, *, is_trial: bool | None = None) -> Store:
    """The store, open. `is_trial`: of which kind it has to be; None: either will do.

    Raises:
        SchemaOld: the database is missing, empty or of another revision.
        WrongKind: a trial database for the real service, or the other way round.
        SealError: no usable key, or not the one that the database was sealed with; nothing has been written.
        FilesOpen: others can read the database's files.
        Unavailable: the database does not answer.
    """
    seal = Seal(load_key(settings.key_file))
    file = sqlite_files.database_file(settings.database_url)
    if file is not None:
        if not file.exists():
            raise SchemaOld  # looking would make an empty one
        sqlite_files.keep_private(file)
    store = Store(settings, seal)
    try:
        async with store.look() as db:
            await (require_revision(db) if is_trial is None else require_current(db, is_trial=is_trial))
            is_witnessed = await opens(db, seal)
        if not is_witnessed:
            async with store.work() as work:
                await _leave_witness(work)
    except BaseException:
        await store.close()
        raise
    return store


async def require_fitting_key(settings: Settings) -> None:
    """Whatever lies sealed in the database opens with the key file. To be asked before a key is made or the schema
    changed; of any revision, and nothing is written.

    Raises:
        KeyLost: something lies sealed there, and there is no key file.
        SealError: no usable key, or another one.
        Unavailable: the database does not answer.
    """
    seal = Seal(load_key(settings.key_file)) if settings.key_file.exists() else None
    file = sqlite_files.database_file(settings.database_url)
    if file is not None and not file.exists():
        return
    async with reached(settings.database_url) as db:
        if seal is not None:
            await opens(db, seal)
        elif await _holds_anything_sealed(db):
            raise KeyLost(settings.key_file)


async def opens(db: Asking, seal: Seal) -> bool:
    """Whether the witness says that this is the key; if there is none, nothing sealed says otherwise.

    Raises:
        WrongKey: another key sealed it.
        SealBroken: what the right key sealed is damaged.
    """
    witness = await _witness(db)
    if witness is None:
        await _require_some_row_to_open(db, seal)
        return False
    try:
        sealed = bytes.fromhex(witness)
    except ValueError:
        raise SealBroken from None
    seal.open(sealed, **PLACE)
    return True


async def _leave_witness(work: Work) -> None:
    """The next key is held against this one. Another process may have left one at the same moment, of its own key."""
    sealed = work.seal.seal(KNOWN, **PLACE).hex()
    await work.db.execute(insert_or_skip(work.db, _META).values(name=WITNESS, value=sealed))
    await opens(work.db, work.seal)


async def _witness(db: Asking) -> str | None:
    if not await db.run_sync(lambda connection: inspect(connection).has_table(_META.name)):
        return None
    witness: str | None = (await db.execute(select(_META.c.value).where(_META.c.name == WITNESS))).scalar_one_or_none()
    return witness


async def _require_some_row_to_open(db: Asking, seal: Seal) -> None:
    trouble: WrongKey | SealBroken | None = None
    for sealed, place in await sealed_rows(db, most=ROWS_TRIED):
        try:
            seal.open(sealed, **place)
        except WrongKey as other:
            trouble = other
        except SealBroken as broken:
            trouble = trouble or broken
        else:
            return
    if trouble is not None:
        raise trouble


async def _holds_anything_sealed(db: Asking) -> bool:
    return await _witness(db) is not None or bool(await sealed_rows(db, most=1))


async def sealed_rows(db: Asking, *, most: int) -> list[Lying]:
    """Of every sealed column there is at this revision at most so many values, and the place of each."""
    found = []
    for column in await db.run_sync(_sealed_columns):
        table = column.table
        wanted = [column.label("sealed"), table.c.id, *([table.c.params] if table.name == _OUTBOX else [])]
        for row in (await db.execute(select(*wanted).where(column.is_not(None)).limit(most))).all():
            # An outbox row's id is not known before it is there, so its secret was sealed for a number it carries.
            row_id = sealed_as(row.params) if table.name == _OUTBOX else row.id
            found.append(Lying(row.sealed, {"table": table.name, "column": column.name, "row_id": row_id}))
    return found


def _sealed_columns(connection: Connection) -> list[Column[Any]]:
    seen = inspect(connection)
    there = set(seen.get_table_names())
    sealed = [column for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, Sealed)]
    known = {table: {column["name"] for column in seen.get_columns(table)} for table in there}
    return [column for column in sealed if column.name in known.get(column.table.name, ())]
