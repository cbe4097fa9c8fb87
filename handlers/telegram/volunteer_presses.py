"""A volunteer's or coordinator's presses: which button does what. Reads, acts, answers.

What only a coordinator's do about hours is in `coordinator.py`.
"""

from collections.abc import Awaitable

from bot.cases import (
    cases,
    closing_dialogue,
    messages,
    notes,
    queue,
    relay,
    relay_states,
    remote,
    taking_back,
    which_case,
)
from bot.cases.texts import ClaimedByYou, ReleasedByYou
from bot.cases.texts_between import TooManySure
from bot.cases.told import told_of
from bot.engine import buttons
from bot.engine.actors import Actor
from bot.engine.errors import NotFound, Stale, TooManyCases
from bot.engine.work import Work
from bot.people import login_links, logins, people
from bot.people.texts import DeskLink, DevicesEnded
from bot.volunteers.texts import help_of
from handlers.telegram import (
    block_commands,
    case_commands,
    coordinator,
    danger_commands,
    duty_commands,
    follow_up_commands,
    guided_presses,
    overview_commands,
    own_commands,
    people_commands,
    session_presses,
    shift_presses,
    term_presses,
    undo_commands,
    week_presses,
)
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons import (
    CLAIM,
    CLOSE,
    DESK,
    END_ALL,
    LANGUAGE,
    NO_SEND,
    NOT_ADVICE_AT_ONCE,
    PICK,
    RELEASE,
    REOPEN,
    SEND_AGAIN,
    TAKE_BACK,
    Alone,
    ChosenLanguage,
    OfCase,
    OfMessage,
    SeenCase,
)
from models.dialogue import Answer
from models.notice import Notice
from models.people import STAFF_LANGUAGES, LinkPurpose, Role

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")
ABOUT_MY_CASE = (RELEASE, CLOSE, NOT_ADVICE_AT_ONCE, *case_commands.ABOUT_MY_CASE, *closing_dialogue.PRESSES)


async def pressed(work: Work, code: str, message_id: int | None) -> Answer:
    """The volunteer's press has had its effect; returns what the button says."""
    try:
        return await _pressed(work, code, message_id)
    except NotFound:
        if any(button.matches(code) for button in ABOUT_MY_CASE):
            raise Stale from None  # it was theirs when they were shown the button
        raise


async def _pressed(work: Work, code: str, message_id: int | None) -> Answer:
    actor = await acting(work)
    card = None
    if message_id is not None and actor.address_id is not None:
        card = await remote.row_of_remote(work.db, actor.address_id, message_id)
    presses = OF_COORDINATORS if actor.role == Role.COORDINATOR else PRESSES
    return await buttons.follow(presses, Press(work, actor, card), code)


async def send_desk_link(work: Work, actor: Actor) -> None:
    """A link to the desk is on its way."""
    token = await login_links.make_link(work, actor.id, LinkPurpose.DESK)
    sealed_as, hidden = work.hide(token)
    await work.tell(actor.id, DeskLink(sealed_as=sealed_as), secret=hidden)


async def acting(work: Work) -> Actor:
    """Who acts; it is a sign of life, if they had blocked the bot."""
    actor = work.staff
    if actor.address_id is not None:
        await people.sign_of_life(work, actor.address_id)
    return actor


async def _pressed_claim(press: Press, offer: OfCase) -> Answer:
    """The card that was pressed says so itself, and the newcomer's words follow: nothing else is said."""
    work, card = press.work, press.card
    offered = card if await queue.offers(work, card, offer.case) else None
    try:
        case = await cases.claim_case(work, case_id=offer.case, card=offered)
    except TooManyCases as full:
        if press.actor.role != Role.COORDINATOR:
            raise
        asked = TooManySure(case=offer.case, code=full.case_code, n=work.settings.cases_at_once)
        await work.tell(press.actor.id, asked, case_id=offer.case)
        return DONE
    noted = await notes.count(work.db, case.id)
    claimed = ClaimedByYou(**told_of(case), seq=await messages.newest_seq(work, case), notes=noted)
    await work.tell(work.staff.id, claimed, case_id=case.id, edits=offered)
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


async def _pressed_release(press: Press, seen: SeenCase) -> Answer:
    case = await cases.release_case(press.work, case_id=seen.case, seen_seq=seen.seq)
    await press.work.tell(press.actor.id, ReleasedByYou(code=case.code), case_id=case.id)
    return DONE


async def _pressed_close(press: Press, seen: SeenCase) -> Answer:
    begun = await closing_dialogue.begin(press.work, case_id=seen.case, seen_seq=seen.seq)
    return DONE if begun else IN_THE_CHAT


async def _pressed_not_advice(press: Press, seen: SeenCase) -> Answer:
    begun = await closing_dialogue.begin_not_advice(press.work, case_id=seen.case, seen_seq=seen.seq)
    return DONE if begun else IN_THE_CHAT


async def _pressed_in_closing(press: Press, code: str) -> Answer:
    await closing_dialogue.choose(press.work, code, card=press.card)
    return DONE


async def _pressed_case(press: Press, named: OfCase) -> Answer:
    return await which_case.chose_case(press.work, case_id=named.case, card=press.card)


async def _pressed_do_not_send(press: Press, _: Alone) -> Answer:
    await which_case.chose_nothing(press.work, card=press.card)
    return DONE


async def _pressed_reopen(press: Press, named: OfCase) -> Answer:
    await which_case.reopened(press.work, case_id=named.case, card=press.card)
    return DONE


async def _pressed_send_again(press: Press, relayed: OfMessage) -> Answer:
    await relay.send_again(press.work, message_id=relayed.message)
    return Answer("sent_again_toast")


async def _pressed_take_back(press: Press, relayed: OfMessage) -> Answer:
    try:
        await taking_back.take_back(press.work, message_id=relayed.message)
    except Stale as late:
        await relay_states.tell_relay_state(press.work, relayed.message)  # the line loses its button
        return Answer(late.code)
    return Answer("taken_back_toast")


async def _pressed_desk(press: Press, _: OfCase) -> Answer:
    """A link is on its way, or the one of a moment ago is still there to be used."""
    work, actor = press.work, press.actor
    unused = await login_links.has_fresh_link(work, actor.id, LinkPurpose.DESK, within=buttons.SAME_PRESS)
    if unused and await buttons.said_lately(work, actor.address_id or 0, DeskLink):
        return IN_THE_CHAT
    await send_desk_link(work, actor)
    return DONE


async def _pressed_end_all(press: Press, _: Alone) -> Answer:
    work = press.work
    await buttons.settle_card(work, press.card, pressed=END_ALL.code())
    if not await logins.end_all_logins(work, press.actor.id):
        return Answer(Notice.DEVICES_ENDED)
    await work.tell(press.actor.id, DevicesEnded())
    return DONE


async def _pressed_language(press: Press, chosen: ChosenLanguage) -> Answer:
    work, actor, language = press.work, press.actor, chosen.language
    if language not in STAFF_LANGUAGES:
        raise Stale
    await buttons.settle(work, actor.address_id or 0, (Notice.STAFF_LANGUAGE,), pressed=LANGUAGE.code(language))
    if language == actor.language:
        return Answer(Notice.LANGUAGE_CHANGED)
    await people.speak_to_staff(work, actor.id, language)
    for part in help_of(Role(actor.role)):
        await work.tell(actor.id, part)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = {
    **dict(
        (
            on(CLAIM, _pressed_claim),
            on(RELEASE, _pressed_release),
            on(CLOSE, _pressed_close),
            on(NOT_ADVICE_AT_ONCE, _pressed_not_advice),
            on(PICK, _pressed_case),
            on(NO_SEND, _pressed_do_not_send),
            on(REOPEN, _pressed_reopen),
            on(SEND_AGAIN, _pressed_send_again),
            on(TAKE_BACK, _pressed_take_back),
            on(DESK, _pressed_desk),
            on(END_ALL, _pressed_end_all),
            on(LANGUAGE, _pressed_language),
        )
    ),
    **dict.fromkeys(closing_dialogue.PRESSES, _pressed_in_closing),
    **case_commands.PRESSES,
    **duty_commands.PRESSES,
    **own_commands.PRESSES,
    **danger_commands.PRESSES,
    **follow_up_commands.PRESSES,
    **shift_presses.PRESSES,
    **term_presses.PRESSES,
}
OF_COORDINATORS = {
    **PRESSES, **case_commands.PRESSES_OF_COORDINATORS,
    **coordinator.PRESSES, **people_commands.PRESSES, **session_presses.PRESSES_OF_COORDINATORS,
    **week_presses.PRESSES_OF_COORDINATORS, **term_presses.PRESSES_OF_COORDINATORS,
    **undo_commands.PRESSES_OF_COORDINATORS, **guided_presses.PRESSES_OF_COORDINATORS, **block_commands.PRESSES,
    **duty_commands.PRESSES_OF_COORDINATORS, **overview_commands.PRESSES,
}  # fmt: skip
