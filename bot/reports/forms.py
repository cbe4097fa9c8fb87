"""A report as people read it: a spreadsheet's file, or text for the terminal, in the reader's language.

Both are written from the same lines, so they cannot disagree, and each figure's definition goes with it.
It must not count anything (`figures.py` does) nor hide small numbers: what is made here is for inside use.
"""

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from babel.numbers import format_decimal

from bot.hours.sessions_held import Session, State
from bot.language.i18n import Ltr, Words
from bot.language.textshape import without_bidi_controls
from bot.reports.breakdowns import LISTED, NOT_CLOSED, Breakdown
from bot.reports.figures import Median, Report
from models.closing import UNKNOWN
from models.hours import Door

# Excel takes a file without this mark to be in the computer's old code page, and shows Ã¶ for ö.
BYTE_ORDER_MARK = "\ufeff"
# Where the decimal sign is a comma, as in Sweden, Excel expects semicolons between the cells.
SEPARATOR = ";"
# A spreadsheet runs a cell that begins so as a formula. Source: OWASP, CSV injection.
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT_WIDTH = 100

FIGURES = (
    "cases", "visits", "persons", "persons_unknown", "first_time", "to_claim", "to_answer", "unanswered", "still_open",
    "late", "not_advice", "not_advice_visits", "volunteer_minutes", "closings_without_minutes", "sessions_held",
    "sessions_goal", "sessions_beside", "sessions_unstaffed", "sessions_cancelled", "sessions_coming",
    "sessions_online",
)  # fmt: skip
SECTIONS = (*LISTED, "refused", "sessions_place", "sessions_reason")
EXPLAINED_SECTIONS = (
    "category", "organisation", "organisation_group", "outcome", "persons_in_case", "refused", "sessions_place",
    "sessions_reason",
)  # fmt: skip
SESSION_COLUMNS = ("day", "place", "door", "opens", "closes", "advisers", "state", "reason")
COLUMNS = ("section", "row", "count", "percent", "base", "code", "definition")

PREFIXES = {
    "channel": "ch_", "language": "language_", "category": "cat_", "outcome": "outcome_", "age": "age_",
    "situation": "situation_", "organisation_group": "report_group_", "refused": "report_refused_",
    "how_found": "found_", "region": "citizenship_", "sessions_reason": "reason_",
}  # fmt: skip
# Where the label elsewhere is a button's, with a placeholder, or the bare code would mean something else.
OWN_LABELS = {
    ("gender", "other"): "gender_other",
    ("situation", "permit"): "residence_permit",
}


class Line(NamedTuple):
    """One row as it is shown; what does not apply is empty."""

    section: str
    label: str
    number: str
    percent: str
    base: str
    code: str
    definition: str


def to_csv(report: Report, words: Words) -> str:
    """The report for a spreadsheet: what it is, then a header and one line for each figure and part.

    Begins with a byte order mark; lines end in CRLF, so write it as UTF-8 without translating line ends.
    """
    written = io.StringIO()
    rows = csv.writer(written, delimiter=SEPARATOR)
    rows.writerows([_cell(sentence)] for sentence in _heading(report, words))
    rows.writerow([])
    rows.writerow(_cell(words(f"report_column_{column}")) for column in COLUMNS)
    rows.writerows([_cell(value) for value in line] for line in _lines(report, words))
    return BYTE_ORDER_MARK + written.getvalue()


def to_text(report: Report, words: Words) -> str:
    """The report for the terminal: aligned columns, parts that nobody named left out, the definitions last."""
    heading = [wrapped for sentence in _heading(report, words) for wrapped in textwrap.wrap(sentence, TEXT_WIDTH)]
    lines = list(_lines(report, words))
    shown = [line for line in lines if line.number != "0" or line.code in (*FIGURES, UNKNOWN, "total")]
    text = "\n".join([*heading, *_aligned(shown, words), "", *_definitions(lines, words), ""])
    return without_bidi_controls(text)


def sessions_csv(sessions: Iterable[Session], words: Words) -> str:
    """Every session for a spreadsheet: day, place, how it is met, from, to, advisers, what became of it, why."""
    written = io.StringIO()
    rows = csv.writer(written, delimiter=SEPARATOR)
    rows.writerow(_cell(words(f"sessions_column_{column}")) for column in SESSION_COLUMNS)
    for one in sessions:
        opening = one.opening
        state, door = words(f"session_{one.state}"), words(f"door_{one.door}")
        reason = words(f"reason_{one.reason}") if f"reason_{one.reason}" in words else one.reason
        times = f"{opening.opens:%H:%M}", f"{opening.closes:%H:%M}"
        row = (opening.on_day.isoformat(), one.place, door, *times, str(one.advisers), state, reason)
        rows.writerow(_cell(value) for value in row)
    return BYTE_ORDER_MARK + written.getvalue()


def label_keys(section: str, code: str) -> tuple[str, ...]:
    """The catalogue keys that may name a code, the first that exists being the one: the catalogues' own labels first.

    A code that no catalogue names is shown as it is, rather than keeping the whole report from being made.
    """
    if code in (UNKNOWN, NOT_CLOSED, "total"):
        return (f"report_{code}",)
    if (section, code) in OWN_LABELS:
        return (OWN_LABELS[section, code],)
    return (PREFIXES[section] + code, code) if section in PREFIXES else (code,)


def sentence_keys() -> frozenset[str]:
    """Every key the report asks for by a made-up name, beside the labels; for the test of the catalogues."""
    made = [f"report_column_{column}" for column in COLUMNS] + [
        f"report_section_{name}" for name in ("figures", *SECTIONS)
    ]
    made += [f"report_figure_{name}" for name in FIGURES]
    made += [f"sessions_column_{column}" for column in SESSION_COLUMNS] + [f"session_{state}" for state in State]
    made += [f"door_{door}" for door in Door]
    return frozenset(made + [f"report_def_{name}" for name in (*FIGURES, *EXPLAINED_SECTIONS, "parts")])


def _heading(report: Report, words: Words) -> list[str]:
    first, last = Ltr(report.first.isoformat()), Ltr(report.last.isoformat())
    made_at = words.day_and_time(report.made_at, report.zone)
    heading: list[str] = [
        words("report_inside_use"),
        words("report_title"),
        words("report_period", first=first, last=last, zone=Ltr(report.zone.key)),
        words("report_made", at=made_at),
    ]
    return heading if report.is_over else [*heading, words("report_not_over")]


def _lines(report: Report, words: Words) -> Iterator[Line]:
    for figure in FIGURES:
        yield _figure(report, figure, words)
    for breakdown in (*report.breakdowns, report.refused, report.sessions_place, report.sessions_reason):
        yield from _parts(breakdown, words)


def _figure(report: Report, name: str, words: Words) -> Line:
    label, definition = words(f"report_figure_{name}"), words(f"report_def_{name}")
    count, percent, base = _values(report, name, words)
    return Line(words("report_section_figures"), label, count, percent, base, name, definition)


def _values(report: Report, name: str, words: Words) -> tuple[str, str, str]:
    if name == "first_time":
        asked = report.by("first_visit")
        return str(asked.count("yes")), _number(asked.percent("yes"), words), str(asked.answered)
    value = getattr(report, name)
    if isinstance(value, Median):
        return _number(value.minutes, words), "", str(value.cases)
    return str(value), "", ""


def _parts(breakdown: Breakdown, words: Words) -> Iterator[Line]:
    section = words(f"report_section_{breakdown.name}")
    key = breakdown.name if breakdown.name in EXPLAINED_SECTIONS else "parts"
    for part in breakdown.parts:
        percent = _number(breakdown.percent(part.code), words)
        base = str(breakdown.answered) if percent else ""
        yield Line(section, _label(breakdown.name, part.code, words), str(part.count), percent, base, part.code, "")
    definition = words(f"report_def_{key}")
    yield Line(section, words("report_total"), str(breakdown.total), "", "", "total", definition)


def _label(section: str, code: str, words: Words) -> str:
    return next((words(key) for key in label_keys(section, code) if key in words), code)


def _number(value: float | None, words: Words) -> str:
    """With the decimal sign that a spreadsheet in this language reads; empty if there is none."""
    return "" if value is None else format_decimal(value, "0.#", locale=words.language)


def _cell(value: str) -> str:
    text = without_bidi_controls(value)
    return "'" + text if text.startswith(STARTS_FORMULA) else text


def _aligned(lines: list[Line], words: Words) -> Iterator[str]:
    """Each section under its name, its numbers in columns as wide as the widest label needs."""
    label_width = max(len(line.label) for line in lines)
    count_width = max(len(line.number) for line in lines)
    section = ""
    for line in lines:
        if line.section != section:
            section = line.section
            yield from ("", section)
        share = words("report_share", percent=line.percent, base=line.base) if line.percent else ""
        base = words("report_base", base=line.base) if line.base and not line.percent else ""
        yield f"  {line.label:<{label_width}}  {line.number or '–':>{count_width}}  {share}{base}".rstrip()


def _definitions(lines: list[Line], words: Words) -> Iterator[str]:
    """What each figure and section means; what holds for every other section, once."""
    yield words("report_definitions")
    of_parts = words("report_def_parts")
    for line in lines:
        if line.definition and line.definition != of_parts:
            name = line.section if line.code == "total" else line.label
            yield from _indented(words("report_definition", name=name, definition=line.definition))
    yield from _indented(of_parts)


def _indented(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, TEXT_WIDTH, initial_indent="  ", subsequent_indent="    ")
