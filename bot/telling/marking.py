"""What an outcome means for a row of the outbox: it ends, waits for its next try, or waits behind a door that is shut.

Owns the marks, and who is told of them. It must not send, nor choose what leaves next.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, delete, exists, func, select, update

from bot.cases import pointing, relay_states
from bot.cases.texts_relayed import RelayedWords
from bot.engine import bells, clock
from bot.engine.among import among
from bot.engine.rows import spelt
from bot.engine.work import Work
from bot.hours import channel_post
from bot.people import access, in_chat, names, people
from bot.shifts import reminders as shift_reminders
from bot.shifts.texts import ShiftReminder
from bot.telling import inbox, leases
from bot.telling.letters import InChat, Moved, Outcome, Sent, TryAgain, Unknown, Unreachable
from bot.telling.outbox import ROWS, OutboxRow
from bot.volunteers import leaving
from bot.volunteers.texts import CoordinatorBlocked
from models.back_off import PERMANENT_TRIES, gives_up_at, next_try
from models.base import table_of
from models.case import CaseEventKind, CaseStatus
from models.notice import Notice
from models.outbox import OF_CASE_WORDS, REMINDERS, UNKNOWN_KIND, RowState
from models.people import STAFF_ROLES, Address, Person
from models.saying import Kept

log = structlog.get_logger()
REPEATABLE = (Notice.UNSAY, Notice.MENU, Notice.HOURS_POST)  # done twice, they have done the same
DOUBTFUL = "doubtful"  # why a row has failed whose every try may have arrived
LOST = Unreachable("lease_lost")  # nothing was sent, and the row is another process's by now
_PEOPLE, _ADDRESSES = table_of(Person), table_of(Address)


_IS_PARTING = select(func.count()).where(_ADDRESSES.c.id == ROWS.c.address_id, _ADDRESSES.c.farewell).scalar_subquery()
# Without values: those come when it is executed.
_MARK = update(ROWS).where(leases.STILL)
_END = _MARK.returning(_IS_PARTING)
_END_SENT = update(ROWS).where(ROWS.c.id == bindparam("row"), ROWS.c.state == RowState.DUE).returning(_IS_PARTING)
_SET_SENT = update(ROWS).where(ROWS.c.id == bindparam("row"), ROWS.c.state == RowState.DUE)
_TOLD = among(ROWS.c.id, "rows")
_STAYS = (  # held as `in_chat` holds it: nobody is waited for who is about to change or delete it
    select(_ADDRESSES.c.id)
    .where(_ADDRESSES.c.id.in_(select(ROWS.c.address_id).where(_TOLD)), ~_ADDRESSES.c.farewell)
    .with_for_update(read=True, key_share=True, skip_locked=True)
    .subquery("stays")
)
_REPEATS = ROWS.c.kind.in_([spelt(kind) for kind in OF_CASE_WORDS])
_NAMED = (  # with the message in the chat, as above
    select(access.CASE_ID)
    .where(access.CASE_ID.in_(select(ROWS.c.case_id).where(_TOLD, _REPEATS)))
    .with_for_update(read=True, key_share=True, skip_locked=True)
)
_IN_HAND = (  # and nobody else's at this moment
    select(ROWS.c.id)
    .select_from(ROWS.join(_STAYS, _STAYS.c.id == ROWS.c.address_id))
    .where(_TOLD, ROWS.c.state == spelt(RowState.DUE))
    .where(~_REPEATS | ROWS.c.case_id.is_(None) | ROWS.c.case_id.in_(_NAMED))
    .with_for_update(skip_locked=True, key_share=True, of=[ROWS])
)
_OF_STAFF = select(_PEOPLE.c.id).select_from(_PEOPLE.join(_ADDRESSES, _ADDRESSES.c.person_id == _PEOPLE.c.id))


async def mark(work: Work, row: OutboxRow, outcome: Outcome) -> None:
    """The row says what came of its letter: it waits no more, or waits for its next try; and what stands in the chat
    since is noted."""
    if outcome is LOST:
        return
    if row.kind == Notice.HOURS_POST:
        outcome = await _mark_post(work, row, outcome)
    await _mark_row(work, row, outcome)
    if isinstance(outcome, InChat) and row.kind != Notice.HOURS_POST:
        await _note_chat(work, row, outcome)  # behind the row: who erases a person takes both in this order


def is_plain(row: OutboxRow, outcome: Outcome) -> bool:
    """Whether marking it changes nothing but the row and adds to what stands in its chat."""
    return isinstance(outcome, Sent) and not outcome.gone and row.kind not in (Notice.HOURS_POST, Notice.REPLY)


async def mark_sent(work: Work, sent: Sequence[tuple[OutboxRow, Outcome]]) -> list[tuple[OutboxRow, Outcome]]:
    """As `mark`, of many plain ones together. Returns those that are not marked, because somebody else has the row,
    its address or its case at this moment, it waits no more, or its door may shut behind it: each of them is marked by
    itself."""
    asked = {"rows": [row.id for row, _ in sent]}
    in_hand = frozenset((await work.db.execute(_IN_HAND, asked)).scalars())
    mine = [(row, outcome) for row, outcome in sent if row.id in in_hand and isinstance(outcome, Sent)]
    told = {"state": RowState.SENT.value, "lease_owner": None, "ended_at": work.now, "secret": None}
    for row, outcome in mine:
        await work.db.execute_ahead(_SET_SENT, {**told, "row": row.id, "remote_id": outcome.remote_id})
    for row, outcome in mine:
        await _note_chat(work, row, outcome)  # behind the rows, as in `mark`
    return [(row, outcome) for row, outcome in sent if row.id not in in_hand]


async def _note_chat(work: Work, row: OutboxRow, outcome: InChat) -> None:
    """Whatever became of the row meanwhile: what has arrived stands there."""
    if outcome.arrived:
        relayed = row.case_id if row.kind in OF_CASE_WORDS else None
        await in_chat.note(work, row.address_id, outcome.arrived, case_id=relayed)
    if outcome.gone:
        await in_chat.forget(work, row.address_id, outcome.gone)


async def _mark_row(work: Work, row: OutboxRow, outcome: Outcome) -> None:
    match outcome:
        case Sent(remote_id=remote_id):
            await end(work, row, state=RowState.SENT, remote_id=remote_id)
        case Moved():
            await _again(work, row, TryAgain())
        case Unknown():
            left = {"lease_owner": None, "failure": UNKNOWN_KIND}
            await work.db.execute(_MARK, leases.as_read(row) | left)
        case TryAgain() as again:
            await _again(work, row, again)
        case Unreachable(reason=reason) if reason in inbox.SHUT:
            await _park(work, row, reason)
        case Unreachable(reason="nothing_to_edit"):
            await end(work, row, state=RowState.CANCELLED)
        case Unreachable(reason=reason):
            if row.attempts >= PERMANENT_TRIES or reason == "unrenderable":
                await end(work, row, state=RowState.FAILED, failure=reason)
            else:
                await _again(work, row, TryAgain())


async def _mark_post(work: Work, row: OutboxRow, outcome: Outcome) -> Outcome:
    """The post in the channel is one message over many rows: which one, and what becomes of it, is kept apart."""
    match outcome:
        case Sent(remote_id=remote_id):
            await channel_post.posted(work, remote_id)
        case Moved(chat=chat):
            await channel_post.moved(work, row.address_id, chat)
        case Unreachable(reason="nothing_to_edit"):
            await channel_post.lost(work)
            return TryAgain()
        case Unreachable(reason=reason) if reason != "unrenderable":
            await channel_post.unreachable(work)
            return Unreachable("nothing_to_edit")  # ended: the next change of the hours tries again
    return outcome


async def end(work: Work, row: OutboxRow, *, state: RowState, **values: object) -> None:
    """The row waits no more; its author learns how it went; an erased person's lane closes behind the last row.
    That it was sent is true whoever has it in hand by now; anything else is said only by who has."""
    ended, asked = (_END_SENT, {"row": row.id}) if state == RowState.SENT else (_END, leases.as_read(row))
    values |= {"state": state.value, "lease_owner": None, "ended_at": work.now, "secret": None}
    is_parting = (await work.db.execute(ended, asked | values)).scalar_one_or_none()
    if is_parting is None:
        return
    failed = state == RowState.FAILED
    if row.kind == Notice.REPLY:
        await _told_author(work, row, failed=failed)
    elif row.kind == Notice.WORDS and failed:
        await _point_to_desk(work, row)
    elif row.kind == Notice.SHIFT_REMINDER_DOUBT and failed and values.get("failure") == DOUBTFUL:
        await work.tell_address(row.address_id, Kept(Notice(row.kind), row.params))  # nobody else would know of it
    if is_parting:
        await _close_farewell_lane(work, row.address_id)


async def say_doubt(work: Work, row: OutboxRow) -> None:
    """The reminder of a shift is not risked twice: coordinators know that it may not have arrived."""
    if row.kind == Notice.SHIFT_REMINDER:
        await shift_reminders.may_not_have_arrived(work, row.address_id, ShiftReminder.understood(row.params))


async def _told_author(work: Work, row: OutboxRow, *, failed: bool) -> None:
    if failed and row.case_id is not None:  # a reply is somebody's words in a case: it names both
        await work.record(row.case_id, CaseEventKind.UNDELIVERED)
    if row.message_id is not None:
        await relay_states.tell_relay_state(work, row.message_id, is_trouble=failed)
    work.ring(bells.DESK)


async def _point_to_desk(work: Work, row: OutboxRow) -> None:
    """A newcomer's words that may not have arrived: their volunteer is told where they stand."""
    assert row.case_id is not None  # as above, a newcomer's words
    case = await access.locked_case(work, row.case_id)
    if case.status == CaseStatus.CLAIMED:
        await pointing.point_to_desk(work, case, seq=RelayedWords.understood(row.params).seq)


async def _again(work: Work, row: OutboxRow, again: TryAgain) -> None:
    is_new = row.edits is None and row.kind not in REPEATABLE
    if again.doubtful and is_new and row.kind in REMINDERS:
        await end(work, row, state=RowState.SENT, doubtful=True)
        await say_doubt(work, row)
        return
    if again.doubtful and is_new and row.doubtful:
        await end(work, row, state=RowState.FAILED, failure=DOUBTFUL, doubtful=True)
        return
    given_up = work.now >= gives_up_at(row.kind, row.created_at, retry_hours=work.settings.retry_hours)
    if given_up and clock.doubt() is None:
        await end(work, row, state=RowState.FAILED, failure="expired")
        return
    wait = next_try(row.attempts, timedelta(seconds=work.settings.retry_first_seconds))
    due_at = work.now + max(wait, timedelta(seconds=again.after_seconds))
    values: dict[str, object] = {
        "lease_owner": None,
        "due_at": due_at,
        "timed_at": work.now,
        "doubtful": row.doubtful or (again.doubtful and is_new),
        "last_try_at": None,  # that try is known not to have arrived, or has not begun
    }
    values["parts_sent"] = max(row.parts_sent, again.parts_sent)
    await work.db.execute(_MARK, leases.as_read(row) | values)


async def _park(work: Work, row: OutboxRow, reason: str) -> None:
    """The person's door is shut: the lane waits for a sign of life, and whoever relies on it is told."""
    await work.db.execute(update(_ADDRESSES).where(_ADDRESSES.c.id == row.address_id).values(parked_at=work.now))
    await work.db.execute(_MARK, leases.as_read(row) | {"lease_owner": None, "failure": reason})
    log.info("lane_parked", address_id=row.address_id)
    if row.kind == Notice.REPLY:
        await _told_author(work, row, failed=True)
    await _volunteer_gone(work, row.address_id, reason)


async def _volunteer_gone(work: Work, address_id: int, reason: str) -> None:
    mine = _OF_STAFF.where(_ADDRESSES.c.id == address_id, _PEOPLE.c.role.in_(STAFF_ROLES))
    volunteer_id: int | None = (await work.db.execute(mine)).scalar_one_or_none()
    if volunteer_id is None:
        return
    dropped = update(ROWS).where(ROWS.c.address_id == address_id, ROWS.c.state == RowState.DUE)
    # "Taken" stays: a card that was sent before must not offer its case when the chat opens again.
    cards = dropped.where(ROWS.c.kind.in_((Notice.OFFERED, Notice.SHIFT_STARTS)))
    await work.db.execute(cards.values(state=RowState.CANCELLED, ended_at=work.now))
    count = await leaving.free_cases_of(work, volunteer_id, reason=reason)
    alias = await names.name_of(work.db, work.seal, volunteer_id)
    told = CoordinatorBlocked(alias=alias, count=count, reason=reason)
    await people.tell_coordinators(work, told)


async def _close_farewell_lane(work: Work, address_id: int) -> None:
    still = exists().where(ROWS.c.address_id == address_id, ROWS.c.state == RowState.DUE)
    closed = delete(_ADDRESSES).where(_ADDRESSES.c.id == address_id, _ADDRESSES.c.farewell, ~still)
    if (await work.db.execute(closed)).rowcount:
        await work.leave_no_trace()
