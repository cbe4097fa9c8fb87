"""The loop over the outbox when the database has a bad moment: nothing stays behind, and the loop goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Table, text, update

from bot.engine.errors import Unavailable
from bot.engine.store import Store
from bot.engine.work import Work
from bot.people import people
from bot.people.texts import Linked
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Outcome, Sent
from handlers.telegram.receiving import CHANNEL
from models.outbox import Outbox
from tests.crash.place import talking_pairs

PATIENCE_SECONDS = 10.0
_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]


class _Postman:
    """A sender that delivers everything and says when it has."""

    def __init__(self) -> None:
        self.delivered = asyncio.Event()

    async def answers(self) -> None:
        """It always does."""

    async def send(self, _letter: Letter) -> Outcome:
        self.delivered.set()
        return Sent(1)


async def test_row_whose_lease_was_forgotten_is_sent_when_no_send_lasts_that_long(service: Service) -> None:
    await _something_to_say(service.store)
    async with service.store.work() as work:  # as after a COMMIT that had happened and was answered with an error
        assert await Delivery(service, {})._lease(work)
        await leased_earlier(work, timedelta(seconds=service.settings.lease_seconds + 1))

    async with _delivering(service) as postman:
        await asyncio.wait_for(postman.delivered.wait(), PATIENCE_SECONDS)


async def test_loop_goes_on_after_the_database_was_away_between_two_rows(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = asyncio.Event()

    async def away(_self: Delivery) -> float:
        tried.set()
        monkeypatch.undo()
        raise Unavailable

    monkeypatch.setattr(Delivery, "_rest_seconds", away)
    async with _delivering(service) as postman:
        await asyncio.wait_for(tried.wait(), PATIENCE_SECONDS)
        await _something_to_say(service.store)
        await asyncio.wait_for(postman.delivered.wait(), PATIENCE_SECONDS)


async def _something_to_say(store: Store) -> None:
    (pair,) = await talking_pairs(store, 1)
    async with store.work() as work:
        volunteer = await people.staff_on_telegram(work, pair.volunteer)
        await work.tell(volunteer.id, Linked())  # type: ignore[union-attr]


async def leased_earlier(work: Work, by: timedelta) -> None:
    """Every lease was taken so much earlier, by whichever clock it was taken."""
    if work.db.dialect.name == "postgresql":
        await work.db.execute(text("UPDATE outbox SET leased_at = leased_at - :by").bindparams(by=by))
    else:
        await work.db.execute(update(_ROWS).values(leased_at=work.now - by))


@asynccontextmanager
async def _delivering(service: Service) -> AsyncIterator[_Postman]:
    postman = _Postman()
    delivery = asyncio.create_task(Delivery(service, {CHANNEL: postman}).run())
    bells = asyncio.create_task(service.store.bells.run())
    try:
        yield postman
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        await asyncio.gather(delivery, return_exceptions=True)
        bells.cancel()
        await asyncio.gather(bells, return_exceptions=True)
