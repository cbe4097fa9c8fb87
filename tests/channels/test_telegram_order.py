"""One chat at a time: what must come again holds up what follows it in its chat, and nothing in any other."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.errors import Unavailable
from bot.intake import converse
from bot.language.i18n import Catalogues
from handlers.telegram.order import Order
from tests import builders
from tests.channels.telegram_house import House, telegram_house

CHAT, ANOTHER, A_THIRD = 900, 901, 902
PATIENCE_SECONDS = 10


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


class Line:
    """Updates of one `Order`, each of which has its turn until the test ends it."""

    def __init__(self) -> None:
        self.order, self.began, self.may_go = Order(), [], {}
        self._ends: dict[str, asyncio.Event] = {}
        self._all: dict[str, asyncio.Task[None]] = {}

    async def comes(self, name: str, chat_id: int = CHAT) -> None:
        """The update has arrived, and waits for its turn if another has it."""
        self._ends[name] = asyncio.Event()
        self._all[name] = asyncio.ensure_future(self._takes_turn(name, chat_id))
        await asyncio.sleep(0)

    async def ends(self, name: str, *, must_come_again: bool = False) -> None:
        """Its turn is over, and whoever waited next has begun."""
        if must_come_again:
            self.order.hold_up(CHAT)
        self._ends[name].set()
        await self._all.pop(name)
        await asyncio.sleep(0)

    async def _takes_turn(self, name: str, chat_id: int) -> None:
        async with self.order.turn(chat_id) as may_go:
            self.began.append(name)
            self.may_go[name] = may_go
            await self._ends[name].wait()


async def test_the_updates_of_a_chat_have_their_turns_one_by_one_in_their_order() -> None:
    line = Line()
    for name in "abc":
        await line.comes(name)

    began = [list(line.began)]
    for name in "abc":
        await line.ends(name)
        began.append(list(line.began))

    assert began == [["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c"]]
    assert line.may_go == {"a": True, "b": True, "c": True}


async def test_whoever_waits_behind_an_update_that_must_come_again_must_come_again_too() -> None:
    line = Line()
    for name in "abc":
        await line.comes(name)
    await line.comes("of another chat", ANOTHER)

    await line.ends("a", must_come_again=True)
    await line.comes("of a third chat", A_THIRD)
    await line.comes("d")  # while b has its turn
    for name in "bcd":
        await line.ends(name)

    came_again = {"b": False, "c": False, "d": False}
    assert line.may_go == {"a": True, "of another chat": True, "of a third chat": True} | came_again
    for name in ("of another chat", "of a third chat"):
        await line.ends(name)


async def test_once_nobody_waits_the_chat_goes_on_and_nothing_is_remembered_of_it() -> None:
    line = Line()
    await line.comes("a")
    await line.comes("b")
    await line.ends("a", must_come_again=True)
    await line.ends("b", must_come_again=True)
    remembered = vars(line.order).copy()

    await line.comes("a again")
    await line.ends("a again")

    assert line.may_go["a again"] is True
    assert not any(remembered.values())


async def test_words_do_not_overtake_those_that_the_store_could_not_take(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chat_id in (CHAT, ANOTHER):
        await house.asks(chat_id)
    came, receive = asyncio.Event(), converse.receive
    gives_way = asyncio.Event()

    async def busy_at_first(work: object, visitor: object, incoming: object, *more: object) -> object:
        if getattr(incoming.act, "text", "") == "first" and not gives_way.is_set():  # type: ignore[attr-defined]
            came.set()
            await gives_way.wait()
            raise Unavailable
        return await receive(work, visitor, incoming, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(converse, "receive", busy_at_first)
    for chat_id, words in ((CHAT, "first"), (CHAT, "second"), (ANOTHER, "elsewhere")):
        await house.api.says(chat_id, words)
    first, second, elsewhere = [one.body for one in house.api.delivery.waiting()[-3:]]

    tried = asyncio.ensure_future(_hand_over(house, first))
    await asyncio.wait_for(came.wait(), PATIENCE_SECONDS)
    waits = asyncio.ensure_future(_hand_over(house, second))
    await asyncio.sleep(0)  # now it stands in line
    gives_way.set()
    refused = [await tried, await waits]
    taken = [await _hand_over(house, update) for update in (elsewhere, first, second)]

    assert (refused, taken) == ([503, 503], [200, 200, 200])
    assert await _words_kept(house) == ["elsewhere", "first", "second"]


async def _hand_over(house: House, update: dict) -> int:
    return await house.telegram.webhook(json.dumps(update).encode())


async def _words_kept(house: House) -> list[str]:
    """What was said after the questions, in the order in which it was kept."""
    rows = await builders.table(house.service, "SELECT id, words FROM messages ORDER BY said_at, seq")
    seal = house.service.store.seal
    return [seal.open(row.words, table="messages", column="words", row_id=row.id) for row in rows][2:]
