"""A number that a sentence says is the number that the program has: how long, how many, how many digits."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases.opening import REOPEN_WITHIN
from bot.people.access import LOST_KNOWN_FOR
from bot.people.keeping import UNSENT_LIVES
from bot.people.login_links import LINK_LIVES
from bot.people.logins import AFTER_CLOSING, SHARED_IDLE, STAFF_IDLE, STAFF_LONGEST
from bot.reports.overview import SHIFTS_SHOWN
from bot.trouble import pulse
from handlers.web.chat.secret import SECRET_DIGITS
from models.case import new_code
from models.chat_message import DELETABLE_FOR
from models.closing import MOST_ORGANISATIONS
from models.people import STAFF_LANGUAGES, Language
from tests.language.test_locales import PLACEHOLDER, entries, forms
from tests.language.test_parity import numbers

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PRESENCE = Path(__file__).parents[2] / "handlers" / "web" / "static" / "frame" / "presence.js"
(WARNED,) = map(int, re.findall(r"^const WARN_SECONDS = (\d+) \* 60;$", PRESENCE.read_text("utf-8"), re.MULTILINE))
OF_NEWCOMERS = {
    "device_hint": {SHARED_IDLE / MINUTE},
    "privacy_unsent": {UNSENT_LIVES / MINUTE},
    "case_closed_again": {REOPEN_WITHIN / DAY},
    "faq_fourteen_q": {REOPEN_WITHIN / DAY},
    "session_over": {AFTER_CLOSING / DAY},
    "delete_adviser_copy": {DELETABLE_FOR / HOUR},
    "delete_chat": {DELETABLE_FOR / HOUR},
    "erased_telegram": {DELETABLE_FOR / HOUR},
    "erased_chat_lately": {DELETABLE_FOR / HOUR},
    "erased_chat_older": {DELETABLE_FOR / HOUR},
    "web_case_number": {len(new_code())},
    "web_secret_number": {SECRET_DIGITS},
    "web_old_secret": {SECRET_DIGITS},
}
OF_STAFF = {
    "desk_shifts_ahead": {SHIFTS_SHOWN / DAY},
    "desk_organisations": {MOST_ORGANISATIONS},
    "desk_ends_soon": {WARNED},
    "desk_ends_whatever": {STAFF_LONGEST / HOUR, WARNED},
    "desk_kept_a_day": {LOST_KNOWN_FOR / HOUR},
    "desk_link": {LINK_LIVES / MINUTE},
    "session_ran_out": {STAFF_IDLE / MINUTE, STAFF_LONGEST / HOUR},
}


@pytest.mark.parametrize(
    ("language", "domain", "key", "meant"),
    [(language, "messages", *one) for language in Language for one in OF_NEWCOMERS.items()]
    + [(language, "desk", *one) for language in STAFF_LANGUAGES for one in OF_STAFF.items()],
)
def test_a_number_that_is_said_is_the_one_that_holds(language: str, domain: str, key: str, meant: set[float]) -> None:
    said = numbers(PLACEHOLDER.sub("", "\n".join(forms(entries(language, domain)[key]))))

    assert set(map(float, said)) == meant


def test_the_clock_is_trusted_again_as_soon_as_it_is_said() -> None:
    assert pulse.EVERY_SECONDS == 10
    assert "tio sekunder" in entries("sv", "desk")["cli_clock_confirmed"].string
    assert "ten seconds" in entries("en", "desk")["cli_clock_confirmed"].string
