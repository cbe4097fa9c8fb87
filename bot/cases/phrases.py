"""The parts that sentences about a case are made of: when a person answers, and what else one can do until then.

It must not know which notice it is part of, nor load rows.
"""

from collections.abc import Mapping

from pydantic import TypeAdapter

from bot.hours.phrases import session_line
from bot.hours.told import SessionTold
from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, Params, instant, lines

_SESSION = TypeAdapter(SessionTold)


def promise_lines(words: Words, params: Params, facts: Facts) -> str:
    """When a person answers, as honestly as it is known, and what else one can do when that is late or unknown."""
    match params.get("promise"):
        case "soon":
            return words("promise_soon", n=int(str(params["minutes"])))
        case "queue":
            return words("queue_position", place=int(str(params["place"])))
        case "later":
            return words("promise_later", when=words.day_and_time(instant(params, "at"), facts.zone, now=facts.now))
        case "unknown":
            return lines(words("promise_unknown"), other_ways(words, params, facts))
        case _:
            return ""


def other_ways(words: Words, params: Params, facts: Facts) -> str:
    """The next session to come to, and how else to reach the service, as far as either is known."""
    contact = words("contact_line", contact=Ltr(facts.contact)) if facts.contact else ""
    return lines(visit_line(words, params, facts), contact)


def visit_line(words: Words, params: Params, facts: Facts) -> str:
    """The next session to come to, if one is planned."""
    session = params.get("session")
    if not isinstance(session, Mapping) or not session:
        return ""
    return words("come_to_session", session=session_line(words, _SESSION.validate_python(session), facts))
