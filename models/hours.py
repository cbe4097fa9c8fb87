"""What decides when the doors are open, as it is stored: places, weekly rules, dated exceptions, and who changed what.

Nothing is ever overwritten: a rule or exception that no longer holds is marked with the change that ended it, so that
what applied on a day can be asked afterwards. Owns the tables and the codes; what follows from them is `timetable.py`,
and what a change does to them is `hours_change.py`. It must not read the clock or load rows.
"""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Date, Float, ForeignKey, Integer, Text, Time, UniqueConstraint
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime, new_id


class Door(StrEnum):
    """How one meets the service at a place: by coming, by writing, or by a call."""

    VISIT = "visit"
    ONLINE = "online"
    PHONE = "phone"
    VIDEO = "video"


class Reason(StrEnum):
    """Why a day is not as usual. OTHER has words of its own, in each language they were written in."""

    HOLIDAY = "holiday"
    ILLNESS = "illness"
    LIBRARY_CLOSED = "library_closed"
    MOVED = "moved"
    OTHER = "other"


class Kind(StrEnum):
    """What an exception does to its day: CLOSED and TIMES stand instead of the rules, EXTRA and POPUP beside them."""

    CLOSED = "closed"
    TIMES = "times"
    EXTRA = "extra"
    POPUP = "popup"


class Place(Base, table=True):
    """Where the service is met: a library, a pop-up, or RådRum Online.

    `name_key`: a catalogue key, for places whose name we have in five languages; else `details["name"]` holds it.
    `details`: {"name" | "floor" | "finding" | "access": {language: text}}, written by a coordinator.
    `last_entry`: minutes before closing after which nobody new is let in.
    """

    __tablename__ = "places"

    code: str = Field(sa_column=Column(Text, primary_key=True))
    name_key: str = Field(sa_column=Column(Text, nullable=False))
    door: str = Field(default=Door.VISIT, sa_column=Column(Text, nullable=False, server_default="visit"))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    details: dict[str, dict[str, str]] = Field(default_factory=dict, sa_column=Column(Codes, nullable=False))
    latitude: float | None = Field(default=None, sa_column=Column(Float))
    longitude: float | None = Field(default=None, sa_column=Column(Float))
    last_entry: int | None = Field(default=None, sa_column=Column(Integer))


class HoursVersion(Base, table=True):
    """One row. Its `version` is another after every change of `places`, `weekly_hours` or `hours_exceptions`, whoever
    makes it: triggers see to that. It is drawn at random, so that no two states share one, neither those of two
    databases nor one that was rolled back and what came in its place."""

    __tablename__ = "hours_version"

    id: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    version: str = Field(sa_column=Column(Text, nullable=False))


class HoursChange(Base, table=True):
    """One published change. `number` counts them; `what`: a `hours_change.Change` as JSON; `undoes`: whose effect it
    takes back. `made_by` is None from the command line."""

    __tablename__ = "hours_changes"

    number: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    made_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("people.id", ondelete="SET NULL")))
    what: dict[str, object] = Field(sa_column=Column(Codes, nullable=False))
    undoes: int | None = Field(default=None, sa_column=Column(Id, unique=True))


class WeeklyHours(Base, table=True):
    """A rule: on this weekday (Monday = 0) this place is open [opens, closes), office wall-clock, same day.

    Valid on days `valid_from` ≤ day ≤ `valid_to`; a None end is open. `lineage`: the id of the row it came from, kept
    when the rule is cut short, so that calendars know it again. It holds while `ended_by` is None.
    """

    __tablename__ = "weekly_hours"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(sa_column=Column(Text, ForeignKey("places.code"), nullable=False, index=True))
    weekday: int = Field(sa_column=Column(Integer, nullable=False))
    opens: time = Field(sa_column=Column(Time, nullable=False))
    closes: time = Field(sa_column=Column(Time, nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date))
    lineage: int | None = Field(default=None, sa_column=Column(Id))
    added_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("hours_changes.number")))
    ended_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("hours_changes.number")))

    __table_args__ = (
        CheckConstraint("opens < closes", name="hours_same_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="hours_weekday"),
    )


class HoursException(Base, table=True):
    """What holds on one day; see `Kind`. `texts`: the reason OTHER, {language: text}. `partner`: with whom a pop-up
    is held. It holds while `ended_by` is None."""

    __tablename__ = "hours_exceptions"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(sa_column=Column(Text, ForeignKey("places.code"), nullable=False, index=True))
    on_day: date = Field(sa_column=Column(Date, nullable=False, index=True))
    kind: str = Field(default=Kind.CLOSED, sa_column=Column(Text, nullable=False, server_default="closed"))
    opens: time | None = Field(default=None, sa_column=Column(Time))
    closes: time | None = Field(default=None, sa_column=Column(Time))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    texts: dict[str, str] = Field(default_factory=dict, sa_column=Column(Codes, nullable=False, server_default="{}"))
    partner: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    added_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("hours_changes.number")))
    ended_by: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("hours_changes.number")))


class HoursDraft(Base, table=True):
    """A change that its coordinator has been shown and has not published yet. `base`: the newest change it was shown
    against; once there is a newer one the preview is no longer true."""

    __tablename__ = "hours_drafts"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    base: int = Field(default=0, sa_column=Column(Id, nullable=False))
    what: dict[str, object] = Field(sa_column=Column(Codes, nullable=False))


class SessionReminder(Base, table=True):
    """That a person asked to be reminded of a session the evening before, and so to hear if it changes."""

    __tablename__ = "session_reminders"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    place: str = Field(sa_column=Column(Text, ForeignKey("places.code"), nullable=False))
    on_day: date = Field(sa_column=Column(Date, nullable=False))
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    __table_args__ = (UniqueConstraint("person_id", "place", "on_day"),)
