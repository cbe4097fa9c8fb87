"""A volunteer's access ends: nothing of theirs opens any more, and what they had in hand goes back to the queue.

It must not say who may end it: the command line and the coordinators' commands do.
"""

from sqlalchemy import delete, select, update

from bot.cases import cases, drafts
from bot.engine import bells
from bot.engine.work import Work
from bot.people import access, in_chat
from bot.shifts import gone
from models.base import table_of
from models.case import HeldLine
from models.people import Address, Channel, LoginLink, Person, WebLogin

_PEOPLE, _ADDRESSES, _HELD = table_of(Person), table_of(Address), table_of(HeldLine)
_LOGINS, _LINKS = table_of(WebLogin), table_of(LoginLink)


async def disable_staff(work: Work, person_id: int) -> int:
    """Access has ended: logins, sockets, links, drafts and the Telegram lane are gone, open cases are queued again, and
    what stands in the chat from the last 48 hours is on its way out of it.

    Returns how many cases went back. The name stays in totals until the person is removed.
    """
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(enabled=False))
    freed = await free_cases_of(work, person_id, reason="disabled")  # first: what is deleted below comes after its lock
    await gone.leave_all(work, person_id)
    await work.db.execute(delete(_LOGINS).where(_LOGINS.c.person_id == person_id))
    await work.db.execute(delete(_LINKS).where(_LINKS.c.person_id == person_id))
    await drafts.forget_of(work, person_id)
    chat = _ADDRESSES.c.person_id == person_id, _ADDRESSES.c.channel == Channel.TELEGRAM
    for address_id in (await work.db.execute(select(_ADDRESSES.c.id).where(*chat))).scalars().all():
        await in_chat.part_with(work, address_id)
    await work.db.execute(delete(_HELD).where(_HELD.c.person_id == person_id))
    await work.leave_no_trace()
    work.ring(bells.LOGINS)
    return freed


async def enable_staff(work: Work, person_id: int) -> None:
    """The person has access again, at the desk until Telegram is linked anew. What was taken away is not given back."""
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(enabled=True))


async def free_cases_of(work: Work, person_id: int, *, reason: str) -> int:
    """Every case the volunteer has is queued again and its newcomer told. Returns how many."""
    # All conversations first: an act of the volunteer's locks one and then what it knows of them, never the reverse.
    locked = [await access.locked_case(work, case.id) for case in await cases.cases_of(work.db, person_id)]
    mine = [case for case in locked if case.volunteer_id == person_id]
    for case in mine:
        await cases.back_to_queue(work, case, silent=False, reason=reason)
    return len(mine)
