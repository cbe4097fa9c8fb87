"""The way in for Telegram's updates: without the secret nothing of what is sent is read; with it, each update once."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from handlers.telegram.receiving import Telegram
from handlers.web.frame.serving import make_runner
from handlers.web.routes import make_app
from tests import builders
from tests.given import TOKEN, settings_for
from tests.security.scene import Rows, everything

SECRET = "tests-only-webhook-secret-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
JSON = "application/json"
PATIENCE_SECONDS = 5.0
UPDATE = {
    "update_id": 4711,
    "message": {
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": {"id": 9001, "type": "private", "first_name": "Amal"},
        "from": {"id": 9001, "is_bot": False, "first_name": "Amal", "language_code": "ar"},
        "text": "/start",
    },
}


@dataclass
class Gate:
    """The webhook of a running service, spoken to in bare HTTP so that a body can be promised and kept back."""

    service: Service
    port: int

    async def knocks(
        self, *, secret: str | None, kind: str | None = JSON, method: str = "POST", body: bytes | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> int:  # fmt: skip
        """The status of the answer. Without a `body` one is announced and never sent: whoever reads it waits.

        Raises:
            TimeoutError: the answer waits for the body.
        """
        lines = [f"{method} /telegram/webhook HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{HEADER}: {secret}"] if secret is not None else []
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += [f"Content-Length: {1000 if body is None else len(body)}", "", ""]
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write("\r\n".join(lines).encode() + (body or b""))
            async with asyncio.timeout(patience_seconds):
                return int((await reader.readline()).split()[1])
        finally:
            writer.close()
            await writer.wait_closed()


@pytest.fixture
async def gate(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Gate]:
    async with opened_gate(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@asynccontextmanager
async def opened_gate(url: str, folder: Path, catalogues: Catalogues) -> AsyncIterator[Gate]:
    settings = settings_for(
        url, folder, telegram_token=TOKEN, webhook_secret=SECRET, webhook_url="https://radrum.example"
    )
    service = Service(Store(settings, Seal(create_key(settings.key_file))), settings, catalogues)
    telegram = Telegram(service)
    runner = make_runner(make_app(service, webhook=telegram.webhook))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Gate(service, runner.addresses[0][1])
    finally:
        await runner.cleanup()
        await telegram.close()
        await service.store.close()


@pytest.mark.parametrize(
    "secret",
    [None, "", "wrong", SECRET[:-1], SECRET[:1], SECRET + "x", SECRET.upper(), f"{SECRET},{SECRET}", "\xe5\xff"],
    ids=["none", "empty", "wrong", "prefix", "first letter", "longer", "capitals", "twice", "not ascii"],
)
async def test_without_the_secret_an_update_is_refused_before_it_is_read(gate: Gate, secret: str | None) -> None:
    before = everything(gate.service)

    status = await gate.knocks(secret=secret)

    assert status == 403
    assert everything(gate.service) == before


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_is_no_json_is_refused_before_it_is_read(gate: Gate, kind: str | None) -> None:
    status = await gate.knocks(secret=SECRET, kind=kind)

    assert status == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_an_update_comes_by_post_alone(gate: Gate, method: str) -> None:
    status = await gate.knocks(secret=SECRET, method=method, body=json.dumps(UPDATE).encode())

    assert status == 405
    assert await builders.table(gate.service, "SELECT * FROM inbound") == []


async def test_with_the_secret_the_body_is_what_is_waited_for(gate: Gate) -> None:
    with pytest.raises(TimeoutError):
        await gate.knocks(secret=SECRET, patience_seconds=0.2)


async def test_the_secret_is_compared_in_a_time_that_tells_nothing(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    constant = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return constant(one, other)

    monkeypatch.setattr("handlers.web.doors.webhook.hmac.compare_digest", watched)

    for secret in ("", SECRET[:-1], SECRET):
        await gate.knocks(secret=secret, body=b"{}")

    assert compared == [(secret.encode(), SECRET.encode()) for secret in ("", SECRET[:-1], SECRET)]


def but_for_locks(rows: Rows) -> Rows:
    """The same rows, however often the conversation was locked: it is, to see whether an update is new."""
    return rows | {"conversations": [(*row[:2], *row[3:]) for row in rows["conversations"]]}


async def test_an_update_told_again_is_taken_in_once(gate: Gate) -> None:
    body = json.dumps(UPDATE).encode()

    first = await gate.knocks(secret=SECRET, body=body)
    after_first = but_for_locks(everything(gate.service))
    again = await asyncio.gather(*(gate.knocks(secret=SECRET, body=body) for _ in range(5)))

    assert [first, *again] == [200] * 6
    assert but_for_locks(everything(gate.service)) == after_first
    assert len(await builders.table(gate.service, "SELECT * FROM outbox")) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"update_id": "x"}'])
async def test_what_nobody_can_read_is_not_asked_for_again(gate: Gate, body: bytes) -> None:
    before = everything(gate.service)

    status = await gate.knocks(secret=SECRET, body=body or b" ")

    assert status == 200
    assert everything(gate.service) == before
