"""The people of a run, as rows: in the middle of a conversation, about to ask, or idle in a live chat.

Owns which rows those are. Written into the older version's tables before the newer one's migrations bring them up, so
that either finds them as its own. It must not go through the dialogue: that is what is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.engine.seal import Seal, hash_token, new_token
from models.intake import CONSENT_VERSION
from tests.bench.database import Database

TELEGRAM, WEB = "telegram", "web"
FIRST_ID = 1 << 52  # as `models.base.new_id`
NEWCOMERS, VOLUNTEERS, ASKERS, ON_SHIFT = 900_000, 500_000, 1_000_000, 499_999  # chat ids
A_WHILE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pair:
    """A newcomer and the volunteer who has their case. Tokens: what their browsers' cookies hold."""

    channel: str
    newcomer_chat: int
    conversation_id: int
    case_id: int
    newcomer_token: str
    volunteer_token: str


class Seeding:
    """One database, and the key it is sealed with."""

    def __init__(self, db: Database, seal: Seal) -> None:
        self._db, self._seal = db, seal
        self._ids = count(FIRST_ID)
        self._numbers = count()
        self._came_at = datetime.now(UTC) - A_WHILE

    async def pairs(self, count_of: int, channel: str) -> list[Pair]:
        """So many newcomers, whose words come over this channel, have each a volunteer of their own on Telegram."""
        numbers = [next(self._numbers) for _ in range(count_of)]
        newcomers = await self._newcomers([NEWCOMERS + n for n in numbers], channel)
        volunteers = await self._volunteers([VOLUNTEERS + n for n in numbers])
        conversations = await self._conversations(newcomers, step="resting")
        cases = [next(self._ids) for _ in numbers]
        of_each = list(zip(numbers, newcomers, volunteers, conversations, cases, strict=True))
        await self._db.insert("cases", [
            {"id": case, "code": f"{1_000_000 + n}", "newcomer_id": newcomer, "conversation_id": conversation,
             "status": "claimed", "volunteer_id": volunteer, "language": "sv", "channel": channel,
             "opened_at": self._came_at, "claimed_at": self._came_at, "first_claimed_at": self._came_at,
             "last_message_at": self._came_at}
            for n, newcomer, volunteer, conversation, case in of_each
        ])  # fmt: skip
        theirs, ours = await self._sessions(newcomers, "own"), await self._sessions(volunteers, "staff")
        return [
            Pair(channel, NEWCOMERS + n, conversation, case, newcomer_token, volunteer_token)
            for (n, _, _, conversation, case), newcomer_token, volunteer_token in zip(
                of_each, theirs, ours, strict=True
            )
        ]

    async def askers(self, count_of: int) -> dict[int, int]:
        """So many newcomers on Telegram have agreed and are asked for their question, and one volunteer is on shift.
        Returns the conversation of each chat."""
        await self._shift(await self._volunteers([ON_SHIFT]))
        chats = list(range(ASKERS, ASKERS + count_of))
        newcomers = await self._newcomers(chats, TELEGRAM)
        return dict(zip(chats, await self._conversations(newcomers, step="question"), strict=True))

    async def chats(self, count_of: int) -> list[str]:
        """So many newcomers have agreed on the web and have not asked yet; returns what their cookies hold."""
        newcomers = await self._newcomers(list(range(count_of)), WEB)
        await self._conversations(newcomers, step="question")
        return await self._sessions(newcomers, "own")

    async def _newcomers(self, chats: Sequence[int], channel: str) -> list[int]:
        people = [next(self._ids) for _ in chats]
        await self._db.insert("people", [
            {"id": person, "role": "newcomer", "language": "sv", "speaks": "[]", "created_at": self._came_at}
            for person in people
        ])  # fmt: skip
        await self._addresses(people, chats if channel == TELEGRAM else [])
        if channel == WEB:
            await self._inboxes(people)
        return people

    async def _volunteers(self, chats: Sequence[int]) -> list[int]:
        people = [next(self._ids) for _ in chats]
        await self._db.insert("people", [
            {"id": person, "role": "volunteer", "alias": f"Vera {chat}", "language": "sv", "speaks": '["sv", "ar"]',
             "created_at": self._came_at}
            for person, chat in zip(people, chats, strict=True)
        ])  # fmt: skip
        if await self._db.has("volunteer_profiles"):
            here_before = [{"person_id": person, "taken_over_on": self._came_at.date()} for person in people]
            await self._db.insert("volunteer_profiles", here_before)
        await self._addresses(people, chats)
        await self._inboxes(people)
        return people

    async def _addresses(self, people: Sequence[int], chats: Sequence[int]) -> None:
        rows = []
        for person, chat in zip(people, chats, strict=False):
            address = next(self._ids)
            sealed = self._seal.seal(str(chat), table="addresses", column="chat", row_id=address)
            row = {"id": address, "person_id": person, "channel": TELEGRAM, "chat": sealed}
            rows.append(row | {"lookup": self._seal.blind(TELEGRAM, str(chat))})
        if rows:
            await self._db.insert("addresses", rows)

    async def _inboxes(self, people: Sequence[int]) -> None:
        rows = [{"id": next(self._ids), "person_id": person, "channel": WEB} for person in people]
        await self._db.insert("addresses", rows)

    async def _conversations(self, newcomers: Sequence[int], *, step: str) -> list[int]:
        made = [next(self._ids) for _ in newcomers]
        await self._db.insert("conversations", [
            {"id": conversation, "newcomer_id": newcomer, "step": step, "consent_at": self._came_at,
             "consent_version": CONSENT_VERSION}
            for conversation, newcomer in zip(made, newcomers, strict=True)
        ])  # fmt: skip
        return made

    async def _sessions(self, people: Sequence[int], device: str) -> list[str]:
        tokens, now = [new_token() for _ in people], datetime.now(UTC)
        await self._db.insert("web_sessions", [
            {"id": next(self._ids), "token_hash": hash_token(token), "person_id": person, "device": device,
             "created_at": now, "seen_at": now}
            for token, person in zip(tokens, people, strict=True)
        ])  # fmt: skip
        return tokens

    async def _shift(self, people: Sequence[int]) -> None:
        shift, now = next(self._ids), datetime.now(UTC)
        times = {"starts_at": self._came_at, "ends_at": now + timedelta(hours=8)}
        await self._db.insert("shifts", [{"id": shift, "place": "online"} | times])
        signed = [{"shift_id": shift, "person_id": person, "signed_up_at": self._came_at} for person in people]
        await self._db.insert("assignments", signed)
