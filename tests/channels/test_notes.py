"""Internal notes on both channels. Whatever is tried with one, its words reach no newcomer and no transcript."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cases import cases, transcript
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import access
from models.case import spoken_code
from models.notice import Notice
from tests import builders
from tests.botapi import Shown
from tests.builders import Newcomer, Staff
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Browser, Site, opened_site

NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
AMINA, BO, ASKER = 500, 501, 900
SECRET = "Hon är rädd för sin bror"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def _claimed(house: House) -> tuple[Staff, str, Shown]:
    """Amina has a case on Telegram; its code, and the message with its newcomer's words."""
    amina = await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    code = (await builders.one(house.service, "SELECT code FROM cases")).code
    return amina, code, house.api.chat(AMINA).last


async def _says(house: House, text: str, reply_to: int | None = None, chat_id: int = AMINA) -> int:
    clock.move(timedelta(seconds=1))
    said = await house.api.says(chat_id, text, reply_to=reply_to, language_code="sv")
    await house.settle()
    return said.message_id


async def _nothing_left(house: House) -> None:
    """No newcomer was told a note, and no message of any case holds one."""
    everything = "\n".join(one.text for one in house.api.chat(ASKER).from_bot)
    assert SECRET not in everything
    async with house.service.store.look() as db:
        for row in await builders.table(house.service, "SELECT id, code FROM cases WHERE code IS NOT NULL"):
            case = await access.case_by_code(db, row.code)
            assert case is not None
            lines = await transcript.transcript(db, house.service.store.seal, case)
            assert not any(SECRET in text for line in lines for text in (line.text, *line.earlier))


async def _notes(house: House) -> list[str]:
    from bot.cases import notes

    case_id = (await builders.one(house.service, "SELECT id FROM cases")).id
    async with house.service.store.look() as db:
        return [note.text for note in await notes.of_case(db, house.service.store.seal, case_id)]


async def test_a_reply_with_note_is_a_note_and_the_next_holder_reads_who_wrote_it_and_when(house: House) -> None:
    _, code, hers = await _claimed(house)
    await builders.volunteer(house.service, "Bo", chat_id=BO)

    await _says(house, f"/note {SECRET}", hers.message_id)

    assert "Antecknat i ärende" in house.last(AMINA) and spoken_code(code) in house.last(AMINA)
    release = [code for one in house.api.chat(AMINA).visible for code in codes_of(one) if code.startswith("release:")]
    await house.pressed(AMINA, release[-1])
    await house.claims(BO)
    card = next(one for one in house.api.chat(BO).visible if any(c.startswith("notes:") for c in codes_of(one)))
    button = next(c for c in codes_of(card) if c.startswith("notes:"))
    await house.pressed(BO, button, card.message_id)
    shown = house.last(BO)
    assert "Amina" in shown and "i dag kl. 12:00" in shown
    assert SECRET in shown and "aldrig besökaren" in shown
    await _nothing_left(house)


async def test_a_note_with_the_number_of_the_case_and_one_without_either(house: House) -> None:
    _, code, _ = await _claimed(house)

    await _says(house, f"/note {spoken_code(code)} {SECRET}")
    assert await _notes(house) == [SECRET]

    await _says(house, f"/note {SECRET} igen")
    assert "inte tydligt vilket ärende" in house.last(AMINA)
    await _says(house, "/note")
    assert any(c.startswith("notes:") for c in codes_of(house.api.chat(AMINA).last))
    await _says(house, f"/note 000 000 0 {SECRET}")
    assert "inget sådant ärende" in house.last(AMINA)
    assert await _notes(house) == [SECRET]
    await _nothing_left(house)


async def test_changing_the_message_changes_the_note_whatever_it_becomes(house: House) -> None:
    _, _, hers = await _claimed(house)
    message = await _says(house, f"/note {SECRET}", hers.message_id)

    for text, kept in (
        (f"/note {SECRET}, och far", f"{SECRET}, och far"),
        (f"{SECRET} utan kommando", f"{SECRET} utan kommando"),
        ("/note", f"{SECRET} utan kommando"),
        (f"/note 000 000 0 {SECRET}", f"{SECRET} utan kommando"),  # another case's number
    ):
        await house.api.edits(AMINA, message, text)
        await house.settle()
        assert await _notes(house) == [kept], text
    await _nothing_left(house)


async def test_an_answer_to_a_note_goes_to_nobody(house: House) -> None:
    _, _, hers = await _claimed(house)
    typed = await _says(house, "/note Ring inte", hers.message_id)
    kept = house.api.chat(AMINA).last.message_id
    case_id = (await builders.one(house.service, "SELECT id FROM cases")).id
    await house.pressed(AMINA, f"notes:{case_id}")
    listed = house.api.chat(AMINA).last.message_id
    await _says(house, "/note")
    usage = house.api.chat(AMINA).last.message_id

    for answered in (typed, kept, listed, usage):
        await _says(house, SECRET, answered)
        assert "skickats till någon" in house.last(AMINA), answered
    assert await builders.table(house.service, "SELECT id FROM held_lines") == []
    await _nothing_left(house)


async def test_what_a_bot_said_is_forwarded_to_nobody(house: House) -> None:
    await _claimed(house)

    await house.api.says(AMINA, f"Anteckningar\n{SECRET}", forwarded="bot", language_code="sv")
    await house.settle()

    assert "vidarebefordrade" in house.last(AMINA)
    await _nothing_left(house)


async def test_an_answer_with_note_to_a_note_is_another_note(house: House) -> None:
    _, _, hers = await _claimed(house)
    typed = await _says(house, "/note Ett", hers.message_id)
    kept = house.api.chat(AMINA).last.message_id

    await _says(house, "/note Två", typed)
    await _says(house, "/note Tre", kept)

    assert await _notes(house) == ["Ett", "Två", "Tre"]


async def test_a_reply_that_was_sent_does_not_become_a_note_and_its_note_is_not_sent(house: House) -> None:
    _, _, hers = await _claimed(house)
    message = await _says(house, "Hej", hers.message_id)

    await house.api.edits(AMINA, message, f"/note {SECRET}")
    await house.settle()

    assert await _notes(house) == []
    await _nothing_left(house)


async def test_a_line_that_is_held_and_becomes_a_note_is_not_sent(house: House) -> None:
    amina, code, _ = await _claimed(house)
    second = await builders.case_of(house.service, "En annan fråga")
    await builders.claims(house.service, amina, second)
    await house.settle()
    message = await _says(house, "Vem menas?")
    assert any(c.startswith("pick:") for c in codes_of(house.api.chat(AMINA).last))

    await house.api.edits(AMINA, message, f"/note {spoken_code(code)} {SECRET}")
    await house.settle()

    assert await builders.table(house.service, "SELECT id FROM held_lines") == []
    notes = await builders.table(house.service, "SELECT case_id FROM case_notes")
    assert [row.case_id for row in notes] != [second.case_id] and len(notes) == 1
    await _nothing_left(house)


async def test_who_lost_the_case_notes_nothing_in_it_and_changes_nothing(house: House) -> None:
    amina, _, hers = await _claimed(house)
    message = await _says(house, f"/note {SECRET}", hers.message_id)
    async with builders.acting(house.service, amina) as work:
        case_id = (await builders.one(house.service, "SELECT id FROM cases")).id
        await cases.release_case(work, case_id=case_id, seen_seq=2**50)
    await house.settle()

    await _says(house, f"/note {SECRET} till", hers.message_id)
    assert "inget sådant ärende" in house.last(AMINA)
    await house.api.edits(AMINA, message, "/note Annat")
    await house.settle()

    assert await _notes(house) == [SECRET]
    kept = next(one for one in house.api.chat(AMINA).visible if "Antecknat i ärende" in one.text)
    assert await house.pressed(AMINA, f"notes:{case_id}", kept.message_id) == house.words("sv")("no_longer_valid")
    await _nothing_left(house)


async def test_notes_leave_the_chat_with_the_case(house: House) -> None:
    _, _, hers = await _claimed(house)
    await _says(house, f"/note {SECRET}", hers.message_id)
    case_id = (await builders.one(house.service, "SELECT id FROM cases")).id
    await house.pressed(AMINA, f"notes:{case_id}")
    assert SECRET in house.last(AMINA)

    await house.stops(ASKER)

    assert not any(SECRET in text for text in house.texts(AMINA))


async def test_notes_are_sealed_and_go_with_the_newcomer(house: House) -> None:
    _, _, hers = await _claimed(house)
    await _says(house, f"/note {SECRET}", hers.message_id)
    rows = await builders.table(house.service, "SELECT words FROM case_notes")
    assert SECRET.encode() not in bytes(rows[0].words)

    await house.erases(ASKER)

    assert await builders.table(house.service, "SELECT id FROM case_notes") == []


# At the desk.


async def _opened(site: Site) -> tuple[Staff, Newcomer, Browser, dict[str, str]]:
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    browser = await site.desk_of(amina)
    page = await browser.get(f"/desk/cases/{asker.case_id}")
    return amina, asker, browser, {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")}


async def _sent(site: Site, asker: Newcomer) -> str:
    return "\n".join(await builders.screen(site.service, asker.id))


async def test_the_note_s_button_keeps_a_note_and_what_was_half_written_beside_it(site: Site) -> None:
    _, asker, browser, fields = await _opened(site)

    page = await browser.post(f"/desk/cases/{asker.case_id}/note", {**fields, "text": "Halvt", "note": SECRET})
    await browser.post(f"/desk/cases/{asker.case_id}/note", {**fields, "text": "Halvt", "note": SECRET})

    assert page.text.count(SECRET) == 1 and "Amina" in page.words and page.box.strip() == "Halvt"
    assert len(await builders.table(site.service, "SELECT id FROM case_notes")) == 1
    assert SECRET not in await _sent(site, asker)


@pytest.mark.parametrize("act", ["reply", "draft", "release", "keep", "not-advice"])
async def test_a_note_beside_any_other_act_is_kept_as_a_note(site: Site, act: str) -> None:
    _, asker, browser, fields = await _opened(site)
    text = "Ett svar" if act == "reply" else ""

    await browser.post(f"/desk/cases/{asker.case_id}/{act}", {**fields, "text": text, "note": SECRET, "until": "2h"})

    assert len(await builders.table(site.service, "SELECT id FROM case_notes")) == 1
    assert SECRET not in await _sent(site, asker)
    assert await builders.table(site.service, "SELECT id FROM desk_drafts") == []


async def test_fields_swapped_are_refused_and_nothing_is_lost(site: Site) -> None:
    _, asker, browser, fields = await _opened(site)

    page = await browser.post(f"/desk/cases/{asker.case_id}/note", {**fields, "text": SECRET, "note": " "})
    assert page.status == 422 and page.box.strip() == SECRET
    page = await browser.post(f"/desk/cases/{asker.case_id}/reply", {**fields, "text": " ", "note": SECRET})
    assert page.status == 422 and SECRET in page.text
    long = "x" * 2_001
    page = await browser.post(f"/desk/cases/{asker.case_id}/note", {**fields, "text": "", "note": long})
    assert page.status == 422 and long in page.text

    assert await builders.table(site.service, "SELECT id FROM case_notes") == []
    assert SECRET not in await _sent(site, asker)


async def test_nobody_else_reads_or_writes_notes_at_the_desk(site: Site) -> None:
    amina, asker, browser, fields = await _opened(site)
    await browser.post(f"/desk/cases/{asker.case_id}/note", {**fields, "note": SECRET})
    other = await site.desk_of(await builders.volunteer(site.service, "Bo"))

    assert (await other.post(f"/desk/cases/{asker.case_id}/note", {"note": "Jag också"})).status == 404
    assert (await other.get(f"/desk/cases/{asker.case_id}")).status == 404
    async with builders.acting(site.service, amina) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)
    lost = await browser.get(f"/desk/cases/{asker.case_id}")
    assert SECRET not in lost.text
    assert await builders.said_to(site.service, amina.id, Notice.CASE_NOTES) == []


async def test_notes_go_with_the_words_of_the_case(site: Site) -> None:
    _, asker, browser, fields = await _opened(site)
    await browser.post(f"/desk/cases/{asker.case_id}/not-advice", {**fields, "text": "", "note": SECRET})
    clock.freeze(clock.now() + timedelta(days=site.service.settings.retention_days + 2))

    await builders.purge(site.service)

    assert await builders.table(site.service, "SELECT id FROM case_notes") == []
