"""A new revision, written from how the models differ from the migrations: `make migration NAME=what_it_brings`.

For developers; the service never runs it. Owns how a revision is named and numbered. It touches no database but an
empty one in memory, and configures Alembic by itself, since nothing in `models/` may know `bot/engine/schema.py`.
What it writes is a draft: whoever asked for it reads it, says in its first line what it is for, and has it tested.
"""

import re
import sys
from argparse import Namespace
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.script import Script, ScriptDirectory
from sqlalchemy import create_engine

FOLDER = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MARKS_OF_ALEMBIC = re.compile(r"^\s*# ### .*\n", re.MULTILINE)
DIGITS = 4
LONGEST_REVISION = 32  # characters of alembic_version.version_num; PostgreSQL refuses a longer one, SQLite does not


class NotWritten(Exception):
    """There is no new revision, and the message says why."""


def write(name: str, *, versions: Path = FOLDER / "versions") -> Path:
    """A revision with the next number is in `versions`, and does what the models ask for beyond the others there.

    Raises:
        NotWritten: the name is none that a revision can have, or the models ask for nothing new.
    """
    settings = _config(versions)
    revision = _revision(ScriptDirectory.from_config(settings).get_current_head(), name)
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            made = command.revision(
                settings, _sentence(name), autogenerate=True, rev_id=revision, process_revision_directives=_drop_empty
            )
    finally:
        engine.dispose()
    if not isinstance(made, Script):
        raise NotWritten("The models ask for nothing that the revisions lack. Is a new file named in models/tables.py?")
    path = Path(made.path)
    path.write_text(MARKS_OF_ALEMBIC.sub("", path.read_text("utf-8")), "utf-8")
    return path


def _config(versions: Path) -> Config:
    made = Config(cmd_opts=Namespace(quiet=True))
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("path_separator", "os")
    made.set_main_option("version_locations", str(versions))
    made.set_main_option("file_template", "%%(rev)s")
    return made


def _revision(newest: str | None, name: str) -> str:
    number = 1 if newest is None else int(newest[:DIGITS]) + 1
    revision = f"{number:0{DIGITS}}_{name}"
    if not NAME.fullmatch(name) or len(revision) > LONGEST_REVISION:
        most = LONGEST_REVISION - DIGITS - 1
        raise NotWritten(f"A name is small letters, digits and underscores, {most} at most: NAME=what_it_brings")
    return revision


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _drop_empty(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """Nothing is written where there is nothing to do."""
    if directives[0].upgrade_ops is None or directives[0].upgrade_ops.is_empty():
        directives.clear()


def main() -> None:
    """The command: the new file's path on standard output, or why there is none on standard error."""
    try:
        print(write(" ".join(sys.argv[1:])))
    except NotWritten as why:
        sys.exit(str(why))


if __name__ == "__main__":
    main()
