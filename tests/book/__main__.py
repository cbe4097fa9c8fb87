"""`python -m tests.book`: writes `docs/texts/` anew. `make texts` does it."""

import tempfile
from pathlib import Path

from tests.book.printing import FOLDER, files
from tests.book.rendering import rendered


def write() -> None:
    """The folder holds the book as it is now, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        made = files(rendered(Path(folder)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
