"""A volunteer's or coordinator's words: what they wrote or asked for. Reads, acts, answers.

What they press is in `volunteer_presses.py`, what only a coordinator may do about hours in `coordinator.py`.
"""

from dataclasses import replace

from telegram import Message, Update

from bot.cases import addressee, cases, notes, relay
from bot.cases.texts import MyCases
from bot.cases.texts_relayed import StaffUnreadable
from bot.cases.told import told_of
from bot.engine import once
from bot.engine.actors import Actor
from bot.engine.work import Work
from bot.language import commands
from bot.language.commands import Line
from bot.language.i18n import Catalogues
from bot.language.refused import Refused
from bot.volunteers.menus import commands_of
from bot.volunteers.texts import StaffLanguage, StaffNoCommand, help_of, no_command
from handlers.telegram import (
    block_commands,
    case_commands,
    coordinator,
    danger_commands,
    duty_commands,
    follow_up_commands,
    line_replies,
    overview_commands,
    own_commands,
    people_commands,
    shift_commands,
    undo_commands,
)
from handlers.telegram.newcomer import act_of
from handlers.telegram.parsing import came
from handlers.telegram.reading import quoted, take_apart
from handlers.telegram.volunteer_presses import acting, send_desk_link
from models.dialogue import Answer, Edited, Unreadable
from models.people import Channel, Role

DONE = Answer("")
COORDINATORS_ALONE = {*commands_of(Role.COORDINATOR), *coordinator.COMMANDS} - {*commands_of(Role.VOLUNTEER)}
TAKE_NO_ARGUMENTS = (
    "cases", "desk", "language", "help", "hours_undo", "undo", "me", "leave", "overview", *duty_commands.COMMANDS,
    *shift_commands.TAKE_NO_ARGUMENTS,
)  # fmt: skip


async def wrote(work: Work, update: Update, message: Message, catalogues: Catalogues) -> Answer:
    """The volunteer's words are on their way, held while the bot asks, or were a command."""
    actor = await acting(work)
    act = act_of(message, is_edit=update.edited_message is not None)
    match act:
        case Edited() if await case_commands.edited(work, message, catalogues):
            pass
        case Edited():
            is_slashed = commands.of_staff(message.text or "") is not None
            await addressee.volunteer_edited(work, await _said(work, message), is_slashed=is_slashed)
        case Unreadable() as sent:
            await _refuse_unreadable(work, actor, sent, message.message_id)
        case _ if (line := commands.of_staff(message.text or "")) is not None:
            await _command(work, actor, line, message, catalogues)
        case _ if await line_replies.took(work, actor, message):
            pass
        case _ if await case_commands.answered_a_note(work, message):
            pass
        case _:
            await addressee.volunteer_said(work, await _said(work, message))
    return DONE


async def _refuse_unreadable(work: Work, actor: Actor, sent: Unreadable, own_message: int) -> None:
    """Nothing was sent, and the volunteer is told, once for what came together; for its words too, if it had any."""
    album = f"album:{sent.album}"
    is_first = sent.album is None or await once.first_time(work, Channel.TELEGRAM, album)
    if is_first or sent.text:
        await work.tell(actor.id, StaffUnreadable(reply_to=own_message, text=bool(sent.text)))


async def _command(work: Work, actor: Actor, line: Line, message: Message, catalogues: Catalogues) -> None:
    """A line of staff that begins with a slash. A command is followed; what is more than that is sent to nobody."""
    if await case_commands.followed(work, line, message, catalogues):
        return
    followed = await _followed(work, actor, line, catalogues) or await _of_a_case(work, actor, line, message)
    if not followed or (line.rest and line.name in TAKE_NO_ARGUMENTS):
        await _slash_text(work, actor, line, message, was_followed=followed)


async def _followed(work: Work, actor: Actor, line: Line, catalogues: Catalogues) -> bool:
    """Whether the line was a command of this person's, which then has had its effect."""
    if actor.role == Role.COORDINATOR and await coordinator.command(work, actor, line.name, line.rest, catalogues):
        return True
    if actor.role == Role.COORDINATOR and await people_commands.command(work, actor, line.name, line.rest, catalogues):
        return True
    for about_cases in (block_commands, overview_commands):
        if actor.role == Role.COORDINATOR and await about_cases.command(work, actor, line.name, line.rest):
            return True
    if actor.role != Role.COORDINATOR and line.name in COORDINATORS_ALONE:
        await work.tell(actor.id, Refused(refusal="for_coordinators"))
        return True
    if await own_commands.command(work, actor, line.name, line.rest):
        return True
    if actor.role == Role.COORDINATOR and await undo_commands.command(work, actor, line.name):
        return True
    if await duty_commands.followed(work, actor, line.name):
        return True
    if await shift_commands.followed(work, actor, line.name, line.rest, catalogues):
        return True
    match line.name:
        case "cases":
            await _list_cases(work, actor)
        case "desk":
            await send_desk_link(work, actor)
        case "language":
            await work.tell(actor.id, StaffLanguage())
        case "help" | "start":
            for part in help_of(Role(actor.role)):
                await work.tell(actor.id, part)
        case _:
            return False
    return True


async def _of_a_case(work: Work, actor: Actor, line: Line, message: Message) -> bool:
    """Whether the line was a command about a case that it may be a reply to; if so it has had its effect."""
    answered = (await _said(work, message)).answered
    if await follow_up_commands.command(work, actor, line.name, line.rest, answered):
        return True
    return await danger_commands.command(work, actor, line.name, line.rest, answered)


async def _slash_text(work: Work, actor: Actor, line: Line, message: Message, *, was_followed: bool) -> None:
    """What staff wrote after a slash and is no command reaches nobody unasked: it waits until they name the case it is
    for. Who has no case is told that it is none, and what commands there are."""
    if await addressee.slash_said(work, await _said(work, message)):
        return
    role = Role(actor.role)
    told = StaffNoCommand(role=role, after=line.name) if was_followed else no_command(role, line.name)
    await work.tell(actor.id, replace(told, reply_to=message.message_id))


async def _list_cases(work: Work, actor: Actor) -> None:
    mine = await cases.cases_of(work.db, actor.id)
    if not mine:
        await work.tell(actor.id, MyCases())
    for case in mine:
        seq = await relay.newest_shown(work, case)
        await cases.mark_read(work, case, seq)
        noted = await notes.count(work.db, case.id)
        shown = MyCases(**told_of(case), since=case.waiting_since, seq=seq, notes=noted)
        await work.tell(actor.id, shown, case_id=case.id)


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
