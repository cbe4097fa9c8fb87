"""What coordinators are told when something is wrong with the service itself: its database, its clock, the bot's token.

Owns what these sayings carry. It must not decide who is told, or how often.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from bot.engine.belief import Why
from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from models.buttons import CLOCK
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Like

# What was seen of somebody else who uses the token; the rest of the keys of its sentences.
SEEN = ("webhook_foreign", "webhook_deleted", "webhook_secret", "second_poller")


def cannot_store(words: Words, *, cause: str, since: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Since when nothing can be stored, why and what to do, and what people see meanwhile."""
    return "\n\n".join((
        words("cannot_store", time=words.day_and_time(since, zone, now=now)),
        words(f"cannot_store_{cause}"),
        words("cannot_store_meanwhile"),
    ))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CanStoreAgain(ToStaff):
    """From when until when nothing could be stored."""

    kind: ClassVar = Notice.CAN_STORE_AGAIN
    since: datetime
    until: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        since, until = (words.day_and_time(at, facts.zone, now=facts.now) for at in (self.since, self.until))
        return Prompt(words("can_store_again", since=since, until=until))


@dataclass(frozen=True, kw_only=True)
class ClockDoubt(ToStaff):
    """The computer's clock may be wrong. `number`: of the doubt. `shown`: what it shows; `other`: what else is known.

    `until`: when a long pause is believed.
    """

    kind: ClassVar = Notice.CLOCK_DOUBT
    number: int
    why: Why = Why.PAUSE
    shown: datetime
    other: datetime
    until: datetime | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.pressed:
            return Prompt(words("clock_confirmed"))
        shown, other = (words.day_and_time(at, facts.zone) for at in (self.shown, self.other))
        told = words("clock_pause" if self.until else "clock_wrong", shown=shown, other=other)
        ends = words("clock_pause_ends", when=words.day_and_time(self.until, facts.zone)) if self.until else ""
        text = lines(told, words("clock_waits"), words("clock_check", command=Ltr("python -m bot clock confirm")), ends)
        return Prompt(text, rows_of(Choice(CLOCK.code(self.number), words("clock_confirm"))))


@dataclass(frozen=True, kw_only=True)
class TokenElsewhere(ToStaff):
    """Somebody else uses the bot's token. `what`: what was seen of them."""

    kind: ClassVar = Notice.TOKEN_ELSEWHERE
    what: Annotated[str, Like(SEEN)]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt("\n\n".join((words("token_elsewhere"), words(f"token_{self.what}"), words("token_what_to_do"))))


@dataclass(frozen=True, kw_only=True)
class NewerRows(ToStaff):
    """Something waits to be said that only a newer version knows. `strange`: the kind of notice."""

    kind: ClassVar = Notice.NEWER_ROWS
    strange: Annotated[str, Like(("told_by_tomorrow",))]

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        return {"strange": row["kind"]}

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words("newer_rows", kind=Ltr(self.strange)))
