"""Whose browser this is: cookies on one side, logins in the database on the other.

A browser may hold two logins, one as a newcomer and one as staff; each has its own cookie. The cookie holds a
random token and nothing else. What a login may do is decided in `bot/people/access.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from aiohttp import web

from bot.cases import on_duty
from bot.engine import clock
from bot.engine.actors import actor_of, require_coordinator
from bot.engine.errors import LoginEnded, NotPermitted, Refusal, Unavailable
from bot.engine.metrics import ACTS
from bot.engine.work import Work
from bot.people import logins, people
from bot.people.logins import AFTER_CLOSING, Login
from handlers.web.frame.keys import CHECKED, LOGIN, SERVICE
from handlers.web.frame.policy import POLICY, Policy
from models.people import Device

NEWCOMER, STAFF = "radrum_chat", "radrum_desk"
# A case may be open for weeks before the 14 days after its closing begin; the login in the database ends earlier.
OWN_DEVICE_KEEPS = AFTER_CLOSING + timedelta(days=31)
RAN_OUT = "session_ran_out"
ACTS_COUNTED_AS = "desk"
LOOKS_BY_ITSELF = "X-Radrum-Live"  # our script looks for news: nobody is there because of that


def cookie_name(request: web.Request, name: str) -> str:
    """`__Host-` binds a cookie to this host over https; on plain loopback browsers would refuse it."""
    return f"__Host-{name}" if is_https(request) else name


def is_https(request: web.Request) -> bool:
    return request.app[SERVICE].settings.public_url.startswith("https://")


def remember(request: web.Request, response: web.StreamResponse, name: str, token: str, *, device: str) -> None:
    """The browser will show this token. A shared device and the desk forget it when the browser is closed."""
    longest = int(OWN_DEVICE_KEEPS.total_seconds()) if device == Device.OWN else None
    response.set_cookie(
        cookie_name(request, name), token, max_age=longest, path="/", secure=is_https(request), httponly=True,
        samesite="Lax",
    )  # fmt: skip


def forget(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """The browser shows no token any more."""
    response.del_cookie(cookie_name(request, name), path="/", secure=is_https(request), httponly=True, samesite="Lax")


def has_cookie(request: web.Request, name: str) -> bool:
    return cookie_name(request, name) in request.cookies


async def newcomer_login(request: web.Request) -> Login | None:
    """The newcomer's live login of this browser, or None."""
    login = await _login(request, NEWCOMER)
    return None if login is None or login.is_staff else login


def asking(request: web.Request) -> Login:
    """The login of whoever asks, as the route's policy had it looked up, or as an act has found it.

    Raises:
        NotPermitted: the policy asks for none.
    """
    login: Login | None = request.get(LOGIN)
    if login is None:
        raise NotPermitted
    return login


async def staff_login(request: web.Request) -> Login | None:
    """The volunteer's or coordinator's live login of this browser, or None."""
    login = await _login(request, STAFF)
    return login if login is not None and login.is_staff else None


async def require_newcomer(request: web.Request) -> Login:
    """The newcomer's login, which is not idle from now on.

    Raises:
        LoginEnded: there is none, or it has ended.
    """
    login = await newcomer_login(request)
    if login is None:
        raise await ended(request)
    await stay_awake(request, login)
    return login


async def ended(request: web.Request) -> LoginEnded:
    """Why this browser acts for no newcomer, to be raised."""
    token = token_of(request, NEWCOMER)
    if not token:
        return LoginEnded("session_none")
    async with request.app[SERVICE].store.look() as db:
        return LoginEnded(await logins.how_it_ended(db, token, clock.now()))


async def require_staff(request: web.Request) -> Login:
    """The staff login, which is not idle from now on.

    Raises:
        NotPermitted: there is none, or it has ended.
    """
    login = await staff_login(request)
    if login is None:
        raise await _nobody(request)
    await stay_awake(request, login)
    return login


async def has_run_out(request: web.Request) -> bool:
    """Whether the browser's staff login ended by time alone, so that its person may have typed until now."""
    token = token_of(request, STAFF)
    if not token:
        return False
    async with request.app[SERVICE].store.look() as db:
        return await logins.ran_out(db, token, clock.now())


async def _nobody(request: web.Request) -> NotPermitted:
    return NotPermitted(RAN_OUT) if await has_run_out(request) else NotPermitted()


async def stay_awake(request: web.Request, login: Login) -> None:
    """A person looked at a page, so the login is not idle. A database too busy to note it hinders nobody."""
    if LOOKS_BY_ITSELF in request.headers or clock.now() - login.seen_at < logins.SEEN_EVERY:
        return
    with suppress(Unavailable):
        async with request.app[SERVICE].store.work() as work:
            await logins.seen(work, login)
            await is_there(work, login)


@asynccontextmanager
async def acts(request: web.Request) -> AsyncIterator[tuple[Work, Login]]:
    """One act of whoever the route's policy lets in, in one Work: `work.newcomer` or `work.staff` is who that is.

    What the staff do is counted once it is committed; a newcomer's acts are where they are told from signs of life.

    Raises: as `signs`.
    """
    async with signs(request) as (work, login):
        if login.is_staff and request.method == "POST":
            work.after_commit(ACTS.labels(ACTS_COUNTED_AS).inc)
        yield work, login


@asynccontextmanager
async def signs(request: web.Request) -> AsyncIterator[tuple[Work, Login]]:
    """As `acts`, for what a script says by itself: somebody is there, or has typed so far. It is not counted.

    The route decides who is let in, not its handler. That a case is the volunteer's own is decided in its action.

    Raises:
        LoginEnded: a newcomer's route, and there is no live login, or its newcomer has been erased.
        NotPermitted: a route of the staff, and there is no live login, or their access has ended.
        NotFound: a coordinator's route, and somebody else's login.
    """
    try:
        async with _signs(request) as (work, login):
            yield work, login
    except Refusal:
        if (refused := request.get(LOGIN)) is not None:
            await _was_there(request, refused)
        raise


async def _was_there(request: web.Request, login: Login) -> None:
    """Whoever was refused something was there, too."""
    with suppress(Unavailable):
        async with request.app[SERVICE].store.work() as work:
            await is_there(work, login)


@asynccontextmanager
async def _signs(request: web.Request) -> AsyncIterator[tuple[Work, Login]]:
    async with request.app[SERVICE].store.work() as work:
        if request[POLICY] == Policy.NEWCOMER:
            login = await _newcomer_in(work, request)
        elif request[POLICY] in (Policy.STAFF, Policy.CLAIMER, Policy.COORDINATOR):
            login = await _staff_in(work, request)
        else:
            raise RuntimeError("a route for anybody has nobody who acts")
        if request[POLICY] == Policy.COORDINATOR:
            require_coordinator(work.actor)
        await logins.seen(work, login)
        request[CHECKED], request[LOGIN] = True, login
        yield work, login
        await on_duty.acted(work)


async def is_there(work: Work, login: Login) -> None:
    """Whoever looks at the desk is there, as whoever acts in it."""
    if login.is_staff:
        work.actor = work.actor or await actor_of(work.db, login.person_id)
        await on_duty.acted(work)


@asynccontextmanager
async def looks(request: web.Request) -> AsyncIterator[Work]:
    """What a page of the staff shows is read in it, as whoever asks; nothing can be said or changed."""
    async with request.app[SERVICE].store.looking() as work:
        work.actor = await actor_of(work.db, asking(request).person_id)
        yield work


@asynccontextmanager
async def by_the_way(request: web.Request, login: Login) -> AsyncIterator[Work]:
    """A Work in which a volunteer acts beside what they asked for: a page of theirs notes that it has been read.

    The login was looked at when the page was asked for; that somebody was there is not noted again.
    """
    async with request.app[SERVICE].store.work() as work:
        work.actor = await actor_of(work.db, login.person_id)
        yield work


async def _newcomer_in(work: Work, request: web.Request) -> Login:
    login = await _login_in(work, request, NEWCOMER)
    if login is not None and not login.is_staff:
        work.visitor = await people.newcomer_on_web(work, login.person_id)
    if login is None or work.visitor is None:
        token = token_of(request, NEWCOMER)
        raise LoginEnded(await logins.how_it_ended(work.db, token, work.now) if token else "session_none")
    return login


async def _staff_in(work: Work, request: web.Request) -> Login:
    login = await _login_in(work, request, STAFF)
    if login is None or not login.is_staff:
        raise await _nobody(request)
    work.actor = await actor_of(work.db, login.person_id)
    return login


async def end_login(work: Work, request: web.Request, name: str) -> None:
    """The login this browser has under the cookie, if any, has ended."""
    login = await _login_in(work, request, name)
    if login is not None and login.is_staff == (name == STAFF):
        await logins.end_login(work, login.id)


def token_of(request: web.Request, name: str) -> str | None:
    return request.cookies.get(cookie_name(request, name))


async def _login(request: web.Request, name: str) -> Login | None:
    token = token_of(request, name)
    if not token:
        return None
    async with request.app[SERVICE].store.look() as db:
        return await logins.login_of(db, token, clock.now())


async def _login_in(work: Work, request: web.Request, name: str) -> Login | None:
    token = token_of(request, name)
    return await logins.login_of(work.db, token, work.now) if token else None
