"""Words carried between a newcomer and the volunteer who has the case: kept once, and told to the other side.

How they are kept is `messages.py`'s. It must not decide which case a volunteer means (`addressee.py`), nor know how a
channel sends.
"""

from datetime import datetime

from sqlalchemy import func, select

from bot.cases import holding_back, messages, pointing, queue, relay_states, remote
from bot.cases.cases import adviser_name, newcomer_wrote, volunteer_answered, words_changed
from bot.cases.messages import MESSAGES, conversation_of, words_of
from bot.cases.opening import may_reopen
from bot.cases.texts_newcomer import EditedClosed, Reply
from bot.cases.texts_relayed import RelayedWords, RelayState
from bot.engine import bells
from bot.engine.errors import NotFound, Stale
from bot.engine.work import Work
from bot.language.textshape import PART_UNITS, split_text
from bot.people import access
from bot.people.access import CaseRow
from models.base import table_of
from models.case import CaseStatus
from models.conversation import Author
from models.outbox import Notice, Outbox, RowState
from models.people import Address, Channel

_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)
_WORDS_TOLD = MESSAGES.join(_ROWS, _ROWS.c.message_id == MESSAGES.c.id).join(
    _ADDRESSES, _ADDRESSES.c.id == _ROWS.c.address_id
)


async def from_newcomer(work: Work, case: CaseRow, text: str, *, external_id: str, marks: tuple[str, ...] = ()) -> None:
    """The newcomer's words join their open case and reach whoever has it; a queued case's cards say so."""
    message_id, seq = await messages.keep(work, case, Author.NEWCOMER, text, external_id=external_id, marks=marks)
    waiting = await newcomer_wrote(work, case)
    if case.status == CaseStatus.CLAIMED:
        await _pass_on(work, waiting, message_id, text, seq=seq)
    else:
        await queue.refresh_cards(work, waiting)
    work.ring(bells.chat(conversation_of(case)))


async def keep_first_words(
    work: Work, case: CaseRow, text: str, *, external_id: str, marks: tuple[str, ...] = ()
) -> int:
    """The words that opened (or reopened) a case are in it; the cards are yet to be sent. Returns the message's id."""
    message_id, _ = await messages.keep(work, case, Author.NEWCOMER, text, external_id=external_id, marks=marks)
    await newcomer_wrote(work, case)
    work.ring(bells.chat(conversation_of(case)))
    return message_id


async def edited_by_newcomer(
    work: Work, conversation_id: int, text: str, *, external_id: str, marks: tuple[str, ...] = ()
) -> bool:
    """A version is appended to the message, and its case's volunteer told; False if no such message is kept.

    The same words again change nothing: Telegram says "edited" of a first reaction or a link's preview too. In a closed
    case the version is kept, and its newcomer told that nobody reads it there.
    """
    found = await messages.newest_version(work, conversation_id, external_id=external_id)
    if found is None or found.author != Author.NEWCOMER:
        return False
    if words_of(work, found) == text:
        return True
    case = await access.locked_case(work, found.case_id)
    message_id, seq = await messages.keep(
        work, case, Author.NEWCOMER, text, external_id=external_id, version=found.version + 1, marks=marks
    )
    await words_changed(work, case)
    if case.status == CaseStatus.CLAIMED:
        await _pass_on(work, case, message_id, text, seq=seq, edited=True)
    elif case.status == CaseStatus.CLOSED:
        reopens = await _is_newest(work, case) and may_reopen(case, work.now)
        await work.tell(case.newcomer_id, EditedClosed(code=case.code, reopens=reopens), case_id=case.id)
    work.ring(bells.chat(conversation_id))
    work.ring(bells.DESK)
    return True


async def _is_newest(work: Work, case: CaseRow) -> bool:
    newest = None if case.newcomer_id is None else await access.newest_case_of(work.db, case.newcomer_id)
    return newest is not None and newest.id == case.id


async def from_volunteer(work: Work, *, case_id: int, text: str, external_id: str, reply_to: int | None = None) -> int:
    """The acting volunteer's words are on their way to the newcomer; returns the message's id.

    `reply_to`: the volunteer's own message in their chat, which the one line about the case answers to.

    Raises:
        NotFound: not the actor's case.
        BadInput: no words, or too many.
    """
    words = messages.checked(text)
    case = await access.my_case(work, case_id)
    message_id, _ = await messages.keep(work, case, Author.VOLUNTEER, words, external_id=external_id)
    await volunteer_answered(work, case)
    parts = len(split_text(words, PART_UNITS))
    name = await adviser_name(work)
    for part in range(parts):
        reply = Reply(code=case.code, adviser=name, part=part, parts=parts)
        await work.tell(case.newcomer_id, reply, case_id=case.id, message_id=message_id)
    if reply_to is not None:
        await relay_states.former_line_goes(work, work.staff.id, case.id)
        line = RelayState(code=case.code, message=message_id, reply_to=reply_to)
        await work.tell(work.staff.id, line, case_id=case.id, dedupe_key=f"state:{message_id}")
    work.ring(bells.DESK)
    return message_id


async def from_chat(work: Work, case_id: int, words: str, *, own_message: int) -> None:
    """As `from_volunteer`, for words typed in the volunteer's chat as this message of theirs.

    Raises: as `from_volunteer`.
    """
    named = remote.external_id(work.staff.id, own_message)
    await from_volunteer(work, case_id=case_id, text=words, external_id=named, reply_to=own_message)


async def send_again(work: Work, *, message_id: int) -> int:
    """The acting volunteer's words, which may not have arrived, are said once more as a message of its own, as they
    read now.

    Raises:
        NotFound: not the actor's message, or the case is theirs no more.
        Stale: they have been said again already, or there is nothing left of them.
    """
    row = await messages.said_by(work, work.staff.id, message_id)
    if row is None:
        raise NotFound
    case = await access.my_case(work, row.case_id)
    again = f"again-{message_id}"
    if row.taken_back_at is not None or await messages.is_kept(work, conversation_of(case), external_id=again):
        raise Stale
    versions = [one for one in await messages.versions_of(work, case) if one.external_id == row.external_id]
    newest = max(versions, key=lambda one: one.version)
    return await from_volunteer(work, case_id=case.id, text=words_of(work, newest), external_id=again)


async def _pass_on(work: Work, case: CaseRow, message_id: int, text: str, *, seq: int, edited: bool = False) -> None:
    leaves_at = await tell_volunteer(work, case, message_id, text, seq=seq, edited=edited)
    if leaves_at > work.now:
        await holding_back.tell(work, case)


async def tell_volunteer(
    work: Work, case: CaseRow, message_id: int, text: str, *, seq: int, edited: bool = False
) -> datetime:
    """The claimer gets the newcomer's words or, where they may not pass through Telegram, word that there are some.
    Returns when they leave: later than now where there have been very many."""
    if not may_travel(work, case.channel):
        await pointing.point_to_desk(work, case, seq=seq)
        return work.now
    lane, leaves_at = await holding_back.way_on(work, case)
    parts = len(split_text(text, PART_UNITS))
    for part in range(parts):
        told = RelayedWords(case=case.id, code=case.code, seq=seq, edited=edited, part=part, parts=parts)
        await work.tell_lane(lane, told, case_id=case.id, message_id=message_id, due_at=leaves_at)
    work.ring(bells.DESK)
    return leaves_at


async def tell_whole_case(work: Work, case: CaseRow) -> None:
    """The new claimer gets everything the newcomer wrote in the case, oldest first, as it reads now."""
    if not may_travel(work, case.channel):
        await pointing.point_to_desk(work, case, seq=await messages.newest_seq(work, case))
        return
    for row in messages.latest_versions(await messages.versions_of(work, case)):
        if row.author == Author.NEWCOMER:
            await tell_volunteer(work, case, row.id, words_of(work, row), seq=row.seq, edited=row.version > 0)


async def tell_newest(work: Work, case: CaseRow) -> None:
    """The claimer is shown the newcomer's newest words once more, with buttons that know of them."""
    said = messages.latest_versions(await messages.versions_of(work, case))
    mine = [row for row in said if row.author == Author.NEWCOMER]
    if mine:
        newest = max(mine, key=lambda row: row.seq)
        await tell_volunteer(work, case, newest.id, words_of(work, newest), seq=newest.seq, edited=newest.version > 0)


def may_travel(work: Work, channel: str) -> bool:
    """Whether a newcomer's words from this channel may pass through Telegram.

    Source: README, decisions: the web is the safer door, so what is written there stays out of Telegram
    unless RADRUM_WEB_WORDS_ON_TELEGRAM is set, which the newcomer is then told.
    """
    return channel == Channel.TELEGRAM or work.settings.web_words_on_telegram


async def newest_shown(work: Work, case: CaseRow) -> int:
    """The place of the newest words that the claimer has been sent in their chat or shown at the desk. Reads only: who
    goes on from there marks them as read."""
    sent = (
        select(func.max(MESSAGES.c.seq))
        .select_from(_WORDS_TOLD)
        .where(MESSAGES.c.case_id == case.id, _ROWS.c.kind == Notice.WORDS, _ROWS.c.state == RowState.SENT)
        .where(_ADDRESSES.c.person_id == case.volunteer_id)
    )
    return max((await work.db.execute(sent)).scalar_one_or_none() or 0, case.read_seq)
