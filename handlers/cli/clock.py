"""Verbs of the command line about the computer's clock: that it is right."""

import typer

from bot.engine import clock
from bot.engine.store import Store
from bot.trouble import clock_doubt
from handlers.cli import common

words = common.words
verbs = typer.Typer(help=words("cli_clock"), no_args_is_help=True)


@verbs.callback()
def _verbs() -> None:
    """A verb alone would be the command itself."""


@verbs.command("confirm", help=words("cli_clock_confirm"))
def confirm() -> None:
    async def act(store: Store) -> None:
        if not common.says_yes(words("cli_clock_ask", shown=words.day_and_time(clock.shown(), store.zone))):
            common.fail(words("cli_clock_left"))
        async with store.work() as work:
            await clock_doubt.confirm(work)
        common.say("cli_clock_confirmed")

    common.with_store(act)
