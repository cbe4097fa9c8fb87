"""The verbs about volunteers, given at a real command line: what they print, and how soon."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest

from bot.engine.seal import Seal, create_key, load_key
from bot.engine.settings import read_settings
from bot.engine.store import Store
from bot.people import people
from bot.volunteers import leaving
from handlers.telegram.name import PATIENCE_SECONDS, bot_name
from models.people import Role
from tests.botapi import FakeBotApi
from tests.command_line import CommandLine
from tests.given import TOKEN, settings_for

TOKEN_SHAPE = r"([A-Za-z0-9_-]{43})"


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi() as opened:
        yield opened


@pytest.fixture
def line(sqlite_url: str, tmp_path: Path, api: FakeBotApi) -> CommandLine:
    key_file = tmp_path / "key" / "radrum.key"
    create_key(key_file)
    return CommandLine(
        {
            "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "RADRUM_DATABASE_URL": sqlite_url,
            "RADRUM_KEY_FILE": str(key_file), "RADRUM_DATA_DIR": str(tmp_path / "data"),
            "RADRUM_TELEGRAM_TOKEN": TOKEN, "RADRUM_TELEGRAM_API_URL": api.url,
        }
    )  # fmt: skip


async def test_a_new_volunteer_gets_a_link_that_opens_the_bot(line: CommandLine) -> None:
    status, said, complained = await line.gives("volunteer", "add", "Nils")

    assert (status, complained) == (0, "")
    assert re.search(rf"https://t\.me/radrum_test_bot\?start={TOKEN_SHAPE}$", said, re.M)
    assert "/start " not in said


@pytest.mark.parametrize("trouble", ["silent", "refusing", "away", "nothing set up"])
async def test_the_name_is_asked_for_a_short_while_and_no_trouble_is_raised_or_logged(
    api: FakeBotApi, sqlite_url: str, tmp_path: Path, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(sqlite_url, tmp_path, telegram_token=TOKEN, telegram_api_url=api.url)
    assert await bot_name(settings) == "radrum_test_bot"
    if trouble == "silent":
        api.black_hole()
    elif trouble == "refusing":
        api.fail("getMe", kind=401)
    elif trouble == "away":
        await api.down()
    else:
        settings = settings_for(sqlite_url, tmp_path)
    begun = monotonic()

    assert await bot_name(settings) is None

    assert monotonic() - begun < PATIENCE_SECONDS + 3
    assert TOKEN not in caplog.text


async def test_where_telegram_does_not_say_the_name_the_line_alone_is_printed(
    line: CommandLine, api: FakeBotApi
) -> None:
    api.fail("getMe", kind=500, times=None)

    status, said, complained = await line.gives("volunteer", "add", "Nils")

    assert (status, complained) == (0, "")
    assert re.search(rf"/start {TOKEN_SHAPE}$", said, re.M)
    assert "t.me" not in said and TOKEN not in said


async def test_a_disabled_volunteer_gets_no_links_until_access_is_given_again(line: CommandLine) -> None:
    settings = read_settings(line.env)
    store = Store(settings, Seal(load_key(settings.key_file)))
    async with store.work() as work:
        add = {"role": Role.VOLUNTEER, "alias": "Nils", "language": "sv", "speaks": ["sv"]}
        await leaving.disable_staff(work, await people.add_staff(work, **add))
    await store.close()

    refused = await line.gives("volunteer", "link", "Nils")
    enabled = await line.gives("volunteer", "enable", "nils")

    assert refused[:2] == (1, "")
    assert "Nils\u2069 has no access" in refused[2] and "volunteer enable" in refused[2]
    assert enabled[0] == 0
    assert re.search(rf"/desk/login/{TOKEN_SHAPE}$", enabled[1], re.M) and "t.me/radrum_test_bot" in enabled[1]


async def test_somebody_new_is_introduced_step_by_step_and_leaves_for_good(line: CommandLine) -> None:
    await line.gives("volunteer", "add", "Nour", "--speaks", "ar", "--new")
    first = await line.gives("volunteer", "step", "Nour", "interview")
    for step in ("secrecy", "register", "introduction"):
        last = await line.gives("volunteer", "step", "nour", step)
    undone = await line.gives("volunteer", "step", "Nour", "register", "--undo")
    trainee = await line.gives("volunteer", "trainee", "Nour")
    shown = await line.gives("volunteer", "show", "Nour")
    kept = await line.gives("volunteer", "leave", "Nour", typed="no\n")
    left = await line.gives("volunteer", "leave", "Nour", typed="yes\n")
    gone = await line.gives("volunteer", "show", "Nour")

    assert re.search(r"^Interview: \d+ \w+ \d{4}$", first.said, re.M) and first.said.count(": left") == 3
    assert ": left" not in last.said and undone.said.count(": left") == 1
    assert "New" in trainee.said  # not introduced comes first
    assert "Languages: Arabic" in shown.said and "Register extract shown: left" in shown.said
    assert (kept.status, gone.status) == (1, 1) and left.status == 0
    assert "the name is deleted" in left.said


async def test_a_step_that_there_is_not_is_said_with_those_there_are(line: CommandLine) -> None:
    await line.gives("volunteer", "add", "Nour", "--new")

    status, _, complained = await line.gives("volunteer", "step", "Nour", "coffee")

    assert status == 2 and "introduction" in complained


async def test_a_role_is_given_once_it_is_meant_and_the_last_coordinator_stays_one(line: CommandLine) -> None:
    await line.gives("volunteer", "add", "Nour")
    kept = await line.gives("volunteer", "role", "Nour", "coordinator", typed="no\n")
    given = await line.gives("volunteer", "role", "Nour", "coordinator", typed="yes\n")
    last = await line.gives("volunteer", "role", "Nour", "volunteer", "--yes")
    shown = await line.gives("volunteer", "list")
    strange = await line.gives("volunteer", "role", "Nour", "boss", "--yes")

    assert kept.status == 1 and "Nothing is changed." in kept.complained
    assert (given.status, "Nour is a coordinator now." in given.said) == (0, True)
    assert last.status == 1 and "no coordinator would be left" in last.complained
    assert "Coordinator" in shown.said or "coordinator" in shown.said
    assert strange.status == 2 and "coordinator" in strange.complained
