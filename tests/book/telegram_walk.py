"""What people read on Telegram: a first conversation, and the answer to every command of every role, as it is typed.

The commands are those that the program itself lists. It must not know what any of them is answered with.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from bot.engine import clock
from bot.hours.texts_staff import EXAMPLES
from bot.language.commands import COMMANDS
from bot.people import people
from bot.shifts.texts_coordinator import SHIFT_COMMANDS
from bot.volunteers.menus import CASE_COMMANDS, PEOPLE_COMMANDS, STAFF_COMMANDS
from handlers.telegram import coordinator
from tests import builders
from tests.book.entries import Book, Bubble, Entry
from tests.book.examples import ANSWER, QUESTIONS
from tests.botapi import Shown
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of

STRANGER, REFUSER, ASKER, VOLUNTEER, COORDINATOR = 801, 802, 803, 500, 700
TOKEN = re.compile(r"(/desk/login/|/start )[\w-]{43}")  # another one each time
A_SECOND = timedelta(seconds=1)
MORE_LINES = (  # with something after them
    "/extra linero 3/2 15-17", "/hours_history 12/1", "/closed tjoho", "/newshift 3/2 15-17 linero 2 ar",
    "/newshift 3/2 16-18 linero", "/newshift 31/2 13-16 linero", "/shifts 6", "/assign Amina 3/2", "/assign Amina 4/2",
    "/cancelshift 3/2: vattenläcka", "/coverage", "/template måndag 13-16 linero 2", "/template 11/1..4/6",
)  # fmt: skip
COMMANDS_OF_COORDINATORS = tuple(
    dict.fromkeys((*EXAMPLES, *coordinator.COMMANDS, *CASE_COMMANDS, *PEOPLE_COMMANDS, *SHIFT_COMMANDS))
)


class _Chat:
    """One person's chat, and what is new in it."""

    def __init__(self, house: House, chat_id: int, language: str) -> None:
        self.house, self.chat_id, self.language = house, chat_id, language
        self._known: dict[int, Bubble] = {}
        self.entries: list[Entry] = []

    async def writes(self, text: str, note: str = "") -> None:
        """They write, and what the bot answers is kept."""
        await self.house.hears(self.chat_id, text, self.language)
        self._keep(text, note, text)

    async def presses(self, start: str, note: str) -> None:
        """They press the newest button whose code begins so."""
        offering = [one for one in self._shown() for code in codes_of(one) if code.startswith(start)]
        assert offering, f"no button {start} in {self.house.texts(self.chat_id)}"
        shown = offering[-1]
        code = next(code for code in codes_of(shown) if code.startswith(start))
        label = next(button.label for row in shown.buttons for button in row if button.action == code)
        toast = await self.house.pressed(self.chat_id, code, shown.message_id)
        self._keep(f"[{label}]", note, f"☞ {label}", *([toast] if toast else []))

    async def sends(self, kind: str, note: str) -> None:
        """They send something that is no text."""
        await self.house.api.sends(self.chat_id, kind)
        await self.house.settle()
        self._keep(kind, note, f"({kind})")

    async def hears_of(self, happens: Callable[[], object], note: str) -> None:
        """Somebody else does something, and they are told."""
        await happens()  # type: ignore[misc]
        await self.house.settle()
        self._keep(note, "", "")

    def _keep(self, name: str, note: str, own: str, *toasts: str) -> None:
        told = tuple(Bubble(text) for text in toasts) + tuple(self._new())
        mine = (Bubble(own, own=True),) if own else ()
        self.entries.append(Entry(name, note, bubbles=mine + told))

    def _new(self) -> Iterator[Bubble]:
        for one in self._shown():
            text = TOKEN.sub(r"\1…", one.text)
            bubble = Bubble(text, tuple(tuple(button.label for button in row) for row in one.buttons))
            if self._known.get(one.message_id) != bubble:
                self._known[one.message_id] = bubble
                yield bubble

    def _shown(self) -> list[Shown]:
        return self.house.api.chat(self.chat_id).from_bot

    def puts_into(self, book: Book, title: str) -> None:
        book.add(f"Telegram: {title}", self.entries)
        self.entries = []


async def newcomer(house: House, book: Book, adviser: Staff) -> None:
    """A first conversation, and every command before it, in it and after it, in the book's language."""
    stranger = _Chat(house, STRANGER, book.language)
    for name in COMMANDS:
        await stranger.writes(f"/{name}", "by somebody whom nobody knows yet")
    stranger.puts_into(book, "commands of somebody whom nobody knows yet")
    await _refuses(_Chat(house, REFUSER, book.language), book)
    asker = _Chat(house, ASKER, book.language)
    await _asks(house, asker, adviser)
    asker.puts_into(book, "a conversation")
    await _commands(asker)
    known = {(entry.name, entry.bubbles) for entry in book.entries}
    asker.entries = [_once(entry, known) for entry in asker.entries]
    asker.puts_into(book, "commands of somebody who has asked")


def _once(entry: Entry, known: set[tuple[str, tuple[Bubble, ...]]]) -> Entry:
    """What is answered as it was above is not told at length again."""
    if (entry.name, entry.bubbles) not in known:
        return entry
    return replace(entry, note="answered as above", bubbles=entry.bubbles[:1])


async def _refuses(refuser: _Chat, book: Book) -> None:
    await refuser.writes("/start", "the first thing there is")
    await refuser.presses(f"lang:{refuser.language}", "the language is chosen")
    await refuser.presses("consent:no", "no")
    await refuser.writes(QUESTIONS[refuser.language], "a question all the same")
    refuser.puts_into(book, "somebody who says no")


async def _asks(house: House, asker: _Chat, adviser: Staff) -> None:
    await asker.writes("/start", "the first thing there is")
    await asker.presses(f"lang:{asker.language}", "the language is chosen")
    await asker.writes("?", "before an answer to that")
    await asker.presses("consent:yes", "yes")
    await asker.sends("voice", "before a question")
    await asker.writes(QUESTIONS[asker.language], "the question")
    await asker.presses("tap:category:housing", "an optional answer")
    await asker.sends("sticker", "while it waits")
    await asker.writes("…", "more words, while it waits")
    case = await builders.one(house.service, "SELECT id, newcomer_id, code FROM cases")
    known = await _known(house, case[1], case[0], case[2])
    await asker.hears_of(lambda: builders.claims(house.service, adviser, known), "the case was taken")
    await asker.hears_of(lambda: builders.answers(house.service, adviser, known, ANSWER), "an answer")


async def _known(house: House, person: int, case: int, code: str) -> builders.Newcomer:
    async with house.service.store.look() as db:
        visitor = await people.visitor_of(db, person)
    assert visitor is not None
    return builders.Newcomer(house.service, visitor, case, code)


async def _commands(asker: _Chat) -> None:
    for name in ("start", *COMMANDS):
        await asker.writes(f"/{name}")
    await asker.presses("erase:no", "not deleted after all")
    await asker.writes("/jobb", "a word with a slash")
    await asker.presses("stop:yes", "the case is closed")
    await asker.writes("/status", "when it is closed")
    await asker.writes("/delete")
    await asker.presses("erase:yes", "deleted")


async def volunteer(house: House, book: Book) -> None:
    """Every command of a volunteer, with no case and with one, and the whole of a case with its closing."""
    chat = _Chat(house, VOLUNTEER, book.language)
    await _say_all(chat, ("start", *STAFF_COMMANDS), "with no case")
    await chat.writes("/onduty", "off duty")
    await chat.writes("Hej!", "with no case")
    await chat.writes("/onduty", "back")
    await chat.hears_of(lambda: builders.case_of(house.service, QUESTIONS["ar"], language="ar"), "a case waits")
    await chat.presses("claim:", "taken")
    await _say_all(chat, STAFF_COMMANDS, "with a case")
    await chat.writes("/onduty", "off duty, with a case")
    await chat.writes(ANSWER, "an answer")
    await chat.writes("/jobb", "a word with a slash")
    await chat.sends("photo", "to a newcomer")
    await chat.presses("close:", "closing")
    for start, note in (("c:", "a category"), ("c:", "an organisation"), ("c:", "an outcome"), ("c:", "minutes")):
        await chat.presses(start, note)
    chat.puts_into(book, "commands of a volunteer, and a case")


async def for_coordinator(house: House, book: Book) -> None:
    """Every command of a coordinator, alone and with something after it."""
    chat = _Chat(house, COORDINATOR, book.language)
    await _say_all(chat, ("start", *STAFF_COMMANDS, *COMMANDS_OF_COORDINATORS), "")
    for line in MORE_LINES:
        await chat.writes(line)
    await chat.presses("hp:", "published")
    await chat.writes("/hours_undo")
    await chat.writes("/invite Dalia ar")
    await chat.writes("/volunteers Dalia")
    await chat.presses("vs:", "a step of the introduction")
    await chat.presses("vt:", "a trainee")
    await chat.presses("ve:", "asked before access ends")
    chat.puts_into(book, "commands of a coordinator")


async def _say_all(chat: _Chat, names: tuple[str, ...], note: str) -> None:
    for name in names:
        clock.move(A_SECOND)
        await chat.writes(f"/{name}", note)
