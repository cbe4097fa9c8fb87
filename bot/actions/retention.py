"""What is forgotten, and when: at the newcomer's word at once, and by the daily round after the last reply.

The coded ledger (cases, events, closings) stays, tied to nobody. It must not decide the number of days: a setting does.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from bot import access, wakeup
from bot.access import CASES
from bot.actions import buttons, closing, drafts, inbound, session_reminders
from bot.store import Work
from models.case import OPEN, CaseEventKind, CodeGuess, HeldLine
from models.conversation import Conversation, Message
from models.hours import HoursDraft, SessionReminder
from models.outbox import Notice, Outbox, RowState, Timer, TimerKind
from models.people import Address, Channel, LoginLink, Person, Role, WebSession

TELEGRAM_DELETES_WITHIN = timedelta(hours=48)  # https://core.telegram.org/bots/api#deletemessage
OFFER_TO_ERASE = (Notice.STOPPED, Notice.NOTHING_TO_STOP)
CASES_A_ROUND = 20  # a purge stays well within the time an act may take; the round comes back for the rest
DRAFTS_HELD = timedelta(hours=24)
TIMERS_KEPT = timedelta(days=7)
SESSIONS_KEPT = timedelta(days=45)  # longer than a newcomer's own device may stay, counted from the last visit


async def erase_newcomer(work: Work, person_id: int, *, farewell: bool, keep_lane: bool = False) -> None:
    """Words, draft, address, sessions and pending rows of the newcomer are gone; an open case is withdrawn.

    `farewell`: a receipt is the last thing said; the chat's address, tied to nobody any more, lives until it has left.
    `keep_lane`: what is already waiting in the lane (the answer to "no") still leaves, then the address goes too.
    """
    conversation = select(Conversation.id).where(Conversation.newcomer_id == person_id)
    conversation_id = (await work.db.execute(conversation)).scalar_one_or_none()
    if conversation_id is not None:
        await work.lock(conversation_id)
    case = await access.open_case_of(work.db, person_id)
    if case is not None:
        await closing.withdraw_case(work, case)
    lanes = await _part_with_lanes(work, person_id, keep_rows=keep_lane)
    if conversation_id is not None:
        await _unsay_relayed(work, conversation_id)
        await _unsay_questions(work, lanes)
        await work.db.execute(delete(Message).where(Message.conversation_id == conversation_id))
    await _note_erased(work, person_id)
    for lane in lanes:
        if farewell and lane.channel == Channel.TELEGRAM:
            await buttons.settle(work, lane.id, OFFER_TO_ERASE, pressed="erase:yes")
            await work.tell_address(lane.id, Notice.ERASED, params={"language": lane.spoken, "channel": lane.channel})
        elif not keep_lane or lane.channel == Channel.WEB:
            await work.db.execute(delete(Address).where(Address.id == lane.id))
    await work.db.execute(delete(Person).where(Person.id == person_id))
    if conversation_id is not None:
        work.ring(wakeup.chat(conversation_id))
    work.ring(wakeup.SESSIONS)


async def _part_with_lanes(work: Work, person_id: int, *, keep_rows: bool) -> list:
    """The lanes, untied from the person so that nobody can be looked up by them; their waiting rows are gone."""
    mine = select(Address.id, Address.channel, Person.language.label("chosen"), Address.language.label("hint")).join(
        Person, Person.id == Address.person_id
    )
    rows = (await work.db.execute(mine.where(Address.person_id == person_id))).all()
    for row in rows:
        if not keep_rows:
            waiting = Outbox.address_id == row.id, Outbox.state == RowState.DUE
            # What only takes the buttons from a message still leaves: a press on them would do nothing any more.
            buttons_go = Outbox.edits.is_not(None) & (Outbox.kind == Notice.ASK_DONE)
            await work.db.execute(delete(Outbox).where(*waiting, ~buttons_go))
        spoken = row.chosen or row.hint
        await work.db.execute(
            update(Address)
            .where(Address.id == row.id)
            .values(person_id=None, lookup=None, farewell=True, parked_at=None, language=spoken)
        )
    return [_Lane(row.id, row.channel, row.chosen or row.hint) for row in rows]


class _Lane:
    def __init__(self, lane_id: int, channel: str, spoken: str | None) -> None:
        self.id, self.channel, self.spoken = lane_id, channel, spoken


async def _unsay_relayed(work: Work, conversation_id: int) -> None:
    """Copies of the words in Telegram chats, both sides', are deleted as far back as Telegram lets a bot."""
    copies = (
        select(Outbox.address_id, Outbox.remote_id)
        .join(Message, Message.id == Outbox.message_id)
        .where(
            Message.conversation_id == conversation_id,
            Outbox.remote_id.is_not(None),
            Outbox.ended_at > work.now - TELEGRAM_DELETES_WITHIN,
        )
    )
    for copy in (await work.db.execute(copies)).all():
        await work.tell_address(copy.address_id, Notice.UNSAY, params={"remote": copy.remote_id})


async def _unsay_questions(work: Work, lanes: list) -> None:
    """The question whether to delete everything is answered, and its buttons are about nothing any more."""
    asked = select(Outbox.address_id, Outbox.remote_id).where(
        Outbox.address_id.in_([lane.id for lane in lanes if lane.channel == Channel.TELEGRAM]),
        Outbox.kind == Notice.ASK_DELETE,
        Outbox.remote_id.is_not(None),
        Outbox.ended_at > work.now - TELEGRAM_DELETES_WITHIN,
    )
    for question in (await work.db.execute(asked)).all():
        await work.tell_address(question.address_id, Notice.UNSAY, params={"remote": question.remote_id})


async def _note_erased(work: Work, person_id: int) -> None:
    mine = (await work.db.execute(select(CASES.c.id).where(CASES.c.newcomer_id == person_id))).scalars().all()
    await drafts.erase(work, mine)
    for case_id in mine:
        await work.record(case_id, CaseEventKind.ERASED)


@dataclass(frozen=True, slots=True)
class Purged:
    """What one round of the purge did. `more`: it stopped at what an act can take; another round is due at once."""

    cases: int
    more: bool


async def purge(work: Work) -> Purged:
    """What has outlived its promise is gone: words, keys, spent links, old rows."""
    cutoff = work.now - timedelta(days=work.settings.retention_days)
    await session_reminders.forget_past(work)
    await drafts.forget_lost(work)
    await work.db.execute(delete(HoursDraft).where(HoursDraft.made_at < work.now - DRAFTS_HELD))
    cases, newcomers = await _purge_words(work, cutoff), await _purge_newcomers(work, cutoff)
    await inbound.forget_old(work)
    ended = Outbox.created_at < cutoff, Outbox.state != RowState.DUE
    await work.db.execute(delete(Outbox).where(*ended))
    web = select(Address.id).where(Address.channel == Channel.WEB)
    await work.db.execute(delete(Outbox).where(Outbox.created_at < cutoff, Outbox.address_id.in_(web)))
    await work.db.execute(delete(LoginLink).where(LoginLink.expires_at < work.now))
    await work.db.execute(delete(WebSession).where(WebSession.seen_at < work.now - SESSIONS_KEPT))
    await work.db.execute(delete(CodeGuess).where(CodeGuess.since < work.now - timedelta(hours=1)))
    await work.db.execute(delete(Timer).where(Timer.done_at < work.now - TIMERS_KEPT))
    await work.db.execute(delete(HeldLine).where(HeldLine.held_at < work.now - timedelta(days=1)))
    return Purged(cases, more=max(cases, newcomers) >= CASES_A_ROUND)


async def _purge_words(work: Work, cutoff: object) -> int:
    """Cases that owe no answer and have been quiet since `cutoff` lose their words; one still claimed is closed."""
    quiet = select(CASES).where(
        CASES.c.last_message_at < cutoff,
        CASES.c.waiting_since.is_(None),
        exists().where(Message.case_id == CASES.c.id),
    )
    cases = (await work.db.execute(quiet.limit(CASES_A_ROUND))).all()
    for case in cases:
        if case.status in OPEN:
            await closing.close_by_command(work, case)
        await work.db.execute(delete(Message).where(Message.case_id == case.id))
        await drafts.erase(work, (case.id,))
        await work.record(case.id, CaseEventKind.ERASED, detail="purged")
    return len(cases)


async def _purge_newcomers(work: Work, cutoff: object) -> int:
    """Newcomers to whom nothing is owed and whose last reply is older than `cutoff` are forgotten."""
    lately = exists().where(CASES.c.newcomer_id == Person.id, CASES.c.last_message_at >= cutoff)
    owed = exists().where(CASES.c.newcomer_id == Person.id, CASES.c.status.in_(OPEN))
    writing = exists().where(Conversation.newcomer_id == Person.id, Conversation.drafted_at.is_not(None))
    coming = exists().where(SessionReminder.person_id == Person.id)  # they asked to hear of a session still to be held
    quiet = ~lately & ~owed & ~writing & ~coming
    gone = select(Person.id).where(Person.role == Role.NEWCOMER, Person.created_at < cutoff, quiet)
    person_ids = (await work.db.execute(gone.limit(CASES_A_ROUND))).scalars().all()
    for person_id in person_ids:
        await erase_newcomer(work, person_id, farewell=False)
    return len(person_ids)


async def expire_draft(work: Work, conversation_id: int) -> None:
    """Words held since yesterday for a consent that never came are gone."""
    await work.lock(conversation_id)
    this = Conversation.id == conversation_id
    held = select(Conversation.drafted_at).where(this, Conversation.drafted_at.is_not(None))
    row = (await work.db.execute(held)).one_or_none()
    if row is None:
        return
    if row.drafted_at > work.now - DRAFTS_HELD:  # more words came since: a day counts from the last
        await work.remind(TimerKind.DRAFT_EXPIRES, conversation_id, row.drafted_at + DRAFTS_HELD)
        return
    await work.db.execute(update(Conversation).where(this).values(draft=None, drafted_at=None))
