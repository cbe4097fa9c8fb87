"""What the command line says of itself: every verb with its help, as it would be in a language.

The verbs are those that the program has. What the library below says in English only ("Usage", "Options") is left out.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeGuard

import typer

from bot.__main__ import main
from bot.language.i18n import Ltr
from handlers.cli import common
from tests.book.entries import Block, Entry
from tests.book.noted import NotedWords
from tests.language.test_locales import PLACEHOLDER

PROGRAM = "python -m bot"
OURS, _OF_LIBRARY = "cli_", ("help",)


def entries(words: NotedWords) -> Iterator[Entry]:
    """Every verb: its line, what it is for, what it takes."""
    for path, command in _verbs(typer.main.get_command(main), ()):
        blocks = [Block("code", " ".join((PROGRAM, *path, *_shape(command))))]
        blocks.append(Block("text", _said(words, command.help)))
        blocks += [Block("item", f"{_name(one)}: {_said(words, one.help)}") for one in _params(command) if one.help]
        yield Entry(" ".join((PROGRAM, *path)), blocks=tuple(block for block in blocks if block.text))


def _said(words: NotedWords, text: str | None) -> str:
    """A help text, which was put there in this process's own language when the program was read, in that of `words`."""
    if not text:
        return ""
    for key, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return words(key, **{name: Ltr(value) for name, value in found.groupdict().items()})
    raise LookupError(text)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """What each sentence of the command line looks like, whatever stands in it."""
    return [
        (key, _pattern(form)) for key, form in common.words._sentences.items() if key.startswith(OURS) and _is_one(form)
    ]


def _is_one(form: str | tuple[str, ...]) -> TypeGuard[str]:
    return isinstance(form, str)


def _pattern(form: str) -> re.Pattern[str]:
    at, pattern, seen = 0, "", set[str]()
    for found in PLACEHOLDER.finditer(form):
        name = found[1]
        pattern += re.escape(form[at : found.start()]) + (f"(?P={name})" if name in seen else f"(?P<{name}>.+)")
        seen.add(name)
        at = found.end()
    return re.compile(pattern + re.escape(form[at:]))


def _verbs(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _verbs(below, (*path, name))


def _params(command: Any) -> list[Any]:
    return [one for one in command.params if one.name not in _OF_LIBRARY]


def _shape(command: Any) -> Iterator[str]:
    if getattr(command, "commands", None):
        yield "…"
    for one in _params(command):
        yield _name(one) if one.param_type_name == "argument" and one.required else f"[{_name(one)}]"


def _name(param: Any) -> str:
    name = param.opts[0] if param.param_type_name == "option" else (param.metavar or param.name.upper())
    return f"{name}…" if param.nargs == -1 else str(name)
