"""Every command of the roster without arguments: buttons lead to the end, or to a line that is written as a reply."""

from datetime import timedelta

import pytest

from bot.engine import clock
from tests import builders
from tests.shifts.office import CHATS, MONDAY, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"
STALE = "Knappen gäller inte längre."
OVER = (
    "Meddelandet du svarade på frågar inte efter något längre. Ditt svar gjorde inget och gick inte till någon. "
    "Börja om: {}"
)


async def count(office: ShiftOffice, table: str) -> int:
    return len(await builders.table(office.house.service, f"SELECT 1 FROM {table}"))


# Which command leads where.


@pytest.mark.parametrize(
    ("who", "command", "begins", "label"),
    [
        ("Karin", "/shifts", "Vecka 49", "Veckan efter"),
        ("Karin", "/newshift", "Nytt pass", "Linero bibliotek"),
        ("Karin", "/template", "Den vanliga veckan är tom.", "Lägg till en rad"),
        ("Karin", "/assign", "Vilket pass menar du?", NAME),
        ("Karin", "/unassign", "Vilket pass menar du?", NAME),
        ("Karin", "/cancelshift", "Vilket pass menar du?", NAME),
        ("Karin", "/coverage", "Täckning de närmaste 14 dagarna:", NAME),
        ("Karin", "/invite", "Bjud in en volontär", "Arabiska"),
        ("Karin", "/volunteers", "Volontärer", "Amina"),
        ("Karin", "/announce", "Vem vill du skriva till?", "De som har ett pass"),
        ("Bo", "/myshifts", "Dina pass:", f"Kan inte {NAME}"),
        ("Amina", "/freeshifts", "Lediga pass som passar dig:", NAME),
        ("Bo", "/cant", "Vilket pass kan du inte komma till?", NAME),
        ("Bo", "/swap", "Vilket pass vill du byta bort?", NAME),
        ("Bo", "/calendar", "Här är adressen till dina pass.", ""),
        ("Bo", "/pause", "", "2 veckor"),
        ("Bo", "/me", "", "Språk"),
    ],
)
async def test_a_command_with_nothing_is_gone_on_with_by_buttons(
    office: ShiftOffice, who: str, command: str, begins: str, label: str
) -> None:
    await office.shift("Bo")

    read = await office.types(who, command)

    assert read.startswith(begins), read
    assert not label or label in office.labels(who), office.labels(who)


async def test_undo_with_nothing_is_gone_on_with_by_buttons(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift 7/12 13-16 linero")

    await office.types("Karin", "/undo")

    assert "Nej" in office.labels("Karin")


# Putting somebody on.


async def test_a_further_page_of_shifts_is_turned_to_and_whoever_fits_is_offered(office: ShiftOffice) -> None:
    for week in range(9):
        last = await office.shift("Bo", day=MONDAY + timedelta(days=7 * week))
    await office.types("Karin", "/assign")

    await office.presses("Karin", "Andra val")
    read = await office.presses("Karin", "mån 1/2 13–16 Linero")

    assert read.endswith("Vem ska komma?")
    assert office.labels("Karin") == ["Amina", "Cleo", "Dag", "Karin", "Robin"]  # volunteers before coordinators
    assert (await office.presses("Karin", "Cleo")).startswith("✓ Cleo är anmäld")
    assert await office.on(last) == ["Bo", "Cleo"]


async def test_with_more_who_fit_than_a_screen_holds_the_others_are_counted(office: ShiftOffice) -> None:
    for name in ("Ebba", "Fia", "Gro", "Hedda", "Ines"):
        await builders.volunteer(office.house.service, name, on_shift=False)
    await office.shift("Bo")
    await office.types("Karin", "/assign")

    read = await office.presses("Karin", NAME)

    assert read.endswith("Vem ska komma?\n2 till kan. Skriv namnet om du vill ha någon annan.")
    assert len(office.labels("Karin")) == 8


async def test_where_nobody_fits_the_shift_is_shown_and_says_so(office: ShiftOffice) -> None:
    await office.shift("Bo", "Cleo")
    await office.types("Karin", "/assign")

    read = await office.presses("Karin", NAME)

    assert read == f"{NAME}: 2 av 2 anmälda (Bo, Cleo)\n🟢 Täckt" and not office.labels("Karin")


async def test_a_shift_of_the_week_is_a_button(office: ShiftOffice) -> None:
    await office.shift("Bo")
    await office.types("Karin", "/shifts nästa")

    read = await office.presses("Karin", NAME)

    assert read.startswith(f"{NAME}: 1 av 2 anmälda (Bo)") and "Sätt upp Amina" in office.labels("Karin")


# The usual week and a term of it.


async def test_the_usual_week_and_a_term_are_made_by_buttons_alone(office: ShiftOffice) -> None:
    await office.types("Karin", "/template")

    read = await office.presses(
        "Karin", "Lägg till en rad", "Linero bibliotek", "måndag", "13:00", "16:00", "3 personer"
    )
    assert read.startswith("✓ Tillagt: mån 13–16 Linero\n")
    read = await office.presses("Karin", "Gör en termin", "mån 11/1", "4 veckor, till sön 7/2")
    assert "4 pass" in read and "11 januari" in read and "7 februari" in read, read
    await office.presses("Karin", "Publicera 4 pass")

    shifts = await builders.table(office.house.service, "SELECT needed FROM shifts")
    assert [one.needed for one in shifts] == [3, 3, 3, 3]


async def test_a_line_that_is_there_already_says_so_and_leaving_shows_the_week(office: ShiftOffice) -> None:
    await office.types("Karin", "/template måndag 13-16 linero")

    read = await office.presses(
        "Karin", "Lägg till en rad", "Linero bibliotek", "måndag", "13:00", "17:00", "2 personer"
    )
    assert read.startswith("Den raden finns redan.")
    await office.types("Karin", "/template")
    read = await office.presses("Karin", "Lägg till en rad", "Avbryt")
    assert read.startswith("Den vanliga veckan:\nmån 13–16 Linero")
    assert await office.presses("Karin", "Gör en termin", "Avbryt") == "Inga pass lades till."
    assert await count(office, "shift_templates") == 1 and await count(office, "dialogues") == 0


async def test_a_first_monday_that_has_passed_meanwhile_is_not_taken(office: ShiftOffice) -> None:
    await office.types("Karin", "/template måndag 13-16 linero")
    await office.presses("Karin", "Gör en termin")
    clock.freeze(NOW + timedelta(days=8))

    assert await office.house.pressed(CHATS["Karin"], office.button("Karin", "mån 7/12")) == STALE


# Words to many.


async def test_words_to_those_on_one_shift_are_written_as_a_reply(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    await office.types("Karin", "/announce")

    read = await office.presses("Karin", "De som har ett pass", NAME)
    assert read == (
        f"Det går till 2 personer som har passet {NAME}.\n"
        "Svara på det här meddelandet: håll på det, välj Svara och skriv det du vill säga.\n"
        f"Eller skicka den här raden, ifylld: /announce {NAME}: DINA ORD"
    )
    card = office.shows("Karin").message_id
    read = await office.replies("Karin", "Nyckeln ligger i disken")
    assert read == f"Det här går till 2 personer som har passet {NAME}:\n\nNyckeln ligger i disken"
    await office.presses("Karin", "Skicka till 2 personer")

    told = f"Karin skriver till er som har passet {NAME}:\nNyckeln ligger i disken"
    assert [who for who in CHATS if told in office.said(who)] == ["Amina", "Bo"]
    assert await office.replies("Karin", "En gång till", card) == OVER.format("/announce")
    asked = next(one for one in office.house.api.chat(CHATS["Karin"]).visible if one.message_id == card)
    assert "Svara" not in asked.text and not asked.buttons


async def test_words_to_who_speaks_a_language_and_the_filled_in_line_do_the_same(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")

    read = await office.presses("Karin", "Alla, eller ett språk", "Arabiska")
    assert read.startswith("Det går till 2 personer som talar arabiska.")
    line = read.splitlines()[-1].partition("ifylld: ")[2]
    assert line == "/announce arabiska: DINA ORD"
    as_line = await office.types("Karin", line.replace("DINA ORD", "Hej alla"))
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Arabiska")

    assert await office.replies("Karin", "Hej alla") == as_line


async def test_a_reply_that_cannot_be_taken_says_why_and_the_next_one_is(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Alla")
    card = office.shows("Karin").message_id

    read = await office.replies("Karin", "x" * 1001, card)
    assert "1 000" in read.replace("\u00a0", " ") or "1000" in read
    assert (await office.replies("Karin", "Hej", card)).startswith("Det här går till 5 personer:")


async def test_words_that_are_no_reply_are_not_taken(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Alla")

    await office.types("Karin", "Hej på er")

    assert await count(office, "dialogues") == 1
    assert "Hej på er" not in "".join(office.said("Amina"))


async def test_a_reply_while_buttons_are_asked_for_does_nothing_and_says_so(office: ShiftOffice) -> None:
    await office.types("Karin", "/invite")

    read = await office.replies("Karin", "Nour")

    assert read == OVER.format("/invite")
    assert await count(office, "login_links") == 0


async def test_a_shift_cancelled_meanwhile_is_written_to_no_more(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/announce")
    await office.presses("Karin", "De som har ett pass", NAME)
    await office.types("Robin", "/cancelshift mån")
    await office.presses("Robin", "sjukdom")

    assert await office.replies("Karin", "Hej") == OVER.format("/announce")


# Cancelling with a reason of one's own.


async def test_a_reason_of_ones_own_is_written_as_a_reply(office: ShiftOffice) -> None:
    shift = await office.shift("Amina")
    await office.types("Karin", "/cancelshift")

    read = await office.presses("Karin", NAME, "Med egna ord")
    assert read == (
        f"Ska passet ställas in?\n{NAME}\n"
        "Svara på det här meddelandet: håll på det, välj Svara och skriv orsaken.\n"
        f"Eller skicka den här raden, ifylld: /cancelshift {NAME}: ORSAKEN"
    )
    read = await office.replies("Karin", "vattenskada i huset")
    assert read.endswith("Orsak: vattenskada i huset")
    await office.presses("Karin", "Ställ in passet")

    assert "Orsak: vattenskada i huset" in office.reads("Amina")
    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert row.cancelled_at is not None
    rows = await builders.table(office.house.service, "SELECT params FROM outbox UNION ALL SELECT draft FROM dialogues")
    assert all("vattenskada" not in str(one) for one in rows)


async def test_the_shown_line_filled_in_means_the_same_shift(office: ShiftOffice) -> None:
    await office.shift("Amina")

    read = await office.types("Karin", f"/cancelshift {NAME}: vattenskada")

    assert read.startswith(f"Ska passet ställas in?\n{NAME}") and read.endswith("Orsak: vattenskada")


async def test_a_reason_that_is_too_long_or_left_changes_nothing(office: ShiftOffice) -> None:
    shift = await office.shift("Amina")
    await office.types("Karin", "/cancelshift")
    await office.presses("Karin", NAME, "Med egna ord")
    card = office.shows("Karin").message_id

    assert "200" in await office.replies("Karin", "x" * 201, card)
    await office.house.pressed(CHATS["Karin"], (await left_code(office, card)), card)

    assert await office.replies("Karin", "ändå", card) == OVER.format("/cancelshift")
    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert row.cancelled_at is None


async def left_code(office: ShiftOffice, card: int) -> str:
    shown = next(one for one in office.house.api.chat(CHATS["Karin"]).visible if one.message_id == card)
    return next(button.action for row in shown.buttons for button in row if button.action.startswith("gl:"))


async def test_of_two_coordinators_the_one_who_writes_the_reason_later_reads_what_was_done(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/cancelshift")
    await office.presses("Karin", NAME, "Med egna ord")
    await office.types("Robin", "/cancelshift mån")
    await office.presses("Robin", "sjukdom")

    read = await office.replies("Karin", "vattenskada")

    assert read == f"Det gick inte: {NAME}\nPasset är inställt.\nRobin ställde in passet, i dag kl. 09:00."


async def test_a_shift_that_is_over_when_the_reason_comes_is_not_cancelled(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/cancelshift")
    await office.presses("Karin", NAME, "Med egna ord")
    clock.freeze(NOW + timedelta(days=7))

    assert await office.replies("Karin", "vattenskada") == f"Det gick inte: {NAME}\nPasset är slut."


# Inviting.


async def test_somebody_is_invited_with_languages_by_buttons_and_the_name_as_a_reply(office: ShiftOffice) -> None:
    await office.types("Karin", "/invite")

    await office.presses("Karin", "Arabiska", "Somaliska", "✓ Somaliska", "Svenska")
    read = await office.presses("Karin", "Klart")
    assert read == (
        "Bjud in en volontär\nSpråk: Svenska, Arabiska\n"
        "Svara på det här meddelandet: håll på det, välj Svara och skriv förnamnet.\n"
        "Eller skicka den här raden, ifylld: /invite NAMN sv,ar"
    )
    card = office.shows("Karin").message_id
    await office.replies("Karin", "Nour")

    assert any(text.startswith("Nour är inbjuden") for text in office.said("Karin")), office.said("Karin")[-2:]
    nour = await builders.person_named(office.house.service, "Nour")
    row = await builders.one(office.house.service, "SELECT speaks FROM people WHERE id = :id", id=nour)
    assert row.speaks == '["sv", "ar"]'
    assert await office.replies("Karin", "Dalia", card) == OVER.format("/invite")


async def test_a_name_that_somebody_has_is_refused_and_another_reply_is_taken(office: ShiftOffice) -> None:
    await office.types("Karin", "/invite")
    await office.presses("Karin", "Arabiska", "Klart")
    card = office.shows("Karin").message_id

    read = await office.replies("Karin", "Amina", card)
    assert "Amina" in read and "/invite" in read
    await office.replies("Karin", "Aminata", card)

    assert await builders.person_named(office.house.service, "Aminata")


async def test_a_language_pressed_twice_is_chosen_once_and_nobody_is_invited_by_leaving(office: ShiftOffice) -> None:
    await office.types("Karin", "/invite")
    code, card = office.button("Karin", "Arabiska"), office.shows("Karin").message_id

    said = [await office.house.pressed(CHATS["Karin"], code, card) for _ in range(2)]
    assert said == ["", STALE] and "✓ Arabiska" in office.labels("Karin")
    assert await office.presses("Karin", "Avbryt") == "Ingen är inbjuden."
    assert await count(office, "dialogues") == 0


async def test_who_is_no_coordinator_any_more_can_answer_no_card_of_then(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Alla")
    async with office.house.service.store.work() as work:
        from sqlalchemy import text

        await work.db.execute(
            text("UPDATE people SET role = 'volunteer' WHERE id = :id"), {"id": office.staff["Karin"].id}
        )

    assert await office.replies("Karin", "Hej") == OVER.format("/announce")
