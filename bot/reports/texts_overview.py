"""What coordinators read of how things stand, and of any one case: numbers, times and names, never words.

Owns what these sayings carry. It must not load rows, nor decide what is well (`lights.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from bot.cases.phrases import card_line
from bot.cases.texts import waited
from bot.cases.told import CaseTold, told_of
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of, shown_code
from bot.people.access import CaseRow
from bot.shifts.phrases import MARKS, names_text
from models.buttons_overview import BLOCK, CASE_CLOSE, CASE_GIVE, CASE_RELEASE, CASE_SHOW, CASE_WHO
from models.case import CaseStatus
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.reasons import WhyBack, WhyClosed
from models.saying import Carried, Like, Name
from models.staffing import Grade

BUTTONS_SHOWN = 6
ANOTHER = "yes"
Count = Annotated[int, Like((0, 1, 3))]


class What(StrEnum):
    """What is looked at, the gravest first."""

    DANGER = "danger"
    OVERDUE = "overdue"
    UNCLAIMED = "unclaimed"
    STALLED = "stalled"
    WAITING = "waiting"
    PRESENT = "present"
    COVERAGE = "coverage"
    UNRECORDED = "unrecorded"
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class LightTold(Carried):
    """One thing, how it stands and how many there are; `since`: the oldest, or the next. `names`: who is there;
    `absent`: who has a shift and is not."""

    what: What
    grade: Grade = Grade.GREEN
    n: Count = 0
    since: datetime | None = None
    names: tuple[Name, ...] = ()
    absent: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseSeen(CaseTold):
    """A case as a coordinator sees it: where it stands, who has it (`alias`), since when an answer is owed."""

    status: Annotated[CaseStatus, Like((CaseStatus.QUEUED, CaseStatus.CLAIMED, CaseStatus.CLOSED))]
    alias: Name | None = None
    since: datetime | None = None
    in_danger: bool = False

    @classmethod
    def of(cls, case: CaseRow, alias: str | None) -> Self:
        """The case, held by somebody of this name."""
        return cls(
            **told_of(case), status=CaseStatus(case.status), alias=alias, since=case.waiting_since,
            in_danger=case.flagged_at is not None,
        )  # fmt: skip


def light_line(words: Words, light: LightTold, facts: Facts) -> str:
    """One thing in one line: its colour, its colour's word, and what there is to say."""
    grade = words(f"light_{light.grade}")
    return Plain(f"{MARKS[light.grade]} {grade}: {light_text(words, light, facts)}")


def light_text(words: Words, light: LightTold, facts: Facts) -> str:
    """What there is to say of it, without its colour."""
    if light.what == What.PRESENT:
        there = words("light_present", names=names_text(words, light.names)) if light.names else ""
        absent = words("light_absent", names=names_text(words, light.absent)) if light.absent else ""
        there = there or words("light_nobody_due" if light.grade == Grade.GREEN else "light_nobody")
        return " ".join(filter(None, (there, absent)))
    said = words(f"light_{light.what}", light.n)
    if light.since is None or light.what == What.BLOCKED:
        return said
    if light.what == What.COVERAGE:
        return " ".join((said, words("light_next", when=words.day_and_time(light.since, facts.zone, now=facts.now))))
    return " ".join((said, words("light_oldest", how_long=waited(words, light.since, facts.now))))


def case_seen_line(words: Words, case: CaseSeen, facts: Facts) -> Plain:
    """A case in one line: its number, where it stands, who has it, how long somebody has waited."""
    status = words(f"status_of_{case.status}")
    parts = (
        shown_code(case.code), words("case_in_danger") if case.in_danger else "", status,
        Foreign(case.alias) if case.alias and case.status == CaseStatus.CLAIMED else "",
        waited(words, case.since, facts.now) if case.since else "", card_line(words, case),
    )  # fmt: skip
    return Plain(" · ".join(part for part in parts if part))


@dataclass(frozen=True, kw_only=True)
class OverviewShown(ToStaff):
    """How everything stands, and the cases to look at. `digest`: told in the morning because something is not well."""

    kind: ClassVar = Notice.OVERVIEW
    lights: tuple[LightTold, ...] = ()
    cases: tuple[CaseSeen, ...] = ()
    digest: bool = False

    @property
    def is_all_green(self) -> bool:
        return all(light.grade == Grade.GREEN for light in self.lights)

    def said(self, words: Words, facts: Facts) -> Prompt:
        shown = [one for one in self.lights if not self.digest or one.grade != Grade.GREEN]
        text = lines(
            words("overview_digest" if self.digest else "overview_title"),
            words("overview_all_green") if self.is_all_green else "",
            *(light_line(words, one, facts) for one in shown),
            words("overview_cases") if self.cases else "",
            *(case_seen_line(words, case, facts) for case in self.cases),
        )
        choices = (Choice(CASE_SHOW.code(case.case), shown_code(case.code)) for case in self.cases[:BUTTONS_SHOWN])
        return Prompt(text, rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class WhoMay(Carried):
    """Somebody who may be given a case. `here`: they are on shift now; `speaks`: the case's language."""

    person: int
    alias: Name
    here: bool = False
    speaks: bool = False


@dataclass(frozen=True, kw_only=True)
class AnyCase(ToStaff):
    """Any case, and what a coordinator can do with it; what is being asked of her, or what she has just done.

    `them`: who may be given it. `given`: whom it was given to.
    """

    kind: ClassVar = Notice.ANY_CASE
    told: CaseSeen
    view: Literal["all", "who", "release", "close", "given", "released", "closed"] = "all"
    them: tuple[WhoMay, ...] = ()
    given: Name | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        head, code, case = case_seen_line(words, self.told, facts), shown_code(self.told.code), self.told.case
        match self.view:
            case "given":
                return Prompt(lines(words("any_case_given", code=code, alias=Foreign(self.given or "?")), head))
            case "released" | "closed":
                return Prompt(lines(words(f"any_case_{self.view}", code=code), head))
            case "who":
                asks = words("any_case_who") if self.them else words("any_case_nobody")
                people = (Choice(CASE_GIVE.code(case, one.person), who_label(words, one)) for one in self.them)
                return Prompt(lines(head, asks), rows_of(*people, self._back(words)))
            case "release":
                whys = (Choice(CASE_RELEASE.code(case, why), label) for why, label in whys_of(words, WhyBack))
                return Prompt(lines(head, words("any_case_release_sure")), rows_of(*whys, self._back(words)))
            case "close":
                whys = (Choice(CASE_CLOSE.code(case, why), label) for why, label in whys_of(words, WhyClosed))
                return Prompt(lines(head, words("any_case_close_sure")), rows_of(*whys, self._back(words)))
        return Prompt(lines(words("any_case", code=code), head), rows_of(*self._acts(words)))

    def _back(self, words: Words) -> Choice:
        return Choice(CASE_SHOW.code(self.told.case), words("any_case_back"))

    def _acts(self, words: Words) -> list[Choice]:
        case, status = self.told.case, self.told.status
        give = [Choice(CASE_WHO.code(case), words("any_case_give"))]
        release = [Choice(CASE_RELEASE.code(case, "ask"), words("any_case_release"))]
        close = [Choice(CASE_CLOSE.code(case, "ask"), words("any_case_close"))]
        block = [Choice(BLOCK.code(case), words("block_newcomer"))]
        if status == CaseStatus.CLOSED:
            return block
        return [*give, *(release if status == CaseStatus.CLAIMED else []), *close, *block]


def whys_of(words: Words, them: type[WhyBack] | type[WhyClosed]) -> list[tuple[str, Plain]]:
    """The reasons that can be chosen, each with its label; at last "yes", for any other."""
    return [*((why.value, words(f"why_{why}")) for why in them), (ANOTHER, words("why_another"))]


def who_label(words: Words, one: WhoMay) -> Plain:
    """Somebody who may be given a case, as a button says it."""
    marks = [words("any_case_here")] if one.here else []
    marks += [words("any_case_speaks")] if one.speaks else []
    return Plain(" · ".join((Foreign(one.alias), *marks)))
