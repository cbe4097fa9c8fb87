"""The book of everything the service says: as it lies in the folder, whole, and read by what a machine can read."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale

from bot.engine import errors
from bot.language.commands import COMMANDS
from bot.volunteers.menus import STAFF_COMMANDS
from handlers.web.routes import ROUTES
from models.outbox import Notice
from models.people import STAFF_LANGUAGES, Language
from tests.actors import MARKS
from tests.book import refusals, telegram_walk
from tests.book.entries import Book, Bubble, Entry
from tests.book.noted import NotedWords, noted
from tests.book.pages import CLOSES, OPENS
from tests.book.printing import COMMAND, FOLDER, files
from tests.book.rendering import COMMAND_LINE, NEWCOMERS, STAFF, Library, read_of, rendered, stands
from tests.book.walking import name_of
from tests.telling import ways

LARGEST_BYTES = 4_000_000
BOOKS = [f"{NEWCOMERS}-{language}" for language in Language]
BOOKS += [f"{audience}-{language}" for audience in (STAFF, COMMAND_LINE) for language in STAFF_LANGUAGES]
# Routes that show nobody anything: what scripts, sockets, programs and other sites ask for.
NOTHING_TO_READ = {
    "GET /hours.ics", "GET /hours/{place}.ics", "GET /hours.json", "GET /shifts/{token}.ics", "GET /poster.pdf",
    "GET /healthz", "GET /readyz",
    "GET /metrics", "POST /telegram/webhook", "GET /static/{version}/{name}", "GET /{language}/chat/live",
    "GET /desk/live", "GET /desk/presence", "POST /desk/presence", "POST /{language}/chat/here",
    "GET /{language}/chat/draft", "POST /{language}/chat/draft", "POST /{language}/chat/written",
    "POST /{language}/chat/leave",  # leads to another site
}  # fmt: skip
# Those that lead on to a page of the book, and say nothing of their own.
LEAD_ON = {
    "GET /{language}/chat/{act}", "GET /desk/{act}", "GET /desk/notices/{notice}/put-away", "GET /desk/places",
    "GET /desk/shifts/calendar/end", "GET /desk/shifts/open/{gap}/ask", "GET /desk/shifts/{shift}/{own}",
    "GET /desk/shifts/{shift}/{act}", "GET /desk/announce/send", "GET /desk/shifts/swaps/{swap}/{own}",
    "GET /desk/shifts/standing/{standing}/end", "GET /desk/shifts/template/lines/{line}",
    "GET /desk/shifts/template/lines/{line}/{act}", "GET /desk/shifts/terms", "GET /desk/shifts/terms/{draft}/{act}",
    "GET /desk/cases/{case}/{act}", "GET /desk/hours/propose", "GET /desk/hours/drafts/{draft}/{act}",
    "GET /desk/volunteers/{person}/{act}", "GET /desk/me/moved",
}  # fmt: skip
# A number here is a name or a limit, and nothing is counted by it: "change 7", "at most 40".
NOT_COUNTED = {
    "most", "number", "port", "percent", "base", "lowest", "highest", "lease", "send_timeout", "connect", "all",
    "count", "minutes", "hours", "first", "last", "place", "there", "needed",
}  # fmt: skip
SENTENCE = re.compile(r"(?<=[.!?؟])\s+|\n")
SHORT = 15  # a name or a word may well stand twice
OF_EACH_LINE = ("line_always", "line_daily", "line_in_", "line_interpreter_", "line_free", "line_anonymous")
CASE_NUMBER = re.compile(r"\b\d{3} \d{3} \d\b")
WRONG = (
    ("a space too many", re.compile(r"\S {2,}\S")),
    ("two full stops", re.compile(r"(?<![.\d])\.\.(?![.\d])|[!?؟،,:؛;]\.|\.،")),
    ("a space before a mark", re.compile(r"\w +[.,;:!?،؛؟](?:\s|$)")),
    ("a placeholder", re.compile(r"\{\w*\}")),
    ("nothing where something should be", re.compile(r"\(\s*\)|[“”\"«]\s*[“”\"»]|\bNone\b(?! of)|\[\]")),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """One rendering for all that look at it."""
    return rendered(tmp_path_factory.mktemp("book"))


@pytest.fixture
def book(library: Library, request: pytest.FixtureRequest) -> Book:
    return next(book for book in library.books if book.name == request.param)


def texts_of(entry: Entry) -> Iterator[str]:
    """Each text that stands by itself: a bubble, a bubble of a page, a piece of a page."""
    yield from (bubble.text for bubble in entry.bubbles)
    inside: list[str] | None = None
    for block in entry.blocks:
        if block.kind == OPENS:
            inside = []
        elif block.kind == CLOSES:
            yield "\n".join(inside or [])
            inside = None
        elif inside is not None and block.kind != "small":
            inside.append(block.text)
        elif block.kind not in ("field", "code"):
            yield block.text


def told(entry: Entry) -> Iterator[tuple[str, str]]:
    """The service's own texts without the marks that nobody sees, and where they stand."""
    own = {bubble.text for bubble in entry.bubbles if bubble.own}
    for text in texts_of(entry):
        if text not in own:
            yield entry.name, MARKS.sub("", text)


# The folder.


def test_the_folder_holds_the_book_as_it_is(library: Library) -> None:
    fresh = files(library)
    kept = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()} if FOLDER.exists() else {}

    differing = sorted(name for name in {*fresh, *kept} if fresh.get(name) != kept.get(name))

    assert differing == [], (
        f"what is said has changed: run `{COMMAND}`, read what differs in docs/texts/, and commit it"
    )


def test_the_book_is_no_larger_than_somebody_may_read(library: Library) -> None:
    assert sum(len(text.encode()) for text in files(library).values()) < LARGEST_BYTES


def test_the_pages_run_no_script_and_ask_for_nothing(library: Library) -> None:
    for name, text in files(library).items():
        if name.endswith(".html"):
            assert not re.search(r"<(script|link|img|iframe|form)\b|<[^>]*\s(src|on\w+)=|@import|url\(", text), name
            assert {link for link in re.findall(r'href="([^"]*)"', text)} <= set(files(library)), name


# Whole.


@pytest.mark.parametrize("book", [name for name in BOOKS if not name.startswith(COMMAND_LINE)], indirect=True)
def test_every_notice_is_in_the_book(book: Book) -> None:
    sayings = ways.to_newcomers() if book.audience == NEWCOMERS else ways.to_staff()
    section = next(section for section in book.sections if section.title == "Notices")

    assert [entry.name for entry in section.entries] == [one.kind.value for one in sayings]
    assert [entry.name for entry in section.entries if not entry.bubbles] == []


def test_every_notice_is_in_some_book(library: Library) -> None:
    told = {entry.name for book in library.books for entry in book.entries}

    assert {notice.value for notice in Notice} - told == {Notice.UNSAY.value, Notice.MENU.value}  # say nothing


@pytest.mark.parametrize("book", BOOKS, indirect=True)
def test_every_sentence_of_the_catalogues_is_in_the_book(library: Library, book: Book) -> None:
    """Newcomers' sentences about a change stand in what a coordinator reads before it is published."""
    of_newcomers = noted(library.catalogues.words(book.language))
    is_theirs = book.audience == NEWCOMERS
    words = of_newcomers if is_theirs else noted(library.catalogues.desk(book.language))
    keys = words.keys if is_theirs else words.keys - of_newcomers.keys
    others = library.of(STAFF) if is_theirs else [one for one in library.books if one.language == book.language]
    whole = read_of([book, *others])

    missing = [key for key in sorted(keys) if not any(stands(form, whole) for form in words.forms_of(key))]

    assert missing == []


def test_every_refusal_is_in_the_books(library: Library) -> None:
    told = {entry.name for book in library.books for entry in book.entries}
    of_types = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.Refusal)}
    of_code = {
        key
        for folder in refusals.FOLDERS
        for path in Path(folder).rglob("*.py")
        for key in re.findall(r"raise \w*\.?\w+\(\s*\"([a-z_]+)\"", path.read_text("utf-8"))
        if key in noted(library.catalogues.desk("sv")).keys
    }

    assert len(of_code) > 60
    assert (of_types | of_code) - told == set()


def test_every_route_is_walked_or_shows_nothing(library: Library) -> None:
    there = {name_of(route.method, route.path) for route in ROUTES}

    assert there - library.routes - NOTHING_TO_READ - LEAD_ON == set(), "a walk of tests/book/ has to go there"
    assert (NOTHING_TO_READ | LEAD_ON) - there == set()


@pytest.mark.parametrize("book", [name for name in BOOKS if not name.startswith(COMMAND_LINE)], indirect=True)
def test_every_command_is_answered_in_the_book(book: Book) -> None:
    of_staff = (*STAFF_COMMANDS, *telegram_walk.COMMANDS_OF_COORDINATORS)
    answered = {entry.name for entry in book.entries if len(entry.bubbles) > 1}

    assert {f"/{name}" for name in (COMMANDS if book.audience == NEWCOMERS else of_staff)} - answered == set()


# Read.


@pytest.mark.parametrize("book", BOOKS, indirect=True)
def test_nothing_is_said_twice_in_one_message(library: Library, book: Book) -> None:
    """A list of openings may name a place twice, one of helplines that a line is free: what counts are whole sentences,
    and those with a case's number."""
    words = noted(
        library.catalogues.words(book.language)
        if book.audience == NEWCOMERS
        else library.catalogues.desk(book.language)
    )
    keys = [key for key in words.keys if not key.startswith(OF_EACH_LINE)]
    whole = {one.strip() for key in keys for form in words.forms_of(key) for one in SENTENCE.split(form)}

    twice = [
        (name, sentence)
        for entry in book.entries
        for name, text in told(entry)
        for sentence, times in Counter(one.strip() for one in SENTENCE.split(text)).items()
        if times > 1 and len(sentence) > SHORT and (sentence in whole or CASE_NUMBER.search(sentence))
    ]

    assert twice == []


@pytest.mark.parametrize("book", BOOKS, indirect=True)
def test_no_message_has_a_slip_that_shows_only_when_it_is_put_together(book: Book) -> None:
    texts = [
        (name, line)
        for entry in book.entries
        for name, text in [*told(entry), *((entry.name, label) for bubble in entry.bubbles for label in bubble.buttons)]
        for line in text.split("\n")
    ]

    assert [(what, name, line) for name, line in texts for what, pattern in WRONG if pattern.search(line)] == []


@pytest.mark.parametrize("book", BOOKS, indirect=True)
def test_no_bubble_and_no_button_is_empty(book: Book) -> None:
    bubbles = [(entry.name, bubble) for entry in book.entries for bubble in entry.bubbles]

    assert [name for name, bubble in bubbles if not MARKS.sub("", bubble.text).strip()] == []
    assert [name for name, bubble in bubbles for label in bubble.buttons if not MARKS.sub("", label).strip()] == []
    assert [entry.name for entry in book.entries for block in entry.blocks if is_empty(block.kind, block.text)] == []


def is_empty(kind: str, text: str) -> bool:
    return kind not in (OPENS, CLOSES, "field") and not text.strip()


@pytest.mark.parametrize("language", list(Language))
def test_a_number_is_said_in_the_form_that_it_asks_for(library: Library, language: str) -> None:
    """The forms are those of the Unicode consortium's rules, not of our own, and each has its own words."""
    books = [noted(library.catalogues.words(language))]
    books += [noted(library.catalogues.desk(language))] if language in STAFF_LANGUAGES else []
    rule, forms = Locale.parse(language).plural_form, {}

    for count in range(200):
        forms.setdefault(books[0]._form(count), set()).add(rule(count))

    # Swedish, English and Persian take "other" for 0 in one book and "one" in another: only what both count alike.
    mixed = {form: tags for form, tags in forms.items() if len(tags - {"zero"}) > 1}
    assert mixed in ({}, {0: {"one", "other"}}), mixed
    for words in books:
        assert sorted({(key, name) for key, name in words.bare if name not in NOT_COUNTED}) == []


@pytest.mark.parametrize("book", [name for name in BOOKS if name.startswith(NEWCOMERS)], indirect=True)
def test_every_form_of_a_counted_sentence_is_shown(library: Library, book: Book) -> None:
    words: NotedWords = noted(library.catalogues.words(book.language))
    counted = {key for key in words.keys if len(words.forms_of(key)) > 1}
    said = {key for key, form in words.said if form is not None}

    assert counted - said == set()


def test_a_refusal_that_is_new_would_be_found() -> None:
    import ast

    calls = [node for node in ast.walk(ast.parse('raise Stale("something_new")')) if isinstance(node, ast.Call)]

    assert list(refusals._keys_in(calls, {"Stale"})) == ["something_new"]


def test_a_bubble_that_is_said_again_is_not_the_same() -> None:
    assert Bubble("a", (("b",),)) != Bubble("a")
