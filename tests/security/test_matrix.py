"""Who may take which way in: every route, every kind of person, against a table written by hand.

The table is the policy as people would say it, not read from the code. What is refused has changed nothing, and is
refused exactly as if the thing did not exist.
"""

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import aiohttp
import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from handlers.web.routes import ROUTES
from tests.security.scene import (
    ACTORS,
    NEWCOMER_COOKIE,
    PLACE,
    STAFF_COOKIE,
    WORDS_OF_A,
    Answer,
    Scene,
    Site,
    everything,
    served,
    statements_counted,
)

JSON = {"Accept": "application/json"}
OURS = "https://radrum.example"
PATTERN = re.compile(r"{(\w+):(?:[^{}]|{[^{}]*})*}")

# What an answer is: taken, and how, or refused, and with which code.
PAGE, GOES, SOCKET = "200", "303", "101"
DONE = "200"  # our script is told so, and what is next
ENDED, LOG_IN, MISSING = "404 session_ended", "404 log_in_first", "404 not_found"
SHUT, ASKED, WRONG = "403", "409", "422"

#                    nobody   A        B        claimer  other    disabled coordinator
ANYBODY_READS =     (PAGE,    PAGE,    PAGE,    PAGE,    PAGE,    PAGE,    PAGE)  # fmt: skip
ANYBODY_ACTS =      (GOES,    GOES,    GOES,    GOES,    GOES,    GOES,    GOES)  # fmt: skip
ANYBODY_IS_SENT =   (GOES,    GOES,    GOES,    GOES,    GOES,    GOES,    GOES)  # fmt: skip
ANYBODY_GUESSES =   (WRONG,   WRONG,   WRONG,   WRONG,   WRONG,   WRONG,   WRONG)  # fmt: skip
NEWCOMERS_ALONE =   (ENDED,   PAGE,    PAGE,    ENDED,   ENDED,   ENDED,   ENDED)  # fmt: skip
NEWCOMERS_GUESS =   (ENDED,   WRONG,   WRONG,   ENDED,   ENDED,   ENDED,   ENDED)  # fmt: skip
NEWCOMERS_SENT =    (ENDED,   GOES,    GOES,    ENDED,   ENDED,   ENDED,   ENDED)  # fmt: skip
NEWCOMERS_SOCKET =  (SHUT,    SOCKET,  SOCKET,  SHUT,    SHUT,    SHUT,    SHUT)  # fmt: skip
STAFF_READS =       (LOG_IN,  LOG_IN,  LOG_IN,  PAGE,    PAGE,    LOG_IN,  PAGE)  # fmt: skip
STAFF_ACTS =        (LOG_IN,  LOG_IN,  LOG_IN,  DONE,    DONE,    LOG_IN,  DONE)  # fmt: skip
STAFF_LACKS =       (LOG_IN,  LOG_IN,  LOG_IN,  ASKED,   ASKED,   LOG_IN,  ASKED)  # fmt: skip
STAFF_SOCKET =      (SHUT,    SHUT,    SHUT,    SOCKET,  SOCKET,  SHUT,    SOCKET)  # fmt: skip
STAFF_CLAIMS =      (LOG_IN,  LOG_IN,  LOG_IN,  DONE,    DONE,    LOG_IN,  ASKED)  # fmt: skip
OFF_SHIFT_READS =   (LOG_IN,  LOG_IN,  LOG_IN,  GOES,    GOES,    LOG_IN,  PAGE)  # fmt: skip
CLAIMER_READS =     (LOG_IN,  LOG_IN,  LOG_IN,  PAGE,    MISSING, LOG_IN,  MISSING)  # fmt: skip
CLAIMER_ACTS =      (LOG_IN,  LOG_IN,  LOG_IN,  DONE,    MISSING, LOG_IN,  MISSING)  # fmt: skip
CLAIMER_LACKS =     (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  MISSING)  # fmt: skip
COORDINATOR_READS = (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  PAGE)  # fmt: skip
COORDINATOR_ACTS =  (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  DONE)  # fmt: skip
COORDINATOR_LACKS = (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  ASKED)  # fmt: skip
COORDINATOR_SENT =  (LOG_IN,  LOG_IN,  LOG_IN,  MISSING, MISSING, LOG_IN,  GOES)  # fmt: skip
OTHERS_ALONE =      (LOG_IN,  LOG_IN,  LOG_IN,  ASKED,   PAGE,    LOG_IN,  ASKED)  # fmt: skip
NOT_A_FEED = ("404 page_not_found",) * 7  # a link to the desk opens no calendar
NOBODY_AT_ALL =     (SHUT,    SHUT,    SHUT,    SHUT,    SHUT,    SHUT,    SHUT)  # fmt: skip

POLICY: dict[str, tuple[str, ...]] = {
    "GET /": ANYBODY_READS,
    "GET /{language}": ANYBODY_READS,
    "GET /{language}/hours": ANYBODY_READS,
    "GET /{language}/hours/embed": ANYBODY_READS,
    "GET /{language}/hours/share": ANYBODY_READS,
    "GET /hours.ics": ANYBODY_READS,
    "GET /hours/{place}.ics": ANYBODY_READS,
    "GET /hours.json": ANYBODY_READS,
    "GET /shifts/{token}.ics": NOT_A_FEED,
    "GET /poster": ANYBODY_READS,
    "GET /poster.pdf": ANYBODY_READS,
    "GET /{language}/help": ANYBODY_READS,
    "GET /{language}/questions": ANYBODY_READS,
    "GET /{language}/privacy": ANYBODY_READS,
    "GET /{language}/deleted": ANYBODY_READS,
    "GET /{language}/closed": ANYBODY_READS,
    "GET /{language}/back": ANYBODY_READS,
    "POST /{language}/back": ANYBODY_GUESSES,
    "GET /{language}/chat": ANYBODY_READS,
    "GET /{language}/chat/{act}": ANYBODY_ACTS,  # sends on to the chat
    "GET /{language}/chat/no": ANYBODY_READS,
    "POST /{language}/chat/consent": ANYBODY_READS,
    "POST /{language}/chat/leave": ANYBODY_READS,
    "POST /{language}/chat/close": ANYBODY_READS,
    "GET /{language}/chat/closing": NEWCOMERS_SENT,  # there are no numbers to write down
    "POST /{language}/chat/say": NEWCOMERS_ALONE,
    "POST /{language}/chat/press": NEWCOMERS_ALONE,
    "POST /{language}/chat/command": NEWCOMERS_ALONE,
    "POST /{language}/chat/here": NEWCOMERS_ALONE,
    "GET /{language}/chat/draft": NEWCOMERS_ALONE,
    "POST /{language}/chat/draft": NEWCOMERS_ALONE,
    "POST /{language}/chat/written": NEWCOMERS_ALONE,
    "GET /{language}/chat/secret": NEWCOMERS_ALONE,
    "POST /{language}/chat/secret": NEWCOMERS_GUESS,
    "GET /{language}/chat/delete": NEWCOMERS_ALONE,
    "POST /{language}/chat/delete": NEWCOMERS_ALONE,
    "GET /{language}/chat/live": NEWCOMERS_SOCKET,
    "GET /desk/login/{token}": ANYBODY_READS,
    "POST /desk/login/{token}": ANYBODY_ACTS,
    "GET /desk": STAFF_READS,
    "GET /desk/live": STAFF_SOCKET,
    "GET /desk/help": STAFF_READS,
    "GET /desk/presence": STAFF_READS,
    "POST /desk/presence": STAFF_ACTS,
    "GET /desk/{act}": ANYBODY_IS_SENT,  # the address of an act, on to the page it belongs to, which then asks who
    "POST /desk/language": STAFF_ACTS,
    "POST /desk/logout": STAFF_ACTS,
    "POST /desk/end-all": STAFF_ACTS,
    "GET /desk/notices/{notice}/put-away": ANYBODY_IS_SENT,
    "POST /desk/notices/{notice}/put-away": STAFF_ACTS,
    "GET /desk/cases/{case}/claim": OFF_SHIFT_READS,
    "POST /desk/cases/{case}/claim": STAFF_CLAIMS,
    "GET /desk/cases/{case}": CLAIMER_READS,
    "GET /desk/cases/{case}/{act}": ANYBODY_IS_SENT,
    "POST /desk/cases/{case}/reply": CLAIMER_ACTS,
    "POST /desk/cases/{case}/take-back": CLAIMER_LACKS,  # nothing was said
    "POST /desk/cases/{case}/draft": CLAIMER_ACTS,
    "POST /desk/cases/{case}/release": CLAIMER_ACTS,
    "POST /desk/cases/{case}/not-advice": CLAIMER_ACTS,
    "POST /desk/cases/{case}/close": CLAIMER_ACTS,
    "GET /desk/hours": COORDINATOR_READS,
    "GET /desk/hours/propose": ANYBODY_IS_SENT,
    "POST /desk/hours/propose": COORDINATOR_ACTS,
    "GET /desk/hours/drafts/{draft}": COORDINATOR_READS,
    "GET /desk/hours/drafts/{draft}/{act}": ANYBODY_IS_SENT,
    "POST /desk/hours/drafts/{draft}/publish": COORDINATOR_ACTS,
    "POST /desk/hours/drafts/{draft}/drop": COORDINATOR_READS,  # answers with its form, filled in
    "GET /desk/hours/changes/{number}/undo": COORDINATOR_READS,
    "POST /desk/hours/changes/{number}/undo": COORDINATOR_ACTS,
    "GET /desk/hours/history": COORDINATOR_READS,
    "GET /desk/places": ANYBODY_IS_SENT,
    "POST /desk/places": COORDINATOR_ACTS,
    "GET /desk/places/{place}": COORDINATOR_READS,
    "POST /desk/places/{place}": COORDINATOR_ACTS,
    "GET /desk/volunteers": COORDINATOR_READS,
    "POST /desk/volunteers": COORDINATOR_READS,  # answers with the links, this once
    "GET /desk/volunteers/{person}": COORDINATOR_READS,
    "POST /desk/volunteers/{person}": COORDINATOR_ACTS,
    "GET /desk/volunteers/{person}/{act}": ANYBODY_IS_SENT,
    "POST /desk/volunteers/{person}/steps": COORDINATOR_ACTS,
    "POST /desk/volunteers/{person}/links": COORDINATOR_READS,
    "POST /desk/volunteers/{person}/enable": COORDINATOR_READS,
    "GET /desk/volunteers/{person}/end/{how}": COORDINATOR_READS,
    "POST /desk/volunteers/{person}/end/{how}": COORDINATOR_READS,  # answers with what came of it
    "GET /desk/volunteers/{person}/role/{role}": COORDINATOR_READS,
    "POST /desk/volunteers/{person}/role/{role}": COORDINATOR_ACTS,
    "GET /desk/me": STAFF_READS,
    "POST /desk/me": STAFF_ACTS,
    "GET /desk/me/moved": ANYBODY_IS_SENT,
    "POST /desk/me/moved": STAFF_ACTS,
    "GET /desk/me/leave": STAFF_READS,
    "POST /desk/me/leave": STAFF_READS,  # without a yes it only asks
    "GET /desk/shifts": STAFF_READS,
    "GET /desk/shifts/week": COORDINATOR_READS,
    "POST /desk/shifts/week": COORDINATOR_ACTS,
    "GET /desk/shifts/calendar": STAFF_READS,
    "POST /desk/shifts/calendar": STAFF_READS,  # answers with the address, this once
    "GET /desk/shifts/calendar/end": ANYBODY_IS_SENT,
    "POST /desk/shifts/calendar/end": STAFF_ACTS,
    "GET /desk/shifts/template": COORDINATOR_READS,
    "POST /desk/shifts/template": COORDINATOR_ACTS,
    "GET /desk/shifts/template/lines/{line}": ANYBODY_IS_SENT,
    "POST /desk/shifts/template/lines/{line}": COORDINATOR_ACTS,
    "GET /desk/shifts/template/lines/{line}/{act}": ANYBODY_IS_SENT,
    "POST /desk/shifts/template/lines/{line}/end": COORDINATOR_ACTS,
    "POST /desk/shifts/template/lines/{line}/back": COORDINATOR_LACKS,  # it has not been taken away
    "GET /desk/shifts/terms": ANYBODY_IS_SENT,
    "POST /desk/shifts/terms": COORDINATOR_ACTS,
    "GET /desk/shifts/terms/published/{term}": COORDINATOR_SENT,  # none is published
    "POST /desk/shifts/terms/published/{term}": COORDINATOR_LACKS,
    "GET /desk/shifts/terms/{draft}": COORDINATOR_READS,
    "GET /desk/shifts/terms/{draft}/{act}": ANYBODY_IS_SENT,
    "POST /desk/shifts/terms/{draft}/holidays": COORDINATOR_ACTS,
    "POST /desk/shifts/terms/{draft}/publish": COORDINATOR_ACTS,
    "POST /desk/shifts/terms/{draft}/drop": COORDINATOR_ACTS,
    "GET /desk/shifts/open/{gap}/ask": ANYBODY_IS_SENT,
    "POST /desk/shifts/open/{gap}/ask": STAFF_LACKS,  # no place of theirs is open
    "GET /desk/shifts/swaps/{swap}/{own}": ANYBODY_IS_SENT,
    "POST /desk/shifts/swaps/{swap}/yes": STAFF_LACKS,  # nobody has proposed one
    "POST /desk/shifts/swaps/{swap}/no": STAFF_LACKS,
    "GET /desk/shifts/standing/{standing}/end": ANYBODY_IS_SENT,
    "POST /desk/shifts/standing/{standing}/end": OTHERS_ALONE,  # answers with what came of it, this once
    "GET /desk/shifts/{shift}/swap": STAFF_READS,
    "POST /desk/shifts/{shift}/swap": STAFF_LACKS,  # nobody has that shift
    "GET /desk/shifts/{shift}/cant": STAFF_READS,
    "POST /desk/shifts/{shift}/cant": STAFF_ACTS,
    "GET /desk/shifts/{shift}/{own}": ANYBODY_IS_SENT,
    "POST /desk/shifts/{shift}/sign-up": STAFF_ACTS,
    "POST /desk/shifts/{shift}/leave": STAFF_ACTS,
    "POST /desk/shifts/{shift}/come": STAFF_ACTS,
    "POST /desk/shifts/{shift}/take": STAFF_ACTS,
    "POST /desk/shifts/{shift}/decline": STAFF_LACKS,  # nobody was asked
    "POST /desk/shifts/{shift}/every": STAFF_READS,  # answers with what came of it, this once
    "GET /desk/shifts/{shift}": COORDINATOR_READS,
    "GET /desk/shifts/{shift}/{act}": ANYBODY_IS_SENT,
    "POST /desk/shifts/{shift}/assign": COORDINATOR_ACTS,
    "POST /desk/shifts/{shift}/unassign": COORDINATOR_ACTS,
    "POST /desk/shifts/{shift}/cancel": COORDINATOR_ACTS,
    "POST /desk/shifts/{shift}/ask": COORDINATOR_ACTS,
    "GET /desk/undo": COORDINATOR_SENT,  # the newest is a change of the hours
    "POST /desk/undo": COORDINATOR_LACKS,
    "GET /desk/announce": COORDINATOR_READS,
    "POST /desk/announce": COORDINATOR_READS,  # answers with how many get it
    "GET /desk/announce/send": ANYBODY_IS_SENT,
    "POST /desk/announce/send": COORDINATOR_ACTS,
    "GET /healthz": ANYBODY_READS,
    "GET /readyz": ANYBODY_READS,
    "GET /metrics": ANYBODY_READS,  # the test asks from loopback; from elsewhere see below
    "POST /telegram/webhook": NOBODY_AT_ALL,
    "GET /static/{version}/{name}": ANYBODY_READS,
}
LINE = {"day": "1", "place": PLACE, "starts": "15:00", "ends": "18:00", "needed": "2"}
FORMS = {
    "/back": {"secret": "00000000"},
    "/consent": {"answer": "shared"},
    "/say": {"text": "Ett ord till"},
    "/draft": {"text": "Ett halvt ord"},
    "/chat/secret": {"secret": "00000000"},
    "/press": {"code": "tap:category:housing"},
    "/command": {"name": "status"},
    "/language": {"language": "en"},
    "/reply": {"text": "Så här gör du"},
    "/release": {"seen_seq": str(10**15)},
    "/not-advice": {"seen_seq": str(10**15)},
    "/close": {"seen_seq": str(10**15), "minutes": "15"},
    "/propose": {"verb": "extra", "place": PLACE, "first": "2090-01-02", "opens": "15:00", "closes": "16:00"},
    "/desk/places": {"name": "Lokalen"},
    "/undo": {"sure": "1"},
    "/desk/volunteers": {"alias": "Nour", "speaks": "ar"},
    "/{person}": {"speaks": "sv"},
    "/{how}": {"sure": "1"},
    "/{role}": {"sure": "1"},
    "/desk/me": {"speaks": "sv"},
    "/moved": {"answer": "yes"},
    "/shifts/week": {"place": PLACE, "day": "2090-01-02", "starts": "15:00", "ends": "18:00", "needed": "2"},
    "/shifts/template": LINE,
    "/lines/{line}": LINE,
    "/shifts/terms": {"first": "2090-01-02", "last": "2090-01-30"},
    "/swap": {"for": "1:1"},
    "/every": {"weeks": "1"},
    "/announce": {"to": "all", "text": "Ett ord till alla"},
    "/announce/send": {"to": "all", "text": "Ett ord till alla", "press": "1"},
}
FREE = ("/sign-up", "/take", "/assign", "/ask")  # on a shift that has room; the others are on the actor's own
PARTS_OF_ACTS = (("/drafts/", "publish"), ("/cases/", "reply"), ("/chat/", "say"))
PAGES = tuple(route for route in POLICY if route.startswith("GET") and "live" not in route)
ACTS = tuple(route for route in POLICY if route.startswith("POST") and "webhook" not in route)
# A thing that somebody else has is asked for by its number; who may not have it learns not even that it is there.
ALL_BUT_CLAIMER = tuple(actor for actor in ACTORS if actor != "claimer")
ALL_BUT_COORDINATOR = tuple(actor for actor in ACTORS if actor != "coordinator")
ALL_BUT_OTHER = ("nobody", "newcomer_a", "newcomer_b", "disabled")
NUMBERED = {
    "GET /desk/cases/{case}": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/reply": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/take-back": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/draft": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/release": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/not-advice": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/close": ALL_BUT_CLAIMER,
    "POST /desk/cases/{case}/claim": ("nobody", "newcomer_a", "newcomer_b", "disabled"),
    "POST /desk/notices/{notice}/put-away": ALL_BUT_CLAIMER,
    "GET /desk/hours/drafts/{draft}": ALL_BUT_COORDINATOR,
    "POST /desk/hours/drafts/{draft}/publish": ALL_BUT_COORDINATOR,
    "POST /desk/hours/drafts/{draft}/drop": ALL_BUT_COORDINATOR,
    "GET /desk/volunteers/{person}": ALL_BUT_COORDINATOR,
    "POST /desk/volunteers/{person}": ALL_BUT_COORDINATOR,
    "POST /desk/volunteers/{person}/steps": ALL_BUT_COORDINATOR,
    "POST /desk/volunteers/{person}/links": ALL_BUT_COORDINATOR,
    "POST /desk/volunteers/{person}/end/{how}": ALL_BUT_COORDINATOR,
    "GET /desk/volunteers/{person}/role/{role}": ALL_BUT_COORDINATOR,
    "POST /desk/volunteers/{person}/role/{role}": ALL_BUT_COORDINATOR,
    "GET /desk/shifts/{shift}": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/{shift}/assign": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/{shift}/unassign": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/{shift}/cancel": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/{shift}/ask": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/template/lines/{line}": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/template/lines/{line}/end": ALL_BUT_COORDINATOR,
    "GET /desk/shifts/terms/{draft}": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/terms/{draft}/publish": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/terms/{draft}/drop": ALL_BUT_COORDINATOR,
    "POST /desk/shifts/standing/{standing}/end": ALL_BUT_OTHER,
}


def name_of(method: str, path: str) -> str:
    """The route without the patterns of its parts."""
    named = PATTERN.sub(lambda found: "{" + found[1] + "}", path)
    return f"{method} {named}"


def path_for(route: str, scene: Scene, actor: str, number: int | None = None) -> str:
    """The address of the thing that the actor asks for: their own where they have one, else the claimer's."""
    path = route.partition(" ")[2]
    case = scene.queued[actor] if path.endswith("/claim") else scene.claimed
    values: dict[str, Callable[[], object]] = {
        "language": lambda: "sv",
        "token": lambda: scene.links[actor],
        "case": lambda: number or case,
        "notice": lambda: number or scene.notices.get(actor, scene.notices["claimer"]),
        "version": lambda: "v",
        "name": lambda: "exit.js",
        "place": lambda: PLACE,
        "draft": lambda: number or (scene.term if "/terms/" in path else scene.draft),
        "line": lambda: number or scene.line,
        "term": lambda: number or 1,
        "standing": lambda: number or scene.standing,
        "swap": lambda: number or 1,
        "number": lambda: scene.change,
        "person": lambda: number or scene.person_ids["other"],
        "how": lambda: "disable",
        "role": lambda: "coordinator",
        "gap": lambda: number or 1,
        "shift": lambda: number or (scene.free if path.endswith(FREE) else scene.shifts.get(actor, scene.free)),
        "own": lambda: "yes" if "/swaps/" in path else "sign-up",
        "act": lambda: (
            "publish"
            if "/drafts/" in path or "/terms/" in path
            else "end"
            if "/lines/" in path
            else "reply"
            if "/cases/" in path
            else "say"
            if "/chat/" in path
            else "steps"
            if "/volunteers/" in path
            else "assign"
            if "/shifts/" in path
            else "language"
        ),
    }
    return re.sub(r"{(\w+)}", lambda found: str(values[found[1]]()), path)


def form_for(route: str, actor: str, scene: Scene) -> dict[str, str] | None:
    if route.startswith("GET"):
        return None
    if route.endswith(("assign", "unassign")):  # the one is put on a shift, the other taken off their own
        whom = "other" if route.endswith("/assign") or actor not in scene.shifts else actor
        return {"person": str(scene.person_ids[whom])}
    code = {"code": f"47291{ACTORS.index(actor)}0"}  # each their own: tries are counted against a code
    return code | next((form for end, form in FORMS.items() if route.endswith(end)), {})


async def try_route(site: Site, scene: Scene, route: str, actor: str) -> str:
    """What comes of it when the actor takes the route."""
    method, path = route.partition(" ")[0], path_for(route, scene, actor)
    headers = scene.cookie(actor) | JSON
    if path.endswith("/live"):
        return await try_socket(site, path, headers)
    return said_by(await site.ask(method, path, headers, data=form_for(route, actor, scene)))


async def try_socket(site: Site, path: str, headers: dict[str, str]) -> str:
    try:
        async with site.socket(path, headers):
            return SOCKET
    except aiohttp.WSServerHandshakeError as refused:
        return str(refused.status)


def said_by(answer: Answer) -> str:
    code = answer.refusal if answer.status == 404 else ""
    return f"{answer.status} {code}".strip()


def test_every_route_stands_in_the_table() -> None:
    there = {name_of(route.method, route.path) for route in ROUTES}

    assert set(POLICY) == there


@pytest.mark.parametrize("route", POLICY)
async def test_a_route_is_taken_by_those_whom_the_table_names(site: Site, scene: Scene, route: str) -> None:
    expected = dict(zip(ACTORS, POLICY[route], strict=True))
    refused_first = sorted(ACTORS, key=lambda actor: not expected[actor].startswith(("403", "404")))
    before = everything(site.service)

    got, changed = {}, []
    for actor in refused_first:
        got[actor] = await try_route(site, scene, route, actor)
        if expected[actor].startswith(("403", "404")) and everything(site.service) != before:
            changed.append(actor)

    assert got == expected
    assert changed == []


async def test_asking_for_the_headers_alone_opens_no_other_door(site: Site, scene: Scene) -> None:
    got = {}
    for route in PAGES:
        answers = [
            await site.ask("HEAD", path_for(route, scene, actor), scene.cookie(actor) | JSON) for actor in ACTORS
        ]
        got[route] = [str(answer.status) for answer in answers]

    assert got == {route: [said.split()[0] for said in POLICY[route]] for route in PAGES}


@pytest.mark.parametrize("route", NUMBERED)
async def test_what_is_not_yours_is_answered_as_if_it_did_not_exist(site: Site, scene: Scene, route: str) -> None:
    theirs = scene.notices["claimer"] if "notice" in route else scene.draft if "draft" in route else scene.claimed
    if "{person}" in route:
        theirs = scene.person_ids["other"]
    theirs = scene.free if "{shift}" in route else theirs
    theirs = scene.term if "/terms/" in route else scene.line if "{line}" in route else theirs
    theirs = scene.standing if "{standing}" in route else theirs
    if route.endswith("/claim"):
        theirs = scene.queued["other"]
    clock.freeze(clock.now())
    for actor in NUMBERED[route]:  # a sign of life is noted once a minute, and this is the minute
        await refused_at_a_cost(site, scene, route, actor, "text/html", theirs + 1_000_003)
    before = everything(site.service)

    for actor, accept in product(NUMBERED[route], ("text/html", "application/json")):
        there = await refused_at_a_cost(site, scene, route, actor, accept, theirs)
        nothing = await refused_at_a_cost(site, scene, route, actor, accept, theirs + 1_000_003)

        assert there == nothing, (actor, accept)
    assert everything(site.service) == before


async def refused_at_a_cost(
    site: Site, scene: Scene, route: str, actor: str, accept: str, number: int
) -> tuple[Answer, int]:
    """The answer, with the number left out of it, and how many statements it took."""
    path, headers = path_for(route, scene, actor, number), scene.cookie(actor) | {"Accept": accept}
    with statements_counted(site.service) as seen:
        answer = await site.ask(route.partition(" ")[0], path, headers, data=form_for(route, actor, scene))
    return answer.without(number), len(seen)


async def test_the_words_of_a_case_are_on_the_pages_of_its_newcomer_and_its_claimer_alone(
    site: Site, scene: Scene
) -> None:
    readers = set()
    for actor in ACTORS:
        for route in PAGES:
            answer = await site.ask("GET", path_for(route, scene, actor), scene.cookie(actor))
            readers |= {(actor, route)} if WORDS_OF_A in answer.body else set()

    assert readers == {("newcomer_a", "GET /{language}/chat"), ("claimer", "GET /desk/cases/{case}")}


async def test_a_login_opens_only_the_door_it_was_made_for(site: Site, scene: Scene) -> None:
    as_staff = {"Cookie": f"{STAFF_COOKIE}={scene.tokens['newcomer_a']}"} | JSON
    as_newcomer = {"Cookie": f"{NEWCOMER_COOKIE}={scene.tokens['claimer']}"} | JSON
    before = everything(site.service)

    answers = [
        await site.ask("GET", "/desk", as_staff),
        await site.ask("GET", f"/desk/cases/{scene.claimed}", as_staff),
        await site.ask("POST", f"/desk/cases/{scene.queued['other']}/claim", as_staff),
        await site.ask("GET", "/sv/chat", as_newcomer),
        await site.ask("POST", "/sv/chat/say", as_newcomer, data={"text": "x"}),
        await site.ask("POST", "/sv/chat/delete", as_newcomer),
    ]

    assert [said_by(answer) for answer in answers] == [LOG_IN, LOG_IN, LOG_IN, ENDED, ENDED, ENDED]
    assert everything(site.service) == before


async def test_figures_behind_a_proxy_are_a_page_that_does_not_exist(site: Site) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.7"}

    figures = await site.ask("GET", "/metrics", forwarded)
    nothing = await site.ask("GET", "/metricz", forwarded)
    here = await site.ask("GET", "/metrics")

    assert (figures.status, here.status) == (404, 200)
    assert figures == nothing


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/sv/chat/say", "/sv/chat/consent", "/desk/language", "/nothing/here"])
@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "utf-16", "rot13", "latin-1"])
async def test_no_character_set_but_ours_is_decoded_whatever_is_asked_for(
    site: Site, scene: Scene, path: str, charset: str
) -> None:
    body = b"text=" + "😀".encode("punycode") * 20 + b"&answer=own&language=en"
    mine = scene.cookie("claimer" if path.startswith("/desk") else "newcomer_a") | JSON
    before = everything(site.service)

    refused = await site.ask("POST", path, mine | {"Content-Type": f"{FORM}; charset={charset}"}, data=body)
    after = everything(site.service)
    ours = await site.ask("POST", path, mine | {"Content-Type": f"{FORM}; charset=UTF-8"}, data=body)

    assert (refused.status, ours.status) == (403, 404 if path.startswith("/nothing") else 200)
    assert after == before


# Sockets: a browser always says where a page comes from, so this is what keeps another site's page out.

FOREIGN = (
    "null", "", "https://", "evil.example", "https://evil.example", "http://radrum.example",
    "http://radrum.example:80", "https://radrum.example:444", "https://radrum.example.evil.example",
    "https://evilradrum.example", "https://evil-radrum.example", "https://www.radrum.example",
    "https://desk.radrum.example", "https://radrum.example@evil.example", "https://evil.example/radrum.example",
    "https://evil.example#radrum.example", "https://evil.example?https://radrum.example",
    "https://radrum.example/", "https://radrum.example/desk", "https://radrum.example.", "https://radrum.examples",
    "wss://radrum.example", "ws://radrum.example", "HTTPS://RADRUM.EXAMPLE.EVIL.EXAMPLE", "file://",
    "chrome-extension://abcdefgh", "https://xn--radrum-dta.example", "https://radrum.example https://evil.example",
    "https://evil.example https://radrum.example", "https://radrum.example,https://evil.example",
    "http://localhost", "http://127.0.0.1", "http://127.0.0.1:8080", "http://[::1]", "https://127.0.0.1",
)  # fmt: skip


@pytest.mark.parametrize(("path", "who"), [("/desk/live", "claimer"), ("/sv/chat/live", "newcomer_a")])
async def test_a_socket_opens_for_our_own_pages_alone(
    place: Path, scene: Scene, catalogues: Catalogues, path: str, who: str
) -> None:
    async with served(place, catalogues, public_url=OURS) as site:
        mine = scene.cookie(who, "__Host-")
        # the client could also lie about the host it asked for, as a rebound name does
        tricks = [{"Origin": origin} for origin in FOREIGN]
        tricks += [{"Origin": f"http://{host}", "Host": host} for host in ("evil.example", "127.0.0.1:1", "localhost")]

        got = [(told, await try_socket(site, path, mine | told)) for told in tricks]
        without_origin = await missing_origin(site, path, mine)
        without_login = await try_socket(site, path, {"Origin": OURS})
        from_our_page = await try_socket(site, path, mine | {"Origin": OURS})

    assert [told for told, said in got if said != SHUT] == []
    assert (without_origin, without_login, from_our_page) == (SHUT, SHUT, SOCKET)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
async def test_on_loopback_a_name_that_was_turned_to_us_opens_no_socket(site: Site, scene: Scene, host: str) -> None:
    told = {"Origin": f"http://{host}", "Host": host}

    said = await try_socket(site, "/desk/live", scene.cookie("claimer") | told)

    assert said == SHUT


async def missing_origin(site: Site, path: str, headers: dict[str, str]) -> str:
    try:
        async with site.client.ws_connect(site.base + path, headers=headers):
            return SOCKET
    except aiohttp.WSServerHandshakeError as refused:
        return str(refused.status)
