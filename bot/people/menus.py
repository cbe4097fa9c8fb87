"""The menu of commands that Telegram shows a volunteer or coordinator: their own, in their language.

A row of the outbox has it set, once for each change; what it then holds is decided when it leaves. It must not know the
commands: `bot/volunteers/menus.py` does.
"""

from sqlalchemy import bindparam, select

from bot.engine.work import Work
from bot.people.texts import Menu
from models.base import table_of
from models.people import STAFF_ROLES, Address, Channel, Person

_ADDRESSES, _PEOPLE = table_of(Address), table_of(Person)
_CHATS = select(_ADDRESSES.c.id).where(_ADDRESSES.c.channel == Channel.TELEGRAM, _ADDRESSES.c.farewell.is_(False))
_THEIR_CHATS = _CHATS.where(_ADDRESSES.c.person_id == bindparam("person"))


async def show(work: Work, person_id: int) -> None:
    """The person's chat shows the menu of what they are, in the language they speak now; where there is a chat."""
    chats = (await work.db.execute(_THEIR_CHATS, {"person": person_id})).scalars().all()
    await work.tell_places([(chat, None) for chat in chats], Menu())


async def show_everybody(work: Work) -> None:
    """As `show`, of everybody on the staff."""
    them = select(_PEOPLE.c.id).where(_PEOPLE.c.role.in_(STAFF_ROLES), _PEOPLE.c.enabled)
    chats = (await work.db.execute(_CHATS.where(_ADDRESSES.c.person_id.in_(them)))).scalars().all()
    await work.tell_places([(chat, None) for chat in chats], Menu())
