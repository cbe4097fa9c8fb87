"""Each factual sentence of the families that people rely on has, in `docs/facts.md`, its test or its dated source."""

import re
from datetime import date
from functools import cache
from pathlib import Path

from tests.language.test_locales import entries

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts.md"
FAMILIES = (
    "consent_", "privacy_", "retention", "erased_", "data_deleted", "delete_", "not_deleted", "faq_", "line_",
    "danger_",
    "device_", "come_back_", "secret_", "lost_secret", "session_ended", "session_gone", "session_none", "session_over",
    "status_", "case_closed", "stats_", "category_seen", "no_consent", "not_agreed_", "other_help", "not_authority",
    "not_lawyer", "not_alone", "statement_", "telegram_not_", "web_words_travel", "controller_", "complaint_", "under_",
    "no_bankid", "young_", "voice_", "words_held", "held_", "promise_", "queue_position", "help",
)  # fmt: skip
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SOURCE = re.compile(r"\[[^\]]+\]\((https?://[^)\s]+)\), ([\d-]+)")


@cache
def proofs() -> dict[str, str]:
    """Each sentence in the tables, and what is said to make it true."""
    return dict(ROW.findall(FACTS.read_text("utf-8")))


def sources_of(proof: str) -> set[tuple[str, str]]:
    """The pages that it names, and the days on which they were read."""
    return set(SOURCE.findall(proof))


@cache
def stating_nothing() -> set[str]:
    return set(re.findall(r"`(\w+)`", FACTS.read_text("utf-8").partition("## These state no fact")[2]))


def test_every_sentence_of_these_families_is_proved_or_states_no_fact() -> None:
    of_families = {key for key in entries("sv") if key.startswith(FAMILIES)}

    assert of_families - set(proofs()) - stating_nothing() == set()


def test_nothing_is_proved_twice_or_that_nobody_reads() -> None:
    named = [key for key, _ in ROW.findall(FACTS.read_text("utf-8"))]

    assert len(named) == len(set(named))
    assert set(named) & stating_nothing() == set()
    assert (set(named) | stating_nothing()) - set(entries("sv")) == set()


def test_every_proof_is_a_test_that_is_there_or_a_source_with_the_day_it_was_read() -> None:
    for key, proof in proofs().items():
        tests, sources = TEST.findall(proof), SOURCE.findall(proof)
        assert len(tests) + len(sources) == len(proof.split("; ")), key
        for path, name in tests:
            assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), (key, name)
        assert all(date.fromisoformat(day) for _, day in sources), key


def test_the_exceptions_to_secrecy_are_said_to_need_the_organisation_s_word() -> None:
    for language in ("sv", "en", "ar", "fa", "uk"):
        for key in ("privacy_who_reads", "faq_authority"):
            assert any("must confirm" in note for note in entries(language)[key].auto_comments), (language, key)
    assert "must confirm" in FACTS.read_text("utf-8")
    assert "exceptions to secrecy" in (ROOT / "README.md").read_text("utf-8")
