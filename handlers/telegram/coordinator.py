"""A coordinator's hours: a typed line or a row of buttons becomes a preview, and the preview what is published.
Also her word that the computer's clock is right.

Nothing typed is ever an answer to a dialogue here: words that are no command go where they went before. It must not
decide what a line means (`bot/hours/typed/lines.py`) nor what a button leads to (`bot/hours/guided.py`).
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.hours import changes, changes_made, concerned, guided, standing, warnings
from bot.hours.texts_guided import HoursAsk
from bot.hours.texts_staff import (
    HoursDropped,
    HoursHistory,
    HoursKept,
    HoursOnDay,
    HoursPreview,
    HoursPublished,
    HoursUndoAsk,
    HoursUsage,
)
from bot.hours.texts_unasked import HolidayProposed
from bot.hours.typed import lines
from bot.language.i18n import Catalogues
from bot.places import places
from bot.trouble import clock_doubt
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons import (
    CLOCK,
    Alone,
    GivenAnswer,
    OfDialogue,
    OfDoubt,
    TurnedTo,
)
from models.buttons_hours import (
    DROP,
    GUIDED,
    HOLIDAY,
    LEAVE,
    PUBLISH,
    PUBLISH_AND_CANCEL,
    UNDO,
    UNDO_ANSWER,
    Guided,
    HolidayDecision,
    OfChange,
    OfDraft,
    UndoAnswer,
)
from models.dialogue import Answer
from models.hours import Reason
from models.hours_change import Change, Verb
from models.timetable import is_said_of, usual_spans

COMMANDS = (*lines.VERBS, "hours_history", "hours_undo")
DONE, EXAMPLE_IS_AHEAD = Answer(""), timedelta(days=7)


async def command(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> bool:
    """Whether the command was about hours; if so it has had its effect. Places go by their names in any language.

    Raises:
        BadInput: there is nothing to undo.
    """
    if name not in COMMANDS:
        return False
    try:
        await _obey(work, actor, name, rest, catalogues)
    except BadInput as refusal:
        if name == "hours_undo":
            raise
        await _explain(work, actor, name, refusal)
    return True


async def _obey(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    match name:
        case "hours_history" if rest:
            await _tell_day(work, actor, rest)
        case "hours_history":
            await _tell_history(work, actor)
        case "hours_undo":
            await ask_undo(work, actor, await _newest(work), None)
        case "popup" if not rest:
            await _explain(work, actor, name)
        case _ if not rest:
            await work.tell(actor.id, await guided.begin(work, lines.VERBS[name]))
        case _:
            known = lines.known_places(await places.places(work.db), catalogues)
            await propose(work, actor, lines.parse(name, rest, today=work.today, known=known))


async def _explain(work: Work, actor: Actor, name: str, refusal: BadInput | None = None) -> None:
    """What was not understood, and a line of this command that would be."""
    known = await places.physical_places(work.db)
    usual = min(known, key=lambda place: not place.name_key, default=None)  # rather a library than a pop-up
    usage = HoursUsage(command=name, place=usual.code if usual else "linero", day=work.today + EXAMPLE_IS_AHEAD)
    if refusal is not None:
        values = {key: value if isinstance(value, int) else str(value) for key, value in refusal.values.items()}
        usage = replace(usage, refusal=refusal.code, values=values)
    await work.tell(actor.id, usage)


async def propose(work: Work, actor: Actor, change: Change, card: int | None = None) -> None:
    """The change is shown as it would be published, in place of `card` if there is one."""
    if change.verb == Verb.USUAL:
        change = await _where_usually_open(work, change)
    made = await changes.propose(work, change)
    preview = HoursPreview(draft=made.draft, told=made.told, shifts=tuple(made.shifts), unstaffed=made.unstaffed)
    await work.tell(actor.id, preview, edits=card)


async def _where_usually_open(work: Work, change: Change) -> Change:
    """ "Open as usual" is not said of a place that usually is not."""
    table = await standing.timetable(work.db, since=work.today)
    at = tuple(place for place in change.places if usual_spans(table, change.first, place))
    if not at:
        raise BadInput("hours_usually_closed", value=change.first.isoformat())
    return replace(change, places=at)


async def _draft(work: Work, actor: Actor, draft: int) -> Change:
    change = await changes.draft_change(work.db, draft, actor.id)
    if change is None:
        raise Stale
    return change


async def _newest(work: Work) -> int:
    number = await changes_made.newest_standing(work.db)
    if number is None:
        raise BadInput("hours_nothing_to_undo")
    return number


async def ask_undo(work: Work, actor: Actor, number: int, card: int | None) -> None:
    """What would no longer apply is shown; nothing has been taken back."""
    change = await changes_made.undoable(work.db, work.seal, number)
    await work.tell(actor.id, HoursUndoAsk(told=change.told, number=number, shifts=change.shifts), edits=card)


async def _tell_history(work: Work, actor: Actor) -> None:
    entries = tuple(await changes_made.history(work.db, work.seal))
    newest = await changes_made.newest_standing(work.db)
    await work.tell(actor.id, HoursHistory(entries=entries, newest=newest))


async def _tell_day(work: Work, actor: Actor, rest: str) -> None:
    day = lines.parse_day(rest, today=work.today)
    table = await standing.timetable(work.db)
    told = [place for place in await places.places(work.db) if is_said_of(table, place.code, day)]
    days = tuple([concerned.day_told(place, table, day) for place in told])
    await work.tell(actor.id, HoursOnDay(days=days))


# What was pressed.


async def answered(press: Press, given: GivenAnswer) -> Answer:
    """The answer is kept; the next question, or what came of them all, stands in place of this one."""
    await _require_asking(press)
    return await _go_on(press, await guided.answered(press.work, given))


async def turned(press: Press, to: TurnedTo) -> Answer:
    """The same question, with other answers to it."""
    await _require_asking(press)
    return await _go_on(press, await guided.turned(press.work, to))


async def left(press: Press, dialogue: OfDialogue) -> Answer:
    """Nothing has come of the dialogue."""
    await _require_asking(press)
    await guided.leave(press.work, dialogue)
    return await _go_on(press, HoursDropped())


async def _pressed_of_first(press: Press, pressed: Guided) -> Answer:
    await _require_asking(press)
    return await _go_on(press, await guided.pressed_of_first(press.work, pressed))


async def _left_of_first(press: Press, _: Alone) -> Answer:
    await _require_asking(press)
    return await _go_on(press, HoursDropped())


async def _require_asking(press: Press) -> None:
    await engine_buttons.require_shown_as(press.work, press.card, HoursAsk.kind)


async def _go_on(press: Press, following: HoursAsk | HoursDropped | Change) -> Answer:
    """What a press has led to stands in place of the question."""
    if isinstance(following, Change):
        await propose(press.work, press.actor, following, press.card)
    else:
        await press.work.tell(press.actor.id, following, edits=press.card)
    return DONE


async def _pressed_publish(press: Press, preview: OfDraft) -> Answer:
    return await _publish(press, preview.draft, cancel_shifts=False)


async def _pressed_publish_and_cancel(press: Press, preview: OfDraft) -> Answer:
    return await _publish(press, preview.draft, cancel_shifts=True)


async def _publish(press: Press, draft: int, *, cancel_shifts: bool) -> Answer:
    work, actor = press.work, press.actor
    change = await _draft(work, actor, draft)
    told = await changes_made.change_told(work.db, change)
    number = await changes.publish(work, draft, cancel_shifts=cancel_shifts)
    published = HoursPublished(told=told, number=number, cancelled=cancel_shifts)
    await work.tell(actor.id, published, edits=press.card)
    return DONE


async def _pressed_drop(press: Press, preview: OfDraft) -> Answer:
    await _draft(press.work, press.actor, preview.draft)
    await changes.drop_draft(press.work, preview.draft)
    await press.work.tell(press.actor.id, HoursDropped(), edits=press.card)
    return DONE


async def _pressed_undo(press: Press, made: OfChange) -> Answer:
    await ask_undo(press.work, press.actor, made.number, press.card)
    return DONE


async def _answered_undo(press: Press, given: UndoAnswer) -> Answer:
    """The change is taken back; or it stays, and can still be taken back from the same message."""
    work, number = press.work, given.number
    change = await changes_made.undoable(work.db, work.seal, number)
    if given.answer == "yes":
        await changes.undo(work, number)
        undone = HoursPublished(told=change.told, undone=True, cancelled=change.shifts > 0)
        await work.tell(press.actor.id, undone, edits=press.card)
    else:
        await work.tell(press.actor.id, HoursKept(told=change.told, number=number), edits=press.card)
    return DONE


async def _pressed_clock(press: Press, doubt: OfDoubt) -> Answer:
    await clock_doubt.confirm(press.work, number=doubt.number)
    await engine_buttons.settle_card(press.work, press.card, pressed=CLOCK.code(doubt.number))
    return DONE


async def _pressed_holiday(press: Press, decided: HolidayDecision) -> Answer:
    """What nobody has decided yet of a holiday is shown as the change it would be, in place of the question."""
    work = press.work
    await engine_buttons.require_shown_as(work, press.card, HolidayProposed.kind)
    red = next((red for red in await warnings.undecided(work.db, work.today) if red.day == decided.day), None)
    if red is None:
        raise Stale
    if decided.decision == "close":
        change = Change(Verb.CLOSE, red.places, red.day, reason=Reason.HOLIDAY)
    else:
        change = Change(Verb.USUAL, red.places, red.day)
    await propose(work, press.actor, change, press.card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(GUIDED, _pressed_of_first),
        on(LEAVE, _left_of_first),
        on(PUBLISH, _pressed_publish),
        on(PUBLISH_AND_CANCEL, _pressed_publish_and_cancel),
        on(DROP, _pressed_drop),
        on(UNDO, _pressed_undo),
        on(UNDO_ANSWER, _answered_undo),
        on(CLOCK, _pressed_clock),
        on(HOLIDAY, _pressed_holiday),
    )
)
