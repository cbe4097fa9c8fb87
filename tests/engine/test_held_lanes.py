"""What somebody holds of a lane, on PostgreSQL, keeps that lane's letters waiting and nobody else's."""

from asyncio import Event
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.engine import bells
from bot.engine.bells import PostgresBells
from bot.engine.causes import Cause
from bot.engine.errors import Unavailable
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.people.texts import Linked, Unsay
from bot.service import Service
from bot.telling import delivery, marking
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Outcome
from bot.telling.outbox import OutboxRow
from models.dialogue import Prompt
from models.notice import Notice
from models.outbox import RowState
from tests import builders
from tests.builders import Postbox, Staff
from tests.crash.program import until
from tests.given import settings_for

CHATS = HELD, *OTHERS = 501, 502, 503, 504
NEVER_SECONDS = 60.0  # nobody is waited for so long here: a letter that leaves has not waited


@pytest.fixture
async def service(postgres_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Service]:
    settings = settings_for(postgres_url, tmp_path, sends_in_parallel=1)
    store = Store(settings.model_copy(update={"work_seconds": NEVER_SECONDS}), Seal(create_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()


@pytest.fixture
async def volunteers(service: Service) -> list[Staff]:
    them = [await builders.volunteer(service, f"Vera {chat}", chat_id=chat) for chat in CHATS]
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    return them


@asynccontextmanager
async def _held(service: Service, what: str, *asked: object) -> AsyncIterator[None]:
    other = await asyncpg.connect(service.settings.postgres_dsn)
    try:
        async with other.transaction():
            assert await other.fetch(f"{what} FOR UPDATE", *asked)
            yield
    finally:
        await other.close()


async def _tell(service: Service, them: list[Staff]) -> None:
    async with service.store.work() as work:
        for one in them:
            await work.tell(one.id, Linked())


async def _wait(service: Service, them: list[Staff]) -> bool:
    """Whether anything waits to be said to any of them."""
    for one in them:
        if any(row.state == RowState.DUE for row in await builders.said_to(service, one.id)):
            return True
    return False


async def _none_waits(service: Service, them: list[Staff]) -> bool:
    return not await _wait(service, them)


async def test_nobody_waits_for_whoever_holds_the_address_of_what_was_sent(
    service: Service, volunteers: list[Staff]
) -> None:
    held, *others = volunteers
    postbox = Postbox()
    letter = postbox.hold(HELD)
    await _tell(service, [held])

    async with builders.delivering(service, postbox, to_its_end=False):
        await letter.left.wait()
        async with _held(service, "SELECT 1 FROM addresses WHERE person_id = $1", held.id):
            letter.arrives.set()
            await _tell(service, others)
            await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")
            assert await _wait(service, [held])
        await until(lambda: _none_waits(service, [held]), otherwise="the mark to be made")


async def test_nobody_waits_for_whoever_holds_the_case_of_words_that_were_relayed(
    service: Service, volunteers: list[Staff]
) -> None:
    held, *others = volunteers
    asker = await builders.claimed_case(service, held, chat_id=900)
    postbox = Postbox()
    postbox.letters += [Letter(str(HELD), Prompt(""))] * 100  # the next has a number that its chat has not had
    await builders.deliver_all(builders.delivery_of(service, postbox))
    letter = postbox.hold(HELD)
    await asker.says("Jag undrar en sak till")

    async with builders.delivering(service, postbox, to_its_end=False):
        await letter.left.wait()
        async with _held(service, "SELECT 1 FROM cases WHERE id = $1", asker.case_id):
            letter.arrives.set()
            await _tell(service, others)
            await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")
            assert await _wait(service, [held])
        await until(lambda: _none_waits(service, [held]), otherwise="the mark to be made")


async def test_what_is_being_marked_is_under_way_until_it_takes_long(
    service: Service, volunteers: list[Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill before the mark is made is why a letter is said twice: of as many as may be under way, and no more."""
    held, *others = volunteers
    postbox, mark, turns_taken = Postbox(), marking.mark, Delivery._turns_taken
    begun, may_end = Event(), Event()
    seen: list[int] = []

    async def waits(work: Work, row: OutboxRow, outcome: Outcome) -> None:
        begun.set()
        await may_end.wait()
        await mark(work, row, outcome)

    def noted(it: Delivery, told: list[tuple[OutboxRow, Outcome]]) -> int:
        seen.append(turns_taken(it, told))
        return seen[-1]

    monkeypatch.setattr(delivery, "MARKED_SECONDS", NEVER_SECONDS)
    monkeypatch.setattr(marking, "is_plain", lambda _row, _outcome: False)
    monkeypatch.setattr(marking, "mark", waits)
    monkeypatch.setattr(Delivery, "_turns_taken", noted)
    await _tell(service, [held, *others])

    async with builders.delivering(service, postbox, to_its_end=False):
        await begun.wait()
        seen.clear()
        service.store.bells.ring(bells.OUTBOX)
        await until(lambda: bool(seen), otherwise="somebody to look for the next")
        assert not any(seen)
        assert len(postbox.letters) == 1
        may_end.set()
        await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")


async def test_what_cannot_be_marked_with_the_others_keeps_only_itself_waiting(
    service: Service, volunteers: list[Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason is: the database refuses it as often as it is tried."""
    held, *others = volunteers
    postbox, mark_sent, mark = Postbox(), marking.mark_sent, marking.mark
    letter = postbox.hold(HELD)
    await _tell(service, [held])
    [refused] = await builders.table(service, "SELECT id FROM outbox WHERE state = 'due'")

    async def refuses(work: Work, told: Sequence[tuple[OutboxRow, Outcome]]) -> list[tuple[OutboxRow, Outcome]]:
        if any(row.id == refused.id for row, _ in told):
            raise Unavailable(Cause.TOO_SLOW)
        return await mark_sent(work, told)

    async def refuses_alone(work: Work, row: OutboxRow, outcome: Outcome) -> None:
        if row.id == refused.id:
            raise Unavailable(Cause.TOO_SLOW)
        await mark(work, row, outcome)

    monkeypatch.setattr(marking, "mark_sent", refuses)
    monkeypatch.setattr(marking, "mark", refuses_alone)
    async with builders.delivering(service, postbox, to_its_end=False):
        await letter.left.wait()
        letter.arrives.set()
        await _tell(service, others)
        await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")
        assert await _wait(service, [held])
        monkeypatch.undo()
        await until(lambda: _none_waits(service, [held]), otherwise="the mark to be made")


async def test_what_cannot_be_marked_takes_no_letter_s_place(service: Service, volunteers: list[Staff]) -> None:
    held, *others = volunteers
    postbox = Postbox()
    letter = postbox.hold(HELD)
    await _tell(service, [held])

    async with builders.delivering(service, postbox, to_its_end=False):
        await letter.left.wait()
        async with _held(service, "SELECT 1 FROM outbox WHERE state = 'due'"):
            letter.arrives.set()
            await _tell(service, others)
            await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")
            assert await _wait(service, [held])
        await until(lambda: _none_waits(service, [held]), otherwise="the mark to be made")

    assert [one.chat for one in postbox.letters].count(str(HELD)) == 1


async def test_nobody_waits_for_whoever_holds_what_overtakes_relayed_words(
    service: Service, volunteers: list[Staff]
) -> None:
    held, *others = volunteers
    asker = await builders.claimed_case(service, held, chat_id=900)
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    await asker.says("Jag undrar en sak till")
    await _tell(service, volunteers)
    words, overtakes = await builders.table(
        service, "SELECT id, kind FROM outbox WHERE state = 'due' AND kind IN ('words', 'linked') ORDER BY id LIMIT 2"
    )
    assert (words.kind, overtakes.kind) == (Notice.WORDS, Notice.LINKED)

    async with (
        _held(service, "SELECT 1 FROM outbox WHERE id = $1", overtakes.id),
        builders.delivering(service, Postbox(), to_its_end=False),
    ):
        await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")


async def test_nothing_is_leased_by_whom_nobody_hears_any_more_once_there_is_a_connection(
    service: Service, volunteers: list[Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database goes away and comes back: others would take what is leased then for a dead one's."""
    await _tell(service, volunteers)
    heard = service.store.bells
    assert isinstance(heard, PostgresBells)
    heard.connected.set()
    mine = builders.delivery_of(service, Postbox())
    acts = mine._store.work

    @asynccontextmanager
    async def waits(*, patient: bool) -> AsyncIterator[Work]:
        async with acts(patient=patient) as work:
            heard.connected.clear()
            yield work

    monkeypatch.setattr(mine._store, "work", waits)

    assert await mine._turn([]) == []
    assert await _wait(service, volunteers)
    assert not await builders.table(service, "SELECT 1 FROM outbox WHERE lease_owner IS NOT NULL")


async def test_nobody_waits_for_whoever_holds_a_message_that_was_deleted(
    service: Service, volunteers: list[Staff]
) -> None:
    held, *others = volunteers
    async with service.store.work() as work:
        await work.tell(held.id, Unsay(everything=True))
    await _tell(service, others)
    theirs = "SELECT 1 FROM chat_messages WHERE address_id IN (SELECT id FROM addresses WHERE person_id = $1)"

    async with _held(service, theirs, held.id), builders.delivering(service, Postbox(), to_its_end=False):
        await until(lambda: _none_waits(service, others), otherwise="the others' letters to leave")
        assert await _wait(service, [held])
