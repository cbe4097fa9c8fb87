"""Each sentence that newcomers read and that states a fact has, in `docs/facts.md`, its test or its dated source."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.language.i18n import ZERO
from tests.language.stating_nothing import PROMISES_NOTHING, STATES_NO_FACT
from tests.language.test_locales import entries, forms

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "docs" / "facts.md"
VERBS = ROOT / "handlers" / "cli"
CONFIRMED_BY_THE_ORGANISATION = {"drop_in"}  # nothing of ours could know it, and no source was found
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
# By these words a sentence to staff is known to promise something, whatever it is about.
PROMISE = re.compile(
    r"""by\ itself | \b(is|are|has\ been|have\ been)\ (told|deleted|removed|closed|cancelled|kept|saved|counted)\b
    | \b(is|are|has\ been|have\ been)\ (sent|done|undone|set\ again|changed\ back)\b | \bnot\ (sent|saved|told)\b
    | \bsaved\ as\b | trying\ again | \bcomes?\ (back|to)\b | you\ get\b | works?\ (once|for)\b
    | \bcan(not|\ no\ longer)\ be\b | logged\ out | have\ (changed|set)\ (it|ours) | nothing\ that\ waited
    | needs\ a\ restart | begins\ again | gets\ the | sees?\ no\b | show\ none | does\ not\ see | trusts | again\.$
    | in\ the\ queue\ again | \bappl(y|ies)\b | \bwill\ be\b | moves\ with | \bnever\b | \bwithin\b | \bkeeps?\b""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
SENTENCE = re.compile(r"[.!](\s|$)", re.MULTILINE)
REPORT, DEFINITION = "report_", "report_def_"
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
    return set().union(*STATES_NO_FACT.values(), *PROMISES_NOTHING.values())


def promising() -> set[str]:
    """The keys of what staff read that says, or may say, that something happens by itself or cannot happen."""
    return {key for key, text in said_to_staff() if PROMISE.search(text)}


def stating() -> set[str]:
    """The keys of what staff read in whole sentences. The help of the command line names its verbs and their values."""
    return {key for key, text in said_to_staff() if SENTENCE.search(text)} - helping()


def said_to_staff() -> Iterator[tuple[str, str]]:
    """Without the report's labels; its definitions are looked at apart."""
    for key, entry in entries("en", "desk").items():
        if not key.startswith(REPORT):
            yield key.removesuffix(ZERO), "\n".join(forms(entry))


@cache
def helping() -> set[str]:
    """The keys that are a verb's, an argument's or an option's help."""
    written = "".join(path.read_text("utf-8") for path in (*VERBS.glob("*.py"), ROOT / "bot" / "__main__.py"))
    return set(re.findall(r'help=words\(\s*"(\w+)"', written))


def test_every_sentence_that_newcomers_read_is_proved_or_states_no_fact() -> None:
    assert set(entries("sv")) - set(proofs()) - stating_nothing() == set()


def test_every_promise_to_staff_is_proved_or_is_none() -> None:
    assert len(promising()) > 100, "the words by which a promise is known have changed"
    assert promising() - set(proofs()) - stating_nothing() == set()


def test_every_sentence_to_staff_is_proved_or_states_nothing() -> None:
    assert len(stating()) > 200 and len(helping()) > 50, "how they are known has changed"
    assert stating() - set(proofs()) - stating_nothing() == set()


def test_every_definition_of_a_figure_is_proved() -> None:
    assert {key for key in entries("sv", "desk") if key.startswith(DEFINITION)} - set(proofs()) == set()


@pytest.mark.parametrize(
    "promise",
    ["It is deleted by itself.", "The volunteers have been told.", "Your draft is kept.", "We are trying again.",
     "It works once.", "You get a message here."],
)  # fmt: skip
def test_a_new_promise_would_be_found(promise: str) -> None:
    assert PROMISE.search(promise)


def test_nothing_is_proved_twice_or_that_nobody_reads() -> None:
    named = [key for key, _ in ROW.findall(FACTS.read_text("utf-8"))]
    named += [key for keys in (*STATES_NO_FACT.values(), *PROMISES_NOTHING.values()) for key in sorted(keys)]

    assert [key for key, times in Counter(named).items() if times > 1] == []
    assert set(named) - set(entries("sv")) - set(entries("sv", "desk")) == set()


def test_every_proof_is_a_test_that_is_there_or_a_source_with_the_day_it_was_read() -> None:
    for key, proof in proofs().items():
        if key in CONFIRMED_BY_THE_ORGANISATION:
            assert proof == "the organisation must confirm" and f"`{key}`" in FACTS.read_text("utf-8").split("##")[0]
            continue
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
