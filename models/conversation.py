"""What was said: the newcomer's conversation with its place in the intake, the messages, and what came in twice.

Owns Conversation, Message, Mark, Inbound, Refused. It must not decide who may read a message.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import Base, Codes, Id, Sealed, UtcDateTime, new_id

SEQ_BITS = 12  # rows one act may add to a conversation: 4 096


class Conversation(Base, table=True):
    """A newcomer's one thread with the service.

    `version` goes up by one with every act, in the statement that locks the row; a row that an act adds gets
    `seq = version * 4096 + n`, so that `seq` order is commit order and a reader's cursor cannot skip a row.
    `draft` is sealed JSON: words typed before consent, and a word that waits to be sent.
    `secret_sealed`: the slow hash of the secret number, sealed: eight digits could all be tried against a bare one.
    `secret_hash`: the same bare, only while a process of a version runs that knows no other place for it.
    `asked_row`: the outbox row that shows the optional questions, which every press edits in place.
    """

    __tablename__ = "conversations"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    newcomer_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True)
    )
    version: int = Field(default=0, sa_column=Column(Id, nullable=False, server_default=text("0")))
    step: str = Field(sa_column=Column(Text, nullable=False))
    draft: bytes | None = Field(default=None, sa_column=Column(Sealed))
    drafted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    consent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    consent_version: int | None = Field(default=None, sa_column=Column(Integer))
    secret_hash: str | None = Field(default=None, sa_column=Column(Text))
    secret_sealed: bytes | None = Field(default=None, sa_column=Column(Sealed))
    asked_row: int | None = Field(default=None, sa_column=Column(Id))


class Author(StrEnum):
    """Whose words a message holds."""

    NEWCOMER = "newcomer"
    VOLUNTEER = "volunteer"


class Mark(StrEnum):
    """What a reader is told of how a message came, beside its words. `with:photo` and its like are made of WITH."""

    FORWARDED = "forwarded"


WITH = "with:"  # and the kind of what the words were the caption of, which could not be relayed


class Message(Base, table=True):
    """A person's words, once, sealed. An edit appends a version; nothing is overwritten.

    `marks`: codes of Mark, or `with:` and a kind; never from whom something was forwarded.
    `taken_back_at`: its volunteer took it back; `words` hold nothing since.
    """

    __tablename__ = "messages"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    conversation_id: int = Field(
        sa_column=Column(Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)
    )
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True))
    seq: int = Field(sa_column=Column(Id, nullable=False))
    author: str = Field(sa_column=Column(Text, nullable=False))
    author_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    external_id: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    words: bytes = Field(sa_column=Column(Sealed, nullable=False))
    said_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    marks: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False, server_default="[]"))
    taken_back_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        UniqueConstraint("conversation_id", "external_id", "version"),
        Index("ix_messages_conversation_seq", "conversation_id", "seq"),
    )


class Inbound(Base, table=True):
    """That an act came in, so that the same one told twice is done once. Holds no words; kept three days."""

    __tablename__ = "inbound"

    channel: str = Field(sa_column=Column(Text, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    came_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    failure: str | None = Field(default=None, sa_column=Column(Text))


class Refused(Base, table=True):
    """That somebody sent what cannot be relayed yet. Counted in the report; names nobody."""

    __tablename__ = "refused"

    id: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    on_day: date = Field(sa_column=Column(Date, nullable=False, index=True))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
