"""Telegram as a witness of what time it is: every answer of its servers carries their own.

Owns which servers count and how their time is read. It must not decide what follows from it: `engine/belief.py` does.
"""

import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

Witness = Callable[[datetime], None]


def counts(api_url: str) -> bool:
    """Whether the Bot API server has a clock of its own that nobody in between can set: only over https, and never
    one on this computer, whose clock is the one in question."""
    parts = urlsplit(api_url)
    return parts.scheme == "https" and not _is_this_computer(parts.hostname or "")


def instant_of(headers: Mapping[str, str]) -> datetime | None:
    """What the `Date` of an answer says, in UTC; None where there is none or it cannot be read."""
    try:
        at = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return None
    return at if at.tzinfo is not None else None


def _is_this_computer(host: str) -> bool:
    name = socket.gethostname().lower()
    if host.lower().rstrip(".") in ("localhost", name, name.partition(".")[0]):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
