"""Which case a volunteer's words in a chat are meant for. A wrong guess would send one person's words to another.

A reply names its case, whatever it points at. Otherwise: the case chosen by a press in the last five minutes, if
nothing has changed since; else the only case, if it is the one the volunteer spoke with and none of theirs has ended
since they spoke. In every other case the lines are held (`held_lines.py`) and one card asks (`which_case.py`).
It must not relay by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases import cases, fates, focus, held_lines, messages, relay, remote, taking_back
from bot.cases.focus import Seen
from bot.cases.held_lines import ELSEWHERE, ENDED, NOWHERE, REOPEN, SEVERAL, SLASH, UNCLEAR
from bot.cases.texts_held import NoCase, NotYourCase, Why
from bot.cases.texts_relayed import StaffEdit
from bot.engine.errors import NotFound
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow

CHOICE_HOLDS = timedelta(minutes=5)


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
    messages.checked(said.text)
    mine = await cases.cases_of(work.db, actor.id)
    before = await focus.seen(work, actor.id)  # after the cases: an ending that is seen in them is seen in it too
    if said.answered is not None:
        await _answer(work, before, said, said.answered)
    elif not mine:
        await _without_a_case(work, before, said)
    elif (meant := await _meant(work, mine, before, said)) is not None:
        try:
            await access.my_case(work, meant)
        except NotFound:  # it has ended since it was looked at, which the second look sees
            return await volunteer_said(work, said)
        await relay.from_chat(work, meant, said.text, own_message=said.own_message)
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
    messages.checked(said.text)
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
    messages.checked(said.text)
    named = remote.external_id(actor.id, said.own_message)
    line_id = await held_lines.line_typed_as(work, said.own_message)
    if line_id is not None:
        before = await focus.seen(work, actor.id)
        await held_lines.reword(work, before, line_id, said.words_for(before.asked_case))
        return
    sent_to = await remote.case_of_own(work.db, named)
    if is_slashed and sent_to is None:
        return  # Telegram says "edited" of a reaction to a command too
    words = said.words_for(sent_to)
    if not await taking_back.replaced(work, words, external_id=named, may_change=not is_slashed):
        await work.tell(actor.id, StaffEdit(reply_to=said.own_message))


async def answered_case(work: Work, remote_id: int) -> int | None:
    """The case that a message in the actor's chat names: the newcomer's words, a card, or the actor's own words."""
    actor = work.staff
    if actor.address_id is not None:
        of_ours = await remote.case_of_remote(work.db, actor.address_id, remote_id)
        if of_ours is not None:
            return of_ours
    return await remote.case_of_own(work.db, remote.external_id(actor.id, remote_id))


async def _meant(work: Work, mine: list[CaseRow], before: Seen, said: Said) -> int | None:
    """The one case these words can be meant for, or None. Lines behind others that are held wait with them."""
    if said.is_reply or await held_lines.lines_of(work, work.staff.id):
        return None
    chosen = _chosen(mine, before, work.now)
    if chosen is not None and before.chosen_at is not None:
        others = [case.id for case in mine if case.id != chosen]
        return None if others and await messages.are_edited_since(work, others, before.chosen_at) else chosen
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
    has_words = case.waiting_since is not None and _is_later(case.last_message_at, since)
    return has_words or _is_later(case.claimed_at, since)


def _is_later(at: datetime | None, since: datetime) -> bool:
    return at is not None and at > since


def _why(mine: list[CaseRow], before: Seen, said: Said) -> Why:
    if said.is_reply:
        return UNCLEAR
    if not before.is_settled or len(mine) == 1:
        return ENDED
    return SEVERAL


async def _answer(work: Work, before: Seen, said: Said, case_id: int) -> None:
    """A reply: it goes where it points, or says what has become of that case. Lines held until now are not sent."""
    actor = work.staff
    try:
        await access.my_case(work, case_id)
    except NotFound:
        await _not_there(work, before, case_id, said)
        return
    await held_lines.drop(work, actor.id, before, ELSEWHERE)
    await relay.from_chat(work, case_id, said.words_for(case_id), own_message=said.own_message)
    await focus.spoke(work, actor.id, before, case_id=case_id)


async def _not_there(work: Work, before: Seen, case_id: int, said: Said) -> None:
    """The case answered to is closed or somebody else's: what happened is said, and what can be done."""
    actor = work.staff
    fate = await fates.fate_of(work, case_id)
    if fate.may_take_up:
        await _hold(work, before, said, why=REOPEN, about=case_id)
        return
    told = NotYourCase(case=case_id, code=fate.code, fate=fate.kind, alias=fate.alias, reply_to=said.own_message)
    await work.tell(actor.id, told, case_id=case_id)


async def _hold(work: Work, before: Seen, said: Said, *, why: Why, about: int | None = None) -> None:
    await held_lines.hold(work, before, said.words_for(about), own_message=said.own_message, why=why, about=about)


async def _without_a_case(work: Work, before: Seen, said: Said) -> None:
    actor = work.staff
    await held_lines.drop(work, actor.id, before, NOWHERE)
    await work.tell(actor.id, NoCase(reply_to=said.own_message))
