"""Acts that share a COMMIT on SQLite: what each of them is told, whatever becomes of the others."""

import asyncio
import threading
from asyncio import Event, TaskGroup
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, text

from bot.engine import batches, sqlite
from bot.engine.causes import Cause
from bot.engine.errors import NotFound, Unavailable
from bot.engine.work import Work
from bot.service import Service
from tests import builders
from tests.crash.program import until

Act = Callable[[Work], object]


async def _keep(work: Work, name: str) -> None:
    await work.db.execute(text("INSERT INTO meta (name, value) VALUES (:name, '1')"), {"name": name})


async def _kept(service: Service) -> list[str]:
    return [row.name for row in await builders.table(service, "SELECT name FROM meta ORDER BY rowid")]


class Held:
    """The COMMITs of a store, which wait until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made, self.begun, self.let_go = 0, Event(), Event()
        commit = sqlite.Connection.commit

        async def held(connection: sqlite.Connection) -> None:
            self.made += 1
            self.begun.set()
            await self.let_go.wait()
            await commit(connection)

        monkeypatch.setattr(sqlite.Connection, "commit", held)


@asynccontextmanager
async def _behind_a_held_commit(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[TaskGroup, Held]]:
    """One act waits for its COMMIT, so that all that begin in the block stand in line and share the next one."""
    held = Held(monkeypatch)
    async with TaskGroup() as acts:
        acts.create_task(_act(service, "first"))
        await held.begun.wait()
        yield acts, held
        await _until_all_stand_in_line(service, len(acts._tasks) - 1)
        held.let_go.set()


async def _until_all_stand_in_line(service: Service, count: int) -> None:
    await until(lambda: service.store._batches._waiting == count, otherwise="them to stand in line")


async def _act(service: Service, name: str, then: Act | None = None) -> str:
    """What whoever acts is told: "done", or what refused."""
    try:
        async with service.store.work() as work:
            await _keep(work, name)
            if then is not None:
                told = then(work)
                if asyncio.iscoroutine(told):
                    await told
    except (Unavailable, NotFound) as refusal:
        return str(getattr(refusal, "cause", None) or type(refusal).__name__)
    return "done"


async def test_fifty_acts_behind_a_held_commit_share_exactly_one(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _behind_a_held_commit(house, monkeypatch) as (acts, held):
        told = [acts.create_task(_act(house, f"act-{n:02}")) for n in range(50)]

    assert {one.result() for one in told} == {"done"}
    assert held.made == 2
    assert await _kept(house) == ["first", *(f"act-{n:02}" for n in range(50))], "in the order in which they came"


async def test_nobody_is_answered_before_the_commit_that_they_share(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}")) for n in range(3)]
        await _until_all_stand_in_line(house, 3)
        assert [one.done() for one in told] == [False] * 3
        assert await _kept(house) == []

    assert len(await _kept(house)) == 4


async def test_an_act_that_refuses_leaves_nothing_and_the_others_are_kept(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_work: Work) -> None:
        raise NotFound

    async with _behind_a_held_commit(house, monkeypatch) as (acts, held):
        told = [acts.create_task(_act(house, f"act-{n}", refuse if n == 2 else None)) for n in range(5)]

    assert [one.result() for one in told] == ["done", "done", "NotFound", "done", "done"]
    assert await _kept(house) == ["first", "act-0", "act-1", "act-3", "act-4"]
    assert held.made == 2


async def test_the_last_act_of_a_batch_refuses_and_those_before_it_are_kept(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_work: Work) -> None:
        raise NotFound

    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}", refuse if n == 2 else None)) for n in range(3)]

    assert [one.result() for one in told] == ["done", "done", "NotFound"]
    assert await _kept(house) == ["first", "act-0", "act-1"]


async def test_a_statement_that_breaks_a_rule_undoes_its_own_act_only(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def again(work: Work) -> None:
        with pytest.raises(Exception, match="UNIQUE"):
            await _keep(work, "first")
        raise NotFound

    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}", again if n == 1 else None)) for n in range(3)]

    assert [one.result() for one in told] == ["done", "NotFound", "done"]
    assert await _kept(house) == ["first", "act-0", "act-2"]


async def test_an_error_that_ends_the_transaction_is_told_to_every_act_of_the_batch(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends_it(work: Work) -> None:
        await work.db.execute(text("ROLLBACK"))
        raise Unavailable(Cause.DISK_FULL)

    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}", ends_it if n == 2 else None)) for n in range(5)]

    assert [one.result() for one in told[:3]] == [Cause.UNKNOWN, Cause.UNKNOWN, Cause.DISK_FULL]
    assert [one.result() for one in told[3:]] == ["done", "done"], "they begin anew"
    assert await _kept(house) == ["first", "act-3", "act-4"]


async def test_a_disk_that_is_full_in_the_middle_of_ten_loses_nothing_that_was_said_to_be_kept(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fills(work: Work) -> None:
        (pages,) = (await work.db.execute(text("PRAGMA page_count"))).one()
        await work.db.execute(text(f"PRAGMA max_page_count = {pages}"))
        try:
            await work.db.execute(text("CREATE TABLE ballast AS SELECT zeroblob(10000000) AS filler"))
        finally:
            await work.db.execute(text("PRAGMA max_page_count = 1000000"))

    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}", fills if n == 4 else None)) for n in range(10)]

    said = {f"act-{n}": one.result() for n, one in enumerate(told)}
    assert said["act-4"] == Cause.DISK_FULL
    assert set(await _kept(house)) == {"first", *(name for name, one in said.items() if one == "done")}
    assert set(said.values()) <= {"done", Cause.DISK_FULL}


async def test_a_commit_that_fails_is_told_to_every_act_that_shares_it(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _behind_a_held_commit(house, monkeypatch) as (acts, _):
        told = [acts.create_task(_act(house, f"act-{n}")) for n in range(3)]
        await _until_all_stand_in_line(house, 3)

        commit, failed = sqlite.Connection.commit, []

        async def fails_once(connection: sqlite.Connection) -> None:
            if not failed:
                failed.append(connection)
                raise OSError("the disk is gone")
            await commit(connection)

        monkeypatch.setattr(sqlite.Connection, "commit", fails_once)

    assert {one.result() for one in told} == {Cause.UNREACHABLE}
    assert await _kept(house) == ["first"]
    assert await _act(house, "afterwards") == "done"


async def test_a_commit_that_fails_is_told_to_the_others_also_when_the_one_who_makes_it_is_gone(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk ends the transaction by itself, so that nothing is open afterwards, as after a COMMIT."""
    inside, may_end, begun, may_fail = Event(), Event(), threading.Event(), threading.Event()

    async def waits(_work: Work) -> None:
        inside.set()
        await may_end.wait()

    def fails(connection: Connection) -> None:
        begun.set()
        may_fail.wait()
        connection.connection.rollback()
        raise OSError("the disk is gone")

    with monkeypatch.context() as disk:
        disk.setattr(Connection, "commit", fails)
        front = asyncio.create_task(_act(house, "front", waits))
        await inside.wait()
        behind = asyncio.create_task(_act(house, "behind"))
        await _until_all_stand_in_line(house, 1)
        may_end.set()
        await until(begun.is_set, otherwise="the COMMIT to begin")
        behind.cancel()
        await asyncio.sleep(0)
        behind.cancel()  # whoever hurries asks twice
        may_fail.set()
        told, gone = await asyncio.gather(front, behind, return_exceptions=True)

    assert told != "done"
    assert isinstance(gone, asyncio.CancelledError)
    assert await _kept(house) == []
    assert await _act(house, "afterwards") == "done"


async def test_who_goes_away_while_waiting_leaves_nobody_in_the_lurch(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act in front left the COMMIT to the one behind it, which is gone when its turn comes."""
    inside, may_end = Event(), Event()
    behind: list[asyncio.Task[str]] = []
    leave = batches.Batches._leave

    async def waits(_work: Work) -> None:
        inside.set()
        await may_end.wait()

    async def leaves_and_the_next_is_gone(line: batches.Batches, *, stays_open: bool) -> None:
        await leave(line, stays_open=stays_open)
        while behind:
            behind.pop().cancel()

    monkeypatch.setattr(batches.Batches, "_leave", leaves_and_the_next_is_gone)
    async with TaskGroup() as acts:
        front = acts.create_task(_act(house, "front", waits))
        await inside.wait()
        behind.append(acts.create_task(_act(house, "behind")))
        await _until_all_stand_in_line(house, 1)
        may_end.set()

    assert front.result() == "done"
    assert await _kept(house) == ["front"]


async def test_an_act_that_is_cancelled_in_the_middle_leaves_nothing(house: Service) -> None:
    inside = Event()

    async def waits(_work: Work) -> None:
        inside.set()
        await Event().wait()

    async with TaskGroup() as acts:
        gone = acts.create_task(_act(house, "gone", waits))
        await inside.wait()
        after = acts.create_task(_act(house, "after"))
        await _until_all_stand_in_line(house, 1)
        gone.cancel()

    assert after.result() == "done"
    assert await _kept(house) == ["after"]


async def test_no_more_than_so_many_share_a_commit(house: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST", 4)
    async with _behind_a_held_commit(house, monkeypatch) as (acts, held):
        for n in range(10):
            acts.create_task(_act(house, f"act-{n}"))

    assert held.made == 1 + 3
    assert len(await _kept(house)) == 11


async def test_who_comes_while_many_are_being_done_keeps_none_of_them_waiting(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as stood in line share the COMMIT; each of them brings another along, who shares the next."""
    monkeypatch.setattr(batches, "FEW", 1)
    later: list[asyncio.Task[str]] = []

    def brings_another(_work: Work) -> None:
        later.append(asyncio.create_task(_act(house, f"later-{len(later)}")))

    async with _behind_a_held_commit(house, monkeypatch) as (acts, held):
        told = [acts.create_task(_act(house, f"act-{n}", brings_another)) for n in range(5)]
    await asyncio.gather(*later)

    assert [one.result() for one in told] == ["done"] * 5
    assert held.made == 1 + 2
    assert await _kept(house) == ["first", *(f"act-{n}" for n in range(5)), *(f"later-{n}" for n in range(5))]


async def test_between_two_acts_the_first_is_durable_and_the_second_waits(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the file to themselves stands in line as an act does: the one before may have left the COMMIT to them."""
    held, entered, leaves = Held(monkeypatch), Event(), Event()

    async def has_the_file() -> list[str]:
        async with house.store.between_acts():
            entered.set()
            kept = await _kept(house)
            await leaves.wait()
        return kept

    async with TaskGroup() as acts:
        acts.create_task(_act(house, "first"))
        await held.begun.wait()
        before = acts.create_task(_act(house, "before"))
        alone = acts.create_task(has_the_file())
        after = acts.create_task(_act(house, "after"))
        await _until_all_stand_in_line(house, 3)
        held.let_go.set()
        await entered.wait()
        told_before, is_after_done = await before, after.done()
        leaves.set()

    assert (told_before, is_after_done) == ("done", False)
    assert alone.result() == ["first", "before"]
    assert await _kept(house) == ["first", "before", "after"]
