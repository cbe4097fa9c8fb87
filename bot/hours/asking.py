"""Whether somebody who types is asking when we are open. Pure: letters in, a language out.

Careful on purpose: only when every word of a short text belongs to such a question. "När öppnar ni på måndag?" is
one; "When does the tax office open?" holds a word that is not here, and goes to a person as a question. The words are
what people type, in their spoken language, with or without marks; the service's own sentences are in the catalogues.
It must not know a channel or a table.
"""

import re
import unicodedata

from bot.language.textshape import fold
from models.people import Language

MOST_WORDS = 10
LONGEST_QUESTION = 400  # letters, marks and spaces; ten of the longest words here are half of it
RUSSIAN = "ru"  # asked in by many; not one of ours, and nobody who writes it is taken to read Ukrainian
_LETTERS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_AN_HOUR = re.compile(r"[0-9]{1,2}")

# For each language: what asks by itself, and what may stand beside it. Compared bare, so each is written once.
_ASKS: dict[str, str] = {
    Language.SV: "öppet öppettider öppettiderna öppettid öppen öppna öppnar öppner öppnas öppning stänger stänga "
    "stängs stängt stängda stängning jobbar arbetar tider",
    Language.EN: "open opening opens hours close closes closed closing",
    Language.AR: "متى إيمتى امتى ايمت يمتى يمته لايمتى شوكت شوقت مفتوح مفتوحة مفتوحون مفتوحين تفتحون تفتحوا تفتح "
    "يفتح بتفتحوا بتفتح بيفتح فاتح فاتحة فاتحين دوام الدوام دوامكم دوامكن تداومون بتداوموا مداومين تغلقون تغلقوا "
    "تغلق يغلق مغلق مغلقة مغلقون مغلقين تسكرون تسكروا تسكر يسكر بتسكروا بتسكر بيسكر مسكر مسكرة مسكرين تسدون تعزلون "
    "معزلين أوقات مواعيد مواعيدكم أوقاتكم ساعات",
    Language.FA: "کی باز بازید بازین بازه بازند بسته بسته‌اید بسته‌این تعطیل تعطیلید تعطیلین می‌بندید می‌بندین "
    "می‌بندد می‌بنده ساعت ساعات چه‌وقت",
    Language.UK: "коли відчинено відчинена відчинений відчинені відкрито відкрита відкритий відкриті відкрите "
    "працюєте працює працюватимете відчиняєтесь відчиняєтеся відчиняєте відчиняється відкриваєтесь відкриваєтеся "
    "відкриваєте відкривається відкриється відчиниться зачинено зачинена зачинені зачиняєтесь зачиняєтеся "
    "зачиняєте зачиняється закрито закрита закриті закриваєтесь закриваєтеся закриваєте закривається години графік",
    RUSSIAN: "когда открыто открыта открыт открыты открываетесь открываете открывается закрыто закрыта закрыты "
    "закрываетесь закрываете закрывается работаете работает часы график расписание",
}
_BESIDE: dict[str, str] = {
    Language.SV: "när är har ni du vad vilka vilken hur länge dags tid dagar idag imorgon i dag morgon ikväll "
    "kväll på till tills fram nu era er ert det för och kl klockan sent den här veckan helgen helger vardagar "
    "fortfarande biblioteket bibliotek linero stadsbiblioteket kontoret rådrum måndag tisdag onsdag torsdag fredag "
    "lördag söndag måndagar tisdagar onsdagar torsdagar fredagar lördagar söndagar hej tack snälla börjar slutar "
    "man",
    Language.EN: "when are is it you do does will what what's your the a at on in until till to from now still "
    "today tonight tomorrow this week weekend weekends weekdays which day days how late long early have be u guys "
    "and o'clock am pm time times library office linero lund rådrum monday tuesday wednesday thursday friday "
    "saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays hi hello please thanks thank",
    Language.AR: "هل أنتم انتو هو هي المكتبة مكتبة المكتب في اليوم غدا بكرا بكرة باجر باچر الآن هلق هلأ هسه هسا "
    "العمل عمل عملكم ما هي شو شنو كم أي بأي لأي الساعة ساعة لساعة للساعة حتى لحد لغاية من إلى عندكم كل يوم أيام "
    "لسا بعدكم الأسبوع هذا مرحبا السلام عليكم شكرا من فضلك لو سمحت سمحتم سمحتوا الاثنين الثلاثاء الأربعاء الخميس "
    "الجمعة السبت الأحد بالسبت بالأحد بالجمعة الإغلاق الفتح وقت ومتى وتغلقون وتسكرون شكد تكونون تعملون",
    Language.FA: "هستید است هستین هست شما کتابخانه دفتر در از امروز امشب فردا صبا الان حالا فعلا هنوز آیا چند چنده "
    "چیه چیست بجه ساعتی چه چی وقت کار کاری کاریتان کاریتون تان تون تا سلام ممنون تشکر مرسی لطفا می‌شود می‌شه "
    "می‌شوید می‌شین می‌کنید می‌کنین می‌کنند می‌کنه روز روزها روزهای روزهایی این هفته دوشنبه سه‌شنبه چهارشنبه "
    "پنجشنبه پنج‌شنبه جمعه شنبه یکشنبه یک‌شنبه دوشنبه‌ها سه‌شنبه‌ها چهارشنبه‌ها پنجشنبه‌ها جمعه‌ها شنبه‌ها "
    "یکشنبه‌ها اوقات",
    Language.UK: "чи ви у в о з із від вас ваш ваші бібліотека бібліотеці сьогодні завтра зараз ще роботи які яка "
    "якої який які дні котрій котрої скільки скількох годині година до по на і та цього тижня вихідні вихідних "
    "вітаю привіт добрий доброго день дня дякую будь ласка скажіть підкажіть понеділок вівторок середа середу "
    "четвер п'ятниця п'ятницю субота суботу неділя неділю час",
    RUSSIAN: "вы у вас ваш ваши в во о с со от до по на и ли библиотека библиотеке сегодня завтра сейчас еще "
    "работы какой какое какие дни какого каком котором часу часа часов час время режим сколько скольки этой неделе "
    "выходные выходным здравствуйте привет добрый день спасибо пожалуйста скажите подскажите понедельник вторник "
    "среда среду четверг пятница пятницу суббота субботу субботам воскресенье воскресеньям",
}
# Too general to ask by themselves: "tider" may be anything, "کی" is "who" as well as "when", "بسته" a parcel, and
# "коли?" may be said to an adviser. "متى" by itself is what people type.
_VAGUE_WORDS = (
    "tider close closes jobbar arbetar ساعت ساعات کی بسته أوقات مواعيد години коли працює когда часы работает"
)
# What they mean together with another is not vague.
_PHRASES = (
    "vilka tider", "era tider", "jobbar ni", "arbetar ni", "när jobbar", "börjar ni", "slutar ni",
    "do you close", "will you close", "library close", "library closes", "when close", "time close",
    "أوقات العمل", "ساعات العمل", "مواعيد العمل", "أوقات الإغلاق", "وقت الإغلاق", "وقت العمل", "ساعات کار",
    "ساعات کاری", "ساعت کار", "ساعت کاری", "ساعت کاریتان", "ساعت کاریتون", "وقت کاری", "اوقات کار",
    "اوقات کاری", "کی کار", "امروز کار می‌کنید", "فردا کار می‌کنید", "تا ساعت چند", "تا چند بجه",
    "تا کی هستید", "تا کی هستین", "بسته هستید", "بسته هستین", "بسته است", "بسته می‌شود", "بسته می‌شوید",
    "بسته می‌شین", "години роботи", "час роботи", "коли працює", "працює бібліотека", "бібліотека працює",
    "часы работы", "время работы", "режим работы", "когда работает", "работает библиотека",
    "библиотека работает",
)  # fmt: skip


def _bare(text: str) -> str:
    """Folded, and without the dots and rings that a keyboard of another language has not."""
    return "".join(one for one in unicodedata.normalize("NFD", fold(text)) if not unicodedata.combining(one))


def _words(text: str) -> list[str]:
    return _LETTERS.findall(_bare(text))


def _in_a_row(words: list[str]) -> str:
    return f" {' '.join(words)} "


_VAGUE = frozenset(_words(_VAGUE_WORDS))
_CLEAR_PHRASES = tuple(_in_a_row(_words(phrase)) for phrase in _PHRASES)
_ASKING = {language: frozenset(_words(words)) for language, words in _ASKS.items()}
_ALLOWED = {language: _ASKING[language] | frozenset(_words(words)) for language, words in _BESIDE.items()}


def asks_for_hours(text: str) -> str | None:
    """The code of the language in which somebody asks when we are open; None if that is not what, or not all, they ask.

    One of ours, or RUSSIAN.
    """
    if len(text) > LONGEST_QUESTION:
        return None
    said = _words(text)
    if not 0 < len(said) <= MOST_WORDS:
        return None
    whole = _in_a_row(said)
    is_phrase = any(phrase in whole for phrase in _CLEAR_PHRASES)
    said = [word for word in said if not _AN_HOUR.fullmatch(word)]
    for language, asking in _ASKING.items():
        is_clear = is_phrase or any(word in asking and word not in _VAGUE for word in said)
        if is_clear and all(word in _ALLOWED[language] for word in said):
            return language
    return None
