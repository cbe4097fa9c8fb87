"""Which type a row of the outbox is read as: every notice of every subject, by its kind.

Owns what this version knows of what rows carry. It must not say anything itself: each notice does, in its subject's
`texts*.py`.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType

from bot.cases import texts as cases_texts
from bot.hours import texts as hours_texts
from bot.hours import texts_guided as hours_texts_guided
from bot.hours import texts_staff as hours_texts_staff
from bot.hours import texts_unasked as hours_texts_unasked
from bot.intake import texts as intake_texts
from bot.language.i18n import Words
from bot.language.parts import Facts, Spoken
from bot.trouble import texts as trouble_texts
from models.dialogue import Prompt
from models.outbox import Notice
from models.saying import Saying, has_newer_field

SUBJECTS = (hours_texts, hours_texts_guided, hours_texts_staff, hours_texts_unasked, trouble_texts)


def _sayings(subject: ModuleType) -> Iterator[type[Saying]]:
    for one in vars(subject).values():
        if isinstance(one, type) and issubclass(one, Saying) and "kind" in vars(one):
            yield one


KNOWN: Mapping[Notice, type[Saying]] = {one.kind: one for subject in SUBJECTS for one in _sayings(subject)}


def read(kind: str, row: Mapping[str, object]) -> Saying:
    """What the row says.

    Raises:
        ValueError: it is of a kind that this version does not know, or is no such saying.
        NewerField: a newer version wrote it.
    """
    return KNOWN[Notice(kind)].read(row)


def is_known(kind: str, row: Mapping[str, object]) -> bool:
    """Whether this version knows what the row says. One that it does not is left for a version that does."""
    if kind not in tuple(Notice):
        return False
    saying = KNOWN.get(Notice(kind))
    return saying is None or not has_newer_field(saying, row)


def prompt(kind: str, row: Mapping[str, object], words: Words, facts: Facts, *, to_staff: bool = False) -> Prompt:
    """The row as its reader sees it.

    Raises:
        ValueError: it is no such saying, or says nothing to a person.
    """
    saying = KNOWN.get(Notice(kind))
    if saying is None:
        return cases_texts.prompt(kind, row, words, facts) if to_staff else intake_texts.prompt(kind, row, words, facts)
    told = saying.read(row)
    if not isinstance(told, Spoken):
        raise ValueError(kind)
    return told.said(words, facts)
