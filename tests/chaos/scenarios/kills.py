"""People write both ways while the program is killed at random moments; both databases, both ways of receiving."""

from tests.chaos.ground import BOTH, Ground
from tests.chaos.ledger import Verdict
from tests.chaos.storm import Storm
from tests.crash.place import POLLING, WEBHOOK, opened

MESSAGES_A_KILL = 18  # fewer, and the program has often done with them when it is killed
FEWEST_HITS = 0.75  # of the kills: fewer, and the run has not tried what it says
LONGEST_READY_SECONDS = 5.0


async def run(ground: Ground) -> list[str]:
    """Nothing lost, nothing kept twice, nothing said twice without a flag."""
    _print_head()
    verdicts = []
    for database in ground.databases:
        for receive in (POLLING, WEBHOOK) if ground.told.receive == BOTH else (ground.told.receive,):
            verdicts.append(await _storm(ground, database, receive))
            _print_row(verdicts[-1])
    for one in verdicts:
        if one.ready_p95 > LONGEST_READY_SECONDS:
            print(f"{one.name}: ready again after {one.ready_p95:.1f} s at the 95th percentile; 5 s is the aim")
    return [violation for one in verdicts for violation in violations(one)]


async def _storm(ground: Ground, database: str, receive: str) -> Verdict:
    told, name = ground.told, f"{database}-{receive}"
    folder = ground.folder / name
    async with (
        ground.database(database, folder) as url,
        opened(name, url, folder, receive=receive, send_timeout_seconds=5) as place,
    ):
        messages = told.messages or told.kills * MESSAGES_A_KILL
        return await Storm(place, name, messages=messages, kills=told.kills, chance=ground.chance).run()


COLUMNS = (
    "messages",
    "kills",
    "hit work",
    "lost",
    "said so",
    "rows twice",
    "sent twice",
    "a kill",
    "kill+chat",
    "unflagged",
    "order",
)


def _print_head() -> None:
    print(f"{'':22}" + "".join(f"{column:>11}" for column in COLUMNS) + f"{'ready p95 s':>13}", flush=True)


def _print_row(one: Verdict) -> None:
    values = (
        one.messages, len(one.kills), one.hits, len(one.lost), len(one.said_so), len(one.duplicate_rows),
        one.duplicate_sends, one.most_duplicates_a_kill, one.most_duplicates_a_kill_and_chat, len(one.unflagged),
        len(one.out_of_order),
    )  # fmt: skip
    print(f"{one.name:22}" + "".join(f"{value:>11}" for value in values) + f"{one.ready_p95:>13.1f}", flush=True)


def violations(one: Verdict) -> list[str]:
    """What must not be, in words."""
    found = [f"{one.name}: {what}" for what in one.lost]
    found += [f"{one.name}: kept twice: {words}" for words in one.duplicate_rows]
    found += [f"{one.name}: said twice without a flag: {words}" for words in one.unflagged]
    found += [f"{one.name}: out of order: {chat}" for chat in one.out_of_order]
    if one.most_duplicates_a_kill_and_chat > 1:
        found.append(f"{one.name}: one chat heard {one.most_duplicates_a_kill_and_chat} things twice after one kill")
    if one.most_duplicates_a_kill > one.sends_in_parallel:
        found.append(f"{one.name}: {one.most_duplicates_a_kill} things said twice after one kill")
    if one.hits < FEWEST_HITS * len(one.kills):
        found.append(f"{one.name}: only {one.hits} of {len(one.kills)} kills hit work, which is not a test")
    return found
