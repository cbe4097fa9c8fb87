"""What a version before this one has left in plain is sealed, once no process of it runs any more.

Volunteers' names, the hashes of secret numbers, and names in what was said; and what it has left in volunteers' chats
leaves them. Before that moment such a process still looks for them where it put them. Done once by each process, soon
after its start: it costs a look through the outbox.
It must not know how a name or a secret is sealed: `bot/people/names.py`, `secret_kept.py` and
`bot/engine/sealed_names.py` do.
"""

from typing import NamedTuple

import structlog
from sqlalchemy import Text, bindparam, or_, select, type_coerce, update

from bot.cases import unsaying
from bot.engine import bells, living, sealed_names
from bot.engine.errors import Unavailable
from bot.engine.rows import IDS_AT_ONCE, columns, every, in_portions
from bot.engine.store import Store
from bot.engine.work import Work
from bot.people import names, secret_kept
from bot.people.names import PEOPLE, Called
from bot.service import Service
from models.base import table_of
from models.conversation import Conversation
from models.outbox import Outbox
from models.saying import NAMES_SEALED_AS

log = structlog.get_logger()
_THREADS, _ROWS = table_of(Conversation), table_of(Outbox)
_SAID = type_coerce(_ROWS.c.params, Text)
# As JSON stands in the column. What only looks like a name is looked at again before anything is changed.
_NAMING = or_(*(_SAID.like(f'%"{key}": {begins}%') for key in sorted(sealed_names.NAMING) for begins in ('"', '["')))
_BARE = select(_THREADS.c.id, _THREADS.c.secret_hash).where(_THREADS.c.secret_hash.is_not(None)).limit(IDS_AT_ONCE)
NAMES_AT_ONCE = 20  # in one act: others' are not to wait for it, nor is it to last longer than an act may
_PLAIN = (
    select(*columns(Called, PEOPLE))
    .where(PEOPLE.c.alias.is_not(None))
    .order_by(PEOPLE.c.created_at, PEOPLE.c.id)
    .limit(NAMES_AT_ONCE)
)
_SAME_NAME = select(PEOPLE.c.id).where(PEOPLE.c.alias_hash == bindparam("hash")).limit(1)
_SEALED = update(PEOPLE).where(PEOPLE.c.id == bindparam("person"))  # its values come when it is executed


class _Said(NamedTuple):
    id: int
    params: dict[str, object]


class Resealing:
    """The loop, which ends when all is sealed."""

    def __init__(self, service: Service) -> None:
        self._service, self._store = service, service.store.apart()

    async def run(self) -> None:
        """Try until it is done, or the service stops."""
        with self._store.bells.listen(bells.TRACES) as bell:
            while not self._service.health.stopping:
                try:
                    if await seal_what_is_left(self._store):
                        return
                except Unavailable:
                    pass  # the store has said why
                await bell.wait(self._service.settings.poll_seconds)


async def seal_what_is_left(store: Store) -> bool:
    """Nothing that ought to be sealed lies in plain; False while a process of a version before runs, or has just ended.

    Raises:
        Unavailable: the database does not answer.
    """
    async with store.work() as work:
        if await living.older_lives(work):
            return False
    sealed, more = 0, True
    while more:
        async with store.work() as work:
            more = bool(found := await _seal_names(work))
        sealed += found
    async with store.work() as work:
        left = await unsaying.cases_left_standing(work)
    for case_id in left:
        async with store.work() as work:
            await unsaying.what_was_left_leaves(work, case_id)
    more = True
    while more:
        async with store.work() as work:
            more = bool(found := await _seal_secrets(work))
        sealed += found
    async with store.look(slow=True) as db:
        said = (await db.execute(select(_ROWS.c.id).where(_NAMING, ~_SAID.contains(NAMES_SEALED_AS)))).scalars().all()
    for some in in_portions(said):
        async with store.work() as work:
            sealed += await _seal_said(work, some)
    if sealed:
        async with store.work() as work:
            await work.leave_no_trace()
        log.info("sealed_what_was_plain", rows=sealed)
    return True


async def _seal_names(work: Work) -> int:
    """Some more names are sealed; none is left if there were none. Of two that only an older version could tell apart
    the later one gets a number."""
    plain = every(Called, await work.db.execute(_PLAIN))
    for row in plain:
        values: dict[str, object] = {"alias": None}
        if row.alias_sealed is None:
            values |= names.sealed_columns(work.seal, row.id, await _free_name(work, row.alias or "?"))
        await work.db.execute(_SEALED, {"person": row.id, **values})
    return len(plain)


async def _free_name(work: Work, name: str) -> str:
    tried, number = name, 1
    while await _is_taken(work, tried):
        number += 1
        tried = f"{name} {number}"
    return tried


async def _is_taken(work: Work, name: str) -> bool:
    return (await work.db.execute(_SAME_NAME, {"hash": names.hash_of(work.seal, name)})).first() is not None


async def _seal_secrets(work: Work) -> int:
    found = (await work.db.execute(_BARE)).all()
    for row in found:
        kept = secret_kept.sealed_columns(work.seal, row.id, row.secret_hash)
        same = _THREADS.c.id == row.id, _THREADS.c.secret_hash == row.secret_hash  # a new one was made at this moment
        await work.db.execute(update(_THREADS).where(*same).values(**kept, secret_hash=None))
    return len(found)


async def _seal_said(work: Work, ids: list[int]) -> int:
    said = select(*columns(_Said, _ROWS)).where(_ROWS.c.id.in_(ids)).with_for_update()
    plain = [row for row in every(_Said, await work.db.execute(said)) if sealed_names.has_plain_names(row.params)]
    for row in plain:
        kept = sealed_names.sealed(work.seal, row.params)
        await work.db.execute(update(_ROWS).where(_ROWS.c.id == row.id).values(params=kept))
    return len(plain)
