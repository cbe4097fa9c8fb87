"""Every button of what coordinators do with any case, of a case that is to come back, and of somebody in danger.

As in `buttons.py`, a code must not change: buttons stay in chats for weeks. Each says what is to be done, so that one
pressed twice means the same.
"""

from typing import Annotated, Literal, NamedTuple

from models.block import BlockReason, BlockSpan
from models.button import Button, OneOf
from models.buttons import OfCase
from models.reasons import WhyBack, WhyClosed

Span = Annotated[str, OneOf(tuple(BlockSpan))]


class BlockFor(NamedTuple):
    case: int
    span: Span


class BlockBecause(NamedTuple):
    case: int
    span: Span
    reason: Annotated[str, OneOf(tuple(BlockReason))]


class OfNewcomer(NamedTuple):
    newcomer: int


BLOCK = Button("bk:{case}", OfCase)
BLOCK_FOR = Button("bks:{case}:{span}", BlockFor)
BLOCK_BECAUSE = Button("bkr:{case}:{span}:{reason}", BlockBecause)
LIFT = Button("bkl:{newcomer}", OfNewcomer)


# Of whoever has a case.

DANGER = Button("dg:{case}", OfCase)
NUMBERS = Button("dgn:{case}", OfCase)


# Of any case, a coordinator's. `answer`: asked once; then why, or "yes" for another reason.


class PutBack(NamedTuple):
    case: int
    answer: Annotated[str, OneOf(("ask", "yes", *WhyBack))]


class Ends(NamedTuple):
    case: int
    answer: Annotated[str, OneOf(("ask", "yes", *WhyClosed))]


class GivenTo(NamedTuple):
    case: int
    person: int


CASE_SHOW = Button("oc:{case}", OfCase)
CASE_WHO = Button("ocw:{case}", OfCase)
CASE_GIVE = Button("ocg:{case}:{person}", GivenTo)
CASE_RELEASE = Button("ocr:{case}:{answer}", PutBack)
CASE_CLOSE = Button("occ:{case}:{answer}", Ends)


# Of a case that is to come back: whoever has it, and its newcomer.


class OfFollowUp(NamedTuple):
    follow_up: int


class FollowUpAnswer(NamedTuple):
    answer: Literal["yes", "no"]
    follow_up: int


FOLLOW_UP_ASK = Button("fua:{follow_up}", OfFollowUp)
FOLLOW_UP_DROP = Button("fud:{follow_up}", OfFollowUp)
FOLLOW_UP_MAY = Button("fuc:{answer}:{follow_up}", FollowUpAnswer)
