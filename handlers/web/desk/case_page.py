"""The page of one case at the desk, for the volunteer who has claimed it: its words, the reply, release and closing.

It says how far it has shown the conversation, so that nothing unread is closed. Who had the case until lately is told
what has become of it and finds their own unsent words, nobody else's. For anybody else the page does not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_urlsafe

from aiohttp import web

from bot.cases import cases, closing, drafts, earlier, hand_over_ends, handing_over, notes, transcript
from bot.cases.hand_over_ends import OpenHandOver
from bot.cases.handing_over import Receiver
from bot.cases.notes import Note
from bot.cases.texts import contact_told
from bot.cases.told import EarlierTold
from bot.cases.transcript import Line
from bot.engine import clock
from bot.engine.actors import actor_of
from bot.engine.errors import BadInput, NotFound, NotPermitted, Refusal, Unavailable
from bot.people import access
from bot.people.access import CaseRow, Loss
from bot.people.logins import Login
from bot.service import Look
from bot.telling.render import relay_state
from handlers.web.desk.between_view import hand_to, keep_for, kept_told, notes_shown, offered_out
from handlers.web.desk.view import Typed, case_card, closing_options, line_shown, loss_told
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page, refusal_text, words_for
from models.closing import UNKNOWN

GONE = 410
MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading of the tables. `states`: how far each of the volunteer's messages has come."""

    case: CaseRow
    lines: list[Line]
    states: dict[int, tuple[str, str]]
    draft: str
    notes: list[Note]
    receivers: list[Receiver]
    hand_over: OpenHandOver | None
    earlier: Sequence[EarlierTold]


async def case_page(
    request: web.Request, login: Login, case_id: int, typed: Typed, *, refusal: Refusal | None = None
) -> web.StreamResponse:
    """The case, with what was typed; or what has become of it, if it was the volunteer's.

    Raises:
        NotFound: it never was, or not lately.
    """
    try:
        seen = await _read(request, login, case_id)
    except NotFound:
        loss, draft = await _lost(request, login, case_id)
        if loss is None:
            raise
        kept = await _keep(request, login, case_id, typed.text) if typed.text.strip() else not loss.is_erased
        return _lost_page(request, typed.text or draft, case_id=case_id if kept else 0, loss=loss)
    response = _shown(request, seen, typed, refusal)
    await response.prepare(request)
    await response.write_eof()
    last = transcript.last_shown(seen.lines)
    if request.method != "HEAD" and last > seen.case.read_seq:
        await _mark_read(request, login, case_id, last)
    return response


async def refused(request: web.Request, refusal: Refusal, case_id: int, typed: Typed) -> web.StreamResponse:
    """The case once more, with what has come since, the refusal on top, and everything filled in as it was.

    Where even that cannot be shown, the volunteer's own words are.
    """
    try:
        login = await identity.require_staff(request)
        return await case_page(request, login, case_id, typed, refusal=refusal)
    except NotPermitted:
        raise
    except (NotFound, Unavailable) as trouble:
        if not typed.text.strip():
            raise
        if isinstance(trouble, Unavailable):
            return own_words(request, trouble, typed)
        return _lost_page(request, typed.text, refusal=trouble)


def own_words(request: web.Request, refusal: Refusal, typed: Typed) -> web.Response:
    """What the volunteer has typed and nothing else, with a button that tries the same act again."""
    return _lost_page(request, typed.text, refusal=refusal, again=typed)


def _shown(request: web.Request, seen: _Seen, typed: Typed, refusal: Refusal | None) -> web.Response:
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    default = closing.default_minutes(seen.case, now)
    is_draft = bool(seen.draft) and not typed.text
    filled = replace(
        typed, client_msg_id=typed.client_msg_id or token_urlsafe(16), minutes=typed.minutes or str(default),
        category=typed.category or seen.case.category or UNKNOWN, text=typed.text or seen.draft, is_draft=is_draft,
    )  # fmt: skip
    return page(
        request, "desk/case.html", case=case_card(words, seen.case, now), typed=filled,
        seen_seq=transcript.last_shown(seen.lines),
        lines=[line_shown(service, words, line, seen.states.get(line.message_id), now) for line in seen.lines],
        hand_to=hand_to(words, seen.receivers), offered_out=offered_out(service, words, seen, now),
        earlier=[inline(contact_told(words, one)) for one in seen.earlier],
        notes=notes_shown(service, words, seen.notes, now),
        kept=kept_told(service, words, seen.case, now), keep_for=keep_for(words),
        options=closing_options(words, default), status=refusal.status if refusal else 200,
        error=refusal_text(service, words, refusal) if refusal else "",
        asked=refusal.code if refusal else "", asked_at=request.path,
    )  # fmt: skip


def _lost_page(
    request: web.Request, text: str, *, case_id: int = 0, loss: Loss | None = None,
    refusal: Refusal | None = None, again: Typed | None = None,
) -> web.Response:  # fmt: skip
    """What has happened, and the volunteer's own words. `case_id`: given where the server keeps them."""
    words = words_for(request)
    told = loss_told(words, loss) if loss else refusal_text(request.app[SERVICE], words, refusal or NotFound())
    return page(
        request, "desk/lost.html", status=refusal.status if refusal else GONE, told=told, text=text, again=again,
        is_theirs=loss is not None,
        case_id=case_id, look=_address(request) if loss or again else "/desk",
    )  # fmt: skip


def _address(request: web.Request) -> str:
    """The case's own page, whichever of its acts was asked for."""
    return request.path.rpartition("/")[0] if request.method == "POST" else request.path


async def _read(request: web.Request, login: Login, case_id: int) -> _Seen:
    service = request.app[SERVICE]
    async with service.store.look() as db:
        actor = await actor_of(db, login.person_id)
        case = await access.case_to_read(db, actor, case_id)
        lines = await transcript.transcript(db, service.store.seal, case)
        theirs = [line.message_id for line in lines if not line.by_newcomer]
        states = {message_id: await relay_state(db, message_id) for message_id in theirs}
        noted = await notes.of_case(db, service.store.seal, case.id)
        to = await handing_over.receivers_of(
            db, service.store.seal, login.person_id, now=clock.now(), zone=service.store.zone
        )
        offered = await hand_over_ends.open_of(db, case.id)
        before = await earlier.contacts(db, case, service.store.zone, most=MOST_EARLIER)
        return _Seen(case, lines, states, await _draft(request, db, login, case_id), noted, to, offered, before)


async def _lost(request: web.Request, login: Login, case_id: int) -> tuple[Loss | None, str]:
    async with request.app[SERVICE].store.look() as db:
        actor = await actor_of(db, login.person_id)
        loss = await access.how_lost(db, actor, case_id, clock.now())
        return loss, await _draft(request, db, login, case_id) if loss else ""


async def _draft(request: web.Request, db: Look, login: Login, case_id: int) -> str:
    seal = request.app[SERVICE].store.seal
    return await drafts.draft_of(db, seal, person_id=login.person_id, case_id=case_id, now=clock.now())


async def _keep(request: web.Request, login: Login, case_id: int, text: str) -> bool:
    """Whether the server keeps the words: not for a case that was erased, nor a whole book of them."""
    try:
        async with identity.by_the_way(request, login) as work:
            await drafts.keep(work, case_id=case_id, text=text)
    except (NotFound, BadInput):
        return False
    return True


async def _mark_read(request: web.Request, login: Login, case_id: int, seq: int) -> None:
    """The claimer has been shown the words up to here; if the case has moved on meanwhile, that is no matter."""
    try:
        async with identity.by_the_way(request, login) as work:
            await cases.mark_read(work, await access.my_case(work, case_id), seq)
    except (NotFound, Unavailable):
        return
