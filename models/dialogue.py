"""What every channel speaks: what came in, what goes out.

Owns Incoming and its acts, Choice, Prompt, Venue and Answer. It must not know Telegram's or the web's own types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """The person wrote something. `reply_to`: the outbox row the person answered to, where the channel can say so.

    `marks`: how it came, as `Message.marks`.
    """

    text: str
    reply_to: int | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """The person changed what they had written; the message is named by its external id.

    `said_at`: when the message itself was sent, where the channel tells it.
    """

    text: str
    marks: tuple[str, ...] = ()
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """The person pressed a button that carries this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """The person chose a command from a menu of ours, named without a slash. What is typed is `Said`."""

    name: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The person sent something that cannot be relayed yet: photo, voice, sticker …

    `album`: names what was sent together with others, so that it is answered once. `text`: the words that came with
    it, which can be relayed; `marks` as `Message.marks`.
    """

    kind: str
    album: str | None = None
    text: str = ""
    marks: tuple[str, ...] = ()


Act = Said | Edited | Pressed | Commanded | Unreadable


@dataclass(frozen=True, slots=True)
class Incoming:
    """One act of one person.

    `key` names it for ever (the same key is the same act, told twice); `external_id` names the message in its chat.
    """

    key: str
    act: Act
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: a stable code of at most 64 bytes, and what it says in the reader's language."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Venue:
    """A point on the map with a name and an address; where a channel can show one, it stands for the text."""

    latitude: float
    longitude: float
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Something to show: text in the reader's language, with values isolated, and rows of choices."""

    text: str
    rows: tuple[tuple[Choice, ...], ...] = ()
    venue: Venue | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a press is answered with, once it is committed: a catalogue key and what fills its placeholders."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)
