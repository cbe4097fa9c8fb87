"""A chat that is open hears what somebody else has written to the database, though no bell of this process rang."""

from pathlib import Path

from sqlalchemy import text

from bot.intake import converse
from bot.people import logins, people
from models.dialogue import Incoming, Said
from tests.crash.browser import Browser
from tests.crash.place import WEBHOOK, opened

PATIENCE_SECONDS = 20.0
LOGIN_ENDED = 4401


async def test_an_open_chat_hears_what_another_process_has_written(sqlite_url: str, tmp_path: Path) -> None:
    async with opened("live", sqlite_url, tmp_path, receive=WEBHOOK) as place:
        await place.program.start()
        async with Browser(place.program.address) as browser:
            await browser.agrees()
            socket = await browser.opens_socket()
            await socket.receive_json(timeout=PATIENCE_SECONDS)

            async with place.store.work() as work:
                person = (await work.db.execute(text("SELECT newcomer_id FROM conversations"))).scalar_one()
                visitor = await people.visitor_of(work.db, person)
                assert visitor is not None
                await converse.receive(work, visitor, Incoming("elsewhere", Said("Sagt annanstans"), "elsewhere"))
            told = ""
            while "Sagt annanstans" not in told:
                told = await socket.receive_str(timeout=PATIENCE_SECONDS)

            async with place.store.work() as work:
                await logins.end_all_logins(work, person)
            while "ended" not in told:
                told = await socket.receive_str(timeout=PATIENCE_SECONDS)
            goodbye = await socket.receive(PATIENCE_SECONDS)

        assert goodbye.data == LOGIN_ENDED
