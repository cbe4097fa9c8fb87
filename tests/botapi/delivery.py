"""Updates on their way to the bot: the queue, long polling, the webhook, and what is acknowledged.

An update is acknowledged when a later getUpdates moved the offset past it, or when the webhook answered 2xx.
Source: core.telegram.org/bots/api#getupdates and #setwebhook.
"""
# ruff: noqa: ASYNC109  (the deadline is part of what a caller says)

import asyncio
import itertools
import json
import time
from collections import Counter, deque
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp

from tests.botapi.checks import Refused
from tests.botapi.waiting import PATIENCE_SECONDS, Arrivals, within

MOST_UPDATES = 100  # per getUpdates
# Kinds a bot has to ask for by name.
ASKED_FOR = {"chat_member", "message_reaction", "message_reaction_count"}
NAMED_KINDS = ASKED_FOR | {
    *("message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member"),
    *("inline_query", "chosen_inline_result", "poll", "poll_answer", "chat_join_request", "chat_boost"),
}
OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


class Ack(NamedTuple):
    update_id: int
    at: float


class Attempt(NamedTuple):
    """One POST to the webhook; status 0 is a connection that failed or a time-out."""

    update_id: int
    status: int
    at: float


@dataclass
class Waiting:
    """An update not acknowledged. `lane` is its chat; `seen_with` the offset of the poll that last carried it."""

    number: int
    body: dict[str, Any]
    lane: int
    seen_with: int | None = None

    @property
    def update_id(self) -> int:
        return self.body["update_id"]


class Delivery:
    """The one queue of updates. With a webhook they stand in one lane per chat, without one in `_queue`."""

    def __init__(self, *, retry_delay: float, retry_after_factor: float, webhook_timeout: float) -> None:
        self.retry_delay = retry_delay
        self.retry_after_factor = retry_after_factor
        self.webhook_timeout = webhook_timeout
        self.webhook: dict[str, Any] = {"url": ""}
        self.allowed: list[str] = []
        self.acked: list[Ack] = []
        self.attempts: list[Attempt] = []
        self.withheld: list[dict[str, Any]] = []
        self._failed: Attempt | None = None
        self._numbers = itertools.count()
        self._queue: deque[Waiting] = deque()
        self._lanes: dict[int, deque[Waiting]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._unacked: Counter[int] = Counter()
        self._known: set[int] = set()
        self._poll: asyncio.Future[str] | None = None
        self._done = Arrivals()
        self._tried = Arrivals()
        self._idle = asyncio.Event()
        self._idle.set()
        self._slots = asyncio.Semaphore(1)
        self._session: aiohttp.ClientSession | None = None

    # What the bot's side of the server asks for.

    def add(self, body: dict[str, Any], lane: int) -> None:
        """The update is on its way, unless the bot did not ask for its kind."""
        self._known.add(body["update_id"])
        if not self._is_allowed(body):
            self.withheld.append(body)
            return
        self._unacked[body["update_id"]] += 1
        self._idle.clear()
        self._enqueue(Waiting(next(self._numbers), body, lane))

    def waiting(self) -> list[Waiting]:
        """All updates not acknowledged, in order of arrival."""
        return sorted([*self._queue, *itertools.chain(*self._lanes.values())], key=lambda update: update.number)

    async def poll(self, *, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """The next updates, after at most `timeout` seconds.

        Raises:
            Refused: 409 while a webhook is set, and for an older poll when a newer one comes.
        """
        if self.webhook["url"]:
            raise Refused(409, WEBHOOK_SET)
        self._end_poll(OTHER_POLL)
        self._confirm(offset)
        if not self._queue and timeout > 0:
            await self._news(timeout)
        batch = list(itertools.islice(self._queue, min(max(limit, 1), MOST_UPDATES)))
        for update in batch:
            update.seen_with = offset
        return [update.body for update in batch]

    async def set_webhook(self, webhook: dict[str, Any]) -> None:
        """Updates go to `webhook["url"]`; an empty one means polling again. Nothing waiting is lost."""
        await self._stop_workers()
        waiting = self.waiting()
        self._queue.clear()
        self._lanes.clear()
        if webhook.get("url") != self.webhook.get("url"):
            self._failed = None
        self.webhook = webhook
        self._slots = asyncio.Semaphore(webhook.get("max_connections") or 40)
        if webhook["url"]:
            self._end_poll("Conflict: terminated by setWebhook request")
        for update in waiting:
            self._enqueue(update)

    async def drop_waiting(self) -> None:
        """No update waits any more; none of the dropped ones counts as acknowledged."""
        await self._stop_workers()
        for update in self.waiting():
            self._forget(update)
        self._queue.clear()
        self._lanes.clear()

    def webhook_info(self) -> dict[str, Any]:
        shown = {k: v for k, v in self.webhook.items() if k in ("url", "max_connections", "allowed_updates") and v}
        told = {"url": "", "has_custom_certificate": False, "pending_update_count": self._unacked.total(), **shown}
        if (failed := self._failed) is not None:  # it stays told when later ones succeed
            told |= {"last_error_date": int(failed.at), "last_error_message": _reason(failed.status)}
        return told

    # What a test asks for.

    async def delivered(self, update_id: int, timeout: float = PATIENCE_SECONDS) -> None:
        """The update is acknowledged, or the bot did not want its kind."""
        if update_id not in self._known:
            raise LookupError(f"update {update_id} was never made")
        if update_id in self._unacked:
            await within(timeout, self._done.of(update_id), otherwise=lambda: f"update {update_id} to be acknowledged")

    async def tried(self, update_id: int, timeout: float = PATIENCE_SECONDS) -> None:
        """The webhook was called with the update at least once, whatever came of it."""
        if all(attempt.update_id != update_id for attempt in self.attempts):
            await within(timeout, self._tried.of(update_id), otherwise=lambda: f"a try to deliver update {update_id}")

    async def drained(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Every update is acknowledged."""
        await within(
            timeout, self._idle.wait(), otherwise=lambda: f"the updates {list(self._unacked)[:20]} to be acked"
        )

    async def close(self) -> None:
        """No task runs and no connection to the webhook is open."""
        self._end_poll(None)
        await self._stop_workers()
        if self._session:
            await self._session.close()

    # Polling.

    def _is_allowed(self, body: dict[str, Any]) -> bool:
        kind = next((key for key in body if key != "update_id"), "")
        if kind not in NAMED_KINDS:
            return True  # the point of an update of an unknown kind is that it arrives
        return kind in self.allowed if self.allowed else kind not in ASKED_FOR

    def _enqueue(self, update: Waiting) -> None:
        if not self.webhook["url"]:
            self._queue.append(update)
            if self._poll and not self._poll.done():
                self._poll.set_result("")
            return
        if update.lane in self._lanes:
            self._lanes[update.lane].append(update)
            return
        self._lanes[update.lane] = deque([update])
        worker = asyncio.create_task(self._run_lane(update.lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    def _end_poll(self, why: str | None) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_result(why or "")

    async def _news(self, timeout: float) -> None:
        """Returns when there is an update or the time is up.

        Raises:
            Refused: 409 when something else ended this poll.
        """
        mine = self._poll = asyncio.get_running_loop().create_future()
        try:
            conflict = await asyncio.wait_for(mine, timeout)
        except TimeoutError:
            return
        finally:
            if self._poll is mine:
                self._poll = None
        if conflict:
            raise Refused(409, conflict)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._forget(self._queue.popleft())
            return
        # An offset confirms what was handed out with an older one. A stale high offset (ids restart at random after a
        # quiet week) must not confirm updates whose answer was lost, so an update is never confirmed by its own offset.
        kept = []
        while self._queue and self._queue[0].seen_with is not None:
            update = self._queue.popleft()
            if update.update_id < offset and update.seen_with != offset:
                self._acknowledge(update)
            else:
                kept.append(update)
        self._queue.extendleft(reversed(kept))

    def _acknowledge(self, update: Waiting) -> None:
        self.acked.append(Ack(update.update_id, time.time()))
        self._forget(update)

    def _forget(self, update: Waiting) -> None:
        self._unacked[update.update_id] -= 1
        if self._unacked[update.update_id] <= 0:
            del self._unacked[update.update_id]
            self._done.show(update.update_id)
        if not self._unacked:
            self._idle.set()

    # The webhook.

    async def _run_lane(self, lane: int) -> None:
        updates = self._lanes[lane]
        while updates:
            delay = await self._post(updates[0])
            if delay is None:
                self._acknowledge(updates.popleft())
            else:
                await asyncio.sleep(delay)
        del self._lanes[lane]

    async def _post(self, update: Waiting) -> float | None:
        """None when the webhook took the update, else the seconds to wait before the next try."""
        headers = {"Content-Type": "application/json"}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        status, retry_after = 0, ""
        try:
            body = json.dumps(update.body).encode()
            async with self._slots, self._http().post(self.webhook["url"], data=body, headers=headers) as reply:
                status, retry_after = reply.status, reply.headers.get("Retry-After", "")
                await reply.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        self.attempts.append(Attempt(update.update_id, status, time.time()))
        self._tried.show(update.update_id)
        if 200 <= status < 300:
            return None
        self._failed = self.attempts[-1]
        return int(retry_after) * self.retry_after_factor if retry_after.isdigit() else self.retry_delay

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.webhook_timeout)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        return self._session

    async def _stop_workers(self) -> None:
        while workers := list(self._workers):  # again, since an update may come while the workers end
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


def _reason(status: int) -> str:
    if not status:
        return "Connection refused"
    return f"Wrong response from the webhook: {status} {HTTPStatus(status).phrase}"
