"""Which case a volunteer's words in a chat are meant for. A wrong guess would send one person's words to another.

A reply names its case, whatever it points at. Otherwise: the case chosen by a press in the last five minutes, if
nothing has changed since; else the only case, if it is the one the volunteer spoke with and none of theirs has ended
since they spoke. In every other case the lines are held, sealed, and one card asks. It must not relay by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Table, delete, insert, select, update

from bot.cases import cases, fates, focus, relay, remote, taking_back
from bot.cases.focus import Seen
from bot.engine.errors import NotFound, Stale
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow
from models.base import new_id
from models.case import HeldLine
from models.dialogue import Answer
from models.outbox import Notice, TimerKind

CHOICE_HOLDS = timedelta(minutes=5)
LINES_HELD = timedelta(minutes=10)
# Why a card asks: several cases · a case has ended · what was answered to names none · a slash · a closed case.
SEVERAL, ENDED, UNCLEAR, SLASH, REOPEN = "several", "ended", "unclear", "slash", "reopen"
# What became of the lines a card asked about.
SENT, DECLINED, ELSEWHERE, EXPIRED, NOWHERE = "sent", "declined", "elsewhere", "expired", "nowhere"
_LINES: Table = HeldLine.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Said:
    """A volunteer's words in their chat, named by the message there. `is_reply`: they answered to something;
    `answered`: the case that it names, None if it names none; `quote`: what of it they repeat, marked as such."""

    text: str
    own_message: int
    is_reply: bool = False
    answered: int | None = None
    quote: str = ""

    def words_for(self, case_id: int | None) -> str:
        """The words as they go to this case: a quote goes only where its message came from."""
        is_theirs = case_id is not None and case_id == self.answered
        return f"{self.quote}\n{self.text}" if self.quote and is_theirs else self.text


async def volunteer_said(work: Work, said: Said) -> None:
    """The words go to the case they are meant for, or are held while the bot asks, or their author is told why not.

    Raises:
        BadInput: no words, or too many.
    """
    actor = work.staff
    relay.checked(said.text)
    mine = await cases.cases_of(work.db, actor.id)
    before = await focus.seen(work, actor.id)  # after the cases: an ending that is seen in them is seen in it too
    if said.answered is not None:
        await _answer(work, before, said)
    elif not mine:
        await _without_a_case(work, before, said)
    elif (meant := await _meant(work, mine, before, said)) is not None:
        try:
            await access.my_case(work, meant)
        except NotFound:  # it has ended since it was looked at, which the second look sees
            return await volunteer_said(work, said)
        await _send(work, meant, said.text, own_message=said.own_message)
        await focus.spoke(work, actor.id, before, case_id=meant)
    else:
        await _hold(work, before, said, why=_why(mine, before, said))


async def slash_said(work: Work, said: Said) -> bool:
    """Words that begin with a slash and are no command are held, and their author asked whether they are to be sent.
    False, and nothing done, for somebody who has no case: there they can only have been a command.

    Raises:
        BadInput: too many words.
    """
    actor = work.staff
    relay.checked(said.text)
    if not await cases.cases_of(work.db, actor.id):
        return False
    await _hold(work, await focus.seen(work, actor.id), said, why=SLASH)
    return True


async def volunteer_edited(work: Work, said: Said, *, is_slashed: bool = False) -> None:
    """The volunteer changed a message of theirs: what is held says it anew; what was sent is replaced for a minute.

    `is_slashed`: it begins with a slash now, so that it replaces nothing unasked; a command of before is nothing.

    Raises:
        BadInput: no words, or too many.
    """
    actor = work.staff
    relay.checked(said.text)
    named = external_id(actor.id, said.own_message)
    line = (await work.db.execute(select(_LINES).where(*_this_line(actor.id, said.own_message)))).one_or_none()
    if line is not None:
        before = await focus.seen(work, actor.id)
        words = relay.checked(said.words_for(before.asked_case))
        sealed = work.seal.seal(words, table="held_lines", column="words", row_id=line.id)
        await work.db.execute(update(_LINES).where(_LINES.c.id == line.id).values(words=sealed))
        await _refresh_card(work, before)
        return
    sent_to = await remote.case_of_own(work.db, named)
    if is_slashed and sent_to is None:
        return  # Telegram says "edited" of a reaction to a command too
    words = said.words_for(sent_to)
    if not await taking_back.replaced(work, words, external_id=named, may_change=not is_slashed):
        await work.tell(actor.id, Notice.STAFF_EDIT, params={"reply_to": said.own_message})


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
    await _take_lines(work)
    await _settle_card(work, actor.id, before, DECLINED, None)
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


async def expire_held(work: Work, person_id: int) -> None:
    """Lines held for ten minutes are gone, and their author told; a line that came since gives them more time."""
    lines = await _held(work, person_id)
    if not lines:
        return
    due_at = max(line.held_at for line in lines) + LINES_HELD
    if due_at > work.now:
        await work.remind(TimerKind.HELD_EXPIRES, person_id, due_at)
    else:
        await _drop(work, person_id, await focus.seen(work, person_id), EXPIRED)


async def answered_case(work: Work, remote_id: int) -> int | None:
    """The case that a message in the actor's chat names: the newcomer's words, a card, or the actor's own words."""
    actor = work.staff
    if actor.address_id is not None:
        of_ours = await remote.case_of_remote(work.db, actor.address_id, remote_id)
        if of_ours is not None:
            return of_ours
    return await remote.case_of_own(work.db, external_id(actor.id, remote_id))


def external_id(person_id: int, own_message: int) -> str:
    """What names a volunteer's message from their chat in a conversation."""
    return f"v{person_id}-{own_message}"


# Where words go


async def _meant(work: Work, mine: list[CaseRow], before: Seen, said: Said) -> int | None:
    """The one case these words can be meant for, or None. Lines behind others that are held wait with them."""
    if said.is_reply or await _held(work, work.staff.id):
        return None
    if (chosen := _chosen(mine, before, work.now)) is not None:
        others = [case.id for case in mine if case.id != chosen]
        return None if others and await relay.are_edited_since(work, others, before.chosen_at) else chosen  # type: ignore[arg-type]
    is_only = len(mine) == 1 and before.is_settled and before.spoke_case_id in (None, mine[0].id)
    return mine[0].id if is_only else None


def _chosen(mine: list[CaseRow], before: Seen, now: datetime) -> int | None:
    chosen_at = before.chosen_at
    if chosen_at is None or now - chosen_at > CHOICE_HOLDS or before.case_id not in [case.id for case in mine]:
        return None
    others = [case for case in mine if case.id != before.case_id]
    news = [case for case in others if _has_news(case, chosen_at)]
    return None if news else before.case_id


def _has_news(case: CaseRow, since: datetime) -> bool:
    """Whether the volunteer was shown something of this case later: new words, or all of it at its claim."""
    return (case.waiting_since is not None and case.last_message_at > since) or case.claimed_at > since


def _why(mine: list[CaseRow], before: Seen, said: Said) -> str:
    if said.is_reply:
        return UNCLEAR
    if not before.is_settled or len(mine) == 1:
        return ENDED
    return SEVERAL


async def _answer(work: Work, before: Seen, said: Said) -> None:
    """A reply: it goes where it points, or says what has become of that case. Lines held until now are not sent."""
    actor, case_id = work.staff, said.answered
    assert case_id is not None
    try:
        await access.my_case(work, case_id)
    except NotFound:
        await _not_there(work, before, case_id, said)
        return
    await _drop(work, actor.id, before, ELSEWHERE)
    await _send(work, case_id, said.words_for(case_id), own_message=said.own_message)
    await focus.spoke(work, actor.id, before, case_id=case_id)


async def _not_there(work: Work, before: Seen, case_id: int, said: Said) -> None:
    """The case answered to is closed or somebody else's: what happened is said, and what can be done."""
    actor = work.staff
    fate = await fates.fate_of(work, case_id)
    if fate.may_take_up:
        await _hold(work, before, said, why=REOPEN, about=case_id)
        return
    params = {"case": case_id, "code": fate.code, "fate": fate.kind, "alias": fate.alias}
    params["reply_to"] = said.own_message
    await work.tell(actor.id, Notice.NOT_YOUR_CASE, case_id=case_id, params=params)


async def _without_a_case(work: Work, before: Seen, said: Said) -> None:
    actor = work.staff
    await _drop(work, actor.id, before, NOWHERE)
    await work.tell(actor.id, Notice.NO_CASE, params={"reply_to": said.own_message})


async def _send(work: Work, case_id: int, words: str, *, own_message: int) -> None:
    named = external_id(work.staff.id, own_message)
    await relay.from_volunteer(work, case_id=case_id, text=words, external_id=named, reply_to=own_message)


# What is held


async def _hold(work: Work, before: Seen, said: Said, *, why: str, about: int | None = None) -> None:
    """The words wait, and one card asks about all that do; a card that asked something else is over."""
    actor = work.staff
    asks_the_same = before.asked_row is not None and (before.asked_why == REOPEN, before.asked_case) == (
        why == REOPEN, about,
    )  # fmt: skip
    if not asks_the_same:
        await _drop(work, actor.id, before, ELSEWHERE)
    line_id = new_id()
    words = relay.checked(said.words_for(about))
    sealed = work.seal.seal(words, table="held_lines", column="words", row_id=line_id)
    row = {"id": line_id, "person_id": actor.id, "own_message": said.own_message, "words": sealed}
    await work.db.execute(insert(_LINES).values(held_at=work.now, **row))
    await focus.held(work, actor.id, before)
    if asks_the_same and why != SLASH:
        await _refresh_card(work, before)
        return
    if asks_the_same:  # who typed it for a command waits for an answer below it
        await work.tell(actor.id, Notice.UNSAY, edits=before.asked_row)
    params = await _card(work, why, about) | {"reply_to": said.own_message}
    card = await work.tell(actor.id, Notice.WHICH_CASE, case_id=about, params=params)
    await focus.asked(work, actor.id, card, why=why, case_id=about)
    await work.remind(TimerKind.HELD_EXPIRES, actor.id, work.now + LINES_HELD)


async def _card(work: Work, why: str, about: int | None) -> dict[str, object]:
    """What the card asks and offers: codes only; the lines themselves stay sealed until it is rendered."""
    actor = work.staff
    if about is not None:
        fate = await fates.fate_of(work, about)
        return {"why": why, "person": actor.id, "case": about, "code": fate.code, "cases": []}
    offered = [
        {"case": case.id, "code": case.code, "language": case.language, "category": case.category}
        for case in await cases.cases_of(work.db, actor.id)
    ]
    return {"why": why, "person": actor.id, "cases": offered}


async def _refresh_card(work: Work, before: Seen) -> None:
    if before.asked_row is None:
        return
    actor = work.staff
    params = await _card(work, before.asked_why or SEVERAL, before.asked_case)
    await work.tell(actor.id, Notice.WHICH_CASE, case_id=before.asked_case, params=params, edits=before.asked_row)


async def _asked_by(work: Work, card: int | None) -> Seen:
    """The question on this card, about lines that are held.

    Raises:
        Stale: it has been answered, or is too old.
    """
    actor = work.staff
    before, lines = await focus.seen(work, actor.id), await _held(work, actor.id)
    if card is None or card != before.asked_row or not lines:
        raise Stale
    if max(line.held_at for line in lines) + LINES_HELD < work.now:
        raise Stale  # the rounds are about to say so
    return before


async def _send_lines(work: Work, before: Seen, case_id: int) -> None:
    for line in await _take_lines(work):
        await _send(work, case_id, _words_of(work, line), own_message=line.own_message)
    await _settle_card(work, work.staff.id, before, SENT, case_id)


async def _take_lines(work: Work) -> list[Row]:
    """The lines, which are held no more: of two presses at once, also in two processes, one has them.

    Raises:
        Stale: another press had them.
    """
    taken = (await work.db.execute(delete(_LINES).where(_LINES.c.person_id == work.staff.id).returning(_LINES))).all()
    if not taken:
        raise Stale
    return sorted(taken, key=lambda line: line.own_message)


async def _case_is_gone(work: Work, before: Seen) -> Answer:
    """The case that was pressed is not the volunteer's any more: the card offers those that are, if any."""
    actor = work.staff
    if await cases.cases_of(work.db, actor.id):
        await _refresh_card(work, before)
    else:
        await _drop(work, actor.id, before, NOWHERE)
    return Answer("case_gone")


async def _drop(work: Work, person_id: int, before: Seen, became: str) -> None:
    """Nothing is held any more; the card that asked, or a new message if it is gone, says why it was not sent."""
    dropped = await work.db.execute(delete(_LINES).where(_LINES.c.person_id == person_id))
    if dropped.rowcount:
        await _settle_card(work, person_id, before, became, None)


async def _settle_card(work: Work, person_id: int, before: Seen, became: str, case_id: int | None) -> None:
    params: dict[str, object] = {"became": became}
    if case_id is not None:
        params |= {"code": await access.code_of(work.db, case_id)}
    await work.tell(person_id, Notice.WHICH_CASE, case_id=case_id, params=params, edits=before.asked_row)
    await focus.asked(work, person_id, None, why=None, case_id=None)


async def _held(work: Work, person_id: int) -> list[Row]:
    """The lines that are held, in the order in which they were typed."""
    lines = select(_LINES).where(_LINES.c.person_id == person_id).order_by(_LINES.c.own_message)
    return list((await work.db.execute(lines)).all())


def _this_line(person_id: int, own_message: int) -> tuple:
    return _LINES.c.person_id == person_id, _LINES.c.own_message == own_message


def _words_of(work: Work, line: Row) -> str:
    return work.seal.open(line.words, table="held_lines", column="words", row_id=line.id)
