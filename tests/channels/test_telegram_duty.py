"""Being at work on Telegram: /onduty, /offduty, /queue, "I am here", and a coordinator who gives a case away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import people
from bot.roster.staffing import present
from tests import builders
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of, telegram_house

AMINA, BO, KARIN, HERS = 700, 701, 702, 900
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # ten in the morning in Lund
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        clock.freeze(START)
        yield opened


def plain(text: str) -> str:
    return "".join(letter for letter in text if letter not in "\u2066\u2068\u2069")


async def there(house: House) -> set[int]:
    async with house.service.store.look() as db:
        return {one.id for one in await present(db, clock.now(), house.service.store.zone)}


async def planned(house: House, *, alias: str = "Amina", chat_id: int = AMINA) -> Staff:
    """A volunteer whose shift began a moment ago, and who has not been heard of."""
    amina = await builders.volunteer(house.service, alias, chat_id=chat_id, on_shift=False)
    await builders.shift(house.service, amina, starts_at=START + MINUTE, lasts=timedelta(hours=2))
    clock.freeze(START + MINUTE)
    await builders.do_all_due(house.service)
    await house.settle()
    return amina


async def test_any_command_is_a_sign_of_being_there(house: House) -> None:
    amina = await planned(house)
    assert await there(house) == set()

    await house.hears(AMINA, "/help")

    assert await there(house) == {amina.id}


async def test_a_press_that_is_refused_is_a_sign_as_well(house: House) -> None:
    amina = await planned(house)

    assert await house.pressed(AMINA, "claim:1", 1)

    assert await there(house) == {amina.id}


async def test_onduty_says_until_when_and_how_many_wait(house: House) -> None:
    amina = await planned(house)
    await house.asks(HERS)
    await house.hears(AMINA, "/onduty")

    assert plain(house.last(AMINA)) == "Du är här till 12:01. Tack!\n1 ärende väntar."
    assert codes_of(house.api.chat(AMINA).last) == ["dq:0", "do"]
    assert await there(house) == {amina.id}
    await house.hears(AMINA, "/onduty")
    assert plain(house.last(AMINA)) == "Du är här till 12:01. Tack!\n1 ärende väntar."


async def test_onduty_before_the_start_says_from_when(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=AMINA, on_shift=False)
    await builders.shift(house.service, amina, starts_at=START + 10 * MINUTE, lasts=timedelta(hours=2))

    await house.hears(AMINA, "/onduty")

    assert plain(house.last(AMINA)) == "Du är här från kl. 10:10 till 12:10. Tack!\nIngen väntar just nu."
    assert await there(house) == set()


async def test_onduty_without_a_shift_asks_for_how_long(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=AMINA, on_shift=False)
    await house.hears(AMINA, "/onduty")
    assert plain(house.last(AMINA)) == "Du har inget pass nu. Hur länge är du här?"
    assert codes_of(house.api.chat(AMINA).last) == ["df:1", "df:2", "df:3"]

    await house.pressed(AMINA, "df:2")

    assert plain(house.last(AMINA)) == "Du är här till 12:00. Tack!\nIngen väntar just nu."
    assert await there(house) == {amina.id}


async def test_onduty_without_a_shift_is_for_those_who_may_claim(house: House) -> None:
    await builders.new_volunteer(house.service, chat_id=AMINA)
    await house.hears(AMINA, "/onduty")

    await house.pressed(AMINA, "df:1")

    assert house.last(AMINA) == house.service.desk("sv")("claim_when_introduced")
    assert await there(house) == set()


async def test_offduty_asks_what_stays_open_and_no_act_brings_back(house: House) -> None:
    await planned(house)
    await house.asks(HERS)
    await house.claims(AMINA)
    await house.hears(AMINA, "/offduty")

    assert plain(house.last(AMINA)) == (
        "Du är inte här längre. Du får inga fler ärenden nu. Är du tillbaka, skriv /onduty.\n"
        "Du har 1 ärende som väntar på svar: /cases"
    )
    assert any("Behåller du det?" in text for text in house.texts(AMINA))
    await house.hears(AMINA, "/help")
    assert await there(house) == set()
    await house.hears(AMINA, "/offduty")
    assert plain(house.last(AMINA)).startswith("Du har inget pass nu, och du har inte sagt att du är här.")


async def test_who_was_missed_says_that_they_are_here_and_the_question_says_so(house: House) -> None:
    amina = await planned(house)
    await house.asks(HERS)
    clock.move(10 * MINUTE)
    await builders.do_all_due(house.service)
    await house.settle()
    asked = next(one for one in house.api.chat(AMINA).visible if "Är du här?" in one.text)
    await builders.volunteer(house.service, "Bo", chat_id=BO, on_shift=False)
    await house.hears(BO, "/queue")
    assert "1 som har pass har inte hörts av. Platsen är ledig." in plain(house.last(BO))

    here = codes_of(asked)[0]

    said = await house.pressed(AMINA, here, asked.message_id)

    assert said == house.service.desk("sv")("shift_thanks")
    assert await there(house) == {amina.id}
    answered = next(one for one in house.api.chat(AMINA).visible if "Är du här?" in one.text)
    assert codes_of(answered) == [] and "Jag är här" in answered.text
    assert await house.pressed(AMINA, here, asked.message_id)
    assert await there(house) == {amina.id}
    await house.hears(BO, "/queue")
    assert "har inte hörts av" not in house.last(BO)


async def test_each_button_pressed_twice_does_it_once(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA, on_shift=False)
    await house.asks(HERS)
    await house.hears(AMINA, "/onduty")
    card = house.api.chat(AMINA).last
    gone = house.service.desk("sv")("no_longer_valid")

    assert [await house.pressed(AMINA, "df:2", card.message_id) for _ in range(2)] == ["", gone]
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    said = [await house.pressed(AMINA, f"dm:{case}", card.message_id) for _ in range(2)]
    assert said[0] and said[1] and said[0] != said[1]
    assert [await house.pressed(AMINA, "do", card.message_id) for _ in range(2)] == ["", gone]
    assert len([text for text in house.texts(AMINA) if "Behåller du det?" in text]) == 1


async def test_the_queue_lists_what_waits_oldest_first_and_a_case_is_taken_from_there(house: House) -> None:
    await planned(house)
    for n in range(8):
        await house.asks(HERS + n, language="ar" if n else "sv")
        clock.move(MINUTE)
    await house.hears(AMINA, "/queue")

    shown = house.api.chat(AMINA).last
    codes = [row.code for row in await builders.table(house.service, "SELECT code FROM cases ORDER BY waiting_since")]
    spoken = [f"{code[:3]} {code[3:6]} {code[6:]}" for code in codes]
    text = plain(shown.text).splitlines()
    assert text[0] == "8 ärenden väntar."
    assert text[1] == f"1. Ärende {spoken[0]}: Svenska · Telegram. Har väntat i 8 minuter."
    assert text[2].startswith(f"2. Ärende {spoken[1]}: Arabiska")
    assert len(text) == 7 and codes_of(shown)[-1] == "dq:1"
    await house.pressed(AMINA, "dq:1", shown.message_id)
    later = house.api.chat(AMINA).visible[-1]
    assert plain(later.text).splitlines()[1].startswith(f"7. Ärende {spoken[6]}")

    said = await house.pressed(AMINA, codes_of(later)[0], later.message_id)

    assert codes[6][:3] in said
    claimed = await builders.table(house.service, "SELECT code FROM cases WHERE status = 'claimed'")
    assert [row.code for row in claimed] == [codes[6]]


async def test_who_blocked_the_bot_and_came_back_in_the_same_shift_sees_the_queue(house: House) -> None:
    await planned(house)
    await house.hears(AMINA, "/help")
    house.api.chat(AMINA).blocked = True
    await house.asks(HERS)
    house.api.chat(AMINA).blocked = False

    await house.hears(AMINA, "/queue")

    assert any(plain(text).startswith("1 ärende väntar.") for text in house.texts(AMINA))


async def test_off_shift_the_queue_says_so_and_a_press_takes_the_case(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA, on_shift=False)
    await house.asks(HERS)
    await house.hears(AMINA, "/queue")
    assert plain(house.last(AMINA)).endswith("Tar du ett ärende, är det ditt även utanför ditt pass.")

    await house.pressed(AMINA, codes_of(house.api.chat(AMINA).last)[0])

    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "claimed"


async def test_a_coordinator_sees_who_is_here_and_gives_the_case_away(house: House) -> None:
    await builders.coordinator(house.service, chat_id=KARIN)
    amina = await planned(house)
    await builders.volunteer(house.service, "Bo", chat_id=BO, on_shift=False)
    bo = await builders.person_named(house.service, "Bo")
    await builders.stands(house.service, Staff(bo, "Bo"), may_be_asked=True)
    await house.hears(AMINA, "/help")
    await house.asks(HERS)
    for _ in range(3):
        clock.move(5 * MINUTE)
        await builders.do_all_due(house.service)
        await house.settle()
    alarm = next(one for one in house.api.chat(KARIN).visible if "Ingen har tagit det." in one.text)
    assert "Är här: Amina." in plain(alarm.text)
    await house.pressed(KARIN, codes_of(alarm)[0], alarm.message_id)
    asked = house.api.chat(KARIN).last
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    assert codes_of(asked) == [f"da:{case}:{amina.id}", f"da:{case}:{bo}", f"dm:{case}"]

    await house.pressed(KARIN, f"da:{case}:{bo}", asked.message_id)

    row = await builders.one(house.service, "SELECT status, volunteer_id FROM cases")
    assert (row.status, row.volunteer_id) == ("claimed", bo)
    assert any("Karin har gett dig ärende" in plain(text) for text in house.texts(BO))
    assert any("Jag har fått ett brev" in text for text in house.texts(BO))
    assert any("Bo har ärende" in plain(text) for text in house.texts(KARIN))
    assert not any(code.startswith("claim:") for one in house.api.chat(AMINA).visible for code in codes_of(one))


async def test_a_coordinator_answers_it_herself(house: House) -> None:
    karin = await builders.coordinator(house.service, chat_id=KARIN)
    await planned(house)
    await house.asks(HERS)
    case = (await builders.one(house.service, "SELECT id FROM cases")).id

    await house.pressed(KARIN, f"dm:{case}", 1)

    row = await builders.one(house.service, "SELECT status, volunteer_id FROM cases")
    assert (row.status, row.volunteer_id) == ("claimed", karin.id)


async def test_nobody_is_here_and_nobody_may_be_asked(house: House) -> None:
    await builders.coordinator(house.service, chat_id=KARIN)
    await house.asks(HERS)
    case = (await builders.one(house.service, "SELECT id FROM cases")).id

    await house.pressed(KARIN, f"dw:{case}", 1)

    assert plain(house.last(KARIN)).splitlines()[1:] == [
        "Ingen är här just nu.", "Ingen annan kan ta ärendet just nu.",
    ]  # fmt: skip
    async with house.service.store.work() as work:
        assert await people.staff_on_telegram(work, KARIN)
