"""The one post about the hours in the service's Telegram channel: where it is, and that it is to be written anew.

The channel is a lane of the outbox like a person's, tied to nobody; the post is rendered when it is sent, so that a
row that waits is never out of date. It must not render or send.
"""

from sqlalchemy import delete, select, update

from bot.engine.db import Db
from bot.engine.inserts import insert_or_skip
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.hours.texts import HoursPost
from bot.hours.texts_unasked import ChannelLost, ChannelMoved
from bot.people import people
from models.base import new_id, table_of
from models.outbox import Meta, Outbox, RowState
from models.people import Address, Channel

LANE, CONFIGURED, MESSAGE = "hours_post_lane", "hours_post_channel", "hours_post_message"
_ADDRESSES, _OUTBOX, _FACTS = table_of(Address), table_of(Outbox), table_of(Meta)


async def refresh(work: Work) -> None:
    """The channel's post will say what holds now; without a channel, nothing."""
    lane = await _lane(work)
    if lane is None:
        return
    await work.db.execute(update(_ADDRESSES).where(_ADDRESSES.c.id == lane).values(parked_at=None))
    waiting = (_OUTBOX.c.address_id == lane, _OUTBOX.c.state == RowState.DUE, _OUTBOX.c.lease_owner.is_(None))
    # An UPDATE, so that nobody takes the waiting row, and writes what held before, until this act is committed.
    again = update(_OUTBOX).where(*waiting).values(due_at=work.now, timed_at=work.now).returning(_OUTBOX.c.id)
    if not (await work.db.execute(again)).all():
        await work.tell_address(lane, HoursPost())


async def is_lane(db: Db, seal: Seal, chat_id: int) -> bool:
    """Whether this chat is the one the post is in, under the id it was configured or has moved to."""
    lane = await _fact(db, LANE)
    lookup = seal.blind(Channel.TELEGRAM, str(chat_id))
    same = select(_ADDRESSES.c.id).where(_ADDRESSES.c.id == int(lane or 0), _ADDRESSES.c.lookup == lookup)
    return (await db.execute(same)).scalar_one_or_none() is not None


async def message(db: Db) -> int | None:
    """The message in the channel that is the post; None before the first."""
    kept = await _fact(db, MESSAGE)
    return int(kept) if kept else None


async def posted(work: Work, remote_id: int | None) -> None:
    """The post is this message from now on; None leaves it as it was."""
    if remote_id is not None:
        await _keep(work, MESSAGE, str(remote_id))


async def lost(work: Work) -> None:
    """Somebody has deleted the post: the next one is a new message."""
    await work.db.execute(delete(_FACTS).where(_FACTS.c.name == MESSAGE))


async def moved(work: Work, lane: int, chat: str) -> None:
    """The channel has another id from now on, which is followed; the coordinators know."""
    values = {
        "lookup": work.seal.blind(Channel.TELEGRAM, chat),
        "chat": work.seal.seal(chat, table="addresses", column="chat", row_id=lane),
    }
    await work.db.execute(update(_ADDRESSES).where(_ADDRESSES.c.id == lane).values(**values))
    await lost(work)
    await people.tell_coordinators(work, ChannelMoved())


async def unreachable(work: Work) -> None:
    """The coordinators know that the channel does not take our post."""
    await people.tell_coordinators(work, ChannelLost())


async def _lane(work: Work) -> int | None:
    """The channel's lane, made anew when another channel is configured; None if there is none."""
    channel = work.settings.hours_channel
    if not channel or work.settings.telegram_token is None:
        return None
    configured, kept = work.seal.blind("hours channel", channel), await _fact(work.db, CONFIGURED)
    lane = await _fact(work.db, LANE)
    if lane and kept == configured:
        return int(lane)
    if lane:
        await work.db.execute(delete(_ADDRESSES).where(_ADDRESSES.c.id == int(lane)))
        await lost(work)
    fresh = new_id()
    row = {
        "id": fresh, "person_id": None, "channel": Channel.TELEGRAM.value,
        "lookup": work.seal.blind(Channel.TELEGRAM, channel),
        "chat": work.seal.seal(channel, table="addresses", column="chat", row_id=fresh),
    }  # fmt: skip
    await work.db.execute(insert_or_skip(work.db, _ADDRESSES), row)
    same = select(_ADDRESSES.c.id).where(_ADDRESSES.c.channel == row["channel"], _ADDRESSES.c.lookup == row["lookup"])
    made: int = (await work.db.execute(same)).scalar_one()  # another process that starts now may have been first
    await _keep(work, LANE, str(made))
    await _keep(work, CONFIGURED, configured)
    return made


async def _fact(db: Db, name: str) -> str | None:
    value: str | None = (await db.execute(select(_FACTS.c.value).where(_FACTS.c.name == name))).scalar_one_or_none()
    return value


async def _keep(work: Work, name: str, value: str) -> None:
    await work.db.execute(delete(_FACTS).where(_FACTS.c.name == name))
    await work.db.execute(insert_or_skip(work.db, _FACTS), {"name": name, "value": value})
