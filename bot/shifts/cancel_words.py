"""A shift is to be cancelled with a reason in the coordinator's own words, which are written as a reply.

It must not cancel anything: once the words are there it is asked as it always is.
"""

from bot.engine import guided
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.shifts import finding, seen
from bot.shifts.texts_coordinator import ShiftCancelAsk, ShiftCancelWords
from bot.shifts.typed import LONGEST_REASON
from models.guided import DialogueKind

STEP, SHIFT = "words", "shift"


async def begin(work: Work, shift_id: int) -> ShiftCancelWords:
    """The acting coordinator is to write why this shift is cancelled.

    Raises:
        NotFound: the actor is no coordinator, or there is no such shift.
        CannotStaff: it is over, or cancelled already.
    """
    work.require_publisher()
    shift = await finding.cancellable(work, shift_id)
    dialogue = await guided.begin(work, DialogueKind.CANCEL, STEP, {SHIFT: shift_id})
    return ShiftCancelWords(dialogue=dialogue, shift=(await seen.named(work, shift))[0])


async def said(work: Work, dialogue: int, words: str) -> ShiftCancelAsk:
    """Is the shift to be cancelled for this reason? The dialogue is over.

    Raises:
        Stale: it was over already.
        BadInput: the reason is too long; the dialogue goes on.
        CannotStaff: the shift is over, or cancelled already.
    """
    place = await guided.place(work, dialogue, DialogueKind.CANCEL, STEP)
    reason = " ".join(clean(words).split())
    if len(reason) > LONGEST_REASON:
        raise BadInput("too_long", most=LONGEST_REASON)
    shift = await finding.cancellable(work, int(str(place.draft[SHIFT])))
    await guided.end(work, dialogue, STEP)
    return ShiftCancelAsk(shift=await seen.seen_one(work, shift, with_cover=True), in_words=reason)


async def leave(work: Work, dialogue: int) -> int:
    """The dialogue is over, and the shift stays. Returns which shift.

    Raises:
        Stale: it was over already.
    """
    place = await guided.place(work, dialogue, DialogueKind.CANCEL)
    await guided.end(work, dialogue)
    return int(str(place.draft[SHIFT]))
