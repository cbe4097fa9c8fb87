"""A coordinator's hours on Telegram: a line or some buttons, a preview in five languages, published, taken back."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes as hours_changes
from bot.hours import warnings
from bot.hours.texts_unasked import ChannelLost, ChannelMoved
from bot.language.i18n import Catalogues
from bot.language.textshape import utf16_length, without_bidi_controls
from bot.people import people
from bot.places import places
from bot.volunteers import leaving
from handlers.cli.trial import add_online_place
from models.hours_change import MOST_DAYS
from models.people import AUTONYMS, Language
from models.timetable import spans_on
from tests import builders
from tests.botapi import Shown
from tests.channels.telegram_house import House, codes_of, telegram_house

NOW = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Lund
TODAY, WEDNESDAY = date(2026, 12, 14), date(2026, 12, 23)
KARIN, ROBIN, AMINA, NEWCOMER = 700, 701, 500, 900
SIXTEEN = "a-place-of-codes"  # as long as a code may be
MOST_BUTTON_BYTES, MOST_ROWS, MOST_LETTERS = 64, 8, 4_096


@dataclass
class Office:
    """A house with two coordinators, a volunteer, and two libraries open on Mondays; Linero on Wednesdays too."""

    house: House
    karin: builders.Staff
    amina: builders.Staff

    async def types(self, text: str, chat: int = KARIN) -> Shown:
        """The coordinator writes; what stands in their chat last."""
        await self.house.hears(chat, text)
        return self.shows(chat)

    async def presses(self, *labels: str, chat: int = KARIN) -> Shown:
        """The coordinator presses buttons by what they say, one after the other."""
        for label in labels:
            answer = await self.house.pressed(chat, self.button(label, chat))
            assert answer == "", (label, answer)
        return self.shows(chat)

    def button(self, label: str, chat: int = KARIN) -> str:
        shown = self.shows(chat)
        named = {button.label: button.action for row in shown.buttons for button in row}
        assert label in named, named
        return named[label]

    def shows(self, chat: int = KARIN) -> Shown:
        return self.house.api.chat(chat).last

    def reads(self, chat: int = KARIN) -> str:
        """The last text, as one reads it: without the marks of direction."""
        return without_bidi_controls(self.shows(chat).text)

    async def opens(self, place: str, day: date) -> list[str]:
        """What is committed of a place's day."""
        async with self.house.service.store.look() as db:
            standing = await hours_changes.standing.standing(db)
        return [f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in spans_on(standing.timetable, day, place)]

    async def changes(self) -> int:
        return len(await builders.table(self.house.service, "SELECT 1 FROM hours_changes"))

    async def shift(self, day: date = WEDNESDAY) -> int:
        """Amina has a shift at Linero on that day, 13-15."""
        begins = datetime.combine(day, time(12), UTC)
        return await builders.shift(
            self.house.service, self.amina, starts_at=begins, lasts=timedelta(hours=2), place="linero"
        )


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Office]:
    clock.freeze(NOW)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        async with house.service.store.work() as work:
            await add_online_place(work)
            await places.add_place(work, code="stadsbiblioteket", name_key="lund_city_library", address="Testgatan 1")
            await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 2")
            for place, weekday in (("stadsbiblioteket", 0), ("linero", 0), ("linero", 2)):
                span = [(time(13), time(15))]
                await hours_changes.set_hours(work, place=place, weekday=weekday, spans=span, valid_from=TODAY)
        karin = await builders.coordinator(house.service, "Karin", chat_id=KARIN)
        await builders.coordinator(house.service, "Robin", chat_id=ROBIN)
        amina = await builders.volunteer(house.service, "Amina", on_shift=False, chat_id=AMINA)
        yield Office(house, karin, amina)


def labels(shown: Shown) -> list[str]:
    return shown.labels


# One line, its preview, and what becomes of it.


async def test_one_line_is_shown_in_five_languages_before_anything_is_published(office: Office) -> None:
    before = await office.changes()

    shown = await office.types("/changeday 2026-12-23 linero 10-12 sjukdom")

    blocks = {text.split("\n")[0]: text.split("\n")[1:] for text in office.reads().split("\n\n")}
    told = {language: "\n".join(blocks[AUTONYMS[language]]) for language in Language}
    assert "Linero bibliotek, onsdag 23 december 2026: öppet kl. 10:00–12:00. Orsak: sjukdom" in told[Language.SV]
    assert "Wednesday 23 December 2026: open 10:00–12:00. Reason: illness" in told[Language.EN]
    assert "من 10:00 إلى 12:00" in told[Language.AR] and "كانون الأول / ديسمبر" in told[Language.AR]
    assert "از 10:00 تا 12:00" in told[Language.FA] and "2 دی 1405" in told[Language.FA]
    assert re.search("[а-яіїє]{4}", told[Language.UK]) and "з 10:00 до 12:00" in told[Language.UK]
    assert "Ingen volontär har anmält sig" in office.reads()
    assert labels(shown) == ["Publicera", "Kasta"]
    assert await office.changes() == before
    assert await office.opens("linero", WEDNESDAY) == ["13:00-15:00"]


async def test_published_it_holds_and_taken_back_it_does_not_and_the_message_says_so(office: Office) -> None:
    shown = await office.types("/changeday 23/12 linero 10-12")

    published = await office.presses("Publicera")

    assert (published.message_id, labels(published)) == (shown.message_id, ["Ångra"])
    assert office.reads().startswith("Publicerat:\nLinero bibliotek, onsdag 23 december 2026: öppet kl. 10:00–12:00")
    assert await office.opens("linero", WEDNESDAY) == ["10:00-12:00"]

    asked = await office.presses("Ångra")

    assert (asked.message_id, labels(asked)) == (shown.message_id, ["Ångra", "Nej"])
    assert office.reads().startswith(
        "Vill du ångra den här ändringen? Då gäller den inte längre:\nLinero bibliotek, onsdag"
    )
    assert await office.opens("linero", WEDNESDAY) == ["10:00-12:00"]

    undone = await office.presses("Ångra")

    assert (undone.message_id, labels(undone)) == (shown.message_id, [])
    assert office.reads().startswith("Ångrat.")
    assert await office.opens("linero", WEDNESDAY) == ["13:00-15:00"]


async def test_discarded_it_is_gone_and_nothing_has_changed(office: Office) -> None:
    shown = await office.types("/closeday 23/12 linero")
    code = office.button("Publicera")

    dropped = await office.presses("Kasta")

    assert (dropped.message_id, labels(dropped)) == (shown.message_id, [])
    assert await builders.table(office.house.service, "SELECT 1 FROM hours_drafts") == []
    assert await office.house.pressed(KARIN, code, shown.message_id) == "Knappen gäller inte längre."
    assert await office.opens("linero", WEDNESDAY) == ["13:00-15:00"]


@pytest.mark.parametrize("label", ["Publicera", "Kasta"])
async def test_a_second_press_of_the_same_button_does_nothing_and_says_so(office: Office, label: str) -> None:
    shown = await office.types("/closeday 23/12 linero")
    code = office.button(label)
    await office.presses(label)
    changes = await office.changes()

    assert await office.house.pressed(KARIN, code, shown.message_id) == "Knappen gäller inte längre."
    assert await office.changes() == changes


LINES = (
    ("/sethours linero tisdag 9-11 från 2026-12-22", "linero", date(2026, 12, 22), ["09:00-11:00"]),
    ("/sethours linero måndag stängt", "linero", date(2026, 12, 21), []),
    ("/closeday 2026-12-21..2027-01-04 alla helgdag", "stadsbiblioteket", date(2027, 1, 4), []),
    ("/extra 22/12 linero 16-18", "linero", date(2026, 12, 22), ["16:00-18:00"]),
    ("/popup 22/12 15-18 Torget i Dalby, Stora vägen 10-12 med IK Eos", "torget-i-dalb", date(2026, 12, 22),
     ["15:00-18:00"]),
    ("/popup 22/12 19-20 Linero bibliotek med IK Eos", "linero", date(2026, 12, 22), ["16:00-18:00", "19:00-20:00"]),
)  # fmt: skip


async def test_every_kind_of_line_comes_to_hold(office: Office) -> None:
    for line, place, day, opens in LINES:
        await office.types(line)
        await office.presses("Publicera")

        assert await office.opens(place, day) == opens, line


async def test_a_day_is_as_usual_again(office: Office) -> None:
    await office.types("/closeday 23/12 alla")
    await office.presses("Publicera")

    await office.types("/openday 23/12 alla")

    assert "Linero bibliotek, onsdag 23 december 2026: de vanliga tiderna gäller" in office.reads()
    assert "Lunds stadsbibliotek" not in office.reads(), "it is not open on Wednesdays"
    await office.presses("Publicera")
    assert await office.opens("linero", WEDNESDAY) == ["13:00-15:00"]


async def test_a_new_place_is_shown_with_its_address_and_partner(office: Office) -> None:
    await office.types("/popup 22/12 15-18 Torget i Dalby, Stora vägen 10-12 med IK Eos")

    assert "Torget i Dalby, tisdag 22 december 2026: öppet kl. 15:00–18:00. Tillsammans med IK Eos" in office.reads()
    assert "Adress: Stora vägen 10-12" in office.reads()
    assert "torget-i-dalb" not in {
        row.code for row in await builders.table(office.house.service, "SELECT * FROM places")
    }


async def test_a_reason_in_own_words_says_which_languages_lack_it(office: Office) -> None:
    await office.types("/closeday 23/12 linero annat sv: vi målar | en: we paint")

    assert "stängt. Orsak: vi målar" in office.reads()
    assert "closed. Reason: we paint" in office.reads()
    assert "Orsaken finns bara på de här språken: Svenska, English." in office.reads()


WRONG = (
    ("/closeday 33/12 linero", "”33/12” är ingen dag", "/closeday 2026-12-21 linero helgdag"),
    ("/sethours linero 13-15", "Vilken veckodag?", "/sethours linero måndag 13-15:30"),
    ("/changeday 22/12 linero", "från när till när", "/changeday 2026-12-21 linero 10-12"),
    ("/changeday 22/12 linero 15-13", "börjar först 15:00", "/changeday 2026-12-21 linero 10-12"),
    ("/extra 21/12 linero 14-18", "går in i varandra", "/extra 2026-12-21 linero 16-18"),
    ("/openday 22/12 linero", "brukar inte ha öppet", "/openday 2026-12-21 linero"),
    ("/popup", "En rad säger allt", "/popup 2026-12-21 15-18 Eos lokal"),
    ("/closeday 2026-12-20..2027-12-20 linero", f"högst {MOST_DAYS} dagar", "/closeday 2026-12-21 linero"),
    ("/hours_history linero", "”linero”", "/hours_history 2026-12-21"),
)


async def test_a_line_that_is_wrong_is_answered_with_why_and_a_right_one(office: Office) -> None:
    for line, why, example in WRONG:
        shown = await office.types(line)

        assert why in office.reads(), line
        assert f"Skriv så här: {example}" in office.reads(), line
        assert labels(shown) == [], line
    assert await builders.table(office.house.service, "SELECT 1 FROM hours_drafts") == []


async def test_a_change_of_days_that_have_passed_is_shown_as_one(office: Office) -> None:
    await office.types("/extra 2026-12-07 linero 16-18")
    assert "Obs: det här ändrar även dagar som har varit." in office.reads()

    await office.types("/closeday 2026-12-21 linero sjukdom")
    assert "Obs:" not in office.reads()


async def test_a_coordinator_who_reads_english_types_and_reads_english(office: Office) -> None:
    await office.types("/language")
    await office.presses("English")

    await office.types("/closeday wednesday linero library closed")

    assert (
        "Linero Library (Linero bibliotek), Wednesday 16 December 2026: closed. Reason: the library is"
        in office.reads()
    )
    await office.presses("Publish")
    assert office.reads().startswith("Published:\nLinero Library")


# Who may, and who comes second.


async def test_for_a_volunteer_these_commands_are_said_to_be_coordinators_and_the_buttons_do_nothing(
    office: Office,
) -> None:
    await office.types("/closeday 23/12 linero")
    codes = [*codes_of(office.shows()), "h:c:linero:20261223:-", "h:leave", "hu:1", "hh:close:20261224"]
    await office.types("/closeday")
    codes += codes_of(office.shows())
    changes = await office.changes()

    for command in ("/closeday 23/12 linero", "/sethours", "/popup", "/hours_history", "/hours_undo"):
        await office.types(command, AMINA)
        assert office.reads(AMINA) == "Det kommandot är för samordnare.", command
    await office.types("/nonsense", AMINA)
    assert office.reads(AMINA).startswith("Det kommandot finns inte. Inget har hänt, ")
    for code in codes:
        assert await office.house.pressed(AMINA, code, 1) == "Knappen gäller inte längre.", code

    assert await office.changes() == changes
    assert "/sethours" not in office.reads(AMINA)


async def test_a_preview_is_its_own_coordinators(office: Office) -> None:
    await office.types("/closeday 23/12 linero")
    codes = codes_of(office.shows())
    await office.types("/help", ROBIN)

    for code in codes:
        assert await office.house.pressed(ROBIN, code, office.shows(ROBIN).message_id) == "Knappen gäller inte längre."
    await office.presses("Publicera")
    assert await office.opens("linero", WEDNESDAY) == []


async def test_a_preview_shown_before_another_change_was_published_is_no_longer_true(office: Office) -> None:
    await office.types("/closeday 23/12 linero", KARIN)
    await office.types("/changeday 23/12 linero 9-10", ROBIN)
    await office.presses("Publicera", chat=KARIN)

    said = await office.house.pressed(ROBIN, office.button("Publicera", ROBIN))

    assert said.startswith("Någon annan har ändrat öppettiderna")
    assert await office.opens("linero", WEDNESDAY) == []


async def test_only_the_newest_change_is_taken_back(office: Office) -> None:
    await office.types("/closeday 23/12 linero", KARIN)
    await office.presses("Publicera", chat=KARIN)
    await office.types("/closeday 21/12 linero", ROBIN)
    await office.presses("Publicera", chat=ROBIN)

    said = await office.house.pressed(KARIN, office.button("Ångra", KARIN))
    card = office.shows(KARIN).message_id
    forced = await office.house.pressed(KARIN, office.button("Ångra", KARIN) + ":yes", card)

    assert said == forced and said.startswith("Bara den senaste ändringen kan ångras")
    assert await office.opens("linero", WEDNESDAY) == []


# A day with a shift.


async def test_a_shift_that_is_left_is_shown_with_its_time_and_names_and_both_ways(office: Office) -> None:
    await office.shift()

    shown = await office.types("/closeday 23/12 linero sjukdom")

    assert "Ett pass har inte längre någon öppettid:\nonsdag 23 december 2026 kl. 13:00–15:00: Amina" in office.reads()
    assert labels(shown) == ["Publicera", "Publicera och ställ in passet", "Kasta"]


@pytest.mark.parametrize(
    ("label", "told", "cancelled"),
    [
        ("Publicera", "Ditt pass är inte ändrat: onsdag 23 december 2026 kl. 13:00–15:00.", False),
        ("Publicera och ställ in passet", "Ditt pass onsdag 23 december 2026 kl. 13:00–15:00 är inställt.", True),
    ],
)
async def test_the_volunteer_of_the_shift_hears_what_becomes_of_it(
    office: Office, label: str, told: str, cancelled: bool
) -> None:
    shift = await office.shift()
    await office.types("/closeday 23/12 linero sjukdom")

    await office.presses(label)

    assert office.reads(AMINA).startswith("Ändrade öppettider:\nLinero bibliotek, onsdag 23 december 2026: stängt.")
    assert told in office.reads(AMINA)
    assert ("Passen utan öppettid är inställda" in office.reads()) is cancelled
    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert (row.cancelled_at is not None) is cancelled


async def test_undoing_brings_the_cancelled_shift_back_and_that_is_what_is_said_all_along(office: Office) -> None:
    shift = await office.shift()
    await office.types("/closeday 23/12 linero sjukdom")
    await office.presses("Publicera och ställ in passet")
    assert "Ångrar du ändringen kommer passen tillbaka, och det får de också veta." in office.reads()

    await office.presses("Ångra")
    assert "Passen som ställdes in med ändringen kommer tillbaka" in office.reads()
    await office.presses("Ångra")

    row = await builders.one(office.house.service, "SELECT cancelled_at FROM shifts WHERE id = :id", id=shift)
    assert row.cancelled_at is None
    assert "Passen som ställdes in med ändringen är tillbaka" in office.reads()
    assert "Volontärerna har fått veta det." in office.reads()
    assert office.reads(AMINA).endswith("Ditt pass gäller igen: onsdag 23 december 2026 kl. 13:00–15:00.")


async def test_undoing_a_change_that_cancelled_no_shift_says_nothing_of_shifts(office: Office) -> None:
    await office.shift()
    await office.types("/closeday 23/12 linero sjukdom")
    await office.presses("Publicera", "Ångra")
    assert "ställdes in" not in office.reads()

    await office.presses("Ångra")

    assert "ställdes in" not in office.reads()
    assert "Ditt pass är inte ändrat" in office.reads(AMINA), "it was never cancelled, so it is not on again"


async def test_what_is_shown_to_a_coordinator_fits_one_message_however_much_it_concerns(office: Office) -> None:
    async with office.house.service.store.work() as work:
        for number in range(8):
            await places.add_place(
                work, code=f"{SIXTEEN[:-1]}{number}", names={"sv": f"En plats med ett ganska långt namn {number}"}
            )
            span = [(time(13), time(15))]
            code = f"{SIXTEEN[:-1]}{number}"
            await hours_changes.set_hours(work, place=code, weekday=2, spans=span, valid_from=TODAY)
    for number in range(8):
        other = await builders.volunteer(office.house.service, f"Volontär {number}", on_shift=False)
        begins = datetime.combine(WEDNESDAY, time(12), UTC)
        await builders.shift(office.house.service, other, starts_at=begins, lasts=timedelta(hours=2), place="linero")

    await office.types("/closeday")
    await office.presses("Alla platser", "ons 23/12", "biblioteket är stängt")

    assert utf16_length(office.shows().text) <= MOST_LETTERS
    assert "Gäller också: " in office.reads()
    assert "8 pass har inte längre någon öppettid:" in office.reads() and "och 2 pass till" in office.reads()
    await office.presses("Publicera och ställ in 8 pass")
    cancelled = await builders.table(office.house.service, "SELECT 1 FROM shifts WHERE cancelled_at IS NOT NULL")
    assert len(cancelled) == 8


# The dialogue of buttons.


@pytest.mark.parametrize(
    ("command", "steps", "place", "day", "opens"),
    [
        ("/sethours", ("Linero bibliotek", "tisdag", "09:00", "11:30", "Från i dag, mån 14/12"), "linero",
         date(2026, 12, 15), ["09:00-11:30"]),
        ("/sethours", ("Linero bibliotek", "onsdag", "Stängt den veckodagen", "Från nästa vecka, mån 21/12"), "linero",
         WEDNESDAY, []),
        ("/sethours", ("Linero bibliotek", "måndag", "13:00", "15:00", "+ En tid till", "16:00", "18:00",
         "Från nästa månad, fre 1/1"), "linero", date(2027, 1, 4), ["13:00-15:00", "16:00-18:00"]),
        ("/closeday", ("Linero bibliotek", "ons 23/12", "helgdag"), "linero", WEDNESDAY, []),
        ("/closeday", ("Alla platser", "mån 21/12", "Ingen orsak"), "stadsbiblioteket", date(2026, 12, 21), []),
        ("/closeday", ("Lunds stadsbibliotek", "Fler dagar", "Fler dagar", "mån 11/1", "sjukdom"), "stadsbiblioteket",
         date(2027, 1, 11), []),
        ("/changeday", ("Linero bibliotek", "ons 23/12", "10:00", "12:00", "vi har flyttat"), "linero", WEDNESDAY,
         ["10:00-12:00"]),
        ("/changeday", ("Linero bibliotek", "ons 23/12", "08:00", "08:30", "+ En tid till", "19:30", "20:00",
         "Ingen orsak"), "linero", WEDNESDAY, ["08:00-08:30", "19:30-20:00"]),
        ("/extra", ("RådRum Online", "tis 22/12", "18:00", "20:00"), "online", date(2026, 12, 22), ["18:00-20:00"]),
        ("/openday", ("Alla platser", "ons 23/12"), "linero", WEDNESDAY, ["13:00-15:00"]),
    ],
)  # fmt: skip
async def test_a_change_is_put_together_by_buttons_in_one_message(
    office: Office, command: str, steps: tuple[str, ...], place: str, day: date, opens: list[str]
) -> None:
    asked = await office.types(command)
    for step in steps:
        assert len(office.shows().buttons) <= MOST_ROWS
        shown = await office.presses(step)
        assert shown.message_id == asked.message_id
    assert office.reads().startswith("Så här står det på alla språk.")

    await office.presses("Publicera")

    assert await office.opens(place, day) == opens


async def test_the_dialogue_says_what_has_been_chosen_and_can_be_left(office: Office) -> None:
    await office.types("/changeday")
    await office.presses("Linero bibliotek", "ons 23/12", "10:00")
    assert office.reads() == (
        "Andra tider en dag\nLinero bibliotek · onsdag 23 december 2026 · från kl. 10:00\nNär stänger ni?"
    )

    left = await office.presses("Avbryt")

    assert (left.text, labels(left)) == ("Kastat. Ingenting har ändrats.", [])


async def test_words_typed_beside_an_open_dialogue_go_to_the_case_and_never_into_it(office: Office) -> None:
    await builders.shift(office.house.service, office.karin)
    await office.house.asks(NEWCOMER)
    await office.house.claims(KARIN)
    asked = await office.types("/closeday")
    await office.presses("Linero bibliotek")
    before = asked.text

    for words in ("helgdag", "23/12", "linero"):
        await office.house.hears(KARIN, words)
        assert office.house.last(NEWCOMER).endswith(f"\n\n{words}")

    assert asked.text == before
    assert await office.opens("linero", WEDNESDAY) == ["13:00-15:00"]


GONE = (
    "h", "h:", "h:q", "h:c:nowhere", "h:c:linero:20261213", "h:c:linero:20991224", "h:c:linero:20261323",
    "h:s:linero:7", "h:s:linero:0:2561", "h:s:linero:0:2000", "h:t:linero:20261223:1300:-", "h:x:linero:20261223:+1600",
    "h:t:linero:20261223:13001530:other", "h:x:linero:20261223:13001530+16001700+", "h:c:linero:20261223:-:-",
    "h:s:linero:0:13001500:20261213", "hp:x", "hp:1", "hpc:1", "hd:1", "hu:-1", "hh:close:20261223", "hh:close:x",
    "hh:open:20261224", "hp", "hp:1:1", "ga", "ga:1", "ga:1:place:linero", "ga:1:place", "gp:1:day:1", "gl:1", "gl",
)  # fmt: skip


async def test_a_button_that_does_not_fit_any_more_says_so(office: Office) -> None:
    await office.types("/help")
    changes = await office.changes()

    said = {code: await office.house.pressed(KARIN, code, office.shows().message_id) for code in GONE}

    assert [code for code, answer in said.items() if answer != "Knappen gäller inte längre."] == []
    assert await office.changes() == changes
    assert await builders.table(office.house.service, "SELECT 1 FROM hours_drafts") == []


async def test_a_button_for_a_day_that_has_passed_says_so(office: Office) -> None:
    await office.types("/closeday")
    await office.presses("Linero bibliotek")
    clock.freeze(NOW + timedelta(days=1))

    assert await office.house.pressed(KARIN, office.button("mån 14/12")) == "Knappen gäller inte längre."


async def test_a_change_that_cannot_be_is_refused_on_the_button(office: Office) -> None:
    await office.types("/extra")
    await office.presses("Linero bibliotek", "mån 21/12", "14:00")

    assert await office.house.pressed(KARIN, office.button("18:00")) == "Två av tiderna går in i varandra."


async def test_the_longest_codes_fit_their_buttons_and_many_places_turn_pages(office: Office) -> None:
    async with office.house.service.store.work() as work:
        for number in range(8):
            await places.add_place(work, code=f"{SIXTEEN[:-1]}{number}", names={"sv": f"Plats {number}"})
    await office.types("/changeday")
    assert len(office.shows().buttons) <= MOST_ROWS
    first = labels(office.shows())
    await office.presses("Andra val")
    assert set(labels(office.shows())) != set(first)
    await office.presses("Andra val")
    assert labels(office.shows()) == first
    assert any(SIXTEEN[:-1] in code for code in codes_of(office.shows()))

    for label in ("Plats 0", "ons 23/12", "08:00", "10:00", "+ En tid till", "11:00", "12:00"):
        assert max(len(code.encode()) for code in codes_of(office.shows())) <= MOST_BUTTON_BYTES
        await office.presses(label)
    assert max(len(code.encode()) for code in codes_of(office.shows())) <= MOST_BUTTON_BYTES


GONE_SAID = "Knappen gäller inte längre."


async def dialogues(office: Office) -> list[str]:
    """What the dialogues that stand are asking."""
    return [row.step for row in await builders.table(office.house.service, "SELECT step FROM dialogues")]


async def test_a_dialogue_is_somebody_s_own(office: Office) -> None:
    await office.types("/closeday")
    asked, codes = office.reads(), codes_of(office.shows())
    await office.types("/closeday", ROBIN)
    before, card = office.reads(ROBIN), office.shows(ROBIN).message_id

    assert [await office.house.pressed(ROBIN, code, card) for code in codes] == [GONE_SAID] * len(codes)

    assert (office.reads(ROBIN), office.reads()) == (before, asked)
    await office.presses("Linero bibliotek")
    assert "Linero bibliotek" in office.reads()


async def test_a_press_on_a_question_that_is_answered_says_so_and_changes_nothing(office: Office) -> None:
    card = (await office.types("/changeday")).message_id
    linero, everywhere = office.button("Linero bibliotek"), office.button("Alla platser")
    await office.presses("Linero bibliotek", "ons 23/12")
    opens = office.button("10:00")
    await office.presses("10:00")
    reads = office.reads()

    for passed in (linero, everywhere, opens, opens.replace(":1000", ":1200")):
        assert await office.house.pressed(KARIN, passed, card) == GONE_SAID, passed
        assert office.reads() == reads

    await office.presses("12:00", "Ingen orsak", "Publicera")
    assert await office.opens("linero", WEDNESDAY) == ["10:00-12:00"]
    assert await office.house.pressed(KARIN, opens, card) == GONE_SAID
    assert await dialogues(office) == []


async def test_of_two_answers_at_once_one_is_taken_and_the_other_hears_that_it_was_not(office: Office) -> None:
    await office.types("/closeday")
    await office.presses("Linero bibliotek")
    card = office.shows().message_id
    codes = [office.button("mån 21/12"), office.button("ons 23/12")]

    happened = [await office.house.api.presses(KARIN, code, card) for code in codes]
    await office.house.settle()

    assert [(await office.house.api.wait_answer(one)).text for one in happened] == ["", GONE_SAID]
    assert "Linero bibliotek · måndag 21 december 2026\n" in office.reads()
    assert await dialogues(office) == ["reason"]


async def test_a_page_turned_twice_is_the_same_page_and_two_dialogues_go_on_side_by_side(office: Office) -> None:
    first = (await office.types("/closeday")).message_id
    await office.presses("Linero bibliotek")
    more, monday = office.button("Fler dagar"), office.button("mån 21/12")
    await office.presses("Fler dagar")
    page = labels(office.shows())
    assert await office.house.pressed(KARIN, more, first) == ""
    assert labels(office.shows()) == page

    second = (await office.types("/extra")).message_id
    await office.presses("Linero bibliotek", "ons 23/12", "16:00")
    assert await office.house.pressed(KARIN, monday, first) == ""

    cards = {shown.message_id: without_bidi_controls(shown.text) for shown in office.house.api.chat(KARIN).messages}
    assert "Linero bibliotek · måndag 21 december 2026\n" in cards[first]
    assert "från kl. 16:00" in cards[second]


async def test_a_dialogue_that_was_left_is_over_for_all_of_its_buttons(office: Office) -> None:
    card = (await office.types("/closeday")).message_id
    codes = codes_of(office.shows())
    await office.presses("Avbryt")

    assert [await office.house.pressed(KARIN, code, card) for code in codes] == [GONE_SAID] * len(codes)
    assert office.reads() == "Kastat. Ingenting har ändrats."
    assert await dialogues(office) == []


async def test_after_a_refused_change_the_same_question_can_be_answered_again(office: Office) -> None:
    await office.types("/extra")
    await office.presses("Linero bibliotek", "mån 21/12", "11:00")
    assert await office.house.pressed(KARIN, office.button("18:00")) == "Två av tiderna går in i varandra."
    assert await dialogues(office) == ["closes"]

    await office.presses("12:00", "Publicera")

    assert await office.opens("linero", date(2026, 12, 21)) == ["11:00-12:00", "13:00-15:00"]


async def test_a_button_of_the_first_version_goes_on_where_it_stood(office: Office) -> None:
    card = (await office.types("/changeday")).message_id

    assert await office.house.pressed(KARIN, "h:t:linero:20261223:1000", card) == ""
    assert office.reads() == (
        "Andra tider en dag\nLinero bibliotek · onsdag 23 december 2026 · från kl. 10:00\nNär stänger ni?"
    )
    await office.presses("12:00", "Ingen orsak", "Publicera")
    assert await office.opens("linero", WEDNESDAY) == ["10:00-12:00"]

    card = (await office.types("/closeday")).message_id
    assert await office.house.pressed(KARIN, "h:c:linero:+1", card) == ""
    assert labels(office.shows())[0] == "mån 28/12"
    assert await office.house.pressed(KARIN, "h:c:linero:20261223:helgdag", card) == GONE_SAID
    assert await office.house.pressed(KARIN, "h:leave", card) == ""
    assert office.reads() == "Kastat. Ingenting har ändrats."


async def test_a_dialogue_nobody_goes_on_with_is_forgotten_after_a_day(office: Office) -> None:
    await office.types("/closeday")
    linero = office.button("Linero bibliotek")
    clock.freeze(NOW + timedelta(hours=23))
    await builders.purge(office.house.service)
    assert await dialogues(office) == ["place"]

    clock.freeze(NOW + timedelta(hours=25))
    await builders.purge(office.house.service)

    assert await dialogues(office) == []
    assert await office.house.pressed(KARIN, linero) == GONE_SAID


# What has been.


async def test_the_history_says_who_changed_what_and_takes_the_newest_back(office: Office) -> None:
    await office.types("/closeday 23/12 linero helgdag")
    await office.presses("Publicera", "Ångra", "Ångra")
    await office.types("/extra 22/12 linero 16-18", ROBIN)
    await office.presses("Publicera", chat=ROBIN)

    shown = await office.types("/hours_history")

    entries = office.reads().split("\n\n")[1:]
    assert entries[0].startswith(
        "Nr 6, i dag kl. 10:00, Robin:\nLinero bibliotek, tisdag 22 december 2026: extra öppet"
    )
    assert entries[1] == "Nr 5, i dag kl. 10:00, Karin:\nÅngrade nr 4."
    assert entries[2].startswith("Nr 4, i dag kl. 10:00, Karin:\nLinero bibliotek, onsdag 23 december 2026: stängt.")
    assert entries[2].endswith("\nÅngrad, gäller inte längre.")
    assert "kommandoraden" in entries[3]
    assert labels(shown) == ["Ångra nr 6"]

    await office.presses("Ångra nr 6")
    assert await office.opens("linero", date(2026, 12, 22)) == ["16:00-18:00"]
    await office.presses("Ångra")
    assert await office.opens("linero", date(2026, 12, 22)) == []


async def test_the_history_does_not_say_the_command_line_of_somebody_who_has_left(office: Office) -> None:
    await office.types("/extra 22/12 linero 16-18", ROBIN)
    await office.presses("Publicera", chat=ROBIN)
    robin = await builders.person_named(office.house.service, "Robin")
    async with builders.acting(office.house.service, office.karin) as work:
        await leaving.leave_for_good(work, robin)

    await office.types("/hours_history")

    newest, set_up = office.reads().split("\n\n")[1:]
    assert newest.startswith("Nr 4, i dag kl. 10:00, någon som har slutat:\n")
    assert "kommandoraden" in set_up


async def test_what_was_set_up_at_once_stands_under_one_heading(office: Office) -> None:
    await office.types("/closeday 23/12 linero")
    await office.presses("Publicera")

    await office.types("/hours_history")

    _title, newest, set_up = office.reads().split("\n\n")
    assert newest.startswith("Nr 4, i dag kl. 10:00, Karin:\n")
    heading, *lines = set_up.splitlines()
    assert heading == "Nr 3–1, i dag kl. 10:00, kommandoraden:"
    assert len(lines) == 3 and all(" varje " in line for line in lines)


async def test_undo_takes_back_the_newest_until_there_is_nothing(office: Office) -> None:
    changes = await office.changes()

    for _ in range(changes):
        await office.types("/hours_undo")
        assert office.reads().startswith("Vill du ångra den här ändringen?")
        await office.presses("Ångra")
        assert office.reads().startswith("Ångrat. Det här gäller inte längre:")
    await office.types("/hours_undo")

    assert office.reads() == "Det finns ingen ändring att ångra."
    assert await office.opens("linero", date(2026, 12, 21)) == []


@pytest.mark.parametrize(
    "text", ["/hours_undo", "/Hours_Undo.", "./hours_undo", "／hours_undo", "/hours_undo@radrum_test_bot"]
)
async def test_undo_asks_with_the_change_it_would_take_back_and_no_leaves_it(office: Office, text: str) -> None:
    await office.types("/closeday 23/12 linero helgdag")
    await office.presses("Publicera")
    changes = await office.changes()

    asked = await office.types(text)
    question = office.reads()
    kept = await office.presses("Nej")

    assert question == (
        "Vill du ångra den här ändringen? Då gäller den inte längre:\n"
        "Linero bibliotek, onsdag 23 december 2026: stängt. Orsak: helgdag"
    )
    assert (kept.message_id, labels(kept)) == (asked.message_id, ["Ångra"])
    assert office.reads().startswith("Inte ångrat. Det här gäller fortfarande:\nLinero bibliotek, onsdag 23")
    assert await office.changes() == changes
    assert await office.opens("linero", WEDNESDAY) == []


async def test_an_old_yes_takes_back_nothing_that_was_published_later(office: Office) -> None:
    await office.types("/closeday 23/12 linero", KARIN)
    await office.presses("Publicera", chat=KARIN)
    await office.types("/hours_undo", KARIN)
    yes, no = office.button("Ångra", KARIN), office.button("Nej", KARIN)
    await office.types("/closeday 21/12 linero", ROBIN)
    await office.presses("Publicera", chat=ROBIN)
    changes, card = await office.changes(), office.shows(KARIN).message_id

    said = [await office.house.pressed(KARIN, code, card) for code in (yes, no, yes)]

    assert all(answer.startswith("Bara den senaste ändringen kan ångras") for answer in said), said
    assert await office.changes() == changes
    assert await office.opens("linero", WEDNESDAY) == []


async def test_undo_with_more_words_asks_and_the_words_reach_nobody(office: Office) -> None:
    changes = await office.changes()

    await office.types("/hours_undo det där med Linero")

    assert any("Vill du ångra" in text for text in office.house.texts(KARIN))
    assert await office.changes() == changes


async def test_what_held_on_a_day_is_told_of_every_place(office: Office) -> None:
    await office.types("/closeday 21/12 linero sjukdom")
    await office.presses("Publicera")
    clock.freeze(NOW + timedelta(days=30))

    await office.types("/hours_history 2026-12-21")

    assert "Lunds stadsbibliotek, måndag 21 december 2026: öppet kl. 13:00–15:00" in office.reads()
    assert "Linero bibliotek, måndag 21 december 2026: stängt. Orsak: sjukdom" in office.reads()
    await office.types("/hours_history 2019-11-04")
    assert office.reads() == "Inget är bestämt om den dagen."


async def test_a_place_of_single_days_is_not_closed_on_the_days_it_never_was_to_be_open(office: Office) -> None:
    await office.types("/popup 22/12 15-18 Torget i Dalby, Stora vägen 10-12 med IK Eos")
    await office.presses("Publicera")

    told = {}
    for day in (21, 22):
        await office.types(f"/hours_history 2026-12-{day}")
        told[day] = office.reads()

    assert "Torget i Dalby" not in told[21] and "Linero bibliotek, måndag 21 december 2026: öppet" in told[21]
    assert "Torget i Dalby, tisdag 22 december 2026: öppet kl. 15:00–18:00" in told[22]

    await office.types("/closeday 22/12 Torget i Dalby")
    await office.presses("Publicera")
    await office.types("/hours_history 2026-12-22")
    assert "Torget i Dalby, tisdag 22 december 2026: stängt" in office.reads(), "there it was to be open"


# What is put to coordinators in the morning.


async def told_this_morning(office: Office) -> None:
    async with office.house.service.store.work() as work:
        await warnings.tell(work)
    await builders.deliver_all(office.house.delivery)


@pytest.mark.parametrize(("label", "opens"), [("Stängt", []), ("Öppet som vanligt", ["13:00-15:00"])])
async def test_a_holiday_is_decided_with_a_press_and_a_preview(office: Office, label: str, opens: list[str]) -> None:
    clock.freeze(datetime(2026, 12, 30, 9, 0, tzinfo=UTC))  # a week before Epiphany, a Wednesday
    await told_this_morning(office)
    proposed = office.house.api.chat(KARIN).with_button(label)
    assert proposed is not None
    assert "Onsdag 6 januari 2027 är Trettondedag jul." in proposed.text
    assert "Linero bibliotek, onsdag 6 januari 2027, " in proposed.text

    assert await office.house.pressed(KARIN, label) == ""
    preview = without_bidi_controls(proposed.text)  # in place of the question, whose buttons are gone with it
    assert preview.startswith("Så här står det på alla språk.")
    assert label not in proposed.labels
    assert ("Orsak: helgdag" in preview) is (label == "Stängt")
    await office.house.pressed(KARIN, "Publicera", proposed.message_id)

    assert await office.opens("linero", date(2027, 1, 6)) == opens
    for chat in (KARIN, ROBIN):  # decided: nobody decides it again
        said = await office.house.pressed(chat, "hh:close:20270106", proposed.message_id)
        assert said == "Knappen gäller inte längre."


async def test_sessions_that_nobody_staffs_and_a_channel_that_fails_are_told_in_words(office: Office) -> None:
    async with office.house.service.store.work() as work:
        await people.tell_coordinators(work, ChannelMoved())
        await people.tell_coordinators(work, ChannelLost())
    await told_this_morning(office)

    moved, lost, unstaffed = (without_bidi_controls(text) for text in office.house.texts(ROBIN)[-3:])
    assert "RADRUM_HOURS_CHANNEL" in moved
    assert "administratör" in lost
    assert unstaffed.startswith("Ingen volontär har anmält sig till:\n")
    assert "Linero bibliotek, måndag 21 december 2026" in unstaffed


async def test_a_session_that_nobody_staffs_is_closed_with_two_presses(office: Office) -> None:
    await told_this_morning(office)
    monday = date(2026, 12, 21)
    assert "Ska det stängas? Då får de som väntar veta det." in office.reads()
    assert await office.opens("linero", monday) == ["13:00-15:00"]

    close = next(one for one in labels(office.shows()) if one.startswith("Stäng mån 21/12") and "Linero" in one)
    await office.presses(close)
    assert "Linero bibliotek, måndag 21 december 2026: stängt" in office.reads()
    assert await office.opens("linero", monday) == ["13:00-15:00"]
    await office.presses("Publicera")

    assert await office.opens("linero", monday) == []


async def test_help_lists_the_commands_about_hours_to_coordinators(office: Office) -> None:
    await office.types("/help")

    listed = {line.split(" ")[0] for line in office.reads().splitlines() if line.startswith("/")}
    assert {"/sethours", "/closeday", "/changeday", "/extra", "/openday", "/popup"} <= listed
    assert "/hours_history" in listed
    assert "hours_undo" not in office.reads(), "a tap on it would send it: its button stands under the history"
