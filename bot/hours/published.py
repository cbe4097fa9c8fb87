"""One reading of the tables for everything that is published about the opening hours.

Owns what counts as recent enough to be told to calendars. It must not make any format: `formats/` does.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import clock
from bot.hours.formats.shape import KeptException, KeptRule, Published
from bot.places.places import place_facts, places
from models.hours import HoursChange, HoursException, WeeklyHours
from models.timetable import Exceptional, Rule, Timetable

KEPT_DAYS = 60  # by then every calendar that still asks has been told
BEFORE_ALL_CHANGES = datetime(2026, 1, 1, tzinfo=UTC)  # of rows older than the changes that are remembered
_RULES: Table = WeeklyHours.__table__  # type: ignore[attr-defined]
_EXCEPTIONS: Table = HoursException.__table__  # type: ignore[attr-defined]
_CHANGES: Table = HoursChange.__table__  # type: ignore[attr-defined]


async def published(db: AsyncConnection, now: datetime, zone: ZoneInfo, public_url: str) -> Published:
    """The hours as they are to be told at the instant `now`.

    Kept are the lineages that held, or were changed, in the last `KEPT_DAYS` days, each with all its rows; and the
    exceptions of those days, or of any day that a kept rule ever covered. A calendar's revisions are counted from
    these: were some left out as time goes, a newer one would look older.
    """
    # The newest change is read first: one published in between then has its rows told early, never late.
    changed_at = (await db.execute(select(func.max(_CHANGES.c.made_at)))).scalar_one_or_none()
    known = {place.code: place_facts(place) for place in await places(db)}
    today = clock.office_day(now, zone)
    rules = _recent([_kept_rule(row) for row in await db.execute(_with_changes(_RULES))], today, zone)
    earliest = min((kept.rule.valid_from for kept in rules), default=today)
    since = min(earliest, today - timedelta(days=KEPT_DAYS))
    dated = _with_changes(_EXCEPTIONS).where(_EXCEPTIONS.c.on_day >= since)
    exceptions = _told([_kept_exception(row) for row in await db.execute(dated)], rules, today)
    return Published(
        places=known, timetable=_live(rules, exceptions, today), now=now, zone=zone, public_url=public_url,
        changed_at=changed_at or BEFORE_ALL_CHANGES, kept_rules=rules, kept_exceptions=exceptions,
    )  # fmt: skip


def _with_changes(table: Table) -> Select[Any]:
    """Every row, holding or not, with when it was added, ended, and when what had ended it was taken back.

    The last is not the row's own: it is when its like was stored again, under the number of the change that first
    made it, so that nothing else tells of that instant.
    """
    added, ended, back = (_CHANGES.alias(name) for name in ("added", "ended", "back"))
    instants = (added.c.made_at.label("added_at"), ended.c.made_at.label("ended_at"), back.c.made_at.label("back_at"))
    return (
        select(table, *instants)
        .outerjoin(added, added.c.number == table.c.added_by)
        .outerjoin(ended, ended.c.number == table.c.ended_by)
        .outerjoin(back, back.c.undoes == table.c.ended_by)
        .order_by(table.c.id)
    )


def _kept_rule(row: Row) -> KeptRule:
    rule = Rule(
        row.place, row.weekday, row.opens, row.closes, row.valid_from, row.valid_to, lineage=row.lineage or row.id
    )
    return KeptRule(rule, row.ended_by is not None, _changed_at(row))


def _kept_exception(row: Row) -> KeptException:
    exception = Exceptional(
        row.place, row.on_day, row.opens, row.closes, row.reason, row.kind, row.texts or {}, row.partner
    )
    return KeptException(exception, row.ended_by is not None, _changed_at(row))


def _changed_at(row: Row) -> datetime:
    return max((at for at in (row.added_at, row.ended_at, row.back_at) if at is not None), default=BEFORE_ALL_CHANGES)


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
