"""`make migration`: a revision that does what the models ask for, named and numbered like the others."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Column, Connection, Table, create_engine, inspect

from models.base import Id, UtcDateTime, metadata
from models.migrations.new import FOLDER, NotWritten, _config, write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """The revisions there are, in a folder where one more does no harm."""
    return Path(
        shutil.copytree(FOLDER / "versions", tmp_path / "versions", ignore=shutil.ignore_patterns("__pycache__"))
    )


@pytest.fixture
def kites() -> Iterator[Table]:
    """A table that the models have and no revision makes."""
    table = Table(
        "kites", metadata, Column("id", Id, primary_key=True), Column("flown_at", UtcDateTime, nullable=False)
    )
    yield table
    metadata.remove(table)


def _tables(connection: Connection, versions: Path, *, downgrades: bool) -> set[str]:
    settings = _config(versions)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    if downgrades:
        command.downgrade(settings, "-1")
    return set(inspect(connection).get_table_names())


def test_a_revision_has_the_next_number_and_the_header_of_the_others(versions: Path, kites: Table) -> None:
    newest = max(path.stem for path in versions.glob("0*.py"))

    path = write("kites_fly", versions=versions)

    first, empty, numbered = path.read_text("utf-8").splitlines()[:3]
    assert path == versions / f"{int(newest[:4]) + 1:04}_kites_fly.py"
    assert (first, empty, numbered) == ('"""Kites fly', "", f"Revision: {path.stem}, after {newest}.")
    assert "###" not in path.read_text("utf-8")


def test_a_revision_makes_what_the_models_have_and_takes_it_away_again(versions: Path, kites: Table) -> None:
    write("kites", versions=versions)

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        up = _tables(connection, versions, downgrades=False)
        down = _tables(connection, versions, downgrades=True)
    engine.dispose()

    assert up - down == {"kites"}


def test_nothing_is_written_where_the_models_ask_for_nothing(versions: Path) -> None:
    before = set(versions.glob("*.py"))

    with pytest.raises(NotWritten, match="ask for nothing"):
        write("nothing", versions=versions)

    assert set(versions.glob("*.py")) == before


@pytest.mark.parametrize("name", ["", "Kites", "kites and such", "../kites", "kites_", "k" * 28])
def test_a_name_that_no_revision_can_have_is_refused(versions: Path, kites: Table, name: str) -> None:
    before = set(versions.glob("*.py"))

    with pytest.raises(NotWritten, match="small letters"):
        write(name, versions=versions)

    assert set(versions.glob("*.py")) == before


def test_the_longest_name_is_taken(versions: Path, kites: Table) -> None:
    assert write("k" * 27, versions=versions).exists()


def test_the_command_says_why_there_is_no_revision() -> None:
    asked = [sys.executable, "-m", "models.migrations.new", "Not", "a", "name"]

    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert "small letters" in done.stderr
