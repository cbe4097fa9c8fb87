"""Verbs of the command line about opening hours and the places they hold for: hours, place.

`hours do` takes the same lines as the coordinators' chat, read by the same parser.
"""

from typing import Annotated

import typer

from bot.engine import clock
from bot.engine.errors import BadInput
from bot.engine.store import Store
from bot.hours import changes, changes_made, standing, warnings
from bot.hours.phrases import change_lines, place_name, times_text
from bot.hours.typed import lines
from bot.language import i18n
from bot.language.i18n import Foreign, Ltr
from bot.language.textshape import without_bidi_controls
from bot.places import places
from handlers.cli import common
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.people import AUTONYMS, Language
from models.timetable import HORIZON_DAYS

words = common.words
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
opening = typer.Typer(help=words("cli_hours"), no_args_is_help=True)
place = typer.Typer(help=words("cli_place_verbs"), no_args_is_help=True)
PlaceArgument = Annotated[str, typer.Argument(help=words("cli_place"))]


@opening.command("set", help=words("cli_hours_set"))
def set_hours(
    place: PlaceArgument,
    weekday: Annotated[str, typer.Argument(help=words("cli_weekday"))],
    spans: Annotated[list[str] | None, typer.Argument(help=words("cli_spans"))] = None,
    valid_from: Annotated[str, typer.Option("--from", help=words("cli_valid_from"))] = "",
    valid_to: Annotated[str, typer.Option("--to", help=words("cli_valid_to"))] = "",
) -> None:
    async def act(store: Store) -> None:
        if weekday.lower() not in WEEKDAYS:
            raise BadInput("no_such_weekday", value=weekday, known=", ".join(WEEKDAYS))
        first = common.day_of(valid_from) if valid_from else clock.office_day(clock.now(), store.zone)
        last = common.day_of(valid_to) if valid_to else None
        given = tuple(common.span_of(span) for span in spans or [])
        change = Change(Verb.WEEKLY, (place,), first, last, weekday=WEEKDAYS.index(weekday.lower()), spans=given)
        await _publish(store, change)

    common.with_store(act)


@opening.command("close", help=words("cli_hours_close"))
def close_day(
    day: Annotated[str, typer.Argument(help=words("cli_day"))],
    place: PlaceArgument,
    reason: Annotated[str, typer.Argument(help=words("cli_reason", known=", ".join(Reason)))],
) -> None:
    async def act(store: Store) -> None:
        await _publish(store, Change(Verb.CLOSE, (place,), common.day_of(day), reason=reason))

    common.with_store(act)


@opening.command("do", help=words("cli_hours_do"))
def do_line(line: Annotated[list[str], typer.Argument(help=words("cli_hours_line"))]) -> None:
    async def act(store: Store) -> None:
        today = clock.office_day(clock.now(), store.zone)
        async with store.look() as db:
            known = lines.known_places(await places.places(db), i18n.load())
        change = lines.parse(line[0].removeprefix("/"), " ".join(line[1:]), today=today, known=known)
        await _publish(store, change)

    common.with_store(act)


async def _publish(store: Store, change: Change) -> None:
    """Published, and said in every language as it is read now."""
    async with store.work() as work:
        number = await changes.publish_now(work, change)
        told = await changes_made.change_told(work.db, change)
    for language, reader in i18n.load().newcomers.items():
        for line in change_lines(reader, told):
            shown = line if reader.is_right_to_left else without_bidi_controls(line)
            typer.echo(f"{AUTONYMS[Language(language)]}  {shown}")
    common.say("cli_hours_published", number=Ltr(str(number)))


@opening.command("undo", help=words("cli_hours_undo"))
def undo(
    is_sure: Annotated[bool, typer.Option("--yes", help=words("cli_hours_undo_yes"))] = False,
) -> None:
    async def act(store: Store) -> None:
        number = await _sure_of_newest(store, is_sure=is_sure)
        async with store.work() as work:
            await changes.undo(work, number)
        common.say("cli_hours_undone", number=Ltr(str(number)))

    common.with_store(act)


async def _sure_of_newest(store: Store, *, is_sure: bool) -> int:
    """The newest change's number, once whoever types has seen what it is and said yes."""
    async with store.look() as db:
        number = await changes_made.newest_standing(db)
        if number is None:
            raise BadInput("hours_nothing_to_undo")
        change = await changes_made.undoable(db, store.seal, number)
    for line in change_lines(words, change.told):
        typer.echo(without_bidi_controls(line))
    if change.shifts:
        common.say("hours_shifts_come_back")
    if not is_sure and not common.says_yes(words("cli_hours_undo_sure", number=Ltr(str(number)))):
        raise typer.Exit(common.REFUSED)
    return number


@opening.command("history", help=words("cli_hours_history"))
def history(most: Annotated[int, typer.Option("--most", help=words("cli_hours_most"))] = 20) -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            past = await changes_made.history(db, store.seal, most)
        for one in past:
            when = words.day_and_time(one.at, store.zone)
            state = words("hours_change_undone") if one.undone else ""
            undoes = words("hours_change_undoes", number=Ltr(str(one.undoes))) if one.undoes else ""
            for line in change_lines(words, one.told):
                shown = "  ".join(filter(None, (f"{one.number}", when, one.alias or "–", undoes, line, state)))
                typer.echo(without_bidi_controls(shown))

    common.with_store(act)


@opening.command("on", help=words("cli_hours_on"))
def held_on(day: Annotated[str, typer.Argument(help=words("cli_day"))]) -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            found = await standing.openings_on(db, common.day_of(day))
        for at, openings in found:
            spans = [(one.opens, one.closes) for one in openings]
            typer.echo(f"{place_name(words, places.place_told(at))} ({at.code})  {times_text(words, spans)}")
        if not found:
            common.say("hours_on_day_none")

    common.with_store(act)


@opening.command("holidays", help=words("cli_hours_holidays"))
def holidays() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            found = await warnings.undecided(db, clock.office_day(clock.now(), store.zone))
        for one in found:
            typer.echo(f"{one.day}  {one.name[words.language]}  {', '.join(one.places)}")
        if not found:
            common.say("cli_hours_all_decided")

    common.with_store(act)


@opening.command("list", help=words("cli_hours_list"))
def list_hours() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            coming = await standing.openings_ahead(db, clock.now(), store.zone, HORIZON_DAYS)
            names = {one.code: place_name(words, places.place_told(one)) for one in await places.places(db)}
        for one in coming:
            times = words.time_range(one.opens, one.closes)
            typer.echo(f"{one.on_day}  {times}  {names[one.place]} ({one.place})")
        if not coming:
            common.say("no_sessions_planned")

    common.with_store(act)


@place.command("list", help=words("cli_place_list"))
def list_places() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            known = await places.places(db)
        for one in known:
            name = place_name(words, places.place_told(one))
            typer.echo("  ".join(filter(None, (one.code, words(f"door_{one.door}"), name, one.address))))

    common.with_store(act)


@place.command("add", help=words("cli_place_add"))
def add_place(
    code: Annotated[str, typer.Argument(help=words("cli_place_code"))],
    name: Annotated[str, typer.Argument(help=words("cli_place_name"))],
    address: Annotated[str, typer.Option(help=words("cli_place_address"))] = "",
    door: Annotated[Door, typer.Option(help=words("cli_place_door"))] = Door.VISIT,
) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            if code in {one.code for one in await places.places(work.db)}:
                raise BadInput("place_code_taken", value=code)  # it would be kept as it is, and not be called this
            await places.add_place(work, code=code, names={"sv": name}, address=address, door=door)
        common.say("cli_place_added", name=Foreign(name), code=Ltr(code))

    common.with_store(act)


@place.command("describe", help=words("cli_place_describe"))
def describe_place(
    code: PlaceArgument,
    address: Annotated[str | None, typer.Option(help=words("cli_place_address"))] = None,
    at: Annotated[tuple[float, float] | None, typer.Option("--at", help=words("cli_place_at"))] = None,
    last_entry: Annotated[int | None, typer.Option("--last-entry", help=words("cli_place_last_entry"))] = None,
    texts: Annotated[list[str] | None, typer.Option("--text", help=words("cli_place_text"))] = None,
) -> None:
    async def act(store: Store) -> None:
        details: dict[str, dict[str, str]] = {}
        for given in texts or []:
            details.setdefault(*_detail(given)[:1], {}).update(_detail(given)[1])
        async with store.work() as work:
            await places.describe_place(
                work, code, address=address, details=details, coordinates=at, last_entry=last_entry
            )
        common.say("cli_place_described")

    common.with_store(act)


def _detail(given: str) -> tuple[str, dict[str, str]]:
    """`floor.sv=2` as ("floor", {"sv": "2"})."""
    where, _, text = given.partition("=")
    field, _, language = where.partition(".")
    if field not in places.DETAILS or language not in tuple(AUTONYMS):
        raise BadInput("bad_place_text", value=given)
    return field, {language: text}
