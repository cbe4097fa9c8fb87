"""What the report counts, with every expected figure worked out by hand from what the test writes."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.engine.crowds import Crowds
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language.i18n import Words
from bot.reports import forms
from bot.reports.breakdowns import GROUPS, LISTED
from bot.reports.figures import Report, half_year, month, report
from models.base import new_id
from models.case import Case, CaseEventKind, new_code
from models.closing import UNKNOWN, Closing, Organisation
from models.conversation import Refused
from models.tables import metadata

ZONE = ZoneInfo("Europe/Stockholm")
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
MADE_AT = datetime(2026, 7, 15, 10, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SINGLE_VALUED = [name for name in LISTED if not name.startswith("organisation")]


class Asked:
    """The connection as acts have it; nothing is put off."""

    def __init__(self, db: AsyncConnection) -> None:
        self.dialect, self.execute, self.execute_ahead, self.run_sync = db.dialect, db.execute, db.execute, db.run_sync


@dataclass
class Office:
    """Writes what the actions would have left behind, with the ledger lines made as they make them."""

    db: AsyncConnection

    async def case(self, at: datetime = MONDAY, **columns: object) -> int:
        row = {
            "id": new_id(), "code": new_code(), "newcomer_id": None, "conversation_id": None, "status": "queued",
            "language": "ar", "channel": "telegram", "opened_at": at,
        } | columns  # fmt: skip
        await self.db.execute(insert(Case).values(**row))
        await self.happened(row["id"], CaseEventKind.OPENED, at)
        return row["id"]

    async def happened(self, case_id: int, kind: str, at: datetime) -> None:
        await self._work(at).record(case_id, kind)

    async def wrote(self, case_id: int, *at: datetime) -> None:
        for instant in at:
            await self.happened(case_id, CaseEventKind.NEWCOMER_WROTE, instant)

    async def closed(self, case_id: int, at: datetime, **sheet: object) -> None:
        row = {
            "id": new_id(), "case_id": case_id, "closed_at": at, "on_day": self._work(at).today, "is_advice": True,
            "category": UNKNOWN, "organisations": [], "outcome": UNKNOWN,
        } | sheet  # fmt: skip
        await self.db.execute(insert(Closing).values(**row))
        await self.db.execute(update(Case).where(Case.id == case_id).values(status="closed", closed_at=at))
        await self.happened(case_id, CaseEventKind.CLOSED, at)

    async def reopened(self, case_id: int, at: datetime) -> None:
        await self.db.execute(update(Case).where(Case.id == case_id).values(status="queued"))
        await self.happened(case_id, CaseEventKind.REOPENED, at)

    async def refused(self, kind: str, at: datetime = MONDAY) -> None:
        await self.db.execute(insert(Refused).values(on_day=self._work(at).today, channel="telegram", kind=kind))

    async def report(self, first: date = FIRST, last: date = LAST, now: datetime = MADE_AT) -> Report:
        return await report(self.db, first=first, last=last, now=now, zone=ZONE)

    def _work(self, at: datetime) -> Work:
        return Work(Asked(self.db), at, seal=None, zone=ZONE, settings=None, crowds=Crowds())


@pytest.fixture
async def office(tmp_path) -> AsyncIterator[Office]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/radrum.db")
    try:
        async with engine.connect() as db:
            await db.run_sync(metadata.create_all)
            yield Office(db)
    finally:
        await engine.dispose()


def words(**sentences: str) -> Words:
    """A staff translator that says each key as itself, but for the given sentences."""
    keys = forms.sentence_keys() | {
        "report_title", "report_period", "report_made", "report_not_over", "report_total", "report_unknown",
        "report_not_closed", "report_definitions", "cat_housing", "language_ar", "ch_telegram", "migrationsverket",
    }  # fmt: skip
    whole = {"report_definition": "{name}: {definition}", "report_share": "{percent} % (n = {base})"}
    whole |= {"report_base": "(n = {base})", "report_inside_use": "Inside use only."}
    return Words("sv", {key: key for key in keys} | whole | sentences)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(forms.BYTE_ORDER_MARK)), delimiter=";"))


async def test_repeated_words_on_one_day_are_one_visit(office):
    case = await office.case()
    await office.wrote(case, MONDAY, MONDAY + A_MINUTE, MONDAY + AN_HOUR)

    made = await office.report()

    assert made.visits == 1


async def test_words_on_two_days_are_two_visits_of_one_case(office):
    case = await office.case()
    await office.wrote(case, MONDAY, MONDAY + A_DAY)

    made = await office.report()

    assert (made.cases, made.visits) == (1, 2)


async def test_two_cases_on_one_day_are_two_visits(office):
    for _ in range(2):
        await office.wrote(await office.case(), MONDAY)

    made = await office.report()

    assert (made.cases, made.visits) == (2, 2)


async def test_visit_in_an_older_case_counts_in_the_period_of_the_visit(office):
    case = await office.case(datetime(2025, 12, 30, 9, tzinfo=UTC))
    await office.wrote(case, datetime(2025, 12, 30, 9, tzinfo=UTC), datetime(2026, 1, 2, 9, tzinfo=UTC))

    made = await office.report()

    assert (made.cases, made.visits) == (0, 1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),  # summer: 01:30 at the office
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), date(2026, 7, 1)),  # summer: 00:30
        (datetime(2026, 6, 30, 21, 30, tzinfo=UTC), date(2026, 6, 30)),  # summer: 23:30
        (datetime(2026, 1, 30, 22, 30, tzinfo=UTC), date(2026, 1, 30)),  # winter: 23:30
        (datetime(2026, 1, 30, 23, 30, tzinfo=UTC), date(2026, 1, 31)),  # winter: 00:30
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),  # the evening after the clocks went forward
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), date(2026, 3, 28)),  # the evening before
    ],
)
async def test_case_and_visit_count_on_the_office_day_in_summer_and_winter(office, at, day):
    await office.wrote(await office.case(at), at)

    on_the_day = await office.report(day, day)
    before = await office.report(day - A_DAY, day - A_DAY)
    after = await office.report(day + A_DAY, day + A_DAY)

    assert [(made.cases, made.visits) for made in (before, on_the_day, after)] == [(0, 0), (1, 1), (0, 0)]


async def test_two_messages_around_the_office_midnight_are_two_visits(office):
    case = await office.case()
    await office.wrote(
        case, datetime(2026, 5, 4, 21, 59, tzinfo=UTC), datetime(2026, 5, 4, 22, 1, tzinfo=UTC)
    )  # 23:59 and 00:01 at the office, one day in UTC

    made = await office.report()

    assert made.visits == 2


async def test_first_and_last_day_are_in_the_period(office):
    await office.case(datetime(2025, 12, 31, 23, 0, tzinfo=UTC))  # 1 January 00:00 at the office
    await office.case(datetime(2026, 6, 30, 21, 59, tzinfo=UTC))  # 30 June 23:59
    await office.case(datetime(2025, 12, 31, 22, 59, tzinfo=UTC))  # 31 December 23:59
    await office.case(datetime(2026, 6, 30, 22, 0, tzinfo=UTC))  # 1 July 00:00

    made = await office.report()

    assert made.cases == 2


async def test_reopened_case_is_counted_once_and_when_it_was_opened(office):
    case = await office.case(datetime(2026, 6, 25, 9, tzinfo=UTC))
    await office.closed(case, datetime(2026, 6, 26, 9, tzinfo=UTC))
    await office.reopened(case, datetime(2026, 7, 2, 9, tzinfo=UTC))

    spring = await office.report()
    autumn = await office.report(*half_year(date(2026, 7, 2)))

    assert (spring.cases, autumn.cases) == (1, 0)


async def test_newest_closing_describes_a_case_that_was_closed_twice(office):
    case = await office.case(category="money")
    later = {"category": "housing", "organisations": ["lkf"], "outcome": "referred"}
    await office.closed(case, MONDAY + 3 * A_DAY, minutes=10, **later)
    earlier = {"category": "work", "organisations": ["employer"], "outcome": "answered"}
    await office.closed(case, MONDAY + A_DAY, minutes=20, **earlier)

    made = await office.report()

    assert [made.by("category").count(code) for code in ("housing", "work", "money")] == [1, 0, 0]
    assert [made.by("organisation").count(code) for code in ("lkf", "employer")] == [1, 0]
    assert [made.by("outcome").count(code) for code in ("referred", "answered")] == [1, 0]
    assert made.volunteer_minutes == 30


async def test_thanks_after_an_answer_do_not_take_the_case_out_of_the_figures(office):
    case = await office.case()
    await office.closed(case, MONDAY + A_DAY, category="housing", outcome="answered", minutes=10)
    await office.closed(case, MONDAY + 3 * A_DAY, is_advice=False)

    made = await office.report()

    assert (made.cases, made.not_advice) == (1, 0)
    assert made.by("category").count("housing") == 1


async def test_category_is_the_newcomers_until_a_closing_knows_better(office):
    await office.case(category="money")
    unsure = await office.case(category="law")
    await office.closed(unsure, MONDAY + A_DAY, category=UNKNOWN)
    await office.case()

    made = await office.report()

    assert [made.by("category").count(code) for code in ("money", "law", UNKNOWN)] == [1, 1, 1]


async def test_case_not_advice_is_counted_apart_and_in_no_table(office):
    thanks = await office.case(first_visit="yes", gender="woman")
    await office.wrote(thanks, MONDAY)
    await office.happened(thanks, CaseEventKind.LATE, MONDAY + A_DAY)
    await office.closed(thanks, MONDAY + A_DAY, is_advice=False, minutes_to_claim=5)
    await office.wrote(await office.case(first_visit="no", gender="man"), MONDAY)

    made = await office.report()

    assert (made.cases, made.not_advice) == (1, 1)
    assert (made.visits, made.not_advice_visits) == (1, 1)
    assert (made.persons, made.to_claim.cases, made.late, made.unanswered) == (0, 0, 0, 1)
    assert {breakdown.total for breakdown in made.breakdowns} == {1}
    assert made.by("gender").count("woman") == 0


async def test_persons_are_those_of_first_visits_and_the_unknown_stand_beside(office):
    await office.case(first_visit="yes", persons_in_case=3)
    await office.case(first_visit="yes")
    await office.case(first_visit="no", persons_in_case=4)
    await office.case(first_visit="prefer_not_say", persons_in_case=2)
    await office.case(first_visit=None)

    made = await office.report()

    assert (made.persons, made.persons_unknown) == (4, 3)


async def test_first_time_share_is_of_those_who_answered(office):
    for answer in ("yes", "no", "no", None, "prefer_not_say"):
        await office.case(first_visit=answer)

    asked = (await office.report()).by("first_visit")

    assert (asked.count("yes"), asked.answered, asked.percent("yes")) == (1, 3, 33)
    assert (asked.count(UNKNOWN), asked.percent(UNKNOWN)) == (2, None)


async def test_share_of_nobody_is_no_number(office):
    await office.case(gender=None)

    gender = (await office.report()).by("gender")

    assert (gender.answered, gender.percent("woman")) == (0, None)


async def test_parts_sum_to_the_total_and_unknown_is_always_the_last_row(office):
    first = await office.case(
        channel="web", language="uk", gender="woman", age="30_64", situation="temporary_protection", region="europe",
        occupation="sfi", how_found="library", persons_in_case=2, first_visit="yes", category="housing",
    )  # fmt: skip
    await office.closed(first, MONDAY, category="housing", organisations=["lkf", "municipality"], outcome="answered")
    await office.case(gender="prefer_not_say")
    await office.case(gender="some_later_code", age="18_29")

    made = await office.report()

    assert [breakdown.name for breakdown in made.breakdowns] == list(LISTED)
    for breakdown in (*made.breakdowns, made.refused):
        assert sum(part.count for part in breakdown.parts) == breakdown.total, breakdown.name
        assert [part.code for part in breakdown.parts].index(UNKNOWN) == len(breakdown.parts) - 1, breakdown.name
    assert {name: made.by(name).total for name in SINGLE_VALUED} == dict.fromkeys(SINGLE_VALUED, 3)
    assert {name: made.by(name).count(UNKNOWN) for name in LISTED} == {
        "channel": 0, "language": 0, "persons_in_case": 0, "outcome": 0, "gender": 1, "age": 1, "category": 2,
        "organisation": 2, "organisation_group": 2, "first_visit": 2, "situation": 2, "region": 2, "occupation": 2,
        "how_found": 2,
    }  # fmt: skip
    assert made.by("gender").count("some_later_code") == 1


async def test_case_naming_several_organisations_counts_once_for_each_and_once_for_each_group(office):
    case = await office.case()
    await office.closed(case, MONDAY, organisations=["municipality", "social_services", "migrationsverket"])
    other = await office.case()
    await office.closed(other, MONDAY, organisations=["migrationsverket"])
    await office.closed(await office.case(), MONDAY, organisations=[])

    made = await office.report()

    organisations, groups = made.by("organisation"), made.by("organisation_group")
    assert (organisations.total, organisations.answered, organisations.count(UNKNOWN)) == (5, 2, 1)
    assert organisations.parts[0].code == "migrationsverket"
    assert (organisations.count("migrationsverket"), organisations.percent("migrationsverket")) == (2, 100)
    assert [groups.count(code) for code in ("municipality", "state", UNKNOWN)] == [1, 2, 1]
    assert groups.total == 4


def test_every_organisation_belongs_to_one_group():
    members = [code for group in GROUPS.values() for code in group]

    assert sorted(members) == sorted(Organisation)


async def test_commonest_part_is_first_but_ages_keep_their_order(office):
    for age, category in (("65_plus", "law"), ("65_plus", "law"), ("18_29", "migration")):
        await office.case(age=age, category=category)

    made = await office.report()

    assert [part.code for part in made.by("category").parts[:2]] == ["law", "migration"]
    assert [part.code for part in made.by("age").parts] == ["under_18", "18_29", "30_64", "65_plus", UNKNOWN]


async def test_ten_persons_come_after_nine(office):
    for persons in (10, 9, 1):
        await office.case(persons_in_case=persons)

    made = await office.report()

    assert [part.code for part in made.by("persons_in_case").parts] == ["1", "9", "10", UNKNOWN]


async def test_median_of_an_even_number_lies_between_the_middle_two(office):
    for minutes in (5, 10, 15, 300):
        await office.closed(await office.case(), MONDAY + A_DAY, minutes_to_claim=minutes, minutes_to_answer=minutes)

    made = await office.report()

    assert (made.to_claim.minutes, made.to_claim.cases) == (12.5, 4)


async def test_median_takes_stored_minutes_when_closed_and_instants_while_open(office):
    cut_to_days = {"first_claimed_at": MONDAY + A_DAY, "first_answered_at": MONDAY + A_DAY}
    closed = await office.case(**cut_to_days)
    await office.closed(closed, MONDAY + A_DAY, minutes_to_claim=10, minutes_to_answer=40)
    await office.case(first_claimed_at=MONDAY + 20 * A_MINUTE, first_answered_at=MONDAY + AN_HOUR)
    await office.case(first_claimed_at=MONDAY + 30 * A_MINUTE)
    await office.case()

    made = await office.report()

    assert (made.to_claim.minutes, made.to_claim.cases) == (20, 3)
    assert (made.to_answer.minutes, made.to_answer.cases) == (50, 2)


async def test_median_of_no_case_is_no_number(office):
    made = await office.report()

    assert (made.to_claim.minutes, made.to_claim.cases) == (None, 0)


async def test_unanswered_cases_are_the_open_and_the_closed_but_not_the_withdrawn(office):
    await office.case()
    await office.closed(await office.case(), MONDAY + A_DAY, outcome="no_contact")
    await office.closed(await office.case(), MONDAY + A_DAY, outcome="withdrawn")
    await office.closed(await office.case(first_answered_at=MONDAY), MONDAY + A_DAY, outcome="answered")

    made = await office.report()

    assert (made.cases, made.unanswered) == (4, 2)


async def test_withdrawn_case_that_was_opened_again_is_owed_an_answer(office):
    case = await office.case()
    await office.closed(case, MONDAY, outcome="withdrawn")
    await office.reopened(case, MONDAY + A_DAY)

    made = await office.report()

    assert made.unanswered == 1


async def test_open_at_the_end_is_read_from_the_ledger_of_that_day(office):
    july = datetime(2026, 7, 3, 9, tzinfo=UTC)
    await office.closed(await office.case(), july)
    await office.closed(await office.case(), MONDAY + A_DAY)
    again = await office.case()
    await office.closed(again, MONDAY + A_DAY)
    await office.reopened(again, MONDAY + 2 * A_DAY)
    claimed = await office.case()
    await office.happened(claimed, CaseEventKind.CLAIMED, MONDAY + AN_HOUR)
    withdrawn = await office.case()
    await office.happened(withdrawn, CaseEventKind.WITHDRAWN, MONDAY + AN_HOUR)

    made = await office.report()

    assert (made.cases, made.still_open) == (5, 3)


async def test_case_late_twice_is_one_late_case(office):
    case = await office.case()
    await office.happened(case, CaseEventKind.LATE, MONDAY + A_DAY)
    await office.happened(case, CaseEventKind.LATE, MONDAY + 2 * A_DAY)
    await office.case()

    made = await office.report()

    assert made.late == 1


async def test_volunteer_minutes_are_those_of_closings_in_the_period(office):
    older = await office.case(datetime(2025, 12, 30, 9, tzinfo=UTC))
    await office.closed(older, datetime(2026, 1, 2, 9, tzinfo=UTC), minutes=45)
    case = await office.case()
    await office.closed(case, MONDAY, minutes=20)
    await office.closed(case, datetime(2026, 7, 1, 9, tzinfo=UTC), minutes=90)
    await office.closed(await office.case(), MONDAY, minutes=None)
    await office.closed(await office.case(), MONDAY, minutes=None, outcome="withdrawn")
    await office.closed(await office.case(), MONDAY, minutes=None, is_advice=False)

    made = await office.report()

    assert (made.volunteer_minutes, made.closings_without_minutes) == (65, 1)


async def test_refused_media_are_counted_by_kind_in_the_period(office):
    for kind in ("voice", "photo", "voice"):
        await office.refused(kind)
    await office.refused("photo", datetime(2026, 6, 30, 22, 30, tzinfo=UTC))

    refused = (await office.report()).refused

    assert [(part.code, part.count) for part in refused.parts] == [("voice", 2), ("photo", 1), (UNKNOWN, 0)]
    assert refused.total == 3


async def test_case_never_closed_has_an_outcome_row_of_its_own(office):
    await office.case()
    await office.closed(await office.case(), MONDAY)
    await office.closed(await office.case(), MONDAY, outcome="answered")

    outcome = (await office.report()).by("outcome")

    assert [outcome.count(code) for code in ("not_closed", UNKNOWN, "answered")] == [1, 1, 1]
    assert (outcome.answered, outcome.percent("answered"), outcome.percent("not_closed")) == (1, 100, None)


async def test_period_is_over_when_its_last_office_day_is(office):
    half_past_midnight = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert (await office.report(now=half_past_midnight)).is_over
    assert not (await office.report(now=half_past_midnight - AN_HOUR)).is_over


async def test_period_that_ends_before_it_begins_is_refused(office):
    with pytest.raises(BadInput) as refusal:
        await office.report(LAST, FIRST)

    assert refusal.value.code == "period_backwards"


@pytest.mark.parametrize(
    ("day", "whole_month", "whole_half"),
    [
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2028, 2, 29), (date(2028, 2, 1), date(2028, 2, 29)), (date(2028, 1, 1), date(2028, 6, 30))),
        (date(2026, 6, 30), (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 7, 1), (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 7, 1), date(2026, 12, 31))),
        (date(2026, 12, 31), (date(2026, 12, 1), date(2026, 12, 31)), (date(2026, 7, 1), date(2026, 12, 31))),
    ],
)
def test_month_and_half_year_hold_their_day(day, whole_month, whole_half):
    assert (month(day), half_year(day)) == (whole_month, whole_half)


async def test_file_begins_by_saying_that_it_is_for_inside_use(office):
    text = forms.to_csv(await office.report(), words())

    assert text.startswith("\ufeffInside use only.\r\n")


async def test_every_row_of_the_file_is_in_its_section_with_number_and_share(office):
    case = await office.case(category="housing")
    await office.closed(case, MONDAY, minutes_to_claim=5)
    await office.closed(await office.case(category="housing"), MONDAY, minutes_to_claim=10)
    await office.case()

    rows = rows_of(forms.to_csv(await office.report(), words(cat_housing="Bostad")))

    housing = ["report_section_category", "Bostad", "2", "100", "2", "housing", ""]
    unknown = ["report_section_category", "report_unknown", "1", "", "", UNKNOWN, ""]
    total = ["report_section_category", "report_total", "3", "", "", "total", "report_def_category"]
    claim = ["report_section_figures", "report_figure_to_claim", "7,5", "", "2", "to_claim", "report_def_to_claim"]
    assert [row for row in (housing, unknown, total, claim) if row not in rows] == []
    assert {len(row) for row in rows[rows.index([]) + 1 :]} == {len(forms.COLUMNS)}


async def test_every_figure_and_table_of_the_file_carries_its_definition(office):
    rows = rows_of(forms.to_csv(await office.report(), words()))

    said = {row[-1] for row in rows if row}
    keys = {key for key in forms.sentence_keys() if key.startswith("report_def_")}
    assert keys - said == set()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
async def test_cell_that_a_spreadsheet_would_run_is_made_text(office, start):
    await office.case(region=f'{start}HYPERLINK("x";"y")')

    rows = rows_of(forms.to_csv(await office.report(), words()))

    assert f'\'{start}HYPERLINK("x";"y")' in [row[1] for row in rows if len(row) > 1]
    assert [cell for row in rows for cell in row if cell.startswith(start)] == []


async def test_neither_form_holds_a_bidi_character(office):
    await office.case(region="\u2067north\u2069\u200f")
    made = await office.report()

    both = forms.to_csv(made, words()) + forms.to_text(made, words())

    assert "north" in both
    assert set(both) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") == set()


async def test_terminal_text_aligns_the_numbers_and_explains_them(office):
    await office.case(first_visit="yes")
    await office.case(first_visit="no")

    text = forms.to_text(await office.report(), words())

    rows = [re.match(r"  (\S+) +(\S+)", line) for line in text.split("report_definitions")[0].splitlines()]
    assert len({row.end() for row in rows if row}) == 1
    assert ("report_figure_cases", "2") in [row.groups() for row in rows if row]
    assert "50 % (n = 2)" in text
    assert text.splitlines()[0] == "Inside use only."
    assert "  report_figure_visits: report_def_visits" in text
    assert "cat_housing" not in text


async def test_running_period_says_that_its_figures_will_change(office):
    over = forms.to_text(await office.report(), words())
    running = forms.to_text(await office.report(now=MONDAY), words())

    assert ("report_not_over" in over, "report_not_over" in running) == (False, True)
