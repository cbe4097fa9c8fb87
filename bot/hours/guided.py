"""A change of the hours put together by buttons: what a press leads to is kept, and what is to be asked next returned.

What that is, is decided by `models/hours_dialogue.py` and worded in `texts_guided.py`. It must not tell anybody, nor
propose the change that comes of it.
"""

from collections.abc import Sequence
from datetime import date

from bot.engine import guided
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.hours.texts_guided import HoursAsk
from bot.hours.told import Weekday
from bot.places.places import PlaceRow, place_told, places
from bot.places.told import PlaceTold
from models import hours_dialogue
from models.buttons import GivenAnswer, OfDialogue, TurnedTo
from models.buttons_hours import EVERYWHERE, Guided
from models.guided import DialogueKind
from models.hours import Door
from models.hours_change import Change, Verb
from models.hours_dialogue import Around, Draft, Step


async def begin(work: Work, verb: Verb) -> HoursAsk:
    """The acting coordinator is to be asked the first question about such a change."""
    known = await places(work.db)
    turn = hours_dialogue.begin(verb)
    assert turn.step is not None
    return await _begun(work, turn.step, turn.draft, known)


async def answered(work: Work, given: GivenAnswer) -> HoursAsk | Change:
    """The answer is kept, and this is to be asked next; or it was the last, and the dialogue is over.

    Raises:
        Stale: the button belongs to something that has passed, or was never there.
    """
    draft, known = await _draft(work, given.dialogue, given.step), await places(work.db)
    turn = hours_dialogue.advance(Step(given.step), draft, given.answer, _around(known, work.today))
    if turn.stale:
        raise Stale
    if turn.step is None:
        await guided.end(work, given.dialogue, given.step)
        return hours_dialogue.change_of(turn.draft, _around(known, work.today))
    await guided.move(work, given.dialogue, given.step, turn.step, turn.draft.to_json())
    return question(given.dialogue, turn.step, turn.draft, known, work.today)


async def turned(work: Work, to: TurnedTo) -> HoursAsk:
    """The same question, with other answers to it.

    Raises:
        Stale: as `answered`.
    """
    draft, known = await _draft(work, to.dialogue, to.step), await places(work.db)
    return question(to.dialogue, Step(to.step), draft, known, work.today, to.page)


async def leave(work: Work, left: OfDialogue) -> None:
    """The dialogue is over, and nothing has come of it.

    Raises:
        Stale: it was over already.
    """
    await guided.end(work, left.dialogue)


async def pressed_of_first(work: Work, pressed: Guided) -> HoursAsk | Change:
    """As `answered`, of a button of version 0.1.0: its dialogue goes on as one that is kept.

    Raises:
        Stale: the code was never a button of ours, or its place or day is gone.
    """
    known = await places(work.db)
    turn = hours_dialogue.replayed(pressed, _around(known, work.today))
    if turn.stale:
        raise Stale
    if turn.step is None:
        return hours_dialogue.change_of(turn.draft, _around(known, work.today))
    return await _begun(work, turn.step, turn.draft, known, pressed.page or 0)


async def _begun(work: Work, step: Step, draft: Draft, known: list[PlaceRow], page: int = 0) -> HoursAsk:
    dialogue = await guided.begin(work, DialogueKind.HOURS, step, draft.to_json())
    return question(dialogue, step, draft, known, work.today, page)


async def _draft(work: Work, dialogue: int, step: str) -> Draft:
    return Draft.from_json((await guided.place(work, dialogue, DialogueKind.HOURS, step)).draft)


def question(
    dialogue: int, step: Step, draft: Draft, known: Sequence[PlaceRow], today: date, page: int = 0
) -> HoursAsk:
    """What is to be asked where the dialogue stands."""
    asked = hours_dialogue.question(step, draft, _around(known, today), page)
    everywhere = draft.place == EVERYWHERE
    return HoursAsk(
        dialogue=dialogue, verb=draft.verb, step=step, all_places=everywhere,
        at=() if everywhere else _told(known, (draft.place,)),
        weekday=None if draft.weekday is None else Weekday(draft.weekday), day=draft.day, spans=draft.spans,
        is_closed=draft.is_closed, opens=draft.opens, choices=_told(known, asked.places), everywhere=asked.everywhere,
        days=asked.days, times=asked.times, may_close=asked.may_close, may_add=asked.may_add,
        next_page=asked.next_page,
    )  # fmt: skip


def _around(known: Sequence[PlaceRow], today: date) -> Around:
    visits = tuple(place.code for place in known if place.door == Door.VISIT)
    return Around(tuple(place.code for place in known), visits, today)


def _told(known: Sequence[PlaceRow], codes: tuple[str, ...]) -> tuple[PlaceTold, ...]:
    return tuple(place_told(place) for place in known if place.code in codes)
