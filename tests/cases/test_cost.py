"""What an act asks of the database does not grow with how many are on shift, and nothing is compiled anew for it."""

import pytest
from sqlalchemy.sql.compiler import SQLCompiler

from bot.cases import cases
from bot.people import people
from bot.service import Service
from models.buttons import TAP
from models.notice import Notice
from models.people import Role
from tests import builders, plans
from tests.builders import Staff
from tests.security.scene import statements_counted

FEW, MANY = 3, 500
AN_ACT = 50  # volunteers: an act may not last


async def _on_shift(service: Service, first: int, last: int) -> list[Staff]:
    """Volunteers with these numbers, who are on shift now; every second one has Telegram."""
    made, about = [], {"language": "sv", "speaks": ["sv"]}
    for begins in range(first, last, AN_ACT):
        async with service.store.work() as work:
            for n in range(begins, min(begins + AN_ACT, last)):
                person = await people.add_staff(work, role=Role.VOLUNTEER, alias=f"Frivillig {n:03}", **about)
                if n % 2 == 0:
                    await people.link_telegram(work, person, 50_000 + n)
                made.append(Staff(person, f"Frivillig {n:03}"))
    await builders.shift(service, *made)
    return made


async def _statements_of_a_case(service: Service, volunteer: Staff, *, chat_id: int) -> list[int]:
    """How many statements it takes to open a case, to say more, to name its subject, to claim it, give it back, and
    close it at her word."""
    asker = await builders.newcomer(service, chat_id=chat_id)
    with statements_counted(service) as opening:
        await asker.says("Jag har fått ett brev")
    await builders.note_case(asker)
    with statements_counted(service) as adding:
        await asker.says("Och en sak till")
    with statements_counted(service) as naming:
        await asker.presses(TAP.code("category", "housing"))
    with statements_counted(service) as claiming:
        async with builders.acting(service, volunteer) as work:
            await cases.claim_case(work, case_id=asker.case_id)
    with statements_counted(service) as releasing:
        async with builders.acting(service, volunteer) as work:
            await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)
    with statements_counted(service) as stopping:
        await asker.commands("stop")
    return [len(one) for one in (opening, adding, naming, claiming, releasing, stopping)]


async def test_an_act_asks_as_much_with_three_on_shift_as_with_five_hundred(service: Service) -> None:
    few = await _on_shift(service, 0, FEW)
    await _statements_of_a_case(service, few[0], chat_id=900)
    with_few = await _statements_of_a_case(service, few[0], chat_id=901)
    await _on_shift(service, FEW, MANY)

    with_many = await _statements_of_a_case(service, few[0], chat_id=902)

    assert with_many == with_few
    cards = await builders.table(service, f"SELECT address_id FROM outbox WHERE kind = '{Notice.OFFERED}'")
    assert len({row.address_id for row in cards}) == MANY


async def test_cards_that_have_been_sent_are_changed_together(service: Service) -> None:
    asked, delivery = [], builders.delivery_of(service, builders.Postbox())
    for chats in (range(100, 102), range(200, 205)):
        for chat_id in chats:
            await builders.volunteer(service, f"Frivillig {chat_id}", chat_id=chat_id)
        asker = await builders.newcomer(service)
        await asker.says("Jag har fått ett brev")
        await builders.deliver_all(delivery)
        with statements_counted(service) as adding:
            await asker.says("Och en sak till")
        with statements_counted(service) as naming:  # before what was added has left
            await asker.presses(TAP.code("category", "housing"))
        await builders.deliver_all(delivery)
        asked.append((len(adding), len(naming)))

    assert asked[0] == asked[1]
    await builders.note_case(asker)
    sent = "SELECT id FROM outbox WHERE kind = 'offered' AND case_id = :case AND edits IS NULL"
    said = "SELECT edits, params FROM outbox WHERE kind = 'offered' AND case_id = :case AND edits IS NOT NULL"
    changes = await builders.table(service, said, case=asker.case_id)
    assert {row.edits for row in changes} == {row.id for row in await builders.table(service, sent, case=asker.case_id)}
    assert len(changes) == 7
    assert all('"housing"' in row.params and '"messages": 2' in row.params for row in changes)


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_case_is_opened_without_looking_through_everybody(house: Service, is_there: bool) -> None:
    if is_there:
        await _on_shift(house, 0, FEW)
    asker = await builders.newcomer(house)

    with plans.asked(house.store) as heard:
        await asker.says("Jag har fått ett brev")

    for table in ("people", "addresses", "conversations", "messages", "outbox", "shifts", "assignments", "duties"):
        assert await plans.whole_reads(house.store, heard, table) == []


async def test_nothing_is_compiled_anew_once_it_has_been_asked(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    volunteer = (await _on_shift(service, 0, FEW))[0]
    for chat_id in (900, 901, 902):
        await _statements_of_a_case(service, volunteer, chat_id=chat_id)
    compiled: list[str] = []
    compile_once = SQLCompiler.__init__

    def noted(self: SQLCompiler, *args: object, **options: object) -> None:
        compiled.append(str(args[1])[:200] if len(args) > 1 else "?")
        compile_once(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(SQLCompiler, "__init__", noted)

    await _statements_of_a_case(service, volunteer, chat_id=903)

    assert compiled == []
