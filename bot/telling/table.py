"""Which type a row of the outbox is read as: every notice of every subject, by its kind.

Owns what this version knows of what rows carry. It must not say anything itself: each notice does, in its subject's
`texts*.py`.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType

from bot.cases import texts as cases_texts
from bot.cases import texts_asked, texts_closing, texts_held, texts_newcomer, texts_relayed
from bot.hours import texts as hours_texts
from bot.hours import texts_guided, texts_staff, texts_unasked
from bot.intake import texts as intake_texts
from bot.intake import texts_dialogue, texts_ending
from bot.language import refused
from bot.language.i18n import Words
from bot.language.parts import Facts, Spoken
from bot.people import texts as people_texts
from bot.privacy import texts as privacy_texts
from bot.shifts import texts as shifts_texts
from bot.shifts import (
    texts_announce,
    texts_coordinator,
    texts_coverage,
    texts_feed,
    texts_swap,
    texts_term,
    texts_term_off,
    texts_undo,
)
from bot.shifts import texts_guided as texts_shift_guided
from bot.trouble import texts as trouble_texts
from bot.volunteers import texts as volunteers_texts
from bot.volunteers import texts_invite, texts_own, texts_people, texts_role
from models.dialogue import Prompt
from models.outbox import Notice
from models.saying import Saying, has_newer_field

SUBJECTS = (
    refused, people_texts, trouble_texts, hours_texts, texts_staff, texts_guided, texts_unasked, cases_texts,
    texts_asked, texts_closing, texts_held, texts_newcomer, texts_relayed, privacy_texts, intake_texts, texts_dialogue,
    texts_ending, shifts_texts, texts_coordinator, texts_coverage, texts_feed, texts_announce, texts_term, texts_swap,
    texts_term_off,
    texts_undo,
    texts_shift_guided, volunteers_texts, texts_people, texts_own, texts_invite,
    texts_role,
)  # fmt: skip


def _sayings(subject: ModuleType) -> Iterator[type[Saying]]:
    for one in vars(subject).values():
        if isinstance(one, type) and issubclass(one, Saying) and "kind" in vars(one):
            yield one


_KINDS = frozenset(Notice)
KNOWN: Mapping[Notice, type[Saying]] = {one.kind: one for subject in SUBJECTS for one in _sayings(subject)}


def saying_of(kind: str, row: Mapping[str, object]) -> Saying:
    """What the row carries.

    Raises:
        ValueError: it is of a kind that this version does not know, or is no such saying.
        NewerField: a newer version wrote it.
    """
    return KNOWN[Notice(kind)].read(row)


def read(kind: str, row: Mapping[str, object]) -> Spoken:
    """As `saying_of`, of one that a person reads.

    Raises:
        ValueError: also if it says nothing to anybody.
    """
    saying = saying_of(kind, row)
    if not isinstance(saying, Spoken):
        raise ValueError(kind)
    return saying


def is_known(kind: str, row: Mapping[str, object]) -> bool:
    """Whether this version knows what the row says. One that it does not is left for a version that does."""
    return kind in _KINDS and not has_newer_field(KNOWN[Notice(kind)], row)


def prompt(kind: str, row: Mapping[str, object], words: Words, facts: Facts) -> Prompt:
    """The row as its reader sees it.

    Raises: as `read`.
    """
    return read(kind, row).said(words, facts)
