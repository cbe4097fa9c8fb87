"""Why the database does not take an act: what its driver says, read into one of a few causes.

Owns Cause, and how SQLite's result codes and PostgreSQL's SQLSTATE are read. It must not decide what follows from one.
Sources: https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import sqlite3
from enum import StrEnum

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Cause(StrEnum):
    """What an operator can do something about. The value is also the end of its sentences' keys."""

    DISK_FULL = "disk_full"
    DISK_FAILS = "disk_fails"
    READ_ONLY = "read_only"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    UNREACHABLE = "unreachable"
    NOT_LET_IN = "not_let_in"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    UNKNOWN = "unknown"


# A connection keeps what the file or the server was when it was opened, so only a new one can find it mended.
ENDED_BY_REOPENING = frozenset({Cause.READ_ONLY, Cause.CORRUPT, Cause.DISK_FAILS, Cause.NOT_LET_IN})

_PRIMARY = 0xFF  # the rest of an extended result code only tells where it happened
_SQLITE = {
    sqlite3.SQLITE_FULL: Cause.DISK_FULL,
    sqlite3.SQLITE_IOERR: Cause.DISK_FAILS,
    sqlite3.SQLITE_READONLY: Cause.READ_ONLY,
    sqlite3.SQLITE_PERM: Cause.NOT_LET_IN,
    sqlite3.SQLITE_BUSY: Cause.LOCKED,
    sqlite3.SQLITE_LOCKED: Cause.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Cause.LOCKED,
    sqlite3.SQLITE_CORRUPT: Cause.CORRUPT,
    sqlite3.SQLITE_NOTADB: Cause.CORRUPT,
    sqlite3.SQLITE_CANTOPEN: Cause.UNREACHABLE,
    sqlite3.SQLITE_INTERRUPT: Cause.TOO_SLOW,
}
# The longest beginning that fits decides.
_POSTGRES = {
    "08": Cause.UNREACHABLE,
    "25006": Cause.READ_ONLY,
    "28": Cause.NOT_LET_IN,
    "3D000": Cause.NOT_LET_IN,
    "40": Cause.LOCKED,
    "42501": Cause.NOT_LET_IN,
    "53": Cause.TOO_MANY,
    "53100": Cause.DISK_FULL,
    "55000": Cause.UNREACHABLE,  # not accepting connections
    "55P03": Cause.LOCKED,
    "57": Cause.UNREACHABLE,
    "57014": Cause.TOO_SLOW,
    "58": Cause.DISK_FAILS,
    "XX001": Cause.CORRUPT,
    "XX002": Cause.CORRUPT,
}
_MISTAKES = ("22", "23", "25P02", "42")  # a value, a constraint, going on after one of those, a statement


def cause_of(error: BaseException) -> Cause | None:
    """Why the database did not do it; None if that is no trouble of the database's but a mistake in the question."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(origin, sqlite3.Error) and (known := _SQLITE.get(_result_code(origin) & _PRIMARY)):
        return known
    sqlstate = getattr(origin, "sqlstate", None) or ""
    if known := _by_sqlstate(sqlstate):
        return known
    if sqlstate.startswith(_MISTAKES):
        return None
    if isinstance(error, PoolTimeout | TimeoutError):
        return Cause.TOO_SLOW
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Cause.UNREACHABLE
    if isinstance(error, InterfaceError | asyncpg.InterfaceError | asyncpg.InternalClientError | OSError):
        return Cause.UNREACHABLE
    if isinstance(error, OperationalError | sqlite3.OperationalError | asyncpg.PostgresError):
        return Cause.UNKNOWN
    return None


def _result_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR


def _by_sqlstate(sqlstate: str) -> Cause | None:
    fitting = [begins for begins in _POSTGRES if sqlstate.startswith(begins)]
    return _POSTGRES[max(fitting, key=len)] if fitting else None
