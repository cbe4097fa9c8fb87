"""Which case a volunteer's chat is about: the one chosen, the one last spoken with, whether one has ended since.

Owns the rows of `focuses`. It must not decide where words go (`addressee.py`) nor load a case.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Update, bindparam, case, exists, null, select, update

from bot.engine.inserts import insert_or_skip
from bot.engine.rows import columns, only
from bot.engine.work import Work
from models.base import Id, table_of
from models.case import Focus
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address

_FOCUSES, _ROWS, _ADDRESSES = table_of(Focus), table_of(Outbox), table_of(Address)


class Seen(NamedTuple):
    """A volunteer's focus as it was at a moment. `asked_row`: the card that asks about held lines, if one does."""

    case_id: int | None = None
    chosen_at: datetime | None = None
    spoke_case_id: int | None = None
    endings: int = 0
    settled: int = 0
    asked_row: int | None = None
    asked_why: str | None = None
    asked_case: int | None = None
    asked_endings: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether the volunteer has spoken, or said what to do, since a case of theirs last ended."""
        return self.endings == self.settled


# A card that never arrived, or went with the account it was sent to, asks nobody; SQLite may give its number anew.
_STANDS = exists().where(
    _ROWS.c.id == _FOCUSES.c.asked_row,
    _ROWS.c.kind == Notice.WHICH_CASE,
    _ROWS.c.state.in_((RowState.DUE, RowState.SENT)),
    _ADDRESSES.c.id == _ROWS.c.address_id,
    _ADDRESSES.c.person_id == _FOCUSES.c.person_id,
)
_COLUMNS = columns(Seen, _FOCUSES, asked_row=case((_STANDS, _FOCUSES.c.asked_row)))
_OF_PERSON = select(*_COLUMNS).where(_FOCUSES.c.person_id == bindparam("person"))
_THEIRS = update(_FOCUSES).where(_FOCUSES.c.person_id == bindparam("person"))
_ENDED = _THEIRS.values(endings=_FOCUSES.c.endings + 1, case_id=None, chosen_at=None)
_CHOSEN = _THEIRS.where(_FOCUSES.c.endings == bindparam("before"))
_SPOKE_WITH = bindparam("spoke_with", type_=Id())
_IS_OVER = _FOCUSES.c.case_id.is_distinct_from(_SPOKE_WITH)
_SETTLED = _THEIRS.values(
    spoke_case_id=_SPOKE_WITH,
    settled=bindparam("seen_endings"),
    case_id=case((_IS_OVER, null()), else_=_FOCUSES.c.case_id),
    chosen_at=case((_IS_OVER, null()), else_=_FOCUSES.c.chosen_at),
)


async def seen(work: Work, person_id: int) -> Seen:
    """The volunteer's focus now."""
    found = only(Seen, await work.db.execute(_OF_PERSON, {"person": person_id}))
    return Seen() if found is None else found


async def case_ended(work: Work, person_id: int | None) -> None:
    """A case of the volunteer's has ended, or is theirs no more: what they type now may have been meant for it."""
    if person_id is not None:
        await _change(work, person_id, _ENDED)


async def spoke(work: Work, person_id: int, before: Seen, *, case_id: int | None) -> None:
    """The volunteer's words have gone to this case. What they type next they begin knowing what has ended by now; an
    ending that came since it was looked at is not settled. A choice of another case is over.
    """
    await _settle(work, person_id, before.endings, case_id)


async def answered(work: Work, person_id: int, before: Seen, *, case_id: int | None) -> None:
    """The volunteer has pressed where the held lines go (None: nowhere).

    Settles the endings there were when the last line was typed: of one since then, words they are typing may still
    be meant for the case that ended.
    """
    await _settle(work, person_id, before.asked_endings, case_id)


async def _settle(work: Work, person_id: int, endings: int, case_id: int | None) -> None:
    await _change(work, person_id, _SETTLED, spoke_with=case_id, seen_endings=endings)


async def chose(work: Work, person_id: int, before: Seen, *, case_id: int) -> None:
    """As `answered`; and the case is chosen for what they type next, unless one of theirs has ended meanwhile."""
    await answered(work, person_id, before, case_id=case_id)
    chosen = {"person": person_id, "before": before.endings, "case_id": case_id, "chosen_at": work.now}
    await work.db.execute_ahead(_CHOSEN, chosen)


async def asked(work: Work, person_id: int, row_id: int | None, *, why: str | None, case_id: int | None) -> None:
    """This card asks about the lines that are held; with None, no card does."""
    await _change(work, person_id, _THEIRS, asked_row=row_id, asked_why=why, asked_case=case_id)


async def held(work: Work, person_id: int, before: Seen) -> None:
    """A line has come in that is held."""
    await _change(work, person_id, _THEIRS, asked_endings=before.endings)


async def _change(work: Work, person_id: int, how: Update, **values: object) -> None:
    await work.db.execute_ahead(insert_or_skip(work.db, _FOCUSES), {"person_id": person_id})
    await work.db.execute_ahead(how, {"person": person_id, **values})
