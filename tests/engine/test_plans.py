"""A statement asked through its plan gives what SQLAlchemy gives: the same rows, of the same types."""

import importlib
import pkgutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    Time,
    UpdateBase,
    bindparam,
    create_engine,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert as upsert

import bot
from bot.cases import queue
from bot.engine import plans
from bot.engine.plans import Plan, plan_of
from bot.telling import inbox, lanes
from models.base import Codes, Id, Sealed, UtcDateTime

TABLE = Table(
    "everything", MetaData(),
    Column("id", Id, primary_key=True), Column("said_at", UtcDateTime), Column("words", Sealed), Column("told", Codes),
    Column("open", Boolean), Column("on_day", Date), Column("opens", Time), Column("name", Text), Column("n", Integer),
    Column("latitude", Float),
)  # fmt: skip
T = TABLE.c
ADD, ADD_AND_TELL = insert(TABLE), insert(TABLE).returning(*T)
CHANGE = (
    update(TABLE)
    .where(T.id == bindparam("which"), T.said_at.is_not(None))
    .values(n=func.coalesce(T.n, 0) + 1, name=bindparam("called"), open=True)
    .returning(T.id, T.n, T.open, T.said_at)
)
CHANGE_QUIETLY = update(TABLE).where(T.id == bindparam("which")).values(name=bindparam("called"))
AGAIN = upsert(TABLE).on_conflict_do_update(index_elements=["id"], set_={"n": bindparam("n_now")}).returning(T.id, T.n)
LOOK = select(TABLE).where(T.id == bindparam("which"))
COUNT = select(func.count().label("rows"), func.max(T.said_at, type_=UtcDateTime).label("newest")).where(
    T.id >= bindparam("which")
)
SOME = select(T.id, T.name).where(T.name != bindparam("called"), T.id.in_(bindparam("several", expanding=True)))
FEW = select(T.id, T.on_day).order_by(T.id.desc()).limit(3)

INSTANTS = st.datetimes(timezones=st.just(UTC))
ROWS = st.fixed_dictionaries({
    "said_at": st.none() | INSTANTS,
    "words": st.none() | st.binary(max_size=20),
    "told": st.none() | st.dictionaries(st.sampled_from(("code", "place")), st.integers(0, 2**53) | st.booleans()),
    "open": st.none() | st.booleans(),
    "on_day": st.none() | st.dates(date(1, 1, 1), date(9999, 1, 1)),
    "opens": st.none() | st.times(),
    "name": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10),
    "n": st.none() | st.integers(-(2**53), 2**53),
    "latitude": st.none() | st.floats(allow_nan=False, allow_infinity=False),
})  # fmt: skip


def _planned(statement: Any, asked: dict[str, Any]) -> tuple[Plan, Any] | None:
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    plan_of(statement, asked, dialect)
    return plan_of(statement, asked, dialect)


def _built(row: dict[str, Any], which: int, called: str) -> list[Any]:
    """Statements that are built anew, with the values they are to be asked with."""
    this = T.id == which
    return [
        insert(TABLE).values(said_at=row["said_at"], told=row["told"], name=called).returning(T.id),
        update(TABLE).where(this).values(name=called, n=T.n + which, open=row["open"]).returning(T.id, T.n, T.name),
        update(TABLE).where(this, T.name == called).values(said_at=row["said_at"]),
        select(T.id, T.said_at, T.told).where(T.id >= which, T.name == called).order_by(T.id).limit(which + 1),
        select(func.coalesce(T.n, which).label("n"), T.name).where(this),
        select(T.id).where(T.on_day == row["on_day"]) if row["on_day"] else select(T.id).where(T.on_day.is_(None)),
        upsert(TABLE).values(id=row["id"], n=which).on_conflict_do_update(index_elements=["id"], set_={"n": which}),
        select(T.id, T.name).where(T.id.in_(range(which)), T.name.not_in([called, "x"])).order_by(T.id),
        update(TABLE).where(T.id.in_([which, row["id"]])).values(name=called).returning(T.id),
        delete(TABLE).where(this, T.n > which).returning(T.id),
    ]  # fmt: skip


def _shown(rows: Any) -> list[list[tuple[type, Any]]]:
    return [[(type(value), value) for value in row] for row in rows]


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4), which=st.integers(0, 4), called=st.text("abcåäö", max_size=3))
def test_the_same_rows_of_the_same_types_come_back(
    databases_made: Any, rows: list[dict[str, Any]], which: int, called: str
) -> None:
    by_hand, driver = databases_made()
    asked: list[tuple[Any, dict[str, Any]]] = []
    for number, row in enumerate(rows):
        asked.append((ADD if number % 2 else ADD_AND_TELL, {"id": number, **row}))
    asked += [
        (CHANGE, {"which": which, "called": called}), (CHANGE_QUIETLY, {"which": which, "called": called}),
        (AGAIN, {"id": 0, "n": 1, "n_now": 7}), (AGAIN, {"id": 99, "n": 1, "n_now": 7}),
        (LOOK, {"which": which}), (LOOK, {"which": 98}), (COUNT, {"which": which}), (FEW, {}),
        (SOME, {"called": called, "several": list(range(which))}), (SOME, {"called": called, "several": [which]}),
    ]  # fmt: skip
    for row in [{"id": number % len(rows), **row} for number, row in enumerate(rows * 2)]:
        asked += [(statement, {}) for statement in _built(row, which, called)]
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    for statement, values in asked:
        theirs = by_hand.execute(statement, values)
        planned = plan_of(statement, values, dialect)
        assert planned is not None
        ours = planned[0].run(driver, planned[1])
        if not theirs.returns_rows:
            assert ours.rowcount == theirs.rowcount
            continue
        assert list(ours.keys()) == list(theirs.keys())
        assert _shown(ours) == _shown(theirs)


@pytest.fixture(scope="module")
def databases_made() -> Any:
    """Makes two databases that are alike, anew for each example."""
    open_ones = []  # else what nobody holds is rolled back

    def made() -> tuple[Connection, sqlite3.Connection]:
        by_hand, by_plan = (create_engine("sqlite://").connect() for _ in range(2))
        open_ones.append(by_plan)
        for one in (by_hand, by_plan):
            TABLE.create(one)
        driver = by_plan.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        return by_hand, driver

    yield made
    for one in open_ones:
        one.close()


def _constants() -> dict[str, Any]:
    """The statements of the program that are built once, by their names."""
    found = {}
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("__main__"):
            for name, one in vars(importlib.import_module(module.name)).items():
                if isinstance(one, Select | UpdateBase):
                    found[f"{module.name}.{name}"] = one
    return found


def test_a_statement_that_is_asked_again_and_again_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made, compiled, dialect = plans._made, list[Any](), sqlite_dialect.dialect(paramstyle="qmark")
    monkeypatch.setattr(plans, "_made", lambda *how: compiled.append(how[0]) or made(*how))
    first, other = (select(T.n, T.name).where(T.n > least, T.name.is_not(None)) for least in (1, 2))

    asked = [plan_of(statement, None, dialect) for statement in (first, other, first, first, other)]

    assert [one and one[0].values(one[1]) for one in asked] == [[1], [2], [1], [1], [2]]
    assert len(compiled) == 2  # the second of a shape, once it is asked again, has a plan that knows its values


def test_rows_with_the_same_names_are_of_one_type() -> None:
    asked = [_planned(select(T.id, T.name).where(T.n == n, T.id.in_(range(n))), {}) for n in (1, 2)]

    assert len({type(row) for one in asked if one for row in one[0].answered([(1, "x")], rowcount=1)}) == 1


def test_every_statement_that_is_built_once_has_plans() -> None:
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    constants = _constants()

    without = {
        name for name, one in constants.items() if not one.is_insert and plans._made(one, frozenset(), dialect) is None
    }

    assert len(constants) > 30
    assert without == set()


def test_what_is_built_anew_each_time_is_prepared_once_for_all_of_its_shape() -> None:
    dialect = sqlite_dialect.dialect(paramstyle="qmark")

    first, second = (plan_of(select(T.id).where(T.id == n), {}, dialect) for n in (1, 2))

    assert first is not None, "SQLAlchemy tells the shape of a statement no more as bot/engine/plans.py asks for it"
    assert second is not None
    assert first[0] is second[0]
    assert [planned[0].values(planned[1]) for planned in (first, second)] == [[1], [2]]


def test_a_statement_of_another_shape_has_a_plan_of_its_own() -> None:
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    others = [select(T.id).where(T.id == 1), select(T.n).where(T.id == 1), select(T.id).where(T.n == 1)]
    others += [select(T.id).where(T.id == 1).limit(1), select(T.id.label("it")).where(T.id == 1)]

    plans_of_them = [plan_of(one, {}, dialect) for one in others]

    assert len({id(planned[0]) for planned in plans_of_them if planned}) == len(others)


def test_many_rows_at_once_are_left_to_sqlalchemy() -> None:
    assert plan_of(ADD, [{"id": 1}, {"id": 2}], sqlite_dialect.dialect(paramstyle="qmark")) is None


def test_ever_new_shapes_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_SHAPES", 3)
    monkeypatch.setattr(plans, "_shapes", {})
    for n in range(1, 10):
        plan_of(select(*[T.id.label(f"n{i}") for i in range(n)]), {}, sqlite_dialect.dialect())

    assert len(plans._shapes) <= 3


def test_lists_of_one_length_share_a_plan() -> None:
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    plan_of(SOME, {"several": [1], "called": "a"}, dialect)  # built once, it is known by itself from now on
    asked = [plan_of(SOME, {"several": ids, "called": "a"}, dialect) for ids in ([1, 2], [3, 4], [5])]
    asked += [plan_of(select(T.id).where(T.id.in_(ids), T.name == "a"), {}, dialect) for ids in ([1, 2], [3, 4], [5])]

    found = [planned for planned in asked if planned is not None]

    built_once, anew = [["a", 1, 2], ["a", 3, 4], ["a", 5]], [[1, 2, "a"], [3, 4, "a"], [5, "a"]]
    assert [plan.values(values) for plan, values in found] == [*built_once, *anew]
    assert [len({id(plan) for plan, _ in found[start : start + 3]}) for start in (0, 3)] == [2, 2]


class Kind(StrEnum):
    """Codes, as models have them."""

    LETTER = "letter"
    CARD = "card"


def test_codes_are_those_of_each_statement_and_what_is_given_is_never_one(databases_made: Any) -> None:
    by_hand, driver = databases_made()
    for number, kind in enumerate([*Kind, *Kind]):
        rows = {"id": number, "name": kind.value, "told": kind.value}
        for ask in (lambda row: by_hand.execute(ADD, row), lambda row: run(driver, ADD, row)):
            ask(rows)
    given_by_name = select(T.id).where(T.name == bindparam("kind", Kind.CARD)).order_by(T.id)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (select(T.id).where(T.name == kind, T.id.in_([0, 1])), {}) for kind in [*Kind, *Kind]
    ]
    asked += [(select(T.id).where(T.name.in_(kinds)).order_by(T.id), {}) for kinds in ([*Kind], [Kind.CARD] * 2)]
    asked += [(select(T.id).where(T.told == kind).order_by(T.id), {}) for kind in Kind]  # another way into the column
    asked += [(given_by_name, {}), (given_by_name, {"kind": Kind.LETTER}), (given_by_name, {})]

    for statement, values in asked:
        theirs = by_hand.execute(statement, values)

        assert _shown(run(driver, statement, values)) == _shown(theirs)


def run(driver: sqlite3.Connection, statement: Any, values: dict[str, Any]) -> Any:
    planned = plan_of(statement, values, sqlite_dialect.dialect(paramstyle="qmark"))
    assert planned is not None
    return planned[0].run(driver, planned[1])


def test_a_question_by_a_state_is_planned_once(migrated_sqlite: Path) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    asked: tuple[tuple[Any, dict[str, Any]], ...] = (
        (lanes.DUE, {**lanes.at(now), "not_now": [], "most": 4}),
        (queue._QUEUE, {}), (inbox._STAFF_NOTICES, {"person": 1}),
    )  # fmt: skip
    with closing(sqlite3.connect(migrated_sqlite)) as driver:
        planned: list[object] = []
        driver.set_authorizer(lambda *what: planned.append(what) or sqlite3.SQLITE_OK)  # asked while it plans
        for statement, values in asked:
            run(driver, statement, values)
        assert planned
        planned.clear()

        for statement, values in asked:
            run(driver, statement, values)

        assert planned == []


def test_lists_of_ever_new_lengths_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_LENGTHS", 3)
    dialect = sqlite_dialect.dialect(paramstyle="qmark")
    several = select(T.id).where(T.id.in_(bindparam("several", expanding=True)))
    for length in (*range(10), 0):
        plan_of(several, {"several": list(range(length))}, dialect)

    (made,) = (one for one in plans._seen[several].values() if one is not None)
    assert len(made._by_lengths) <= 3


def test_the_time_of_a_day_is_read_as_it_was(databases_made: Any) -> None:
    _, driver = databases_made()
    values = {"id": 1, "opens": time(13, 30), "on_day": date(2026, 1, 5), "said_at": datetime(2026, 1, 5, tzinfo=UTC)}
    for statement, asked in ((ADD, values), (LOOK, {"which": 1})):
        planned = _planned(statement, asked)
        assert planned is not None
        answered = planned[0].run(driver, planned[1])
    (row,) = answered

    assert (row.opens, row.on_day, row.said_at) == (values["opens"], values["on_day"], values["said_at"])
