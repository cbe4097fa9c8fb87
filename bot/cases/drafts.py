"""What a volunteer has typed at the desk for a case and not sent: one sealed draft for each volunteer and case.

Nobody but its volunteer ever reads it. It dies with the case's words, when it is sent or thrown away, a day after the
case has left its volunteer, and when the volunteer's access ends. It must not send anything.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from bot.engine.db import Db
from bot.engine.errors import BadInput, NotFound
from bot.engine.rows import columns, only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import access
from bot.people.access import Loss
from models.base import UtcDateTime, new_id, table_of
from models.case import DeskDraft
from models.follow_up import FollowUp
from models.handing_over import CaseNote, HandOver
from models.people import Person

# Five times what can be sent: a text that is refused for its length must not be lost for it.
MOST_KEPT = 60_000
_DRAFTS, _PEOPLE = table_of(DeskDraft), table_of(Person)
_TYPED = (_DRAFTS, table_of(CaseNote), table_of(HandOver), table_of(FollowUp))
_ERASE = [delete(table).where(table.c.case_id.in_(bindparam("cases", expanding=True))) for table in _TYPED]
_OF_CASE = _DRAFTS.c.case_id == bindparam("case")
_MINE = _OF_CASE & (_DRAFTS.c.person_id == bindparam("person"))
_DISCARD = delete(_DRAFTS).where(_MINE)
_LEFT = update(_DRAFTS).where(_OF_CASE, _DRAFTS.c.lost_at.is_(None))
_BACK = update(_DRAFTS).where(_MINE, _DRAFTS.c.lost_at > bindparam("since", type_=UtcDateTime)).values(lost_at=None)


class _Draft(NamedTuple):
    id: int
    words: bytes
    lost_at: datetime | None


_THE_DRAFT = select(*columns(_Draft, _DRAFTS)).where(_MINE)


async def keep(work: Work, *, case_id: int, text: str) -> None:
    """The acting volunteer's draft for the case reads so; a blank one is none.

    Of a case that has left them less than a day ago too, so that their last words are not lost with it.

    Raises:
        NotFound: not the actor's case, nor lately; or its newcomer has erased it.
        BadInput: longer than anybody types.
    """
    lost_at = await _lost_at(work, case_id)
    await _require_enabled(work)
    if len(text) > MOST_KEPT:
        raise BadInput("too_long", most=MOST_KEPT)
    if not text.strip():
        return await discard(work, case_id=case_id)
    row = await _mine(work.db, work.staff.id, case_id)
    draft_id = row.id if row else new_id()
    values = {"words": _sealed(work.seal, text, draft_id), "saved_at": work.now, "lost_at": lost_at}
    if row is not None:
        await work.db.execute(update(_DRAFTS).where(_DRAFTS.c.id == draft_id).values(**values))
    else:
        await work.db.execute(_DRAFTS.insert().values(id=draft_id, person_id=work.staff.id, case_id=case_id, **values))
    return None


async def discard(work: Work, *, case_id: int) -> None:
    """The acting volunteer has no draft for the case: it was sent, or thrown away."""
    await work.db.execute_ahead(_DISCARD, {"person": work.staff.id, "case": case_id})


async def draft_of(db: Db, seal: Seal, *, person_id: int, case_id: int, now: datetime) -> str:
    """What this volunteer has typed for the case and not sent, or nothing."""
    row = await _mine(db, person_id, case_id)
    if row is None or (row.lost_at is not None and now - row.lost_at >= access.LOST_KNOWN_FOR):
        return ""
    return seal.open(row.words, table="desk_drafts", column="words", row_id=row.id)


async def case_left(work: Work, case_id: int) -> None:
    """The case is nobody's now, so a draft for it has a day to live."""
    await work.db.execute_ahead(_LEFT, {"case": case_id, "lost_at": work.now})


async def case_is_back(work: Work, case_id: int) -> None:
    """The acting volunteer has the case, perhaps again: what they had typed for it lives on."""
    since = work.now - access.LOST_KNOWN_FOR
    await work.db.execute_ahead(_BACK, {"person": work.staff.id, "case": case_id, "since": since})


async def erase(work: Work, case_ids: Iterable[int]) -> None:
    """Nothing that anybody typed for these cases is left: no draft, no note, no hand-over, nothing to ask again."""
    erased = {"cases": tuple(case_ids)}
    for of_cases in _ERASE:
        await work.db.execute_ahead(of_cases, erased)


async def forget_of(work: Work, person_id: int) -> None:
    """Nothing that this volunteer typed is left."""
    await work.db.execute(delete(_DRAFTS).where(_DRAFTS.c.person_id == person_id))


async def _lost_at(work: Work, case_id: int) -> datetime | None:
    """Since when the case is not the actor's any more, None while it is; its conversation is locked."""
    try:
        await access.my_case(work, case_id)
    except NotFound:
        loss: Loss | None = await access.how_lost(work.db, work.staff, case_id, work.now)
        if loss is None or loss.is_erased:
            raise
        await access.locked_case(work, case_id)
        loss = await access.how_lost(work.db, work.staff, case_id, work.now)
        if loss is None or loss.is_erased:
            raise
        return loss.at
    return None


async def _require_enabled(work: Work) -> None:
    # On PostgreSQL access could end between here and the COMMIT, and its drafts be forgotten without this one.
    me = select(_PEOPLE.c.id).where(_PEOPLE.c.id == work.staff.id, _PEOPLE.c.enabled).with_for_update(read=True)
    if (await work.db.execute(me)).one_or_none() is None:
        raise NotFound


async def _mine(db: Db, person_id: int, case_id: int) -> _Draft | None:
    return only(_Draft, await db.execute(_THE_DRAFT, {"person": person_id, "case": case_id}))


def _sealed(seal: Seal, text: str, draft_id: int) -> bytes:
    return seal.seal(text, table="desk_drafts", column="words", row_id=draft_id)
