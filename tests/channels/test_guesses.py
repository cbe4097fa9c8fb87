"""Whoever knows a case's number can neither guess its secret nor keep its owner out by trying to."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.engine.errors import TooMany
from bot.language.i18n import Catalogues
from bot.people import secret_door
from handlers.web.frame import guesses
from handlers.web.frame.guesses import Guesses
from tests.builders import one
from tests.channels.web_fixtures import Page, Site, opened_site

HERE, THERE = "place one", "place two"
CODE, OTHER = "4729135", "4729143"
FEW = 4  # tries from all places together, where a test would else take long over its slow hashes


class Seconds:
    """A clock in a test's hand."""

    def __init__(self) -> None:
        self.now = 10_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def remembered(seconds: Seconds) -> Guesses:
    return Guesses(seconds)


def refused(remembered: Guesses, place: str, code: str = CODE) -> int:
    """In how many minutes there is room for another."""
    with pytest.raises(TooMany) as caught:
        remembered.count(place, code)
    assert caught.value.code == "too_many_guesses"
    return int(str(caught.value.values["n"]))


def test_five_tries_in_a_quarter_of_an_hour_from_one_place_against_one_case(
    remembered: Guesses, seconds: Seconds
) -> None:
    for _ in range(5):
        remembered.count(HERE, CODE)
        seconds.now += 60

    assert refused(remembered, HERE) == 10
    for _ in range(5):
        remembered.count(THERE, CODE)
        remembered.count(HERE, OTHER)
    seconds.now += 10 * 60
    remembered.count(HERE, CODE)
    assert refused(remembered, HERE) == 1


def test_a_refused_try_does_not_make_the_wait_longer(remembered: Guesses, seconds: Seconds) -> None:
    for _ in range(5):
        remembered.count(HERE, CODE)
    seconds.now += 14 * 60

    assert [refused(remembered, HERE) for _ in range(3)] == [1] * 3
    seconds.now += 60
    remembered.count(HERE, CODE)


def test_a_try_that_nobody_looked_at_is_none(remembered: Guesses) -> None:
    for _ in range(20):
        remembered.count(HERE, CODE)
        remembered.uncount(HERE, CODE)
    remembered.uncount(HERE, CODE)
    remembered.uncount(THERE, CODE)


def test_a_place_is_known_for_an_hour_after_it_opened_and_its_wrong_tries_are_forgotten(
    remembered: Guesses, seconds: Seconds
) -> None:
    for _ in range(4):
        remembered.count(HERE, CODE)
    remembered.opened(HERE, CODE)

    assert remembered.knows(HERE, CODE)
    assert not remembered.knows(THERE, CODE) and not remembered.knows(HERE, OTHER)
    for _ in range(5):
        remembered.count(HERE, CODE)
    seconds.now += 3599
    assert remembered.knows(HERE, CODE)
    seconds.now += 1
    assert not remembered.knows(HERE, CODE)


def test_what_is_over_is_not_remembered_and_no_place_or_code_is(remembered: Guesses, seconds: Seconds) -> None:
    for number in range(1000):
        remembered.count(f"{HERE} {number}", CODE)
        remembered.opened(f"{THERE} {number}", CODE)
        seconds.now += 10

    kept = (remembered._tries, remembered._opened)
    assert [len(one) for one in kept] == [90, 360]
    assert not any(HERE in name or THERE in name or CODE in name for one in kept for name in one)


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    """Behind a proxy, so that a test may come from anywhere."""
    async with opened_site(sqlite_url, tmp_path, catalogues, trusted_proxies="127.0.0.1") as opened:
        yield opened


async def numbers(site: Site) -> tuple[str, str, str]:
    """Of a case: its code, its secret, and a wrong one."""
    asker = site.browser()
    await asker.agrees()
    receipt = await asker.says("Jag har fått ett brev")
    code, secret = (re.search(shape, receipt.text)[1] for shape in (r">(\d{3} \d{3} \d)<", r">(\d{4} \d{4})<"))
    return code, secret, "0000 0000" if secret != "0000 0000" else "1111 1111"


async def tries(site: Site, network: str, code: str, secret: str) -> Page:
    """Once at the door, from that address, in a browser that knows nothing."""
    return await site.browser().post("/sv/back", {"code": code, "secret": secret}, headers={"X-Forwarded-For": network})


def is_open(page: Page) -> bool:
    return page.url == "/sv/chat"


async def test_who_knows_the_number_shuts_the_door_for_themselves_only(site: Site) -> None:
    code, secret, wrong = await numbers(site)
    guesses = [await tries(site, "203.0.113.66", code, wrong) for _ in range(6)]

    late = await tries(site, "203.0.113.66", code, secret)
    owner = await tries(site, "198.51.100.7", code, secret)

    assert [page.status for page in guesses] == [422] * 5 + [429]
    assert late.status == 429 and "Vänta 15 minuter" in late.words
    assert is_open(owner)


async def test_one_place_alone_cannot_make_the_others_wait(site: Site) -> None:
    code, _, wrong = await numbers(site)

    for _ in range(guesses.MOST_TRIES * 2):
        await tries(site, "203.0.113.66", code, wrong)

    assert (await one(site.service, "SELECT tries FROM code_guesses")).tries == guesses.MOST_TRIES


async def test_beyond_twenty_tries_an_hour_new_places_wait_and_known_ones_do_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert secret_door.MOST_GUESSES == 20
    monkeypatch.setattr(secret_door, "MOST_GUESSES", FEW)
    code, secret, wrong = await numbers(site)
    assert is_open(await tries(site, "198.51.100.7", code, secret))
    for number in range(FEW):
        assert (await tries(site, f"203.0.113.{number}", code, wrong)).status == 422

    stranger = [await tries(site, "203.0.113.66", code, secret) for _ in range(7)]
    mistyped = [await tries(site, "198.51.100.7", code, wrong) for _ in range(6)]
    owner = await tries(site, "198.51.100.7", code, secret)
    clock.move(timedelta(hours=1))
    later = await tries(site, "203.0.113.66", code, secret)  # whose refused tries were none

    assert {page.status for page in stranger} == {429}
    assert all("Vänta 60 minuter" in page.words and "Inget är borta" in page.words for page in stranger)
    assert [page.status for page in mistyped] == [422] * 6
    assert is_open(owner)
    assert is_open(later)


async def test_a_number_that_is_no_case_s_is_refused_like_any_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_door, "MOST_GUESSES", FEW)
    code, _, wrong = await numbers(site)

    seen = {
        tried: [(await tries(site, f"203.0.113.{n}", tried, wrong)).words for n in (1, 1, 1, 1, 1, 1, 2)]
        for tried in (code, "123 456 6")
    }

    assert seen[code] == seen["123 456 6"]


async def test_opening_one_s_case_often_makes_nobody_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_door, "MOST_GUESSES", FEW)
    code, secret, _ = await numbers(site)

    opened = [is_open(await tries(site, f"198.51.100.{number}", code, secret)) for number in range(FEW + 2)]

    assert all(opened)
