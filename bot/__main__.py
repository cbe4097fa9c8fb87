"""The command line: `python -m bot VERB`. Starts the program; most verbs are in `handlers/cli/`."""

import json
from typing import Annotated

import typer

from bot import app
from bot.engine.clock import now
from bot.engine.production import check_production
from bot.engine.schema import migrate as migrate_database
from bot.engine.seal import KeyExists, create_key, load_key
from bot.engine.settings import Settings
from bot.engine.unlocking import require_fitting_key
from bot.language import helplines
from bot.language.helplines import EMERGENCY, HELPLINES
from bot.language.i18n import Ltr
from bot.people import login_links, people
from handlers.cli import cases, clock, common, hours, staff, trial
from handlers.telegram.name import bot_name
from handlers.web.routes import ROUTES
from models.people import LinkPurpose, Role

words = common.words
main = typer.Typer(
    help=words("cli_help"), no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    context_settings={"obj": common.Outside(bot_name)},
)  # fmt: skip
main.add_typer(staff.volunteer, name="volunteer")
main.add_typer(staff.shift, name="shift")
main.add_typer(hours.opening, name="hours")
main.add_typer(hours.place, name="place")
main.add_typer(cases.case, name="case")
main.add_typer(clock.verbs, name="clock")
main.command("erase", help=words("cli_erase"))(cases.erase)
main.command("purge", help=words("cli_purge"))(cases.purge)
main.command("report", help=words("cli_report"))(cases.make_report)


@main.command(help=words("cli_init"))
def init(
    name: Annotated[str, typer.Argument(help=words("cli_name"))],
    language: Annotated[str, typer.Option(help=words("cli_staff_language"))] = "sv",
) -> None:
    settings = common.settings_or_exit()

    async def act() -> None:
        await require_fitting_key(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        make_key(settings)
        await migrate_database(settings.database_url)
        async with common.open_store(settings) as store, store.work() as work:
            person_id = await people.add_staff(
                work, role=Role.COORDINATOR, alias=name, language=language, speaks=["sv", "en"]
            )
            await trial.add_usual_places(work)
            token = await login_links.make_link(work, person_id, LinkPurpose.DESK, lives=login_links.INVITE_LIVES)
        common.say("cli_initialised", path=Ltr(str(settings.key_file)))
        common.say("cli_link_desk", address=Ltr(f"{settings.public_url}/desk/login/{token}"))

    common.run_async(act())


def make_key(settings: Settings) -> None:
    """There is a key file; one already there is kept and must be sound."""
    try:
        create_key(settings.key_file)
    except KeyExists:
        load_key(settings.key_file)


@main.command(help=words("cli_migrate"))
def migrate() -> None:
    settings = common.settings_or_exit()

    async def act() -> None:
        await require_fitting_key(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await migrate_database(settings.database_url)
        common.say("cli_migrated")

    common.run_async(act())


@main.command(help=words("cli_check"))
def check() -> None:
    settings = common.settings_or_exit()
    _refuse_unfit(settings)

    async def act() -> None:
        service = await app.open_service(settings)
        await service.store.close()
        common.say("cli_checked")
        if read_on := helplines.unread_for_long((EMERGENCY, *HELPLINES), now().date()):
            common.say("cli_helplines_old", day=words.day(read_on), path=Ltr(f"bot/language/{helplines.FILE.name}"))

    common.run_async(act())


def _refuse_unfit(settings: Settings) -> None:
    mistakes = check_production(settings)
    if mistakes:
        common.refuse_settings(mistakes)


@main.command(help=words("cli_run"))
def run() -> None:
    settings = common.settings_or_exit()
    _refuse_unfit(settings)

    async def act() -> None:
        service = await app.open_service(settings)
        await app.serve(service, listening=lambda address: common.say("cli_listening", address=Ltr(address)))

    common.run_async(act())


@main.command("demo", help=words("cli_demo"))
def run_demo() -> None:
    settings = trial.settings_for_trial(common.settings_or_exit())

    async def act() -> None:
        await trial.prepare(settings)
        service = await app.open_service(settings, is_trial=True)
        links = await trial.links(service)

        def listening(_address: str) -> None:
            common.say("cli_demo_running")
            for key, address in links:
                common.say(key, address=Ltr(address))

        await app.serve(service, listening=listening)

    common.run_async(act())


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
