"""The documents, held to: what they name is there, what they ask to be typed exists, their tables leave nothing out."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatch
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from sqlalchemy import text

from bot.__main__ import main
from bot.engine.causes import Cause
from bot.engine.settings import Settings, variable_of
from bot.hours.typed import lines
from bot.language import i18n
from bot.places.places import PlaceRow
from bot.service import Service
from models.case import CaseEventKind
from models.hours import Door
from models.hours_change import Verb

ROOT = Path(__file__).parent.parent
FOLDERS = (".ci", "bot", "docs", "handlers", "locales", "models", "requirements", "tests")
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *ROOT.glob("docs/**/*.md"))
)
OPERATING = "docs/operating.md"
DECISIONS = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
HEADINGS = ["Question", "Alternatives", "Decision", "Why", "Consequences"]

IN_A_FOLDER = re.compile(rf"(?<![\w/.-])(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*-]*")
QUOTED = re.compile(r"`([^`\n]+)`")
A_FILE = re.compile(r"[\w-]+\.(?:py|md|po|toml|in|txt|html|css|js|mako|typ)")
A_PLACEHOLDER = re.compile(r"/xx\b")  # a language or a channel that is not there yet
A_CONSTANT = re.compile(r"_?[A-Z][A-Z_]+")
LINKED = re.compile(r"\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\bRADRUM_[A-Z_]+\b")
OF_TESTS = {"RADRUM_ADDRESSEE_PROGRAMS", "RADRUM_SHIFT_CASES"}
MAKE = re.compile(r"\bmake ([a-z]+)\b")
VERB = re.compile(r"\bpython -m bot ([a-z-]+)(?: ([a-z]+))?")
MODULE = re.compile(r"\bpython -m ((?:bot|models|tests)[\w.]*)")
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@cache
def read(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def paths_of(document: str) -> Iterator[str]:
    """What a document names of this project: a path from its root, wherever it stands; a file's name, in backticks."""
    for named in IN_A_FOLDER.findall(read(document)):
        if not A_PLACEHOLDER.search(named):
            yield named.rstrip(".")
    yield from (quoted for quoted in QUOTED.findall(read(document)) if A_FILE.fullmatch(quoted))


def is_there(named: str) -> bool:
    if "*" in named:  # stands for any number of folders too
        return any(fnmatch(str(path.relative_to(ROOT)), named) for path in (ROOT / named.partition("/")[0]).rglob("*"))
    if "/" in named:
        return (ROOT / named).exists()
    return (ROOT / named).exists() or any(any((ROOT / folder).rglob(named)) for folder in FOLDERS)


def asked_of_a_shell(document: str) -> str:
    """What stands in backticks or in a block of its own: what somebody may type."""
    blocks = [block for language, block in BLOCK.findall(read(document)) if not language]
    return "\n".join([*QUOTED.findall(read(document)), *blocks])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_is_there(document: str) -> None:
    assert [named for named in paths_of(document) if not is_there(named)] == []


def test_every_constant_that_the_walks_name_is_in_the_code() -> None:
    named = {quoted for quoted in QUOTED.findall(read("CONTRIBUTING.md")) if A_CONSTANT.fullmatch(quoted)}
    sources = "\n".join(path.read_text("utf-8") for top in FOLDERS for path in (ROOT / top).rglob("*.py"))

    assert named
    assert {name for name in named if not re.search(rf"\b{name}\b", sources) and name != "ARGS"} == set()


def test_the_documents_name_paths_at_all() -> None:
    assert len({named for document in DOCUMENTS for named in paths_of(document)}) > 100
    assert not is_there("bot/cases/nothing.py") and not is_there("nothing.py") and not is_there("docs/*.none")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_inside_the_project_leads_somewhere(document: str) -> None:
    linked = [target for target in LINKED.findall(read(document)) if "://" not in target]

    lost = [target for target in linked if not _leads_somewhere(document, target)]

    assert lost == []


def _leads_somewhere(document: str, target: str) -> bool:
    path, _, heading = target.partition("#")
    page = (ROOT / document).parent / path if path else ROOT / document
    if not page.exists() or not heading:
        return page.exists()
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_a_document_names_exists(document: str) -> None:
    typed = asked_of_a_shell(document)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(MAKE.findall(typed)) - targets == set()
    assert [found for found in VERB.findall(typed) if not _is_verb(*found)] == []
    assert [module for module in MODULE.findall(typed) if find_spec(module) is None] == []


def _is_verb(name: str, more: str) -> bool:
    found = getattr(typer.main.get_command(main), "commands", {}).get(name)
    group = getattr(found, "commands", None)
    return found is not None and (not more or group is None or more in group)


def test_the_lines_about_hours_that_the_coordinator_is_shown_are_understood_in_both_languages() -> None:
    known = lines.known_places(
        [PlaceRow("linero", "linero_library", Door.VISIT, "", {}, None, None, None)], i18n.load()
    )
    shown = re.findall(r"^\| `/(\w+) ([^`]+)`", read("docs/coordinator.md"), re.MULTILINE)

    understood = [lines.parse(command, rest, today=date(2026, 11, 27), known=known) for command, rest in shown]

    assert {change.verb for change in understood} == {*Verb} and len(understood) == 2 * len(Verb)
    swedish, english = understood[: len(Verb)], understood[len(Verb) :]
    assert swedish == english, "each line says the same in both languages"


def test_what_is_said_in_a_document_is_called_as_on_the_screen() -> None:
    told = read("docs/coordinator.md") + read("docs/volontar.md")

    assert [word for word in ("skäl", "den som frågade", "fel nummer", "the desk", "inside use") if word in told] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_that_a_document_names_exists(document: str) -> None:
    known = {variable_of(field) for field in Settings.model_fields}

    assert set(VARIABLE.findall(read(document))) - known - OF_TESTS == set()


def test_the_table_of_events_is_what_the_program_logs() -> None:
    table = read(OPERATING).partition("| Event |")[2].partition("\n\n")[0]
    told = {event for row in table.splitlines() for event in re.findall(r"`(\w+)`", row.partition(" | ")[0])}

    assert told == set(_events())


def _events() -> Iterator[str]:
    for path in (path for folder in ("bot", "handlers", "models") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.") and node.args:
                assert isinstance(node.args[0], ast.Constant), f"{path}: an event without a fixed name"
                yield str(node.args[0].value)


def test_every_cause_of_trouble_and_every_kind_of_the_ledger_is_told() -> None:
    for code in (*Cause, *CaseEventKind):
        assert f"`{code}`" in read(OPERATING)


async def test_the_statements_for_operators_run_on_both_databases(service: Service) -> None:
    statements = [block for language, block in BLOCK.findall(read(OPERATING)) if language == "sql"]

    async with service.store.look() as db:
        found = [(await db.execute(text(statement))).all() for statement in statements]

    assert len(statements) >= 4
    assert found == [[]] * len(statements)


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_its_five_headings_and_the_readme_leads_to_it(name: str) -> None:
    headings = re.findall(r"^## (.+)$", read(f"docs/decisions/{name}"), re.MULTILINE)

    assert headings == HEADINGS
    assert f"](docs/decisions/{name})" in read("README.md")
