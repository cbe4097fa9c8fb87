"""The kinds of values that a variable of the environment may hold: each reads its text, or refuses it.

Owns the kinds and what limits each of them by itself; a refusal is a catalogue key and its placeholders. It must not
know a variable's name, nor repeat a value that may be a secret.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

HIGHEST_PORT = 65_535
LONGEST_RETENTION_DAYS = 90  # no installation may promise less than that words are gone by then
# Whoever stops the program gives it 30 seconds: 5 for browsers, and 25 for sends, of which two are left for marking.
LONGEST_SEND_TIMEOUT_SECONDS, LONGEST_STOP_SECONDS = 18.0, 25.0
SHORTEST_SECONDS, LONGEST_SECONDS = 0.01, 3600.0
# Wider is no proxy's network but other people's: 10.0.0.0/8 and fc00::/7 are the widest that are private.
FEWEST_PROXY_BITS = {4: 8, 6: 7}
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

BOT_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
# Source: https://core.telegram.org/bots/api#setwebhook; the lower limit of 16 is ours, a shorter one can be guessed.
CHANNEL_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-\d{5,20}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
METRICS_TOKEN = re.compile(r"[!-~]{16,256}")  # what a header carries, and nobody guesses


def refuse(code: str, **params: object) -> NoReturn:
    """What was given is refused with a catalogue key and its placeholders.

    Raises:
        PydanticCustomError: always.
    """
    told = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in params.items()}
    raise PydanticCustomError(code, code, told)


def number(lowest: float, highest: float, *, kind: Callable[[str | float], float]) -> BeforeValidator:
    """A number of this kind within these limits, both included."""

    def read(given: str | float) -> float:
        try:
            read_as = kind(given)
        except ValueError:
            refuse("setting_not_a_number", value=given)
        if not lowest <= read_as <= highest:
            refuse("setting_out_of_range", value=given, lowest=lowest, highest=highest)
        return read_as

    return BeforeValidator(read)


def whole(lowest: int, highest: int) -> BeforeValidator:
    """A whole number within these limits, both included."""
    return number(lowest, highest, kind=int)


def _retention(given: str | float) -> int:
    try:
        days = int(given)
    except ValueError:
        refuse("setting_not_a_number", value=given)
    if days > LONGEST_RETENTION_DAYS:
        refuse("setting_retention_too_long", value=given, highest=LONGEST_RETENTION_DAYS)
    if days < 1:
        refuse("setting_out_of_range", value=given, lowest=1, highest=LONGEST_RETENTION_DAYS)
    return days


def _port(given: str | float) -> int:
    try:
        port = int(given)
    except ValueError:
        port = -1
    if not 0 <= port <= HIGHEST_PORT:
        refuse("setting_not_a_port", value=given)
    return port


def _yes_or_no(given: object) -> bool:
    word = str(given).lower()
    if word not in YES + NO:
        refuse("setting_not_yes_or_no", value=given)
    return word in YES


def _level(given: object) -> str:
    level = str(given).upper()
    if level not in LOG_LEVELS:
        refuse("setting_not_a_log_level", value=given, levels=", ".join(LOG_LEVELS))
    return level


def _zone(given: object) -> str:
    try:
        return ZoneInfo(str(given)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        refuse("setting_not_a_zone", value=given)


def _proxies(given: object) -> tuple[IPv4Network | IPv6Network, ...]:
    parts = given if isinstance(given, tuple) else [part.strip() for part in str(given).split(",") if part.strip()]
    return tuple(map(_proxy, parts))


def _proxy(part: str | IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """A network of proxies. One that is nearly everybody's is refused: anybody could then claim any address."""
    try:
        network = ip_network(part)
    except ValueError:
        refuse("setting_not_a_network", value=part)
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        network = IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - IPV4_IN_IPV6.prefixlen))
    if network.prefixlen < FEWEST_PROXY_BITS[network.version]:
        refuse("setting_proxies_too_many", value=part)
    return network


def _absolute(given: object) -> Path:
    return Path(str(given)).resolve()


def _bot_token(given: object) -> object:
    return _secret_like(BOT_TOKEN, given, code="setting_not_a_bot_token")


def _channel(given: object) -> str:
    """A public channel's name or a channel's number, as Telegram takes them: @radrum or -1001234567890."""
    if given and not CHANNEL_NAME.fullmatch(str(given)):
        refuse("setting_not_a_channel", value=given)
    return str(given or "")


def _webhook_secret(given: object) -> object:
    return _secret_like(WEBHOOK_SECRET, given, code="setting_not_a_webhook_secret")


def _metrics_token(given: object) -> object:
    return _secret_like(METRICS_TOKEN, given, code="setting_not_a_metrics_token")


def _secret_like(pattern: re.Pattern[str], given: object, *, code: str) -> object:
    words = given.get_secret_value() if isinstance(given, SecretStr) else given
    if words is not None and not pattern.fullmatch(str(words)):
        refuse(code)
    return given


def _address(given: object) -> str:
    """An http address without a trailing slash. It is never repeated in a mistake: it may hold a password."""
    text = str(given).rstrip("/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        refuse("setting_not_an_address")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        refuse("setting_not_an_address")
    return text


def _safe_address(given: object) -> str | None:
    if given is None:
        return None
    text = _address(given)
    if not travels_safely(text):
        refuse("setting_needs_https")
    return text


def _public_address(given: object) -> str:
    """A cookie with the `__Host-` prefix belongs to a whole host, so the service cannot live under a path."""
    text = _safe_address(given) or ""
    if urlsplit(text).path:
        refuse("setting_address_has_path")
    return text


def travels_safely(url: str) -> bool:
    """Whether what goes there is encrypted or does not leave this computer."""
    address = urlsplit(url)
    return address.scheme == "https" or _is_loopback(address.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _database(given: object) -> str | None:
    """A SQLAlchemy URL with an asyncio driver. It is never repeated in a mistake: it may hold a password."""
    if not given:
        return None
    try:
        url = make_url(str(given))
    except (ArgumentError, ValueError):
        refuse("setting_unknown_database")
    if url.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
        # SQLAlchemy hands a URL's options to asyncpg as arguments, where libpq's `sslmode` is called `ssl`.
        return renamed(url.set(drivername="postgresql+asyncpg"), "sslmode", "ssl").render_as_string(hide_password=False)
    is_file = url.database not in (None, "", ":memory:") and not str(url.database).startswith("file:")
    if url.drivername in ("sqlite", "sqlite+aiosqlite") and is_file:
        return url.set(drivername="sqlite+aiosqlite").render_as_string(hide_password=False)
    refuse("setting_unknown_database")


def _database_or_empty(given: object) -> str:
    return _database(given) or ""


def renamed(url: URL, name: str, new_name: str) -> URL:
    """The same address with one option of it called otherwise."""
    if name not in url.query:
        return url
    return url.difference_update_query([name]).update_query_dict({new_name: url.query[name]})


Seconds = Annotated[float, number(SHORTEST_SECONDS, LONGEST_SECONDS, kind=float)]
SendTimeout = Annotated[float, number(SHORTEST_SECONDS, LONGEST_SEND_TIMEOUT_SECONDS, kind=float)]
StopTime = Annotated[float, number(SHORTEST_SECONDS, LONGEST_STOP_SECONDS, kind=float)]
RetentionDays = Annotated[int, BeforeValidator(_retention)]
Port = Annotated[int, BeforeValidator(_port)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
LogLevel = Annotated[str, BeforeValidator(_level)]
ZoneName = Annotated[str, BeforeValidator(_zone)]
Proxies = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_proxies)]
AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]
BotToken = Annotated[SecretStr | None, BeforeValidator(_bot_token)]
WebhookSecret = Annotated[SecretStr | None, BeforeValidator(_webhook_secret)]
MetricsToken = Annotated[SecretStr | None, BeforeValidator(_metrics_token)]
HoursChannel = Annotated[str, BeforeValidator(_channel)]
HttpAddress = Annotated[str, BeforeValidator(_address)]
SafeAddress = Annotated[str | None, BeforeValidator(_safe_address)]
PublicAddress = Annotated[str, BeforeValidator(_public_address)]
Database = Annotated[str | None, BeforeValidator(_database)]
DatabaseOrEmpty = Annotated[str, BeforeValidator(_database_or_empty)]
