"""What was written, what was acknowledged, and what became of it: lost, kept twice, said twice, out of order.

Reads the fake Bot API's side and the database. It must not take the program's word for anything.
"""

from collections import Counter
from dataclasses import dataclass, field

from bot.telling.marking import DOUBTFUL
from models.notice import Notice
from models.outbox import RowState
from tests.crash.place import Place


@dataclass(frozen=True, slots=True)
class Said:
    """One message that somebody wrote. Its words are like no other's."""

    words: str
    author: int
    reader: int
    update_id: int


@dataclass
class Kill:
    """One SIGKILL: how many letters had been accepted by then, and whether work was under way."""

    accepted: int
    hit_work: bool
    ready_seconds: float = 0.0


@dataclass
class Verdict:
    """What was found at the end of one combination."""

    name: str
    sends_in_parallel: int
    messages: int
    kills: list[Kill]
    lost: list[str] = field(default_factory=list)
    said_so: list[str] = field(default_factory=list)
    duplicate_rows: list[str] = field(default_factory=list)
    duplicate_sends: int = 0
    most_duplicates_a_kill: int = 0
    most_duplicates_a_kill_and_chat: int = 0
    unflagged: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)

    @property
    def hits(self) -> int:
        return sum(kill.hit_work for kill in self.kills)

    @property
    def ready_p95(self) -> float:
        times = sorted(kill.ready_seconds for kill in self.kills)
        return times[min(int(0.95 * len(times)), len(times) - 1)] if times else 0.0


async def judge(place: Place, name: str, said: list[Said], kills: list[Kill]) -> Verdict:
    """Compares, once everything is acknowledged and delivered."""
    verdict = Verdict(name, place.settings.sends_in_parallel, len(said), kills)
    kept = Counter(await place.words_kept())
    acknowledged = {ack.update_id for ack in place.api.delivery.acked}
    told = await _told_apart(place)
    for one in said:
        if one.update_id not in acknowledged:
            verdict.lost.append(f"never taken in: {one.words}")
        elif not kept[one.words]:
            verdict.lost.append(f"not kept: {one.words}")
        elif not place.times_shown(one.reader, one.words):
            honest = one.words in told
            (verdict.said_so if honest else verdict.lost).append(f"not delivered: {one.words}")
    verdict.duplicate_rows = [words for words, times in kept.items() if times > 1]
    await _count_sent_twice(place, said, verdict)
    verdict.out_of_order = [chat for pair in _pairs(said) for chat in _inversions(place, pair, said)]
    return verdict


async def _count_sent_twice(place: Place, said: list[Said], verdict: Verdict) -> None:
    """Every repetition, by the kill that it comes of and its chat: the first one after the copy before it. The process
    that is started then may be killed before it says it again."""
    by_kill: Counter[tuple[int, int]] = Counter()
    repeated = set()
    for one in said:
        sent = [n for n, row in enumerate(place.api.accepted) if row.chat_id == one.reader and one.words in row.text]
        for copy in sent[:-1]:
            repeated.add(one.words)
            by_kill[sum(kill.accepted <= copy for kill in verdict.kills), one.reader] += 1
    verdict.duplicate_sends = by_kill.total()
    of_kill: Counter[int] = Counter()
    for (kill, _), times in by_kill.items():
        of_kill[kill] += times
    verdict.most_duplicates_a_kill = max(of_kill.values(), default=0)
    verdict.most_duplicates_a_kill_and_chat = max(by_kill.values(), default=0)
    verdict.unflagged = sorted(repeated - await _flagged_words(place))


async def _told_apart(place: Place) -> set[str]:
    """Words that may not have arrived, as somebody has read: two kills may each have hit them on their way, and a third
    try could be a third copy. The author of a reply has the line with "send again"; of a newcomer's words the volunteer
    was sent to the desk, where they stand."""
    words = await place.words_by_id()
    sent = [row for row in await place.rows(Notice.RELAY_TROUBLE, Notice.NEW_WORDS) if row.state == RowState.SENT]
    replies = {int(row.params["message"]) for row in sent if row.kind == Notice.RELAY_TROUBLE}
    cases = {row.case_id for row in sent if row.kind == Notice.NEW_WORDS}
    ended = [row for row in await place.rows(Notice.REPLY, Notice.WORDS) if row.failure == DOUBTFUL]
    return {
        words[row.message_id]
        for row in ended
        if (row.message_id in replies if row.kind == Notice.REPLY else row.case_id in cases)
    }


async def _flagged_words(place: Place) -> set[str]:
    rows = await place.rows(Notice.REPLY, Notice.WORDS)
    words = await place.words_by_id()
    return {words[row.message_id] for row in rows if row.doubtful}


def _pairs(said: list[Said]) -> set[tuple[int, int]]:
    return {(one.author, one.reader) for one in said}


def _inversions(place: Place, pair: tuple[int, int], said: list[Said]) -> list[str]:
    """Chats whose first showing of each message is not in the order in which they were written."""
    author, reader = pair
    written = [one.words for one in said if (one.author, one.reader) == pair]
    texts = [message.text for message in place.api.chat(reader).from_bot]
    shown = [words for words in written if place.times_shown(reader, words)]
    first = [next(n for n, text in enumerate(texts) if words in text) for words in shown]
    return [] if first == sorted(first) else [f"{author} to {reader}"]
