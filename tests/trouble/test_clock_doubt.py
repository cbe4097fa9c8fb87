"""A clock that is wrong by days, at the start or while running: nothing is erased, expires or is said too early; the
coordinators know, and what has waited is done when the clock is believed again."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Row, insert, select, text, update

from bot.engine import clock
from bot.engine.belief import Why
from bot.engine.errors import ClockInDoubt, Stale
from bot.people import login_links, people
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.letters import TryAgain, Unreachable
from bot.telling.rounds import Rounds
from bot.trouble import clock_doubt, times_to_come
from bot.trouble.pulse import Heart
from models.dialogue import Said
from models.notice import Notice
from models.outbox import Meta, Outbox
from models.people import LinkPurpose
from models.timer import Timer, TimerKind
from tests import builders
from tests.builders import Newcomer, Postbox, Staff, delivery_of
from tests.clocks import Clocks

JUMPS = [timedelta(days=400), timedelta(days=-400), timedelta(hours=26), timedelta(hours=-26)]
PAST = (
    ("cases", "last_message_at"), ("people", "created_at"), ("messages", "said_at"), ("outbox", "created_at"),
    ("login_links", "expires_at"), ("case_events", "at"), ("timers", "due_at"),
)  # fmt: skip
TWELVE_SECONDS, SOON = timedelta(seconds=12), timedelta(minutes=1)
KEPT = ("messages", "people", "conversations WHERE draft IS NOT NULL", "web_sessions", "outbox WHERE state = 'due'")


async def _in_the_middle(service: Service) -> Newcomer:
    """Everything that time alone would end: an answered case, words that wait for a consent, a promise, a shut door."""
    await Heart(service).beat()
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    await builders.web_case_of(service)
    undecided = await builders.newcomer(service, agreed=False)
    await undecided.does(Said("Min man slår mig"))
    await Rounds(service)._arm_regular()
    await builders.do_all_due(service)
    async with service.store.work() as work:
        await work.db.execute(update(people.Address).values(parked_at=work.now))
    return asker


async def _counts(service: Service) -> list[int]:
    return [(await builders.one(service, f"SELECT count(*) AS n FROM {name}")).n for name in KEPT]


async def _everything_runs(service: Service) -> int:
    """A turn of every loop; returns how many timers were done."""
    rounds = Rounds(service)
    await rounds._arm_regular()
    await Delivery(service, {}).sweep.give_up_parked()
    await Heart(service).beat()
    return await builders.do_all_due(service)


async def _armed(service: Service) -> list[datetime]:
    async with service.store.look() as db:
        waiting = Timer.kind.in_((TimerKind.DAILY, TimerKind.MORNING)), Timer.done_at.is_(None)
        return list((await db.execute(select(Timer.due_at).where(*waiting))).scalars().all())


@pytest.mark.parametrize("jump", JUMPS)
async def test_twelve_seconds_of_a_wrong_clock_end_nothing(service: Service, clocks: Clocks, jump: timedelta) -> None:
    await _in_the_middle(service)
    before = await _counts(service)

    clocks.jump(jump)
    done = await _everything_runs(service)
    clocks.pass_(TWELVE_SECONDS)
    done += await _everything_runs(service)
    clocks.jump(-jump)
    done += await _everything_runs(service)

    assert done == 0
    assert await _counts(service) == before
    assert await builders.table(service, "SELECT 1 FROM outbox WHERE state = 'failed'") == []
    assert all(due_at - clocks.shown() <= timedelta(days=1) for due_at in await _armed(service))


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_start_on_a_wrong_clock_ends_nothing(service: Service, clocks: Clocks, jump: timedelta) -> None:
    await _in_the_middle(service)
    before = await _counts(service)

    clocks.jump(jump)
    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(service.store)
    done = await _everything_runs(service)
    clocks.pass_(TWELVE_SECONDS)
    clocks.jump(-jump)
    done += await _everything_runs(service)

    assert done == 0
    assert await _counts(service) == before
    assert await builders.table(service, "SELECT 1 FROM outbox WHERE state = 'failed'") == []
    assert clock.doubt() is None
    assert all(due_at - clocks.shown() <= timedelta(days=1) for due_at in await _armed(service))


async def test_what_has_waited_is_done_when_the_clock_is_right_again(house: Service, clocks: Clocks) -> None:
    karin = await builders.coordinator(house)
    await builders.volunteer(house)
    asker = await builders.case_of(house)
    clocks.jump(timedelta(days=400))
    clocks.pass_(timedelta(hours=1))
    assert await builders.do_all_due(house) == 0

    clocks.jump(timedelta(days=-400))
    await builders.do_all_due(house)

    assert len(await builders.said_to(house, asker.id, Notice.LATE)) == 1
    assert len(await builders.said_to(house, karin.id, Notice.NOBODY_TAKES)) == 1


async def test_what_a_person_does_herself_goes_on(house: Service, clocks: Clocks) -> None:
    asker = await builders.case_of(house)
    clocks.jump(timedelta(days=400))

    await asker.commands("delete")

    assert await builders.table(house, "SELECT 1 FROM people WHERE role = 'newcomer'") == []


async def test_the_newest_instant_is_noted_at_every_beat_and_never_during_a_doubt(
    service: Service, clocks: Clocks
) -> None:
    await Heart(service).beat()
    clocks.pass_(SOON)
    await Heart(service).beat()
    assert await _newest(service) == clocks.shown()
    known = clocks.shown()

    for jump in JUMPS:
        clocks.jump(jump)
        await Heart(service).beat()
        clocks.jump(-jump)

    assert await _newest(service) == known


async def _newest(service: Service) -> datetime:
    async with service.store.look() as db:
        found = await clock_doubt._newest(db)
    assert found is not None
    return found


async def test_an_earlier_instant_does_not_replace_the_newest(house: Service, clocks: Clocks) -> None:
    await Heart(house).beat()
    known = clocks.shown()
    clocks.jump(-SOON)

    await Heart(house).beat()

    assert await _newest(house) == known


async def test_a_database_of_an_older_version_is_known_by_what_was_said_last(service: Service, clocks: Clocks) -> None:
    await builders.case_of(service)
    clocks.jump(timedelta(days=3))
    clock.read(clocks.shown, clocks.seconds)

    await clock_doubt.begin(service.store)

    doubt = clock.doubt()
    assert doubt is not None and doubt.why is Why.PAUSE


async def test_an_empty_database_doubts_nothing(house: Service, clocks: Clocks) -> None:
    await clock_doubt.begin(house.store)

    assert clock.doubt() is None


async def test_the_coordinators_are_told_once_and_what_they_read_says_what_to_do(
    house: Service, clocks: Clocks
) -> None:
    karin = await builders.coordinator(house)
    await builders.volunteer(house)
    await Heart(house).beat()
    clocks.jump(timedelta(days=400))

    for _ in range(3):
        await Heart(house).beat()
        clocks.pass_(SOON)

    (told,) = await builders.screen(house, karin.id, Notice.CLOCK_DOUBT)
    for part in ("borde visa", "raderas ingenting", "python -m bot clock confirm"):
        assert part in told


async def test_a_second_doubt_is_told_again(house: Service, clocks: Clocks) -> None:
    karin = await builders.coordinator(house)
    for _ in range(2):
        clocks.jump(timedelta(days=400))
        await Heart(house).beat()
        clocks.jump(timedelta(days=-400))
        await Heart(house).beat()

    assert len(await builders.said_to(house, karin.id, Notice.CLOCK_DOUBT)) == 2


async def _started_after_a_pause(service: Service, clocks: Clocks, pause: timedelta) -> Staff:
    karin = await builders.coordinator(service)
    await Heart(service).beat()
    clocks.jump(pause)
    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(service.store)
    return karin


async def test_a_long_pause_is_told_with_the_time_when_deleting_begins(house: Service, clocks: Clocks) -> None:
    karin = await _started_after_a_pause(house, clocks, timedelta(days=7))
    await Heart(house).beat()
    assert await builders.said_to(house, karin.id, Notice.CLOCK_DOUBT) == [], "a witness may still agree"

    clocks.pass_(timedelta(seconds=10))
    await Heart(house).beat()

    (row,) = await builders.said_to(house, karin.id, Notice.CLOCK_DOUBT)
    begins = datetime.fromisoformat(row.params["until"])
    assert begins == clocks.shown() + timedelta(days=1) - timedelta(seconds=10)
    words = house.desk("sv")
    assert words("clock_pause_ends", when=words.day_and_time(begins, house.store.zone)) in (
        await builders.screen(house, karin.id, Notice.CLOCK_DOUBT)
    )[0].replace("\n\n", "\n")


async def test_after_a_long_pause_the_first_purge_waits_a_day_of_running(house: Service, clocks: Clocks) -> None:
    await _started_after_a_pause(house, clocks, timedelta(days=40))
    assert await _everything_runs(house) == 0
    clocks.pass_(timedelta(days=1) - SOON)
    assert await _everything_runs(house) == 0

    clocks.pass_(SOON)
    await _everything_runs(house)
    clocks.pass_(timedelta(days=1))
    done = await _everything_runs(house)

    assert done >= 1
    assert await builders.table(house, "SELECT 1 FROM timers WHERE kind = 'daily' AND done_at IS NOT NULL") != []


async def test_a_witness_who_agrees_spares_the_coordinators_the_question(house: Service, clocks: Clocks) -> None:
    karin = await _started_after_a_pause(house, clocks, timedelta(days=7))

    clock.witnessed(clocks.shown())
    clocks.pass_(timedelta(seconds=10))
    await Heart(house).beat()

    assert clock.doubt() is None
    assert await builders.said_to(house, karin.id, Notice.CLOCK_DOUBT) == []
    assert await _newest(house) == clocks.shown()


async def test_a_clock_known_to_be_wrong_is_no_better_after_a_restart(house: Service, clocks: Clocks) -> None:
    await Heart(house).beat()
    known = clocks.shown()
    clocks.jump(timedelta(days=400))
    await Heart(house).beat()

    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(house.store)

    doubt = clock.doubt()
    assert doubt is not None and doubt.why is Why.JUMPED
    assert clock.now() == known


async def test_a_confirmed_clock_is_believed_from_the_next_beat_on(service: Service, clocks: Clocks) -> None:
    await Heart(service).beat()
    clocks.jump(timedelta(days=400))
    await Heart(service).beat()

    async with service.store.work() as work:
        await clock_doubt.confirm(work)
    await Heart(service).beat()

    assert clock.doubt() is None
    assert clock.now() == clocks.shown()
    assert await builders.table(service, "SELECT 1 FROM meta WHERE name = 'clock_doubt'") == []


async def test_the_answer_to_a_doubt_that_is_over_confirms_nothing(house: Service, clocks: Clocks) -> None:
    karin = await builders.coordinator(house)
    await Heart(house).beat()
    clocks.jump(timedelta(days=400))
    await Heart(house).beat()
    (told,) = await builders.said_to(house, karin.id, Notice.CLOCK_DOUBT)
    clocks.jump(timedelta(days=-400))
    await Heart(house).beat()
    clocks.jump(timedelta(days=800))
    await Heart(house).beat()

    async with house.store.work() as work:
        with pytest.raises(Stale) as refusal:
            await clock_doubt.confirm(work, number=told.params["number"])
    await Heart(house).beat()

    assert refusal.value.code == "no_longer_valid"
    assert clock.doubt() is not None


async def test_another_process_with_a_right_clock_neither_ends_nor_repeats_the_doubt(
    service: Service, clocks: Clocks
) -> None:
    karin = await builders.coordinator(service)
    await Heart(service).beat()
    clocks.jump(timedelta(days=400))
    wrong = clock._clock.belief
    await Heart(service).beat()

    right = Clocks(clocks.shown() - timedelta(days=400))
    clock.read(right.shown, right.seconds)
    async with service.store.work() as work:
        await clock_doubt.heed(work, service.store.instance + 1)
    assert clock.doubt() is None
    clock._clock.belief = wrong
    await Heart(service).beat()

    assert clock.doubt() is not None
    assert len(await builders.said_to(service, karin.id, Notice.CLOCK_DOUBT)) == 1


async def test_the_doubt_of_a_process_that_is_gone_is_forgotten(service: Service, clocks: Clocks) -> None:
    await Heart(service).beat()
    async with service.store.work() as work:
        await work.db.execute(insert(Meta).values(name="clock_doubt", value=f"1:jumped:{service.store.instance + 1}:1"))

    await Heart(service).beat()

    assert await builders.table(service, "SELECT 1 FROM meta WHERE name = 'clock_doubt'") == []


async def test_what_cannot_be_undone_is_refused_on_the_command_line(clocks: Clocks) -> None:
    clock_doubt.require_none()
    clocks.jump(timedelta(days=400))

    with pytest.raises(ClockInDoubt) as refusal:
        clock_doubt.require_none()

    assert refusal.value.code == "clock_in_doubt"


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=2)])
async def test_what_comes_every_day_does_not_wait_for_a_time_far_ahead(
    service: Service, clocks: Clocks, ahead: timedelta
) -> None:
    await Rounds(service)._arm_regular()
    regular = sorted(await _armed(service))
    async with service.store.work() as work:
        await work.db.execute(update(Timer).values(due_at=clocks.shown() + ahead))

    await Rounds(service)._arm_regular()

    assert sorted(await _armed(service)) == regular


async def test_a_regular_time_that_is_due_is_not_put_off(house: Service, clocks: Clocks) -> None:
    await Rounds(house)._arm_regular()
    async with house.store.work() as work:
        await work.db.execute(update(Timer).values(due_at=work.now - SOON))

    await Rounds(house)._arm_regular()

    assert await _armed(house) == [clocks.shown() - SOON] * 2


async def test_what_a_clock_that_started_ahead_has_written_is_brought_back_to_now(
    service: Service, clocks: Clocks
) -> None:
    amina = await builders.volunteer(service)
    await Heart(service).beat()
    clocks.jump(timedelta(days=400))
    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(service.store)
    await Heart(service).beat()
    later = await builders.shift(service, amina)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    undecided = await builders.newcomer_on_web(service)
    await undecided.does(Said("Jag undrar"))
    async with service.store.work() as work:
        await login_links.make_link(work, amina.id, LinkPurpose.DESK)

    clocks.jump(timedelta(days=-400))
    clocks.pass_(TWELVE_SECONDS)
    await Heart(service).beat()

    latest = clocks.shown() + timedelta(days=8)
    for table, column in PAST:
        kinds = "AND kind IN ('answer', 'draft_expires')" if table == "timers" else ""
        ahead = await builders.table(service, f"SELECT {column} FROM {table} WHERE {column} > '{latest}' {kinds}")
        assert ahead == [], (table, column)
    (shift,) = await builders.table(service, "SELECT starts_at FROM shifts WHERE id = :id", id=later)
    assert str(shift.starts_at) > str(clocks.shown() + timedelta(days=300)), "a shift may lie ahead"


async def test_what_lies_ahead_for_a_good_reason_stays(service: Service, clocks: Clocks) -> None:
    amina = await builders.volunteer(service)
    await builders.shift(service, amina, starts_at=clocks.shown() + timedelta(days=60))
    async with service.store.work() as work:
        await login_links.make_link(work, amina.id, LinkPurpose.DESK, lives=login_links.INVITE_LIVES)
        await login_links.make_link(work, amina.id, LinkPurpose.TRIAL, lives=timedelta(days=365))
        await work.remind(TimerKind.ANSWER, 1, work.now + timedelta(hours=168))
    columns = (
        "SELECT due_at FROM timers UNION ALL SELECT expires_at FROM login_links UNION SELECT starts_at FROM shifts"
    )
    before = sorted(await builders.table(service, columns))

    await times_to_come.bring_back(service.store)

    assert sorted(await builders.table(service, columns)) == before


# What waits to be said


async def _waiting(service: Service, postbox: Postbox) -> Row:
    """One row whose first try has failed: that a chat is linked is said there. Its menu is no matter here."""
    await builders.coordinator(service, chat_id=77)
    async with service.store.work() as work:
        await work.db.execute(text("DELETE FROM outbox WHERE kind = 'menu'"))
    postbox.outcomes = [TryAgain()]
    assert await delivery_of(service, postbox).deliver_one()
    return await builders.one(service, "SELECT * FROM outbox")


@pytest.mark.parametrize("jump", [-timedelta(hours=1), *JUMPS])
async def test_a_send_that_failed_before_a_jump_is_tried_again_in_seconds(
    service: Service, clocks: Clocks, jump: timedelta
) -> None:
    postbox = Postbox()
    await _waiting(service, postbox)

    clocks.jump(jump)
    clocks.pass_(timedelta(seconds=5))

    assert await delivery_of(service, postbox).deliver_one()


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(hours=26)])
async def test_a_send_that_failed_on_a_clock_that_started_ahead_is_tried_again_when_it_is_right(
    service: Service, clocks: Clocks, ahead: timedelta
) -> None:
    postbox = Postbox()
    await Heart(service).beat()
    clocks.jump(ahead)
    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(service.store)
    await _waiting(service, postbox)

    clocks.jump(-ahead)

    assert await delivery_of(service, postbox).deliver_one()


async def test_what_is_asked_to_wait_waits(house: Service, clocks: Clocks) -> None:
    postbox = Postbox()
    await _waiting(house, postbox)
    postbox.outcomes = [TryAgain(after_seconds=3600)]
    clocks.pass_(timedelta(seconds=5))
    assert await delivery_of(house, postbox).deliver_one()

    clocks.pass_(timedelta(seconds=3599))
    assert not await delivery_of(house, postbox).deliver_one()
    clocks.pass_(timedelta(seconds=1))

    assert await delivery_of(house, postbox).deliver_one()


async def test_a_row_of_a_process_two_minutes_ahead_is_sent_at_once(service: Service, clocks: Clocks) -> None:
    await builders.coordinator(service, chat_id=77)

    clocks.jump(timedelta(minutes=-2))

    assert await delivery_of(service, Postbox()).deliver_one()


async def test_nothing_is_given_up_for_its_age_during_a_doubt(house: Service, clocks: Clocks) -> None:
    postbox = Postbox()
    await Heart(house).beat()
    await _waiting(house, postbox)
    clocks.jump(timedelta(days=400))
    clock.read(clocks.shown, clocks.seconds)
    await clock_doubt.begin(house.store)
    postbox.outcomes = [TryAgain()]

    assert await delivery_of(house, postbox).deliver_one()

    row = await builders.one(house, "SELECT state, failure FROM outbox")
    assert (row.state, row.failure) == ("due", None)


async def test_what_is_too_old_is_given_up_when_the_clock_is_believed(house: Service, clocks: Clocks) -> None:
    postbox = Postbox()
    await _waiting(house, postbox)
    clocks.pass_(timedelta(hours=23))
    clock.now()
    clocks.pass_(timedelta(hours=2))
    postbox.outcomes = [Unreachable("refused")]

    assert await delivery_of(house, postbox).deliver_one()

    row = await builders.one(house, "SELECT state, failure FROM outbox")
    assert (row.state, row.failure) == ("failed", "expired")


async def test_every_row_says_when_its_due_time_was_decided(house: Service, clocks: Clocks) -> None:
    postbox = Postbox()
    await _waiting(house, postbox)

    async with house.store.look() as db:
        row = (await db.execute(select(Outbox.due_at, Outbox.timed_at))).one()
    assert row.timed_at == clocks.shown() < row.due_at
