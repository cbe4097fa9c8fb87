"""The floors make the rows that the product makes of a message: as many in each table, with the same columns filled in.

A floor that did less would be no floor. No time is measured here.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.service import Service
from handlers.telegram.receiving import HANDLED, Telegram
from tests.bench import floors_postgres, floors_sqlite
from tests.bench.database import Database, connected
from tests.bench.floor import TALKS, Floor, talks_of
from tests.bench.kept import Ledger, check
from tests.bench.seeding import TELEGRAM, Pair, Seeding
from tests.bench.ways import update_of
from tests.given import TOKEN, settings_for

BY_PRODUCT, BY_FLOORS = 100, (1, 2, 3)  # the numbers of their messages
OF_MESSAGE = {
    "inbound": "key = :number", "messages": "case_id = :case", "case_events": "case_id = :case",
    "outbox": "case_id = :case", "cases": "id = :case", "conversations": "id = :conversation",
    "chat_messages": "CAST(remote_id AS TEXT) = :number",
}  # fmt: skip
SAME = ("kind", "state", "author", "version", "params")  # what these hold is compared too; of params, what they name


@pytest.fixture
async def database(service: Service, database_url: str) -> AsyncIterator[Database]:
    opened = await connected(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def pairs(service: Service, database: Database) -> list[Pair]:
    return await Seeding(database, service.store.seal).pairs(1 + len(BY_FLOORS), TELEGRAM)


async def test_every_floor_makes_the_rows_that_the_product_makes(
    service: Service, database: Database, database_url: str, pairs: list[Pair], tmp_path: Path
) -> None:
    with_a_token = settings_for(database_url, tmp_path, telegram_token=TOKEN)
    telegram = Telegram(Service(service.store, with_a_token, service.catalogues))
    assert await telegram.webhook(json.dumps(update_of(pairs[0].newcomer_chat, BY_PRODUCT)).encode()) == HANDLED
    await telegram.close()
    wanted = await _rows_of(service, pairs[0], BY_PRODUCT)
    ledger = Ledger()
    async with _floors(database, database_url, pairs, ledger) as floors:
        for floor, number in zip(floors, BY_FLOORS, strict=False):
            await floor.take(number, number)

            assert await _rows_of(service, pairs[number], number) == wanted, floor.name


async def test_what_floors_write_counts_as_kept(database: Database, database_url: str, pairs: list[Pair]) -> None:
    ledger = Ledger()
    async with _floors(database, database_url, pairs, ledger) as floors:
        for number, floor in enumerate(floors, start=1):
            await floor.take(0, number)

    assert sum(map(len, ledger.said.values())) == len(floors)
    await check(database, ledger, "the floors")


@asynccontextmanager
async def _floors(database: Database, url: str, pairs: list[Pair], ledger: Ledger) -> AsyncIterator[list[Floor]]:
    of_kind = floors_postgres.floors if url.startswith("postgresql") else floors_sqlite.floors
    async with of_kind(url, talks_of(await database.rows(TALKS), pairs), ledger) as floors:
        yield floors


async def _rows_of(service: Service, pair: Pair, number: int) -> dict[str, list[dict[str, object]]]:
    """What stands in each table of this pair's one message: the filled columns, and what some of them hold."""
    asked = {"number": str(number), "case": pair.case_id, "conversation": pair.conversation_id}
    found: dict[str, list[dict[str, object]]] = {}
    async with service.store.look() as db:
        for table, condition in OF_MESSAGE.items():
            mine = {name: value for name, value in asked.items() if f":{name}" in condition}
            rows = (await db.execute(text(f"SELECT * FROM {table} WHERE {condition}"), mine)).mappings()
            found[table] = [{name: _shown(name, row[name]) for name in row if row[name] is not None} for row in rows]
    return found


def _shown(name: str, value: object) -> object:
    if name == "params":
        return sorted(json.loads(str(value)))
    return value if name in SAME else "filled"
