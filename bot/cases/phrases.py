"""The parts that sentences about a case are made of: when a person answers, what else one can do until then, and a case
in one line.

It must not know which notice it is part of, nor load rows.
"""

from datetime import datetime
from typing import Protocol

from bot.cases.told import Promised, PromiseKind
from bot.hours.phrases import session_line
from bot.hours.told import SessionTold
from bot.language.i18n import Ltr, Plain, Words
from bot.language.parts import Facts, answer_label, lines


class OneLine(Protocol):
    """What a line about a case says of it."""

    @property
    def language(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...


def promise_lines(words: Words, promised: Promised, facts: Facts) -> str:
    """When a person answers, as honestly as it is known, and what else one can do when that is late or unknown."""
    match promised:
        case Promised(promise=PromiseKind.SOON, minutes=int(minutes)):
            return words("promise_soon", n=minutes)
        case Promised(promise=PromiseKind.QUEUE, place=int(place)):
            within = words("promise_soon", n=promised.minutes) if promised.minutes is not None else ""
            return lines(words("queue_position", place=place), within)
        case Promised(promise=PromiseKind.LATER, at=datetime() as at):
            return words("promise_later", when=words.day_and_time(at, facts.zone, now=facts.now))
        case Promised(promise=PromiseKind.UNKNOWN):
            return lines(words("promise_unknown"), other_ways(words, promised.session, facts))
        case _:
            return ""


def overdue_lines(words: Words, promised: Promised, facts: Facts) -> str:
    """As `promise_lines`, once what had been promised has passed: minutes are not promised again to who has waited."""
    if promised.promise not in (PromiseKind.SOON, PromiseKind.QUEUE):
        return promise_lines(words, promised, facts)
    place = words("queue_position", place=promised.place) if promised.place is not None else ""
    return lines(place, words("promise_late"), other_ways(words, promised.session, facts))


def other_ways(words: Words, session: SessionTold | None, facts: Facts) -> str:
    """The next session to come to, and how else to reach the service, as far as either is known."""
    contact = words("contact_line", contact=Ltr(facts.contact)) if facts.contact else ""
    return lines(visit_line(words, session, facts), contact)


def visit_line(words: Words, session: SessionTold | None, facts: Facts) -> str:
    """The next session to come to, if one is planned."""
    return words("come_to_session", session=session_line(words, session, facts)) if session else ""


def card_line(words: Words, case: OneLine) -> Plain:
    """A case in one line: language, channel, category, as far as they are given. Never words."""
    language = words(f"language_{case.language}") if case.language else ""
    channel = words(f"ch_{case.channel}") if case.channel else ""
    category = answer_label(words, "category", case.category) if case.category else ""
    return Plain(" · ".join(part for part in (language, channel, category) if part))
