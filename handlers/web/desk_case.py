"""One case at the desk, for the volunteer who has claimed it: its words, the reply, release and closing.

Every form says how far its page had shown the conversation, so that nothing unread is closed. For anybody else the
page does not exist.
"""

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from aiohttp import web

from bot import access, clock
from bot.actions import cases, closing, inbound, reading, relay
from bot.actions.closing import Sheet
from bot.actions.sessions import Session
from bot.errors import BadInput, NewerWords, NotFound, Refusal, Unavailable
from bot.metrics import ACTS
from bot.render import relay_state
from bot.store import actor_of
from handlers.web import identity
from handlers.web.chat_page import CLIENT_MSG_ID
from handlers.web.desk import ACTS_COUNTED_AS
from handlers.web.desk_view import Typed, case_card, closing_options, line_shown
from handlers.web.keys import SERVICE, SESSION
from handlers.web.view import page, refusal_text, see_other, words_for
from models.case import UNKNOWN

LONGEST_NUMBER = 18


async def show(request: web.Request) -> web.StreamResponse:
    """The case with its conversation, which counts as read once it has been sent."""
    return await _case_page(request, request[SESSION], Typed())  # type: ignore[arg-type]


async def reply(request: web.Request) -> web.StreamResponse:
    """The volunteer's words are on their way; the same form sent twice is one message."""
    form = await request.post()
    sent_as = str(form.get("client_msg_id", ""))
    client_msg_id = sent_as if CLIENT_MSG_ID.fullmatch(sent_as) else token_urlsafe(16)
    typed = Typed(text=str(form.get("text", "")), client_msg_id=client_msg_id)
    try:
        async with identity.staff_acts(request) as (work, session):
            if await inbound.first_time(work, "desk", f"{session.person_id}:{client_msg_id}"):
                await relay.from_volunteer(
                    work, case_id=_case_id(request), text=typed.text, external_id=f"desk:{client_msg_id}"
                )
    except (BadInput, Unavailable) as refusal:
        return await _refused(request, refusal, typed)
    return _done(request, f"/desk/cases/{_case_id(request)}#end")


async def release(request: web.Request) -> web.StreamResponse:
    """The case is back in the queue."""
    form = await request.post()
    try:
        async with identity.staff_acts(request) as (work, _):
            await cases.release_case(work, case_id=_case_id(request), seen_seq=_number(form.get("seen_seq")))
    except NewerWords as refusal:
        return await _refused(request, refusal, Typed())
    return _done(request, "/desk")


async def not_advice(request: web.Request) -> web.StreamResponse:
    """The case is closed as no advice: thanks, a wrong number, a test."""
    form = await request.post()
    try:
        async with identity.staff_acts(request) as (work, _):
            await closing.close_not_advice(work, case_id=_case_id(request), seen_seq=_number(form.get("seen_seq")))
    except NewerWords as refusal:
        return await _refused(request, refusal, Typed())
    return _done(request, "/desk")


async def close(request: web.Request) -> web.StreamResponse:
    """The case is closed with its sheet."""
    form = await request.post()
    typed = Typed(
        category=str(form.get("category", UNKNOWN)),
        organisations=tuple(str(code) for code in form.getall("organisation", [])),
        outcome=str(form.get("outcome", UNKNOWN)),
        minutes=str(form.get("minutes", UNKNOWN)),
        is_closing=True,
    )
    seen_seq = _number(form.get("seen_seq"))
    try:
        async with identity.staff_acts(request) as (work, _):
            await closing.close_case(work, case_id=_case_id(request), seen_seq=seen_seq, sheet=_sheet(typed))
    except (NewerWords, BadInput, Unavailable) as refusal:
        return await _refused(request, refusal, typed)
    return _done(request, "/desk")


def _sheet(typed: Typed) -> Sheet:
    minutes = None if typed.minutes == UNKNOWN else _number(typed.minutes)
    return Sheet(typed.category, typed.organisations, typed.outcome, minutes)


def _done(request: web.Request, url: str) -> web.Response:
    ACTS.labels(ACTS_COUNTED_AS).inc()
    return see_other(url)


def _case_id(request: web.Request) -> int:
    """The case's number in the address.

    Raises:
        NotFound: longer than any number of a case.
    """
    digits = request.match_info["case"]
    if len(digits) > LONGEST_NUMBER:
        raise NotFound
    return int(digits)


def _number(given: object) -> int:
    digits = str(given or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER else 0


async def _refused(request: web.Request, refusal: Refusal, typed: Typed) -> web.StreamResponse:
    """The case once more, with what has come since, the refusal on top, and everything filled in as it was."""
    session = await identity.require_staff(request)
    return await _case_page(request, session, typed, refusal=refusal)


async def _case_page(
    request: web.Request, session: Session, typed: Typed, *, refusal: Refusal | None = None
) -> web.StreamResponse:
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    case, lines, states = await _read(request, session)
    default = closing.default_minutes(case, now)
    filled = replace(
        typed, client_msg_id=typed.client_msg_id or token_urlsafe(16), minutes=typed.minutes or str(default),
        category=typed.category or case.category or UNKNOWN,
    )  # fmt: skip
    last = reading.last_shown(lines)
    response = page(
        request, "desk_case.html", case=case_card(words, case, now), typed=filled, seen_seq=last,
        lines=[line_shown(service, words, line, states.get(line.message_id), now) for line in lines],
        options=closing_options(words, default), status=refusal.status if refusal else 200,
        error=refusal_text(service, words, refusal) if refusal else "",
    )  # fmt: skip
    await response.prepare(request)
    await response.write_eof()
    if request.method != "HEAD" and last > case.read_seq:
        await _mark_read(request, session, case.id, last)
    return response


async def _read(request: web.Request, session: Session) -> tuple[Any, list[reading.Line], dict[int, tuple[str, str]]]:
    service = request.app[SERVICE]
    async with service.store.look() as db:
        actor = await actor_of(db, session.person_id)
        case = await access.case_to_read(db, actor, _case_id(request))
        lines = await reading.transcript(db, service.store.seal, case)
        theirs = [line.message_id for line in lines if not line.by_newcomer]
        return case, lines, {message_id: await relay_state(db, message_id) for message_id in theirs}


async def _mark_read(request: web.Request, session: Session, case_id: int, seq: int) -> None:
    """The claimer has been shown the words up to here; if the case has moved on meanwhile, that is no matter."""
    try:
        async with request.app[SERVICE].store.work() as work:
            work.actor = await actor_of(work.db, session.person_id)
            await cases.mark_read(work, await access.my_case(work, case_id), seq)
    except (NotFound, Unavailable):
        return
