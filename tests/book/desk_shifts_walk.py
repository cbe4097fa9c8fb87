"""What volunteers and coordinators see at the desk of shifts: their own, the week, one shift, words to many.

It must not know how a page looks.
"""

import re
from datetime import timedelta

from sqlalchemy import update

from bot.engine import clock
from bot.people.standing import PROFILES
from tests import builders
from tests.book.walking import Walk
from tests.builders import Staff
from tests.channels.web_fixtures import Site

OWN, WEEK, ANNOUNCE, PLACE = "/desk/shifts", "/desk/shifts/week", "/desk/announce", "linero"
IN_A_WEEK, LONG = timedelta(days=7), timedelta(hours=3)


async def volunteers(site: Site, walk: Walk, other: Staff, coordinator: Staff) -> None:
    """Their own shifts and free ones: taken, left, not kept; the calendar."""
    async with site.service.store.work() as work:
        await work.db.execute(update(PROFILES).values(may_be_asked=True))
    begins = clock.now() + IN_A_WEEK
    shift = await builders.shift(site.service, other, starts_at=begins, lasts=LONG, place=PLACE)
    full = await builders.shift(site.service, other, coordinator, starts_at=begins + LONG * 3, lasts=LONG)
    await walk.opens(OWN)
    await sends(walk, f"{OWN}/{full}/sign-up", "one that is full by now")
    await sends(walk, f"{OWN}/{shift}/sign-up", "taken")
    await sends(walk, f"{OWN}/{shift}/leave", "left")
    await sends(walk, f"{OWN}/{shift}/sign-up", "taken again")
    await walk.opens(f"{OWN}/{shift}/cant")
    await sends(walk, f"{OWN}/{shift}/come", "meant otherwise")
    await sends(walk, f"{OWN}/{shift}/cant", "meant")
    ask = re.search(r"/desk/shifts/open/\d+/ask", walk.page.text)
    assert ask, walk.page.words
    await sends(walk, ask[0], "others are asked")
    await walk.opens(f"{OWN}/calendar")
    await walk.sends(f"{OWN}/calendar", note="an address was made")
    await walk.opens(f"{OWN}/calendar", "there is one")
    await walk.sends(f"{OWN}/calendar/end", note="there is none any more")


async def coordinators(site: Site, walk: Walk, other: Staff) -> None:
    """The week, a shift from its making to its end, words to many."""
    day = (clock.now() + IN_A_WEEK * 2).date().isoformat()
    form = {"place": PLACE, "day": day, "starts": "13:00", "ends": "16:00", "needed": "2", "wants": "ar"}
    await walk.opens(WEEK)
    await sends(walk, WEEK, "it ends when it begins", **form | {"ends": "13:00"})
    await sends(walk, WEEK, "a new shift", **form)
    found = re.search(r"/desk/shifts/(\d+)/cancel", walk.page.text)
    assert found, walk.page.words
    shift = f"{OWN}/{found[1]}"
    await sends(walk, WEEK, "the same once more", **form)
    await walk.opens(f"{WEEK}?day={day}", "a week with a shift")
    await walk.opens(shift)
    await sends(walk, f"{shift}/assign", "nobody was chosen")
    await sends(walk, f"{shift}/assign", "somebody is put on it", person=str(other.id))
    await sends(walk, f"{shift}/ask", "others are asked")
    await sends(walk, f"{shift}/unassign", "and taken off it", person=str(other.id))
    await sends(walk, f"{shift}/unassign", "who is not on it", person=str(other.id))
    await sends(walk, f"{shift}/cancel", "it is cancelled", reason="illness")
    await sends(walk, f"{shift}/cancel", "once more")
    await walk.opens(ANNOUNCE)
    await walk.sends(ANNOUNCE, {"to": "all", "text": ""}, "no words")
    words = {"to": "all", "text": "Hej!"}
    await walk.sends(ANNOUNCE, words, "how many get it")
    await sends(walk, f"{ANNOUNCE}/send", "sent", **words)


async def sends(walk: Walk, path: str, note: str, **fields: str) -> None:
    """A form of the page that is open, pressed by itself."""
    press = re.search(r'name="press" value="(\d+)"', walk.page.text)
    await walk.sends(path, fields | ({"press": press[1]} if press else {}), note)
