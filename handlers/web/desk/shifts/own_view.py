"""From what somebody is asked of shifts, and takes every time, to what their pages show, in the sentences of Telegram.

It must not load a row.
"""

from collections.abc import Sequence

from bot.engine import clock
from bot.hours.texts_unasked import SessionUnstaffed, close_label
from bot.hours.told import SessionTold
from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, ToStaff
from bot.roster.told import ShiftNamed
from bot.service import Service
from bot.shifts.phrases import shift_name
from bot.shifts.questions import Questions
from bot.shifts.texts import EVERY
from bot.shifts.texts_swap import SwapAsked, SwapOver, SwapWith
from bot.shifts.texts_term import Standing
from handlers.web.desk.shifts.view import Shown
from handlers.web.frame.view import inline, several_lines


def questions_shown(service: Service, words: Words, asked: Questions) -> Shown:
    """Each question as Telegram puts it, with what its buttons are about."""
    facts = service.facts(clock.now())
    return {
        "stand_in": [_about_shift(words, one, one.shift, facts) for one in asked.stand_in],
        "comes": [_about_shift(words, one, one.shift, facts) for one in asked.comes],
        "swaps": [_about_swap(words, one, facts) for one in asked.swaps],
        "proposed": [several_lines(one.said(words, facts).text) for one in asked.proposed],
        "unstaffed": [_about_session(words, one, facts) for one in asked.unstaffed],
        "count": len(asked.stand_in) + len(asked.comes) + len(asked.swaps) + len(asked.unstaffed),
    }


def _about_shift(words: Words, saying: ToStaff, shift: ShiftNamed, facts: Facts) -> Shown:
    named = inline(shift_name(words, shift, facts))
    return {"id": shift.shift, "name": named, "text": several_lines(saying.said(words, facts).text)}


def _about_swap(words: Words, asked: SwapAsked, facts: Facts) -> Shown:
    named = inline(shift_name(words, asked.gives, facts))
    return {"id": asked.swap, "name": named, "text": several_lines(asked.said(words, facts).text)}


def _about_session(words: Words, session: SessionTold, facts: Facts) -> Shown:
    asked = SessionUnstaffed(sessions=(session,), may_close=True)
    return {
        "place": session.code, "day": session.day.isoformat(), "close": inline(close_label(words, session)),
        "text": several_lines(asked.said(words, facts).text),
    }  # fmt: skip


def came_of(service: Service, words: Words, over: SwapOver | None) -> str:
    """How a swap stands."""
    return several_lines(over.said(words, service.facts(clock.now())).text) if over else ""


def every_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of how many weeks, and what the button says."""
    return [(weeks, words(f"standing_button_{weeks}")) for weeks in EVERY]


def standing_shown(service: Service, words: Words, those: Sequence[Standing]) -> list[Shown]:
    """What the reader takes every time."""
    facts = service.facts(clock.now())
    return [{"id": one.standing, "name": inline(one.named(words, facts))} for one in those]


def offers_shown(service: Service, words: Words, swap: SwapWith) -> Shown:
    """The reader's shift, and each that could be had for it."""
    facts = service.facts(clock.now())
    return {
        "id": swap.shift.shift,
        "title": inline(words("swap_with", shift=shift_name(words, swap.shift, facts))),
        "offers": [
            {
                "for": f"{one.shift.shift}:{one.person}",
                "name": inline(words("swap_offer", shift=shift_name(words, one.shift, facts), name=Foreign(one.alias))),
            }
            for one in swap.offers
        ],
    }
