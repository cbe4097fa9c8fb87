"""Every button about people: a coordinator's on the card of a volunteer, and a volunteer's about themselves.

As in `buttons.py`, a code must not change. Each says what is to be, never "the other way round": pressed twice it means
the same.
"""

from typing import Annotated, Literal, NamedTuple

from models.button import Button, OneOf, Word
from models.buttons import Alone, Page
from models.buttons_hours import PlaceCode
from models.closing import Category
from models.people import Role
from models.volunteer import OnboardingStep

LANGUAGE_LETTERS = 3
PAUSE_WEEKS = ("1", "2", "4", "open")  # OPEN: until they say that they are back
OPEN = PAUSE_WEEKS[-1]


class OfPerson(NamedTuple):
    person: int


class PeoplePage(NamedTuple):
    page: Page


class StepTaken(NamedTuple):
    """`done`: whether the step is to count as taken."""

    person: int
    step: Annotated[str, OneOf(tuple(OnboardingStep))]
    done: bool


class Learning(NamedTuple):
    """`is_trainee`: whether they are to be one."""

    person: int
    is_trainee: bool


class Ending(NamedTuple):
    """`how`: access ends for now, or for good, without a name. Asked once."""

    person: int
    how: Literal["disable", "leave"]
    answer: Literal["ask", "yes", "no"]


class RoleGiven(NamedTuple):
    """The role that somebody is to have. Asked once."""

    person: int
    role: Annotated[str, OneOf((Role.VOLUNTEER, Role.COORDINATOR))]
    answer: Literal["ask", "yes", "no"]


class LeaveAnswer(NamedTuple):
    answer: Literal["yes", "no"]


class OwnView(NamedTuple):
    view: Literal["all", "speaks", "topics", "places", "pause", "name", "moved"]


class OwnLanguage(NamedTuple):
    language: Annotated[str, Word(LANGUAGE_LETTERS)]
    does: bool


class OwnTopic(NamedTuple):
    topic: Annotated[str, OneOf(tuple(Category))]
    does: bool


class OwnPlace(NamedTuple):
    place: PlaceCode
    does: bool


class OwnPause(NamedTuple):
    weeks: Annotated[str, OneOf(PAUSE_WEEKS)]


class OwnAnswer(NamedTuple):
    does: bool


class OwnMigration(NamedTuple):
    """`back`: what was said is taken back, and nothing of it is kept."""

    answer: Literal["yes", "no", "back"]


PEOPLE_PAGE = Button("vp:{page}", PeoplePage)
PERSON = Button("vc:{person}", OfPerson)
STEP = Button("vs:{person}:{step}:{done}", StepTaken)
TRAINEE = Button("vt:{person}:{is_trainee}", Learning)
NEW_LINKS = Button("vl:{person}", OfPerson)
END_ACCESS = Button("ve:{person}:{how}:{answer}", Ending)
GIVE_ACCESS = Button("vb:{person}", OfPerson)
ROLE = Button("vr:{person}:{role}:{answer}", RoleGiven)

OWN_VIEW = Button("me:{view}", OwnView)
OWN_LANGUAGE = Button("mel:{language}:{does}", OwnLanguage)
OWN_TOPIC = Button("met:{topic}:{does}", OwnTopic)
OWN_PLACE = Button("mep:{place}:{does}", OwnPlace)
OWN_PAUSE = Button("meu:{weeks}", OwnPause)
OWN_PAUSE_ENDS = Button("mee", Alone)
OWN_ASKED = Button("mea:{does}", OwnAnswer)
OWN_NAME = Button("men:{does}", OwnAnswer)
OWN_MIGRATION = Button("mem:{answer}", OwnMigration)
OWN_LEAVE = Button("lv:{answer}", LeaveAnswer)
