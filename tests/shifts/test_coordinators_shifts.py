"""A coordinator's shifts on Telegram: one line or some buttons; what was not understood; two at once."""

from datetime import date, timedelta

import pytest

from bot.engine import clock
from tests import builders
from tests.shifts.office import CHATS, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"


async def shifts_there(office: ShiftOffice) -> int:
    return len(await builders.table(office.house.service, "SELECT id FROM shifts"))


async def test_one_line_adds_a_shift_and_shows_who_could_be_there(office: ShiftOffice) -> None:
    read = await office.types("Karin", "/newshift 7/12 13-16 Linero 3 ar")

    assert read == (
        f"✓ Passet finns nu.\n{NAME}: 0 av 3 anmälda\n"
        "🔴 Inte täckt: 3 personer saknas, ingen erfaren, språk som saknas: Arabiska\n"
        "Önskade språk: Arabiska"
    )
    assert office.labels("Karin") == ["Fråga 4 volontärer", "Sätt upp Amina", "Sätt upp Karin", "Sätt upp Robin"]
    row = await builders.one(office.house.service, "SELECT needed, wants, made_by FROM shifts")
    assert (row.needed, row.wants, row.made_by) == (3, '["ar"]', office.staff["Karin"].id)


async def test_five_presses_add_a_shift(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift")

    read = await office.presses("Karin", "Linero bibliotek", "mån 7/12", "13:00", "16:00", "2 personer")

    assert read.startswith(f"✓ Passet finns nu.\n{NAME}: 0 av 2 anmälda")


async def test_left_half_way_no_shift_is_there_and_a_press_that_has_passed_says_so(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift")
    stale = office.button("Karin", "Linero bibliotek")
    await office.presses("Karin", "Linero bibliotek")

    assert await office.presses("Karin", "Avbryt") == "Inget pass lades till."
    answer = await office.house.pressed(CHATS["Karin"], stale, office.shows("Karin").message_id)

    assert answer == "Knappen gäller inte längre."
    assert await shifts_there(office) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/newshift 31/2 13-16 linero", "”31/2” är ingen dag."),
        ("/newshift 2026-11-30 13-16 linero", "2026-11-30 har redan varit."),
        ("/newshift 30/11 13-16 linero", "Utan årtal betyder det 2027-11-30. Skriv årtalet om du menar det."),
        ("/newshift i dag 8-10 linero", "2026-12-01 08:00 har redan varit."),
        ("/newshift 28/3 02:30-06 linero", "Klockan ställs om den dagen, så tiden 2027-03-28 02:30 finns inte."),
        ("/newshift 7/12 linero", "Skriv från när till när, som 13-16."),
        ("/newshift 13-16 linero", "Vilken dag"),
        ("/newshift 7/12 13-16", "Vilken plats"),
        ("/newshift 7/12 13-16 kiruna", "kiruna"),
        ("/newshift 7/12 13-16 linero 0", "Hur många behövs? 0 är inte ett tal från 1 till 9."),
        ("/newshift 7/12 13-16 linero stadsbiblioteket", "Bara en plats åt gången."),
        ("/newshift 7/12 13-15 16-18 linero", "Bara en tid åt gången, som 13-16."),
        ("/newshift 7/12 13-13 linero", "slut"),
        ("/newshift 7/12 25-26 linero", "25-26"),
        ("/newshift fredag 7/12 13-16 linero", "fredag"),
        ("/newshift 7/12 13-16 linero kl hej", "hej"),
        ("/newshift 7/12 06-23 linero", "16 timmar"),
        ("/newshift " + "a" * 600, "500"),
    ],
)
async def test_a_line_that_cannot_be_a_shift_says_what_was_understood_and_how_it_is_written(
    office: ShiftOffice, typed: str, sentence: str
) -> None:
    read = await office.types("Karin", typed)

    assert sentence in read, read
    assert "Skriv så här: /newshift tis 8/12 13-16 linero 2" in read
    assert await shifts_there(office) == 0


async def test_an_overlap_at_the_same_place_names_the_shift_and_who_made_it(office: ShiftOffice) -> None:
    await office.types("Robin", "/newshift 7/12 13-16 linero")

    read = await office.types("Karin", "/newshift 7/12 15-18 linero")

    assert read == f"Det gick inte: {NAME}\nDet finns redan ett pass där då.\nRobin lade till passet, i dag kl. 09:00."
    assert await shifts_there(office) == 1


async def test_somebody_is_put_on_a_shift_by_name_and_told_by_whom(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    read = await office.types("Karin", "/assign amina mån 7/12 13-16 Linero")

    assert read.startswith(f"✓ Amina är anmäld och får veta det.\n{NAME}: 2 av 2 anmälda (Amina, Bo)\n🟢 Täckt")
    assert office.reads("Amina") == (f"Karin har satt upp dig på passet {NAME}. Kan du inte? Skriv /cant.\nMed: Bo")
    read = await office.types("Karin", "/unassign Amina mån")
    assert read.startswith("✓ Amina är inte anmäld längre och får veta det.")
    assert office.reads("Amina") == f"Karin har tagit bort dig från passet {NAME}."
    assert await office.on(shift) == ["Bo"]


async def test_of_two_coordinators_on_one_shift_the_second_reads_what_the_first_has_done(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    await office.types("Robin", "/assign Cleo mån")

    read = await office.types("Karin", "/assign Amina mån")

    assert read == (
        f"Det gick inte: {NAME}\nAmina: Passet är fullt.\nRobin satte upp någon på passet, i dag kl. 09:00."
    )
    assert await office.on(shift) == ["Bo", "Cleo"]


async def test_a_cancelled_shift_is_told_to_whoever_is_on_it_and_to_the_second_coordinator(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")

    asked = await office.types("Karin", "/cancelshift mån 7/12 13-16 Linero: vattenskada i huset")
    assert asked.startswith(f"Ska passet ställas in?\n{NAME}: 2 av 2 anmälda (Amina, Bo)")
    assert asked.endswith("2 anmälda får veta det, och varför.\nOrsak: vattenskada i huset")
    assert office.reads("Amina").startswith("Klart!")  # nothing yet
    read = await office.presses("Karin", "Ställ in passet")

    assert read == f"✓ Passet är inställt. De som var anmälda får veta det.\n{NAME}"
    for who in ("Amina", "Bo"):
        assert office.reads(who).startswith(f"Passet {NAME} är inställt (av Karin).\nOrsak: vattenskada i huset")
    second = await office.types("Robin", "/cancelshift mån 7/12 13-16 Linero")
    assert second == (f"Det gick inte: {NAME}\nPasset är inställt.\nKarin ställde in passet, i dag kl. 09:00.")
    stored = await builders.one(office.house.service, "SELECT cancel_reason FROM shifts WHERE id = :id", id=shift)
    assert b"vattenskada" not in stored.cancel_reason
    rows = await builders.table(office.house.service, "SELECT params FROM outbox")
    assert all("vattenskada" not in row.params for row in rows)


async def test_no_leaves_the_shift_and_a_reason_is_a_press_without_words(office: ShiftOffice) -> None:
    shift = await office.shift("Amina")
    await office.types("Karin", "/cancelshift mån")
    assert (await office.presses("Karin", "Nej")).startswith(f"Passet är kvar.\n{NAME}")
    assert office.reads("Amina").startswith("Klart!")

    await office.types("Karin", "/cancelshift mån")
    await office.presses("Karin", "sjukdom")

    assert office.reads("Amina").startswith(f"Passet {NAME} är inställt (av Karin).\nOrsak: sjukdom")
    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert row.cancelled_at is not None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/assign Xerxes mån", "Ingen heter Xerxes. Det finns: Amina, Bo, Cleo, Dag, Karin, Robin."),
        ("/assign mån 7/12", "Vem gäller det? Skriv namnet: Amina, Bo"),
        ("/assign Amina", "Vilket pass? Skriv dagen, tiden eller platsen."),
        ("/assign Amina 9/12", "Det passet finns inte."),
        ("/assign Amina 31/2", "”31/2” är ingen dag."),
        ("/unassign Amina mån 7/12 13-16 Linero", "Amina: Inte anmäld till passet."),
        ("/cancelshift 9/12", "Det passet finns inte."),
        ("/shifts 60", "60 är ingen vecka."),
        ("/shifts hej", "hej"),
    ],
)
async def test_a_name_or_a_shift_that_is_unknown_is_answered_with_those_there_are(
    office: ShiftOffice, typed: str, sentence: str
) -> None:
    await office.shift("Bo")

    read = await office.types("Karin", typed)

    assert sentence in read, read


async def test_the_beginning_of_two_names_is_asked_about(office: ShiftOffice) -> None:
    await office.shift("Bo")
    office.staff["Bosse"] = await builders.volunteer(office.house.service, "Bosse", on_shift=False)
    office.staff["Bojan"] = await builders.volunteer(office.house.service, "Bojan", on_shift=False)

    unclear = await office.types("Karin", "/assign Boj mån")  # one is called that at the beginning
    assert unclear.startswith("✓ Bojan är anmäld")
    read = await office.types("Karin", "/unassign B mån")

    assert read.startswith("B kan vara flera: Bo, Bojan, Bosse. Skriv hela namnet.")


async def test_several_shifts_that_fit_are_asked_about(office: ShiftOffice) -> None:
    await office.shift("Bo")
    evening = await office.shift("Bo", begins=18)

    read = await office.types("Karin", "/assign Amina mån")
    assert read.startswith(f"Vilket pass menar du?\n{NAME}: 1 av 2 anmälda (Bo)")
    await office.presses("Karin", "mån 7/12 18–21 Linero")

    assert await office.on(evening) == ["Amina", "Bo"]


async def test_buttons_alone_put_somebody_on_a_shift_and_take_them_off(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    await office.types("Karin", "/assign")
    await office.presses("Karin", NAME, "Amina")
    assert await office.on(shift) == ["Amina", "Bo"]
    await office.types("Karin", "/unassign")
    await office.presses("Karin", NAME, "Bo")

    assert await office.on(shift) == ["Amina"]


async def test_a_week_is_listed_and_turned(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    await office.shift("Bo", day=date(2026, 12, 16), place="online", begins=9)

    read = await office.types("Karin", "/shifts nästa")
    assert read == f"Vecka 50, från mån 7/12:\n{NAME}: 2 av 2 anmälda (Amina, Bo)\n🟢 Täckt"
    read = await office.presses("Karin", "Veckan efter")
    assert read.startswith("Vecka 51, från mån 14/12:\nons 16/12 09–12 online: 1 av 2 anmälda (Bo)")
    assert await office.types("Karin", "/shifts 50") == await office.types("Karin", "/shifts 2026-12-09")
    assert (await office.types("Karin", "/shifts")).startswith("Vecka 49")


async def test_what_is_over_cannot_be_cancelled(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/cancelshift mån")
    clock.freeze(NOW + timedelta(days=7))

    read = await office.presses("Karin", "sjukdom")

    assert read == f"Det gick inte: {NAME}\nPasset är slut."


async def test_a_gap_is_covered_within_four_presses(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    read = await office.types("Karin", "/coverage")
    assert read == (
        "Täckning de närmaste 14 dagarna:\n🟡 Linero: 1 delvis täckt\nArabiska: på 0 av 1 pass\nLuckor:\n"
        f"{NAME} 🟡 Delvis täckt: 1 person saknas\n{read.splitlines()[-1]}"
    )
    await office.presses("Karin", NAME, "Sätt upp Amina")

    assert await office.on(shift) == ["Amina", "Bo"]
