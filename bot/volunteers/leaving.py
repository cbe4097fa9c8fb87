"""A volunteer's access ends: nothing of theirs opens any more, what they had in hand goes back to the queue, and what
they were signed up for lacks somebody. For now, or for good: then nothing says any more who they were.

A coordinator ends it, or the command line, where nobody of ours acts; or they themself, for good.
"""

from typing import NamedTuple

from sqlalchemy import delete, select, update

from bot.cases import cases, drafts, hand_over_ends
from bot.engine import bells
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people import access, in_chat, names, people
from bot.roster import presence, signing
from bot.shifts import gone
from bot.volunteers import roles
from bot.volunteers.texts_own import LeaveAsk
from bot.volunteers.texts_people import VolunteerLeft
from bot.volunteers.told import volunteer
from models.base import table_of
from models.case import HeldLine
from models.people import Address, Channel, LoginLink, Person, Role, WebLogin
from models.volunteer import Onboarding, VolunteerProfile

_PEOPLE, _ADDRESSES, _HELD = table_of(Person), table_of(Address), table_of(HeldLine)
_LOGINS, _LINKS = table_of(WebLogin), table_of(LoginLink)
_PROFILES, _STEPS = table_of(VolunteerProfile), table_of(Onboarding)


class Ended(NamedTuple):
    """An access that has ended: how many cases went back, how many shifts ahead lack somebody."""

    freed: int
    given_up: int


async def end_access(work: Work, person_id: int) -> Ended:
    """As `disable_staff`, by a coordinator's word.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or they have left; or it is the acting coordinator themself.
    """
    await _require_other(work, person_id)
    return await _end(work, person_id)


async def leave_for_good(work: Work, person_id: int) -> Ended:
    """Access has ended, and nothing is kept that says who they were: no name, no language, no profile. What they did
    stays in the totals, under no name; the hours they worked too.

    Raises: as `end_access`.
    """
    return await _erase(work, person_id, await end_access(work, person_id))


async def leave_by_oneself(work: Work) -> Ended:
    """As `leave_for_good`, of whoever acts, by their own word; the coordinators know.

    Raises:
        NotFound: nobody of the staff acts.
        BadInput: there would be no coordinator left.
    """
    me = work.staff
    await roles.hold_coordinators(work)
    await _require_a_coordinator_left(work, me.id)
    alias = await names.name_of(work.db, work.seal, me.id) or "?"
    left = await _erase(work, me.id, await _end(work, me.id))
    told = VolunteerLeft(alias=alias, freed=left.freed, given_up=left.given_up, by_oneself=True)
    await people.tell_coordinators(work, told)
    return left


async def ask_oneself(work: Work) -> LeaveAsk:
    """What would happen if whoever acts left; nothing has.

    Raises:
        NotFound: nobody of the staff acts.
        BadInput: there would be no coordinator left.
    """
    me = work.staff
    await _require_a_coordinator_left(work, me.id)
    in_hand = len(await cases.cases_of(work.db, me.id))
    theirs = (await signing.shifts_of(work, [me.id], since=work.now)).get(me.id, [])
    return LeaveAsk(cases=in_hand, shifts=len([one for one in theirs if one.starts_at > work.now]))


async def _require_a_coordinator_left(work: Work, person_id: int) -> None:
    if (await volunteer(work.db, work.seal, person_id)).role == Role.COORDINATOR:
        await roles.require_another(work, person_id)


async def _erase(work: Work, person_id: int, ended: Ended) -> Ended:
    """Nothing says any more who this was, whose access has ended."""
    nobody = names.erased_columns() | {"shows_alias": False, "speaks": [], "language": None}
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(**nobody))
    for table, column in ((_PROFILES, "person_id"), (_STEPS, "person_id"), (_ADDRESSES, "person_id")):
        await work.db.execute(delete(table).where(table.c[column] == person_id))
    await work.leave_no_trace()
    return ended


async def give_access(work: Work, person_id: int) -> None:
    """As `enable_staff`, by a coordinator's word.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or they have left for good.
    """
    work.require_publisher()
    await volunteer(work.db, work.seal, person_id)
    await enable_staff(work, person_id)


async def _require_other(work: Work, person_id: int) -> None:
    work.require_publisher()
    await volunteer(work.db, work.seal, person_id)
    if work.actor is None:  # whoever runs the server can add a coordinator, and must be able to shut out a lost phone
        return
    if work.actor.id == person_id:
        raise BadInput("not_yourself")
    await roles.hold_coordinators(work)
    await _require_a_coordinator_left(work, person_id)


async def disable_staff(work: Work, person_id: int) -> int:
    """Access has ended: logins, sockets, links, drafts and the Telegram lane are gone, open cases are queued again, and
    what stands in the chat from the last 48 hours is on its way out of it.

    Returns how many cases went back. The name stays until they have left for good. Shifts ahead are given up.
    """
    return (await _end(work, person_id)).freed


async def _end(work: Work, person_id: int) -> Ended:
    await hand_over_ends.receiver_gone(work, person_id)  # before their row is held: who accepts takes both so
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(enabled=False))
    freed = await free_cases_of(work, person_id, reason="disabled")  # first: what is deleted below comes after its lock
    await presence.end_all(work, person_id)
    given_up = await gone.leave_all(work, person_id)
    await work.db.execute(delete(_LOGINS).where(_LOGINS.c.person_id == person_id))
    await work.db.execute(delete(_LINKS).where(_LINKS.c.person_id == person_id))
    await drafts.forget_of(work, person_id)
    chat = _ADDRESSES.c.person_id == person_id, _ADDRESSES.c.channel == Channel.TELEGRAM
    for address_id in (await work.db.execute(select(_ADDRESSES.c.id).where(*chat))).scalars().all():
        await in_chat.part_with(work, address_id)
    await work.db.execute(delete(_HELD).where(_HELD.c.person_id == person_id))
    await work.leave_no_trace()
    work.ring(bells.LOGINS)
    return Ended(freed, given_up)


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
