"""What a newer version has written to be said, met by this one: left, named, waited for by nobody, said at last."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.engine import clock
from bot.intake.texts import Help, Privacy
from bot.people import people
from bot.people.texts import Linked
from bot.service import Service
from bot.telling import inbox, newer_rows
from bot.telling.lanes import WAITS_FOR_A_NEWER
from bot.telling.outbox import ROWS
from bot.telling.rounds import Rounds
from models.base import table_of
from models.conversation import Conversation
from models.outbox import Notice, RowState
from models.people import Channel, Role
from models.saying import Saying
from models.timer import TimerKind
from tests import builders
from tests.builders import Newcomer, Postbox

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
STRANGE = "told_by_tomorrow"
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
async def asker(service: Service) -> Newcomer:
    clock.freeze(MONDAY_NOON)
    return await builders.newcomer(service, chat_id=900)


async def _told(service: Service, asker: Newcomer, *sayings: Saying) -> list[int]:
    """These wait in the newcomer's lane; their ids."""
    async with service.store.work() as work:
        return [await work.tell_as_row(asker.id, saying) or 0 for saying in sayings]


async def _written_by_a_newer_version(service: Service, row: int) -> None:
    async with service.store.work() as work:
        await work.db.execute(update(ROWS).where(ROWS.c.id == row).values(kind=STRANGE))


async def _delivered(service: Service) -> list[str]:
    postbox = Postbox()
    await builders.deliver_all(builders.delivery_of(service, postbox))
    return [letter.prompt.text for letter in postbox.letters]


async def _state(service: Service, row: int) -> str:
    return next(one.state for one in await builders.table(service, f"SELECT state FROM outbox WHERE id = {row}"))


async def test_a_row_of_a_kind_nobody_knows_waits_and_its_lane_goes_past_it_after_a_minute(
    service: Service, asker: Newcomer
) -> None:
    await _delivered(service)
    strange, _ = await _told(service, asker, Help(), Privacy())
    await _written_by_a_newer_version(service, strange)

    at_once = await _delivered(service)
    clock.move(WAITS_FOR_A_NEWER - A_MOMENT)
    just_before = await _delivered(service)
    clock.move(A_MOMENT)
    then = await _delivered(service)
    clock.move(timedelta(hours=20))

    assert (at_once, just_before) == ([], [])
    assert len(then) == 1
    assert await _delivered(service) == []
    assert await _state(service, strange) == RowState.DUE


async def _has_a_field_of_a_newer_version(service: Service, row: int) -> None:
    async with service.store.work() as work:
        kept = (await work.db.execute(select(ROWS.c.params).where(ROWS.c.id == row))).scalar_one()
        await work.db.execute(update(ROWS).where(ROWS.c.id == row).values(params=kept | {"tomorrows": "shade"}))


async def test_a_row_with_a_field_nobody_knows_waits_is_named_and_said_by_who_knows_it(
    service: Service, asker: Newcomer
) -> None:
    karin = await builders.coordinator(service, chat_id=700)
    await _delivered(service)
    strange, _ = await _told(service, asker, Privacy(channel=Channel.WEB), Help())
    await _has_a_field_of_a_newer_version(service, strange)

    at_once = await _delivered(service)
    clock.move(WAITS_FOR_A_NEWER)
    then = await _delivered(service)
    await newer_rows.look_after(service.store)
    async with service.store.look() as db:
        left = await newer_rows.left_behind(db, clock.now())
    async with service.store.work() as work:  # the version that knows this field reads it as it stands
        await work.db.execute(update(ROWS).where(ROWS.c.id == strange).values(params=Privacy().to_row()))
    await newer_rows.look_after(service.store)
    at_last = await _delivered(service)

    assert (at_once, len(then)) == ([], 1)
    assert [(one.kind, one.rows) for one in left] == [(Notice.PRIVACY, 1)]
    (named,) = await builders.screen(service, karin.id, Notice.NEWER_ROWS)
    assert Notice.PRIVACY in named
    assert len(at_last) == 2, "what waited, and what the coordinator reads"
    assert await _state(service, strange) == RowState.SENT


async def test_a_web_page_leaves_out_a_row_with_a_field_that_it_does_not_know(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.web_case_of(service)
    strange, _ = await _told(service, asker, Help(), Privacy())
    await _has_a_field_of_a_newer_version(service, strange)

    async with service.store.look() as db:
        visitor = await people.visitor_of(db, asker.id)
        assert visitor is not None
        rows = await inbox.notices_after(db, visitor.address_id, 0)

    assert strange not in [row.id for row in rows]
    assert rows[-1].kind == Notice.PRIVACY


async def test_a_version_that_knows_it_says_it(service: Service, asker: Newcomer) -> None:
    await _delivered(service)
    (row,) = await _told(service, asker, Help())
    await _written_by_a_newer_version(service, row)
    left = await _delivered(service)
    async with service.store.work() as work:  # the version that knows this kind has it under this name
        await work.db.execute(update(ROWS).where(ROWS.c.id == row).values(kind=Notice.HELP))

    before_it_looks = await _delivered(service)
    await newer_rows.look_after(service.store)
    said = await _delivered(service)

    assert (left, before_it_looks) == ([], [])
    assert len(said) == 1
    assert await _state(service, row) == RowState.SENT


async def test_coordinators_read_once_which_kind_was_left(service: Service, asker: Newcomer) -> None:
    async with service.store.work() as work:
        about = {"language": "sv", "speaks": ["sv"]}
        them = [await people.add_staff(work, role=Role.COORDINATOR, alias=name, **about) for name in ("Karin", "Nils")]
    strange, other = await _told(service, asker, Help(), Privacy())
    for row in (strange, other):
        await _written_by_a_newer_version(service, row)

    await newer_rows.look_after(service.store)
    early = [await builders.said_to(service, one, Notice.NEWER_ROWS) for one in them]
    clock.move(WAITS_FOR_A_NEWER)
    for _ in range(2):
        await newer_rows.look_after(service.store)

    assert early == [[], []]
    for one in them:
        (text,) = await builders.screen(service, one, Notice.NEWER_ROWS)
        assert STRANGE in text
    async with service.store.look() as db:
        left = await newer_rows.left_behind(db, clock.now())
    assert [(one.kind, one.rows) for one in left] == [(STRANGE, 2)]


async def test_a_web_page_shows_what_it_knows(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.web_case_of(service)
    strange, _ = await _told(service, asker, Help(), Privacy())
    await _written_by_a_newer_version(service, strange)

    async with service.store.look() as db:
        visitor = await people.visitor_of(db, asker.id)
        assert visitor is not None
        kinds = [row.kind for row in await inbox.notices_after(db, visitor.address_id, 0)]

    assert STRANGE not in kinds
    assert kinds[-1] == Notice.PRIVACY


async def test_one_that_nobody_ever_says_goes_when_everything_so_old_goes(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(service, chat_id=700)  # newcomers go with all that was said to them
    async with service.store.work() as work:
        row = await work.tell_as_row(karin.id, Linked())
    assert row is not None
    await _written_by_a_newer_version(service, row)
    await _delivered(service)

    clock.move(timedelta(days=service.settings.retention_days) - A_MOMENT)
    await builders.purge(service)
    before = await _state(service, row)
    clock.move(timedelta(hours=1))
    await builders.purge(service)

    assert before == RowState.DUE
    assert await builders.table(service, f"SELECT id FROM outbox WHERE id = {row}") == []


async def test_words_at_a_step_that_only_a_newer_version_knows_are_a_question(
    service: Service, asker: Newcomer
) -> None:
    async with service.store.work() as work:
        await work.db.execute(update(table_of(Conversation)).values(step="asked_tomorrow"))

    await asker.says("Jag har fått ett brev", external_id="first")
    await asker.commands("start")

    assert [row.status for row in await builders.table(service, "SELECT status FROM cases")] == ["queued"]
    assert len(await builders.table(service, "SELECT id FROM messages")) == 1


async def test_a_timer_that_only_a_newer_version_knows_waits_and_hinders_no_other(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    async with service.store.work() as work:
        await work.remind("told_by_tomorrow", 1, work.now - A_MOMENT)
        await work.remind(TimerKind.TIME_KNOWN, 2, work.now)

    rounds = Rounds(service)
    for _ in range(2):
        await rounds.do_one()

    done = await builders.table(service, "SELECT kind, done_at IS NOT NULL AS done FROM timers ORDER BY kind")
    assert [(timer.kind, bool(timer.done)) for timer in done] == [("time_known", True), ("told_by_tomorrow", False)]
