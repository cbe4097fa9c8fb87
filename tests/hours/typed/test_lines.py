"""What a coordinator types about hours: understood as it was meant, or refused with what was not understood."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.errors import BadInput
from bot.hours.typed.lines import VERBS, KnownPlace, known_places, parse, parse_day
from bot.language.i18n import Catalogues
from models.hours import Reason
from models.hours_change import Change, Verb
from models.people import STAFF_LANGUAGES, Language

TODAY = date(2026, 12, 14)  # a Monday
LINERO = KnownPlace(
    "linero",
    ("Linero bibliotek", "Linero Library (Linero bibliotek)", "مكتبة لينيرو (Linero bibliotek)", "کتابخانهٔ لینرو"),
)  # fmt: skip
LUND = KnownPlace("stadsbiblioteket", ("Lunds stadsbibliotek", "Lund City Library", "Міська бібліотека Лунда"))
EOS = KnownPlace("ik-eos-lokal", ("IK Eos lokal",))
ONLINE = KnownPlace("online", ("RådRum Online",), visit=False)
KNOWN = (LINERO, LUND, EOS, ONLINE)


def meant(line: str, known: tuple[KnownPlace, ...] = KNOWN) -> Change:
    command, _, rest = line.removeprefix("/").partition(" ")
    return parse(command, rest, today=TODAY, known=known)


def refused(line: str, known: tuple[KnownPlace, ...] = KNOWN) -> tuple[str, dict[str, object]]:
    with pytest.raises(BadInput) as refusal:
        meant(line, known)
    return refusal.value.code, refusal.value.values


def spans(*texts: str) -> tuple[tuple[time, time], ...]:
    pairs = (text.split("-") for text in texts)
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in pairs)


def day(number: int, month: int = 12, year: int = 2026) -> date:
    return date(year, month, number)


# Days.


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-12-23", day(23)), ("2027-1-6", day(6, 1, 2027)), ("23/12", day(23)), ("23/12/2026", day(23)),
        ("23/12-2026", day(23)), ("23/12 2026", day(23)), ("23.12.", day(23)), ("23.12", day(23)),
        ("23.12.2026", day(23)), ("23 dec", day(23)), ("23 dec.", day(23)), ("23 december", day(23)),
        ("den 23 december 2026", day(23)), ("23:e december", day(23)), ("1:a jan", day(1, 1, 2027)),
        ("23rd of December", day(23)), ("December 23, 2026", day(23)), ("Dec 23", day(23)), ("1 maj", day(1, 5, 2027)),
        ("1 May", day(1, 5, 2027)), ("6 oktober", day(6, 10, 2027)), ("6 Oct", day(6, 10, 2027)),
        ("idag", TODAY), ("i dag", TODAY), ("today", TODAY), ("imorgon", day(15)), ("i morgon", day(15)),
        ("tomorrow", day(15)), ("i övermorgon", day(16)), ("14/12", TODAY), ("13/12", day(13, 12, 2027)),
        ("fredag", day(18)), ("på fredag", day(18)), ("fre", day(18)), ("friday", day(18)), ("Fri", day(18)),
        ("tors", day(17)), ("thursday", day(17)), ("tisdag", day(15)), ("wednesday", day(16)), ("lördag", day(19)),
        ("söndag", day(20)), ("sunday", day(20)), ("måndag", day(21)), ("monday", day(21)),
        ("onsdag 23/12", day(23)), ("ons, 23 dec", day(23)), ("Wednesday 2026-12-23", day(23)),
        ("٢٠٢٦-١٢-٢٣", day(23)), ("۲۳/۱۲", day(23)), ("2026–12–23", day(23)), ("29/2", day(29, 2, 2028)),
    ],
)  # fmt: skip
def test_a_day_is_understood_as_people_write_it(typed: str, expected: date) -> None:
    assert meant(f"/closeday {typed} linero") == Change(Verb.CLOSE, ("linero",), expected)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026-12-23..2027-01-06", day(23), day(6, 1, 2027)), ("2026-12-23 till 2027-01-06", day(23), day(6, 1, 2027)),
        ("2026-12-23 to 2027-01-06", day(23), day(6, 1, 2027)), ("2026-12-23 - 2027-01-06", day(23), day(6, 1, 2027)),
        ("2026-12-23 – 2027-01-06", day(23), day(6, 1, 2027)), ("23/12-6/1", day(23), day(6, 1, 2027)),
        ("23/12 t.o.m. 6/1", day(23), day(6, 1, 2027)), ("från 23 dec till och med 6 jan", day(23), day(6, 1, 2027)),
        ("23-27 december", day(23), day(27)), ("23–27/12", day(23), day(27)), ("idag till 18/12", TODAY, day(18)),
        ("till 18/12", TODAY, day(18)), ("tis-tors", day(15), day(17)), ("fredag till måndag", day(18), day(21)),
        ("ons 23/12 - fre 8/1", day(23), day(8, 1, 2027)), ("from 23 Dec until 6 Jan", day(23), day(6, 1, 2027)),
        ("23.12-6.1", day(23), day(6, 1, 2027)),
    ],
)  # fmt: skip
def test_a_closing_may_last_from_a_day_to_another(typed: str, first: date, last: date) -> None:
    assert meant(f"/closeday {typed} linero") == Change(Verb.CLOSE, ("linero",), first, last)


def test_a_day_that_has_passed_needs_its_year() -> None:
    assert meant("/closeday 2019-11-04 linero").first == date(2019, 11, 4)
    assert meant("/sethours linero måndag 13-16 från 2019-09-02").first == date(2019, 9, 2)


def test_the_two_ends_may_stand_apart() -> None:
    assert meant("/closeday från 23/12, linero, till 6/1").last == day(6, 1, 2027)


@pytest.mark.parametrize(
    ("typed", "key", "values"),
    [
        ("2026-02-30", "not_a_day", {"value": "2026-02-30"}), ("33/12", "not_a_day", {"value": "33/12"}),
        ("31 november", "not_a_day", {"value": "31 november"}), ("9999-01-01", "not_a_day", {"value": "9999-01-01"}),
        ("31-35 december", "not_a_day", {"value": "35 december"}),
        ("torsdag 23/12", "hours_weekday_differs", {"value": "torsdag", "day": "2026-12-23"}),
        ("nästa fredag", "hours_day_unclear", {"value": "nästa fredag"}),
        ("this Friday", "hours_day_unclear", {"value": "this friday"}),
        ("23/12 24/12", "hours_two_days", {"first": "23/12", "second": "24/12"}),
        ("23/12 24/12 25/12", "hours_two_days", {"first": "23/12", "second": "25/12"}),
        ("23-27/12 29/12", "hours_two_days", {"first": "23-27/12", "second": "29/12"}),
    ],
)  # fmt: skip
def test_what_looks_like_a_day_and_is_not_clear_is_refused(typed: str, key: str, values: dict[str, object]) -> None:
    assert refused(f"/closeday {typed} linero") == (key, values)


# Times.


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13-16", spans("13:00-16:00")), ("13:00-15:30", spans("13:00-15:30")), ("13.00–15.30", spans("13:00-15:30")),
        ("kl 13-16", spans("13:00-16:00")), ("kl. 13:00 - 16:00", spans("13:00-16:00")),
        ("klockan 9 till 12", spans("09:00-12:00")), ("from 9 to 12", spans("09:00-12:00")),
        ("10-12 13-15", spans("10:00-12:00", "13:00-15:00")), ("10-12, 13-15", spans("10:00-12:00", "13:00-15:00")),
        ("10-12 och 13-15", spans("10:00-12:00", "13:00-15:00")),
        ("10-12 and kl 13-15", spans("10:00-12:00", "13:00-15:00")),
        ("١٣-١٦", spans("13:00-16:00")), ("۱۳:۰۰-۱۶:۳۰", spans("13:00-16:30")), ("13:00−16:00.", spans("13:00-16:00")),
    ],
)  # fmt: skip
def test_times_are_understood_as_people_write_them(typed: str, expected: tuple) -> None:
    assert meant(f"/changeday 22/12 linero {typed}") == Change(Verb.TIMES, ("linero",), day(22), spans=expected)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("/changeday 22/12 linero 13-25", "not_a_time", "13-25"),
        ("/changeday 22/12 linero 13:75-15", "not_a_time", "13:75-15"),
        ("/extra 22/12 linero 1pm-4pm", "hours_word_unknown", "1pm-4pm"),
        ("/changeday 22/12 13-15 linero möte 15-17", "hours_word_unknown", "15-17"),
        ("/closeday 22/12 linero 13-15", "hours_takes_no_times", "13:00-15:00"),
        ("/openday 22/12 linero 13-15", "hours_takes_no_times", "13:00-15:00"),
    ],
)
def test_what_looks_like_a_time_and_is_none_or_does_not_belong_there_is_refused(
    line: str, key: str, value: str
) -> None:
    assert refused(line) == (key, {"value": value})


@pytest.mark.parametrize("line", ["/sethours linero måndag", "/changeday 22/12 linero", "/extra 22/12 linero"])
def test_times_that_are_missing_are_asked_for(line: str) -> None:
    assert refused(line) == ("hours_times_missing", {})


# Weekly hours.


@pytest.mark.parametrize(
    ("typed", "weekday"),
    [
        ("mån", 0), ("måndag", 0), ("måndagar", 0), ("på måndagar", 0), ("varje måndag", 0), ("mon", 0), ("Mondays", 0),
        ("tis", 1), ("Tues", 1), ("onsdagar", 2), ("wed", 2), ("tor", 3), ("tors", 3), ("torsdagar", 3), ("Thu", 3),
        ("thursday", 3), ("fre", 4), ("fridays", 4), ("lör", 5), ("lördag", 5), ("saturday", 5), ("sön", 6), ("sun", 6),
    ],
)  # fmt: skip
def test_a_weekday_is_understood_in_both_languages_long_and_short(typed: str, weekday: int) -> None:
    expected = Change(Verb.WEEKLY, ("linero",), TODAY, weekday=weekday, spans=spans("13:00-15:30"))

    assert meant(f"/sethours linero {typed} 13-15:30") == expected
    assert meant(f"/sethours 13:00-15:30 {typed} Linero") == expected


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("", TODAY, None), ("från 2026-12-21", day(21), None), ("from 21 Dec", day(21), None),
        ("fr.o.m. 21/12", day(21), None), ("2026-12-21", day(21), None), ("tills vidare", TODAY, None),
        ("från 2026-12-21 till 2027-06-01", day(21), day(1, 6, 2027)), ("till 1/6", TODAY, day(1, 6, 2027)),
        ("2026-12-21..2027-06-01", day(21), day(1, 6, 2027)), ("t.o.m. 2027-06-01", TODAY, day(1, 6, 2027)),
    ],
)  # fmt: skip
def test_weekly_hours_hold_from_and_until_what_was_said(typed: str, first: date, last: date | None) -> None:
    said = meant(f"/sethours linero måndag 13-15:30 {typed}")

    assert (said.first, said.last, said.weekday) == (first, last, 0)


@pytest.mark.parametrize("closed", ["stängt", "Stängt", "closed"])
def test_a_weekday_without_hours_is_said_to_be_closed(closed: str) -> None:
    assert meant(f"/sethours linero tisdag {closed}") == Change(Verb.WEEKLY, ("linero",), TODAY, weekday=1)


@pytest.mark.parametrize(
    ("line", "key", "values"),
    [
        ("/sethours linero 13-15", "hours_weekday_missing", {}),
        ("/sethours linero mån-tors 13-15", "hours_one_weekday", {"value": "mån-tors"}),
        ("/sethours linero mån, tis 13-15", "hours_one_weekday", {"value": "mån, tis"}),
        ("/sethours linero monday and tuesday 13-15", "hours_one_weekday", {"value": "monday and tuesday"}),
        ("/sethours linero måndag 13-15 tisdag", "hours_one_weekday", {"value": "tisdag"}),
        ("/sethours linero vardagar 13-15", "hours_one_weekday", {"value": "vardagar"}),
        ("/sethours linero every day 13-15", "hours_one_weekday", {"value": "every day"}),
        ("/sethours linero måndag 13-15 stängt", "hours_times_and_closed", {"value": "stängt"}),
        ("/sethours linero mondag 13-15", "hours_word_unknown", {"value": "mondag"}),
    ],
)
def test_a_line_of_weekly_hours_that_is_not_clear_is_refused(line: str, key: str, values: dict[str, object]) -> None:
    assert refused(line) == (key, values)


# Places.


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("linero", ("linero",)), ("Linero bibliotek", ("linero",)), ("LINERO BIBLIOTEKET", ("linero",)),
        ("Linero Library", ("linero",)), ("biblioteket linero", ("linero",)), ("مكتبة لينيرو", ("linero",)),
        ("كتابخانه لینرو", ("linero",)), ("stadsbiblioteket", ("stadsbiblioteket",)), ("stads", ("stadsbiblioteket",)),
        ("Lunds stadsbibliotek", ("stadsbiblioteket",)), ("City Library", ("stadsbiblioteket",)),
        ("міська бібліотека", ("stadsbiblioteket",)), ("ik-eos-lokal", ("ik-eos-lokal",)), ("eos", ("ik-eos-lokal",)),
        ("IK Eos lokal", ("ik-eos-lokal",)), ("online", ("online",)), ("RådRum Online", ("online",)),
        ("linero och stadsbiblioteket", ("linero", "stadsbiblioteket")), ("linero, eos", ("linero", "ik-eos-lokal")),
        ("linero & stadsbiblioteket + online", ("linero", "stadsbiblioteket", "online")),
        ("alla", ("linero", "stadsbiblioteket", "ik-eos-lokal")),
        ("all places", ("linero", "stadsbiblioteket", "ik-eos-lokal")),
        ("alla bibliotek", ("linero", "stadsbiblioteket", "ik-eos-lokal")),
    ],
)  # fmt: skip
def test_a_place_is_known_by_its_code_or_a_clear_part_of_its_name_in_any_language(
    typed: str, codes: tuple[str, ...]
) -> None:
    assert meant(f"/openday 23/12 {typed}").places == codes
    assert meant(f"/openday {typed} 23/12").places == codes
    assert meant(f"/closeday på {typed} den 23/12") == Change(Verb.CLOSE, codes, day(23))


ALL_CODES = "linero, stadsbiblioteket, ik-eos-lokal, online"


@pytest.mark.parametrize(
    ("line", "key", "values"),
    [
        ("/closeday 23/12", "hours_place_missing", {"places": ALL_CODES}),
        ("/closeday 23/12 helgdag", "hours_place_missing", {"places": ALL_CODES}),
        ("/closeday 23/12 linnero", "hours_place_unknown", {"value": "linnero", "places": ALL_CODES}),
        ("/openday 23/12 rådrum", "hours_place_unknown", {"value": "rådrum", "places": ALL_CODES}),
        ("/sethours biblioteket måndag 13-15", "hours_place_unclear",
         {"value": "biblioteket", "places": "linero, stadsbiblioteket"}),
        ("/closeday linero", "hours_day_missing", {}),
        ("/closeday linero fredga", "hours_word_unknown", {"value": "fredga"}),
        ("/openday linero", "hours_day_missing", {}),
    ],
)  # fmt: skip
def test_a_place_or_day_that_is_missing_or_not_clear_is_asked_for(
    line: str, key: str, values: dict[str, object]
) -> None:
    assert refused(line) == (key, values)


def test_where_nothing_can_be_visited_all_is_no_place() -> None:
    assert refused("/closeday 23/12 alla", (ONLINE,)) == ("hours_place_unknown", {"value": "alla", "places": "online"})


def test_the_places_are_known_by_what_each_language_calls_them(catalogues: Catalogues) -> None:
    class Row:
        code, name_key, door, details = "linero", "linero_library", "visit", {}

    class PopUp:
        code, name_key, door, details = "eos", "", "visit", {"name": {"sv": "Eos lokal", "en": "The Eos rooms"}}

    by_key, by_name = known_places([Row, PopUp], catalogues)  # type: ignore[list-item]

    assert set(by_key.names) == {catalogues.words(language)("linero_library") for language in Language}
    assert by_name == KnownPlace("eos", ("Eos lokal", "The Eos rooms"), visit=True)


# Reasons.


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", ""), ("stängt", ""), ("closed", ""), ("ingen orsak", ""), ("helgdag", "holiday"), ("röd dag", "holiday"),
        ("holiday", "holiday"), ("Public holiday", "holiday"), ("sjukdom", "illness"), ("Sjuk", "illness"),
        ("illness", "illness"), ("biblioteket stängt", "library_closed"), ("biblioteket är stängt.", "library_closed"),
        ("library closed", "library_closed"), ("the library is closed", "library_closed"), ("flyttat", "moved"),
        ("vi har flyttat", "moved"), ("moved", "moved"), ("stängt pga sjukdom", "illness"),
        ("stängt på grund av flytt", "moved"), ("closed due to illness", "illness"), ("orsak: sjuk", "illness"),
    ],
)  # fmt: skip
def test_a_reason_we_have_words_for_is_kept_as_its_code(typed: str, reason: str) -> None:
    assert meant(f"/closeday 23/12 linero {typed}") == Change(Verb.CLOSE, ("linero",), day(23), reason=reason)


def test_a_reason_may_stand_first_and_goes_with_other_times_too() -> None:
    assert meant("/closeday sjuk 23/12 linero").reason == Reason.ILLNESS
    assert meant("/changeday 22/12 linero 10-12 sjukdom").reason == Reason.ILLNESS


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("vattenskada på övre plan", {"sv": "vattenskada på övre plan"}),
        ("Vi är sjuka allihop", {"sv": "Vi är sjuka allihop"}),
        ("vattenskada på biblioteket", {"sv": "vattenskada på biblioteket"}),
        ("stängt för ommålning", {"sv": "ommålning"}),
        ("annat vi målar", {"sv": "vi målar"}),
        ("annat: möte kl 13-15 den 7 jan", {"sv": "möte kl 13-15 den 7 jan"}),
        ("annat: obs: halt", {"sv": "obs: halt"}),
        ("annat sv: vi målar | en: we paint | ar: نحن نطلي", {"sv": "vi målar", "en": "we paint", "ar": "نحن نطلي"}),
        ("other en: We paint", {"en": "We paint"}),
    ],
)
def test_any_other_reason_is_kept_as_it_was_written(typed: str, texts: dict[str, str]) -> None:
    expected = Change(Verb.CLOSE, ("linero",), day(23), reason=Reason.OTHER, texts=texts)

    assert meant(f"/closeday 23/12 linero {typed}") == expected


@pytest.mark.parametrize(
    ("typed", "key", "values"),
    [
        ("annat de: wir malen", "hours_reason_language", {"value": "de", "known": "sv, ar, fa, uk, en"}),
        ("annat sv: | en:", "hours_reason_empty", {}),
        ("annat:", "hours_reason_empty", {}),
        ("x" * 201, "too_long", {"most": 200}),
        ("annat sv: " + "x" * 201, "too_long", {"most": 200}),
    ],
)
def test_a_reason_that_cannot_be_shown_is_refused(typed: str, key: str, values: dict[str, object]) -> None:
    assert refused(f"/closeday 23/12 linero {typed}") == (key, values)


# Other times, extra, as usual.


def test_each_command_means_its_own_change() -> None:
    span = spans("16:00-18:00")

    assert meant("/changeday 2026-12-22 linero 16-18") == Change(Verb.TIMES, ("linero",), day(22), spans=span)
    assert meant("/extra 2026-12-22 linero 16-18") == Change(Verb.EXTRA, ("linero",), day(22), spans=span)
    assert meant("/openday 2026-12-23 alla").verb == Verb.USUAL
    assert set(VERBS.values()) == set(Verb)


@pytest.mark.parametrize(
    "line",
    ["/changeday 22/12..24/12 linero 10-12", "/extra 22-24 december linero 10-12", "/openday 22/12 till 24/12 linero",
     "/popup 22/12..24/12 10-12 Torget"],
)  # fmt: skip
def test_only_a_closing_takes_several_days(line: str) -> None:
    assert refused(line) == ("hours_one_day", {})


@pytest.mark.parametrize("line", ["/extra 22/12 linero 16-18 tjoho", "/openday 22/12 linero tjoho", "/tjoho 22/12"])
def test_a_word_that_means_nothing_is_named(line: str) -> None:
    assert refused(line) == ("hours_word_unknown", {"value": "tjoho"})


def test_of_a_long_text_that_means_nothing_only_the_beginning_is_repeated() -> None:
    key, values = refused(f"/extra 22/12 linero 16-18 {'tjoho ' * 200}")

    assert (key, len(str(values["value"]))) == ("hours_word_unknown", 61)


def test_a_line_that_nobody_types_is_refused_unread() -> None:
    assert refused(f"/extra 22/12 linero 16-18 {'tjoho ' * 500}") == ("too_long", {"most": 1_500})


# Pop-ups.


def test_a_pop_up_somewhere_new_has_a_name_an_address_and_a_partner() -> None:
    said = meant("/popup 2026-12-22 15-18 Torget i Dalby, Stora vägen 10-12 med IK Eos")

    assert said == Change(
        Verb.POPUP, ("torget-i-dalb",), day(22), spans=spans("15:00-18:00"), name="Torget i Dalby",
        address="Stora vägen 10-12", partner="IK Eos",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "place", "name", "partner"),
    [
        ("15-18 tisdag 22 december Linero with Röda Korset", "linero", "", "Röda Korset"),
        ("den 22/12, kl 15-18, Lunds stadsbibliotek", "stadsbiblioteket", "", ""),
        ("22/12 15-18 IK Eos lokal, Någon annan väg 3", "ik-eos-lokal", "", ""),
        ("22/12 15-18 Sön & Co tillsammans med 1/2 Ab", "son-co", "Sön & Co", "1/2 Ab"),
        ("tisdag 22/12 15:00–18:00 Eos trädgård med kaffe med Röda Korset", "eos-tradgard", "Eos trädgård med kaffe",
         "Röda Korset"),
        ("22/12 15-18 ساحة", "popup", "ساحة", ""),
    ],
)  # fmt: skip
def test_a_pop_up_says_day_and_times_first_and_then_where(typed: str, place: str, name: str, partner: str) -> None:
    said = meant(f"/popup {typed}")

    assert (said.first, said.spans, said.partner) == (day(22), spans("15:00-18:00"), partner)
    assert (said.places, said.name) == ((place,), name)


def test_a_second_new_place_of_the_same_letters_has_a_code_of_its_own() -> None:
    assert meant("/popup 22/12 15-18 Torg!", (KnownPlace("torg", ("Torg på Klostergatan",)),)).places == ("torg",)
    assert meant("/popup 22/12 15-18 Torg Söder", (KnownPlace("torg-soder", ("Något annat",)),)).places == (
        "torg-soder-2",
    )


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("IK Eos 2026-12-22 15-18", "hours_popup_day_first"), ("22/12 Torget", "hours_popup_times_first"),
        ("15-18 Torget", "hours_popup_day_first"), ("22/12 15-18", "hours_popup_place_missing"),
        (f"22/12 15-18 {'x' * 81}", "too_long"),
    ],
)  # fmt: skip
def test_a_pop_up_in_another_order_is_refused(typed: str, key: str) -> None:
    assert refused(f"/popup {typed}")[0] == key


# What held on a day.


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2019-11-04", date(2019, 11, 4)), ("4/11", day(4, 11)), ("23/12", day(23)), ("idag", TODAY),
        ("imorgon", day(15)), ("fredag", day(11)), ("måndag", day(7)), ("29 februari", day(29, 2, 2024)),
        ("13/12", day(13)), ("14/12", TODAY), ("6/1", day(6, 1, 2027)), ("1 juni", day(1, 6, 2027)),
        ("1 juli", day(1, 7)), ("23/12/2025", day(23, 12, 2025)),
    ],
)  # fmt: skip
def test_a_day_that_is_asked_about_is_the_nearest_such_one_and_a_weekday_the_last(typed: str, expected: date) -> None:
    assert parse_day(typed, today=TODAY) == expected


@pytest.mark.parametrize(
    ("typed", "key"), [("", "not_a_day"), ("1/11..4/11", "not_a_day"), ("2019-11-04 linero", "hours_word_unknown")]
)
def test_what_is_no_single_day_cannot_be_asked_about(typed: str, key: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_day(typed, today=TODAY)

    assert refusal.value.code == key


# The examples that refusals show, and anything at all.


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("command", VERBS)
def test_the_example_of_every_command_is_itself_understood(catalogues: Catalogues, command: str, language: str) -> None:
    line = catalogues.desk(language)(f"hours_example_{command}", day="2026-12-22", place="linero")

    assert meant(line).verb == VERBS[command]


PIECES = (
    "linero", "stadsbiblioteket", "biblioteket", "alla", "23/12", "2026-12-23", "..", "-", "till", "från", "måndag",
    "mån-tors", "13-16", "13", ":", "kl", "stängt", "helgdag", "annat:", "sv:", "|", "med", ",", "31/2", "24:00-25",
    "nästa", "i morgon", "23-27 dec", "٢٣/١٢", "\x00", "\u202e", "İ", "ß", "…", "(", ")", "[",
)  # fmt: skip
ANYTHING = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)


@given(command=st.sampled_from(list(VERBS)), rest=ANYTHING)
def test_whatever_is_typed_is_a_change_or_a_refusal_with_words(catalogues: Catalogues, command: str, rest: str) -> None:
    try:
        change = parse(command, rest, today=TODAY, known=KNOWN)
    except BadInput as refusal:
        assert catalogues.desk("sv")(refusal.code, **{name: str(value) for name, value in refusal.values.items()})
    else:
        assert Change.from_json(change.to_json()) == change
        assert change.places
