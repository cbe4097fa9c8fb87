"""A volunteer's second thoughts: for a minute a reply may be taken back, or replaced by what its author meant.

What has left is deleted or changed where it stands, what has not left never does. It must not know how a channel
deletes: rows of the outbox say what is to happen.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select, update

from bot.cases import messages, relay_states
from bot.cases.cases import adviser_name
from bot.cases.messages import MESSAGE_COLUMNS, MESSAGES, MessageRow
from bot.cases.texts_newcomer import Reply, ReplyTakenBack
from bot.engine import bells
from bot.engine.errors import NotFound, Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import About, Work
from bot.language.textshape import PART_UNITS, split_text
from bot.people import access
from bot.people.access import CASES, CaseRow
from bot.people.texts import Unsay
from models.base import table_of
from models.case import OPEN, CaseEventKind
from models.conversation import Author
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address, Channel
from models.saying import Saying

TAKE_BACK_WITHIN = timedelta(seconds=60)
_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)


class _Named(NamedTuple):
    """What names a message, whatever its version."""

    conversation_id: int
    external_id: str


class _Told(NamedTuple):
    """A part of a volunteer's words on the newcomer's lane, as it was first told."""

    id: int
    address_id: int
    case_id: int
    message_id: int
    doubtful: bool
    channel: str


async def take_back(work: Work, *, message_id: int) -> CaseRow:
    """The acting volunteer's words are gone from the newcomer's screen and from here; both sides see that some were.

    Raises:
        NotFound: not the actor's message.
        Stale: a minute has passed since it was said, or it has been taken back before.
    """
    versions = await _own_versions(work, MESSAGES.c.id == message_id)
    if not versions:
        raise NotFound
    if not _is_fresh(work, versions):
        raise Stale("too_late_to_take_back")
    case = await access.locked_case(work, versions[0].case_id)
    await _wipe(work, versions)
    seen = False
    for row in await _rows_of(work, versions):
        seen = await _goes(work, row, is_first=not seen) or seen
    await work.record(case.id, CaseEventKind.TAKEN_BACK)
    await _owes_again(work, case)
    await relay_states.tell_relay_state(work, message_id)
    work.ring(bells.DESK)
    return case


async def replaced(work: Work, words: str, *, external_id: str, may_change: bool = True) -> bool:
    """Whether the acting volunteer's message with this name now says `words`: it was said less than a minute ago.
    The same words again change nothing; with `may_change` false, no others are taken.

    Raises:
        BadInput: no words, or too many.
    """
    text = messages.checked(words)
    versions = await _own_versions(work, MESSAGES.c.external_id == external_id)
    if not versions:
        return False
    newest = versions[-1]
    if newest.taken_back_at is None and messages.words_of(work, newest) == text:
        return True
    if not may_change or not _is_fresh(work, versions):
        return False
    case = await access.locked_case(work, newest.case_id)
    rows = await _rows_of(work, versions)
    version = newest.version + 1
    message_id = await messages.keep_version(
        work, case, Author.VOLUNTEER, text, external_id=external_id, version=version
    )
    await _say_instead(work, case, rows, message_id, text)
    await relay_states.tell_relay_state(work, newest.id)
    work.ring(bells.DESK)
    return True


async def _own_versions(work: Work, which: ColumnElement[bool]) -> list[MessageRow]:
    """The versions of one message of the actor's, oldest first, once its conversation is locked."""
    actor = work.staff
    mine = select(*columns(_Named, MESSAGES)).where(
        which, MESSAGES.c.author == Author.VOLUNTEER, MESSAGES.c.author_id == actor.id
    )
    found = only(_Named, await work.db.execute(mine.limit(1)))
    if found is None:
        return []
    await work.lock(found.conversation_id)
    versions = select(*MESSAGE_COLUMNS).where(
        MESSAGES.c.conversation_id == found.conversation_id, MESSAGES.c.external_id == found.external_id
    )
    return every(MessageRow, await work.db.execute(versions.order_by(MESSAGES.c.version)))


def _is_fresh(work: Work, versions: list[MessageRow]) -> bool:
    return versions[-1].taken_back_at is None and work.now - versions[0].said_at <= TAKE_BACK_WITHIN


async def _wipe(work: Work, versions: list[MessageRow]) -> None:
    for row in versions:
        nothing = work.seal.seal("", table="messages", column="words", row_id=row.id)
        wiped = update(MESSAGES).where(MESSAGES.c.id == row.id)
        await work.db.execute(wiped.values(words=nothing, taken_back_at=work.now))
    await work.leave_no_trace()


async def _rows_of(work: Work, versions: list[MessageRow]) -> list[_Told]:
    """What was to be said of the message on the newcomer's lane, part by part: the first telling of each. Parts that
    an earlier edit made one too many are none any more."""
    ids, later = [row.id for row in versions], _ROWS.alias("later")
    unsaid = later.c.case_id == _ROWS.c.case_id, later.c.edits == _ROWS.c.id, later.c.kind == Notice.UNSAY
    told = (
        select(*columns(_Told, _ROWS, _ADDRESSES))
        .select_from(_ROWS.join(_ADDRESSES, _ADDRESSES.c.id == _ROWS.c.address_id))
        .where(_ROWS.c.message_id.in_(ids), _ROWS.c.kind == Notice.REPLY, _ROWS.c.edits.is_(None))
        .where(_ROWS.c.state.in_((RowState.DUE, RowState.SENT, RowState.SHOWN)), ~exists().where(*unsaid))
    )
    return every(_Told, await work.db.execute(told.order_by(_ROWS.c.id)))


async def _goes(work: Work, row: _Told, *, is_first: bool) -> bool:
    """One part is gone from where it stands. Whether it may have been seen, so that she is told that something was."""
    await _cancel(work, _ROWS.c.edits == row.id)
    if row.channel == Channel.WEB:
        await _cancel(work, _ROWS.c.id == row.id, leased=True)
        await _tell_in_place(work, row, ReplyTakenBack(part=0 if is_first else 1), edits=row.id)
        return True
    if not await _cancel(work, _ROWS.c.id == row.id):
        await work.tell_address(row.address_id, Unsay(), case_id=row.case_id, edits=row.id)
    elif not row.doubtful:
        return False
    if is_first:
        await _tell_in_place(work, row, ReplyTakenBack())
    return True


async def _cancel(work: Work, which: ColumnElement[bool], *, leased: bool = False) -> bool:
    """Whether a row has been stopped before it left; `leased`: also one that is shown or under way."""
    stopped = update(_ROWS).where(which, _ROWS.c.kind == Notice.REPLY)
    if not leased:
        stopped = stopped.where(_ROWS.c.state == RowState.DUE, _ROWS.c.lease_owner.is_(None))
    stopped = stopped.values(state=RowState.CANCELLED, ended_at=work.now)
    return bool((await work.db.execute(stopped)).rowcount)


async def _tell_in_place(
    work: Work, row: _Told, saying: Saying, *, edits: int | None = None, message_id: int | None = None
) -> None:
    conversation = select(MESSAGES.c.conversation_id).where(MESSAGES.c.id == row.message_id)
    conversation_id = (await work.db.execute(conversation)).scalar_one()
    about: About = {"case_id": row.case_id, "edits": edits, "message_id": message_id}
    await work.tell_address(row.address_id, saying, conversation_id=conversation_id, **about)


async def _say_instead(work: Work, case: CaseRow, rows: list[_Told], message_id: int, text: str) -> None:
    """Each part is changed where it stands; parts too few are added behind, parts too many are gone."""
    parts, name = len(split_text(text, PART_UNITS)), await adviser_name(work)
    for part in range(parts):
        reply = Reply(code=case.code, adviser=name, part=part, parts=parts)
        if part >= len(rows):
            await work.tell(case.newcomer_id, reply, case_id=case.id, message_id=message_id)
        elif not await _changed_unsent(work, rows[part], message_id, reply):
            await _tell_in_place(work, rows[part], reply, message_id=message_id, edits=rows[part].id)
    for row in rows[parts:]:
        await _goes(work, row, is_first=False)


async def _changed_unsent(work: Work, row: _Told, message_id: int, reply: Reply) -> bool:
    this = (_ROWS.c.id == row.id, _ROWS.c.state == RowState.DUE, _ROWS.c.lease_owner.is_(None))
    if row.channel == Channel.WEB:
        return False  # a page may hold it already, whether or not it was looked at
    changed = update(_ROWS).where(*this).values(message_id=message_id, params=work.kept(reply))
    return bool((await work.db.execute(changed)).rowcount)


async def _owes_again(work: Work, case: CaseRow) -> None:
    """An answer that was taken back is none: the newcomer waits from their first words after the answer before it."""
    if case.status not in OPEN:
        return
    of_case = select(*MESSAGE_COLUMNS).where(MESSAGES.c.case_id == case.id, MESSAGES.c.taken_back_at.is_(None))
    said = every(MessageRow, await work.db.execute(of_case.order_by(MESSAGES.c.seq)))
    answers = [row for row in said if row.author == Author.VOLUNTEER]
    since = max((row.seq for row in answers), default=0)
    unanswered = [row.said_at for row in said if row.author == Author.NEWCOMER and row.seq > since]
    values = {
        "waiting_since": min(unanswered, default=None),
        "first_answered_at": min((row.said_at for row in answers), default=None),
        "last_message_at": func.coalesce(max((row.said_at for row in said), default=None), CASES.c.last_message_at),
    }
    await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(**values))
