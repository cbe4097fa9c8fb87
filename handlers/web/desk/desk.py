"""The desk's first page: my cases, the queue, who is on shift, notices; and the door to it.

A log-in link shows a button and is spent only by pressing it, since programs that check links open them.
"""

from collections.abc import Mapping

from aiohttp import web
from markupsafe import Markup

from bot.cases import cases, handing_over, queue
from bot.cases.texts_handing import HandOverOffered
from bot.cases.told import told_of
from bot.engine import clock
from bot.engine.errors import AlreadyClaimed, LinkSpent, MayNotClaim, NotOnShift, Refusal, TooMany, TooManyCases
from bot.people import access, login_links, logins, names, people, staff
from bot.people.logins import Login
from bot.people.standing import standing_of
from bot.reports import overview
from bot.roster.staffing import names_absent, names_on_shift, on_shift
from bot.service import Look
from bot.telling import inbox
from bot.volunteers.texts import help_text
from handlers.web.desk import duty
from handlers.web.desk.notice_acts import Reader
from handlers.web.desk.shifts import questions as shift_questions
from handlers.web.desk.view import Desk, case_card, notice_cards, overview_shown
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.limits import FAILED_LOG_INS, LIMITS
from handlers.web.frame.view import (
    Way,
    inline,
    page,
    paragraphs,
    refusal_text,
    see_other,
    several_lines,
    text_page,
    wants_json,
    went_on,
    with_telephone_links,
    words_for,
)
from models.case import spoken_code
from models.people import STAFF_LANGUAGES, Device, Role

LOG_IN_WAIT_MINUTES = 60
OFF_SHIFT, OVERRULES = "1", "2"  # what somebody has said yes to who claims a case
VERBS = {OFF_SHIFT: cases.claim_case_off_shift, OVERRULES: cases.claim_case_overruling}


async def ask_log_in(request: web.Request) -> web.Response:
    """Shows the button that spends the link."""
    return page(request, "desk/login.html")


async def log_in(request: web.Request) -> web.Response:
    """The link is spent, and this browser acts for its person until it is idle for half an hour or twelve hours pass.

    Whoever it acted for until now, it does so no more: a token left behind would still open the desk.

    A link that is good always opens, whatever others behind the same address have tried.

    Raises:
        LinkSpent: it was used, has run out or never was.
        TooMany: and it is more than the tenth such link from one network address in the last hour.
    """
    try:
        token = await _log_in(request)
    except LinkSpent:
        if not request.app[LIMITS].allows_address(FAILED_LOG_INS, request):
            raise TooMany(minutes=LOG_IN_WAIT_MINUTES) from None
        raise
    response = see_other("/desk")
    identity.remember(request, response, identity.STAFF, token, device=Device.STAFF)
    return response


async def _log_in(request: web.Request) -> str:
    store, link = request.app[SERVICE].store, request.match_info["token"]
    async with store.look() as db:  # a link of no worth costs nobody the one place where acts are written
        await login_links.require_good_link(db, link, clock.now())
    async with store.work() as work:
        token = await login_links.log_in(work, link)
        await identity.end_login(work, request, identity.STAFF)
        login = await logins.login_of(work.db, token, work.now)
        if login is not None:
            await identity.is_there(work, login)
    return token


async def show(request: web.Request) -> web.Response:
    """The desk."""
    return await _desk_page(request, identity.asking(request))


async def help_page(request: web.Request) -> web.Response:
    """How the work is done, and what to do in danger. The numbers can be pressed."""
    service, words, login = request.app[SERVICE], words_for(request), identity.asking(request)
    told = help_text(words, service.facts(clock.now()), Role(login.role))
    card = with_telephone_links(paragraphs(told.replace("\n\n", "\n").replace("\n", "\n\n")))
    return text_page(request, words("staff_command_help"), card, ways=(Way("/desk", "desk_title", is_main=True),))


async def ask_claim(request: web.Request) -> web.Response:
    """Who is off shift is asked whether to take the waiting case all the same; else there is nothing to ask."""
    case_id, login = int(request.match_info["case"]), identity.asking(request)
    zone = request.app[SERVICE].store.zone
    async with request.app[SERVICE].store.look() as db:
        waiting = next((case for case in await queue.waiting(db) if case.id == case_id), None)
        working = await on_shift(db, clock.now(), zone, grace=request.app[SERVICE].settings.grace)
        stands = (await standing_of(db, [login.person_id]))[login.person_id]
    is_barred = not stands.may_claim_on(clock.office_day(clock.now(), zone))  # the desk says why
    if waiting is None or is_barred or any(volunteer.id == login.person_id for volunteer in working):
        return see_other("/desk")
    return _asked(request, case_id, waiting.code)


async def claim(request: web.Request) -> web.Response:
    """The case is the acting volunteer's; off shift they are asked first, and told kindly if another was faster."""
    case_id = int(request.match_info["case"])
    verb = VERBS.get(str((await request.post()).get("anyway", "")), cases.claim_case)
    try:
        async with identity.acts(request) as (work, _):
            await verb(work, case_id=case_id)
    except NotOnShift as refusal:
        if wants_json(request):
            raise
        return _asked(request, case_id, refusal.case_code, status=refusal.status)
    except TooManyCases as refusal:
        login = identity.asking(request)
        if wants_json(request) or login.role != Role.COORDINATOR:
            if wants_json(request):
                raise
            return await _desk_page(request, login, refusal=refusal)
        n = request.app[SERVICE].settings.cases_at_once
        sure = words_for(request)("too_many_sure", n=n, code=spoken_code(refusal.case_code))
        return _asked(request, case_id, refusal.case_code, status=refusal.status, anyway=OVERRULES, sure=inline(sure))
    except (AlreadyClaimed, MayNotClaim) as refusal:
        if refusal.code != "already_yours":
            if wants_json(request):
                raise
            return await _desk_page(request, identity.asking(request), refusal=refusal)
    return went_on(request, f"/desk/cases/{case_id}")


async def put_away(request: web.Request) -> web.Response:
    """The notice has been read."""
    async with identity.acts(request) as (work, login):
        await inbox.put_away(work, login.person_id, int(request.match_info["notice"]))
    return went_on(request, "/desk")


async def speak(request: web.Request) -> web.Response:
    """The desk and the bot speak this language to the person from now on."""
    language = str((await request.post()).get("language", ""))
    async with identity.acts(request) as (work, login):
        if language in STAFF_LANGUAGES:
            await people.speak_to_staff(work, login.person_id, language)
    return went_on(request, "/desk")


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the desk."""
    return see_other("/desk")


async def time_left(request: web.Request) -> web.Response:
    """How long the login lives on, for a script that looks; nobody is there because of that."""
    return _left(identity.asking(request))


async def still_here(request: web.Request) -> web.Response:
    """Somebody is typing, or has said that they are there: the login is not idle."""
    async with identity.signs(request) as (work, login):
        awake = logins.seen_now(login, work.now)
    return _left(awake)


def _left(login: Login) -> web.Response:
    """`may_stay`: whether being there makes it longer; nothing does at the end of the twelve hours."""
    now = clock.now()
    left, longest = login.seconds_left(now), int((login.longest - now).total_seconds())
    return web.json_response({"ok": True, "ends_in": left, "may_stay": left < longest})


async def log_out(request: web.Request) -> web.Response:
    """This browser acts for nobody any more."""
    async with identity.acts(request) as (work, login):
        await logins.end_login(work, login.id)
    return _logged_out(request)


async def end_all(request: web.Request) -> web.Response:
    """No browser acts for the person any more, wherever it is."""
    async with identity.acts(request) as (work, login):
        await logins.end_all_logins(work, login.person_id)
    return _logged_out(request)


def _logged_out(request: web.Request) -> web.Response:
    response = went_on(request, "/desk")
    identity.forget(request, response, identity.STAFF)
    return response


def _asked(
    request: web.Request,
    case_id: int,
    code: str,
    *,
    status: int = 200,
    anyway: str = OFF_SHIFT,
    sure: Markup | None = None,
) -> web.Response:
    asked = sure or inline(words_for(request)("desk_take_off_shift", code=spoken_code(code)))
    return page(request, "desk/confirm.html", asked=asked, anyway=anyway, case_id=case_id, status=status)


async def _desk_page(request: web.Request, login: Login, *, refusal: Refusal | None = None) -> web.Response:
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    seal = service.store.seal
    async with service.store.look() as db:
        me = next(person for person in await staff.everybody(db, seal) if person.id == login.person_id)
        working = await on_shift(db, now, service.store.zone, grace=service.settings.grace)
        mine = await cases.cases_of(db, me.id)
        at_work = await duty.shown(request, db, me.id)
        reader = Reader(
            mine={case.id: case for case in mine}, is_missed=bool(at_work.get("is_near")),
            is_coordinator=login.role == Role.COORDINATOR,
        )  # fmt: skip
        told = await inbox.staff_notices(db, me.id)
        bar = (await standing_of(db, [me.id]))[me.id].bar_to_claim(clock.office_day(now, service.store.zone))
        desk = Desk(
            alias=me.alias,
            mine=[case_card(words, case, now) for case in mine],
            waiting=[case_card(words, case, now, speaks=me.speaks) for case in await queue.waiting(db)],
            on_shift=await names_on_shift(db, seal, now),
            is_on_shift=any(volunteer.id == me.id for volunteer in working),
            absent=await names_absent(db, seal, now),
            duty=at_work,
            barred=refusal_text(service, words, bar) if bar else "",
            notices=await notice_cards(db, service, words, told, now, reader=reader),
            overview=await _overview(request, login, db),
            offered=await _offered(request, db, me.id),
        )
    error = refusal_text(service, words, refusal) if refusal else ""
    return page(
        request, "desk/desk.html", desk=desk, error=error, status=refusal.status if refusal else 200,
        questions=await shift_questions.shown(request),
    )  # fmt: skip


async def _offered(request: web.Request, db: Look, person_id: int) -> list[tuple[int, Markup]]:
    service, words = request.app[SERVICE], words_for(request)
    told = []
    for row in await handing_over.offered_to(db, person_id):
        giver = await names.name_of(db, service.store.seal, row.giver_id)
        case = await access.seen_case(db, row.case_id)
        offered = HandOverOffered(**told_of(case), hand_over=row.id, alias=giver, over_at=row.over_at)
        told.append((row.id, several_lines(offered.said(words, service.facts(clock.now())).text)))
    return told


async def _overview(request: web.Request, login: Login, db: Look) -> Mapping[str, object] | None:
    if login.role != Role.COORDINATOR:
        return None
    service, now = request.app[SERVICE], clock.now()
    seen = await overview.overview(db, service.store.seal, now)
    return overview_shown(service, words_for(request), seen, now)
