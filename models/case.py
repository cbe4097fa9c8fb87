"""A case: its states and the moves between them, its ledger, its code, and what its volunteer has not sent yet.

Owns Case, CaseEvent, Focus, HeldLine, DeskDraft, CodeGuess, FreedCode and MOVES. How a case ends is in `closing.py`. It
must not load rows or decide who may act.
"""

import secrets
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Text, UniqueConstraint, false, text
from sqlmodel import Field

from models.base import Base, Id, Sealed, UtcDateTime, new_id


class CaseStatus(StrEnum):
    """Where a case stands. "Open" is queued or claimed: somebody owes an answer."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    CLOSED = "closed"


OPEN = (CaseStatus.QUEUED, CaseStatus.CLAIMED)


class CaseEventKind(StrEnum):
    """What the ledger records. The ledger holds codes and times, never words."""

    OPENED = "opened"
    CLAIMED = "claimed"
    RELEASED = "released"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    ANSWERED = "answered"
    NEWCOMER_WROTE = "newcomer_wrote"
    TAKEN_UP = "taken_up"
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    UNDELIVERED = "undelivered"
    LATE = "late"
    ERASED = "erased"
    FLAGGED = "flagged"


# Every allowed move, by the event that makes it. Read by the actions and by the test that tries every pair.
MOVES: dict[CaseEventKind, tuple[frozenset[CaseStatus], CaseStatus]] = {
    CaseEventKind.CLAIMED: (frozenset({CaseStatus.QUEUED}), CaseStatus.CLAIMED),
    CaseEventKind.RELEASED: (frozenset({CaseStatus.CLAIMED}), CaseStatus.QUEUED),
    CaseEventKind.CLOSED: (frozenset({CaseStatus.QUEUED, CaseStatus.CLAIMED}), CaseStatus.CLOSED),
    CaseEventKind.WITHDRAWN: (frozenset({CaseStatus.QUEUED, CaseStatus.CLAIMED}), CaseStatus.CLOSED),
    CaseEventKind.REOPENED: (frozenset({CaseStatus.CLOSED}), CaseStatus.QUEUED),
    CaseEventKind.TAKEN_UP: (frozenset({CaseStatus.CLOSED}), CaseStatus.CLAIMED),  # by the volunteer who closed it
    CaseEventKind.HANDED_OVER: (frozenset({CaseStatus.CLAIMED}), CaseStatus.CLAIMED),  # by who accepted it
}


class Case(Base, table=True):
    """One matter of one newcomer.

    `waiting_since`: instant of the first newcomer's message that has had no answer; None when we owe none.
    `throttled`: came in a flood from one network address, so it stands behind the others; never refused. Called `held`
    in the database.
    `last_message_at`: the newest words by anybody, which decide their last day; None once the words are gone. Then the
    `code` is None too, and every instant is the beginning of its day at the office.
    `last_day_told_at`: when coordinators were last told that the last day of its words is near.
    `queued_at`: since when it is in the queue without a break, which reminders count from; `reminded`: how far they
    have come since (`bot/cases`); None and 0 where a version before this one queued it. `late_told_at`: when its
    newcomer was told that a promise was missed, and nobody has answered since: they are not told twice. `kept_until`:
    its volunteer keeps it until then, whatever shift ends. `flagged_at`: when coordinators were told that somebody in
    it may be in danger.
    `read_seq`: the newest message of the conversation that the claimer has been shown.
    The answers to the optional questions are codes; None means "not asked or not answered".
    """

    __tablename__ = "cases"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    code: str | None = Field(sa_column=Column(Text, unique=True))
    newcomer_id: int | None = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL"), index=True))
    conversation_id: int | None = Field(sa_column=Column(Id, ForeignKey("conversations.id", ondelete="SET NULL")))
    status: str = Field(sa_column=Column(Text, nullable=False))
    volunteer_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    language: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    has_returned: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    throttled: bool = Field(
        default=False, sa_column=Column("held", Boolean, key="throttled", nullable=False, server_default=false())
    )
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    waiting_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    promised_by: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    claimed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    first_claimed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    first_answered_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_message_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_day_told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    queued_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    reminded: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    late_told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    kept_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    flagged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    read_seq: int = Field(default=0, sa_column=Column(Id, nullable=False, server_default=text("0")))
    category: str | None = Field(default=None, sa_column=Column(Text))
    stats_consent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    first_visit: str | None = Field(default=None, sa_column=Column(Text))
    gender: str | None = Field(default=None, sa_column=Column(Text))
    age: str | None = Field(default=None, sa_column=Column(Text))
    situation: str | None = Field(default=None, sa_column=Column(Text))
    region: str | None = Field(default=None, sa_column=Column(Text))
    occupation: str | None = Field(default=None, sa_column=Column(Text))
    how_found: str | None = Field(default=None, sa_column=Column(Text))
    persons_in_case: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))

    __table_args__ = (
        # The queue is read in this order on every card, receipt and desk page.
        Index(
            "ix_cases_queue",
            "throttled",
            "waiting_since",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_cases_claimed",
            "volunteer_id",
            sqlite_where=text("status = 'claimed'"),
            postgresql_where=text("status = 'claimed'"),
        ),
        # One open case per newcomer: the loser of two simultaneous first messages re-reads and joins.
        Index(
            "uq_cases_open_newcomer",
            "newcomer_id",
            unique=True,
            sqlite_where=text("status IN ('queued', 'claimed')"),
            postgresql_where=text("status IN ('queued', 'claimed')"),
        ),
        Index("ix_cases_opened_at", "opened_at"),
        # Those whose words are still here, the quietest first: most cases lost theirs long ago.
        Index(
            "ix_cases_worded",
            "last_message_at",
            sqlite_where=text("last_message_at IS NOT NULL"),
            postgresql_where=text("last_message_at IS NOT NULL"),
        ),
        # Those that have a number still, by whose they are: nobody's, where their newcomer has erased everything.
        Index(
            "ix_cases_numbered",
            "newcomer_id",
            "closed_at",
            sqlite_where=text("code IS NOT NULL"),
            postgresql_where=text("code IS NOT NULL"),
        ),
    )


class CaseEvent(Base, table=True):
    """One line of a case's ledger. `on_day` is the office's day, which the statistics count by."""

    __tablename__ = "case_events"

    id: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    on_day: date = Field(sa_column=Column(Date, nullable=False, index=True))
    actor_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    detail: str | None = Field(default=None, sa_column=Column(Text))


class Focus(Base, table=True):
    """Which case a volunteer's words in a chat, without a reply, may be meant for.

    `case_id`, `chosen_at`: the case they named by a press, and when. `spoke_case_id`: the case they last spoke with.
    `endings` counts their cases that ended; while it differs from `settled` they have not spoken since one did.
    `asked_row`: the outbox row of the question about the lines that are held; `asked_why`, `asked_case`: what it asks;
    `asked_endings`: the endings there had been when the last of them was typed.
    """

    __tablename__ = "focuses"

    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True))
    case_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("cases.id", ondelete="SET NULL")))
    chosen_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    spoke_case_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("cases.id", ondelete="SET NULL")))
    endings: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    settled: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    asked_row: int | None = Field(default=None, sa_column=Column(Id))
    asked_why: str | None = Field(default=None, sa_column=Column(Text))
    asked_case: int | None = Field(default=None, sa_column=Column(Id))
    asked_endings: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


class HeldLine(Base, table=True):
    """A message of a volunteer's, held sealed while the bot asks where it is to go. `own_message` names it in their
    chat; lines are sent in the order of these numbers."""

    __tablename__ = "held_lines"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False))
    own_message: int = Field(sa_column=Column(Id, nullable=False))
    words: bytes = Field(sa_column=Column(Sealed, nullable=False))
    held_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    __table_args__ = (UniqueConstraint("person_id", "own_message"),)


class DeskDraft(Base, table=True):
    """What a volunteer has typed at the desk for a case and not sent, sealed. `lost_at`: since when the case is not
    theirs any more; nobody but its volunteer ever reads it."""

    __tablename__ = "desk_drafts"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True))
    words: bytes = Field(sa_column=Column(Sealed, nullable=False))
    saved_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    lost_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (UniqueConstraint("person_id", "case_id"),)


class CodeGuess(Base, table=True):
    """Wrong secrets tried against one case code, real or not, in the running window."""

    __tablename__ = "code_guesses"

    code_hash: str = Field(sa_column=Column(Text, primary_key=True))
    tries: int = Field(sa_column=Column(Integer, nullable=False))
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class FreedCode(Base, table=True):
    """That a code was a case's until that day, as a keyed hash: for two years nobody else's case gets it."""

    __tablename__ = "freed_codes"

    code_hash: str = Field(sa_column=Column(Text, primary_key=True))
    freed_on: date = Field(sa_column=Column(Date, nullable=False, index=True))


CODE_DIGITS = 6


def new_code() -> str:
    """Six random digits and a check digit, as 7 characters. Opens nothing by itself.

    Never as long as a secret number, so that neither can be taken for the other.
    """
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """The Luhn digit that catches one wrong digit and most swapped neighbours."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def is_code(text: str) -> bool:
    """Whether seven ASCII digits end in their check digit. Says nothing of whether the case exists."""
    return len(text) == CODE_DIGITS + 1 and text.isascii() and text.isdigit() and check_digit(text[:-1]) == text[-1]


def spoken_code(code: str) -> str:
    """The code as it is shown and read aloud: 472 913 5."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"
