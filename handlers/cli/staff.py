"""Verbs of the command line about people and shifts: volunteer, shift."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from bot.cases import shift_starts
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.engine.store import Store
from bot.engine.work import Work
from bot.language.i18n import Foreign, Ltr
from bot.language.textshape import without_bidi_controls
from bot.people import login_links, names, people, staff
from bot.places import places
from bot.roster import shifts
from bot.roster.signing import CannotStaff
from bot.shifts import making
from bot.volunteers import leaving, onboarding, roles, told
from bot.volunteers.phrases_people import state_text, steps_lines
from bot.volunteers.texts_people import card_lines, ended_lines, left_lines
from handlers.cli import common
from models.people import LinkPurpose, Role
from models.shift import ONLINE
from models.volunteer import OnboardingStep

words = common.words


class StaffRole(StrEnum):
    """The roles that staff have, as they are typed."""

    VOLUNTEER = Role.VOLUNTEER.value
    COORDINATOR = Role.COORDINATOR.value


volunteer = typer.Typer(help=words("cli_volunteer"), no_args_is_help=True)
shift = typer.Typer(help=words("cli_shift"), no_args_is_help=True)


@volunteer.command("add", help=words("cli_volunteer_add"))
def add_volunteer(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    speaks: Annotated[str, typer.Option(help=words("cli_speaks"))] = "sv",
    language: Annotated[str, typer.Option(help=words("cli_staff_language"))] = "sv",
    coordinator: Annotated[bool, typer.Option("--coordinator", help=words("cli_coordinator"))] = False,
    new: Annotated[bool, typer.Option("--new", help=words("cli_new"))] = False,
) -> None:
    async def act(store: Store) -> None:
        role = Role.COORDINATOR if coordinator else Role.VOLUNTEER
        spoken = [code.strip() for code in speaks.split(",") if code.strip()]
        bot_name = await _bot_name(context, store)
        async with store.work() as work:
            add = people.add_new_staff if new else people.add_staff
            person_id = await add(work, role=role, alias=name, language=language, speaks=spoken)
            links = await _make_links(work, person_id)
        lives = int(login_links.INVITE_LIVES.total_seconds() // 3600)
        common.say("cli_volunteer_added", name=Foreign(name), hours=lives)
        _say_links(store, bot_name, *links)

    common.with_store(act)


@volunteer.command("link", help=words("cli_volunteer_link"))
def link_volunteer(context: typer.Context, name: Annotated[str, typer.Argument(help=words("cli_name"))]) -> None:
    async def act(store: Store) -> None:
        bot_name = await _bot_name(context, store)
        async with store.work() as work:
            links = await _make_links(work, await _volunteer_id(work, name))
        _say_links(store, bot_name, *links)

    common.with_store(act)


@volunteer.command("enable", help=words("cli_volunteer_enable"))
def enable_volunteer(context: typer.Context, name: Annotated[str, typer.Argument(help=words("cli_name"))]) -> None:
    async def act(store: Store) -> None:
        bot_name = await _bot_name(context, store)
        async with store.work() as work:
            person_id = await _volunteer_id(work, name)
            await leaving.enable_staff(work, person_id)
            links = await _make_links(work, person_id)
        common.say("cli_volunteer_enabled", name=Foreign(name))
        _say_links(store, bot_name, *links)

    common.with_store(act)


async def _bot_name(context: typer.Context, store: Store) -> str | None:
    """How the bot is called in Telegram, asked before anything is written: an answer may take a while."""
    outside: common.Outside | None = context.obj
    return await outside.bot_name(store.settings) if outside else None


async def _make_links(work: Work, person_id: int) -> tuple[str, str]:
    desk = await login_links.make_link(work, person_id, LinkPurpose.DESK, lives=login_links.INVITE_LIVES)
    return desk, await login_links.make_link(work, person_id, LinkPurpose.TELEGRAM, lives=login_links.INVITE_LIVES)


def _say_links(store: Store, bot_name: str | None, desk: str, chat: str) -> None:
    """The volunteer's two doors, each opening once. A fresh chat shows a START button only, so the link is better."""
    common.say("cli_link_desk", address=Ltr(f"{store.settings.public_url}/desk/login/{desk}"))
    if bot_name is not None:
        common.say("cli_link_telegram_open", address=Ltr(f"https://t.me/{bot_name}?start={chat}"))
    elif store.settings.telegram_token is not None:
        common.say("cli_link_telegram", command=Ltr(f"/start {chat}"))


@volunteer.command("list", help=words("cli_volunteer_list"))
def list_volunteers() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            everybody = await staff.everybody(db, store.seal)
        for person in everybody:
            state = words("cli_enabled" if person.enabled else "cli_disabled")
            typer.echo("  ".join((person.alias, words(f"role_{person.role}"), ",".join(person.speaks), state)))

    common.with_store(act)


@volunteer.command("show", help=words("cli_volunteer_show"))
def show_volunteer(name: Annotated[str, typer.Argument(help=words("cli_name"))]) -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            person_id = await names.staff_named(db, store.seal, name)
            if person_id is None:
                raise BadInput("no_such_volunteer", alias=name)
            one = await told.volunteer(db, store.seal, person_id)
        today = clock.office_day(clock.now(), store.zone)
        _print([line for line in card_lines(words, one, today) if line])

    common.with_store(act)


@volunteer.command("step", help=words("cli_volunteer_step"))
def take_step(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    step: Annotated[OnboardingStep, typer.Argument(help=words("cli_step"))],
    undo: Annotated[bool, typer.Option("--undo", help=words("cli_step_undo"))] = False,
) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            person_id = await _volunteer_id(work, name)
            await (onboarding.take_step_back if undo else onboarding.take_step)(work, person_id, step)
            one = await told.volunteer(work.db, work.seal, person_id)
        _print(steps_lines(words, one))

    common.with_store(act)


@volunteer.command("trainee", help=words("cli_volunteer_trainee"))
def learn_beside(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    end: Annotated[bool, typer.Option("--end", help=words("cli_trainee_end"))] = False,
) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            person_id = await _volunteer_id(work, name)
            await (onboarding.has_learned if end else onboarding.learns_beside)(work, person_id)
            one = await told.volunteer(work.db, work.seal, person_id)
            state = state_text(words, one, work.today)
        _print([words("volunteer_card", alias=Foreign(one.alias), state=state)])

    common.with_store(act)


@volunteer.command("leave", help=words("cli_volunteer_leave"))
def leave_for_good(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    is_sure: Annotated[bool, typer.Option("--yes", help=words("cli_leave_yes"))] = False,
) -> None:
    async def act(store: Store) -> None:
        if not is_sure and not common.says_yes(words("cli_volunteer_leave_sure", name=Foreign(name))):
            common.fail(words("cli_volunteer_stays"))
        async with store.work() as work:
            left = await leaving.leave_for_good(work, await _volunteer_id(work, name))
        _print(left_lines(words, name, left.freed, left.given_up))

    common.with_store(act)


@volunteer.command("role", help=words("cli_volunteer_role"))
def change_role(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    role: Annotated[StaffRole, typer.Argument(help=words("cli_role"))],
    is_sure: Annotated[bool, typer.Option("--yes", help=words("cli_leave_yes"))] = False,
) -> None:
    async def act(store: Store) -> None:
        if not is_sure and not common.says_yes(words(f"volunteer_make_{role}_sure", alias=Foreign(name))):
            common.fail(words("cli_role_stays"))
        async with store.work() as work:
            await roles.change_role(work, await _volunteer_id(work, name), Role(role))
        _print([words(f"cli_role_is_{role}", name=Foreign(name))])

    common.with_store(act)


@volunteer.command("disable", help=words("cli_volunteer_disable"))
def disable_volunteer(name: Annotated[str, typer.Argument(help=words("cli_name"))]) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            person_id = await _volunteer_id(work, name)
            ended = await leaving.end_access(work, person_id)
        _print(ended_lines(words, name, ended.freed, ended.given_up))

    common.with_store(act)


@shift.command("add", help=words("cli_shift_add"))
def add_shift(
    day: Annotated[str, typer.Argument(help=words("cli_day"))],
    span: Annotated[str, typer.Argument(help=words("cli_span"))],
    names: Annotated[list[str], typer.Argument(help=words("cli_names"))],
    place: Annotated[str, typer.Option(help=words("cli_place"))] = ONLINE,
) -> None:
    async def act(store: Store) -> None:
        on, (opens, closes) = common.day_of(day), common.span_of(span)
        last_day = on if opens < closes else on + timedelta(days=1)  # a shift may cross midnight; hours may not
        try:
            starts_at, ends_at = clock.wall(on, opens, store.zone), clock.wall(last_day, closes, store.zone)
        except clock.NoSuchTime:
            raise BadInput("no_such_time", value=span) from None
        async with store.work() as work:
            await places.require_place(work.db, place)
            ids = [await _volunteer_id(work, name) for name in names]
            shift_id = await shift_starts.add_shift(
                work, starts_at=starts_at, ends_at=ends_at, person_ids=ids, place=place
            )
        common.say(
            "cli_shift_added", number=Ltr(str(shift_id)), hours=round((ends_at - starts_at).total_seconds() / 3600)
        )

    common.with_store(act)


def _print(lines: Sequence[str]) -> None:
    typer.echo(without_bidi_controls("\n".join(lines)))


async def _volunteer_id(work: Work, name: str) -> int:
    person_id = await names.staff_named(work.db, work.seal, name)
    if person_id is None:
        raise BadInput("no_such_volunteer", alias=name)
    return person_id


@shift.command("list", help=words("cli_shift_list"))
def list_shifts() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            ahead = await shifts.shifts_ahead(db, store.seal, clock.now())
        for row, staffed in ahead:
            when = words.day_and_time(row.starts_at, store.zone)
            until = words.until(row.ends_at, store.zone, begins=row.starts_at)
            typer.echo(f"{row.id}  {when}–{until}  {row.place}  {', '.join(staffed)}")
        if not ahead:
            common.say("cli_no_shifts")

    common.with_store(act)


@shift.command("cancel", help=words("cli_shift_cancel"))
def cancel_shift(
    number: Annotated[int, typer.Argument(help=words("cli_shift_number"))],
    reason: Annotated[str, typer.Option(help=words("cli_shift_reason"))] = "",
) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            try:
                await making.cancel(work, number, reason)
            except (NotFound, CannotStaff):
                raise BadInput("no_such_shift", value=str(number)) from None
        common.say("cli_shift_cancelled")

    common.with_store(act)
