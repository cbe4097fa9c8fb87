"""Every button about a case between two people: keeping it, handing it over, its notes.

As in `buttons.py`, a code must not change: buttons stay in chats for weeks.
"""

from typing import Annotated, Literal, NamedTuple

from models.button import Button, Word

Until = Literal["2h", "noon", "shift"]
TWO_HOURS: Until = "2h"
NOON: Until = "noon"
NEXT_SHIFT: Until = "shift"


class Keeping(NamedTuple):
    """`until`: for how long from the press on; "noon": of the day after, "shift": the presser's next one."""

    case: int
    until: Until


class OfCase(NamedTuple):
    case: int


class ToPerson(NamedTuple):
    case: int
    person: int


class ToSpeaker(NamedTuple):
    case: int
    language: Annotated[str, Word(8)]


class OfHandOver(NamedTuple):
    hand_over: int


KEEP = Button("keep:{case}:{until}", Keeping)
NOTES = Button("notes:{case}", OfCase)
HAND_OVER = Button("ho:{case}", OfCase)
HAND_TO = Button("hop:{case}:{person}", ToPerson)
HAND_TO_SPEAKER = Button("hol:{case}:{language}", ToSpeaker)
READ_NOTE = Button("hor:{hand_over}", OfHandOver)
ACCEPT = Button("hoa:{hand_over}", OfHandOver)
REFUSE = Button("hon:{hand_over}", OfHandOver)
HAND_BACK = Button("hob:{hand_over}", OfHandOver)
CLAIM_MORE = Button("claimall:{case}", OfCase)
