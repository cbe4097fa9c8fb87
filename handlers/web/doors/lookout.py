"""The lookout: one look at the tables for all open sockets together, at each round and whenever some are woken.

An idle socket costs no statement of its own: whether its login lives, and whether there was any act in its
conversation, is asked for all of them at once, and only those that have something to say are woken. Owns the round. It
must not read what was said, nor speak: each socket does for itself (`live.py`).
"""

import asyncio
from collections.abc import Collection
from time import monotonic
from typing import NamedTuple

from aiohttp import web

from bot.engine import bells, clock
from bot.engine.errors import Unavailable
from bot.people import logins
from bot.service import Service
from bot.telling import inbox
from handlers.web.frame.sockets import Place, Sockets

NEVER_READ = -1  # fewer acts than in any conversation


class Seen(NamedTuple):
    """What was seen for one socket: whether its login lives, and how many acts there have been in its conversation."""

    lives: bool
    acts: int

    def has_news_for(self, place: Place) -> bool:
        """Whether there is something that its browser has not been told."""
        was_said = place.read_to is not None and place.read_to < self.acts
        return was_said or not self.lives or monotonic() >= place.told_again_at


class _Look:
    """One look, for all who asked before it began. `seen`: None until it has been had; empty if nobody answered."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.seen: dict[Place, Seen] | None = None


class Lookout:
    """One a process."""

    def __init__(self, service: Service, sockets: Sockets) -> None:
        self._service, self._sockets = service, sockets
        self._next = _Look()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """A round now and then, until the service stops."""
        with self._service.store.bells.listen(bells.SOCKETS) as bell:
            while not self._service.health.stopping:
                await self.look_around()
                await bell.wait(self._service.settings.poll_seconds)

    async def look_around(self) -> None:
        """Every socket that has something to say is awake; if the database does not answer, the next round wakes it."""
        for place, seen in (await self._look(self._sockets.places)).items():
            if seen.has_news_for(place):
                place.bell.ring()

    async def look(self, place: Place) -> Seen:
        """What is true for this socket, not before it asked. Whoever asks meanwhile is looked for together.

        Raises:
            Unavailable: the database did not answer; the round looks again.
        """
        seen = await self._look((place,))
        if place not in seen:
            raise Unavailable
        return seen[place]

    async def _look(self, places: Collection[Place]) -> dict[Place, Seen]:
        look = self._next
        look.places.update(places)
        async with self._turn:
            await asyncio.sleep(0)  # whoever was woken by the same ring asks first: a look may take no time at all
            if look.seen is None:  # else whoever was before in the line has had it
                if look is self._next:
                    self._next = _Look()
                try:
                    look.seen = await self._read(look.places)
                except Unavailable:
                    look.seen = {}
        return look.seen

    async def _read(self, places: Collection[Place]) -> dict[Place, Seen]:
        if not places:
            return {}
        talks = {place.conversation_id for place in places if place.conversation_id is not None}
        async with self._service.store.look() as db:
            living = await logins.living_among(db, {place.login_id for place in places}, clock.now())
            acts = await inbox.acts_in(db, talks)
        return {
            place: Seen(place.login_id in living, acts.get(place.conversation_id or 0, NEVER_READ)) for place in places
        }


LOOKOUT: web.AppKey[Lookout] = web.AppKey("lookout")
