"""Whatever happens while a volunteer types, the words reach the case they were typed for, or nobody; or it is asked.

Programs of random acts: four newcomers, a volunteer who holds up to three of their cases. "Begins to type" and
"arrives" are separate steps, with endings, presses and new words between them. After each arrival the screens of all
are compared with who could have been meant.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.cases import addressee, cases, closing, which_case
from bot.engine import clock
from bot.engine.errors import Refusal
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import access
from bot.privacy import erasing
from bot.service import Service
from models.case import CaseStatus
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting
from tests.given import settings_for

STEPS = 30
PROGRAMS_IN_THE_SUITE = 60
PROGRAMS_BY_HAND = int(os.environ.get("RADRUM_ADDRESSEE_PROGRAMS", PROGRAMS_IN_THE_SUITE))
MOST_HELD = 3


@dataclass
class Typing:
    """What the volunteer could see when they began. `answers`: whose words or card they answer to, -1 something that
    names nobody, None nothing. `held`: the cases they had; `choice`: the one a press holds for, if it still does."""

    answers: int | None
    held: frozenset[int]


@dataclass
class Desk:
    """What has happened so far, as a person looking over the volunteer's shoulder would know it."""

    service: Service
    amina: Staff
    askers: list[Newcomer]
    typing: Typing | None = None
    count: int = 0
    chosen: int | None = None
    chosen_at: datetime | None = None
    waiting: list[str] = field(default_factory=list)  # words the bot has asked about
    sent: dict[str, int] = field(default_factory=dict)  # words, and the newcomer they may be seen by

    async def mine(self) -> frozenset[int]:
        """The cases the volunteer has: numbers of their newcomers."""
        async with self.service.store.look() as db:
            rows = {row.id for row in await cases.cases_of(db, self.amina.id)}
        return frozenset(place for place, asker in enumerate(self.askers) if asker.case_id in rows)

    @asynccontextmanager
    async def ends(self, who: int) -> AsyncIterator[None]:
        """What happens to a case the volunteer has ends a choice; one that somebody else has, or nobody, does not."""
        had = who in await self.mine()
        yield
        if had:
            self.chosen = None

    # Steps

    async def comes(self, who: int) -> None:
        """A case of this newcomer's waits, or they write once more."""
        asker = self.askers[who]
        await asker.says(f"ord {self.count}")
        await builders.note_case(asker)
        if who != self.chosen and who in await self.mine():
            self.chosen = None

    async def claims(self, who: int) -> None:
        had = await self.mine()
        if self.typing is None and who not in had and len(had) < MOST_HELD:
            async with acting(self.service, self.amina) as work:
                await cases.claim_case_off_shift(work, case_id=self.askers[who].case_id)
            self.chosen = None

    async def begins(self, answers: int | None) -> None:
        if self.typing is None:
            self.typing = Typing(answers, await self.mine())

    async def arrives(self, _who: int) -> None:
        if self.typing is None:
            return
        typing, self.typing = self.typing, None
        self.count += 1
        words = f"svar {self.count}"
        answers = typing.answers
        case_id = self.askers[answers].case_id if answers is not None and answers >= 0 else None
        said = addressee.Said(words, 10_000 + self.count, is_reply=answers is not None, answered=case_id or None)
        before = await self._told()
        async with acting(self.service, self.amina) as work:
            await addressee.volunteer_said(work, said)
        reached = await self._reached(words)
        assert len(reached) <= 1, f"{words} reached {reached}"
        if not reached:
            assert await self._told() > before, f"{words} reached nobody, and its author was not told"
            return
        allowed = self._allowed(typing)
        assert reached == [allowed], f"{words} reached {reached}, may reach {allowed}: {typing}"
        self.sent[words] = reached[0]

    def _allowed(self, typing: Typing) -> int | None:
        if typing.answers is not None and typing.answers >= 0:
            return typing.answers
        if typing.answers is not None:
            return None
        if self.chosen is not None and self.chosen_at and clock.now() - self.chosen_at <= timedelta(minutes=5):
            return self.chosen
        return next(iter(typing.held)) if len(typing.held) == 1 else None

    async def picks(self, who: int) -> None:
        """Presses this newcomer's case on the newest card: what it lists may reach them, and no other."""
        lines = [text for text in await self._listed()]
        card = await builders.card_of(self.service, self.amina) if await self._cards() else None
        has = who in await self.mine()
        async with acting(self.service, self.amina) as work:
            answer = await which_case.chose_case(work, case_id=self.askers[who].case_id, card=card)
        if answer.key == "" and has:
            self.chosen, self.chosen_at = who, clock.now()
            for words in lines:
                assert await self._reached(words) == [who]
                self.sent[words] = who

    async def chooses(self, who: int) -> None:
        """Writes something, is asked, and presses this newcomer's case."""
        await self.begins(None)
        await self.arrives(who)
        await self.picks(who)

    async def declines(self, _who: int) -> None:
        card = await builders.card_of(self.service, self.amina) if await self._cards() else None
        async with acting(self.service, self.amina) as work:
            await which_case.chose_nothing(work, card=card)

    async def reopens(self, who: int) -> None:
        lines = await self._listed()
        card = await builders.card_of(self.service, self.amina) if await self._cards() else None
        async with acting(self.service, self.amina) as work:
            await which_case.reopened(work, case_id=self.askers[who].case_id, card=card)
        for words in lines:
            assert await self._reached(words) == [who]
            self.sent[words] = who

    async def stops(self, who: int) -> None:
        async with self.ends(who), self.service.store.work() as work:
            case = await access.open_case_of(work.db, self.askers[who].id)
            if case is not None:
                await closing.withdraw_case(work, await access.locked_case(work, case.id))

    async def deletes(self, who: int) -> None:
        async with self.ends(who), self.service.store.work() as work:
            await erasing.erase_newcomer(work, self.askers[who].id, farewell=True)
        self.sent = {words: place for words, place in self.sent.items() if place != who}
        self.askers[who] = await builders.newcomer(self.service)

    async def closes(self, who: int) -> None:
        async with self.ends(who), acting(self.service, self.amina) as work:
            sheet = closing.Sheet()
            await closing.close_case(work, case_id=self.askers[who].case_id, seen_seq=2**50, sheet=sheet)

    async def releases(self, who: int) -> None:
        async with self.ends(who), acting(self.service, self.amina) as work:
            await cases.release_case(work, case_id=self.askers[who].case_id, seen_seq=2**50)

    async def is_taken_from(self, who: int) -> None:
        async with self.ends(who), self.service.store.work() as work:
            case = await access.locked_case(work, self.askers[who].case_id)
            if case.status == CaseStatus.CLAIMED:
                await cases.back_to_queue(work, case, silent=False, reason="command")

    async def minutes_pass(self, who: int) -> None:
        clock.move(timedelta(minutes=1 + 2 * who))
        await builders.do_all_due(self.service)

    # What stands on screens

    async def holds(self) -> None:
        """What somebody was sent stands on their screen once, and on nobody else's."""
        for words, who in self.sent.items():
            assert await self._reached(words) == [who]

    async def _reached(self, words: str) -> list[int]:
        """On whose screens the words stand, once for each time they do."""
        sql = (
            "SELECT m.id, m.words, a.person_id FROM outbox o JOIN messages m ON m.id = o.message_id"
            " JOIN addresses a ON a.id = o.address_id WHERE o.kind = 'reply' AND o.state != 'cancelled'"
        )
        rows, seal = await builders.table(self.service, sql), self.service.store.seal
        places = {asker.id: place for place, asker in enumerate(self.askers)}
        said = ((row, seal.open(bytes(row.words), table="messages", column="words", row_id=row.id)) for row in rows)
        return [places[row.person_id] for row, text in said if text == words]

    async def _told(self) -> int:
        kinds = (Notice.WHICH_CASE, Notice.NO_CASE, Notice.NOT_YOUR_CASE)
        return len(await builders.said_to(self.service, self.amina.id, *kinds))

    async def _cards(self) -> list:
        return await builders.said_to(self.service, self.amina.id, Notice.WHICH_CASE)

    async def _listed(self) -> list[str]:
        sql = "SELECT id, words FROM held_lines ORDER BY own_message"
        rows, seal = await builders.table(self.service, sql), self.service.store.seal
        return [seal.open(bytes(row.words), table="held_lines", column="words", row_id=row.id) for row in rows]


ONES = ("claims", "claims", "comes", "closes", "releases", "is_taken_from", "stops", "deletes", "picks", "reopens")
ACTS = st.one_of(
    st.tuples(st.sampled_from(ONES), st.integers(0, 3)),
    st.tuples(st.just("begins"), st.sampled_from([None, None, None, -1, 0, 1, 2, 3])),
    st.tuples(st.sampled_from(["arrives", "arrives", "chooses", "declines", "minutes_pass"]), st.integers(0, 3)),
)
PROGRAMS = st.lists(ACTS, min_size=STEPS, max_size=STEPS)


@asynccontextmanager
async def _desk(url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[Desk]:
    made = settings_for(url, folder)
    service = Service(Store(made, Seal(create_key(made.key_file))), made, catalogues)
    clock.freeze(clock.now())
    try:
        amina = await builders.volunteer(service, on_shift=False)
        desk = Desk(service, amina, [await builders.case_of(service) for _ in range(4)])
        await desk.claims(0)
        await desk.claims(1)
        yield desk
    finally:
        clock.unfreeze()
        await service.store.close()


@settings(
    max_examples=PROGRAMS_BY_HAND, deadline=None, derandomize=PROGRAMS_BY_HAND == PROGRAMS_IN_THE_SUITE,
    suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
@given(program=PROGRAMS)
def test_words_reach_whom_they_were_typed_for_or_nobody(
    program: list[tuple[str, int | None]], migrated_sqlite: Path, catalogues: Catalogues
) -> None:
    async def whole() -> None:
        with TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            copy = shutil.copy(migrated_sqlite, Path(folder) / "data" / "radrum.db")
            async with _desk(f"sqlite:///{copy}", Path(folder), catalogues) as desk:
                for name, who in program:
                    builders.a_second_later()
                    with suppress(Refusal):  # an act may be refused; what holds must hold all the same
                        await getattr(desk, name)(who)
                await desk.holds()

    asyncio.run(whole())
