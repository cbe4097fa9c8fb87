"""What a text is that somebody typed: a command, words, both, or a word with a slash that waits for its writer."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.commands import COMMANDS, ENDING, KNOWN, Line, Typed, of_staff, read
from models.people import Language

DELETE, STOP, UNKNOWN, WORDS = Typed("delete"), Typed("stop"), Typed(is_unknown=True), Typed(is_words=True)
SPOKEN = Typed("delete", is_spoken=True)
AND_WORDS = {name: Typed(name, is_words=True) for name in KNOWN}


@pytest.mark.parametrize(
    "text",
    [
        *("/delete", "/Delete", "/DELETE", "/delete.", "/delete!", "/delete?", "/delete …", "/delete…", '/delete"'),
        *(" /delete", "/delete \n", "\n/delete", "\u00a0/delete\u00a0", "\u2003/delete", "/delete\u3000"),
        *(
            "./delete",
            ". /delete",
            "/ delete",
            "//delete",
            "\\delete",
            "／delete",
            "／ＤＥＬＥＴＥ",
            "⁄delete",
            "(/delete)",
        ),
        *("/delete؟", "/delete۔", "/delete ۔", "/delete।", "/delete،", "/delete。", "«/delete»"),
        *(
            "\u200f/delete",
            "/delete\u200f",
            "\u202b/delete\u202c",
            "\u2067/delete\u2069",
            "/del\u200cete",
            "\ufeff/delete",
        ),
        *("/delete@radrum_bot", "/Delete@RadRum_Bot.", "/delete\ufe0f"),
    ],
)
@pytest.mark.parametrize("language", [None, "sv", "ar"])
def test_a_command_is_one_however_it_is_typed(text: str, language: str | None) -> None:
    assert read(text, language) == DELETE


@pytest.mark.parametrize("name", KNOWN)
def test_every_command_alone_is_followed_and_keeps_nothing(name: str) -> None:
    assert read(f"/{name}", "fa") == Typed(name)
    assert read(f"/{name.upper()}@radrum_bot!", "fa") == Typed(name)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("/delete is not working, what do I do", AND_WORDS["delete"]),
        ("/delete\nnej vänta", AND_WORDS["delete"]),
        ("/delete /stop", AND_WORDS["delete"]),
        ("/stop writing to me", AND_WORDS["stop"]),
        ("/help my husband hits me", AND_WORDS["help"]),
        ("/help: min man slår mig", AND_WORDS["help"]),
        ("/help,min man slår mig", AND_WORDS["help"]),
        ("/help@radrum_bot my husband hits me", AND_WORDS["help"]),
        ("/help 😭", AND_WORDS["help"]),
        ("/HELP کمکم کنید", AND_WORDS["help"]),
        ("／help\u00a0мене б'є чоловік", AND_WORDS["help"]),
        ("/help 112", AND_WORDS["help"]),
        ("/hours on monday?", AND_WORDS["hours"]),
        ("/status\n\nhar ni läst det?", AND_WORDS["status"]),
        ("/language arabic please", AND_WORDS["language"]),
        ("/privacy is it safe", AND_WORDS["privacy"]),
        ("/start jag har en fråga", AND_WORDS["start"]),
        ("/start hjälp", AND_WORDS["start"]),
    ],
)
def test_a_command_with_more_words_is_followed_and_the_words_are_kept(text: str, meant: Typed) -> None:
    assert read(text, "sv") == meant


@pytest.mark.parametrize("text", ["/start poster", "/start hours_2026-1", "/start " + "x" * 64])
def test_what_a_link_puts_behind_start_is_nobody_s_words(text: str) -> None:
    assert read(text, None) == Typed("start")


@pytest.mark.parametrize(
    "text", ["/hjälp", "/foo", "/Foo.", "/delte", "/12", "/", "./stopp", "／foo", "/foo-bar", "/دعم"]
)
def test_one_unknown_word_with_a_slash_waits_for_its_writer(text: str) -> None:
    assert read(text, "sv") == UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        *(
            "/12 months contract, can I leave?",
            "/hjälp min man slår mig",
            "/foo bar",
            "/ och sen då?",
            "/deleted my letter",
        ),
        *(
            "hej /delete",
            "Kan ni radera det?",
            "delete it",
            "jag vill ha hjälp",
            "help me with the rent",
            "stop",
            "Sluta",
        ),
        *(":/", ":/ jag vet inte", ":-/", "\\o/", ":\\", "=/", "-/", "\\foo", "1/2 rum"),
        *("status", "hours", "24/7", "https://example.org/delete", "och/eller", "", " ", "…"),
    ],
)
def test_everything_else_is_words(text: str) -> None:
    assert read(text, "sv") == WORDS


@pytest.mark.parametrize(
    ("language", "deletes", "helps"),
    [
        (
            "sv",
            ("radera", "Radera.", "RADERA ALLT!", "radera\u00a0mig"),
            ("hjälp", "Hjälp!!", "HJÄLP HJÄLP", "hjälp mig"),
        ),
        ("ar", ("حذف", "احذف", "اِحذِف", "حذف كلّ شيء", "حذف؟"), ("مساعدة", "ساعدوني!", "النجدة")),
        ("fa", ("حذف", "پاک کنید", "حذف\u200c کن", "پاک کردن همه‌چیز", "حذف۔"), ("کمک", "كمك", "کمکم کنید!")),
        ("uk", ("видалити", "Видаліть все", "\u200fвидали"), ("допомога", "Допоможіть!", "допоможіть мені")),
        (
            "en",
            ("delete", "Delete!", "delete everything", "  delete  "),
            ("help", "HELP", "help me", "help 😭", "help help"),
        ),
    ],
)
def test_delete_and_help_are_understood_without_a_slash_in_the_person_s_language(
    language: str, deletes: tuple[str, ...], helps: tuple[str, ...]
) -> None:
    assert {text: read(text, language) for text in deletes} == dict.fromkeys(deletes, SPOKEN)
    assert {text: read(text, language) for text in helps} == dict.fromkeys(helps, AND_WORDS["help"])
    assert [read(text, None).command for text in (*deletes, *helps)] == ["delete"] * len(deletes) + ["help"] * len(
        helps
    )


@pytest.mark.parametrize("language", list(Language))
def test_the_bare_english_word_is_understood_by_everybody(language: str) -> None:
    assert read("Delete.", language) == SPOKEN
    assert read("help", language) == AND_WORDS["help"]


@pytest.mark.parametrize(("text", "language"), [("radera", "ar"), ("hjälp", "uk"), ("کمک", "sv"), ("help me", "fa")])
def test_the_words_of_another_language_are_words_once_one_is_chosen(text: str, language: str) -> None:
    assert read(text, language) == WORDS


def test_before_a_language_is_chosen_the_word_says_which_it_is() -> None:
    assert read("کمک", None).language == Language.FA
    assert read("radera", None).language == Language.SV
    assert read("حذف", None).language is None, "it is Arabic as well as Persian"


def test_a_word_for_deleting_asks_behind_a_slash_too() -> None:
    assert read("/radera", "sv") == DELETE
    assert read("/حذف", "fa") == DELETE


def test_what_ends_something_stands_last_in_the_menu() -> None:
    assert COMMANDS[-2:] == ENDING == ("stop", "delete")  # the sentences say "the last line", "one of the last two"


WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
BEFORE = st.sampled_from(["", "/", "./", "/ ", "／", "\u200f/", "/delete ", "/stop ", "/help\n", "/foo ", "radera "])


@given(BEFORE, st.lists(WORD, min_size=2, max_size=5), st.sampled_from([None, *Language]))
@example("/delete ", ["nej", "vänta"], "sv")
@example("/start ", ["hej", "hej"], None)
def test_of_a_text_with_more_than_one_word_nothing_is_lost(before: str, words: list[str], language: str | None) -> None:
    text = before + " ".join(words)

    typed = read(text, language)

    known_phrase = typed.command == "delete" and not before.strip("./ \n\u200f／")
    assert typed.is_words or known_phrase, text
    assert not typed.is_unknown, text


@given(st.text(max_size=40), st.sampled_from([None, *Language]))
def test_whatever_is_typed_is_kept_or_is_a_command_or_waits(text: str, language: str | None) -> None:
    typed = read(text, language)

    assert typed.is_words or typed.command in KNOWN or typed.is_unknown
    assert not (typed.is_unknown and (typed.command or typed.is_words))


@pytest.mark.parametrize(
    "text", ["/" * 12_000, " " * 12_000 + "x", "." * 12_000, "/" + "a" * 12_000, "a" * 12_000 + "/"]
)
def test_a_long_text_is_read_in_one_go(text: str) -> None:
    assert read(text, "sv").command == ""  # a pattern that goes back and forth would not come to an end


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("/cases", Line("cases", "")),
        ("/CASES@radrum_bot", Line("cases", "")),
        ("./cases.", Line("cases", "")),
        ("/closeday 23/12 linero", Line("closeday", "23/12 linero")),
        ("/closeday: 23/12 Linero", Line("closeday", "23/12 Linero")),
        (
            "/popup\n2026-12-22 15-18 Sporthallen, Testgatan 1",
            Line("popup", "2026-12-22 15-18 Sporthallen, Testgatan 1"),
        ),
        ("/hours_undo", Line("hours_undo", "")),
        ("/12 månader gäller", Line("12", "månader gäller")),
        ("／foo", Line("foo", "")),
        ("/ hej", Line("hej", "")),
        ("hej /cases", None),
        ("radera", None),
        (":/ tyvärr, vi har stängt", None),
        ("\\o/ vad bra!", None),
        ("24/7", None),
    ],
)
def test_a_line_of_staff_begins_with_a_slash(text: str, line: Line | None) -> None:
    assert of_staff(text) == line
