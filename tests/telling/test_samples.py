"""Rows that an older version has stored are still read: they live in chats and on pages for a month.

Their buttons send what they sent, letter by letter, for they are pressed. Their sentences may be worded better since;
what a row carried and said, a time, a number, a code, it still says.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from bot.telling import table
from models.notice import Notice
from tests.telling.keep_samples import FOLDER, facts_of, said_by

NUMBER = re.compile(r"\d+(?::\d+)?")
# Whose sentences leave something out by now, and why.
SAYS_LESS = {
    Notice.NO_CONSENT: "who said no is told where to come, and not when somebody answers here",
    Notice.LATE: "what was promised in minutes and not kept is not promised in the same minutes again",
}


def stored() -> Iterator[tuple[str, dict]]:
    for path in sorted(FOLDER.glob("*.json")):
        for sample in json.loads(path.read_text(encoding="utf-8")):
            yield path.stem, sample


def test_every_version_that_people_have_used_has_its_samples() -> None:
    kinds = {sample["kind"] for version, sample in stored() if version == "0.1.0"}

    assert kinds <= {*Notice}
    assert Notice.HOURS_POST not in kinds and Notice.UNSAY not in kinds, "these two say nothing of their own"
    assert len(kinds) == 91


# Which have a button by now that they had not, and what for.
OFFERS_MORE = {
    Notice.CLAIMED_BY_YOU: "a case can be handed over from there, and that somebody may be in danger is said there",
    Notice.MY_CASES: "as there",
    Notice.SESSION_UNSTAFFED: "a session that nobody staffs can be closed from there",
}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_row_says_what_it_carries_and_its_buttons_send_what_they_sent(
    catalogues: Catalogues, path: Path
) -> None:
    facts = facts_of(catalogues)
    for sample in json.loads(path.read_text(encoding="utf-8")):
        kind, params = Notice(sample["kind"]), sample["params"]
        for language, said in sample["said"].items():
            if sample["reader"] == "staff":
                now = table.prompt(kind, params, catalogues.desk(language), facts)
            else:
                now = table.prompt(kind, params, catalogues.words(language), facts)

            offered = [row for row in codes_of(said_by(now)) if kind not in OFFERS_MORE or row in codes_of(said)]
            assert offered == codes_of(said), (kind, params, language)
            assert said_by(now)["venue"] == said["venue"], (kind, params, language)
            assert bool(now.text) == bool(said["text"]), (kind, params, language)
            if kind not in SAYS_LESS:
                assert numbers_in(said) - numbers_in(said_by(now)) == set(), (kind, params, language)


def codes_of(said: dict) -> list[list[str]]:
    """What the buttons send, row by row. Two rows that sent the same were one too many, and are one by now."""
    rows = [[code for code, _ in row] for row in said["rows"]]
    return [row for place, row in enumerate(rows) if row not in rows[:place]]


def numbers_in(said: dict) -> set[str]:
    """Times and numbers, wherever they stand: a button may leave to the text above it what is too long for it."""
    labels = [label for row in said["rows"] for _, label in row]
    return set(NUMBER.findall("\n".join([said["text"], *labels])))
