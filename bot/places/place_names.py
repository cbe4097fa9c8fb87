"""Which of the known places the words of a line mean: by code, or by a clear part of a name in any language. Pure.

Owns KnownPlace. A word that several places have in their names means none of them. It must not load a row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.engine.errors import BadInput
from bot.language.textshape import fold
from bot.language.typed import AND, SAYS_NOTHING, Line, shown

MOST_WORDS = 12  # of one place's name
SHORTEST_PART = 4  # letters of a name that say which place is meant
_EVERYWHERE = {"alla", "all", "samtliga", "överallt", "everywhere"}
_AFTER_EVERYWHERE = {"platser", "ställen", "bibliotek", "places", "sites", "libraries"}
_NOT_A_PLACE = {"rådrum", "radrum"}  # our own name: it is everywhere
_ENDINGS = ("ets", "ens", "et", "en", "s")  # of Swedish words: "biblioteket" is a "bibliotek"


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place as it may be spoken of: by its code, or by one of its names. `visit`: one can walk into it."""

    code: str
    names: tuple[str, ...] = ()
    visit: bool = True


@dataclass(frozen=True, slots=True)
class _Names:
    """The words of all names. `beginnings`: by their first word, each name with its place; `holders`: by any word of
    theirs, the places. Made once for a line, so that a long one does not go through every name at each of its words."""

    visits: tuple[str, ...]
    beginnings: Mapping[str, list[tuple[tuple[str, ...], str]]]
    holders: Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


def take_places(line: Line, known: Sequence[KnownPlace]) -> tuple[str, ...]:
    """The places of the line.

    Raises:
        BadInput: none is named, or not clearly.
    """
    codes = places_named(line, known)
    if codes:
        return codes
    names = _names_of(known)
    for word in _left_words(line):
        if several := _meant_by(word.text, names):
            raise BadInput("hours_place_unclear", value=shown(word.text), places=", ".join(sorted(several)))
    if line.rest:
        raise BadInput("hours_place_unknown", value=shown(line.rest), places=codes_of(known))
    raise BadInput("hours_place_missing", places=codes_of(known))


def codes_of(known: Iterable[KnownPlace]) -> str:
    return ", ".join(place.code for place in known)


def places_named(line: Line, known: Sequence[KnownPlace]) -> tuple[str, ...]:
    """The places that are named first, and those named right after them; they are understood from now on."""
    words, names = _left_words(line), _names_of(known)
    at = next((n for n in range(len(words)) if _place_at(words, n, names)[0]), len(words))
    codes, length = _place_at(words, at, names)
    begins, end = at, at + length
    while codes and begins > 0 and codes[0] in _meant_by(words[begins - 1].text, names):
        begins -= 1  # as "biblioteket" before "linero"
    while codes:
        also = end + 1 if end < len(words) and words[end].text in AND else end
        more, length = _place_at(words, also, names)
        if not more:
            break
        codes, end = codes + more, also + length
    for word in words[begins:end]:
        line.strike(word.start, word.end)
    return tuple(dict.fromkeys(codes))


def _place_at(words: Sequence[_Word], at: int, names: _Names) -> tuple[list[str], int]:
    """Which places the words from here on name, and how many words that takes; none and 0 if they name none."""
    if at >= len(words):
        return [], 0
    if words[at].text in _EVERYWHERE:
        also = at + 1 < len(words) and words[at + 1].text in _AFTER_EVERYWHERE
        return list(names.visits), 1 + also
    said = tuple(word.text for word in words[at : at + MOST_WORDS])
    begun = names.beginnings.get(said[0], ())
    whole = [(len(name), code) for name, code in begun if said[: len(name)] == name]
    if whole:
        length = max(whole)[0]
        named = {code for size, code in whole if size == length}
    else:
        length, named = 1, _meant_by(said[0], names)
    if len(named) != 1:
        return [], 0
    code = named.pop()
    while length < len(said) and code in _meant_by(said[length], names) and said[length] not in _EVERYWHERE:
        length += 1
    return [code], length


def _meant_by(word: str, names: _Names) -> set[str]:
    """The places in whose name this word is, whole or as a clear part."""
    if word in _NOT_A_PLACE | SAYS_NOTHING:
        return set()
    stem = next((word[: -len(end)] for end in _ENDINGS if word.endswith(end)), word)
    part = stem if len(stem) >= SHORTEST_PART else word
    if len(part) < SHORTEST_PART:
        return set(names.holders.get(word, ()))
    return {
        code
        for one, codes in names.holders.items()
        if one == word or (part in one and one not in _NOT_A_PLACE)
        for code in codes
    }


def _names_of(known: Sequence[KnownPlace]) -> _Names:
    beginnings: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    holders: dict[str, set[str]] = {}
    for place in known:
        for name in _spoken(place):
            beginnings.setdefault(name[0], []).append((name, place.code))
            for one in name:
                holders.setdefault(one, set()).add(place.code)
    return _Names(tuple(place.code for place in known if place.visit), beginnings, holders)


@lru_cache(maxsize=128)
def _spoken(place: KnownPlace) -> list[tuple[str, ...]]:
    """Code and names as words to compare."""
    names = [part for name in place.names for part in (name, *re.split(r"[()]", name)) if part.strip()]
    return [tuple(_word(word) for word in re.split(r"[\s,;]+", name.strip())) for name in (place.code, *names)]


def _left_words(line: Line) -> list[_Word]:
    found = ((one, _word(one[0])) for one in re.finditer(r"[^\s,;\0]+", line.left))
    return [_Word(text, one.start(), one.end()) for one, text in found if text]


def _word(text: str) -> str:
    return fold(text).strip("().:\"'”“!?") or fold(text)


def known_as(name: str, known: Sequence[KnownPlace]) -> str:
    """The code of the one known place that all of the name means."""
    line = Line(name)
    codes = places_named(line, known)
    return codes[0] if len(codes) == 1 and not line.rest else ""
