"""The newest instant that the database knows, which the computer's clock is held against; and a doubt, told and ended.

Owns two facts of `meta`: that instant, and which doubt has been told. An instant written during a doubt never becomes
the newest, so that a wrong clock cannot vouch for itself. It must not decide what a doubt is: `engine/belief.py` does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select

from bot.engine import bells, clock, living
from bot.engine.belief import LONGEST_STEP, PAUSE_BELIEVED_AFTER, Doubt, Why
from bot.engine.db import Db
from bot.engine.errors import ClockInDoubt, Stale
from bot.engine.inserts import insert_or_skip
from bot.engine.store import Store
from bot.engine.work import Work
from bot.people import people
from bot.trouble.texts import ClockDoubt
from models.base import new_id, table_of
from models.case import CaseEvent
from models.outbox import Meta, Outbox

log = structlog.get_logger()
NEWEST, TOLD = "newest_instant", "clock_doubt"
PAUSE_TOLD_AFTER = timedelta(seconds=5)  # a witness that agrees has said so by then, and nobody need be troubled
_META, _ROWS, _LEDGER = table_of(Meta), table_of(Outbox), table_of(CaseEvent)


@dataclass(frozen=True, slots=True)
class Told:
    """A doubt that is noted. `instance`: the process that has it. `is_said`: the coordinators know of it."""

    number: int
    why: str
    instance: int
    is_said: bool = True


async def begin(store: Store) -> None:
    """This process begins, and its clock has been held against what the database knows."""
    async with store.look() as db:
        known = await _newest(db) or await _newest_written(db)
        told = await _told(db)
    clock.start_from(known)
    if told is not None and told.why != Why.PAUSE:
        clock.contradicted()  # a new start makes a wrong clock no better


async def heed(work: Work, instance: int) -> bool:
    """What is known by now has been compared; a doubt is told once, and forgotten when it is over. Returns whether one
    is over in which the clock was used, so that it may have left instants to come."""
    known, told = await _newest(work.db), await _told(work.db)
    if known is not None:
        clock.compare(known)
    work.now = clock.now()
    doubt = clock.doubt()
    if doubt is not None:
        await _tell_once(work, doubt, told, instance)
        return False
    if clock.is_real():
        await _note_newest(work, known)
    if told is not None and (told.instance == instance or not await living.lives(work, told.instance)):
        await _forget(work, TOLD)
        log.info("clock_believed_again")
        return True
    return False


async def confirm(work: Work, *, number: int | None = None) -> None:
    """The computer's clock, as it is, is believed by every process from its next beat on, which comes at once.

    `number`: of the doubt that was answered, where a button says it.

    Raises:
        Stale: that doubt is over.
    """
    told = await _told(work.db)
    if number is not None and (told is None or told.number != number):
        raise Stale
    await _keep(work, NEWEST, clock.shown().isoformat())
    work.ring(bells.PULSE)
    log.info("clock_confirmed")


def require_none() -> None:
    """Nothing, if the clock can be relied on for what cannot be undone.

    Raises:
        ClockInDoubt: it cannot.
    """
    if clock.doubt() is not None:
        raise ClockInDoubt


async def _tell_once(work: Work, doubt: Doubt, told: Told | None, instance: int) -> None:
    is_said = doubt.why is not Why.PAUSE or doubt.lasted >= PAUSE_TOLD_AFTER
    was_said = told is not None and told.is_said
    if told is not None and told.instance != instance and await living.lives(work, told.instance):
        return  # another process has the same doubt, and says so
    number = told.number if told is not None else new_id()
    now = Told(number, doubt.why, instance, is_said or was_said)
    if now != told:
        log.error("clock_in_doubt", why=doubt.why, by_seconds=int(doubt.by.total_seconds()))
        await _keep(work, TOLD, f"{number}:{doubt.why}:{instance}:{int(now.is_said)}")
    if was_said or not is_said:
        return
    shown = clock.shown()
    until = shown + PAUSE_BELIEVED_AFTER - doubt.lasted if doubt.why is Why.PAUSE else None
    told_now = ClockDoubt(number=number, why=doubt.why, shown=shown, other=shown - doubt.by, until=until)
    await people.tell_coordinators(work, told_now)


async def _note_newest(work: Work, known: datetime | None) -> None:
    """One that lies more than a day ahead has been contradicted by whoever made the clock believed."""
    if known is None or known < work.now or known - work.now > LONGEST_STEP:
        await _keep(work, NEWEST, work.now.isoformat())


async def _newest(db: Db) -> datetime | None:
    kept = await _fact(db, NEWEST)
    return datetime.fromisoformat(kept) if kept else None


async def _newest_written(db: Db) -> datetime | None:
    """What an older version has left: the instants of the last notice and of the last line of the ledger."""
    last = (
        select(_ROWS.c.created_at).order_by(_ROWS.c.id.desc()).limit(1),
        select(_LEDGER.c.at).order_by(_LEDGER.c.id.desc()).limit(1),
    )
    found = [(await db.execute(newest)).scalar_one_or_none() for newest in last]
    return max((at for at in found if at is not None), default=None)


async def _told(db: Db) -> Told | None:
    kept = await _fact(db, TOLD)
    if kept is None:
        return None
    number, why, instance, is_said = kept.split(":")
    return Told(int(number), why, int(instance), is_said == "1")


async def _fact(db: Db, name: str) -> str | None:
    fact: str | None = (await db.execute(select(_META.c.value).where(_META.c.name == name))).scalar_one_or_none()
    return fact


async def _keep(work: Work, name: str, value: str) -> None:
    await _forget(work, name)
    await work.db.execute(insert_or_skip(work.db, _META).values(name=name, value=value))


async def _forget(work: Work, name: str) -> None:
    await work.db.execute(delete(_META).where(_META.c.name == name))
