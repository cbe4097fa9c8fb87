"""The given of a test: people, shifts and cases, made the way the service makes them. No row is inserted by hand.

Also what a test reads afterwards: what a person's screen would show, and rows as they are committed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Row, Select, Table, bindparam, select, text, update

from bot.cases import addressee, cases, on_duty, relay, shift_starts, which_case
from bot.engine import clock
from bot.engine.actors import Visitor, actor_of
from bot.engine.work import Work
from bot.hours import changes
from bot.intake import converse
from bot.intake.turns import Arrival
from bot.people import names, people
from bot.privacy import purge as privacy_purge
from bot.roster import presence
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.letters import Letter, Outcome, Sent, Unreachable
from bot.telling.render import prompt_of
from bot.telling.rounds import Rounds
from models.dialogue import Act, Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable
from models.hours_change import Change, Verb
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address, Channel, Role
from models.shift import ONLINE
from models.volunteer import VolunteerProfile

_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
_PROFILES: Table = VolunteerProfile.__table__  # type: ignore[attr-defined]
_numbers = count(1)
AN_ACT = 50  # people: an act may not last
PLAIN_ARRIVAL = Arrival()


@dataclass(frozen=True)
class Staff:
    """A volunteer or coordinator. `chat_id`: their linked Telegram chat; None reads at the desk."""

    id: int
    alias: str
    chat_id: int | None = None


@dataclass
class Newcomer:
    """Somebody who asks. `case_id`: their newest case."""

    service: Service
    visitor: Visitor
    case_id: int = 0
    code: str = ""

    @property
    def id(self) -> int:
        return self.visitor.person_id

    async def does(self, act: Act, *, external_id: str | None = None, arrival: Arrival = PLAIN_ARRIVAL) -> Answer:
        """One act, committed."""
        return await does(self.service, self.visitor, act, external_id=external_id, arrival=arrival)

    async def says(self, words: str, *, external_id: str | None = None) -> Answer:
        return await self.does(Said(words), external_id=external_id)

    async def presses(self, code: str) -> Answer:
        return await self.does(Pressed(code))

    async def commands(self, name: str) -> Answer:
        """Chooses the command and, where it asks first, says yes."""
        answer = await self.does(Commanded(name))
        asked = await said_to(self.service, self.id, Notice.ASK_DELETE, Notice.ASK_STOP)
        if name == "delete":
            return await self.presses(f"erase:yes:{asked[-1].params['about']}")
        if name == "stop" and asked:
            return await self.presses(f"stop:yes:{asked[-1].params['case']}")
        return answer

    async def edits(self, external_id: str, words: str) -> Answer:
        return await self.does(Edited(words), external_id=external_id)

    async def sends(self, kind: str) -> Answer:
        return await self.does(Unreadable(kind))


def a_second_later() -> None:
    """What a builder makes next shares its instant with nothing made before, as in a life where time passes."""
    if clock.is_frozen():
        clock.move(timedelta(seconds=1))


@asynccontextmanager
async def acting(service: Service, staff: Staff) -> AsyncIterator[Work]:
    """One act of this volunteer, with the person as they are in the database."""
    async with service.store.work() as work:
        work.actor = await actor_of(work.db, staff.id)
        yield work
        await on_duty.acted(work)


@asynccontextmanager
async def asking(service: Service, asker: Newcomer) -> AsyncIterator[Work]:
    """One act of this newcomer, on the channel they came by."""
    async with service.store.work() as work:
        work.visitor = asker.visitor
        yield work


async def volunteer(
    service: Service,
    alias: str = "Amina",
    *,
    speaks: tuple[str, ...] = ("sv", "ar"),
    on_shift: bool = True,
    chat_id: int | None = None,
    role: Role = Role.VOLUNTEER,
) -> Staff:
    """A volunteer, on a shift of eight hours that has just begun unless said otherwise."""
    a_second_later()
    async with service.store.work() as work:
        person_id = await people.add_staff(work, role=role, alias=alias, language="sv", speaks=list(speaks))
        if chat_id is not None:
            await people.link_telegram(work, person_id, chat_id)
    made = Staff(person_id, alias, chat_id)
    if on_shift:
        await shift(service, made)
    return made


async def new_volunteer(
    service: Service, alias: str = "Nour", *, speaks: tuple[str, ...] = ("sv", "ar"), chat_id: int | None = None,
    on_shift: bool = False,
) -> Staff:  # fmt: skip
    """A volunteer who has been invited and not been introduced."""
    a_second_later()
    async with service.store.work() as work:
        about = {"language": "sv", "speaks": list(speaks)}
        person_id = await people.add_new_staff(work, role=Role.VOLUNTEER, alias=alias, **about)
        if chat_id is not None:
            await people.link_telegram(work, person_id, chat_id)
    made = Staff(person_id, alias, chat_id)
    if on_shift:
        await shift(service, made)
    return made


async def stands(service: Service, staff: Staff, **values: object) -> None:
    """The volunteer's profile says so from now on: `is_trainee`, `paused_from`, `places` and so on."""
    async with service.store.work() as work:
        await work.db.execute(update(_PROFILES).where(_PROFILES.c.person_id == staff.id).values(**values))


async def coordinator(service: Service, alias: str = "Karin", *, chat_id: int | None = None) -> Staff:
    """A coordinator who is on no shift."""
    return await volunteer(service, alias, on_shift=False, chat_id=chat_id, role=Role.COORDINATOR)


async def shift(
    service: Service,
    *staff: Staff,
    starts_at: datetime | None = None,
    lasts: timedelta = timedelta(hours=8),
    place: str = ONLINE,
) -> int:
    """A shift of these volunteers, from now on unless said otherwise; then they are there. Returns its id."""
    begins = starts_at or clock.now()
    async with service.store.work() as work:
        made = await shift_starts.add_shift(
            work, starts_at=begins, ends_at=begins + lasts, person_ids=[one.id for one in staff], place=place
        )
    if begins <= clock.now():
        await are_here(service, *staff)
    return made


async def are_here(service: Service, *staff: Staff) -> None:
    """They are present on their shift, as by acts of theirs."""
    for begins in range(0, len(staff), AN_ACT):
        async with service.store.work() as work:
            for one in staff[begins : begins + AN_ACT]:
                await presence.come(work, one.id)


async def close_day(work: Work, *, place: str, day: date, reason: str) -> int:
    """The place is closed on that day, for everybody to read. Returns the change's number."""
    return await changes.publish_now(work, Change(Verb.CLOSE, (place,), day, reason=reason))


async def newcomer(
    service: Service, *, language: str = "sv", chat_id: int | None = None, agreed: bool = True
) -> Newcomer:
    """A newcomer on Telegram who has chosen a language and, unless said otherwise, agreed."""
    a_second_later()
    chat_id = chat_id or 10_000 + next(_numbers)
    async with service.store.work() as work:
        visitor = await people.newcomer_on_telegram(work, chat_id, hint=None)
    await does(service, visitor, Pressed(f"lang:{language}"))
    made = Newcomer(service, replace(visitor, language=language))
    if agreed:
        await made.presses("consent:yes")
    return made


async def newcomer_on_web(service: Service, *, language: str = "sv", arrival: Arrival = PLAIN_ARRIVAL) -> Newcomer:
    """A newcomer in a browser who has agreed."""
    a_second_later()
    async with service.store.work() as work:
        visitor = await people.new_newcomer_on_web(work, language)
    made = Newcomer(service, visitor)
    await made.does(Pressed("consent:yes"), arrival=arrival)
    return made


async def case_of(
    service: Service, words: str = "Jag har fått ett brev", *, language: str = "sv", chat_id: int | None = None,
    throttled: bool = False,
) -> Newcomer:  # fmt: skip
    """A newcomer whose question has been queued just now."""
    asker = await newcomer(service, language=language, chat_id=chat_id)
    a_second_later()
    await asker.does(Said(words), external_id="first", arrival=Arrival(throttled=throttled))
    return await note_case(asker)


async def web_case_of(service: Service, words: str = "Jag har fått ett brev", *, language: str = "sv") -> Newcomer:
    """As `case_of`, from a browser."""
    asker = await newcomer_on_web(service, language=language)
    a_second_later()
    await asker.does(Said(words), external_id="first")
    return await note_case(asker)


async def note_case(asker: Newcomer) -> Newcomer:
    """The newcomer as a test knows them: with the id and code of their newest case."""
    newest = "SELECT id, code FROM cases WHERE newcomer_id = :id ORDER BY opened_at DESC, id DESC"
    rows = await table(asker.service, newest, id=asker.id)
    asker.case_id, asker.code = rows[0]
    return asker


async def does(
    service: Service, visitor: Visitor, act: Act, *, external_id: str | None = None, arrival: Arrival = PLAIN_ARRIVAL
) -> Answer:
    """One act of a newcomer, committed."""
    key = f"k{next(_numbers)}"
    async with service.store.work() as work:
        found = await people.visitor_of(work.db, visitor.person_id)
        return await converse.receive(work, found or visitor, Incoming(key, act, external_id or key), arrival)


async def claims(service: Service, staff: Staff, asker: Newcomer) -> None:
    a_second_later()
    async with acting(service, staff) as work:
        await cases.claim_case(work, case_id=asker.case_id)


async def claimed_case(service: Service, staff: Staff, words: str = "Jag har fått ett brev", **how: object) -> Newcomer:
    """A newcomer whose question this volunteer has just claimed."""
    asker = await case_of(service, words, **how)  # type: ignore[arg-type]
    await claims(service, staff, asker)
    return asker


async def answers(service: Service, staff: Staff, asker: Newcomer, words: str = "Så här gör du") -> int:
    """The volunteer answers; returns the message's id."""
    async with acting(service, staff) as work:
        return await relay.from_volunteer(
            work, case_id=asker.case_id, text=words, external_id=f"v{next(_numbers)}", reply_to=next(_numbers)
        )


async def volunteer_says(
    service: Service, staff: Staff, words: str, *, answers: int | None = None, unclear: bool = False
) -> int:
    """The volunteer writes in their chat, as a reply to something that names the case `answers`, or to something
    `unclear`, or neither. Returns what names the message in their chat."""
    number = next(_numbers)
    is_reply = unclear or answers is not None
    async with acting(service, staff) as work:
        await addressee.volunteer_said(work, addressee.Said(words, number, is_reply=is_reply, answered=answers))
    return number


async def card_of(service: Service, staff: Staff) -> int:
    """The outbox row of the newest question about lines that are held."""
    rows = await said_to(service, staff.id, Notice.WHICH_CASE)
    return [row.id for row in rows if row.edits is None][-1]


async def picks(service: Service, staff: Staff, asker: Newcomer) -> Answer:
    """The volunteer presses this newcomer's case on the newest card that asks."""
    card = await card_of(service, staff)
    async with acting(service, staff) as work:
        return await which_case.chose_case(work, case_id=asker.case_id, card=card)


async def person_named(service: Service, alias: str) -> int:
    """The id of the member of staff who is called that."""
    async with service.store.look() as db:
        found = await names.staff_named(db, service.store.seal, alias)
    assert found is not None
    return found


# What a test reads afterwards, each time through a fresh look.


async def table(service: Service, sql: str, **values: object) -> list[Row]:
    """Rows as they are committed."""
    async with service.store.look() as db:
        return list((await db.execute(_asked(sql), values)).all())


_asked = cache(text)  # a test asks the same again and again


async def one(service: Service, sql: str, **values: object) -> Row:
    """The only row."""
    rows = await table(service, sql, **values)
    assert len(rows) == 1, rows
    return rows[0]


async def case_row(asker: Newcomer) -> Row:
    """The newcomer's case as it is committed."""
    from bot.people.access import CASES

    async with asker.service.store.look() as db:
        return (await db.execute(select(CASES).where(CASES.c.id == asker.case_id))).one()


async def said_to(service: Service, person_id: int, *kinds: Notice) -> list[Row]:
    """What was said to the person and not taken back, in order: rows of the outbox, of these kinds if any are given.
    A menu says nothing."""
    async with service.store.look() as db:
        return list((await db.execute(_said(kinds), {"person": person_id})).all())


@cache
def _said(kinds: tuple[Notice, ...]) -> Select[Any]:
    said = select(_ROWS).join(Address, Address.id == _ROWS.c.address_id).where(Address.person_id == bindparam("person"))
    said = said.where(_ROWS.c.state != RowState.CANCELLED, _ROWS.c.kind != Notice.MENU)
    return (said.where(_ROWS.c.kind.in_(kinds)) if kinds else said).order_by(_ROWS.c.id)


async def screen(service: Service, person_id: int, *kinds: Notice) -> list[str]:
    """The texts the person reads, oldest first."""
    rows = await said_to(service, person_id, *kinds)
    async with service.store.look() as db:
        return [(await prompt_of(db, service, row)).text for row in rows]


async def do_all_due(service: Service) -> int:
    """Every timer that is due has been done; returns how many there were."""
    rounds, done = Rounds(service), 0
    while await rounds.do_one():
        done += 1
        assert done < 1000, "timers without end"
    return done


async def purge(service: Service) -> int:
    """What has outlived its promise is gone; returns how many acts it took."""
    acts, more = 0, True
    while more:
        async with service.store.work() as work:
            more = (await privacy_purge.purge(work)).more
        acts += 1
        assert acts < 1000, "a purge without end"
    return acts


class Held:
    """A letter on its way: `left` when the channel has it, answered when `arrives` is set."""

    def __init__(self) -> None:
        self.left, self.arrives = asyncio.Event(), asyncio.Event()


class Postbox:
    """A channel that takes every letter, or does with the next ones what it is told. What is unsaid stands no more."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.outcomes: list[Outcome] = []
        self.blocked_by: set[int] = set()
        self.held: dict[int, Held] = {}
        self.chats: dict[str, dict[int, Letter]] = {}
        self.menus: dict[str, tuple[tuple[str, str], ...]] = {}

    async def answers(self) -> None:
        """It always does."""

    async def send(self, letter: Letter) -> Outcome:
        """As `bot.telling.delivery.Sender`; what arrived stands in `chats`, edited where it was edited. A menu is no
        letter that anybody reads."""
        if letter.menu is not None:
            self.menus[letter.chat] = letter.menu
            return Sent()
        self.letters.append(letter)
        if held := self.held.pop(int(letter.chat), None):
            held.left.set()
            await held.arrives.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        if int(letter.chat) in self.blocked_by:
            return Unreachable("blocked")
        if isinstance(outcome, Sent) and letter.unsays:
            for place in letter.unsays:
                self.chats.get(letter.chat, {}).pop(place, None)
            return Sent(gone=letter.unsays)
        if isinstance(outcome, Sent):
            place = letter.edits or self.letters.index(letter) + 1
            self.chats.setdefault(letter.chat, {})[place] = letter
            return Sent(place, arrived=() if letter.edits else (place,))
        return outcome

    def hold(self, chat_id: int) -> Held:
        """The next letter to this chat is on its way until the test says it arrives."""
        self.held[chat_id] = Held()
        return self.held[chat_id]

    def shows(self, chat_id: int) -> list[Letter]:
        """What stands in the chat now."""
        return list(self.chats.get(str(chat_id), {}).values())


def delivery_of(service: Service, postbox: Postbox) -> Delivery:
    return Delivery(service, {Channel.TELEGRAM.value: postbox})


@asynccontextmanager
async def delivering(service: Service, postbox: Postbox, *, to_its_end: bool = True) -> AsyncIterator[None]:
    """The loop delivers as long as the block lasts; then it stops, or is left where it stands (not `to_its_end`)."""
    delivery = asyncio.create_task(delivery_of(service, postbox).run())
    bells = asyncio.create_task(service.store.bells.run())
    try:
        yield
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        if to_its_end:
            await delivery
        delivery.cancel()
        bells.cancel()
        await asyncio.gather(delivery, bells, return_exceptions=True)


async def deliver_all(delivery: Delivery) -> int:
    """Everything that is due has been sent or tried; returns how many tries it took."""
    tries = 0
    while await delivery.deliver_one():
        tries += 1
        assert tries < 1000, "deliveries without end"
    return tries
