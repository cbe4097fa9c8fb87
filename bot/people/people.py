"""Who people are: a newcomer arrives on a channel, staff are added, linked to Telegram, and shown out.

It must not open browsers' logins: `logins.py` does.
"""

from datetime import date, datetime
from typing import Unpack

from sqlalchemy import bindparam, delete, func, insert, inspect, select, update

from bot.engine import bells
from bot.engine.actors import Actor, Barred, Visitor
from bot.engine.db import Asking
from bot.engine.errors import BadInput
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import first, only
from bot.engine.work import About, Work
from bot.language.i18n import suggest_language
from bot.people import access, in_chat, menus, names
from bot.people.reached import BY_ID, BY_LOOKUP, Reached
from bot.people.texts import Linked
from models.base import new_id, table_of
from models.conversation import Conversation
from models.intake import IntakeStep
from models.people import STAFF_LANGUAGES, STAFF_ROLES, Address, Channel, Person, Role
from models.saying import Saying
from models.volunteer import VolunteerProfile

LANGUAGES_SPOKEN = ("sv", "ar", "fa", "uk", "en", "ru", "be", "prs", "ps", "ckb", "so", "ti")
LONGEST_ALIAS = 40
_PEOPLE, _ADDRESSES = table_of(Person), table_of(Address)
_THREADS, _PROFILES = table_of(Conversation), table_of(VolunteerProfile)
_NEW_PROFILE = insert(_PROFILES)
_LINKED = select(_ADDRESSES.c.id).where(
    _ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.channel == Channel.TELEGRAM
)
_COORDINATORS = select(_PEOPLE.c.id).where(_PEOPLE.c.role == Role.COORDINATOR, _PEOPLE.c.enabled).order_by(_PEOPLE.c.id)

_OF_LANE = update(_ADDRESSES).where(_ADDRESSES.c.id == bindparam("address"))
_OF_PERSON = update(_PEOPLE).where(_PEOPLE.c.id == bindparam("person"))
_UNPARK = (
    update(_ADDRESSES)
    .where(_ADDRESSES.c.id == bindparam("address"), _ADDRESSES.c.parked_at.is_not(None))
    .values(parked_at=None)
)


async def staff_on_telegram(work: Work, chat_id: int) -> Actor | None:
    """The volunteer or coordinator whose linked account this is, enabled or not; None for anybody else."""
    found = work.noted(Reached) or await _lane(work, Channel.TELEGRAM, str(chat_id))
    if found is None:
        return None
    if found.role not in STAFF_ROLES:
        work.note(found)  # who acts is asked next
        return None
    return Actor(found.person_id, found.role, found.language, found.enabled, found.address_id)


async def newcomer_on_telegram(work: Work, chat_id: int, *, hint: str | None) -> Visitor:
    """The newcomer behind this chat; a new one if nobody is. `hint`: the language their app is set to, never stored
    as their choice."""
    found = work.noted(Reached) or await _lane(work, Channel.TELEGRAM, str(chat_id))
    if found is None:
        await _create_newcomer(work, Channel.TELEGRAM, str(chat_id))
        found = await _lane(work, Channel.TELEGRAM, str(chat_id))
        assert found is not None
        await work.db.execute_ahead(_OF_LANE, {"address": found.address_id, "language": suggest_language(hint)})
    return _visitor(found)


async def bare_newcomer_on_telegram(work: Work, chat_id: int) -> int | None:
    """The newcomer behind this chat, if they have only looked in: no consent, no words, no case. Locks the conversation
    so that nothing of that comes meanwhile."""
    found = await _lane(work, Channel.TELEGRAM, str(chat_id))
    if found is None or found.role != Role.NEWCOMER or found.conversation_id is None:
        return None
    await work.lock(found.conversation_id)
    begun = _THREADS.c.consent_at.is_not(None) | _THREADS.c.draft.is_not(None)
    begun_here = select(_THREADS.c.id).where(_THREADS.c.id == found.conversation_id, begun)
    if (await work.db.execute(begun_here)).first() or await access.newest_case_of(work.db, found.person_id):
        return None
    return found.person_id


async def is_known_on_telegram(work: Work, chat_id: int) -> bool:
    """Whether anybody is behind this chat."""
    return await _lane(work, Channel.TELEGRAM, str(chat_id)) is not None


async def language_on_telegram(work: Work, chat_id: int) -> str | None:
    """The language the person behind this chat has chosen, if any."""
    found = await _lane(work, Channel.TELEGRAM, str(chat_id))
    return None if found is None else found.language


async def back_on_telegram(work: Work, chat_id: int) -> None:
    """The person behind this chat, if known, has unblocked the bot."""
    found = await _lane(work, Channel.TELEGRAM, str(chat_id))
    if found is not None:
        await sign_of_life(work, found.address_id)


async def newcomer_on_web(work: Work, person_id: int) -> Visitor | None:
    """The newcomer whom a browser's login acts for; None after they were erased."""
    return await visitor_of(work.db, person_id)


async def visitor_of(db: Asking, person_id: int) -> Visitor | None:
    """The newcomer with this id, for a page that only reads; None after they were erased."""
    found = first(Reached, await db.execute(BY_ID, {"person": person_id}))
    return None if found is None or found.role != Role.NEWCOMER else _visitor(found)


async def new_newcomer_on_web(work: Work, language: str) -> Visitor:
    """A newcomer nobody knew, with an inbox on the web; the page has told them the statement and asks for consent."""
    person_id = await _create_newcomer(work, Channel.WEB, None, step=IntakeStep.CONSENT)
    await speak(work, person_id, language)
    visitor = await newcomer_on_web(work, person_id)
    assert visitor is not None
    return visitor


async def known_since(work: Work, person_id: int) -> datetime:
    """When the person first came, as far as we know."""
    came = select(_PEOPLE.c.created_at).where(_PEOPLE.c.id == person_id)
    came_at: datetime = (await work.db.execute(came)).scalar_one()
    return came_at


async def sign_of_life(work: Work, address_id: int) -> None:
    """A parked lane goes on: the person is there again."""
    if (await work.db.execute(_UNPARK, {"address": address_id})).rowcount:
        work.ring(bells.OUTBOX)


async def speak(work: Work, person_id: int, language: str) -> None:
    """The person is spoken to in this language from now on."""
    await work.db.execute_ahead(_OF_PERSON, {"person": person_id, "language": language})


async def speak_to_staff(work: Work, person_id: int, language: str) -> None:
    """As `speak`, also in the menu of their chat."""
    await speak(work, person_id, language)
    await menus.show(work, person_id)


async def add_staff(work: Work, *, role: Role, alias: str, language: str, speaks: list[str]) -> int:
    """A volunteer or coordinator is known, reached at the desk until Telegram is linked. They count as introduced: the
    command line's word is enough. Returns the person's id.

    Raises: as `add_new_staff`.
    """
    return await _add_staff(work, role, alias, language=language, speaks=speaks, taken_over_on=work.today)


async def add_new_staff(work: Work, *, role: Role, alias: str, language: str, speaks: list[str]) -> int:
    """As `add_staff`, of somebody who is to be introduced first: until then they are given no case.

    Raises:
        BadInput: no name, an unknown language, or a name that is taken (two would be told apart by nobody).
    """
    return await _add_staff(work, role, alias, language=language, speaks=speaks, taken_over_on=None)


async def _add_staff(
    work: Work, role: Role, alias: str, *, language: str, speaks: list[str], taken_over_on: date | None
) -> int:
    if not alias or len(alias) > LONGEST_ALIAS:
        raise BadInput("bad_alias", most=LONGEST_ALIAS)
    if language not in STAFF_LANGUAGES:
        raise BadInput("bad_staff_language", value=language)
    strange = [code for code in speaks if code not in LANGUAGES_SPOKEN]
    if strange:
        raise BadInput("bad_spoken_language", value=strange[0], known=", ".join(LANGUAGES_SPOKEN))
    taken, person_id = BadInput("alias_taken", alias=alias), new_id()
    if await names.staff_named(work.db, work.seal, alias) is not None:
        raise taken
    person = {"id": person_id, "role": role.value, "language": language, "speaks": speaks, "shows_alias": False}
    named = await names.as_kept(work, person_id, alias)
    added = await work.db.execute(insert_or_skip(work.db, _PEOPLE), {"created_at": work.now, **person, **named})
    if not added.rowcount:  # at this very moment
        raise taken
    await work.db.execute(_NEW_PROFILE, {"person_id": person_id, "taken_over_on": taken_over_on})
    lane = {"id": new_id(), "person_id": person_id, "channel": Channel.WEB.value}
    await work.db.execute(insert_or_skip(work.db, _ADDRESSES), lane)
    return person_id


async def link_telegram(work: Work, person_id: int, chat_id: int) -> None:
    """The staff member's notices go to this Telegram chat; what stands in another that they went to until now, from the
    last 48 hours, is on its way out of it.

    Raises:
        BadInput: the account belongs to another volunteer, or holds a newcomer's conversation, which only that
            person may erase.
    """
    found = await _lane(work, Channel.TELEGRAM, str(chat_id))
    if found is not None and found.person_id == person_id:
        await work.tell(person_id, Linked())
        return
    if found is not None and found.role in STAFF_ROLES:
        raise BadInput("telegram_taken")
    if found is not None:
        raise BadInput("telegram_is_newcomer")
    for address_id in (await work.db.execute(_LINKED, {"person": person_id})).scalars().all():
        await in_chat.part_with(work, address_id)
    await _add_telegram_lane(work, person_id, str(chat_id))
    await work.tell(person_id, Linked())
    await menus.show(work, person_id)


async def knows_nobody(db: Asking) -> bool:
    """Whether nobody is known here yet, not even that somebody could be: a database without tables."""
    if not await db.run_sync(lambda connection: inspect(connection).has_table(_PEOPLE.name)):
        return True
    return not (await db.execute(select(func.count()).select_from(_PEOPLE))).scalar_one()


async def tell_other_coordinators(work: Work, saying: Saying, **about: Unpack[About]) -> None:
    """Every enabled coordinator is told, but not one who acts and so knows it."""
    them = _COORDINATORS if work.actor is None else _COORDINATORS.where(_PEOPLE.c.id != work.actor.id)
    await work.tell_each((await work.db.execute(them)).scalars().all(), saying, **about)


async def tell_coordinators(work: Work, saying: Saying, **about: Unpack[About]) -> None:
    """Every enabled coordinator is told."""
    await work.tell_each((await work.db.execute(_COORDINATORS)).scalars().all(), saying, **about)


async def _lane(work: Work, channel: Channel, external: str) -> Reached | None:
    lookup = work.seal.blind(channel, external)
    return only(Reached, await work.db.execute(BY_LOOKUP, {"on": channel.value, "lookup": lookup}))


def _visitor(found: Reached) -> Visitor:
    assert found.conversation_id is not None  # made together with the newcomer
    is_parked = found.parked_at is not None
    barred = None if found.barred_at is None else Barred(found.barred_at, found.barred_until)
    return Visitor(
        found.person_id, found.address_id, found.conversation_id, found.channel, found.language, is_parked, barred,
        found.version or 0,
    )  # fmt: skip


async def _create_newcomer(
    work: Work, channel: Channel, external: str | None, *, step: IntakeStep = IntakeStep.LANGUAGE
) -> int:
    person_id = new_id()
    person = {"id": person_id, "role": Role.NEWCOMER.value, "speaks": [], "created_at": work.now}
    await work.db.execute(insert_or_skip(work.db, _PEOPLE), person)
    if channel == Channel.TELEGRAM:
        made = await _add_telegram_lane(work, person_id, str(external))
    else:
        row = {"id": new_id(), "person_id": person_id, "channel": channel.value}
        made = bool((await work.db.execute(insert_or_skip(work.db, _ADDRESSES), row)).rowcount)
    if not made:  # two first messages at once: the other one's rows are there
        await work.db.execute(delete(_PEOPLE).where(_PEOPLE.c.id == person_id))
        return person_id
    thread = {"id": new_id(), "newcomer_id": person_id, "step": step.value}
    await work.db.execute(insert_or_skip(work.db, _THREADS), thread)
    return person_id


async def _add_telegram_lane(work: Work, person_id: int, chat_id: str) -> bool:
    row = {
        "id": (address_id := new_id()), "person_id": person_id, "channel": Channel.TELEGRAM.value,
        "lookup": work.seal.blind(Channel.TELEGRAM, chat_id),
        "chat": work.seal.seal(chat_id, table="addresses", column="chat", row_id=address_id),
    }  # fmt: skip
    return bool((await work.db.execute(insert_or_skip(work.db, _ADDRESSES), row)).rowcount)
