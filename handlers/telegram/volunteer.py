"""A volunteer's or coordinator's updates: what they pressed, wrote or asked for. Reads, acts, answers.

What only a coordinator may do about hours is in `coordinator.py`.
"""

from telegram import Message, Update

from bot.actions import buttons, cases, closing, inbox, meant, people, relay, sessions
from bot.errors import NotFound, Stale
from bot.i18n import Catalogues
from bot.store import Actor, Work
from handlers.telegram import coordinator
from handlers.telegram.newcomer import act_of
from models.dialogue import Answer, Commanded, Edited, Unreadable
from models.outbox import Notice
from models.people import STAFF_LANGUAGES, LinkPurpose, Role

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")
ABOUT_MY_CASE = ("release:", "close:", "noadvice:", "c:")
NUMBER_DIGITS = 18  # fits into 64 bits, which is what the databases take; ours are shorter


async def wrote(work: Work, update: Update, message: Message, catalogues: Catalogues) -> Answer:
    """The volunteer's words are on their way, held while the bot asks, or were a command."""
    actor = await _acting(work)
    act = act_of(message, is_edit=update.edited_message is not None)
    match act:
        case Commanded(name=name, rest=rest):
            await _command(work, actor, name, rest, catalogues)
        case Edited():
            await work.tell(actor.id, Notice.STAFF_EDIT, params={"reply_to": message.message_id})
        case Unreadable() if update.edited_message is not None:
            pass  # a reaction to what was answered when it was sent
        case Unreadable():
            await work.tell(actor.id, Notice.STAFF_UNREADABLE, params={"reply_to": message.message_id})
        case _:
            await meant.volunteer_said(
                work,
                message.text or "",
                external_id=f"v{actor.id}-{message.message_id}",
                own_message=message.message_id,
                reply_to=await _answered_to(work, actor, message),
            )
    return DONE


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
        card = await inbox.row_of_remote(work.db, actor.address_id, message_id)
    match verb, *rest:
        case "claim", case:
            return await _pressed_claim(work, _number(case))
        case "release", case, seq:
            return await _pressed_release(work, _number(case), _number(seq))
        case "close", case, seq:
            begun = await closing.begin(work, case_id=_number(case), seen_seq=_number(seq))
            return DONE if begun else IN_THE_CHAT
        case "noadvice", case, seq:  # under words that were relayed before it stood inside "close"
            begun = await closing.begin_not_advice(work, case_id=_number(case), seen_seq=_number(seq))
            return DONE if begun else IN_THE_CHAT
        case "c", case, field, value:
            await closing.choose(work, case_id=_number(case), field=field, value=value, card=card)
        case "pick", case:
            await meant.chose_case(work, case_id=_number(case), card=card)
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
    unused = await sessions.has_fresh_link(work, actor.id, LinkPurpose.DESK, within=buttons.SAME_PRESS)
    if unused and await buttons.said_lately(work, actor.address_id or 0, Notice.DESK_LINK):
        return IN_THE_CHAT
    await _send_desk_link(work, actor)
    return DONE


async def _end_all(work: Work, actor: Actor, card: int | None) -> Answer:
    await buttons.settle_card(work, card, pressed="endall")
    if not await sessions.end_all_sessions(work, actor.id):
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


async def _pressed_claim(work: Work, case_id: int) -> Answer:
    case = await cases.claim_case(work, case_id=case_id)
    params = {
        "case": case.id, "code": case.code, "language": case.language, "channel": case.channel,
        "category": case.category, "seq": await relay.newest_seq(work, case),
    }  # fmt: skip
    await work.tell(work.actor.id, Notice.CLAIMED_BY_YOU, case_id=case.id, params=params)  # type: ignore[union-attr]
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


async def _pressed_release(work: Work, case_id: int, seq: int) -> Answer:
    case = await cases.release_case(work, case_id=case_id, seen_seq=seq)
    await work.tell(work.actor.id, Notice.RELEASED_BY_YOU, case_id=case.id, params={"code": case.code})  # type: ignore[union-attr]
    return DONE


async def _command(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    if actor.role == Role.COORDINATOR and await coordinator.command(work, actor, name, rest, catalogues):
        return
    match name:
        case "cases":
            await _list_cases(work, actor)
        case "desk":
            await _send_desk_link(work, actor)
        case "language":
            await work.tell(actor.id, Notice.STAFF_LANGUAGE)
        case _:
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
    token = await sessions.make_link(work, actor.id, LinkPurpose.DESK)
    sealed_as, hidden = work.hide(token)
    await work.tell(actor.id, Notice.DESK_LINK, params={"sealed_as": sealed_as}, secret=hidden)


async def _answered_to(work: Work, actor: Actor, message: Message) -> int | None:
    if message.reply_to_message is None or actor.address_id is None:
        return None
    return await inbox.row_of_remote(work.db, actor.address_id, message.reply_to_message.message_id)


async def _acting(work: Work) -> Actor:
    if work.actor is None or not work.actor.enabled:
        raise NotFound
    if work.actor.address_id is not None:
        await people.sign_of_life(work, work.actor.address_id)
    return work.actor


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > NUMBER_DIGITS:
        raise Stale
    return int(text)
