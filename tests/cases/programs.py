"""A program of random acts is told and run: who is there when it begins, one act after another, what holds after each.

Owns when a story begins and how a program is made by hand. The suite runs short ones, `make chaos` long ones.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.engine import clock
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from tests import builders
from tests.cases.story import ACTS, LANES, WHO, Story, do
from tests.cases.story_holds import Reader
from tests.given import settings_for

Step = tuple[str, int, int]
Program = tuple[datetime, list[Step]]
# A day like others; the nights in which an hour does not exist, and comes twice.
BEGINS = (
    datetime(2026, 3, 11, 9, tzinfo=UTC), datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 10, 24, 21, tzinfo=UTC)
)  # fmt: skip

# What has happened when the random acts begin: nothing; both wait; one has an adviser and somebody else is there too;
# the case is offered to them; they have it, with a note and a day on which it comes back.
_BOTH_WAIT: list[Step] = [("writes", 0, 0), ("writes", 0, 1)]
_ONE_HAS_IT: list[Step] = [*_BOTH_WAIT, ("comes", 1, 0), ("claims", 0, 0)]
_OFFERED: list[Step] = [*_ONE_HAS_IT, ("offers", 0, 0)]
_HANDED_OVER: list[Step] = [*_OFFERED, ("reads_and_accepts", 1, 0), ("notes", 1, 0), ("sets_day", 1, 0)]
OPENINGS: tuple[list[Step], ...] = ([], _BOTH_WAIT, _ONE_HAS_IT, _OFFERED, _HANDED_OVER)


@asynccontextmanager
async def told(database_url: str, folder: Path, catalogues: Catalogues, begins: datetime) -> AsyncIterator[Story]:
    """A story that begins then: a shift runs with somebody on it, and others follow back to back."""
    made = settings_for(database_url, folder)
    service = Service(Store(made, Seal(create_key(made.key_file))), made, catalogues)
    clock.freeze(begins)
    try:
        staff = [
            await builders.volunteer(service, name, on_shift=False, chat_id=LANES + place)
            for place, name in enumerate(("Amina", "Kim", "Nour"))
        ]
        karin = await builders.coordinator(service, chat_id=LANES + 9)
        await builders.stands(service, staff[0], may_be_asked=True)
        await builders.stands(service, staff[2], is_trainee=True)
        hours = timedelta(hours=2)
        await builders.shift(service, staff[0], lasts=hours)
        later = clock.now() + hours
        await builders.shift(service, staff[0], staff[1], staff[2], starts_at=later, lasts=hours)
        await builders.shift(service, staff[1], starts_at=later + hours, lasts=hours)
        yield Story(service, staff, karin, [await builders.newcomer(service) for _ in range(2)])
    finally:
        clock.unfreeze()
        await service.store.close()


async def run(story: Story, program: Program) -> None:
    """All its acts, in order, and what holds after each."""
    reader = Reader(story)
    for name, who, which in program[1]:
        await do(story, name, who, which)
        await reader.holds()
    await reader.ends()


def by_chance(chance: random.Random, steps: int) -> Program:
    """A program of so many acts, by a chance that can be repeated."""
    acts: list[Step] = [(chance.choice(ACTS), chance.choice(WHO), chance.randrange(2)) for _ in range(steps)]
    return chance.choice(BEGINS), (chance.choice(OPENINGS) + acts)[:steps]
