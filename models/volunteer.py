"""What is known of a volunteer's work: how they were introduced, what they can do, when they are away.

Owns Onboarding, VolunteerProfile and what follows from them alone. It must not load rows, nor know shifts or cases.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, Date, ForeignKey, Text, false
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime


class OnboardingStep(StrEnum):
    """What comes before a volunteer's first claim, in the order in which it usually does."""

    INTERVIEW = "interview"
    SECRECY = "secrecy"
    REGISTER = "register"
    INTRODUCTION = "introduction"


class Onboarding(Base, table=True):
    """That a step has been taken. `done_by`: the coordinator who said so; None on the command line, or since gone."""

    __tablename__ = "onboarding"

    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True))
    step: str = Field(sa_column=Column(Text, primary_key=True))
    done_on: date = Field(sa_column=Column(Date, nullable=False))
    done_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))


class VolunteerProfile(Base, table=True):
    """What a volunteer can do and when. Who has none was added by a version before this one, and is not introduced.

    `taken_over_on`: worked here before steps were written down, and counts as introduced since. `topics`: categories
    they know well. `places`: codes of places they can work at; none means all. `paused_from`, `paused_until`: the
    first and the last day away; without a last one until they are back. `may_be_asked`: outside shifts, for somebody
    who cannot come. `has_migrated`: said by themselves and nobody else, who may take it back; only ever shown as a sum.
    """

    __tablename__ = "volunteer_profiles"

    person_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True))
    taken_over_on: date | None = Field(default=None, sa_column=Column(Date))
    is_trainee: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    topics: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False, server_default="[]"))
    places: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False, server_default="[]"))
    paused_from: date | None = Field(default=None, sa_column=Column(Date))
    paused_until: date | None = Field(default=None, sa_column=Column(Date))
    may_be_asked: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    has_migrated: bool | None = Field(default=None, sa_column=Column(Boolean))
    has_migrated_told_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


def is_away(day: date, first: date | None, last: date | None) -> bool:
    """Whether `day` lies in a pause with this first and last day; without a last one it has no end."""
    return first is not None and first <= day and (last is None or day <= last)
