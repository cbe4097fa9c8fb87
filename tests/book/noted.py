"""Catalogues that note what is said out of them, so that nothing is missing and no number is said uncounted.

It must not say anything else than the catalogues do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.language import i18n
from bot.language.i18n import ZERO, Catalogues, Plain, Value, Words

Form = tuple[str, int | None]


class NotedWords(Words):
    """Says things in one language, and notes which sentence in which of its forms.

    `said`: a key and its form, None where it is not counted. `bare`: keys and placeholders that a number filled without
    the sentence being counted by it.
    """

    def __init__(self, words: Words) -> None:
        super().__init__(words.language, words._sentences)
        self.said: set[Form] = set()
        self.bare: set[tuple[str, str]] = set()

    @property
    def keys(self) -> set[str]:
        """All that could be said."""
        return set(self._sentences)

    def forms_of(self, key: str) -> tuple[str, ...]:
        """A sentence as it stands in the catalogue, in each of its forms."""
        found = self._sentences[key]
        return (found,) if isinstance(found, str) else found

    def __call__(self, key: str, /, n: Value | None = None, **values: Value) -> Plain:
        told = super().__call__(key, n, **values)
        if not isinstance(n, int):
            self.bare |= {(key, name) for name, value in values.items() if isinstance(value, int)}
        return told

    def _sentence(self, key: str, n: int | None) -> str:
        told = super()._sentence(key, n)
        if n == 0 and key + ZERO in self._sentences:
            key = key + ZERO
        is_counted = isinstance(self._sentences.get(key), tuple)
        self.said.add((key, self._form(n) if n is not None and is_counted else None))
        return told

    @contextmanager
    def apart(self) -> Iterator[set[Form]]:
        """What is said inside the block alone, which is no part of the book yet."""
        before, here = self.said, set[Form]()
        self.said = here
        try:
            yield here
        finally:
            self.said = before


def noted_catalogues() -> Catalogues:
    """The catalogues as they are shipped, each noting by itself."""
    loaded = i18n.load()
    return Catalogues(
        newcomers={language: NotedWords(words) for language, words in loaded.newcomers.items()},
        staff={language: NotedWords(words) for language, words in loaded.staff.items()},
    )


def noted(words: Words) -> NotedWords:
    """The same, known to note."""
    assert isinstance(words, NotedWords)
    return words
