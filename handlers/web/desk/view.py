"""From cases and notices to what the desk's pages show. Never a newcomer's words: only a claimer's page has those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from bot.cases.phrases import card_line
from bot.cases.taking_back import TAKE_BACK_WITHIN
from bot.cases.texts import waited
from bot.cases.texts_closing import minutes_choices, outcome_label
from bot.cases.texts_relayed import mark_label, state_label
from bot.cases.transcript import Line
from bot.engine import sealed_names
from bot.language.i18n import Words
from bot.language.parts import answer_label
from bot.people.access import CaseRow, Loss
from bot.reports.overview import Overview
from bot.service import Look, Service
from bot.shifts.texts import ShiftAskOver
from bot.telling.outbox import OutboxRow
from bot.telling.render import prompt_of
from handlers.web.desk.notice_acts import Reader, forms, link, newest_of_cases
from handlers.web.frame.view import clock_time, inline, several_lines, spoken
from models.case import CaseEventKind, spoken_code
from models.closing import SHOWN_OUTCOMES, UNKNOWN, USUAL_ORGANISATIONS, Category, Organisation
from models.notice import Notice

# What else is said to staff is on the desk already: cards are its queue, new words its cases.
SHOWN_NOTICES = frozenset(
    {
        Notice.NEW_DEVICE, Notice.CASE_WITHDRAWN, Notice.CASE_TAKEN_BACK, Notice.COORDINATOR_LATE,
        Notice.CASE_ENDED, Notice.LAST_DAY_NEAR, Notice.STALL_WARNED, Notice.CASE_WENT_BACK, Notice.HAND_OVER_OVER,
        Notice.COORDINATOR_BLOCKED, Notice.SHIFT_STARTS, Notice.DEVICES_ENDED, Notice.RELAY_TROUBLE,
        Notice.LANGUAGE_OF_CASE, Notice.CLOCK_DOUBT, Notice.CAN_STORE_AGAIN, Notice.TOKEN_ELSEWHERE,
        Notice.MAY_BEGIN, Notice.LEARNS_BESIDE, Notice.PROFILE_CHANGED, Notice.ROLE_CHANGED, Notice.VOLUNTEER_LEFT,
        Notice.NEWER_ROWS, Notice.CHANNEL_MOVED, Notice.CHANNEL_LOST,
        Notice.SHIFT_NEWS, Notice.SHIFT_ASK_OVER, Notice.SHIFT_GAP, Notice.SWAP_OVER, Notice.STANDING,
        Notice.ARE_YOU_HERE, Notice.SHIFT_ABSENT, Notice.NOBODY_TAKES, Notice.CASE_GIVEN, Notice.SHIFT_LEAVES,
        Notice.SHIFT_RETURNED,
        Notice.SHIFT_REMINDER_DOUBT, Notice.ANNOUNCED, Notice.TERM_OPEN, Notice.TERM_OFF,
        Notice.DANGER_TOLD, Notice.CASE_GIVEN, Notice.OVERVIEW, Notice.FOLLOW_UP_DUE,
    }
)  # fmt: skip
BY_OTHERS = ("taken", "cancelled")  # how a question ends that its reader has not answered


SEND_IT, THROW_AWAY = "send", "discard"


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A case in a list."""

    id: int
    code: str
    line: Markup
    waits: Markup
    is_owed: bool
    is_returning: bool = False
    is_mine_to_speak: bool = False
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The first page. `barred`: why its reader may not claim, if so."""

    alias: str
    mine: list[CaseCard]
    waiting: list[CaseCard]
    on_shift: list[str]
    is_on_shift: bool
    notices: list[dict[str, object]]
    overview: Mapping[str, object] | None
    absent: list[str]
    duty: Mapping[str, object]
    barred: str = ""
    offered: Sequence[tuple[int, Markup]] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What a volunteer had filled in when an act was refused: it is still there on the next page.

    `is_draft`: the text is what the server keeps. `unsent`: what is to become of it, `SEND_IT` or `THROW_AWAY`, when
    the case is put away. `is_meant`: it begins with a slash and is to be sent all the same. `note`: what stands in the
    box for an internal note; `hand_note`, `hand_to`: in the form that hands the case over.
    """

    text: str = ""
    client_msg_id: str = ""
    seen_seq: int = 0
    category: str = ""
    organisations: tuple[str, ...] = ()
    outcome: str = UNKNOWN
    minutes: str = ""
    is_closing: bool = False
    is_draft: bool = False
    unsent: str = ""
    is_meant: bool = False
    note: str = ""
    hand_note: str = ""
    hand_to: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What the closing form offers: pairs of a code and its label."""

    categories: Sequence[tuple[str, Markup]]
    usual: Sequence[tuple[str, Markup]]
    more: Sequence[tuple[str, Markup]]
    outcomes: Sequence[tuple[str, Markup]]
    minutes: Sequence[tuple[str, Markup]] = field(default_factory=list)


def case_card(
    words: Words, case: CaseRow, now: datetime, *, speaks: list[str] | None = None, alias: str = ""
) -> CaseCard:
    """A case as a list shows it: code, language, channel, category, since when it waits."""
    since = case.waiting_since
    waits = words("case_waits", how_long=waited(words, since, now)) if since else words("case_answered")
    return CaseCard(
        id=case.id, code=spoken_code(case.code), line=inline(card_line(words, case)), waits=inline(waits),
        is_owed=since is not None, is_returning=case.has_returned, is_mine_to_speak=case.language in (speaks or ()),
        alias=alias,
    )  # fmt: skip


async def notice_cards(
    db: Look, service: Service, words: Words, rows: Sequence[OutboxRow], now: datetime, *, reader: Reader
) -> list[dict[str, object]]:
    """The notices that have not been put away, newest first, each with what `reader` can do about it."""
    shown = [row for row in rows if row.kind in SHOWN_NOTICES and (row.edits is None or _ended_by_others(service, row))]
    asking = newest_of_cases(shown)
    return [
        {
            "id": row.id,
            "text": several_lines((await prompt_of(db, service, row)).text),
            "when": clock_time(words, row.created_at, service, now),
            "forms": forms(words, row, reader, now) if row in asking else [],
            "link": link(row, reader),
        }
        for row in shown
    ]


def _ended_by_others(service: Service, row: OutboxRow) -> bool:
    """What was asked stands among the desk's questions, and is there no more: this says why."""
    if row.kind != Notice.SHIFT_ASK_OVER:
        return False
    return ShiftAskOver.understood(sealed_names.opened(service.store.seal, row.params)).outcome in BY_OTHERS


def overview_shown(service: Service, words: Words, seen: Overview, now: datetime) -> dict[str, object]:
    """The coordinators' part, in words."""
    zone = service.store.zone
    ahead = [
        {
            "when": inline(words.day_and_time(shift.starts_at, zone, now=now)),
            "until": inline(words.until(shift.ends_at, zone, begins=shift.starts_at, now=now)),
            "who": ", ".join(names),
        }
        for shift, names in seen.ahead
    ]
    oldest = inline(waited(words, seen.oldest, now)) if seen.oldest else None
    claimed = [case_card(words, held.case, now, alias=held.alias) for held in seen.claimed]
    return {"waiting": seen.waiting, "oldest": oldest, "ahead": ahead, "claimed": claimed}


def line_shown(
    service: Service, words: Words, line: Line, state: tuple[str, str] | None, now: datetime
) -> dict[str, object]:
    """A message of the case: whose, when, how it came, what, how far it has come, and what it said before."""
    return {
        "id": line.message_id,
        "own": not line.by_newcomer,
        "who": inline(words("desk_newcomer") if line.by_newcomer else line.alias or words("service_name")),
        "marks": [inline(mark_label(words, mark)) for mark in line.marks],
        "text": spoken(line.text) if line.taken_back_at is None else "",
        "may_take_back": may_take_back(line, now),
        "earlier": [spoken(text) for text in line.earlier],
        "when": clock_time(words, line.said_at, service, now),
        "state": inline(state_label(words, *state)) if state else "",
        "state_code": state[0] if state else "",
    }


def may_take_back(line: Line, now: datetime) -> bool:
    """Whether the volunteer's message is so fresh that the page offers to take it back."""
    return not line.by_newcomer and line.taken_back_at is None and now - line.said_at <= TAKE_BACK_WITHIN


def loss_told(words: Words, loss: Loss) -> str:
    """What has happened to a case that a volunteer had."""
    code = spoken_code(loss.code)
    if loss.is_erased:
        return words("desk_case_erased", code=code)
    if loss.kind == CaseEventKind.WITHDRAWN:
        return words("case_withdrawn", code=code)
    if not loss.by_me:
        return words("case_taken_back", code=code)
    return words("closed_by_you" if loss.kind == CaseEventKind.CLOSED else "released_by_you", code=code)


def closing_options(words: Words, default: int) -> Options:
    """The lists of the closing form, the usual organisations apart."""
    categories = [(code, inline(answer_label(words, "category", code))) for code in Category]
    organisations = [(code, inline(words(code))) for code in Organisation]
    return Options(
        categories=[*categories, (UNKNOWN, inline(words("unknown")))],
        usual=organisations[: len(USUAL_ORGANISATIONS)],
        more=organisations[len(USUAL_ORGANISATIONS) :],
        outcomes=[(code, inline(outcome_label(words, code))) for code in (*SHOWN_OUTCOMES, UNKNOWN)],
        minutes=[
            *((str(minutes), inline(words("minutes_long", n=minutes))) for minutes in sorted(minutes_choices(default))),
            (UNKNOWN, inline(words("unknown"))),
        ],
    )
