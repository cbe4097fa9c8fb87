"""Whether somebody who types is asking when we are open. Pure: letters in, a language out.

Careful on purpose: only when every word of a short text belongs to such a question. "När öppnar ni på måndag?" is
one; "When does the tax office open?" holds a word that is not here, and goes to a person as a question.
It must not know a channel or a table.
"""

import re

from bot.language.textshape import fold
from models.people import Language

MOST_WORDS = 8
LONGEST_QUESTION = 400  # letters, marks and spaces; eight of the longest words here are half of it
_LETTERS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

# For each language: what asks by itself, and what may stand beside it. Compared folded, so each is written once.
_ASKS = {
    Language.SV: "öppet öppettider öppettiderna öppettid öppna öppnar öppner öppnas oppet oppettider oppnar stänger "
    "stängt tider",
    Language.EN: "open opening opens hours close closes closed",
    Language.AR: "متى مفتوح مفتوحة تفتحون يفتح تفتح دوام الدوام دوامكم أوقات مواعيد مواعيدكم ساعات",
    Language.FA: "کی باز بازید بازه بازین ساعت ساعات چه‌وقت",
    Language.UK: "коли відчинено відкрито відкриті працюєте відчиняєтесь відчиняєтеся години графік",
}
_BESIDE = {
    Language.SV: "när är har ni du vilka hur länge dags idag imorgon i dag morgon på till nu era er det biblioteket "
    "linero stadsbiblioteket rådrum måndag tisdag onsdag torsdag fredag lördag söndag hej tack snälla",
    Language.EN: "when are is you do what your the a at on until now today tomorrow time times library linero rådrum "
    "radrum monday tuesday wednesday thursday friday saturday sunday hi hello please thanks",
    Language.AR: "هل أنتم انتم هو هي المكتبة مكتبة في اليوم غدا غداً الآن العمل عمل عملكم ما هي مرحبا السلام عليكم "
    "شكرا من فضلك الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد يوم",
    Language.FA: "هستید است هستین آیا شما کتابخانه در امروز فردا الان چند کار کاری تا سلام ممنون لطفا چه وقت می‌شود "
    "میشود دوشنبه سه‌شنبه چهارشنبه پنجشنبه پنج‌شنبه جمعه شنبه یکشنبه",
    Language.UK: "чи ви у в вас бібліотека бібліотеці сьогодні завтра зараз роботи які до якої вітаю дякую будь ласка "
    "понеділок вівторок середу четвер п'ятницю суботу неділю",
}
# Too general to ask by themselves: "tider" may be anything, "کی" is "who" as well as "when", and "коли?" may be said to
# an adviser. "متى" by itself is what people type.
_VAGUE_WORDS = "tider tid time times close closes ساعت ساعات کی أوقات مواعيد години коли"
# What they mean together with another is not vague.
_PHRASES = ("ساعات کار", "ساعت کار", "ساعت کاری", "أوقات العمل", "ساعات العمل", "години роботи")


def _folded(words: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(fold(words)))


_FOLDED_PHRASES = tuple(fold(phrase) for phrase in _PHRASES)
_VAGUE = _folded(_VAGUE_WORDS)
_ASKING = {language: _folded(words) for language, words in _ASKS.items()}
_ALLOWED = {language: _ASKING[language] | _folded(words) for language, words in _BESIDE.items()}


def asks_for_hours(text: str) -> Language | None:
    """The language in which somebody asks when we are open; None if that is not what, or not all, they ask."""
    if len(text) > LONGEST_QUESTION:
        return None
    folded = fold(text)
    said = _LETTERS.findall(folded)
    if not 0 < len(said) <= MOST_WORDS:
        return None
    phrase = any(known in folded for known in _FOLDED_PHRASES)
    for language, asking in _ASKING.items():
        found = [word for word in said if word in asking]
        clear = phrase or any(word not in _VAGUE for word in found)
        if found and clear and all(word in _ALLOWED[language] for word in said):
            return language
    return None
