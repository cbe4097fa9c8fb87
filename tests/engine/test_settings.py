"""What an installation may choose, and how its mistakes are told."""

from pathlib import Path

import pytest

from bot.engine.settings import CONNECT_SECONDS, Mistake, Settings, SettingsMistakes, read_settings

SECRET = "correct-horse-battery"


def mistakes_in(**variables: str) -> list[Mistake]:
    with pytest.raises(SettingsMistakes) as caught:
        read_settings({f"RADRUM_{name}": value for name, value in variables.items()})
    return caught.value.mistakes


def codes_in(**variables: str) -> list[tuple[str, str]]:
    return [(mistake.variable, mistake.code) for mistake in mistakes_in(**variables)]


def test_nothing_has_to_be_set_to_try_the_service_at_home():
    settings = read_settings({"PATH": "/bin", "HOME": "/root"})

    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.database_url == f"sqlite+aiosqlite:///{Path('data').resolve()}/radrum.db"
    assert settings.key_file == Path("key/radrum.key").resolve()
    assert settings.telegram_token is None
    assert (settings.promise_minutes, settings.answer_hours, settings.retention_days) == (15, 24, 30)


def test_variables_of_the_process_itself_change_nothing(monkeypatch):
    monkeypatch.setenv("RADRUM_PORT", "9999")

    assert read_settings({}).port == 8080
    assert Settings().port == 8080


def test_an_empty_variable_counts_as_not_set_and_white_space_around_a_value_as_nothing():
    settings = read_settings({"RADRUM_PORT": "", "RADRUM_TELEGRAM_TOKEN": " 123:abc\n"})

    assert settings.port == 8080
    assert settings.telegram_token.get_secret_value() == "123:abc"


def test_the_database_lies_in_the_data_folder_unless_said_otherwise(tmp_path):
    assert read_settings({"RADRUM_DATA_DIR": str(tmp_path)}).database_url == f"sqlite+aiosqlite:///{tmp_path}/radrum.db"
    assert read_settings({"RADRUM_DATABASE_URL": "sqlite:////x/y.db"}).database_url == "sqlite+aiosqlite:////x/y.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_postgres_is_reached_through_asyncpg_however_it_is_written(scheme):
    settings = read_settings({"RADRUM_DATABASE_URL": f"{scheme}://u:p%40w@db.example.org/radrum?sslmode=require"})

    assert settings.database_url == "postgresql+asyncpg://u:p%40w@db.example.org/radrum?ssl=require"
    assert settings.postgres_dsn == "postgresql://u:p%40w@db.example.org/radrum?sslmode=require"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?uri=true",
        "radrum.db",
        "postgresql+psycopg://h/d",
    ],
)
def test_another_database_is_refused(url):
    assert codes_in(DATABASE_URL=url) == [("RADRUM_DATABASE_URL", "setting_unknown_database")]


def test_a_key_inside_the_data_folder_is_refused(tmp_path):
    mistakes = mistakes_in(DATA_DIR=str(tmp_path), KEY_FILE=str(tmp_path / "keys" / ".." / "radrum.key"))

    assert mistakes == [Mistake("RADRUM_KEY_FILE", "setting_key_inside_data", {"folder": str(tmp_path)})]


@pytest.mark.parametrize(
    "url", ["http://localhost:8080", "http://[::1]:8080", "http://127.0.0.2", "https://rad.example.org/"]
)
def test_a_public_address_is_either_encrypted_or_on_this_computer(url):
    assert read_settings({"RADRUM_PUBLIC_URL": url}).public_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://rad.example.org", "setting_needs_https"),
        ("http://127.0.0.1.example.org", "setting_needs_https"),
        ("https://rad.example.org/sub", "setting_address_has_path"),
        ("https://u:p@rad.example.org", "setting_not_an_address"),
        ("https://rad.example.org:port", "setting_not_an_address"),
        ("http://[::1", "setting_not_an_address"),
        ("rad.example.org", "setting_not_an_address"),
        ("ftp://rad.example.org", "setting_not_an_address"),
        ("https://rad.example.org?a=b", "setting_not_an_address"),
    ],
)
def test_an_unsafe_or_strange_public_address_is_refused(url, code):
    assert codes_in(PUBLIC_URL=url) == [("RADRUM_PUBLIC_URL", code)]


def test_a_webhook_needs_https_and_a_secret():
    assert codes_in(WEBHOOK_URL="https://rad.example.org/hook") == [
        ("RADRUM_WEBHOOK_SECRET", "setting_webhook_secret_missing")
    ]
    assert codes_in(WEBHOOK_URL="http://rad.example.org/hook", WEBHOOK_SECRET=SECRET) == [
        ("RADRUM_WEBHOOK_URL", "setting_needs_https")
    ]
    assert codes_in(WEBHOOK_SECRET="short") == [("RADRUM_WEBHOOK_SECRET", "setting_not_a_webhook_secret")]

    settings = read_settings({"RADRUM_WEBHOOK_URL": "http://127.0.0.1:9/hook", "RADRUM_WEBHOOK_SECRET": SECRET})

    assert settings.webhook_url == "http://127.0.0.1:9/hook"


def test_trusted_proxies_are_addresses_and_networks():
    settings = read_settings({"RADRUM_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"})

    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "::/1", "::ffff:0.0.0.0/96"])
def test_a_proxy_network_that_trusts_nearly_everybody_is_refused(everybody):
    assert mistakes_in(TRUSTED_PROXIES=f"127.0.0.1,{everybody}") == [
        Mistake("RADRUM_TRUSTED_PROXIES", "setting_proxies_too_many", {"value": everybody})
    ]


def test_the_widest_private_networks_may_be_proxies_and_an_ipv4_one_may_be_written_as_ipv6():
    settings = read_settings({"RADRUM_TRUSTED_PROXIES": "10.0.0.0/8,fc00::/7,::ffff:172.16.0.0/108"})

    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "fc00::/7", "172.16.0.0/12"]


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("PORT", "65536", "setting_not_a_port"),
        ("PORT", "http", "setting_not_a_port"),
        ("RETENTION_DAYS", "91", "setting_retention_too_long"),
        ("RETENTION_DAYS", "0", "setting_out_of_range"),
        ("RETENTION_DAYS", "thirty", "setting_not_a_number"),
        ("WORK_SECONDS", "nan", "setting_out_of_range"),
        ("OFFICE_ZONE", "Europe/Lund", "setting_not_a_zone"),
        ("OFFICE_ZONE", "../../etc/passwd", "setting_not_a_zone"),
        ("OFFICE_ZONE", "Europe", "setting_not_a_zone"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "setting_not_a_network"),
        ("TELEGRAM_TOKEN", "abc", "setting_not_a_bot_token"),
        ("WEB_WORDS_ON_TELEGRAM", "perhaps", "setting_not_yes_or_no"),
        ("LOG_LEVEL", "LOUD", "setting_not_a_log_level"),
        ("LEASE_SECONDS", "20", "setting_lease_too_short"),
        ("STOP_SECONDS", "25.1", "setting_out_of_range"),
        ("SEND_TIMEOUT_SECONDS", "18.1", "setting_out_of_range"),
        ("LONG_POLL_SECONDS", "0", "setting_out_of_range"),
        ("METRICS_TOKEN", "fifteen-letters", "setting_not_a_metrics_token"),
        ("METRICS_TOKEN", "sixteen letters!", "setting_not_a_metrics_token"),
        ("HOURS_CHANNEL", "radrum", "setting_not_a_channel"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(variable, value, code):
    assert codes_in(**{variable: value}) == [(f"RADRUM_{variable}", code)]


def test_time_outs_as_shipped_outlast_each_other():
    shipped = Settings()
    send = shipped.send_timeout_seconds + CONNECT_SECONDS

    assert send < shipped.stop_seconds <= 25
    assert max(send, shipped.work_seconds) < shipped.lease_seconds


@pytest.mark.parametrize(
    ("variable", "value", "another", "limit", "code"),
    [
        ("STOP_SECONDS", "23", "SEND_TIMEOUT_SECONDS", "18", "setting_stop_too_short"),
        ("LEASE_SECONDS", "23", "SEND_TIMEOUT_SECONDS", "18", "setting_lease_too_short"),
        ("WORK_SECONDS", "60", "LEASE_SECONDS", "60", "setting_work_too_long"),
        ("STALL_WARN_MINUTES", "45", "STALL_MINUTES", "45", "setting_warned_too_late"),
    ],
)
def test_time_outs_that_contradict_each_other_are_refused_and_both_are_named(
    variable, value, another, limit, code, catalogues
):
    (mistake,) = mistakes_in(**{variable: value, another: limit})
    told = [catalogues.desk(language)(mistake.code, **mistake.params) for language in ("sv", "en")]

    assert (mistake.variable, mistake.code) == (f"RADRUM_{variable}", code)
    assert all(f"RADRUM_{another}" in sentence for sentence in told)


def test_time_outs_just_within_what_they_need_are_taken():
    settings = read_settings(
        {
            "RADRUM_SEND_TIMEOUT_SECONDS": "18", "RADRUM_STOP_SECONDS": "23.01", "RADRUM_LEASE_SECONDS": "23.01",
            "RADRUM_WORK_SECONDS": "23",
        }
    )  # fmt: skip

    assert (settings.stop_seconds, settings.lease_seconds, settings.work_seconds) == (23.01, 23.01, 23)


def test_time_outs_that_contradict_each_other_are_told_together_with_every_other_mistake():
    assert codes_in(PORT="x", SEND_TIMEOUT_SECONDS="10", LEASE_SECONDS="15", WORK_SECONDS="15", STOP_SECONDS="15") == [
        ("RADRUM_PORT", "setting_not_a_port"),
        ("RADRUM_LEASE_SECONDS", "setting_lease_too_short"),
        ("RADRUM_STOP_SECONDS", "setting_stop_too_short"),
    ]


def test_all_mistakes_are_told_at_once_a_misspelt_name_included():
    mistakes = mistakes_in(PORT="x", RETENTION_DAYS="400", KEY_FILE="data/key", PROMIS_MINUTES="5", PINEAPPLE="")

    assert mistakes == [
        Mistake("RADRUM_KEY_FILE", "setting_key_inside_data", {"folder": str(Path("data").resolve())}),
        Mistake("RADRUM_PORT", "setting_not_a_port", {"value": "x"}),
        Mistake("RADRUM_RETENTION_DAYS", "setting_retention_too_long", {"value": "400", "highest": "90"}),
        Mistake("RADRUM_PROMIS_MINUTES", "setting_unknown_but_near", {"nearest": "RADRUM_PROMISE_MINUTES"}),
        Mistake("RADRUM_PINEAPPLE", "setting_unknown", {}),
    ]


def test_no_secret_is_told_in_a_mistake_or_when_settings_are_printed():
    wrong = {
        "RADRUM_TELEGRAM_TOKEN": "123:s3cret!",
        "RADRUM_WEBHOOK_SECRET": "s3cret",
        "RADRUM_METRICS_TOKEN": "s3cret",
        "RADRUM_DATABASE_URL": "mysql://u:s3cret@h/d",
        "RADRUM_TEST_DATABASE_URL": "mysql://u:s3cret@h/d",
        "RADRUM_TELEGRAM_API_URL": "https://u:s3cret@h",
    }
    right = {
        "RADRUM_TELEGRAM_TOKEN": "123:s3cret",
        "RADRUM_METRICS_TOKEN": "s3cret-s3cret-s3cret",
        "RADRUM_WEBHOOK_SECRET": "s3cret-s3cret-s3cret",
        "RADRUM_DATABASE_URL": "postgresql://u:s3cret@h/d",
    }

    with pytest.raises(SettingsMistakes) as caught:
        read_settings(wrong)
    settings = read_settings(right)

    assert {mistake.variable for mistake in caught.value.mistakes} == set(wrong)
    assert "s3cret" not in f"{caught.value} {caught.value.mistakes} {caught.value.__cause__!r}"
    assert "s3cret" not in f"{settings!r} {settings!s}"


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1
