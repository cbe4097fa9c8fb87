"""Databases to measure on: seeded once in the older version's shape, copied for each who is measured.

Owns templates and copies. It must not start a program that serves.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import asyncpg

from bot.engine.seal import Seal, load_key
from tests import postgres
from tests.bench.database import connected, path_of
from tests.bench.process import command
from tests.bench.seeding import Seeding

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
COORDINATOR = "Karin"
People = TypeVar("People")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the program, by the root of its files."""

    name: str
    root: Path


@dataclass(frozen=True, slots=True)
class Template(Generic[People]):
    """A database to copy from, the key that fits it, and who is in it."""

    kind: str
    url: str
    key_file: Path
    people: People


@dataclass
class Ground:
    """`folder`: empty, gone afterwards. `oldest`: the version whose tables are filled."""

    folder: Path
    postgres_root: str
    oldest: Version
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def template(
        self, kind: str, seeded: Callable[[Seeding], Awaitable[People]]
    ) -> AsyncIterator[Template[People]]:
        """A database of this kind with the office's usual places and whoever `seeded` puts into it."""
        folder = self.new_folder("template")
        async with self._empty(kind, folder) as url:
            env = environment(url, folder, folder / "key" / "radrum.key")
            await command(self.oldest.root, env, "-m", "bot", "init", COORDINATOR)
            key_file = Path(env["RADRUM_KEY_FILE"])
            db = await connected(url)
            people = await seeded(Seeding(db, Seal(load_key(key_file))))
            await db.close()
            yield Template(kind, url, key_file, people)

    @asynccontextmanager
    async def copy(self, template: Template[People], version: Version) -> AsyncIterator[tuple[Path, str]]:
        """A folder, and in the shape that this version wants a copy of the template: its RADRUM_DATABASE_URL."""
        folder = self.new_folder(version.name)
        if template.kind == SQLITE:
            url = sqlite_url(folder)
            shutil.copy(path_of(template.url), path_of(url))
            await self._bring_up(url, folder, template, version)
            yield folder, url
            return
        async with postgres.copy_of(self.postgres_root, urlsplit(template.url).path[1:]) as url:
            await self._bring_up(url, folder, template, version)
            yield folder, url

    async def _bring_up(self, url: str, folder: Path, template: Template[People], version: Version) -> None:
        await command(version.root, environment(url, folder, template.key_file), "-m", "bot", "migrate")

    def new_folder(self, name: str) -> Path:
        """An empty folder with room for a program's data."""
        folder = self.folder / f"{next(self._numbers)}-{name.replace(' ', '-')}"
        folder.joinpath("data").mkdir(parents=True, mode=0o700)
        return folder

    @asynccontextmanager
    async def _empty(self, kind: str, folder: Path) -> AsyncIterator[str]:
        if kind == SQLITE:
            yield sqlite_url(folder)
            return
        name = f"radrum_bench_{os.getpid()}_{next(self._numbers)}"
        root = await asyncpg.connect(self.postgres_root)
        await root.execute(f"CREATE DATABASE {name}")
        try:
            yield postgres.named(self.postgres_root, name)
        finally:
            await root.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await root.close()


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'radrum.db'}"


def environment(url: str, folder: Path, key_file: Path, **settings: object) -> dict[str, str]:
    """What an installation is told; all that is not named here is as it is shipped."""
    given: dict[str, object] = {
        "database_url": url, "data_dir": folder / "data", "key_file": key_file, "controller": "IM",
        "contact": "070-174 06 05", "log_level": "ERROR",
    }  # fmt: skip
    return {f"RADRUM_{name.upper()}": str(value) for name, value in (given | settings).items()}
