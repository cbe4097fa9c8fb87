"""Every button about being at work: here, for how long, off duty, and who takes a case that nobody has taken.

As in `buttons.py`, a code must not change: buttons stay in chats for weeks.
"""

from typing import Annotated, Literal, NamedTuple

from models.button import Button, Number
from models.buttons import Alone, OfCase
from models.buttons_shifts import OfShift

Page = Annotated[int, Number(3)]


class ForHours(NamedTuple):
    hours: Literal["1", "2", "3"]


class OfQueuePage(NamedTuple):
    page: Page


class Giving(NamedTuple):
    case: int
    person: int


HERE = Button("dh:{shift}", OfShift)
HERE_FOR = Button("df:{hours}", ForHours)
OFF_DUTY = Button("do", Alone)
QUEUE = Button("dq:{page}", OfQueuePage)
CLAIM_ANYWAY = Button("dm:{case}", OfCase)  # off shift: whoever is asked says yes by it
# Coordinators'.
WHO_IS_HERE = Button("dw:{case}", OfCase)
GIVE_CASE = Button("da:{case}:{person}", Giving)
