"""What waits to be said to a person, and when it is tried again.

Owns the Outbox table, and which kinds (`notice.py`) are treated how; when it is tried again is in `back_off.py`. It
must not render or send.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Text, false, text
from sqlmodel import Field

from models.base import Base, Codes, Id, Sealed, UtcDateTime
from models.notice import Notice

# Worth nothing late, so they are neither repeated in doubt nor kept longer than an hour.
REMINDERS = frozenset({Notice.SHIFT_STARTS, Notice.COORDINATOR_LATE, Notice.RELAY_STATE, Notice.SHIFT_REMINDER}) | {
    Notice.STILL_WAITS, Notice.ARE_YOU_HERE, Notice.NOBODY_TAKES
}  # fmt: skip


# Repeat what is in a case, and leave a chat with it.
OF_CASE_WORDS = (Notice.WORDS, Notice.CASE_NOTES, Notice.FOLLOW_UP_SET, Notice.FOLLOW_UP_DUE)


# Said without a sound: nobody is to reach for a phone because of it.
SILENT = frozenset({Notice.RELAY_STATE, Notice.WORDS_AT_DESK, Notice.WORDS_KEPT})


UNKNOWN_KIND = "unknown_kind"  # the `failure` of a row that waits for a newer version, which knows what it says


class RowState(StrEnum):
    """Where a row stands. DUE is the only one that still waits."""

    DUE = "due"
    SENT = "sent"
    SHOWN = "shown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outbox(Base, table=True):
    """Something to say to one address. The lane is the address: its rows leave in the order of their ids.

    `seq`: the row's place in a newcomer's conversation, which the web reads by; 0 for staff.
    `params`: what the saying carries (`models/saying.py`). `edits`: the row whose message this one replaces.
    `message_id`: whose words are relayed; the words live there only.
    `secret`: sealed; the token of a link to the desk, kept until it has been sent.
    `doubtful`: it was sent and no answer came, or the process died meanwhile: it may have arrived. Only one more try is
    made; `failure` is "doubtful" where that one's answer was lost too.
    `last_try_at`: when that one more try was about to leave; a process that dies before has not used it up.
    `parts_sent`: of a text too long for one message, how many have arrived.
    `timed_at`: when `due_at` was decided, by the same clock: one that lies ahead was written by a clock that was wrong.
    """

    __tablename__ = "outbox"

    id: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    address_id: int = Field(sa_column=Column(Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    params: dict[str, object] = Field(default_factory=dict, sa_column=Column(Codes, nullable=False))
    dedupe_key: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    case_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE")))
    message_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("messages.id", ondelete="CASCADE")))
    secret: bytes | None = Field(default=None, sa_column=Column(Sealed))
    seq: int = Field(default=0, sa_column=Column(Id, nullable=False, server_default=text("0")))
    edits: int | None = Field(default=None, sa_column=Column(Id))
    state: str = Field(default=RowState.DUE, sa_column=Column(Text, nullable=False, server_default="due"))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    lease_owner: int | None = Field(default=None, sa_column=Column(Id))
    leased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    remote_id: int | None = Field(default=None, sa_column=Column(Id))
    failure: str | None = Field(default=None, sa_column=Column(Text))
    doubtful: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    parts_sent: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    timed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_try_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        Index(
            "ix_outbox_due",
            "address_id",
            "id",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index("ix_outbox_inbox", "address_id", "seq"),
        Index("ix_outbox_case", "case_id"),
        Index(  # of those only: nine in ten relay nobody's words, and would make the others look hard to find
            "ix_outbox_message",
            "message_id",
            sqlite_where=text("message_id IS NOT NULL"),
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_outbox_remote", "address_id", "remote_id"),
        Index(
            "ix_outbox_edits",
            "edits",
            sqlite_where=text("edits IS NOT NULL"),
            postgresql_where=text("edits IS NOT NULL"),
        ),
    )


TRACES = "traces"  # in Meta: something was deleted, and may still be in a file. A number of its own each time


class Meta(Base, table=True):
    """A fact about the database itself, such as that it is a trial."""

    __tablename__ = "meta"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
