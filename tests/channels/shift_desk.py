"""An office whose volunteers and coordinators sit at the desk, with shifts to take. In December 2026."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import update

from bot.cases import shift_starts
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.people.standing import PEOPLE, PROFILES
from bot.places import places
from handlers.cli.trial import add_online_place
from models.outbox import Notice
from tests import builders
from tests.builders import Staff
from tests.channels.hours_fixtures import STOCKHOLM
from tests.channels.web_fixtures import Browser, Page, Site, opened_site

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday, nine o'clock in Lund
MONDAY = date(2026, 12, 7)
NAME = "mån 7/12 13–16 Linero"
COORDINATORS = ("Karin", "Robin")
CHATS = {"Karin": 700, "Robin": 701, "Amina": 500, "Bo": 501, "Cleo": 502}


@dataclass
class ShiftDesk:
    """Everybody, by name, each with a browser of their own."""

    site: Site
    staff: dict[str, Staff] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    async def at(self, who: str) -> Browser:
        """Their browser, logged in."""
        if who not in self.browsers:
            self.browsers[who] = await self.site.desk_of(self.staff[who])
        return self.browsers[who]

    async def opens(self, who: str, path: str) -> Page:
        return await (await self.at(who)).get(path)

    async def sends(self, who: str, path: str, fields: dict | None = None, *, seen: Page | None = None) -> Page:
        """A form of the page that they have `seen`, or of their shifts as they are now."""
        page = seen or await self.opens(who, "/desk/shifts")
        return await (await self.at(who)).post(path, {"press": _press_in(page), **(fields or {})})

    async def shift(
        self, *names: str, day: date = MONDAY, begins: int = 13, hours: int = 3, place: str = "linero", needed: int = 2,
        wants: tuple[str, ...] = (),
    ) -> int:  # fmt: skip
        """A shift of these people is there."""
        starts_at = clock.wall(day, time(begins), STOCKHOLM)
        ids = [self.staff[name].id for name in names]
        async with self.site.service.store.work() as work:
            return await shift_starts.add_shift(
                work, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), person_ids=ids, place=place,
                needed=needed, wants=wants,
            )  # fmt: skip

    async def on(self, shift: int) -> list[str]:
        """Who is committed to be on the shift, by name."""
        sql = "SELECT person_id FROM assignments WHERE shift_id = :s"
        rows = await builders.table(self.site.service, sql, s=shift)
        called = {one.id: name for name, one in self.staff.items()}
        return sorted(called[row.person_id] for row in rows)

    async def told(self, who: str, *kinds: Notice) -> list[str]:
        """What was said to them on Telegram, without the marks of direction."""
        texts = await builders.screen(self.site.service, self.staff[who].id, *kinds)
        return [without_bidi_controls(text) for text in texts]

    async def joins(self, name: str) -> None:
        """A volunteer without Telegram, who may be asked."""
        self.staff[name] = await builders.volunteer(self.site.service, name, speaks=("sv",), on_shift=False)
        await self.profile(name, may_be_asked=True)

    async def speaks(self, who: str, *codes: str) -> None:
        """They speak these languages from now on."""
        async with self.site.service.store.work() as work:
            them = update(PEOPLE).where(PEOPLE.c.id == self.staff[who].id)
            await work.db.execute(them.values(speaks=list(codes)))

    async def later(self, at: datetime) -> None:
        """It is that time, and what was due has been done; everybody has logged in anew."""
        clock.freeze(at)
        await builders.do_all_due(self.site.service)
        self.browsers.clear()

    async def profile(self, who: str, **values: object) -> None:
        """What is known of them changes."""
        async with self.site.service.store.work() as work:
            mine = update(PROFILES).where(PROFILES.c.person_id == self.staff[who].id)
            await work.db.execute(mine.values(**values))


def _press_in(page: Page) -> str:
    return page.hidden("press") if 'name="press"' in page.text else ""


def read(html: str) -> str:
    """What one reads of a piece of a page: an element that only keeps a direction is no gap between words."""
    return Page(0, "", re.sub(r"</?bdi[^>]*>", "", html), {}).words


def alert_in(page: Page) -> str:
    """What stands in the refusal, as one reads it."""
    return read(page.text.partition('role="alert">')[2].partition("</p>")[0])


def part(page: Page, heading: str) -> str:
    """What stands below a heading, as one reads it, without what only a screen reader says."""
    found = page.text.partition(f'id="{heading}"')[2].partition("</section>")[0]
    return read(re.sub(r'<span class="offscreen">.*?</span>', "", f"<p {found}"))


@asynccontextmanager
async def shift_desk(url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """Open until the block ends. Everybody has been introduced; volunteers may be asked; nobody has a shift."""
    clock.freeze(NOW)
    async with opened_site(url, folder, catalogues) as site:
        desk = ShiftDesk(site)
        async with site.service.store.work() as work:
            await add_online_place(work)
            await places.add_place(work, code="stadsbiblioteket", name_key="lund_city_library", address="Testgatan 1")
            await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 2")
        for name, chat_id in CHATS.items():
            if name in COORDINATORS:
                desk.staff[name] = await builders.coordinator(site.service, name, chat_id=chat_id)
            else:
                speaks = ("sv", "ar") if name == "Amina" else ("sv",)
                desk.staff[name] = await builders.volunteer(
                    site.service, name, speaks=speaks, on_shift=False, chat_id=chat_id
                )
            await desk.profile(name, may_be_asked=name not in COORDINATORS)
        yield desk
