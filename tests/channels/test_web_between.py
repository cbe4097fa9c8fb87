"""A hand-over at the desk, with forms alone: offered, read, accepted; nothing half written is lost."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases import cases, handing_over
from bot.language.i18n import Catalogues
from bot.volunteers import leaving
from models.notice import Notice
from tests import builders
from tests.channels.web_fixtures import Browser, Site, opened_site

NOTE = "Hon väntar på svar från CSN"


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def _fields(browser: Browser, path: str) -> dict[str, str]:
    page = await browser.get(path)
    return {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")}


async def test_a_case_is_handed_over_at_the_desk(site: Site) -> None:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    asker = await builders.claimed_case(site.service, amina)
    path = f"/desk/cases/{asker.case_id}"
    hers, his = await site.desk_of(amina), await site.desk_of(bo)
    fields = await _fields(hers, path)

    sent = {**fields, "text": "Halvt", "hand_to": f"p{bo.id}", "hand_note": NOTE}
    shown = await hers.post(f"{path}/hand-over", sent)
    assert shown.status == 200 and "har fått frågan" in shown.words and shown.box.strip() == "Halvt"
    await hers.post(f"{path}/hand-over", sent)
    assert len(await builders.table(site.service, "SELECT id FROM hand_overs")) == 1

    desk = await his.get("/desk")
    assert "vill lämna över ärende" in desk.words and NOTE not in desk.text
    (link,) = re.findall(r'href="(/desk/hand-overs/\d+)"', desk.text)
    unread = await his.post(f"{link}/accept")
    assert unread.status == 422 and "Läs anteckningen först" in unread.words
    offer = await his.get(link)
    assert NOTE in offer.words
    assert (await hers.get(link)).status == 404
    accepted = await his.post(f"{link}/accept")

    assert accepted.url == path and NOTE in accepted.words and "Jag har fått ett brev" in accepted.words
    assert "har tagit över ärende" in (await hers.get("/desk")).words
    lost = await hers.get(path)
    assert lost.status == 410 and "Halvt" in lost.text and NOTE not in lost.text
    assert len(await builders.said_to(site.service, asker.id, Notice.HANDED_OVER)) == 1


async def test_it_is_refused_taken_back_and_nothing_typed_is_lost(site: Site) -> None:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    asker = await builders.claimed_case(site.service, amina)
    path = f"/desk/cases/{asker.case_id}"
    hers, his = await site.desk_of(amina), await site.desk_of(bo)
    fields = await _fields(hers, path)

    for sent in (
        {"hand_to": f"p{bo.id}", "hand_note": " "},
        {"hand_to": "p999", "hand_note": NOTE},
        {"hand_note": NOTE},
    ):
        refused = await hers.post(f"{path}/hand-over", {**fields, "text": "Halvt", **sent})
        assert refused.status == 422 and refused.box.strip() == "Halvt"
        assert sent["hand_note"].strip() in refused.text
    await hers.post(f"{path}/hand-over", {**fields, "text": "", "hand_to": f"p{bo.id}", "hand_note": NOTE})
    (link,) = re.findall(r'href="(/desk/hand-overs/\d+)"', (await his.get("/desk")).text)
    await his.post(f"{link}/refuse")
    assert "kan inte ta ärende" in (await hers.get("/desk")).words
    gone = await his.get(link)
    assert NOTE not in gone.text and "formaction" not in gone.text

    await hers.post(f"{path}/hand-over", {**await _fields(hers, path), "hand_to": "lar", "hand_note": NOTE})
    offered = re.search(r'name="hand_over" value="(\d+)"', (await hers.get(path)).text)
    assert offered
    back = await hers.post(f"{path}/hand-back", {**await _fields(hers, path), "hand_over": offered[1]})
    assert 'name="hand_to"' in back.text
    late = await hers.post(f"{path}/hand-back", {**await _fields(hers, path), "hand_over": offered[1]})
    assert late.status == 409


@pytest.mark.parametrize("act", ["reply", "keep"])
async def test_a_note_for_the_next_beside_another_act_is_kept_as_a_note(site: Site, act: str) -> None:
    amina, _ = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    asker = await builders.claimed_case(site.service, amina)
    path = f"/desk/cases/{asker.case_id}"
    hers = await site.desk_of(amina)

    fields = await _fields(hers, path)
    page = await hers.post(f"{path}/{act}", {**fields, "text": "Hej", "hand_note": NOTE, "until": "2h"})

    assert page.text.count(NOTE) == 1
    assert NOTE not in "\n".join(await builders.screen(site.service, asker.id))
    assert await builders.table(site.service, "SELECT id FROM hand_overs") == []


async def test_she_reads_on_the_web_who_goes_on_and_no_note(site: Site) -> None:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    her = site.browser()
    await her.agrees()
    await her.says("Jag har fått ett brev")
    case_id = (await builders.one(site.service, "SELECT id FROM cases")).id
    async with builders.acting(site.service, amina) as work:
        await cases.claim_case(work, case_id=case_id)
        await handing_over.offer(work, case_id=case_id, note=NOTE, person_id=bo.id)
    hand_over = (await builders.one(site.service, "SELECT id FROM hand_overs")).id
    async with builders.acting(site.service, bo) as work:
        await handing_over.note_shown(work, hand_over)
        await handing_over.accept(work, hand_over)

    page = await her.get("/sv/chat")

    assert "En annan rådgivare har nu ditt ärende" in page.words and NOTE not in page.text


@pytest.mark.parametrize("act", ["note", "hand-over"])
async def test_who_loses_access_with_a_note_open_reads_so_and_nothing_of_it_is_kept(site: Site, act: str) -> None:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    asker = await builders.claimed_case(site.service, amina)
    path = f"/desk/cases/{asker.case_id}"
    hers = await site.desk_of(amina)
    fields = await _fields(hers, path)
    async with site.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    page = await hers.post(f"{path}/{act}", {**fields, "note": NOTE, "hand_to": f"p{bo.id}", "hand_note": NOTE})

    assert page.status == 404 and "Du är inte inloggad." in page.words
    assert "Jag har fått ett brev" not in page.text
    for name in ("case_notes", "hand_overs", "desk_drafts"):
        assert await builders.table(site.service, f"SELECT 1 FROM {name}") == [], name
    assert NOTE not in "\n".join(await builders.screen(site.service, asker.id))
    assert (await builders.case_row(asker)).status == "queued"
