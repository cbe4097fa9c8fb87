"""Breakdowns: a whole in its parts, from the codes that were given. Pure.

Owns which codes each breakdown lists, in which order, what is no answer, and what the percentages are of. It must not
know where the codes come from: `figures.py` does.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from models.closing import UNKNOWN, Category, Organisation, Outcome
from models.intake import PREFER_NOT_SAY, QUESTIONS
from models.people import Channel, Language

NOT_CLOSED = "not_closed"
UNANSWERED_CODES = frozenset({UNKNOWN, NOT_CLOSED})

# The level the municipality reads by. LKF is owned by the municipality, but is a company that people rent from.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "municipality": ("municipality", "social_services", "school"),
    "state": (
        "migrationsverket", "forsakringskassan", "arbetsformedlingen", "skatteverket", "csn", "pensionsmyndigheten",
        "kronofogden", "police", "court", "servicekontor", "lansstyrelsen",
    ),
    "region": ("region_skane",),
    "companies": ("company", "bank", "lkf", "housing_company", "employer"),
    "civil_society": ("a_kassa", "trade_union", "association"),
    "nobody": ("nobody",),
    "other": ("embassy", "other"),
}  # fmt: skip

# The rows every report has, even at zero, so that two periods can be laid side by side; other codes found come after
# them. Region, occupation and how_found are not asked yet, so they have no list.
LISTED: Mapping[str, tuple[str, ...]] = {
    "channel": tuple(Channel),
    "language": tuple(Language),
    "category": tuple(Category),
    "organisation": tuple(Organisation),
    "organisation_group": tuple(GROUPS),
    "outcome": (*Outcome, NOT_CLOSED),
    **{question.column: question.options for question in QUESTIONS.values() if question.column != "category"},
    **dict.fromkeys(("region", "occupation", "how_found", "persons_in_case"), ()),
}
IN_THEIR_OWN_ORDER = frozenset({"first_visit", "age", "persons_in_case"})


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a breakdown: a code and how often it was given."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A whole in its parts; "unknown" is always the last part, and the parts sum to `total`.

    `answered`: the cases with a known answer, the base of every percentage. `total` exceeds the number of cases
    only where one case may name several (organisations and their groups).
    """

    name: str
    parts: tuple[Part, ...]
    total: int
    answered: int

    def count(self, code: str) -> int:
        """How often `code` was given; 0 if never."""
        return next((part.count for part in self.parts if part.code == code), 0)

    def percent(self, code: str) -> int | None:
        """The share of those who answered, in whole percent; None for what is no answer or has no base."""
        if code in UNANSWERED_CODES or not self.answered:
            return None
        return round(100 * self.count(code) / self.answered)


def breakdown(name: str, given: Sequence[tuple[str, ...]]) -> Breakdown:
    """Counted parts of `given`, one tuple of codes for each case: the commonest first, or in their own order."""
    counts = Counter(code for codes in given for code in codes)
    unknown = sum(not codes for codes in given)
    rows = [Part(code, counts[code]) for code in _listed(name, counts)]
    if name not in IN_THEIR_OWN_ORDER:
        rows.sort(key=lambda part: -part.count)
    return Breakdown(
        name=name,
        parts=(*rows, Part(UNKNOWN, unknown)),
        total=sum(max(len(codes), 1) for codes in given),
        answered=sum(not UNANSWERED_CODES.issuperset(codes) for codes in given),
    )


def _listed(name: str, found: Collection[str]) -> list[str]:
    listed = list(LISTED.get(name, ()))
    beside = [code for code in found if code not in listed]
    return listed + sorted(beside, key=lambda code: (len(code), code))  # by length first, so that 10 comes after 9


def known(*codes: str | int | None) -> tuple[str, ...]:
    """Those of the codes that are answers, each once."""
    return tuple(dict.fromkeys(str(code) for code in codes if code not in (None, UNKNOWN, PREFER_NOT_SAY)))


def group_of(organisation: str) -> str:
    """The group that the municipality reads this organisation under."""
    return next((group for group, members in GROUPS.items() if organisation in members), "other")
