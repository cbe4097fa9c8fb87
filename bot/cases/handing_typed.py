"""A case handed over from a volunteer's chat: to whom is asked by buttons or said in a line, and the answer to the
message that asks is the note.

Nothing is handed over before there is a note. It must not decide who may (`handing_over.py`).
"""

from typing import Literal

from bot.cases import cases, handing_over, noting, remote
from bot.cases.handing_over import Receiver
from bot.cases.texts_between import BetweenUsage
from bot.cases.texts_handing import HandOverAsk, HandOverOffered, HandOverTo, ReceiverTold
from bot.cases.told import CaseTold, told_of
from bot.engine import buttons
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.people import access
from bot.people.people import LANGUAGES_SPOKEN
from models.people import STAFF_LANGUAGES

COMMAND: Literal["handover"] = "handover"
MOST_PEOPLE, MOST_LANGUAGES = 8, 4


async def typed(work: Work, line: str, catalogues: Catalogues, *, own_message: int, answers: int | None) -> None:
    """What follows the command is done, asked, or refused with how it is written.

    `answers`: the message that it answers to.
    """
    try:
        meant = noting.taken_apart(line)
        case_id = await noting.case_meant(work, meant.code, answers=answers)
        if case_id is None and not meant.words.strip():
            mine = tuple(CaseTold(**told_of(case)) for case in await cases.cases_of(work.db, work.staff.id))
            await work.tell(work.staff.id, BetweenUsage(command=COMMAND, cases=mine, reply_to=own_message))
        elif case_id is None:
            raise BadInput("note_which")
        elif not meant.words.strip():
            await ask_whom(work, case_id)
        else:
            await _line(work, case_id, meant.words, catalogues)
    except BadInput as refusal:
        await refuse(work, refusal, own_message=own_message)


async def _line(work: Work, case_id: int, words: str, catalogues: Catalogues) -> None:
    to, _, note = words.partition(":")
    found = await handing_over.receivers(work)
    named = next((one for one in found if one.alias.casefold() == to.strip().casefold()), None)
    language = None if named else _language(to.strip().casefold(), catalogues)
    if named is None and language is None:
        raise BadInput("hand_over_whom")
    person_id = named.id if named else None
    if note.strip():
        await handing_over.offer(work, case_id=case_id, note=note, person_id=person_id, language=language)
    else:
        await ask_note(work, case_id, person_id=person_id, language=language)


def _language(typed_word: str, catalogues: Catalogues) -> str | None:
    def called(code: str) -> set[str]:
        return {code, *(str(catalogues.desk(one)(f"language_{code}")).casefold() for one in STAFF_LANGUAGES)}

    return next((code for code in LANGUAGES_SPOKEN if typed_word in called(code)), None)


async def ask_whom(work: Work, case_id: int, *, card: int | None = None) -> None:
    """The acting volunteer is asked to whom their case is to go.

    Raises:
        NotFound: not the actor's case.
    """
    case = await access.my_case(work, case_id)
    found = await handing_over.receivers(work)
    people = tuple(ReceiverTold(person=one.id, alias=one.alias, present=one.is_present) for one in found[:MOST_PEOPLE])
    languages = tuple(handing_over.languages_of(found)[:MOST_LANGUAGES])
    asked = HandOverTo(case=case.id, code=case.code, people=people, languages=languages)
    await work.tell(work.staff.id, asked, case_id=case.id, edits=card)


async def ask_note(
    work: Work, case_id: int, *, person_id: int | None = None, language: str | None = None, card: int | None = None
) -> None:
    """The acting volunteer is asked for the note; the message that asked to whom is in its place, if there is one.

    Raises:
        NotFound: not the actor's case.
        BadInput: nobody is there to receive it.
    """
    case = await access.my_case(work, case_id)
    found = await handing_over.receivers(work)
    alias = _alias(found, person_id)
    if alias is None and not any(language in one.speaks for one in found):
        raise BadInput("hand_over_nobody")
    asks = HandOverAsk(case=case.id, code=case.code, person=person_id, alias=alias, language=language)
    await work.tell(work.staff.id, asks, case_id=case.id, edits=card)


def _alias(found: list[Receiver], person_id: int | None) -> str | None:
    return next((one.alias for one in found if one.id == person_id), None)


async def answered(work: Work, text: str, *, own_message: int, answers: int) -> bool:
    """Whether the words answer to the message that asked for the note; then the case is offered with them, or their
    author is told why not."""
    address_id = work.staff.address_id
    card = None if address_id is None else await remote.row_of_remote(work.db, address_id, answers)
    try:
        asked = await buttons.saying_on(work, card, HandOverAsk)
    except Stale:
        return False
    try:
        await handing_over.offer(work, case_id=asked.case, note=text, person_id=asked.person, language=asked.language)
    except NotFound:
        await refuse(work, BadInput("note_not_yours"), own_message=own_message)
    except BadInput as refusal:
        await refuse(work, refusal, own_message=own_message)
    return True


async def show_note(work: Work, hand_over_id: int, *, card: int | None) -> None:
    """The acting volunteer is shown the note, in place of the card that offered the case.

    Raises: as `handing_over.note_shown`.
    """
    row = await handing_over.note_shown(work, hand_over_id)
    offered = await buttons.saying_on(work, card, HandOverOffered)
    told = {name: getattr(offered, name) for name in ("case", "code", "language", "channel", "category", "alias")}
    shown = HandOverOffered(**told, hand_over=row.id, over_at=row.over_at, shown=True)
    await work.tell(work.staff.id, shown, case_id=row.case_id, edits=card)


async def refuse(work: Work, refusal: BadInput, *, own_message: int) -> None:
    """Nothing was handed over or sent, and its author is told why, and how it is written."""
    told = BetweenUsage(command=COMMAND, refusal=refusal.code, values=refusal.values, reply_to=own_message)
    await work.tell(work.staff.id, told)
