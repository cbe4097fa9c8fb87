"""From the usual week and a term to what the desk's pages about them show, in the sentences that Telegram has.

It must not load a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from bot.language.i18n import Words
from bot.shifts.phrases import place_of
from bot.shifts.texts_term import (
    TermPreview,
    TermShift,
    WeekLineTold,
    WeekShown,
    left_out_line,
    line_name,
    line_with_needs,
    term_shift_name,
)
from handlers.web.desk.shifts.acting import number
from handlers.web.desk.shifts.view import Shown, heading
from handlers.web.frame.view import inline

MOST_COUNTED = 9_999


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the usual week: its id, as people name it, and with what it needs."""

    id: int
    name: Markup
    whole: Markup


def week_lines(words: Words, week: WeekShown) -> list[LineShown]:
    """The lines, Monday first."""
    return [
        LineShown(one.line, inline(line_name(words, one)), inline(line_with_needs(words, one))) for one in week.week
    ]


def week_told(words: Words, week: WeekShown) -> str:
    """What has just been done with a line."""
    if week.added:
        return inline(words("week_line_added", line=line_name(words, week.added)))
    return inline(words("week_line_removed", line=line_name(words, week.removed))) if week.removed else ""


def put_back(words: Words, line: WeekLineTold | None) -> LineShown | None:
    """The line that has just been taken away, and what the button says that puts it back."""
    if line is None:
        return None
    label = inline(words("shift_leave_button", shift=line_name(words, line)))
    return LineShown(line.line, label, label)


def terms_ahead(words: Words, week: WeekShown) -> list[LineShown]:
    """Published terms, and what the link says that leads to cancelling what is left of one."""
    return [LineShown(one.number, inline(one.named(words)), inline(one.button(words).label)) for one in week.terms]


def term_told(words: Words, asked: Mapping[str, str]) -> str:
    """What has just been done with a term; nothing, if the address says nothing of the kind."""
    if "dropped" in asked:
        return words("term_dropped")
    if cancelled := number(asked.get("cancelled", "")):
        return words("term_off_done", n=min(cancelled, MOST_COUNTED))
    first, _, rest = asked.get("published", "").partition("..")
    last, _, count = rest.partition("..")
    if not (count.isdecimal() and count.isascii() and int(count) <= MOST_COUNTED):
        return ""
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return ""
    return inline(words("term_published", first=words.date(days[0]), last=words.date(days[1]), n=int(count)))


def term_shown(words: Words, term: TermPreview, shifts: Sequence[TermShift]) -> Shown:
    """A term that is not published yet."""
    total = len(shifts)
    title = words("term_preview", first=words.date(term.first), last=words.date(term.last), n=total)
    return {
        "draft": term.draft, "first": term.first.isoformat(), "last": term.last.isoformat(), "count": total,
        "title": heading(title),
        "places": [inline(words("term_place", place=place_of(words, one), n=one.shifts)) for one in term.places],
        "left_out": [inline(left_out_line(words, one)) for one in term.left_out],
        "shifts": [inline(term_shift_name(words, one)) for one in shifts],
        "publish": words("term_publish", n=total) if total else "",
        "turn": words("term_without_holidays" if term.holidays else "term_with_holidays"),
        "turn_to": "0" if term.holidays else "1",
    }  # fmt: skip
