"""Opening hours as an office would have them: two libraries, online, a pop-up, days that differ. In November 2026.

Summer is over and Christmas near: on Wednesday the 18th the library opens from 15:30 to 17:30.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.engine import clock
from bot.engine.work import Work
from bot.hours import changes
from bot.places import places
from bot.service import Service
from handlers.cli.trial import add_online_place
from models.hours import Reason
from models.hours_change import Change, Verb
from models.shift import ONLINE

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LIBRARY, LINERO, POPUP = "stadsbiblioteket", "linero", "eos"
WEDNESDAY = date(2026, 11, 18)
OWN_WORDS = {
    "sv": "Vi flyttar till en annan våning",
    "ar": "ننتقل إلى طابق آخر",
    "fa": "به طبقهٔ دیگری می‌رویم",
    "uk": "Ми переїжджаємо на інший поверх",
    "en": "We are moving to another floor",
}
DETAILS = {
    LIBRARY: {
        "floor": {"sv": "Plan 2", "ar": "الطابق 2", "fa": "طبقهٔ 2", "uk": "2 поверх", "en": "Floor 2"},
        "finding": {
            "sv": "Gå in genom huvudentrén. Rummet ligger till vänster efter hissen.",
            "ar": "ادخل من المدخل الرئيسي. الغرفة على اليسار بعد المصعد.",
            "fa": "از ورودی اصلی وارد شوید. اتاق بعد از آسانسور در سمت چپ است.",
            "uk": "Заходьте через головний вхід. Кімната ліворуч після ліфта.",
            "en": "Go in by the main entrance. The room is on the left past the lift.",
        },
        "access": {
            "sv": "Hiss finns. Plats för barnvagn och rullstol.",
            "ar": "يوجد مصعد. المكان مناسب لعربات الأطفال والكراسي المتحركة.",
            "fa": "آسانسور هست. جا برای کالسکه و ویلچر هست.",
            "uk": "Є ліфт. Є місце для дитячого візка та крісла колісного.",
            "en": "There is a lift. Room for prams and wheelchairs.",
        },
    },
    LINERO: {"finding": {"sv": "Ingång från torget.", "en": "Entrance from the square."}},
}


def at(shown: str, day: date = WEDNESDAY) -> None:
    """From now on the wall in Lund shows this."""
    clock.freeze(datetime.combine(day, time.fromisoformat(shown), STOCKHOLM))


async def open_office(service: Service) -> None:
    """The places and hours are there, as of the Monday of that week."""
    at("08:00", date(2026, 11, 16))
    async with service.store.work() as work:
        await _places(work)
        for change in _changes():
            await changes.publish_now(work, change)


async def _places(work: Work) -> None:
    await add_online_place(work)
    for code, key, address, where in (
        (LIBRARY, "lund_city_library", "S:t Petri Kyrkogata 6, Lund", (55.706, 13.191)),
        (LINERO, "linero_library", "Vikingavägen 31, Lund", (55.697, 13.23)),
    ):
        await places.add_place(work, code=code, name_key=key)
        last_entry = 30 if code == LIBRARY else None
        await places.describe_place(
            work, code, address=address, details=DETAILS[code], coordinates=where, last_entry=last_entry
        )


def _changes() -> list[Change]:
    monday, afternoon, morning = date(2026, 11, 16), ((time(13), time(16)),), ((time(9), time(12)),)
    christmas = {"first": date(2026, 12, 21), "last": date(2027, 1, 6), "reason": Reason.HOLIDAY.value}
    own = {"reason": Reason.OTHER.value, "texts": OWN_WORDS}
    popup = {"name": "IK Eos, lokalen", "address": "Linero torg 14, Lund", "partner": "IK Eos"}
    return [
        Change(Verb.WEEKLY, (LIBRARY,), monday, weekday=0, spans=afternoon),
        Change(Verb.WEEKLY, (LIBRARY,), monday, weekday=2, spans=((time(15, 30), time(17, 30)),)),
        Change(Verb.WEEKLY, (LINERO,), monday, weekday=1, spans=((time(10), time(12)), (time(14), time(16, 30)))),
        *(Change(Verb.WEEKLY, (ONLINE,), monday, weekday=day, spans=morning) for day in range(4)),
        Change(Verb.POPUP, (POPUP,), date(2026, 11, 28), spans=((time(11), time(14)),), **popup),
        Change(Verb.CLOSE, (LINERO,), date(2026, 11, 24), reason=Reason.ILLNESS.value),
        Change(Verb.TIMES, (LIBRARY,), date(2026, 11, 30), spans=((time(14), time(15, 30)),), **own),
        Change(Verb.CLOSE, (LIBRARY, LINERO), **christmas),
        Change(Verb.CLOSE, (ONLINE,), date(2026, 12, 24), reason=Reason.HOLIDAY.value),
    ]
