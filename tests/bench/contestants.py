"""Who takes turns in a round: the floors, and each version in each way that is measured.

Owns how they are opened on databases of their own and what follows every turn: the count of what was kept, and that
nothing of it waits. It must not decide how words are sent.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.bench import floors_postgres, floors_sqlite, installation
from tests.bench.before import ROOT
from tests.bench.database import Database, connected
from tests.bench.floor import TALKS, talks_of
from tests.bench.ground import POSTGRESQL, Ground, Template, Version
from tests.bench.installation import POLLING, WEBHOOK, Installation
from tests.bench.kept import Ledger, check
from tests.bench.load import Turn
from tests.bench.seeding import TELEGRAM, WEB, Pair, Seeding
from tests.bench.ways import Desk, Polling, Way, WebChat, Webhook

PAIRS = 500
BY_WEBHOOK, BY_POLLING, BY_WEB, BY_DESK = "webhook", "polling", "web", "desk"
WAYS = (BY_WEBHOOK, BY_POLLING, BY_WEB, BY_DESK)
_MAKES: dict[str, type[Webhook] | type[Polling] | type[WebChat] | type[Desk]] = {
    BY_WEBHOOK: Webhook, BY_POLLING: Polling, BY_WEB: WebChat, BY_DESK: Desk,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Talking:
    """Newcomers and volunteers in conversation, by the newcomers' channel."""

    telegram: list[Pair]
    web: list[Pair]

    def of(self, way: str) -> list[Pair]:
        return self.web if way == BY_WEB else self.telegram


async def talking(seeding: Seeding) -> Talking:
    """So many of each as can all be on their way at once."""
    return Talking(await seeding.pairs(PAIRS, TELEGRAM), await seeding.pairs(PAIRS, WEB))


@dataclass(frozen=True, slots=True)
class Contestant:
    """`who` is the floor's or version's name, and with `way` unlike any other's."""

    who: str
    way: Way
    database: Database
    ledger: Ledger
    installation: Installation | None = None

    def cpu(self) -> float:
        """Seconds of the program's processor time so far; a floor runs in ours."""
        return self.installation.cpu_seconds if self.installation else 0.0

    async def turn(self, load: Callable[[], Awaitable[Turn]]) -> Turn:
        """The turn, if everything of it was kept once and in order.

        Raises:
            NotKept: it was not.
        """
        made = await load()
        await check(self.database, self.ledger, f"{self.who}, {self.way.name}")
        if self.installation:
            await self.installation.forget_what_waits()
        return made


@asynccontextmanager
async def floors(ground: Ground, template: Template[Talking]) -> AsyncIterator[list[Contestant]]:
    """All floors of a kind of database, on one of their own in today's shape: theirs are today's rows."""
    async with ground.copy(template, Version("floor", ROOT)) as (_, url):
        database, ledger = await connected(url), Ledger()
        of_kind = floors_postgres.floors if template.kind == POSTGRESQL else floors_sqlite.floors
        talks = talks_of(await database.rows(TALKS), template.people.telegram)
        async with of_kind(url, talks, ledger) as made:
            yield [Contestant(floor.name, floor, database, ledger) for floor in made]
        await database.close()


@asynccontextmanager
async def of_version(
    ground: Ground, template: Template[Talking], version: Version, ways: Sequence[str], *, processes: int = 1
) -> AsyncIterator[list[Contestant]]:
    """One contestant for each way. What is not polled shares a program."""
    async with AsyncExitStack() as stack:
        made = []
        for receive in (WEBHOOK, POLLING):
            mine = [way for way in ways if (way == BY_POLLING) == (receive == POLLING)]
            if mine:
                there = installation.opened(ground, template, version, receive=receive, processes=processes)
                at_work = await stack.enter_async_context(there)
                made += [_contestant(at_work, way, template.people.of(way)) for way in mine]
        for one in made:
            stack.callback(one.way.close)
        yield made


def _contestant(at_work: Installation, way: str, pairs: Sequence[Pair]) -> Contestant:
    return Contestant(at_work.version.name, _MAKES[way](at_work, pairs), at_work.database, at_work.ledger, at_work)
