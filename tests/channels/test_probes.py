"""What monitoring is told: red when nothing can be stored, or has been for long, and why; green again by itself."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import asyncpg
import pytest
from sqlalchemy import update

from bot.engine import clock, condition
from bot.engine.errors import Unavailable
from bot.language.i18n import Catalogues
from bot.people import people
from bot.people.texts import Linked
from bot.service import Traces
from bot.telling.lanes import WAITS_FOR_A_NEWER
from bot.telling.outbox import ROWS
from bot.trouble.pulse import Heart
from handlers.web.doors import probes
from models.people import Role
from tests import builders
from tests.breaking import POSTGRES, SQLITE, an_act, way_of
from tests.channels.web_fixtures import Site, opened_site

pytestmark = pytest.mark.own_database  # it is broken or changed here


@pytest.fixture
async def site(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(database_url, tmp_path, catalogues) as opened:
        yield opened


async def _ready(site: Site) -> tuple[int, dict]:
    page = await site.browser().get("/readyz")
    return page.status, json.loads(page.text)


async def test_it_tells_how_old_the_last_write_is(site: Site) -> None:
    unwritten = await _ready(site)
    await Heart(site.service).beat()
    beaten = await _ready(site)

    assert (unwritten[0], unwritten[1]["storage"]) == (200, {"writes": True, "last_write_seconds": None})
    assert beaten[0] == 200
    assert beaten[1]["storage"]["writes"] is True
    assert 0 <= beaten[1]["storage"]["last_write_seconds"] < probes.SILENT_SECONDS


@pytest.mark.parametrize("silent_since", ["wrote_at", "started_at"])
async def test_it_is_red_when_nothing_has_been_written_for_long(site: Site, silent_since: str) -> None:
    """Whatever the reason: a loop that hangs writes nothing and fails at nothing. From the very start on, too."""
    setattr(site.service.health, silent_since, monotonic() - probes.SILENT_SECONDS - 1)

    status, told = await _ready(site)

    assert (status, told["ready"], told["database"]) == (503, False, True)
    assert told["storage"]["writes"] is False


@pytest.mark.parametrize(
    ("database_url", "trouble"),
    [("sqlite", name) for name in SQLITE] + [("postgresql", name) for name in POSTGRES],
    indirect=["database_url"],
)
async def test_it_is_red_and_says_why_when_an_act_failed_and_green_after_the_next_write(
    site: Site, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition, "CALM_SECONDS", 0)
    breaks, cause = way_of(site.service, trouble)
    heart = Heart(site.service)
    await heart.beat()

    async with breaks(site.service):
        with pytest.raises(Unavailable):
            await an_act(site.service)
        status, told = await _ready(site)
    await heart.beat()
    await heart.beat()  # the probe's own connection may be one that was opened meanwhile
    healed = await _ready(site)
    await an_act(site.service)

    assert (status, told["ready"], told["storage"]["writes"]) == (503, False, False)
    assert told["storage"]["cause"] == cause
    assert (healed[0], healed[1]["storage"].get("cause")) == (200, None)


async def test_a_database_whose_file_is_damaged_does_not_count_as_answering(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        breaks, _ = SQLITE["overwritten"]
        async with breaks(site.service):
            status, told = await _ready(site)

    assert (status, told["database"]) == (503, False)


async def test_a_database_that_hangs_is_answered_for_in_time(
    postgres_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "ANSWER_SECONDS", 0.05)
    async with opened_site(postgres_url, tmp_path, catalogues) as site:
        other = await asyncpg.connect(site.service.settings.postgres_dsn)
        async with other.transaction():
            await other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
            status, told = await _ready(site)
        await other.close()

    assert (status, told["database"]) == (503, False)


async def test_a_coordinator_reads_on_top_of_the_desk_that_nothing_can_be_saved_and_nobody_else_does(
    site: Site,
) -> None:
    boss = await site.desk_of(await builders.coordinator(site.service))
    amina = await site.desk_of(await builders.volunteer(site.service))
    breaks, cause = way_of(site.service, "disk full")
    before = await boss.get("/desk")

    async with breaks(site.service):
        with pytest.raises(Unavailable):
            await an_act(site.service)
        seen, others = await boss.get("/desk"), await amina.get("/desk")

    told = str(site.service.desk("sv")(f"cannot_store_{cause}"))
    assert told not in before.words
    assert told in seen.words
    assert told not in others.words


async def test_it_names_notices_that_a_newer_version_has_left(site: Site) -> None:
    async with site.service.store.work() as work:
        karin = await people.add_staff(work, role=Role.COORDINATOR, alias="Karin", language="sv", speaks=["sv"])
        row = await work.tell_as_row(karin, Linked())
        earlier = work.now - WAITS_FOR_A_NEWER
        await work.db.execute(update(ROWS).where(ROWS.c.id == row).values(kind="told_by_tomorrow", created_at=earlier))

    status, told = await _ready(site)

    assert (status, told["left_for_a_newer_version"]) == (200, {"told_by_tomorrow": 1})


async def test_it_tells_that_what_was_deleted_may_still_be_in_a_file_and_is_not_red_for_it(site: Site) -> None:
    clean = await _ready(site)
    site.service.health.traces = Traces(clock.now(), "reader")
    status, told = await _ready(site)

    assert "traces_of_deleted" not in clean[1]
    assert (status, told["traces_of_deleted"]["why"]) == (200, "reader")
    assert told["traces_of_deleted"]["since"]
