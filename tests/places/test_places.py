"""Who may make a place known and describe it: coordinators, and the command line."""

from collections.abc import Awaitable, Callable

import pytest

from bot.engine.errors import NotFound
from bot.engine.work import Work
from bot.places import places
from bot.places.places import PlaceRow
from bot.service import Service
from models.hours import Door
from tests import builders
from tests.builders import acting, asking

LINERO = PlaceRow("linero", "linero_library", Door.VISIT, "Testgatan 1", {}, None, None, None)
DESCRIBED = LINERO._replace(
    address="Testgatan 2", details={"floor": {"sv": "Plan 2"}}, latitude=55.7, longitude=13.2, last_entry=15
)
SPORTHALLEN = PlaceRow("sporthallen", "", Door.VISIT, "Testgatan 3", {"name": {"sv": "Hallen"}}, None, None, None)


async def makes_known(work: Work) -> None:
    await places.add_place(work, code="sporthallen", names={"sv": "Hallen"}, address="Testgatan 3")


async def describes(work: Work) -> None:
    await places.describe_place(
        work, "linero", address="Testgatan 2", details={"floor": {"sv": "Plan 2"}}, coordinates=(55.7, 13.2),
        last_entry=15,
    )  # fmt: skip


WHAT_A_PUBLISHER_DOES = pytest.mark.parametrize(
    ("act", "then"), [(makes_known, [LINERO, SPORTHALLEN]), (describes, [DESCRIBED])]
)


@pytest.fixture
async def lund(service: Service) -> Service:
    """One library is known."""
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 1")
    return service


async def known(service: Service) -> list[PlaceRow]:
    async with service.store.look() as db:
        return await places.places(db)


@WHAT_A_PUBLISHER_DOES
async def test_neither_a_volunteer_nor_a_newcomer_says_what_places_there_are_but_a_coordinator_does(
    lund: Service, act: Callable[[Work], Awaitable[None]], then: list[PlaceRow]
) -> None:
    amina = await builders.volunteer(lund, "Amina", on_shift=False)
    karin = await builders.coordinator(lund)
    asker = await builders.newcomer(lund)

    # Each act is committed after its refusal, so that nothing done before it would be lost in a rollback.
    for acts in (acting(lund, amina), asking(lund, asker)):
        async with acts as work:
            with pytest.raises(NotFound):
                await act(work)
    assert await known(lund) == [LINERO]

    async with acting(lund, karin) as work:
        await act(work)
    assert await known(lund) == then


@WHAT_A_PUBLISHER_DOES
async def test_the_command_line_says_what_places_there_are(
    lund: Service, act: Callable[[Work], Awaitable[None]], then: list[PlaceRow]
) -> None:
    async with lund.store.work() as work:
        await act(work)

    assert await known(lund) == then
