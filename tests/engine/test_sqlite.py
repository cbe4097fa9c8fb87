"""What our SQLite connection takes from inside aiosqlite, which promises none of it."""

import sqlite3
from collections.abc import Callable
from inspect import iscoroutinefunction
from threading import Thread

import aiosqlite
import pytest

PARTS: list[tuple[str, Callable[[object], bool]]] = [
    ("_thread", lambda part: isinstance(part, Thread)),
    ("_conn", lambda part: isinstance(part, sqlite3.Connection)),
    ("_execute", iscoroutinefunction),
]


@pytest.mark.parametrize(("name", "is_as_ever"), PARTS)
async def test_aiosqlite_s_connection_still_has_what_ours_is_made_of(
    name: str, is_as_ever: Callable[[object], bool]
) -> None:
    async with aiosqlite.connect(":memory:") as theirs:
        part = getattr(theirs, name, None)

    assert is_as_ever(part), f"aiosqlite no longer has Connection.{name} as it was: see bot/engine/sqlite.py"
