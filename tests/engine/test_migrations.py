"""The shape of the database: the same by migration as by the models, up and down, and never run on an old one."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.cases.texts_held import NotYourCase
from bot.engine.schema import (
    SchemaOld,
    WrongKind,
    config,
    is_trial_database,
    mark_as_trial,
    migrate,
    reached,
    require_current,
    require_revision,
)
from bot.engine.settings import read_settings
from bot.intake.turns import Arrival
from bot.people.standing import standing_of
from bot.privacy import resealing
from bot.service import Service
from models.saying import NAMES_SEALED_AS
from models.tables import metadata
from tests import builders

pytestmark = pytest.mark.own_database  # it is broken or changed here

NAMES_SEALED, SECRET_HASH = "0010_names_sealed", "scrypt$16384$8$1$00$00"


@pytest.fixture
def url(database_url: str) -> str:
    """A migrated database, as SQLAlchemy wants it."""
    return read_settings({"RADRUM_DATABASE_URL": database_url}).database_url


@pytest.fixture
async def db(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


def _walks(connection: Connection, *steps: tuple[str, str]) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    for verb, revision in steps:
        getattr(command, verb)(settings, revision)
    connection.commit()


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _shape(connection: Connection) -> dict[str, object]:
    """Tables with their columns, indexes and constraints, by name."""
    seen = inspect(connection)
    return {
        name: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(name)),
            sorted(str(index["name"]) for index in seen.get_indexes(name)),
            sorted(str(key["name"]) for key in seen.get_foreign_keys(name)),
            sorted(str(unique["name"]) for unique in seen.get_unique_constraints(name)),
        )
        for name in seen.get_table_names()
    }


async def test_the_models_are_what_the_migrations_make(db: AsyncConnection) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return compare_metadata(context, metadata)

    assert await db.run_sync(differences) == []
    assert set(metadata.tables) <= await db.run_sync(_tables)


async def test_every_step_goes_up_down_and_up_again(db: AsyncConnection) -> None:
    revisions = [one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    at_the_top = await db.run_sync(_shape)
    await db.run_sync(lambda c: _walks(c, ("downgrade", "base")))
    at_the_bottom = await db.run_sync(_tables)

    for revision in revisions:
        await db.run_sync(lambda c, to=revision: _walks(c, ("upgrade", to), ("downgrade", "-1"), ("upgrade", to)))

    assert at_the_bottom <= {"alembic_version"}
    assert await db.run_sync(_shape) == at_the_top


async def test_a_case_without_a_number_goes_down_and_up_again_and_no_number_is_lost(db: AsyncConnection) -> None:
    numbers = "SELECT id, code FROM cases ORDER BY id"
    row = "'closed', 'sv', 'web', '2026-01-05 11:00:00', false, false, 0, 1"
    for values in (f"1, '4729135', {row}", f"2, NULL, {row}"):
        columns = "id, code, status, language, channel, opened_at, has_returned, held, read_seq, persons_in_case"
        await db.execute(text(f"INSERT INTO cases ({columns}) VALUES ({values})"))
    await db.commit()

    await db.run_sync(lambda c: _walks(c, ("downgrade", "0009_last_day"), ("downgrade", "-1")))
    before = [tuple(found) for found in await db.execute(text(numbers))]
    await db.run_sync(lambda c: _walks(c, ("upgrade", "head")))
    after = [tuple(found) for found in await db.execute(text(numbers))]

    assert before == [(1, "4729135"), (2, "gone-2")]
    assert after == [(1, "4729135"), (2, None)]


async def test_an_older_version_finds_nothing_it_cannot_go_on_with(db: AsyncConnection) -> None:
    person = "INSERT INTO people (id, role, speaks, created_at, enabled, shows_alias)"
    await db.execute(text(f"{person} VALUES (5, 'newcomer', '[]', '2026-01-05 11:00:00', true, false)"))
    row = "'closed', 'sv', 'web', '2026-01-05 11:00:00', false, false, 0, 1"
    for values in (f"1, '4729135', 5, {row}", f"2, NULL, 5, {row}"):
        columns = "id, code, newcomer_id, status, language, channel, opened_at, has_returned, held, read_seq"
        await db.execute(text(f"INSERT INTO cases ({columns}, persons_in_case) VALUES ({values})"))
    for number, kind in enumerate(("chats", "daily")):
        columns = "id, kind, subject, due_at"
        values = f"{number}, '{kind}', 0, '2026-01-05 11:00:00'"
        await db.execute(text(f"INSERT INTO timers ({columns}) VALUES ({values})"))
    await db.commit()

    await db.run_sync(lambda c: _walks(c, ("downgrade", "0007_what_waits")))

    theirs = await db.execute(text("SELECT id FROM cases WHERE newcomer_id = 5"))
    assert [one.id for one in theirs] == [1], "a case without a conversation would be taken up again"
    assert [one.kind for one in await db.execute(text("SELECT kind FROM timers"))] == ["daily"]


async def test_the_staff_of_before_are_taken_over_and_who_has_no_access_is_not(db: AsyncConnection) -> None:
    await db.run_sync(lambda c: _walks(c, ("downgrade", "0010_names_sealed")))
    person = "INSERT INTO people (id, role, speaks, created_at, enabled, shows_alias)"
    for values in ("5, 'newcomer'", "6, 'volunteer'", "7, 'coordinator'", "8, 'volunteer'"):
        enabled = str(not values.startswith("8")).lower()
        await db.execute(text(f"{person} VALUES ({values}, '[]', '2026-01-05 11:00:00', {enabled}, false)"))
    await db.commit()
    today = (await db.execute(text("SELECT CURRENT_DATE"))).scalar_one()
    await db.commit()

    await db.run_sync(lambda c: _walks(c, ("upgrade", "head")))

    taken = await db.execute(text("SELECT person_id, taken_over_on FROM volunteer_profiles ORDER BY person_id"))
    assert [tuple(row) for row in taken] == [(6, today), (7, today)]
    found = await standing_of(db, [5, 6, 7, 8])
    assert [(found[one].is_introduced, found[one].taken_over_on is not None) for one in (6, 7, 8)] == [
        (True, True), (True, True), (False, False),
    ]  # fmt: skip
    assert found[6].taken_over_on == date.fromisoformat(str(today))


async def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


async def test_migrating_again_changes_nothing(url: str, db: AsyncConnection) -> None:
    before = await db.run_sync(_shape)
    await db.rollback()

    await migrate(url)

    assert await db.run_sync(_shape) == before


async def test_an_empty_database_is_refused_and_can_be_migrated(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    engine = create_async_engine(url)
    async with engine.connect() as db:
        with pytest.raises(SchemaOld):
            await require_revision(db)
        with pytest.raises(SchemaOld):
            await require_current(db, is_trial=False)

    await migrate(url)

    async with engine.connect() as db:
        await require_current(db, is_trial=False)
    await engine.dispose()


async def test_a_database_of_another_revision_is_refused(db: AsyncConnection) -> None:
    await db.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    with pytest.raises(SchemaOld):
        await require_current(db, is_trial=False)


async def test_a_trial_database_opens_for_the_trial_only(db: AsyncConnection) -> None:
    await mark_as_trial(db)
    await mark_as_trial(db)

    with pytest.raises(WrongKind):
        await require_current(db, is_trial=False)
    await require_current(db, is_trial=True)
    assert await is_trial_database(db)


async def test_a_real_database_does_not_open_for_the_trial(db: AsyncConnection) -> None:
    with pytest.raises(WrongKind):
        await require_current(db, is_trial=True)
    await require_current(db, is_trial=False)


# What a revision does with what is there.


async def test_going_back_opens_names_and_secrets_and_up_again_they_are_sealed(service: Service, url: str) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=SECRET_HASH))
    async with service.store.work() as work:
        await work.tell(amina.id, NotYourCase(case=1, code="4729135", fate="taken", alias="Bo"))
    await service.store.close()
    before = _before(NAMES_SEALED)

    with pytest.raises(RuntimeError, match="needs the key"):
        await _goes(url, "downgrade", before)
    await _goes(url, "downgrade", before, seal=service.store.seal)
    back = await _plain(url)
    await _goes(url, "upgrade", "head")
    up = await _plain(url)
    await resealing.seal_what_is_left(service.store)

    assert back == up == ({(amina.id, "Amina")}, {(asker.id, SECRET_HASH)}, ["Bo"])
    assert await _plain(url) == (set(), set(), [None])
    assert await builders.person_named(service, "Amina") == amina.id
    assert "Bo" in (await builders.screen(service, amina.id))[0]


def _before(revision: str) -> str:
    before = ScriptDirectory.from_config(config()).get_revision(revision).down_revision
    assert isinstance(before, str)
    return before


async def _goes(url: str, verb: str, revision: str, **attributes: object) -> None:
    def goes(connection: Connection) -> None:
        settings = config()
        settings.attributes |= {"connection": connection, **attributes}
        getattr(command, verb)(settings, revision)
        connection.commit()

    async with reached(url) as db:
        await db.run_sync(goes)


async def _plain(url: str) -> tuple[object, object, object]:
    """The names and secrets that lie in plain, and whom the outbox names so."""
    async with reached(url) as db:
        named = await db.execute(text("SELECT id, alias FROM people WHERE alias IS NOT NULL"))
        bare = await db.execute(
            text("SELECT newcomer_id, secret_hash FROM conversations WHERE secret_hash IS NOT NULL")
        )
        said = await db.execute(text("SELECT params FROM outbox WHERE kind = 'not_your_case'"))
        rows = [json.loads(params) for params in said.scalars()]
        return (
            {tuple(row) for row in named}, {tuple(row) for row in bare},
            [None if NAMES_SEALED_AS in row else row["alias"] for row in rows],
        )  # fmt: skip
