"""What every verb of the command line shares: its language, the settings, an open store, and how refusals are said.

Owns no verb. The command line speaks Swedish where the system does, else English.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn

import typer

from bot.engine import logs, unlocking
from bot.engine.errors import BadInput, Refusal, Unavailable
from bot.engine.seal import SealError
from bot.engine.settings import Mistake, Settings, SettingsMistakes, read_settings
from bot.engine.sqlite_files import FilesOpen
from bot.engine.store import Store
from bot.language import i18n
from bot.language.i18n import Ltr, Plain, Words
from bot.language.parts import refusal_text
from bot.trouble import clock_doubt

REFUSED, WRONG_USE = 1, 2
YES = ("j", "ja", "y", "yes")


def language() -> str:
    """The language of the system the command is given on, as far as we have it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "sv" if os.environ[name].lower().startswith("sv") else "en"
    return "en"


@dataclass(frozen=True, slots=True)
class Outside:
    """What a verb may ask of a channel, which it may not know. `bot_name`: how the bot is called in Telegram, if it
    is known soon."""

    bot_name: Callable[[Settings], Awaitable[str | None]]


words: Words = i18n.load().desk(language())


def say(key: str, n: int | None = None, **values: str | int) -> None:
    """One sentence on standard output."""
    typer.echo(words(key, n, **values))


def fail(text: str, status: int = REFUSED) -> NoReturn:
    """One line on standard error, and out."""
    typer.echo(text, err=True)
    raise typer.Exit(status)


def says_yes(question: Plain) -> bool:
    """Whether who types answers yes, in Swedish or English; nothing typed is no."""
    answer = typer.prompt(question, default="", show_default=False, prompt_suffix=" ")
    return str(answer).strip().lower() in YES


def settings_or_exit() -> Settings:
    """The settings of this environment. All mistakes are said at once, one a line, and nothing is written."""
    try:
        settings = read_settings(os.environ)
    except SettingsMistakes as wrong:
        refuse_settings(wrong.mistakes)
    logs.configure(settings.log_level)
    return settings


def refuse_settings(mistakes: Sequence[Mistake]) -> NoReturn:
    """Every mistake on a line of its own on standard error, and out."""
    for mistake in mistakes:
        values = {name: Ltr(value) for name, value in mistake.params.items()}
        typer.echo(f"{mistake.variable}: {words(mistake.code, **values)}", err=True)
    raise typer.Exit(WRONG_USE)


def run_async(act: Coroutine[Any, Any, None]) -> None:
    """Do it; a refusal is one line in the reader's language. What is set up wrongly ends as a wrong setting does."""
    try:
        asyncio.run(act)
    except Unavailable as trouble:
        fail(words(f"cannot_store_{trouble.cause}"))
    except Refusal as refusal:
        status = WRONG_USE if isinstance(refusal, FilesOpen) else REFUSED
        fail(refusal_text(words, refusal.code, refusal.values, UTC), status)
    except SealError as error:
        fail(words(error.code, **{name: Ltr(str(value)) for name, value in error.params.items()}), WRONG_USE)
    except OSError as error:
        if error.filename is None:
            raise
        fail(words("cli_path_unusable", path=Ltr(str(error.filename))), WRONG_USE)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store of this environment, its schema current; a trial database is as good as a real one for a verb.

    Raises:
        Refusal, SealError: as `unlocking.open_store`.
    """
    store = await unlocking.open_store(settings)
    try:
        await clock_doubt.begin(store)
        yield store.unhurried()
    finally:
        await store.close()


def with_store(act: Callable[[Store], Awaitable[None]]) -> None:
    """Do one thing with the store of this environment."""
    settings = settings_or_exit()

    async def whole() -> None:
        async with open_store(settings) as store:
            await act(store)

    run_async(whole())


def day_of(text: str) -> date:
    """A day written as 2026-12-23.

    Raises:
        BadInput: it is not.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("not_a_day", value=text) from None


def time_of(text: str) -> time:
    """A time written as 13:00.

    Raises:
        BadInput: it is not.
    """
    try:
        shown = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a wall-clock time has no zone of its own
    except ValueError:
        raise BadInput("not_a_time", value=text) from None
    return shown.time()


def span_of(text: str) -> tuple[time, time]:
    """Two times written as 13:00-16:00.

    Raises:
        BadInput: they are not.
    """
    first, dash, last = text.partition("-")
    if not dash:
        raise BadInput("not_a_time", value=text)
    return time_of(first.strip()), time_of(last.strip())
