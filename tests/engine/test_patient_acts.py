"""Acts on SQLite that leave their COMMIT to whoever comes next: what nobody waits for keeps nobody waiting."""

import asyncio
import sqlite3
from asyncio import Event, TaskGroup
from contextlib import closing
from math import inf
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from bot.engine import batches, sqlite
from bot.engine.errors import NotFound, Unavailable
from bot.service import Service
from tests import builders
from tests.crash.program import until

LONG = 600.0


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each COMMIT."""
    made: list[str] = []
    commit = sqlite.Connection.commit

    async def counted(connection: sqlite.Connection) -> None:
        made.append("COMMIT")
        await commit(connection)

    monkeypatch.setattr(sqlite.Connection, "commit", counted)
    return made


@pytest.fixture(autouse=True)
def _people_come(house: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has just been there, and a patient act waits for the next, for as long as the test lasts."""
    monkeypatch.setattr(batches, "BUSY_SECONDS", LONG)
    monkeypatch.setattr(batches, "PATIENT_SECONDS", LONG)
    house.store._batches._came_at = monotonic()


async def _act(service: Service, name: str, *, patient: bool = False) -> str:
    async with service.store.work(patient=patient) as work:
        await work.db.execute(text("INSERT INTO meta (name, value) VALUES (:name, '1')"), {"name": name})
    return "done"


async def _kept(service: Service) -> list[str]:
    return [row.name for row in await builders.table(service, "SELECT name FROM meta ORDER BY rowid")]


def _is_free(service: Service) -> bool:
    """Whether another program may write."""
    file = Path(make_url(service.settings.database_url).database or "")
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


async def _left_open(service: Service, *, acts: int = 1) -> None:
    line = service.store._batches
    await until(
        lambda: line._open is not None and line._open.acts == acts and not line._turn.locked(),
        otherwise="the patient act to leave",
    )


async def _begun(service: Service) -> asyncio.Task[str]:
    """A patient act that has left its COMMIT to whoever comes next."""
    patient = asyncio.create_task(_act(service, "patient", patient=True))
    await _left_open(service)
    return patient


async def test_a_patient_act_shares_the_commit_of_whoever_comes_next(house: Service, commits: list[str]) -> None:
    patient = await _begun(house)
    assert not patient.done()
    assert await _kept(house) == [], "nobody sees what is not durable"

    assert await _act(house, "next") == "done"

    assert await patient == "done"
    assert commits == ["COMMIT"]
    assert await _kept(house) == ["patient", "next"]


async def test_a_patient_act_that_nobody_follows_is_durable_by_itself_and_leaves_the_file_free(
    house: Service, monkeypatch: pytest.MonkeyPatch, commits: list[str]
) -> None:
    monkeypatch.setattr(batches, "PATIENT_SECONDS", 0.0)

    assert await _act(house, "patient", patient=True) == "done"

    assert await _kept(house) == ["patient"]
    assert commits == ["COMMIT"]
    assert _is_free(house)


async def test_where_nobody_has_come_lately_a_patient_act_waits_for_nobody(house: Service, commits: list[str]) -> None:
    house.store._batches._came_at = -inf

    assert await _act(house, "patient", patient=True) == "done"

    assert commits == ["COMMIT"]
    assert _is_free(house)


async def test_patient_acts_do_not_wait_for_each_other_without_end(
    house: Service, monkeypatch: pytest.MonkeyPatch, commits: list[str]
) -> None:
    """The second comes while the first one's moment lasts; the first one's end is the end of both."""
    moments = [Event(), Event()]
    waited = iter(moments)

    async def until_let_go(_batch: batches.Batch, _at_most: float) -> None:
        await next(waited).wait()

    monkeypatch.setattr(batches.Batch, "until_ended", until_let_go)
    async with TaskGroup() as acts:
        first = acts.create_task(_act(house, "first", patient=True))
        await _left_open(house)
        second = acts.create_task(_act(house, "second", patient=True))
        await _left_open(house, acts=2)
        moments[0].set()
        assert await first == "done"
        assert await _kept(house) == ["first", "second"]
        moments[1].set()

    assert second.result() == "done"
    assert commits == ["COMMIT"]


async def test_a_patient_act_that_is_cancelled_in_its_moment_is_kept_and_leaves_the_file_free(house: Service) -> None:
    """It was done: who goes away while waiting for the COMMIT cannot take it back, as with any act."""
    patient = await _begun(house)

    patient.cancel()
    await asyncio.wait({patient})

    assert patient.cancelled()
    assert await _kept(house) == ["patient"]
    assert _is_free(house)


async def test_a_patient_act_that_refuses_leaves_nothing_and_nobody_waits(house: Service, commits: list[str]) -> None:

    with pytest.raises(NotFound):
        async with house.store.work(patient=True):
            raise NotFound

    assert _is_free(house)
    assert commits == []


async def test_whoever_ends_the_transaction_under_a_patient_act_tells_it_that_it_is_not_kept(house: Service) -> None:
    patient = await _begun(house)

    with pytest.raises(IntegrityError):
        async with house.store.work() as work:
            await work.db.execute(text("INSERT OR ROLLBACK INTO meta (name, value) VALUES ('patient', '2')"))

    with pytest.raises(Unavailable):
        await patient
    assert await _kept(house) == []
    assert _is_free(house)


async def test_who_has_the_file_to_themselves_finds_a_patient_act_durable(house: Service) -> None:
    patient = await _begun(house)

    async with house.store.between_acts():
        assert await _kept(house) == ["patient"]
        assert _is_free(house)

    assert await patient == "done"
