"""The door of code and secret: tries that are counted, and the newcomer who comes back by them.

Only hashes of secrets are stored, and no try is told from which place it came. It must not compare a secret: that takes
a processor longer than an act may take the database, so `handlers/web/chat/back.py` does it outside.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import bindparam, case, delete, select, update

from bot.engine.actors import Visitor
from bot.engine.db import Db
from bot.engine.errors import NotFound, TooMany
from bot.engine.inserts import upsert
from bot.engine.rows import columns, only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import access, logins, people
from bot.people.access import CASES
from bot.people.secret_kept import Secret, hash_in
from models.base import table_of
from models.case import CodeGuess
from models.conversation import Conversation
from models.people import Device

GUESS_WINDOW = timedelta(hours=1)
MOST_GUESSES = 20  # from all places together; how many from one, `handlers/web/frame/guesses.py` counts
_GUESSES, _THREADS = table_of(CodeGuess), table_of(Conversation)


class Behind(NamedTuple):
    """The newcomer behind a case code, and their secret if they have one."""

    newcomer_id: int
    id: int
    secret_hash: str | None
    secret_sealed: bytes | None


_BEHIND = select(*columns(Behind, _THREADS)).select_from(
    CASES.join(_THREADS, _THREADS.c.newcomer_id == CASES.c.newcomer_id)
)
_OF_NEWCOMER = select(*columns(Secret, _THREADS)).where(_THREADS.c.newcomer_id == bindparam("newcomer"))


async def count_guess(work: Work, code: str, *, is_known: bool = False) -> None:
    """One try against this code is counted, whether or not there is such a case.

    Committed by itself, before the secret is looked at: a wrong try must count even when the act is refused.
    `is_known`: it comes from where the case was opened lately. Such a try counts, and is never refused: whoever knows
    a case's number could otherwise shut its owner out.

    Raises:
        TooMany: twenty tries in the running hour already. `n`: in how many minutes that hour is over.
    """
    # One statement, so that many tries at the same moment cannot each find the count as it was before.
    # One that began well after now had a wrong clock; a moment after now began by an act beside this one.
    running = _GUESSES.c.since.between(work.now - GUESS_WINDOW, work.now + GUESS_WINDOW)
    again = {
        "tries": case((running, _GUESSES.c.tries + 1), else_=1),
        "since": case((running, _GUESSES.c.since), else_=work.now),
    }
    may_try = None if is_known else ~running | (_GUESSES.c.tries < MOST_GUESSES)
    code_hash = work.seal.blind("case code", code)
    counted = upsert(work.db.dialect.name, _GUESSES, key=["code_hash"], changes=again, only_if=may_try)
    counted = counted.values(code_hash=code_hash, tries=1, since=work.now)
    if (await work.db.execute(counted.returning(_GUESSES.c.tries))).one_or_none() is not None:
        return
    began = select(_GUESSES.c.since).where(_GUESSES.c.code_hash == code_hash)
    since: datetime = (await work.db.execute(began)).scalar_one()
    raise TooMany("code_must_wait", n=max(1, ceil((since + GUESS_WINDOW - work.now) / timedelta(minutes=1))))


async def uncount_guess(work: Work, code: str) -> None:
    """The try that was counted was the right one. The wrong ones of others stay: they may go on."""
    this = _GUESSES.c.code_hash == work.seal.blind("case code", code), _GUESSES.c.tries > 0
    await work.db.execute(update(_GUESSES).where(*this).values(tries=_GUESSES.c.tries - 1))


async def secret_for_code(db: Db, seal: Seal, code: str, now: datetime) -> tuple[int, str] | None:
    """The newcomer behind a case code and the hash their secret must match; None for every reason there may be."""
    behind = only(Behind, await db.execute(_BEHIND.where(CASES.c.code == code)))
    if behind is None or not await logins.newcomer_may_return(db, behind.newcomer_id, now, since=now):
        return None
    secret_hash = hash_in(seal, Secret(behind.id, behind.secret_hash, behind.secret_sealed))
    return None if secret_hash is None else (behind.newcomer_id, secret_hash)


async def numbers_of(db: Db, seal: Seal, person_id: int) -> tuple[str, str] | None:
    """The code of the newcomer's newest case and the hash of their secret; None while there is no case with a code."""
    newest = await access.newest_case_of(db, person_id)
    secret = only(Secret, await db.execute(_OF_NEWCOMER, {"newcomer": person_id}))
    secret_hash = None if secret is None else hash_in(seal, secret)
    return None if newest is None or newest.is_purged or secret_hash is None else (newest.code, secret_hash)


async def come_back(work: Work, person_id: int, device: Device) -> tuple[Visitor, str]:
    """The newcomer is here again, the secret having matched: their other logins have ended. Returns the new token.

    The match is made before, outside the act: it takes a processor longer than an act may take the database.

    Raises:
        NotFound: they were erased meanwhile.
    """
    visitor = await people.newcomer_on_web(work, person_id)
    if visitor is None:
        raise NotFound("wrong_code_or_secret")
    await logins.end_all_logins(work, person_id)
    return visitor, await logins.open_login(work, person_id, device)


async def forgive_guesses(work: Work, code: str) -> None:
    """There is a new secret, so the tries against the old one count no more."""
    await work.db.execute(delete(_GUESSES).where(_GUESSES.c.code_hash == work.seal.blind("case code", code)))
