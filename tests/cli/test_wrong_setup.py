"""An installation that is set up wrongly and looks right: real verbs say so in one line, end with 2, write nothing."""

import asyncio
import socket
from pathlib import Path

import pytest

from bot.engine.seal import Seal, create_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.engine.unlocking import open_store
from bot.language.i18n import Catalogues, Ltr
from bot.service import Service
from tests import builders
from tests.command_line import CommandLine
from tests.engine.test_unlocking import rows
from tests.given import settings_for

SWEDISH, ENGLISH = {"LC_ALL": "sv_SE.UTF-8"}, {"LC_ALL": "en_GB.UTF-8"}
MISUSED = 2
HTTPS = "https://rad.example.org"


@pytest.fixture
async def written_in(settings: Settings, catalogues: Catalogues) -> Settings:
    """An installation that has been in use."""
    store = await open_store(settings)
    await builders.case_of(Service(store, settings, catalogues))
    await store.close()
    return settings


def line_of(settings: Settings, **changes: str) -> CommandLine:
    given = {
        "DATABASE_URL": settings.database_url, "KEY_FILE": str(settings.key_file), "PORT": "0",
        "DATA_DIR": str(settings.data_dir), "CONTROLLER": "IM", "CONTACT": "070-174 06 05",
    }  # fmt: skip
    return CommandLine({f"RADRUM_{name}": value for name, value in (given | changes).items()})


async def refusals(line: CommandLine) -> list[tuple[int, str, str]]:
    """What `check` says in Swedish, and `run` in English."""
    return list(await asyncio.gather(line.gives("check", **SWEDISH), line.gives("run", **ENGLISH)))


def expected(catalogues: Catalogues, key: str, *, variable: str = "", **values: str) -> list[tuple[int, str, str]]:
    named = f"RADRUM_{variable}: " if variable else ""
    said = {name: Ltr(value) for name, value in values.items()}
    return [(MISUSED, "", f"{named}{catalogues.desk(language)(key, **said)}\n") for language in ("sv", "en")]


async def test_a_port_that_another_program_has_is_named_at_the_start(
    written_in: Settings, catalogues: Catalogues
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        line = line_of(written_in, PORT=port)

        told = [await line.gives("run", **language) for language in (SWEDISH, ENGLISH)]

    assert [complained for _status, _said, complained in told] == [
        complained for _status, _said, complained in expected(catalogues, "port_taken", port=port)
    ]
    assert [status for status, _said, _complained in told] == [1, 1]


async def test_words_cannot_be_kept_for_longer_than_anybody_may_promise(
    written_in: Settings, catalogues: Catalogues
) -> None:
    told = await refusals(line_of(written_in, RETENTION_DAYS="91"))

    values = {"value": "91", "highest": "90"}
    assert told == expected(catalogues, "setting_retention_too_long", variable="RETENTION_DAYS", **values)


async def test_another_key_is_refused_by_check_and_run(written_in: Settings, catalogues: Catalogues) -> None:
    key_file = written_in.key_file.with_name("other.key")
    create_key(key_file)
    before = await rows(written_in)

    assert await refusals(line_of(written_in, KEY_FILE=str(key_file))) == expected(catalogues, "seal_wrong_key")
    assert await rows(written_in) == before


@pytest.mark.parametrize("verb", [("migrate",), ("init", "Robin")], ids=" ".join)
async def test_another_key_is_refused_by_whatever_opens_the_database(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, verb: tuple[str, ...]
) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    store = Store(settings, Seal(create_key(settings.key_file)))
    await builders.case_of(Service(store, settings, catalogues))
    await store.close()
    other = settings.key_file.with_name("other.key")
    create_key(other)
    before = await rows(settings)

    refused = await line_of(settings, KEY_FILE=str(other)).gives(*verb, **ENGLISH)

    assert refused == expected(catalogues, "seal_wrong_key")[1]
    assert await rows(settings) == before


async def test_a_lost_key_is_missed_and_no_other_made_in_its_place(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    await (await open_store(settings)).close()
    settings.key_file.unlink()

    refused = await line_of(settings).gives("init", "Robin", **ENGLISH)

    assert refused == expected(catalogues, "key_lost", path=str(settings.key_file))[1]
    assert list(settings.key_file.parent.iterdir()) == []


async def test_https_without_a_proxy_is_refused(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    before = await rows(settings)

    refused = await refusals(line_of(settings, PUBLIC_URL=HTTPS))
    taken = await line_of(settings, PUBLIC_URL=HTTPS, TRUSTED_PROXIES="127.0.0.1").gives("check")

    told = {"variable": "TRUSTED_PROXIES", "public_url": "RADRUM_PUBLIC_URL"}
    assert refused == expected(catalogues, "setting_proxies_missing", **told)
    assert await rows(settings) != before and taken[0] == 0  # with the proxy known it opens, and leaves its witness


async def test_time_outs_that_contradict_each_other_are_refused(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    before = await rows(settings)

    refused = await refusals(line_of(settings, SEND_TIMEOUT_SECONDS="15", STOP_SECONDS="20"))

    told = {"value": "20", "send_timeout": "15", "connect": "5"}
    assert refused == expected(catalogues, "setting_stop_too_short", variable="STOP_SECONDS", **told)
    assert await rows(settings) == before


async def test_a_key_s_folder_that_others_may_write_in_is_refused(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    settings = settings_for(sqlite_url, tmp_path)
    create_key(settings.key_file)
    folder, before = settings.key_file.parent, await rows(settings)
    folder.chmod(0o720)

    assert await refusals(line_of(settings)) == expected(catalogues, "key_folder_unsafe", path=str(folder))
    assert await rows(settings) == before


async def test_a_folder_where_nothing_can_be_made_is_named_and_no_key_is_left_behind(
    tmp_path: Path, catalogues: Catalogues
) -> None:
    settings = settings_for("sqlite:////proc/none/radrum.db", tmp_path, data_dir="/proc/none")

    refused = await line_of(settings).gives("init", "Robin", **ENGLISH)

    assert refused == expected(catalogues, "cli_path_unusable", path="/proc/none")[1]
    assert not settings.key_file.exists()
