"""The open sockets, and who makes room when there are too many: of one person the oldest, else the oldest of whoever
has the most. The newest is the page that somebody looks at, so it is never the one.

It must not close a socket itself: each does that where it speaks.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from aiohttp import web

from bot.engine.bells import Bell

OF_PERSON = 8  # a browser's tabs


@dataclass(eq=False, slots=True)
class Place:
    """One open socket. `bell` wakes whoever speaks in it; once `is_wanted_back`, they say goodbye.

    `login_id`: who listens. `conversation_id`: what is read to them, if it is a newcomer; `read_to`: how many acts
    there had been in it when it was last read, None as long as they have not said where to begin. `told_again_at`:
    when they are to be told that there may be something, by the monotonic clock.
    """

    socket: web.WebSocketResponse
    address: str
    person: str
    bell: Bell
    login_id: int = 0
    conversation_id: int | None = None
    read_to: int | None = None
    told_again_at: float = inf
    is_wanted_back: bool = False


class Sockets:
    """All of them, the oldest first."""

    def __init__(self, *, of_address: int, in_all: int, of_person: int = OF_PERSON) -> None:
        self._of_person, self._of_address, self._in_all = of_person, of_address, in_all
        self._places: dict[Place, None] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[web.WebSocketResponse]:
        return (place.socket for place in self._places)

    @property
    def places(self) -> tuple[Place, ...]:
        """Those there are at this moment."""
        return tuple(self._places)

    def add(self, place: Place) -> None:
        """It is one of the open ones; whoever has to make room for it is told."""
        here = [one for one in self._places if one.address == place.address]
        mine = [one for one in here if one.person == place.person]
        if len(mine) >= self._of_person:
            self._want_back(mine[0])
        elif len(here) >= self._of_address:
            self._want_back(_oldest_of_most(here))
        elif len(self._places) >= self._in_all:
            self._want_back(_oldest_of_most(list(self._places)))
        self._places[place] = None

    def discard(self, place: Place) -> None:
        self._places.pop(place, None)

    def _want_back(self, place: Place) -> None:
        self.discard(place)
        place.is_wanted_back = True
        place.bell.ring()


SOCKETS: web.AppKey[Sockets] = web.AppKey("sockets")


def _oldest_of_most(places: list[Place]) -> Place:
    """The oldest of the person with the most sockets, at the address with the most."""
    for of in ("address", "person"):
        [(most, _)] = Counter(getattr(one, of) for one in places).most_common(1)
        places = [one for one in places if getattr(one, of) == most]
    return places[0]
