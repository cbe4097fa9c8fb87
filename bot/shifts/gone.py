"""Somebody cannot be on their shifts ahead any more, and the coordinators know which places are open: their access has
ended, or they are away for a while.

It must not end anybody's access (`bot/volunteers/leaving.py`) nor say that somebody is away (`profiles.py` there).
"""

from collections.abc import Iterable
from datetime import datetime

from bot.cases import shift_starts
from bot.engine.work import Work
from bot.people import names, people
from bot.roster import signing
from bot.shifts import feeds, seen, standing_signups, taking
from bot.shifts.texts import News, ShiftNews
from models.shift import ONLINE
from models.staffing import ShiftVerb, Stretch


async def leave_all(work: Work, person_id: int) -> int:
    """Every shift ahead is without them, their places are open, and trainees who would be alone are off it too; nothing
    stands under their calendar's address any more. Returns how many shifts there were.

    What has begun is theirs: it counts in the hours. But nobody is promised an answer from it by them.
    """
    await feeds.end_feed(work, person_id)
    await standing_signups.end_all(work, person_id)
    mine = (await signing.shifts_of(work, [person_id], since=work.now)).get(person_id, [])
    await shift_starts.unstaffed(work, ONLINE)
    ahead = [one for one in mine if one.starts_at > work.now]
    return await _leave(work, person_id, ahead, ShiftVerb.GONE, News.GONE)


async def leave_while_away(work: Work, person_id: int, *, since: datetime, until: datetime | None) -> int:
    """As `leave_all`, of the shifts that begin in [since, until) alone, and their calendar goes on."""
    if since <= work.now:
        await shift_starts.unstaffed(work, ONLINE)
    ahead = (await signing.shifts_of(work, [person_id], since=since)).get(person_id, [])
    then = [one for one in ahead if since <= one.starts_at and (until is None or one.starts_at < until)]
    return await _leave(work, person_id, then, ShiftVerb.CANNOT, News.PAUSED)


async def _leave(work: Work, person_id: int, those: Iterable[Stretch], verb: ShiftVerb, news: News) -> int:
    alias, count = await names.name_of(work.db, work.seal, person_id), 0
    for each in those:
        taken = await signing.take_off(work, each.shift, person_id, verb)
        await signing.open_place(work, each.shift, person_id)
        await taking.taken_off(work, taken)
        shown = await seen.seen_one(work, taken.shift, with_cover=True)
        await people.tell_other_coordinators(work, ShiftNews(news=news, shift=shown, alias=alias))
        count += 1
    return count
