"""How much one network address or one login may ask for in a while. Counts live in memory only.

Addresses are counted under a keyed hash whose key dies with the process. It must not decide what happens beyond a
limit: new chats are throttled, everything else is refused politely by the caller.
How many requests of one address are at work at once is decided in `turns.py`, how many connections may be open in
`connections.py`.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from handlers.web.frame.guesses import Guesses

log = structlog.get_logger()

Networks = Sequence[IPv4Network | IPv6Network]

NEW_CHATS = RateLimitItemPerHour(60, namespace="new_chats")  # a library or a mobile network shares one address
NEW_CHATS_IN_ALL = RateLimitItemPerHour(300, namespace="new_chats_in_all")  # a year brings some hundreds
COME_BACKS = RateLimitItemPerMinute(20, namespace="come_backs")
FAILED_LOG_INS = RateLimitItemPerHour(10, namespace="failed_log_ins")
MESSAGES = RateLimitItemPerMinute(60, namespace="messages")
SIGNS = RateLimitItemPerMinute(60, namespace="signs")  # that somebody is there, and what a page keeps when it is left
OPENINGS = RateLimitItemPerMinute(60, namespace="openings")  # of sockets: some tabs on a net that comes and goes
NEW_SECRETS = RateLimitItemPerHour(10, namespace="new_secrets")
IPV6_SITE_BITS = 64  # what one household or one attacker is given


class Limits:
    """The counts of one process."""

    def __init__(self, trusted_proxies: Networks) -> None:
        self._trusted = trusted_proxies
        self._key = secrets.token_bytes(32)
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())
        self.guesses = Guesses()
        self._is_warned = False

    def network_of(self, request: web.Request) -> str:
        """The network address the request came from, as far as it can be known.

        Once, it is logged that a proxy speaks for others and is not one of those we trust: everybody behind it is
        counted as one, which is how a wrong address in RADRUM_TRUSTED_PROXIES shows.
        """
        if not self._is_warned and self._trusted and "X-Forwarded-For" in request.headers:
            found = _parsed(request.remote or "")
            if found is None or not _is_trusted(found, self._trusted):
                self._is_warned = True
                log.warning("proxy_not_trusted")
        return client_network(request, self._trusted)

    def allows_address(self, limit: RateLimitItem, request: web.Request) -> bool:
        """Whether the network address may do this once more; it counts from now."""
        return self._counts.hit(limit, self.address_of(request))

    def allows_login(self, limit: RateLimitItem, token: str) -> bool:
        """Whether the login may do this once more; it counts from now."""
        return self._counts.hit(limit, self._blind(token))

    def allows_in_all(self, limit: RateLimitItem) -> bool:
        """Whether this may be done once more by anybody; it counts from now."""
        return self._counts.hit(limit)

    def address_of(self, request: web.Request) -> str:
        """The network address a request came from, as a name that means nothing outside this process."""
        return self._blind(self.network_of(request))

    def peer(self, address: str | None) -> str | None:
        """The same for the other end of a connection; None for a trusted proxy, behind which is everybody."""
        found = _parsed(address or "")
        if found is None or _is_trusted(found, self._trusted):
            return None
        bits = IPV6_SITE_BITS if isinstance(found, IPv6Address) else found.max_prefixlen
        return self._blind(str(ip_network((found, bits), strict=False)))

    def _blind(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), sha256).hexdigest()


LIMITS: web.AppKey[Limits] = web.AppKey("limits")


def client_network(request: web.Request, trusted: Networks) -> str:
    """The address the request came from, an IPv6 one as its /64.

    `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right, the first address
    that is not one of them.
    """
    found = _parsed(request.remote or "")
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", ()) for hop in line.split(",")]
    while hops and found is not None and _is_trusted(found, trusted):
        found = _parsed(hops.pop())
    if found is None:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_SITE_BITS), strict=False))
    return str(found)


def _is_trusted(address: IPv4Address | IPv6Address, trusted: Networks) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: alone, or with the port it came from, in brackets where it has colons itself."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
