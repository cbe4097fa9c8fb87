"""What reaches the operators' log, and above all what does not. Each way out of the program carries a canary."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "kanariefågel"
TOKEN = "7654321:AAF-0123456789abcdefghijklmnopqrstuvw"

PROGRAM = f"""
import asyncio, gc, logging, threading
import structlog
from sqlalchemy import create_engine, text
from bot.engine import logs
from bot.engine.errors import NotOpen

logs.configure("DEBUG")
log = structlog.get_logger("bot.telling.delivery")

class Row:
    def __repr__(self): return "{CANARY}"

log.debug("sent", case_id=472913, row=Row(), rows=[Row()], token="bot{TOKEN}/getMe")
try:
    try:
        raise ValueError("{CANARY}")
    except ValueError as exc:
        raise NotOpen(words="{CANARY}") from exc
except NotOpen:
    log.exception("refused", reason=ValueError("{CANARY}"))

for name in ("telegram.ext.Application", "httpx", "aiohttp.access", "aiosqlite", "sqlalchemy.engine"):
    logging.getLogger(name).setLevel("DEBUG")
    logging.getLogger(name).info("{CANARY}")
    logging.getLogger(name).error("wrong for %s", "{CANARY}", exc_info=RuntimeError("{CANARY}"))
    logging.getLogger(name).error(RuntimeError("{CANARY}"))
logging.getLogger("alembic.runtime.migration").info("Running upgrade %s -> %s", "0001", "0002")
log.info("%d", "{CANARY}")

engine = create_engine("sqlite://", echo=True, hide_parameters=True)
with engine.connect() as connection:
    connection.execute(text("select :words"), {{"words": "{CANARY}"}})
    try:
        connection.execute(text("select * from nothing where words = :words"), {{"words": "{CANARY}"}})
    except Exception:
        log.exception("query_failed")
engine.dispose()

async def fail():
    raise RuntimeError("{CANARY}")

async def forget():
    asyncio.get_running_loop().create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()

asyncio.run(forget())

class Grave:
    def __del__(self): raise RuntimeError("{CANARY}")

Grave()
thread = threading.Thread(target=lambda: [].index("{CANARY}"))
thread.start()
thread.join()
raise ExceptionGroup("{CANARY}", [ValueError("{CANARY}"), KeyError("{CANARY}")])
"""


@pytest.fixture(scope="module")
def told() -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.fixture(scope="module")
def lines(told) -> list[dict]:
    return [json.loads(line) for line in told.stderr.splitlines()]


def one(lines: list[dict], event: str) -> dict:
    (line,) = [line for line in lines if line["event"] == event]
    return line


def test_no_words_of_a_person_leave_by_any_way(told):
    assert CANARY not in told.stderr
    assert told.stdout == ""
    assert told.returncode == 1


def test_no_bot_token_is_told(told, lines):
    assert TOKEN not in told.stderr
    assert one(lines, "sent")["token"] == "bot[token]/getMe"


def test_ids_and_codes_are_told_and_of_other_objects_only_the_type(lines):
    line = one(lines, "sent")

    assert (line["level"], line["logger"], line["case_id"]) == ("DEBUG", "bot.telling.delivery", 472913)
    assert (line["row"], line["rows"]) == ("Row", ["Row"])
    assert line["at"].endswith("+00:00")


def test_an_exception_is_told_by_type_code_and_place_with_its_cause(lines):
    exception = one(lines, "refused")["exception"]

    assert (exception["type"], exception["code"]) == ("bot.engine.errors.NotOpen", "case_not_open")
    assert exception["passed"] == ["<string>:19 <module>"]
    assert exception["because"]["type"] == "builtins.ValueError"


def test_libraries_are_silent_below_warning_and_then_say_their_fixed_text_only(lines):
    said = [line for line in lines if line["logger"] == "telegram.ext.Application"]

    assert [(line["level"], line["event"]) for line in said] == [("ERROR", "wrong for %s"), ("ERROR", "RuntimeError")]
    assert said[0]["exception"]["type"] == "builtins.RuntimeError"


def test_migrations_say_what_they_run(lines):
    assert one(lines, "Running upgrade 0001 -> 0002")["level"] == "INFO"


def test_an_engine_that_echoes_stays_silent(lines):
    assert [line["event"] for line in lines if line["logger"] == "sqlalchemy.engine.Engine"] == []
    assert one(lines, "query_failed")["exception"]["type"] == "sqlalchemy.exc.OperationalError"


def test_what_nobody_caught_is_told_in_the_same_form(lines):
    assert one(lines, "Task exception was never retrieved")["exception"]["type"] == "builtins.RuntimeError"
    assert one(lines, "exception_lost")["exception"]["type"] == "builtins.RuntimeError"
    assert one(lines, "thread_ended")["exception"]["type"] == "builtins.ValueError"
    assert [part["type"] for part in one(lines, "program_ended")["exception"]["holds"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
