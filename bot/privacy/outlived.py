"""Rows that die of age alone: which ones, and how they go, a few at a time, so that nobody waits for the purge.

Owns the Allowance of one act of the purge, and the list. Whose words are forgotten is decided in `purge.py`.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from time import monotonic

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Delete,
    Integer,
    Table,
    bindparam,
    delete,
    exists,
    select,
    tuple_,
)

from bot.engine.once import KEPT as INBOUND_KEPT
from bot.engine.work import Work
from bot.people.access import LOST_KNOWN_FOR
from bot.people.blocks import BLOCKS
from bot.people.blocks import is_over as blocks_over
from models.base import UtcDateTime, table_of
from models.case import CodeGuess, DeskDraft, FreedCode, HeldLine
from models.conversation import Inbound
from models.duty import Duty
from models.guided import GuidedDialogue
from models.hours import HoursDraft, SessionReminder
from models.outbox import UNKNOWN_KIND, Outbox, RowState
from models.people import Address, Channel, LoginLink, WebLogin
from models.shift import Shift, ShiftAsk, ShiftChange, StandIn
from models.shift_plan import ShiftDraft, StandingSignup, Swap
from models.timer import Timer

ROWS_AN_ACT = 500
ROWS_AT_ONCE = 100
SECONDS_AN_ACT = 0.2  # on SQLite everybody who writes waits behind this act
GUESSES_KEPT = timedelta(hours=1)
DRAFTS_KEPT = timedelta(hours=24)
TIMERS_KEPT = timedelta(days=7)
LINES_KEPT = timedelta(days=1)
FREED_KEPT = timedelta(days=731)  # two years, a leap day included: so long no code is given again
SHIFTS_KNOWN_FOR = timedelta(days=90)  # who could not come, was asked, changed what: a term
LOGINS_KEPT = timedelta(days=45)  # longer than a newcomer's own device may stay, counted from the last visit
_ROWS, _TIMERS, _ADDRESSES, _INBOUND = table_of(Outbox), table_of(Timer), table_of(Address), table_of(Inbound)
_LINKS, _LOGINS, _GUESSES, _HELD = table_of(LoginLink), table_of(WebLogin), table_of(CodeGuess), table_of(HeldLine)
_DESK_DRAFTS, _HOURS_DRAFTS, _REMINDERS = table_of(DeskDraft), table_of(HoursDraft), table_of(SessionReminder)
_DIALOGUES, _FREED, _LATER = table_of(GuidedDialogue), table_of(FreedCode), table_of(Outbox).alias("later")
_ASKS, _STAND_INS, _SHIFT_CHANGES = table_of(ShiftAsk), table_of(StandIn), table_of(ShiftChange)
_SHIFT_DRAFTS, _STANDING, _SWAPS = table_of(ShiftDraft), table_of(StandingSignup), table_of(Swap)
_SHIFTS, _DUTIES = table_of(Shift), table_of(Duty)
# Its message is about to be changed, and only this row knows which one it is.
IS_BEING_CHANGED = exists().where(_LATER.c.edits == _ROWS.c.id, _LATER.c.state == RowState.DUE)


class Allowance:
    """What one act of the purge may still take. It is never spent before something is gone: each act gets on."""

    def __init__(self) -> None:
        self._rows = 0
        self._ends_at = monotonic() + SECONDS_AN_ACT

    @property
    def is_spent(self) -> bool:
        return self._rows >= ROWS_AN_ACT or (self._rows > 0 and monotonic() >= self._ends_at)

    def took(self, rows: int) -> None:
        self._rows += rows

    def end(self) -> None:
        """There may be more than was looked at: the next act sees."""
        self._rows = ROWS_AN_ACT


def some_of(table: Table, which: ColumnElement[bool]) -> Delete:
    """A hundred of these rows go, in one statement; for `delete_some`."""
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(which).limit(bindparam("at_once", type_=Integer()))
    return delete(table).where(key.in_(some))


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcDateTime)


def _day(name: str) -> BindParameter[date]:
    return bindparam(name, type_=Date())


_WEB = select(_ADDRESSES.c.id).where(_ADDRESSES.c.channel == Channel.WEB)
_UNSENT = _ROWS.c.address_id.in_(_WEB) | (_ROWS.c.failure == UNKNOWN_KIND)  # waits, and nobody here will send it
_MAY_GO = ((_ROWS.c.state != RowState.DUE) | _UNSENT) & ~IS_BEING_CHANGED
_LONG_AGO = select(_SHIFTS.c.id).where(_SHIFTS.c.ends_at < _at("shifts_since"))
_OUTLIVED = [
    some_of(_ROWS, (_ROWS.c.created_at < _at("cutoff")) & _MAY_GO),
    some_of(BLOCKS, blocks_over(_at("now"))),
    some_of(_REMINDERS, _REMINDERS.c.on_day < _day("today")),
    some_of(_DESK_DRAFTS, _DESK_DRAFTS.c.lost_at <= _at("lost_since")),
    some_of(_HOURS_DRAFTS, _HOURS_DRAFTS.c.made_at < _at("drafts_since")),
    some_of(_DIALOGUES, _DIALOGUES.c.made_at < _at("drafts_since")),
    some_of(_INBOUND, _INBOUND.c.came_at < _at("inbound_since")),
    some_of(_LINKS, _LINKS.c.expires_at < _at("now")),
    some_of(_LOGINS, _LOGINS.c.seen_at < _at("logins_since")),
    some_of(_GUESSES, _GUESSES.c.since < _at("guesses_since")),
    some_of(_TIMERS, _TIMERS.c.done_at < _at("timers_since")),
    some_of(_DUTIES, _DUTIES.c.ends_at < _at("cutoff")),
    *(some_of(table, table.c.shift_id.in_(_LONG_AGO)) for table in (_ASKS, _STAND_INS, _SHIFT_CHANGES, _SWAPS)),
    some_of(_SHIFT_DRAFTS, _SHIFT_DRAFTS.c.made_at < _at("drafts_since")),
    some_of(_STANDING, _STANDING.c.until < _day("today")),
    some_of(_HELD, _HELD.c.held_at < _at("lines_since")),
    some_of(_FREED, _FREED.c.freed_on < _day("freed_since")),
]


async def forget_old_rows(work: Work, cutoff: datetime, left: Allowance) -> None:
    """What is older than it may be is gone, as far as this act may go. `cutoff`: before it, rows of talk are old."""
    asked = _ages(work, cutoff)
    for some in _OUTLIVED:
        await delete_some(work, some, asked, left)


async def delete_some(work: Work, some: Delete, asked: Mapping[str, object], left: Allowance) -> bool:
    """These rows (`some_of`) are gone, a hundred at a time, until the act's allowance is spent. Returns whether all
    are."""
    while not left.is_spent:
        gone = (await work.db.execute(some, {**asked, "at_once": ROWS_AT_ONCE})).rowcount
        left.took(gone)
        if gone < ROWS_AT_ONCE:
            return True
    return False


def _ages(work: Work, cutoff: datetime) -> dict[str, object]:
    now = work.now
    return {
        "now": now, "today": work.today, "cutoff": cutoff, "lost_since": now - LOST_KNOWN_FOR,
        "drafts_since": now - DRAFTS_KEPT, "inbound_since": now - INBOUND_KEPT, "logins_since": now - LOGINS_KEPT,
        "guesses_since": now - GUESSES_KEPT, "timers_since": now - TIMERS_KEPT, "lines_since": now - LINES_KEPT,
        "shifts_since": now - SHIFTS_KNOWN_FOR, "freed_since": work.today - FREED_KEPT,
    }  # fmt: skip
