"""Volunteers from a coordinator's phone: invited, introduced, shown out; and what each says of themself on theirs."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import standing
from bot.volunteers.menus import commands_of
from models.case import CaseStatus
from models.outbox import Notice
from models.people import Role
from models.volunteer import OnboardingStep
from tests import builders
from tests.builders import Staff, case_row, table
from tests.channels.telegram_house import House, codes_of, telegram_house

KARIN, NOUR, AMINA, BO = 500, 501, 502, 503


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        opened.service.health.bot_name = "radrum_bot"  # Telegram says so at the start
        await builders.coordinator(opened.service, "Karin", chat_id=KARIN)
        await opened.settle()
        yield opened


KNOWN = "sv, ar, fa, uk, en, ru, be, prs, ps, ckb, so, ti"
MARKS = re.compile("[\u2066-\u2069]")


def _texts(house: House, chat_id: int) -> list[str]:
    """What stands in the chat, without the marks that keep names apart."""
    return [MARKS.sub("", text) for text in house.texts(chat_id)]


def _last(house: House, chat_id: int) -> str:
    return MARKS.sub("", house.last(chat_id))


async def _links_of(house: House) -> tuple[str, str]:
    """What the newest message that is to be passed on holds: the token for the bot, and the path to the desk."""
    told = _last(house, KARIN)
    chat, desk = re.search(r"t\.me/radrum_bot\?start=(\S+)", told), re.search(r"(/desk/login/\S+)", told)
    assert chat and desk, told
    return chat[1], desk[1]


async def _invited(house: House, line: str = "/invite Nour ar,sv") -> int:
    await house.hears(KARIN, line)
    return await builders.person_named(house.service, "Nour")


def _button(house: House, chat_id: int, code: str) -> tuple[str, int]:
    """The newest button whose code begins so, with its message."""
    for shown in reversed(house.api.chat(chat_id).visible):
        for found in codes_of(shown):
            if found.startswith(code):
                return found, shown.message_id
    raise AssertionError(f"no button {code}: {[codes_of(one) for one in house.api.chat(chat_id).visible]}")


async def _presses(house: House, chat_id: int, code: str) -> str:
    return await house.pressed(chat_id, *_button(house, chat_id, code))


async def _stands(house: House, person_id: int) -> standing.Standing:
    async with house.service.store.look() as db:
        return (await standing.standing_of(db, [person_id]))[person_id]


# Inviting.


async def test_one_line_invites_and_the_message_to_pass_on_opens_both_doors_once(house: House) -> None:
    nour = await _invited(house)
    first, second = _texts(house, KARIN)[-2:]
    chat, desk = await _links_of(house)

    await house.hears(NOUR, f"/start {chat}")

    assert first == (
        "Nour är inbjuden.\nSkicka nästa meddelande vidare till volontären. Länkarna fungerar en gång var, i 72 timmar."
        "\nDen som är ny får ta ärenden först efter introduktionen. Bocka av den med /volunteers Nour."
    )
    assert second.startswith("Hej Nour! Välkommen som volontär i RådRum Online.\nÖppna boten i Telegram")
    assert "Varje länk fungerar en gång, senast " in second
    assert "Klart!" in _last(house, NOUR)
    stands = await _stands(house, nour)
    assert (stands.is_introduced, stands.speaks, stands.role) == (False, ("ar", "sv"), "volunteer")
    assert desk.startswith("/desk/login/")


async def test_only_the_hashes_of_the_links_are_kept_once_they_have_been_sent(house: House) -> None:
    await _invited(house)
    chat, desk = await _links_of(house)

    kept = [
        str(tuple(row))
        for name in ("login_links", "outbox", "people", "volunteer_profiles")
        for row in await table(house.service, f"SELECT * FROM {name}")
    ]

    assert not [row for row in kept if chat in row or desk.rpartition("/")[2] in row or "Nour" in row]
    secrets = await table(house.service, "SELECT secret FROM outbox WHERE kind = 'invitation_links'")
    assert [row.secret for row in secrets] == [None]


async def test_a_link_used_twice_by_another_opens_nothing(house: House) -> None:
    await _invited(house)
    chat, _ = await _links_of(house)
    await house.hears(NOUR, f"/start {chat}")

    await house.hears(BO, f"/start {chat}")

    assert _last(house, BO) == house.words("sv")("link_spent")


async def test_a_link_that_has_run_out_opens_nothing_and_new_ones_are_a_press_away(house: House) -> None:
    clock.freeze(clock.now())
    await _invited(house)
    old, _ = await _links_of(house)
    clock.move(timedelta(hours=72))
    await house.hears(NOUR, f"/start {old}")
    refused = _last(house, NOUR)

    await house.hears(KARIN, "/volunteers nour")
    await _presses(house, KARIN, "vl:")
    new, _ = await _links_of(house)
    await house.hears(NOUR, f"/start {new}")

    assert refused == house.words("sv")("link_spent")
    assert "De gamla fungerar inte längre." in _texts(house, KARIN)[-2]
    assert "Klart!" in _last(house, NOUR)


async def test_new_links_end_the_old_ones_and_a_double_press_makes_them_once(house: House) -> None:
    await _invited(house)
    old, _ = await _links_of(house)
    clock.freeze(clock.now() + timedelta(minutes=5))
    await house.hears(KARIN, "/volunteers Nour")

    await _presses(house, KARIN, "vl:")
    before = len(_texts(house, KARIN))
    said = await _presses(house, KARIN, "vl:")
    await house.hears(NOUR, f"/start {old}")

    assert (len(_texts(house, KARIN)), said) == (before, "Det står redan i chatten.")
    assert _last(house, NOUR) == house.words("sv")("link_spent")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/invite ar,sv", "Vem ska bjudas in? Skriv ett förnamn och språken."),
        (
            "/invite Nour",
            f"Vilka språk talar Nour? Skriv dem efter namnet. Vi känner till: {KNOWN}.",
        ),
        ("/invite Nour ar,sv hej", f"Vi känner inte till språket ”hej”. Välj bland {KNOWN}."),
        (
            "/invite Nour ar,xx",
            f"Vi känner inte till språket ”xx”. Välj bland {KNOWN}.",
        ),
        ("/invite karin ar", "Någon annan heter redan karin här. Välj ett annat namn."),
        (f"/invite {'N' * 41} ar", "Skriv ett namn på högst 40 tecken."),
    ],
)
async def test_a_line_that_cannot_be_followed_is_answered_with_why_and_one_that_can(
    house: House, line: str, sentence: str
) -> None:
    before = await table(house.service, "SELECT id FROM people")

    await house.hears(KARIN, line)

    why, _, example = _last(house, KARIN).rpartition("\n")
    assert why == sentence
    assert example.endswith("/invite Nour ar,sv")
    assert await table(house.service, "SELECT id FROM people") == before


COORDINATORS = [f"/{name}" for name in commands_of(Role.COORDINATOR) if name not in commands_of(Role.VOLUNTEER)]


@pytest.mark.parametrize("line", ["/invite Nour ar,sv", "/volunteers Karin", "/closeday linero 24/12", *COORDINATORS])
async def test_a_volunteer_is_told_that_the_command_is_not_theirs(house: House, line: str) -> None:
    await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    before = await table(house.service, "SELECT id FROM people")

    await house.hears(AMINA, line)

    assert _last(house, AMINA) == "Det kommandot är för samordnare."
    assert await table(house.service, "SELECT id FROM people") == before


async def test_languages_are_known_by_name_too(house: House) -> None:
    person = await _invited(house, "/invite Nour Arabiska, svenska och ukrainian")

    (row,) = await table(house.service, "SELECT speaks FROM people WHERE id = :id", id=person)
    assert [code for code in ("ar", "sv", "uk") if code in str(row.speaks)] == ["ar", "sv", "uk"]


async def test_a_name_that_nobody_has_is_said(house: House) -> None:
    await house.hears(KARIN, "/volunteers Zlatan")

    assert _last(house, KARIN).startswith("Det finns ingen volontär som heter Zlatan.")
    assert _last(house, KARIN).endswith("/volunteers Nour")


# The introduction.


async def test_four_presses_introduce_and_the_volunteer_is_told_when_they_may_begin(house: House) -> None:
    nour = await _invited(house)
    chat, _ = await _links_of(house)
    await house.hears(NOUR, f"/start {chat}")
    await house.hears(KARIN, "/volunteers Nour")

    heard = []
    for step in OnboardingStep:
        await _presses(house, KARIN, f"vs:{nour}:{step}:1")
        heard.append(_last(house, NOUR))

    assert [text.startswith("Din introduktion är klar.") for text in heard] == [False, False, False, True]
    stands = await _stands(house, nour)
    karin = await builders.person_named(house.service, "Karin")
    today = clock.office_day(clock.now(), house.service.store.zone)
    assert [(one.step, one.done_on, one.done_by) for one in stands.steps] == [(s, today, karin) for s in OnboardingStep]
    assert _last(house, KARIN).count(", Karin") == 4
    await builders.shift(house.service, Staff(nour, "Nour", NOUR))
    asker = await builders.case_of(house.service)
    await house.settle()
    await house.claims(NOUR)
    assert (await case_row(asker)).volunteer_id == nour


async def test_before_all_four_nothing_is_claimed_and_a_slip_is_taken_back(house: House) -> None:
    nour = await _invited(house)
    await house.hears(KARIN, "/volunteers Nour")
    for step in list(OnboardingStep)[:3]:
        await _presses(house, KARIN, f"vs:{nour}:{step}:1")

    await _presses(house, KARIN, f"vs:{nour}:interview:0")

    stands = await _stands(house, nour)
    assert [one.step for one in stands.steps] == ["secrecy", "register"]
    assert "Intervju: kvar" in _last(house, KARIN)


async def test_a_press_told_twice_ticks_once_and_tells_once(house: House) -> None:
    nour = await builders.new_volunteer(house.service, "Nour", chat_id=NOUR)
    await house.hears(KARIN, "/volunteers Nour")
    for step in list(OnboardingStep)[:3]:
        await _presses(house, KARIN, f"vs:{nour.id}:{step}:1")
    code, message = _button(house, KARIN, f"vs:{nour.id}:introduction:1")

    await house.pressed(KARIN, code, message)
    await house.pressed(KARIN, code, message)

    assert len(await builders.said_to(house.service, nour.id, Notice.MAY_BEGIN)) == 1
    assert len((await _stands(house, nour.id)).steps) == 4


async def test_a_trainee_is_told_and_takes_no_case_until_told_again(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.hears(KARIN, "/volunteers Amina")

    await _presses(house, KARIN, "vt:")
    beside = _last(house, AMINA)
    asker = await builders.case_of(house.service)
    await house.settle()
    said = await house.pressed(AMINA, f"claim:{asker.case_id}", 1)
    await _presses(house, KARIN, "vt:")

    assert beside.startswith("Du går bredvid någon erfaren från och med nu")
    assert said.startswith("Du går bredvid än så länge")
    assert _texts(house, AMINA)[-1].startswith("Din introduktion är klar. Från och med nu kan du ta ärenden")
    assert (await _stands(house, amina.id)).is_experienced


async def test_an_introduced_trainee_is_told_both(house: House) -> None:
    nour = await builders.new_volunteer(house.service, "Nour", chat_id=NOUR)
    await builders.stands(house.service, nour, is_trainee=True)
    await house.hears(KARIN, "/volunteers Nour")

    for step in OnboardingStep:
        await _presses(house, KARIN, f"vs:{nour.id}:{step}:1")

    assert _last(house, NOUR) == (
        "Din introduktion är klar. Du går bredvid tills samordnaren säger till, och tar inga egna ärenden än."
    )


# Leaving.


async def test_access_ends_at_once_after_one_question_and_what_was_in_hand_goes_on(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    ahead = await builders.shift(house.service, amina, starts_at=clock.now() + timedelta(days=2))
    asker = await builders.claimed_case(house.service, amina)
    await house.hears(KARIN, "/volunteers Amina")

    await _presses(house, KARIN, f"ve:{amina.id}:disable:ask")
    asked = _last(house, KARIN)
    await _presses(house, KARIN, f"ve:{amina.id}:disable:yes")

    assert asked.startswith("Ska Amina stängas av?")
    assert "1 ärende" in _last(house, KARIN) and "1 kommande pass saknar någon." in _last(house, KARIN)
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert await table(house.service, "SELECT * FROM assignments WHERE shift_id = :id", id=ahead) == []
    assert not (await _stands(house, amina.id)).enabled
    await house.hears(AMINA, "/cases")
    assert "Mina ärenden" not in _last(house, AMINA)


async def test_let_in_again_there_are_new_links_and_the_introduction_still_counts(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.hears(KARIN, "/volunteers Amina")
    await _presses(house, KARIN, f"ve:{amina.id}:disable:ask")
    await _presses(house, KARIN, f"ve:{amina.id}:disable:yes")

    await _presses(house, KARIN, f"vb:{amina.id}")
    chat, _ = await _links_of(house)
    await house.hears(AMINA, f"/start {chat}")

    assert "Klart!" in _last(house, AMINA)
    assert (await _stands(house, amina.id)).is_experienced


async def test_who_has_left_has_no_name_and_the_hours_stay(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await builders.stands(house.service, amina, topics=["housing"], has_migrated=True)
    await house.hears(KARIN, "/volunteers Amina")

    await _presses(house, KARIN, f"ve:{amina.id}:leave:ask")
    await _presses(house, KARIN, f"ve:{amina.id}:leave:yes")

    assert _last(house, KARIN).endswith("Amina har slutat, och namnet är raderat.")
    (row,) = await table(house.service, "SELECT * FROM people WHERE id = :id", id=amina.id)
    assert (row.alias, row.alias_sealed, row.alias_hash, row.enabled) == (None, None, None, False)
    assert await table(house.service, "SELECT * FROM volunteer_profiles WHERE person_id = :id", id=amina.id) == []
    assert len(await table(house.service, "SELECT * FROM assignments WHERE person_id = :id", id=amina.id)) == 1
    await house.hears(KARIN, "/volunteers")
    assert "Amina" not in _last(house, KARIN)
    await house.hears(KARIN, "/invite Amina sv")
    assert "Amina är inbjuden." in _texts(house, KARIN)[-2]


async def test_a_card_of_somebody_who_has_left_says_so(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina")
    await house.hears(KARIN, "/volunteers")
    await house.hears(KARIN, "/volunteers Amina")
    stale, message = _button(house, KARIN, "vt:")
    await house.hears(KARIN, "/volunteers Amina")
    await _presses(house, KARIN, f"ve:{amina.id}:leave:ask")
    await _presses(house, KARIN, f"ve:{amina.id}:leave:yes")

    said = await house.pressed(KARIN, stale, message)
    listed = await _presses(house, KARIN, f"vc:{amina.id}")

    assert said == listed == "Den volontären finns inte längre här."


async def test_a_button_about_somebody_disabled_meanwhile_says_what_to_do_first(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina")
    await house.hears(KARIN, "/volunteers Amina")
    stale, message = _button(house, KARIN, "vt:")
    await house.hears(KARIN, "/volunteers Amina")
    await _presses(house, KARIN, f"ve:{amina.id}:disable:ask")
    await _presses(house, KARIN, f"ve:{amina.id}:disable:yes")

    assert await house.pressed(KARIN, stale, message) == "Volontären är avstängd. Släpp först in volontären igen."


async def test_nobody_ends_their_own_access(house: House) -> None:
    karin = await builders.person_named(house.service, "Karin")
    await house.hears(KARIN, "/volunteers Karin")
    await _presses(house, KARIN, f"ve:{karin}:disable:ask")

    said = await _presses(house, KARIN, f"ve:{karin}:disable:yes")

    assert said == "Du kan inte stänga av dig själv. Be en annan samordnare, eller den som sköter servern."
    assert (await _stands(house, karin)).enabled


# The list.


async def test_the_list_shows_how_each_stands_and_no_sum_under_three(house: House) -> None:
    for name in ("Amina", "Bo", "Carl"):
        made = await builders.volunteer(house.service, name)
        await builders.stands(house.service, made, has_migrated=name != "Carl")
    await builders.new_volunteer(house.service, "Nour", speaks=("ar",))

    await house.hears(KARIN, "/volunteers")
    two = _last(house, KARIN)
    await builders.stands(house.service, made, has_migrated=True)
    await house.hears(KARIN, "/volunteers")

    assert "Amina · Volontär · Svenska, Arabiska" in two
    assert "Nour · Ny · Arabiska" in two
    assert "Karin · Samordnare" in two
    assert "migrerat" not in two
    assert "Har sagt att de själva har migrerat: 3" in _last(house, KARIN)


async def test_a_long_list_has_pages(house: House) -> None:
    for n in range(11):
        await builders.volunteer(house.service, f"Frivillig {n:02}", on_shift=False)
    await house.hears(KARIN, "/volunteers")
    first = _last(house, KARIN)

    await _presses(house, KARIN, "vp:1")
    second = _last(house, KARIN)
    await _presses(house, KARIN, "vp:0")

    assert "Frivillig 09" in first and "Frivillig 10" not in first
    assert "Frivillig 10" in second and "Karin" in second
    assert _last(house, KARIN) == first


# What somebody says of themself.


async def test_two_presses_show_the_name_and_two_hide_it(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.hears(AMINA, "/me")
    await _presses(house, AMINA, "me:name")
    await _presses(house, AMINA, "men:1")
    asker = await builders.claimed_case(house.service, amina)
    shown = (await builders.screen(house.service, asker.id, Notice.CLAIMED))[-1]

    await _presses(house, AMINA, "men:0")
    other = await builders.claimed_case(house.service, amina, "En annan fråga")

    assert "Amina" in shown
    assert "Amina" not in " ".join(await builders.screen(house.service, other.id))


async def test_languages_subjects_and_places_are_pressed_on_and_off(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.hears(AMINA, "/me")

    for code in (
        "me:speaks",
        "mel:uk:1",
        "me:all",
        "me:topics",
        "met:housing:1",
        "me:all",
        "me:places",
        "mep:online:1",
    ):
        await _presses(house, AMINA, code)

    stands = await _stands(house, amina.id)
    assert (stands.speaks, stands.topics, stands.places) == (("sv", "ar", "uk"), ("housing",), ("online",))
    for code in ("me:all", "me:speaks", "mel:sv:0", "mel:ar:0"):
        await _presses(house, AMINA, code)
    assert await _presses(house, AMINA, "mel:uk:0") == "Minst ett språk behövs."
    assert (await _stands(house, amina.id)).speaks == ("uk",)


async def test_a_pause_gives_up_the_shifts_in_it_and_says_how_many(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA, on_shift=False)
    soon = await builders.shift(house.service, amina, starts_at=clock.now() + timedelta(days=3))
    later = await builders.shift(house.service, amina, starts_at=clock.now() + timedelta(days=20))
    await house.hears(AMINA, "/pause")

    await _presses(house, AMINA, "meu:1")

    told = _last(house, AMINA)
    assert told.startswith("Du hade 1 pass under pausen. Det är lämnat tillbaka")
    left = await table(house.service, "SELECT shift_id FROM assignments WHERE person_id = :id", id=amina.id)
    assert [row.shift_id for row in left] == [later] != [soon]
    today = clock.office_day(clock.now(), house.service.store.zone)
    stands = await _stands(house, amina.id)
    assert (stands.paused_from, stands.paused_until) == (today, today + timedelta(days=6))
    await _presses(house, AMINA, "me:pause")
    await _presses(house, AMINA, "mee")
    assert (await _stands(house, amina.id)).paused_from is None


async def test_who_goes_away_with_cases_in_hand_is_told_what_to_do_with_them(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await builders.claimed_case(house.service, amina)

    await house.hears(AMINA, "/pause 1/7-15/8")

    assert _last(house, AMINA).startswith("Du har 1 öppet ärende. Avsluta eller släpp det innan du är borta")


async def test_consent_to_be_counted_is_given_and_taken_back(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.hears(AMINA, "/me")
    before = _last(house, AMINA)
    await _presses(house, AMINA, "me:moved")
    asked = _last(house, AMINA)
    await _presses(house, AMINA, "mem:yes")
    said = await table(house.service, "SELECT * FROM volunteer_profiles WHERE person_id = :id", id=amina.id)

    await _presses(house, AMINA, "mem:back")

    assert "Har själv migrerat: inget sagt" in before
    assert "Du behöver inte svara." in asked and "Du kan ta tillbaka det när du vill." in asked
    assert said[0].has_migrated and said[0].has_migrated_told_at is not None
    (row,) = await table(house.service, "SELECT * FROM volunteer_profiles WHERE person_id = :id", id=amina.id)
    assert (row.has_migrated, row.has_migrated_told_at) == (None, None)
    assert "Har själv migrerat: inget sagt" in _last(house, AMINA)
    rows = await table(house.service, "SELECT params FROM outbox")
    assert not [row for row in rows if "has_migrated" in row.params], "a row outlives what was taken back"


async def test_a_coordinator_sees_everything_but_who_has_migrated(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina")
    await builders.stands(house.service, amina, has_migrated=True)

    await house.hears(KARIN, "/volunteers Amina")

    assert "igrerat" not in _last(house, KARIN)
    rows = await table(house.service, "SELECT params FROM outbox WHERE kind IN ('volunteer_card', 'volunteer_list')")
    assert not [row for row in rows if "migrated" in row.params]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/pause 31/2", "”31/2” är ingen dag."),
        ("/pause 15/8-1/7", None),
        ("/pause hej", "Det här förstår jag inte: ”hej”."),
        ("/pause 2020-01-01 - 2020-02-01", "Den pausen har redan varit."),
        ("/pause 2030-01-01 - 2030-02-01", None),
    ],
)
async def test_a_pause_that_cannot_be_is_answered_with_why_and_a_line_that_can(
    house: House, line: str, sentence: str | None
) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)

    await house.hears(AMINA, line)

    if sentence is not None:
        assert _last(house, AMINA).startswith(sentence), _last(house, AMINA)
        assert _last(house, AMINA).endswith("/pause 1/7-15/8")
        assert (await _stands(house, amina.id)).paused_from is None
