"""Where somebody stands in a dialogue of buttons: begun, moved on by one press at a time, ended.

Owns the rows of `dialogues`, which belong to whoever began them. It must not know what is asked in any of them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.engine.errors import Stale
from bot.engine.rows import columns, only
from bot.engine.work import Work
from models.base import new_id, table_of
from models.guided import DialogueKind, GuidedDialogue

_DIALOGUES = table_of(GuidedDialogue)


class Place(NamedTuple):
    """Where a dialogue stands."""

    step: str
    draft: dict[str, object]


async def begin(work: Work, kind: DialogueKind, step: str, draft: Mapping[str, object]) -> int:
    """The acting member of staff has begun a dialogue, which is asking this; returns its id."""
    dialogue = new_id()
    row = {"id": dialogue, "person_id": work.staff.id, "kind": kind.value, "step": step, "draft": dict(draft)}
    await work.db.execute(insert(_DIALOGUES).values(**row, made_at=work.now))
    return dialogue


async def place(work: Work, dialogue: int, kind: DialogueKind, step: str | None = None) -> Place:
    """Where the actor's dialogue stands; with `step`, only if that is what it asks.

    Raises:
        Stale: it is over, somebody else's or of another kind, or asks something else than this step by now.
    """
    standing = select(*columns(Place, _DIALOGUES)).where(*_mine(work, dialogue, step), _DIALOGUES.c.kind == kind)
    found = only(Place, await work.db.execute(standing))
    if found is None:
        raise Stale
    return found


async def kind_of(work: Work, dialogue: int) -> DialogueKind:
    """What the actor's dialogue puts together.

    Raises:
        Stale: it is over, or somebody else's.
    """
    kind = select(_DIALOGUES.c.kind).where(*_mine(work, dialogue, None))
    found: str | None = (await work.db.execute(kind)).scalar_one_or_none()
    if found is None:
        raise Stale
    try:
        return DialogueKind(found)
    except ValueError:  # a newer version beside this one has begun it
        raise Stale from None


async def move(work: Work, dialogue: int, left: str, step: str, draft: Mapping[str, object]) -> None:
    """The dialogue asks the next question. Of two presses at once, only one moves it on.

    Raises:
        Stale: it does not ask `left` any more.
    """
    moved = update(_DIALOGUES).where(*_mine(work, dialogue, left)).values(step=step, draft=dict(draft))
    if not (await work.db.execute(moved)).rowcount:
        raise Stale


async def end(work: Work, dialogue: int, left: str | None = None) -> None:
    """The dialogue is over; with `left`, only if that is what it asks.

    Raises:
        Stale: it was over already, or asks something else.
    """
    if not (await work.db.execute(delete(_DIALOGUES).where(*_mine(work, dialogue, left)))).rowcount:
        raise Stale


def _mine(work: Work, dialogue: int, step: str | None) -> list[ColumnElement[bool]]:
    those = [_DIALOGUES.c.id == dialogue, _DIALOGUES.c.person_id == work.staff.id]
    return those if step is None else [*those, _DIALOGUES.c.step == step]
