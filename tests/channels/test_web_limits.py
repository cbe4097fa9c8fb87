"""Beyond a limit: new chats are throttled and never refused, and a refusal is told in the reader's language."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from bot.engine.store import Store
from bot.language.i18n import Catalogues
from handlers.web.chat.back import NOBODYS
from handlers.web.frame.limits import NEW_CHATS, NEW_CHATS_IN_ALL
from models.people import Language
from tests.builders import table
from tests.channels.web_fixtures import Browser, Site, opened_site
from tests.crash.program import until

NONE_MORE = RateLimitItemPerMinute(0, namespace="none")
PROXY = "127.0.0.1/32"


@pytest.fixture(autouse=True)
def _hashes_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.web.chat.secret.hash_secret", lambda _secret: NOBODYS)


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues, poll_seconds=60) as opened:
        yield opened


async def told(browser: Browser, path: str, fields: dict[str, str]) -> dict:
    """What our script is told."""
    headers = {"Origin": browser.base, "Accept": "application/json"}
    async with browser.http.post(browser.base + path, data=fields, headers=headers) as answer:
        assert answer.status == 429 and "Retry-After" in answer.headers
        return await answer.json()


@pytest.mark.parametrize("language", tuple(Language))
async def test_too_many_words_at_once_cost_no_look_are_refused_in_the_reader_s_language_and_stay_in_the_box(
    site: Site, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    browser = site.browser()
    await browser.agrees(language)
    monkeypatch.setattr("handlers.web.chat.acting.MESSAGES", NONE_MORE)
    sentence = str(site.service.words(language)("slow_down"))

    await until(lambda: _all_shown(site), otherwise="the page to be marked as shown")
    asked: list[str] = []
    monkeypatch.setattr(Store, "look", lambda _store, **_how: asked.append("look"))
    monkeypatch.setattr(Store, "work", lambda _store, **_how: asked.append("work"))

    page = await browser.post(f"/{language}/chat/say", {"text": "سلام 12"})
    as_json = await told(browser, f"/{language}/chat/say", {"text": "سلام 12"})

    assert asked == []
    assert page.status == 429 and "Retry-After" in page.headers
    assert f'<html lang="{language}"' in page.text and sentence in page.words
    assert page.box == "سلام 12"
    assert (as_json["error"], as_json["text"]) == ("slow_down", sentence)


async def _all_shown(site: Site) -> bool:
    return not (await table(site.service, "SELECT count(*) FROM outbox WHERE state = 'due'"))[0][0]


@pytest.mark.parametrize("language", tuple(Language))
@pytest.mark.parametrize(
    ("limit", "path"),
    [("presence.SIGNS", "chat/here"), ("presence.SIGNS", "chat/draft"), ("secret.NEW_SECRETS", "chat/secret")],
)
async def test_other_limits_speak_the_reader_s_language_too(
    site: Site, monkeypatch: pytest.MonkeyPatch, language: str, limit: str, path: str
) -> None:
    browser = site.browser()
    await browser.agrees(language, device="own")
    monkeypatch.setattr(f"handlers.web.chat.{limit}", NONE_MORE)
    sentence = str(site.service.words(language)("slow_down"))

    page = await browser.post(f"/{language}/{path}", {"text": "Hej"})
    as_json = await told(browser, f"/{language}/{path}", {"text": "Hej"})

    assert page.status == 429 and sentence in page.words
    assert as_json["text"] == sentence


async def test_too_many_tries_to_come_back_cost_no_hash_and_are_told_in_every_language(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.chat.back.COME_BACKS", NONE_MORE)
    compared: list[str] = []
    monkeypatch.setattr("handlers.web.chat.back.secret_matches", lambda *_: compared.append("once"))
    browser, numbers, sentences = site.browser(), {"code": "123456", "secret": "12345678"}, set()
    for language in Language:
        page = await browser.post(f"/{language}/back", numbers)
        sentence = _plain((await told(browser, f"/{language}/back", numbers))["text"])
        sentences.add(sentence)
        assert page.status == 429 and f'<html lang="{language}"' in page.text
        assert sentence in _plain(page.words)

    assert len(sentences) == len(Language)
    assert compared == [] and await table(site.service, "SELECT * FROM code_guesses") == []


def _plain(text: str) -> str:
    """Without what keeps numbers in their direction."""
    return "".join(letter for letter in text if letter not in "\u2066\u2067\u2068\u2069")


async def test_of_too_many_new_chats_in_all_those_too_many_are_throttled_and_taken(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each comes from an address of its own, and asks; the last ones stand behind the others."""
    monkeypatch.setattr("handlers.web.chat.chat.NEW_CHATS_IN_ALL", RateLimitItemPerHour(2, namespace="few_in_all"))
    async with opened_site(sqlite_url, tmp_path, catalogues, trusted_proxies=PROXY) as site:
        for number in range(4):
            browser = site.browser()
            browser.http.headers["X-Forwarded-For"] = f"203.0.113.{number}"
            assert (await browser.agrees()).status == 200
            assert (await browser.says("Hej", client_msg_id=f"number-000{number}")).status == 200
        throttled = [row.held for row in await table(site.service, "SELECT held FROM cases ORDER BY opened_at")]

    assert throttled == [0, 0, 1, 1]
    assert NEW_CHATS_IN_ALL.amount == 5 * NEW_CHATS.amount == 300


async def test_an_address_beyond_its_own_limit_does_not_use_up_what_all_share(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.chat.chat.NEW_CHATS", RateLimitItemPerHour(1, namespace="few"))
    monkeypatch.setattr("handlers.web.chat.chat.NEW_CHATS_IN_ALL", RateLimitItemPerHour(2, namespace="few_in_all"))
    async with opened_site(sqlite_url, tmp_path, catalogues, trusted_proxies=PROXY) as site:
        for number, address in enumerate(["203.0.113.1"] * 4 + ["203.0.113.2"]):
            browser = site.browser()
            browser.http.headers["X-Forwarded-For"] = address
            assert (await browser.agrees()).status == 200
            assert (await browser.says("Hej", client_msg_id=f"number-000{number}")).status == 200
        throttled = [row.held for row in await table(site.service, "SELECT held FROM cases ORDER BY opened_at")]

    assert throttled == [0, 1, 1, 1, 0]
