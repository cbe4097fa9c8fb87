"""The way out: one due outbox row at a time, in the order of its lane, sent outside any transaction, then marked.

Serves channels that send (Telegram); on the web the row itself is the inbox. Owns leases and what an outcome means
for a row. Which row is next is said in `lanes.py`. It must not render words itself nor know a channel's protocol.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Row, Select, Table, delete, exists, select, update
from sqlalchemy.exc import NoResultFound

from bot.cases import pointing, relay_states
from bot.engine import bells, clock
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.seal import SealError
from bot.engine.work import Work
from bot.hours import channel_post
from bot.hours.reminders import is_over
from bot.people import access, people
from bot.service import Service
from bot.telling import inbox, lanes, leases
from bot.telling.letters import Letter, Moved, Outcome, Sender, Sent, TryAgain, Unreachable
from bot.telling.render import is_taken_back, prompt_of
from bot.telling.traffic import Traffic
from bot.volunteers import leaving
from models.case import CaseEventKind, CaseStatus
from models.dialogue import Prompt
from models.outbox import PERMANENT_TRIES, REMINDERS, SILENT, Notice, Outbox, RowState, gives_up_at, next_try
from models.people import STAFF_ROLES, Address, Person

log = structlog.get_logger()
_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
REST_SECONDS, SHORTEST_REST_SECONDS = 1.0, 0.01
SLOW_SECONDS = 2.0  # Telegram answers in a tenth of that; what takes longer is waited for beside, by nobody
MOST_CHOICES = 3  # in one turn: who was overtaken by another process three times comes again
MOST_BESIDE = 16  # letters; each is one more that may be said twice after a kill
DOUBTFUL = "doubtful"  # why a row has failed whose every try may have arrived
LOST = Unreachable("lease_lost")  # nothing was sent, and the row is another process's by now


class Delivery:
    """The loop over the outbox."""

    def __init__(self, service: Service, senders: Mapping[str, Sender]) -> None:
        self._service = service
        self._store = service.store.apart()
        self._settings = service.settings
        self._senders = senders
        self._traffic = Traffic(service.settings)
        self._sends = asyncio.TaskGroup()
        self._beside = 0
        self._sending: dict[int, leases.Taken] = {}  # rows this process has leased and not yet marked

    async def run(self) -> None:
        """Deliver until the service stops; a send under way is finished and marked first."""
        await self._until_it_answers(self._free_leases_at_start)
        async with self._sends:
            self._sends.create_task(self._sweep())
            for place in range(self._settings.sends_in_parallel):
                self._sends.create_task(self._worker(is_patient=place == 0))

    async def _worker(self, *, is_patient: bool) -> None:
        """`is_patient`: the one that also serves the lanes from which nothing came back; they have it in common."""
        done: tuple[Row, Outcome] | None = None
        with self._store.bells.listen(bells.OUTBOX) as bell:
            while done is not None or not self._service.health.stopping:
                try:
                    leased = await self._turn(done, is_patient=is_patient)
                    done = None if leased is None else await self._sent(leased)
                    if leased is None:
                        await bell.wait(await self._rest_seconds())
                except Busy:  # somebody holds on to the case of what was sent: the others need not wait for that
                    if done is not None:
                        self._sends.create_task(self._until_marked(*done))
                    done = None
                except Unavailable:
                    await asyncio.sleep(REST_SECONDS)

    async def deliver_one(self) -> bool:
        """Deliver one due row, if there is one, whatever the traffic. Returns whether there was."""
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

    async def _turn(self, done: tuple[Row, Outcome] | None, *, is_patient: bool) -> Row | None:
        """Mark what was sent and lease the next row, in one transaction: one commit a message instead of two."""
        leased, may_leave, taken = None, self._traffic.takes_turn(), leases.Taken.now()
        if done is None and not may_leave:
            return None
        try:
            async with self._store.work() as work:
                if done is not None:
                    await self._mark(work, *done)
                # What a process leases before others see that it lives, they would take for a dead one's and send too.
                if may_leave and not self._service.health.stopping and self._store.bells.can_be_heard:
                    leased = await self._lease(work, self._traffic.not_now(nor_slow=not is_patient))
        finally:
            if may_leave and leased is None:
                self._traffic.gives_turn_back()
        if done is not None:
            self._sending.pop(done[0].id, None)
        if leased is not None:
            self._sending[leased.id] = taken
            self._traffic.leaves(leased.address_id)
        return leased

    async def _lease(self, work: Work, not_now: Sequence[int] = ()) -> Row | None:
        for _ in range(MOST_CHOICES):
            oldest = await self._choose(work, lanes.DUE, not_now=lanes.filled_up(not_now))
            if oldest is not None and oldest.kind in lanes.RELAYED:
                oldest = await self._choose(work, lanes.BEFORE_RELAYED, lane=oldest.address_id) or oldest
            if oldest is None:
                return None
            if leased := await leases.take(work, oldest.id, self._store.instance):
                return leased
        return None

    async def _choose(self, work: Work, statement: Select, **values: object) -> Row | None:
        if self._store.is_postgres:  # its lane too: two of its rows must not be chosen at once
            statement = statement.with_for_update(skip_locked=True, key_share=True, of=[_ROWS, Address])
        return (await work.db.execute(statement, lanes.at(work.now) | values)).one_or_none()

    async def _sent(self, row: Row) -> tuple[Row, Outcome] | None:
        """The letter and what came of it; None if it takes long: then it is waited for beside."""
        sending = self._sends.create_task(self._send(row))
        await asyncio.wait({sending}, timeout=SLOW_SECONDS if self._beside < MOST_BESIDE else None)
        if sending.done():
            self._traffic.came_back(row.address_id, sending.result())
            return row, sending.result()
        self._traffic.hangs(row.address_id)
        self._sends.create_task(self._wait_for(row, sending))
        return None

    async def _wait_for(self, row: Row, sending: asyncio.Task[Outcome]) -> None:
        self._beside += 1
        try:
            outcome = await sending
            self._traffic.came_back(row.address_id, outcome)
            await self._until_marked(row, outcome)
        finally:
            self._beside -= 1
        self._store.bells.ring(bells.OUTBOX)

    async def _until_marked(self, row: Row, outcome: Outcome) -> None:
        while True:
            try:
                async with self._store.work() as work:
                    await self._mark(work, row, outcome)
            except Unavailable:
                await asyncio.sleep(REST_SECONDS)
            else:
                self._sending.pop(row.id, None)
                return

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
            edits = await channel_post.message(db) if row.kind == Notice.HOURS_POST else None
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
        await relay_states.tell_relay_state(work, row.message_id, is_trouble=failed)
        work.ring(bells.DESK)

    async def _point_to_desk(self, work: Work, row: Row) -> None:
        """A newcomer's words that may not have arrived: their volunteer is told where they stand."""
        case = await access.locked_case(work, row.case_id)
        if case.status == CaseStatus.CLAIMED:
            await pointing.point_to_desk(work, case, seq=int(row.params["seq"]))

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
        count = await leaving.free_cases_of(work, volunteer.id, reason=reason)
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
            with self._store.bells.listen(bells.SWEEP) as bell:
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
        work.ring(bells.OUTBOX)

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
            next_due = (await db.execute(lanes.NEXT_DUE, lanes.at(clock.now()))).scalar_one_or_none()
        waits = [self._settings.poll_seconds]
        if next_due is not None:
            waits.append((next_due - clock.now()).total_seconds())
        if (road_clears := self._traffic.rest_seconds()) is not None:
            waits.append(road_clears)
        return max(min(waits), SHORTEST_REST_SECONDS)

    async def _until_it_answers(self, act: object) -> None:
        while not self._service.health.stopping:
            try:
                return await act()  # type: ignore[operator]
            except Unavailable:
                await asyncio.sleep(REST_SECONDS)


async def _close_farewell_lane(work: Work, address_id: int) -> None:
    still = exists().where(_ROWS.c.address_id == address_id, _ROWS.c.state == RowState.DUE)
    await work.db.execute(delete(Address).where(Address.id == address_id, Address.farewell, ~still))
