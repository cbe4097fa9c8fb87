"""What a press on the card about held lines does: they go to the case it names, or nowhere, or their case is reopened.

Of two presses at once one has its effect. It must not decide what is asked: `addressee.py` does.
"""

from bot.cases import cases, fates, focus, held_lines, relay
from bot.cases.focus import Seen
from bot.cases.held_lines import DECLINED, LINES_HELD, NOWHERE, REOPEN, SENT
from bot.engine.errors import NotFound, Stale
from bot.engine.work import Work
from bot.people import access
from models.dialogue import Answer


async def chose_case(work: Work, *, case_id: int, card: int | None) -> Answer:
    """The volunteer named the case: the held lines go there, in order, and words of the next minutes too.

    Raises:
        Stale: nothing is held any more, or another card asks.
    """
    actor = work.staff
    before = await _asked_by(work, card)
    if before.asked_why == REOPEN:
        raise Stale
    try:
        await access.my_case(work, case_id)
    except NotFound:
        return await _case_is_gone(work, before)
    await _send_lines(work, before, case_id)
    await focus.chose(work, actor.id, before, case_id=case_id)
    return Answer("")


async def chose_nothing(work: Work, *, card: int | None) -> None:
    """The volunteer does not want the held lines sent: they are gone.

    Raises:
        Stale: nothing is held any more, or another card asks.
    """
    actor = work.staff
    before = await _asked_by(work, card)
    await held_lines.take_lines(work)
    await held_lines.settle_card(work, actor.id, before, DECLINED, None)
    await focus.answered(work, actor.id, before, case_id=None)


async def reopened(work: Work, *, case_id: int, card: int | None) -> None:
    """The case the volunteer had closed is theirs again, and the held lines are on their way.

    Raises:
        Stale: nothing is held any more, another card asks, or the case may not be reopened now.
    """
    actor = work.staff
    before = await _asked_by(work, card)
    if (before.asked_why, before.asked_case) != (REOPEN, case_id):
        raise Stale
    await fates.take_up_again(work, case_id=case_id)
    await _send_lines(work, before, case_id)
    await focus.answered(work, actor.id, before, case_id=case_id)


async def _asked_by(work: Work, card: int | None) -> Seen:
    """The question on this card, about lines that are held.

    Raises:
        Stale: it has been answered, or is too old.
    """
    actor = work.staff
    before, lines = await focus.seen(work, actor.id), await held_lines.lines_of(work, actor.id)
    if card is None or card != before.asked_row or not lines:
        raise Stale
    if max(line.held_at for line in lines) + LINES_HELD < work.now:
        raise Stale  # the rounds are about to say so
    return before


async def _send_lines(work: Work, before: Seen, case_id: int) -> None:
    for line in await held_lines.take_lines(work):
        await relay.from_chat(work, case_id, held_lines.words_of(work, line), own_message=line.own_message)
    await held_lines.settle_card(work, work.staff.id, before, SENT, case_id)


async def _case_is_gone(work: Work, before: Seen) -> Answer:
    """The case that was pressed is not the volunteer's any more: the card offers those that are, if any."""
    actor = work.staff
    if await cases.cases_of(work.db, actor.id):
        await held_lines.refresh_card(work, before)
    else:
        await held_lines.drop(work, actor.id, before, NOWHERE)
    return Answer("case_gone")
