"""The slow hash of a newcomer's secret number as it is kept: sealed, so that a copy of the database lets nobody try.

Eight digits can all be tried against a bare hash within days, however slow it is. A conversation is looked up by its
case's code, so a sealed value does as well, and can be sealed anew. A version before this one kept it bare: what it
wrote is read, and while a process of it runs a new one is kept in both ways. It must not compare a secret.
"""

from typing import NamedTuple

from bot.engine import living
from bot.engine.seal import Place, Seal
from bot.engine.work import Work


class Secret(NamedTuple):
    """The hash of a secret number: sealed, or as a version before left it. `id`: of its conversation."""

    id: int
    secret_hash: str | None
    secret_sealed: bytes | None


def hash_in(seal: Seal, row: Secret) -> str | None:
    """The hash in such a row; None where there is no secret number. Of two the bare one is the newer: only a version
    that knows no other writes it alone."""
    if row.secret_hash is not None or row.secret_sealed is None:
        return row.secret_hash
    return seal.open(row.secret_sealed, **_place(row.id))


async def as_kept(work: Work, conversation_id: int, secret_hash: str) -> dict[str, object]:
    """The columns of a conversation with this secret number."""
    bare = secret_hash if await living.older_lives(work) else None
    return {**sealed_columns(work.seal, conversation_id, secret_hash), "secret_hash": bare}


def sealed_columns(seal: Seal, conversation_id: int, secret_hash: str) -> dict[str, object]:
    """The column that holds it sealed."""
    return {"secret_sealed": seal.seal(secret_hash, **_place(conversation_id))}


def _place(conversation_id: int) -> Place:
    return {"table": "conversations", "column": "secret_sealed", "row_id": conversation_id}
