"""A volunteer keeps a case for longer than it would wait for their answer: until an instant that they choose.

What happens at that instant is in `stalls.py`. It must not give a case back.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select, update

from bot.cases import stalls
from bot.engine import clock
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASES
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP
from models.buttons_cases import NEXT_SHIFT, NOON
from models.shift import ONLINE

FOR_NOW = timedelta(hours=2)
MIDDAY = time(12)
LONGEST_KEPT = timedelta(days=8)  # "my next shift" is one of these days, or somebody else had better answer


async def keep_case(work: Work, *, case_id: int, until: datetime) -> None:
    """The acting volunteer keeps the case until then, whatever shift ends; then it goes back if it still owes an
    answer, as `stalls.py` says.

    Raises:
        NotFound: not the actor's case.
        BadInput: that is past, or further away than a case may be kept.
    """
    case = await access.my_case(work, case_id)
    if not work.now < until <= work.now + LONGEST_KEPT:
        raise BadInput("keep_not_so_long")
    kept = update(CASES).where(CASES.c.id == case.id)
    await work.db.execute(kept.values(kept_until=until))
    await stalls.watch(work, case._replace(kept_until=until))


async def keep_as_pressed(work: Work, *, case_id: int, code: str) -> datetime:
    """As `keep_case`, until what a button's code means now. Returns until when.

    Raises: as `keep_case`.
    """
    until = await until_of(work, code)
    await keep_case(work, case_id=case_id, until=until)
    return until


async def until_of(work: Work, code: str) -> datetime:
    """Until when somebody keeps a case who presses the button with this code now. The next shift counts with the time
    that a claim has on it.

    Raises:
        BadInput: they are on no shift of the next days.
    """
    if code == NOON:
        return clock.wall(work.today + timedelta(days=1), MIDDAY, work.zone)
    if code != NEXT_SHIFT:
        return work.now + FOR_NOW
    mine = select(func.min(SHIFTS.c.starts_at)).select_from(SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id))
    ahead = SIGNED_UP.c.person_id == work.staff.id, SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at > work.now
    starts_at: datetime | None = (await work.db.execute(mine.where(*ahead))).scalar_one_or_none()
    answered_by = starts_at and starts_at + timedelta(minutes=work.settings.stall_minutes)
    if answered_by is None or answered_by > work.now + LONGEST_KEPT:
        raise BadInput("keep_no_shift")
    return answered_by
