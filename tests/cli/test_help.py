"""The command line's help: every line of it is a sentence."""

import re
from collections.abc import Iterator

import typer

from bot.__main__ import main

SENTENCE = re.compile(r"[A-ZÅÄÖ0-9].*[.…]", re.DOTALL)


def told(command: object, path: str = "") -> Iterator[tuple[str, str]]:
    """What stands beside a command and each of its words, and below it."""
    yield path, getattr(command, "help", None) or ""
    for word in getattr(command, "params", ()):
        if word.name not in ("help", "install_completion", "show_completion"):  # the library's own
            yield f"{path} {word.name}", getattr(word, "help", None) or ""
    for name, below in getattr(command, "commands", {}).items():
        yield from told(below, f"{path} {name}")


def test_every_line_of_the_help_begins_with_a_capital_and_ends_with_a_stop() -> None:
    lines = dict(told(typer.main.get_command(main)))

    assert len(lines) > 60
    assert {where: line for where, line in lines.items() if not SENTENCE.fullmatch(line)} == {}
