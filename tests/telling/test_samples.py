"""Rows that an older version has stored say what they said then: they live in chats and on pages for a month."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from bot.telling import table
from models.outbox import Notice
from tests.telling.keep_samples import FOLDER, facts_of, said_by


def stored() -> Iterator[tuple[str, dict]]:
    for path in sorted(FOLDER.glob("*.json")):
        for sample in json.loads(path.read_text(encoding="utf-8")):
            yield path.stem, sample


def test_every_version_that_people_have_used_has_its_samples() -> None:
    kinds = {sample["kind"] for version, sample in stored() if version == "0.1.0"}

    assert kinds <= {*Notice}
    assert Notice.HOURS_POST not in kinds and Notice.UNSAY not in kinds, "these two say nothing of their own"
    assert len(kinds) == 91


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_row_says_what_it_said(catalogues: Catalogues, path: Path) -> None:
    facts = facts_of(catalogues)
    for sample in json.loads(path.read_text(encoding="utf-8")):
        kind, params = Notice(sample["kind"]), sample["params"]
        for language, said in sample["said"].items():
            if sample["reader"] == "staff":
                now = table.prompt(kind, params, catalogues.desk(language), facts)
            else:
                now = table.prompt(kind, params, catalogues.words(language), facts)

            assert said_by(now) == said, (kind, params, language)
