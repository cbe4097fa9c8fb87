"""A look that is opened with its first question."""

import pytest
from sqlalchemy import text

from bot.engine.errors import Unavailable
from bot.engine.store import Store
from bot.service import Service
from tests import builders
from tests.breaking import way_of

ONE = text("SELECT count(*) FROM people")


async def test_without_a_question_nothing_is_opened(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Store] = []
    look = Store.look
    monkeypatch.setattr(Store, "look", lambda store: looks.append(store) or look(store))

    async with service.store.look_later():
        pass
    assert looks == []

    async with service.store.look_later() as db:
        for _ in range(2):
            await db.execute(ONE)
    assert len(looks) == 1


async def test_all_of_it_is_one_moment(service: Service) -> None:
    await builders.volunteer(service)
    async with service.store.look_later() as db:
        before = (await db.execute(ONE)).scalar_one()
        await builders.volunteer(service, "Nadia")
        assert (await db.execute(ONE)).scalar_one() == before


async def test_where_the_database_is_gone_it_says_so_as_any_look(service: Service) -> None:
    breaks, cause = way_of(service, "away")

    async with breaks(service):
        with pytest.raises(Unavailable) as refused:
            async with service.store.look_later() as db:
                await db.execute(ONE)

    assert refused.value.cause == cause
