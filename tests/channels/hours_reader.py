"""The page with the opening hours, read by a program: what its `data-` attributes and `<time>` elements say.

As `handlers/web/pages/hours_view.py` describes it: a day that is not as usual stands instead of the week.
"""

from datetime import date, time

from lxml import html

from models.timetable import Span


class ReadPage:
    """What a program makes of the page's body."""

    def __init__(self, body: str) -> None:
        tree = html.fromstring(body)
        self.special = {
            (one.get("data-place"), one.get("data-day")): _spans(one)
            for one in tree.xpath("//*[@data-place][@data-day]")
        }
        self.week = [(_row(one), _spans(one)) for one in tree.xpath("//tr[@data-weekday]")]
        self.open = {one.get("data-open"): one.get("data-until") for one in tree.xpath("//*[@data-open]")}
        self.next = [(one.get("data-next"), one.get("data-day"), _spans(one)) for one in tree.xpath("//*[@data-next]")]

    def on(self, place: str, day: date) -> list[Span]:
        """When the place is open on that day."""
        told = day.isoformat()
        if (place, told) in self.special:
            return self.special[place, told]
        return [
            span
            for (where, weekday, first, last), spans in self.week
            if where == place and weekday == day.weekday() and first <= told <= last
            for span in spans
        ]


def _row(row: html.HtmlElement) -> tuple[str, int, str, str]:
    return row.get("data-place"), int(row.get("data-weekday")), row.get("data-first"), row.get("data-last")


def _spans(within: html.HtmlElement) -> list[Span]:
    found = []
    for span in within.xpath(".//*[contains(concat(' ', @class, ' '), ' span ')]"):
        opens, closes = (time.fromisoformat(one.get("datetime")) for one in span.iter("time"))
        found.append((opens, closes))
    return found
