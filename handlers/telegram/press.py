"""A press of staff's, as the tables of what each button does are given it. It must not decide anything."""

from dataclasses import dataclass

from bot.engine.actors import Actor
from bot.engine.work import Work


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, in which act, and on which message: `card`, an outbox row, where it is known."""

    work: Work
    actor: Actor
    card: int | None
