"""From what stands between two people in a case to what its page shows. It must not load rows."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.cases.notes import Note
from bot.cases.phrases import note_head
from bot.cases.texts_between import KEPT_FOR, CaseKept
from bot.language.i18n import Words
from bot.people.access import CaseRow
from bot.service import Service
from handlers.web.frame.view import inline, several_lines


def keep_for(words: Words) -> list[tuple[str, Markup]]:
    """For how long a case can be kept: pairs of a code and its label."""
    return [(until, inline(words(f"keep_{until}"))) for until in KEPT_FOR]


def notes_shown(service: Service, words: Words, noted: Sequence[Note], now: datetime) -> list[dict[str, object]]:
    """The notes in a case: who wrote each and when, and its text as it was typed."""
    facts = service.facts(now)
    return [{"head": inline(note_head(words, one, facts)), "text": one.text} for one in noted]


def kept_told(service: Service, words: Words, case: CaseRow, now: datetime) -> Markup | None:
    """Until when the reader keeps the case, if they do."""
    if case.kept_until is None or case.kept_until <= now:
        return None
    return several_lines(CaseKept(code=case.code, until=case.kept_until).said(words, service.facts(now)).text)
