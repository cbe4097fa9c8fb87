"""Which commands a volunteer and a coordinator have, as the help lists them and Telegram's menu shows them.

One list for both. It must not send a menu: a row of the outbox has it sent (`bot/people/menus.py`).
"""

import hashlib
import json

from sqlalchemy import select

from bot.engine.inserts import upsert
from bot.engine.work import Work
from bot.hours.texts_staff import HOURS_COMMANDS
from bot.language.i18n import Catalogues, Plain, Words
from bot.people import menus
from bot.shifts.texts_coordinator import SHIFT_COMMANDS, VOLUNTEER_COMMANDS
from models.base import table_of
from models.outbox import Meta
from models.people import STAFF_LANGUAGES, STAFF_ROLES, Role

STAFF_COMMANDS = (
    "cases", "queue", "onduty", "offduty", "note", "handover", "followup", "danger", *VOLUNTEER_COMMANDS, "me", "pause",
    "desk", "language", "leave", "help",
)  # fmt: skip
PEOPLE_COMMANDS = ("volunteers", "invite")
CASE_COMMANDS = ("overview", "case", "reassign", "block", "unblock")
COORDINATOR_COMMANDS = (*CASE_COMMANDS, *SHIFT_COMMANDS, *PEOPLE_COMMANDS, *HOURS_COMMANDS)
SHOWN = "staff_menus"  # in Meta: what the menus say that staff have been shown
_META = table_of(Meta)


def commands_of(role: Role) -> tuple[str, ...]:
    """The commands of somebody with this role, in the order in which they are listed."""
    return (*STAFF_COMMANDS, *COORDINATOR_COMMANDS) if role == Role.COORDINATOR else STAFF_COMMANDS


def what_does(words: Words, name: str) -> Plain:
    """What this command is for, and an example where it takes words."""
    return words(f"staff_command_{name}")


def menu_of(words: Words, role: Role) -> tuple[tuple[str, Plain], ...]:
    """As `commands_of`, each with what it does."""
    return tuple((name, what_does(words, name)) for name in commands_of(role))


async def refresh(work: Work, catalogues: Catalogues) -> None:
    """Everybody on the staff is shown their menu, if what the menus say is another than when that was done last: after
    an upgrade, and where they were linked by a version that knew no menus."""
    said = [[menu_of(catalogues.desk(language), role) for role in STAFF_ROLES] for language in STAFF_LANGUAGES]
    now = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    shown = (await work.db.execute(select(_META.c.value).where(_META.c.name == SHOWN))).scalar_one_or_none()
    if shown == now:
        return
    noted = upsert(work.db.dialect.name, _META, key=["name"], overwrites=["value"])
    await work.db.execute(noted.values(name=SHOWN, value=now))
    await menus.show_everybody(work)
