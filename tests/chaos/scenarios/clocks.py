"""Clocks that jump, at the start and while people write; clocks of two processes that differ; a process that stands
still. Nothing is erased, expires or is said twice, no chat is silent for long, and the daily rounds keep their time."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic

import aiohttp
from sqlalchemy import text

from bot.intake import converse
from bot.people import people
from models.base import UtcDateTime
from models.dialogue import Incoming, Pressed, Said
from tests.chaos.ground import POSTGRESQL, Ground
from tests.chaos.wrong_clock import HEEDED_SECONDS, MISSING, WrongClock, library
from tests.crash.place import WEBHOOK, Pair, Place, opened, talking_pairs
from tests.crash.program import Program, free_port, until

JUMPS = ("+400d", "-400d", "+26h", "-26h")
WRONG_SECONDS = 12.0
STOPPED_SECONDS = 90.0
LONGEST_SILENCE_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
UNDECIDED = 980_000
PAIRS, ROUNDS_OF_WORDS, MESSAGES = 6, 6, 24
AT_A_TIME = 2  # installations side by side; each waits most of its time
SENDS_ON_THE_WIRE = 4  # RADRUM_SENDS_IN_PARALLEL
_KEPT = (
    "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM people), "
    "(SELECT count(*) FROM conversations WHERE draft IS NOT NULL)"
)
_EXPIRED = "SELECT count(*) FROM outbox WHERE state = 'failed'"
_DUE = (
    "SELECT count(*) FROM outbox o JOIN addresses a ON a.id = o.address_id "
    "WHERE o.state = 'due' AND a.channel = 'telegram' AND a.parked_at IS NULL"
)
_SHUT = "SELECT count(*) FROM addresses WHERE parked_at IS NOT NULL"
_HEAD = ("erased", "expired", "lost", "twice", "thrice", "silent s", "rounds")
_DAILY = "SELECT kind, due_at FROM timers WHERE kind IN ('daily', 'morning') AND done_at IS NULL"
_KNOWN = "SELECT count(*) FROM meta WHERE name = 'newest_instant'"


@dataclass
class Verdict:
    """What one installation has seen. `silent`: the longest that something waited once the clock was right.
    `usually_silent`: the same where nobody touched the clock, in the same run on the same computer."""

    name: str
    erased: int = 0
    expired: int = 0
    lost: int = 0
    twice: int = 0
    thrice: int = 0
    silent: float = 0.0
    rounds_late: int = 0
    allowed_twice: int = 0
    usually_silent: float = 0.0
    is_unseen: bool = False

    def line(self) -> str:
        counts = (self.erased, self.expired, self.lost, self.twice, self.thrice)
        figures = "".join(f"{count:>10}" for count in counts)
        return f"{self.name:44}{figures}{self.silent:>10.1f}{self.rounds_late:>10}"

    def violations(self) -> list[str]:
        """What must not be, in words."""
        found = [
            f"{self.name}: {count} {what}"
            for what, count in (
                ("erased", self.erased), ("expired", self.expired), ("lost", self.lost),
                ("said three times", self.thrice), ("daily rounds put off", self.rounds_late),
            )
            if count
        ]  # fmt: skip
        if self.is_unseen:
            found.append(f"{self.name}: /readyz did not say that the clock is in doubt")
        if self.twice > self.allowed_twice:
            found.append(f"{self.name}: {self.twice} said twice")
        if self.silent > LONGEST_SILENCE_SECONDS + self.usually_silent:
            found.append(f"{self.name}: a chat was silent for {self.silent:.1f} s with the right clock")
        return found


async def run(ground: Ground) -> list[str]:
    """All of them, a few side by side."""
    if library() is None:
        print(MISSING, flush=True)
    print(f"{'':44}" + "".join(f"{column:>10}" for column in _HEAD), flush=True)
    turns, verdicts = asyncio.Semaphore(AT_A_TIME), []

    async def in_turn(scenario: object, *how: object) -> None:
        async with turns:
            verdicts.append(await scenario(ground, *how))  # type: ignore[operator]
            print(verdicts[-1].line(), flush=True)

    for database in ground.databases:
        await in_turn(_jumps_while_running, database, "+0")
    usual = max(one.silent for one in verdicts)
    async with asyncio.TaskGroup() as group:
        for database in ground.databases:
            for jump in JUMPS if library() else ():
                group.create_task(in_turn(_jumps_while_running, database, jump))
                group.create_task(in_turn(_starts_wrong, database, jump))
            if library():
                group.create_task(in_turn(_back_after_a_failed_send, database))
        if POSTGRESQL in ground.databases:
            group.create_task(in_turn(_stands_still))
            if library():
                group.create_task(in_turn(_two_minutes_apart))
    for one in verdicts:
        one.usually_silent = usual
    return [found for one in verdicts for found in one.violations()]


class Town:
    """One installation with people in the middle of things, and a clock that can be set wrong."""

    def __init__(self, place: Place, clock: WrongClock, pairs: list[Pair]) -> None:
        self.place, self.clock, self.pairs = place, clock, pairs
        self.said: list[tuple[int, str]] = []
        self._before: tuple[int, ...] = ()

    async def prepare(self) -> None:
        """Every question is answered, somebody's words wait for a consent, something waits behind a shut door."""
        api = self.place.api
        await _hold_words(self.place)
        await self.place.program.start()
        for pair in self.pairs:
            await self.says(pair.volunteer, pair.newcomer)
        await api.drained(PATIENCE_SECONDS)
        await self.quiet()
        shut = self.pairs[-1]
        api.fail("sendMessage", shut.newcomer, kind=403, times=None)
        await api.says(shut.volunteer, "behind a shut door", language_code="sv")
        await until(lambda: self.one(_SHUT), otherwise="a shut door")
        await until(lambda: self.one(_KNOWN), otherwise="the newest instant to be noted")
        await api.drained(PATIENCE_SECONDS)
        await self.quiet()
        self._before = await self.row(_KEPT)

    async def says(self, author: int, reader: int) -> None:
        words = f"words number {len(self.said):05} end"
        self.said.append((reader, words))
        await self.place.api.says(author, words, language_code="sv")

    async def talk(self, seconds: float) -> None:
        """People write both ways all the time; in the last third one chat takes nothing, so that its next try is due
        within seconds by a clock that goes."""
        for n in range(ROUNDS_OF_WORDS):
            if n == ROUNDS_OF_WORDS - 2:
                self.place.api.fail("sendMessage", self.pairs[0].newcomer, kind=500, times=None)
            for pair in self.pairs[:-1]:
                await self.says(pair.volunteer, pair.newcomer)
                await self.says(pair.newcomer, pair.volunteer)
            await asyncio.sleep(seconds / ROUNDS_OF_WORDS)

    async def recover(self) -> float:
        """Telegram takes everything again; returns how long it took until nothing waited."""
        await asyncio.sleep(HEEDED_SECONDS)
        self.place.api.clear_faults()
        began = monotonic()
        await self.place.api.drained(PATIENCE_SECONDS)
        await self.quiet()
        return monotonic() - began

    async def quiet(self) -> None:
        """Nothing waits but what is behind a shut door."""

        async def nothing_due() -> bool:
            return not await self.one(_DUE)

        await until(nothing_due, otherwise=f"{self.place.name}: nothing to be due", seconds=PATIENCE_SECONDS)

    async def judge(self, name: str, *, silent: float, allowed_twice: int = 0) -> Verdict:
        """What became of everything that was there and was said."""
        kept = await self.row(_KEPT)
        shown = [self.place.times_shown(reader, words) for reader, words in self.said]
        verdict = Verdict(name, silent=silent, allowed_twice=allowed_twice)
        verdict.erased = sum(max(before - now, 0) for before, now in zip(self._before, kept, strict=True))
        verdict.expired = await self.one(_EXPIRED)
        verdict.lost = shown.count(0)
        verdict.twice, verdict.thrice = sum(times == 2 for times in shown), sum(times > 2 for times in shown)
        verdict.rounds_late = await self._rounds_put_off()
        return verdict

    async def _rounds_put_off(self) -> int:
        async with self.place.store.work() as work:
            latest = work.now + timedelta(days=1, minutes=1)
            rows = (await work.db.execute(text(_DAILY).columns(due_at=UtcDateTime))).all()
        armed = {row.kind: row.due_at for row in rows}
        return sum(kind not in armed or armed[kind] > latest for kind in ("daily", "morning"))

    async def row(self, sql: str) -> tuple[int, ...]:
        async with self.place.store.look() as db:
            return tuple((await db.execute(text(sql))).one())

    async def one(self, sql: str) -> int:
        return (await self.row(sql))[0]

    async def clock_said(self) -> str:
        """What /readyz says of the clock."""
        async with aiohttp.ClientSession(base_url=self.place.program.address) as http:
            with suppress(aiohttp.ClientError):
                async with http.get("/readyz") as answer:
                    return str((await answer.json()).get("clock"))
        return ""


async def _hold_words(place: Place) -> None:
    """Somebody who has not agreed to anything yet has written."""
    async with place.store.work() as work:
        for act in (Pressed("lang:sv"), Said("words that wait for a consent")):
            visitor = await people.newcomer_on_telegram(work, UNDECIDED, hint="sv")
            key = f"held-{type(act).__name__}"
            await converse.receive(work, visitor, Incoming(key, act, external_id=key))


@asynccontextmanager
async def _town(ground: Ground, name: str, database: str) -> AsyncIterator[Town]:
    folder = ground.folder / name
    async with (
        ground.database(database, folder) as url,
        opened(name, url, folder, receive=WEBHOOK, send_timeout_seconds=5, retry_first_seconds=0.5) as place,
    ):
        clock = WrongClock(folder)
        if library():
            place.program.env = place.program.env | clock.env
        town = Town(place, clock, await talking_pairs(place.store, PAIRS))
        await town.prepare()
        yield town


async def _jumps_while_running(ground: Ground, database: str, jump: str) -> Verdict:
    name = f"{database} {jump} while running"
    async with _town(ground, name.replace(" ", "_"), database) as town:
        town.clock.set(jump)
        await town.talk(WRONG_SECONDS)
        said = await town.clock_said()
        town.clock.set("+0")
        verdict = await town.judge(name, silent=await town.recover())
        return verdict if jump == "+0" else _with_doubt(verdict, said)


async def _starts_wrong(ground: Ground, database: str, jump: str) -> Verdict:
    name = f"{database} {jump} at the start"
    async with _town(ground, name.replace(" ", "_"), database) as town:
        await town.place.program.kill()
        town.clock.set(jump)
        await town.place.program.start()
        await town.talk(WRONG_SECONDS)
        said = await town.clock_said()
        town.clock.set("+0")
        verdict = await town.judge(name, silent=await town.recover())
        return _with_doubt(verdict, said)


def _with_doubt(verdict: Verdict, said: str) -> Verdict:
    verdict.is_unseen = said != "in_doubt"
    return verdict


async def _back_after_a_failed_send(ground: Ground, database: str) -> Verdict:
    name = f"{database} -1h after a failed send"
    async with _town(ground, name.replace(" ", "_"), database) as town:
        await town.talk(WRONG_SECONDS / 2)
        town.clock.set("-1h")
        return await town.judge(name, silent=await town.recover())


@asynccontextmanager
async def _second(town: Town, env: dict[str, str]) -> AsyncIterator[Program]:
    """Another process of the same installation."""
    own = {"RADRUM_PORT": str(free_port())} | env
    program = Program(town.place.program.env | own, Path(f"{town.place.program._log}.second"))
    await program.start()
    try:
        yield program
    finally:
        await program.kill()


async def _two_minutes_apart(ground: Ground) -> Verdict:
    name = "postgresql, two processes 120 s apart"
    async with _town(ground, name.replace(" ", "_").replace(",", ""), POSTGRESQL) as town:
        ahead = WrongClock(town.place.settings.data_dir)
        ahead.set("+120s")
        async with _second(town, ahead.env):
            for n in range(MESSAGES):
                pair = town.pairs[n % (PAIRS - 1)]
                await town.says(pair.volunteer, pair.newcomer)
            for _ in range(ROUNDS_OF_WORDS):
                held = town.place.api.fail("sendMessage", kind="hold", times=SENDS_ON_THE_WIRE)
                await asyncio.sleep(WRONG_SECONDS / ROUNDS_OF_WORDS)
                held.release()
            return await town.judge(name, silent=await town.recover())


async def _stands_still(ground: Ground) -> Verdict:
    """What was on the wire when the process was stopped may arrive twice, as after a kill; nothing else does."""
    name = "postgresql, a process stopped for 90 s"
    async with _town(ground, name.replace(" ", "_").replace(",", ""), POSTGRESQL) as town, _second(town, {}):
        held = town.place.api.fail("sendMessage", kind="hold_before", times=SENDS_ON_THE_WIRE)
        for n in range(MESSAGES):
            pair = town.pairs[n % (PAIRS - 1)]
            await town.says(pair.volunteer, pair.newcomer)
        await held.reached()
        os.kill(town.place.program.pid, signal.SIGSTOP)
        held.release()
        await asyncio.sleep(STOPPED_SECONDS)
        os.kill(town.place.program.pid, signal.SIGCONT)
        silent = await town.recover()
        return await town.judge(name, silent=silent, allowed_twice=SENDS_ON_THE_WIRE)
