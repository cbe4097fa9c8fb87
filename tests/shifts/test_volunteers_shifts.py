"""A volunteer's shifts on Telegram: signing up, being refused, not being able to come, standing in."""

from datetime import timedelta

import pytest

from bot.engine import clock
from bot.volunteers import leaving
from tests import builders
from tests.shifts.office import CHATS, MONDAY, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"
CANNOT = "Kan inte mån 7/12 13–16 Linero"


async def test_two_presses_sign_up_for_a_free_shift(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    read = await office.types("Amina", "/freeshifts")
    assert read == (f"Lediga pass som passar dig:\n{NAME}: 1 av 2 anmälda (Bo)\n🟡 Delvis täckt: 1 person saknas")
    read = await office.presses("Amina", NAME)

    assert read.startswith(f"✓ Du är anmäld: {NAME}\n")
    assert await office.on(shift) == ["Amina", "Bo"]
    assert (await office.types("Amina", "/myshifts")) == f"Dina pass:\n{NAME}: 2 av 2 anmälda (Bo)"


async def test_several_are_signed_up_for_from_the_same_message_and_the_newest_is_undone(office: ShiftOffice) -> None:
    first, second = await office.shift(), await office.shift(day=MONDAY + timedelta(days=7))

    await office.types("Amina", "/freeshifts")
    await office.presses("Amina", NAME, "mån 14/12 13–16 Linero")
    read = await office.presses("Amina", "Ångra mån 14/12 13–16 Linero")

    assert read.startswith("✓ Du är inte anmäld längre: mån 14/12 13–16 Linero\n")
    assert (await office.on(first), await office.on(second)) == (["Amina"], [])


async def test_only_shifts_that_fit_are_free(office: ShiftOffice) -> None:
    await office.shift("Amina")  # hers
    await office.shift(begins=15)  # clashes
    await office.shift(begins=16, place="stadsbiblioteket")  # no time to get there
    await office.shift("Bo", "Cleo", begins=18)  # full
    await office.shift(begins=20, place="online")

    await office.types("Amina", "/freeshifts")

    assert office.labels("Amina") == ["mån 7/12 20–23 online"]


# Why not, and what is free instead.


async def _stale_press(office: ShiftOffice, who: str, shift: int) -> str:
    """They press a button that they were shown before things changed."""
    assert await office.house.pressed(CHATS[who], f"su:{shift}", 1) == ""
    return office.reads(who)


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("full", "Passet är fullt.\nCleo anmälde sig, i dag kl. 09:00."),
        ("clash", "Krockar med passet mån 7/12 14–17 Stadsbiblioteket."),
        ("travel", "Passet mån 7/12 16–19 Stadsbiblioteket är på en annan plats, och dit behövs 30 minuter."),
        ("paused", "Har paus den dagen."),
        ("elsewhere", "Arbetar inte på den platsen."),
        ("cancelled", "Passet är inställt."),
        ("begun", "Passet har börjat. Fråga samordnaren."),
        ("over", "Passet är slut."),
        ("trainee", "Den som går bredvid kan inte vara ensam. Någon erfaren måste vara anmäld först."),
    ],
)
async def test_a_refusal_says_why_and_what_is_free_instead(office: ShiftOffice, why: str, sentence: str) -> None:
    shift = await office.shift()
    await office.shift("Bo", day=MONDAY + timedelta(days=7))  # free instead
    match why:
        case "full":
            await _stale_press(office, "Bo", shift)
            await _stale_press(office, "Cleo", shift)
        case "clash":
            await office.shift("Amina", begins=14, place="stadsbiblioteket")
        case "travel":
            await office.shift("Amina", begins=16, place="stadsbiblioteket")
        case "paused":
            await office.profile("Amina", paused_from=MONDAY, paused_until=MONDAY)
        case "elsewhere":
            await office.profile("Amina", places=["online"])
        case "cancelled":
            await office.types("Karin", "/cancelshift mån 7/12 13-16: sjukdom")
            await office.presses("Karin", "Ställ in passet")
        case "begun":
            clock.freeze(clock.wall(MONDAY, NOW.time().replace(hour=14), office.house.service.store.zone))
        case "over":
            clock.freeze(clock.wall(MONDAY, NOW.time().replace(hour=17), office.house.service.store.zone))
        case "trainee":
            await office.profile("Amina", is_trainee=True)

    read = await _stale_press(office, "Amina", shift)

    assert read.startswith(f"Det gick inte: {NAME}\n{sentence}"), read
    if why not in ("elsewhere",):
        assert "Ledigt i stället:\nmån 14/12 13–16 Linero: 1 av 2 anmälda (Bo)" in read
    assert "Amina" not in await office.on(shift)


async def test_who_has_not_been_introduced_reads_so_and_is_offered_nothing(office: ShiftOffice) -> None:
    shift = await office.shift()
    await office.profile("Amina", taken_over_on=None)

    read = await office.types("Amina", "/freeshifts")
    pressed = await _stale_press(office, "Amina", shift)

    assert read == "Introduktionen är inte klar. Samordnaren vet vad som är kvar."
    assert read in pressed and await office.on(shift) == []


# Not being able to come.


async def test_two_presses_say_that_one_cannot_come_and_one_asks_for_a_stand_in(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")

    read = await office.types("Amina", "/cant")
    assert read == f"Vilket pass kan du inte komma till?\n{NAME}: 2 av 2 anmälda (Bo)"
    await office.presses("Amina", NAME)
    assert office.reads("Amina") == f"Kan du inte komma till {NAME}?"
    assert await office.on(shift) == ["Amina", "Bo"]
    read = await office.presses("Amina", "Nej, jag kan inte komma")

    assert read == (
        f"Du är inte anmäld till {NAME} längre. Samordnaren vet det.\nDin plats är ledig tills någon tar den."
    )
    assert await office.on(shift) == ["Bo"]
    assert office.reads("Karin") == f"Amina kan inte komma till {NAME}.\nMed: Bo\n🟡 Delvis täckt: 1 person saknas"
    read = await office.presses("Amina", "Fråga 2 volontärer")
    assert read.endswith(
        "2 volontärer får frågan. På natten väntar den till klockan 7. Den som svarar ja först får passet."
    )
    assert office.reads("Cleo").startswith("Kan du ta det här passet?")
    assert office.reads("Dag") == office.reads("Cleo")


async def asked_for(office: ShiftOffice) -> int:
    """Amina cannot come, and Cleo and Dag have been asked."""
    shift = await office.shift("Amina", "Bo")
    await office.types("Amina", "/cant mån")
    await office.presses("Amina", "Nej, jag kan inte komma", "Fråga 2 volontärer")
    return shift


async def test_the_first_to_accept_stands_in_and_everybody_concerned_is_told(office: ShiftOffice) -> None:
    shift = await asked_for(office)

    await office.presses("Dag", "Ja, jag tar det")

    assert await office.on(shift) == ["Bo", "Dag"]
    assert office.reads("Dag") == f"✓ Tack! Du har passet {NAME}."
    assert office.reads("Cleo") == f"Dag tog passet {NAME}. Tack ändå!"
    assert office.labels("Cleo") == []
    assert office.reads("Amina") == f"Dag tar din plats på {NAME}.\nMed: Bo, Dag"
    assert office.reads("Karin") == f"Dag tar den lediga platsen på {NAME}.\nMed: Bo, Dag\n🟢 Täckt"


async def test_who_accepts_too_late_reads_who_was_first(office: ShiftOffice) -> None:
    shift = await asked_for(office)
    late = office.button("Cleo", "Ja, jag tar det")
    message = office.shows("Cleo").message_id
    await office.presses("Dag", "Ja, jag tar det")

    answer = await office.house.pressed(CHATS["Cleo"], late, message)

    assert answer == "Knappen gäller inte längre."
    assert office.reads("Cleo") == f"Dag tog passet {NAME}. Tack ändå!"
    assert await office.on(shift) == ["Bo", "Dag"]


async def test_who_says_no_is_left_alone_and_the_others_still_asked(office: ShiftOffice) -> None:
    await asked_for(office)

    await office.presses("Cleo", "Jag kan inte")

    assert office.reads("Cleo") == f"Du har svarat nej: {NAME}"
    assert "Ja, jag tar det" in office.labels("Dag")


async def test_nobody_is_asked_at_night_nor_after_somebody_has_taken_the_place(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")
    clock.freeze(NOW.replace(hour=21))  # ten in the evening in Lund
    await office.types("Amina", "/cant mån")
    await office.presses("Amina", "Nej, jag kan inte komma", "Fråga 2 volontärer")
    before = [len(office.said(who)) for who in ("Cleo", "Dag")]

    await office.later(NOW.replace(day=2, hour=5, minute=59))
    at_night = [len(office.said(who)) for who in ("Cleo", "Dag")]
    await office.later(NOW.replace(day=2, hour=6, minute=1))

    assert at_night == before
    assert [office.said(who)[-1].split("\n")[0] for who in ("Cleo", "Dag")] == ["Kan du ta det här passet?"] * 2
    assert await office.on(shift) == ["Bo"]


async def test_who_may_not_be_asked_is_not_and_that_is_said(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")
    for name in ("Cleo", "Dag"):
        await office.profile(name, may_be_asked=False)

    await office.types("Amina", "/cant mån 7/12 13-16 Linero")
    read = await office.presses("Amina", "Nej, jag kan inte komma")

    assert read.endswith("Ingen som passar har sagt ja till att få frågan. Samordnaren ser att platsen är ledig.")
    assert (office.labels("Amina"), await office.on(shift)) == ([], ["Bo"])


async def test_a_trainee_is_not_left_alone(office: ShiftOffice) -> None:
    await office.profile("Bo", is_trainee=True)
    shift = await office.shift("Amina")
    await _stale_press(office, "Bo", shift)
    assert await office.on(shift) == ["Amina", "Bo"]

    await office.types("Amina", "/cant mån")
    await office.presses("Amina", "Nej, jag kan inte komma")

    assert await office.on(shift) == []
    assert office.reads("Bo") == (
        f"Ingen erfaren är kvar på {NAME}, så du är inte anmäld längre. När någon erfaren är anmäld kan du anmäla dig "
        "igen."
    )
    assert "🔴 Inte täckt: 2 personer saknas, ingen erfaren" in office.reads("Karin")


async def test_who_leaves_in_good_time_may_and_later_says_that_they_cannot(office: ShiftOffice) -> None:
    shift = await office.shift("Amina")
    clock.freeze(NOW + timedelta(days=4))

    assert await office.house.pressed(CHATS["Amina"], f"sl:{shift}", 1) == ""

    assert "Det är för nära inpå för att bara lämna passet. Säg att du inte kan" in office.reads("Amina")
    assert await office.on(shift) == ["Amina"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("/cant 31/2", "”31/2” är ingen dag."),
        ("/cant fredag", "Det passet finns inte.\nmån 7/12 13–16 Linero: 1 av 2 anmälda"),
        ("/cant mån 7/12 13-16 mars", "mars"),
        ("/cant hej", "hej"),
    ],
)
async def test_a_line_that_means_none_of_ones_shifts_is_explained(
    office: ShiftOffice, typed: str, sentence: str
) -> None:
    shift = await office.shift("Amina")

    read = await office.types("Amina", typed)

    assert sentence in read and "Skriv så här: /cant tis 8/12" in read, read
    assert await office.on(shift) == ["Amina"]


async def test_somebody_disabled_meanwhile_is_on_no_shift_and_their_buttons_do_nothing(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Amina"].id)
    await office.house.settle()

    answer = await office.house.pressed(CHATS["Amina"], f"su:{shift}", 1)

    assert answer != "" and await office.on(shift) == ["Bo"]


async def test_who_is_signed_up_already_reads_so_in_the_button(office: ShiftOffice) -> None:
    shift = await office.shift("Amina")

    answer = await office.house.pressed(CHATS["Amina"], f"su:{shift}", 1)

    assert answer == "Redan anmäld till passet."
    assert await office.on(shift) == ["Amina"]


async def test_volunteers_have_no_coordinators_commands(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    for typed in ("/cancelshift mån", "/assign Amina mån", "/newshift", "/coverage", "/shifts", "/unassign Bo mån"):
        await office.types("Amina", typed)
    for code in (f"sx:{shift}:none", f"sas:{shift}:{office.staff['Amina'].id}", f"saq:{shift}"):
        assert await office.house.pressed(CHATS["Amina"], code, 1) == "Knappen gäller inte längre."

    assert await office.on(shift) == ["Bo"]
    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts")
    assert row.cancelled_at is None
