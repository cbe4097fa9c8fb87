"""A press of staff's, as the tables of what each button does are given it. It must not decide anything."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.engine import buttons
from bot.engine.actors import Actor
from bot.engine.work import Work
from models.saying import Saying

S = TypeVar("S", bound=Saying)


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, in which act, and on which message: `card`, an outbox row, where it is known."""

    work: Work
    actor: Actor
    card: int | None


async def said_lately(press: Press, saying: type[S], is_same: Callable[[S], bool] = lambda _: True) -> bool:
    """Whether the same stands in the chat since a moment ago: the press was told twice."""
    return await buttons.said_lately(press.work, press.actor.address_id or 0, saying, is_same)
