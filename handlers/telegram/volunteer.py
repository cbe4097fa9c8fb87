"""A volunteer's or coordinator's updates: what they pressed, wrote or asked for. Reads, acts, answers.

What only a coordinator may do about hours is in `coordinator.py`.
"""

from telegram import Message, Update

from bot.cases import (
    addressee,
    cases,
    closing_dialogue,
    messages,
    queue,
    relay,
    relay_states,
    remote,
    taking_back,
    which_case,
)
from bot.engine import buttons, once
from bot.engine.errors import NotFound, Stale
from bot.engine.work import Actor, Work
from bot.language import commands
from bot.language.commands import Line
from bot.language.i18n import Catalogues
from bot.people import login_links, logins, people
from handlers.telegram import coordinator
from handlers.telegram.newcomer import act_of
from handlers.telegram.parsing import came
from handlers.telegram.reading import quoted, take_apart
from models.dialogue import Answer, Edited, Unreadable
from models.outbox import Notice
from models.people import STAFF_LANGUAGES, Channel, LinkPurpose, Role

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")
TAKE_NO_ARGUMENTS = ("cases", "desk", "language", "help", "hours_undo")
ABOUT_MY_CASE = ("release:", "close:", "noadvice:", "c:")
NUMBER_DIGITS = 18  # fits into 64 bits, which is what the databases take; ours are shorter


async def wrote(work: Work, update: Update, message: Message, catalogues: Catalogues) -> Answer:
    """The volunteer's words are on their way, held while the bot asks, or were a command."""
    actor = await _acting(work)
    act = act_of(message, is_edit=update.edited_message is not None)
    match act:
        case Edited():
            is_slashed = commands.of_staff(message.text or "") is not None
            await addressee.volunteer_edited(work, await _said(work, message), is_slashed=is_slashed)
        case Unreadable() as sent:
            await _refuse_unreadable(work, actor, sent, message.message_id)
        case _ if (line := commands.of_staff(message.text or "")) is not None:
            await _command(work, actor, line, message, catalogues)
        case _:
            await addressee.volunteer_said(work, await _said(work, message))
    return DONE


async def _refuse_unreadable(work: Work, actor: Actor, sent: Unreadable, own_message: int) -> None:
    """Nothing was sent, and the volunteer is told, once for what came together; for its words too, if it had any."""
    album = f"album:{sent.album}"
    is_first = sent.album is None or await once.first_time(work, Channel.TELEGRAM, album)
    if is_first or sent.text:
        params = {"reply_to": own_message, "text": bool(sent.text)}
        await work.tell(actor.id, Notice.STAFF_UNREADABLE, params=params)


async def pressed(work: Work, code: str, message_id: int | None) -> Answer:
    """The volunteer's press has had its effect; returns what the button says."""
    try:
        return await _pressed(work, code, message_id)
    except NotFound:
        if code.startswith(ABOUT_MY_CASE):
            raise Stale from None  # it was theirs when they were shown the button
        raise


async def _pressed(work: Work, code: str, message_id: int | None) -> Answer:
    actor = await _acting(work)
    verb, *rest = code.split(":")
    card = None
    if message_id is not None and actor.address_id is not None:
        card = await remote.row_of_remote(work.db, actor.address_id, message_id)
    match verb, *rest:
        case "claim", case:
            return await _pressed_claim(work, _number(case), card)
        case "release", case, seq:
            return await _pressed_release(work, _number(case), _number(seq))
        case "close", case, seq:
            begun = await closing_dialogue.begin(work, case_id=_number(case), seen_seq=_number(seq))
            return DONE if begun else IN_THE_CHAT
        case "noadvice", case, seq:  # under words that were relayed before it stood inside "close"
            begun = await closing_dialogue.begin_not_advice(work, case_id=_number(case), seen_seq=_number(seq))
            return DONE if begun else IN_THE_CHAT
        case "c", case, field, value:
            await closing_dialogue.choose(work, case_id=_number(case), field=field, value=value, card=card)
        case "pick", case:
            return await which_case.chose_case(work, case_id=_number(case), card=card)
        case "nosend", *_:
            await which_case.chose_nothing(work, card=card)
        case "reopen", case:
            await which_case.reopened(work, case_id=_number(case), card=card)
        case "resend", message:
            await relay.send_again(work, message_id=_number(message))
            return Answer("sent_again_toast")
        case "unsend", message:
            return await _pressed_take_back(work, _number(message))
        case "desk", _case:
            return await _pressed_desk(work, actor)
        case "endall", *_:
            return await _end_all(work, actor, card)
        case "lang", language if language in STAFF_LANGUAGES:
            return await _speak(work, actor, language)
        case _:
            return await _pressed_about_hours(work, actor, code, card)
    return DONE


async def _pressed_desk(work: Work, actor: Actor) -> Answer:
    """A link is on its way, or the one of a moment ago is still there to be used."""
    unused = await login_links.has_fresh_link(work, actor.id, LinkPurpose.DESK, within=buttons.SAME_PRESS)
    if unused and await buttons.said_lately(work, actor.address_id or 0, Notice.DESK_LINK):
        return IN_THE_CHAT
    await _send_desk_link(work, actor)
    return DONE


async def _end_all(work: Work, actor: Actor, card: int | None) -> Answer:
    await buttons.settle_card(work, card, pressed="endall")
    if not await logins.end_all_sessions(work, actor.id):
        return Answer(Notice.DEVICES_ENDED)
    await work.tell(actor.id, Notice.DEVICES_ENDED)
    return DONE


async def _speak(work: Work, actor: Actor, language: str) -> Answer:
    await buttons.settle(work, actor.address_id or 0, (Notice.STAFF_LANGUAGE,), pressed=f"lang:{language}")
    if language == actor.language:
        return Answer(Notice.LANGUAGE_CHANGED)
    await people.speak(work, actor.id, language)
    await work.tell(actor.id, Notice.STAFF_HELP, params={"role": actor.role})
    return DONE


async def _pressed_about_hours(work: Work, actor: Actor, code: str, card: int | None) -> Answer:
    answer = await coordinator.pressed(work, actor, code, card) if actor.role == Role.COORDINATOR else None
    if answer is None:
        raise Stale
    return answer


async def _pressed_claim(work: Work, case_id: int, card: int | None) -> Answer:
    """The card that was pressed says so itself, and the newcomer's words follow: nothing else is said."""
    offered = card if await queue.offers(work, card, case_id) else None
    case = await cases.claim_case(work, case_id=case_id, card=offered)
    params = {
        "case": case.id, "code": case.code, "language": case.language, "channel": case.channel,
        "category": case.category, "seq": await messages.newest_seq(work, case),
    }  # fmt: skip
    await work.tell(work.staff.id, Notice.CLAIMED_BY_YOU, case_id=case.id, params=params, edits=offered)
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


async def _pressed_take_back(work: Work, message_id: int) -> Answer:
    try:
        await taking_back.take_back(work, message_id=message_id)
    except Stale as late:
        await relay_states.tell_relay_state(work, message_id)  # the line loses its button
        return Answer(late.code)
    return Answer("taken_back_toast")


async def _pressed_release(work: Work, case_id: int, seq: int) -> Answer:
    case = await cases.release_case(work, case_id=case_id, seen_seq=seq)
    await work.tell(work.staff.id, Notice.RELEASED_BY_YOU, case_id=case.id, params={"code": case.code})
    return DONE


async def _command(work: Work, actor: Actor, line: Line, message: Message, catalogues: Catalogues) -> None:
    """A line of staff that begins with a slash. A command is followed; what is more than that is sent to nobody."""
    followed = await _followed(work, actor, line, catalogues)
    if not followed or (line.rest and line.name in TAKE_NO_ARGUMENTS):
        await _slash_text(work, actor, message)


async def _followed(work: Work, actor: Actor, line: Line, catalogues: Catalogues) -> bool:
    """Whether the line was a command of this person's, which then has had its effect."""
    if actor.role == Role.COORDINATOR and await coordinator.command(work, actor, line.name, line.rest, catalogues):
        return True
    match line.name:
        case "cases":
            await _list_cases(work, actor)
        case "desk":
            await _send_desk_link(work, actor)
        case "language":
            await work.tell(actor.id, Notice.STAFF_LANGUAGE)
        case "help" | "start":
            await work.tell(actor.id, Notice.STAFF_HELP, params={"role": actor.role})
        case _:
            return False
    return True


async def _slash_text(work: Work, actor: Actor, message: Message) -> None:
    """What staff wrote after a slash and is no command reaches nobody unasked: it waits until they name the case it is
    for. Who has no case is told what commands there are."""
    if not await addressee.slash_said(work, await _said(work, message)):
        await work.tell(actor.id, Notice.STAFF_HELP, params={"role": actor.role})


async def _list_cases(work: Work, actor: Actor) -> None:
    mine = await cases.cases_of(work.db, actor.id)
    if not mine:
        await work.tell(actor.id, Notice.MY_CASES, params={})
    for case in mine:
        params = {
            "case": case.id, "code": case.code, "language": case.language, "channel": case.channel,
            "category": case.category, "since": case.waiting_since.isoformat() if case.waiting_since else None,
            "seq": await relay.shown_on_telegram(work, case),
        }  # fmt: skip
        await work.tell(actor.id, Notice.MY_CASES, case_id=case.id, params=params)


async def _send_desk_link(work: Work, actor: Actor) -> None:
    token = await login_links.make_link(work, actor.id, LinkPurpose.DESK)
    sealed_as, hidden = work.hide(token)
    await work.tell(actor.id, Notice.DESK_LINK, params={"sealed_as": sealed_as}, secret=hidden)


async def _said(work: Work, message: Message) -> addressee.Said:
    """The words with what they answer to: something of this chat, or of another, which names no case of ours."""
    answers = message.reply_to_message
    case_id = await addressee.answered_case(work, answers.message_id) if answers is not None else None
    is_reply = any(came(message, target) for target in ("reply_to_message", "external_reply", "reply_to_story"))
    taken = take_apart(message)
    return addressee.Said(
        taken.text, message.message_id, is_reply=is_reply, answered=case_id,
        quote=quoted(taken.quote) if taken.quote and taken.text else "",
    )  # fmt: skip


async def _acting(work: Work) -> Actor:
    actor = work.staff
    if actor.address_id is not None:
        await people.sign_of_life(work, actor.address_id)
    return actor


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > NUMBER_DIGITS:
        raise Stale
    return int(text)
