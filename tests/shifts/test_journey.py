"""A term from a phone: planned over a change of the clock and a holiday, signed up for, covered; what goes wrong."""

from datetime import date, datetime, time

from bot.engine import clock
from bot.hours import changes, warnings
from models.timetable import spans_on
from tests import builders
from tests.shifts.office import STOCKHOLM, ShiftOffice

BEGINS = datetime(2027, 3, 15, 9, tzinfo=STOCKHOLM)  # a Monday; the clock changes on the 28th, which is Easter Sunday
MONDAY = "mån 22/3 13–16 Linero"


async def planned(office: ShiftOffice) -> None:
    """Linero is open on Mondays; a term of four weeks is published."""
    clock.freeze(BEGINS)
    for who in ("Karin", "Robin"):
        await office.speaks(who, "sv")
    async with office.house.service.store.work() as work:
        usual = [(time(13), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=usual, valid_from=BEGINS.date())
    for line in ("måndag 13-16 linero", "onsdag 9-12 online 2 ar"):
        await office.types("Karin", f"/template {line}")
    read = await office.types("Karin", "/template 22/3..18/4")
    assert "mån 29/3 13–16 Linero: helgdag" in read
    await office.presses("Karin", "Publicera 7 pass")


async def test_a_term_is_planned_signed_up_for_and_covered_from_phones(office: ShiftOffice) -> None:
    await planned(office)
    told = "Det finns 7 nya pass att anmäla sig till, 22 mars 2027 till 18 april 2027."
    assert [office.reads(who) for who in ("Amina", "Bo", "Cleo", "Dag", "Robin")] == [told] * 5

    await office.presses("Amina", "Lediga pass")
    await office.presses("Amina", MONDAY, "Samma varje vecka")
    assert office.reads("Amina").startswith("✓ Varje vecka: mån 13–16 Linero\nDu är anmäld till 2 pass till")
    await office.types("Bo", "/freeshifts")
    await office.presses("Bo", MONDAY)
    await office.shift("Cleo", day=date(2027, 3, 22), begins=15, hours=2, place="stadsbiblioteket")
    await office.types("Karin", "/assign Cleo 12/4 13-16 Linero")

    # Amina cannot come, and of those who fit the first has it.
    await office.types("Amina", "/cant 22/3")
    await office.presses("Amina", "Nej, jag kan inte komma", "Fråga 1 volontär")
    assert office.reads("Dag").startswith(f"Kan du ta det här passet?\n{MONDAY}: 1 av 2 anmälda (Bo)")
    assert "Kan du ta" not in office.reads("Cleo")  # has a shift by then
    await office.presses("Dag", "Ja, jag tar det")
    assert office.reads("Amina") == f"Dag tar din plats på {MONDAY}.\nMed: Bo, Dag"

    # The alarm comes for what is not covered, and not for what is.
    said = [len(office.said("Karin"))]
    await office.later(datetime(2027, 3, 19, 13, tzinfo=STOCKHOLM))
    said.append(len(office.said("Karin")))
    assert said[0] == said[1]
    await office.later(datetime(2027, 3, 21, 9, tzinfo=STOCKHOLM))
    assert office.reads("Karin").startswith("Ett pass om 72 timmar är inte täckt:\nons 24/3 09–12 online 🔴 Inte täckt")
    assert "språk som saknas: Arabiska\nPassar bäst: Amina" in office.reads("Karin")
    await office.presses("Karin", "Fråga 4 volontärer")
    await office.presses("Amina", "Ja, jag tar det")
    assert "ons 24/3 09–12 online: 1 av 2 anmälda" in await office.types("Amina", "/myshifts")

    # On the wall it is the same time after the change of the clock; the report counts in UTC.
    rows = await builders.table(office.house.service, "SELECT starts_at FROM shifts WHERE place = 'linero'")
    hours = sorted({f"{datetime.fromisoformat(str(row.starts_at)):%H}" for row in rows})
    assert hours == ["11", "12"]


async def test_where_nobody_takes_the_place_the_coordinator_closes_the_session(office: ShiftOffice) -> None:
    await planned(office)
    await office.types("Bo", "/freeshifts")
    await office.presses("Bo", MONDAY)
    await office.types("Bo", "/cant 22/3")
    await office.presses("Bo", "Nej, jag kan inte komma", "Fråga 3 volontärer")
    for who in ("Amina", "Cleo", "Dag"):
        await office.presses(who, "Jag kan inte")

    await office.later(datetime(2027, 3, 21, 9, tzinfo=STOCKHOLM))  # the morning before
    async with office.house.service.store.work() as work:
        await warnings.tell(work)
    await office.house.settle()

    proposals = [one for one in office.said("Karin") if one.startswith("Ingen volontär har anmält sig till:")]
    assert (proposals and "måndag 22 mars 2027" in proposals[-1]) or "i morgon" in proposals[-1]
    shown = next(one for one in office.house.api.chat(700).from_bot if "Ska det stängas?" in one.text)
    code = next(button.action for row in shown.buttons for button in row)
    await office.house.pressed(700, code, shown.message_id)
    await office.presses("Karin", "Publicera")
    async with office.house.service.store.look() as db:
        table = await changes.standing.timetable(db, since=date(2027, 3, 22))
    assert spans_on(table, date(2027, 3, 22), "linero") == []
