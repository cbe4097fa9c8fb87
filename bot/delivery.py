"""The way out: one due outbox row at a time, in the order of its lane, sent outside any transaction, then marked.

Serves channels that send (Telegram); on the web the row itself is the inbox. Owns leases and what an outcome means
for a row. Which row is next is said in `lanes.py`. It must not render words itself nor know a channel's protocol.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import Row, Table, delete, exists, select, update
from sqlalchemy.exc import NoResultFound

from bot import access, clock, lanes, leases, wakeup
from bot.actions import hours_post, inbox, people
from bot.actions.session_reminders import is_over
from bot.errors import Refusal, Unavailable
from bot.render import is_taken_back, prompt_of
from bot.seal import SealError
from bot.service import Service
from bot.store import Work
from models.case import CaseEventKind, CaseStatus
from models.dialogue import Prompt
from models.outbox import PERMANENT_TRIES, REMINDERS, SILENT, Notice, Outbox, RowState, gives_up_at, next_try
from models.people import STAFF_ROLES, Address, Person

log = structlog.get_logger()
_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
REST_SECONDS = 1.0
DOUBTFUL = "doubtful"  # why a row has failed whose every try may have arrived


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel is asked to do: show a prompt, in place of an earlier message, or delete one.

    `is_doubtful`: it was sent before and may have arrived; it is sent again only once the channel is seen to answer.
    `parts_sent`: so many messages of a long text have arrived.
    """

    chat: str
    prompt: Prompt
    edits: int | None = None
    unsays: int | None = None
    reply_to: int | None = None
    is_silent: bool = False
    is_doubtful: bool = False
    parts_sent: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. `remote_id` names it in its chat; None if there is nothing there to name."""

    remote_id: int | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It did not arrive now. `after_seconds`: what the channel asked for. `parts_sent`: so much of it did.
    `doubtful`: it was sent, and no answer came: it may have arrived anyway."""

    after_seconds: float = 0.0
    doubtful: bool = False
    parts_sent: int = 0


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It cannot arrive. The door is shut: `blocked` by the person, `deactivated` with their account, or `shut` for a
    reason not said; or `refused`: the channel will not take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another id from now on, `chat`; nothing was sent."""

    chat: str


Outcome = Sent | TryAgain | Unreachable | Moved
LOST = Unreachable("lease_lost")  # nothing was sent, and the row is another process's by now


class Sender(Protocol):
    """A channel that sends."""

    async def send(self, letter: Letter) -> Outcome:
        """Try once. Never raises: what went wrong is an outcome."""


class Delivery:
    """The loop over the outbox."""

    def __init__(self, service: Service, senders: Mapping[str, Sender]) -> None:
        self._service = service
        self._store = service.store
        self._settings = service.settings
        self._senders = senders
        self._sending: dict[int, leases.Taken] = {}  # rows this process has leased and not yet marked

    async def run(self) -> None:
        """Deliver until the service stops; a send under way is finished and marked first."""
        await self._until_it_answers(self._free_leases_at_start)
        async with asyncio.TaskGroup() as workers:
            workers.create_task(self._sweep())
            for _ in range(self._settings.sends_in_parallel):
                workers.create_task(self._worker())

    async def _worker(self) -> None:
        done: tuple[Row, Outcome] | None = None
        with self._store.bells.listen(wakeup.OUTBOX) as bell:
            while done is not None or not self._service.health.stopping:
                try:
                    leased = await self._turn(done)
                    done = None if leased is None else (leased, await self._send(leased))
                    if done is None:
                        await bell.wait(await self._rest_seconds())
                except Unavailable:
                    await asyncio.sleep(REST_SECONDS)

    async def deliver_one(self) -> bool:
        """Deliver one due row, if there is one. Returns whether there was."""
        taken = leases.Taken.now()
        async with self._store.work() as work:
            leased = await self._lease(work)
        if leased is None:
            return False
        self._sending[leased.id] = taken
        outcome = await self._send(leased)
        async with self._store.work() as work:
            await self._mark(work, leased, outcome)
        self._sending.pop(leased.id, None)
        return True

    async def _turn(self, done: tuple[Row, Outcome] | None) -> Row | None:
        """Mark what was sent and lease the next row, in one transaction: one commit a message instead of two."""
        leased, taken = None, leases.Taken.now()
        async with self._store.work() as work:
            if done is not None:
                await self._mark(work, *done)
            # What a process leases before others can see that it lives, they would take for a dead one's and send too.
            if not self._service.health.stopping and self._store.bells.can_be_heard:
                leased = await self._lease(work)
        if done is not None:
            self._sending.pop(done[0].id, None)
        if leased is not None:
            self._sending[leased.id] = taken
        return leased

    async def _lease(self, work: Work) -> Row | None:
        free = lanes.DUE.with_for_update(skip_locked=True, of=_ROWS) if self._store.is_postgres else lanes.DUE
        row_id = (await work.db.execute(free, lanes.at(work.now))).scalar_one_or_none()
        if row_id is None:
            return None
        return await leases.take(work, row_id, self._store.instance)

    async def _send(self, row: Row) -> Outcome:
        try:
            letter, channel = await self._letter(row)
        except Unavailable:
            return TryAgain()
        except NoResultFound:  # the reader was erased, or lost this address, between the lease and now
            return Unreachable("nothing_to_edit")
        except (Refusal, SealError, LookupError, ValueError) as bug:
            log.error("row_cannot_be_rendered", row=row.id, kind=row.kind, trouble=type(bug).__name__)
            return Unreachable("unrenderable")
        if letter is None:
            return Unreachable("nothing_to_edit")
        try:
            if await self._has_lost(row):
                log.warning("lease_lost", row=row.id)
                return LOST
        except Unavailable:
            return TryAgain()
        return await self._senders[channel].send(letter)

    async def _has_lost(self, row: Row) -> bool:
        """Whether this process stood still so long that another has taken the row over."""
        taken = self._sending.get(row.id)
        if taken is None or not taken.is_long_ago:
            return False
        async with self._store.look() as db:
            mine = select(_ROWS.c.id).where(leases.still(row))
            return (await db.execute(mine)).scalar_one_or_none() is None

    async def _letter(self, row: Row) -> tuple[Letter | None, str]:
        async with self._store.look() as db:
            lane = (await db.execute(lanes.LANE, {"address": row.address_id})).one()
            seal = self._store.seal
            chat = seal.open(lane.chat, table="addresses", column="chat", row_id=row.address_id)
            is_dated = row.kind == Notice.SESSION_EVENING and clock.doubt() is None
            if is_dated and is_over(row.params, clock.now(), self._store.zone):
                return None, lane.channel  # behind a door that was shut; "you asked to be reminded" would be absurd now
            edits = await hours_post.message(db) if row.kind == Notice.HOURS_POST else None
            if row.edits is not None:
                edits = (await db.execute(lanes.REMOTE, {"row": row.edits})).scalar_one_or_none()
                if edits is None:
                    return None, lane.channel
            if row.kind == Notice.UNSAY:
                return Letter(chat, Prompt(""), unsays=edits or int(row.params["remote"])), lane.channel
            if row.kind == Notice.REPLY and await is_taken_back(db, row.message_id):
                return None, lane.channel
            prompt = await prompt_of(db, self._service, row)
        reply_to, is_silent = row.params.get("reply_to"), row.kind in SILENT
        letter = Letter(
            chat, prompt, edits=edits, reply_to=reply_to, is_silent=is_silent, is_doubtful=row.doubtful,
            parts_sent=row.parts_sent,
        )  # fmt: skip
        return letter, lane.channel

    async def _mark(self, work: Work, row: Row, outcome: Outcome) -> None:
        if outcome is LOST:
            return
        if row.kind == Notice.HOURS_POST:
            outcome = await self._mark_post(work, row, outcome)
        match outcome:
            case Sent(remote_id=remote_id):
                await self._end(work, row, state=RowState.SENT, remote_id=remote_id)
            case Moved():
                await self._again(work, row, TryAgain())
            case TryAgain() as again:
                await self._again(work, row, again)
            case Unreachable(reason=reason) if reason in inbox.SHUT:
                await self._park(work, row, reason)
            case Unreachable(reason="nothing_to_edit"):
                await self._end(work, row, state=RowState.CANCELLED)
            case Unreachable(reason=reason):
                if row.attempts >= PERMANENT_TRIES or reason == "unrenderable":
                    await self._end(work, row, state=RowState.FAILED, failure=reason)
                else:
                    await self._again(work, row, TryAgain())

    async def _mark_post(self, work: Work, row: Row, outcome: Outcome) -> Outcome:
        """The post in the channel is one message over many rows: which one, and what becomes of it, is kept apart."""
        match outcome:
            case Sent(remote_id=remote_id):
                await hours_post.posted(work, remote_id)
            case Moved(chat=chat):
                await hours_post.moved(work, row.address_id, chat)
            case Unreachable(reason="nothing_to_edit"):
                await hours_post.lost(work)
                return TryAgain()
            case Unreachable(reason=reason) if reason != "unrenderable":
                await hours_post.unreachable(work)
                return Unreachable("nothing_to_edit")  # ended: the next change of the hours tries again
        return outcome

    async def _end(self, work: Work, row: Row, **values: object) -> None:
        """The row waits no more; its author learns how it went; an erased person's lane closes behind the last row.
        That it was sent is true whoever has it in hand by now; anything else is said only by who has."""
        waits = (_ROWS.c.id == row.id) & (_ROWS.c.state == RowState.DUE)
        ended = update(_ROWS).where(waits if values["state"] == RowState.SENT else leases.still(row))
        ended = ended.values(lease_owner=None, ended_at=work.now, secret=None, **values)
        if not (await work.db.execute(ended)).rowcount:
            return
        failed = values["state"] == RowState.FAILED
        if row.kind == Notice.REPLY:
            await self._told_author(work, row, failed=failed)
        elif row.kind == Notice.WORDS and failed:
            await self._point_to_desk(work, row)
        await _close_farewell_lane(work, row.address_id)

    async def _told_author(self, work: Work, row: Row, *, failed: bool) -> None:
        if failed:
            await work.record(row.case_id, CaseEventKind.UNDELIVERED)
        await inbox.tell_relay_state(work, row.message_id, is_trouble=failed)
        work.ring(wakeup.DESK)

    async def _point_to_desk(self, work: Work, row: Row) -> None:
        """A newcomer's words that may not have arrived: their volunteer is told where they stand."""
        case = await access.locked_case(work, row.case_id)
        if case.status == CaseStatus.CLAIMED:
            params = {name: row.params[name] for name in ("case", "code", "seq")} | {"edited": False}
            await work.tell(case.volunteer_id, Notice.NEW_WORDS, case_id=case.id, params=params)

    async def _again(self, work: Work, row: Row, again: TryAgain) -> None:
        is_new = row.edits is None and row.kind not in (Notice.UNSAY, Notice.HOURS_POST)  # the others can be repeated
        if again.doubtful and is_new and row.kind in REMINDERS:
            await self._end(work, row, state=RowState.SENT, doubtful=True)
            return
        if again.doubtful and is_new and row.doubtful:
            await self._end(work, row, state=RowState.FAILED, failure=DOUBTFUL, doubtful=True)
            return
        given_up = work.now >= gives_up_at(row.kind, row.created_at, retry_hours=self._settings.retry_hours)
        if given_up and clock.doubt() is None:
            await self._end(work, row, state=RowState.FAILED, failure="expired")
            return
        wait = next_try(row.attempts, timedelta(seconds=self._settings.retry_first_seconds))
        due_at = work.now + max(wait, timedelta(seconds=again.after_seconds))
        values = {
            "lease_owner": None,
            "due_at": due_at,
            "timed_at": work.now,
            "doubtful": row.doubtful or (again.doubtful and is_new),
        }
        values["parts_sent"] = max(row.parts_sent, again.parts_sent)
        await work.db.execute(update(_ROWS).where(leases.still(row)).values(**values))

    async def _park(self, work: Work, row: Row, reason: str) -> None:
        """The person's door is shut: the lane waits for a sign of life, and whoever relies on it is told."""
        await work.db.execute(update(Address).where(Address.id == row.address_id).values(parked_at=work.now))
        await work.db.execute(update(_ROWS).where(leases.still(row)).values(lease_owner=None, failure=reason))
        log.info("lane_parked", address_id=row.address_id)
        if row.kind == Notice.REPLY:
            await self._told_author(work, row, failed=True)
        await self._volunteer_gone(work, row.address_id, reason)

    async def _volunteer_gone(self, work: Work, address_id: int, reason: str) -> None:
        columns = select(Person.id, Person.alias).join(Address, Address.person_id == Person.id)
        mine = columns.where(Address.id == address_id, Person.role.in_(STAFF_ROLES))
        volunteer = (await work.db.execute(mine)).one_or_none()
        if volunteer is None:
            return
        dropped = update(_ROWS).where(_ROWS.c.address_id == address_id, _ROWS.c.state == RowState.DUE)
        # "Taken" stays: a card that was sent before must not offer its case when the chat opens again.
        cards = dropped.where(_ROWS.c.kind.in_((Notice.OFFERED, Notice.SHIFT_STARTS)))
        await work.db.execute(cards.values(state=RowState.CANCELLED, ended_at=work.now))
        count = await people.free_cases_of(work, volunteer.id, reason=reason)
        params = {"alias": volunteer.alias, "count": count, "reason": reason}
        await people.tell_coordinators(work, Notice.COORDINATOR_BLOCKED, params=params)

    async def _sweep(self) -> None:
        """Now and then: leases of the dead are free, and what has waited too long behind a closed door is given up."""
        while not self._service.health.stopping:
            try:
                if self._store.is_postgres:
                    await self._free_dead_leases()
                await self._free_forgotten_leases()
                await self._give_up_parked()
            except Unavailable:
                log.warning("sweep_postponed")
            with self._store.bells.listen(wakeup.SWEEP) as bell:
                await bell.wait(self._settings.poll_seconds)

    async def _free_leases_at_start(self) -> None:
        """On SQLite there is one process, so a lease found at start belongs to a dead one."""
        if self._store.is_postgres:
            await self._free_dead_leases()
            return
        async with self._store.work() as work:
            await self._free(work, _ROWS.c.lease_owner.is_not(None))

    async def _free_dead_leases(self) -> None:
        async with self._store.work() as work:
            await self._free(work, leases.of_the_dead(work, self._store.instance))

    async def _free_forgotten_leases(self) -> None:
        older_than = timedelta(seconds=self._settings.lease_seconds)
        async with self._store.work() as work:
            mine = leases.forgotten(work, self._store.instance, tuple(self._sending), older_than=older_than)
            await self._free(work, mine)

    async def _free(self, work: Work, whose: object) -> None:
        """Leases that nobody holds any more: their rows may have been sent. Reminders are not risked twice, and nothing
        a third time."""
        due = (_ROWS.c.state == RowState.DUE, whose)
        reminders = update(_ROWS).where(*due, _ROWS.c.kind.in_(REMINDERS), _ROWS.c.edits.is_(None))
        await work.db.execute(reminders.values(state=RowState.SENT, doubtful=True, lease_owner=None, ended_at=work.now))
        for row in (await work.db.execute(select(_ROWS).where(*due, _ROWS.c.doubtful, _ROWS.c.edits.is_(None)))).all():
            await self._end(work, row, state=RowState.FAILED, failure=DOUBTFUL)
        await work.db.execute(update(_ROWS).where(*due).values(lease_owner=None, doubtful=_ROWS.c.edits.is_(None)))
        work.ring(wakeup.OUTBOX)

    async def _give_up_parked(self) -> None:
        if clock.doubt() is not None:
            return
        cutoff = clock.now() - timedelta(hours=self._settings.retry_hours)
        behind = (
            select(_ROWS)
            .join(Address, Address.id == _ROWS.c.address_id)
            .where(Address.parked_at.is_not(None), _ROWS.c.state == RowState.DUE, _ROWS.c.created_at < cutoff)
            .limit(100)
        )
        async with self._store.look() as db:
            rows = (await db.execute(behind)).all()
        for row in rows:
            async with self._store.work() as work:
                reason = await inbox.why_shut(work.db, row.address_id)
                await self._end(work, row, state=RowState.FAILED, failure=reason)

    async def _rest_seconds(self) -> float:
        """Until the next row is due, at most the wake-up poll."""
        async with self._store.look() as db:
            next_due = (await db.execute(lanes.NEXT_DUE, {"now": clock.now()})).scalar_one_or_none()
        if next_due is None:
            return self._settings.poll_seconds
        return min(max((next_due - clock.now()).total_seconds(), 0.01), self._settings.poll_seconds)

    async def _until_it_answers(self, act: object) -> None:
        while not self._service.health.stopping:
            try:
                return await act()  # type: ignore[operator]
            except Unavailable:
                await asyncio.sleep(REST_SECONDS)


async def _close_farewell_lane(work: Work, address_id: int) -> None:
    still = exists().where(_ROWS.c.address_id == address_id, _ROWS.c.state == RowState.DUE)
    await work.db.execute(delete(Address).where(Address.id == address_id, Address.farewell, ~still))
