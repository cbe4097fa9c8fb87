"""What stands in one language of a sentence for newcomers stands in all five: numbers, Swedish names, kinds of data.

Compares what is said over the whole catalogue, so that nothing is lost on the way to a language that few of us read.
Placeholders and letters are the matter of `test_locales.py`.
"""

from collections.abc import Mapping
from functools import cache

import pytest
import regex

from models.people import Language
from tests.language.test_locales import LANGUAGES, PLACEHOLDER, entries, forms

Found = Mapping[str, set[str]]
Kinds = Mapping[str, Mapping[str, str]]  # what may be said, and by which piece of a word in each language
NOT_READ = "not read by a native speaker"
# Where a name in Latin letters cannot be taken for a word. In English it stands in brackets; in Swedish it looks like
# any other word, so the other four say what to look for there.
IN_OTHER_LETTERS = (Language.AR, Language.FA, Language.UK)
LATIN = regex.compile(r"\p{Latin}[\p{Latin}\d-]*(?: \p{Latin}[\p{Latin}\d-]*)*")
BRACKETED = regex.compile(rf"\(({LATIN.pattern}(?:, {LATIN.pattern})*)\)")
# What letters and telephones in Sweden call things, whether or not a sentence has given the name yet.
NAMES = {
    "personnummer", "samordningsnummer", "Migrationsverket", "Skatteverket", "Försäkringskassan", "Arbetsförmedlingen",
    "Integritetsskyddsmyndigheten", "IMY", "Kvinnofridslinjen", "Självmordslinjen", "Bris", "BankID", "RådRum",
}  # fmt: skip
NO_NAMES = {"video", "Sorani"}  # in brackets in English and the same in Swedish, but words of every language
# A brand that is written as its readers' telephones write it; and inside a Swedish compound.
ALSO_SPELT = {
    ("fa", "Telegram"): "تلگرام",
    ("fa", "Zoom"): "زوم",
    ("sv", "Telegram"): "Telegramkonto",
}
# Each kind of sensitive data by a piece of its name, in each language. Source: GDPR, article 9.
SENSITIVE = {
    "health": {"sv": "hälsa", "en": "health", "ar": "الصح", "fa": "سلامت", "uk": "здоров"},
    "religion": {"sv": "religi", "en": "religi", "ar": "الدين", "fa": "دین", "uk": "релігі"},
    "politics": {"sv": "politi", "en": "politic", "ar": "السياس", "fa": "سیاسی", "uk": "політич"},
    "ethnic origin": {"sv": "etnisk", "en": "ethnic", "ar": "العرق", "fa": "قومی", "uk": "етнічн"},
    "sexuality": {"sv": "sexu", "en": "sexual", "ar": "الجنسي", "fa": "جنسی", "uk": "сексуальн"},
    "trade union": {"sv": "fackfören", "en": "trade union", "ar": "النقاب", "fa": "اتحادیهٔ کارگری", "uk": "профспілк"},
}
# What a line says of whom it is for, when, for how much; and what is to be deleted afterwards.
HELPLINE = {
    "violence": {"sv": "våld", "en": "violence", "ar": "عنف", "fa": "خشونت", "uk": "насильств"},
    "threats": {"sv": "hot", "en": "threat", "ar": "تهديد", "fa": "تهدید", "uk": "погроз"},
    "day and night": {"sv": "dygnet runt", "en": "day and night", "ar": "الساعة", "fa": "شبانه‌روز", "uk": "цілодо"},
    "free of charge": {"sv": "gratis", "en": "free", "ar": "مجاني", "fa": "رایگان", "uk": "безкоштовн"},
    "no name asked": {"sv": "anonym", "en": "anonym", "ar": "دون ذكر الاسم", "fa": "بدون گفتن نام", "uk": "анонім"},
    "in Swedish": {"sv": "svenska", "en": "swedish", "ar": "السويدية", "fa": "سوئدی", "uk": "шведськ"},
    "in English": {"sv": "engelska", "en": "english", "ar": "الإنجليزية", "fa": "انگلیسی", "uk": "англійськ"},
    "the call": {"sv": "samtalet", "en": "the call", "ar": "المكالمة", "fa": "تماس", "uk": "дзвінок"},
    "the chat": {"sv": "chatten", "en": "the chat", "ar": "المحادثة", "fa": "گفت‌وگو", "uk": "чат"},
}  # fmt: skip
UNREAD_FIRST = regex.compile(r"(line|consent|retention)(_\w+)?|danger_112|no_id_please")


@cache
def text(key: str, language: str) -> str:
    """The entry in all its forms, without its placeholders."""
    return PLACEHOLDER.sub("", "\n".join(forms(entries(language)[key])))


def sentences() -> list[str]:
    """The keys of what is not a button: a button has no room for a name in brackets."""
    return [key for key, entry in entries("en").items() if not any("button" in one for one in entry.auto_comments)]


def lacking(facts: Found) -> Found:
    """For each language what some other one says and it does not."""
    everything = set().union(*facts.values())
    return {language: everything - here for language, here in facts.items() if everything - here}


def numbers(written: str) -> set[str]:
    """The numbers in it, whatever the script of their digits."""
    return {str(int(number)) for number in regex.findall(r"\d+", written)}


def latin_names(key: str) -> set[str]:
    """The names in Latin letters that the entry has where they cannot be taken for words."""
    shown = {name for language in IN_OTHER_LETTERS for name in LATIN.findall(text(key, language))}
    bracketed = {name for inside in BRACKETED.findall(text(key, "en")) for name in LATIN.findall(inside)}
    return shown | {name for name in bracketed if name.casefold() in text(key, "sv").casefold()}


@cache
def known_names() -> frozenset[str]:
    """Those of the whole catalogue: what is a name in one sentence is one in every other."""
    return frozenset(NAMES.union(*map(latin_names, entries("en"))) - NO_NAMES)


def names(key: str, language: str) -> set[str]:
    return {name for name in known_names() if has_name(key, language, name)}


def has_name(key: str, language: str, name: str) -> bool:
    """As it is written, or with the capital letter that begins a sentence, or as this language spells it."""
    written = text(key, language)
    spellings = "|".join(regex.escape(one) for one in {name, name[0].upper() + name[1:]})
    whole = regex.search(rf"(?<![\p{{Latin}}\d-])(?:{spellings})(?![\p{{Latin}}\d])", written)
    return bool(whole) or ALSO_SPELT.get((language, name), "\0") in written


def test_a_number_that_stands_in_one_language_stands_in_all() -> None:
    lost = {key: lacking({language: numbers(text(key, language)) for language in LANGUAGES}) for key in entries("en")}

    assert {key: where for key, where in lost.items() if where} == {}


def test_a_number_counts_in_the_digits_of_any_script() -> None:
    assert numbers("112 eller 48") == numbers("۱۱۲ یا ۴۸") == numbers("١١٢ أو ٤٨")


def test_a_swedish_name_that_stands_in_one_language_stands_in_all() -> None:
    lost = {key: lacking({language: names(key, language) for language in LANGUAGES}) for key in sentences()}

    assert {key: where for key, where in lost.items() if where} == {}


def test_the_names_that_are_looked_for_are_those_on_letters_and_signs() -> None:
    assert {"Stödlinjen för män", "Lunds stadsbibliotek", "Region Skåne", "A4", "a-kassa"} <= known_names()
    assert not known_names() & NO_NAMES
    assert has_name("social_services", "sv", "socialtjänsten"), "a capital letter begins its sentence"
    assert not has_name("consent_withdraw_web", "en", "Mind"), "“change your mind” names nobody"


def test_the_consent_names_the_same_kinds_of_sensitive_data_in_every_language() -> None:
    lost = lost_of("consent_", SENSITIVE)

    assert {key: where for key, where in lost.items() if where} == {}
    assert said_of("consent_ask", "sv", SENSITIVE) >= {"health", "religion"}


def test_a_helpline_says_of_itself_the_same_in_every_language() -> None:
    lost = lost_of("line_", HELPLINE)

    assert {key: where for key, where in lost.items() if where} == {}
    assert said_of("line_women", "ar", HELPLINE) == {"violence", "threats"}
    assert said_of("line_always", "ar", HELPLINE) == {"day and night"}


def lost_of(prefix: str, kinds: Kinds) -> dict[str, Found]:
    keys = [key for key in entries("en") if key.startswith(prefix)]
    return {key: lacking({language: said_of(key, language, kinds) for language in LANGUAGES}) for key in keys}


def said_of(key: str, language: str, kinds: Kinds) -> set[str]:
    return {kind for kind, called in kinds.items() if called[language] in text(key, language).casefold()}


@pytest.mark.parametrize("language", IN_OTHER_LETTERS)
def test_what_a_life_or_a_consent_hangs_on_is_marked_for_a_native_speaker(language: str) -> None:
    marked = {key: NOT_READ in entry.auto_comments for key, entry in entries(language).items()}

    assert {key for key, is_marked in marked.items() if UNREAD_FIRST.fullmatch(key) and not is_marked} == set()
    assert {"line_women", "consent_ask", "danger_112"} <= marked.keys()
