"""A coordinator's hours: a typed line or a row of buttons becomes a preview, and the preview what is published.
Also her word that the computer's clock is right.

Nothing typed is ever an answer to a dialogue here: words that are no command go where they went before. It must not
decide what a line means (`bot/hours/typed/lines.py`) nor what a button leads to (`bot/hours/typed/buttons.py`).
"""

from dataclasses import replace
from datetime import timedelta

from bot.engine import buttons as engine_buttons
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Actor, Work
from bot.hours import changes, changes_made, concerned, standing, warnings
from bot.hours.typed import buttons as typed_buttons
from bot.hours.typed import lines
from bot.language.i18n import Catalogues
from bot.places import places
from bot.trouble import clock_doubt
from models.dialogue import Answer
from models.hours import Reason
from models.hours_change import Change, Verb
from models.outbox import Notice
from models.timetable import usual_spans

COMMANDS = (*lines.VERBS, "hours_history", "hours_undo")
DONE = Answer("")
EXAMPLE_IS_AHEAD = timedelta(days=7)
NUMBER_DIGITS = 18


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


async def pressed(work: Work, actor: Actor, code: str, card: int | None) -> Answer | None:
    """The press has had its effect, shown in place of the message it was made on (`card`, an outbox row); None if it
    was no button of a coordinator's.

    Raises:
        Stale: what the button is about has passed.
        BadInput: the change cannot be made.
    """
    match code.split(":"):
        case [typed_buttons.BUTTONS, *_]:
            await engine_buttons.require_shown_as(work, card, Notice.HOURS_ASK)
            await _guide(work, actor, code, card)
        case ["hp" | "hpc" as verb, draft]:
            await _publish(work, actor, _number(draft), card, cancel_shifts=verb == "hpc")
        case ["hd", draft]:
            await _drop(work, actor, _number(draft), card)
        case ["hu", number]:
            await _ask_undo(work, actor, _number(number), card)
        case ["hu", number, "yes"]:
            await _undo(work, actor, _number(number), card)
        case ["hu", number, "no"]:
            await _keep(work, actor, _number(number), card)
        case ["clock", number]:
            await clock_doubt.confirm(work, number=_number(number))
            await engine_buttons.settle_card(work, card, pressed=code)
        case ["hh", "close" | "usual" as decision, day]:
            await engine_buttons.require_shown_as(work, card, Notice.HOLIDAY_PROPOSED)
            await _decide(work, actor, decision, day, card)
        case _:
            return None
    return DONE


async def _obey(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    match name:
        case "hours_history" if rest:
            await _tell_day(work, actor, rest)
        case "hours_history":
            await _tell_history(work, actor)
        case "hours_undo":
            await _ask_undo(work, actor, await _newest(work), None)
        case "popup" if not rest:
            await _explain(work, actor, name)
        case _ if not rest:
            await _guide(work, actor, typed_buttons.begin(name), None)
        case _:
            known = lines.known_places(await places.places(work.db), catalogues)
            await _propose(work, actor, lines.parse(name, rest, today=work.today, known=known))


async def _explain(work: Work, actor: Actor, name: str, refusal: BadInput | None = None) -> None:
    """What was not understood, and a line of this command that would be."""
    known = await places.physical_places(work.db)
    usual = min(known, key=lambda place: not place.name_key, default=None)  # rather a library than a pop-up
    example = {"place": usual.code if usual else "linero", "day": (work.today + EXAMPLE_IS_AHEAD).isoformat()}
    params: dict[str, object] = {"command": name, **example}
    if refusal is not None:
        params |= {"refusal": refusal.code, "values": refusal.values}
    await work.tell(actor.id, Notice.HOURS_USAGE, params=params)


async def _guide(work: Work, actor: Actor, code: str, card: int | None) -> None:
    if code == typed_buttons.LEAVE:
        await work.tell(actor.id, Notice.HOURS_DROPPED, edits=card)
        return
    following = typed_buttons.following(code, await places.places(work.db), work.today)
    if isinstance(following, Change):
        await _propose(work, actor, following, card)
    else:
        await work.tell(actor.id, Notice.HOURS_ASK, params=following.params, edits=card)


async def _propose(work: Work, actor: Actor, change: Change, card: int | None = None) -> None:
    if change.verb == Verb.USUAL:
        change = await _where_usually_open(work, change)
    made = await changes.propose(work, change)
    params = {"draft": made.draft, "told": made.told, "shifts": made.shifts, "unstaffed": made.unstaffed}
    await work.tell(actor.id, Notice.HOURS_PREVIEW, params=params, edits=card)


async def _where_usually_open(work: Work, change: Change) -> Change:
    """ "Open as usual" is not said of a place that usually is not."""
    table = await standing.timetable(work.db, since=work.today)
    at = tuple(place for place in change.places if usual_spans(table, change.first, place))
    if not at:
        raise BadInput("hours_usually_closed", value=change.first.isoformat())
    return replace(change, places=at)


async def _publish(work: Work, actor: Actor, draft: int, card: int | None, *, cancel_shifts: bool) -> None:
    change = await _draft(work, actor, draft)
    told = await changes_made.change_params(work.db, change)
    number = await changes.publish(work, draft, cancel_shifts=cancel_shifts)
    params = {"told": told, "number": number, "cancelled": cancel_shifts}
    await work.tell(actor.id, Notice.HOURS_PUBLISHED, params=params, edits=card)


async def _drop(work: Work, actor: Actor, draft: int, card: int | None) -> None:
    await _draft(work, actor, draft)
    await changes.drop_draft(work, draft)
    await work.tell(actor.id, Notice.HOURS_DROPPED, edits=card)


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


async def _ask_undo(work: Work, actor: Actor, number: int, card: int | None) -> None:
    """What would no longer apply is shown; nothing has been taken back."""
    change = await changes_made.undoable(work.db, number)
    params = {"told": change.told, "number": number}
    await work.tell(actor.id, Notice.HOURS_UNDO_ASK, params=params, edits=card)


async def _undo(work: Work, actor: Actor, number: int, card: int | None) -> None:
    change = await changes_made.undoable(work.db, number)
    await changes.undo(work, number)
    await work.tell(actor.id, Notice.HOURS_PUBLISHED, params={"told": change.told, "undone": True}, edits=card)


async def _keep(work: Work, actor: Actor, number: int, card: int | None) -> None:
    """The change stays, and can still be taken back from the same message."""
    change = await changes_made.undoable(work.db, number)
    params = {"told": change.told, "number": number}
    await work.tell(actor.id, Notice.HOURS_KEPT, params=params, edits=card)


async def _decide(work: Work, actor: Actor, decision: str, digits: str, card: int | None) -> None:
    """What nobody has decided yet of a holiday is shown as the change it would be, in place of the question."""
    day = typed_buttons.day_of(digits)
    red = next((red for red in await warnings.undecided(work.db, work.today) if red.day == day), None)
    if red is None:
        raise Stale
    if decision == "close":
        change = Change(Verb.CLOSE, red.places, day, reason=Reason.HOLIDAY)
    else:
        change = Change(Verb.USUAL, red.places, day)
    await _propose(work, actor, change, card)


async def _tell_history(work: Work, actor: Actor) -> None:
    entries = [
        {
            "number": past.number, "at": past.made_at.isoformat(), "alias": past.alias, "told": past.told,
            "undone": past.undone, "undoes": past.undoes,
        }
        for past in await changes_made.history(work.db)
    ]  # fmt: skip
    newest = await changes_made.newest_standing(work.db)
    await work.tell(actor.id, Notice.HOURS_HISTORY, params={"entries": entries, "newest": newest})


async def _tell_day(work: Work, actor: Actor, rest: str) -> None:
    day = lines.parse_day(rest, today=work.today)
    table = await standing.timetable(work.db)
    days = [concerned.day_params(place, table, day) for place in await places.places(work.db)]
    await work.tell(actor.id, Notice.HOURS_ON_DAY, params={"days": days})


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > NUMBER_DIGITS:
        raise Stale
    return int(text)
