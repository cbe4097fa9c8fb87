"""How much room this process has: each socket and each connection is one of the files it may open.

Owns the sharing out. It must not count who is there: `connections.py` and `sockets.py` do.
"""

import resource
from dataclasses import dataclass

from aiohttp import web

MOST_FILES = 16_384  # asked for; a process that may have fewer makes do with them
KEPT_FREE = 200  # for the database, Telegram, fonts and what the program itself has open
MOST_SOCKETS, MOST_CONNECTIONS = 8_000, 800  # a half-sent letter of a connection takes half a megabyte, a socket little


@dataclass(frozen=True, slots=True)
class Room:
    """How many live sockets there may be, and how many connections that are none; in all, and of one address."""

    sockets: int
    sockets_of_address: int
    connections: int
    connections_of_address: int


ROOM: web.AppKey[Room] = web.AppKey("room")


def room_among(files: int) -> Room:
    """The room that so many files give: a full library behind one address has it, and is not all of it."""
    sockets = min(max(files - MOST_CONNECTIONS - KEPT_FREE, files // 2), MOST_SOCKETS)
    connections = min(files - sockets - KEPT_FREE, MOST_CONNECTIONS)
    return Room(
        sockets, sockets // 2, connections, connections * 2 // 5 if connections == MOST_CONNECTIONS else connections
    )


def room_here() -> Room:
    """The room of this process, which from now on may open as many files as it is let."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        now = wanted
    return room_among(MOST_FILES if now == resource.RLIM_INFINITY else now)
