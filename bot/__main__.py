"""The command line: `python -m bot VERB`. Starts the program; the verbs about people and cases are in `cli_*.py`."""

import json
from typing import Annotated

import typer

from bot import app, cli, cli_cases, cli_clock, cli_hours, cli_staff, demo
from bot.actions import people, sessions
from bot.i18n import Ltr
from bot.production import check_production
from bot.schema import migrate as migrate_database
from bot.seal import KeyExists, create_key, load_key
from bot.settings import Settings
from bot.unlocking import require_fitting_key
from handlers.telegram.name import bot_name
from handlers.web import ROUTES
from models.people import LinkPurpose, Role

words = cli.words
main = typer.Typer(
    help=words("cli_help"), no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    context_settings={"obj": cli.Outside(bot_name)},
)  # fmt: skip
main.add_typer(cli_staff.volunteer, name="volunteer")
main.add_typer(cli_staff.shift, name="shift")
main.add_typer(cli_hours.opening, name="hours")
main.add_typer(cli_hours.place, name="place")
main.add_typer(cli_cases.case, name="case")
main.add_typer(cli_clock.verbs, name="clock")
main.command("erase", help=words("cli_erase"))(cli_cases.erase)
main.command("purge", help=words("cli_purge"))(cli_cases.purge)
main.command("report", help=words("cli_report"))(cli_cases.make_report)


@main.command(help=words("cli_init"))
def init(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    language: Annotated[str, typer.Option(help=words("cli_staff_language"))] = "sv",
) -> None:
    settings = cli.settings_or_exit()

    async def act() -> None:
        await require_fitting_key(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_key(settings)
        await migrate_database(settings.database_url)
        async with cli.open_store(settings) as store, store.work() as work:
            person_id = await people.add_staff(
                work, role=Role.COORDINATOR, alias=name, language=language, speaks=["sv", "en"]
            )
            await demo.add_usual_places(work)
            token = await sessions.make_link(work, person_id, LinkPurpose.DESK, lives=sessions.INVITE_LIVES)
        cli.say("cli_initialised", path=Ltr(str(settings.key_file)))
        cli.say("cli_link_desk", address=Ltr(f"{settings.public_url}/desk/login/{token}"))

    cli.run_async(act())


def make_key(settings: Settings) -> None:
    """There is a key file; one already there is kept and must be sound."""
    try:
        create_key(settings.key_file)
    except KeyExists:
        load_key(settings.key_file)


@main.command(help=words("cli_migrate"))
def migrate() -> None:
    settings = cli.settings_or_exit()

    async def act() -> None:
        await require_fitting_key(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await migrate_database(settings.database_url)
        cli.say("cli_migrated")

    cli.run_async(act())


@main.command(help=words("cli_check"))
def check() -> None:
    settings = cli.settings_or_exit()
    _refuse_unfit(settings)

    async def act() -> None:
        service = await app.open_service(settings)
        await service.store.close()
        cli.say("cli_checked")

    cli.run_async(act())


def _refuse_unfit(settings: Settings) -> None:
    mistakes = check_production(settings)
    if mistakes:
        cli.refuse_settings(mistakes)


@main.command(help=words("cli_run"))
def run() -> None:
    settings = cli.settings_or_exit()
    _refuse_unfit(settings)

    async def act() -> None:
        service = await app.open_service(settings)
        await app.serve(service, listening=lambda address: cli.say("cli_listening", address=Ltr(address)))

    cli.run_async(act())


@main.command("demo", help=words("cli_demo"))
def run_demo() -> None:
    settings = demo.settings_for_trial(cli.settings_or_exit())

    async def act() -> None:
        await demo.prepare(settings)
        service = await app.open_service(settings, is_trial=True)
        links = await demo.links(service)

        def listening(_address: str) -> None:
            cli.say("cli_demo_running")
            for key, address in links:
                cli.say(key, address=Ltr(address))

        await app.serve(service, listening=listening)

    cli.run_async(act())


@main.command(help=words("cli_routes"))
def routes(as_json: Annotated[bool, typer.Option("--json", help=words("cli_routes_json"))] = False) -> None:
    listed = [{"method": route.method, "path": route.path, "policy": str(route.policy)} for route in ROUTES]
    if as_json:
        typer.echo(json.dumps(listed, indent=2))
        return
    for route in listed:
        typer.echo(f"{route['method']:6} {route['path']:60} {route['policy']}")


if __name__ == "__main__":
    main()
