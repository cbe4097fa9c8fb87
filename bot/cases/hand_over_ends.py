"""A hand-over that is open, and how it ends: its cards say so wherever they stand, and its giver is told.

Others call it where a case leaves its giver or a receiver goes. It must not make one, nor give a case to anybody
(`handing_over.py`).
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.cases.texts_handing import HandOverOffered, HandOverOver, OutcomeCode
from bot.engine import bells, buttons
from bot.engine.db import Db
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.people import access, names, standing
from bot.roster import staffing
from models.base import table_of
from models.handing_over import HandOver, Outcome
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.reminding import is_quiet

_OVERS, _ROWS = table_of(HandOver), table_of(Outbox)


class OpenHandOver(NamedTuple):
    """A hand-over; what its columns mean: `models.handing_over.HandOver`."""

    id: int
    case_id: int
    giver_id: int | None
    receiver_id: int | None
    language: str | None
    note: bytes | None
    over_at: datetime
    ended_at: datetime | None


class _Card(NamedTuple):
    id: int
    address_id: int
    state: str
    lease_owner: int | None
    params: dict[str, object]


_BY_ID = select(*columns(OpenHandOver, _OVERS)).where(_OVERS.c.id == bindparam("hand_over"))
_OF_CASE = select(*columns(OpenHandOver, _OVERS)).where(
    _OVERS.c.case_id == bindparam("case"), _OVERS.c.ended_at.is_(None)
)


async def by_id(db: Db, hand_over_id: int) -> OpenHandOver | None:
    """The hand-over, open or ended; None if there is none."""
    return only(OpenHandOver, await db.execute(_BY_ID, {"hand_over": hand_over_id}))


async def open_of(db: Db, case_id: int) -> OpenHandOver | None:
    """The open hand-over of this case, if there is one."""
    return only(OpenHandOver, await db.execute(_OF_CASE, {"case": case_id}))


async def all_open(db: Db) -> list[OpenHandOver]:
    """Every open hand-over, the first to end first."""
    still = select(*columns(OpenHandOver, _OVERS)).where(_OVERS.c.ended_at.is_(None))
    return every(OpenHandOver, await db.execute(still.order_by(_OVERS.c.over_at, _OVERS.c.id)))


async def case_left(work: Work, case_id: int) -> None:
    """The case has left its giver in another way: nobody can accept it any more."""
    row = await open_of(work.db, case_id)
    if row is not None:
        await end(work, row, Outcome.CASE_GONE)


async def receiver_gone(work: Work, person_id: int) -> None:
    """Somebody has gone off duty or has lost access: what was offered to them alone is their giver's again, and what
    nobody else can take who speaks the language."""
    for offered in sorted(await all_open(work.db), key=lambda one: one.id):
        if offered.receiver_id != person_id and not await _is_left(work, offered, person_id):
            continue
        row = await locked(work, offered.id)
        if row is not None and row.ended_at is None:
            await end(work, row, Outcome.RECEIVER_GONE)


async def _is_left(work: Work, row: OpenHandOver, gone: int) -> bool:
    """Whether this was offered to a language that nobody speaks any more who can take it now, without this person."""
    if row.receiver_id is not None or row.language is None:
        return False
    present = {one.id for one in await staffing.present(work.db, work.now, work.zone)}
    may_ask = not is_quiet(work.now, work.zone)
    others = [one for one in await standing.staff_standing(work.db) if one.person_id not in (gone, row.giver_id)]
    able = [one for one in others if row.language in one.speaks and one.may_claim_on(work.today)]
    return not any(one.person_id in present or (one.may_be_asked and may_ask) for one in able)


async def locked(work: Work, hand_over_id: int) -> OpenHandOver | None:
    """The hand-over as it is once the conversation of its case is locked."""
    row = await by_id(work.db, hand_over_id)
    if row is None:
        return None
    await access.locked_case(work, row.case_id)
    return await by_id(work.db, hand_over_id)


async def end(work: Work, row: OpenHandOver, outcome: Outcome, *, by: int | None = None) -> bool:
    """Whether the hand-over was open; then it has ended so, and everybody concerned is told. `by`: who decided it."""
    ended = update(_OVERS).where(_OVERS.c.id == row.id, _OVERS.c.ended_at.is_(None))
    if not (await work.db.execute(ended.values(ended_at=work.now, outcome=outcome))).rowcount:
        return False
    code = await access.code_of(work.db, row.case_id)
    alias = await names.name_of(work.db, work.seal, by or row.receiver_id)
    over = HandOverOver(code=code, outcome=OutcomeCode(outcome), alias=alias, language=row.language)
    await _cards_end(work, row, HandOverOver(code=code, outcome=OutcomeCode(outcome), to_receiver=True))
    await _giver_told(work, row, over)
    work.ring(bells.DESK)
    return True


async def _giver_told(work: Work, row: OpenHandOver, over: HandOverOver) -> None:
    """What waited for an answer has no button any more. Who ended it themself needs no message of its own."""
    waits = select(_ROWS.c.id).where(_ROWS.c.case_id == row.case_id, _ROWS.c.kind == Notice.HAND_OVER_WAITS)
    for card in (await work.db.execute(waits.where(_ROWS.c.edits.is_(None)))).scalars().all():
        await buttons.settle_card(work, card, pressed="over")
    if work.actor is None or work.actor.id != row.giver_id:
        await work.tell(row.giver_id, over, case_id=row.case_id)


async def _cards_end(work: Work, row: OpenHandOver, over: HandOverOver) -> None:
    """Unsent cards are cancelled; the others say how it ended, and the note stands in no chat any more."""
    cards = select(*columns(_Card, _ROWS)).where(
        _ROWS.c.case_id == row.case_id, _ROWS.c.kind == Notice.HAND_OVER_OFFERED, _ROWS.c.edits.is_(None),
        _ROWS.c.state.in_((RowState.DUE, RowState.SENT, RowState.SHOWN)),
    )  # fmt: skip
    of_this = [
        card
        for card in every(_Card, await work.db.execute(cards))
        if HandOverOffered.understood(card.params).hand_over == row.id
    ]
    unsent = [card.id for card in of_this if card.state == RowState.DUE and card.lease_owner is None]
    cancelled = update(_ROWS).where(_ROWS.c.id.in_(unsent), _ROWS.c.lease_owner.is_(None))
    await work.db.execute(cancelled.values(state=RowState.CANCELLED, ended_at=work.now))
    standing = [(card.address_id, card.id) for card in of_this if card.id not in unsent]
    await work.tell_places(standing, over, case_id=row.case_id)
