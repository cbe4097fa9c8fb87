"""Every saying, in every way it can be said: made from the fields of its type, which are written down once.

A field of codes is given each of its codes, a truth both its values, what may be missing is once there and once not;
the rest looks as its type says. A saying whose fields belong together in another way says so itself in `WAYS`.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import EnumType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.cases import texts_naming
from bot.cases.texts import ClaimedByYou, MyCases
from bot.cases.texts_asked import OPTIONS_ON_A_SCREEN, AskTap
from bot.cases.texts_blocking import BlockedList, BlockedTold
from bot.cases.texts_closing import CloseCategory
from bot.cases.texts_duty import ShiftLeaves
from bot.cases.texts_naming import CaseUsage
from bot.cases.texts_relayed import RelayedWords
from bot.hours import guided
from bot.hours.texts import Hours
from bot.hours.texts_guided import HoursAsk
from bot.hours.texts_staff import EXAMPLES, HoursHistory, HoursPreview, HoursUsage
from bot.hours.texts_unasked import HolidayProposed
from bot.hours.told import ChangeTold, HoursTold, PastTold, SessionTold, ShiftTold, Weekday
from bot.intake.texts import NoConsent, NotAgreedAnew
from bot.intake.texts_dialogue import AskConsent, AskConsentFirst, AskLanguage, AskWaitingWords, ConsentChanged
from bot.intake.texts_ending import NothingToStop, Stopped
from bot.language.parts import Spoken, ToNewcomer, ToStaff
from bot.people.texts import NewDevice
from bot.places.places import PlaceRow
from bot.places.told import PlaceTold
from bot.roster.told import CoverTold, ShiftNamed, ShiftSeen
from bot.shifts.texts import ShiftReminder
from bot.shifts.texts_coordinator import EXAMPLES as SHIFT_EXAMPLES
from bot.shifts.texts_coordinator import ShiftUsage
from bot.shifts.texts_presence import AreYouHere
from bot.telling import table
from bot.trouble.texts import ClockDoubt
from bot.volunteers import texts_people
from bot.volunteers.texts import StaffLanguage
from bot.volunteers.texts_people import PeopleUsage
from models.buttons import CLOCK, CONSENT, DELETE_UNASKED, END_ALL, HELD, LANGUAGE
from models.buttons_duty import HERE
from models.buttons_hours import AND, EVERYWHERE, NOTHING
from models.buttons_shifts import COME
from models.hours import Door, Reason
from models.hours_change import Verb
from models.hours_dialogue import ORDER, Around, Draft, Step, Turn, advance, begin
from models.intake import PREFER_NOT_SAY, QUESTIONS
from models.saying import Like, Saying
from models.staffing import Grade

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LARGEST = 2**53
INSTANT, DAY, AT = datetime(2026, 1, 6, 12, 0, tzinfo=UTC), date(2026, 1, 12), time(13, 0)
# How it came to be said is no way of saying it.
_NOT_VARIED = ("reply_to", "part", "parts", "pressed")


def sayings(reader: type[Spoken] = Spoken) -> list[type[Spoken]]:
    """The types of everything that this kind of reader may read."""
    return [one for one in table.KNOWN.values() if issubclass(one, reader)]


def to_newcomers() -> list[type[Spoken]]:
    return sayings(ToNewcomer)


def to_staff() -> list[type[Spoken]]:
    return sayings(ToStaff)


def ways(saying: type[Saying]) -> list[Saying]:
    """It in every way it can be said, also once a button under it has been pressed."""
    told = WAYS[saying]() if saying in WAYS else _each_by_itself(saying)
    pressed = [replace(_whole(saying), pressed=code) for code in PRESSED.get(saying, ())]
    return _distinct([*told, *pressed])


def _each_by_itself(like: type[Any]) -> list[Any]:
    """It whole, and with each of its fields in every way, the others staying as they are."""
    whole = _whole(like)
    return _distinct([whole, *_varied(whole)])


def _whole(like: type[Any]) -> Any:
    """One with all its fields, each with the first thing that it may hold."""
    hints = get_type_hints(like, include_extras=True)
    wanted = (one for one in fields(like) if one.name not in _NOT_VARIED)
    return like(**{one.name: values_of(hints[one.name])[0] for one in wanted})


def _varied(whole: Any) -> Iterator[Any]:
    """The same with one field at a time holding each of the other things that it may hold, or left out."""
    hints = get_type_hints(type(whole), include_extras=True)
    for one in fields(whole):
        if one.name in _NOT_VARIED:
            continue
        for value in [*values_of(hints[one.name])[1:], *_default(one)]:
            yield replace(whole, **{one.name: value})


def _default(one: "Field[Any]") -> list[Any]:
    if one.default is not MISSING:
        return [one.default]
    return [one.default_factory()] if one.default_factory is not MISSING else []


def values_of(hint: Any) -> list[Any]:
    """What a field of this type may hold: every code, both truths, one text or number that looks like it."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        examples = [one.examples for one in inside[1:] if isinstance(one, Like)]
        return list(examples[0]) if examples else values_of(inside[0])
    if origin is Literal:
        return list(inside)
    if origin in (Union, types.UnionType):
        return [value for one in inside for value in values_of(one)]
    if origin is tuple:
        return _tuples(inside)
    if origin is not None and issubclass(origin, Mapping):
        return [{"sv": values_of(inside[1])[0]}]
    if isinstance(hint, EnumType):
        return list(hint)
    if is_dataclass(hint):
        return WAYS[hint]() if hint in WAYS else _each_by_itself(hint)
    return _PLAIN[hint]


def _tuples(inside: tuple[Any, ...]) -> list[Any]:
    if len(inside) == 2 and inside[1] is ...:
        values = values_of(inside[0])
        return [tuple(values[:3]), *((one,) for one in values[3:])]
    return [tuple(values_of(one)[0] for one in inside)]


_PLAIN: dict[Any, list[Any]] = {
    str: ["☺"], int: [LARGEST], bool: [True, False], float: [55.697], type(None): [None],
    datetime: [INSTANT], date: [DAY], time: [AT],
}  # fmt: skip


def _distinct(told: list[Any]) -> list[Any]:
    kept: list[Any] = []
    return [one for one in told if one not in kept and not kept.append(one)]


# Those whose fields belong together.

_LINERO = PlaceTold(code="linero", place="linero_library", address="Testgatan 2")
_SPANS = ((time(13), time(15, 30)), (time(16), time(18)))


def _ways_to_ask() -> list[AskTap]:
    """Every page of every optional question, and each with each of its answers given."""
    told = []
    for step, question in QUESTIONS.items():
        pages = -(-len(question.options) // OPTIONS_ON_A_SCREEN)
        told += [AskTap(step=step, page=page) for page in range(pages)]
        answers = (*question.options, PREFER_NOT_SAY)
        told += [AskTap(step=step, chosen=one, answered=f"{question.column}:{one}") for one in answers]
    return told


def _changes() -> list[ChangeTold]:
    """One of each verb, and those that are told in another way."""
    closed = ChangeTold(verb=Verb.CLOSE, places=("linero",), first=DAY, reason=Reason.HOLIDAY, at=(_LINERO,))
    new = PlaceTold(code="lokalen", names={"sv": "Lokalen"}, address="Testgatan 3")
    own_words = {"reason": Reason.OTHER, "texts": {"sv": "vi målar om"}}
    week = replace(closed, verb=Verb.WEEKLY, weekday=Weekday.MONDAY, spans=_SPANS, reason="")
    return [
        closed,
        replace(closed, last=date(2026, 1, 19), at=(_LINERO,) * 7, **own_words),
        week,
        replace(week, last=date(2026, 1, 19), spans=()),
        replace(closed, verb=Verb.TIMES, spans=_SPANS),
        replace(closed, verb=Verb.EXTRA, spans=_SPANS, reason=""),
        replace(closed, verb=Verb.USUAL, reason=""),
        replace(
            closed, verb=Verb.POPUP, spans=_SPANS[:1], reason="", partner="IK Eos", name="Lokalen",
            address="Testgatan 3", at=(new,),
        ),
    ]  # fmt: skip


def _hours(like: type[HoursTold]) -> list[Any]:
    return [*_each_by_itself(like), like(open=()), like(open=(), answering=True)]


def _previews() -> list[HoursPreview]:
    shift = ShiftTold(shift=1, place="linero", starts_at=INSTANT, ends_at=INSTANT + timedelta(hours=2))
    signed = [replace(shift, names=names) for names in (("Amina", "Kim"), (), *[("Bo",)] * 8)]
    return [
        HoursPreview(draft=LARGEST, told=told, shifts=tuple(signed[:shifts]), unstaffed=shifts != 1)
        for told in _changes()
        for shifts in (0, 1, len(signed))
    ]


def _histories() -> list[HoursHistory]:
    past = PastTold(number=7, at=INSTANT, alias="Karin", told=_changes()[0])
    made = [replace(past, told=told) for told in _changes()]
    by_command, taking_back = replace(past, undone=True, alias=None), replace(past, undoes=6)
    return [HoursHistory(entries=(*made, by_command, taking_back), newest=7), HoursHistory(entries=tuple(made)),
            HoursHistory()]  # fmt: skip


def _usages() -> list[HoursUsage]:
    refusal, values = "hours_word_unknown", {"value": "tjoho"}
    wrong = [
        HoursUsage(command=command, day=DAY, place="linero", refusal=refusal, values=values) for command in EXAMPLES
    ]
    return [*wrong, HoursUsage(command="popup", day=DAY, place="linero")]


def _people_usages() -> list[PeopleUsage]:
    names = tuple(texts_people.EXAMPLES)
    wrong = [PeopleUsage(command=name, refusal="no_such_volunteer", values={"alias": "Nour"}) for name in names]
    return [*wrong, *(PeopleUsage(command=name) for name in names)]


def _case_usages() -> list[CaseUsage]:
    names = tuple(texts_naming.EXAMPLES)
    wrong = [CaseUsage(command=name, refusal="block_none", values={"code": "4729135"}) for name in names]
    return [*wrong, *(CaseUsage(command=name) for name in names)]


def _blocked_lists() -> list[BlockedList]:
    return [BlockedList(), *(BlockedList(them=(one,)) for one in values_of(BlockedTold))]


def _asked() -> list[HoursAsk]:
    """Every question of every change, as it is put when what stands before it has been answered; each page of it."""
    codes = ("linero", *(f"place-{n}" for n in range(7)))
    keys = {"linero": "linero_library"}
    places = [PlaceRow(code, keys.get(code, ""), Door.VISIT, "", {}, None, None, None) for code in codes]
    around = Around(codes, codes, NOW.date())
    return [
        guided.question(LARGEST, step, draft, places, NOW.date(), page)
        for verb in ORDER
        for step, draft in _places_in(begin(verb), around)
        for page in range(2)
    ]


_ANSWERED: Mapping[Step, tuple[str, ...]] = {
    Step.PLACE: ("linero", EVERYWHERE), Step.WEEKDAY: ("0",), Step.DAY: ("20260112",), Step.OPENS: ("0800", NOTHING),
    Step.CLOSES: ("0830", "1930", "2000"), Step.OPENS_AGAIN: ("1930",), Step.CLOSES_AGAIN: ("2000",),
    Step.REASON: (NOTHING, AND), Step.SINCE: ("20260105", AND),
}  # fmt: skip


def _places_in(turn: Turn, around: Around) -> Iterator[tuple[Step, Draft]]:
    """Where a dialogue may stand: here, and wherever one of a few answers leads to."""
    if turn.step is None or turn.stale:
        return
    yield turn.step, turn.draft
    for answer in _ANSWERED[turn.step]:
        yield from _places_in(advance(turn.step, turn.draft, answer, around), around)


def _holidays() -> list[HolidayProposed]:
    name = {"sv": "Trettondedag jul", "en": "Epiphany"}
    return [HolidayProposed(day=DAY, name=name, sessions=tuple(values_of(SessionTold)))]


def _shift_names() -> list[ShiftNamed]:
    """In the afternoon at a library, and online over midnight."""
    linero = {"code": "linero", "place": "linero_library"}
    evening = INSTANT.replace(hour=21)
    return [
        ShiftNamed(**linero, shift=LARGEST, starts_at=INSTANT, ends_at=INSTANT + timedelta(hours=3)),
        ShiftNamed(code="online", shift=LARGEST, starts_at=evening, ends_at=evening + timedelta(hours=8)),
    ]


def _shifts_seen() -> list[ShiftSeen]:
    """Covered, partly and not at all: what belongs together."""
    linero, online = _shift_names()
    green, amber = CoverTold(grade=Grade.GREEN), CoverTold(grade=Grade.AMBER, missing=1, languages=("ar",))
    red = CoverTold(grade=Grade.RED, missing=3, no_experienced=True)
    return [
        ShiftSeen(**vars(linero), volunteers=("Amina", "Kim"), there=2, cover=green, is_coming=True),
        ShiftSeen(**vars(linero), volunteers=("Amina",), there=1, cover=amber, in_words="Nyckeln finns i disken"),
        ShiftSeen(**vars(online), needed=3, cover=red),
    ]


def _shift_usages() -> list[ShiftUsage]:
    refused = {"refusal": "hours_word_unknown", "values": {"value": "tjoho"}}
    commands = [ShiftUsage(command=command, day=DAY, place="linero") for command in SHIFT_EXAMPLES]
    wrong = [replace(one, **refused) for one in commands]
    return [*commands, *wrong, replace(wrong[0], shifts=tuple(values_of(ShiftSeen)[:2]))]


WAYS: Mapping[type, Callable[[], list[Any]]] = {
    ShiftNamed: _shift_names,
    ShiftSeen: _shifts_seen,
    ShiftUsage: _shift_usages,
    AskTap: _ways_to_ask,
    NoConsent: lambda: _hours(NoConsent),
    NotAgreedAnew: lambda: _hours(NotAgreedAnew),
    ChangeTold: _changes,
    Hours: lambda: _hours(Hours),
    HoursAsk: _asked,
    HoursPreview: _previews,
    HoursHistory: _histories,
    HoursUsage: _usages,
    HolidayProposed: _holidays,
    PeopleUsage: _people_usages,
    CaseUsage: _case_usages,
    BlockedList: _blocked_lists,
}
# What may be pressed under a message, where it says something else afterwards.
PRESSED: Mapping[type[Saying], tuple[str, ...]] = {
    AskLanguage: (LANGUAGE.code("fa"),),
    AskConsent: (CONSENT.code("yes"), CONSENT.code("no")),
    AskConsentFirst: (CONSENT.code("yes"), CONSENT.code("no")),
    ConsentChanged: (CONSENT.code("yes"), CONSENT.code("no")),
    AskWaitingWords: (HELD.code("send"), HELD.code("drop")),
    Stopped: (DELETE_UNASKED.code(),),
    NothingToStop: (DELETE_UNASKED.code(),),
    StaffLanguage: (LANGUAGE.code("en"),),
    NewDevice: (END_ALL.code(),),
    RelayedWords: ("over",),
    ClaimedByYou: ("over",),
    MyCases: ("over",),
    CloseCategory: ("left",),
    ClockDoubt: (CLOCK.code(1),),
    ShiftReminder: (COME.code(1),),
    AreYouHere: (HERE.code(1),),
    ShiftLeaves: ("over",),
}
