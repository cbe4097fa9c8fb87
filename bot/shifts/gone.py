"""Somebody's access has ended: they are on no shift ahead any more, and the coordinators know which places are open.

It must not end anybody's access: `bot/volunteers/leaving.py` does.
"""

from bot.engine.work import Work
from bot.people import names, people
from bot.roster import signing
from bot.shifts import seen, standing_signups, taking
from bot.shifts.texts import News, ShiftNews
from models.staffing import ShiftVerb


async def leave_all(work: Work, person_id: int) -> int:
    """Every shift ahead is without them, their places are open, and trainees who would be alone are off it too. Returns
    how many there were."""
    await standing_signups.end_all(work, person_id)
    ahead = (await signing.shifts_of(work, [person_id], since=work.now)).get(person_id, [])
    alias = await names.name_of(work.db, work.seal, person_id)
    for each in ahead:
        taken = await signing.take_off(work, each.shift, person_id, ShiftVerb.GONE)
        await signing.open_place(work, each.shift, person_id)
        await taking.taken_off(work, taken)
        shown = await seen.seen_one(work, taken.shift, with_cover=True)
        await people.tell_coordinators(work, ShiftNews(news=News.GONE, shift=shown, alias=alias))
    return len(ahead)
