"""What stands in private Telegram chats: which messages, so that they can be deleted as long as Telegram allows it.

Owns ChatMessage and the times. It holds no words and no chat's id. It must not know what a message says.
"""

from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime

DELETABLE_FOR = timedelta(hours=48)  # https://core.telegram.org/bots/api#deletemessage
RELAYED_STAY = timedelta(hours=47)  # what is relayed into a volunteer's chat; then there is still time to delete it
UNNOTED = 0  # stands for messages from before any were noted; Telegram counts from 1


class ChatMessage(Base, table=True):
    """A message in a person's chat, theirs or ours, known by its number there until it is gone or 48 hours old.

    `case_id`: it repeats words of this case's newcomer to a volunteer. `unsaid_at`: its deletion has been asked for.
    """

    __tablename__ = "chat_messages"

    address_id: int = Field(sa_column=Column(Id, ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True))
    remote_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    came_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    case_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE")))
    unsaid_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        Index(
            "ix_chat_messages_case",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )
