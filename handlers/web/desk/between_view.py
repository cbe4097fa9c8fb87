"""From what stands between two people in a case to what its page shows. It must not load rows."""

from datetime import datetime

from markupsafe import Markup

from bot.cases.texts_between import KEPT_FOR, CaseKept
from bot.language.i18n import Words
from bot.people.access import CaseRow
from bot.service import Service
from handlers.web.frame.view import inline, several_lines


def keep_for(words: Words) -> list[tuple[str, Markup]]:
    """For how long a case can be kept: pairs of a code and its label."""
    return [(until, inline(words(f"keep_{until}"))) for until in KEPT_FOR]


def kept_told(service: Service, words: Words, case: CaseRow, now: datetime) -> Markup | None:
    """Until when the reader keeps the case, if they do."""
    if case.kept_until is None or case.kept_until <= now:
        return None
    return several_lines(CaseKept(code=case.code, until=case.kept_until).said(words, service.facts(now)).text)
