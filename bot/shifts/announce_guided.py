"""Whom a coordinator's words are for, chosen by buttons; and then the words, as a reply.

What is asked is decided by `models/announce_dialogue.py` and worded in `texts_announce.py`. It must not send anything:
`announcing.py` does, once that has been asked.
"""

from datetime import timedelta

from bot.engine import guided
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.people import people, standing
from bot.roster import shifts
from bot.shifts import announcing, seen
from bot.shifts.announcing import To
from bot.shifts.texts_announce import AnnounceAsk, AnnounceSure
from models import announce_dialogue
from models.announce_dialogue import Around, Draft, Step
from models.buttons import GivenAnswer, TurnedTo
from models.guided import DialogueKind

AHEAD = timedelta(days=42)


async def begin(work: Work) -> AnnounceAsk:
    """The acting coordinator is to be asked whom their words are for.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    turn = announce_dialogue.begin()
    dialogue = await guided.begin(work, DialogueKind.ANNOUNCE, turn.step, turn.draft.to_json())
    return await _question(work, dialogue, turn.step, turn.draft)


async def answered(work: Work, given: GivenAnswer) -> AnnounceAsk:
    """The answer is kept, and this is to be asked next; last of all for the words.

    Raises:
        Stale: the button belongs to something that has passed, or was never there.
    """
    draft = await _draft(work, given.dialogue, given.step)
    turn = announce_dialogue.advance(Step(given.step), draft, given.answer, await _around(work))
    if turn.stale:
        raise Stale
    await guided.move(work, given.dialogue, given.step, turn.step, turn.draft.to_json())
    return await _question(work, given.dialogue, turn.step, turn.draft)


async def turned(work: Work, to: TurnedTo) -> AnnounceAsk:
    """The same question, with other shifts to choose from.

    Raises:
        Stale: as `answered`.
    """
    return await _question(work, to.dialogue, Step(to.step), await _draft(work, to.dialogue, to.step), to.page)


async def said(work: Work, dialogue: int, words: str) -> AnnounceSure:
    """These words, to be sent to whom was chosen if that is meant; the dialogue is over.

    Raises:
        Stale: the dialogue is over, or the shift is not held any more.
        BadInput: nothing is said or too much, or it would go to nobody; the dialogue goes on.
    """
    draft = await _draft(work, dialogue, Step.WORDS)
    to = await _to(work, draft)

    async def chosen() -> To:
        return to

    sure = await announcing.sure(work, chosen, clean(words).strip())
    await guided.end(work, dialogue, Step.WORDS)
    return sure


async def _question(work: Work, dialogue: int, step: Step, draft: Draft, page: int = 0) -> AnnounceAsk:
    match step:
        case Step.TO:
            return AnnounceAsk(dialogue=dialogue, step=step, may_be_shift=bool((await _around(work)).shifts))
        case Step.LANGUAGE:
            return AnnounceAsk(dialogue=dialogue, step=step, languages=(await _around(work)).languages)
        case Step.SHIFT:
            ids, following = announce_dialogue.shifts_shown(await _around(work), page)
            named = await seen.named(work, *[await shifts.shift_of(work.db, one) for one in ids])
            return AnnounceAsk(dialogue=dialogue, step=step, shifts=named, next_page=following)
        case Step.WORDS:
            to = await _to(work, draft)
            count = len(await announcing.receivers(work, to))
            if not count:
                raise BadInput("announce_to_nobody")
            shift = (await seen.named(work, to.shift))[0] if to.shift else None
            return AnnounceAsk(dialogue=dialogue, step=step, shift=shift, language=draft.language, count=count)


async def _to(work: Work, draft: Draft) -> To:
    if not draft.shift:
        return To(language=draft.language)
    shift = await shifts.shift_to_hold(work.db, draft.shift, work.now)
    if shift is None:
        raise Stale
    return To(shift)


async def _around(work: Work) -> Around:
    """Shifts ahead with somebody else on them, and languages that somebody else speaks."""
    me = work.staff.id
    ahead = await seen.staffed(work, await shifts.held_between(work.db, work.now, work.now + AHEAD))
    those = tuple(each.shift.id for each in ahead if any(one.id != me for one in each.on_it))
    there = [one for one in await standing.staff_standing(work.db) if one.enabled and one.person_id != me]
    spoken = {code for one in there if not one.is_paused_on(work.today) for code in one.speaks}
    return Around(those, tuple(code for code in people.LANGUAGES_SPOKEN if code in spoken))


async def _draft(work: Work, dialogue: int, step: str) -> Draft:
    return Draft.from_json((await guided.place(work, dialogue, DialogueKind.ANNOUNCE, step)).draft)
