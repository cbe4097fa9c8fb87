"""The store opens with its own key only: another is told apart before anything is written, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import open_service
from bot.cases import drafts, follow_ups, handing_over, notes
from bot.engine.errors import Refusal, Unavailable
from bot.engine.schema import SchemaOld
from bot.engine.seal import KeyLost, KeyMissing, Seal, WrongKey, create_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.engine.unlocking import WITNESS, _leave_witness, open_store, require_fitting_key, sealed_rows
from bot.intake.turns import Arrival
from bot.people import keeping, logins
from bot.people.texts import DeskLink
from bot.roster import shifts
from bot.service import Service
from handlers.cli import trial as cli_trial
from handlers.cli.common import open_store as open_for_verb
from models.base import Sealed
from models.conversation import Message
from models.outbox import Meta
from models.people import Device
from models.tables import metadata
from tests import builders
from tests.given import settings_for

Opening = Callable[[Settings], Awaitable[object]]


async def the_service(settings: Settings) -> None:
    await (await open_service(settings)).store.close()


async def a_verb(settings: Settings) -> None:
    async with open_for_verb(settings):
        pass


EVERY_WAY = pytest.mark.parametrize("way", [the_service, a_verb, require_fitting_key])


@pytest.fixture
async def written_in(settings: Settings) -> Settings:
    """An installation in whose database something lies sealed, and no witness: as the last release left it."""
    store = Store(settings, Seal(create_key(settings.key_file.with_name("first.key"))))
    first = settings.model_copy(update={"key_file": settings.key_file.with_name("first.key")})
    await builders.case_of(Service(store, first, None))  # type: ignore[arg-type]
    await store.close()
    return first


def with_another_key(settings: Settings) -> Settings:
    key_file = settings.key_file.with_name("other.key")
    create_key(key_file)
    return settings.model_copy(update={"key_file": key_file})


async def facts(settings: Settings) -> dict[str, str]:
    engine = create_async_engine(settings.database_url)
    async with engine.connect() as db:
        known = {row.name: row.value for row in await db.execute(select(Meta.name, Meta.value))}
    await engine.dispose()
    return known


async def rows(settings: Settings) -> object:
    """All there is in the database; of SQLite every byte, once its files are closed."""
    if settings.database_url.startswith("sqlite"):
        folder = settings.data_dir
        return {path.name: path.read_bytes() for path in folder.iterdir()}
    engine = create_async_engine(settings.database_url)
    async with engine.connect() as db:
        found = {
            table.name: sorted(map(repr, (await db.execute(text(f"SELECT * FROM {table.name}"))).all()))
            for table in metadata.sorted_tables
        }
    await engine.dispose()
    return found


@EVERY_WAY
async def test_another_key_is_refused_and_nothing_written(written_in: Settings, way: Opening) -> None:
    await the_service(written_in)  # which leaves its witness
    other, before = with_another_key(written_in), await rows(written_in)

    with pytest.raises(WrongKey):
        await way(other)

    assert await rows(written_in) == before
    await way(written_in)


@EVERY_WAY
async def test_without_a_witness_what_lies_sealed_says_whose_key_it_is(written_in: Settings, way: Opening) -> None:
    other, before = with_another_key(written_in), await rows(written_in)

    with pytest.raises(WrongKey):
        await way(other)

    assert await rows(written_in) == before
    await way(written_in)


async def test_the_witness_is_left_by_the_first_key_that_opens_what_is_there(written_in: Settings) -> None:
    before = await facts(written_in)
    await the_service(written_in)
    left = await facts(written_in)
    await the_service(written_in)

    assert WITNESS not in before
    assert left[WITNESS] and (await facts(written_in))[WITNESS] == left[WITNESS]


async def test_the_witness_alone_keeps_another_key_out_of_an_empty_database(settings: Settings) -> None:
    await the_service(settings)

    with pytest.raises(WrongKey):
        await the_service(with_another_key(settings))


async def test_of_two_keys_that_come_at_the_same_moment_one_is_refused(settings: Settings) -> None:
    """The second has looked before the first left its witness."""
    first, second = (
        Store(settings, Seal(create_key(settings.key_file.with_name(name)))) for name in ("a.key", "b.key")
    )
    async with first.work() as work:
        await _leave_witness(work)
    with pytest.raises(WrongKey):
        async with second.work() as work:
            await _leave_witness(work)

    await first.close()
    await second.close()


async def test_a_damaged_row_does_not_hide_that_the_key_is_right(written_in: Settings) -> None:
    store = await open_store(written_in)
    async with store.work() as work:
        await work.db.execute(delete(Meta).where(Meta.name == WITNESS))
        (row,) = (await work.db.execute(select(Message.id, Message.words))).all()
        broken = row.words[:-1] + bytes([row.words[-1] ^ 1])
        await work.db.execute(Message.__table__.update().values(words=broken))  # type: ignore[attr-defined]
    await store.close()

    await the_service(written_in)


async def test_before_a_new_key_is_made_a_lost_one_is_missed(written_in: Settings) -> None:
    nowhere = written_in.model_copy(update={"key_file": written_in.key_file.with_name("nowhere.key")})

    with pytest.raises(KeyLost):
        await require_fitting_key(nowhere)


async def test_a_database_of_before_the_newest_schema_is_asked_too(written_in: Settings) -> None:
    engine = create_async_engine(written_in.database_url)
    async with engine.connect() as db:
        await db.execute(text("DROP TABLE held_lines"))
        await db.execute(text("ALTER TABLE web_sessions DROP COLUMN draft"))
        await db.execute(text("UPDATE alembic_version SET version_num = '0001_first'"))
        await db.commit()
    await engine.dispose()

    with pytest.raises(WrongKey):
        await require_fitting_key(with_another_key(written_in))
    await require_fitting_key(written_in)


async def test_where_nothing_is_sealed_and_there_is_no_key_nothing_is_missed(settings: Settings) -> None:
    await require_fitting_key(settings.model_copy(update={"key_file": settings.key_file.with_name("nowhere.key")}))


async def test_a_missing_database_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/none.db", tmp_path)
    create_key(settings.key_file)

    with pytest.raises(SchemaOld):
        await the_service(settings)
    await require_fitting_key(settings)

    assert not (tmp_path / "none.db").exists()


async def test_a_server_that_is_not_there_is_a_refusal_before_the_key_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await require_fitting_key(settings_for("postgresql://u@127.0.0.1:9/radrum", tmp_path))


async def test_a_trial_with_another_key_is_refused(tmp_path: Path) -> None:
    settings = cli_trial.settings_for_trial(settings_for(f"sqlite:///{tmp_path}/data/radrum.db", tmp_path))
    await cli_trial.prepare(settings)
    settings.key_file.rename(tmp_path / "moved.key")

    with pytest.raises(KeyMissing):
        await cli_trial.prepare(settings)
    assert not settings.key_file.exists()
    create_key(settings.key_file)
    with pytest.raises(WrongKey):
        await cli_trial.prepare(settings)


async def test_a_trial_leaves_no_mark_on_a_real_database_in_which_nothing_is_sealed_yet(settings: Settings) -> None:
    store = Store(settings, Seal(create_key(settings.key_file.with_name("first.key"))))
    await builders.volunteer(Service(store, settings, None))  # type: ignore[arg-type]
    await store.close()
    trial = settings.model_copy(update={"key_file": settings.key_file.with_name("trial.key")})
    before = await rows(settings)

    with pytest.raises(Refusal) as caught:
        await cli_trial.prepare(trial)

    assert caught.value.code == "database_is_real"
    assert await rows(settings) == before
    assert not trial.key_file.exists()


async def test_every_sealed_column_is_known_by_the_place_it_was_sealed_for(service: Service) -> None:
    amina, bo = await builders.volunteer(service, chat_id=500), await builders.volunteer(service, "Bo")
    askers = [await builders.claimed_case(service, amina) for _ in range(2)]
    await builders.volunteer_says(service, amina, "Till vem?")  # held while the bot asks
    await (await builders.newcomer(service, agreed=False)).says("Innan jag har sagt ja")
    async with builders.acting(service, amina) as work:
        await drafts.keep(work, case_id=askers[0].case_id, text="Inte skickat")
        await notes.add(work, case_id=askers[0].case_id, text="Talar hellre arabiska")
        await follow_ups.set_day(
            work, case_id=askers[0].case_id, day=(work.now + timedelta(days=5)).date(), note="Fråga"
        )
        await handing_over.offer(work, case_id=askers[0].case_id, note="Läs brevet först", person_id=bo.id)
        sealed_as, hidden = work.hide("en länk till skrivbordet")
        await work.tell(amina.id, DeskLink(sealed_as=sealed_as), secret=hidden)
    async with service.store.work() as work:
        begins = work.now + timedelta(days=30)
        span = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
        shift = await shifts.add_shift(work, **span, person_ids=[amina.id], note="Nyckeln finns i disken")
        await shifts.cancel_shift(work, shift, "vattenläcka")
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash="hashed"))
    async with service.store.work() as work:
        token = await logins.open_login(work, asker.id, Device.OWN)
        await keeping.keep_secret(work, token, "12345678")
        login = await logins.login_of(work.db, token, work.now)
        assert login is not None
        await keeping.keep_unsent(work, login, "Inte heller skickat")

    async with service.store.look() as db:
        rows = await sealed_rows(db, most=1000)

    opened = {(place["table"], place["column"]) for sealed, place in rows if service.store.seal.open(sealed, **place)}
    assert opened == {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    }
