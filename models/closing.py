"""How a case ends: its closing, and the codes that the report describes cases with.

Owns Closing, ClosingDraft and the code lists. It must not load rows or decide who may close.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Text
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime, new_id


class Category(StrEnum):
    """What a case is about, the commonest first."""

    MIGRATION = "migration"
    HOUSING = "housing"
    WORK = "work"
    BENEFITS = "benefits"
    MONEY = "money"
    HEALTH = "health"
    FAMILY = "family"
    EDUCATION = "education"
    TAX_ID = "tax_id"
    BANK_DIGITAL = "bank_digital"
    CONSUMER = "consumer"
    LAW = "law"
    TRANSPORT = "transport"
    ASSOCIATION = "association"
    DISCRIMINATION = "discrimination"
    OTHER = "other"


class Organisation(StrEnum):
    """Who is responsible for the matter, the five usual ones first."""

    MIGRATIONSVERKET = "migrationsverket"
    MUNICIPALITY = "municipality"
    FORSAKRINGSKASSAN = "forsakringskassan"
    ARBETSFORMEDLINGEN = "arbetsformedlingen"
    COMPANY = "company"
    SOCIAL_SERVICES = "social_services"
    SCHOOL = "school"
    SKATTEVERKET = "skatteverket"
    CSN = "csn"
    PENSIONSMYNDIGHETEN = "pensionsmyndigheten"
    KRONOFOGDEN = "kronofogden"
    POLICE = "police"
    COURT = "court"
    REGION_SKANE = "region_skane"
    SERVICEKONTOR = "servicekontor"
    LANSSTYRELSEN = "lansstyrelsen"
    A_KASSA = "a_kassa"
    BANK = "bank"
    LKF = "lkf"
    HOUSING_COMPANY = "housing_company"
    EMPLOYER = "employer"
    TRADE_UNION = "trade_union"
    ASSOCIATION = "association"
    EMBASSY = "embassy"
    NOBODY = "nobody"
    OTHER = "other"


USUAL_ORGANISATIONS = tuple(Organisation)[:5]
MOST_ORGANISATIONS = 3


class Outcome(StrEnum):
    """How a case ended. Withdrawn is not a button: the newcomer's /stop or /delete sets it."""

    ANSWERED = "answered"
    REFERRED = "referred"
    FORM_HELP = "form_help"
    ACCOMPANIED = "accompanied"
    FOLLOWUP = "followup"
    NO_CONTACT = "no_contact"
    OUTSIDE = "outside"
    WITHDRAWN = "withdrawn"


SHOWN_OUTCOMES = tuple(outcome for outcome in Outcome if outcome != Outcome.WITHDRAWN)
UNKNOWN = "unknown"
MINUTES_OFFERED = (5, 10, 15, 20, 30, 45, 60, 90)
MINUTES_STEP = 5


class Closing(Base, table=True):
    """What a case ended with. A reopened case gets another; the newest counts.

    `minutes`: the volunteer's time. `minutes_to_claim`, `minutes_to_answer`: from opening, measured,
    so that instants may be cut to days later without losing the medians.
    """

    __tablename__ = "closings"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True))
    closed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    on_day: date = Field(sa_column=Column(Date, nullable=False))
    is_advice: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    category: str = Field(default=UNKNOWN, sa_column=Column(Text, nullable=False))
    organisations: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False))
    outcome: str = Field(default=UNKNOWN, sa_column=Column(Text, nullable=False))
    minutes: int | None = Field(default=None, sa_column=Column(Integer))
    minutes_to_claim: int | None = Field(default=None, sa_column=Column(Integer))
    minutes_to_answer: int | None = Field(default=None, sa_column=Column(Integer))


class ClosingDraft(Base, table=True):
    """What the claimer has pressed so far while closing. `seen_seq`: the last message shown when it began."""

    __tablename__ = "closing_drafts"

    case_id: int = Field(sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True))
    volunteer_id: int = Field(sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False))
    seen_seq: int = Field(sa_column=Column(Id, nullable=False))
    category: str | None = Field(default=None, sa_column=Column(Text))
    organisations: list[str] = Field(default_factory=list, sa_column=Column(Codes, nullable=False))
    outcome: str | None = Field(default=None, sa_column=Column(Text))
