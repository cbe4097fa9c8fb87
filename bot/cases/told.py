"""What is told of a case: its codes and times, never words; as sayings and pages carry it.

It must not say anything: `phrases.py` and the texts do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from bot.hours.told import SessionTold
from bot.people.access import CaseRow
from models.closing import Category
from models.people import Channel, Language
from models.saying import Carried, CaseCode, Like

LanguageCode = Annotated[str, Like(tuple(Language))]
ChannelCode = Annotated[str, Like(tuple(Channel))]
CategoryCode = Annotated[str, Like(tuple(Category))]


class PromiseKind(StrEnum):
    """How exactly it is known when a person answers: in minutes, by a place in the queue, at an instant, or not."""

    SOON = "soon"
    QUEUE = "queue"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Promised(Carried):
    """When a person answers, as honestly as it is known: SOON has `minutes`, QUEUE a `place` and `minutes`, LATER an
    instant `at`. A QUEUE in a row of before has no minutes.

    `promise`: empty where nothing is to be said of it. `session`: the next physical one, if one is planned.
    """

    promise: PromiseKind | None = None
    minutes: int | None = None
    place: int | None = None
    at: datetime | None = None
    session: SessionTold | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTold(Carried):
    """A case by its number in the database (`case`) and its code, and what a line about it says."""

    case: int
    code: CaseCode
    language: LanguageCode
    channel: ChannelCode | None = None
    category: CategoryCode | None = None


@dataclass(frozen=True, kw_only=True)
class EarlierTold(Carried):
    """An earlier contact of the same newcomer. `follow_up_on`: the day on which it is to come back, if it is."""

    on_day: date
    category: CategoryCode | None = None
    follow_up_on: date | None = None


def told_of(case: CaseRow) -> Mapping[str, Any]:
    """The fields of `CaseTold` for this case."""
    names = ("code", "language", "channel", "category")
    return {"case": case.id} | {name: getattr(case, name) for name in names}
