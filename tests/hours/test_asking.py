"""When somebody's own words are an ask for the hours, and when they are a question that a person must read."""

import pytest

from bot.hours.asking import MOST_WORDS, asks_for_hours


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("när öppnar ni", "sv"),
        ("när öppner ni", "sv"),
        ("Hej! När har ni öppet idag?", "sv"),
        ("öppettider", "sv"),
        ("är det öppet nu", "sv"),
        ("متى", "ar"),
        ("متى تفتحون؟", "ar"),
        ("هل المكتبة مفتوحة اليوم؟", "ar"),
        ("متى من فضلك", "ar"),
        ("کی باز", "fa"),
        ("ساعات کار", "fa"),
        ("أوقات العمل", "ar"),
        ("години роботи", "uk"),
        ("كي باز هستيد", "fa"),
        ("کتابخانه امروز باز است؟", "fa"),
        ("коли відчинено", "uk"),
        ("Коли ви працюєте сьогодні?", "uk"),
        ("when open", "en"),
        ("When are you open tomorrow?", "en"),
        ("OPENING HOURS", "en"),
    ],
)
def test_a_short_text_that_only_asks_when_we_are_open_is_known(words: str, language: str) -> None:
    assert asks_for_hours(words) == language


@pytest.mark.parametrize(
    "words",
    [
        "",
        "hej",
        "tider",
        "ساعت",
        "کی",
        "When does Migrationsverket open?",
        "när öppnar Försäkringskassan",
        "My landlord will not open the door",
        "متى أحصل على قرار الإقامة؟",
        "کی جواب اقامت من می‌آید؟",
        "Коли прийде рішення?",
        "Коли?",
        "Дякую, коли?",
        "شما کی هستید؟",
        "jag vill öppna ett konto",
        "när öppnar ni " * MOST_WORDS,
        "☺",
    ],
)
def test_anything_else_goes_to_a_person(words: str) -> None:
    assert asks_for_hours(words) is None
