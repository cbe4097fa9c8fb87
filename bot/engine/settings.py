"""What the environment says about this installation: one frozen `Settings`.

This file owns the names, defaults and limits of every `RADRUM_` variable, and finds all mistakes in them at once.
A mistake is a variable, a catalogue key and its values, so that the command line can say it in Swedish or English.
It must not read the process's environment itself (the caller hands it over), open a file, or print a secret.
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "RADRUM_"

HIGHEST_PORT = 65_535
LONGEST_LONG_POLL_SECONDS = 50  # The Bot API server waits no longer: tdlib/telegram-bot-api, LONG_POLL_MAX_TIMEOUT.
CONNECT_SECONDS = 5.0  # what reaching the Bot API server may take, on top of waiting for its answer
# Whoever stops the program gives it 30 seconds: 5 for browsers, and 25 for sends, of which two are left for marking.
LONGEST_SEND_TIMEOUT_SECONDS, LONGEST_STOP_SECONDS = 18.0, 25.0
# Wider is no proxy's network but other people's: 10.0.0.0/8 and fc00::/7 are the widest that are private.
FEWEST_PROXY_BITS = {4: 8, 6: 7}
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")
MOST_SENDS_IN_PARALLEL = 30  # About what one bot may send in a second: https://core.telegram.org/bots/faq
MOST_SENDS_A_SECOND = 1_000  # what Telegram sells: https://core.telegram.org/bots/api#paid-broadcasts
LONGEST_RETENTION_DAYS = 90
MOST_SESSIONS_A_YEAR = 2_000
MINUTES_OF_A_DAY = 24 * 60
HOURS_OF_A_WEEK = 7 * 24
SHORTEST_SECONDS, LONGEST_SECONDS = 0.01, 3600.0
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

BOT_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
# Source: https://core.telegram.org/bots/api#setwebhook; the lower limit of 16 is ours, a shorter one can be guessed.
CHANNEL_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-\d{5,20}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
METRICS_TOKEN = re.compile(r"[!-~]{16,256}")  # what a header carries, and nobody guesses


class Mistake(NamedTuple):
    """One thing wrong with one variable; `code` is a catalogue key, `params` its placeholders. Never a secret."""

    variable: str
    code: str
    params: dict[str, str]


class SettingsMistakes(Exception):
    """The environment cannot be used; carries every mistake found, in the order of the variables' declaration."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(f"{mistake.variable}: {mistake.code}" for mistake in mistakes))


def read_settings(env: Mapping[str, str]) -> "Settings":
    """The settings that `env` describes. An empty variable counts as one that is not set.

    Raises:
        SettingsMistakes: with all mistakes at once, an unknown `RADRUM_` variable (a likely misspelling) included.
    """
    given = {name: value.strip() for name, value in env.items() if name.startswith(PREFIX)}
    fields = {variable_of(field): field for field in Settings.model_fields}
    mistakes = [_unknown(name) for name in given if name not in fields]
    try:
        settings = Settings(**{fields[name]: value for name, value in given.items() if name in fields and value})
    except ValidationError as error:
        mistakes = [*map(_mistake, error.errors(include_url=False, include_input=False)), *mistakes]
    if mistakes:
        raise SettingsMistakes(mistakes)
    return settings


def _refuse(code: str, **params: object) -> NoReturn:
    """The functions below each read the text of one kind of variable, or refuse it with a catalogue key."""
    told = {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in params.items()}
    raise PydanticCustomError(code, code, told)


def _number(lowest: float, highest: float, *, kind: Callable[[Any], float]) -> BeforeValidator:
    def read(given: object) -> float:
        try:
            number = kind(given)
        except ValueError:
            _refuse("setting_not_a_number", value=given)
        if not lowest <= number <= highest:
            _refuse("setting_out_of_range", value=given, lowest=lowest, highest=highest)
        return number

    return BeforeValidator(read)


def _whole(lowest: int, highest: int) -> BeforeValidator:
    return _number(lowest, highest, kind=int)


def _port(given: object) -> int:
    try:
        port = int(given)
    except ValueError:
        port = -1
    if not 0 <= port <= HIGHEST_PORT:
        _refuse("setting_not_a_port", value=given)
    return port


def _yes_or_no(given: object) -> bool:
    word = str(given).lower()
    if word not in YES + NO:
        _refuse("setting_not_yes_or_no", value=given)
    return word in YES


def _level(given: object) -> str:
    level = str(given).upper()
    if level not in LOG_LEVELS:
        _refuse("setting_not_a_log_level", value=given, levels=", ".join(LOG_LEVELS))
    return level


def _zone(given: object) -> str:
    try:
        return ZoneInfo(str(given)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _refuse("setting_not_a_zone", value=given)


def _proxies(given: object) -> tuple[object, ...]:
    parts = given if isinstance(given, tuple) else [part.strip() for part in str(given).split(",") if part.strip()]
    return tuple(map(_proxy, parts))


def _proxy(part: object) -> IPv4Network | IPv6Network:
    """A network of proxies. One that is nearly everybody's is refused: anybody could then claim any address."""
    try:
        network = ip_network(part)  # type: ignore[arg-type]
    except ValueError:
        _refuse("setting_not_a_network", value=part)
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        network = IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - IPV4_IN_IPV6.prefixlen))
    if network.prefixlen < FEWEST_PROXY_BITS[network.version]:
        _refuse("setting_proxies_too_many", value=part)
    return network


def _absolute(given: object) -> Path:
    return Path(str(given)).resolve()


def _bot_token(given: object) -> object:
    return _secret_like(BOT_TOKEN, given, code="setting_not_a_bot_token")


def _channel(given: object) -> str:
    """A public channel's name or a channel's number, as Telegram takes them: @radrum or -1001234567890."""
    if given and not CHANNEL_NAME.fullmatch(str(given)):
        _refuse("setting_not_a_channel", value=given)
    return str(given or "")


def _webhook_secret(given: object) -> object:
    return _secret_like(WEBHOOK_SECRET, given, code="setting_not_a_webhook_secret")


def _metrics_token(given: object) -> object:
    return _secret_like(METRICS_TOKEN, given, code="setting_not_a_metrics_token")


def _secret_like(pattern: re.Pattern[str], given: object, *, code: str) -> object:
    words = given.get_secret_value() if isinstance(given, SecretStr) else given
    if words is not None and not pattern.fullmatch(str(words)):
        _refuse(code)
    return given


def _address(given: object) -> str:
    """An http address without a trailing slash. It is never repeated in a mistake: it may hold a password."""
    text = str(given).rstrip("/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        _refuse("setting_not_an_address")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        _refuse("setting_not_an_address")
    return text


def _safe_address(given: object) -> str | None:
    if given is None:
        return None
    text = _address(given)
    if not travels_safely(text):
        _refuse("setting_needs_https")
    return text


def _public_address(given: object) -> str:
    """A cookie with the `__Host-` prefix belongs to a whole host, so the service cannot live under a path."""
    text = _safe_address(given) or ""
    if urlsplit(text).path:
        _refuse("setting_address_has_path")
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
        _refuse("setting_unknown_database")
    if url.drivername in ("postgresql", "postgres", "postgresql+asyncpg"):
        # SQLAlchemy hands a URL's options to asyncpg as arguments, where libpq's `sslmode` is called `ssl`.
        return _renamed(url.set(drivername="postgresql+asyncpg"), "sslmode", "ssl").render_as_string(
            hide_password=False
        )
    is_file = url.database not in (None, "", ":memory:") and not str(url.database).startswith("file:")
    if url.drivername in ("sqlite", "sqlite+aiosqlite") and is_file:
        return url.set(drivername="sqlite+aiosqlite").render_as_string(hide_password=False)
    _refuse("setting_unknown_database")


def _database_or_empty(given: object) -> str:
    return _database(given) or ""


def _renamed(url: URL, name: str, new_name: str) -> URL:
    if name not in url.query:
        return url
    return url.difference_update_query([name]).update_query_dict({new_name: url.query[name]})


Seconds = Annotated[float, _number(SHORTEST_SECONDS, LONGEST_SECONDS, kind=float)]
SendTimeout = Annotated[float, _number(SHORTEST_SECONDS, LONGEST_SEND_TIMEOUT_SECONDS, kind=float)]
StopTime = Annotated[float, _number(SHORTEST_SECONDS, LONGEST_STOP_SECONDS, kind=float)]


class Settings(BaseSettings):
    """Everything an installation may choose. A field `port` is the variable `RADRUM_PORT`.

    The order matters where one value limits another: the limiting one is declared first.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    # Where things are kept.
    data_dir: Annotated[Path, BeforeValidator(_absolute)] = Path("data")
    database_url: Annotated[str, BeforeValidator(_database_or_empty)] = Field(default="", repr=False)
    test_database_url: Annotated[str | None, BeforeValidator(_database)] = Field(default=None, repr=False)
    key_file: Annotated[Path, BeforeValidator(_absolute)] = Path("key/radrum.key")

    # Where the service is reached; port 0 is any free one.
    public_url: Annotated[str, BeforeValidator(_public_address)] = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: Annotated[int, BeforeValidator(_port)] = 8080
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_proxies)] = ()

    # Whose service it is.
    office_zone: Annotated[str, BeforeValidator(_zone)] = "Europe/Stockholm"
    controller: str = ""
    contact: str = ""

    # Telegram.
    telegram_token: Annotated[SecretStr | None, BeforeValidator(_bot_token)] = None
    telegram_api_url: Annotated[str, BeforeValidator(_address)] = "https://api.telegram.org"
    webhook_url: Annotated[str | None, BeforeValidator(_safe_address)] = None
    webhook_secret: Annotated[SecretStr | None, BeforeValidator(_webhook_secret)] = None
    hours_channel: Annotated[str, BeforeValidator(_channel)] = ""
    web_words_on_telegram: Annotated[bool, BeforeValidator(_yes_or_no)] = False

    # What newcomers are promised.
    promise_minutes: Annotated[int, _whole(1, MINUTES_OF_A_DAY)] = 15
    answer_hours: Annotated[int, _whole(1, HOURS_OF_A_WEEK)] = 24
    retention_days: Annotated[int, _whole(1, LONGEST_RETENTION_DAYS)] = 30

    # What the agreement with the municipality asks for; 0 is no goal.
    sessions_a_year: Annotated[int, _whole(0, MOST_SESSIONS_A_YEAR)] = 0

    # Delivery, and how long things may take.
    sends_in_parallel: Annotated[int, _whole(1, MOST_SENDS_IN_PARALLEL)] = 4
    sends_a_second: Annotated[float, _number(1, MOST_SENDS_A_SECOND, kind=float)] = 23.0
    sends_to_a_chat_a_second: Annotated[float, _number(SHORTEST_SECONDS, MOST_SENDS_A_SECOND, kind=float)] = 1.0
    send_timeout_seconds: SendTimeout = 18.0
    lease_seconds: Seconds = 60.0
    poll_seconds: Seconds = 5.0
    long_poll_seconds: Annotated[int, _whole(1, LONGEST_LONG_POLL_SECONDS)] = 30
    retry_first_seconds: Seconds = 2.0
    retry_hours: Annotated[int, _whole(1, HOURS_OF_A_WEEK)] = 24
    work_seconds: Seconds = 2.0
    stop_seconds: StopTime = 25.0

    # Watching it run.
    metrics_token: Annotated[SecretStr | None, BeforeValidator(_metrics_token)] = None
    log_level: Annotated[str, BeforeValidator(_level)] = "INFO"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        **other_sources: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller gives: a stray variable of the process must not change a test."""
        return (init_settings,)

    @property
    def postgres_dsn(self) -> str:
        """The database as asyncpg itself takes it, for a connection that SQLAlchemy does not manage."""
        url = make_url(self.database_url).set(drivername="postgresql")
        return _renamed(url, "ssl", "sslmode").render_as_string(hide_password=False)

    @field_validator("database_url")
    @classmethod
    def _sqlite_in_the_data_folder(cls, url: str | None, info: ValidationInfo) -> str:
        return url or f"sqlite+aiosqlite:///{info.data.get('data_dir', Path())}/radrum.db"

    @field_validator("key_file")
    @classmethod
    def _key_apart_from_what_it_opens(cls, key_file: Path, info: ValidationInfo) -> Path:
        data_dir = info.data.get("data_dir")
        if data_dir and key_file.is_relative_to(data_dir):
            _refuse("setting_key_inside_data", folder=data_dir)
        return key_file

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_has_a_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("webhook_url") and secret is None:
            _refuse("setting_webhook_secret_missing")
        return secret

    @field_validator("lease_seconds")
    @classmethod
    def _lease_outlives_a_send(cls, lease: float, info: ValidationInfo) -> float:
        return _longer_than_a_send(lease, info, code="setting_lease_too_short")

    @field_validator("stop_seconds")
    @classmethod
    def _stop_outlasts_a_send(cls, stop: float, info: ValidationInfo) -> float:
        return _longer_than_a_send(stop, info, code="setting_stop_too_short")

    @field_validator("work_seconds")
    @classmethod
    def _act_ends_before_its_lease(cls, work: float, info: ValidationInfo) -> float:
        lease = info.data.get("lease_seconds")
        if lease is not None and work >= lease:
            _refuse("setting_work_too_long", value=work, lease=lease)
        return work


def _longer_than_a_send(seconds: float, info: ValidationInfo, *, code: str) -> float:
    """What has to outlast a whole send: reaching the server, and its answer."""
    send_timeout = info.data.get("send_timeout_seconds")
    if send_timeout is not None and seconds <= send_timeout + CONNECT_SECONDS:
        _refuse(code, value=seconds, send_timeout=send_timeout, connect=CONNECT_SECONDS)
    return seconds


def variable_of(field: str) -> str:
    """The name of the environment's variable behind a field."""
    return PREFIX + field.upper()


def _unknown(name: str) -> Mistake:
    nearest = get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    if nearest:
        return Mistake(name, "setting_unknown_but_near", {"nearest": variable_of(nearest[0])})
    return Mistake(name, "setting_unknown", {})


def _mistake(error: Any) -> Mistake:
    return Mistake(variable_of(str(error["loc"][0])), error["type"], dict(error.get("ctx", {})))
