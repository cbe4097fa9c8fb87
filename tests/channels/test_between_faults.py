"""What goes wrong between two people on Telegram, and what each of them and the newcomer reads of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.shifts import making, taking
from bot.volunteers import leaving
from tests import builders
from tests.botapi import Shown
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of, telegram_house

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)  # a Monday in Lund
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
AMINA, BO, KIM, KARIN, ASKER = 500, 501, 502, 503, 900
NOTE = "Hon väntar på svar från CSN"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def plain(text: str) -> str:
    return "".join(letter for letter in text if letter not in "\u2066\u2068\u2069")


async def scene(house: House) -> tuple[Staff, Staff, str]:
    """Amina has a case, and Bo is there too; the case's number."""
    amina = await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    bo = await builders.volunteer(house.service, "Bo", chat_id=BO, on_shift=False)
    await builders.shift(house.service, bo, lasts=timedelta(minutes=20))
    await house.settle()
    code = (await builders.one(house.service, "SELECT code FROM cases")).code
    return amina, bo, f"{code[:3]} {code[3:6]} {code[6:]}"


def newest_with(house: House, chat_id: int, start: str) -> tuple[str, Shown]:
    card = [one for one in house.api.chat(chat_id).visible if any(c.startswith(start) for c in codes_of(one))][-1]
    return next(c for c in codes_of(card) if c.startswith(start)), card


async def presses(house: House, chat_id: int, start: str) -> tuple[str, Shown]:
    """The newest button of this kind is pressed; what it said, and the message as it was."""
    code, card = newest_with(house, chat_id, start)
    clock.move(SECOND)
    return await house.pressed(chat_id, code, card.message_id), card


async def offered(house: House, to: str = "Bo") -> None:
    await house.hears(AMINA, f"/handover {await number(house)} {to}: {NOTE}")


async def number(house: House) -> str:
    return str((await builders.one(house.service, "SELECT code FROM cases")).code)


def stands(house: House, chat_id: int, card: Shown) -> str:
    """How this message reads now."""
    return plain(next(one.text for one in house.api.chat(chat_id).visible if one.message_id == card.message_id))


async def later(house: House, by: timedelta) -> None:
    clock.move(by)
    await builders.do_all_due(house.service)
    await house.settle()


BACK = "Ärende {code} är inte erbjudet till dig längre. Du behöver inte göra något."


@pytest.mark.parametrize("how", ["goes off duty", "shift ends", "pauses", "leaves the shift", "shift is cancelled"])
async def test_a_receiver_who_goes_leaves_it_with_its_giver_at_once(house: House, how: str) -> None:
    _, bo, code = await scene(house)
    await offered(house)
    assert plain(house.last(AMINA)) == (
        f"Bo har fått frågan om ärende {code}.\n"
        "Du har kvar ärendet tills någon tar emot det. Utan svar får du veta det: i dag kl. 12:30."
    )
    _, card = await presses(house, BO, "hor:")
    assert NOTE in stands(house, BO, card)
    before = house.texts(ASKER)

    match how:
        case "goes off duty":
            await house.hears(BO, "/offduty")
        case "shift ends":
            await later(house, 20 * MINUTE)
        case "pauses":
            await house.hears(BO, "/pause")
            await presses(house, BO, "meu:1")
        case "leaves the shift":
            shift = await running_shift(house, bo)
            async with builders.acting(house.service, bo) as work:
                await taking.cannot_come(work, shift)
            await later(house, SECOND)
        case _:
            karin = await builders.coordinator(house.service)
            shift = await running_shift(house, bo)
            async with builders.acting(house.service, karin) as work:
                await making.cancel(work, shift)
            await later(house, SECOND)

    assert plain(house.last(AMINA)) == f"Bo är inte kvar och kan inte ta ärende {code}. Du har det kvar."
    assert stands(house, BO, card) == BACK.format(code=code)
    assert house.texts(ASKER) == before
    assert NOTE not in "\n".join(house.texts(BO))


async def test_offered_to_a_language_it_is_the_givers_again_once_nobody_is_left_who_speaks_it(house: House) -> None:
    _, _, code = await scene(house)
    kim = await builders.volunteer(house.service, "Kim", chat_id=KIM, speaks=("sv", "ar"))
    await builders.volunteer(house.service, "Siv", speaks=("sv",))
    await offered(house, "arabiska")
    cards = [(await presses(house, chat, "hor:"))[1] for chat in (BO, KIM)]

    await house.hears(BO, "/offduty")
    assert NOTE in stands(house, KIM, cards[1]) and "är kvar" not in house.last(AMINA), kim
    await house.hears(KIM, "/offduty")

    assert house.last(AMINA) == f"Ingen som talar språket är kvar och kan ta ärende {code}. Du har det kvar."
    assert [stands(house, chat, card) for chat, card in zip((BO, KIM), cards, strict=True)] == [
        BACK.format(code=code)
    ] * 2
    assert NOTE not in "\n".join(house.texts(ASKER))


async def running_shift(house: House, staff: Staff) -> int:
    on_it = "SELECT shift_id FROM assignments WHERE person_id = :id"
    return int((await builders.one(house.service, on_it, id=staff.id)).shift_id)


async def test_a_pause_that_begins_tomorrow_leaves_the_offer_open(house: House) -> None:
    await scene(house)
    await offered(house)
    _, card = await presses(house, BO, "hor:")

    await house.hears(BO, "/pause 8/12-10/12")

    assert NOTE in stands(house, BO, card)
    assert "är inte kvar" not in "\n".join(house.texts(AMINA))


async def test_of_two_hand_overs_at_once_the_second_is_told_of_the_first(house: House) -> None:
    _, _, code = await scene(house)
    await builders.volunteer(house.service, "Kim", chat_id=KIM)
    await house.settle()
    kims = house.texts(KIM)
    asked = []
    for name in ("Bo", "Kim"):
        await house.hears(AMINA, f"/handover {await number(house)} {name}")
        asked.append(house.api.chat(AMINA).last)

    for one in asked:
        await house.api.says(AMINA, NOTE, reply_to=one.message_id, language_code="sv")
    await house.settle()

    assert plain(house.texts(AMINA)[-2]).startswith(f"Bo har fått frågan om ärende {code}.")
    assert plain(house.last(AMINA)).startswith(
        f"Ärende {code} är redan erbjudet till någon. Vänta på svar, eller ta tillbaka det först."
    )
    assert f"Amina vill lämna över ärende {code} till dig." in plain(house.last(BO))
    assert house.texts(KIM) == kims
    assert NOTE not in "\n".join(house.texts(ASKER))


async def test_a_giver_without_access_any_more_leaves_no_note_open(house: House) -> None:
    amina, _, code = await scene(house)
    await house.hears(AMINA, f"/handover {await number(house)} Bo")
    asked = house.api.chat(AMINA).last
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)
    await house.settle()

    await house.api.says(AMINA, NOTE, reply_to=asked.message_id, language_code="sv")
    await house.settle()

    assert await builders.table(house.service, "SELECT id FROM hand_overs") == []
    assert house.last(AMINA).startswith("Ingen har läst det du skrev")
    assert house.last(BO).startswith(f"Ärende {code} väntar\nSvenska · Telegram\nVäntar sedan: i dag kl. 12:00")
    assert house.last(ASKER).startswith(
        f"Ditt ärende {code} är tillbaka i kön. En annan rådgivare svarar dig. Du behöver inte skriva igen.\n"
    )
    assert not any(NOTE in text for chat in (AMINA, BO, ASKER) for text in house.texts(chat))


async def test_a_receiver_without_access_any_more_leaves_no_note_open(house: House) -> None:
    _, bo, code = await scene(house)
    await offered(house)
    _, card = await presses(house, BO, "hor:")
    before = house.texts(ASKER)

    async with house.service.store.work() as work:
        await leaving.disable_staff(work, bo.id)
    await house.settle()

    assert plain(house.last(AMINA)) == f"Bo är inte kvar och kan inte ta ärende {code}. Du har det kvar."
    assert not any(NOTE in text for text in house.texts(BO))
    await presses_again(house, BO, card)
    assert (await builders.one(house.service, "SELECT volunteer_id FROM cases")).volunteer_id != bo.id
    assert house.texts(ASKER) == before


async def presses_again(house: House, chat_id: int, card: Shown) -> None:
    """A button that stood below the message once."""
    await house.pressed(chat_id, next(c for c in codes_of(card)).replace("hor:", "hoa:"), card.message_id)


async def test_notes_of_somebody_without_access_any_more_stay_with_the_case(house: House) -> None:
    amina, _, _ = await scene(house)
    await house.hears(AMINA, f"/note {await number(house)} {NOTE}")
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)
    await house.settle()

    await house.claims(BO)
    await presses(house, BO, "notes:")

    noted = plain(house.last(BO)).split("\n")
    assert noted[0].endswith("Bara volontärer läser dem, aldrig besökaren.")
    assert noted[1:3] == ["Amina, i dag kl. 12:00:", NOTE]
    assert not any(NOTE in text for text in house.texts(ASKER))
    assert not any(NOTE in text for text in house.texts(AMINA))


async def test_of_an_erased_case_nothing_comes_back_and_no_note_stays_in_the_chat(house: House) -> None:
    _, _, code = await scene(house)
    await house.hears(AMINA, f"/followup {await number(house)} 10/12 {NOTE}")
    assert plain(house.last(AMINA)).startswith(
        f"Ärende {code} kommer tillbaka torsdag 10 december 2026.\nAtt fråga: {NOTE}\n"
    )

    await house.erases(ASKER)

    assert house.last(AMINA) == f"Besökaren har avslutat ärende {code}. Du behöver inte svara mer."
    assert not any(NOTE in text for text in house.texts(AMINA))
    await house.hears(AMINA, "/followup")
    assert house.last(AMINA).startswith("Inget ärende kommer tillbaka på en viss dag.\n")
    stood = house.texts(AMINA)
    await later(house, timedelta(days=2, hours=23))
    assert not any("Dags att fråga igen" in text for text in house.texts(AMINA))
    assert stood[-1] in house.texts(AMINA)


async def test_the_note_of_a_follow_up_leaves_the_chat_with_the_case(house: House) -> None:
    await scene(house)
    await house.hears(AMINA, f"/followup {await number(house)} 10/12 {NOTE}")
    await presses(house, AMINA, "fua:")
    assert any(NOTE in text for text in house.texts(AMINA))

    await house.stops(ASKER)

    assert not any(NOTE in text for text in house.texts(AMINA))
    await house.hears(AMINA, "/followup")
    assert "10 december" in house.last(AMINA)


async def test_who_is_blocked_deletes_everything_and_each_reads_what_it_means(house: House) -> None:
    await builders.coordinator(house.service, chat_id=KARIN)
    _, _, code = await scene(house)
    case = await number(house)
    await house.hears(KARIN, f"/block {case}")
    await presses(house, KARIN, "bks:")
    await presses(house, KARIN, "bkr:")
    assert plain(house.last(KARIN)).startswith(f"Besökaren i ärende {code} är spärrad.\ntill i morgon kl. 12:00")
    assert house.last(AMINA) == f"Du har inte ärende {code} längre. Du behöver inte göra något mer."
    assert house.last(ASKER).startswith(
        "Just nu kan du inte skriva till våra rådgivare.\nDu kan skriva igen i morgon kl. 12:00.\n"
    )
    hers, his = house.texts(AMINA), house.texts(BO)

    await house.erases(ASKER)

    [left] = house.texts(ASKER)
    assert left.startswith("Vi har raderat dina uppgifter.\n")
    await house.hears(KARIN, "/unblock")
    assert house.last(KARIN) == "Ingen är spärrad."
    await house.hears(KARIN, f"/block {case}")
    nobody = f"Besökaren i ärende {code} finns inte kvar här, så det finns ingen att spärra."
    assert house.last(KARIN).startswith(nobody)
    assert (house.texts(AMINA), house.texts(BO)) == (hers, his)


async def test_a_coordinator_who_is_the_only_volunteer_reads_each_thing_once(house: House) -> None:
    karin = await builders.coordinator(house.service, chat_id=KARIN)
    await builders.shift(house.service, karin)
    await house.asks(ASKER)
    code = await number(house)
    code = f"{code[:3]} {code[3:6]} {code[6:]}"
    read = Reading(house, KARIN)
    assert read.new()[-1].startswith(f"Ärende {code} väntar\n")

    await later(house, 5 * MINUTE)
    assert read.new()[-1] == f"Ärende {code} väntar fortfarande, sedan 5 minuter. Kan du ta det?"
    await later(house, 5 * MINUTE)
    assert read.new() == []
    await later(house, 5 * MINUTE)
    await house.claims(KARIN)
    read.new()
    await house.hears(KARIN, f"/handover {await number(house)}")
    nobody = "Ingen kan ta emot ärendet just nu. Du har det kvar. Du kan släppa det till kön i stället."
    assert read.new() == [f"Lämna över ärende {code}\n{nobody}"]
    await house.hears(KARIN, f"/handover {await number(house)} arabiska: {NOTE}")
    assert read.new()[-1].startswith(nobody)

    await later(house, 30 * MINUTE)
    assert read.new()[-1] == (
        f"Ärende {code}: besökaren har väntat på ditt svar i 30 minuter.\n"
        "Om du inte svarar går ärendet tillbaka till kön: i dag kl. 13:00."
    )
    await later(house, 15 * MINUTE)
    assert [text.split(",")[0] for text in read.new()] == [f"Ärende {code} har gått tillbaka till kön"]
    await house.hears(KARIN, "/offduty")
    assert read.new() == ["Du är inte här längre. Du får inga fler ärenden nu. Är du tillbaka, skriv /onduty."]
    await house.hears(KARIN, "/overview")
    assert "🔴 Rött: Ett pass pågår, men ingen är på plats. Har pass men är inte här: Karin." in read.new()[-1]
    assert sum("Förlåt att du får vänta" in text for text in house.texts(ASKER)) == 1


class Reading:
    """What somebody reads in their chat, a bit at a time."""

    def __init__(self, house: House, chat_id: int) -> None:
        self._house, self._chat, self._seen = house, chat_id, 0

    def new(self) -> list[str]:
        """What has come since the last time."""
        texts = self._house.texts(self._chat)
        fresh, self._seen = texts[self._seen :], len(texts)
        return [plain(text) for text in fresh]
