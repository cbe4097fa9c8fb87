"""A line that somebody typed, read piece by piece until nothing is left that was not understood. Pure.

Owns Line and the words that say nothing by themselves. It must not know what a piece means.
"""

import re

from bot.engine.errors import BadInput
from bot.language.textshape import clean, to_latin_digits, without_bidi_controls

LONGEST_SHOWN = 60  # of what was not understood, in the answer
LONGEST_LINE = 4096  # what fits into one message; more is no line
AND = frozenset({"och", "and", "samt", "&", "+"})
SAYS_NOTHING = AND | {
    "på", "on", "i", "in", "at", "den", "det", "the", "för", "for", "vid", "hos", "kl", "kl.", "klockan", "från",
    "from", "till", "to", "until", "tills", "vidare", "är", "is", "varje", "every", "each",
}  # fmt: skip
BEFORE = r"(?<![^\s,;(\x00])"
AFTER = r"(?=\.?(?:[\s,;:)\x00]|$))"
_USED = "\0"  # `clean` leaves none of these in
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_EDGES = " ,;:.-"


class Line:
    """What was typed. `left`: the same letters, smaller, with those already understood struck out."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(without_bidi_controls(clean(text[:LONGEST_LINE])).split())
        latin = to_latin_digits(self.text).translate(_DASHES)
        self.left = "".join(small if len(small := letter.lower()) == 1 else letter for letter in latin)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first that matches of what is left; it is understood from now on."""
        found = pattern.search(self.left)
        if found is not None:
            self.strike(found.start(), found.end())
        return found

    def strike(self, start: int, end: int) -> None:
        """These letters are understood."""
        self.left = self.left[:start] + _USED * (end - start) + self.left[end:]

    @property
    def rest(self) -> str:
        """What has not been understood, as it was typed, without words that say nothing by themselves."""
        found = (self.text[one.start() : one.end()].strip(_EDGES) for one in re.finditer(r"[^\0]+", self.left))
        pieces = (piece for piece in found if not all(word in SAYS_NOTHING for word in piece.lower().split()))
        return " ".join(pieces)

    def refuse_rest(self) -> None:
        """Everything has been understood.

        Raises:
            BadInput: something has not; says what.
        """
        if self.rest:
            raise BadInput("hours_word_unknown", value=shown(self.rest))


def shown(text: str) -> str:
    """So much of what was typed as an answer repeats."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
