"""Every verb of the command line, given once on one installation: what it says, how it ends, and what is then true.

A verb that is added to the program and not to the story here fails the first test. `run` and `demo`, which stay, have
tests of their own below.
"""

import asyncio
import os
import re
import shlex
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest
import typer

from bot.__main__ import main
from bot.engine.seal import Seal, load_key
from bot.engine.settings import read_settings
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from tests import builders
from tests.command_line import Answer, CommandLine
from tests.crash.program import ROOT, START_SECONDS, Program, free_port

SWEDISH, ENGLISH = "sv_SE.UTF-8", "en_GB.UTF-8"
STAY = ("run", "demo")
MONDAY = date.today() + timedelta(days=14 - date.today().weekday())  # noqa: DTZ011 - any Monday ahead will do
LINK = r"/desk/login/[A-Za-z0-9_-]{43}\b"


@dataclass
class Place:
    """The installation, and what has been read of it: numbers that a verb said, codes of cases."""

    folder: Path
    env: dict[str, str]
    catalogues: Catalogues
    known: dict[str, str] = field(default_factory=lambda: {"monday": MONDAY.isoformat()})

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What is committed."""
        with closing(sqlite3.connect(self.folder / "data" / "radrum.db")) as db:
            return db.execute(sql).fetchall()

    @asynccontextmanager
    async def service(self) -> AsyncIterator[Service]:
        """The same installation from within, for what people do and no verb does."""
        settings = read_settings(self.env)
        store = Store(settings, Seal(load_key(settings.key_file)))
        try:
            yield Service(store, settings, self.catalogues)
        finally:
            await store.close()


Before = Callable[[Place], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """A verb as it is typed, and what comes of it. `says`, `complains`: patterns for the two outputs, "" for silence;
    what a group of theirs is named is known to later steps. `rows`: what `sql` finds afterwards."""

    typed: str
    says: str = ""
    complains: str = ""
    status: int = 0
    answer: str = ""
    sql: str = ""
    rows: tuple[tuple[object, ...], ...] = ()
    before: Before | None = None

    @property
    def verb(self) -> str:
        return " ".join(word for word in self.typed.split()[:2] if re.fullmatch("[a-z]+", word))


def refused(typed: str, complains: str, status: int = 1) -> Step:
    return Step(typed, complains=complains, status=status)


async def somebody_asks(place: Place) -> None:
    """A case waits, and Amina, who is on shift, has another."""
    async with place.service() as service:
        staff = builders.Staff(await builders.person_named(service, "Amina"), "Amina")
        await builders.shift(service, staff)
        taken = await builders.case_of(service, "Frågan som Amina har")
        await builders.claims(service, staff, taken)
        waiting = await builders.case_of(service, "Frågan som väntar")
    place.known |= {"taken": taken.code, "waiting": waiting.code}


STATES = "SELECT status, count(*) FROM cases GROUP BY status"
EXCEPTIONS = "SELECT count(*) FROM hours_exceptions WHERE ended_by IS NULL"
STORY = (
    refused("check", "ingen nyckelfil", status=2),
    refused("volunteer list", "ingen nyckelfil", status=2),
    Step("migrate", "Databasen är uppdaterad", sql="SELECT count(*) FROM alembic_version", rows=((1,),)),
    Step("init Karin", LINK, sql="SELECT alias, role, enabled FROM people", rows=((None, "coordinator", 1),)),
    refused("init Karin", "Någon annan heter redan"),
    Step("check", "Inställningar, nyckel och databas fungerar"),
    Step("routes", r"POST +/telegram/webhook +telegram"),
    Step("routes --json", r'"path": "/healthz",\s+"policy": "probe"'),
    # Volunteers and shifts.
    Step(
        "volunteer add Amina --speaks ar,sv", rf"(?s)Amina.*{LINK}",
        sql="SELECT alias, role, speaks FROM people WHERE role = 'volunteer'",
        rows=((None, "volunteer", '["ar", "sv"]'),),
    ),
    refused("volunteer add Amina", "Någon annan heter redan"),
    refused("volunteer add Bo --speaks tlh", "känner inte till språket ”tlh”"),
    Step("volunteer link amina", LINK, sql="SELECT count(*) FROM login_links WHERE spent_at IS NULL", rows=((5,),)),
    refused("volunteer link Ingen", "ingen volontär som heter"),
    Step("volunteer list", r"Amina  Volontär  ar,sv  har tillgång\nKarin  Samordnare  sv,en  har tillgång"),
    Step("volunteer disable Amina", "avstängd", sql="SELECT enabled FROM people ORDER BY role", rows=((1,), (0,))),
    refused("volunteer link Amina", "volunteer enable"),
    Step("volunteer enable Amina", LINK, sql="SELECT enabled FROM people ORDER BY role", rows=((1,), (1,))),
    Step("volunteer show Amina", r"(?s)Amina · Volontär.*Språk: Arabiska, Svenska.*Räknas som introducerad"),
    Step("volunteer trainee Amina", "Går bredvid", sql="SELECT sum(is_trainee) FROM volunteer_profiles", rows=((1,),)),
    Step("volunteer trainee Amina --end", "Amina · Volontär"),
    Step(
        "volunteer role Amina coordinator --yes", "Amina",
        sql="SELECT count(*) FROM people WHERE role = 'coordinator'", rows=((2,),),
    ),
    Step("volunteer role Amina volunteer --yes", "Amina"),
    Step("volunteer add Nour --speaks ar --new", LINK),
    Step("volunteer step Nour interview", "Intervju: ", sql="SELECT step FROM onboarding", rows=(("interview",),)),
    Step("volunteer leave Nour --yes", "namnet är raderat", sql="SELECT step FROM onboarding", rows=()),
    refused("volunteer show Nour", "ingen volontär som heter"),
    Step(
        "shift add {monday} 13:00-16:00 Amina", r"Pass (?P<shift>\d+) .*: 3\.",
        sql="SELECT place, cancelled_at FROM shifts", rows=(("online", None),),
    ),
    refused("shift add {monday} 14:00-15:00 Amina", "har redan ett annat pass"),
    refused("shift add {monday} 14-15 Amina", "14"),
    refused("shift add {monday} 18:00-19:00 Ingen", "ingen volontär som heter"),
    Step("shift list", r"(?m)^{shift}  måndag .* kl\. 13:00–16:00  online  Amina$"),
    Step("shift cancel {shift}", "Passet är inställt", sql="SELECT cancelled_at IS NULL FROM shifts", rows=((0,),)),
    refused("shift cancel {shift}", "inget pass med numret {shift}"),
    refused("shift cancel x", "(?i)usage", status=2),
    Step("shift list", "inga kommande pass"),
    Step("shift add {monday} 14:00-15:00 Amina", "Pass", sql="SELECT count(*) FROM shifts", rows=((2,),)),
    # Places and hours.
    Step("place list", r"linero  på plats  Linero bibliotek  Vikingavägen 31, Lund"),
    Step(
        "place add torget 'Stora torget' --address 'Stortorget 1'", "koden torget",
        sql="SELECT code, address FROM places WHERE code = 'torget'", rows=(("torget", "Stortorget 1"),),
    ),
    refused("place add torget Annat", "finns redan en plats med koden ”torget”"),
    Step(
        "place describe torget --at 55.7 13.2 --last-entry 10 --text floor.sv=2", "Platsen är beskriven",
        sql="SELECT latitude, longitude, last_entry FROM places WHERE code = 'torget'", rows=((55.7, 13.2, 10),),
    ),
    refused("place describe torget --text floor", "ingen text för en plats"),
    refused("place describe nowhere --last-entry 10", "nowhere"),
    Step(
        "hours set torget monday 13:00-15:30", r"(?s)Svenska .*kl\. 13:00–15:30.*English .*13:00–15:30.*ändring 1",
        sql="SELECT place, weekday, opens, closes FROM weekly_hours",
        rows=(("torget", 0, "13:00:00.000000", "15:30:00.000000"),),
    ),
    refused("hours set torget blursday 13:00-15:30", "ingen veckodag"),
    refused("hours set torget monday 15:30-13:00", "slutar 13:00, men börjar först 15:30"),
    refused("hours set nowhere monday 13:00-15:30", "ingen plats med koden ”nowhere”"),
    Step("hours list", r"{monday}  kl\. 13:00–15:30  Stora torget \(torget\)"),
    Step("hours close {monday} torget illness", r"Orsak: sjukdom(?s:.*)ändring 2", sql=EXCEPTIONS, rows=((1,),)),
    refused("hours close {monday} torget mood", "mood"),
    Step("hours do /extra {monday} 16-17 torget", r"extra öppet kl\. 16:00–17:00", sql=EXCEPTIONS, rows=((2,),)),
    refused("hours do extra {monday} torget", "Skriv från när till när"),
    refused("hours do nothing {monday} torget", "nothing"),
    Step("hours on {monday}", r"Stora torget \(torget\)  kl\. 16:00–17:00"),
    refused("hours on someday", "ingen dag"),
    Step("hours history", r"(?m)^3  .*extra öppet(?s:.*)^2  .*stängt(?s:.*)^1  .*varje måndag"),
    Step("hours undo", r"extra öppet(?s:.*)Ångra ändring nr 3", status=1, answer="nej\n", sql=EXCEPTIONS, rows=((2,),)),
    Step("hours undo", "Ändring 3 är ångrad", answer="ja\n", sql=EXCEPTIONS, rows=((1,),)),
    Step("hours undo --yes", "Ändring 2 är ångrad", sql=EXCEPTIONS, rows=((0,),)),
    Step("hours holidays", r"."),
    # Cases and what is kept of them.
    Step("case list", "Inga ärenden väntar"),
    Step("case list", r"(?m)^{waiting!s}  I kö  sv  .*\n{taken!s}  Taget  sv  .*Amina$", before=somebody_asks),
    Step("case release '{taken!s}'", "{taken!s}", sql=STATES, rows=(("queued", 2),)),
    refused("case release {taken}", "Ingen har ärende {taken!s}"),
    refused("case release 1234567", "inget ärende med numret ”1234567”. Ett ärendenummer gäller i högst 30 dagar"),
    Step(
        "case close {taken}", "{taken!s}",
        sql=STATES, rows=(("closed", 1), ("queued", 1)),
    ),
    refused("case close {taken}", "{taken!s}"),
    Step("erase {waiting}", "{waiting!s}", sql="SELECT count(*) FROM messages", rows=((1,),)),
    refused("erase {waiting}", "redan raderat"),
    Step("purge", "Inget ärende hade gammal text", sql="SELECT count(*) FROM messages", rows=((1,),)),
    Step("report", r"(?s)Ärenden +2\n.*Rapporten ligger i radrum-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"),
    Step("report --from 2026-01-01 --to 2026-01-31 --csv a.csv --sessions b.csv", "a.csv"),
    refused("report --from someday", "ingen dag"),
    Step("clock confirm", "Serverns klocka visar", "Inget är ändrat", status=1, answer="nej\n"),
    Step("clock confirm", "litar på klockan igen", answer="ja\n"),  # what it does: tests/cli/test_clock.py
    refused("nonsense", "(?i)usage", status=2),
)  # fmt: skip
IN_ENGLISH = (
    Step("volunteer list", r"Amina  Volunteer  ar,sv  has access"),
    Step("shift list", r"Monday .* 14:00–15:00  online  Amina"),
    Step("hours list", r"{monday}  13:00–15:30  Stora torget \(torget\)"),
    Step("hours history", r"(?m)^1  .*every Monday"),
    Step("case list", "No cases"),
    refused("volunteer link Nobody", "no volunteer"),
    refused("shift cancel 1", "no shift with the number 1"),
    refused("hours on someday", "not a day"),
    refused("case close 1234567", "no case with the number"),
)


def verbs(command: object, name: str = "") -> Iterator[str]:
    """Every verb of the program, as it is typed."""
    for one, below in getattr(command, "commands", {}).items():
        typed = f"{name} {one}".strip()
        yield from verbs(below, typed) if hasattr(below, "commands") else (typed,)


def test_every_verb_is_in_the_story() -> None:
    there = set(verbs(typer.main.get_command(main)))

    assert {step.verb for step in STORY if not step.status} | set(STAY) == there


@pytest.fixture
def place(tmp_path: Path, catalogues: Catalogues) -> Place:
    port = free_port()
    env = {
        "RADRUM_DATA_DIR": tmp_path / "data", "RADRUM_KEY_FILE": tmp_path / "key" / "radrum.key", "RADRUM_PORT": port,
        "RADRUM_CONTROLLER": "IM", "RADRUM_CONTACT": "046", "RADRUM_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RADRUM_LOG_LEVEL": "WARNING",
    }  # fmt: skip
    return Place(tmp_path, {name: str(value) for name, value in env.items()}, catalogues)


def spoken(code: str) -> str:
    return f"{code[:3]} {code[3:6]} {code[6:]}" if re.fullmatch(r"\d{7}", code) else code


def filled(text: str, known: dict[str, str]) -> str:
    """The text with what is known by now in its places: {name} as it is typed, {name!s} as it is read."""
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value).replace(f"{{{name}!s}}", spoken(value))
    return text


async def gives(place: Place, line: CommandLine, step: Step) -> list[str]:
    """What is not as the step says, after it."""
    if step.before is not None:
        await step.before(place)
    got: Answer = await line.gives(*shlex.split(filled(step.typed, place.known)), typed=step.answer)
    found = []
    for what, pattern, output in (("said", step.says, got.said), ("complained", step.complains, got.complained)):
        match = re.search(filled(pattern, place.known), output) if pattern else re.fullmatch(r"\s*", output)
        if match is None:
            found.append(f"{step.typed}: {what} {output!r}, not {filled(pattern, place.known)!r}")
        else:
            place.known |= match.groupdict()
    if got.status != step.status:
        found.append(f"{step.typed}: ended with {got.status}, not {step.status}")
    if step.sql and place.rows(step.sql) != list(step.rows):
        found.append(f"{step.typed}: {place.rows(step.sql)}, not {step.rows}")
    return found


async def test_every_verb_says_and_does_what_it_is_for(place: Place) -> None:
    wrong = []
    for language, steps in ((SWEDISH, STORY), (ENGLISH, IN_ENGLISH)):
        line = CommandLine(place.env | {"LC_ALL": language}, place.folder)
        for step in steps:
            wrong += await gives(place, line, step)

    assert wrong == [], "\n".join(wrong)
    assert (place.folder / "key" / "radrum.key").stat().st_mode & 0o077 == 0
    assert [(place.folder / name).read_text().startswith(("\ufeff", '"')) for name in ("a.csv", "b.csv")]


async def test_settings_that_are_wrong_are_all_said_and_nothing_is_made(place: Place) -> None:
    wrong = place.env | {"RADRUM_PORT": "x", "RADRUM_RETENTION_DAYS": "100000", "LC_ALL": SWEDISH}
    line = CommandLine(wrong, place.folder)

    answers = [await line.gives(*verb) for verb in (("init", "Karin"), ("migrate",), ("run",), ("demo",))]

    for answer in answers:
        assert (answer.status, answer.said) == (2, "")
        assert "RADRUM_PORT" in answer.complained and "RADRUM_RETENTION_DAYS" in answer.complained
    assert not (place.folder / "data").exists() and not (place.folder / "key").exists()


async def test_run_serves_until_it_is_told_to_stop(place: Place) -> None:
    line = CommandLine(place.env | {"LC_ALL": SWEDISH}, place.folder)
    unready = await line.gives("run")
    await line.gives("init", "Karin")
    program = Program(place.env, place.folder / "program.log")
    await program.start()
    try:
        alive = await answered(f"{program.address}/healthz")
        program.ask_to_stop()
        status = await program.ended(START_SECONDS)
    finally:
        await program.kill()

    assert unready.status == 2 and "nyckelfil" in unready.complained
    assert (alive, status) == ((200, "ok"), 0)


async def test_demo_fills_an_office_of_its_own_and_prints_three_links_that_open(place: Place) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")} | place.env
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", cwd=ROOT, env=env | {"LC_ALL": SWEDISH}, stdout=asyncio.subprocess.PIPE
    )
    try:
        said = ""
        while len(links := re.findall(r"http://\S+?(?=[\u2066-\u2069]*\n)", said)) < 3:
            said += (await asyncio.wait_for(demo.stdout.readline(), START_SECONDS)).decode()  # type: ignore[union-attr]
        pages = [await answered(link) for link in links]
        demo.send_signal(signal.SIGTERM)
        await asyncio.wait_for(demo.communicate(), START_SECONDS)
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.communicate()

    assert [status for status, _ in pages] == [200, 200, 200]
    assert "Logga in" in pages[1][1] and "Logga in" in pages[2][1]
    assert demo.returncode == 0
    assert (place.folder / "data" / "trial.db").exists() and not (place.folder / "data" / "radrum.db").exists()


async def answered(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        return answer.status, await answer.text()
