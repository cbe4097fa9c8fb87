"""The closing of a case in a chat: what is asked, in at most five presses, each of which is kept until the last.

Owns the rows of `closing_drafts`. What a closing does is `closing.py`'s; it must not close by itself.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import delete, insert, select, update

from bot.cases import closing
from bot.cases.cases import refuse_if_newer
from bot.cases.closing import Sheet, require_known
from bot.cases.texts import ClosedByYou
from bot.cases.texts_closing import (
    AboutClosing,
    CloseCategory,
    CloseMinutes,
    CloseNotAdvice,
    CloseOrganisation,
    CloseOutcome,
)
from bot.engine import buttons
from bot.engine.errors import Stale
from bot.engine.rows import columns, only
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow
from models.base import table_of
from models.button import AnyButton, Button, Presses, on
from models.buttons import (
    ADD_ORGANISATION,
    CLOSING_CATEGORY,
    CLOSING_MINUTES,
    CLOSING_ORGANISATION,
    CLOSING_OUTCOME,
    DONE,
    DROP_ORGANISATION,
    NOT_ADVICE,
    NOT_ADVICE_ANSWER,
    ORGANISATIONS_PAGE,
    ClosingCategory,
    ClosingMinutes,
    ClosingOrganisation,
    ClosingOutcome,
    NotAdviceAnswer,
    OfCase,
    OneOfSeveral,
    OrganisationsPage,
)
from models.closing import UNKNOWN, ClosingDraft
from models.notice import Notice

QUESTIONS = (
    Notice.CLOSE_CATEGORY, Notice.CLOSE_NOT_ADVICE, Notice.CLOSE_ORGANISATION, Notice.CLOSE_OUTCOME,
    Notice.CLOSE_MINUTES,
)  # fmt: skip
_DRAFTS = table_of(ClosingDraft)
Step = AboutClosing | ClosedByYou
Asked = tuple[Work, int | None]  # who presses, and the message that asks, an outbox row


class PressedSoFar(NamedTuple):
    """What has been pressed so far; `seen_seq`: the last message shown when it began."""

    seen_seq: int
    category: str | None
    organisations: list[str]
    outcome: str | None


class Going(NamedTuple):
    """A closing that has been begun, and how far it has come."""

    work: Work
    case: CaseRow
    draft: PressedSoFar

    def asks_organisation(self, chosen: list[str], *, page: int = 0, several: bool = False) -> CloseOrganisation:
        """The question which organisation it was about, with what has been chosen."""
        return CloseOrganisation(
            case=self.case.id, code=self.case.code, chosen=tuple(chosen), page=page, several=several
        )

    def is_over(self) -> ClosedByYou:
        """Nothing is asked any more: the case is closed."""
        return ClosedByYou(case=self.case.id, code=self.case.code)


class _AboutCase(Protocol):
    @property
    def case(self) -> int: ...


A = TypeVar("A", bound=_AboutCase)


async def begin(work: Work, *, case_id: int, seen_seq: int) -> bool:
    """The volunteer pressed "close": the first question is on its way, unless there are newer words.

    Returns False if it was asked a moment ago and nothing has been answered: the same press, told twice.

    Raises:
        NotFound: not the actor's case.
        NewerWords: the newcomer wrote something that has not been shown.
    """
    return await _begin(work, CloseCategory, case_id=case_id, seen_seq=seen_seq)


async def begin_not_advice(work: Work, *, case_id: int, seen_seq: int) -> bool:
    """As `begin`, with the question whether this was no advice at all: for buttons that once said so at once."""
    return await _begin(work, CloseNotAdvice, case_id=case_id, seen_seq=seen_seq)


async def _begin(work: Work, asks: type[AboutClosing], *, case_id: int, seen_seq: int) -> bool:
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    untouched = await _draft_or_none(work, case) == (seen_seq, None, [], None)
    if work.staff.address_id is not None:
        if untouched and await buttons.said_lately(work, work.staff.address_id, asks, lambda one: one.case == case.id):
            return False
        await _leave_earlier(work, case, work.staff.address_id)
    await work.db.execute(delete(_DRAFTS).where(_DRAFTS.c.case_id == case.id))
    fresh = {"case_id": case.id, "volunteer_id": work.staff.id, "seen_seq": seen_seq, "organisations": []}
    await work.db.execute(insert(_DRAFTS).values(**fresh))
    first = _asks_category(case) if asks is CloseCategory else asks(case=case.id, code=case.code)
    await work.tell(work.staff.id, first, case_id=case.id)
    return True


async def _leave_earlier(work: Work, case: CaseRow, address_id: int) -> None:
    """A closing of this case that was begun before is answered further down: its buttons go."""
    for card in await buttons.cards_of(work, address_id, case.id, *QUESTIONS):
        left = CloseCategory(case=case.id, code=case.code, pressed="left")
        await work.tell_address(address_id, left, case_id=case.id, edits=card)


def _asks_category(case: CaseRow) -> CloseCategory:
    return CloseCategory(case=case.id, code=case.code, category=case.category)


async def choose(work: Work, code: str, *, card: int | None) -> bool:
    """One press of the closing dialogue is kept and the next question shown in its place (`card`, an outbox row).

    Returns whether that was the last press, so that the case is closed.

    Raises:
        Stale: no closing of this case is going on, or the press belongs to another step.
        NotFound, NewerWords, BadInput: as `close_case`.
    """
    return await buttons.follow(PRESSES, (work, card), code)


def _answers(
    question: Notice, button: Button[..., A], step: Callable[[Going, A], Awaitable[Step]]
) -> tuple[AnyButton, Callable[[Asked, str], Awaitable[bool]]]:
    """The button answers this question, and its press leads on from there."""

    async def pressed(asked: Asked, given: A) -> bool:
        work, card = asked
        case = await access.my_case(work, given.case)
        going = Going(work, case, await _draft(work, case))
        await buttons.require_shown_as(work, card, question)
        following = await step(going, given)
        await work.tell(work.staff.id, following, case_id=case.id, edits=card)
        return isinstance(following, ClosedByYou)

    return on(button, pressed)


async def _chose_category(going: Going, given: ClosingCategory) -> Step:
    require_known(Sheet(category=given.category))
    await _set(going, category=given.category)
    return going.asks_organisation(going.draft.organisations)


async def _asked_not_advice(going: Going, _: OfCase) -> Step:
    return CloseNotAdvice(case=going.case.id, code=going.case.code)


async def _answered_not_advice(going: Going, given: NotAdviceAnswer) -> Step:
    if given.answer == "back":
        return _asks_category(going.case)
    await closing.close_not_advice(going.work, case_id=going.case.id, seen_seq=going.draft.seen_seq)
    return going.is_over()


async def _turned_page(going: Going, turned: OrganisationsPage) -> Step:
    return going.asks_organisation(going.draft.organisations, page=turned.page, several=turned.several)


async def _added(going: Going, given: OneOfSeveral) -> Step:
    code, before = given.organisation, going.draft.organisations
    return await _several(going, before if code in before else [*before, code], page=given.page)


async def _dropped(going: Going, given: OneOfSeveral) -> Step:
    left = [one for one in going.draft.organisations if one != given.organisation]
    return await _several(going, left, page=given.page)


async def _several(going: Going, chosen: list[str], *, page: int) -> Step:
    require_known(Sheet(organisations=tuple(chosen)))
    await _set(going, organisations=chosen)
    return going.asks_organisation(chosen, page=page, several=True)


async def _chose_organisation(going: Going, given: ClosingOrganisation) -> Step:
    if given.organisation != DONE:
        chosen = () if given.organisation == UNKNOWN else (given.organisation,)
        require_known(Sheet(organisations=chosen))
        await _set(going, organisations=list(chosen))
    return CloseOutcome(case=going.case.id, code=going.case.code)


async def _chose_outcome(going: Going, given: ClosingOutcome) -> Step:
    require_known(Sheet(outcome=given.outcome))
    await _set(going, outcome=given.outcome)
    default = closing.default_minutes(going.case, going.work.now)
    return CloseMinutes(case=going.case.id, code=going.case.code, default=default)


async def _chose_minutes(going: Going, given: ClosingMinutes) -> Step:
    draft = going.draft
    organisations = tuple(draft.organisations)
    sheet = Sheet(draft.category or UNKNOWN, organisations, draft.outcome or UNKNOWN, given.minutes)
    await closing.close_case(going.work, case_id=going.case.id, seen_seq=draft.seen_seq, sheet=sheet)
    return going.is_over()


PRESSES: Presses[Asked, Awaitable[bool]] = dict(
    (
        _answers(Notice.CLOSE_CATEGORY, CLOSING_CATEGORY, _chose_category),
        _answers(Notice.CLOSE_CATEGORY, NOT_ADVICE, _asked_not_advice),
        _answers(Notice.CLOSE_NOT_ADVICE, NOT_ADVICE_ANSWER, _answered_not_advice),
        _answers(Notice.CLOSE_ORGANISATION, ORGANISATIONS_PAGE, _turned_page),
        _answers(Notice.CLOSE_ORGANISATION, ADD_ORGANISATION, _added),
        _answers(Notice.CLOSE_ORGANISATION, DROP_ORGANISATION, _dropped),
        _answers(Notice.CLOSE_ORGANISATION, CLOSING_ORGANISATION, _chose_organisation),
        _answers(Notice.CLOSE_OUTCOME, CLOSING_OUTCOME, _chose_outcome),
        _answers(Notice.CLOSE_MINUTES, CLOSING_MINUTES, _chose_minutes),
    )
)


async def _draft(work: Work, case: CaseRow) -> PressedSoFar:
    row = await _draft_or_none(work, case)
    if row is None:
        raise Stale
    return row


async def _draft_or_none(work: Work, case: CaseRow) -> PressedSoFar | None:
    mine = select(*columns(PressedSoFar, _DRAFTS)).where(
        _DRAFTS.c.case_id == case.id, _DRAFTS.c.volunteer_id == work.staff.id
    )
    return only(PressedSoFar, await work.db.execute(mine))


async def _set(going: Going, **values: object) -> None:
    await going.work.db.execute(update(_DRAFTS).where(_DRAFTS.c.case_id == going.case.id).values(**values))
