"""Which case a volunteer's words in a chat are meant for. A wrong guess would send one person's words to another.

One open case: it is meant. Several: a reply names its case; otherwise the words are held and the bot asks,
unless the volunteer chose a case in the last five minutes and no other case has had new words since.
"""

from datetime import timedelta

from sqlalchemy import Row, Table, delete, insert, select

from bot.access import CaseRow, require_staff
from bot.actions import cases, relay
from bot.errors import Stale
from bot.store import Work
from models.case import Focus
from models.outbox import Notice, Outbox

CHOICE_HOLDS = timedelta(minutes=5)


async def volunteer_said(work: Work, text: str, *, external_id: str, own_message: int, reply_to: int | None) -> None:
    """The words go to the case they are meant for, or are held while the bot asks. Never to a guess.

    `reply_to`: the outbox row the volunteer answered to, if any.

    Raises:
        NotFound: the case answered to is not the actor's any more.
        BadInput: no words, or too many.
    """
    actor = require_staff(work.actor)
    words = relay.checked(text)
    mine = await cases.cases_of(work.db, actor.id)
    meant = await _case_answered_to(work, reply_to)
    if meant is None:
        meant = await _only_possible(work, mine)
    if meant is not None:
        await relay.from_volunteer(work, case_id=meant, text=words, external_id=external_id, reply_to=own_message)
    elif mine:
        await _hold_and_ask(work, mine, words, external_id=external_id, own_message=own_message)
    else:
        await work.tell(actor.id, Notice.NO_CASE, params={})


async def chose_case(work: Work, *, case_id: int, card: int | None) -> CaseRow:
    """The volunteer named the case: held words go there, and words of the next minutes too.

    Raises:
        NotFound: not the actor's case.
        Stale: nothing is held any more.
    """
    actor = require_staff(work.actor)
    words = await _held(work)
    if not words:
        raise Stale
    external_id, _, own_message = (await _focus(work)).held_external_id.rpartition("|")
    await relay.from_volunteer(work, case_id=case_id, text=words, external_id=external_id, reply_to=int(own_message))
    await _set_focus(work, case_id=case_id, chosen_at=work.now)
    mine = await cases.cases_of(work.db, actor.id)
    chosen = next(case for case in mine if case.id == case_id)
    if card is not None:
        await work.tell(actor.id, Notice.WHICH_CASE, params={"sent_to": chosen.code}, edits=card)
    return chosen


async def _case_answered_to(work: Work, reply_to: int | None) -> int | None:
    if reply_to is None:
        return None
    row = (await work.db.execute(select(Outbox.case_id).where(Outbox.id == reply_to))).one_or_none()
    return row.case_id if row else None


async def _only_possible(work: Work, mine: list[CaseRow]) -> int | None:
    if len(mine) == 1:
        return mine[0].id
    focus = await _focus(work)
    if focus is None or focus.chosen_at is None or work.now - focus.chosen_at > CHOICE_HOLDS:
        return None
    if focus.case_id not in [case.id for case in mine]:
        return None
    news = [c for c in mine if c.id != focus.case_id and c.waiting_since and c.last_message_at > focus.chosen_at]
    return None if news else focus.case_id


async def _hold_and_ask(work: Work, mine: list[CaseRow], words: str, *, external_id: str, own_message: int) -> None:
    # A second line while the bot asks must not push out the first; what could not be sent together is refused now.
    earlier = await _held(work)
    together = relay.checked(f"{earlier}\n{words}") if earlier else words
    held = work.seal.seal(together, table="focuses", column="held_text", row_id=work.actor.id)
    await _set_focus(work, held_text=held, held_external_id=f"{external_id}|{own_message}", held_at=work.now)
    cards = [
        {"case": case.id, "code": case.code, "language": case.language, "category": case.category} for case in mine
    ]
    await work.tell(work.actor.id, Notice.WHICH_CASE, params={"cases": cards, "reply_to": own_message})


async def _held(work: Work) -> str:
    focus = await _focus(work)
    if focus is None or focus.held_text is None:
        return ""
    return work.seal.open(focus.held_text, table="focuses", column="held_text", row_id=work.actor.id)


_FOCUSES: Table = Focus.__table__  # type: ignore[attr-defined]


async def _focus(work: Work) -> Row | None:
    return (await work.db.execute(select(_FOCUSES).where(_FOCUSES.c.person_id == work.actor.id))).one_or_none()


async def _set_focus(work: Work, **values: object) -> None:
    await work.db.execute(delete(Focus).where(Focus.person_id == work.actor.id))
    await work.db.execute(insert(Focus).values(person_id=work.actor.id, **values))
