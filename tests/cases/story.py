"""What anybody may do in the service, one act a method: two newcomers, three volunteers and a coordinator.

Owns the acts, by name, and what people know of what they did; what must hold after each is in `story_holds.py`. An act
that the service refuses raises its Refusal. It must not look for what is wrong.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Row, exists, func, select

from bot.cases import (
    blocking,
    cases,
    closing,
    fates,
    follow_ups,
    hand_over_ends,
    handing_over,
    keeping_cases,
    notes,
    on_duty,
    reassigning,
    relay,
    shift_ends,
    shift_starts,
)
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import NotOnShift, Refusal
from bot.people import people
from bot.roster.presence import DUTIES
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP
from bot.service import Service
from bot.shifts import making, taking
from bot.telling.rounds import DueTimer, Rounds
from bot.volunteers import leaving, profiles
from models.base import table_of
from models.block import SPANS, BlockReason, BlockSpan
from models.case import OPEN, CaseStatus
from models.conversation import Author
from models.dialogue import Edited, Said
from models.handing_over import Outcome
from models.timer import Timer
from tests import builders
from tests.builders import Newcomer, Staff

EVERYTHING = 2**50
NOTED = "noted-"  # begins whatever is for colleagues alone
CONCERNED = 3  # among who acts
SECOND = timedelta(seconds=1)
LANES = 70_000
_TIMERS = table_of(Timer)


class Word(NamedTuple):
    """Words of a newcomer's that were acknowledged, as a person would remember them."""

    case_id: int
    text: str


@dataclass
class Asker:
    """A newcomer, their words that were acknowledged and not erased, and until when they are blocked."""

    newcomer: Newcomer
    kept: list[Word] = field(default_factory=list)
    named: list[tuple[str, int]] = field(default_factory=list)  # messages by name, and their case
    blocked_until: datetime | None = None

    @property
    def id(self) -> int:
        return self.newcomer.id

    @property
    def is_blocked(self) -> bool:
        return self.blocked_until is not None and self.blocked_until > clock.now()


class _Rounds(Rounds):
    """Rounds in which nothing may fail, nor wait for somebody."""

    async def _postpone(self, timer: DueTimer, by: timedelta) -> None:
        raise AssertionError(f"what was due failed: {timer.kind}")


class Story:
    """What has happened so far, as the people know it."""

    def __init__(self, service: Service, staff: list[Staff], coordinator: Staff, askers: list[Newcomer]) -> None:
        self.service, self.staff, self.coordinator = service, staff, coordinator
        self.askers = [Asker(one) for one in askers]
        self.erased: list[int] = []  # people who asked to be forgotten
        self.read: set[tuple[int, int]] = set()  # who has been shown the note of which hand-over
        self.newest: dict[int, datetime] = {}  # when the newest words of a case were said
        self.seen: dict[str, int] = {}  # which acts had their effect, and how often
        self.count = 0

    def next(self) -> int:
        self.count += 1
        return self.count

    async def newest_case(self, asker: Asker) -> Row | None:
        newest_first = "SELECT id, status, volunteer_id FROM cases WHERE newcomer_id = :id ORDER BY opened_at DESC"
        rows = await builders.table(self.service, newest_first, id=asker.id)
        return rows[0] if rows else None

    async def must_case(self, asker: Asker) -> Row:
        """Their newest case; without one there is nothing to act on."""
        case = await self.newest_case(asker)
        if case is None:
            raise Refusal
        return case

    async def words_of(self, asker: Asker) -> list[str]:
        rows = await builders.table(
            self.service,
            "SELECT id, words FROM messages WHERE author = :author AND conversation_id = :conversation ORDER BY seq",
            author=Author.NEWCOMER,
            conversation=asker.newcomer.visitor.conversation_id,
        )
        seal = self.service.store.seal
        return [seal.open(bytes(row.words), table="messages", column="words", row_id=row.id) for row in rows]

    # What a newcomer does

    async def writes(self, asker: Asker) -> None:
        text, name = f"words {self.next()}", f"n{self.count}"
        if asker.is_blocked:
            await self._reaches_nobody(asker, Said(text), name)
            return
        await asker.newcomer.says(text, external_id=name)
        case = await self.must_case(asker)
        assert case.status in OPEN, "what was said is nobody's"
        self.newest[case.id] = clock.now()
        asker.kept.append(Word(case.id, text))
        asker.named.append((name, case.id))

    async def edits(self, asker: Asker) -> None:
        if not asker.named:
            raise Refusal
        text = f"words {self.next()}"
        name, case_id = asker.named[self.count % len(asker.named)]
        if asker.is_blocked:
            await self._reaches_nobody(asker, Edited(text), name)
            return
        await asker.newcomer.edits(name, text)
        asker.kept.append(Word(case_id, text))
        self.newest[case_id] = clock.now()

    async def _reaches_nobody(self, asker: Asker, act: Said | Edited, name: str) -> None:
        """Whatever a blocked newcomer writes is stored nowhere, and nobody of the staff is told of it."""
        before = await self._what_stands(asker)
        with suppress(Refusal):
            await asker.newcomer.does(act, external_id=name)
        assert await self._what_stands(asker) == before, "a blocked newcomer's words went somewhere"

    async def _what_stands(self, asker: Asker) -> list[Row]:
        everything = """
            SELECT (SELECT COUNT(*) FROM messages), (SELECT COUNT(*) FROM cases), (SELECT COUNT(*) FROM case_events),
                   (SELECT draft FROM conversations WHERE newcomer_id = :id),
                   (SELECT COUNT(*) FROM held_lines), (SELECT COUNT(*) FROM desk_drafts),
                   (SELECT COUNT(*) FROM outbox JOIN addresses ON addresses.id = outbox.address_id
                    JOIN people ON people.id = addresses.person_id WHERE people.role <> 'newcomer')
        """
        return await builders.table(self.service, everything, id=asker.id)

    async def stops(self, asker: Asker) -> None:
        await asker.newcomer.commands("stop")

    async def deletes(self, asker: Asker) -> None:
        await asker.newcomer.commands("delete")
        self.erased.append(asker.id)
        await self.somebody_else(asker)

    async def somebody_else(self, asker: Asker) -> None:
        """Of the one before nothing is left; another newcomer stands in their place."""
        self.askers[self.askers.index(asker)] = Asker(await builders.newcomer(self.service))

    # What somebody of the staff does with a case

    async def claims(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        try:
            async with builders.acting(self.service, staff) as work:
                await cases.claim_case(work, case_id=case.id)
        except NotOnShift:
            async with builders.acting(self.service, staff) as work:
                await cases.claim_case_off_shift(work, case_id=case.id)
        assert case.status == CaseStatus.QUEUED, "what did not wait was claimed"

    async def replies(self, staff: Staff, asker: Asker) -> None:
        case, number = await self.must_case(asker), self.next()
        async with builders.acting(self.service, staff) as work:
            await relay.from_volunteer(work, case_id=case.id, text=f"answer {number}", external_id=f"v{number}")
        self._was_theirs(case, staff)
        self.newest[case.id] = clock.now()

    async def releases(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, staff) as work:
            await cases.release_case(work, case_id=case.id, seen_seq=EVERYTHING)
        self._was_theirs(case, staff)

    async def closes(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, staff) as work:
            await closing.close_case(work, case_id=case.id, seen_seq=EVERYTHING, sheet=Sheet())
        self._was_theirs(case, staff)

    async def takes_up_again(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, staff) as work:
            await fates.take_up_again(work, case_id=case.id)
        assert case.status == CaseStatus.CLOSED

    async def keeps(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, staff) as work:
            await keeping_cases.keep_as_pressed(work, case_id=case.id, code=("2h", "noon", "shift")[self.next() % 3])
        self._was_theirs(case, staff)

    async def notes(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, staff) as work:
            await notes.add(work, case_id=case.id, text=f"{NOTED}{self.next()}")
        self._was_theirs(case, staff)

    def _was_theirs(self, case: Row, staff: Staff) -> None:
        assert (case.status, case.volunteer_id) == (CaseStatus.CLAIMED, staff.id), "somebody else's case was acted on"

    # A case between two people

    async def offers(self, staff: Staff, asker: Asker) -> None:
        """To somebody who may receive it, to whoever speaks Arabic, or to anybody."""
        case, number = await self.must_case(asker), self.next()
        to: dict[str, object] = {"person_id": self.staff[number % 3].id}
        async with builders.acting(self.service, staff) as work:
            found = await handing_over.receivers(work)
            if found and number % 4 < 3:
                to = {"language": "ar"} if number % 4 == 0 else {"person_id": found[number % len(found)].id}
            await handing_over.offer(work, case_id=case.id, note=f"{NOTED}{number}", **to)  # type: ignore[arg-type]
        self._was_theirs(case, staff)

    async def reads_note(self, staff: Staff, asker: Asker) -> None:
        hand_over = await self._hand_over(asker)
        async with builders.acting(self.service, staff) as work:
            await handing_over.note_shown(work, hand_over.id)
        self.read.add((hand_over.id, staff.id))

    async def accepts(self, staff: Staff, asker: Asker) -> None:
        hand_over = await self._hand_over(asker)
        async with builders.acting(self.service, staff) as work:
            await handing_over.accept(work, hand_over.id)
        assert (hand_over.id, staff.id) in self.read, "accepted unread"
        assert hand_over.receiver_id in (None, staff.id) and hand_over.giver_id != staff.id

    async def reads_and_accepts(self, staff: Staff, asker: Asker) -> None:
        await self.reads_note(staff, asker)
        await self.accepts(staff, asker)

    async def refuses(self, staff: Staff, asker: Asker) -> None:
        hand_over = await self._hand_over(asker)
        async with builders.acting(self.service, staff) as work:
            await handing_over.refuse(work, hand_over.id)
        assert hand_over.receiver_id in (None, staff.id) and hand_over.giver_id != staff.id

    async def takes_offer_back(self, staff: Staff, asker: Asker) -> None:
        hand_over = await self._hand_over(asker)
        async with builders.acting(self.service, staff) as work:
            await handing_over.take_back(work, hand_over.id)
        assert hand_over.giver_id == staff.id
        ended = await builders.one(self.service, "SELECT outcome FROM hand_overs WHERE id = :id", id=hand_over.id)
        assert ended.outcome == Outcome.TAKEN_BACK

    async def _hand_over(self, asker: Asker) -> hand_over_ends.OpenHandOver:
        case = await self.must_case(asker)
        async with self.service.store.look() as db:
            found = await hand_over_ends.open_of(db, case.id)
        if found is None:
            raise Refusal
        return found

    # A case that comes back on a day

    async def sets_day(self, staff: Staff, asker: Asker) -> None:
        case, number = await self.must_case(asker), self.next()
        async with builders.acting(self.service, staff) as work:
            day = work.today + timedelta(days=1 + number % 4)
            row = await follow_ups.set_day(work, case_id=case.id, day=day, note=f"{NOTED}{number}")
        self._was_theirs(case, staff)
        if number % 2:
            async with builders.acting(self.service, staff) as work:
                await follow_ups.ask_newcomer(work, follow_up_id=row.id)
            await asker.newcomer.presses(f"fuc:{'yes' if number % 4 == 1 else 'no'}:{row.id}")

    async def takes_day_back(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with self.service.store.look() as db:
            row = await follow_ups.of_case(db, case.id)
        if row is None:
            raise Refusal
        async with builders.acting(self.service, staff) as work:
            await follow_ups.drop(work, follow_up_id=row.id)
        assert staff.id in (row.set_by, case.volunteer_id, self.coordinator.id), "somebody else's day was taken back"

    # Being there

    async def comes(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, staff) as work:
            if not await on_duty.here(work):
                await on_duty.here_for(work, 1 + self.next() % 3)

    async def goes(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, staff) as work:
            was = await on_duty.gone(work)
            if was:
                await shift_ends.ask(work, staff.id)
        theirs = "SELECT 1 FROM hand_overs WHERE receiver_id = :id AND ended_at IS NULL"
        still = await builders.table(self.service, theirs, id=staff.id)
        assert not was or still == [], "offered to somebody who has gone home"

    async def cannot_come(self, staff: Staff, _asker: Asker) -> None:
        ahead = await self._shifts(staff)
        async with builders.acting(self.service, staff) as work:
            await taking.cannot_come(work, ahead[0])

    async def stands_in(self, staff: Staff, _asker: Asker) -> None:
        ahead = await self._shifts()
        async with builders.acting(self.service, staff) as work:
            await taking.sign_up(work, ahead[self.next() % len(ahead)])

    async def _shifts(self, staff: Staff | None = None) -> list[int]:
        """Those that are not over, the first to begin first; of somebody's, if one is named."""
        ahead = select(SHIFTS.c.id).where(SHIFTS.c.ends_at > clock.now(), HELD).order_by(SHIFTS.c.starts_at)
        if staff is not None:
            mine = SIGNED_UP.c.shift_id == SHIFTS.c.id, SIGNED_UP.c.person_id == staff.id
            ahead = ahead.where(exists().where(*mine))
        async with self.service.store.look() as db:
            found = list((await db.execute(ahead)).scalars().all())
        if not found:
            raise Refusal
        return found

    async def goes_away(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, staff) as work:
            first = work.today + timedelta(days=self.next() % 2)
            await profiles.pause(work, staff.id, first, first + timedelta(days=1))

    async def is_back(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, staff) as work:
            await profiles.end_pause(work, staff.id)

    async def leaves(self, staff: Staff, _asker: Asker) -> None:
        """For good; somebody else comes in their place."""
        if staff is self.coordinator:
            raise Refusal
        place = self.staff.index(staff)
        async with builders.acting(self.service, staff) as work:
            await leaving.leave_by_oneself(work)
        chat_id = LANES + 100 + self.next()
        self.staff[place] = await builders.volunteer(self.service, f"Ny{self.count}", on_shift=False, chat_id=chat_id)

    # What the coordinator does

    async def disables(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, self.coordinator) as work:
            await leaving.end_access(work, staff.id)

    async def enables(self, staff: Staff, _asker: Asker) -> None:
        async with builders.acting(self.service, self.coordinator) as work:
            await leaving.give_access(work, staff.id)
            await people.link_telegram(work, staff.id, staff.chat_id or 0)

    async def plans(self, staff: Staff, _asker: Asker) -> None:
        """A shift that begins soon."""
        begins = clock.now() + timedelta(minutes=(5, 20, 120)[self.next() % 3])
        async with builders.acting(self.service, self.coordinator) as work:
            await shift_starts.add_shift(
                work, starts_at=begins, ends_at=begins + timedelta(minutes=90), person_ids=[staff.id]
            )

    async def cancels(self, _staff: Staff, _asker: Asker) -> None:
        ahead = await self._shifts()
        async with builders.acting(self.service, self.coordinator) as work:
            await making.cancel(work, ahead[0])

    async def gives(self, staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, self.coordinator) as work:
            await reassigning.reassign(work, case_id=case.id, person_id=staff.id)

    async def frees(self, _staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, self.coordinator) as work:
            await reassigning.release(work, case_id=case.id)

    async def ends(self, _staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, self.coordinator) as work:
            await reassigning.close(work, case_id=case.id)

    async def takes_herself(self, _staff: Staff, asker: Asker) -> None:
        case = await self.must_case(asker)
        async with builders.acting(self.service, self.coordinator) as work:
            await cases.claim_case_overruling(work, case_id=case.id)

    async def blocks(self, _staff: Staff, asker: Asker) -> None:
        case, span = await self.must_case(asker), tuple(BlockSpan)[self.next() % 3]
        async with builders.acting(self.service, self.coordinator) as work:
            await blocking.block(work, case_id=case.id, span=span, reason=BlockReason.OTHER)
        asker.blocked_until = clock.now() + (SPANS[span] or timedelta(days=10_000))

    async def unblocks(self, _staff: Staff, asker: Asker) -> None:
        async with builders.acting(self.service, self.coordinator) as work:
            await blocking.lift(work, newcomer_id=asker.id)
        assert asker.is_blocked, "let in who was not shut out"
        asker.blocked_until = None

    # Time

    async def next_moment(self, which: int) -> None:
        """It is the instant at which something is due, or a second before it, or after."""
        timer = select(func.min(_TIMERS.c.due_at)).where(_TIMERS.c.done_at.is_(None), _TIMERS.c.due_at > clock.now())
        duty = select(func.min(DUTIES.c.ends_at)).where(DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at > clock.now())
        async with self.service.store.look() as db:
            found = [(await db.execute(one)).scalar_one() for one in (timer, duty)]
        instants = [at for at in found if at is not None]
        if instants:
            self._until(min(instants) + (which % 3 - 1) * SECOND)

    async def minutes_pass(self, which: int) -> None:
        self._until(clock.now() + timedelta(minutes=(6, 16, 31, 46)[which]))

    async def hours_pass(self, which: int) -> None:
        self._until(clock.now() + timedelta(hours=(3, 9, 26, 50)[which]))
        await Rounds(self.service)._arm_regular()

    async def weeks_pass(self, which: int) -> None:
        self._until(clock.now() + timedelta(days=(15, 32, 15, 8)[which]))
        await self.settle()
        await builders.purge(self.service)

    def _until(self, at: datetime) -> None:
        clock.move(max(at - clock.now(), timedelta()))

    async def settle(self) -> None:
        """What is due by now is done."""
        rounds = _Rounds(self.service)
        while await rounds.do_one():
            pass


def _named(*names: str) -> dict[str, Callable[..., Awaitable[None]]]:
    return {name: getattr(Story, name) for name in names}


OF_A_NEWCOMER = _named("writes", "edits", "stops", "deletes")
OF_THE_STAFF = _named(
    "claims", "replies", "releases", "closes", "takes_up_again", "keeps", "notes", "offers", "reads_note", "accepts",
    "reads_and_accepts", "refuses", "takes_offer_back", "sets_day", "takes_day_back", "comes", "goes", "cannot_come",
    "stands_in", "goes_away", "is_back", "leaves", "disables", "enables", "plans", "cancels", "gives", "frees", "ends",
    "takes_herself", "blocks", "unblocks",
)  # fmt: skip
OF_TIME = _named("next_moment", "minutes_pass", "hours_pass", "weeks_pass")
_BY_RECEIVERS = ("reads_note", "accepts", "reads_and_accepts", "refuses")
# How often each is chosen: more of what leads somewhere, or most of a program would be refused.
WEIGHTS = dict.fromkeys((*OF_A_NEWCOMER, *OF_THE_STAFF, *OF_TIME), 4) | {
    "writes": 20, "claims": 30, "next_moment": 20, "comes": 12, "replies": 8, "notes": 8, "offers": 24,
    "reads_and_accepts": 16, "sets_day": 8, "gives": 8, "takes_up_again": 8, "enables": 8, "is_back": 6,
    "unblocks": 8, "deletes": 1, "stops": 1, "weeks_pass": 1, "disables": 1, "leaves": 1, "goes_away": 1, "blocks": 2,
    "cancels": 1, "cannot_come": 2, "goes": 3, "ends": 2, "frees": 2, "takes_herself": 2, "closes": 3,
}  # fmt: skip
ACTS = tuple(name for name, weight in WEIGHTS.items() for _ in range(weight))
WHO = (0, 1, 2, CONCERNED, CONCERNED, CONCERNED)


async def do(story: Story, name: str, who: int, which: int) -> bool:
    """One act by these people, and what is due then. Whether it had an effect, or was refused."""
    clock.move(SECOND)
    asker = story.askers[which]
    try:
        if name in OF_TIME:
            await OF_TIME[name](story, who)
        elif name in OF_A_NEWCOMER:
            await OF_A_NEWCOMER[name](story, asker)
        else:
            await OF_THE_STAFF[name](story, await _acting(story, name, who, asker), asker)
        story.seen[name] = story.seen.get(name, 0) + 1
    except Refusal:
        return False
    finally:
        await story.settle()
    return True


async def _acting(story: Story, name: str, who: int, asker: Asker) -> Staff:
    """One of the volunteers; or whoever it concerns: who has the case, or whom it is offered to."""
    if who != CONCERNED:
        return story.staff[who]
    case = await story.newest_case(asker)
    concerned = case.volunteer_id if case else None
    if name in _BY_RECEIVERS:
        to = "SELECT receiver_id FROM hand_overs WHERE ended_at IS NULL AND case_id = :case"
        found = await builders.table(story.service, to, case=case.id if case else 0)
        others = (one.id for one in story.staff if one.id != concerned)
        concerned = (found[0].receiver_id if found else None) or next(others)
    return next((one for one in (*story.staff, story.coordinator) if one.id == concerned), story.staff[0])
