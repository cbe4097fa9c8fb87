"""The column types, on both databases: what they keep, and what they refuse."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.engine.settings import read_settings
from models.base import Codes, Id, Sealed, UtcDateTime, new_id

KEPT = Table(
    "kept",
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime),
    Column("words", Sealed),
    Column("codes", Codes),
)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[AsyncConnection]:
    url = read_settings({"RADRUM_DATABASE_URL": database_url}).database_url
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(KEPT.metadata.create_all)
        yield connection
        await connection.rollback()
    await engine.dispose()


async def _kept(db: AsyncConnection, name: str, value: object) -> object:
    row_id = new_id()
    await db.execute(insert(KEPT).values(id=row_id, **{name: value}))
    return (await db.execute(select(KEPT.c[name]).where(KEPT.c.id == row_id))).scalar_one()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 7, 12, 30, 15, 123456, tzinfo=UTC),
        datetime(2026, 7, 7, 12, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        None,
    ],
)
async def test_an_instant_comes_back_the_same_and_in_utc(db: AsyncConnection, at: datetime | None) -> None:
    back = await _kept(db, "at", at)

    assert back == at
    assert back is None or back.tzinfo is UTC or back.utcoffset() == timedelta()


async def test_a_time_without_a_zone_is_refused(db: AsyncConnection) -> None:
    with pytest.raises(StatementError):
        await _kept(db, "at", datetime(2026, 1, 7, 12))  # noqa: DTZ001 - naive on purpose


async def test_a_sealed_column_refuses_words_and_keeps_bytes(db: AsyncConnection) -> None:
    kept = await _kept(db, "words", b"\x00\xff")

    with pytest.raises(StatementError):
        await _kept(db, "words", "in clear")

    assert kept == b"\x00\xff"


@pytest.mark.parametrize("codes", [{"b": 1, "a": ["x", None]}, [], ["housing"], {}, None])
async def test_codes_come_back_the_same(db: AsyncConnection, codes: object) -> None:
    assert await _kept(db, "codes", codes) == codes


async def test_an_id_fits_into_the_column_and_a_browser(db: AsyncConnection) -> None:
    ids = {new_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert max(ids) < 2**53
    await db.execute(insert(KEPT).values(id=max(ids)))
