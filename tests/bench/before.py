"""The version that today's is held against: a commit, checked out beside this one for as long as the bench runs.

Owns which commit that is. It must not start a program.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMIT = "7526e27697edd63195d3b15b4e9e626dab146a50"  # the last before the fast core; BEFORE=<commit> names another


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The root of that version. It shares this one's .venv: what is compared is our code, not the libraries."""
    root = folder / "before"
    _git("worktree", "add", "--quiet", "--detach", str(root), commit)
    try:
        yield root
    finally:
        _git("worktree", "remove", "--force", str(root))


def _git(*words: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *words], check=True)
