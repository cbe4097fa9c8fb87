"""A case that is to come back on a day: "ask again on 12 March, after the decision".

Owns FollowUp. It must not load rows, nor know when a case loses its words (`bot/privacy/last_day.py`).
"""

from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, false, text
from sqlmodel import Field

from models.base import Base, Id, Sealed, UtcDateTime, new_id


class FollowUp(Base, table=True):
    """That a case comes back at `due_at`, to whoever set it if they are present then, else to the queue.

    `note`: sealed; what is to be asked. `agreed_at`: when the newcomer said in the chat that they may be asked on that
    day; None: they are not. `asks_newcomer`: that they were asked for it. `ended_at`: it came back, or was taken back.
    """

    __tablename__ = "follow_ups"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False))
    set_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    note: bytes | None = Field(default=None, sa_column=Column(Sealed))
    asks_newcomer: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    agreed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        # One at a time of a case: another day takes its place.
        Index(
            "uq_follow_ups_open",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
