"""One reading of the tables for everything that is published about the opening hours.

Owns what counts as recent enough to be told to calendars. It must not make any format: `formats/` does.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, func, select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import Shape, columns
from bot.hours.formats.shape import KeptException, KeptRule, Published
from bot.hours.standing import EXCEPTIONS, RULES, ExceptionRow, RuleRow
from bot.places.places import place_facts, places
from bot.places.told import PlaceFacts
from models.base import table_of
from models.hours import HoursChange
from models.timetable import Exceptional, Timetable

KEPT_DAYS = 60  # by then every calendar that still asks has been told
BEFORE_ALL_CHANGES = datetime(2026, 1, 1, tzinfo=UTC)  # of rows older than the changes that are remembered
_CHANGES = table_of(HoursChange)
_ADDED, _ENDED, _BACK = (_CHANGES.alias(name) for name in ("added", "ended", "back"))


class _Life(NamedTuple):
    """By which change a row was ended; when it was added, ended, and when what had ended it was taken back.

    The last is not the row's own: it is when its like was stored again, under the number of the change that first
    made it, so that nothing else tells of that instant.
    """

    ended_by: int | None
    added_at: datetime | None
    ended_at: datetime | None
    back_at: datetime | None

    @property
    def changed_at(self) -> datetime:
        """The latest of them."""
        instants = (at for at in (self.added_at, self.ended_at, self.back_at) if at is not None)
        return max(instants, default=BEFORE_ALL_CHANGES)

    @property
    def is_over(self) -> bool:
        """The row holds no more."""
        return self.ended_by is not None


async def published(db: Db, now: datetime, zone: ZoneInfo, public_url: str) -> Published:
    """The hours as they are to be told at the instant `now`.

    Kept are the lineages that held, or were changed, in the last `KEPT_DAYS` days, each with all its rows; and the
    exceptions of those days, or of any day that a kept rule ever covered. A calendar's revisions are counted from
    these: were some left out as time goes, a newer one would look older.
    """
    # The newest change is read first: one published in between then has its rows told early, never late.
    newest: datetime | None = (await db.execute(select(func.max(_CHANGES.c.made_at)))).scalar_one_or_none()
    known = {place.code: place_facts(place, PlaceFacts) for place in await places(db)}
    today = clock.office_day(now, zone)
    stored = await _kept(db, RuleRow, RULES)
    rules = _recent([KeptRule(row.rule, life.is_over, life.changed_at) for row, life in stored], today, zone)
    earliest = min((kept.rule.valid_from for kept in rules), default=today)
    since = min(earliest, today - timedelta(days=KEPT_DAYS))
    dated = await _kept(db, ExceptionRow, EXCEPTIONS, EXCEPTIONS.c.on_day >= since)
    days = [KeptException(row.exceptional, life.is_over, life.changed_at) for row, life in dated]
    exceptions = _told(days, rules, today)
    return Published(
        places=known, timetable=_live(rules, exceptions, today), now=now, zone=zone, public_url=public_url,
        changed_at=newest or BEFORE_ALL_CHANGES, kept_rules=rules, kept_exceptions=exceptions,
    )  # fmt: skip


async def _kept(db: Db, shape: type[Shape], table: Table, *those: ColumnElement[bool]) -> list[tuple[Shape, _Life]]:
    """Every row, holding or not, in the order of their ids, with what became of it."""
    instants = {"added_at": _ADDED.c.made_at, "ended_at": _ENDED.c.made_at, "back_at": _BACK.c.made_at}
    joined = (
        table.outerjoin(_ADDED, _ADDED.c.number == table.c.added_by)
        .outerjoin(_ENDED, _ENDED.c.number == table.c.ended_by)
        .outerjoin(_BACK, _BACK.c.undoes == table.c.ended_by)
    )
    rows = select(*columns(shape, table), *columns(_Life, table, **instants)).select_from(joined).where(*those)
    found = await db.execute(rows.order_by(table.c.id))
    return [(shape(*own), _Life(by, added, ended, back)) for *own, by, added, ended, back in found]


def _recent(rules: list[KeptRule], today: date, zone: ZoneInfo) -> tuple[KeptRule, ...]:
    since = today - timedelta(days=KEPT_DAYS)
    lineages = {
        kept.rule.lineage
        for kept in rules
        if (not kept.ended and (kept.rule.valid_to is None or kept.rule.valid_to >= since))
        or clock.office_day(kept.changed_at, zone) >= since
    }
    return tuple(kept for kept in rules if kept.rule.lineage in lineages)


def _told(exceptions: list[KeptException], rules: Iterable[KeptRule], today: date) -> tuple[KeptException, ...]:
    since = today - timedelta(days=KEPT_DAYS)

    def is_told(one: Exceptional) -> bool:
        return one.on_day >= since or any(
            kept.rule.place == one.place and kept.rule.holds_on(one.on_day) for kept in rules
        )

    return tuple(kept for kept in exceptions if is_told(kept.exception))


def _live(rules: Iterable[KeptRule], exceptions: Iterable[KeptException], today: date) -> Timetable:
    return Timetable(
        [k.rule for k in rules if not k.ended and (k.rule.valid_to is None or k.rule.valid_to >= today)],
        [k.exception for k in exceptions if not k.ended and k.exception.on_day >= today],
    )
