"""Telegram answers badly, or not at all, or a row is held on to: nobody waits for what is not theirs.

Answers get lost at random; Telegram is gone in three ways and comes back to a full outbox; calls hang; on PostgreSQL a
conversation is held. Each on the running program, with the pace that it keeps in production.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter

import aiohttp
import asyncpg
from sqlalchemy import text

from bot.cases import relay
from bot.people import people
from models.notice import Notice
from models.outbox import RowState
from tests.chaos.ground import POSTGRESQL, Ground
from tests.crash.place import POLLING, Pair, Place, opened, talking_pairs, web_newcomers
from tests.crash.program import until

PACE = {"sends_a_second": 23, "sends_to_a_chat_a_second": 1, "retry_first_seconds": 2}
SHARE_LOST = 0.2
PAIRS, WRITES_A_SECOND = 10, 4
REPLIES, INBOUND, CROWD_OF_PAIRS = 600, 600, 60
DRAIN_SECONDS, MOST_A_SECOND, BURST = 60, 30, 3
JITTER_SECONDS = 0.5  # letters are counted where they arrive, and on the way some are held up more than others
HUNG_CHATS, ROUNDS = 4, 30
CROWD = 20
OTHERS_FACTOR, TOO_SMALL_TO_TELL_SECONDS = 2.0, 0.25  # on a shared computer the latter is noise
READY_SECONDS, SETTLE_SECONDS = 60.0, 300.0


async def run(ground: Ground) -> list[str]:
    """Everything is tried on every chosen database."""
    found = []
    for database in ground.databases:
        found += await _on_one(ground, database, "lost answers", _lost_answers)
        found += await _on_one(ground, database, "gone and back", _gone_and_back)
        found += await _on_one(ground, database, "hung calls", _hung_calls)
        if database == POSTGRESQL:
            found += await _on_one(ground, database, "held row", _held_row)
    return found


Trial = Callable[[Place, Ground], Awaitable[list[str]]]


async def _on_one(ground: Ground, database: str, name: str, trial: Trial) -> list[str]:
    folder = ground.folder / f"{database}-{name.replace(' ', '-')}"
    changes = PACE | {"send_timeout_seconds": 5 if trial is not _hung_calls else 15, "work_seconds": 2}
    async with (
        ground.database(database, folder) as url,
        opened(f"{database}, {name}", url, folder, receive=POLLING, **changes) as place,
    ):
        return [f"{place.name}: {what}" for what in await trial(place, ground)]


# Answers that are lost.


async def _lost_answers(place: Place, ground: Ground) -> list[str]:
    """A fifth of what Telegram has accepted is never answered, for a while, while people write both ways."""
    chance, seconds = ground.chance, ground.told.lost_answers_seconds
    pairs = await talking_pairs(place.store, PAIRS)
    await place.program.start()
    losing = place.api.fail(kind="drop_after", times=None, when=lambda: chance.random() < SHARE_LOST)
    said = await _write_for(place, pairs, seconds, chance)
    losing.when = lambda: False
    await place.api.drained(SETTLE_SECONDS)
    await until(place.nothing_due, otherwise="everything to be said", seconds=SETTLE_SECONDS)

    copies = {words: place.times_shown(reader, words) for words, reader in said.items()}
    words_of, rows = await place.words_by_id(), await place.rows(Notice.REPLY, Notice.WORDS)
    flagged = {words_of[row.message_id] for row in rows if row.doubtful}
    told = Counter(row.params.get("message") for row in await place.rows(Notice.RELAY_TROUBLE))
    untold = [row.message_id for row in rows if row.state == RowState.FAILED and row.kind == Notice.REPLY]
    untold = [message for message in untold if not told[message]]
    times = Counter(copies.values())
    print(f"{place.name:32} {len(said)} messages, {losing.hits} answers lost, copies {dict(sorted(times.items()))}")
    found = [f"{number} copies of: {words}" for words, number in copies.items() if number not in (1, 2)]
    found += [
        f"twice without a flag: {words}" for words, number in copies.items() if number == 2 > (words in flagged) + 1
    ]
    found += [f"an author was not told: {message}" for message in untold]
    return found + ([] if losing.hits else ["no answer was lost, which is not a test"])


async def _write_for(place: Place, pairs: list[Pair], seconds: float, chance: random.Random) -> dict[str, int]:
    """People wrote both ways for so long; what was said, and to which chat."""
    said: dict[str, int] = {}
    for number in range(int(seconds * WRITES_A_SECOND)):
        pair = chance.choice(pairs)
        author, reader = chance.sample((pair.newcomer, pair.volunteer), 2)
        words = f"words number {number:05} end"
        await place.api.says(author, words, language_code="sv")
        said[words] = reader
        await asyncio.sleep(1 / WRITES_A_SECOND)
    return said


# Telegram is gone, in three ways.


async def _gone_and_back(place: Place, ground: Ground) -> list[str]:
    """Refusing, answering 502, silent; meanwhile replies queue here and people's words there. Then all leaves."""
    pairs = await talking_pairs(place.store, CROWD_OF_PAIRS)
    await place.program.start()
    await place.api.wait_begun("getUpdates", timeout=READY_SECONDS)
    each = ground.told.gone_seconds / 3
    await place.api.down()
    queueing = asyncio.create_task(_queue_replies(place, pairs))
    for number in range(INBOUND):
        pair = pairs[number % len(pairs)]
        await place.api.says(pair.newcomer, f"inbound {number:04} end", language_code="sv")
    await asyncio.sleep(each)
    broken = place.api.fail(kind=502, times=None), place.api.fail("getUpdates", kind=502, times=None)
    await place.api.up()
    await asyncio.sleep(each)
    for fault in broken:
        fault.times = 0
    place.api.black_hole()
    await asyncio.sleep(each)
    await queueing
    already = len(place.api.accepted)
    place.api.black_hole(False)

    back_at = perf_counter()
    replies = [(pairs[n % len(pairs)].newcomer, f"reply {n:04} end") for n in range(REPLIES)]
    with suppress(AssertionError):
        await until(lambda: _all_shown(place, replies), otherwise="all replies", seconds=SETTLE_SECONDS)
    took = perf_counter() - back_at
    await place.api.drained(SETTLE_SECONDS)
    await until(place.nothing_due, otherwise="everything to be said", seconds=SETTLE_SECONDS)
    inbound = [(pairs[n % len(pairs)].volunteer, f"inbound {n:04} end") for n in range(INBOUND)]
    copies = {words: place.times_shown(chat, words) for chat, words in replies + inbound}
    in_all, in_a_chat = _fastest(place, after=already)
    print(
        f"{place.name:32} {REPLIES} replies in {took:.0f} s, at most {in_all} in a second, {in_a_chat:.1f} over one a"
        f" second in a chat, copies {dict(Counter(copies.values()))}"
    )
    found = [f"{number} copies of: {words}" for words, number in copies.items() if number not in (1, 2)]
    found += [f"the replies took {took:.0f} s"] if took > DRAIN_SECONDS else []
    found += [f"{in_all} in one second"] if in_all > MOST_A_SECOND else []
    return found + ([f"a chat got {in_a_chat:.1f} at once"] if in_a_chat > BURST + JITTER_SECONDS else [])


def _all_shown(place: Place, replies: list[tuple[int, str]]) -> bool:
    return len(place.api.accepted) >= len(replies) and all(place.times_shown(*reply) for reply in replies)


async def _queue_replies(place: Place, pairs: list[Pair]) -> None:
    for number in range(REPLIES):
        pair = pairs[number % len(pairs)]
        async with place.store.work() as work:
            work.actor = await people.staff_on_telegram(work, pair.volunteer)
            mine = (await work.db.execute(text(_CASE_OF.format(volunteer=work.actor.id)))).scalar_one()  # type: ignore[union-attr]
            await relay.from_volunteer(work, case_id=mine, text=f"reply {number:04} end", external_id=f"r{number}")


_CASE_OF = "SELECT id FROM cases WHERE status = 'claimed' AND volunteer_id = {volunteer}"


def _fastest(place: Place, *, after: int) -> tuple[int, float]:
    """The most that were sent in any second, and the most that a chat got beyond one a second."""
    times = sorted(one.at for one in place.api.accepted[after:])
    in_all = max(
        (sum(start <= at < start + 1 for at in times[n : n + 100]) for n, start in enumerate(times)), default=0
    )
    by_chat: dict[int, list[float]] = defaultdict(list)
    for one in place.api.accepted[after:]:
        by_chat[one.chat_id].append(one.at)
    beyond = 0.0
    for sent in by_chat.values():
        for n, start in enumerate(sent):
            beyond = max([beyond, *(m + 1 - (at - start) for m, at in enumerate(sent[n:]))])
    return in_all, beyond


# Calls that hang.


async def _hung_calls(place: Place, _ground: Ground) -> list[str]:
    """One button, one group and four chats hang; what everybody else waits for an answer, before and meanwhile."""
    await place.program.start()
    await place.api.wait_begun("getUpdates", timeout=READY_SECONDS)
    await _round_trips(place, first=10_000)  # connections, caches, compiled statements
    quiet = await _round_trips(place, first=20_000)
    hung = [place.api.fail("sendMessage", 900 + n, kind="hold", times=None) for n in range(HUNG_CHATS)]
    hung.append(place.api.fail("sendMessage", -900, kind="hold", times=None))
    for n in range(HUNG_CHATS):
        await place.api.says(900 + n, "/start", language_code="sv")
    await place.api.in_group(-900, "Hej")
    for fault in hung:
        await fault.reached(READY_SECONDS)
    button = place.api.fail("answerCallbackQuery", kind="hold")
    await place.api.presses(20_000, "lang:sv")
    await button.reached(READY_SECONDS)
    meanwhile = await _round_trips(place, first=30_000)
    place.api.release()
    print(f"{place.name:32} p95 of a round trip: quiet {quiet:.3f} s, while calls hang {meanwhile:.3f} s")
    return _compared(quiet, meanwhile)


def _compared(quiet: float, meanwhile: float) -> list[str]:
    is_slower = meanwhile > max(OTHERS_FACTOR * quiet, quiet + TOO_SMALL_TO_TELL_SECONDS)
    return [f"the others waited {meanwhile:.2f} s instead of {quiet:.2f} s"] if is_slower else []


async def _round_trips(place: Place, *, first: int) -> float:
    """The 95th percentile of the seconds between somebody's first words and the first answer."""
    times = []
    for n in range(ROUNDS):
        began = perf_counter()
        await place.api.says(first + n, "/start", language_code="sv")
        await place.api.wait_for(first + n, lambda _shown: True, timeout=READY_SECONDS)
        times.append(perf_counter() - began)
    return sorted(times)[int(0.95 * len(times))]


# A row that somebody holds on to.


async def _held_row(place: Place, ground: Ground) -> list[str]:
    """Twenty requests to one conversation that is held; others write meanwhile, and it is asked whether all is well."""
    newcomers = await web_newcomers(place.store, 2)
    await place.program.start()
    tokens = [token for _, token in newcomers]
    async with _browser(place) as browser:
        quiet = await _says_all(browser, tokens[1], 10)
        statuses, others = Counter(), []
        async with _held(place, newcomers[0][0].person_id), asyncio.TaskGroup() as group:
            for n in range(CROWD):
                group.create_task(_asks_twice(browser, tokens[0], n, rest_seconds=ground.told.held_seconds / 2))
            ends_at = perf_counter() + ground.told.held_seconds
            while perf_counter() < ends_at:
                async with browser.get("/readyz") as answer:
                    statuses[answer.status] += 1
                others.append(await _says(browser, tokens[1], 100 + len(others)))
                await asyncio.sleep(1.1)  # a login may say sixty things in a minute
        after = await _says(browser, tokens[0], 99)
    refused = Counter(status for status, _ in others if status != 200)
    slowest = max(seconds for _, seconds in others)
    print(
        f"{place.name:32} {len(others)} messages of others, refused {dict(refused)}, slowest {slowest:.2f} s"
        f" (quiet {quiet:.2f} s), /readyz {dict(statuses)}"
    )
    found = [f"others were refused: {dict(refused)}"] if refused else []
    found += [f"not ready throughout: {dict(statuses)}"] if set(statuses) != {200} else []
    return found + (["the held conversation did not come back"] if after[0] != 200 else [])


@asynccontextmanager
async def _browser(place: Place) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Origin": place.program.address, "Accept": "application/json"}
    async with aiohttp.ClientSession(
        place.program.address, headers=headers, connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as browser:  # fmt: skip
        yield browser


async def _asks_twice(browser: aiohttp.ClientSession, token: str, number: int, *, rest_seconds: float) -> None:
    await _says(browser, token, number)
    await asyncio.sleep(rest_seconds)
    await _says(browser, token, number)


async def _says_all(browser: aiohttp.ClientSession, token: str, count: int) -> float:
    return max([(await _says(browser, token, n))[1] for n in range(count)])


async def _says(browser: aiohttp.ClientSession, token: str, number: int) -> tuple[int, float]:
    """The status of the answer, and after how many seconds it came."""
    began = perf_counter()
    words = {"text": f"number {number}", "client_msg_id": f"held-{number:08}"}
    async with browser.post("/sv/chat/say", data=words, headers={"Cookie": f"radrum_chat={token}"}) as answer:
        await answer.read()
        return answer.status, perf_counter() - began


@asynccontextmanager
async def _held(place: Place, person_id: int) -> AsyncIterator[None]:
    other = await asyncpg.connect(place.settings.postgres_dsn)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM conversations WHERE newcomer_id = $1 FOR UPDATE", person_id)
            yield
    finally:
        await other.close()
