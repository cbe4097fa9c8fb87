"""Sentences, plural forms, direction, dates and the shape of text, in all five languages."""

import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import dates
from bot.language.i18n import (
    PLURALS,
    CatalogueError,
    Catalogues,
    Foreign,
    Ltr,
    MissingText,
    Plain,
    load,
    suggest_language,
)
from bot.language.textshape import clean, fold, html_isolates, split_text, to_latin_digits, utf16_length

STOCKHOLM = ZoneInfo("Europe/Stockholm")
COUNTS = (0, 1, 2, 3, 10, 11, 21, 22, 25, 99, 100, 101, 102, 103, 111, 1000)
SUNDAY_EVENING = datetime(2026, 1, 4, 20, 0, tzinfo=UTC)
MONDAY_AFTERNOON = datetime(2026, 1, 5, 14, 30, tzinfo=UTC)

AHEAD = {
    "sv": ["{n} person före dig", "{n} personer före dig"],
    "en": ["{n} person ahead of you", "{n} people ahead of you"],
    "ar": [
        "لا أحد قبلك",
        "شخص واحد قبلك",
        "شخصان قبلك",
        "{n} أشخاص قبلك",
        "{n} شخصًا قبلك",
        "{n} شخص قبلك",
    ],
    "fa": ["{n} نفر جلوتر از شماست", "{n} نفر جلوتر از شما هستند"],
    "uk": ["Перед вами {n} особа", "Перед вами {n} особи", "Перед вами {n} осіб"],
}
RANGES = {
    "sv": "{from}–{to}",
    "en": "{from}–{to}",
    "ar": "من {from} إلى {to}",
    "fa": "از {from} تا {to}",
    "uk": "{from}–{to}",
}
SENTENCES = {
    "thanks": "<{name}>",
    "place": "{place} · {phone} · {days}",
    "code": "{code}!",
    "today": "today.",
    "tomorrow": "tomorrow.",
}


def catalogue(language: str, sentences: dict[str, str | list[str]], plurals: str | None = None) -> str:
    header = plurals or PLURALS[language]
    entries = [f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {header}\\n"\n']
    for key, said in sentences.items():
        if isinstance(said, str):
            entries.append(f'msgid "{key}"\nmsgstr "{said}"\n')
        else:
            forms = "".join(f'msgstr[{index}] "{form}"\n' for index, form in enumerate(said))
            entries.append(f'msgid "{key}"\nmsgid_plural "{key}"\n{forms}')
    return "\n".join(entries)


def write(folder: Path, language: str, domain: str, text: str) -> None:
    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path) -> Path:
    for language, ahead in AHEAD.items():
        half = ["x"] + [""] * (len(ahead) - 1)
        own = {"ahead": ahead, "time_range": RANGES[language], "empty": "", "half": half}
        if language == "fa":
            own["ahead__zero"] = "کسی جلوتر از شما نیست"
        write(tmp_path, language, "messages", catalogue(language, SENTENCES | own))
    for language in ("sv", "en"):
        write(tmp_path, language, "desk", catalogue(language, {"queue": f"queue {language}", "code": "desk {code}"}))
    return tmp_path


@pytest.fixture
def catalogues(folder) -> Catalogues:
    return load(folder)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        # n:   0  1  2  3 10 11 21 22 25 99 100 101 102 103 111 1000
        ("sv", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("en", [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("ar", [0, 1, 2, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5, 3, 4, 5]),
        ("fa", [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("uk", [2, 0, 1, 1, 2, 2, 0, 1, 2, 2, 2, 0, 1, 1, 2, 2]),
    ],
)
def test_each_count_takes_the_form_its_language_asks_for(catalogues, language, forms):
    expected = [AHEAD[language][form].replace("{n}", str(n)) for n, form in zip(COUNTS, forms, strict=True)]
    if language == "fa":
        expected[0] = "کسی جلوتر از شما نیست"

    said = [catalogues.words(language)("ahead", n) for n in COUNTS]

    assert [sentence.replace("\u2066", "").replace("\u2069", "") for sentence in said] == expected


def test_a_sentence_is_found_by_its_key_and_filled(catalogues):
    assert catalogues.words("en")("thanks", name="Amal") == "<Amal>"
    assert catalogues.words("en")("ahead", n=3) == "3 people ahead of you"


@pytest.mark.parametrize(
    ("key", "n"), [("nothing", None), ("empty", None), ("half", 1), ("ahead", None), ("thanks", 1)]
)
def test_a_sentence_that_is_missing_empty_or_counted_wrongly_is_never_made_up(catalogues, key, n):
    with pytest.raises(MissingText, match=key):
        catalogues.words("uk")(key, n, name="x")


def test_a_placeholder_without_a_value_is_a_mistake(catalogues):
    with pytest.raises(MissingText, match="thanks needs name"):
        catalogues.words("sv")("thanks")


def test_a_fuzzy_sentence_counts_as_missing(folder):
    path = folder / "sv" / "LC_MESSAGES" / "desk.po"
    doubted = path.read_text(encoding="utf-8").replace('msgid "queue"', '#, fuzzy\nmsgid "queue"')
    path.write_text(doubted, encoding="utf-8")

    words = load(folder).desk("sv")

    assert "queue" not in words
    assert "code" in words


def test_what_a_person_writes_is_never_read_as_a_pattern(catalogues):
    said = catalogues.words("sv")("place", place="{phone} {0.__class__} %s", phone=Ltr("112"), days=Foreign("{n}"))

    assert said == "{phone} {0.__class__} %s · 112 · \u2068{n}\u2069"


def test_the_desk_says_its_own_sentences_first_and_then_those_of_the_newcomers(catalogues):
    desk = catalogues.desk("sv")

    assert desk("queue") == "queue sv"
    assert desk("code", code="K") == "desk K"
    assert desk("thanks", name="Amal") == "<Amal>"
    assert catalogues.words("sv")("code", code="K") == "K!"


def test_a_missing_catalogue_or_another_order_of_plural_forms_is_noticed_at_the_start(folder):
    swapped = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100<=2 ? 4 : 5);"
    write(folder, "ar", "messages", catalogue("ar", SENTENCES, swapped))

    with pytest.raises(CatalogueError, match="Plural-Forms"):
        load(folder)
    (folder / "ar" / "LC_MESSAGES" / "messages.po").unlink()
    with pytest.raises(CatalogueError, match=r"messages\.po"):
        load(folder)


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_every_value_in_a_right_to_left_sentence_is_kept_apart(catalogues, language):
    said = catalogues.words(language)("place", place="Lund", phone=Ltr("046-12 34 56"), days=3)

    assert said == "\u2068Lund\u2069 · \u2066046-12 34 56\u2069 · \u20663\u2069"


@pytest.mark.parametrize("language", ["sv", "en", "uk"])
def test_in_a_left_to_right_sentence_only_words_of_a_person_are_kept_apart(catalogues, language):
    said = catalogues.words(language)("place", place=Foreign("أمل"), phone=Ltr("046-12 34 56"), days="Lund")

    assert said == "\u2068أمل\u2069 · 046-12 34 56 · Lund"


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_a_sentence_of_ours_inside_another_is_put_in_as_it_is(catalogues, language):
    words = catalogues.words(language)
    inner = words("place", place=Plain("x"), phone=Ltr("1"), days=2)

    assert words("thanks", name=inner) == f"<{inner}>"


def test_a_value_cannot_leak_its_direction_and_keeps_its_joiners(catalogues):
    said = catalogues.words("fa")("thanks", name="a\u202eb\u2069c\u200fd\u061ce می\u200cخواهم")

    assert said == "<\u2068abcde می\u200cخواهم\u2069>"


def test_isolates_become_elements_on_a_page_and_are_always_balanced():
    assert html_isolates("\u2066046\u2069 \u2068&lt;b&gt;\u2069") == '<bdi dir="ltr">046</bdi> <bdi>&lt;b&gt;</bdi>'
    assert html_isolates("a\u2069b\u2068c") == "ab<bdi>c</bdi>"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sv", "måndag 5 januari 2026 kl. 15:30"),
        ("en", "Monday 5 January 2026 at 15:30"),
        ("ar", "الاثنين 5 كانون الثاني / يناير 2026، الساعة \u206615:30\u2069"),
        ("fa", "دوشنبه 5 ژانویهٔ 2026 (15 دی 1404)، ساعت \u206615:30\u2069"),
        ("uk", "понеділок, 5 січня 2026 р., 15:30"),
    ],
)
def test_an_instant_is_written_as_the_office_wall_shows_it(catalogues, language, written):
    assert catalogues.words(language).day_and_time(MONDAY_AFTERNOON, STOCKHOLM) == written


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "måndag, tisdag, fredag"),
        ("en", "Monday, Tuesday, Friday"),
        ("ar", "الاثنين والثلاثاء والجمعة"),
        ("fa", "دوشنبه، سه‌شنبه و جمعه"),
        ("uk", "понеділок, вівторок, п’ятниця"),
    ],
)
def test_several_days_are_joined_as_the_language_joins_them(language, said):
    days = [dates.weekday(day, language) for day in (0, 1, 4)]

    assert dates.joined(days, language) == said
    assert dates.joined(days[:1], language) == days[0]
    assert dates.joined([], language) == ""


def test_arabic_dates_name_the_month_as_syria_and_as_egypt_do(catalogues):
    words = catalogues.words("ar")

    assert words.day(date(2026, 2, 6)) == "الجمعة 6 شباط / فبراير 2026"
    assert words.day(date(2026, 10, 25)) == "الأحد 25 تشرين الأول / أكتوبر 2026"


@pytest.mark.parametrize(
    ("gregorian", "solar"),
    [
        (date(2024, 3, 20), "(1 فروردین 1403)"),
        (date(2025, 3, 20), "(30 اسفند 1403)"),
        (date(2025, 3, 21), "(1 فروردین 1404)"),
        (date(2026, 3, 21), "(1 فروردین 1405)"),
    ],
)
def test_persian_dates_carry_the_solar_hijri_date(catalogues, gregorian, solar):
    written = catalogues.words("fa").day(gregorian)

    assert written.endswith(solar)
    assert str(gregorian.year) in written


def test_ukrainian_dates_hold_no_letter_a_keyboard_cannot_type(catalogues):
    friday = catalogues.words("uk").day(date(2026, 1, 9))

    assert friday == "п’ятниця, 9 січня 2026 р."


@pytest.mark.parametrize("language", AHEAD)
def test_every_day_of_a_year_is_written_with_latin_digits(catalogues, language):
    words = catalogues.words(language)

    days = [words.day(date.fromordinal(date(2026, 1, 1).toordinal() + offset)) for offset in range(365)]

    assert len(set(days)) == 365
    assert all(day == to_latin_digits(day) and not regex.search(r"[\u200e\u200f\u202f{}]", day) for day in days)


def test_today_and_tomorrow_are_said_so_by_the_office_day(catalogues):
    words = catalogues.words("sv")

    assert words.day_and_time(MONDAY_AFTERNOON, STOCKHOLM, now=SUNDAY_EVENING) == "tomorrow. kl. 15:30"
    assert words.day_and_time(MONDAY_AFTERNOON, STOCKHOLM, now=MONDAY_AFTERNOON) == "today. kl. 15:30"
    assert words.day(date(2026, 1, 6), today=date(2026, 1, 4)) == "tisdag 6 januari 2026"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sv", "09:05–16:00"),
        ("ar", "من \u206609:05\u2069 إلى \u206616:00\u2069"),
        ("fa", "از \u206609:05\u2069 تا \u206616:00\u2069"),
    ],
)
def test_a_stretch_of_time_is_said_from_and_to(catalogues, language, written):
    assert catalogues.words(language).time_range(time(9, 5), time(16)) == written


def test_a_letter_keeps_no_more_marks_than_any_spelling_has():
    heap = "a" + "\u0301\u0327" * 500

    assert sum(unicodedata.combining(letter) > 0 for letter in unicodedata.normalize("NFD", clean(heap))) == 30
    assert fold("e" + "\u0301" * 500) == fold("e" + "\u0301" * 30)
    assert clean("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤") == unicodedata.normalize("NFC", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤")


def test_what_could_break_a_database_or_a_screen_is_cleaned_away():
    written = "He\x00j \ud83d du\u202e!\u2066 \x1b[31m\r\nrad två\rtre\u2028fyra \t\n "

    assert clean(written) == "Hej  du! [31m\nrad två\ntre\nfyra"


def test_two_halves_of_one_emoji_become_one_and_joiners_stay():
    assert clean("\ud83d\ude00") == "😀"
    assert clean("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert clean("A\u030a") == "Å"
    assert clean(" \n\t ") == ""


@given(st.text(st.characters()))
@settings(deadline=None)
def test_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(text):
    cleaned = clean(text)

    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  JA ", "ja"),
        ("کیف", "كيف"),
        ("فارسي", "فارسی"),
        ("مرحبــاً", "مرحبا"),
        ("أهلاً", "اهلا"),
        ("٤٧٢ ۹۱۳", "472 913"),
        ("می\u200cخواهم", "میخواهم"),
        ("П\u02bcять", "п’ять"),
        ("ＯＫ", "ok"),
        ("/START\u200f", "/start"),
    ],
)
def test_spellings_of_one_word_are_compared_as_the_same(typed, meant):
    assert fold(typed) == fold(meant)


def test_different_words_stay_different():
    assert len({fold(word) for word in ("nej", "ja", "får", "far", "för", "її", "іі", "لا", "نعم")}) == 9


def test_digits_of_arabic_and_persian_become_latin():
    assert to_latin_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 42") == "0123456789 0123456789 42"


EMOJI = ["👨\u200d👩\u200d👧\u200d👦", "🇸🇪", "🇺🇦", "👍🏽"]
SCRIPTS = ["ወ", "ሰላም። ", "ከመይ ", "مرحبًا ", "می\u200cخواهم", "؟ ", "å", "hej ", "Hej. ", "x" * 60, "𝒳"]
BETWEEN = ["\n", "\n\n", " ", "\t", "\u0301", "e\u0301\u0323", "\u200d"]
PIECES = st.sampled_from(EMOJI + SCRIPTS + BETWEEN)


@given(st.lists(PIECES, max_size=200).map("".join), st.integers(min_value=30, max_value=200))
@settings(max_examples=150, deadline=None)
def test_parts_fit_join_again_and_end_between_what_a_reader_sees_as_characters(text, limit):
    ends = {found.end() for found in regex.finditer(r"\X", text)}
    long_ones = any(utf16_length(found[0]) > limit for found in regex.finditer(r"\X", text))

    parts = split_text(text, limit)

    assert "".join(parts) == text
    assert all(0 < utf16_length(part) <= limit for part in parts)
    position = 0
    for part in parts:
        position += len(part)
        assert position in ends or long_ones


@given(st.lists(PIECES, min_size=1, max_size=20).map("".join), st.integers(min_value=1, max_value=40_000))
@settings(max_examples=30, deadline=None)
def test_texts_of_any_length_are_cut_into_whole_messages(piece, length):
    text = (piece * (length // len(piece) + 1))[:length]

    parts = split_text(text)

    assert "".join(parts) == text
    assert all(0 < utf16_length(part) <= 4096 for part in parts)


def test_a_single_character_longer_than_a_message_is_cut_all_the_same():
    heap = "a" + "\u0301" * 10_000

    parts = split_text(heap)

    assert "".join(parts) == heap
    assert [len(part) for part in parts] == [4096, 4096, 1809]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("kort", ["kort"]),
        ("aaaa bbbb.\n\ncc. dd\nee ff", ["aaaa bbbb.\n\n", "cc. dd\nee ff"]),
        ("aaaa bbbb cc. dd ee ff gg", ["aaaa bbbb cc. ", "dd ee ff gg"]),
        ("aaaa bbbb cc\ndd ee ff gg", ["aaaa bbbb cc\n", "dd ee ff gg"]),
        ("aaaa bbbb cc dd ee ff gg", ["aaaa bbbb cc dd ee ", "ff gg"]),
        ("a\n\nbbbbbbbbbbbbbbbbbbbbbbb", ["a\n\nbbbbbbbbbbbbbbbbb", "bbbbbb"]),
    ],
)
def test_a_part_ends_at_the_best_place_near_its_end(text, parts):
    assert split_text(text, limit=20) == parts


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("sv", "sv"),
        ("nb", "sv"),
        ("nn-NO", "sv"),
        ("da", "sv"),
        ("ar-SY", "ar"),
        ("apc", "ar"),
        ("fa", "fa"),
        ("fa_AF", "fa"),
        ("prs", "fa"),
        ("haz", "fa"),
        ("uk", "uk"),
        ("EN-us", "en"),
        ("ru", None),
        ("be", None),
        ("tg", None),
        ("so", None),
        ("arn", None),
        ("", None),
        (None, None),
    ],
)
def test_the_app_language_suggests_ours_or_nothing(code, language):
    assert suggest_language(code) == language


def test_a_stretch_of_time_ends_with_its_day_only_if_that_is_another(catalogues: Catalogues) -> None:
    zone, begins = STOCKHOLM, datetime(2026, 1, 5, 21, 0, tzinfo=UTC)  # 22:00 in Lund
    words = catalogues.words("sv")

    same_day = words.until(begins + timedelta(minutes=119), zone, begins=begins)
    midnight = words.until(begins + timedelta(hours=2), zone, begins=begins)
    tomorrow = words.until(begins + timedelta(hours=2), zone, begins=begins, now=begins)

    assert (same_day, midnight) == ("23:59", "tisdag 6 januari 2026 kl. 00:00")
    assert tomorrow == words.day_and_time(begins + timedelta(hours=2), zone, now=begins) != midnight
