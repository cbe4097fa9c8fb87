"""Every timer of a case that comes a second before, at and a second after a shift's change, and what each person reads
then: on a usual day, in the hour that comes twice and where one is missing."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytest

from bot.cases import blocking, follow_ups, handing_over, keeping_cases
from bot.engine import clock
from bot.service import Service
from bot.telling.rounds import Rounds
from models.block import BlockReason, BlockSpan
from models.notice import Notice
from models.reminding import is_quiet
from tests import builders
from tests.builders import Newcomer, Staff, acting
from tests.roster.test_presence_at_the_edge import CHANGE, CHANGES, MINUTE, SECOND

OFF = pytest.mark.parametrize("off", [-1, 0, 1])


class Scene(NamedTuple):
    """Amina is there until the change, Bo's shift begins then, Dan is there all the time; Cia may be asked; Karin
    coordinates. Each asker's case has a timer that is due at `due`."""

    due: datetime
    karin: Staff
    amina: Staff
    cia: Staff
    dan: Staff
    remind: Newcomer
    widen: Newcomer
    untaken: Newcomer
    warned: Newcomer
    stalls: Newcomer
    kept: Newcomer
    offered: Newcomer


async def to(service: Service, when: datetime) -> None:
    """It is then; what was due until then came when it was due."""
    clock.freeze(when)
    await builders.do_all_due(service)


async def asks(service: Service, when: datetime, *, claimed_by: Staff | None = None) -> Newcomer:
    """Their question joins the queue, or is claimed, exactly then."""
    await to(service, when - timedelta(seconds=2 if claimed_by is None else 3))
    made = await (builders.case_of(service) if claimed_by is None else builders.claimed_case(service, claimed_by))
    assert clock.now() == when
    return made


async def scene(service: Service, change: datetime, off: int) -> Scene:
    due = change + off * SECOND
    clock.freeze(change - timedelta(hours=3))
    karin = await builders.coordinator(service)
    amina, bo, cia, dan = [
        await builders.volunteer(service, name, speaks=("sv",), on_shift=False)
        for name in ("Amina", "Bo", "Cia", "Dan")
    ]
    await builders.stands(service, cia, may_be_asked=True)
    begins = change - timedelta(hours=2)
    clock.freeze(begins)
    await builders.shift(service, amina, starts_at=begins, lasts=timedelta(hours=2))
    await builders.shift(service, bo, starts_at=change, lasts=timedelta(hours=2))
    await builders.shift(service, dan, starts_at=begins, lasts=timedelta(hours=4))
    kept = await asks(service, due - 60 * MINUTE, claimed_by=dan)
    async with acting(service, dan) as work:
        await keeping_cases.keep_case(work, case_id=kept.case_id, until=due)
    stalls = await asks(service, due - 45 * MINUTE, claimed_by=amina)
    offered = await asks(service, due - 40 * MINUTE, claimed_by=amina)
    await builders.answers(service, amina, offered)
    warned = await asks(service, due - 30 * MINUTE, claimed_by=amina)
    async with acting(service, amina) as work:
        await handing_over.offer(work, case_id=offered.case_id, note="Hon väntar på ett brev", person_id=dan.id)
    untaken = await asks(service, due - 15 * MINUTE)
    widen = await asks(service, due - 10 * MINUTE)
    remind = await asks(service, due - 5 * MINUTE)
    return Scene(due, karin, amina, cia, dan, remind, widen, untaken, warned, stalls, kept, offered)


async def reads(service: Service, staff: Staff, kind: Notice, asker: Newcomer) -> list[str]:
    """What was said to them so of this newcomer's case, as they read it; its number as "#"."""
    rows = await builders.said_to(service, staff.id, kind)
    texts = await builders.screen(service, staff.id, kind)
    about = [text for row, text in zip(rows, texts, strict=True) if row.case_id == asker.case_id]
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    return [text.replace("\u2068", "").replace("\u2069", "").replace(code, "#") for text in about]


async def newcomer_reads(service: Service, asker: Newcomer, *kinds: Notice) -> list[str]:
    """As `reads`, the first line: several cases join the queue at this instant, and their places are in no order."""
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    return [text.split("\n")[0].replace(code, "#") for text in await builders.screen(service, asker.id, *kinds)]


async def all_read(service: Service, seen: Scene) -> dict[str, list[str]]:
    """By what each timer does: what those concerned read of it."""
    return {
        "reminded": await reads(service, seen.dan, Notice.STILL_WAITS, seen.remind),
        "asked off shift": await reads(service, seen.cia, Notice.OFFERED, seen.widen),
        "nobody takes it": await reads(service, seen.karin, Notice.NOBODY_TAKES, seen.untaken),
        "late": await newcomer_reads(service, seen.untaken, Notice.LATE),
        "warned": await reads(service, seen.amina, Notice.STALL_WARNED, seen.warned),
        "went back": await reads(service, seen.amina, Notice.CASE_WENT_BACK, seen.stalls),
        "went back, newcomer": await newcomer_reads(service, seen.stalls, Notice.RELEASED),
        "kept no longer": await reads(service, seen.dan, Notice.CASE_WENT_BACK, seen.kept),
        "kept no longer, newcomer": await newcomer_reads(service, seen.kept, Notice.RELEASED),
        "not accepted": await reads(service, seen.amina, Notice.HAND_OVER_OVER, seen.offered),
    }


@CHANGE
@OFF
async def test_every_timer_of_a_case_comes_once_and_to_the_second_at_a_change(
    service: Service, change: datetime, off: int
) -> None:
    seen = await scene(service, change, off)
    await to(service, seen.due - SECOND)
    before = await all_read(service, seen)

    await to(service, seen.due)
    then = await all_read(service, seen)
    await to(service, seen.due + SECOND)
    after = await all_read(service, seen)

    assert not any(before.values()), before
    assert then == expected(service, seen, change)
    assert {what: len(texts) for what, texts in after.items()} == {what: len(texts) for what, texts in then.items()}


WENT_BACK = (
    "Ärende # har gått tillbaka till kön, eftersom besökaren inte fick svar i tid. Det du har skrivit på "
    "volontärsidan utan att skicka finns kvar där för dig i ett dygn. Ingen annan ser det."
)
RELEASED = "Ditt ärende # är tillbaka i kön. En annan rådgivare svarar dig. Du behöver inte skriva igen."


def expected(service: Service, seen: Scene, change: datetime) -> dict[str, list[str]]:
    """What everybody reads at the instant at which all of it is due."""
    zone = service.store.zone
    here = "Amina, Dan" if seen.due < change else "Dan"  # Bo has not given a sign yet
    now = f"{seen.due.astimezone(zone):%H:%M}"
    back = f"{(seen.due + 15 * MINUTE).astimezone(zone):%H:%M}"
    since = f"{(seen.due - 10 * MINUTE).astimezone(zone):%H:%M}"
    asked = (
        f"Ärende # väntar\nSvenska · Telegram\nVäntar sedan: i dag kl. {since}\n"
        "Du har inget pass nu, men ingen som har pass har tagit ärendet. Kan du?"
    )
    return {
        "reminded": ["Ärende # väntar fortfarande, sedan 5 minuter. Kan du ta det?"],
        "asked off shift": [] if is_quiet(seen.due, zone) else [asked],
        "nobody takes it": [
            f"Ärende # har väntat i 15 minuter. Ingen har tagit det.\nBesökaren lovades svar senast i dag kl. {now}.\n"
            f"Svenska · Telegram\nÄr här: {here}."
        ],
        "late": ["Förlåt att du får vänta. Ingen har kunnat svara i ärende # i tid."],
        "warned": [
            "Ärende #: besökaren har väntat på ditt svar i 30 minuter.\n"
            f"Om du inte svarar går ärendet tillbaka till kön: i dag kl. {back}."
        ],
        "went back": [WENT_BACK],
        "went back, newcomer": [RELEASED],
        "kept no longer": [WENT_BACK],
        "kept no longer, newcomer": [RELEASED],
        "not accepted": ["Ingen har tagit emot ärende # i tid. Du har det kvar."],
    }


# What comes at a time on the wall: a shift begins or ends a second before, at or after it, on the day on whose night
# the clock is changed.

EIGHT, NINE = time(8), time(9)
DUE = (
    "Dags att fråga igen i ärende #.\nSvenska\nAtt fråga: Hur gick det på mötet?\n"
    "Besökaren har inte fått veta något. Skriv om det är rätt att fråga."
)
DAYS = {
    "a usual day": "a usual noon",
    "into winter": "the hour that comes twice, first",
    "into summer": "where an hour is missing",
}
NIGHTS = pytest.mark.parametrize("change", [CHANGES[one] for one in DAYS.values()], ids=DAYS)


async def of_the_day(service: Service, change: datetime, at: time) -> datetime:
    """That time on the wall, on the day of the change."""
    zone = service.store.zone
    return clock.wall(change.astimezone(zone).date(), at, zone)


async def round_to(service: Service, when: datetime) -> None:
    await Rounds(service)._arm_regular()
    await to(service, when)


@NIGHTS
@OFF
async def test_a_case_comes_back_at_nine_to_who_is_there_then(house: Service, change: datetime, off: int) -> None:
    """Amina's shift ends a second before, at or after nine; nobody else's does."""
    nine = await of_the_day(house, change, NINE)
    clock.freeze(nine - timedelta(days=2))
    amina = await builders.volunteer(house, speaks=("sv",))
    asker = await builders.claimed_case(house, amina)
    await builders.answers(house, amina, asker)
    async with acting(house, amina) as work:
        day = nine.astimezone(house.store.zone).date()
        await follow_ups.set_day(work, case_id=asker.case_id, day=day, note="Hur gick det på mötet?")
    await round_to(house, nine - timedelta(hours=2))
    await builders.shift(house, amina, starts_at=nine - timedelta(hours=2), lasts=timedelta(hours=2, seconds=off))

    await round_to(house, nine - SECOND)
    before = await reads(house, amina, Notice.FOLLOW_UP_DUE, asker)
    await round_to(house, nine)
    await round_to(house, nine + SECOND)

    status = (await builders.case_row(asker)).status
    hers = await reads(house, amina, Notice.FOLLOW_UP_DUE, asker)
    taken = await reads(house, amina, Notice.CASE_TAKEN_BACK, asker)
    assert before == []
    assert (status, hers, taken) == (
        ("claimed", [DUE], [])
        if off == 1
        else ("queued", [], ["Du har inte ärende # längre. Du behöver inte göra något mer."])
    )
    assert await builders.said_to(house, asker.id, Notice.RELEASED, Notice.FOLLOW_UP_ASKS) == []


@NIGHTS
@OFF
async def test_a_case_waits_for_a_first_shift_that_begins_after_nine(
    house: Service, change: datetime, off: int
) -> None:
    """Amina set it; her shift, the first of the day, begins a second before, at or after nine, and she is there."""
    nine = await of_the_day(house, change, NINE)
    clock.freeze(nine - timedelta(days=2))
    amina = await builders.volunteer(house, speaks=("sv",))
    asker = await builders.claimed_case(house, amina)
    await builders.answers(house, amina, asker)
    async with acting(house, amina) as work:
        day = nine.astimezone(house.store.zone).date()
        await follow_ups.set_day(work, case_id=asker.case_id, day=day, note="Hur gick det på mötet?")
    await builders.shift(house, amina, starts_at=nine + off * SECOND, lasts=timedelta(hours=2))
    await round_to(house, nine - 10 * MINUTE)
    async with acting(house, amina):
        pass

    told = []
    for seconds in (-1, 0, 1):
        await round_to(house, nine + seconds * SECOND)
        told.append(len(await reads(house, amina, Notice.FOLLOW_UP_DUE, asker)))

    assert told == ([0, 1, 1] if off < 1 else [0, 0, 1])
    assert await reads(house, amina, Notice.FOLLOW_UP_DUE, asker) == [DUE]


@NIGHTS
@OFF
async def test_the_digest_comes_at_eight_and_says_who_is_there_then(house: Service, change: datetime, off: int) -> None:
    """Amina's shift ends a second before, at or after eight."""
    eight = await of_the_day(house, change, EIGHT)
    clock.freeze(eight - timedelta(hours=3))
    karin, amina = await builders.coordinator(house), await builders.volunteer(house, on_shift=False)
    await builders.shift(house, amina, starts_at=eight - timedelta(hours=3), lasts=timedelta(hours=3, seconds=off))
    asker = await builders.case_of(house)

    await round_to(house, eight - SECOND)
    before = await builders.screen(house, karin.id, Notice.OVERVIEW)
    await round_to(house, eight)
    await round_to(house, eight + SECOND)

    assert before == []
    [digest] = await builders.screen(house, karin.id, Notice.OVERVIEW)
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    untaken = "🔴 Rött: 1 ärende har ingen tagit, fast någon har pass. Längst: 2 timmar.\n" if off == 1 else ""
    assert digest == (
        "God morgon. Det här behöver någon se till:\n🔴 Rött: 1 besökare har inte fått svar i tid. Längst: 2 timmar.\n"
        f"{untaken}🟡 Gult: 1 ärende väntar i kön. Längst: 2 timmar.\nÄrenden:\n{code} "
        "· I kö · 2 timmar · Svenska · Telegram"
    )


@CHANGE
@pytest.mark.parametrize(("seconds", "arrives"), [(-1, False), (0, True), (1, True)])
async def test_a_block_ends_to_the_second_and_who_writes_before_reads_until_when(
    house: Service, change: datetime, seconds: int, arrives: bool
) -> None:
    clock.freeze(change - timedelta(days=1, minutes=1))
    karin, asker = await builders.coordinator(house), await builders.case_of(house)
    clock.freeze(change - timedelta(days=1))
    async with acting(house, karin) as work:
        await blocking.block(work, case_id=asker.case_id, span=BlockSpan.DAY, reason=BlockReason.SPAM)
    await builders.shift(house, await builders.volunteer(house, on_shift=False), starts_at=change)

    clock.freeze(change + seconds * SECOND)
    await asker.says("Hej igen")

    until = f"{change.astimezone(house.store.zone):%H:%M}"
    blocked = await builders.screen(house, asker.id, Notice.BLOCKED)
    assert all(f"kl. {until}" in text for text in blocked), blocked
    newest = (await builders.screen(house, asker.id))[-1]
    assert len(blocked) == 1
    opened = f"Våra rådgivare börjar svara i dag kl. {until}."
    assert newest.split("\n")[1] == (opened if arrives else f"Du kan skriva igen i dag kl. {until}.")
    status = (await builders.case_row(asker)).status
    assert status == ("queued" if arrives else "closed")
