"""A change of the hours by buttons, as it is kept between two presses: whose it is, and that one press moves it on."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete

from bot.engine import clock
from bot.engine import guided as engine_guided
from bot.engine.errors import NotFound, Stale
from bot.hours import guided
from bot.hours.texts_guided import HoursAsk
from bot.places import places
from bot.service import Service
from models.base import table_of
from models.buttons import GivenAnswer, OfDialogue, TurnedTo
from models.guided import DialogueKind
from models.hours_change import Change, Verb
from models.people import Person
from tests import builders
from tests.builders import Staff

NOW = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
async def karin(service: Service) -> Staff:
    clock.freeze(NOW)
    karin = await builders.coordinator(service)
    async with builders.acting(service, karin) as work:
        await places.add_place(work, code="linero", name_key="linero_library")
    return karin


async def begun(service: Service, staff: Staff, verb: Verb = Verb.CLOSE) -> HoursAsk:
    async with builders.acting(service, staff) as work:
        return await guided.begin(work, verb)


async def answer(service: Service, staff: Staff, asked: HoursAsk, answered: str) -> HoursAsk | Change:
    async with builders.acting(service, staff) as work:
        return await guided.answered(work, GivenAnswer(asked.dialogue, asked.step, answered))


async def standing(service: Service) -> list[str]:
    return [row.step for row in await builders.table(service, "SELECT step FROM dialogues")]


async def test_what_has_been_chosen_is_kept_until_the_change_is_whole(service: Service, karin: Staff) -> None:
    asked = await begun(service, karin)
    for answered, step in (("linero", "day"), ("20261223", "reason")):
        following = await answer(service, karin, asked, answered)
        assert isinstance(following, HoursAsk)
        assert (following.dialogue, await standing(service)) == (asked.dialogue, [step])
        asked = following

    change = await answer(service, karin, asked, "holiday")

    assert change == Change(Verb.CLOSE, ("linero",), date(2026, 12, 23), reason="holiday")
    assert await standing(service) == []


async def test_of_two_presses_at_the_same_instant_one_moves_the_dialogue_on(service: Service, karin: Staff) -> None:
    asked = await answer(service, karin, await begun(service, karin), "linero")
    assert isinstance(asked, HoursAsk)

    said = await asyncio.gather(
        *(answer(service, karin, asked, day) for day in ("20261221", "20261223")), return_exceptions=True
    )

    (taken,) = [one for one in said if isinstance(one, HoursAsk)]
    assert [type(one) for one in said if one is not taken] == [Stale]
    (row,) = await builders.table(service, "SELECT draft FROM dialogues")
    assert f"{taken.day}" in row.draft


async def test_of_two_last_presses_at_the_same_instant_one_makes_the_change(service: Service, karin: Staff) -> None:
    asked = await answer(service, karin, await begun(service, karin, Verb.USUAL), "linero")
    assert isinstance(asked, HoursAsk)

    said = await asyncio.gather(*(answer(service, karin, asked, "20261223") for _ in range(2)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in said) == ["Change", "Stale"]


async def test_another_coordinator_s_dialogue_and_one_of_another_kind_are_nobody_s(
    service: Service, karin: Staff
) -> None:
    robin = await builders.coordinator(service, "Robin", chat_id=701)
    asked = await begun(service, karin)

    async with builders.acting(service, robin) as work:
        for press in (
            guided.answered(work, GivenAnswer(asked.dialogue, "place", "linero")),
            guided.turned(work, TurnedTo(asked.dialogue, "place", 1)),
            guided.leave(work, OfDialogue(asked.dialogue)),
        ):
            with pytest.raises(Stale):
                await press
    async with builders.acting(service, karin) as work:
        for step in ("day", "nothing_of_ours"):
            with pytest.raises(Stale):
                await guided.answered(work, GivenAnswer(asked.dialogue, step, "linero"))
    assert await standing(service) == ["place"]


async def test_a_newcomer_begins_none(service: Service, karin: Staff) -> None:
    asker = await builders.newcomer(service, chat_id=900)
    async with builders.asking(service, asker) as work:
        with pytest.raises(NotFound):
            await guided.begin(work, Verb.CLOSE)


async def test_a_refused_answer_leaves_the_question_as_it_was(service: Service, karin: Staff) -> None:
    asked = await begun(service, karin)

    for wrong in ("nowhere", "+", "20261223"):
        with pytest.raises(Stale):
            await answer(service, karin, asked, wrong)

    assert isinstance(await answer(service, karin, asked, "linero"), HoursAsk)


async def test_it_goes_with_the_person(service: Service, karin: Staff) -> None:
    await begun(service, karin)
    async with service.store.work() as work:
        await work.db.execute(delete(table_of(Person)).where(table_of(Person).c.id == karin.id))

    assert await standing(service) == []


async def test_a_dialogue_is_of_one_kind(service: Service, karin: Staff) -> None:
    async with builders.acting(service, karin) as work:
        dialogue = await engine_guided.begin(work, DialogueKind.HOURS, "place", {"verb": "close"})
        assert (await engine_guided.place(work, dialogue, DialogueKind.HOURS, "place")).draft == {"verb": "close"}
        await engine_guided.end(work, dialogue, "place")
        for over in (engine_guided.end(work, dialogue), engine_guided.move(work, dialogue, "place", "day", {})):
            with pytest.raises(Stale):
                await over
