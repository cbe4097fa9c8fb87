"""Words that a coordinator writes in answer to a card that asks for them, at the end of a dialogue of buttons.

Only a reply to such a card is taken; whatever else is written goes where it always went. One to a card that asks no
more does nothing, reaches nobody, and that is said. It must not decide what the words mean.
"""

from telegram import Message

from bot.cases import remote
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.work import Work
from bot.roster.signing import CannotStaff
from bot.shifts import announce_guided, cancel_words, finding
from bot.shifts.texts_announce import AnnounceAsk
from bot.shifts.texts_coordinator import LineOver, ShiftCancelWords
from bot.volunteers import invite_guided
from bot.volunteers.texts_invite import InviteAsk
from bot.volunteers.texts_people import usage
from handlers.telegram.people_commands import tell_doors
from handlers.telegram.reading import take_apart
from handlers.telegram.shift_commands import refuse
from models.outbox import Notice

COMMANDS = {
    Notice(AnnounceAsk.kind): "announce",
    Notice(ShiftCancelWords.kind): "cancelshift",
    Notice(InviteAsk.kind): "invite",
}
TAKEN = "taken"


async def took(work: Work, actor: Actor, message: Message) -> bool:
    """Whether the words answer such a card; if so they have had their effect, or it is said why not."""
    answers = message.reply_to_message
    if answers is None or actor.address_id is None:
        return False
    card = await remote.row_of_remote(work.db, actor.address_id, answers.message_id)
    asked = None if card is None else await engine_buttons.first_of(work, card, COMMANDS)
    if card is None or asked is None:
        return False
    try:
        await _take(work, actor, card, asked, take_apart(message).text)
    except (Stale, NotFound):  # over, or the role is another by now
        await work.tell(actor.id, LineOver(command=COMMANDS[asked], reply_to=message.message_id))
    return True


async def _take(work: Work, actor: Actor, card: int, asked: Notice, words: str) -> None:
    work.require_publisher()
    try:
        match asked:
            case Notice.ANNOUNCE_ASK:
                to = await engine_buttons.saying_on(work, card, AnnounceAsk)
                await work.tell(actor.id, await announce_guided.said(work, to.dialogue, words))
            case Notice.SHIFT_CANCEL_WORDS:
                of = await engine_buttons.saying_on(work, card, ShiftCancelWords)
                await work.tell(actor.id, await cancel_words.said(work, of.dialogue, words))
            case _:
                who = await engine_buttons.saying_on(work, card, InviteAsk)
                await tell_doors(work, actor, await invite_guided.named(work, who.dialogue, words))
    except CannotStaff as refused:
        await refuse(work, actor, refused)
    except BadInput as refusal:
        command = COMMANDS[asked]
        told = usage(command, refusal) if command == "invite" else await finding.usage(work, command, refusal)
        await work.tell(actor.id, told)
        return
    await engine_buttons.settle_card(work, card, pressed=TAKEN)
