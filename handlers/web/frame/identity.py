"""Whose browser this is: cookies on one side, sessions in the database on the other.

A browser may hold two sessions, one as a newcomer and one as staff; each has its own cookie. The cookie holds a
random token and nothing else. What a session may do is decided in `bot/people/access.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from aiohttp import web

from bot.engine import clock
from bot.engine.errors import NotPermitted, SessionEnded, Unavailable
from bot.engine.metrics import ACTS
from bot.engine.work import Work, actor_of, require_coordinator
from bot.people import logins, people
from bot.people.logins import AFTER_CLOSING, Session
from handlers.web.frame.keys import CHECKED, SERVICE, SESSION
from handlers.web.frame.policy import POLICY, Policy
from models.people import Device

NEWCOMER, STAFF = "radrum_chat", "radrum_desk"
# A case may be open for weeks before the 14 days after its closing begin; the session in the database ends earlier.
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


async def newcomer_session(request: web.Request) -> Session | None:
    """The newcomer's live session of this browser, or None."""
    session = await _session(request, NEWCOMER)
    return None if session is None or session.is_staff else session


def asking(request: web.Request) -> Session:
    """The session of whoever asks, as the route's policy had it looked up, or as an act has found it.

    Raises:
        NotPermitted: the policy asks for none.
    """
    session: Session | None = request.get(SESSION)
    if session is None:
        raise NotPermitted
    return session


async def staff_session(request: web.Request) -> Session | None:
    """The volunteer's or coordinator's live session of this browser, or None."""
    session = await _session(request, STAFF)
    return session if session is not None and session.is_staff else None


async def require_newcomer(request: web.Request) -> Session:
    """The newcomer's session, which is not idle from now on.

    Raises:
        SessionEnded: there is none, or it has ended.
    """
    session = await newcomer_session(request)
    if session is None:
        raise await ended(request)
    await stay_awake(request, session)
    return session


async def ended(request: web.Request) -> SessionEnded:
    """Why this browser acts for no newcomer, to be raised."""
    token = token_of(request, NEWCOMER)
    if not token:
        return SessionEnded("session_none")
    async with request.app[SERVICE].store.look() as db:
        return SessionEnded(await logins.how_it_ended(db, token, clock.now()))


async def require_staff(request: web.Request) -> Session:
    """The staff session, which is not idle from now on.

    Raises:
        NotPermitted: there is none, or it has ended.
    """
    session = await staff_session(request)
    if session is None:
        raise await _nobody(request)
    await stay_awake(request, session)
    return session


async def has_run_out(request: web.Request) -> bool:
    """Whether the browser's staff session ended by time alone, so that its person may have typed until now."""
    token = token_of(request, STAFF)
    if not token:
        return False
    async with request.app[SERVICE].store.look() as db:
        return await logins.ran_out(db, token, clock.now())


async def _nobody(request: web.Request) -> NotPermitted:
    return NotPermitted(RAN_OUT) if await has_run_out(request) else NotPermitted()


async def stay_awake(request: web.Request, session: Session) -> None:
    """A person looked at a page, so the session is not idle. A database too busy to note it hinders nobody."""
    if LOOKS_BY_ITSELF in request.headers or clock.now() - session.seen_at < logins.SEEN_EVERY:
        return
    with suppress(Unavailable):
        async with request.app[SERVICE].store.work() as work:
            await logins.seen(work, session)


@asynccontextmanager
async def acts(request: web.Request) -> AsyncIterator[tuple[Work, Session]]:
    """One act of whoever the route's policy lets in, in one Work: `work.newcomer` or `work.staff` is who that is.

    What the staff do is counted once it is committed; a newcomer's acts are where they are told from signs of life.

    Raises: as `signs`.
    """
    async with signs(request) as (work, session):
        if session.is_staff and request.method == "POST":
            work.after_commit(ACTS.labels(ACTS_COUNTED_AS).inc)
        yield work, session


@asynccontextmanager
async def signs(request: web.Request) -> AsyncIterator[tuple[Work, Session]]:
    """As `acts`, for what a script says by itself: somebody is there, or has typed so far. It is not counted.

    The route decides who is let in, not its handler. That a case is the volunteer's own is decided in its action.

    Raises:
        SessionEnded: a newcomer's route, and there is no live session, or its newcomer has been erased.
        NotPermitted: a route of the staff, and there is no live session, or their access has ended.
        NotFound: a coordinator's route, and somebody else's session.
    """
    async with request.app[SERVICE].store.work() as work:
        if request[POLICY] == Policy.NEWCOMER:
            session = await _newcomer_in(work, request)
        elif request[POLICY] in (Policy.STAFF, Policy.CLAIMER, Policy.COORDINATOR):
            session = await _staff_in(work, request)
        else:
            raise RuntimeError("a route for anybody has nobody who acts")
        if request[POLICY] == Policy.COORDINATOR:
            require_coordinator(work.actor)
        await logins.seen(work, session)
        request[CHECKED], request[SESSION] = True, session
        yield work, session


@asynccontextmanager
async def by_the_way(request: web.Request, session: Session) -> AsyncIterator[Work]:
    """A Work in which a volunteer acts beside what they asked for: a page of theirs notes that it has been read.

    The session was looked at when the page was asked for; that somebody was there is not noted again.
    """
    async with request.app[SERVICE].store.work() as work:
        work.actor = await actor_of(work.db, session.person_id)
        yield work


async def _newcomer_in(work: Work, request: web.Request) -> Session:
    session = await _session_in(work, request, NEWCOMER)
    if session is not None and not session.is_staff:
        work.visitor = await people.newcomer_on_web(work, session.person_id)
    if session is None or work.visitor is None:
        token = token_of(request, NEWCOMER)
        raise SessionEnded(await logins.how_it_ended(work.db, token, work.now) if token else "session_none")
    return session


async def _staff_in(work: Work, request: web.Request) -> Session:
    session = await _session_in(work, request, STAFF)
    if session is None or not session.is_staff:
        raise await _nobody(request)
    work.actor = await actor_of(work.db, session.person_id)
    return session


async def end_session(work: Work, request: web.Request, name: str) -> None:
    """The session this browser has under the cookie, if any, has ended."""
    session = await _session_in(work, request, name)
    if session is not None and session.is_staff == (name == STAFF):
        await logins.end_session(work, session.id)


def token_of(request: web.Request, name: str) -> str | None:
    return request.cookies.get(cookie_name(request, name))


async def _session(request: web.Request, name: str) -> Session | None:
    token = token_of(request, name)
    if not token:
        return None
    async with request.app[SERVICE].store.look() as db:
        return await logins.session_of(db, token, clock.now())


async def _session_in(work: Work, request: web.Request, name: str) -> Session | None:
    token = token_of(request, name)
    return await logins.session_of(work.db, token, work.now) if token else None
