"""Every button about a case between two people: keeping it, handing it over, its notes.

As in `buttons.py`, a code must not change: buttons stay in chats for weeks.
"""

from typing import Literal, NamedTuple

from models.button import Button

Until = Literal["2h", "noon", "shift"]
TWO_HOURS: Until = "2h"
NOON: Until = "noon"
NEXT_SHIFT: Until = "shift"


class Keeping(NamedTuple):
    """`until`: for how long from the press on; "noon": of the day after, "shift": the presser's next one."""

    case: int
    until: Until


KEEP = Button("keep:{case}:{until}", Keeping)
