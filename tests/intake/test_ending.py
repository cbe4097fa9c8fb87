"""What ends something is asked about, and a word that waits is sent once or forgotten: on both databases."""

from datetime import timedelta

import pytest

from bot.engine import clock
from bot.privacy.texts import Erased
from bot.service import Service
from models.dialogue import Answer, Commanded
from models.notice import Notice
from tests import builders

STALE = Answer("no_longer_valid")


async def words_kept(service: Service) -> list[str]:
    rows = await builders.table(service, "SELECT id, words FROM messages ORDER BY seq")
    seal = service.store.seal
    return [seal.open(bytes(row.words), table="messages", column="words", row_id=row.id) for row in rows]


async def mark_of_waiting(asker: builders.Newcomer) -> str:
    told = await builders.said_to(asker.service, asker.id, Notice.UNKNOWN_COMMAND, Notice.NOT_DELETED)
    return str(told[-1].params["unsent"])


async def test_a_word_that_waits_is_sent_once(service: Service) -> None:
    asker = await builders.case_of(service)
    await asker.says("/hjälp")
    code = f"unsent:{await mark_of_waiting(asker)}"

    answers = [await asker.presses(code) for _ in range(2)]

    assert answers == [Answer(""), STALE]
    assert await words_kept(service) == ["Jag har fått ett brev", "/hjälp"]


async def test_a_word_that_waits_is_forgotten_after_a_day(service: Service) -> None:
    asker = await builders.case_of(service)
    await asker.says("/hjälp")
    code = f"unsent:{await mark_of_waiting(asker)}"

    clock.move(timedelta(hours=24, minutes=1))
    await builders.do_all_due(service)

    assert (await builders.one(service, "SELECT draft FROM conversations")).draft is None
    assert await asker.presses(code) == STALE
    assert await words_kept(service) == ["Jag har fått ett brev"]


async def test_who_holds_words_before_consent_and_a_waiting_word_loses_neither_to_the_other(service: Service) -> None:
    asker = await builders.newcomer(service, agreed=False)
    await asker.says("Min fråga")
    await asker.says("/hjälp")

    await asker.presses(f"unsent:{await mark_of_waiting(asker)}")
    await asker.presses("consent:yes")
    await asker.presses("held:send")

    assert await words_kept(service) == ["Min fråga\n/hjälp"]


@pytest.mark.parametrize("name", ["stop", "delete"])
async def test_a_command_alone_changes_nothing(service: Service, name: str) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    before = await builders.case_row(asker)

    await asker.does(Commanded(name))

    assert await builders.case_row(asker) == before
    assert await words_kept(service) == ["Jag har fått ett brev"]
    assert await builders.said_to(service, amina.id, Notice.CASE_WITHDRAWN) == []


async def test_a_question_about_deletion_asked_before_a_case_is_not_about_it(service: Service) -> None:
    asker = await builders.newcomer(service)
    await asker.does(Commanded("delete"))
    about = (await builders.said_to(service, asker.id, Notice.ASK_DELETE))[-1].params["about"]
    await asker.says("En fråga")

    answers = [await asker.presses(f"erase:{answer}:{about}") for answer in ("yes", "no")]

    assert answers == [STALE, STALE]
    assert await words_kept(service) == ["En fråga"]


async def test_a_question_of_one_newcomer_deletes_nothing_of_another(service: Service) -> None:
    asker, other = await builders.case_of(service, "Min"), await builders.case_of(service, "Din")
    await asker.does(Commanded("delete"))
    await asker.does(Commanded("stop"))
    about = (await builders.said_to(service, asker.id, Notice.ASK_DELETE))[-1].params["about"]

    answers = [await other.presses(code) for code in (f"erase:yes:{about}", f"stop:yes:{asker.case_id}")]

    assert answers == [STALE, STALE]
    assert sorted(await words_kept(service)) == ["Din", "Min"]
    assert {row.status for row in await builders.table(service, "SELECT status FROM cases")} == {"queued"}


# Who has asked nothing.


@pytest.mark.parametrize("agreed", [True, False])
async def test_who_has_asked_nothing_is_not_told_of_cases_or_statistics(service: Service, agreed: bool) -> None:
    asker = await builders.newcomer(service, agreed=agreed)
    words = service.words("sv")

    await asker.does(Commanded("stop"))
    await asker.does(Commanded("delete"))
    (stop,) = await builders.screen(service, asker.id, Notice.NOTHING_TO_STOP)
    (delete,) = await builders.screen(service, asker.id, Notice.ASK_DELETE)
    about = (await builders.said_to(service, asker.id, Notice.ASK_DELETE))[-1].params["about"]
    await asker.presses(f"erase:yes:{about}")

    assert words("nothing_asked_yet") in stop and words("nothing_to_stop") not in stop
    assert delete.splitlines() == [words("delete_sure"), words("delete_chat"), words("erased_chat_older")]
    (erased,) = await builders.table(service, "SELECT params FROM outbox WHERE kind = :kind", kind=Notice.ERASED)
    assert "asked" in str(erased.params), "kept where it is not as usual"
    assert words("erased_kept") not in Erased(asked=False).said(words, service.facts(clock.now())).text


async def test_the_offer_to_delete_everything_is_gone_once_the_question_stands(service: Service) -> None:
    asker = await builders.case_of(service)
    await asker.presses(f"stop:yes:{asker.case_id}")
    (offered,) = await builders.said_to(service, asker.id, Notice.STOPPED)

    await asker.presses("erase:ask")

    newest = (await builders.said_to(service, asker.id, Notice.STOPPED))[-1]
    assert newest.edits == offered.id and newest.params["pressed"], "it has no button any more"
    assert len(await builders.said_to(service, asker.id, Notice.ASK_DELETE)) == 1
