"""Every refusal, and every answer that a button gives: found in the code that says them, so that a new one is here.

It must not know what is refused.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.engine import errors
from bot.engine.errors import Refusal
from bot.language import i18n
from models.notice import Notice
from tests.book.entries import Bubble, Entry
from tests.book.examples import COUNTS, value_of
from tests.book.noted import NotedWords
from tests.language.test_locales import PLACEHOLDER

ROOT = Path(__file__).parents[2]
FOLDERS = ("bot", "handlers", "models")
COMMAND_LINE = "handlers/cli/"
OF_COMMAND_LINE = (COMMAND_LINE, "bot/__main__.py", "bot/engine/", "bot/reports/")
BEGINS = ("cli_", "setting_", "report_", "cannot_store_")


@dataclass(frozen=True, slots=True)
class Found:
    """The key of a refusal or an answer, and the file that says it."""

    key: str
    file: str


@cache
def found() -> tuple[Found, ...]:
    """Every key that is refused or answered with, wherever it stands."""
    names = {one.__name__ for one in _every_refusal()} | {"Answer", "Wrong"}
    of_types = {Found(one.code, "bot/engine/errors.py") for one in _every_refusal()}
    of_code = {Found(key, file) for file, calls, _ in _trees() for key in _keys_in(calls, names)}
    return tuple(sorted(of_types | of_code, key=lambda one: (one.key, one.file)))


def keys_of_command_line() -> set[str]:
    """Those that are said on the command line and nowhere else."""
    there = {one.key for one in found() if one.file.startswith(COMMAND_LINE)}
    return there - {one.key for one in found() if not one.file.startswith(COMMAND_LINE)}


def keys_in_folder_of_command_line() -> set[str]:
    """Every key that stands in a file of the command line or of what it alone reads, as far as it stands there whole;
    and those that begin as only its own do."""
    there = {text for file, _, texts in _trees() if file.startswith(OF_COMMAND_LINE) for text in texts}
    return there | {key for key in _catalogue() if key.startswith(BEGINS)}


def entries(words: NotedWords, keys: set[str]) -> Iterator[Entry]:
    """Each of these keys as it is said."""
    for key in sorted(keys & words.keys):
        yield Entry(key, bubbles=tuple(sentences(words, key)))


def sentences(words: NotedWords, key: str) -> Iterator[Bubble]:
    """A sentence by itself with what could stand in it, once for each of its forms."""
    forms = words.forms_of(key)
    names = {name for form in forms for name in PLACEHOLDER.findall(form)} - {"n"}
    is_counted = len(forms) > 1
    told: dict[str, None] = {}
    for count in COUNTS if is_counted else (None,):
        values = {name: value_of(words, name) for name in names}
        if count is None and "n" in PLACEHOLDER.findall(forms[0]):
            values["n"] = value_of(words, "n")
        if is_counted:
            values["n"] = count  # type: ignore[assignment]
        said = words(key, **values)
        told.setdefault(str(said))
    yield from (Bubble(said) for said in told)


def _catalogue() -> set[str]:
    return set(i18n.load().desk("sv")._sentences)


def _every_refusal() -> list[type[Refusal]]:
    return [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Refusal)]


@cache
def _trees() -> list[tuple[str, list[ast.Call], set[str]]]:
    """Of every file of the program: what it calls, and the texts that stand in it."""
    found = []
    for path in (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        found.append((str(path.relative_to(ROOT)), calls, texts))
    return found


def _keys_in(calls: list[ast.Call], names: set[str]) -> Iterator[str]:
    for node in calls:
        if isinstance(node.func, ast.Name) and node.func.id in names:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield first.value
            elif isinstance(first, ast.Attribute) and ast.unparse(first.value) == "Notice":
                yield Notice[first.attr].value
