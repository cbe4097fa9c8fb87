"""Ten minutes after the start: who has given no sign is asked, the coordinators know, nobody is promised by them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.cases import on_duty
from bot.engine import clock
from bot.roster import shifts
from bot.roster.staffing import SHIFTS
from bot.service import Service
from bot.shifts import coverage, taking
from models.notice import Notice
from models.staffing import Grade, ShiftVerb
from tests import builders
from tests.builders import Staff

START = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)  # six in the evening in Lund
MINUTE = timedelta(minutes=1)
MISSED = Notice.LATE, Notice.PROMISE_MOVED


async def two_planned(service: Service) -> tuple[Staff, Staff, Staff, int]:
    """Karin coordinates; Amina and Bo are signed up for a shift that begins at START; it is an hour before."""
    clock.freeze(START - timedelta(hours=1))
    karin = await builders.coordinator(service)
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    return karin, amina, bo, await builders.shift(service, amina, bo, starts_at=START, lasts=timedelta(hours=3))


async def at(service: Service, minutes: float) -> None:
    clock.freeze(START + minutes * MINUTE)
    await builders.do_all_due(service)


async def acts(service: Service, staff: Staff) -> None:
    async with builders.acting(service, staff):
        pass


async def test_who_gives_no_sign_is_asked_once_and_the_coordinators_read_who(service: Service) -> None:
    karin, amina, bo, shift = await two_planned(service)
    await at(service, 0)
    await at(service, 5)
    await acts(service, bo)
    await at(service, 9.9)
    assert await builders.said_to(service, amina.id, Notice.ARE_YOU_HERE) == []

    await at(service, 10)
    await at(service, 11)

    [asked] = await builders.screen(service, amina.id, Notice.ARE_YOU_HERE)
    assert asked == (
        "Ditt pass har börjat: tis 1/12 18–21 online. Är du här?\n"
        "Tills du svarar får du inga nya ärenden, och ingen räknar med dig."
    )
    [row] = await builders.said_to(service, amina.id, Notice.ARE_YOU_HERE)
    assert row.params["shift"]["shift"] == shift
    assert await builders.screen(service, karin.id, Notice.SHIFT_ABSENT) == [
        "Inget livstecken från \u2068Amina\u2069, vars pass har börjat: tis 1/12 18–21 online.\n"
        "Är här: \u2068Bo\u2069.\n"
        "De räknas inte förrän de hör av sig, och platsen visas som ledig."
    ]
    assert await builders.said_to(service, bo.id, Notice.ARE_YOU_HERE) == []


async def test_the_place_is_shown_as_open_until_they_act(service: Service) -> None:
    karin, amina, bo, shift = await two_planned(service)
    await at(service, 0)
    await acts(service, bo)
    await at(service, 10)

    async def grade() -> tuple[Grade, tuple[str, ...]]:
        async with builders.acting(service, karin) as work:
            shown = (await coverage.shown(work, shift)).shift
            assert shown.cover is not None
            return shown.cover.grade, shown.volunteers

    assert await grade() == (Grade.AMBER, ("Bo",))
    await acts(service, amina)
    assert await grade() == (Grade.GREEN, ("Amina", "Bo"))


async def test_what_was_promised_from_the_shift_is_promised_anew_when_nobody_comes(service: Service) -> None:
    _, amina, bo, _ = await two_planned(service)
    later = await builders.shift(service, amina, starts_at=START + timedelta(hours=16))
    asker = await builders.case_of(service)
    [receipt] = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert (receipt.params["promise"], receipt.params["at"]) == ("later", "2026-12-01T17:00:00Z")
    assert later

    await at(service, 0)
    await at(service, 10)
    await at(service, 10)

    [moved] = await builders.said_to(service, asker.id, Notice.PROMISE_MOVED)
    assert (moved.params["promise"], moved.params["at"]) == ("later", "2026-12-02T09:00:00Z")
    assert bo


async def test_with_one_who_is_there_what_was_promised_stands_and_is_late_once(service: Service) -> None:
    """ "Those who were to answer cannot come" would not be true."""
    _, amina, bo, _ = await two_planned(service)
    askers = [await builders.case_of(service) for _ in range(2)]
    await at(service, 0)
    await acts(service, bo)

    told = []
    for minutes in (10, 14.9, 15):
        await at(service, minutes)
        told.append([len(await builders.said_to(service, one.id, *MISSED)) for one in askers])

    assert told == [[0, 0], [0, 0], [1, 1]]
    assert [await builders.said_to(service, one.id, Notice.PROMISE_MOVED) for one in askers] == [[], []]
    assert len(await builders.said_to(service, amina.id, Notice.ARE_YOU_HERE)) == 1


async def test_during_the_first_minutes_the_start_is_promised_and_afterwards_the_next_shift(service: Service) -> None:
    _, amina, *_ = await two_planned(service)
    await builders.shift(service, amina, starts_at=START + timedelta(hours=16))
    told = []
    for minutes in (9, 11):
        await at(service, minutes)
        asker = await builders.case_of(service)
        [receipt] = await builders.said_to(service, asker.id, Notice.RECEIPT)
        told.append(receipt.params["at"])

    assert told == ["2026-12-01T17:00:00Z", "2026-12-02T09:00:00Z"]


async def test_nobody_is_missing_who_went_off_duty_or_came_a_moment_ago_nor_where_nobody_was_planned(
    service: Service,
) -> None:
    karin, amina, bo, _ = await two_planned(service)
    await builders.shift(service, starts_at=START)
    async with builders.acting(service, amina) as work:
        await on_duty.gone(work)
    clock.freeze(START)
    async with builders.acting(service, amina) as work:
        await on_duty.gone(work)
    await at(service, 9.9)
    await acts(service, bo)

    await at(service, 10)

    for one in (karin, amina, bo):
        assert await builders.said_to(service, one.id, Notice.ARE_YOU_HERE, Notice.SHIFT_ABSENT) == []


async def test_who_is_put_on_a_running_shift_has_ten_minutes_from_then(service: Service) -> None:
    karin, _, _, shift = await two_planned(service)
    async with service.store.work() as work:
        await work.db.execute(update(SHIFTS).where(SHIFTS.c.id == shift).values(needed=3))
    await at(service, 0)
    await at(service, 60)
    cia = await builders.volunteer(service, "Cia", on_shift=False)
    await builders.case_of(service)
    clock.freeze(START + 60 * MINUTE)
    async with builders.acting(service, karin) as work:
        await taking.put(work, shift, cia.id, ShiftVerb.ASSIGNED, may_have_begun=True)
    assert len(await builders.said_to(service, cia.id, Notice.OFFERED)) == 1

    await at(service, 69.9)
    assert await builders.said_to(service, cia.id, Notice.ARE_YOU_HERE) == []
    await at(service, 70)
    await at(service, 71)

    assert len(await builders.said_to(service, cia.id, Notice.ARE_YOU_HERE)) == 1


async def test_a_cancelled_shift_asks_nobody(service: Service) -> None:
    karin, amina, _, shift = await two_planned(service)
    await at(service, 0)
    async with service.store.work() as work:
        await shifts.cancel_shift(work, shift)

    await at(service, 10)

    assert await builders.said_to(service, amina.id, Notice.ARE_YOU_HERE) == []
    assert await builders.said_to(service, karin.id, Notice.SHIFT_ABSENT) == []
