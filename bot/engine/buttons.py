"""Messages with buttons, once one has been pressed: they say what was chosen, and their buttons are gone.

Also whether something was said a moment ago, so that the same press told twice is answered in the button only, and that
a forged code is refused like one that has passed. It must not decide what a press does; what such a message then says
is in `bot/intake/texts.py`.
"""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import BindParameter, ColumnElement, FromClause, Select, bindparam, exists, select
from sqlalchemy.sql.functions import coalesce

from bot.engine import sealed_names
from bot.engine.db import Asked, Columns
from bot.engine.errors import Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import About, Work
from models import button
from models.base import Id, table_of
from models.button import AnyButton, Button, NotAButton, Presses
from models.buttons import CONSENT, HELD, LANGUAGE
from models.chat_message import ChatMessage
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address, Channel
from models.saying import Kept, Saying

# Which messages a newcomer's press answers, so that their buttons go with it.
ANSWERED_BY: dict[AnyButton, tuple[Notice, ...]] = {
    LANGUAGE: (Notice.ASK_LANGUAGE,),
    CONSENT: (Notice.ASK_CONSENT, Notice.ASK_CONSENT_FIRST, Notice.CONSENT_CHANGED),
    HELD: (Notice.ASK_OFFER_HELD,),
}
ABOUT_A_CASE = (Notice.CLAIMED_BY_YOU, Notice.WORDS, Notice.WORDS_AT_DESK, Notice.MY_CASES, Notice.CASE_GIVEN)
MOST_SETTLED = 5  # each is a call to Telegram, which lets a chat be edited about once a second
SAME_PRESS = timedelta(minutes=1)  # a second press within it is taken for the first, told twice
_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)
_LATER = _ROWS.alias("later")
_IN_CHAT = table_of(ChatMessage)
_STANDS = _ROWS.c.state.in_((RowState.DUE, RowState.SENT, RowState.SHOWN))
_GOES = exists().where(
    _IN_CHAT.c.address_id == _ROWS.c.address_id, _IN_CHAT.c.remote_id == _ROWS.c.remote_id,
    _IN_CHAT.c.unsaid_at.is_not(None),
)  # fmt: skip
_LANE = _ROWS.c.address_id == bindparam("lane")
_CARD: BindParameter[int] = bindparam("card", type_=Id())
V = TypeVar("V")
C = TypeVar("C")
R = TypeVar("R")
S = TypeVar("S", bound=Saying)


class Telling(NamedTuple):
    """What a message was made to say, by one row of the outbox; `edits`: the row that made the message, if another."""

    id: int
    address_id: int
    kind: str
    params: dict[str, object]
    case_id: int | None
    message_id: int | None
    edits: int | None

    @property
    def kept(self) -> Kept:
        """The same, to be said again."""
        return Kept(Notice(self.kind), self.params)


class Shown(NamedTuple):
    """What kind of notice a message shows by now, with what."""

    kind: str
    params: dict[str, object]


def _first_of(row: FromClause) -> ColumnElement[int]:
    """The telling that made the message."""
    return coalesce(row.c.edits, row.c.id)


def _still_open(*which: ColumnElement[bool]) -> Select[Columns]:
    """What messages say now: of each the newest telling."""
    later = _first_of(_LATER) == _first_of(_ROWS), _LATER.c.id > _ROWS.c.id
    changed = exists().where(_LATER.c.address_id == _ROWS.c.address_id, *later)
    return select(*columns(Telling, _ROWS)).where(*which, _STANDS, ~changed).order_by(_ROWS.c.id)


_OPEN = _still_open(_LANE, _ROWS.c.kind.in_(bindparam("kinds", expanding=True)))
_OPEN_CARD = _still_open(_first_of(_ROWS) == _CARD)
_CHATS = select(_ADDRESSES.c.id).where(
    _ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.channel == Channel.TELEGRAM
)
_OPEN_OF_CASE = _still_open(
    _ROWS.c.address_id.in_(_CHATS), _ROWS.c.case_id == bindparam("case"), _ROWS.c.kind.in_(ABOUT_A_CASE), ~_GOES
)
_ITS_LANE = select(_LATER.c.address_id).where(_LATER.c.id == _CARD).scalar_subquery()  # an index leads there
_OF_CARD = _ROWS.c.address_id == _ITS_LANE, (_ROWS.c.id == _CARD) | (_ROWS.c.edits == _CARD)
_NEWEST = select(*columns(Shown, _ROWS)).where(*_OF_CARD, _STANDS).order_by(_ROWS.c.id.desc()).limit(1)
_FIRST = (
    select(_ROWS.c.kind)
    .where(*_OF_CARD, _ROWS.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(_ROWS.c.id)
    .limit(1)
)
_LATELY = select(_ROWS.c.params).where(
    _LANE, _ROWS.c.kind == bindparam("kind"), _ROWS.c.created_at > bindparam("since"), _STANDS
)


def read(pressed: Button[..., V], code: str) -> V:
    """What a pressed code says.

    Raises:
        Stale: this button never carried such a code.
    """
    try:
        return pressed.read(code)
    except NotAButton:
        raise Stale from None


def follow(presses: Presses[C, R], context: C, code: str) -> R:
    """What the press with this code does, by a table.

    Raises:
        Stale: it is on none of its buttons.
    """
    try:
        return button.follow(presses, context, code)
    except NotAButton:
        raise Stale from None


async def settle_asked(
    work: Work, address_id: int, code: str, *, conversation_id: int, message_id: int | None = None
) -> None:
    """What this press of a newcomer's answers says so, and has no buttons any more."""
    for kinds in (kinds for pressed, kinds in ANSWERED_BY.items() if pressed.matches(code)):
        await settle(work, address_id, kinds, pressed=code, conversation_id=conversation_id, message_id=message_id)


async def settle(
    work: Work, address_id: int, kinds: Collection[Notice], *, pressed: str, conversation_id: int | None = None,
    message_id: int | None = None,
) -> None:  # fmt: skip
    """Every message of these kinds that still had its buttons says what was pressed, and has none any more.

    `message_id`: whose words such a message repeats, where it does.
    """
    for row in await _open(work, _OPEN, {"lane": address_id, "kinds": list(kinds)}):
        await _say_pressed(work, row, pressed=pressed, conversation_id=conversation_id, message_id=message_id)


async def settle_card(work: Work, card: int | None, *, pressed: str) -> None:
    """As `settle`, for the one message of a volunteer's that was pressed (`card`, an outbox row)."""
    if card is None:
        return
    for row in await _open(work, _OPEN_CARD, {"card": card}):
        await _say_pressed(work, row, pressed=pressed, message_id=row.message_id)


async def settle_case(work: Work, volunteer_id: int | None, case_id: int) -> None:
    """The newest messages about a case that is this volunteer's no more, in their chat, have no buttons any more. One
    that is about to be deleted there needs no change."""
    if volunteer_id is None:
        return
    of_case = await _open(work, _OPEN_OF_CASE, {"person": volunteer_id, "case": case_id})
    with_buttons = [row for row in of_case if row.kept.is_last_part]
    for row in with_buttons[-MOST_SETTLED:]:
        await _say_pressed(work, row, pressed="over", message_id=row.message_id)


async def require_shown_as(work: Work, card: int | None, *kinds: Notice) -> None:
    """Nothing, if the pressed message still asks what the press answers, or is too old to be known.

    Raises:
        Stale: it says something else by now; the press was told twice, or came too late.
    """
    shown = None if card is None else await shown_as(work, card)
    if shown is not None and shown not in kinds:
        raise Stale


async def cards_of(work: Work, address_id: int, case_id: int, *kinds: Notice) -> list[int]:
    """The messages about a case there that show one of these kinds by now, in the order in which they were said."""
    said = select(_ROWS.c.id).where(
        _ROWS.c.address_id == address_id, _ROWS.c.case_id == case_id, _ROWS.c.kind.in_(kinds), _ROWS.c.edits.is_(None)
    )
    cards = (await work.db.execute(said.order_by(_ROWS.c.id))).scalars().all()
    return [card for card in cards if await _asks(work, card, kinds)]


async def _asks(work: Work, card: int, kinds: Collection[Notice]) -> bool:
    row = await _newest(work, card)
    return row is not None and row.kind in kinds and not Kept(Notice(row.kind), row.params).is_pressed


async def _newest(work: Work, card: int) -> Shown | None:
    """What the message of this row was made to say last."""
    return only(Shown, await work.db.execute(_NEWEST, {"card": card}))


async def shown_as(work: Work, card: int) -> str | None:
    """What kind of notice the message of this row shows by now, or is about to."""
    row = await _newest(work, card)
    return None if row is None else row.kind


async def first_of(work: Work, card: int, kinds: Collection[Notice]) -> Notice | None:
    """Which of these kinds the message of this row has ever been of, be it something else by now."""
    found = (await work.db.execute(_FIRST, {"card": card, "kinds": list(kinds)})).scalar_one_or_none()
    return None if found is None else Notice(found)


async def saying_on(work: Work, card: int | None, saying: type[S]) -> S:
    """What the pressed message says by now, which is of this kind.

    Raises:
        Stale: it is not, or is too old to be known.
    """
    row = None if card is None else await _newest(work, card)
    if row is None or row.kind != saying.kind:
        raise Stale
    return saying.understood(sealed_names.opened(work.seal, row.params))


async def stands(work: Work, address_id: int, kind: Notice) -> bool:
    """Whether a message of this kind has been said there and still has its buttons."""
    return bool(await _open(work, _OPEN, {"lane": address_id, "kinds": (kind,)}))


async def said_lately(
    work: Work, address_id: int, saying: type[S], is_same: Callable[[S], bool] = lambda _: True
) -> bool:
    """Whether such a thing has been said there within a minute, and was the same."""
    asked = {"lane": address_id, "kind": saying.kind, "since": work.now - SAME_PRESS}
    lately = (await work.db.execute(_LATELY, asked)).scalars()
    return any(is_same(saying.understood(row)) for row in lately)


async def _open(work: Work, which: Select[Columns], asked: Asked) -> list[Telling]:
    """What messages say now, where nothing of it has been pressed yet."""
    return [row for row in every(Telling, await work.db.execute(which, asked)) if not row.kept.is_pressed]


async def _say_pressed(
    work: Work, row: Telling, *, pressed: str, conversation_id: int | None = None, message_id: int | None = None
) -> None:
    about: About = {"case_id": row.case_id, "edits": row.edits or row.id, "message_id": message_id}
    said = row.kept.with_pressed(pressed)
    await work.tell_address(row.address_id, said, conversation_id=conversation_id, **about)
