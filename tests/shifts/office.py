"""An office with a coordinator and volunteers on Telegram, as they would type and press. In December 2026."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.people.standing import PEOPLE, PROFILES
from bot.places import places
from handlers.cli.trial import add_online_place
from models.people import Role
from tests import builders
from tests.botapi import Shown
from tests.channels.telegram_house import House, telegram_house

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday, nine o'clock in Lund
MONDAY = date(2026, 12, 7)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CHATS = {"Karin": 700, "Robin": 701, "Amina": 500, "Bo": 501, "Cleo": 502, "Dag": 503}
COORDINATORS = ("Karin", "Robin")


@dataclass
class ShiftOffice:
    """Everybody, by name."""

    house: House
    staff: dict[str, builders.Staff] = field(default_factory=dict)

    async def types(self, who: str, text: str) -> str:
        """They write; what stands in their chat last, without the marks of direction."""
        await self.house.hears(CHATS[who], text)
        return self.reads(who)

    async def replies(self, who: str, text: str, to: int | None = None) -> str:
        """They write in answer to what stands last, or to this message; what stands in their chat last."""
        answered = self.shows(who).message_id if to is None else to
        await self.house.api.says(CHATS[who], text, reply_to=answered, language_code="sv")
        await self.house.settle()
        return self.reads(who)

    async def presses(self, who: str, *labels: str) -> str:
        """They press buttons of what stands last, by what those say; what stands there then."""
        for label in labels:
            answer = await self.house.pressed(CHATS[who], self.button(who, label), self.shows(who).message_id)
            assert answer in ("", "Tack!"), (label, answer)
        return self.reads(who)

    def button(self, who: str, label: str) -> str:
        buttons = [button for row in self.shows(who).buttons for button in row]
        named = {without_bidi_controls(button.label): button.action for button in buttons}
        assert label in named, named
        return named[label]

    def labels(self, who: str) -> list[str]:
        return [without_bidi_controls(label) for label in self.shows(who).labels]

    def shows(self, who: str) -> Shown:
        return self.house.api.chat(CHATS[who]).last

    def reads(self, who: str) -> str:
        return without_bidi_controls(self.shows(who).text)

    def said(self, who: str) -> list[str]:
        return [without_bidi_controls(text) for text in self.house.texts(CHATS[who])]

    async def on(self, shift: int) -> list[str]:
        """Who is committed to be on the shift, by name."""
        rows = await builders.table(
            self.house.service, "SELECT person_id FROM assignments WHERE shift_id = :s", s=shift
        )
        called = {one.id: name for name, one in self.staff.items()}
        return sorted(called[row.person_id] for row in rows)

    async def shift(
        self, *names: str, day: date = MONDAY, begins: int = 13, hours: int = 3, place: str = "linero"
    ) -> int:
        """A shift of these people is there."""
        starts_at = clock.wall(day, time(begins), STOCKHOLM)
        those = [self.staff[name] for name in names]
        return await builders.shift(
            self.house.service, *those, starts_at=starts_at, lasts=timedelta(hours=hours), place=place
        )

    async def profile(self, who: str, **values: object) -> None:
        """What is known of them changes."""
        async with self.house.service.store.work() as work:
            mine = update(PROFILES).where(PROFILES.c.person_id == self.staff[who].id)
            await work.db.execute(mine.values(**values))

    async def speaks(self, who: str, *codes: str) -> None:
        """They speak these languages from now on."""
        async with self.house.service.store.work() as work:
            them = update(PEOPLE).where(PEOPLE.c.id == self.staff[who].id)
            await work.db.execute(them.values(speaks=list(codes)))

    async def later(self, at: datetime) -> None:
        """It is that time, what was due has been done and said."""
        clock.freeze(at)
        await builders.do_all_due(self.house.service)
        await self.house.settle()


@asynccontextmanager
async def shift_office(url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[ShiftOffice]:
    """Open until the block ends. Everybody has been introduced and may be asked; nobody has a shift."""
    clock.freeze(NOW)
    async with telegram_house(url, folder, catalogues) as house:
        office = ShiftOffice(house)
        async with house.service.store.work() as work:
            await add_online_place(work)
            await places.add_place(work, code="stadsbiblioteket", name_key="lund_city_library", address="Testgatan 1")
            await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 2")
        for name, chat_id in CHATS.items():
            speaks = ("sv", "ar") if name in ("Amina", *COORDINATORS) else ("sv",)
            role = Role.COORDINATOR if name in COORDINATORS else Role.VOLUNTEER
            office.staff[name] = await builders.volunteer(
                house.service, name, speaks=speaks, on_shift=False, chat_id=chat_id, role=role
            )
            await office.profile(name, may_be_asked=name not in COORDINATORS)
        await house.settle()
        yield office
