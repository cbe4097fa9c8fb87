"""One thing, one word: the words that are not said in the staff's catalogues, and what is said instead.

Newcomers' words are the glossary's, and held by `test_locales.py`. A word that is right for something else too says
for which keys it is wrong.
"""

import re
from typing import NamedTuple

import pytest

from tests.language.test_locales import said


class Other(NamedTuple):
    """A word that must not stand in a language's catalogue, and what is said instead. `where`: in which keys only."""

    language: str
    word: str
    instead: str
    where: str = ""


OF_HOURS = r"(desk_|cli_|staff_command_)?(hours|extra|shift)"
OTHERS = [
    Other("sv", r"\bskäl", "orsak, as in the chat and on the hours page"),
    Other("sv", r"tillbakatag|\bt(?:ar?|og) tillbaka", "ångra, as on the button", OF_HOURS),
    Other("sv", r"\bpersonen", "besökaren: who writes to us", "(state|relay|card|case|coordinator)_"),
    Other("sv", r"\b(?:den|någon) som frågade", "besökaren: who writes to us"),
    Other("sv", r"fel nummer", "fel mottagare: nobody has dialled anything"),
    Other("sv", r"botens nyckel|nyckel från BotFather|nyckel \(token", "token: it is not the key file"),
    Other("sv", r"stod på pass", "har pass"),
    Other("sv", r"inpassering", "insläpp, which libraries say"),
    Other("sv", r"\bsläng", "kasta"),
    Other("sv", r"\bnya ord\b", "nytt meddelande: new words are vocabulary"),
    Other("sv", r"mittvärde", "median"),
    Other("sv", r"\bidag\b|\bimorgon\b", "i dag, i morgon"),
    Other("sv", r"\bfrivillig|\brådgivaren har blockerat", "volontär"),
    Other("sv", r"\bersättare", "andra får frågan, as on the button", "(desk_)?(shift|cant|stand_in)_"),
    Other("en", r"\bt(?:ake|akes|aken|ook|aking) (?:\w+ )?back", "undo, as on the button", OF_HOURS),
    Other("en", r"\bnewest", "latest, of changes and closings"),
    Other("en", r"\btelephone", "phone"),
    Other("en", r"\bthe person\b", "the visitor: who writes to us", "(state|relay|card|case|coordinator)_"),
    Other("en", r"\bbot’s key|key \(token", "token: a key is the key file"),
    Other("en", r"\bnew words\b", "new message"),
    Other("en", r"\binside use", "internal use"),
    Other("en", r"\bmiddle of the", "median"),
    Other("en", r"\bhas got a\b", "has a"),
    Other("en", r"\bwe try again\b", "we are trying again: it is happening now"),
    Other("en", r"^away\b", "pause, as in /pause and on its button", "profile_"),
    Other("en", r"\bthe desk\b", "the volunteer page, as its title says"),
]  # fmt: skip


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: f"{other.language} {other.instead}")
def test_a_thing_has_one_word_in_the_staff_s_catalogue(other: Other) -> None:
    found = [
        (key, form)
        for key, form in said(other.language, "desk")
        if re.search(other.word, form, re.I) and re.match(other.where, key)
    ]

    assert found == [], f"say: {other.instead}"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("sv", "Skäl till inställda tillfällen"), ("sv", "Ändring 3 är tillbakatagen."),
        ("sv", "Personen har blockerat boten"), ("sv", "en nyckel från BotFather"), ("sv", "en ersättare frågas"),
        ("en", "Take back the newest change"), ("en", "Change 3 has been taken back."), ("en", "They took it back"),
        ("en", "For inside use only"), ("en", "New words in case 1"), ("en", "Away: none"),
    ],
)  # fmt: skip
def test_what_stood_there_once_would_be_found(language: str, sentence: str) -> None:
    assert [other for other in OTHERS if other.language == language and re.search(other.word, sentence, re.I)]
