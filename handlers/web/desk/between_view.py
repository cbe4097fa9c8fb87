"""From what stands between two people in a case to what its page shows. It must not load rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from markupsafe import Markup

from bot.cases.hand_over_ends import OpenHandOver
from bot.cases.handing_over import Receiver, languages_of
from bot.cases.notes import Note
from bot.cases.texts_between import KEPT_FOR, CaseKept, note_head
from bot.cases.texts_handing import HandOverWaits, language_named, person_named
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


class Offering(Protocol):
    """A case's page as it was read, as far as it tells of a hand-over."""

    @property
    def case(self) -> CaseRow: ...
    @property
    def receivers(self) -> Sequence[Receiver]: ...
    @property
    def hand_over(self) -> OpenHandOver | None: ...


def hand_to(words: Words, receivers: Sequence[Receiver]) -> list[tuple[str, Markup]]:
    """To whom the case can be handed over: pairs of a code and its label; people first, then languages."""
    people = [(f"p{one.id}", inline(person_named(words, one.alias, present=one.is_present))) for one in receivers]
    spoken = [
        (f"l{one}", inline(words("hand_to_speaker", language=language_named(words, one))))
        for one in languages_of(receivers)
    ]
    return [*people, *spoken]


def offered_out(service: Service, words: Words, seen: Offering, now: datetime) -> dict[str, object] | None:
    """What waits for an answer, if the case is offered to somebody."""
    row = seen.hand_over
    if row is None:
        return None
    alias = next((one.alias for one in seen.receivers if one.id == row.receiver_id), None)
    told = HandOverWaits(hand_over=row.id, code=seen.case.code, alias=alias, language=row.language, over_at=row.over_at)
    return {"number": row.id, "told": several_lines(told.said(words, service.facts(now)).text)}


def kept_told(service: Service, words: Words, case: CaseRow, now: datetime) -> Markup | None:
    """Until when the reader keeps the case, if they do."""
    if case.kept_until is None or case.kept_until <= now:
        return None
    return several_lines(CaseKept(code=case.code, until=case.kept_until).said(words, service.facts(now)).text)
