"""Whatever people do, in whatever order: programs of random acts, and what must hold after each of them.

One newcomer and two volunteers; after every act the database is read afresh and held against what was acknowledged.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cases import cases, closing, relay
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import Refusal
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from models.case import CaseStatus
from models.conversation import Author
from tests import builders, postgres
from tests.builders import Newcomer, Staff
from tests.conftest import settings_for

STEPS = 25


class Story:
    """What has happened so far, as the people know it."""

    def __init__(self, service: Service, staff: list[Staff], asker: Newcomer) -> None:
        self.service, self.staff, self.asker = service, staff, asker
        self.kept: list[str] = []  # the newcomer's words that were acknowledged and not erased
        self.erased: list[int] = []  # people who asked to be forgotten
        self.count = 0

    async def writes(self) -> None:
        self.count += 1
        words = f"words {self.count}"
        await self.asker.says(words)
        self.kept.append(words)

    async def stops(self) -> None:
        await self.asker.commands("stop")

    async def deletes(self) -> None:
        await self.asker.commands("delete")
        self.erased.append(self.asker.id)
        self.asker, self.kept = await builders.newcomer(self.service), []

    async def claims(self, volunteer: Staff) -> None:
        for case in await self._cases():
            async with builders.acting(self.service, volunteer) as work:
                await cases.claim_case_off_shift(work, case_id=case.id)

    async def replies(self, volunteer: Staff) -> None:
        self.count += 1
        for case in await self._cases():
            async with builders.acting(self.service, volunteer) as work:
                await relay.from_volunteer(
                    work, case_id=case.id, text=f"answer {self.count}", external_id=f"v{self.count}"
                )
            assert case.volunteer_id == volunteer.id, "somebody else's case was answered"

    async def releases(self, volunteer: Staff) -> None:
        for case in await self._cases():
            async with builders.acting(self.service, volunteer) as work:
                await cases.release_case(work, case_id=case.id, seen_seq=2**50)
            assert case.volunteer_id == volunteer.id

    async def closes(self, volunteer: Staff) -> None:
        for case in await self._cases():
            async with builders.acting(self.service, volunteer) as work:
                await closing.close_case(work, case_id=case.id, seen_seq=2**50, sheet=Sheet())
            assert case.volunteer_id == volunteer.id

    async def time_passes(self) -> None:
        clock.move(timedelta(hours=7))
        await builders.do_all_due(self.service)

    async def _cases(self) -> list:
        return await builders.table(
            self.service, "SELECT id, status, volunteer_id FROM cases WHERE newcomer_id = :id", id=self.asker.id
        )

    async def holds(self) -> None:
        """One volunteer a case, nothing lost, order kept, nobody else's act, and what is erased stays erased."""
        for case in await self._cases():
            assert (case.status == CaseStatus.CLAIMED) <= (case.volunteer_id is not None)
            assert case.status != CaseStatus.QUEUED or case.volunteer_id is None
        open_cases = [case for case in await self._cases() if case.status != CaseStatus.CLOSED]
        assert len(open_cases) <= 1
        assert await self._words_kept() == self.kept
        for person_id in self.erased:
            assert await builders.table(self.service, "SELECT 1 FROM people WHERE id = :id", id=person_id) == []
        orphans = "SELECT 1 FROM messages WHERE conversation_id NOT IN (SELECT id FROM conversations)"
        assert await builders.table(self.service, orphans) == []

    async def _words_kept(self) -> list[str]:
        rows = await builders.table(
            self.service,
            "SELECT id, words FROM messages WHERE author = :author AND conversation_id = :conversation ORDER BY seq",
            author=Author.NEWCOMER,
            conversation=self.asker.visitor.conversation_id,
        )
        seal = self.service.store.seal
        return [seal.open(bytes(row.words), table="messages", column="words", row_id=row.id) for row in rows]


Act = Callable[[Story], Awaitable[None]]
OF_THE_NEWCOMER = {name: getattr(Story, name) for name in ("writes", "stops", "deletes", "time_passes")}
OF_A_VOLUNTEER = {name: getattr(Story, name) for name in ("claims", "replies", "releases", "closes")}
ACTS = st.one_of(
    st.tuples(st.sampled_from([*OF_THE_NEWCOMER, "writes", "writes"]), st.just(0)),
    st.tuples(st.sampled_from([*OF_A_VOLUNTEER]), st.integers(0, 1)),
)
PROGRAMS = st.lists(ACTS, min_size=STEPS, max_size=STEPS)
UNHURRIED = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@asynccontextmanager
async def told(database_url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[Story]:
    made = settings_for(database_url, folder)
    service = Service(Store(made, Seal(create_key(made.key_file))), made, catalogues)
    clock.freeze(clock.now())
    try:
        staff = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Kim")]
        yield Story(service, staff, await builders.newcomer(service))
    finally:
        clock.unfreeze()
        await service.store.close()


async def run(story: Story, program: list[tuple[str, int]]) -> None:
    for name, who in program:
        try:
            if name in OF_THE_NEWCOMER:
                await OF_THE_NEWCOMER[name](story)
            else:
                await OF_A_VOLUNTEER[name](story, story.staff[who])
        except Refusal:
            pass  # an act that may be refused; what holds must hold all the same
        await story.holds()


@settings(max_examples=20, **UNHURRIED)
@given(program=PROGRAMS)
def test_whatever_people_do_nothing_is_lost_on_sqlite(
    program: list[tuple[str, int]], migrated_sqlite: Path, catalogues: Catalogues
) -> None:
    async def whole() -> None:
        with TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            copy = shutil.copy(migrated_sqlite, Path(folder) / "data" / "radrum.db")
            async with told(f"sqlite:///{copy}", Path(folder), catalogues) as story:
                await run(story, program)

    asyncio.run(whole())


@settings(max_examples=6, **UNHURRIED)
@given(program=PROGRAMS)
def test_whatever_people_do_nothing_is_lost_on_postgresql(
    program: list[tuple[str, int]], postgres_root: str, migrated_postgres: str, catalogues: Catalogues
) -> None:
    async def whole() -> None:
        async with postgres.copy_of(postgres_root, migrated_postgres) as url:
            with TemporaryDirectory() as folder:
                async with told(url, Path(folder), catalogues) as story:
                    await run(story, program)

    asyncio.run(whole())
