"""What a row of the outbox carries: written by one version, read by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar, Literal

import pytest

from models.hours import Door
from models.notice import Notice
from models.saying import Carried, Clock, Kept, NewerField, Saying, has_newer_field


@dataclass(frozen=True, kw_only=True)
class Sitting(Carried):
    day: date
    opens: Clock
    partner: str = ""


@dataclass(frozen=True, kw_only=True)
class Reminder(Saying):
    kind: ClassVar = Notice.SESSION_EVENING
    sittings: tuple[Sitting, ...] = ()
    at: datetime | None = None
    names: Mapping[str, str] | None = None
    reason: Literal["illness", ""] = ""
    door: Door | None = None

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        return {**row, "sittings": row.get("days", ())}


SITTING = Sitting(day=date(2026, 1, 12), opens=time(13), partner="IK Eos")
TOLD = Reminder(sittings=(SITTING,), at=datetime(2026, 1, 11, 17, tzinfo=UTC), names={"sv": "Lokalen"}, reply_to=7)


def test_a_row_is_json_without_what_is_as_usual() -> None:
    assert TOLD.to_row() == {
        "sittings": [{"day": "2026-01-12", "opens": "13:00", "partner": "IK Eos"}], "at": "2026-01-11T17:00:00Z",
        "names": {"sv": "Lokalen"}, "reply_to": 7, "typed": 1,
    }  # fmt: skip
    assert Reminder.read(TOLD.to_row()) == TOLD


def test_a_field_that_came_later_is_as_usual_in_an_older_row() -> None:
    assert Reminder.read({"typed": 1}) == Reminder()


@pytest.mark.parametrize(
    "newer",
    [{"tomorrows": 1}, {"sittings": [{"day": "2026-01-12", "opens": "13:00", "tomorrows": 1}]}],
    ids=["in_itself", "in_what_it_carries"],
)
def test_a_field_of_a_newer_version_is_not_passed_over_but_by_who_looks_back(newer: dict[str, object]) -> None:
    row = {"typed": 1, "reply_to": 7, **newer}

    with pytest.raises(NewerField):
        Reminder.read(row)
    assert has_newer_field(Reminder, row)
    assert Reminder.understood(row).reply_to == 7


@pytest.mark.parametrize("newer", [{"reason": "strike"}, {"door": "hologram"}])
def test_a_code_of_a_newer_version_is_left_as_a_field_is(newer: dict[str, object]) -> None:
    row = {"typed": 1, **newer}

    with pytest.raises(NewerField):
        Reminder.read(row)
    assert has_newer_field(Reminder, row)


def test_a_row_of_the_first_version_may_carry_what_nobody_reads_and_is_brought_into_shape() -> None:
    row = {"days": [{"day": "2026-01-12", "opens": "13:00", "code": "linero"}], "why": "nobody knows"}

    assert Reminder.read(row).sittings == (Sitting(day=date(2026, 1, 12), opens=time(13)),)
    assert not has_newer_field(Reminder, row)


@pytest.mark.parametrize("row", [{"days": 7}, {"typed": 1, "at": "yesterday"}])
def test_what_is_no_such_saying_is_refused_and_no_newer_version_is_waited_for(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Reminder"):
        Reminder.read(row)
    assert not has_newer_field(Reminder, row)


def test_what_is_kept_is_said_again_with_what_was_pressed() -> None:
    kept = Kept(Notice.WORDS, {"part": 1, "parts": 2})

    assert (kept.is_pressed, kept.is_last_part) == (False, True)
    assert kept.with_pressed("over").is_pressed
    assert kept.with_pressed("over").to_row() == {"part": 1, "parts": 2, "pressed": "over"}
    assert not Kept(Notice.WORDS, {"parts": 2}).is_last_part
