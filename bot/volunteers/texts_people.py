"""What coordinators are told of volunteers: invitations, the list, the card; and volunteers of how they stand.

Its parts are in `phrases_people.py`, what a volunteer says of themself in `texts_own.py`. It must not load rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from bot.engine.errors import BadInput
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, refusal_text, rows_of, ticked
from bot.volunteers.phrases_people import (
    languages_text,
    pause_text,
    places_text,
    state_text,
    step_name,
    steps_lines,
    topics_text,
)
from bot.volunteers.told import FEWEST_SUMMED, VolunteerTold
from models.buttons_people import (
    END_ACCESS,
    GIVE_ACCESS,
    NEW_LINKS,
    PEOPLE_PAGE,
    PERSON,
    ROLE,
    STEP,
    TRAINEE,
)
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import Role
from models.saying import Like, Name
from models.volunteer import OnboardingStep

EXAMPLES = {
    "invite": "people_example_invite",
    "volunteers": "people_example_volunteers",
    "pause": "people_example_pause",
}
VOLUNTEERS_ON_A_PAGE = 10
Rows = tuple[tuple[Choice, ...], ...]
Ends = Literal["disable", "leave"]
StaffRole = Annotated[Role, Like((Role.VOLUNTEER, Role.COORDINATOR))]


# Invitations.


@dataclass(frozen=True, kw_only=True)
class VolunteerInvited(ToStaff):
    """Somebody is invited; the message that follows is for them. `again`: they had links before, which still count."""

    kind: ClassVar = Notice.VOLUNTEER_INVITED
    alias: Name
    hours: Annotated[int, Like((72,))] = 72
    again: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        first = "volunteer_new_links" if self.again else "volunteer_invited"
        told = words(first, alias=Foreign(self.alias)), words("volunteer_forward", n=self.hours)
        begin = "" if self.again else words("volunteer_begins_when", command=Ltr(f"/volunteers {self.alias}"))
        return Prompt(lines(*told, begin))


@dataclass(frozen=True, kw_only=True)
class InvitationLinks(ToStaff):
    """What is passed on to who is invited. `sealed_as`: what their two tokens are sealed for, the desk's and the
    chat's; the row keeps them until it has been sent."""

    kind: ClassVar = Notice.INVITATION_LINKS
    person: int
    alias: Name
    until: datetime
    sealed_as: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not facts.secret:
            return Prompt(words("invitation_gone"))
        desk, _, chat = facts.secret.partition(" ")
        links = invitation_lines(words, facts, desk, chat)
        until = words.day_and_time(self.until, facts.zone)
        hello = words("invitation_hello", alias=Foreign(self.alias))
        return Prompt(lines(hello, *links, words("invitation_ends", time=until)))


def invitation_lines(words: Words, facts: Facts, desk: str, chat: str) -> list[str]:
    """The two doors of somebody invited, each opening once: the bot, where there is one, and the desk."""
    to_desk = words("invitation_desk"), Ltr(f"{facts.public_url}/desk/login/{desk}")
    if facts.bot_name and chat:
        return [words("invitation_telegram"), Ltr(f"https://t.me/{facts.bot_name}?start={chat}"), *to_desk]
    if facts.has_telegram and chat:
        return [words("invitation_telegram_typed"), Ltr(f"/start {chat}"), *to_desk]
    return list(to_desk)


@dataclass(frozen=True, kw_only=True)
class PeopleUsage(ToStaff):
    """How a command is written, with a line that would be understood. `refusal`, `values`: what was not understood of
    what was typed; none after a command that only needs words."""

    kind: ClassVar = Notice.PEOPLE_USAGE
    command: Annotated[str, Like(tuple(EXAMPLES))]
    refusal: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict)

    def said(self, words: Words, facts: Facts) -> Prompt:
        how = words(f"people_how_{self.command}")
        why = refusal_text(words, self.refusal, self.values, facts.zone) if self.refusal else how
        return Prompt(lines(why, words("hours_usage", example=words(EXAMPLES[self.command]))))


def usage(command: str, refusal: BadInput) -> PeopleUsage:
    """What was not understood of such a line, and one that would be."""
    values = {key: value if isinstance(value, int) else str(value) for key, value in refusal.values.items()}
    return PeopleUsage(command=command, refusal=refusal.code, values=values)


# Volunteers, as coordinators see them.


@dataclass(frozen=True, kw_only=True)
class VolunteerList(ToStaff):
    """Everybody on the staff, a page at a time. `migrated`: how many say that they have; None: too few to be told."""

    kind: ClassVar = Notice.VOLUNTEER_LIST
    them: tuple[VolunteerTold, ...] = ()
    page: int = 0
    more: bool = False
    migrated: Annotated[int | None, Like((3, None))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        today = facts.now.astimezone(facts.zone).date()
        listed = [
            words(
                "volunteer_line", alias=Foreign(one.alias), state=state_text(words, one, today),
                languages=languages_text(words, one.speaks),
            )
            for one in self.them
        ]  # fmt: skip
        summed = migrated_line(words, self.migrated)
        buttons = [Choice(PERSON.code(one.person), Plain(one.alias)) for one in self.them]
        pairs = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
        pages = [Choice(PEOPLE_PAGE.code(self.page + 1), words("people_more"))] if self.more else []
        if self.page:
            pages.insert(0, Choice(PEOPLE_PAGE.code(self.page - 1), words("people_back")))
        text = lines(words("volunteers_title"), *listed, summed)
        return Prompt(text, (*pairs, *((tuple(pages),) if pages else ())))


def migrated_line(words: Words, migrated: int | None) -> str:
    """How many have said that they have migrated; nothing where it would name them."""
    return words("volunteers_migrated", count=migrated) if migrated and migrated >= FEWEST_SUMMED else ""


@dataclass(frozen=True, kw_only=True)
class VolunteerCard(ToStaff):
    """One of them. `asks`: whether access is to end, for now or for good; `asks_role`: whether they are to have this
    role. `freed` and `given_up`: with the access that
    has just ended, so many cases wait again and so many shifts lack somebody."""

    kind: ClassVar = Notice.VOLUNTEER_CARD
    told: VolunteerTold
    asks: Ends | None = None
    asks_role: StaffRole | None = None
    ended: bool = False
    freed: Annotated[int, Like((0, 2))] = 0
    given_up: Annotated[int, Like((0, 2))] = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.asks is not None:
            return self._asked(words, self.asks)
        if self.asks_role is not None:
            return self._asked_role(words, self.asks_role)
        ended = ended_lines(words, self.told.alias, self.freed, self.given_up) if self.ended else []
        return Prompt(
            lines(*ended, *card_lines(words, self.told, facts.now.astimezone(facts.zone).date())), self._choices(words)
        )

    def _asked(self, words: Words, how: Ends) -> Prompt:
        person = self.told.person
        yes = Choice(END_ACCESS.code(person, how, "yes"), words(f"volunteer_{how}"))
        no = Choice(END_ACCESS.code(person, how, "no"), words("no"))
        return Prompt(words(f"volunteer_{how}_sure", alias=Foreign(self.told.alias)), rows_of(yes, no))

    def _asked_role(self, words: Words, role: Role) -> Prompt:
        person = self.told.person
        yes = Choice(ROLE.code(person, role, "yes"), words(f"volunteer_make_{role}"))
        no = Choice(ROLE.code(person, role, "no"), words("no"))
        return Prompt(words(f"volunteer_make_{role}_sure", alias=Foreign(self.told.alias)), rows_of(yes, no))

    def _choices(self, words: Words) -> Rows:
        told, person = self.told, self.told.person
        if not told.enabled:
            back = Choice(GIVE_ACCESS.code(person), words("volunteer_enable"))
            return rows_of(back, Choice(END_ACCESS.code(person, "leave", "ask"), words("volunteer_leave")))
        taken = {one.step for one in told.steps}
        steps = [
            Choice(STEP.code(person, step, step not in taken), tick(step_name(words, step), step in taken))
            for step in (OnboardingStep if told.taken_over_on is None else ())
        ]
        trainee = Choice(TRAINEE.code(person, not told.is_trainee), tick(words("stands_trainee"), told.is_trainee))
        links = Choice(NEW_LINKS.code(person), words("volunteer_links"))
        other = Role.VOLUNTEER if told.role == Role.COORDINATOR else Role.COORDINATOR
        role = Choice(ROLE.code(person, other, "ask"), words(f"volunteer_make_{other}"))
        ends = [Choice(END_ACCESS.code(person, how, "ask"), words(f"volunteer_{how}")) for how in ("disable", "leave")]
        return (*rows_of(*steps), (trainee, links), (role,), tuple(ends))


@dataclass(frozen=True, kw_only=True)
class VolunteerLeft(ToStaff):
    """One of them has left for good; what became of their cases and shifts. `by_oneself`: nobody showed them out."""

    kind: ClassVar = Notice.VOLUNTEER_LEFT
    alias: Name
    freed: Annotated[int, Like((0, 2))] = 0
    given_up: Annotated[int, Like((0, 2))] = 0
    by_oneself: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.by_oneself:
            cases = [words("volunteer_cases_back", n=self.freed)] if self.freed else []
            shifts = [words("volunteer_shifts_left", n=self.given_up)] if self.given_up else []
            return Prompt(lines(words("volunteer_left_by_oneself", alias=Foreign(self.alias)), *cases, *shifts))
        return Prompt(lines(*left_lines(words, self.alias, self.freed, self.given_up)))


def card_lines(words: Words, told: VolunteerTold, today: date) -> list[str]:
    """Everything that is known of a volunteer and told to coordinators, one thought a line."""
    return [
        words("volunteer_card", alias=Foreign(told.alias), state=state_text(words, told, today)),
        *own_lines(words, told),
        "",
        *steps_lines(words, told),
    ]


def own_lines(words: Words, told: VolunteerTold) -> list[Plain]:
    """What a volunteer can do and when they are away."""
    return [
        words("profile_speaks", what=languages_text(words, told.speaks)),
        words("profile_topics", what=topics_text(words, told.topics)),
        words("profile_places", what=places_text(words, told.places)),
        words("profile_pause", what=pause_text(words, told.paused_from, told.paused_until)),
        words("profile_asked", what=words("yes" if told.may_be_asked else "no")),
    ]


def ended_lines(words: Words, alias: str, freed: int, given_up: int) -> list[Plain]:
    """What came of an access that has ended."""
    shifts = [words("volunteer_shifts_left", n=given_up)] if given_up else []
    return [words("cli_volunteer_disabled", n=freed, name=Foreign(alias)), *shifts]


def left_lines(words: Words, alias: str, freed: int, given_up: int) -> list[Plain]:
    """As `ended_lines`, of somebody who has left for good."""
    return [*ended_lines(words, alias, freed, given_up), words("volunteer_left", alias=Foreign(alias))]


def tick(label: Plain, is_so: bool) -> Plain:
    """What a button says whose answer is given already, or not yet."""
    return ticked(label) if is_so else label


# What volunteers are told.


@dataclass(frozen=True, kw_only=True)
class MayBegin(ToStaff):
    """The reader may take cases from now on; a trainee is introduced and still learns beside somebody."""

    kind: ClassVar = Notice.MAY_BEGIN
    is_trainee: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("may_begin_beside" if self.is_trainee else "may_begin"))


@dataclass(frozen=True, kw_only=True)
class LearnsBeside(OneSentence, ToStaff):
    """The reader is a trainee from now on."""

    kind: ClassVar = Notice.LEARNS_BESIDE
    sentence: ClassVar = "learns_beside"


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(OneSentence, ToStaff):
    """A coordinator has changed what is known of the reader."""

    kind: ClassVar = Notice.PROFILE_CHANGED
    sentence: ClassVar = "profile_changed"
