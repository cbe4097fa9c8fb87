"""Shifts on Telegram: what a volunteer types and presses of their own, and a coordinator of everybody's.

Reads, acts, answers. It must not decide what a line means (`bot/shifts/typed.py`) nor who may take a shift.
"""

from bot.engine.actors import Actor
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.roster.signing import CannotStaff
from bot.shifts import announce_guided, announcing, coverage, feeds, finding, guided, lists, making, seen, swaps, term
from bot.shifts.finding import Deed
from bot.shifts.texts import CantSure
from bot.shifts.texts_coordinator import SHIFT_COMMANDS, ShiftCancelAsk, ShiftRefused
from bot.shifts.texts_feed import ShiftFeed, ShiftFeedKnown
from bot.shifts.typed import NewLine, Term
from models.people import Role

TAKE_NO_ARGUMENTS = ("myshifts", "freeshifts", "swap", "calendar", "coverage")


async def followed(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> bool:
    """Whether the command was about shifts, and this person's; if so it has had its effect."""
    if name in SHIFT_COMMANDS and actor.role == Role.COORDINATOR:
        await _coordinators(work, actor, name, rest, catalogues)
        return True
    match name:
        case "myshifts":
            await work.tell(actor.id, await lists.mine(work))
        case "freeshifts":
            await work.tell(actor.id, await lists.free(work))
        case "calendar":
            await _calendar(work, actor)
        case "swap":
            await work.tell(actor.id, await swaps.choose(work))
        case "cant":
            await _cant(work, actor, rest, catalogues)
        case _:
            return False
    return True


async def _calendar(work: Work, actor: Actor) -> None:
    if await feeds.has_feed(work.db, actor.id):
        await work.tell(actor.id, ShiftFeedKnown())
    else:
        await give_address(work, actor)


async def give_address(work: Work, actor: Actor) -> None:
    """The address of the volunteer's calendar is on its way; one they had before opens nothing any more."""
    sealed_as, hidden = work.hide(await feeds.new_feed(work))
    await work.tell(actor.id, ShiftFeed(sealed_as=sealed_as), secret=hidden)


async def _coordinators(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    """What cannot be done is answered with why, and with how it is written."""
    try:
        await _obey(work, actor, name, rest, catalogues)
    except CannotStaff as refused:
        await refuse(work, actor, refused)
    except BadInput as refusal:
        await work.tell(actor.id, await finding.usage(work, name, refusal))


async def _cant(work: Work, actor: Actor, rest: str, catalogues: Catalogues) -> None:
    if not rest:
        await work.tell(actor.id, await lists.mine(work, asks=True))
        return
    try:
        mine = await finding.mine_named(work, rest, catalogues)
    except BadInput as refusal:
        await work.tell(actor.id, await finding.usage(work, "cant", refusal))
        return
    if len(mine) == 1:
        await work.tell(actor.id, CantSure(shift=(await seen.named(work, mine[0]))[0]))
    else:
        await work.tell(actor.id, await lists.mine(work, asks=True))


async def _obey(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    match name:
        case "shifts":
            await work.tell(actor.id, await coverage.week(work, finding.week_of(work, rest)))
        case "coverage":
            await work.tell(actor.id, await coverage.coverage(work))
        case "newshift" if not rest:
            await work.tell(actor.id, await guided.begin(work))
        case "newshift":
            made = await making.new_shift(work, await finding.new_shift(work, rest, catalogues))
            await work.tell(actor.id, await coverage.shown(work, made.id, did="made"))
        case "announce" if not rest:
            await work.tell(actor.id, await announce_guided.begin(work))
        case "announce":
            await work.tell(actor.id, await announcing.asked(work, rest, catalogues))
        case "template" if not rest:
            await work.tell(actor.id, await term.shown(work))
        case "template":
            await _template(work, actor, await finding.template(work, rest, catalogues))
        case _ if not rest:
            await work.tell(actor.id, await finding.choose(work, finding.DEEDS[name]))
        case _:
            await _named(work, actor, finding.DEEDS[name], rest, catalogues)


async def _template(work: Work, actor: Actor, typed: NewLine | Term) -> None:
    if isinstance(typed, NewLine):
        added = await term.add_line(work, typed)
        await work.tell(actor.id, await term.shown(work, added=added))
    else:
        await work.tell(actor.id, await term.propose(work, *typed))


async def _named(work: Work, actor: Actor, deed: Deed, rest: str, catalogues: Catalogues) -> None:
    meant = await finding.meant(work, deed, rest, catalogues)
    if meant.which is not None:
        await work.tell(actor.id, meant.which)
        return
    await do(work, actor, deed, meant.shift, meant.person, meant.reason, None)


async def do(work: Work, actor: Actor, deed: Deed, shift: int, person: int, reason: str, card: int | None) -> None:
    """What was asked for with this shift, and to this person, is done and shown, in place of `card` if there is one.

    Raises:
        CannotStaff: it cannot be, and why.
    """
    match deed:
        case "a" if person:
            await making.assign(work, shift, person)
            name = await finding.alias(work, person)
            await work.tell(actor.id, await coverage.shown(work, shift, did="assigned", alias=name), edits=card)
        case "u" if person:
            await making.unassign(work, shift, person)
            name = await finding.alias(work, person)
            await work.tell(actor.id, await coverage.shown(work, shift, did="unassigned", alias=name), edits=card)
        case "c":
            row = await finding.cancellable(work, shift)
            asked = ShiftCancelAsk(shift=await seen.seen_one(work, row, with_cover=True), in_words=reason)
            await work.tell(actor.id, asked, edits=card)
        case "a" if (who := await finding.who_fits(work, shift)) is not None:
            await work.tell(actor.id, who, edits=card)
        case _:
            await work.tell(actor.id, await coverage.shown(work, shift), edits=card)


async def refuse(work: Work, actor: Actor, refused: CannotStaff, card: int | None = None) -> None:
    """The reader is told why it was not done, and what was done before."""
    why = await seen.why_told(work, refused, reader=actor.id)
    named = (await seen.named(work, refused.shift))[0]
    await work.tell(actor.id, ShiftRefused(shift=named, why=why), edits=card)
