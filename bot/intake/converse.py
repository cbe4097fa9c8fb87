"""A newcomer's act, whatever the channel: the intake dialogue, the commands, and the way into the case.

Reads top to bottom as the walk of one question. It must not know a channel's own types, nor decide who answers.
"""

from dataclasses import replace

from sqlalchemy import insert

from bot.cases import follow_ups, heard, messages, more_words, opening, relay
from bot.cases import questions as cases_questions
from bot.engine import buttons, once
from bot.engine.actors import Visitor
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.hours import questions as hours_questions
from bot.hours import standing
from bot.intake import at_hand, blocked, ending, unsent
from bot.intake.commanded import follow
from bot.intake.texts import CannotRead, UnsentTaken
from bot.intake.threads import (
    Thread,
    draft_of,
    external_of,
    is_agreed_to_before,
    marks_of,
    step_of,
    thread_of,
)
from bot.intake.turns import DONE, PLAIN_ARRIVAL, SAVED, STALE, Arrival, ask_in_place, carry_out, is_about_a_case
from bot.language import commands
from bot.language.commands import Typed
from bot.people import access, blocks, people
from bot.people.access import CaseRow
from models.base import table_of
from models.buttons import UNSENT
from models.buttons_overview import FOLLOW_UP_MAY
from models.case import CaseStatus
from models.conversation import Refused
from models.dialogue import Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable
from models.intake import WAITING_LIMIT, IntakeStep, advance, keep_waiting, wait_for_consent
from models.notice import Notice

_REFUSED = table_of(Refused)
SAY_NOTHING = ("sticker", "dice")  # by the names that channels give


async def receive(work: Work, visitor: Visitor, incoming: Incoming, arrival: Arrival = PLAIN_ARRIVAL) -> Answer:
    """The act has had its effect and its answer is in the outbox. Returns what a button press is answered with.

    Raises:
        BadInput: words that cannot be taken; nothing was changed.
    """
    if isinstance(incoming.act, Said | Unreadable):
        await at_hand.lock(work, visitor, external_of(incoming))
    else:
        await work.lock(visitor.conversation_id)
    if visitor.is_parked:
        await people.sign_of_life(work, visitor.address_id)
    thread = await thread_of(work, visitor)
    barred = await blocks.standing(work, visitor)
    if barred is not None and not blocked.lets_in(incoming.act):
        return await blocked.turned_away(work, visitor, thread, incoming, barred)
    match incoming.act:
        case Commanded(name=name):
            await follow(work, visitor, thread, Typed(name))
        case Unreadable() as sent:
            await _refuse_unreadable(work, visitor, sent)
            if sent.text:  # goes the way of any words, and its questions stand below the answer about the file
                await _said(work, visitor, thread, messages.checked(sent.text), incoming, arrival)
        case Edited() as edited:
            await _edited(work, visitor, thread, edited, incoming, arrival)
        case Said(text=text):
            await _typed(work, visitor, thread, messages.checked(text), incoming, arrival)
        case Pressed(code=code) if hours_questions.is_pressed_by(code):
            return await hours_questions.pressed(work, visitor, code)
        case Pressed(code=code) if ending.is_pressed_by(code):
            return await ending.pressed(work, visitor, code, unsent=draft_of(work, thread).unsent_mark)
        case Pressed(code=code) if FOLLOW_UP_MAY.has_verb_of(code):
            return await _may_be_asked_again(work, visitor, code)
        case Pressed(code=code) if UNSENT.has_verb_of(code):
            return await _send_unsent(work, visitor, thread, code, incoming, arrival)
        case Pressed() as pressed:
            return await _pressed(work, visitor, thread, pressed, incoming, arrival)
    return DONE


async def _may_be_asked_again(work: Work, visitor: Visitor, code: str) -> Answer:
    """The newcomer has said whether they may be asked on the day that was set; a late press says nothing any more."""
    if not FOLLOW_UP_MAY.matches(code):
        return STALE
    given = FOLLOW_UP_MAY.read(code)
    if not await follow_ups.answered(work, visitor, follow_up_id=given.follow_up, yes=given.answer == "yes"):
        return STALE
    await buttons.settle(work, visitor.address_id, (Notice.FOLLOW_UP_MAY,), pressed=code,
                         conversation_id=visitor.conversation_id)  # fmt: skip
    return SAVED


async def _typed(
    work: Work, visitor: Visitor, thread: Thread, words: str, incoming: Incoming, arrival: Arrival
) -> None:
    """What was typed is kept as words, followed as a command, or both; a word with a slash that is neither waits."""
    typed = commands.read(words, visitor.language)
    if not typed.is_words:
        await heard.note(work, visitor, incoming, words)
    if typed.is_unknown and not await messages.is_kept(work, thread.id, external_id=external_of(incoming)):
        await unsent.hold(work, visitor, thread, words, incoming)
    if typed.is_words:
        await _said(work, visitor, thread, words, incoming, arrival, may_ask_hours=not typed.command)
    if typed.is_spoken:
        await unsent.keep(work, thread, words, incoming)
    if typed.command and not (typed.is_words and _asks_the_same(thread, typed)):
        await follow(work, visitor, await thread_of(work, visitor), typed)


def _asks_the_same(thread: Thread, typed: Typed) -> bool:
    """Whether words at this step are answered with what the command would say once more."""
    return thread.step == IntakeStep.LANGUAGE and typed.command in ("start", "language")


async def _send_unsent(
    work: Work, visitor: Visitor, thread: Thread, code: str, incoming: Incoming, arrival: Arrival
) -> Answer:
    """The word that waited is words like any other, of the message that it was typed in."""
    draft = draft_of(work, thread)
    if not draft.unsent or code != UNSENT.code(draft.unsent_mark):
        return STALE
    await unsent.drop(work, thread)
    await ending.say_instead(work, visitor, (Notice.UNKNOWN_COMMAND, Notice.NOT_DELETED), UnsentTaken())
    as_typed = replace(incoming, external_id=draft.unsent_as)
    thread = await thread_of(work, visitor)
    await _said(work, visitor, thread, draft.unsent, as_typed, arrival, may_ask_hours=False)
    return DONE


async def _said(
    work: Work, visitor: Visitor, thread: Thread, words: str, incoming: Incoming, arrival: Arrival, *,
    may_ask_hours: bool = True,
) -> None:  # fmt: skip
    at = await at_hand.found(work, visitor, external_of(incoming))
    newest = at.newest
    if at.is_kept:
        return  # its edit came first and was kept as the message
    if newest is not None and newest.status != CaseStatus.CLOSED:
        await relay.from_newcomer(work, newest, words, external_id=external_of(incoming), marks=marks_of(incoming))
        is_answered = isinstance(incoming.act, Unreadable)  # a file's own answer says that its words have arrived
        if newest.status == CaseStatus.QUEUED and not is_answered:  # once a person has the case, nobody else answers
            await _answer_who_waits(work, visitor, newest, words, may_ask_hours=may_ask_hours)
        return
    comes_back = thread.consent_at is not None and opening.may_reopen(newest, work.now)
    if may_ask_hours and not comes_back and await hours_questions.answered(work, visitor, words):
        await heard.note(work, visitor, incoming, words)
        return  # who was answered lately may mean something else by "when?": that goes to a person
    if comes_back and newest is not None:
        case = await opening.reopen_case(work, newest)
        await relay.keep_first_words(work, case, words, external_id=external_of(incoming), marks=marks_of(incoming))
        await opening.announce(work, case, lane=visitor.lane)
        return
    said, draft = Said(words, marks=marks_of(incoming)), draft_of(work, thread)
    asked = wait_for_consent if is_agreed_to_before(thread) else advance
    turn = asked(step_of(thread), draft, said)
    if turn.submit is None and not turn.draft.waiting_words.endswith(words):
        raise BadInput("too_long", most=WAITING_LIMIT)  # they are told now, rather than sent half of it later
    if turn.submit is None:
        await heard.note(work, visitor, incoming, words)
    # Their newest is closed; an older one may have been opened again on a day that was set for it.
    open_case = None if newest is None else await access.open_case_of(work.db, visitor.person_id)
    arrival = replace(arrival, is_first=newest is None)
    await carry_out(work, visitor, thread, turn, incoming, arrival, case=open_case)


async def _answer_who_waits(work: Work, visitor: Visitor, case: CaseRow, words: str, *, may_ask_hours: bool) -> None:
    """Who asks when we are open is told, though the words stay with the case: they may mean something else."""
    if not (may_ask_hours and await hours_questions.answered(work, visitor, words)):
        await more_words.tell(work, visitor, case)


async def _edited(
    work: Work, visitor: Visitor, thread: Thread, act: Edited, incoming: Incoming, arrival: Arrival
) -> None:
    """The changed words join the message they belong to. The same words again are nothing, nor are those of a message
    that is long past. A change is never a command: nothing is done, and nothing asked, for what somebody corrects.
    """
    words = messages.checked(act.text)
    if await heard.is_noted(work, visitor, incoming, words):
        return
    if await relay.edited_by_newcomer(work, thread.id, words, external_id=external_of(incoming), marks=act.marks):
        return
    if await heard.is_long_past(work, visitor, act):
        return
    await _edited_unkept(work, visitor, thread, words, incoming, arrival)


async def _pressed(
    work: Work, visitor: Visitor, thread: Thread, act: Pressed, incoming: Incoming, arrival: Arrival
) -> Answer:
    """The press has had its effect; one that fits nothing any more changes nothing and is answered in the button."""
    turn = advance(step_of(thread), draft_of(work, thread), act)
    if turn.language is not None and turn.language == visitor.language and turn.step == thread.step:
        await buttons.settle_asked(work, visitor.address_id, act.code, conversation_id=thread.id)
        return Answer(Notice.LANGUAGE_CHANGED)
    case = await access.open_case_of(work.db, visitor.person_id) if is_about_a_case(turn) else None
    if turn.stale and cases_questions.is_answered(case, act.code):
        return SAVED
    if turn.submit is not None and case is None and is_agreed_to_before(thread):
        await ask_in_place(work, visitor, thread, keep_waiting(draft_of(work, thread)))
        return DONE
    return await carry_out(work, visitor, thread, turn, incoming, arrival, case=case)


async def _edited_unkept(
    work: Work, visitor: Visitor, thread: Thread, words: str, incoming: Incoming, arrival: Arrival
) -> None:
    """As `_edited`, for a message that nobody has: a command, a word that waits, or one that has not come yet."""
    if draft_of(work, thread).unsent_as == external_of(incoming):
        await unsent.drop(work, thread)
        thread = await thread_of(work, visitor)
    typed = commands.read(words, visitor.language)
    if typed.is_words:
        await _said(work, visitor, thread, words, incoming, arrival)
    elif typed.is_unknown or typed.command in commands.ENDING:
        await unsent.hold(work, visitor, thread, words, incoming)


async def _refuse_unreadable(work: Work, visitor: Visitor, sent: Unreadable) -> None:
    await work.db.execute(insert(_REFUSED).values(on_day=work.today, channel=visitor.channel, kind=sent.kind))
    if sent.kind in SAY_NOTHING and not sent.text and await access.open_case_of(work.db, visitor.person_id):
        return  # a nod between two people who talk: an answer from us would only stand between them
    if sent.album is not None and not await once.first_time(work, visitor.channel, f"album:{sent.album}"):
        return  # the first of its pictures has been answered
    session = await standing.next_session(work)
    told = CannotRead(what=sent.kind, text=bool(sent.text), session=session)
    await work.tell_address(visitor.address_id, told, conversation_id=visitor.conversation_id)
