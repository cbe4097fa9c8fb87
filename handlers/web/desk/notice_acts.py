"""What can be done about a notice at the desk, as by its buttons on Telegram: forms and links to the same acts.

Only what still holds: a case that is the reader's still, and still owes an answer. It must not load rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.cases.texts_between import KEPT_FOR
from bot.cases.texts_duty import ShiftLeaves
from bot.language.i18n import Words
from bot.people.access import CaseRow
from bot.telling.outbox import OutboxRow
from handlers.web.frame.view import inline
from models.buttons_cases import NEXT_SHIFT
from models.notice import Notice

ASKS_TO_KEEP = (Notice.STALL_WARNED, Notice.SHIFT_LEAVES)
OF_MY_CASE = (*ASKS_TO_KEEP, Notice.CASE_GIVEN, Notice.FOLLOW_UP_DUE)
OF_ANY_CASE = (Notice.NOBODY_TAKES, Notice.COORDINATOR_LATE, Notice.DANGER_TOLD)


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its hidden fields and its buttons: of each the name and value it sends, and its label."""

    action: str
    buttons: Sequence[tuple[str, str, Markup]]
    fields: Sequence[tuple[str, str]] = ()
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the notices: the cases they have. `is_missed`: a shift of theirs runs, and they are not there."""

    mine: Mapping[int, CaseRow]
    is_missed: bool = False
    is_coordinator: bool = False


def forms(words: Words, row: OutboxRow, reader: Reader, now: datetime) -> list[Form]:
    """What the notice's reader can press."""
    if row.kind == Notice.ARE_YOU_HERE and reader.is_missed:
        return [Form("/desk/on-duty", [("", "", inline(words("i_am_here")))])]
    case = reader.mine.get(row.case_id or 0)
    if row.kind not in ASKS_TO_KEEP or case is None or case.waiting_since is None:
        return []
    if case.kept_until is not None and case.kept_until > now:
        return []
    keep = [("until", until, inline(words(f"keep_{until}"))) for until in _kept_for(row)]
    path, seen = f"/desk/cases/{case.id}", str(case.read_seq)  # what has been read since the notice, too
    return [
        Form(f"{path}/keep", keep),
        Form(f"{path}/release", [("", "", inline(words("release_case")))], [("seen_seq", seen)], is_quiet=True),
    ]


def newest_of_cases(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Of these, newest first, those that ask: a case is asked about once."""
    asks = {row.case_id or row.id: row for row in reversed(rows) if row.kind in (*ASKS_TO_KEEP, Notice.ARE_YOU_HERE)}
    return list(asks.values())


def link(row: OutboxRow, reader: Reader) -> str:
    """Where the notice's case can be seen by its reader; empty if nowhere."""
    if row.kind in OF_MY_CASE and row.case_id in reader.mine:
        return f"/desk/cases/{row.case_id}"
    if row.kind in OF_ANY_CASE and row.case_id is not None and reader.is_coordinator:
        return f"/desk/overview/cases/{row.case_id}"
    return ""


def _kept_for(row: OutboxRow) -> Sequence[str]:
    if row.kind == Notice.SHIFT_LEAVES and not ShiftLeaves.understood(row.params).has_shift:
        return [until for until in KEPT_FOR if until != NEXT_SHIFT]
    return KEPT_FOR
