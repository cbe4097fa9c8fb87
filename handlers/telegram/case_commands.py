"""A case between two people on Telegram: keeping it, its notes, handing it over. Reads, acts, answers.

It must not decide who may: the verbs in `bot/cases/` do.
"""

from collections.abc import Awaitable

from telegram import Message, MessageOriginUser

from bot.cases import cases, handing_over, handing_typed, keeping_cases, messages, notes, noting, relay
from bot.cases.texts import ClaimedByYou
from bot.cases.texts_between import CaseKept, CaseNotes
from bot.cases.texts_handing import HandOverTo
from bot.cases.told import told_of
from bot.engine import buttons as engine_buttons
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language import commands
from bot.language.commands import Line
from bot.language.i18n import Catalogues
from bot.people import access
from handlers.telegram.press import Press, said_lately
from handlers.telegram.reading import take_apart
from models.button import AnyButton, Presses, on
from models.buttons_cases import (
    ACCEPT,
    CLAIM_MORE,
    HAND_BACK,
    HAND_OVER,
    HAND_TO,
    HAND_TO_SPEAKER,
    KEEP,
    NOTES,
    READ_NOTE,
    REFUSE,
    Keeping,
    OfCase,
    OfHandOver,
    ToPerson,
    ToSpeaker,
)
from models.dialogue import Answer

ABOUT_MY_CASE: tuple[AnyButton, ...] = (KEEP, NOTES, HAND_OVER, HAND_TO, HAND_TO_SPEAKER)
DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def followed(work: Work, line: Line, message: Message, catalogues: Catalogues) -> bool:
    """Whether the line was a command about a case; if so it has had its effect."""
    own, answers = message.message_id, _answers(message)
    if line.name == noting.COMMAND:
        await noting.typed(work, line.rest, own_message=own, answers=answers)
    elif line.name == handing_typed.COMMAND:
        await handing_typed.typed(work, line.rest, catalogues, own_message=own, answers=answers)
    else:
        return False
    return True


async def edited(work: Work, message: Message, catalogues: Catalogues) -> bool:
    """Whether the message that was changed is a note, or is one now; if so that has had its effect."""
    text = message.text or ""
    line = commands.of_staff(text)
    is_note = line is not None and line.name == noting.COMMAND
    rest = line.rest if line is not None and is_note else None
    if await noting.reworded(work, text, rest, own_message=message.message_id):
        return True
    if line is not None and is_note and await noting.was_held(work, message.message_id):
        return await followed(work, line, message, catalogues)
    return False


async def answered_a_note(work: Work, message: Message) -> bool:
    """Whether the words are no newcomer's: they answer to a note or a hand-over, or repeat what a bot said. Then they
    are what was asked for there, or for nobody, and their author is told so."""
    own, answers = message.message_id, _answers(message)
    if _is_of_a_bot(message):
        await noting.refuse(work, BadInput("note_forwarded"), own_message=own)
        return True
    if answers is None:
        return False
    if await handing_typed.answered(work, take_apart(message).text, own_message=own, answers=answers):
        return True
    if why := await noting.answers_one(work, answers):
        await noting.refuse(work, BadInput(why), own_message=own)
    return bool(why)


def _is_of_a_bot(message: Message) -> bool:
    """Whether it was forwarded from a bot, such as ours, which shows staff what newcomers must not read."""
    origin = message.forward_origin
    return isinstance(origin, MessageOriginUser) and origin.sender_user.is_bot


def _answers(message: Message) -> int | None:
    return message.reply_to_message.message_id if message.reply_to_message else None


async def _pressed_keep(press: Press, kept: Keeping) -> Answer:
    """The message that asked says until when, in its place."""
    work, card = press.work, press.card
    if card is not None and await engine_buttons.shown_as(work, card) == CaseKept.kind:
        return IN_THE_CHAT
    until = await keeping_cases.keep_as_pressed(work, case_id=kept.case, code=kept.until)
    code = await access.code_of(work.db, kept.case)
    await work.tell(press.actor.id, CaseKept(code=code, until=until), case_id=kept.case, edits=card)
    return DONE


async def _pressed_notes(press: Press, named: OfCase) -> Answer:
    if await said_lately(press, CaseNotes, lambda one: one.case == named.case):
        await access.my_case(press.work, named.case)
        return IN_THE_CHAT
    await noting.show(press.work, named.case)
    return DONE


async def _pressed_hand_over(press: Press, named: OfCase) -> Answer:
    if await said_lately(press, HandOverTo, lambda one: one.case == named.case):
        await access.my_case(press.work, named.case)
        return IN_THE_CHAT
    await handing_typed.ask_whom(press.work, named.case)
    return DONE


async def _pressed_person(press: Press, to: ToPerson) -> Answer:
    await handing_typed.ask_note(press.work, to.case, person_id=to.person, card=await _asked(press))
    return DONE


async def _pressed_speaker(press: Press, to: ToSpeaker) -> Answer:
    await handing_typed.ask_note(press.work, to.case, language=to.language, card=await _asked(press))
    return DONE


async def _asked(press: Press) -> int | None:
    """The message that asks to whom.

    Raises:
        Stale: it has been answered.
    """
    await engine_buttons.require_shown_as(press.work, press.card, HandOverTo.kind)
    return press.card


async def _pressed_read(press: Press, offered: OfHandOver) -> Answer:
    await handing_typed.show_note(press.work, offered.hand_over, card=press.card)
    return DONE


async def _pressed_accept(press: Press, offered: OfHandOver) -> Answer:
    """As at a claim: the newcomer's words follow, and nothing else is said."""
    work = press.work
    case = await handing_over.accept(work, offered.hand_over)
    noted = await notes.count(work.db, case.id)
    claimed = ClaimedByYou(**told_of(case), seq=await messages.newest_seq(work, case), notes=noted)
    await work.tell(work.staff.id, claimed, case_id=case.id)
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


async def _pressed_refuse(press: Press, offered: OfHandOver) -> Answer:
    await handing_over.refuse(press.work, offered.hand_over)
    return Answer("hand_over_refused_toast")


async def _pressed_back(press: Press, offered: OfHandOver) -> Answer:
    await handing_over.take_back(press.work, offered.hand_over)
    return Answer("hand_over_back_toast")


async def _pressed_claim_anyway(press: Press, named: OfCase) -> Answer:
    """A coordinator takes one more than one has at once."""
    work = press.work
    case = await cases.claim_case_overruling(work, case_id=named.case)
    await engine_buttons.settle_card(work, press.card, pressed=CLAIM_MORE.code(named.case))
    noted = await notes.count(work.db, case.id)
    claimed = ClaimedByYou(**told_of(case), seq=await messages.newest_seq(work, case), notes=noted)
    await work.tell(work.staff.id, claimed, case_id=case.id)
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(KEEP, _pressed_keep),
        on(NOTES, _pressed_notes),
        on(HAND_OVER, _pressed_hand_over),
        on(HAND_TO, _pressed_person),
        on(HAND_TO_SPEAKER, _pressed_speaker),
        on(READ_NOTE, _pressed_read),
        on(ACCEPT, _pressed_accept),
        on(REFUSE, _pressed_refuse),
        on(HAND_BACK, _pressed_back),
    )
)
PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict((on(CLAIM_MORE, _pressed_claim_anyway),))
