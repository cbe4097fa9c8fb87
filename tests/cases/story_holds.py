"""What must hold whatever anybody has done: the database is read afresh and held against what was acknowledged.

Owns the checks, each a method with what it is about, and what they ask: made once, since they ask it after each act.
It must not act.
"""

from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, exists, func, or_, select

from bot.cases.transcript import transcript
from bot.engine import clock
from bot.engine.db import Db
from bot.people.access import CASES
from bot.roster.presence import DUTIES
from bot.roster.staffing import PEOPLE, SHIFTS, SIGNED_UP
from bot.telling.render import prompt_of
from models.base import UtcDateTime, table_of
from models.block import Block
from models.case import CaseStatus, DeskDraft
from models.conversation import Conversation, Message
from models.follow_up import FollowUp
from models.handing_over import CaseNote, HandOver
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address, Role
from models.volunteer import VolunteerProfile
from tests.cases.story import NOTED, Asker, Story

_MESSAGES, _THREADS, _BLOCKS = table_of(Message), table_of(Conversation), table_of(Block)
_NOTES, _OVERS, _DAYS, _DRAFTS = table_of(CaseNote), table_of(HandOver), table_of(FollowUp), table_of(DeskDraft)
_ROWS, _LANES, _PROFILES = table_of(Outbox), table_of(Address), table_of(VolunteerProfile)
_STEPS = (Notice.STILL_WAITS, Notice.NOBODY_TAKES, Notice.OFFERED)
_FROM_NOW = ("soon", "queue")  # promises that somebody who is there has to keep
A_DAY = timedelta(days=1)

_NOW = bindparam("now", type_=UtcDateTime)
_CASES = select(CASES).order_by(CASES.c.opened_at)
_WITH_CODE = select(CASES).where(CASES.c.code.is_not(None))
_WORDED = select(CASES.c.id).where(CASES.c.code.is_not(None))
_EVERYBODY = select(PEOPLE.c.id)
_ENABLED = _EVERYBODY.where(PEOPLE.c.enabled)
_FIT = _ENABLED.join(_PROFILES, _PROFILES.c.person_id == PEOPLE.c.id).where(_PROFILES.c.is_trainee.is_(False))
_BLOCKED = select(_BLOCKS.c.person_id).where(or_(_BLOCKS.c.until.is_(None), _BLOCKS.c.until > _NOW))
_OFFERED = select(_OVERS).where(_OVERS.c.ended_at.is_(None))
_ERASED_HERE = _EVERYBODY.where(PEOPLE.c.id.in_(bindparam("them", expanding=True)))
_ERASED_BLOCKED = select(_BLOCKS.c.person_id).where(_BLOCKS.c.person_id.in_(bindparam("them", expanding=True)))
_OUTLIVING = {
    table.name: select(table.c.id)
    .join(CASES, CASES.c.id == table.c.case_id)
    .where(or_(CASES.c.newcomer_id.is_(None), CASES.c.code.is_(None)))
    for table in (_NOTES, _OVERS, _DAYS, _DRAFTS, _MESSAGES)
}
_ORPHANS = select(_MESSAGES.c.id).where(~exists().where(_THREADS.c.id == _MESSAGES.c.conversation_id))
_TOLD_TO_WAIT = select(_ROWS.c.case_id, _ROWS.c.kind, _ROWS.c.address_id, _ROWS.c.created_at).where(
    _ROWS.c.kind.in_(_STEPS), _ROWS.c.edits.is_(None), _ROWS.c.case_id.in_(bindparam("waiting", expanding=True))
)
_LATELY_TOLD = select(_ROWS).where(_ROWS.c.id > bindparam("last"), _ROWS.c.state != RowState.CANCELLED)
_TOLD_OF_CASE = select(_ROWS).where(_ROWS.c.case_id == bindparam("case")).order_by(_ROWS.c.id.desc())
_LASTS = DUTIES.c.ended_at.is_(None), DUTIES.c.began_at <= _NOW, DUTIES.c.ends_at > _NOW
_IS_HELD = exists().where(SHIFTS.c.id == DUTIES.c.shift_id, SHIFTS.c.cancelled_at.is_(None))
_IS_THEIRS = exists().where(SIGNED_UP.c.shift_id == DUTIES.c.shift_id, SIGNED_UP.c.person_id == DUTIES.c.person_id)
_THERE = (
    select(_PROFILES)
    .join(DUTIES, DUTIES.c.person_id == _PROFILES.c.person_id)
    .join(PEOPLE, PEOPLE.c.id == DUTIES.c.person_id)
    .where(PEOPLE.c.enabled, _PROFILES.c.is_trainee.is_(False), *_LASTS)
    .where(or_(DUTIES.c.shift_id.is_(None), _IS_HELD & _IS_THEIRS))
)
_NEWEST_TOLD = select(func.max(_ROWS.c.id))
_WHAT_WHOM = (
    select(_ROWS, PEOPLE.c.role)
    .where(_ROWS.c.id > bindparam("last"))
    .join(_LANES, _LANES.c.id == _ROWS.c.address_id)
    .join(PEOPLE, PEOPLE.c.id == _LANES.c.person_id)
)
_WORDS = select(_MESSAGES.c.id, _MESSAGES.c.words)


class Reader:
    """What is read after every act. `last`: the newest row of the outbox that was read."""

    def __init__(self, story: Story) -> None:
        self.story, self.last = story, 0

    async def holds(self) -> None:
        """All of it."""
        await self._the_purged_are_known()
        async with self.story.service.store.look() as db:
            found = (await db.execute(_CASES)).all()
            await self._one_has_each(db, found)
            await self._one_hand_over_at_most(db, found)
            await self._the_erased_stay_so(db)
            await self._nobody_hears_twice(db, found)
            await self._nobody_absent_is_promised(db, found)
            await self._notes_stay_among_colleagues(db)
        for asker in self.story.askers:
            assert await self.story.words_of(asker) == [word.text for word in asker.kept], "words are lost"

    async def ends(self) -> None:
        """And at last: nothing that was noted stands in what was said, as the desk shows it."""
        async with self.story.service.store.look() as db:
            for case in (await db.execute(_WITH_CODE)).all():
                for line in await transcript(db, self.story.service.store.seal, case):  # type: ignore[arg-type]
                    assert not any(NOTED in words for words in (line.text, *line.earlier)), "a note was said"

    async def _the_purged_are_known(self) -> None:
        """What has had its last day may be gone, and its newcomer; nothing else."""
        story, days = self.story, self.story.service.settings.retention_days
        async with story.service.store.look() as db:
            worded = set((await db.execute(_WORDED)).scalars())
            here = set((await db.execute(_EVERYBODY)).scalars())
        for asker in list(story.askers):
            for word in [word for word in asker.kept if word.case_id not in worded]:
                assert clock.now() - story.newest[word.case_id] > (days - 1) * A_DAY, "forgotten too early"
                asker.kept.remove(word)
            asker.named = [one for one in asker.named if one[1] in worded]
            if asker.id not in here:
                assert asker.kept == [], "forgotten with words"
                await story.somebody_else(asker)

    async def _one_has_each(self, db: Db, found: list[Row]) -> None:  # type: ignore[type-arg]
        fit = set((await db.execute(_FIT)).scalars())
        blocked = set((await db.execute(_BLOCKED, {"now": clock.now()})).scalars())
        assert {one.id for one in self.story.askers if one.is_blocked} == blocked & {a.id for a in self.story.askers}
        open_of: set[int] = set()
        for case in found:
            if case.status == CaseStatus.CLAIMED:
                assert case.volunteer_id in fit, "a case is with somebody who cannot answer"
            assert case.status != CaseStatus.QUEUED or case.volunteer_id is None
            if case.status == CaseStatus.CLOSED:
                continue
            assert case.newcomer_id not in open_of, "two open cases of one newcomer"
            assert case.newcomer_id is not None and case.newcomer_id not in blocked, "open, and nobody may write in it"
            assert case.status != CaseStatus.QUEUED or case.waiting_since is not None
            open_of.add(case.newcomer_id)

    async def _one_hand_over_at_most(self, db: Db, found: list[Row]) -> None:  # type: ignore[type-arg]
        standing = (await db.execute(_OFFERED)).all()
        assert len({row.case_id for row in standing}) == len(standing)
        cases = {case.id: case for case in found}
        enabled = set((await db.execute(_ENABLED)).scalars())
        for row in standing:
            case = cases[row.case_id]
            assert (case.status, case.volunteer_id) == (CaseStatus.CLAIMED, row.giver_id), "offered by somebody else"
            assert row.receiver_id is None or row.receiver_id in enabled, "offered to nobody"
            assert row.over_at > clock.now(), "offered for longer than was said"

    async def _the_erased_stay_so(self, db: Db) -> None:
        them = {"them": self.story.erased}
        assert (await db.execute(_ERASED_HERE, them)).all() == []
        assert (await db.execute(_ERASED_BLOCKED, them)).all() == []
        for name, left in _OUTLIVING.items():
            assert (await db.execute(left)).all() == [], f"{name} outlive their case"
        assert (await db.execute(_ORPHANS)).all() == []

    async def _nobody_hears_twice(self, db: Db, found: list[Row]) -> None:  # type: ignore[type-arg]
        """Each step of the waiting, and each card, reaches a person at most once as long as the case waits."""
        waiting = {case.id: case.queued_at for case in found if case.status == CaseStatus.QUEUED}
        said = await db.execute(_TOLD_TO_WAIT, {"waiting": list(waiting)})
        told: set[tuple[int, str, int]] = set()
        for case_id, kind, lane, at in said.all():
            if at >= waiting[case_id]:
                assert (case_id, kind, lane) not in told, f"{kind} was said twice"
                told.add((case_id, kind, lane))

    async def _nobody_absent_is_promised(self, db: Db, found: list[Row]) -> None:  # type: ignore[type-arg]
        """Nobody is told "in so many minutes" while nobody is there, nor waits on with that once they are gone."""
        if await self._is_anybody_there(db):
            return
        told = (await db.execute(_LATELY_TOLD, {"last": self.last})).all()
        new = [row for row in told if row.params.get("promise") in _FROM_NOW]
        assert new == [], "an answer was promised by nobody"
        waiting = [case for case in found if case.status == CaseStatus.QUEUED and case.promised_by is not None]
        for case in [case for case in waiting if case.promised_by > clock.now()]:
            of_case = (await db.execute(_TOLD_OF_CASE, {"case": case.id})).all()
            promises = [row for row in of_case if row.params.get("promise")]
            assert (
                not promises
                or promises[0].params["promise"] not in _FROM_NOW
                or await self._went_home_in_time(db, promises[0].created_at)
            ), "a promise stands that nobody keeps"

    async def _is_anybody_there(self, db: Db) -> bool:
        """Said here in its own words: a duty that lasts, on a shift that is held and theirs, of somebody who may."""
        now, today = clock.now(), clock.office_day(clock.now(), self.story.service.store.zone)
        return any(
            one.paused_from is None or today < one.paused_from or (one.paused_until and today > one.paused_until)
            for one in (await db.execute(_THERE, {"now": now})).all()
        )

    async def _went_home_in_time(self, db: Db, told_at: datetime) -> bool:
        """Whether whoever was there then left at the end that everybody knew; or somebody comes before it is missed."""
        ended = DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at <= clock.now(), DUTIES.c.ends_at > told_at
        chosen = self.story.service.settings
        lately, soon = clock.now() - chosen.grace, clock.now() + timedelta(minutes=chosen.promise_minutes)
        left = exists().where(
            DUTIES.c.shift_id == SHIFTS.c.id,
            DUTIES.c.person_id == SIGNED_UP.c.person_id,
            DUTIES.c.ended_at.is_not(None),
        )
        comes = select(func.count()).select_from(SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id))
        comes = comes.join(PEOPLE, PEOPLE.c.id == SIGNED_UP.c.person_id).where(PEOPLE.c.enabled, ~left)
        comes = comes.where(SHIFTS.c.starts_at.between(lately, soon), SHIFTS.c.cancelled_at.is_(None))
        there = [select(func.count()).select_from(DUTIES).where(*ended), comes]
        return any([(await db.execute(one)).scalar_one() for one in there])

    async def _notes_stay_among_colleagues(self, db: Db) -> None:
        """No note's words stand in what was said, in the outbox, or in anything a newcomer reads."""
        newest = (await db.execute(_NEWEST_TOLD)).scalar_one() or 0
        for row in (await db.execute(_WHAT_WHOM, {"last": self.last})).all():
            assert NOTED not in str(row.params), "a note stands in the outbox"
            if row.role == Role.NEWCOMER and row.state != RowState.CANCELLED:
                assert NOTED not in (await prompt_of(db, self.story.service, row)).text, "a newcomer reads a note"
        seal = self.story.service.store.seal
        for row in (await db.execute(_WORDS)).all():
            assert NOTED not in seal.open(row.words, table="messages", column="words", row_id=row.id)
        self.last = newest


__all__ = ["Asker", "Reader"]
