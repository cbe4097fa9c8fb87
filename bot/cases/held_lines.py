"""What a volunteer typed and nobody has been sent: lines that are held, sealed, and the one card that asks about them.

Owns the rows of `held_lines`, and what the card asks. It must not decide where words go (`addressee.py`), nor send them
(`which_case.py`).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from bot.cases import cases, fates, focus, messages
from bot.cases.focus import Seen
from bot.cases.texts_held import Became, WhichCase, Why
from bot.cases.told import CaseTold
from bot.engine.errors import Stale
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import access
from bot.people.texts import Unsay
from models.base import new_id, table_of
from models.case import HeldLine
from models.timer import TimerKind

LINES_HELD = timedelta(minutes=10)
# Why a card asks: several cases · a case has ended · what was answered to names none · a slash · a closed case.
SEVERAL, ENDED, UNCLEAR, SLASH, REOPEN = tuple(Why)
# What became of the lines a card asked about.
SENT, DECLINED, ELSEWHERE, EXPIRED, NOWHERE = tuple(Became)
_LINES = table_of(HeldLine)


class HeldRow(NamedTuple):
    """A line that is held; what its columns mean: `models.case.HeldLine`."""

    id: int
    own_message: int
    words: bytes
    held_at: datetime


_COLUMNS = columns(HeldRow, _LINES)
_THEIRS = _LINES.c.person_id == bindparam("person")
_HOLD, _DROP = insert(_LINES), delete(_LINES).where(_THEIRS)
_TAKE = _DROP.returning(*_COLUMNS)
_OF_PERSON = select(*_COLUMNS).where(_THEIRS).order_by(_LINES.c.own_message)


async def hold(work: Work, before: Seen, words: str, *, own_message: int, why: Why, about: int | None = None) -> None:
    """The words wait, and one card asks about all that do; a card that asked something else is over.

    `own_message`: theirs, in the volunteer's chat. `about`: the case that is to be reopened for them, if one is.

    Raises:
        BadInput: no words, or too many.
    """
    actor = work.staff
    asks_the_same = before.asked_row is not None and (before.asked_why == REOPEN, before.asked_case) == (
        why == REOPEN, about,
    )  # fmt: skip
    if not asks_the_same:
        await drop(work, actor.id, before, ELSEWHERE)
    line_id = new_id()
    sealed = _sealed(work, messages.checked(words), line_id)
    row = {"id": line_id, "person_id": actor.id, "own_message": own_message, "words": sealed}
    await work.db.execute(_HOLD, {"held_at": work.now, **row})
    await focus.held(work, actor.id, before)
    if asks_the_same and why != SLASH:
        await refresh_card(work, before)
        return
    if asks_the_same:  # who typed it for a command waits for an answer below it
        await work.tell(actor.id, Unsay(), edits=before.asked_row)
    asks = replace(await _card(work, why, about), reply_to=own_message)
    card = await work.tell_as_row(actor.id, asks, case_id=about)
    await focus.asked(work, actor.id, card, why=why, case_id=about)
    await work.remind(TimerKind.HELD_EXPIRES, actor.id, work.now + LINES_HELD)


async def _card(work: Work, why: Why, about: int | None) -> WhichCase:
    """What the card asks and offers: codes only; the lines themselves stay sealed until it is rendered."""
    actor = work.staff
    if about is not None:
        fate = await fates.fate_of(work, about)
        return WhichCase(why=why, person=actor.id, case=about, code=fate.code)
    offered = (
        CaseTold(case=case.id, code=case.code, language=case.language, category=case.category)
        for case in await cases.cases_of(work.db, actor.id)
    )
    return WhichCase(why=why, person=actor.id, cases=tuple(offered))


async def refresh_card(work: Work, before: Seen) -> None:
    """The card offers the cases there are now, and repeats the lines as they read now."""
    if before.asked_row is None:
        return
    actor = work.staff
    asks = await _card(work, Why(before.asked_why or SEVERAL), before.asked_case)
    await work.tell(actor.id, asks, case_id=before.asked_case, edits=before.asked_row)


async def take_lines(work: Work) -> list[HeldRow]:
    """The lines, which are held no more: of two presses at once, also in two processes, one has them.

    Raises:
        Stale: another press had them.
    """
    taken = every(HeldRow, await work.db.execute(_TAKE, {"person": work.staff.id}))
    if not taken:
        raise Stale
    return sorted(taken, key=lambda line: line.own_message)


async def drop(work: Work, person_id: int, before: Seen, became: Became) -> None:
    """Nothing is held any more; the card that asked, or a new message if it is gone, says why it was not sent."""
    dropped = await work.db.execute(_DROP, {"person": person_id})
    if dropped.rowcount:
        await settle_card(work, person_id, before, became, None)


async def settle_card(work: Work, person_id: int, before: Seen, became: Became, case_id: int | None) -> None:
    """The card says what became of the lines, and asks nothing any more."""
    code = None if case_id is None else await access.code_of(work.db, case_id)
    await work.tell(person_id, WhichCase(became=became, code=code), case_id=case_id, edits=before.asked_row)
    await focus.asked(work, person_id, None, why=None, case_id=None)


async def lines_of(work: Work, person_id: int) -> list[HeldRow]:
    """The lines that are held, in the order in which they were typed."""
    return every(HeldRow, await work.db.execute(_OF_PERSON, {"person": person_id}))


async def expire_held(work: Work, person_id: int) -> None:
    """Lines held for ten minutes are gone, and their author told; a line that came since gives them more time."""
    lines = await lines_of(work, person_id)
    if not lines:
        return
    due_at = max(line.held_at for line in lines) + LINES_HELD
    if due_at > work.now:
        await work.remind(TimerKind.HELD_EXPIRES, person_id, due_at)
    else:
        await drop(work, person_id, await focus.seen(work, person_id), EXPIRED)


async def line_typed_as(work: Work, own_message: int) -> int | None:
    """The line that is held of this message in the actor's chat, if one is."""
    this = _LINES.c.person_id == work.staff.id, _LINES.c.own_message == own_message
    return (await work.db.execute(select(_LINES.c.id).where(*this))).scalar_one_or_none()


async def reword(work: Work, before: Seen, line_id: int, words: str) -> None:
    """The held line says this instead, and so does the card.

    Raises:
        BadInput: no words, or too many.
    """
    sealed = _sealed(work, messages.checked(words), line_id)
    await work.db.execute(update(_LINES).where(_LINES.c.id == line_id).values(words=sealed))
    await refresh_card(work, before)


def _sealed(work: Work, words: str, line_id: int) -> bytes:
    return work.seal.seal(words, table="held_lines", column="words", row_id=line_id)


def words_of(work: Work, line: HeldRow) -> str:
    """A held line's words, opened."""
    return work.seal.open(line.words, table="held_lines", column="words", row_id=line.id)
