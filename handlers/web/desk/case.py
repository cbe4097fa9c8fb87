"""What a volunteer does in a case at the desk: reply, keep a draft, release, close.

All of the page is one form, so that what is half written travels with every act: nothing is put away over it unasked,
and what is refused is shown again with all that was filled in. The page itself is `case_page.py`.
"""

from collections.abc import Awaitable, Callable
from secrets import token_urlsafe

from aiohttp import web
from multidict import MultiMapping

from bot.cases import cases, closing, drafts, messages, notes, relay, taking_back
from bot.cases.closing import Sheet
from bot.engine import once
from bot.engine.errors import BadInput, NotFound, NotPermitted, Refusal, UnsentWords
from bot.engine.work import Work
from bot.language.textshape import fold
from bot.people import access
from bot.people.logins import Login
from handlers.web.chat.page import CLIENT_MSG_ID
from handlers.web.desk.case_page import case_page, own_words, refused
from handlers.web.desk.view import SEND_IT, THROW_AWAY, Typed
from handlers.web.frame import identity
from handlers.web.frame.view import see_other, wants_json, went_on
from models.closing import UNKNOWN

LONGEST_NUMBER = 18
HANDS_OVER = "/hand-over"
STAY = ("/reply", "/draft")  # acts after which a page with a script is not loaded anew
Act = Callable[[Work, Login], Awaitable[object]]


async def show(request: web.Request) -> web.StreamResponse:
    """The case with its conversation, which counts as read once it has been sent; how it was lost, if it was."""
    return await case_page(request, identity.asking(request), case_id_of(request), Typed())


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at its case."""
    return see_other(f"/desk/cases/{case_id_of(request)}")


async def reply(request: web.Request) -> web.StreamResponse:
    """The volunteer's words are on their way; the same form sent twice is one message."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, login: Login) -> None:
        if not typed.is_meant and fold(messages.checked(typed.text)).startswith("/"):
            raise BadInput("desk_begins_with_slash", code=(await access.my_case(work, case_id)).code)
        await _send(work, login, case_id, typed)

    return await done(request, typed, act, f"/desk/cases/{case_id}#end")


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """What has been typed is kept for its volunteer; nothing typed is nothing kept."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#end")


async def take_back(request: web.Request) -> web.StreamResponse:
    """The volunteer's reply, sent less than a minute ago, is gone."""
    form = await request.post()
    typed, case_id = typed_in(form), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        await access.my_case(work, case_id)
        await taking_back.take_back(work, message_id=_number(form.get("message")))
        if typed.text.strip():  # what was half written beside it is on the next page too
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#end")


async def release(request: web.Request) -> web.StreamResponse:
    """The case is back in the queue."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, login: Login) -> None:
        await _settle_unsent(work, login, case_id, typed)
        await cases.release_case(work, case_id=case_id, seen_seq=typed.seen_seq)

    return await done(request, typed, act, "/desk")


async def not_advice(request: web.Request) -> web.StreamResponse:
    """The case is closed as no advice: thanks, a wrong number, a test."""
    typed, case_id = typed_in(await request.post(), is_closing=True), case_id_of(request)

    async def act(work: Work, login: Login) -> None:
        await _settle_unsent(work, login, case_id, typed)
        await closing.close_not_advice(work, case_id=case_id, seen_seq=typed.seen_seq)

    return await done(request, typed, act, "/desk")


async def close(request: web.Request) -> web.StreamResponse:
    """The case is closed with its sheet."""
    typed, case_id = typed_in(await request.post(), is_closing=True), case_id_of(request)

    async def act(work: Work, login: Login) -> None:
        await _settle_unsent(work, login, case_id, typed)
        await closing.close_case(work, case_id=case_id, seen_seq=typed.seen_seq, sheet=_sheet(typed))

    return await done(request, typed, act, "/desk")


async def _send(work: Work, login: Login, case_id: int, typed: Typed) -> None:
    if await once.first_time(work, "desk", f"{login.person_id}:{typed.client_msg_id}"):
        external_id = f"desk:{typed.client_msg_id}"
        await relay.from_volunteer(work, case_id=case_id, text=typed.text, external_id=external_id)
        await drafts.discard(work, case_id=case_id)


async def _settle_unsent(work: Work, login: Login, case_id: int, typed: Typed) -> None:
    """What was written and not sent has become what the volunteer wants, or there is none.

    Raises:
        NotFound: not the actor's case.
        UnsentWords: there is, and they have not said.
        BadInput: they have said to send it, and it cannot be sent.
    """
    await access.my_case(work, case_id)
    if typed.unsent == SEND_IT and typed.text.strip():
        await _send(work, login, case_id, typed)
    elif typed.unsent == THROW_AWAY:
        await drafts.discard(work, case_id=case_id)
    elif typed.text.strip() or await drafts.draft_of(
        work.db, work.seal, person_id=login.person_id, case_id=case_id, now=work.now
    ):
        raise UnsentWords


async def done(request: web.Request, typed: Typed, act: Act, url: str) -> web.StreamResponse:
    """The act is done and the browser goes on, or it is refused and nothing that was typed is lost."""
    return await _refused(request, typed, act) or went_on(request, url)


async def _refused(request: web.Request, typed: Typed, act: Act) -> web.StreamResponse | None:
    """The act in one Work; the page that tells of its refusal, or None once it is done."""
    try:
        async with identity.acts(request) as (work, login):
            await _keep_note(request, work, login, typed)
            await act(work, login)
    except NotPermitted as refusal:
        if wants_json(request) or refusal.code != identity.RAN_OUT or not typed.text.strip():
            raise
        return own_words(request, refusal, typed)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await refused(request, refusal, case_id_of(request), typed)
    return None


async def _keep_note(request: web.Request, work: Work, login: Login, typed: Typed) -> None:
    """A note that was typed beside whatever is done now is kept, once; so is one for whoever was to take the case over,
    and does not now. Where the page stays as it is, so does the note.

    Raises:
        NotFound: not the actor's case.
        BadInput: it is too long.
    """
    named = f"{login.person_id}:{typed.client_msg_id}:note"
    stays = wants_json(request) and request.path.endswith(STAY)
    for_next = "" if request.path.endswith(HANDS_OVER) else typed.hand_note
    typed_notes = [text for text in (typed.note, for_next) if text.strip()]
    if typed_notes and not stays and await once.first_time(work, "desk", named):
        for text in typed_notes:
            await notes.add(work, case_id=case_id_of(request), text=text)


def typed_in(form: MultiMapping[object], *, is_closing: bool = False) -> Typed:
    sent_as = str(form.get("client_msg_id", ""))
    organisations = tuple(str(code) for code in form.getall("organisation", []))
    outcome = str(form.get("outcome", UNKNOWN))
    return Typed(
        text=str(form.get("text", "")),
        client_msg_id=sent_as if CLIENT_MSG_ID.fullmatch(sent_as) else token_urlsafe(16),
        seen_seq=_number(form.get("seen_seq")),
        category=str(form.get("category", UNKNOWN)) if is_closing else str(form.get("category", "")),
        organisations=organisations,
        outcome=outcome,
        minutes=str(form.get("minutes", UNKNOWN)) if is_closing else str(form.get("minutes", "")),
        is_closing=is_closing or bool(organisations) or outcome != UNKNOWN,
        unsent=str(form.get("unsent", "")),
        is_meant=form.get("anyway") == "1",
        note=str(form.get("note", "")),
        hand_note=str(form.get("hand_note", "")),
        hand_to=str(form.get("hand_to", "")),
    )


def _sheet(typed: Typed) -> Sheet:
    minutes = None if typed.minutes == UNKNOWN else _number(typed.minutes)
    return Sheet(typed.category, typed.organisations, typed.outcome, minutes)


def case_id_of(request: web.Request) -> int:
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
