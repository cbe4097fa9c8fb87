"""Rows and their SELECT are one thing: no column can stand where another is meant, and none be left out."""

from typing import NamedTuple

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, func, insert, select

from bot.engine.rows import columns, every, exactly, first, only

PEOPLE = Table("people", MetaData(), Column("id", Integer), Column("alias", Text), Column("city", Text))
CASES = Table("cases", MetaData(), Column("id", Integer), Column("city", Text), Column("code", Text))


class Shown(NamedTuple):
    city: str
    alias: str
    id: int


class Counted(NamedTuple):
    code: str
    people: int


def test_what_is_selected_stands_in_the_order_of_the_fields_and_comes_from_the_first_table_that_has_it() -> None:
    assert [str(column) for column in columns(Shown, PEOPLE, CASES)] == ["people.city", "people.alias", "people.id"]
    assert [str(column) for column in columns(Shown, CASES, PEOPLE)] == ["cases.city", "people.alias", "cases.id"]


def test_a_field_that_is_named_is_what_it_is_named() -> None:
    [code, people] = columns(Counted, CASES, people=func.count())

    assert (str(code), people.name) == ("cases.code", "people")


def test_a_field_that_no_table_has_and_a_name_that_is_no_field_are_mistakes() -> None:
    with pytest.raises(LookupError, match="people"):
        columns(Counted, CASES)
    with pytest.raises(LookupError, match="cuty"):
        columns(Shown, PEOPLE, cuty=CASES.c.city)


def test_rows_are_read_into_what_they_were_selected_for() -> None:
    engine = create_engine("sqlite://")
    shown = select(*columns(Shown, PEOPLE)).order_by(PEOPLE.c.id)
    with engine.begin() as db:
        PEOPLE.metadata.create_all(db)
        db.execute(
            insert(PEOPLE), [{"id": 1, "alias": "Amina", "city": "Lund"}, {"id": 2, "alias": "Bo", "city": "Eslöv"}]
        )

        amina, bo = Shown("Lund", "Amina", 1), Shown("Eslöv", "Bo", 2)
        assert every(Shown, db.execute(shown)) == [amina, bo]
        assert first(Shown, db.execute(shown)) == amina
        assert exactly(Shown, db.execute(shown.where(PEOPLE.c.id == 2))) == bo
        assert only(Shown, db.execute(shown.where(PEOPLE.c.id == 3))) is None
