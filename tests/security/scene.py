"""An office with every kind of person in it, each with what their browser would show; and what the database then holds.

The scene is made once and copied for each test, so that a test may change it. People are told apart by `ACTORS`.
"""

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import Table, event
from sqlalchemy.engine import make_url

from bot.cases import shift_starts
from bot.engine import clock
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from bot.hours import changes as hours_changes
from bot.language.i18n import Catalogues
from bot.people import login_links, logins
from bot.places import places
from bot.service import Service
from bot.shifts import standing_signups, term
from bot.shifts.typed import NewLine
from bot.volunteers import leaving
from handlers.web.frame.serving import make_runner
from handlers.web.routes import make_app
from models.hours_change import Change, Verb
from models.people import Device, LinkPurpose
from models.tables import metadata
from tests import builders
from tests.given import settings_for

ACTORS = ("nobody", "newcomer_a", "newcomer_b", "claimer", "other", "disabled", "coordinator")
NEWCOMERS, STAFF = ("newcomer_a", "newcomer_b"), ("claimer", "other", "disabled", "coordinator")
NEWCOMER_COOKIE, STAFF_COOKIE = "radrum_chat", "radrum_desk"
WORDS_OF_A = "Hyresvärden säger upp mig, kanariefågel av A"
MORNING = (time(10), time(12))
PLACE = "linero"
FAR_AHEAD = timedelta(days=20)
PER_REQUEST = ("Date",)  # header that differs from one answer to the next whoever asks

Rows = dict[str, list[tuple[object, ...]]]
Headers = Mapping[str, str | None]


@dataclass
class Scene:
    """Who is there and what is theirs. Ids and tokens, by actor where each has their own.

    `claimed`: the case of A, which the claimer has. `queued`: one waiting case for each, of strangers.
    `change`: of the opening hours, the newest; `draft`: the coordinator's next. `free`: a shift with room for all;
    `shifts`: of each of the staff, their own. `line`: of the usual week; `term`: the coordinator's draft of one;
    `standing`: what the other volunteer takes every week.
    """

    claimed: int = 0
    claimed_code: str = ""
    change: int = 0
    draft: int = 0
    person_ids: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    queued: dict[str, int] = field(default_factory=dict)
    free: int = 0
    shifts: dict[str, int] = field(default_factory=dict)
    line: int = 0
    term: int = 0
    standing: int = 0

    def cookie(self, actor: str, prefix: str = "") -> dict[str, str]:
        """What the actor's browser sends to say who it is."""
        if actor not in self.tokens:
            return {}
        name = NEWCOMER_COOKIE if actor in NEWCOMERS else STAFF_COOKIE
        return {"Cookie": f"{prefix}{name}={self.tokens[actor]}"}


def make_scene(template: Path, folder: Path, catalogues: Catalogues) -> Scene:
    """The scene stands in `folder`: a database and its key."""
    (folder / "data").mkdir()
    shutil.copy(template, folder / "data" / "radrum.db")
    create_key(settings_of(folder).key_file)
    return asyncio.run(_people_it(folder, catalogues))


async def _people_it(folder: Path, catalogues: Catalogues) -> Scene:
    service = open_service(settings_of(folder), catalogues)
    try:
        return await _fill(service)
    finally:
        await service.store.close()


async def _fill(service: Service) -> Scene:
    scene = Scene()
    async with service.store.work() as work:
        await places.add_place(work, code=PLACE, name_key="linero_library", address="Vikingavägen 31, Lund")
    staff = {
        "claimer": await builders.volunteer(service, "Amina"),
        "other": await builders.volunteer(service, "Bo"),
        "disabled": await builders.volunteer(service, "Carl"),
        "coordinator": await builders.coordinator(service, "Karin"),
    }
    async with builders.acting(service, staff["coordinator"]) as work:
        far = work.today + timedelta(days=60)
        scene.change = await hours_changes.publish_now(work, Change(Verb.EXTRA, (PLACE,), far, spans=(MORNING,)))
        scene.draft = (await hours_changes.propose(work, Change(Verb.USUAL, (PLACE,), far))).draft
    await _plan_shifts(service, scene, staff)
    await _plan_a_term(service, scene, staff)
    askers = {
        "newcomer_a": await builders.web_case_of(service, WORDS_OF_A),
        "newcomer_b": await builders.web_case_of(service, "Frågan från B"),
    }
    scene.claimed, scene.claimed_code = askers["newcomer_a"].case_id, askers["newcomer_a"].code
    await builders.claims(service, staff["claimer"], askers["newcomer_a"])
    for actor in ACTORS:
        scene.queued[actor] = (await builders.web_case_of(service, f"Väntar på {actor}")).case_id
    scene.person_ids = {actor: one.id for actor, one in (staff | askers).items()}
    await _open_doors(service, scene)
    return scene


async def _plan_shifts(service: Service, scene: Scene, staff: Mapping[str, builders.Staff]) -> None:
    begins = clock.now() + FAR_AHEAD
    async with service.store.work() as work:
        scene.free = await shift_starts.add_shift(
            work, starts_at=begins, ends_at=begins + timedelta(hours=3), person_ids=[], place=PLACE, needed=5
        )
    for days, (actor, one) in enumerate(staff.items(), start=1):
        starts_at = begins + timedelta(days=days)
        scene.shifts[actor] = await builders.shift(service, one, starts_at=starts_at, lasts=timedelta(hours=3))


async def _plan_a_term(service: Service, scene: Scene, staff: Mapping[str, builders.Staff]) -> None:
    async with builders.acting(service, staff["coordinator"]) as work:
        scene.line = await term.add_line(work, NewLine(0, MORNING, PLACE))
        first = work.today + FAR_AHEAD * 2
        scene.term = (await term.propose(work, first, first + FAR_AHEAD)).draft
    async with builders.acting(service, staff["other"]) as work:
        scene.standing = (await standing_signups.begin(work, scene.shifts["other"], 1)).standing


async def _open_doors(service: Service, scene: Scene) -> None:
    async with service.store.work() as work:
        for actor in STAFF:  # logging in says so at the desk, which makes a notice that can be put away
            link = await login_links.make_link(work, scene.person_ids[actor], LinkPurpose.DESK)
            scene.tokens[actor] = await login_links.log_in(work, link)
        for actor in NEWCOMERS:
            scene.tokens[actor] = await logins.open_login(work, scene.person_ids[actor], Device.SHARED)
    async with service.store.work() as work:
        await leaving.disable_staff(work, scene.person_ids["disabled"])
        # opened by a request that was under way when access ended
        scene.tokens["disabled"] = await logins.open_login(work, scene.person_ids["disabled"], Device.STAFF)
        for actor in ACTORS:
            somebody = scene.person_ids["claimer"]
            scene.links[actor] = await login_links.make_link(work, somebody, LinkPurpose.DESK)
    newest = "SELECT max(o.id) FROM outbox o JOIN addresses a ON a.id = o.address_id WHERE a.person_id = :person"
    for actor in STAFF:
        scene.notices[actor] = (await builders.one(service, newest, person=scene.person_ids[actor]))[0]


def settings_of(folder: Path, **changes: object) -> Settings:
    return settings_for(f"sqlite:///{folder / 'data' / 'radrum.db'}", folder, **changes)


def open_service(settings: Settings, catalogues: Catalogues) -> Service:
    return Service(Store(settings, Seal(load_key(settings.key_file))), settings, catalogues)


@dataclass(frozen=True)
class Answer:
    """What a client got, redirects not followed."""

    status: int
    headers: dict[str, list[str]]
    body: str

    @property
    def refusal(self) -> str:
        """The code of the refusal as our script is told it, or nothing."""
        is_refused = self.status >= 400 and self.headers["Content-Type"][0].startswith("application/json")
        return json.loads(self.body)["error"] if is_refused else ""

    def cookie(self, name: str) -> object:
        """The cookie that was set, with its attributes.

        Raises:
            KeyError: none by that name was.
        """
        made = SimpleCookie()
        for line in self.headers.get("Set-Cookie", []):
            made.load(line)
        return made[name]

    def without(self, number: object) -> "Answer":
        """The same, had it not been asked for by this number, which may also be digits within the name of an asset."""
        return Answer(self.status, self.headers, re.sub(rf"\b{number}\b", "N", self.body))


class Site:
    """The service as it is served, and a client without a memory: it sends exactly what it is told to."""

    def __init__(self, service: Service, base: str, client: aiohttp.ClientSession) -> None:
        self.service, self.base, self.client = service, base, client

    @property
    def origin(self) -> str:
        """The origin that a page of ours has."""
        public = self.service.settings.public_url
        return public if public.startswith("https") else self.base

    async def ask(self, method: str, path: str, headers: Headers | None = None, **more: object) -> Answer:
        """One request, from one of our own pages unless the headers say otherwise; one that is None is not sent."""
        told = {"Origin": self.origin} | (headers or {})
        sent = {name: value for name, value in told.items() if value is not None}
        left_out = tuple(told.keys() - sent.keys())  # else the client makes up a content type
        url, more = self.base + path, more | {"allow_redirects": False, "skip_auto_headers": left_out}
        async with self.client.request(method, url, headers=sent, **more) as answer:  # type: ignore[arg-type]
            kept = {name: answer.headers.getall(name) for name in answer.headers if name not in PER_REQUEST}
            return Answer(answer.status, kept, await answer.text(errors="replace"))  # one is a PDF

    def socket(self, path: str, headers: dict[str, str]) -> object:
        return self.client.ws_connect(self.base + path, headers={"Origin": self.origin} | headers)


@asynccontextmanager
async def served(folder: Path, catalogues: Catalogues, **changes: object) -> AsyncIterator[Site]:
    """The folder's database, served on a free port."""
    service = open_service(settings_of(folder, **changes), catalogues)
    runner = make_runner(make_app(service))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
            yield Site(service, f"http://127.0.0.1:{runner.addresses[0][1]}", client)
    finally:
        await runner.cleanup()
        await service.store.close()


def everything(service: Service, *, except_tables: tuple[str, ...] = ()) -> Rows:
    """Every row of every table as it lies in the file, but for when a login was last seen."""
    rows = _reader_of(service).rows()
    return {name: kept for name, kept in rows.items() if name not in except_tables}


class _Reader:
    """A second look at the file of a database. One is kept open, since opening it reads the whole schema."""

    def __init__(self, path: Path) -> None:
        self.reads = path, path.stat().st_ino
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, cached_statements=2 * len(_ALL_OF))
        self._rows: Rows = {}
        self._version: int | None = None

    def rows(self) -> Rows:
        """Read anew if anything has been committed since they were."""
        (version,) = self.db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._rows = {name: self.db.execute(all_rows).fetchall() for name, all_rows in _ALL_OF.items()}
            self._version = version
        return self._rows


_open_reader: list[_Reader] = []  # at most one


def _reader_of(service: Service) -> _Reader:
    path = Path(str(make_url(service.settings.database_url).database))
    if not _open_reader or _open_reader[0].reads != (path, path.stat().st_ino):
        close_reader()
        _open_reader.append(_Reader(path))
    return _open_reader[0]


def close_reader() -> None:
    """Nothing is open that a test might miss, or find in the way."""
    while _open_reader:
        _open_reader.pop().db.close()


def asked(service: Service, sql: str, **values: object) -> list[tuple[int, ...]]:
    """Rows of ids as they lie in the file."""
    return _reader_of(service).db.execute(sql, values).fetchall()


def _all_of(table: Table) -> str:
    columns = (column.name for column in table.columns if (table.name, column.name) != ("web_sessions", "seen_at"))
    known_by = ", ".join(column.name for column in table.primary_key)
    return f"SELECT {', '.join(columns)} FROM {table.name} ORDER BY {known_by}"


_ALL_OF = {table.name: _all_of(table) for table in metadata.sorted_tables}


@contextmanager
def statements_counted(service: Service) -> Iterator[list[str]]:
    """The SQL that runs inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engines = {service.store.reader.sync_engine, service.store.writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
