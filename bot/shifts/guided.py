"""A shift, a line of the usual week or a term put together by buttons: what a press leads
to is kept, and what is to be asked next returned.

What that is, is decided by `models/shift_dialogue.py` and worded in `texts_guided.py`. It must not
add the shift.
"""

from collections.abc import Sequence
from datetime import date

from bot.engine import guided
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.hours.told import Weekday
from bot.places.places import PlaceRow, place_told, places
from bot.places.told import PlaceTold
from bot.shifts.texts_guided import ShiftAsk
from bot.shifts.typed import NewLine, NewShift, Term
from models import shift_dialogue
from models.buttons import GivenAnswer, TurnedTo
from models.guided import DialogueKind
from models.shift_dialogue import Draft, Plan, Step


async def begin(work: Work, plan: Plan = Plan.SHIFT) -> ShiftAsk:
    """The acting coordinator is to be asked the first question about a new shift, line or term.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    known, turn = await places(work.db), shift_dialogue.begin(plan)
    assert turn.step is not None
    dialogue = await guided.begin(work, DialogueKind.SHIFT, turn.step, turn.draft.to_json())
    return question(dialogue, turn.step, turn.draft, known, work.today)


async def answered(work: Work, given: GivenAnswer) -> ShiftAsk | NewShift | NewLine | Term:
    """The answer is kept, and this is to be asked next; or it was the last, and the dialogue is over.

    Raises:
        Stale: the button belongs to something that has passed, or was never there.
    """
    draft, known = await _draft(work, given.dialogue, given.step), await places(work.db)
    turn = shift_dialogue.advance(Step(given.step), draft, given.answer, _codes(known), work.today)
    if turn.stale:
        raise Stale
    if turn.step is None:
        await guided.end(work, given.dialogue, given.step)
        return _made(turn.draft)
    await guided.move(work, given.dialogue, given.step, turn.step, turn.draft.to_json())
    return question(given.dialogue, turn.step, turn.draft, known, work.today)


async def turned(work: Work, to: TurnedTo) -> ShiftAsk:
    """The same question, with other answers to it.

    Raises:
        Stale: as `answered`.
    """
    draft, known = await _draft(work, to.dialogue, to.step), await places(work.db)
    return question(to.dialogue, Step(to.step), draft, known, work.today, to.page)


def question(
    dialogue: int, step: Step, draft: Draft, known: Sequence[PlaceRow], today: date, page: int = 0
) -> ShiftAsk:
    """What is to be asked where the dialogue stands."""
    asked = shift_dialogue.question(step, draft, _codes(known), today, page)
    return ShiftAsk(
        dialogue=dialogue, plan=draft.plan, step=step, at=_told(known, (draft.place,)), day=draft.day,
        weekday=None if draft.weekday is None else Weekday(draft.weekday), starts=draft.starts, ends=draft.ends,
        choices=_told(known, asked.places), days=asked.days, times=asked.times,
        numbers=asked.numbers, next_page=asked.next_page,
    )  # fmt: skip


async def leave(work: Work, dialogue: int) -> Plan:
    """The dialogue is over, and nothing has come of it. Returns what it was to make.

    Raises:
        Stale: it was over already.
    """
    plan = (await _draft(work, dialogue)).plan
    await guided.end(work, dialogue)
    return plan


def _made(draft: Draft) -> NewShift | NewLine | Term:
    if draft.plan == Plan.TERM:
        assert draft.day is not None
        return draft.day, draft.last
    assert draft.starts is not None and draft.ends is not None
    if draft.plan == Plan.LINE:
        assert draft.weekday is not None
        return NewLine(draft.weekday, (draft.starts, draft.ends), draft.place, draft.needed)
    assert draft.day is not None
    return NewShift(draft.day, (draft.starts, draft.ends), draft.place, draft.needed)


async def _draft(work: Work, dialogue: int, step: str | None = None) -> Draft:
    return Draft.from_json((await guided.place(work, dialogue, DialogueKind.SHIFT, step)).draft)


def _codes(known: Sequence[PlaceRow]) -> tuple[str, ...]:
    return tuple(place.code for place in known)


def _told(known: Sequence[PlaceRow], codes: tuple[str, ...]) -> tuple[PlaceTold, ...]:
    return tuple(place_told(place) for place in known if place.code in codes)
