"""Every update is told twice at once, to two processes, while sixty people write: each is kept once, in its order."""

import asyncio
import json
from pathlib import Path

from bot.language.i18n import Catalogues
from handlers.telegram.receiving import Telegram
from tests import builders
from tests.channels.telegram_house import House, telegram_house

PEOPLE, EACH = 60, 20
FIRST_CHAT = 1_000


async def said_by(house: House, other: Telegram, chat: int) -> set[int]:
    """One person's messages, one after the other, each told to both at once. What the webhook has answered."""
    answered = set()
    for number in range(EACH):
        happened = await house.api.says(chat, f"Ord {number:02}")
        body = next(one.body for one in house.api.delivery.waiting() if one.update_id == happened.update_id)
        told = json.dumps(body).encode()
        answered |= set(await asyncio.gather(house.telegram.webhook(told), other.webhook(told)))
    return answered


async def kept(house: House, asker: builders.Newcomer) -> list[str]:
    """What is kept of this person's words, in the order in which it is read."""
    of_them = "SELECT id, words FROM messages WHERE case_id = :case ORDER BY seq"
    rows = await builders.table(house.service, of_them, case=asker.case_id)
    seal = house.service.store.seal
    return [seal.open(bytes(row.words), table="messages", column="words", row_id=row.id) for row in rows]


async def test_what_sixty_people_write_and_is_told_twice_at_once_is_kept_once_and_in_order(
    database_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(database_url, tmp_path, catalogues) as house:
        askers = [await builders.case_of(house.service, chat_id=FIRST_CHAT + place) for place in range(PEOPLE)]
        other = Telegram(house.service)

        said = [said_by(house, other, FIRST_CHAT + place) for place in range(PEOPLE)]
        answered = set().union(*await asyncio.gather(*said))

        in_order = ["Jag har fått ett brev", *(f"Ord {number:02}" for number in range(EACH))]
        assert answered == {200}
        assert [await kept(house, asker) for asker in askers] == [in_order] * PEOPLE
        await other.close()
