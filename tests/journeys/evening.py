"""The given of an evening in December 2026, at every door, and the ledger of who was told what, step by step.

It must not do what people do (`doors.py`), nor know in which order.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from bot.cases import promising, queue
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import access
from bot.roster.staffing import present
from bot.service import Service
from bot.telling.render import prompt_of
from bot.telling.rounds import Rounds
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff
from tests.journeys.doors import (
    Answerer,
    AnswererAtTheDesk,
    AnswererOnTelegram,
    Asker,
    AskerOnTelegram,
    AskerOnTheWeb,
    Doors,
    both_doors,
    plain,
)

ZONE = ZoneInfo("Europe/Stockholm")
TUESDAY = date(2026, 12, 1)
WEDNESDAY, ITS_DAY = TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=7)
CHATS = {"Karin": 700, "Amina": 500, "Bo": 501, "Cia": 502}
# Told of the roster, of browsers and of what is taken off a phone: none of it is about where her case stands.
BESIDE = {
    Notice.LINKED, Notice.NEW_DEVICE, Notice.DESK_LINK, Notice.UNSAY, Notice.WORDS_AT_DESK, Notice.OVERVIEW,
    Notice.SHIFT_GAP, Notice.SHIFT_REMINDER,
}  # fmt: skip
PHONE = "phone:"  # what a phone is told and the desk's pages show by themselves
WORDS = {"telegram": "words", "web": "new_words"}  # hers; what she writes on the web is not sent through Telegram
ARABIC, LATIN = re.compile("[\u0600-\u06ff]"), re.compile("[A-Za-zÅÄÖåäö]")


@dataclass
class Evening:
    """She, three others who wait, and those who answer; what each has been told, step by step."""

    doors: Doors
    her_door: str
    staff_door: str
    her: Asker
    staff: dict[str, Staff] = field(default_factory=dict)
    answerers: dict[str, Answerer] = field(default_factory=dict)
    others: list[Newcomer] = field(default_factory=list)
    she: Newcomer | None = None
    _seen: set[int] = field(default_factory=set)

    @property
    def service(self) -> Service:
        return self.doors.house.service

    @property
    def case(self) -> int:
        assert self.she
        return self.she.case_id

    async def at(self, day: date, hour: int, minute: int = 0) -> None:
        """It is that time on the wall, and what was due has been done and said."""
        clock.freeze(clock.wall(day, time(hour, minute), ZONE))
        await Rounds(self.service)._arm_regular()
        await builders.do_all_due(self.service)
        await self.doors.house.settle()

    async def told(self, **expected: str) -> None:
        """These people, and nobody else, were told exactly this since it was asked last, by kinds; each of hers stands
        on her screen in her language. A card that changes where it stands tells nothing anew."""
        await self.doors.house.settle()
        found: dict[str, list[str]] = {}
        hers: list[Row] = []
        for name, person_id in self._people():
            for row in await builders.said_to(self.service, person_id):
                if row.id in self._seen:
                    continue
                self._seen.add(row.id)
                if row.edits is None and row.kind not in BESIDE:
                    found.setdefault(name, []).append(str(row.kind))
                    if name == "she" and row.kind != Notice.ASK_LANGUAGE:  # in all of them, until one is chosen
                        hers.append(row)
        meant = {name: kinds for name, line in expected.items() if (kinds := self._kinds(line))}
        told = {name: sorted(kinds) for name, kinds in found.items()}
        assert told == meant, f"{clock.now():%d %H:%M} UTC: told {told}, not {meant}"
        if hers:
            await self._she_reads(hers)

    def _people(self) -> Iterator[tuple[str, int]]:
        yield from ((name, one.id) for name, one in self.staff.items())
        yield from (("others", one.id) for one in self.others)
        if self.she:
            yield "she", self.she.id

    def _kinds(self, line: str) -> list[str]:
        kinds = [kind for kind in line.split() if self.staff_door == "telegram" or not kind.startswith(PHONE)]
        bare = [kind.removeprefix(PHONE) for kind in kinds]
        return sorted(WORDS[self.her_door] if kind == "words" else kind for kind in bare)

    async def _she_reads(self, rows: list[Row]) -> None:
        shown = _squeezed(await self.her.reads())
        async with self.service.store.look() as db:
            texts = [(await prompt_of(db, self.service, row)).text for row in rows]
        for text in texts:
            assert all(_squeezed(line) in shown for line in text.splitlines()), text
            assert len(ARABIC.findall(text)) > len(LATIN.findall(text)), text

    async def here(self) -> set[str]:
        """Who counts as present."""
        async with self.service.store.look() as db:
            there = {one.id for one in await present(db, clock.now(), ZONE)}
        return {name for name, one in self.staff.items() if one.id in there}

    async def promised_now(self) -> tuple[str, str]:
        """What a newcomer in her place is told now of when a person answers, and from what time on if it is later."""
        async with self.service.store.work() as work:
            case, on_shift = await access.seen_case(work.db, self.case), await queue.volunteers_on_shift(work)
            told = (await promising.promise_for(work, case, on_shift)).told
        return str(told.promise), f"{told.at.astimezone(ZONE):%H:%M}" if told.at else ""

    async def read_by(self, name: str, kind: Notice) -> str:
        """The newest of this kind, as they read it."""
        return plain((await builders.screen(self.service, self.staff[name].id, kind))[-1])

    async def holder(self) -> str | None:
        assert self.she
        row = await builders.case_row(self.she)
        return next((name for name, one in self.staff.items() if one.id == row.volunteer_id), None)


def _squeezed(text: str) -> str:
    """Its letters: a page sets spaces of its own."""
    return "".join(plain(text).split())


@asynccontextmanager
async def evening_of(
    url: str, folder: Path, catalogues: Catalogues, *, her_door: str, staff_door: str
) -> AsyncIterator[Evening]:
    """Three in the afternoon: Amina and Bo are to come from seven to one at night; Cia may be asked."""
    clock.freeze(clock.wall(TUESDAY, time(15), ZONE))
    async with both_doors(url, folder, catalogues) as doors:
        her = AskerOnTelegram(doors, "ar") if her_door == "telegram" else AskerOnTheWeb(doors, "ar")
        made = Evening(doors, her_door, staff_door, her)
        for name, chat in CHATS.items():
            chat_id = chat if staff_door == "telegram" else None
            if name == "Karin":
                made.staff[name] = await builders.coordinator(made.service, chat_id=chat_id)
                continue
            staff = await builders.volunteer(made.service, name, on_shift=False, chat_id=chat_id)
            made.staff[name] = staff
            made.answerers[name] = AnswererOnTelegram(doors, chat) if chat_id else AnswererAtTheDesk(doors, staff)
        amina, bo, cia = (made.staff[name] for name in ("Amina", "Bo", "Cia"))
        await builders.stands(made.service, cia, may_be_asked=True)
        begins, later = clock.wall(TUESDAY, time(19), ZONE), clock.wall(ITS_DAY, time(8), ZONE)
        await builders.shift(made.service, amina, bo, starts_at=begins, lasts=timedelta(hours=6))
        await builders.shift(made.service, bo, starts_at=later, lasts=timedelta(hours=4))
        await made.told()
        yield made
