"""Several workers deliver, and one of them waits for all: what another one learns meanwhile, it takes into account."""

import asyncio
from pathlib import Path

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people.texts import Linked
from bot.service import Service
from bot.telling.delivery import Delivery
from tests import builders
from tests.builders import Postbox
from tests.crash.program import until
from tests.given import settings_for

LETTERS = 6  # more than may go to a chat at once


async def test_a_chat_that_may_only_be_sent_so_much_hears_on_as_soon_as_it_may(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    """The worker that waits has begun to before the others knew that this chat has had enough for a moment."""
    settings = settings_for(sqlite_url, tmp_path, poll_seconds=60, sends_in_parallel=2, sends_to_a_chat_a_second=2)
    store, postbox = Store(settings, Seal(create_key(settings.key_file))), Postbox()
    service = Service(store, settings, catalogues)
    amina = await builders.volunteer(service, chat_id=500)
    async with store.work() as work:
        for _ in range(LETTERS):
            await work.tell(amina.id, Linked())
    delivery, held = Delivery(service, {"telegram": postbox}), postbox.hold(500)
    delivering = asyncio.create_task(delivery.run())
    await held.left.wait()
    await until(lambda: delivery._bell._rung._waiters, otherwise="the other worker to rest")
    held.arrives.set()

    await until(lambda: len(postbox.letters) > LETTERS, otherwise="all letters to leave")

    service.health.stopping = True
    store.bells.ring_all()
    await delivering
    await store.close()
