"""What volunteers are asked at the desk about shifts and what they take every time, and how a term is planned there.

It must not know how a page looks.
"""

import re
from datetime import datetime, timedelta

from bot.engine import clock
from bot.shifts import making, swaps, taking
from tests import builders
from tests.book.desk_shifts_walk import LONG, OWN, PLACE, sends
from tests.book.walking import Walk
from tests.builders import Staff
from tests.channels.web_fixtures import Page, Site

TEMPLATE, TERMS, UNDO = f"{OWN}/template", f"{OWN}/terms", "/desk/undo"
IN_A_MONTH, A_DAY = timedelta(days=30), timedelta(days=1)


async def asked(site: Site, walk: Walk, mine: Staff, other: Staff) -> None:
    """To stand in, to swap, whether they come; and what they take every time."""
    begins = clock.now() + IN_A_MONTH
    first, second = [await _to_stand_in(site, other, begins + A_DAY * days) for days in (0, 1)]
    await walk.opens(OWN, "asked to stand in")
    await sends(walk, f"{OWN}/{first}/decline", "no")
    await walk.opens("/desk", "still asked about another shift")
    await sends(walk, f"{OWN}/{second}/take", "yes")
    await _swaps(site, walk, mine, other, begins + A_DAY * 3)
    await sends(walk, f"{OWN}/{second}/every", "neither every week nor every other", weeks="3")
    await sends(walk, f"{OWN}/{second}/every", "every week", weeks="1")
    await sends(walk, f"{OWN}/{second}/every", "every other week", weeks="2")
    ends = _found(walk, r"/desk/shifts/standing/\d+/end")
    await sends(walk, ends, "no more")
    await sends(walk, ends, "once more")
    soon = await builders.shift(site.service, mine, starts_at=clock.now() + LONG * 4, lasts=LONG, place=PLACE)
    await walk.opens(OWN, "a shift is near")
    await sends(walk, f"{OWN}/{soon}/come", "they come")


async def _to_stand_in(site: Site, other: Staff, begins: datetime) -> int:
    """Somebody cannot come, and whoever fits is asked."""
    shift = await builders.shift(site.service, other, starts_at=begins, lasts=LONG, place=PLACE)
    async with builders.acting(site.service, other) as work:
        gone = await taking.cannot_come(work, shift)
        await taking.ask_stand_in(work, gone.open_place)
    return shift


async def _swaps(site: Site, walk: Walk, mine: Staff, other: Staff, begins: datetime) -> None:
    own = await builders.shift(site.service, mine, starts_at=begins, lasts=LONG, place=PLACE)
    await walk.opens(f"{OWN}/{own}/swap", "nobody has one that fits both")
    theirs = await builders.shift(site.service, other, starts_at=begins + A_DAY, lasts=LONG, place=PLACE)
    await walk.opens(f"{OWN}/{own}/swap")
    await sends(walk, f"{OWN}/{own}/swap", "no shift was chosen")
    await sends(walk, f"{OWN}/{own}/swap", "proposed", **{"for": f"{theirs}:{other.id}"})
    for answer in ("no", "yes"):
        async with builders.acting(site.service, other) as work:
            await swaps.propose(work, theirs, own, mine.id)
        await walk.opens(OWN, "a swap is proposed")
        swap = _found(walk, r"/desk/shifts/swaps/\d+")
        await sends(walk, f"{swap}/{answer}", answer)


async def planned(site: Site, walk: Walk, coordinator: Staff) -> None:
    """The usual week, a term made of it, and taking back the newest."""
    day = (clock.now() + IN_A_MONTH * 2).date()
    monday = day - timedelta(days=day.weekday())
    line = {"day": "0", "place": PLACE, "starts": "09:00", "ends": "12:00", "needed": "2", "wants": "ar"}
    await walk.opens(TEMPLATE)
    await sends(walk, TEMPLATE, "no day of the week", **line | {"day": ""})
    await sends(walk, TEMPLATE, "a line", **line)
    number = _found(walk, r"/desk/shifts/template/lines/\d+")
    await sends(walk, number, "changed", **line | {"needed": "3"})
    await sends(walk, number, "which is gone", **line)
    number = _found(walk, r"/desk/shifts/template/lines/\d+")
    await sends(walk, f"{number}/end", "taken away")
    await sends(walk, f"{number}/back", "put back")
    await sends(walk, TERMS, "no days")
    term = {"first": monday.isoformat(), "last": (monday + timedelta(days=13)).isoformat()}
    await sends(walk, TERMS, "a draft", **term)
    draft = _found(walk, rf"{TERMS}/\d+")
    await sends(walk, f"{draft}/holidays", "with holidays", included="1")
    await _changed(walk, draft)
    count = re.search(r'name="count" value="(\d+)"', walk.page.text)
    assert count, walk.page.words
    await sends(walk, f"{draft}/publish", "published", **term, count=count[1])
    await walk.opens(draft, "which is published")
    await _off(walk)
    bare = {"first": term["first"], "last": term["first"]}
    await sends(walk, TERMS, "another draft, of a day without a shift", **bare)
    draft = _found(walk, rf"{TERMS}/\d+")
    await sends(walk, f"{draft}/publish", "there is nothing in it")
    await sends(walk, f"{draft}/drop", "thrown away")
    await sends(walk, f"{draft}/publish", "which is gone")
    await _undone(site, walk, coordinator)


async def _off(walk: Walk) -> None:
    """What is left of the term is cancelled together."""
    await walk.opens(TEMPLATE, "a term is published")
    term = _found(walk, rf"{TERMS}/published/\d+")
    await walk.opens(term)
    await sends(walk, term, "cancelled", reason="illness", count="4")
    await walk.opens(term, "which is cancelled")


async def _changed(walk: Walk, draft: str) -> None:
    """The week has changed since the draft was shown."""
    number = _found_on(await walk.browser.get(TEMPLATE), r"/desk/shifts/template/lines/\d+")
    await walk.browser.post(f"{number}/end")
    line = {"day": "1", "place": PLACE, "starts": "09:00", "ends": "12:00", "needed": "2"}
    await walk.browser.post(TEMPLATE, line)
    await sends(walk, f"{draft}/publish", "what it was made of has changed")


async def _undone(site: Site, walk: Walk, coordinator: Staff) -> None:
    builders.a_second_later()
    shift = await builders.shift(site.service, starts_at=clock.now() + IN_A_MONTH * 4, lasts=LONG)
    async with builders.acting(site.service, coordinator) as work:
        await making.cancel(work, shift)
    await walk.opens(UNDO)
    await sends(walk, UNDO, "taken back", line=_found(walk, r'(?<=name="line" value=")\d+'))
    await sends(walk, UNDO, "what is no line", line="0")


def _found(walk: Walk, pattern: str) -> str:
    return _found_on(walk.page, pattern)


def _found_on(page: Page, pattern: str) -> str:
    found = re.search(pattern, page.text)
    assert found, page.words
    return found[0]
