"""What is said of the hours, by which door: coming by, writing, a telephone call, a video call."""

from datetime import date, time

import pytest

from bot.hours.texts import Hours, hours_text
from bot.hours.told import SessionTold
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from models.hours import Door
from models.people import Language
from tests.telling.keep_samples import facts_of


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("door", "key"), [(Door.PHONE, "phone_next"), (Door.VIDEO, "video_next")])
def test_a_telephone_and_a_video_call_are_not_said_to_be_online(
    catalogues: Catalogues, language: str, door: Door, key: str
) -> None:
    words, facts = catalogues.words(language), facts_of(catalogues)
    at = {"day": date(2026, 1, 12), "opens": time(9), "closes": time(12)}
    named = SessionTold(code="call", names={"sv": "Rådgivning för alla"}, door=door, **at)

    told = without_bidi_controls(hours_text(words, Hours(open=(), online=(named,)), facts))

    begins = words(key, place="\0", session="").split("\0")[0].strip(" \u2068\u2066")
    (line,) = [one for one in told.splitlines() if "Rådgivning för alla" in one]
    assert line.startswith(without_bidi_controls(begins)) and "12:00" in line
    assert words("online_next", session="\0").split("\0")[0].strip() not in told


@pytest.mark.parametrize("door", [Door.ONLINE, None])
def test_what_is_online_or_was_stored_without_a_door_is_said_to_be_online(
    catalogues: Catalogues, door: Door | None
) -> None:
    words, facts = catalogues.words("sv"), facts_of(catalogues)
    at = {"day": date(2026, 1, 12), "opens": time(9), "closes": time(12)}

    told = hours_text(words, Hours(open=(), online=(SessionTold(code="chat", door=door, **at),)), facts)

    assert "Nästa gång vi svarar online: måndag 12 januari 2026, kl. 09:00–12:00" in told
