"""A newcomer's conversation as bubbles: what the service said and what she wrote, merged in the order of commits.

It reads, and renders through `telling/render.py`. It must not mark anything as shown: the page or socket does that,
once it has been sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from markupsafe import Markup

from bot.engine import clock
from bot.engine.actors import Visitor
from bot.language.i18n import Words
from bot.service import Look, Service
from bot.telling import inbox
from bot.telling.inbox import OwnWords
from bot.telling.outbox import OutboxRow
from bot.telling.render import prompt_of
from handlers.web.frame.view import (
    clock_time,
    inline,
    paragraphs,
    spoken,
    with_map_links,
    with_numbers_marked,
    with_telephone_links,
)
from models.dialogue import Choice
from models.notice import Notice
from models.outbox import RowState
from models.people import Device

OWN, PERSON, SERVICE_SIDE = "own", "person", "service"
# After one of these the choices above it are about something that has passed.
ENDS_CHOICES = frozenset(
    {
        Notice.ASK_DONE, Notice.ASK_QUESTION, Notice.CLAIMED, Notice.CLOSED, Notice.ENDED, Notice.LANGUAGE_CHANGED,
        Notice.REOPENED,
    }
)  # fmt: skip
# Their own buttons are about themselves: what was asked before them still stands.
ASIDES = frozenset({Notice.HOURS, Notice.ASK_DELETE, Notice.NOT_DELETED, Notice.ASK_STOP, Notice.UNKNOWN_COMMAND})
BRINGS_NUMBERS = frozenset({Notice.RECEIPT, Notice.NUMBER_MADE})
KEY_LETTERS = 16
Rows = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it. A later bubble with the same `key` takes the place of the earlier one.

    Without a `body` there is nothing to show any more: what had this key is gone.
    `mixed`: the words are a person's, so each line has a direction of its own. `ends`: choices above are over.
    `empties`: what stood before it has been deleted. `is_new`: no page has shown it yet. `brings_numbers`: from here on
    there are other numbers to write down.
    """

    key: str
    seq: int
    side: str
    who: Markup
    body: Markup
    when: Mapping[str, object]
    mixed: bool = False
    choices: Rows = ()
    edited: bool = False
    ends: bool = False
    empties: bool = False
    is_receipt: bool = False
    is_new: bool = False
    brings_numbers: bool = False


async def bubbles_after(
    db: Look, service: Service, words: Words, visitor: Visitor, seq: int, *, device: str
) -> list[Bubble]:
    """What the conversation holds after the cursor, oldest first, as it is on this `device`; only the newest question
    keeps its choices."""
    now = clock.now()
    rows = await inbox.notices_after(db, visitor.address_id, seq)
    said = [await _notice(db, service, words, row, now, device) for row in rows]
    wrote = [
        _own_words(service, words, row, now) for row in await inbox.own_words_after(db, visitor.conversation_id, seq)
    ]
    bubbles = _newest_versions(sorted((*said, *wrote), key=lambda bubble: bubble.seq))
    # To a page that shows nothing yet, what is gone is not even said to be.
    return newest_choices_only([bubble for bubble in bubbles if bubble.body or seq])


def newest_choices_only(bubbles: list[Bubble]) -> list[Bubble]:
    """The same bubbles, with choices only where nothing later has put an end to them."""
    ended, kept = False, []
    for bubble in reversed(bubbles):
        kept.append(replace(bubble, choices=()) if ended else bubble)
        ended = ended or bubble.ends
    return kept[::-1]


def _newest_versions(bubbles: Iterable[Bubble]) -> list[Bubble]:
    places: dict[str, Bubble] = {}
    for bubble in bubbles:
        places[bubble.key] = bubble  # a dict keeps the place of the first
    return list(places.values())


def _choices(rows: Rows) -> Rows:
    """The buttons as a page shows them: a name in another script is an element, which is not broken over two lines."""
    return tuple(tuple(replace(choice, label=inline(choice.label)) for choice in row) for row in rows)


async def _notice(db: Look, service: Service, words: Words, row: OutboxRow, now: datetime, device: str) -> Bubble:
    prompt = await prompt_of(db, service, row)
    head, text = "", prompt.text
    if row.kind == Notice.REPLY:
        head, _, text = prompt.text.partition("\n\n")
    body = paragraphs(text)
    if row.kind == Notice.HELP:
        body = with_telephone_links(body)
    if row.kind == Notice.PLACE:
        body = with_map_links(body)
    is_receipt = row.kind == Notice.RECEIPT
    if is_receipt:
        body = with_numbers_marked(body)
    if is_receipt or row.kind == Notice.REOPENED:
        body += paragraphs(words("come_back_own" if device == Device.OWN else "come_back_hint"))
    return Bubble(
        key=f"n{row.edits or row.id}", seq=row.seq, side=PERSON if head else SERVICE_SIDE, who=inline(head), body=body,
        when=clock_time(words, row.created_at, service, now), choices=_choices(prompt.rows), is_receipt=is_receipt,
        is_new=row.state == RowState.DUE and (row.edits is None or bool(prompt.rows)),  # buttons that go are no news
        edited=row.kind == Notice.REPLY and row.edits is not None, brings_numbers=row.kind in BRINGS_NUMBERS,
        mixed=row.message_id is not None or row.kind == Notice.ASK_OFFER_HELD,
        empties=row.kind == Notice.ENDED,
        ends=row.kind in ENDS_CHOICES or (bool(prompt.rows) and row.kind not in ASIDES),
    )  # fmt: skip


def _own_words(service: Service, words: Words, row: OwnWords, now: datetime) -> Bubble:
    text = service.store.seal.open(row.words, table="messages", column="words", row_id=row.id)
    return Bubble(
        key="w" + sha256(row.external_id.encode()).hexdigest()[:KEY_LETTERS], seq=row.seq, side=OWN,
        who=inline(words("web_sent_by_you")), body=Markup("<p>{}</p>").format(spoken(text)),
        when=clock_time(words, row.said_at, service, now), mixed=True, edited=row.version > 0,
    )  # fmt: skip
