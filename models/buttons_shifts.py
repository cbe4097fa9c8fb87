"""Every button about shifts: taking one, not being able to come, standing in, and a coordinator's week.

As in `buttons.py`, a code must not change: buttons stay in chats for weeks. The dialogue that adds a shift has the
buttons of all dialogues.
"""

from datetime import date
from typing import Annotated, Literal, NamedTuple

from models.button import Button, Number, OneOf
from models.buttons import Alone
from models.hours import Reason
from models.shift_dialogue import Plan

OWN_WORDS, NO_REASON = "own", "none"
REASONS = (Reason.ILLNESS, Reason.LIBRARY_CLOSED, Reason.HOLIDAY)  # those that a button offers
Page = Annotated[int, Number(3)]


class OfShift(NamedTuple):
    shift: int


class OfFreePage(NamedTuple):
    page: Page


class OfOpenPlace(NamedTuple):
    open_place: int


class OfWeek(NamedTuple):
    day: date


class Assigning(NamedTuple):
    shift: int
    person: int


class Picked(NamedTuple):
    deed: Literal["a", "u", "c", "s"]
    shift: int
    person: int


class Cancelling(NamedTuple):
    shift: int
    reason: Annotated[str, OneOf((OWN_WORDS, NO_REASON, *REASONS))]


class OfLine(NamedTuple):
    line: int
    stays: bool


class OfDeedPage(NamedTuple):
    deed: Literal["a", "u", "c", "s"]
    page: Page


class Planning(NamedTuple):
    plan: Annotated[str, OneOf((Plan.LINE, Plan.TERM))]


class OfDraft(NamedTuple):
    draft: int


class Holidays(NamedTuple):
    draft: int
    included: bool


class Every(NamedTuple):
    shift: int
    weeks: Literal["1", "2"]


class OfStanding(NamedTuple):
    standing: int


class Swapping(NamedTuple):
    shift: int
    other: int
    person: int


class OfSwap(NamedTuple):
    swap: int


class UndoAnswer(NamedTuple):
    number: int
    answer: Literal["yes", "no"]


class TermOffAnswer(NamedTuple):
    number: int
    answer: Literal["ask", "yes", "no"]  # "yes": without a reason


class TermOffWhy(NamedTuple):
    number: int
    reason: Annotated[str, OneOf(REASONS)]


FREE = Button("sf:{page}", OfFreePage)
SIGN_UP = Button("su:{shift}", OfShift)
LEAVE_SHIFT = Button("sl:{shift}", OfShift)
CANT = Button("sc:{shift}", OfShift)
CANT_YES = Button("sy:{shift}", OfShift)
COME = Button("sk:{shift}", OfShift)
ASK_STAND_IN = Button("sa:{open_place}", OfOpenPlace)
TAKE_PLACE = Button("st:{shift}", OfShift)
TAKE_NOT = Button("sn:{shift}", OfShift)
FEED_NEW = Button("sfn", Alone)
FEED_END = Button("sfe", Alone)
# Coordinators'.
SHIFTS_OF_WEEK = Button("sw:{day}", OfWeek)
SHOW_SHIFT = Button("sh:{shift}", OfShift)
ASSIGN = Button("sas:{shift}:{person}", Assigning)
ASK_THEM = Button("saq:{shift}", OfShift)
PICK_SHIFT = Button("spk:{deed}:{shift}:{person}", Picked)
CANCEL_SHIFT = Button("sx:{shift}:{reason}", Cancelling)
KEEP_SHIFT = Button("sxk:{shift}", OfShift)
COVERAGE = Button("scv", Alone)
PICK_PAGE = Button("spm:{deed}:{page}", OfDeedPage)
OWN_REASON = Button("sxw:{shift}", OfShift)
ANNOUNCE = Button("san", Alone)
ANNOUNCE_NOT = Button("sann", Alone)
# The usual week, a term, and what comes again every week.
BEGIN_PLAN = Button("tn:{plan}", Planning)
WEEK_LINE = Button("tl:{line}:{stays}", OfLine)
WITH_HOLIDAYS = Button("tr:{draft}:{included}", Holidays)
PUBLISH_TERM = Button("tp:{draft}", OfDraft)
DROP_TERM = Button("td:{draft}", OfDraft)
EVERY_WEEKS = Button("se:{shift}:{weeks}", Every)
END_STANDING = Button("sxe:{standing}", OfStanding)
SWAP_MINE = Button("wm:{shift}", OfShift)
SWAP_WITH = Button("ww:{shift}:{other}:{person}", Swapping)
SWAP_YES = Button("wy:{swap}", OfSwap)
SWAP_NO = Button("wn:{swap}", OfSwap)
UNDO_SHIFT = Button("szu:{number}:{answer}", UndoAnswer)
TERM_OFF = Button("tx:{number}:{answer}", TermOffAnswer)
TERM_OFF_WHY = Button("txr:{number}:{reason}", TermOffWhy)
