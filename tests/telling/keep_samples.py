"""`python -m tests.telling.keep_samples VERSION`: what every saying of this version looks like in the outbox, and says.

Run once for each version that people use, before it is changed: its rows live on in chats and pages for a month, and
what a later version makes of them is compared with this, letter by letter. It must not be run to mend a failed test.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.language import i18n
from bot.language.parts import Facts
from models.dialogue import Prompt
from models.people import STAFF_LANGUAGES, Language
from tests.telling import ways

FOLDER = Path(__file__).parent / "samples"


def facts_of(catalogues: i18n.Catalogues) -> Facts:
    """What a saying needs beyond its row, the same for every sample."""
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=ways.NOW, catalogues=catalogues, public_url="https://advice.example.org",
        controller="IM", contact="070-174 06 05", words="☺", waiting_words="☺", held_lines="☺",
        unsent="/☺", secret="12345678",
        marks=("forwarded", "with:photo"),
    )  # fmt: skip


def said_by(prompt: Prompt) -> dict[str, object]:
    """What a person sees of it, and what its buttons send."""
    rows = [[[choice.code, choice.label] for choice in row] for row in prompt.rows]
    return {"text": prompt.text, "rows": rows, "venue": asdict(prompt.venue) if prompt.venue else None}


def samples() -> list[dict[str, object]]:
    """Every saying in every way it can be said: who reads it, its row's kind and params, and what is then said."""
    catalogues = i18n.load()
    facts = facts_of(catalogues)
    readers = [
        ("newcomer", ways.to_newcomers(), {str(one): catalogues.words(one) for one in Language}),
        ("staff", ways.to_staff(), {str(one): catalogues.desk(one) for one in STAFF_LANGUAGES}),
    ]
    return [
        {
            "reader": reader, "kind": one.kind.value, "params": saying.to_row(),
            "said": {language: said_by(saying.said(words, facts)) for language, words in languages.items()},
        }
        for reader, sayings, languages in readers
        for one in sayings
        for saying in ways.ways(one)
    ]  # fmt: skip


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in samples())
    (FOLDER / f"{sys.argv[1]}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
