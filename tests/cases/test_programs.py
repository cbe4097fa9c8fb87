"""Whatever people do, in whatever order: programs of random acts, and what must hold after each of them.

Two newcomers, three volunteers of whom one is a trainee, and a coordinator; what they may do is in `story.py`, what
must hold in `story_holds.py`. `make chaos ARGS="--only programs"` runs longer ones.
"""

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.language.i18n import Catalogues
from tests import postgres
from tests.cases.programs import BEGINS, OPENINGS, Program, run, told
from tests.cases.story import ACTS, WHO

STEPS, ON_SQLITE, ON_POSTGRESQL = 25, 40, 10
STEP = st.tuples(st.sampled_from(ACTS), st.sampled_from(WHO), st.integers(0, 1))
ALL_STEPS = st.tuples(st.sampled_from(OPENINGS), st.lists(STEP, min_size=STEPS, max_size=STEPS))
PROGRAMS = st.tuples(st.sampled_from(BEGINS), ALL_STEPS.map(lambda made: (made[0] + made[1])[:STEPS]))
UNHURRIED = {
    "deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate),
}  # fmt: skip
# Programs that have found something wrong.
HOURS_LATE: Program = (BEGINS[0], [("hours_pass", 3, 0)])  # two shifts end while nothing can be looked at
_KIM_ALONE = [("goes", 0, 0), ("cannot_come", 1, 0), ("cannot_come", 1, 0), ("comes", 1, 0), ("writes", 0, 0)]
AWAY_AT_ONCE: Program = (BEGINS[0], [*_KIM_ALONE, ("edits", 0, 0), ("goes_away", 1, 0)])
SLIPPED_AND_GONE: Program = (
    BEGINS[2], [("writes", 3, 0), ("claims", 3, 0), ("cannot_come", 3, 0), ("releases", 0, 0)]
)  # fmt: skip
NO_ACCESS: Program = (BEGINS[0], [*_KIM_ALONE, ("disables", 1, 0)])


@settings(max_examples=ON_SQLITE, **UNHURRIED)
@given(program=PROGRAMS)
@example(program=HOURS_LATE)
@example(program=AWAY_AT_ONCE)
@example(program=NO_ACCESS)
@example(program=SLIPPED_AND_GONE)
def test_whatever_people_do_nothing_is_lost_on_sqlite(
    program: Program, migrated_sqlite: Path, catalogues: Catalogues
) -> None:
    async def whole() -> None:
        with TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            copy = shutil.copy(migrated_sqlite, Path(folder) / "data" / "radrum.db")
            async with told(f"sqlite:///{copy}", Path(folder), catalogues, program[0]) as story:
                await run(story, program)

    asyncio.run(whole())


@settings(max_examples=ON_POSTGRESQL, **UNHURRIED)
@given(program=PROGRAMS)
@example(program=HOURS_LATE)
@example(program=AWAY_AT_ONCE)
@example(program=NO_ACCESS)
@example(program=SLIPPED_AND_GONE)
def test_whatever_people_do_nothing_is_lost_on_postgresql(
    program: Program, postgres_root: str, migrated_postgres: str, catalogues: Catalogues
) -> None:
    async def whole() -> None:
        async with postgres.copy_of(postgres_root, migrated_postgres) as url:
            with TemporaryDirectory() as folder:
                async with told(url, Path(folder), catalogues, program[0]) as story:
                    await run(story, program)

    asyncio.run(whole())
