"""Verbs of the command line about cases and what is kept of them: case, erase, purge, report."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cases import cases, closing, queue
from bot.cases.texts import CaseTakenBack
from bot.engine import clock
from bot.engine.errors import BadInput, NotOpen
from bot.engine.store import Store
from bot.engine.work import Work
from bot.hours import sessions_held
from bot.language.i18n import Ltr
from bot.language.textshape import to_latin_digits
from bot.people import access
from bot.privacy import erasing, wiping
from bot.privacy import purge as privacy_purge
from bot.reports.figures import half_year, report
from bot.reports.forms import sessions_csv, to_csv, to_text
from bot.reports.overview import claimed_cases
from bot.trouble import clock_doubt
from handlers.cli import common
from models.case import OPEN, CaseStatus, is_code, spoken_code

BETWEEN_ACTS_SECONDS = 0.1  # a running service waits for the file's lock in no line: it must find it free now and then

words = common.words
case = typer.Typer(help=words("cli_case"), no_args_is_help=True)
CodeArgument = Annotated[str, typer.Argument(help=words("cli_code"))]


@case.command("list", help=words("cli_case_list"))
def list_cases() -> None:
    async def act(store: Store) -> None:
        async with store.look() as db:
            waiting, claimed = await queue.waiting(db), await claimed_cases(db, store.seal)
        for row, holder in [*((row, "") for row in waiting), *claimed]:
            since = words.day_and_time(row.waiting_since, store.zone) if row.waiting_since else words("case_answered")
            typer.echo(
                "  ".join((spoken_code(row.code), words(f"status_of_{row.status}"), row.language, since, holder))
            )
        if not waiting and not claimed:
            common.say("cli_no_cases")

    common.with_store(act)


@case.command("release", help=words("cli_case_release"))
def release_case(code: CodeArgument) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            row = await _case(work, code)
            if row.status != CaseStatus.CLAIMED:
                raise NotOpen("case_not_claimed", code=row.code)
            await work.tell(row.volunteer_id, CaseTakenBack(code=row.code), case_id=row.id)
            await cases.back_to_queue(work, row, silent=False, reason="command")
        common.say("cli_case_released", code=Ltr(spoken_code(row.code)))

    common.with_store(act)


@case.command("close", help=words("cli_case_close"))
def close_case(code: CodeArgument) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            row = await _case(work, code)
            if row.status not in OPEN:
                raise NotOpen(code=row.code)
            await closing.close_by_command(work, row)
        common.say("cli_case_closed", code=Ltr(spoken_code(row.code)))

    common.with_store(act)


def erase(code: CodeArgument) -> None:
    async def act(store: Store) -> None:
        async with store.work() as work:
            row = await _case(work, code)
            if row.newcomer_id is None:
                raise BadInput("already_erased", code=row.code)
            await erasing.erase_newcomer(work, row.newcomer_id, farewell=True)
        await wiping.wipe_beside(store)
        common.say("cli_erased", code=Ltr(spoken_code(row.code)))

    common.with_store(act)


def purge() -> None:
    async def act(store: Store) -> None:
        clock_doubt.require_none()
        total = 0
        while True:
            async with store.work() as work:
                purged = await privacy_purge.purge(work)
            total += purged.cases
            if not purged.more:
                break
            await asyncio.sleep(BETWEEN_ACTS_SECONDS)
        await wiping.wipe_beside(store)
        common.say("cli_purged", n=total)

    common.with_store(act)


def make_report(
    first: Annotated[str, typer.Option("--from", help=words("cli_report_from"))] = "",
    last: Annotated[str, typer.Option("--to", help=words("cli_report_to"))] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help=words("cli_report_csv"))] = None,
    sessions: Annotated[Path | None, typer.Option("--sessions", help=words("cli_report_sessions"))] = None,
) -> None:
    async def act(store: Store) -> None:
        period = _period(first, last, clock.office_day(clock.now(), store.zone))
        async with store.look() as db:
            now, goal = clock.now(), store.settings.sessions_a_year
            made = await report(db, first=period[0], last=period[1], now=now, zone=store.zone, sessions_a_year=goal)
            counted = await sessions_held.sessions(db, first=period[0], last=period[1], now=now, zone=store.zone)
        typer.echo(to_text(made, words))
        if sessions is not None:
            sessions.write_text(sessions_csv(counted, words), encoding="utf-8", newline="")
        path = csv or Path(f"radrum-{period[0]}-{period[1]}.csv")
        path.write_text(to_csv(made, words), encoding="utf-8", newline="")
        common.say("cli_report_written", path=Ltr(str(path)))

    common.with_store(act)


def _period(first: str, last: str, today: date) -> tuple[date, date]:
    """The days asked for; without any, the running half-year."""
    usual = half_year(today)
    return common.day_of(first) if first else usual[0], common.day_of(last) if last else usual[1]


async def _case(work: Work, code: str) -> access.CaseRow:
    digits = to_latin_digits(code).replace(" ", "")
    row = await access.case_by_code(work.db, digits) if is_code(digits) else None
    if row is None:
        raise BadInput("no_such_case", value=code, n=work.settings.retention_days)
    return await access.locked_case(work, row.id)
