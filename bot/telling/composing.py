"""From a leased row to the letter that a channel is asked to carry: to which chat, in place of what, and what it says.

What it says is `render.py`'s. It must not change a row or send.
"""

from zoneinfo import ZoneInfo

from bot.engine import clock
from bot.engine.db import Db
from bot.hours import channel_post
from bot.hours.reminders import is_over
from bot.hours.texts import SessionEvening
from bot.people.texts import Menu, Unsay
from bot.service import Service
from bot.telling import lanes
from bot.telling.addressed import Addressed, addressed
from bot.telling.letters import Letter
from bot.telling.outbox import OutboxRow
from bot.telling.render import is_taken_back, menu_for, prompt_of
from bot.telling.table import saying_of
from models.dialogue import Prompt
from models.notice import Notice
from models.outbox import SILENT


async def letter_of(
    db: Db, service: Service, row: OutboxRow, known: Addressed | None = None
) -> tuple[Letter | None, str]:
    """The letter, and the channel that carries it; None in place of a letter that has nothing to say any more.

    `known`: what was read of its reader with the lease.

    Raises:
        NoResultFound: its reader was erased, or has lost this address.
        SealError, LookupError, ValueError, Refusal: it cannot be rendered.
    """
    known = known or await addressed(db, row)
    lane = known.lane
    chat = service.store.seal.open(lane.chat, table="addresses", column="chat", row_id=row.address_id)
    saying = saying_of(row.kind, row.params)
    if isinstance(saying, SessionEvening) and _is_over(saying, service.store.zone):
        return None, lane.channel  # behind a door that was shut; "you asked to be reminded" would be absurd now
    edits = await channel_post.message(db) if row.kind == Notice.HOURS_POST else None
    if row.edits is not None:
        edits = (await db.execute(lanes.REMOTE, {"row": row.edits})).scalar_one_or_none()
        if edits is None and not isinstance(saying, Unsay):
            return None, lane.channel
    if isinstance(saying, Unsay):
        unsays = await lanes.unsaid(db, row, saying, edits)
        return (Letter(chat, Prompt(""), unsays=unsays) if unsays else None), lane.channel
    if isinstance(saying, Menu):
        return Letter(chat, Prompt(""), menu=menu_for(known.reader, service)), lane.channel
    if row.kind == Notice.REPLY and row.message_id and await is_taken_back(db, row.message_id):
        return None, lane.channel
    prompt = await prompt_of(db, service, row, known)
    letter = Letter(
        chat, prompt, edits=edits, reply_to=saying.reply_to, is_silent=row.kind in SILENT, parts_sent=row.parts_sent
    )
    return letter, lane.channel


def _is_over(reminder: SessionEvening, zone: ZoneInfo) -> bool:
    return clock.doubt() is None and is_over(reminder, clock.now(), zone)
