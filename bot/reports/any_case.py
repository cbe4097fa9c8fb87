"""Any one case as a coordinator sees it, and who may be given it: numbers, times and names, never words.

It only reads. What she does with it is in `bot/cases/reassigning.py` and `bot/cases/blocking.py`.
"""

from typing import Literal

from bot.engine.errors import NotOpen
from bot.engine.work import Work
from bot.people import access, names, standing
from bot.people.access import CaseRow
from bot.reports.texts_overview import AnyCase, CaseSeen, WhoMay
from bot.roster.staffing import present
from models.case import OPEN, CaseStatus

View = Literal["all", "who", "release", "close"]
PEOPLE_SHOWN = 12


async def shown(work: Work, case_id: int, *, view: View = "all") -> AnyCase:
    """The case, with what can be done with it, or with what is asked before something is.

    Raises:
        NotFound: no coordinator acts, or there is no such case.
        NotOpen: what is asked cannot be done with it any more.
    """
    case = await access.any_case(work.db, work.actor, case_id)
    if view == "release" and case.status != CaseStatus.CLAIMED:
        raise NotOpen("case_not_claimed", code=case.code)
    if view in ("who", "close") and case.status not in OPEN:
        raise NotOpen(code=case.code)
    them = await who_may(work, case.id) if view == "who" else []
    return AnyCase(told=await _seen(work, case), view=view, them=tuple(them[:PEOPLE_SHOWN]))


async def done(
    work: Work, case: CaseRow, view: Literal["given", "released", "closed"], *, given: str | None = None
) -> AnyCase:
    """The case as it is after that was done with it."""
    return AnyCase(told=await _seen(work, case), view=view, given=given)


async def who_may(work: Work, case_id: int) -> list[WhoMay]:
    """Everybody who may be given the case and has it not: those on shift first, then who speaks its language.

    Raises:
        NotFound: no coordinator acts, or there is no such case.
    """
    case = await access.any_case(work.db, work.actor, case_id)
    stands = {one.person_id: one for one in await standing.staff_standing(work.db) if one.may_claim_on(work.today)}
    here = {one.id for one in await present(work.db, work.now, work.zone)}
    called = await names.names_of(work.db, work.seal, set(stands))
    holder = case.volunteer_id if case.status == CaseStatus.CLAIMED else None
    them = [
        WhoMay(person=one, alias=called.get(one, "?"), here=one in here, speaks=case.language in stand.speaks)
        for one, stand in stands.items()
        if one != holder
    ]
    return sorted(them, key=lambda one: (not one.here, not one.speaks, names.folded(one.alias)))


async def _seen(work: Work, case: CaseRow) -> CaseSeen:
    return CaseSeen.of(case, await names.name_of(work.db, work.seal, case.volunteer_id))
