"""A newcomer's act, whatever the channel: the intake dialogue, the commands, and the way into the case.

Reads top to bottom as the walk of one question. It must not know a channel's own types, nor decide who answers.
"""

from dataclasses import dataclass

from sqlalchemy import Row, Table, bindparam, insert, select, update

from bot import access
from bot.actions import cases, closing, hours, hours_asked, inbound, people, queue, relay, retention
from bot.actions.people import Visitor
from bot.errors import BadInput
from bot.store import Work
from models.case import CaseStatus
from models.conversation import Conversation, Refused
from models.dialogue import Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable
from models.intake import CONSENT_VERSION, HELD_LIMIT, QUESTIONS, Ask, Draft, IntakeStep, Turn, advance, ask_again
from models.outbox import Notice, TimerKind

_THREADS: Table = Conversation.__table__  # type: ignore[attr-defined]
_THREAD = select(_THREADS).where(_THREADS.c.id == bindparam("conversation"))
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
    thread = (await work.db.execute(_THREAD, {"conversation": visitor.conversation_id})).one()
    match incoming.act:
        case Commanded(name=name):
            await _command(work, visitor, thread, name)
        case Unreadable(kind=kind, album=album):
            await _refuse_unreadable(work, visitor, kind, album)
        case Edited(text=text):
            await _edited(work, visitor, thread, relay.checked(text), incoming, door)
        case Said(text=text):
            await _said(work, visitor, thread, relay.checked(text), incoming, door)
        case Pressed(code=code) if code.startswith(hours_asked.BUTTONS):
            return await hours_asked.pressed(work, visitor, code)
        case Pressed(code="erase:yes"):
            await retention.erase_newcomer(work, visitor.person_id, farewell=True)
        case Pressed() as pressed:
            return await _apply(
                work, visitor, thread, advance(thread.step, _draft(work, thread), pressed), incoming, door
            )
    return DONE


async def _said(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    if await relay.is_kept(work, thread.id, external_id=_external(incoming)):
        return  # its edit came first and was kept as the message
    newest = await access.newest_case_of(work.db, visitor.person_id)
    if newest is not None and newest.status != CaseStatus.CLOSED:
        await relay.from_newcomer(work, newest, words, external_id=_external(incoming))
        return
    comes_back = thread.consent_at is not None and cases.may_reopen(newest, work.now)
    if not comes_back and await hours_asked.answered(work, visitor, words):
        return  # who was answered lately may mean something else by "when?": that goes to a person
    if comes_back:
        case = await cases.reopen_case(work, newest)
        await relay.keep_first_words(work, case, words, external_id=_external(incoming))
        await cases.announce(work, case)
        return
    turn = advance(thread.step, _draft(work, thread), Said(words))
    if turn.submit is None and not turn.draft.held.endswith(words):
        raise BadInput("too_long", most=HELD_LIMIT)  # they are told now, rather than sent half of it later
    await _apply(work, visitor, thread, turn, incoming, door)


async def _edited(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    """The changed words join the message they belong to; in a closed case they are news, and it comes back."""
    case = await relay.edited_by_newcomer(work, thread.id, words, external_id=_external(incoming))
    if case is None:  # the message itself is on its way, or was never kept
        await _said(work, visitor, thread, words, incoming, door)
        return
    newest = await access.newest_case_of(work.db, visitor.person_id)
    if newest is not None and newest.id == case.id and cases.may_reopen(newest, work.now):
        await cases.announce(work, await cases.reopen_case(work, newest))


async def _apply(work: Work, visitor: Visitor, thread: Row, turn: Turn, incoming: Incoming, door: Door) -> Answer:
    """Carry out a turn of the intake: keep what it keeps, open what it submits, ask what it asks."""
    if turn.agreed is False:
        await work.tell_address(
            visitor.address_id, Notice.NO_CONSENT, conversation_id=thread.id, params=await _ways(work)
        )
        await retention.erase_newcomer(work, visitor.person_id, farewell=False, keep_lane=True)
        return DONE
    if turn.language is not None:
        await people.speak(work, visitor.person_id, turn.language)
    draft = turn.draft
    if turn.agreed:
        await _consented(work, thread, door)
    if turn.submit is not None:
        await _submit(work, visitor, thread, turn.submit, incoming, door)
    recorded = await _record_answer(work, visitor, turn)
    await _keep_place(work, thread, turn.step, draft)
    await _ask(work, visitor, turn, draft)
    return STALE if turn.stale else SAVED if recorded else DONE


async def _consented(work: Work, thread: Row, door: Door) -> None:
    values = {"consent_at": work.now, "consent_version": CONSENT_VERSION}
    if door.secret_hash:
        values["secret_hash"] = door.secret_hash
    await work.db.execute(update(_THREADS).where(_THREADS.c.id == thread.id).values(**values))


async def _submit(work: Work, visitor: Visitor, thread: Row, words: str, incoming: Incoming, door: Door) -> None:
    """The words become the question of a new case, or join the open one."""
    current = await access.open_case_of(work.db, visitor.person_id)
    if current is not None:
        await relay.from_newcomer(work, current, words, external_id=_external(incoming))
        return
    case = await cases.open_case(
        work, newcomer_id=visitor.person_id, conversation_id=thread.id, channel=visitor.channel,
        language=visitor.language or "en", held=door.held,
    )  # fmt: skip
    await relay.keep_first_words(work, case, words, external_id=_external(incoming))
    await cases.announce(work, case)


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
        drafted_at = work.now if draft.held else None
        if draft.held and not before.held:
            await work.remind(TimerKind.DRAFT_EXPIRES, thread.id, work.now + retention.DRAFTS_HELD)
    place = {"step": str(step), "draft": sealed, "drafted_at": drafted_at}
    await work.db.execute(update(_THREADS).where(_THREADS.c.id == thread.id).values(**place))


async def _ask(work: Work, visitor: Visitor, turn: Turn, draft: Draft) -> None:
    if turn.ask is None:
        return
    if turn.ask == Ask.TAP:
        case = await access.open_case_of(work.db, visitor.person_id)
        if case is None or case.status == CaseStatus.CLAIMED:
            return  # a person has the case: the bot says nothing unasked
    params = dict(turn.params)
    if turn.ask == Ask.OFFER_HELD:
        params["conversation"] = visitor.conversation_id  # the words stay sealed in the draft until this is rendered
    if turn.ask == Ask.CONSENT:
        params["channel"] = visitor.channel
    await work.tell_address(
        visitor.address_id, Notice(turn.ask), conversation_id=visitor.conversation_id, params=params
    )


async def _command(work: Work, visitor: Visitor, thread: Row, name: str) -> None:
    async def say(kind: Notice, **params: object) -> None:
        await work.tell_address(visitor.address_id, kind, conversation_id=thread.id, params=params)

    match name:
        case "start":
            await _start(work, visitor, thread)
        case "language":
            await say(Notice.ASK_LANGUAGE)
        case "status":
            await say(Notice.STATUS, **await status_params(work, visitor.person_id))
        case "hours":
            await hours_asked.tell_hours(work, visitor)
        case "help":
            await say(Notice.HELP)
        case "privacy":
            await say(Notice.PRIVACY, channel=visitor.channel)
        case "stop":
            await _stop(work, visitor, say)
        case "delete":
            await retention.erase_newcomer(work, visitor.person_id, farewell=True)
        case _:
            await say(Notice.UNKNOWN_COMMAND)


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


async def _stop(work: Work, visitor: Visitor, say: object) -> None:
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is None:
        await say(Notice.NOTHING_TO_STOP)  # type: ignore[operator]
        return
    await closing.withdraw_case(work, case)
    await say(Notice.STOPPED, code=case.code)  # type: ignore[operator]


async def _refuse_unreadable(work: Work, visitor: Visitor, kind: str, album: str | None) -> None:
    await work.db.execute(insert(Refused).values(on_day=work.today, channel=visitor.channel, kind=kind))
    if album is not None and not await inbound.first_time(work, visitor.channel, f"album:{album}"):
        return  # the first of its pictures has been answered
    params = {"kind": kind} | await hours.next_session(work.db, work.now, work.zone)
    await work.tell_address(
        visitor.address_id, Notice.UNREADABLE, conversation_id=visitor.conversation_id, params=params
    )


async def _ways(work: Work) -> dict[str, object]:
    return await hours_asked.hours_params(work.db, work.now, work.zone)


def _draft(work: Work, thread: Row) -> Draft:
    if thread.draft is None:
        return Draft()
    return Draft.from_json(work.seal.open(thread.draft, table="conversations", column="draft", row_id=thread.id))


def _external(incoming: Incoming) -> str:
    return incoming.external_id or incoming.key
