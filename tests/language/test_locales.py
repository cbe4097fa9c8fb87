"""The catalogues: whole, alike in every language, spelt by each language's rules, with no key too few or too many."""

import ast
import importlib
import inspect
import io
import pkgutil
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import regex
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from dennis.linter import Linter

import bot
import handlers
from bot.engine import errors
from bot.language import i18n, parts
from bot.language.helplines import EMERGENCY, HELPLINES
from models.closing import Category, Organisation, Outcome
from models.intake import PREFER_NOT_SAY, QUESTIONS
from models.people import RIGHT_TO_LEFT, STAFF_LANGUAGES, Language

ROOT = Path(__file__).parents[2]
CODE = ("bot", "handlers", "models")
TOLD_NEWCOMERS = (
    "bot/intake/texts.py", "bot/intake/texts_dialogue.py", "bot/intake/texts_ending.py", "bot/hours/texts.py",
    "bot/cases/phrases.py", "bot/cases/texts_newcomer.py", "bot/cases/texts_asked.py", "bot/privacy/texts.py",
)  # fmt: skip
TEMPLATES = ROOT / "handlers" / "web" / "templates"
LANGUAGES = [str(language) for language in Language]
RTL = sorted(RIGHT_TO_LEFT)
FILES = [(language, "messages") for language in LANGUAGES] + [(str(language), "desk") for language in STAFF_LANGUAGES]

# Keys made in code from a prefix and a code: the literal never stands there whole.
PREFIXES = (
    "age_", "ask_", "because_", "cat_", "ch_", "command_", "faq_", "language_", "line_", "mark_", "outcome_", "reason_",
    "report_", "setting_", "state_",
)  # fmt: skip
NUMBERS_WITHOUT_N = {"ar": 3, "sv": 1, "en": 1, "fa": 1, "uk": 1}  # how many of the first forms may say it in a word
SAME_AS_KEY = {("en", "today"), ("en", "tomorrow")}  # lower case, for they stand inside sentences
FORBIDDEN = {
    "ar": "[یکپچژگ]",
    "fa": "[يكةىۀ]",
    "uk": "[ыэъёЫЭЪЁ']",
    "sv": "[']",
    "en": "[']",
}
# Brands, what signs, letters and keys say. Anything else in Latin letters was forgotten by the translator.
LATIN_IN_RTL = {
    "A", "a-kassa", "Arbetsförmedlingen", "BankID", "bibliotek", "Bris", "CSN", "Försäkringskassan", "för", "IMY",
    "Integritetsskyddsmyndigheten", "Kronofogden", "Kvinnofridslinjen", "LKF", "Linero", "Lunds", "Länsstyrelsen",
    "massflyktsdirektivet", "Migrationsverket", "Mind", "män", "Online", "PDF", "Pensionsmyndigheten", "personnummer",
    "Region", "RådRum", "samordningsnummer", "servicekontor", "Shift", "Självmordslinjen", "Skatteverket", "Skåne",
    "socialtjänsten", "stadsbibliotek", "Stödlinjen", "Telegram", "transpersoner", "Zoom",
}  # fmt: skip
INSIDE_ANOTHER = {"place_and_day"}  # no sentence: it stands after the first word of remind_me
SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+|\n")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
KEY = re.compile(r"[a-z][a-z0-9_]*")
WORDS_IN_TEMPLATE = re.compile(r"""\bwords\(\s*(['"])([a-z0-9_]+)\1""")
QUOTED = re.compile(r"""(['"])([a-z0-9_]+)\1""")


def po_text(language: str, domain: str) -> str:
    path = i18n.LOCALES / language / "LC_MESSAGES" / f"{domain}.po"
    if domain == "desk" and not path.exists():
        pytest.skip(f"{path} has not been written yet")
    return path.read_text(encoding="utf-8")


@cache
def catalogue(language: str, domain: str) -> Catalog:
    return read_po(io.StringIO(po_text(language, domain)), abort_invalid=True)


def entries(language: str, domain: str = "messages") -> dict[str, Message]:
    """The entries by their keys, in the order of the file."""
    messages = (message for message in catalogue(language, domain) if message.id)
    return {(message.id if isinstance(message.id, str) else message.id[0]): message for message in messages}


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def said(language: str, domain: str = "messages") -> Iterator[tuple[str, str]]:
    """Every key with every text it has."""
    for key, message in entries(language, domain).items():
        for form in forms(message):
            yield key, form


def every_key() -> set[str]:
    return set(entries("sv", "messages")) | set(entries("sv", "desk"))


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_nothing_is_empty_fuzzy_twice_or_left_over(language, domain):
    found = entries(language, domain)
    msgids = re.findall(r'^msgid "(.+)"$', po_text(language, domain), re.MULTILINE)

    assert [key for key, message in found.items() if message.fuzzy] == []
    assert [key for key, form in said(language, domain) if not form.strip() or form != form.strip()] == []
    assert sorted(msgids) == sorted(set(msgids))
    assert set(msgids) == set(found)
    assert not catalogue(language, domain).obsolete


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_every_language_has_the_same_keys_in_the_same_order(language, domain):
    assert list(entries(language, domain)) == list(entries("sv", domain))


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_the_plural_forms_are_those_the_loader_counts_by(language, domain):
    text = po_text(language, domain)
    count = int(re.match(r"nplurals=(\d)", i18n.PLURALS[language])[1])

    plurals = [message for message in entries(language, domain).values() if message.pluralizable]

    assert f'"Plural-Forms: {i18n.PLURALS[language]}\\n"' in text
    assert f'"Language: {language}\\n"' in text
    assert {len(message.string) for message in plurals} <= {count}
    assert all(message.id == (message.id[0], message.id[0]) for message in plurals)


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_every_language_fills_the_same_placeholders(language, domain):
    ours, theirs = entries(language, domain), entries("en", domain)
    for key, message in ours.items():
        expected = sorted(PLACEHOLDER.findall(forms(theirs[key])[-1]))
        assert message.pluralizable == theirs[key].pluralizable, key
        for index, form in enumerate(forms(message)):
            found = sorted(PLACEHOLDER.findall(form))
            in_a_word = message.pluralizable and index < NUMBERS_WITHOUT_N[language] and "n" not in found
            assert found == ([name for name in expected if name != "n"] if in_a_word else expected), (key, index)


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_every_brace_is_part_of_a_placeholder(language, domain):
    strange = [(key, form) for key, form in said(language, domain) if re.search("[{}]", PLACEHOLDER.sub("", form))]

    assert strange == []


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_dennis_finds_no_errors(language, domain):
    """Without E201 and W202: they compare msgstr with msgid, and ours is a key with no placeholder in it."""
    linter = Linter(["python-brace-format"], ["E101", "E102", "E103", "E104"])

    found = linter.verify_file(po_text(language, domain))

    assert [(message.poentry.msgid, message.msg) for message in found] == []


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_every_text_is_a_text_and_not_its_key(language, domain):
    same = {(language, key) for key, form in said(language, domain) if form == key}

    assert same <= SAME_AS_KEY


@pytest.mark.parametrize(("language", "domain"), FILES)
def test_letters_are_those_of_the_language(language, domain):
    for key, form in said(language, domain):
        outside = PLACEHOLDER.sub("", form)
        assert unicodedata.is_normalized("NFC", form), key
        assert not regex.search(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad\ufeff]", form), key
        assert not re.search(FORBIDDEN[language], outside), key
        assert not re.search("[٠-٩۰-۹]", form), f"{key}: digits are Latin"
        assert language == "uk" or not regex.search(r"\p{Cyrillic}", form), key
        assert language in RTL or not regex.search(r"\p{Arabic}", form), key
        assert language == "fa" or "\u200c" not in form, key
        assert not regex.search(r"  |\s[.,;:!?،؛؟]", form), f"{key}: a space too many"


@pytest.mark.parametrize("language", RTL)
def test_an_arabic_or_persian_sentence_begins_with_its_own_script(language):
    """Telegram takes the direction of each paragraph from its first letter; digits and punctuation have none."""
    for key, form in said(language):
        for sentence in SENTENCE_END.split(form) if key not in INSIDE_ANOTHER else ():
            assert regex.match(r"[[\p{P}\d\s]--[{]]*\p{Arabic}", sentence, regex.V1), (key, sentence)


@pytest.mark.parametrize("language", RTL)
def test_latin_words_stay_rare_in_arabic_and_persian(language):
    for key, form in said(language):
        latin = regex.findall(r"\p{Latin}[\p{Latin}-]*", PLACEHOLDER.sub("", form))
        assert set(latin) <= LATIN_IN_RTL, key


def test_arabic_attaches_no_particle_to_a_latin_word_or_a_value():
    stuck = regex.compile(r"[\p{Arabic}--[،؛؟]][\p{Latin}\{0-9]|\bو ", regex.V1)

    assert [key for key, form in said("ar") if stuck.search(form)] == []


def test_persian_joins_with_zwnj_and_never_at_the_edge_of_a_word():
    for key, form in said("fa"):
        assert not regex.search(r"(?<!\p{Arabic})\u200c|\u200c(?!\p{Arabic})", form), key
        assert not regex.search(r"(?<!\p{Arabic})ن?می (?=\p{Arabic})| ها(?!\p{Arabic})| های(?!\p{Arabic})", form), key
        assert not re.search(r"نفر \{?\d", form), f"{key}: no digit directly after نفر"


def test_ukrainian_writes_you_in_lower_case_inside_a_sentence():
    polite = regex.compile(r"(?<![.!?:] |— )(?<!^)\b(Ви|Вас|Вам|Вами|Ваш\p{L}*)\b")

    assert [key for key, form in said("uk") if polite.search(form)] == []


def test_no_key_stands_in_both_catalogues():
    assert set(entries("sv", "messages")) & set(entries("sv", "desk")) == set()


def test_the_loader_takes_every_catalogue():
    for _, domain in FILES:
        catalogue("sv", domain)
    loaded = i18n.load()

    assert all(key in loaded.words(language) for language in LANGUAGES for key in entries("sv"))


# ---- What the code asks for


def newcomer_words(language: str) -> i18n.Words:
    messages = {key: message.string for key, message in entries(language).items()}
    return i18n.Words(language, messages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_and_question_of_the_dialogue_has_its_words(language):
    words = newcomer_words(language)
    for question in QUESTIONS.values():
        labels = [parts.answer_label(words, question.column, code) for code in (*question.options, PREFER_NOT_SAY)]
        assert words(f"ask_{question.column}")
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_closing_has_a_label(language):
    known = set(entries(language))

    assert {str(code) for code in Organisation} <= known
    assert {f"outcome_{code}" for code in Outcome} <= known
    assert {f"cat_{code}" for code in Category if code != Category.OTHER} <= known
    assert {f"command_{name}" for name in (*parts.COMMANDS, "start")} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_with_helplines_keeps_every_number_whole(language):
    card = parts.help_text(newcomer_words(language))
    isolated = "\u2066{}\u2069" if language in RTL else "{}"

    for number in (line.number.what for line in (EMERGENCY, *HELPLINES)):
        assert isolated.format(number) in card


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_telegram_shows_of_the_bot_is_not_too_long(language):
    words = newcomer_words(language)

    assert len(words("bot_description")) <= 512
    assert len(words("bot_short_description")) <= 120
    assert all(len(words(f"command_{name}")) <= 256 for name in parts.COMMANDS)


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    paths = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def refusal_names() -> set[str]:
    return {name for name, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, errors.Refusal)}


def literals(node: ast.expr) -> Iterator[str]:
    """The strings an expression can be, where they stand there whole: "a", or "a" if … else "b"."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def says(call: ast.Call) -> bool:
    """Whether the call's first argument is a key: words("…"), desk(language)("…"), simple("…"), BadInput("…") …"""
    if isinstance(call.func, ast.Name):
        return call.func.id in {"words", "desk", "simple", "Answer"} | refusal_names()
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in refusal_names()
    return isinstance(call.func, ast.Call | ast.Subscript)


def keys_in_python(path: Path | None = None) -> dict[str, Path]:
    """Every key that code asks for by its whole name, and where."""
    asked: dict[str, Path] = {}
    for source, tree in sources():
        if path is not None and source != path:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and says(node):
                asked |= dict.fromkeys(literals(node.args[0]), source)
    return asked


def keys_in_templates() -> dict[str, Path]:
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    return {found[2]: path for path in paths for found in WORDS_IN_TEMPLATE.finditer(path.read_text(encoding="utf-8"))}


def every_literal() -> set[str]:
    """Every string in the code or in a page that could be a key, whatever it is used for; docstrings are not."""
    in_python = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    pages = [path for path in (ROOT / "handlers" / "web").rglob("*") if path.suffix in {".html", ".js", ".txt", ".xml"}]
    in_pages = {found[2] for path in pages for found in QUOTED.finditer(path.read_text(encoding="utf-8"))}
    return in_python | in_pages


def test_every_key_the_code_asks_for_exists():
    known = every_key()

    asked = {key: str(path.relative_to(ROOT)) for key, path in (keys_in_python() | keys_in_templates()).items()}

    assert {key: path for key, path in asked.items() if key not in known} == {}


def test_every_key_newcomers_are_told_exists_in_their_languages():
    asked = {path: keys_in_python(ROOT / path) for path in TOLD_NEWCOMERS}

    assert [path for path, keys in asked.items() if not keys] == [], "moved: nothing would be checked"
    assert {key for keys in asked.values() for key in keys} - set(entries("sv")) == set()


def test_every_refusal_has_its_words():
    for top in (bot, handlers):
        for module in pkgutil.walk_packages(top.__path__, f"{top.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    found = list(_kinds_of(errors.Refusal))
    assert errors.Unavailable in found
    assert {cls.code for cls in found} - every_key() == set()


def _kinds_of(refusal):
    for kind in refusal.__subclasses__():
        yield kind
        yield from _kinds_of(kind)


def test_a_refusal_s_values_are_the_placeholders_of_its_sentence_and_nothing_else():
    known = {**entries("en", "messages"), **entries("en", "desk")}
    needed = {key: set(PLACEHOLDER.findall(forms(message)[-1])) for key, message in known.items()}
    typed = errors.NotOnShift(case_code="4729135"), errors.NewerWords(case_id=7, case_code="4729135")

    made = [*refusals_made(), *(("typed", refusal.code, set(refusal.values)) for refusal in typed)]

    assert len(made) > 100
    assert [(where, code, filled) for where, code, filled in made if filled != needed[code]] == []


def refusals_made() -> Iterator[tuple[str, str, set[str]]]:
    """Where a refusal is made, its code, and what fills its sentence; without those that take something else."""
    classes = {name: getattr(errors, name) for name in refusal_names()}
    plain = {name: cls for name, cls in classes.items() if cls.__init__ is errors.Refusal.__init__}
    for path, tree in sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in plain:
                codes = literals(call.args[0]) if call.args else [plain[call.func.id].code]
                for code in codes:
                    yield f"{path.name}:{call.lineno}", code, {str(value.arg) for value in call.keywords}


def test_no_key_of_the_newcomers_is_left_over():
    used = every_literal() | {line.for_whom.what for line in (EMERGENCY, *HELPLINES)}

    unused = [key for key in entries("sv") if key not in used and not key.startswith(PREFIXES)]

    assert unused == []
