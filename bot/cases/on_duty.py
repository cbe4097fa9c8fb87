"""Somebody of the staff comes to work, or leaves it: what waits is theirs to take, or another's.

Who is present is written in `bot/roster/presence.py`. It must not decide who may claim, nor say what a shift's start
says (`shift_starts.py`).
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.cases import queue, shift_starts
from bot.cases.texts_duty import OnDuty
from bot.engine import bells
from bot.engine.work import Work
from bot.people.standing import standing_of
from bot.roster import presence
from bot.roster.presence import Came
from models.shift import ONLINE


async def acted(work: Work) -> None:
    """Whoever of the staff acts is present on their shift that runs or begins soon. One statement, mostly."""
    await _came(work, await presence.acted(work))


async def here(work: Work) -> Sequence[Came]:
    """The acting volunteer is there, also after having gone off duty. Empty, if no shift of theirs is near.

    Raises:
        NotFound: nobody of the staff acts.
    """
    came = await presence.come(work, work.staff.id)
    await _came(work, came)
    return came


async def here_for(work: Work, hours: int) -> Came:
    """The acting volunteer is there for so many hours, without a shift.

    Raises:
        NotFound: nobody of the staff acts.
        MayNotClaim: they are new, trainees or away.
    """
    stands = (await standing_of(work.db, [work.staff.id]))[work.staff.id]
    bar = stands.bar_to_claim(work.today)
    if bar is not None:
        raise bar
    came = await presence.come_until(work, work.staff.id, work.now + timedelta(hours=hours))
    await _came(work, [came])
    return came


async def shown(work: Work) -> OnDuty | None:
    """Until when the acting volunteer is there, and how many wait; None if they are not.

    Raises:
        NotFound: nobody of the staff acts.
    """
    stay = await presence.stay_of(work.db, work.staff.id, work.now)
    if not stay:
        return None
    begins = stay[0].began_at if stay[0].began_at > work.now else None
    ends = max(duty.ends_at for duty in stay)
    return OnDuty(ends_at=ends, begins_at=begins, count=len(await queue.waiting(work.db)))


async def gone(work: Work) -> bool:
    """The acting volunteer is there no more, and whoever was promised an answer by them hears of another time. Whether
    they were there, or expected.

    Raises:
        NotFound: nobody of the staff acts.
    """
    left = await presence.go(work, work.staff.id)
    if left:
        work.ring(bells.DESK)
        await shift_starts.unstaffed(work, ONLINE)
    return left


async def _came(work: Work, came: Sequence[Came]) -> None:
    """They have a card for each case that waits; who waits without knowing until when will be told."""
    now_there = [duty for duty in came if duty.began_at <= work.now]
    if came:
        work.ring(bells.DESK)
    if now_there:
        await shift_starts.joined_running(work, now_there[0].person_id)
        await shift_starts.staffed(work, ONLINE)
