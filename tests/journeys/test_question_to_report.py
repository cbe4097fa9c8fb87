"""One question, from the first word to the report, on Telegram both sides (more channels join here)."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import clock
from bot.actions import people, sessions, shifts
from bot.i18n import Catalogues
from bot.service import Service
from bot.seal import Seal, create_key
from bot.store import Store
from models.case import spoken_code
from models.people import LinkPurpose, Role
from tests.actors import TelegramNewcomer, TelegramVolunteer
from tests.botapi import FakeBotApi
from tests.conftest import TOKEN, settings_for
from tests.running import running


async def test_question_is_claimed_answered_and_closed(database_url: str, tmp_path: Path, catalogues: Catalogues) -> None:
    async with FakeBotApi() as api:
        settings = settings_for(database_url, tmp_path, telegram_token=TOKEN, telegram_api_url=api.url)
        store = Store(settings, Seal(create_key(settings.key_file)))
        service = Service(store, settings, catalogues)
        async with store.work() as work:
            v = await people.add_staff(work, role=Role.VOLUNTEER, alias="Amina", language="sv", speaks=["sv", "ar"])
            await shifts.add_shift(work, starts_at=clock.now(), ends_at=clock.now() + timedelta(hours=3), person_ids=[v])
            token = await sessions.make_link(work, v, LinkPurpose.TELEGRAM)
        async with running(service):
            volunteer = TelegramVolunteer(api, 500, token)
            await volunteer.arrives()
            newcomer = TelegramNewcomer(api, 900, "sv")
            await newcomer.arrives()
            await newcomer.agrees()
            await newcomer.sees("egna ord")
            await newcomer.says("Jag har fått ett brev")
            text = await newcomer.sees("Tack! Vi har fått din fråga.")
            code = __import__("re").search(r"\d{3} \d{3} \d", text).group()
            await volunteer.claims(code)
            await newcomer.sees("läser din fråga nu")
            await volunteer.sees("Jag har fått ett brev")
            for n in range(4):
                await newcomer.says(f"fråga {n}")
                await volunteer.sees(f"fråga {n}")
                await volunteer.says(f"svar {n}")
                await newcomer.sees(f"svar {n}")
            try:
              await volunteer.closes(code, category="housing", organisation="migrationsverket", outcome="answered", minutes=10)
            except AssertionError:
                from sqlalchemy import text
                async with store.look() as db:
                    for r in (await db.execute(text("select id,address_id,kind,state,due_at,attempts,lease_owner,edits,remote_id,failure,doubtful from outbox order by id desc limit 12"))).all(): print(r)
                    print((await db.execute(text("select * from closing_drafts"))).all())
                for c in api.calls[-25:]: print(c.method, c.ok, c.error, str(c.params)[:300])
                raise
            await newcomer.sees("Ärendet är avslutat")
            print("\n".join(api.chat(900).transcript() if not isinstance(api.chat(900).transcript(), str) else [api.chat(900).transcript()]))
            print(api.chat(500).transcript())
        await store.close()
