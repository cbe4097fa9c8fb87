"""The usual week applied to a term on Telegram: a draft, its gaps, published to all; the same every other week."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.engine import clock
from bot.hours import changes
from bot.shifts import term
from bot.shifts.typed import NewLine
from models.hours import Reason
from models.hours_change import Change, Verb
from models.notice import Notice
from tests import builders
from tests.channels.telegram_house import codes_of
from tests.shifts.office import NOW, STOCKHOLM, ShiftOffice


async def usual_week(office: ShiftOffice) -> None:
    for line in ("måndag 13-16 linero", "torsdag 9-12 online 2 ar"):
        await office.types("Karin", f"/template {line}")


async def shifts_of(office: ShiftOffice) -> list[str]:
    rows = await builders.table(office.house.service, "SELECT starts_at, place FROM shifts ORDER BY starts_at")
    shown = [(datetime.fromisoformat(str(row.starts_at) + "+00:00").astimezone(STOCKHOLM), row.place) for row in rows]
    return [f"{at:%d/%m %H:%M} {place}" for at, place in shown]


async def test_lines_are_added_taken_away_and_put_back(office: ShiftOffice) -> None:
    empty = await office.types("Karin", "/template")
    assert empty.startswith("Den vanliga veckan är tom.\nLägg till en rad: /template")
    await usual_week(office)

    read = await office.presses("Karin", "Ta bort tor 09–12 online")
    assert read.startswith(
        "✓ Borttaget: tor 09–12 online. Pass som redan finns är kvar.\nDen vanliga veckan:\n"
        "mån 13–16 Linero: 2 personer\n"
    )
    read = await office.presses("Karin", "Ångra tor 09–12 online")

    assert "tor 09–12 online: 2 personer, Arabiska" in read
    again = await office.types("Karin", "/template måndag 13-15 linero")
    assert again.startswith("Den raden finns redan.")


async def test_four_weeks_over_christmas_are_shown_with_their_gaps_and_published_to_all(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.shift(day=date(2026, 12, 14))
    async with office.house.service.store.work() as work:
        closing = Change(Verb.CLOSE, ("linero",), date(2026, 12, 28), reason=Reason.LIBRARY_CLOSED.value)
        usual = [(time(13), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=usual, valid_from=date(2026, 12, 1))
        await changes.publish_now(work, closing)

    read = await office.types("Karin", "/template 2026-12-14..2027-01-10")

    assert read == (
        "14 december 2026 till 10 januari 2027: 4 pass.\nLinero: 2 pass\nonline: 2 pass\nHoppas över:\n"
        "mån 14/12 13–16 Linero: finns redan\ntor 24/12 09–12 online: helgdag\nmån 28/12 13–16 Linero: stängt\n"
        "tor 31/12 09–12 online: helgdag\nIngen ser det förrän du publicerar."
    )
    assert len(await shifts_of(office)) == 1
    await office.presses("Karin", "Ta med helgdagar")
    assert office.labels("Karin")[0] == "Publicera 6 pass"
    await office.presses("Karin", "Hoppa över helgdagar")
    read = await office.presses("Karin", "Publicera 4 pass")

    assert read == "✓ Publicerat: 4 pass från 14 december 2026 till 10 januari 2027. Alla får veta det."
    assert await shifts_of(office) == [
        "14/12 13:00 linero", "17/12 09:00 online", "21/12 13:00 linero", "04/01 13:00 linero", "07/01 09:00 online",
    ]  # fmt: skip
    for who in ("Amina", "Bo", "Robin"):
        assert office.reads(who).startswith("Det finns 4 nya pass att anmäla sig till, 14 december 2026")
    await office.presses("Amina", "Lediga pass")
    assert office.reads("Amina").startswith("Lediga pass som passar dig:\nmån 14/12 13–16 Linero")


async def test_a_term_that_is_thrown_away_adds_nothing(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2027-01-11..2027-01-24")

    assert await office.presses("Karin", "Kasta") == "Inga pass lades till."
    assert await shifts_of(office) == []


async def test_a_week_has_room_for_twenty_lines(office: ShiftOffice) -> None:
    karin = office.staff["Karin"]
    async with builders.acting(office.house.service, karin) as work:
        for hour in range(20):
            await term.add_line(work, NewLine(0, (time(hour), time(hour + 1)), "online"))

    assert (await office.types("Karin", "/template tisdag 13-16 linero")).startswith(
        "Det får inte plats fler rader än 20."
    )


async def test_over_both_changes_of_the_clock_a_shift_stays_at_its_time_on_the_wall(office: ShiftOffice) -> None:
    clock.freeze(datetime(2027, 3, 15, 8, tzinfo=STOCKHOLM))
    await office.types("Karin", "/template söndag 2:30-6 online")
    await office.types("Karin", "/template måndag 13-16 linero")

    read = await office.types("Karin", "/template 2027-03-22..2027-04-05")
    await office.presses("Karin", "Publicera 3 pass")

    assert "sön 28/3 02:30–06 online: klockan ställs om" in read
    assert await shifts_of(office) == ["22/03 13:00 linero", "04/04 02:30 online", "05/04 13:00 linero"]


async def test_of_two_terms_at_once_the_second_reads_that_shifts_have_changed(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    await office.types("Robin", "/template 2027-01-11..2027-01-24")
    await office.presses("Robin", "Publicera 4 pass")

    shown = [one for one in office.house.api.chat(700).from_bot if "Ingen ser det" in one.text]
    code = next(code for code in codes_of(shown[-1]) if code.startswith("tp:"))
    answer = await office.house.pressed(700, code, shown[-1].message_id)

    assert answer == "Passen har ändrats sedan du såg förslaget. Skriv kommandot igen."
    assert len(await shifts_of(office)) == 4


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/template måndag linero", "Skriv en rad, som måndag 13-16 linero, eller från och till, som 11/1..4/6."),
        ("/template 13-16 linero", "dag"),
        ("/template måndag 13-16", "plats"),
        ("/template 2027-06-04..2027-01-11", "2027"),
        ("/template 2026-11-01..2026-12-10", "2026-11-01 har redan varit."),
        ("/template 2027-01-11..2028-01-11", "Högst 200 dagar åt gången."),
        ("/template 2027-01-11", "Skriv en rad"),
        ("/template 31/2..4/6", "”31/2” är ingen dag."),
        ("/template 2027-01-11..2027-01-24", "Den vanliga veckan är tom."),
    ],
)
async def test_a_line_that_is_no_week_and_no_term_is_explained(office: ShiftOffice, typed: str, sentence: str) -> None:
    read = await office.types("Karin", typed)

    assert sentence in read and "/template måndag 13-16 linero 2" in read, read


async def test_every_other_week_is_signed_up_for_at_once_and_as_shifts_are_added(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2026-12-07..2027-01-24")
    await office.presses("Karin", office.labels("Karin")[0])
    await office.shift("Amina", day=date(2027, 1, 4), begins=12, hours=2, place="online")  # in the way
    await office.types("Amina", "/freeshifts")
    await office.presses("Amina", "mån 7/12 13–16 Linero")

    read = await office.presses("Amina", "Samma varannan vecka")

    assert read == (
        "✓ Varannan vecka: mån 13–16 Linero\nDu är anmäld till 2 pass till, och till nya när de kommer.\nInte till:\n"
        "mån 4/1 13–16 Linero\nKrockar med passet mån 4/1 12–14 online."
    )
    assert await mine(office) == ["07/12", "21/12", "18/01"]
    await office.types("Karin", "/template 2027-01-25..2027-02-21")
    await office.presses("Karin", office.labels("Karin")[0])
    await office.later(NOW + timedelta(minutes=1))
    assert await mine(office) == ["07/12", "21/12", "18/01", "01/02", "15/02"]
    assert "Du är anmäld till 2 pass till" in office.reads("Amina")
    await office.presses("Amina", "Inte längre varje gång")
    assert office.reads("Amina").startswith("Inte längre varje gång: mån 13–16 Linero.")
    assert await builders.table(office.house.service, "SELECT 1 FROM standing_signups") == []


async def mine(office: ShiftOffice) -> list[str]:
    rows = await builders.table(
        office.house.service, "SELECT s.starts_at FROM shifts s JOIN assignments a ON a.shift_id = s.id "
        "WHERE a.person_id = :id AND s.place = 'linero' ORDER BY s.starts_at", id=office.staff["Amina"].id,
    )  # fmt: skip
    return [f"{datetime.fromisoformat(str(row.starts_at)):%d/%m}" for row in rows]


async def test_what_is_left_of_a_term_is_cancelled_from_a_phone_and_told_to_each_once(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    await office.presses("Karin", "Publicera 4 pass")
    await office.types("Amina", "/freeshifts")
    await office.presses("Amina", "mån 11/1 13–16 Linero", "Samma varje vecka")

    read = await office.types("Karin", "/template")
    assert read.endswith("Publicerat: 11 januari 2027 till 21 januari 2027, 4 pass kvar.")
    read = await office.presses("Karin", "Ställ in 11/1–21/1")
    assert read == (
        "Vill du ställa in alla pass som är kvar? Det går inte att ångra.\n"
        "Publicerat: 11 januari 2027 till 21 januari 2027, 4 pass kvar.\n"
        "1 volontär är anmäld och får veta det, en gång för alla sina pass.\n"
        "Varför? Välj, så ställs de in."
    )
    code, message = office.button("Karin", "helgdag"), office.shows("Karin").message_id
    read = await office.presses("Karin", "helgdag")

    assert read == "✓ 4 pass är inställda."
    assert office.reads("Amina") == (
        "Karin har ställt in passen. De här var dina:\nmån 11/1 13–16 Linero\nmån 18/1 13–16 Linero\nOrsak: helgdag"
    )
    assert len([text for text in office.said("Amina") if "ställt in" in text]) == 1
    rows = await builders.table(office.house.service, "SELECT cancelled_at FROM shifts")
    assert [row.cancelled_at is None for row in rows] == [False] * 4
    assert await office.house.pressed(700, code, message) == "Knappen gäller inte längre."
    assert "kvar" not in (await office.types("Karin", "/template")).split("Gör en termin")[1]


async def test_what_is_left_of_a_term_can_be_cancelled_without_a_reason(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    await office.presses("Karin", "Publicera 4 pass")
    await office.types("Amina", "/freeshifts")
    await office.presses("Amina", "mån 11/1 13–16 Linero")
    await office.types("Karin", "/template")

    read = await office.presses("Karin", "Ställ in 11/1–21/1", "Ingen orsak")

    assert read == "✓ 4 pass är inställda."
    assert office.reads("Amina") == "Karin har ställt in passen. De här var dina:\nmån 11/1 13–16 Linero"


async def test_no_leaves_the_term_as_it_is(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    await office.presses("Karin", "Publicera 4 pass")
    await office.types("Karin", "/template")

    assert (await office.presses("Karin", "Ställ in 11/1–21/1", "Nej")).startswith("Inget är ändrat:")
    rows = await builders.table(office.house.service, "SELECT cancelled_at FROM shifts")
    assert [row.cancelled_at is None for row in rows] == [True] * 4


async def test_no_answer_is_promised_for_a_holiday(office: ShiftOffice) -> None:
    await usual_week(office)
    await office.types("Karin", "/template 2026-12-14..2027-01-10")
    await office.presses("Karin", "Publicera 6 pass")
    for day in ("17/12", "7/1"):
        for who in ("Amina", "Bo"):
            await office.types("Karin", f"/assign {who} {day} 9-12 online")
    clock.freeze(datetime(2026, 12, 18, 10, tzinfo=STOCKHOLM))  # two Thursdays follow, both on an eve

    asker = await builders.case_of(office.house.service, language="sv")

    promised = (await builders.case_row(asker)).promised_by
    assert promised is not None
    assert promised.astimezone(STOCKHOLM).date() == date(2027, 1, 7)
    assert "7 januari" in (await builders.screen(office.house.service, asker.id, Notice.RECEIPT))[-1]
