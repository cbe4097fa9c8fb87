"""A newcomer's act, whatever the channel: the intake dialogue, the commands, and the way into the case.

Reads top to bottom as the walk of one question. It must not know a channel's own types, nor decide who answers.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Row, Table, bindparam, insert, select, update

from bot.cases import cases, heard, queue, relay
from bot.cases import questions as cases_questions
from bot.engine import buttons, once
from bot.engine.errors import BadInput
from bot.engine.work import Visitor, Work
from bot.hours import questions as hours_questions
from bot.hours import standing
from bot.intake import ending
from bot.language import commands
from bot.language.commands import Typed
from bot.people import access, people
from bot.privacy import purge
from models.case import CaseStatus
from models.conversation import Conversation, Refused
from models.dialogue import Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable
from models.intake import CONSENT_VERSION, HELD_LIMIT, QUESTIONS, Ask, Draft, IntakeStep, Turn, advance, ask_again
from models.outbox import Notice, TimerKind

_THREADS: Table = Conversation.__table__  # type: ignore[attr-defined]
_THREAD = select(_THREADS).where(_THREADS.c.id == bindparam("conversation"))
UNSENT_BUTTON = "unsent:"
SAVED, STALE, DONE = Answer("answer_saved"), Answer("no_longer_valid"), Answer("")


@dataclass(frozen=True, slots=True)
class Door:
    """How the newcomer came in, as far as a case needs it.

    `held`: one of a flood from a network address. `secret_hash`: of the secret made for the web at consent, else empty.
    """

    held: bool = False
    secret_hash: str = ""


async def receive(work: Work, visitor: Visitor, incoming: Incoming, door: Door = Door()) -> Answer:
    """The act has had its effect and its answer is in the outbox. Returns what a button press is answered with.

    Raises:
        BadInput: words that cannot be taken; nothing was changed.
    """
    await work.lock(visitor.conversation_id)
    if visitor.is_parked:
        await people.sign_of_life(work, visitor.address_id)
    thread = await _thread(work, visitor)
    match incoming.act:
        case Commanded(name=name):
            await _command(work, visitor, thread, Typed(name))
        case Unreadable() as sent:
            await _refuse_unreadable(work, visitor, sent)
            if sent.text:  # goes the way of any words, and its questions stand below the answer about the file
                await _said(work, visitor, thread, relay.checked(sent.text), incoming, door)
        case Edited(text=text):
            await _edited(work, visitor, thread, relay.checked(text), incoming, door)
        case Said(text=text):
            await _typed(work, visitor, thread, relay.checked(text), incoming, door)
        case Pressed(code=code) if code.startswith(hours_questions.BUTTONS):
            return await hours_questions.pressed(work, visitor, code)
        case Pressed(code=code) if code.startswith(ending.BUTTONS):
            return await ending.pressed(work, visitor, code, unsent=_draft(work, thread).unsent_mark)
        case Pressed(code=code) if code.startswith(UNSENT_BUTTON):
            return await _send_unsent(work, visitor, thread, code, incoming, door)
        case Pressed() as pressed:
            return await _pressed(work, visitor, thread, pressed, incoming, door)
    return DONE


async def _typed(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    """What was typed is kept as words, followed as a command, or both; a word with a slash that is neither waits."""
    typed = commands.read(words, visitor.language)
    if not typed.is_words:
        await heard.note(work, visitor, incoming, words)
    if typed.is_unknown and not await relay.is_kept(work, thread.id, external_id=_external(incoming)):
        await _hold_unsent(work, visitor, thread, words, incoming)
    if typed.is_words:
        await _said(work, visitor, thread, words, incoming, door, may_ask_hours=not typed.command)
    if typed.is_spoken:
        await _keep_unsent(work, thread, words, incoming)
    if typed.command and not (typed.is_words and _asks_the_same(thread, typed)):
        await _command(work, visitor, await _thread(work, visitor), typed)


def _asks_the_same(thread: Row, typed: Typed) -> bool:
    """Whether words at this step are answered with what the command would say once more."""
    return thread.step == IntakeStep.LANGUAGE and typed.command in ("start", "language")


async def _hold_unsent(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming) -> None:
    """The word waits, and its writer has been told that nobody was sent it."""
    draft = await _keep_unsent(work, thread, words, incoming)
    params = {"unsent": draft.unsent_mark, "conversation": thread.id, "channel": visitor.channel}
    await work.tell_address(visitor.address_id, Notice.UNKNOWN_COMMAND, conversation_id=thread.id, params=params)
    if thread.step == IntakeStep.LANGUAGE:
        await _ask(work, visitor, ask_again(Turn(IntakeStep.LANGUAGE, draft)), draft)


async def _keep_unsent(work: Work, thread: Row, words: str, incoming: Incoming) -> Draft:
    """The words are kept, sealed, for a day or until others take their place; nobody has been sent them."""
    draft = replace(_draft(work, thread), unsent=words, unsent_as=_external(incoming))
    await _keep_place(work, thread, thread.step, draft)
    return draft


async def _send_unsent(work: Work, visitor: Visitor, thread: Row, code: str, incoming: Incoming, door: Door) -> Answer:
    """The word that waited is words like any other, of the message that it was typed in."""
    draft = _draft(work, thread)
    if not draft.unsent or code != f"{UNSENT_BUTTON}{draft.unsent_mark}":
        return STALE
    await _drop_unsent(work, thread)
    await ending.say_instead(work, visitor, (Notice.UNKNOWN_COMMAND, Notice.NOT_DELETED), Notice.UNSENT_TAKEN)
    as_typed = replace(incoming, external_id=draft.unsent_as)
    thread = await _thread(work, visitor)
    await _said(work, visitor, thread, draft.unsent, as_typed, door, may_ask_hours=False)
    return DONE


async def _drop_unsent(work: Work, thread: Row) -> None:
    await _keep_place(work, thread, thread.step, replace(_draft(work, thread), unsent="", unsent_as=""))


async def _said(
    work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door, *, may_ask_hours: bool = True
) -> None:
    if await relay.is_kept(work, thread.id, external_id=_external(incoming)):
        return  # its edit came first and was kept as the message
    newest = await access.newest_case_of(work.db, visitor.person_id)
    if newest is not None and newest.status != CaseStatus.CLOSED:
        await relay.from_newcomer(work, newest, words, external_id=_external(incoming), marks=_marks(incoming))
        return
    comes_back = thread.consent_at is not None and cases.may_reopen(newest, work.now)
    if may_ask_hours and not comes_back and await hours_questions.answered(work, visitor, words):
        await heard.note(work, visitor, incoming, words)
        return  # who was answered lately may mean something else by "when?": that goes to a person
    if comes_back:
        case = await cases.reopen_case(work, newest)
        await relay.keep_first_words(work, case, words, external_id=_external(incoming), marks=_marks(incoming))
        await cases.announce(work, case)
        return
    turn = advance(thread.step, _draft(work, thread), Said(words, marks=_marks(incoming)))
    if turn.submit is None and not turn.draft.held.endswith(words):
        raise BadInput("too_long", most=HELD_LIMIT)  # they are told now, rather than sent half of it later
    if turn.submit is None:
        await heard.note(work, visitor, incoming, words)
    await _apply(work, visitor, thread, turn, incoming, door)


async def _edited(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    """The changed words join the message they belong to. The same words again are nothing, nor are those of a message
    that is long past. A change is never a command: nothing is done, and nothing asked, for what somebody corrects.
    """
    marks = _marks(incoming)
    if await heard.is_noted(work, visitor, incoming, words):
        return
    if await relay.edited_by_newcomer(work, thread.id, words, external_id=_external(incoming), marks=marks):
        return
    if await heard.is_long_past(work, visitor, incoming.act):  # type: ignore[arg-type]
        return
    await _edited_unkept(work, visitor, thread, words, incoming, door)


async def _pressed(work: Work, visitor: Visitor, thread: Row, act: Pressed, incoming: Incoming, door: Door) -> Answer:
    """The press has had its effect; one that fits nothing any more changes nothing and is answered in the button."""
    turn = advance(thread.step, _draft(work, thread), act)
    if turn.language is not None and turn.language == visitor.language and turn.step == thread.step:
        await buttons.settle_asked(work, visitor.address_id, act.code, conversation_id=thread.id)
        return Answer(Notice.LANGUAGE_CHANGED)
    if turn.stale and cases_questions.is_answered(await access.open_case_of(work.db, visitor.person_id), act.code):
        return SAVED
    return await _apply(work, visitor, thread, turn, incoming, door)


async def _edited_unkept(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    """As `_edited`, for a message that nobody has: a command, a word that waits, or one that has not come yet."""
    if _draft(work, thread).unsent_as == _external(incoming):
        await _drop_unsent(work, thread)
        thread = await _thread(work, visitor)
    typed = commands.read(words, visitor.language)
    if typed.is_words:
        await _said(work, visitor, thread, words, incoming, door)
    elif typed.is_unknown or typed.command in commands.ENDING:
        await _hold_unsent(work, visitor, thread, words, incoming)


async def _apply(work: Work, visitor: Visitor, thread: Row, turn: Turn, incoming: Incoming, door: Door) -> Answer:
    """Carry out a turn of the intake: keep what it keeps, open what it submits, ask what it asks."""
    if turn.stale:
        await _ask_first(work, visitor, turn)
        return STALE
    if turn.agreed is False:
        await buttons.settle_asked(work, visitor.address_id, "consent:no", conversation_id=thread.id)
        await work.tell_address(
            visitor.address_id, Notice.NO_CONSENT, conversation_id=thread.id, params=await _ways(work)
        )
        await purge.erase_newcomer(work, visitor.person_id, farewell=False, keep_lane=True)
        return DONE
    if turn.language is not None:
        await _speak(work, visitor, turn.language)
    draft, message_id = turn.draft, None
    if turn.agreed:
        await _consented(work, thread, door)
    if turn.submit is not None:
        message_id = await _submit(work, visitor, thread, turn, incoming, door)
    recorded = await _record_answer(work, visitor, turn)
    if isinstance(incoming.act, Pressed):
        await buttons.settle_asked(
            work, visitor.address_id, incoming.act.code, conversation_id=thread.id, message_id=message_id
        )
    await _keep_place(work, thread, turn.step, draft)
    asked = await _ask(work, visitor, turn, draft)
    if turn.ask == Ask.DONE and not (recorded or asked):
        return Answer(Notice.ASK_DONE)
    return SAVED if recorded else DONE


async def _ask_first(work: Work, visitor: Visitor, turn: Turn) -> None:
    """Somebody who has been asked nothing yet, such as after "no", is not left with a button that does nothing."""
    if turn.step == IntakeStep.LANGUAGE and not await buttons.stands(work, visitor.address_id, Notice.ASK_LANGUAGE):
        await _ask(work, visitor, ask_again(turn), turn.draft)


async def _speak(work: Work, visitor: Visitor, language: str) -> None:
    """The newcomer is spoken to in this language; whoever has their case, or may take it, knows."""
    await people.speak(work, visitor.person_id, language)
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is not None and case.language != language:
        await cases.change_language(work, case, language)


async def _consented(work: Work, thread: Row, door: Door) -> None:
    values = {"consent_at": work.now, "consent_version": CONSENT_VERSION}
    if door.secret_hash:
        values["secret_hash"] = door.secret_hash
    await work.db.execute(update(_THREADS).where(_THREADS.c.id == thread.id).values(**values))


async def _submit(work: Work, visitor: Visitor, thread: Row, turn: Turn, incoming: Incoming, door: Door) -> int | None:
    """The words become the question of a new case, or join the open one. Returns the message that has become of them,
    if it opened a case."""
    words, how = turn.submit or "", {"external_id": _external(incoming), "marks": turn.marks}
    current = await access.open_case_of(work.db, visitor.person_id)
    if current is not None:
        await relay.from_newcomer(work, current, words, **how)
        return None
    case = await cases.open_case(
        work, newcomer_id=visitor.person_id, conversation_id=thread.id, channel=visitor.channel,
        language=visitor.language or "en", held=door.held,
    )  # fmt: skip
    message_id = await relay.keep_first_words(work, case, words, **how)
    await cases.announce(work, case)
    return message_id


async def _record_answer(work: Work, visitor: Visitor, turn: Turn) -> bool:
    if turn.answer is None:
        return False
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is None:
        return False
    noted = await cases.note_answer(work, case, *turn.answer)
    if turn.answer[0] == "category" and noted.status == CaseStatus.QUEUED:
        await queue.refresh_cards(work, noted)
    return True


async def _keep_place(work: Work, thread: Row, step: str, draft: Draft) -> None:
    before = _draft(work, thread)
    sealed, drafted_at = thread.draft, thread.drafted_at
    if draft != before:
        empty = draft == Draft()
        sealed = (
            None if empty else work.seal.seal(draft.to_json(), table="conversations", column="draft", row_id=thread.id)
        )
        drafted_at = work.now if draft.waits else None
        if draft.waits and not before.waits:
            await work.remind(TimerKind.DRAFT_EXPIRES, thread.id, work.now + purge.DRAFTS_HELD)
    place = {"step": str(step), "draft": sealed, "drafted_at": drafted_at}
    await work.db.execute(update(_THREADS).where(_THREADS.c.id == thread.id).values(**place))


async def _ask(work: Work, visitor: Visitor, turn: Turn, draft: Draft) -> bool:
    """The turn's question is on its way, if it has one; whether anything is."""
    match turn.ask:
        case None:
            return False
        case Ask.DONE:
            return await cases_questions.put_away(work, visitor.conversation_id)
        case Ask.TAP:
            if await _ask_optional(work, visitor, turn):
                return True
            if turn.language is None:
                return False
            turn = replace(turn, ask=Ask.LANGUAGE_CHANGED, params={})
    params = dict(turn.params)
    if turn.ask == Ask.OFFER_HELD:
        params["conversation"] = visitor.conversation_id  # the words stay sealed in the draft until this is rendered
    if turn.ask == Ask.CONSENT:
        params["channel"] = visitor.channel
    await work.tell_address(
        visitor.address_id, Notice(turn.ask), conversation_id=visitor.conversation_id, params=params
    )
    return True


async def _ask_optional(work: Work, visitor: Visitor, turn: Turn) -> bool:
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is None or case.status == CaseStatus.CLAIMED:
        return False  # a person has the case: the bot says nothing unasked
    if turn.submit is None:
        return await cases_questions.show(work, case, turn)
    await cases_questions.begin(work, case, turn, address_id=visitor.address_id)
    return True


async def _command(work: Work, visitor: Visitor, thread: Row, typed: Typed) -> None:
    async def say(kind: Notice, **params: object) -> None:
        if typed.language is not None:  # counts as long as they have chosen none
            params["language"] = typed.language.value
        await work.tell_address(visitor.address_id, kind, conversation_id=thread.id, params=params)

    match typed.command:
        case "start":
            await _start(work, visitor, thread)
        case "language":
            await say(Notice.ASK_LANGUAGE)
        case "status":
            await say(Notice.STATUS, **await status_params(work, visitor.person_id))
        case "hours":
            await hours_questions.tell_hours(work, visitor)
        case "help":
            await say(Notice.HELP)
        case "privacy":
            await say(Notice.PRIVACY, channel=visitor.channel)
        case "stop":
            await ending.ask_stop(work, visitor)
        case "delete":
            await ending.ask_delete(work, visitor, language=typed.language)
        case _:
            await say(Notice.UNKNOWN_COMMAND, channel=visitor.channel)


async def _start(work: Work, visitor: Visitor, thread: Row) -> None:
    turn = ask_again(Turn(IntakeStep(thread.step), _draft(work, thread)))
    if turn.ask is None or thread.step in QUESTIONS:
        params = await status_params(work, visitor.person_id)
        await work.tell_address(visitor.address_id, Notice.STATUS, conversation_id=thread.id, params=params)
        return
    await _ask(work, visitor, turn, turn.draft)


async def status_params(work: Work, person_id: int) -> dict[str, object]:
    """What `/status` says: none, or the newest case's code and state, with a promise while it is queued."""
    case = await access.newest_case_of(work.db, person_id)
    if case is None:
        return {"state": "none"}
    params: dict[str, object] = {"state": case.status, "code": case.code}
    if case.status == CaseStatus.QUEUED:
        made = await queue.promise_for(work, case)
        return params | {"promise": made.kind} | made.params
    return params


async def _refuse_unreadable(work: Work, visitor: Visitor, sent: Unreadable) -> None:
    await work.db.execute(insert(Refused).values(on_day=work.today, channel=visitor.channel, kind=sent.kind))
    if sent.album is not None and not await once.first_time(work, visitor.channel, f"album:{sent.album}"):
        return  # the first of its pictures has been answered
    params = {"kind": sent.kind, "text": bool(sent.text)} | await standing.next_session(work.db, work.now, work.zone)
    await work.tell_address(
        visitor.address_id, Notice.UNREADABLE, conversation_id=visitor.conversation_id, params=params
    )


async def _ways(work: Work) -> dict[str, object]:
    return await hours_questions.hours_params(work.db, work.now, work.zone)


async def _thread(work: Work, visitor: Visitor) -> Row:
    return (await work.db.execute(_THREAD, {"conversation": visitor.conversation_id})).one()


def _draft(work: Work, thread: Row) -> Draft:
    if thread.draft is None:
        return Draft()
    return Draft.from_json(work.seal.open(thread.draft, table="conversations", column="draft", row_id=thread.id))


def _external(incoming: Incoming) -> str:
    return incoming.external_id or incoming.key


def _marks(incoming: Incoming) -> tuple[str, ...]:
    act = incoming.act
    return act.marks if isinstance(act, Said | Edited | Unreadable) else ()
