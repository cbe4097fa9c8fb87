"""The whole book, rendered anew: every notice, refusal, page, card and command, for each audience in each language.

Owns which books there are and what stands in which. It must not know how a book looks on paper, nor write a file.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from bot.engine.schema import migrate
from bot.engine.work import Work
from bot.hours import changes
from bot.hours import texts as hours_texts
from bot.hours.published import published
from bot.language.i18n import Catalogues
from bot.people import people
from bot.places import places
from bot.reports.figures import half_year, report
from bot.reports.forms import to_text
from bot.service import Service
from handlers.cli import trial
from models.hours import Reason
from models.hours_change import Change, Verb
from models.people import STAFF_LANGUAGES, Language
from models.shift import ONLINE
from tests import builders
from tests.actors import MARKS
from tests.book import command_line, desk_walk, newcomer_walk, notices, refusals, telegram_walk
from tests.book.entries import Block, Book, Entry, bubble_of
from tests.book.examples import DETAILS, OWN_NAME
from tests.book.frozen import NOW, frozen
from tests.book.noted import NotedWords, noted, noted_catalogues
from tests.book.pages import SPACES
from tests.builders import Staff
from tests.channels.telegram_house import telegram_house
from tests.channels.web_fixtures import opened_site
from tests.language.test_locales import PLACEHOLDER
from tests.telling import ways

NEWCOMERS, STAFF, COMMAND_LINE = "newcomers", "staff", "command-line"
SPAN = (time(16), time(18))
REFUSALS, BY_THEMSELVES = "Refusals, and what a button answers", "Sentences that stand nowhere above"


@dataclass
class Library:
    """All books. `routes`: those that somebody walked; `catalogues`: what was said of them, in which forms."""

    catalogues: Catalogues = field(default_factory=noted_catalogues)
    books: list[Book] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)

    def of(self, audience: str) -> list[Book]:
        return [book for book in self.books if book.audience == audience]


def rendered(folder: Path) -> Library:
    """The book, in a world that stands still. `folder`: an empty one, for databases."""
    library = Library()
    for language in Language:
        library.books.append(Book(NEWCOMERS, str(language)))
    for audience in (STAFF, COMMAND_LINE):
        library.books += [Book(audience, str(language)) for language in STAFF_LANGUAGES]
    asyncio.run(_render(library, folder))
    return library


async def _render(library: Library, folder: Path) -> None:
    template = folder / "template.db"
    await migrate(f"sqlite+aiosqlite:///{template}")
    for book in library.of(NEWCOMERS):
        await _newcomers(library, book, folder, template)
    for book in library.of(STAFF):
        await _staff(library, book, folder, template)
    _notices(library, NEWCOMERS, ways.to_newcomers(), library.catalogues.newcomers)
    _notices(library, STAFF, ways.to_staff(), library.catalogues.staff)
    _refusals(library)
    for book in library.of(COMMAND_LINE):
        book.add("Verbs", command_line.entries(noted(library.catalogues.desk(book.language))))
    _by_themselves(library)


async def _newcomers(library: Library, book: Book, folder: Path, template: Path) -> None:
    async with _office(opened_site, library, folder, template) as (site, staff):
        library.routes |= await newcomer_walk.walk(site, book, staff["Amina"])
        book.add("Channel with the hours", [await _post(site.service)])
    async with _office(telegram_house, library, folder, template) as (house, staff):
        await telegram_walk.newcomer(house, book, staff["Amina"])


async def _post(service: Service) -> Entry:
    """The post in the channel, which is one for all languages."""
    async with service.store.look() as db:
        hours = await published(db, NOW, service.store.zone, service.settings.public_url)
    return Entry("hours_post", "one for all languages", (bubble_of(hours_texts.post(hours, service.facts(NOW))),))


async def _staff(library: Library, book: Book, folder: Path, template: Path) -> None:
    async with _office(opened_site, library, folder, template) as (site, staff):
        off_shift = await builders.volunteer(site.service, "Sam", on_shift=False)
        office = desk_walk.Office(staff["Amina"], staff["Kim"], off_shift, staff["Robin"])
        library.routes |= await desk_walk.walk(site, book, office)
        await _report(library, book.language, site.service)
    async with _office(telegram_house, library, folder, template) as (house, staff):
        async with house.service.store.work() as work:
            await _link(work, staff, book.language)
        await telegram_walk.volunteer(house, book)
        await telegram_walk.for_coordinator(house, book)


async def _report(library: Library, language: str, service: Service) -> None:
    """The report of this half-year, as the command line prints it."""
    book = next(book for book in library.of(COMMAND_LINE) if book.language == language)
    first, last = half_year(NOW.date())
    async with service.store.look() as db:
        made = await report(db, first=first, last=last, now=NOW, zone=service.store.zone, sessions_a_year=400)
    text = to_text(made, library.catalogues.desk(language))
    book.add("The report", [Entry("python -m bot report", blocks=(Block("code", text),))])


async def _link(work: Work, staff: dict[str, Staff], language: str) -> None:
    await people.link_telegram(work, staff["Amina"].id, telegram_walk.VOLUNTEER)
    await people.link_telegram(work, staff["Robin"].id, telegram_walk.COORDINATOR)
    for one in staff.values():
        await people.speak(work, one.id, language)


@asynccontextmanager
async def _office(
    opened: Callable[..., Any], library: Library, folder: Path, template: Path
) -> AsyncIterator[tuple[Any, dict[str, Staff]]]:
    """A site or a house of its own, with places, hours and people, at the moment at which the book stands."""
    place = folder / "office"
    (place / "data").mkdir(parents=True)
    shutil.copy(template, place / "data" / "radrum.db")
    with frozen():
        async with opened(f"sqlite:///{place}/data/radrum.db", place, library.catalogues) as office:
            yield office, await _people(office.service)
    shutil.rmtree(place)


async def _people(service: Service) -> dict[str, Staff]:
    """Who works here, by name; those who are on shift are for eight hours from now."""
    async with service.store.work() as work:
        await _usual_hours(work)
        await _more_hours(work)
    speaks = tuple(str(language) for language in Language)
    staff = [await builders.volunteer(service, name, speaks=speaks) for name in ("Amina", "Kim")]
    return {one.alias: one for one in [*staff, await builders.coordinator(service, "Robin")]}


async def _usual_hours(work: Work) -> None:
    """The libraries are open on some days, and somebody answers online in the mornings."""
    await trial.add_usual_places(work)
    for place, near in trial.NEAR.items():
        await places.describe_place(work, place, coordinates=near, last_entry=trial.LAST_ENTRY_MINUTES)
    afternoons = (("stadsbiblioteket", 0, 13, 16), ("stadsbiblioteket", 2, 15, 17), ("linero", 0, 13, 15))
    mornings = ((ONLINE, weekday, 9, 12) for weekday in range(4))
    for place, weekday, opens, closes in (*afternoons, *mornings):
        spans = [(time(opens), time(closes))]
        await changes.set_hours(work, place=place, weekday=weekday, spans=spans, valid_from=work.today)


async def _more_hours(work: Work) -> None:
    """Everything that a page of hours may have to say: a closed day, a guest, other hours from some day on."""
    monday = NOW.date() + timedelta(days=7)
    illness = Change(Verb.CLOSE, ("linero",), monday, reason=Reason.ILLNESS)
    later = Change(Verb.WEEKLY, ("linero",), monday + timedelta(days=28), weekday=3, spans=(SPAN,))
    guest = Change(
        Verb.POPUP, ("traffpunkten",), monday + timedelta(days=1), spans=(SPAN,), partner="IK Eos", name=OWN_NAME["sv"],
        address="Testgatan 3",
    )  # fmt: skip
    for change in (illness, later, guest):
        await changes.publish_now(work, change)
    texts = {"floor": DETAILS["floor"], "finding": {"sv": "Ingång från gården", "en": "Through the yard"}}
    await places.describe_place(work, "linero", details=texts)


def _notices(library: Library, audience: str, sayings: Sequence[Any], readers: Any) -> None:
    told = notices.entries(sayings, {language: noted(words) for language, words in readers.items()}, library.catalogues)
    for book in library.of(audience):
        book.add("Notices", told[book.language])


def _refusals(library: Library) -> None:
    """Newcomers read what stands in their catalogue; the command line what only it says; staff the others."""
    newcomers = noted(library.catalogues.words("sv")).keys
    keys, of_command_line = {one.key for one in refusals.found()}, refusals.keys_of_command_line()
    for book in library.of(NEWCOMERS):
        words = noted(library.catalogues.words(book.language))
        book.add(REFUSALS, refusals.entries(words, keys))
    for audience, theirs in ((STAFF, keys - newcomers - of_command_line), (COMMAND_LINE, of_command_line)):
        for book in library.of(audience):
            words = noted(library.catalogues.desk(book.language))
            book.add(REFUSALS, refusals.entries(words, theirs))


def _by_themselves(library: Library) -> None:
    """What nothing above has said stands at the end of its book, so that no sentence is missing from all of them."""
    newcomers = noted(library.catalogues.words("sv")).keys
    of_command_line = refusals.keys_in_folder_of_command_line()
    of_staff = list(library.of(STAFF))
    for book in library.of(NEWCOMERS):
        words = noted(library.catalogues.words(book.language))
        left = words.keys - _said_in(words, [book, *of_staff])
        book.add(BY_THEMSELVES, list(refusals.entries(words, left)))
    for language in STAFF_LANGUAGES:
        words = noted(library.catalogues.desk(str(language)))
        both = [book for book in library.books if book.language == language and book.audience != NEWCOMERS]
        left = words.keys - newcomers - _said_in(words, both)
        for book in both:
            theirs = left & of_command_line if book.audience == COMMAND_LINE else left - of_command_line
            book.add(BY_THEMSELVES, list(refusals.entries(words, theirs)))


def _said_in(words: NotedWords, books: Sequence[Book]) -> set[str]:
    """The sentences that were said, and stand in these books."""
    whole = read_of(books)
    return {key for key, _ in words.said if any(stands(form, whole) for form in words.forms_of(key))}


def read_of(books: Sequence[Book]) -> str:
    """All that is read in these books, without the marks that nobody sees, as one line."""
    return SPACES.sub(" ", MARKS.sub("", " ".join(text for book in books for text in _texts_of(book))))


def _texts_of(book: Book) -> Iterator[str]:
    for entry in book.entries:
        yield from (bubble.text for bubble in entry.bubbles)
        yield from (label for bubble in entry.bubbles for label in bubble.buttons)
        yield from (block.text for block in entry.blocks)


def stands(form: str, whole: str) -> bool:
    """Whether the longest piece of a sentence that is always the same stands there."""
    return SPACES.sub(" ", max(PLACEHOLDER.split(form)[::2], key=len)).strip() in whole
