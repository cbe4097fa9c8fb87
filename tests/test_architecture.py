"""The plan, held to: who may import whom, what exists in one place only, and the words that names are made of."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from models import buttons, buttons_hours, buttons_overview, buttons_people, buttons_shifts
from models.button import Button

ROOT = Path(__file__).parent.parent
PACKAGES = ("models", "bot", "handlers")
STARTERS = ("bot/app.py", "bot/__main__.py")  # they start the program, so they know its channels

# Within bot/, a room imports itself and what stands left of it. `service` is a file, and counts as a room.
ORDER = (
    "engine", "language", "service", "people", "trouble", "places", "roster", "hours", "cases", "privacy", "intake",
    "shifts", "volunteers", "reports", "telling",
)  # fmt: skip
WEB_ORDER = (("frame",), ("chat", "pages"), ("desk",), ("doors",), ("routes",))
# In these folders, except the named files, never import these.
BANS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("models/", (), ("telegram", "aiohttp", "babel", "jinja2")),
    ("bot/", STARTERS, ("telegram", "aiohttp", "jinja2")),
    ("handlers/telegram/", (), ("sqlalchemy", "sqlmodel")),
    ("handlers/telegram/", ("handlers/telegram/wire.py",), ("aiohttp",)),
    ("handlers/web/", (), ("telegram", "sqlalchemy", "sqlmodel")),
    ("", ("bot/engine/seal.py",), ("cryptography",)),
]
CASE_FILES = {
    "bot/people/access.py",
    "bot/cases/cases.py",
    "bot/cases/closing.py",
    "bot/cases/earlier.py",
    "bot/cases/fates.py",
    "bot/cases/keeping_cases.py",
    "bot/cases/stalls.py",
    "bot/cases/late.py",
    "bot/cases/more_words.py",
    "bot/cases/waiting.py",
    "bot/cases/handing_over.py",
    "bot/cases/room.py",
    "bot/cases/opening.py",
    "bot/reports/overview.py",
    "bot/reports/lights.py",
    "bot/cases/reassigning.py",
    "bot/cases/safeguarding.py",
    "bot/cases/follow_ups.py",
    "bot/cases/promising.py",
    "bot/cases/queue.py",
    "bot/reports/figures.py",
    "bot/privacy/erasing.py",
    "bot/privacy/purge.py",
    "bot/privacy/cutting.py",
    "bot/privacy/last_day.py",
    "bot/people/secret_door.py",
    "bot/cases/taking_back.py",
    "bot/cases/unsaying.py",
}
WALL_CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
DETACHED = {"asyncio.create_task", "asyncio.ensure_future", "loop.create_task"}
# What a person sees or hears of; receiving and registering are not speaking.
SPEAKING = re.compile(r"(send_|edit_message|delete_message|answer_callback|leave_chat|set_my_|copy_|forward_|pin_)")
VAGUE = {"user", "users", "ticket", "tickets", "item", "items", "data", "manager", "helper", "helpers", "utils", "util"}


LONGEST_FILE = 300
IGNORE = "# type: ignore"
MOST_IGNORES, MOST_ANY, MOST_CASTS = 8, 62, 1  # fewer is welcome; more wants a reason that is better than habit


def files() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


@cache
def nodes_of(name: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(name)))


@cache
def imports_of(name: str) -> tuple[str, ...]:
    return tuple(_imports_of(name))


def _imports_of(name: str) -> Iterator[str]:
    for node in nodes_of(name):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import; say where from"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def calls_of(name: str) -> tuple[tuple[str, int], ...]:
    """Every call as it is written, such as `work.db.execute`, and its line."""
    calls = (node for node in nodes_of(name) if isinstance(node, ast.Call))
    return tuple((ast.unparse(node.func), node.lineno) for node in calls)


def those_that(matches: Callable[[str], bool], names: list[str]) -> dict[str, list[str]]:
    found = {name: [f"{call} line {line}" for call, line in calls_of(name) if matches(call)] for name in names}
    return {name: calls for name, calls in found.items() if calls}


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room_of(module: str) -> tuple[str, ...]:
    """`bot.hours.typed.lines` stands in ("bot", "hours"); the web has rooms of its own."""
    parts = tuple(module.split("."))
    deep = 3 if parts[:2] == ("handlers", "web") else 1 if parts[0] == "models" else 2
    return parts[:deep]


def floor_of(room: tuple[str, ...]) -> tuple[int, ...]:
    """The higher it is, the more may be imported. Rooms on one floor know nothing of each other."""
    match room:
        case ("models",):
            return (0,)
        case ("bot", "app"):
            return (8,)
        case ("bot", "__main__"):
            return (9,)
        case ("bot", name):
            return (1, ORDER.index(name))
        case ("handlers", "web", name):
            return (2, next(floor for floor, names in enumerate(WEB_ORDER) if name in names))
        case ("handlers", "cli" | "telegram"):
            return (2,)
    raise AssertionError(f"{'.'.join(room)} is no room that the plan knows")


def imports_among_ours() -> Iterator[tuple[str, str]]:
    """Who imports whom, as modules."""
    ours = {module_of(name) for name in files()}
    for name in files():
        for imported in imports_of(name):
            module = imported if imported in ours else imported.rpartition(".")[0]
            if module in ours:
                yield module_of(name), module


def points_back(importing: str, imported: str) -> bool:
    here, there = room_of(importing), room_of(imported)
    return here != there and floor_of(there) >= floor_of(here)


def test_rooms_import_what_stands_left_of_them() -> None:
    wrong = {f"{one} imports {other}" for one, other in imports_among_ours() if points_back(one, other)}

    assert wrong == set()


def test_every_room_of_the_plan_is_there() -> None:
    rooms = {room_of(module_of(name)) for name in files() if not name.endswith("__init__.py")}

    assert {room[1] for room in rooms if room[0] == "bot"} == {*ORDER, "app", "__main__"}
    assert {room[2] for room in rooms if room[:2] == ("handlers", "web")} == {n for floor in WEB_ORDER for n in floor}


def test_no_modules_import_each_other_in_a_circle() -> None:
    knows: dict[str, set[str]] = {}
    for one, other in imports_among_ours():
        knows.setdefault(one, set()).add(other)

    assert list(_circles(knows)) == []


def _circles(knows: dict[str, set[str]]) -> Iterator[list[str]]:
    """Whatever is left when those who know nobody have been taken away, again and again, from both ends."""
    left = {one: set(others) for one, others in knows.items()}
    while True:
        known = {other for others in left.values() for other in others}
        loose = [one for one in left if one not in known or not left[one] & left.keys()]
        if not loose:
            break
        for one in loose:
            del left[one]
        left = {one: others & left.keys() for one, others in left.items()}
    if left:
        yield sorted(left)


def test_a_package_defines_nothing() -> None:
    defining = [name for name in files() if name.endswith("__init__.py") and tree_of(name).body]

    assert defining == []


@pytest.mark.parametrize(("folder", "except_in", "banned"), BANS, ids=lambda value: str(value)[:40])
def test_imports_point_one_way(folder: str, except_in: tuple[str, ...], banned: tuple[str, ...]) -> None:
    names = [name for name in files() if name.startswith(folder) and name not in except_in]

    wrong = {
        f"{name} imports {module}"
        for name in names
        for module in imports_of(name)
        if any(module == ban or module.startswith(f"{ban}.") for ban in banned)
    }

    assert names
    assert wrong == set()


def test_a_file_is_short_enough_to_be_read_at_once() -> None:
    lines = {
        name: (ROOT / name).read_text(encoding="utf-8").count("\n") for name in files() if "/migrations/" not in name
    }

    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_what_the_type_checker_is_told_to_overlook_does_not_grow() -> None:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files()}
    ignores = [f"{name}: {line.strip()}" for name, text in texts.items() for line in text.split("\n") if IGNORE in line]
    named = [node for name in files() for node in nodes_of(name) if isinstance(node, ast.Name)]

    assert [line for line in ignores if not re.search(rf"{IGNORE}\[[a-z-]+\]  # \w", line)] == []
    assert len(ignores) <= MOST_IGNORES
    assert sum(node.id == "Any" for node in named) <= MOST_ANY
    assert sum(node.id == "cast" for node in named) <= MOST_CASTS


def test_what_a_row_of_the_outbox_carries_is_read_as_its_type() -> None:
    reading = {
        name: found
        for name in files()
        if (found := re.findall(r"params(?:\[|\.get\()", (ROOT / name).read_text(encoding="utf-8")))
    }

    assert reading == {}


def test_only_the_store_commits() -> None:
    committing = those_that(lambda call: call.endswith(".commit"), files())

    # Alembic runs inside a transaction of ours, so the migration says when it is done.
    assert set(committing) == {"bot/engine/store.py", "bot/engine/batches.py", "bot/engine/schema.py"}
    assert (len(committing["bot/engine/store.py"]), len(committing["bot/engine/batches.py"])) == (1, 1)


def test_only_the_clock_reads_the_clock() -> None:
    reading = those_that(lambda call: ".".join(call.split(".")[-2:]) in WALL_CLOCKS, files())

    assert set(reading) == {"bot/engine/clock.py"}
    named = {name for name in files() for module in imports_of(name) if module in ("time.time", "time.time_ns")}
    assert named == set()


def test_only_the_composition_root_starts_detached_tasks() -> None:
    starting = those_that(lambda call: call in DETACHED or "get_running_loop().create_task" in call, files())

    assert set(starting) == {"bot/app.py"}
    named = {name for name in files() for module in imports_of(name) if module in DETACHED}
    assert named == set()


def test_only_the_sender_speaks_on_telegram() -> None:
    names = [name for name in files() if name.startswith("handlers/telegram/")]

    speaking = those_that(lambda call: ".bot." in f".{call}".replace("_bot", "bot") and _speaks(call), names)

    assert set(speaking) == {"handlers/telegram/sender.py"}


def _speaks(call: str) -> bool:
    return SPEAKING.match(call.rsplit(".", 1)[-1]) is not None


def test_a_press_is_answered_in_one_function() -> None:
    names = [name for name in files() if name.startswith("handlers/telegram/") and not name.endswith("sender.py")]

    answering = those_that(lambda call: call.endswith(".answer_press"), names)

    assert list(answering) == ["handlers/telegram/receiving.py"]
    assert len(answering["handlers/telegram/receiving.py"]) == 1


def test_the_cases_table_is_named_only_where_cases_are_decided() -> None:
    naming = {name for name in files() if not name.startswith("models/") and _names_cases(name)}

    assert naming == CASE_FILES


def _names_cases(name: str) -> bool:
    """By the model, by its table, or in SQL written out."""
    if {"models.case.Case", "bot.people.access.CASES"} & set(imports_of(name)):
        return True
    texts = (node.value for node in nodes_of(name) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and re.search(r"\b(FROM|UPDATE|INTO|JOIN) cases\b", text) for text in texts)


def test_no_statement_is_written_outside_the_core() -> None:
    running = those_that(
        lambda call: call.endswith((".db.execute", "db.exec")), [n for n in files() if n.startswith("handlers/")]
    )

    assert running == {}


def test_a_button_s_code_is_written_in_one_place_only() -> None:
    declaring = tuple(
        f"models/{name}.py"
        for name in ("buttons", "buttons_hours", "buttons_overview", "buttons_people", "buttons_shifts")
    )
    modules = (buttons, buttons_hours, buttons_overview, buttons_people, buttons_shifts)
    verbs = {one.verb for module in modules for one in vars(module).values() if isinstance(one, Button)}
    begins = tuple(f"{verb}:" for verb in verbs)
    pages = [path for path in (ROOT / "handlers/web").rglob("*") if path.suffix in (".html", ".js")]

    writing = {
        f"{name}: {node.value}"
        for name in files()
        if name not in declaring
        for node in nodes_of(name)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(begins)
    }
    quoted = re.compile(rf"[\"'`](?:{'|'.join(verbs)}):")
    in_pages = {str(page) for page in pages if quoted.search(page.read_text(encoding="utf-8"))}

    assert verbs and pages
    assert writing == {"handlers/web/desk/case.py: desk:"}  # names a message, and is no button
    assert in_pages == set()


def test_every_module_says_what_it_owns() -> None:
    silent = [name for name in files() if tree_of(name).body and not ast.get_docstring(tree_of(name))]

    assert silent == []


def test_public_functions_and_classes_of_the_core_say_what_is_true_afterwards() -> None:
    # A verb of the command line says what it does in its help, in the reader's language.
    elsewhere = ("models/migrations/", "bot/__main__")
    names = [n for n in files() if n.startswith(("bot/", "models/")) and not n.startswith(elsewhere)]

    silent = [
        f"{name}: {node.name}"
        for name in names
        for node in tree_of(name).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not _says_enough(node)
    ]

    assert silent == []


def _says_enough(node: ast.AST) -> bool:
    """A class of two lines under a docstring that draws its tree, or a function of one, says it all by its name."""
    body = node.body  # type: ignore[attr-defined]
    if isinstance(node, ast.ClassDef):
        return all(isinstance(part, ast.Assign | ast.AnnAssign | ast.Pass) for part in body)
    return len(body) == 1 and isinstance(body[0], ast.Return)


def test_names_are_the_domain_s_words() -> None:
    vague = []
    for name in files():
        if name == "models/migrations/env.py":
            continue  # Alembic calls what is in it by Alembic's names
        vague += [name] if _what_it_is(Path(name).stem) in VAGUE else []
        for node in nodes_of(name):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                vague += [f"{name}: {node.name}"] if _what_it_is(node.name) in VAGUE else []

    assert vague == []


def _what_it_is(name: str) -> str:
    """The last word: a "data folder" is a folder."""
    words = re.findall(r"[A-Z]?[a-z]+", name)
    return words[-1].lower() if words else ""


def test_nothing_is_installed_under_a_general_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert "[build-system]" not in project


def test_what_is_run_by_hand_can_be_started() -> None:
    """`make chaos` and `make bench` are no tests, and would else be found broken by whoever needs them."""
    by_hand = [name for name in ("tests.chaos", "tests.bench") for name in _modules(name)]

    assert len(by_hand) > 10
    for name in by_hand:
        importlib.import_module(name)


def _modules(package: str) -> list[str]:
    path = ROOT / package.replace(".", "/")
    return [f"{package}.{one.name}" for one in pkgutil.walk_packages([str(path)])]
