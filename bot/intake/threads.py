"""A newcomer's thread with the service as it lies in the database: their place in the dialogue, and what waits there.

Owns reading and keeping that place. It must not decide which step follows: `models/intake.py` does.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.engine.actors import Visitor
from bot.engine.rows import columns, exactly
from bot.engine.work import Locked, Work
from bot.people import secret_kept
from bot.privacy.outlived import DRAFTS_KEPT
from models.base import table_of
from models.conversation import Conversation
from models.dialogue import Edited, Incoming, Said, Unreadable
from models.intake import CONSENT_VERSION, Draft, IntakeStep
from models.timer import TimerKind


class Thread(NamedTuple):
    """A newcomer's conversation; what its columns mean: `models.conversation.Conversation`."""

    id: int
    step: str
    draft: bytes | None
    drafted_at: datetime | None
    consent_at: datetime | None
    consent_version: int | None
    asked_row: int | None


_THREADS = table_of(Conversation)
_KEEP = update(_THREADS).where(_THREADS.c.id == bindparam("conversation"))
_THREAD = select(*columns(Thread, _THREADS)).where(_THREADS.c.id == bindparam("conversation"))


async def thread_of(work: Work, visitor: Visitor) -> Thread:
    """The newcomer's thread as it stands in this act."""
    locked = work.noted(Locked)
    if locked is not None and locked.id == visitor.conversation_id:
        return Thread(**{name: getattr(locked, name) for name in Thread._fields})
    return exactly(Thread, await work.db.execute(_THREAD, {"conversation": visitor.conversation_id}))


def step_of(thread: Thread) -> IntakeStep:
    """Where the newcomer is in the dialogue. At a step that only a newer version knows, this one asks nothing: whatever
    they write is a question all the same."""
    return IntakeStep(thread.step) if thread.step in tuple(IntakeStep) else IntakeStep.RESTING


def draft_of(work: Work, thread: Thread) -> Draft:
    """What waits in the thread, opened; an empty draft if nothing does."""
    if thread.draft is None:
        return Draft()
    return Draft.from_json(work.seal.open(thread.draft, table="conversations", column="draft", row_id=thread.id))


def is_agreed_to_before(thread: Thread) -> bool:
    """Whether the newcomer has agreed, but to an older statement than today's."""
    return thread.consent_at is not None and (thread.consent_version or 0) < CONSENT_VERSION


async def keep_place(work: Work, thread: Thread, step: str, draft: Draft) -> None:
    """The newcomer stands at this step, and this waits; words that begin to wait will be looked at again in a day."""
    before = draft_of(work, thread)
    sealed, drafted_at = thread.draft, thread.drafted_at
    if draft != before:
        empty = draft == Draft()
        sealed = (
            None if empty else work.seal.seal(draft.to_json(), table="conversations", column="draft", row_id=thread.id)
        )
        drafted_at = work.now if draft.waits else None
        if draft.waits and not before.waits:
            await work.remind(TimerKind.DRAFT_EXPIRES, thread.id, work.now + DRAFTS_KEPT)
    work.noted(Locked)  # is no more as it was
    place = {"step": str(step), "draft": sealed, "drafted_at": drafted_at}
    await work.db.execute_ahead(_KEEP, {"conversation": thread.id, **place})


async def keep_consent(work: Work, thread: Thread, *, secret_hash: str) -> None:
    """The newcomer has agreed, to what is asked today. `secret_hash`: of their secret for the web, or empty."""
    work.noted(Locked)
    values: dict[str, object] = {"consent_at": work.now, "consent_version": CONSENT_VERSION}
    if secret_hash:
        values |= await secret_kept.as_kept(work, thread.id, secret_hash)
    await work.db.execute(_KEEP, {"conversation": thread.id, **values})


def external_of(incoming: Incoming) -> str:
    """What names the message in its conversation."""
    return incoming.external_id or incoming.key


def marks_of(incoming: Incoming) -> tuple[str, ...]:
    """How the message came, as `Message.marks`."""
    act = incoming.act
    return act.marks if isinstance(act, Said | Edited | Unreadable) else ()
