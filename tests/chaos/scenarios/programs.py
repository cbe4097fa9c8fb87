"""Programs of random acts by everybody, long ones: what may not come of any of them is said in `tests/cases`.

`--programs` of them with `--acts` each, on the chosen databases in turn. What failed is named by the number that
`by_chance` makes it from again.
"""

import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.engine.schema import migrate
from bot.language import i18n
from bot.language.i18n import Catalogues
from tests import postgres
from tests.cases import programs
from tests.chaos.ground import POSTGRESQL, Ground


async def run(ground: Ground) -> list[str]:
    """All of them; what was found, in words."""
    empty, catalogues, chance = ground.folder / "empty.db", i18n.load(), ground.chance
    await migrate(f"sqlite+aiosqlite:///{empty}")
    template = await postgres.make_migrated(ground.postgres_root) if POSTGRESQL in ground.databases else ""
    seen: Counter[str] = Counter()
    found = []
    for place in range(ground.told.programs):
        kind, number = ground.databases[place % len(ground.databases)], chance.randrange(10**9)
        async with _database(ground, kind, empty, template) as (url, folder):
            wrong = await _one(
                url, folder, catalogues, programs.by_chance(random.Random(number), ground.told.acts), seen
            )
        found += [f"{kind}, program {number}: {wrong}"] if wrong else []
    print(f"{ground.told.programs} programs of {ground.told.acts} acts: {len(found)} with something that must not be")
    print("acts that were not refused:", ", ".join(f"{name} {count}" for name, count in seen.most_common()))
    return found


async def _one(url: str, folder: Path, catalogues: Catalogues, program: programs.Program, seen: Counter[str]) -> str:
    """What is wrong after one of its acts, if anything is."""
    async with programs.told(url, folder, catalogues, program[0]) as story:
        try:
            await programs.run(story, program)
        except Exception as wrong:  # the others are tried all the same
            return f"{type(wrong).__name__}: {wrong}"
        finally:
            seen.update(story.seen)
    return ""


@asynccontextmanager
async def _database(ground: Ground, kind: str, empty: Path, template: str) -> AsyncIterator[tuple[str, Path]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=ground.folder)))
        (folder / "data").mkdir()
        if kind == POSTGRESQL:
            yield await stack.enter_async_context(postgres.copy_of(ground.postgres_root, template)), folder
        else:
            yield f"sqlite:///{shutil.copy(empty, folder / 'data' / 'radrum.db')}", folder
