"""Who takes part, how each is reached, and what lets a browser act for them.

Owns Person, Address, WebLogin, LoginLink and the languages. It must not know how a channel sends,
and it decides no permission: `bot/people/access.py` does.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Text, UniqueConstraint, false, true
from sqlmodel import Field

from models.base import Base, Codes, Id, Sealed, UtcDateTime, new_id


class Language(StrEnum):
    """The languages a newcomer can use, in the order the picker shows them."""

    SV = "sv"
    AR = "ar"
    FA = "fa"
    UK = "uk"
    EN = "en"


# Each language's own name: data, not messages, since it is the same whatever the reader's language.
AUTONYMS = {
    Language.SV: "Svenska",
    Language.AR: "العربية",
    Language.FA: "فارسی / دری",
    Language.UK: "Українська",
    Language.EN: "English",
}
RIGHT_TO_LEFT = frozenset({Language.AR, Language.FA})
STAFF_LANGUAGES = (Language.SV, Language.EN)


class Role(StrEnum):
    """What a person is to the service. A coordinator may do what a volunteer may."""

    NEWCOMER = "newcomer"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"


STAFF_ROLES = (Role.VOLUNTEER, Role.COORDINATOR)


class Channel(StrEnum):
    """Where an address lives."""

    TELEGRAM = "telegram"
    WEB = "web"


class Person(Base, table=True):
    """A newcomer, volunteer or coordinator.

    `alias_sealed` is the volunteer's chosen first name, never a full name; `alias_hash` a keyed hash of it, to find it
    by. `alias`: the name in plain, only while a process of a version runs that knows no other place for it.
    """

    __tablename__ = "people"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    alias: str | None = Field(default=None, sa_column=Column(Text))
    alias_sealed: bytes | None = Field(default=None, sa_column=Column(Sealed))
    alias_hash: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    shows_alias: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    language: str | None = Field(default=None, sa_column=Column(Text))
    speaks: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False))
    enabled: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Address(Base, table=True):
    """A lane to one person on one channel.

    `lookup` is a keyed hash of the chat id (found by it, readable by nobody); `chat` holds the id sealed.
    `parked_at`: the person blocked the bot, so the lane waits for a sign of life.
    `farewell`: the person has been erased; the row lives only until the receipt has left.
    """

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "lookup"),)

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int | None = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), index=True))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    lookup: str | None = Field(default=None, sa_column=Column(Text))
    chat: bytes | None = Field(default=None, sa_column=Column(Sealed))
    language: str | None = Field(default=None, sa_column=Column(Text))
    parked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    farewell: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class Device(StrEnum):
    """Whose screen a browser's login runs on. Shared is the default: nothing stays behind."""

    SHARED = "shared"
    OWN = "own"
    STAFF = "staff"


class WebLogin(Base, table=True):
    """A browser that acts for a person. Only the hash of its token is stored, so a leak opens nothing.

    `throttled`: as of `Case`, for the case that its newcomer has not opened yet.
    `draft`: sealed; what a newcomer has typed and not sent, kept for a while when they leave the page.
    `secret`: sealed; the newcomer's secret number, until they say that they have written it down.
    """

    __tablename__ = "web_sessions"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    token_hash: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    device: str = Field(sa_column=Column(Text, nullable=False))
    throttled: bool = Field(
        default=False, sa_column=Column("held", Boolean, key="throttled", nullable=False, server_default=false())
    )
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    draft: bytes | None = Field(default=None, sa_column=Column(Sealed))
    drafted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    secret: bytes | None = Field(default=None, sa_column=Column(Sealed))


class LinkPurpose(StrEnum):
    """What a single-use link does when its button is pressed."""

    DESK = "desk"
    TELEGRAM = "telegram"
    TRIAL = "trial"  # opens the desk of a trial again and again; made by `demo` only


class LoginLink(Base, table=True):
    """A link that works once and not for long. Only its hash is stored."""

    __tablename__ = "login_links"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    token_hash: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    spent_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (Index("ix_login_links_expires_at", "expires_at"),)
