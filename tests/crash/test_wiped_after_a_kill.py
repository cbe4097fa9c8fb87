"""A program killed between `/delete` and the wiping of the files: the one that is started next does it."""

from pathlib import Path

from sqlalchemy import select

from models.base import table_of
from models.conversation import Message
from tests.botapi.chat import Shown
from tests.crash.place import WEBHOOK, Place, opened, talking_pairs
from tests.crash.program import until
from tests.foreign_reader import files_in, reading

SOON_SECONDS = 10.0


async def test_the_next_program_takes_what_was_deleted_out_of_the_files(sqlite_url: str, tmp_path: Path) -> None:
    async with opened("wiped", sqlite_url, tmp_path, receive=WEBHOOK) as place:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        await place.api.says(pair.newcomer, "deleted soon")
        await place.settled()
        sealed = await _sealed_words(place)
        assert place.store.file is not None

        async with reading(place.store.file):  # the log stays, as after a kill that comes at once
            await _deletes(place, pair.newcomer)
            await place.program.kill()
            await place.store.close()
            left_by_the_first = await _left(place, sealed)
        await place.program.start()
        await until(lambda: _is_clean(place, sealed), otherwise="clean files", seconds=SOON_SECONDS)

        assert len(sealed) == 2
        assert left_by_the_first


async def _sealed_words(place: Place) -> list[bytes]:
    async with place.store.look() as db:
        return list((await db.execute(select(table_of(Message).c.words))).scalars())


async def _deletes(place: Place, chat_id: int) -> None:
    await place.api.says(chat_id, "/delete")
    asked: Shown = await place.api.wait_for(chat_id, lambda shown: "erase:yes" in str(shown.buttons))
    yes = next(button.action for row in asked.buttons for button in row if button.action.startswith("erase:yes:"))
    await place.api.delivered(await place.api.presses(chat_id, yes, asked.message_id))
    assert await _sealed_words(place) == []


async def _left(place: Place, sealed: list[bytes]) -> list[str]:
    files = await files_in(place.settings.data_dir)
    return [name for name, content in files.items() if any(value in content for value in sealed)]


async def _is_clean(place: Place, sealed: list[bytes]) -> bool:
    return not await _left(place, sealed)
