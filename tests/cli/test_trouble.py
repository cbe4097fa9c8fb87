"""The command line when the database says no, and its purge."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from sqlalchemy import make_url

from bot.engine.causes import Cause
from bot.engine.errors import Unavailable
from bot.engine.seal import create_key
from bot.privacy import outlived
from handlers.cli import cases, common

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC).isoformat()


@pytest.mark.parametrize("cause", list(Cause))
def test_it_says_what_is_wrong_with_the_database_and_what_to_do(cause: Cause, capsys: pytest.CaptureFixture) -> None:
    async def act() -> None:
        raise Unavailable(cause)

    with pytest.raises(typer.Exit) as ended:
        common.run_async(act())

    assert ended.value.exit_code == common.REFUSED
    assert capsys.readouterr().err.strip() == str(common.words(f"cannot_store_{cause}"))


def test_its_purge_is_cut_into_acts_too_and_ends_when_all_is_gone(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    create_key(tmp_path / "key" / "radrum.key")
    for name, value in (("DATABASE_URL", sqlite_url), ("KEY_FILE", tmp_path / "key" / "radrum.key")):
        monkeypatch.setenv(f"RADRUM_{name}", str(value))
    monkeypatch.setattr(cases, "BETWEEN_ACTS_SECONDS", 0)
    rows = [("telegram", str(n), LONG_AGO) for n in range(3 * outlived.ROWS_AN_ACT)]
    with closing(sqlite3.connect(make_url(sqlite_url).database or "")) as db:
        db.executemany("INSERT INTO inbound (channel, key, came_at, attempts) VALUES (?, ?, ?, 0)", rows)
        db.commit()
        acts = _count_acts(monkeypatch)

        cases.purge()

        assert db.execute("SELECT count(*) FROM inbound").fetchone() == (0,)
    assert len(acts) >= 3
    assert capsys.readouterr().out.strip() == str(common.words("cli_purged", n=0))


def _count_acts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    acts, purge = [], cases.privacy_purge.purge

    async def counted(work: object) -> object:
        acts.append(work)
        return await purge(work)  # type: ignore[arg-type]

    monkeypatch.setattr(cases.privacy_purge, "purge", counted)
    return acts
