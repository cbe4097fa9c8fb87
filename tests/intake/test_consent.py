"""What a newcomer agrees to: short, whole, a message of its own, and asked anew once it says something else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours.told import SessionTold
from bot.intake import threads
from bot.intake.texts import NoConsent, NotAgreedAnew
from bot.intake.texts_dialogue import AskConsent, Statement
from bot.language.i18n import Catalogues, Ltr
from bot.language.parts import Facts, privacy_text
from bot.language.textshape import without_bidi_controls
from bot.service import Service
from models.dialogue import Answer, Edited, Unreadable
from models.intake import CONSENT_VERSION
from models.notice import Notice
from models.people import Channel, Language
from tests import builders
from tests.builders import Newcomer
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.telling import ways
from tests.telling.keep_samples import facts_of

MOST_WORDS = 90
OLDER_QUESTION, NEW_QUESTION = "Jag har fått ett brev", "Nu gäller det skolan"


@pytest.fixture
def facts(catalogues: Catalogues) -> Facts:
    return replace(facts_of(catalogues), controller="Individuell Människohjälp (IM)", web_words_travel=True)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("language", list(Language))
def test_the_part_on_consent_is_said_in_ninety_words_and_leaves_nothing_out(
    catalogues: Catalogues, facts: Facts, language: str, channel: Channel
) -> None:
    words = catalogues.words(language)

    said = AskConsent(channel=channel, alone=True).said(words, facts)

    assert len(said.text.split()) <= MOST_WORDS
    lines = said.text.split("\n")
    assert lines[0] == words("consent_intro") and lines[-1] == words("consent_ask")
    assert "Individuell Människohjälp" in said.text, "who is responsible"
    for key in ("consent_who_reads", "consent_rights"):
        assert words(key) in lines
    assert words("retention", n=30) in lines
    assert ("/privacy" if channel == Channel.TELEGRAM else words("web_menu_privacy")) in lines[-2], "where more stands"
    assert [choice.code for row in said.rows for choice in row] == ["consent:yes", "consent:no"]


@pytest.mark.parametrize("language", list(Language))
def test_the_question_names_health_and_religion_in_every_language(catalogues: Catalogues, language: str) -> None:
    named = {
        "sv": ("hälsa", "religion"), "en": ("health", "religion"), "ar": ("الصحة", "الدين"), "fa": ("سلامت", "دین"),
        "uk": ("здоров’я", "релігію"),
    }  # fmt: skip

    asked = catalogues.words(language)("consent_ask")

    assert all(kind in asked for kind in named[language])


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("language", list(Language))
def test_the_statement_before_it_is_as_long_as_it_was(
    catalogues: Catalogues, facts: Facts, language: str, channel: Channel
) -> None:
    words = catalogues.words(language)

    told = Statement(channel=channel).said(words, facts).text.split("\n")

    travels = "web_words_travel" if channel == Channel.WEB else "telegram_not_secret"
    for key in ("welcome", "statement_free", "not_authority", "not_lawyer"):
        assert words(key) in told
    assert words("danger_112", number=Ltr("112")) in told
    assert any(line.startswith(words(travels, address="").split(":")[0]) for line in told)


@pytest.mark.parametrize("language", list(Language))
def test_a_row_of_before_still_has_the_statement_above_its_question(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    words = catalogues.words(language)

    told = AskConsent.read({"channel": "telegram"}).said(words, facts).text

    assert words("not_authority") in told and words("consent_ask") in told


async def test_the_statement_and_the_consent_are_two_messages_and_the_buttons_stand_last(service: Service) -> None:
    asker = await builders.newcomer(service, agreed=False)

    rows = await builders.said_to(service, asker.id)

    assert [row.kind for row in rows][-2:] == [Notice.STATEMENT, Notice.ASK_CONSENT]
    statement, consent = (await builders.screen(service, asker.id))[-2:]
    words = service.words("sv")
    assert words("consent_ask") in consent and words("consent_ask") not in statement
    assert words("not_authority") in statement and words("not_authority") not in consent


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("channel", list(Channel))
def test_the_privacy_text_says_who_what_for_how_long_the_rights_and_the_exception(
    catalogues: Catalogues, facts: Facts, language: str, channel: Channel
) -> None:
    words, exception = catalogues.words(language), {
        "sv": ("liv är i fara", "barn far illa"), "en": ("life is in danger", "child is being harmed"),
        "ar": ("حياة شخص في خطر", "طفل يتعرّض للأذى"), "fa": ("جان کسی در خطر", "کودکی آسیب"),
        "uk": ("життя в небезпеці", "дитині завдають шкоди"),
    }[language]  # fmt: skip

    told = without_bidi_controls(privacy_text(words, facts, channel=channel))

    assert all(part in told for part in exception)
    for key in ("privacy_basis", "privacy_rights", "complaint_imy"):
        assert words(key) in told
    assert "Individuell Människohjälp" in told and "070-174 06 05" in told and "30" in told
    assert (words("web_words_travel") in told) == (channel == Channel.WEB)


# Asked anew.


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> object:
    """From when it is called on, what is agreed to is another text."""
    return lambda: monkeypatch.setattr(threads, "CONSENT_VERSION", CONSENT_VERSION + 1)


async def version_of(asker: Newcomer) -> int:
    row = await builders.one(
        asker.service, "SELECT consent_version FROM conversations WHERE newcomer_id = :id", id=asker.id
    )
    version: int = row.consent_version
    return version


async def cases_of(asker: Newcomer) -> list[str]:
    found = await builders.table(
        asker.service, "SELECT status FROM cases WHERE newcomer_id = :id ORDER BY opened_at", id=asker.id
    )
    return [row.status for row in found]


async def kept(service: Service) -> list[str]:
    rows = await builders.table(service, "SELECT id, words FROM messages ORDER BY seq")
    seal = service.store.seal
    return [seal.open(bytes(row.words), table="messages", column="words", row_id=row.id) for row in rows]


async def closed_long_ago(service: Service) -> Newcomer:
    """A newcomer whose case was closed three weeks ago: what they write now is a new question."""
    clock.freeze(clock.now())
    asker = await builders.case_of(service, OLDER_QUESTION)
    await asker.commands("stop")
    clock.move(timedelta(days=21))
    return asker


async def test_who_agreed_to_today_s_text_is_not_asked_again(service: Service) -> None:
    asker = await closed_long_ago(service)

    await asker.says(NEW_QUESTION)

    assert await cases_of(asker) == ["closed", "queued"]


async def test_who_agreed_to_an_older_text_is_asked_before_a_new_question(service: Service, newer) -> None:
    asker = await closed_long_ago(service)
    newer()

    await asker.says(NEW_QUESTION)

    assert await cases_of(asker) == ["closed"] and await kept(service) == [OLDER_QUESTION]
    told = [row.kind for row in await builders.said_to(service, asker.id)][-2:]
    assert told == [Notice.CONSENT_CHANGED, Notice.ASK_CONSENT]
    assert service.words("sv")("words_held") in (await builders.screen(service, asker.id))[-2]


async def test_after_yes_the_question_that_waited_is_offered_and_sent(service: Service, newer) -> None:
    asker = await closed_long_ago(service)
    newer()
    await asker.says(NEW_QUESTION)
    await asker.says("och dagis")

    await asker.presses("consent:yes")
    await asker.presses("held:send")

    assert await version_of(asker) == CONSENT_VERSION + 1
    (changed,) = (await builders.screen(service, asker.id, Notice.CONSENT_CHANGED))[1:]
    assert service.words("sv")("words_held") not in changed, "that nothing has been sent is not left standing"
    assert await cases_of(asker) == ["closed", "queued"]
    assert await kept(service) == [OLDER_QUESTION, f"{NEW_QUESTION}\noch dagis"]


async def test_after_no_what_waited_is_gone_and_what_was_agreed_to_before_stays(service: Service, newer) -> None:
    asker = await closed_long_ago(service)
    newer()
    await asker.says(NEW_QUESTION)

    await asker.presses("consent:no")

    assert await cases_of(asker) == ["closed"] and await kept(service) == [OLDER_QUESTION]
    assert (await builders.one(service, "SELECT draft FROM conversations")).draft is None
    told = (await builders.screen(service, asker.id, Notice.NOT_AGREED_ANEW))[-1]
    words = service.words("sv")
    assert told.startswith(words("not_agreed_anew")) and words("command_delete") in told
    assert words("closed_now") not in told and words("online_any_time") not in told
    await asker.says(NEW_QUESTION)
    assert (await builders.said_to(service, asker.id))[-1].kind == Notice.ASK_CONSENT, "the next one asks again"


async def test_a_running_case_is_not_interrupted(service: Service, newer) -> None:
    asker = await builders.case_of(service, OLDER_QUESTION)
    newer()

    await asker.says(NEW_QUESTION)
    await asker.presses("tap:category:housing")

    assert await cases_of(asker) == ["queued"] and await kept(service) == [OLDER_QUESTION, NEW_QUESTION]
    assert len(await builders.said_to(service, asker.id, Notice.ASK_CONSENT)) == 1 + 1, "the first, and its ✓"


async def test_a_case_closed_lately_is_opened_again_without_asking(service: Service, newer) -> None:
    asker = await builders.case_of(service, OLDER_QUESTION)
    await asker.commands("stop")
    newer()

    await asker.says(NEW_QUESTION)

    assert await cases_of(asker) == ["queued"]


async def test_words_of_before_the_first_consent_wait_for_today_s_text_too(service: Service, newer) -> None:
    asker = await builders.newcomer(service, agreed=False)
    await asker.says(NEW_QUESTION)
    await asker.presses("consent:yes")
    newer()

    answer = await asker.presses("held:send")

    assert answer == Answer("") and await cases_of(asker) == [] and await kept(service) == []
    assert (await builders.said_to(service, asker.id))[-1].kind == Notice.ASK_CONSENT
    await asker.presses("consent:yes")
    await asker.presses("held:send")
    assert await cases_of(asker) == ["queued"] and await kept(service) == [NEW_QUESTION]


async def test_a_caption_and_a_late_edit_are_new_questions_too(service: Service, newer) -> None:
    asker = await closed_long_ago(service)
    newer()

    await asker.does(Unreadable("photo", text=NEW_QUESTION))
    await asker.does(Edited("Skolan, menar jag"), external_id="later")

    assert await cases_of(asker) == ["closed"] and await kept(service) == [OLDER_QUESTION]


async def test_what_waits_for_a_new_yes_is_forgotten_after_a_day(service: Service, newer) -> None:
    asker = await closed_long_ago(service)
    newer()
    await asker.says(NEW_QUESTION)

    clock.move(timedelta(hours=24, minutes=1))
    await builders.do_all_due(service)

    assert (await builders.one(service, "SELECT draft FROM conversations")).draft is None


async def test_on_the_web_the_same_login_goes_on_after_a_new_yes(service: Service, newer) -> None:
    asker = await builders.newcomer_on_web(service)
    newer()

    await asker.says(NEW_QUESTION)
    await asker.presses("consent:yes")
    await asker.presses("held:send")

    assert await cases_of(asker) == ["queued"]


# No.


@pytest.mark.parametrize("language", list(Language))
def test_who_says_no_is_not_invited_to_write(catalogues: Catalogues, facts: Facts, language: str) -> None:
    words = catalogues.words(language)
    invitations = [words(key) for key in ("closed_now", "online_any_time", "online_in_hours", "answering_now")]
    invitations.append(words("online_next", session="\0").split("\0")[0].strip())

    for no in (*ways.ways(NoConsent), *ways.ways(NotAgreedAnew)):
        told = no.said(words, facts).text
        assert [one for one in invitations if one in told] == [], no
        assert "070-174 06 05" in told, "there is another way"


def test_who_says_no_reads_where_to_come_instead(catalogues: Catalogues, facts: Facts) -> None:
    words, no = catalogues.words("sv"), NoConsent(sessions=tuple(ways.values_of(SessionTold))[:1], open=())

    told = no.said(words, facts).text

    assert "Testgatan 2" in told and words("drop_in") in told
    assert words("no_sessions_planned") in NoConsent(open=()).said(words, facts).text


# Words before the answer, and after a "no".


HERS = 900


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.mark.parametrize("said", ["Jag har fått ett brev", "Hej"])
async def test_after_no_what_is_typed_is_answered_with_what_becomes_of_it_and_where_there_is_help(
    house: House, said: str
) -> None:
    words = house.words("sv")
    await house.hears(HERS, "/start")
    await house.pressed(HERS, "lang:sv")
    await house.pressed(HERS, "consent:no")
    refused = without_bidi_controls(house.last(HERS)).splitlines()

    await house.hears(HERS, said)

    told = without_bidi_controls(house.last(HERS)).splitlines()
    assert told[:4] == [
        words("words_wait_language"), words("other_help"), f"/help {words('command_help')}",
        f"/hours {words('command_hours')}",
    ]  # fmt: skip
    assert "lang:sv" in codes_of(house.api.chat(HERS).last), "and how to say yes after all"
    assert refused[-2:] == [f"/help {words('command_help')}", "Ändrar du dig? Börja om med /start."]

    clock.move(timedelta(hours=24, minutes=1))
    await builders.do_all_due(house.service)
    assert (await builders.one(house.service, "SELECT draft FROM conversations")).draft is None, "within 24 hours"


async def test_who_changes_their_mind_after_no_starts_again_as_the_answer_says(house: House) -> None:
    await house.hears(HERS, "/start")
    await house.pressed(HERS, "lang:sv")
    await house.pressed(HERS, "consent:no")

    await house.asks(HERS, "Jag har fått ett brev")

    assert house.words("sv")("thanks_received") in "\n".join(house.texts(HERS))


async def test_who_wrote_first_reads_above_the_consent_what_becomes_of_it(house: House) -> None:
    words = house.words("uk")
    await house.hears(HERS, "Я отримала лист", "uk")

    await house.pressed(HERS, "lang:uk")
    asked = house.last(HERS)
    await house.pressed(HERS, "consent:yes")

    assert asked.startswith(f"{words('words_wait_consent')}\n{words('consent_intro')}")
    assert [text.count(words("words_wait_consent")) for text in house.texts(HERS)] == [0] * len(house.texts(HERS))
    assert "Я отримала лист" in house.last(HERS)


async def test_an_answer_to_the_consent_is_ticked_once_however_much_was_typed_before_it(house: House) -> None:
    words = house.words("sv")
    await house.hears(HERS, "/start")
    await house.pressed(HERS, "lang:sv")
    for line in ("Hej", "Är det någon där?"):
        await house.hears(HERS, line)
    asking = [codes_of(shown) for shown in house.api.chat(HERS).visible if "consent:yes" in codes_of(shown)]

    await house.pressed(HERS, "consent:yes")

    assert len(asking) == 1, "the buttons stand in one place"
    ticked = [text for text in house.texts(HERS) if f"✓ {words('consent_yes')}" in text]
    assert len(ticked) == 1
    assert not any(words("words_held") in text for text in house.texts(HERS)), "nothing says that it still waits"
