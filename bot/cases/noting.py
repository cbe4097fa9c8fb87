"""A line after `/note` in a volunteer's chat: which case it is for, and what it notes there.

The case is the one that the line answers to, or whose number stands in front; nothing is guessed. A message that is a
note stays one, whatever it is changed to. It must not send anything to a newcomer.
"""

import re
from typing import Literal, NamedTuple

from bot.cases import addressee, cases, held_lines, notes, remote
from bot.cases.focus import seen
from bot.cases.texts_between import BetweenUsage, CaseNotes, NoteKept
from bot.cases.told import CaseTold, told_of
from bot.engine.errors import BadInput, NotFound
from bot.engine.work import Work
from bot.language.textshape import to_latin_digits
from bot.people import access
from models.case import CODE_DIGITS, is_code
from models.notice import Notice

COMMAND: Literal["note"] = "note"
# What is shown to staff about a case and is no way to its newcomer: nobody answers a note by answering to it.
NO_WAY_OUT = {
    **dict.fromkeys((Notice.CASE_NOTES, Notice.NOTE_KEPT, Notice.BETWEEN_USAGE), "note_answers_note"),
    **dict.fromkeys(
        (Notice.HAND_OVER_TO, Notice.HAND_OVER_ASK, Notice.HAND_OVER_OFFERED, Notice.HAND_OVER_WAITS,
         Notice.HAND_OVER_OVER), "hand_over_answers",
    ),
}  # fmt: skip
_DIGITS = re.compile(rf"\s*((?:[0-9][ \u00a0]?){{{CODE_DIGITS}}}[0-9])(?![0-9])[\s:,.]*", re.DOTALL)


class Meant(NamedTuple):
    """A line taken apart: the number of a case in front of it, if one is, and what follows."""

    code: str
    words: str


def taken_apart(line: str) -> Meant:
    """The line after the command."""
    found = _DIGITS.match(to_latin_digits(line))
    code = re.sub(r"\D", "", found[1]) if found else ""
    return Meant(code, line[found.end() :]) if found and is_code(code) else Meant("", line)


async def typed(work: Work, line: str, *, own_message: int, answers: int | None) -> None:
    """The line is a note in the case that it means, or its author is told why not, or shown what there is.

    `answers`: the message that it answers to.
    """
    try:
        await _note(work, taken_apart(line), own_message=own_message, answers=answers)
    except BadInput as refusal:
        await refuse(work, refusal, own_message=own_message)


async def _note(work: Work, meant: Meant, *, own_message: int, answers: int | None) -> None:
    case_id = await case_meant(work, meant.code, answers=answers)
    if case_id is None and not meant.words.strip():
        mine = tuple(CaseTold(**told_of(case)) for case in await cases.cases_of(work.db, work.staff.id))
        await work.tell(work.staff.id, BetweenUsage(command=COMMAND, cases=mine, reply_to=own_message))
        return
    if case_id is None:
        raise BadInput("note_which")
    if not meant.words.strip():
        await show(work, case_id)
        return
    named = remote.external_id(work.staff.id, own_message)
    try:
        await notes.add(work, case_id=case_id, text=meant.words, external_id=named)
    except NotFound:
        raise BadInput("note_not_yours") from None
    await _kept(work, case_id, own_message, changed=False)


async def case_meant(work: Work, code: str, *, answers: int | None) -> int | None:
    """The acting volunteer's case that this number names, or that the answered message is about; None if neither is.

    Raises:
        BadInput: it is none of theirs, or the two name different cases.
    """
    answered = None if answers is None else await addressee.answered_case(work, answers)
    if answered is None and answers is not None:
        answered = await notes.case_of(work.db, remote.external_id(work.staff.id, answers))
    named = await access.case_by_code(work.db, code) if code else None
    if code and (named is None or not await access.holds(work.db, work.staff.id, named.id)):
        raise BadInput("note_not_yours")
    if named is not None and answered not in (None, named.id):
        raise BadInput("note_which")
    case_id = named.id if named is not None else answered
    if case_id is not None and not await access.holds(work.db, work.staff.id, case_id):
        raise BadInput("note_not_yours")
    return case_id


async def show(work: Work, case_id: int) -> None:
    """The notes of the acting volunteer's case are on their way.

    Raises:
        NotFound: not the actor's case.
    """
    case = await access.my_case(work, case_id)
    await work.tell(work.staff.id, CaseNotes(case=case.id, code=case.code), case_id=case.id)


async def reworded(work: Work, text: str, line: str | None, *, own_message: int) -> bool:
    """Whether the message that was changed is a note; then that reads so now, or its author is told why not.

    `line`: what follows the command, if the message still begins with it.
    """
    named = remote.external_id(work.staff.id, own_message)
    case_id = await notes.case_of(work.db, named)
    if case_id is None:
        return False
    try:
        meant = Meant("", text) if line is None else taken_apart(line)
        if meant.code and meant.code != await access.code_of(work.db, case_id):
            raise BadInput("note_which")
        await notes.reword(work, external_id=named, text=meant.words)
    except NotFound:
        await refuse(work, BadInput("note_not_yours"), own_message=own_message)
    except BadInput as refusal:
        await refuse(work, refusal, own_message=own_message)
    else:
        await _kept(work, case_id, own_message, changed=True)
    return True


async def was_held(work: Work, own_message: int) -> bool:
    """Whether this message was held, to be sent once its author says where; then none of what is held is any more."""
    if await held_lines.line_typed_as(work, own_message) is None:
        return False
    before = await seen(work, work.staff.id)
    await held_lines.drop(work, work.staff.id, before, held_lines.ELSEWHERE)
    return True


async def answers_one(work: Work, answers: int) -> str:
    """Why an answer to this message is for nobody: it is a note, or tells of one or of a hand-over. Empty if not so."""
    address_id = work.staff.address_id
    told = None if address_id is None else await remote.notice_of_remote(work.db, address_id, answers)
    if told is not None and told in NO_WAY_OUT:
        return NO_WAY_OUT[Notice(told)]
    is_note = await notes.case_of(work.db, remote.external_id(work.staff.id, answers)) is not None
    return NO_WAY_OUT[Notice.CASE_NOTES] if is_note else ""


async def refuse(work: Work, refusal: BadInput, *, own_message: int) -> None:
    """Nothing was noted or sent, and its author is told why, and how it is written."""
    told = BetweenUsage(command=COMMAND, refusal=refusal.code, values=refusal.values, reply_to=own_message)
    await work.tell(work.staff.id, told)


async def _kept(work: Work, case_id: int, own_message: int, *, changed: bool) -> None:
    code = await access.code_of(work.db, case_id)
    told = NoteKept(case=case_id, code=code, changed=changed, reply_to=own_message)
    await work.tell(work.staff.id, told, case_id=case_id)
