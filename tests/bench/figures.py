"""The bench's arithmetic: medians, spreads, quotients of one round. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


def quantile(values: Sequence[float], share: float) -> float:
    """What this share of the values does not exceed; 0 where there are none."""
    if not values:
        return 0.0
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


@dataclass(frozen=True, slots=True)
class Spread:
    """Values of several rounds."""

    middle: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        """As it stands in a table: the median, and from where to where."""
        if self.lowest == self.highest:
            return short(self.middle)
        return f"{short(self.middle)} ({short(self.lowest)}–{short(self.highest)})"


def spread(values: Sequence[float]) -> Spread:
    """The median of these, and how far they lie apart."""
    return Spread(median(values), min(values), max(values))


def quotients(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Ours by theirs, each with that of the same round: what slowed down both then is not seen."""
    return spread([one / other if other else 0.0 for one, other in zip(ours, theirs, strict=True)])


def short(value: float) -> str:
    """With as many figures as mean something: 0.034, 3.4, 34, 12 345."""
    if abs(value) >= 10:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"
