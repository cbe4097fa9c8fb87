"""Words carried between a newcomer and the volunteer who has the case: kept once, sealed, and told to the other side.

It must not decide which case a volunteer means (`addressee.py`), nor know how a channel sends.
"""

from datetime import datetime

from sqlalchemy import Row, Table, bindparam, exists, func, insert, select

from bot.cases import holding_back, pointing, queue, relay_states
from bot.cases.cases import adviser_name, mark_read, may_reopen, newcomer_wrote, volunteer_answered
from bot.engine import bells
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.seal import tokens_in
from bot.engine.work import Work
from bot.language.textshape import PART_UNITS, clean, has_too_many_marks, split_text
from bot.people import access, login_links
from bot.people.access import CaseRow
from models.base import new_id
from models.case import CaseStatus
from models.conversation import Author, Message
from models.outbox import Notice, Outbox, RowState
from models.people import Address, Channel

MOST_CHARACTERS = 12_000  # three long letters; beyond that a person cannot answer either
MOST_LOOKED_UP = 200  # what has the shape of a link's token in one text; a person sends one or two
MOST_TO_CLEAN = 2 * MOST_CHARACTERS  # what nobody sees may be half of it


def checked(text: str) -> str:
    """The words as they are kept: without what no reader can see, and not endless.

    Measured before they are cleaned: what is far too long costs nothing.

    Raises:
        BadInput: nothing is left, more than 12 000 characters, or a letter with more than 30 marks.
    """
    if len(text) > MOST_TO_CLEAN:
        raise BadInput("too_long", most=MOST_CHARACTERS)
    if has_too_many_marks(text):
        raise BadInput("too_many_marks")
    words = clean(text).strip()
    if not words:
        raise BadInput("empty")
    if len(words) > MOST_CHARACTERS:
        raise BadInput("too_long", most=MOST_CHARACTERS)
    return words


async def from_newcomer(work: Work, case: CaseRow, text: str, *, external_id: str, marks: tuple[str, ...] = ()) -> None:
    """The newcomer's words join their open case and reach whoever has it; a queued case's cards say so."""
    message_id, seq = await _keep(work, case, Author.NEWCOMER, text, external_id=external_id, marks=marks)
    waiting = await newcomer_wrote(work, case)
    if case.status == CaseStatus.CLAIMED:
        await _pass_on(work, waiting, message_id, text, seq=seq)
    else:
        await queue.refresh_cards(work, waiting)
    work.ring(bells.chat(case.conversation_id))


async def keep_first_words(
    work: Work, case: CaseRow, text: str, *, external_id: str, marks: tuple[str, ...] = ()
) -> int:
    """The words that opened (or reopened) a case are in it; the cards are yet to be sent. Returns the message's id."""
    message_id, _ = await _keep(work, case, Author.NEWCOMER, text, external_id=external_id, marks=marks)
    await newcomer_wrote(work, case)
    work.ring(bells.chat(case.conversation_id))
    return message_id


async def is_kept(work: Work, conversation_id: int, *, external_id: str) -> bool:
    """Whether this message is in the conversation already, in whatever version."""
    this = {"conversation": conversation_id, "external": external_id}
    return (await work.db.execute(_IS_KEPT, this)).scalar_one()


async def edited_by_newcomer(
    work: Work, conversation_id: int, text: str, *, external_id: str, marks: tuple[str, ...] = ()
) -> bool:
    """A version is appended to the message, and its case's volunteer told; False if no such message is kept.

    The same words again change nothing: Telegram says "edited" of a first reaction or a link's preview too. In a closed
    case the version is kept, and its newcomer told that nobody reads it there.
    """
    latest = (
        select(Message.id, Message.case_id, Message.version, Message.author, Message.words)
        .where(Message.conversation_id == conversation_id, Message.external_id == external_id)
        .order_by(Message.version.desc())
        .limit(1)
    )
    found = (await work.db.execute(latest)).one_or_none()
    if found is None or found.author != Author.NEWCOMER:
        return False
    if words_of(work, found) == text:
        return True
    case = await access.locked_case(work, found.case_id)
    edit = {"external_id": external_id, "version": found.version + 1, "marks": marks}
    message_id, seq = await _keep(work, case, Author.NEWCOMER, text, **edit)
    if case.status == CaseStatus.CLAIMED:
        await _pass_on(work, case, message_id, text, seq=seq, edited=True)
    elif case.status == CaseStatus.CLOSED:
        newest = await access.newest_case_of(work.db, case.newcomer_id)
        params = {"code": case.code, "reopens": case.id == newest.id and may_reopen(case, work.now)}
        await work.tell(case.newcomer_id, Notice.EDITED_CLOSED, case_id=case.id, params=params)
    work.ring(bells.chat(conversation_id))
    work.ring(bells.DESK)
    return True


async def are_edited_since(work: Work, case_ids: list[int], since: datetime) -> bool:
    """Whether a newcomer of one of these cases has changed a message later: words that its volunteer was shown."""
    edited = _MESSAGES.c.case_id.in_(case_ids), _MESSAGES.c.version > 0, _MESSAGES.c.author == Author.NEWCOMER
    return (await work.db.execute(select(exists().where(*edited, _MESSAGES.c.said_at > since)))).scalar_one()


async def from_volunteer(work: Work, *, case_id: int, text: str, external_id: str, reply_to: int | None = None) -> int:
    """The acting volunteer's words are on their way to the newcomer; returns the message's id.

    `reply_to`: the volunteer's own message in their chat, which the one line about the case answers to.

    Raises:
        NotFound: not the actor's case.
        BadInput: no words, or too many.
    """
    words = checked(text)
    case = await access.my_case(work, case_id)
    message_id, _ = await _keep(work, case, Author.VOLUNTEER, words, external_id=external_id)
    await volunteer_answered(work, case)
    parts = len(split_text(words, PART_UNITS))
    name = await adviser_name(work)
    for part in range(parts):
        params = {"code": case.code, "part": part, "parts": parts} | name
        await work.tell(case.newcomer_id, Notice.REPLY, case_id=case.id, message_id=message_id, params=params)
    if reply_to is not None:
        await relay_states.former_line_goes(work, work.staff.id, case.id)
        params = {"code": case.code, "message": message_id, "reply_to": reply_to}
        key = f"state:{message_id}"
        await work.tell(work.staff.id, Notice.RELAY_STATE, case_id=case.id, params=params, dedupe_key=key)
    work.ring(bells.DESK)
    return message_id


async def send_again(work: Work, *, message_id: int) -> int:
    """The acting volunteer's words, which may not have arrived, are said once more as a message of its own, as they
    read now.

    Raises:
        NotFound: not the actor's message, or the case is theirs no more.
        Stale: they have been said again already, or there is nothing left of them.
    """
    actor = work.staff
    said = select(_MESSAGES).where(_MESSAGES.c.id == message_id, _MESSAGES.c.author_id == actor.id)
    row = (await work.db.execute(said)).one_or_none()
    if row is None:
        raise NotFound
    case = await access.my_case(work, row.case_id)
    again = f"again-{message_id}"
    if row.taken_back_at is not None or await is_kept(work, case.conversation_id, external_id=again):
        raise Stale
    versions = [one for one in await messages_of(work, case) if one.external_id == row.external_id]
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
    leaves_at = await holding_back.leaves_at(work, case)
    parts = len(split_text(text, PART_UNITS))
    for part in range(parts):
        params = {"case": case.id, "code": case.code, "seq": seq, "edited": edited, "part": part, "parts": parts}
        words = {"message_id": message_id, "params": params, "due_at": leaves_at}
        await work.tell(case.volunteer_id, Notice.WORDS, case_id=case.id, **words)
    work.ring(bells.DESK)
    return leaves_at


async def tell_whole_case(work: Work, case: CaseRow) -> None:
    """The new claimer gets everything the newcomer wrote in the case, oldest first, as it reads now."""
    if not may_travel(work, case.channel):
        await pointing.point_to_desk(work, case, seq=await newest_seq(work, case))
        return
    for row in latest_versions(await messages_of(work, case)):
        if row.author == Author.NEWCOMER:
            await tell_volunteer(work, case, row.id, words_of(work, row), seq=row.seq, edited=row.version > 0)


async def tell_newest(work: Work, case: CaseRow) -> None:
    """The claimer is shown the newcomer's newest words once more, with buttons that know of them."""
    mine = [row for row in latest_versions(await messages_of(work, case)) if row.author == Author.NEWCOMER]
    if mine:
        newest = max(mine, key=lambda row: row.seq)
        await tell_volunteer(work, case, newest.id, words_of(work, newest), seq=newest.seq, edited=newest.version > 0)


def may_travel(work: Work, channel: str) -> bool:
    """Whether a newcomer's words from this channel may pass through Telegram.

    Source: README, decisions: the web is the safer door, so what is written there stays out of Telegram
    unless RADRUM_WEB_WORDS_ON_TELEGRAM is set, which the newcomer is then told.
    """
    return channel == Channel.TELEGRAM or work.settings.web_words_on_telegram


async def messages_of(work: Work, case: CaseRow) -> list[Row]:
    """Every stored version of every message of a case, in order."""
    said = select(Message.__table__).where(Message.case_id == case.id).order_by(Message.seq)  # type: ignore[attr-defined]
    return list((await work.db.execute(said)).all())


def latest_versions(rows: list[Row]) -> list[Row]:
    """Each message as it reads now, where it was first said."""
    newest: dict[str, Row] = {}
    for row in rows:
        if row.external_id not in newest or row.version > newest[row.external_id].version:
            newest[row.external_id] = row
    return list(newest.values())


def words_of(work: Work, row: Row) -> str:
    """A message's words, opened."""
    return work.seal.open(row.words, table="messages", column="words", row_id=row.id)


async def newest_seq(work: Work, case: CaseRow) -> int:
    """The place of the newcomer's newest words in the case."""
    newest = select(func.max(Message.seq)).where(Message.case_id == case.id, Message.author == Author.NEWCOMER)
    return (await work.db.execute(newest)).scalar_one_or_none() or 0


async def shown_on_telegram(work: Work, case: CaseRow) -> int:
    """The place of the newest words that the claimer has been sent in their chat or shown at the desk."""
    sent = (
        select(func.max(Message.seq))
        .join(Outbox, Outbox.message_id == Message.id)
        .join(Address, Address.id == Outbox.address_id)
        .where(
            Message.case_id == case.id,
            Outbox.kind == Notice.WORDS,
            Outbox.state == RowState.SENT,
            Address.person_id == case.volunteer_id,
        )
    )
    seq = (await work.db.execute(sent)).scalar_one_or_none() or 0
    await mark_read(work, case, seq)
    return max(seq, case.read_seq)


async def keep_version(work: Work, case: CaseRow, author: Author, text: str, *, external_id: str, version: int) -> int:
    """A message of the case says something else from now on; returns the new version's id. What it said stays."""
    message_id, _ = await _keep(work, case, author, text, external_id=external_id, version=version)
    return message_id


async def _keep(
    work: Work, case: CaseRow, author: Author, text: str, *, external_id: str, version: int = 0,
    marks: tuple[str, ...] = (),
) -> tuple[int, int]:  # fmt: skip
    await _refuse_link(work, text)
    message_id, seq = new_id(), work.next_seq(case.conversation_id)
    words = work.seal.seal(text, table="messages", column="words", row_id=message_id)
    row = {
        "id": message_id, "conversation_id": case.conversation_id, "case_id": case.id, "seq": seq,
        "author": author.value, "author_id": work.actor.id if work.actor else None,
        "external_id": external_id, "version": version, "words": words, "said_at": work.now,
        "marks": list(marks),
    }  # fmt: skip
    await work.db.execute(_KEEP, row)
    return message_id, seq


async def _refuse_link(work: Work, text: str) -> None:
    """Nothing, unless the words hold a link of ours: whoever read it could open a volunteer's page or chat with it.

    Raises:
        BadInput: they do.
    """
    tokens = tokens_in(text)
    if tokens and await login_links.links_among(work, tokens[:MOST_LOOKED_UP]):
        raise BadInput("holds_link")


_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]
_KEEP = insert(_MESSAGES)
_IS_KEPT = select(
    exists().where(
        _MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.external_id == bindparam("external")
    )
)
