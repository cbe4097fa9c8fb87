"""When this process itself last saw each browser, by counting: a clock that is set ends nobody's login and keeps
none alive.

Owns that memory, which is bounded and lasts as long as the process. It must not decide when a login is over.
"""

from collections import OrderedDict
from datetime import datetime

from bot.engine import clock

MOST_REMEMBERED = 10_000  # some 200 bytes each; whoever is forgotten is judged by the database's instant

_noted: OrderedDict[int, tuple[datetime, datetime]] = OrderedDict()


def note(login_id: int, seen_at: datetime) -> None:
    """This process has seen the login now and written `seen_at`."""
    _noted[login_id] = seen_at, clock.counted()
    _noted.move_to_end(login_id)
    while len(_noted) > MOST_REMEMBERED:
        _noted.popitem(last=False)


def of(login_id: int, seen_at: datetime, now: datetime) -> datetime:
    """When the login was last seen, as `now` tells the time: counted, if it was this process that wrote `seen_at`;
    else `seen_at` itself, which is all that is known after a start or of another process."""
    written, counted = _noted.get(login_id, (None, None))
    return now - (clock.counted() - counted) if counted is not None and written == seen_at else seen_at
