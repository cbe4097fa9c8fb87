"""When somebody's own words are an ask for the hours, and when they are a question that a person must read."""

import unicodedata

import pytest

from bot.hours.asking import MOST_WORDS, RUSSIAN, asks_for_hours

ASKED = {
    "sv": (
        "när öppnar ni", "när öppner ni", "Hej! När har ni öppet idag?", "öppettider", "är det öppet nu",
        "När stänger ni?", "Hur länge har ni öppet i dag", "nar oppnar ni", "Ar ni oppna pa lordag?",
        "Vilka tider har ni?", "Vad har ni för öppettider?", "Har ni stängt på måndag",
        "Till när har ni öppet?", "Jobbar ni i morgon?", "Är ni öppna kl 15?", "Hur dags stänger ni ikväll",
        "Är biblioteket öppet på söndagar?",
    ),
    "en": (
        "when open", "When are you open tomorrow?", "OPENING HOURS", "What time do you close?",
        "what time do you open", "Are you open today", "Is it open now?", "until when are you open",
        "How late are you open on Friday?", "What are your hours?", "Do you close at 4 pm?",
        "are you closed on mondays", "When does the library close?", "what's your opening time",
        "Are you open at 15:30?",
    ),
    "ar": (
        "متى", "متى تفتحون؟", "متى تفتحون ومتى تغلقون؟", "مواعيد العمل", "هل المكتبة مفتوحة اليوم؟",
        "متى من فضلك", "أوقات العمل", "هل أنتم مفتوحون اليوم؟", "شو دوامكم", "شنو دوامكم", "إيمتى بتفتحوا؟",
        "ايمتى بتسكروا بكرا", "شوكت تفتحون باچر", "لأي ساعة فاتحين اليوم؟", "فاتحين هلق؟", "هسه فاتحين",
        "عندكم دوام يوم الأحد؟", "مَتى تُغلِقون؟", "الساعة كم بتفتحوا", "هل أنتم مفتوحون الساعة ٣؟",
        "مسكرين اليوم", "ما هي ساعات العمل؟",
    ),
    "fa": (
        "کی باز", "ساعات کار", "كي باز هستيد", "کتابخانه امروز باز است؟", "ساعت چند باز می‌کنید",
        "ساعت چند باز ميكنيد؟", "امروز بازین؟", "تا ساعت چند باز هستید؟", "کی می‌بندید", "چه ساعتی می‌بندین؟",
        "تا چند بجه باز هستید", "چی وقت باز می‌کنین", "چند بجه بسته می‌شود؟", "شما کی کار می‌کنید؟",
        "ساعت کاری تان چند است؟", "امروز کار می‌کنید؟", "ساعت کاری شما چیه", "فردا تعطیلید؟",
        "جمعه‌ها باز هستید؟", "ساعت ۱۵ باز هستید؟", "صبا باز است",
    ),
    "uk": (
        "години роботи", "коли відчинено", "Коли ви працюєте сьогодні?", "О котрій ви працюєте?",
        "о котрій відкриваєтесь", "До котрої години ви працюєте?", "Ви працюєте в неділю?",
        "Ви сьогодні відкриті?", "Коли зачиняєтеся?", "до скількох працюєте", "Бібліотека зараз відчинена?",
        "Добрий день! Який у вас графік?", "Який час роботи завтра", "чи працює бібліотека в п’ятницю?",
        "Ви працюєте о 15:00?",
    ),
    RUSSIAN: (
        "Когда вы работаете?", "во сколько вы открываетесь", "До скольки вы работаете сегодня?",
        "вы открыты завтра", "часы работы", "Какой у вас график?", "Когда закрываетесь?", "Вы еще открыты?",
        "вы ещё открыты", "В каком часу открывается библиотека?", "Библиотека работает в субботу?",
        "режим работы", "Здравствуйте, вы работаете в понедельник?",
    ),
}  # fmt: skip
LOOKS_ALIKE = {
    "sv": (
        "hej", "tider", "när öppnar Försäkringskassan", "jag vill öppna ett konto", "När får jag svar?",
        "Dörren var stängd", "Vilken tid har jag på måndag?", "När har ni tid?",
        "Vad är Migrationsverkets öppettider?", "Banken stängde mitt konto", "När börjar skolan?",
        "Jobbar du med skatt?", "När är mitt möte i morgon?", "Är mitt ärende öppet?",
        "Kan ni öppna mitt brev?", "när öppnar ni " * MOST_WORDS,
    ),
    "en": (
        "When does Migrationsverket open?", "My landlord will not open the door", "The door was closed",
        "When do I get an answer?", "What time is my appointment tomorrow?", "Please close my case", "close",
        "How many hours do I work?", "Are you close", "What time is it now?", "Is the tax office open today?",
        "I want to open a bank account", "They closed my case on Monday", "How long do I have to wait?",
        "hours of work a week",
    ),
    "ar": (
        "متى أحصل على قرار الإقامة؟", "متى يفتح البنك؟", "ما هي أوقات دوام مصلحة الهجرة؟", "الباب كان مغلقًا",
        "متى موعدي؟", "متى تردون علي؟", "أريد فتح حساب في البنك", "عندي موعد الساعة ٣", "دوامي يبدأ بكرا",
        "ايمتى بيجي الجواب", "مواعيد", "كم ساعة", "هل المدرسة مفتوحة اليوم؟", "أغلقوا ملفي",
    ),
    "fa": (
        "ساعت", "کی", "کی جواب اقامت من می‌آید؟", "شما کی هستید؟", "اداره مهاجرت کی باز است؟", "در بسته بود",
        "چه وقت جواب می‌دهید؟", "وقت من چه ساعتی است؟", "می‌خواهم حساب باز کنم", "ساعت چند است؟",
        "بسته من کی می‌رسد", "بانک ساعت چند باز می‌کند", "پروندهٔ من بسته شد", "باز هم نامه آمد",
        "فردا ساعت ۳ وقت دکتر دارم",
    ),
    "uk": (
        "Коли прийде рішення?", "Коли?", "Дякую, коли?", "Коли працює Міграційна служба?",
        "Двері були зачинені", "Коли я отримаю відповідь?", "О котрій мій запис?", "Я хочу відкрити рахунок",
        "Де ви працюєте?", "Скільки годин я маю працювати?", "Мою справу закрито", "Котра година?",
        "Сайт не працює", "З ким ви працюєте?",
    ),
    RUSSIAN: (
        "Когда?", "Когда придёт решение?", "Когда работает Миграционная служба?", "Дверь была закрыта",
        "Когда вы мне ответите?", "Во сколько моя встреча?", "Хочу открыть счёт", "Где вы работаете?",
        "Сколько часов я работаю?", "Моё дело закрыто", "Который час?", "Сайт не работает",
        "С кем вы работаете?",
    ),
    "none": ("", "☺", "15:30", "?"),
}  # fmt: skip


def _each(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(words, language) for language, all_words in table.items() for words in all_words]


@pytest.mark.parametrize(("words", "language"), _each(ASKED))
def test_a_short_text_that_only_asks_when_we_are_open_is_known(words: str, language: str) -> None:
    assert asks_for_hours(words) == language
    assert asks_for_hours(words.rstrip("?؟")) == language, "without the mark"
    assert asks_for_hours(unicodedata.normalize("NFD", words)) == language, "as some telephones spell"


@pytest.mark.parametrize(("words", "_language"), _each(LOOKS_ALIKE))
def test_anything_else_goes_to_a_person(words: str, _language: str) -> None:
    assert asks_for_hours(words) is None


def test_each_language_is_tried_with_a_dozen_of_both_kinds() -> None:
    assert all(len(ASKED[language]) >= 12 and len(LOOKS_ALIKE[language]) >= 12 for language in ASKED)
