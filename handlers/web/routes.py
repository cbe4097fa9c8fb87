"""The web: newcomers' chat, the volunteers' desk, public pages, probes, and the way in for Telegram's updates.

Owns the table of routes, each with the policy that says who may take it, and puts the application together.
It starts nothing: `bot/app.py` does.
"""

from dataclasses import dataclass
from functools import cache

from aiohttp import web

from bot.service import Service
from handlers.web.chat import back, chat, endings, presence, secret
from handlers.web.desk import any_case, between, case, danger, desk, duty, follow_up, offered, overview
from handlers.web.desk.hours import pages, places
from handlers.web.desk.people import own
from handlers.web.desk.people import pages as volunteers
from handlers.web.desk.shifts import (
    announce,
    calendar,
    one,
    questions,
    standing,
    swapping,
    template,
    term_off,
    terms,
    undo,
    week,
)
from handlers.web.desk.shifts import own as own_shifts
from handlers.web.doors import live, probes, webhook
from handlers.web.doors.lookout import LOOKOUT, Lookout
from handlers.web.frame import static
from handlers.web.frame.admission import Handler, admit
from handlers.web.frame.keys import SERVICE, WEBHOOK, Webhook
from handlers.web.frame.limits import LIMITS, Limits
from handlers.web.frame.middlewares import (
    LARGEST_BODY,
    WEBHOOK_PATH,
    acts_come_from_our_pages,
    add_safe_headers,
    refusals_are_told,
)
from handlers.web.frame.policy import Policy
from handlers.web.frame.room import ROOM, room_here
from handlers.web.frame.slow_hashes import SLOW_HASHES, SlowHashes
from handlers.web.frame.sockets import SOCKETS, Sockets
from handlers.web.frame.static import ASSETS
from handlers.web.frame.turns import PROBE_TURNS, TURNS, Turns
from handlers.web.frame.view import PAGES, Pages
from handlers.web.pages import feed, hours, poster, public
from models.people import Language

_LANGUAGE = f"/{{language:{'|'.join(Language)}}}"
_CASE = r"/desk/cases/{case:\d{1,18}}"
_ANY_CASE = r"/desk/overview/cases/{case:\d{1,18}}"
_DRAFT = r"/desk/hours/drafts/{draft:\d{1,18}}"
_PERSON = r"/desk/volunteers/{person:\d{1,18}}"
_SHIFT = r"/desk/shifts/{shift:\d{1,18}}"
_LINE = r"/desk/shifts/template/lines/{line:\d{1,18}}"
_TERM = r"/desk/shifts/terms/{draft:\d{1,18}}"
_PLACE = "/desk/places/{place:[a-z0-9-]{1,16}}"


@dataclass(frozen=True, slots=True)
class Route:
    """A way in: who may take it, and what happens then."""

    method: str
    path: str
    policy: Policy
    handler: Handler


ROUTES = (
    Route("GET", "/", Policy.PUBLIC, public.picker),
    Route("GET", _LANGUAGE, Policy.PUBLIC, public.home),
    Route("GET", _LANGUAGE + "/hours", Policy.PUBLIC, hours.show),
    Route("GET", _LANGUAGE + "/hours/embed", Policy.PUBLIC, hours.embed),
    Route("GET", _LANGUAGE + "/hours/share", Policy.PUBLIC, hours.share),
    Route("GET", "/hours.ics", Policy.PUBLIC, hours.calendar),
    Route("GET", "/hours/{place:[a-z0-9-]{1,16}}.ics", Policy.PUBLIC, hours.calendar),
    Route("GET", "/hours.json", Policy.PUBLIC, hours.feed),
    Route("GET", "/shifts/{token:[A-Za-z0-9_-]{20,64}}.ics", Policy.PUBLIC, feed.shifts),
    Route("GET", "/poster", Policy.PUBLIC, poster.print_page),
    Route("GET", "/poster.pdf", Policy.PUBLIC, poster.pdf),
    Route("GET", _LANGUAGE + "/help", Policy.PUBLIC, public.helplines),
    Route("GET", _LANGUAGE + "/questions", Policy.PUBLIC, public.questions),
    Route("GET", _LANGUAGE + "/privacy", Policy.PUBLIC, public.privacy),
    Route("GET", _LANGUAGE + "/deleted", Policy.PUBLIC, public.deleted),
    Route("GET", _LANGUAGE + "/closed", Policy.PUBLIC, public.closed),
    Route("GET", _LANGUAGE + "/back", Policy.PUBLIC, back.show),
    Route("POST", _LANGUAGE + "/back", Policy.PUBLIC, back.come_back),
    Route("GET", _LANGUAGE + "/chat", Policy.PUBLIC, chat.show),
    Route("GET", _LANGUAGE + f"/chat/{{act:{'|'.join(chat.ACTS_ALONE)}}}", Policy.PUBLIC, chat.back_to_chat),
    Route("GET", _LANGUAGE + "/chat/no", Policy.PUBLIC, chat.no_consent),
    Route("POST", _LANGUAGE + "/chat/consent", Policy.PUBLIC, chat.consent),
    Route("POST", _LANGUAGE + "/chat/leave", Policy.PUBLIC, endings.leave),
    Route("POST", _LANGUAGE + "/chat/close", Policy.PUBLIC, endings.close),
    Route("GET", _LANGUAGE + "/chat/closing", Policy.NEWCOMER, endings.ask_close),
    Route("POST", _LANGUAGE + "/chat/say", Policy.NEWCOMER, chat.say),
    Route("POST", _LANGUAGE + "/chat/press", Policy.NEWCOMER, chat.press),
    Route("POST", _LANGUAGE + "/chat/command", Policy.NEWCOMER, chat.command),
    Route("POST", _LANGUAGE + "/chat/here", Policy.NEWCOMER, presence.here),
    Route("GET", _LANGUAGE + "/chat/draft", Policy.NEWCOMER, presence.draft),
    Route("POST", _LANGUAGE + "/chat/draft", Policy.NEWCOMER, presence.keep_draft),
    Route("POST", _LANGUAGE + "/chat/written", Policy.NEWCOMER, presence.written),
    Route("GET", _LANGUAGE + "/chat/secret", Policy.NEWCOMER, secret.ask),
    Route("POST", _LANGUAGE + "/chat/secret", Policy.NEWCOMER, secret.make),
    Route("GET", _LANGUAGE + "/chat/delete", Policy.NEWCOMER, endings.confirm_delete),
    Route("POST", _LANGUAGE + "/chat/delete", Policy.NEWCOMER, endings.delete),
    Route("GET", _LANGUAGE + "/chat/live", Policy.NEWCOMER, live.chat),
    Route("GET", "/desk/login/{token:[A-Za-z0-9_-]{20,64}}", Policy.PUBLIC, desk.ask_log_in),
    Route("POST", "/desk/login/{token:[A-Za-z0-9_-]{20,64}}", Policy.PUBLIC, desk.log_in),
    Route("GET", "/desk", Policy.STAFF, desk.show),
    Route("GET", "/desk/live", Policy.STAFF, live.desk),
    Route("GET", "/desk/help", Policy.STAFF, desk.help_page),
    Route("GET", "/desk/presence", Policy.STAFF, desk.time_left),
    Route("POST", "/desk/presence", Policy.STAFF, desk.still_here),
    Route("GET", "/desk/{act:language|logout|end-all|on-duty|off-duty}", Policy.PUBLIC, desk.look),
    Route("POST", "/desk/language", Policy.STAFF, desk.speak),
    Route("POST", "/desk/on-duty", Policy.STAFF, duty.come),
    Route("POST", "/desk/off-duty", Policy.STAFF, duty.go),
    Route("POST", "/desk/logout", Policy.STAFF, desk.log_out),
    Route("POST", "/desk/end-all", Policy.STAFF, desk.end_all),
    Route("GET", r"/desk/notices/{notice:\d{1,18}}/put-away", Policy.PUBLIC, desk.look),
    Route("POST", r"/desk/notices/{notice:\d{1,18}}/put-away", Policy.STAFF, desk.put_away),
    Route("GET", _CASE + "/claim", Policy.STAFF, desk.ask_claim),
    Route("POST", _CASE + "/claim", Policy.STAFF, desk.claim),
    Route("GET", _CASE, Policy.CLAIMER, case.show),
    Route("GET", _CASE + "/{act:reply|draft|take-back|release|not-advice|close}", Policy.PUBLIC, case.look),
    Route("GET", _CASE + "/{between:keep|note|hand-over|hand-back}", Policy.PUBLIC, case.look),
    Route("POST", _CASE + "/reply", Policy.CLAIMER, case.reply),
    Route("POST", _CASE + "/take-back", Policy.CLAIMER, case.take_back),
    Route("POST", _CASE + "/draft", Policy.CLAIMER, case.keep_draft),
    Route("POST", _CASE + "/release", Policy.CLAIMER, case.release),
    Route("POST", _CASE + "/not-advice", Policy.CLAIMER, case.not_advice),
    Route("POST", _CASE + "/close", Policy.CLAIMER, case.close),
    Route("POST", _CASE + "/keep", Policy.CLAIMER, between.keep),
    Route("POST", _CASE + "/note", Policy.CLAIMER, between.note),
    Route("POST", _CASE + "/hand-over", Policy.CLAIMER, between.hand_over),
    Route("POST", _CASE + "/hand-back", Policy.CLAIMER, between.hand_back),
    Route("GET", r"/desk/hand-overs/{hand_over:\d{1,18}}", Policy.STAFF, offered.show),
    Route("GET", r"/desk/hand-overs/{hand_over:\d{1,18}}/{act:accept|refuse}", Policy.PUBLIC, offered.look),
    Route("POST", r"/desk/hand-overs/{hand_over:\d{1,18}}/accept", Policy.STAFF, offered.accept),
    Route("POST", r"/desk/hand-overs/{hand_over:\d{1,18}}/refuse", Policy.STAFF, offered.refuse),
    Route("GET", _CASE + "/danger", Policy.STAFF, danger.show),
    Route("POST", _CASE + "/danger", Policy.STAFF, danger.flag),
    Route("GET", _CASE + "/numbers", Policy.PUBLIC, danger.look),
    Route("POST", _CASE + "/numbers", Policy.STAFF, danger.send_numbers),
    Route("GET", _CASE + "/follow-up", Policy.CLAIMER, follow_up.show),
    Route("POST", _CASE + "/follow-up", Policy.CLAIMER, follow_up.save),
    Route("GET", _CASE + "/{day:set-day|no-follow-up}", Policy.PUBLIC, follow_up.look),
    Route("POST", _CASE + "/set-day", Policy.CLAIMER, follow_up.begin),
    Route("POST", _CASE + "/no-follow-up", Policy.CLAIMER, follow_up.drop),
    Route("GET", "/desk/overview", Policy.COORDINATOR, overview.show),
    Route("POST", "/desk/overview", Policy.COORDINATOR, overview.find),
    Route("GET", r"/desk/overview/unblock/{newcomer:\d{1,18}}", Policy.PUBLIC, overview.look),
    Route("POST", r"/desk/overview/unblock/{newcomer:\d{1,18}}", Policy.COORDINATOR, overview.lift),
    Route("GET", _ANY_CASE, Policy.COORDINATOR, any_case.show),
    Route("GET", _ANY_CASE + "/{act:give|release|close|block}", Policy.PUBLIC, any_case.look),
    Route("POST", _ANY_CASE + "/give", Policy.COORDINATOR, any_case.give),
    Route("POST", _ANY_CASE + "/release", Policy.COORDINATOR, any_case.release),
    Route("POST", _ANY_CASE + "/close", Policy.COORDINATOR, any_case.close),
    Route("POST", _ANY_CASE + "/block", Policy.COORDINATOR, any_case.block),
    Route("GET", "/desk/hours", Policy.COORDINATOR, pages.show),
    Route("GET", "/desk/hours/propose", Policy.PUBLIC, pages.look),
    Route("POST", "/desk/hours/propose", Policy.COORDINATOR, pages.propose),
    Route("GET", _DRAFT, Policy.COORDINATOR, pages.show_draft),
    Route("GET", _DRAFT + "/{act:publish|drop}", Policy.PUBLIC, pages.look_at_draft),
    Route("POST", _DRAFT + "/publish", Policy.COORDINATOR, pages.publish),
    Route("POST", _DRAFT + "/drop", Policy.COORDINATOR, pages.drop),
    Route("GET", r"/desk/hours/changes/{number:\d{1,18}}/undo", Policy.COORDINATOR, pages.ask_undo),
    Route("POST", r"/desk/hours/changes/{number:\d{1,18}}/undo", Policy.COORDINATOR, pages.undo),
    Route("GET", "/desk/hours/history", Policy.COORDINATOR, pages.history),
    Route("GET", "/desk/places", Policy.PUBLIC, pages.look),
    Route("POST", "/desk/places", Policy.COORDINATOR, places.add),
    Route("GET", _PLACE, Policy.COORDINATOR, places.show),
    Route("POST", _PLACE, Policy.COORDINATOR, places.save),
    Route("GET", "/desk/volunteers", Policy.COORDINATOR, volunteers.show),
    Route("POST", "/desk/volunteers", Policy.COORDINATOR, volunteers.invite),
    Route("GET", _PERSON, Policy.COORDINATOR, volunteers.show_one),
    Route("POST", _PERSON, Policy.COORDINATOR, volunteers.save),
    Route("GET", _PERSON + "/{act:steps|links|enable}", Policy.PUBLIC, volunteers.look),
    Route("POST", _PERSON + "/steps", Policy.COORDINATOR, volunteers.tick),
    Route("POST", _PERSON + "/links", Policy.COORDINATOR, volunteers.new_links),
    Route("POST", _PERSON + "/enable", Policy.COORDINATOR, volunteers.let_in),
    Route("GET", _PERSON + "/end/{how:disable|leave}", Policy.COORDINATOR, volunteers.ask_end),
    Route("POST", _PERSON + "/end/{how:disable|leave}", Policy.COORDINATOR, volunteers.end),
    Route("GET", _PERSON + "/role/{role:volunteer|coordinator}", Policy.COORDINATOR, volunteers.ask_role),
    Route("POST", _PERSON + "/role/{role:volunteer|coordinator}", Policy.COORDINATOR, volunteers.give_role),
    Route("GET", "/desk/me", Policy.STAFF, own.show),
    Route("POST", "/desk/me", Policy.STAFF, own.save),
    Route("GET", "/desk/me/moved", Policy.PUBLIC, own.look),
    Route("POST", "/desk/me/moved", Policy.STAFF, own.say_moved),
    Route("GET", "/desk/me/leave", Policy.STAFF, own.ask_leave),
    Route("POST", "/desk/me/leave", Policy.STAFF, own.leave),
    Route("GET", "/desk/shifts", Policy.STAFF, own_shifts.show),
    Route("GET", "/desk/shifts/week", Policy.COORDINATOR, week.show),
    Route("POST", "/desk/shifts/week", Policy.COORDINATOR, week.add),
    Route("GET", "/desk/shifts/calendar", Policy.STAFF, calendar.show),
    Route("POST", "/desk/shifts/calendar", Policy.STAFF, calendar.make),
    Route("GET", "/desk/shifts/calendar/end", Policy.PUBLIC, calendar.look),
    Route("POST", "/desk/shifts/calendar/end", Policy.STAFF, calendar.end),
    Route("GET", "/desk/shifts/template", Policy.COORDINATOR, template.show),
    Route("POST", "/desk/shifts/template", Policy.COORDINATOR, template.add),
    Route("GET", _LINE, Policy.PUBLIC, template.look),
    Route("POST", _LINE, Policy.COORDINATOR, template.change),
    Route("GET", _LINE + "/{act:end|back}", Policy.PUBLIC, template.look),
    Route("POST", _LINE + "/end", Policy.COORDINATOR, template.end),
    Route("POST", _LINE + "/back", Policy.COORDINATOR, template.put_back),
    Route("GET", "/desk/shifts/terms", Policy.PUBLIC, template.look),
    Route("POST", "/desk/shifts/terms", Policy.COORDINATOR, template.propose),
    Route("GET", r"/desk/shifts/terms/published/{term:\d{1,18}}", Policy.COORDINATOR, term_off.show),
    Route("POST", r"/desk/shifts/terms/published/{term:\d{1,18}}", Policy.COORDINATOR, term_off.cancel),
    Route("GET", _TERM, Policy.COORDINATOR, terms.show),
    Route("GET", _TERM + "/{act:holidays|publish|drop}", Policy.PUBLIC, terms.look),
    Route("POST", _TERM + "/holidays", Policy.COORDINATOR, terms.holidays),
    Route("POST", _TERM + "/publish", Policy.COORDINATOR, terms.publish),
    Route("POST", _TERM + "/drop", Policy.COORDINATOR, terms.drop),
    Route("GET", r"/desk/shifts/open/{gap:\d{1,18}}/ask", Policy.PUBLIC, own_shifts.look),
    Route("POST", r"/desk/shifts/open/{gap:\d{1,18}}/ask", Policy.STAFF, own_shifts.ask_stand_in),
    Route("GET", r"/desk/shifts/swaps/{swap:\d{1,18}}/{own:yes|no}", Policy.PUBLIC, own_shifts.look),
    Route("POST", r"/desk/shifts/swaps/{swap:\d{1,18}}/yes", Policy.STAFF, questions.swap_yes),
    Route("POST", r"/desk/shifts/swaps/{swap:\d{1,18}}/no", Policy.STAFF, questions.swap_no),
    Route("GET", r"/desk/shifts/standing/{standing:\d{1,18}}/end", Policy.PUBLIC, own_shifts.look),
    Route("POST", r"/desk/shifts/standing/{standing:\d{1,18}}/end", Policy.STAFF, standing.end),
    Route("GET", _SHIFT + "/swap", Policy.STAFF, swapping.show),
    Route("POST", _SHIFT + "/swap", Policy.STAFF, swapping.propose),
    Route("GET", _SHIFT + "/cant", Policy.STAFF, own_shifts.ask_cant),
    Route("POST", _SHIFT + "/cant", Policy.STAFF, own_shifts.cant),
    Route("GET", _SHIFT + "/{own:sign-up|leave|come|take|decline|every}", Policy.PUBLIC, own_shifts.look),
    Route("POST", _SHIFT + "/sign-up", Policy.STAFF, own_shifts.sign_up),
    Route("POST", _SHIFT + "/leave", Policy.STAFF, own_shifts.leave),
    Route("POST", _SHIFT + "/come", Policy.STAFF, own_shifts.come),
    Route("POST", _SHIFT + "/take", Policy.STAFF, questions.take),
    Route("POST", _SHIFT + "/decline", Policy.STAFF, questions.decline),
    Route("POST", _SHIFT + "/every", Policy.STAFF, standing.begin),
    Route("GET", _SHIFT, Policy.COORDINATOR, one.show),
    Route("GET", _SHIFT + "/{act:assign|unassign|cancel|ask}", Policy.PUBLIC, one.look),
    Route("POST", _SHIFT + "/assign", Policy.COORDINATOR, one.assign),
    Route("POST", _SHIFT + "/unassign", Policy.COORDINATOR, one.unassign),
    Route("POST", _SHIFT + "/cancel", Policy.COORDINATOR, one.cancel),
    Route("POST", _SHIFT + "/ask", Policy.COORDINATOR, one.ask),
    Route("GET", "/desk/undo", Policy.COORDINATOR, undo.show),
    Route("POST", "/desk/undo", Policy.COORDINATOR, undo.undo),
    Route("GET", "/desk/announce", Policy.COORDINATOR, announce.show),
    Route("POST", "/desk/announce", Policy.COORDINATOR, announce.check),
    Route("GET", "/desk/announce/send", Policy.PUBLIC, announce.look),
    Route("POST", "/desk/announce/send", Policy.COORDINATOR, announce.send),
    Route("GET", "/healthz", Policy.PROBE, probes.healthz),
    Route("GET", "/readyz", Policy.PROBE, probes.readyz),
    Route("GET", "/metrics", Policy.PROBE, probes.metrics),
    Route("POST", WEBHOOK_PATH, Policy.TELEGRAM, webhook.receive),
    Route("GET", "/static/{version}/{name}", Policy.PUBLIC, static.file),
)


def make_app(service: Service, *, webhook: Webhook | None = None) -> web.Application:
    """The application, ready to be served.

    `webhook`: what an update's bytes are handed to; it returns the status to answer. None: there is no webhook.
    """
    app = web.Application(middlewares=[refusals_are_told, acts_come_from_our_pages], client_max_size=LARGEST_BODY)
    assets = static.own_files()
    app[SERVICE], app[ASSETS], app[PAGES], app[WEBHOOK] = service, assets, Pages(service, assets), webhook
    app[LIMITS], app[ROOM] = Limits(service.settings.trusted_proxies), room_here()
    app[SOCKETS] = Sockets(of_address=app[ROOM].sockets_of_address, in_all=app[ROOM].sockets)
    app[LOOKOUT] = Lookout(service, app[SOCKETS])
    app[TURNS], app[PROBE_TURNS], app[SLOW_HASHES] = Turns(), Turns(), SlowHashes()
    for resource in _resources(ROUTES):
        app.router.register_resource(resource)
    app.on_response_prepare.append(add_safe_headers)
    app.on_shutdown.append(live.close_all)
    app.on_cleanup.append(app[SLOW_HASHES].close)
    return app


@cache
def _resources(table: tuple[Route, ...]) -> tuple[web.AbstractResource, ...]:
    """The table in aiohttp's words. No application is in it, and tests make hundreds of them."""
    router = web.UrlDispatcher()
    for route in table:
        handler = admit(route.policy, route.handler)
        if route.method == "GET":
            router.add_get(route.path, handler)  # answers HEAD as well
        else:
            router.add_route(route.method, route.path, handler)
    return tuple(router.resources())
