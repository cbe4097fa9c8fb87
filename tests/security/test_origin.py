"""Where an act may come from, and in what shape: every way in, everything else right, one thing wrong.

A form that would be taken is sent again and again with one thing changed: each time it is refused and nothing has
changed; then it is sent as our page sends it, and taken. So no check can answer in the place of another.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.language.i18n import Catalogues
from tests.security.scene import ACTORS, Answer, Scene, Site, everything, served
from tests.security.test_matrix import ACTS, JSON, OURS, POLICY, form_for, path_for, said_by

FORM = "application/x-www-form-urlencoded"
FROM_ELSEWHERE: tuple[dict[str, str | None], ...] = (
    {"Origin": None},
    {"Origin": ""},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
)
FROM_OURS: tuple[dict[str, str | None], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # a browser that keeps the origin to itself still says this
    {"Content-Type": FORM},
    {"Content-Type": f"{FORM}; charset=UTF-8"},
)
NOT_OUR_KIND = (None, "text/plain", "text/html", "application/octet-stream", "application/x-www-form")
# Each writes the letters of a form as ours does, so that only its name can be what it is refused for.
NOT_OUR_CHARSET = ("latin-1", "ascii", "utf-8-sig", "utf-7", "cp1252", "iso-8859-15", "nonsense")
PACKED = (("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes), ("", bytes))


def may(route: str) -> str:
    """Somebody whom the table lets in, if only to be told that what they ask for is not there."""
    said = dict(zip(ACTORS, POLICY[route], strict=True))
    let_in = [who for who, code in said.items() if not code.startswith(("403", "404"))]
    return (let_in or [who for who, code in said.items() if code.startswith("404")])[0]


def wrong_ones(fields: dict[str, str]) -> Iterator[tuple[str, dict[str, str | None], object]]:
    """The same form with one thing wrong: what that is, what the headers say of it, and the body."""
    written = urlencode(fields).encode()
    ours = {"Content-Type": FORM}
    for headers in FROM_ELSEWHERE:
        yield f"from {headers}", ours | headers, written
    for kind in NOT_OUR_KIND:
        yield f"as {kind}", {"Content-Type": kind}, written
    yield "in parts", {}, in_parts(fields)
    for charset in NOT_OUR_CHARSET:
        yield f"in {charset}", {"Content-Type": f"{FORM}; charset={charset}"}, written
    for name, pack in PACKED:
        yield f"packed as {name}", ours | {"Content-Encoding": name}, pack(written)


def in_parts(fields: dict[str, str]) -> aiohttp.MultipartWriter:
    """The form as a page with files would send it."""
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        writer.append(value).set_content_disposition("form-data", name=name)
    return writer


@pytest.mark.parametrize("route", sorted({*ACTS} - {"POST /desk/cases/{case}/take-back"}))  # there is nothing to take
async def test_an_act_is_taken_from_our_own_pages_and_in_their_shape_alone(
    site: Site, scene: Scene, route: str
) -> None:
    who = may(route)
    path, mine, fields = path_for(route, scene, who), scene.cookie(who) | JSON, form_for(route, who, scene) or {}
    before = everything(site.service)

    refused = {
        what: (await site.ask("POST", path, mine | headers, data=body)).status
        for what, headers, body in wrong_ones(fields)
    }
    after = everything(site.service)
    taken = await site.ask("POST", path, mine, data=fields)

    assert {what: status for what, status in refused.items() if status != 403} == {}
    assert after == before
    assert said_by(taken) == POLICY[route][ACTORS.index(who)]


@pytest.mark.parametrize("headers", FROM_OURS, ids=str)
async def test_each_way_in_which_a_browser_says_that_the_page_is_ours_is_taken(
    site: Site, scene: Scene, headers: dict[str, str | None]
) -> None:
    said = await says(site, scene.cookie("newcomer_a") | headers, b"text=Ett+ord")

    assert said.status == 200
    assert "Ett ord" in (await site.ask("GET", "/sv/chat", scene.cookie("newcomer_a"))).body


async def says(site: Site, headers: dict[str, str | None], body: bytes) -> Answer:
    return await site.ask("POST", "/sv/chat/say", {"Content-Type": FORM} | JSON | headers, data=body)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:8080", None), ("http://radrum.example", None), ("https://radrum.example:444", None),
        ("https://radrum.example.evil.example", None), ("https://desk.radrum.example", None),
        ("https://radrum.example/", None), ("http://evil.example", "evil.example"), ("http://localhost", "localhost"),
    ],
)  # fmt: skip
async def test_in_the_open_only_the_public_address_is_ours(
    place: Path, scene: Scene, catalogues: Catalogues, origin: str, host: str | None
) -> None:
    async with served(place, catalogues, public_url=OURS) as site:
        mine = scene.cookie("newcomer_a", "__Host-")
        before = everything(site.service)

        refused = await says(site, mine | {"Origin": origin, "Host": host}, b"text=Ett+ord")
        after = everything(site.service)
        taken = await says(site, mine | {"Origin": OURS}, b"text=Ett+ord")

    assert (refused.status, taken.status) == (403, 200)
    assert after == before


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
async def test_on_loopback_a_name_that_was_turned_to_us_acts_for_nobody(site: Site, scene: Scene, host: str) -> None:
    mine = scene.cookie("newcomer_a")
    before = everything(site.service)

    refused = await says(site, mine | {"Origin": f"http://{host}", "Host": host}, b"text=Ett+ord")
    after = everything(site.service)
    taken = await says(site, mine | {"Origin": "http://localhost:1", "Host": "localhost:1"}, b"text=Ett+ord")

    assert (refused.status, taken.status) == (403, 200)
    assert after == before


async def test_an_act_comes_by_post_alone(site: Site, scene: Scene) -> None:
    mine, before = scene.cookie("newcomer_a"), everything(site.service)

    got = {
        method: (await site.ask(method, "/sv/chat/say", mine, data={"text": "Ett ord"})).status
        for method in ("PUT", "PATCH", "DELETE")
    }

    assert got == dict.fromkeys(got, 405)
    assert everything(site.service) == before


# What cannot be read as a form, with everything else right.

UNREADABLE = (
    (b"text=\xff\xfe", 400),
    (b"&".join([b"text=x"] + [b"a=1"] * 2_000), 413),
    (b"text=" + b"x" * 600_000, 413),
)


@pytest.mark.parametrize(("body", "status"), UNREADABLE, ids=["not utf-8", "too many fields", "too large"])
async def test_a_form_that_cannot_be_read_is_its_sender_s_mistake(
    site: Site, scene: Scene, body: bytes, status: int
) -> None:
    before, mine = everything(site.service), scene.cookie("newcomer_a")

    refused = await says(site, mine, body)
    after = everything(site.service)
    taken = await says(site, mine, b"text=x")

    assert (refused.status, taken.status) == (status, 200)
    assert after == before
