"""What staff are shown of the queue, and who could take a case of it. Reads only."""

from bot.cases import queue
from bot.cases.texts_duty import CaseWaits, QueueShown, Taker, WhoIsHere
from bot.cases.told import told_of
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.people import names
from bot.people.standing import staff_standing
from bot.roster.staffing import how_many_missing, present

ON_A_SCREEN = 6
MOST_TAKERS = 8


async def page(work: Work, number: int) -> QueueShown:
    """A page of what waits, in the order in which it is to be answered.

    Raises:
        NotFound: nobody of the staff acts.
    """
    me = work.staff.id
    waiting = await queue.waiting(work.db)
    begins = number * ON_A_SCREEN if number * ON_A_SCREEN < len(waiting) else 0
    shown = waiting[begins : begins + ON_A_SCREEN]
    more = len(waiting) > begins + ON_A_SCREEN
    return QueueShown(
        cases=tuple(CaseWaits(**told_of(one), since=one.waiting_since or one.opened_at) for one in shown),
        count=len(waiting), missing=await how_many_missing(work.db, work.now),
        first=begins + 1, next_page=begins // ON_A_SCREEN + 1 if more else None,
        is_off=me not in [one.id for one in await queue.volunteers_on_shift(work)],
    )  # fmt: skip


async def who_is_here(work: Work, case_id: int) -> WhoIsHere:
    """Who could take this waiting case: those who are there, and who may be asked; with its language first.

    Raises:
        NotFound: no coordinator acts.
        Stale: it does not wait any more.
    """
    me = work.coordinator.id
    case = next((one for one in await queue.waiting(work.db) if one.id == case_id), None)
    if case is None:
        raise Stale
    here = [one.id for one in await present(work.db, work.now, work.zone)]
    stand = [one for one in await staff_standing(work.db) if one.may_claim_on(work.today) and one.person_id != me]
    could = [one for one in stand if one.person_id in here or one.may_be_asked]
    could.sort(key=lambda one: (one.person_id not in here, case.language not in one.speaks, one.person_id))
    called = await names.names_of(work.db, work.seal, [one.person_id for one in could])
    takers = [
        Taker(person=one.person_id, alias=called.get(one.person_id, "?"), is_here=one.person_id in here)
        for one in could[:MOST_TAKERS]
    ]
    return WhoIsHere(**told_of(case), takers=tuple(takers))
