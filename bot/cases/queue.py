"""The queue: who stands in it, who is offered a case, and the cards about it.

It must not claim or close: `cases.py` and `closing.py` do; nor say when somebody answers: `promising.py` does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update

from bot.cases import earlier, replacing
from bot.cases.messages import MESSAGES
from bot.cases.texts import Offered, Reason, Taken, Why
from bot.cases.told import EarlierTold, told_of
from bot.engine import bells
from bot.engine.db import Db
from bot.engine.rows import columns, every, spelt
from bot.engine.work import Work
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster.staffing import OnShift, on_shift
from models.base import UtcDateTime, table_of
from models.case import CaseStatus
from models.conversation import Author
from models.follow_up import FollowUp
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address

_ROWS, _ADDRESSES, _FOLLOW_UPS = table_of(Outbox), table_of(Address), table_of(FollowUp)
QUEUE_ORDER = (CASES.c.throttled, CASES.c.waiting_since, CASES.c.id)
_QUEUE = select(*CASE_COLUMNS).where(CASES.c.status == CaseStatus.QUEUED).order_by(*QUEUE_ORDER)
SAME_INSTANT = timedelta(milliseconds=1)  # a thousand cases may join the queue in one
NEWEST_OF_NOW = select(func.max(CASES.c.waiting_since)).where(
    CASES.c.status == CaseStatus.QUEUED,
    CASES.c.waiting_since >= bindparam("now", type_=UtcDateTime),
    CASES.c.waiting_since < bindparam("soon", type_=UtcDateTime),
)


_CAME_BACK = (
    select(_FOLLOW_UPS.c.id)
    .where(_FOLLOW_UPS.c.case_id == bindparam("case"), _FOLLOW_UPS.c.ended_at >= bindparam("since", type_=UtcDateTime))
    .order_by(_FOLLOW_UPS.c.ended_at.desc())
    .limit(1)
)


class Beside(NamedTuple):
    """What a card says beside the case itself. `messages`: how many its newcomer has written. `earlier`: their other
    cases. `follow_up`: the newest day that was set for the case and has come since it was last claimed or closed."""

    messages: int
    earlier: tuple[EarlierTold, ...]
    follow_up: int | None


class _Card(NamedTuple):
    """A card of a case in somebody's chat or on its way there."""

    id: int
    address_id: int
    state: str
    lease_owner: int | None
    params: dict[str, object]


_LATER = _ROWS.alias("later")
# An index leads to what is said of a case, and none to what is edited.
_IS_GONE = (
    select(_LATER.c.id)
    .where(_LATER.c.case_id == _ROWS.c.case_id, _LATER.c.edits == _ROWS.c.id)
    .where(_LATER.c.kind.in_([spelt(kind) for kind in (Notice.TAKEN, Notice.CLAIMED_BY_YOU)]))
    .exists()
)
_LIVE_CARDS = select(*columns(_Card, _ROWS)).where(
    _ROWS.c.case_id == bindparam("case"),
    _ROWS.c.kind == spelt(Notice.OFFERED),
    _ROWS.c.edits.is_(None),
    _ROWS.c.state.in_([spelt(state) for state in (RowState.DUE, RowState.SENT, RowState.SHOWN)]),
    ~_IS_GONE,
)
_WITHDRAW_UNSENT = (
    update(_ROWS)
    .where(_ROWS.c.case_id == bindparam("case"), _ROWS.c.kind == Notice.OFFERED, _ROWS.c.state == RowState.DUE)
    .where(_ROWS.c.lease_owner.is_(None))
    .values(state=RowState.CANCELLED, ended_at=bindparam("now", type_=UtcDateTime))
)
_EARLIER = (CASES.c.waiting_since < bindparam("since", type_=UtcDateTime)) | (
    (CASES.c.waiting_since == bindparam("since", type_=UtcDateTime)) & (CASES.c.id < bindparam("case"))
)
_QUEUED = select(func.count()).select_from(CASES).where(CASES.c.status == CaseStatus.QUEUED)
_AHEAD = _QUEUED.where(CASES.c.throttled.is_(False) & _EARLIER)
_AHEAD_OF_A_FLOOD = _QUEUED.where(CASES.c.throttled.is_(False) | _EARLIER)
_WRITTEN = select(func.count()).where(
    MESSAGES.c.case_id == bindparam("case"), MESSAGES.c.author == Author.NEWCOMER, MESSAGES.c.version == 0
)
_BESIDE = select(_WRITTEN.scalar_subquery(), _CAME_BACK.scalar_subquery())


async def waiting(db: Db) -> list[CaseRow]:
    """The queue, in the order in which it is to be answered: floods last, then longest waiting."""
    return every(CaseRow, await db.execute(_QUEUE))


async def behind_the_others(work: Work) -> datetime:
    """Since when a case waits that joins the queue now: an instant later than who joined it at this very instant.

    Ids are random, so that two cases of one instant would else stand in an order that nobody made.
    """
    return behind((await work.db.execute(NEWEST_OF_NOW, joins_at(work.now))).scalar_one(), work.now)


def joins_at(now: datetime) -> dict[str, object]:
    """What `NEWEST_OF_NOW` is asked with."""
    return {"now": now, "soon": now + SAME_INSTANT}


def behind(newest: datetime | None, now: datetime) -> datetime:
    """As `behind_the_others`, of `NEWEST_OF_NOW`."""
    return now if newest is None else newest + timedelta(microseconds=1)


async def ahead_of(db: Db, case: CaseRow) -> int:
    """How many queued cases stand before this one."""
    count = _AHEAD_OF_A_FLOOD if case.throttled else _AHEAD
    return (await db.execute(count, {"since": case.waiting_since, "case": case.id})).scalar_one()


def grace(work: Work) -> timedelta:
    """For how long whoever is on a shift has cards without having given a sign of being there."""
    return work.settings.grace


async def volunteers_on_shift(work: Work) -> list[OnShift]:
    """Those who have cards now."""
    return await on_shift(work.db, work.now, work.zone, grace=grace(work))


async def offer(work: Work, case: CaseRow, on_shift: Sequence[OnShift], known: Beside) -> None:
    """Send a card to everybody on shift who has the newcomer's language; if nobody has, to all, marked."""
    speakers = [v for v in on_shift if case.language in v.speaks]
    await _deal(work, case, speakers or on_shift, known, marked=not speakers)


async def offer_to_one(work: Work, case: CaseRow, person_id: int, known: Beside) -> None:
    """Send a card to one volunteer alone, who had this newcomer before."""
    card = replace(_card_of(work, case, known, marked=False), before=True)
    await work.tell_each([person_id], card, case_id=case.id)
    work.ring(bells.DESK)


async def offer_in_another_language(work: Work, case: CaseRow) -> None:
    """The cards of a waiting case say its new language, and who on shift has that language has a card too."""
    volunteers = await volunteers_on_shift(work)
    await refresh_cards(work, case, marked=not any(case.language in v.speaks for v in volunteers))
    await offer_to(work, case, [v.id for v in volunteers])


async def offer_to(work: Work, case: CaseRow, person_ids: list[int]) -> None:
    """Send a card of a waiting case to volunteers who have just come on shift; others have theirs already."""
    volunteers = await volunteers_on_shift(work)
    speakers = [v for v in volunteers if case.language in v.speaks]
    have = await card_holders(work, case.id)
    fresh = [v for v in speakers or volunteers if v.id in person_ids and v.id not in have]
    await _deal(work, case, fresh, await beside(work, case), marked=not speakers)


async def deal_to(work: Work, case: CaseRow, person_ids: list[int], *, why: Why) -> None:
    """Send these people, who have no card of the case, one that says why they have it."""
    if person_ids:
        card = replace(_card_of(work, case, await beside(work, case), marked=False), why=why)
        await work.tell_each(person_ids, card, case_id=case.id)
        work.ring(bells.DESK)


async def _deal(work: Work, case: CaseRow, volunteers: Sequence[OnShift], known: Beside, *, marked: bool) -> None:
    card = _card_of(work, case, known, marked=marked)
    await work.tell_each([volunteer.id for volunteer in volunteers], card, case_id=case.id)
    work.ring(bells.DESK)


async def beside(work: Work, case: CaseRow) -> Beside:
    """What a card of this case says beside it."""
    since = (case.waiting_since or case.opened_at) - SAME_INSTANT
    messages, follow_up = (await work.db.execute(_BESIDE, {"case": case.id, "since": since})).one()
    return Beside(messages, await earlier.contacts(work.db, case, work.zone), follow_up)


def _card_of(work: Work, case: CaseRow, known: Beside, *, marked: bool) -> Offered:
    since = case.waiting_since or work.now
    told = Offered(**told_of(case), since=since, returning=case.has_returned, messages=known.messages, marked=marked)
    return replace(told, earlier=known.earlier, follow_up=known.follow_up)


async def refresh_cards(work: Work, case: CaseRow, *, marked: bool | None = None) -> None:
    """Have every card of a still queued case say what is now known of it. What has not left yet is changed in place.

    `marked`: that nobody on shift has the language, where that may have changed.
    """
    alike: dict[tuple[Why, bool, bool], list[_Card]] = {}
    for card in await _live_cards(work, case.id):
        was = Offered.understood(card.params)
        alike.setdefault((was.why, was.before, was.marked if marked is None else marked), []).append(card)
    if alike:
        known = await beside(work, case)
        for (why, before, is_marked), cards in alike.items():
            fresh = replace(_card_of(work, case, known, marked=is_marked), why=why, before=before)
            await _refresh(work, case.id, cards, fresh)
    work.ring(bells.DESK)


async def _refresh(work: Work, case_id: int, cards: Sequence[_Card], fresh: Offered) -> None:
    """These cards say this: as many statements however many they are."""
    waiting = [card.id for card in cards if card.state == RowState.DUE and card.lease_owner is None]
    if waiting:
        await work.db.execute_ahead(update(_ROWS).where(_ROWS.c.id.in_(waiting)).values(params=work.kept(fresh)))
    shown = [(card.address_id, card.id) for card in cards if card.id not in waiting]
    await replacing.change_each_to_newest(work, shown, fresh, case_id=case_id)


async def withdraw_cards(
    work: Work, case: CaseRow, *, reason: Reason, alias: str | None = None, but: int | None = None
) -> None:
    """After COMMIT no card of the case says "claim": unsent ones are cancelled, the others edit themselves.

    `but`: a card that says something else from now on, by whoever withdraws.
    """
    await work.db.execute_ahead(_WITHDRAW_UNSENT, {"case": case.id, "now": work.now})
    taken = Taken(code=case.code, reason=reason, alias=alias, at=work.now)
    standing = [(card.address_id, card.id) for card in await _live_cards(work, case.id) if card.id != but]
    await work.tell_places(standing, taken, case_id=case.id)
    work.ring(bells.DESK)


async def offers(work: Work, card: int | None, case_id: int) -> bool:
    """Whether this outbox row is a card that still offers the case."""
    return card is not None and card in [row.id for row in await _live_cards(work, case_id)]


async def card_holders(work: Work, case_id: int) -> set[int]:
    """Who has a card of the case that still offers it."""
    lanes = [card.address_id for card in await _live_cards(work, case_id)]
    held = select(_ADDRESSES.c.person_id).where(_ADDRESSES.c.id.in_(lanes))
    return set((await work.db.execute(held)).scalars().all())


async def _live_cards(work: Work, case_id: int) -> list[_Card]:
    """The cards of a case that still offer it, or may be about to: sent or leaving, and not edited to "taken"."""
    return every(_Card, await work.db.execute(_LIVE_CARDS, {"case": case_id}))
