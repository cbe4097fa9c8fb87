"""The control API under /control/: another process says what people do, reads what they see, and makes faults.

JSON in, JSON out; a mistake is answered 400 with {"error": …}. Lists are read from a cursor on (`?after=N` → `next`),
so that reading a long ledger again and again costs only what is new.

    POST inject {"acts": [{"do": "says", "chat_id": 1, "text": "…"}, …]}   any verb of People with its arguments
    GET  chat/ID · ledger · calls[?method=M] · acks · attempts · answers · status
    POST fail {method, chat_id, kind, times, …} → {"fault": N} · release {"fault": N}? · reached {"fault": N}
    POST clear_faults · down {"seconds": S} · black_hole {"on": true} · webhook {url, secret_token} ({} clears) · save
    POST wait_for {chat_id, text, after} · wait_answer {callback_id} · delivered {update_id} · drained   (all: timeout)
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.botapi import state
from tests.botapi.faults import Fault
from tests.botapi.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from tests.botapi.server import FakeBotApi

VERBS = {"says", "sends", "writes", "edits", "shares_place", "moves", "presses", "in_group", "blocks", "unblocks"}
VERBS |= {"unknown_update", "raw"}
Told = dict[str, Any]


class Control:
    """Routes of the control API; never subject to faults, except that nothing is heard while the server is down."""

    def __init__(self, api: "FakeBotApi") -> None:
        self._api = api
        self.state_file: Path | None = None
        self._faults: list[Fault] = []
        self._pause: asyncio.Task[None] | None = None
        posts = [self.inject, self.fail, self.release, self.reached, self.clear_faults, self.down, self.black_hole]
        posts += [self.webhook, self.save, self.wait_for, self.wait_answer, self.delivered, self.drained]
        gets = [self.chat, self.ledger, self.calls, self.acks, self.attempts, self.answers, self.status]
        self._routes = {("POST", route.__name__): route for route in posts}
        self._routes |= {("GET", route.__name__): route for route in gets}

    async def handle(self, request: web.BaseRequest) -> web.Response:
        _, _, name, *rest = request.path.split("/")
        route = self._routes.get((request.method, name))
        if route is None:
            return web.json_response({"error": "no such route"}, status=404)
        try:
            told = dict(request.query) | ({"id": rest[0]} if rest else {})
            if request.can_read_body:
                told |= json.loads(await request.read())
            return web.json_response(await route(told))
        except (LookupError, ValueError, TypeError, AssertionError) as exc:
            return web.json_response({"error": f"{type(exc).__name__}: {exc}"}, status=400)

    async def close(self) -> None:
        if self._pause:
            self._pause.cancel()
            await asyncio.gather(self._pause, return_exceptions=True)

    # What people do.

    async def inject(self, told: Told) -> Told:
        results = []
        for act in told["acts"]:
            verb = act.pop("do")
            if verb not in VERBS:
                raise ValueError(f"unknown verb {verb!r}")
            results.append((await getattr(self._api, verb)(**act))._asdict())
        return {"results": results}

    # What can be read.

    async def chat(self, told: Told) -> Told:
        return state.chat_as_json(self._api.chat(int(told["id"])))

    async def ledger(self, told: Told) -> Told:
        return _from_cursor(self._api.accepted, told)

    async def calls(self, told: Told) -> Told:
        page = _from_cursor(self._api.calls, told)
        page["rows"] = [row for row in page["rows"] if told.get("method") in (None, row["method"])]
        return page

    async def acks(self, told: Told) -> Told:
        waiting = [update.update_id for update in self._api.delivery.waiting()]
        return _from_cursor(self._api.delivery.acked, told) | {"waiting": waiting}

    async def attempts(self, told: Told) -> Told:
        return _from_cursor(self._api.delivery.attempts, told)

    async def answers(self, told: Told) -> Told:
        return {key: answer._asdict() for key, answer in self._api.answers.items()}

    async def status(self, told: Told) -> Told:
        api = self._api
        counts = {"calls": len(api.calls), "accepted": len(api.accepted), "acked": len(api.delivery.acked)}
        return {"url": api.url, "webhook": api.delivery.webhook_info(), **counts}

    # Faults.

    async def fail(self, told: Told) -> Told:
        self._faults.append(self._api.fail(**told))
        return {"fault": len(self._faults) - 1}

    async def release(self, told: Told) -> Told:
        if "fault" in told:
            self._faults[told["fault"]].release()
        else:
            self._api.release()
        return {}

    async def reached(self, told: Told) -> Told:
        await self._faults[told["fault"]].reached(told.get("timeout", PATIENCE_SECONDS))
        return {}

    async def clear_faults(self, told: Told) -> Told:
        self._api.clear_faults()
        return {}

    async def down(self, told: Told) -> Told:
        """The server refuses connections, this API's too, and comes up again by itself after `seconds`."""
        await self.close()
        self._pause = asyncio.create_task(self._down_for(float(told["seconds"])))
        return {}

    async def _down_for(self, seconds: float) -> None:
        await self._api.down()
        await asyncio.sleep(seconds)
        await self._api.up()

    async def black_hole(self, told: Told) -> Told:
        self._api.black_hole(told.get("on", True))
        return {}

    async def webhook(self, told: Told) -> Told:
        await self._api.methods.call("setWebhook", told)
        return {}

    async def save(self, told: Told) -> Told:
        if self.state_file is None:
            raise ValueError("started without --state")
        state.save(self._api, self.state_file)
        return {}

    # What can be waited for.

    async def wait_for(self, told: Told) -> Told:
        message = await self._api.wait_for(
            told["chat_id"], told["text"], after=told.get("after", 0), timeout=told.get("timeout", PATIENCE_SECONDS)
        )
        return vars(message) | {"text": message.text}

    async def wait_answer(self, told: Told) -> Told:
        answer = await self._api.wait_answer(told["callback_id"], told.get("timeout", PATIENCE_SECONDS))
        return answer._asdict()

    async def delivered(self, told: Told) -> Told:
        await self._api.delivered(told["update_id"], told.get("timeout", PATIENCE_SECONDS))
        return {}

    async def drained(self, told: Told) -> Told:
        await self._api.drained(told.get("timeout", PATIENCE_SECONDS))
        return {}


def _from_cursor(rows: Sequence[Any], told: Told) -> Told:
    after = int(told.get("after", 0))
    fresh = [asdict(row) if is_dataclass(row) else row._asdict() for row in rows[after:]]
    return {"rows": fresh, "next": after + len(fresh)}
