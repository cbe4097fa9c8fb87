"""From shifts to what the desk's pages about them show, in the sentences that Telegram has.

It must not load a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

from bot.engine import clock
from bot.language.i18n import Foreign, Ltr, Words
from bot.language.parts import ToStaff
from bot.language.textshape import without_bidi_controls
from bot.people.people import LANGUAGES_SPOKEN
from bot.places.places import PlaceRow
from bot.roster import signing
from bot.roster.told import ShiftNamed, ShiftSeen
from bot.service import Service
from bot.shifts.phrases import (
    cover_words,
    done_line,
    language_in_sentence,
    language_name,
    languages_text,
    names_text,
    note_text,
    place_of,
    shift_name,
    who_text,
    why_lines,
)
from bot.shifts.texts import CantDone, FreeShifts, MyShifts
from bot.shifts.texts_announce import AnnounceSure
from bot.shifts.texts_coverage import Gap, ShiftCoverage, best_text, language_line, place_line
from bot.shifts.whole import WholeShift
from handlers.web.desk.hours.view import name_of, visits_first
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, several_lines, spoken, words_for
from models.buttons_shifts import REASONS
from models.shift import ONLINE

Shown = Mapping[str, object]
A_DAY = timedelta(days=1)
DONE = {"signed_up": "shift_signed_up", "left": "shift_left", "declined": "shift_ask_declined"}


def said(request: web.Request, saying: ToStaff) -> Markup:
    """What Telegram would say, without its buttons."""
    service = request.app[SERVICE]
    return several_lines(saying.said(words_for(request), service.facts(clock.now())).text)


def done_told(service: Service, words: Words, told: str, shift: ShiftNamed) -> str:
    """What has just been done with the shift; nothing of what is no such act."""
    return inline(words(DONE[told], shift=shift_name(words, shift, service.facts(clock.now())))) if told in DONE else ""


def mine_shown(service: Service, words: Words, mine: MyShifts) -> list[Shown]:
    """The reader's shifts, each with whom, and whether it may be left without a word."""
    facts = service.facts(clock.now())
    return [
        {
            **_seen(service, words, one),
            "coming": words("shift_is_coming") if one.is_coming else "",
            "may_leave": signing.may_leave(one.starts_at, facts.now),
            "has_begun": one.starts_at <= facts.now,
        }
        for one in mine.shifts
    ]


def gone_shown(service: Service, words: Words, gone: Sequence[CantDone]) -> list[Shown]:
    """Places that the reader could not keep, and how many may be asked."""
    facts = service.facts(clock.now())
    return [
        {
            "place": one.open_place,
            "name": inline(shift_name(words, one.shift, facts)),
            "text": several_lines(one.said(words, facts).text),
            "ask": words("stand_in_ask", n=one.fitting) if one.fitting else "",
        }
        for one in gone
    ]


def free_shown(service: Service, words: Words, free: FreeShifts) -> Shown:
    """Shifts that the reader could take; or why there are none."""
    facts = service.facts(clock.now())
    return {
        "why": several_lines(why_lines(words, free.why, facts)) if free.why else "",
        "next": free.next_page,
        "shifts": [_seen(service, words, one) for one in free.shifts],
    }


def _named(service: Service, words: Words, shift: ShiftNamed) -> dict[str, object]:
    return {"id": shift.shift, "name": inline(shift_name(words, shift, service.facts(clock.now())))}


def _seen(service: Service, words: Words, shift: ShiftSeen) -> dict[str, object]:
    """A shift, who is on it, what it lacks, and the note about it."""
    return {
        **_named(service, words, shift),
        "who": inline(who_text(words, shift)),
        "grade": shift.cover.grade if shift.cover else "",
        "cover": inline(cover_words(words, shift.cover)) if shift.cover else "",
        "note": inline(note_text(words, shift)),
    }


# The week.


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """A day and its shifts, by their beginning."""

    iso: str
    name: Markup
    is_today: bool
    shifts: list[Shown]


def week_shown(
    service: Service, words: Words, monday: date, those: Sequence[ShiftSeen], today: date
) -> list[DayOfWeek]:
    """Seven days; a shift over midnight stands on the day on which it begins, or on the Monday it reaches into."""
    zone = service.store.zone
    days: dict[date, list[Shown]] = {monday + timedelta(days=n): [] for n in range(7)}
    for one in those:
        day = max(clock.office_day(one.starts_at, zone), monday)
        days[day].append(_on_a_day(words, one, zone, day))
    return [DayOfWeek(day.isoformat(), inline(words.short_day(day)), day == today, on) for day, on in days.items()]


def _on_a_day(words: Words, shift: ShiftSeen, zone: ZoneInfo, day: date) -> Shown:
    there = words("shift_there", there=shift.there, needed=shift.needed)
    return {
        "id": shift.shift,
        "times": inline(_times(words, shift, zone, day)),
        "place": inline(place_of(words, shift)),
        "grade": shift.cover.grade if shift.cover else "",
        "cover": inline(cover_words(words, shift.cover)) if shift.cover else "",
        "there": inline(there),
        "names": inline(names_text(words, shift.volunteers)) if shift.volunteers else "",
        "note": inline(note_text(words, shift)),
    }


def _times(words: Words, shift: ShiftNamed, zone: ZoneInfo, day: date) -> str:
    """From when to when, by the wall clock; with the day where that is not the one it stands on, or the night after."""
    begins, ends = (at.astimezone(zone) for at in (shift.starts_at, shift.ends_at))
    before = f"{words.short_day(begins.date())} " if begins.date() < day else ""
    if shift.ends_at - shift.starts_at < A_DAY:
        return before + Ltr(f"{begins:%H:%M}–{ends:%H:%M}")
    return f"{before}{begins:%H:%M}–{words.short_day(ends.date())} {ends:%H:%M}"


def coverage_shown(service: Service, words: Words, told: ShiftCoverage, askable: Mapping[int, int]) -> Shown:
    """How the coming days are covered: by place, by language, and each gap with who would fill it best."""
    return {
        "title": heading(words("coverage_title" if told.shifts else "coverage_none", n=told.days)),
        "lines": [inline(place_line(words, one)) for one in told.places]
        + [inline(language_line(words, one)) for one in told.languages],
        "gaps": [_gap(service, words, one, askable.get(one.shift.shift, 0)) for one in told.gaps],
        "is_all_green": bool(told.shifts) and not told.gaps,
        "more": inline(words("shifts_more", n=told.more)) if told.more else "",
    }


def _gap(service: Service, words: Words, gap: Gap, may_ask: int) -> Shown:
    cover = gap.shift.cover
    return {
        **_named(service, words, gap.shift),
        "grade": cover.grade if cover else "",
        "cover": inline(cover_words(words, cover)) if cover else "",
        "best": inline(best_text(words, gap)),
        "ask": words("stand_in_ask", n=may_ask) if may_ask else "",
    }


def week_title(words: Words, monday: date) -> Markup:
    """Which week it is."""
    number = Ltr(str(monday.isocalendar().week))
    return heading(words("shifts_of_week", week=number, first=words.short_day(monday)))


def heading(said: str) -> Markup:
    """A sentence that a list follows, as the heading above that list."""
    return inline(said.removesuffix(":").removesuffix("."))


def place_choices(words: Words, known: Sequence[PlaceRow]) -> list[tuple[str, str]]:
    """Pairs of a code and a name; online first, for that is where most is done."""
    there = [(place.code, name_of(words, place)) for place in visits_first(known) if place.code != ONLINE]
    return [(ONLINE, str(words("shift_online"))), *there]


def language_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a code and a name, of what volunteers may speak."""
    return [(code, str(language_name(words, code))) for code in LANGUAGES_SPOKEN]


# One shift.


def whole_shown(service: Service, words: Words, told: WholeShift) -> Shown:
    """One shift with all that a coordinator decides by."""
    facts, shift = service.facts(clock.now()), told.shift
    code, in_words = told.reason
    reason = Foreign(in_words) if in_words else words(f"reason_{code}") if code else ""
    return {
        **_named(service, words, shift),
        "grade": shift.cover.grade if shift.cover else "",
        "cover": inline(cover_words(words, shift.cover)) if shift.cover else "",
        "there": inline(words("shift_there", there=shift.there, needed=shift.needed)),
        "wants": inline(words("shift_wants", languages=languages_text(words, told.wants))) if told.wants else "",
        "note": inline(note_text(words, shift)),
        "on_it": told.on_it,
        "fit": told.fit,
        "others": [several_lines(why_lines(words, one, facts)) for one in told.others],
        "ask": words("stand_in_ask", n=told.may_ask) if told.may_ask else "",
        "asked": words("stand_in_asked", n=told.asked) if told.asked else "",
        "nobody": words("shift_nobody_fits") if shift.there < shift.needed and not told.fit else "",
        "is_open": not told.is_cancelled and not told.is_over,
        "ended": words("shift_why_cancelled" if told.is_cancelled else "shift_why_over"),
        "reason": inline(words("reason_line", reason=reason)) if told.is_cancelled and reason else "",
        "is_cancelled": told.is_cancelled,
        "told": inline(words("shift_cancel_told", n=shift.there)),
        "week": clock.office_day(shift.starts_at, service.store.zone).isoformat(),
        "changes": [inline(done_line(words, one.verb, one.by, one.at, facts, whom=one.whom)) for one in told.changes],
    }


def reason_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a code and what stands in the list."""
    named = [(str(reason), str(words(f"reason_{reason}"))) for reason in REASONS]
    return [(code, label[:1].upper() + label[1:]) for code, label in named]


def to_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a code and whom words to many are for: those who speak a language."""
    return [(code, str(words("desk_announce_speak", language=language_in_sentence(words, code))))
            for code in LANGUAGES_SPOKEN]  # fmt: skip


def shift_choices(service: Service, words: Words, those: Sequence[ShiftNamed]) -> list[tuple[int, str]]:
    """Pairs of a shift and its name."""
    facts = service.facts(clock.now())
    return [(one.shift, without_bidi_controls(shift_name(words, one, facts))) for one in those]


def announce_shown(service: Service, words: Words, sure: AnnounceSure) -> Shown:
    """To whom words go and how many that is, the words, and what the button says."""
    told = sure.told(words, service.facts(clock.now()), "announce_sure", n=sure.count)
    return {"to": inline(told), "words": spoken(sure.in_words), "send": words("announce_send", n=sure.count)}
