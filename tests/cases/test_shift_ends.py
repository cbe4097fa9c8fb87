"""A shift's end: who still owes an answer is asked, keeps the case by one press, or it is back in the queue."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.cases import on_duty, shift_ends
from bot.engine import clock
from bot.people.access import CASES
from bot.service import Service
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
END = START + timedelta(hours=8)


async def with_a_case(service: Service, *, answered: bool = False) -> tuple[Staff, Newcomer]:
    """Amina is there until END, and took a case half an hour before."""
    clock.freeze(START)
    amina = await builders.volunteer(service, on_shift=False)
    await builders.shift(service, amina, starts_at=START)
    clock.freeze(END - 30 * MINUTE)
    asker = await builders.claimed_case(service, amina)
    if answered:
        await builders.answers(service, amina, asker)
    return amina, asker


async def at(service: Service, when: datetime) -> None:
    clock.freeze(when)
    await builders.do_all_due(service)


async def status(asker: Newcomer) -> str:
    return str((await builders.case_row(asker)).status)


async def test_what_nobody_keeps_is_back_in_the_queue_a_quarter_of_an_hour_later(service: Service) -> None:
    amina, asker = await with_a_case(service)
    await at(service, END - timedelta(seconds=1))
    assert await builders.said_to(service, amina.id, Notice.SHIFT_LEAVES) == []
    await at(service, END)
    await at(service, END + timedelta(seconds=1))
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    assert await builders.screen(service, amina.id, Notice.SHIFT_LEAVES) == [
        f"Ditt pass är slut. Ärende {code} har väntat på ditt svar i 29 minuter. Behåller du det?\n"
        "Svenska · Telegram\nAnnars går det tillbaka till kön om 15 minuter."
    ]
    await at(service, END + 15 * MINUTE - timedelta(seconds=1))
    assert await status(asker) == "claimed"

    await at(service, END + 15 * MINUTE)

    assert await status(asker) == "queued"
    assert len(await builders.said_to(service, asker.id, Notice.RELEASED)) == 1
    assert await builders.screen(service, amina.id, Notice.SHIFT_RETURNED) == [
        f"Ärende {code} väntar i kön igen, eftersom ditt pass är slut. "
        "Det du skrev och inte skickade finns kvar hos dig."
    ]


async def test_a_case_that_owes_nothing_stays(service: Service) -> None:
    amina, asker = await with_a_case(service, answered=True)

    await at(service, END)
    await at(service, END + 15 * MINUTE)

    assert await status(asker) == "claimed"
    assert await builders.said_to(service, amina.id, Notice.SHIFT_LEAVES) == []


async def test_a_kept_case_stays(service: Service) -> None:
    _, asker = await with_a_case(service)
    await at(service, END)
    async with service.store.work() as work:
        until = END + timedelta(hours=2)
        await work.db.execute(update(CASES).where(CASES.c.id == asker.case_id).values(kept_until=until))

    await at(service, END + 15 * MINUTE)

    assert await status(asker) == "claimed"


async def test_who_has_the_next_shift_or_comes_back_is_not_asked_and_keeps_it(service: Service) -> None:
    amina, asker = await with_a_case(service, answered=True)
    builders.a_second_later()
    await asker.says("Och en sak till")
    await builders.shift(service, amina, starts_at=END, lasts=timedelta(hours=2))
    await at(service, END)
    assert await builders.said_to(service, amina.id, Notice.SHIFT_LEAVES) == []
    await at(service, END + timedelta(hours=2))
    assert len(await builders.said_to(service, amina.id, Notice.SHIFT_LEAVES)) == 1
    async with builders.acting(service, amina) as work:
        await on_duty.here_for(work, 1)

    await at(service, END + timedelta(hours=2, minutes=15))

    assert await status(asker) == "claimed"


async def test_who_goes_off_duty_early_is_asked_then(service: Service) -> None:
    amina, asker = await with_a_case(service)
    async with builders.acting(service, amina) as work:
        assert await on_duty.gone(work)
        assert await shift_ends.ask(work, amina.id) == 1

    clock.move(15 * MINUTE)
    await builders.do_all_due(service)

    assert await status(asker) == "queued"


async def test_words_that_come_after_the_shift_send_nothing_back_that_was_not_asked_about(service: Service) -> None:
    amina, asker = await with_a_case(service, answered=True)
    other = await builders.claimed_case(service, amina, "En annan sak")
    await at(service, END)
    clock.move(5 * MINUTE)
    await asker.says("Tack, men hur?")

    await at(service, END + 15 * MINUTE)

    assert (await status(asker), await status(other)) == ("claimed", "queued")
