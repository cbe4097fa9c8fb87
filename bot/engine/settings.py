"""What the environment says about this installation: one frozen `Settings`.

This file owns the names and defaults of every `RADRUM_` variable and what they must say together, and finds all
mistakes in them at once; what kind of value each may hold is in `setting_kinds.py`. A mistake is a variable, a
catalogue key and its values, so that the command line can say it in Swedish or English. It must not read the process's
environment itself (the caller hands it over), open a file, or print a secret.
"""

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url

from bot.engine import setting_kinds as kinds
from bot.engine.setting_kinds import number, refuse, renamed, whole

PREFIX = "RADRUM_"

LONGEST_LONG_POLL_SECONDS = 50  # The Bot API server waits no longer: tdlib/telegram-bot-api, LONG_POLL_MAX_TIMEOUT.
CONNECT_SECONDS = 5.0  # what reaching the Bot API server may take, on top of waiting for its answer
MOST_SENDS_IN_PARALLEL = 30  # About what one bot may send in a second: https://core.telegram.org/bots/faq
MOST_SENDS_A_SECOND = 1_000  # what Telegram sells: https://core.telegram.org/bots/api#paid-broadcasts
MOST_SESSIONS_A_YEAR = 2_000
MINUTES_OF_A_DAY = 24 * 60
HOURS_OF_A_WEEK = 7 * 24


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
        known = {fields[name]: value for name, value in given.items() if name in fields and value}
        settings = Settings.model_validate(known)
    except ValidationError as error:
        mistakes = [*map(_mistake, error.errors(include_url=False, include_input=False)), *mistakes]
    if mistakes:
        raise SettingsMistakes(mistakes)
    return settings


class Settings(BaseSettings):
    """Everything an installation may choose. A field `port` is the variable `RADRUM_PORT`.

    The order matters where one value limits another: the limiting one is declared first.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    # Where things are kept.
    data_dir: kinds.AbsolutePath = Path("data")
    database_url: kinds.DatabaseOrEmpty = Field(default="", repr=False)
    test_database_url: kinds.Database = Field(default=None, repr=False)
    key_file: kinds.AbsolutePath = Path("key/radrum.key")

    # Where the service is reached; port 0 is any free one.
    public_url: kinds.PublicAddress = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: kinds.Port = 8080
    trusted_proxies: kinds.Proxies = ()

    # Whose service it is.
    office_zone: kinds.ZoneName = "Europe/Stockholm"
    controller: str = ""
    contact: str = ""
    coordinator_contact: str = ""  # which volunteers read, and newcomers never

    # Telegram.
    telegram_token: kinds.BotToken = None
    telegram_api_url: kinds.HttpAddress = "https://api.telegram.org"
    webhook_url: kinds.SafeAddress = None
    webhook_secret: kinds.WebhookSecret = None
    hours_channel: kinds.HoursChannel = ""
    web_words_on_telegram: kinds.YesOrNo = False

    # What newcomers are promised.
    promise_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 15
    answer_hours: Annotated[int, whole(1, HOURS_OF_A_WEEK)] = 24
    retention_days: kinds.RetentionDays = 30

    # Who is there, and whom a waiting case is shown when: minutes from a shift's start, and of waiting.
    present_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 10
    remind_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 5
    widen_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 10
    coordinator_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 15
    shift_end_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 15  # after it what nobody keeps returns

    # How long a case stays with a volunteer who does not answer, and how many one has at once.
    stall_minutes: Annotated[int, whole(2, MINUTES_OF_A_DAY)] = 45
    stall_warn_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 30
    cases_at_once: Annotated[int, whole(1, 100)] = 3
    hand_over_minutes: Annotated[int, whole(1, MINUTES_OF_A_DAY)] = 30

    # How long a volunteer needs from one place to another.
    travel_minutes: Annotated[int, whole(0, MINUTES_OF_A_DAY)] = 30

    # What the agreement with the municipality asks for; 0 is no goal.
    sessions_a_year: Annotated[int, whole(0, MOST_SESSIONS_A_YEAR)] = 0

    # Delivery, and how long things may take.
    sends_in_parallel: Annotated[int, whole(1, MOST_SENDS_IN_PARALLEL)] = 8
    sends_a_second: Annotated[float, number(1, MOST_SENDS_A_SECOND, kind=float)] = 23.0
    sends_to_a_chat_a_second: Annotated[float, number(kinds.SHORTEST_SECONDS, MOST_SENDS_A_SECOND, kind=float)] = 1.0
    send_timeout_seconds: kinds.SendTimeout = 18.0
    lease_seconds: kinds.Seconds = 60.0
    poll_seconds: kinds.Seconds = 5.0
    long_poll_seconds: Annotated[int, whole(1, LONGEST_LONG_POLL_SECONDS)] = 30
    retry_first_seconds: kinds.Seconds = 2.0
    retry_hours: Annotated[int, whole(1, HOURS_OF_A_WEEK)] = 24
    work_seconds: kinds.Seconds = 2.0
    stop_seconds: kinds.StopTime = 25.0

    # Watching it run.
    metrics_token: kinds.MetricsToken = None
    log_level: kinds.LogLevel = "INFO"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic hands over every source there may be
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Only what the caller gives: a stray variable of the process must not change a test."""
        return (init_settings,)

    @property
    def grace(self) -> timedelta:
        """For how long from a shift's start whoever is on it has cards without having given a sign of being there."""
        return timedelta(minutes=self.present_minutes)

    @property
    def postgres_dsn(self) -> str:
        """The database as asyncpg itself takes it, for a connection that SQLAlchemy does not manage."""
        url = make_url(self.database_url).set(drivername="postgresql")
        return renamed(url, "ssl", "sslmode").render_as_string(hide_password=False)

    @field_validator("database_url")
    @classmethod
    def _sqlite_in_the_data_folder(cls, url: str | None, info: ValidationInfo) -> str:
        return url or f"sqlite+aiosqlite:///{info.data.get('data_dir', Path())}/radrum.db"

    @field_validator("key_file")
    @classmethod
    def _key_apart_from_what_it_opens(cls, key_file: Path, info: ValidationInfo) -> Path:
        data_dir = info.data.get("data_dir")
        if data_dir and key_file.is_relative_to(data_dir):
            refuse("setting_key_inside_data", folder=data_dir)
        return key_file

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_has_a_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("webhook_url") and secret is None:
            refuse("setting_webhook_secret_missing")
        return secret

    @field_validator("stall_warn_minutes")
    @classmethod
    def _warned_before_it_goes_back(cls, warned: int, info: ValidationInfo) -> int:
        most = info.data.get("stall_minutes")
        if most is not None and warned >= most:
            refuse("setting_warned_too_late", value=warned, most=most)
        return warned

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
            refuse("setting_work_too_long", value=work, lease=lease)
        return work


def _longer_than_a_send(seconds: float, info: ValidationInfo, *, code: str) -> float:
    """What has to outlast a whole send: reaching the server, and its answer."""
    send_timeout = info.data.get("send_timeout_seconds")
    if send_timeout is not None and seconds <= send_timeout + CONNECT_SECONDS:
        refuse(code, value=seconds, send_timeout=send_timeout, connect=CONNECT_SECONDS)
    return seconds


def variable_of(field: str) -> str:
    """The name of the environment's variable behind a field."""
    return PREFIX + field.upper()


def _unknown(name: str) -> Mistake:
    nearest = get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    if nearest:
        return Mistake(name, "setting_unknown_but_near", {"nearest": variable_of(nearest[0])})
    return Mistake(name, "setting_unknown", {})


def _mistake(error: ErrorDetails) -> Mistake:
    return Mistake(variable_of(str(error["loc"][0])), error["type"], dict(error.get("ctx", {})))
