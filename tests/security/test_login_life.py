"""How long a browser acts for a person: from a log-in that gives a new token to the moment when it is worth nothing.

A socket is part of the login: when that ends, it is closed at once and has been told nothing more.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import login_links, logins
from bot.volunteers import leaving
from models.people import LinkPurpose
from tests import builders
from tests.security.scene import (
    NEWCOMER_COOKIE,
    STAFF_COOKIE,
    WORDS_OF_A,
    Answer,
    Scene,
    Site,
    everything,
    served,
)

OURS = "https://radrum.example"
SOON_SECONDS = 10.0
FIXED = "chosen-by-somebody-else-0123456789abcdefghi"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits
NEVER = 3600.0  # so that only a ring can be what closes a socket


async def link_for(site: Site, scene: Scene, actor: str, purpose: LinkPurpose = LinkPurpose.DESK) -> str:
    """A log-in link's path."""
    async with site.service.store.work() as work:
        return f"/desk/login/{await login_links.make_link(work, scene.person_ids[actor], purpose)}"


async def left_over_link(site: Site, scene: Scene, actor: str) -> str:
    """A link of somebody whose access ended just after it was made, which took no link away: one guard for itself."""
    async with site.service.store.work() as work:
        await leaving.enable_staff(work, scene.person_ids[actor])
        token = await login_links.make_link(work, scene.person_ids[actor], LinkPurpose.DESK)
        await work.db.execute(text(f"UPDATE people SET enabled = false WHERE id = {scene.person_ids[actor]}"))
        return f"/desk/login/{token}"


def holding(name: str, token: str) -> dict[str, str]:
    return {"Cookie": f"{name}={token}"}


async def opens_desk(site: Site, token: str, prefix: str = "") -> bool:
    return (await site.ask("GET", "/desk", holding(prefix + STAFF_COOKIE, token))).status == 200


async def opens_chat(site: Site, token: str) -> bool:
    answer = await site.ask("GET", "/sv/chat", holding(NEWCOMER_COOKIE, token))
    return answer.status == 200 and WORDS_OF_A in answer.body


# Beginning.


async def test_logging_in_gives_a_token_of_its_own_and_takes_none_that_was_there(site: Site, scene: Scene) -> None:
    fixed = holding(STAFF_COOKIE, FIXED)

    first = await site.ask("POST", await link_for(site, scene, "claimer"), fixed)
    second = await site.ask("POST", await link_for(site, scene, "claimer"), fixed)

    tokens = [answer.cookie(STAFF_COOKIE).value for answer in (first, second)]
    assert len({*tokens, FIXED}) == 3
    assert all(TOKEN.fullmatch(token) for token in tokens)
    assert [await opens_desk(site, token) for token in (*tokens, FIXED)] == [True, True, False]


async def test_agreeing_gives_a_token_of_its_own_and_takes_none_that_was_there(site: Site) -> None:
    answer = await site.ask("POST", "/sv/chat/consent", holding(NEWCOMER_COOKIE, FIXED), data={"answer": "shared"})

    token = answer.cookie(NEWCOMER_COOKIE).value
    assert token != FIXED and TOKEN.fullmatch(token)
    assert (await site.ask("GET", "/sv/chat", holding(NEWCOMER_COOKIE, token))).status == 200
    assert (await site.ask("GET", "/sv/chat", holding(NEWCOMER_COOKIE, FIXED))).status == 404


async def test_logging_in_ends_the_login_the_browser_had(site: Site, scene: Scene) -> None:
    before = scene.tokens["other"]

    answer = await site.ask("POST", await link_for(site, scene, "claimer"), scene.cookie("other"))

    assert await opens_desk(site, answer.cookie(STAFF_COOKIE).value)
    assert not await opens_desk(site, before)
    assert await opens_desk(site, scene.tokens["claimer"])  # another browser of hers


# Links.


async def test_opening_a_link_spends_nothing_and_pressing_its_button_does(site: Site, scene: Scene) -> None:
    link = await link_for(site, scene, "claimer")

    opened = [(await site.ask(method, link)).status for method in ("GET", "HEAD", "GET")]
    pressed = [(await site.ask("POST", link)).status for _ in range(2)]
    opened_later = await site.ask("GET", link)

    assert (opened, pressed, opened_later.status) == ([200, 200, 200], [303, 410], 200)


async def test_of_twenty_presses_at_once_one_logs_in(place: Path, scene: Scene, catalogues: Catalogues) -> None:
    async with served(place, catalogues, trusted_proxies=("127.0.0.1/32",)) as site:
        link = await link_for(site, scene, "claimer")
        count = "SELECT count(*) FROM web_sessions"
        before = (await builders.one(site.service, count))[0]

        # each from an address of its own: the limit on wrong ones is not what is tried here
        presses = [site.ask("POST", link, {"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(20)]
        answers = await asyncio.gather(*presses)

        after = (await builders.one(site.service, count))[0]
    assert sorted(answer.status for answer in answers) == [303] + [410] * 19
    assert sum("Set-Cookie" in answer.headers for answer in answers) == 1
    assert after == before + 1


async def test_every_link_that_does_not_work_gets_one_answer(site: Site, scene: Scene) -> None:
    spent = await link_for(site, scene, "claimer")
    await site.ask("POST", spent)
    late = await link_for(site, scene, "claimer")
    clock.move(login_links.LINK_LIVES + timedelta(seconds=1))
    for_telegram = await link_for(site, scene, "claimer", LinkPurpose.TELEGRAM)
    of_disabled = await left_over_link(site, scene, "disabled")
    guessed = f"/desk/login/{FIXED}"
    before = everything(site.service)

    answers = [await site.ask("POST", link) for link in (spent, late, for_telegram, of_disabled, guessed)]

    assert [answer.status for answer in answers] == [410] * 5
    assert all(answer == answers[0] for answer in answers)
    assert everything(site.service) == before


async def test_a_good_link_opens_however_many_wrong_ones_came_from_the_same_address(site: Site, scene: Scene) -> None:
    good = [await link_for(site, scene, "claimer") for _ in range(12)]

    first = [(await site.ask("POST", link)).status for link in good[:11]]
    guesses = [await site.ask("POST", f"/desk/login/{FIXED}", {"X-Forwarded-For": f"1.2.3.{n}"}) for n in range(12)]
    last = await site.ask("POST", good[11])

    assert first == [303] * 11  # they count for nothing
    assert [answer.status for answer in guesses] == [410] * 10 + [429] * 2
    assert guesses[-1].headers["Retry-After"]
    assert last.status == 303


# Time.


async def test_the_desk_closes_after_half_an_hour_without_anybody(site: Site, scene: Scene) -> None:
    await opens_desk(site, scene.tokens["claimer"])  # the scene itself was made some time ago
    clock.move(timedelta(minutes=20))  # well within, however slow the machine is today
    awake = await opens_desk(site, scene.tokens["claimer"])
    clock.move(timedelta(minutes=31))
    idle = await opens_desk(site, scene.tokens["claimer"])

    assert (awake, idle) == (True, False)


async def test_the_desk_closes_after_twelve_hours_however_busy(site: Site, scene: Scene) -> None:
    busy = []
    await opens_desk(site, scene.tokens["claimer"])  # the scene itself was made some time ago
    for _ in range(29):  # 29 times 25 minutes: five past twelve hours
        clock.move(timedelta(minutes=25))
        busy.append(await opens_desk(site, scene.tokens["claimer"]))

    assert busy == [True] * 28 + [False]


# Ending. Each way leads to the same: the cookie opens nothing, and the socket is closed and was told nothing more.

End = Callable[[Site, Scene], Awaitable[object]]


async def log_out(site: Site, scene: Scene) -> object:
    return await site.ask("POST", "/desk/logout", scene.cookie("claimer"))


async def end_all(site: Site, scene: Scene) -> object:
    return await site.ask("POST", "/desk/end-all", scene.cookie("claimer"))


async def end_all_from_telegram(site: Site, scene: Scene) -> None:
    async with site.service.store.work() as work:  # what the button under "a new device" does
        await logins.end_all_logins(work, scene.person_ids["claimer"])


async def disable(site: Site, scene: Scene) -> None:
    async with site.service.store.work() as work:
        await leaving.disable_staff(work, scene.person_ids["claimer"])


async def log_in_again(site: Site, scene: Scene) -> object:
    return await site.ask("POST", await link_for(site, scene, "claimer"), scene.cookie("claimer"))


async def close_chat(site: Site, scene: Scene) -> object:
    return await site.ask("POST", "/sv/chat/close", scene.cookie("newcomer_a"))


async def leave_quickly(site: Site, scene: Scene) -> object:
    return await site.ask("POST", "/sv/chat/leave", scene.cookie("newcomer_a"))


async def delete_everything(site: Site, scene: Scene) -> object:
    asked = await site.ask("GET", "/sv/chat/delete", scene.cookie("newcomer_a"))
    about = re.search(r'name="about" value="([^"]+)"', asked.body)
    return await site.ask("POST", "/sv/chat/delete", scene.cookie("newcomer_a"), data={"about": about[1]})


@pytest.mark.parametrize("end", [log_out, end_all, end_all_from_telegram, disable, log_in_again])
async def test_a_desk_that_has_ended_is_dead_with_its_socket(
    place: Path, scene: Scene, catalogues: Catalogues, end: End
) -> None:
    async with served(place, catalogues, poll_seconds=NEVER) as site:
        async with site.socket("/desk/live", scene.cookie("claimer")) as socket:
            await heard_once(site, scene, socket)

            await end(site, scene)
            await builders.web_case_of(site.service, "Något nytt i kön")
            told = await last_words(socket)

        assert told == [{"ended": True}]
        assert not await opens_desk(site, scene.tokens["claimer"])
        assert await opens_desk(site, scene.tokens["other"])


@pytest.mark.parametrize("has_spoken", [True, False], ids=["reading", "just opened"])
@pytest.mark.parametrize("end", [close_chat, leave_quickly, delete_everything])
async def test_a_chat_that_has_ended_is_dead_with_its_socket(
    place: Path, scene: Scene, catalogues: Catalogues, end: End, has_spoken: bool
) -> None:
    async with served(place, catalogues, poll_seconds=NEVER) as site:
        async with site.socket("/sv/chat/live", scene.cookie("newcomer_a")) as socket:
            if has_spoken:
                await socket.send_json({"after": 0})
                assert "rows" in await socket.receive_json(timeout=SOON_SECONDS)

            await end(site, scene)
            await builders.web_case_of(site.service, "Någon annan")
            told = await last_words(socket)

        assert told == [{"ended": True}]
        assert not await opens_chat(site, scene.tokens["newcomer_a"])


async def test_coming_back_elsewhere_ends_the_other_device(site: Site, scene: Scene) -> None:
    agreed = await site.ask("POST", "/sv/chat/consent", data={"answer": "own"})
    first = holding(NEWCOMER_COOKIE, agreed.cookie(NEWCOMER_COOKIE).value)
    await site.ask("POST", "/sv/chat/say", first, data={"text": "Min fråga"})
    receipt = (await site.ask("GET", "/sv/chat", first)).body
    code, secret = (re.search(pattern, receipt)[1] for pattern in (r">(\d{3} \d{3} \d)<", r">(\d{4} \d{4})<"))
    async with site.socket("/sv/chat/live", first) as socket:
        await socket.send_json({"after": 0})
        await socket.receive_str(timeout=SOON_SECONDS)

        back = await site.ask("POST", "/sv/back", data={"code": code, "secret": secret})
        told = await last_words(socket)

    second = holding(NEWCOMER_COOKIE, back.cookie(NEWCOMER_COOKIE).value)
    assert told == [{"ended": True}]
    assert (await site.ask("GET", "/sv/chat", first)).status == 404
    assert "Min fråga" in (await site.ask("GET", "/sv/chat", second)).body


async def heard_once(site: Site, scene: Scene, socket: aiohttp.ClientWebSocketResponse) -> None:
    """The socket is known to listen: it has told of a change."""
    heard = asyncio.ensure_future(socket.receive_json())
    while not heard.done():
        async with site.service.store.work() as work:
            work.ring("desk")
        await asyncio.wait([heard], timeout=0.05)
    assert heard.result() == {"changed": True}


async def last_words(socket: aiohttp.ClientWebSocketResponse) -> list[object]:
    """What came before the socket was closed, which must be soon."""
    told: list[object] = []
    async with asyncio.timeout(SOON_SECONDS):
        async for message in socket:
            told.append(json.loads(message.data))
    return [one for one in told if one != {"changed": True}]


# Cookies.


async def cookies_made(site: Site, scene: Scene, prefix: str) -> dict[str, Answer]:
    """Every answer that sets or removes one."""
    staff, newcomer = scene.cookie("claimer", prefix), scene.cookie("newcomer_b", prefix)
    return {
        "log in": await site.ask("POST", await link_for(site, scene, "claimer")),
        "agree, shared": await site.ask("POST", "/sv/chat/consent", data={"answer": "shared"}),
        "agree, own": await site.ask("POST", "/sv/chat/consent", data={"answer": "own"}),
        "log out": await site.ask("POST", "/desk/logout", staff),
        "close": await site.ask("POST", "/sv/chat/close", newcomer),
        "dead": await site.ask("GET", "/desk", holding(prefix + STAFF_COOKIE, FIXED)),
    }


@pytest.mark.parametrize("public_url", [OURS, "http://127.0.0.1:8080"])
async def test_cookies_are_kept_from_scripts_other_sites_and_other_hosts(
    place: Path, scene: Scene, catalogues: Catalogues, public_url: str
) -> None:
    is_https = public_url.startswith("https")
    prefix = "__Host-" if is_https else ""
    async with served(place, catalogues, public_url=public_url) as site:
        made = await cookies_made(site, scene, prefix)

    for what, answer in made.items():
        (line,) = answer.headers["Set-Cookie"]
        name = line.partition("=")[0]
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert name in (prefix + STAFF_COOKIE, prefix + NEWCOMER_COOKIE), what
        assert {"httponly", "samesite=lax", "path=/"} <= attributes, what
        assert ("secure" in attributes) == is_https, what
        assert not any(part.startswith("domain") for part in attributes), what
        assert ("Strict-Transport-Security" in answer.headers) == is_https, what
    lasting = {what for what, answer in made.items() if re.search("(?i)max-age=[1-9]", answer.headers["Set-Cookie"][0])}
    assert lasting == {"agree, own"}


async def test_over_https_a_cookie_without_the_prefix_is_nobodys(
    place: Path, scene: Scene, catalogues: Catalogues
) -> None:
    async with served(place, catalogues, public_url=OURS) as site:
        token = scene.tokens["claimer"]

        plain, bound = await opens_desk(site, token), await opens_desk(site, token, "__Host-")

    assert (plain, bound) == (False, True)
