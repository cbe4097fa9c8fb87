"""Every notice, whole, in the ways that read differently: made from its type, so that a new one is here by itself.

It must not name a notice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from bot.language.i18n import Catalogues
from bot.language.parts import Facts, Spoken
from models.saying import Saying
from tests.book.entries import Bubble, Entry, bubble_of
from tests.book.examples import counted, facts_for, more_ways, readable, variations
from tests.book.noted import Form, NotedWords, noted
from tests.telling import ways

FIRST = "sv"
# Ways of one notice that say what others have said already: something new in this one, or only put together anew.
MOST_NEW_HERE, MOST_ALIKE = 4, 1


@dataclass(frozen=True, slots=True)
class Way:
    """A notice as it is said once: what it carries, and which facts `beside` that are not as usual."""

    saying: Spoken
    beside: Mapping[str, object] = field(default_factory=dict)
    is_counted: bool = False

    def bubble(self, words: NotedWords, facts: Facts) -> Bubble:
        return bubble_of(self.saying.said(words, replace(facts, **self.beside)))  # type: ignore[arg-type]


def entries(
    sayings: Sequence[type[Spoken]], readers: dict[str, NotedWords], catalogues: Catalogues
) -> dict[str, list[Entry]]:
    """What each reader reads of these notices, by language: the same ways in the same order in each."""
    facts = {language: facts_for(catalogues, language) for language in readers}
    told: dict[str, list[Entry]] = {language: [] for language in readers}
    known: set[tuple[str, Form]] = set()
    for like in sayings:
        chosen = _chosen(like, readers, facts, known)
        for language, words in readers.items():
            bubbles = tuple(way.bubble(words, facts[language]) for way in chosen)
            told[language].append(Entry(like.kind.value, bubbles=bubbles))
    return told


def _chosen(
    like: type[Spoken], readers: dict[str, NotedWords], facts: dict[str, Facts], known: set[tuple[str, Form]]
) -> list[Way]:
    """The ways that say something which nothing above them did, and a few that put the same together anew."""
    chosen: list[Way] = []
    here: set[str] = set()
    shapes: set[frozenset[tuple[str, Form]]] = set()
    seen: set[Bubble] = set()
    left = {True: MOST_NEW_HERE, False: MOST_ALIKE}
    for way in _all_ways(like):
        told = readers if way.is_counted else {FIRST: readers[FIRST]}  # the forms of a number are each language's own
        said, bubble = _said(way, told, facts)
        keys = {key for _, (key, _) in said}
        if bubble in seen or not bubble.text or (chosen and said in shapes and said <= known):
            continue
        is_new_here = bool(keys - here)
        if chosen and said <= known:
            if way.is_counted or not left[is_new_here]:
                continue
            left[is_new_here] -= 1
        chosen.append(way)
        shapes.add(said)
        seen.add(bubble)
        here |= keys
        known |= said
    return chosen


def _said(
    way: Way, readers: dict[str, NotedWords], facts: dict[str, Facts]
) -> tuple[frozenset[tuple[str, Form]], Bubble]:
    """Which sentences it says in which forms, to whomever, and how it looks in the first language."""
    listeners = [noted(words) for words in (*facts[FIRST].catalogues.newcomers.values(), *readers.values())]
    with ExitStack() as stack:
        said = [(words.language, stack.enter_context(words.apart())) for words in dict.fromkeys(listeners)]
        bubbles = {language: way.bubble(words, facts[language]) for language, words in readers.items()}
    return frozenset((language, form) for language, forms in said for form in forms), bubbles[FIRST]


def _all_ways(like: type[Spoken]) -> Iterator[Way]:
    told = [_spoken(readable(saying)) for saying in [*ways.ways(like), *more_ways(like)]]
    usual, *others = variations(like)
    yield from (Way(saying, usual) for saying in told)
    yield from (Way(_spoken(saying), usual, is_counted=True) for saying in counted(told[0]))
    yield from (Way(told[0], beside) for beside in others)


def _spoken(saying: Saying) -> Spoken:
    assert isinstance(saying, Spoken)
    return saying
