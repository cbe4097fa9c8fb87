"""Letters: what a channel that sends is asked to do, and what may come of it.

Owns the words between delivery and a channel. It must not know a channel's protocol, nor what an outcome means for
a row.
"""

from dataclasses import dataclass
from typing import Protocol

from models.dialogue import Prompt


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel is asked to do: show a prompt, in place of an earlier message, or delete messages, or show a menu.

    `unsays`: the messages to delete. `menu`: commands with what each does; without any, the chat's own menu is taken
    away. `parts_sent`: so many messages of a long text have arrived.
    """

    chat: str
    prompt: Prompt
    edits: int | None = None
    unsays: tuple[int, ...] = ()
    menu: tuple[tuple[str, str], ...] | None = None
    reply_to: int | None = None
    is_silent: bool = False
    parts_sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InChat:
    """What is another than before in the chat, however the letter ended: messages of ours that have `arrived`, and
    messages that are `gone`."""

    arrived: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent(InChat):
    """It arrived. `remote_id` names it in its chat; None if there is nothing there to name."""

    remote_id: int | None = None


@dataclass(frozen=True, slots=True)
class TryAgain(InChat):
    """It did not arrive now. `after_seconds`: what the channel asked for. `parts_sent`: so much of it did.
    `doubtful`: it was sent, and no answer came: it may have arrived anyway."""

    after_seconds: float = 0.0
    doubtful: bool = False
    parts_sent: int = 0


@dataclass(frozen=True, slots=True)
class Unreachable(InChat):
    """It cannot arrive. The door is shut: `blocked` by the person, `deactivated` with their account, or `shut` for a
    reason not said; or `refused`: the channel will not take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another id from now on, `chat`; nothing was sent."""

    chat: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing was sent: a newer version has written the row, and knows what it says."""


Outcome = Sent | TryAgain | Unreachable | Moved | Unknown


class Sender(Protocol):
    """A channel that sends."""

    async def answers(self) -> TryAgain | None:
        """None if the channel is seen to answer at all, else when to try again. Never raises."""

    async def send(self, letter: Letter) -> Outcome:
        """Try once. Never raises: what went wrong is an outcome."""
