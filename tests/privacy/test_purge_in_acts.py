"""The purge of a large installation is many short acts: nobody waits for it, and a stop in the middle loses nothing."""

from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import Table, insert

from bot.engine import clock
from bot.engine.work import Work
from bot.privacy import outlived, purge
from bot.service import Service
from bot.telling.rounds import Rounds
from models.conversation import Inbound
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import WebLogin
from models.timer import Timer, TimerKind
from tests import builders

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
MANY = 1_000


async def _many_old_rows(service: Service) -> None:
    """A thousand rows each of what dies of age in numbers, some of which may not go yet."""
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service, on_shift=False)
    old, fresh = clock.now(), clock.now() + timedelta(days=90)
    (lane,) = await builders.table(service, "SELECT id FROM addresses WHERE person_id = :id", id=amina.id)
    said = {"address_id": lane.id, "kind": Notice.MY_CASES.value, "params": {}, "state": RowState.SENT.value}
    async with service.store.work() as work:
        await _insert(work, Outbox, [said | {"created_at": at, "due_at": at} for at in [old] * MANY + [fresh]])
        keys = [{"channel": "telegram", "key": str(n), "came_at": old, "attempts": 0} for n in range(MANY)]
        await _insert(work, Inbound, keys)
        done = {"kind": TimerKind.PROMISE.value, "subject": 0, "due_at": old, "done_at": old}
        await _insert(work, Timer, [done | {"id": n} for n in range(1, MANY + 1)])
        opened = {"person_id": amina.id, "device": "staff", "created_at": old, "seen_at": old}
        await _insert(work, WebLogin, [opened | {"id": n, "token_hash": str(n)} for n in range(1, MANY + 1)])
        await work.remind(TimerKind.DAILY, 0, fresh)
    clock.move(timedelta(days=90))


async def _insert(work: Work, model: type, rows: list[dict]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    await work.db.execute(insert(table), rows)


async def _left(service: Service) -> int:
    """How many old rows there still are."""
    old = "created_at < :old"
    counts = [
        await builders.one(service, f"SELECT count(*) AS n FROM {which}", old=clock.now() - timedelta(days=60))
        for which in (f"outbox WHERE {old}", "inbound WHERE came_at < :old", f"web_sessions WHERE {old}",
                      "timers WHERE done_at < :old")
    ]  # fmt: skip
    return sum(row.n for row in counts)


async def test_no_act_takes_more_than_its_allowance_and_people_act_in_between(service: Service) -> None:
    await _many_old_rows(service)
    rounds, before, taken, asked = Rounds(service), await _left(service), [], 0

    while await rounds.do_one():
        left = await _left(service)
        taken.append(before - left)
        before = left
        if left:
            await builders.case_of(service)
            asked += 1

    assert before == 0
    assert max(taken) <= outlived.ROWS_AN_ACT
    assert asked >= 4 * MANY // outlived.ROWS_AN_ACT - 1
    assert len(await builders.table(service, "SELECT id FROM outbox WHERE kind = 'my_cases'")) == 1


async def test_an_act_whose_time_is_over_stops_after_what_it_has_begun(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk makes the acts more, not longer."""
    monkeypatch.setattr(outlived, "SECONDS_AN_ACT", 0)
    await _many_old_rows(service)
    before = await _left(service)

    async with service.store.work() as work:
        purged = await purge.purge(work)

    assert before - await _left(service) == outlived.ROWS_AT_ONCE
    assert purged.more
    assert await builders.purge(service) >= 4 * MANY // outlived.ROWS_AT_ONCE - 1
    assert await _left(service) == 0


async def test_words_of_a_long_case_go_in_pieces_and_it_counts_as_purged_with_the_last(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROWS_AN_ACT", "ROWS_AT_ONCE"):
        monkeypatch.setattr(outlived, name, 4)
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    for n in range(9):
        await asker.says(f"Och så {n}")
    await builders.answers(service, amina, asker)
    clock.move(timedelta(days=31))

    kept = []
    while True:
        async with service.store.work() as work:
            purged = await purge.purge(work)
        erased = len(await builders.table(service, "SELECT 1 FROM case_events WHERE detail = 'purged'"))
        kept.append((len(await builders.table(service, "SELECT id FROM messages")), erased))
        if not purged.more:
            break

    assert [state for n, state in enumerate(kept) if state not in kept[:n]] == [(7, 0), (3, 0), (0, 1)]


async def test_a_stop_in_the_middle_keeps_what_is_done_and_the_same_night_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _many_old_rows(service)
    rounds = Rounds(service)
    await rounds.do_one()
    left = await _left(service)

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(purge, "_purge_newcomers", _stopped)
        broken.setattr(purge, "forget_old_rows", _stopped)
        await rounds.do_one()
    after_stop = await _left(service)
    await builders.do_all_due(service)

    assert 0 < left == after_stop
    assert await _left(service) == 0
    waiting = await builders.table(service, "SELECT due_at FROM timers WHERE kind = 'daily' AND done_at IS NULL")
    assert len(waiting) == 1


async def _stopped(*_told: object) -> None:
    raise KeyboardInterrupt


async def test_it_is_logged_as_purged_only_once_it_is_committed(service: Service) -> None:
    await _many_old_rows(service)
    rounds, patient = Rounds(service), service.store.settings

    service.store.settings = patient.model_copy(update={"work_seconds": 0})  # every act is refused at its end
    with structlog.testing.capture_logs() as refused, pytest.raises(Exception, match="unavailable"):
        await rounds.do_one()
    kept = await _left(service)
    service.store.settings = patient
    with structlog.testing.capture_logs() as done:
        await rounds.do_one()

    assert kept == 4 * MANY
    assert "purged" not in [line["event"] for line in refused]
    assert [line for line in done if line["event"] == "purged"] == [
        {"event": "purged", "log_level": "info", "cases": 0, "more": True}
    ]
