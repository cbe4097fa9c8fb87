"""What coordinators are told when something is wrong with the service itself: its database, or the bot's token.

Same shape as `texts_staff.py`. It must not decide who is told, or how often.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, Params, Teller, instant
from models.dialogue import Prompt
from models.outbox import Notice

# What was seen of somebody else who uses the token; the rest of the keys of its sentences.
SEEN = ("webhook_foreign", "webhook_deleted", "webhook_secret", "second_poller")


def cannot_store(words: Words, *, cause: str, since: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Since when nothing can be stored, why and what to do, and what people see meanwhile."""
    return "\n\n".join((
        words("cannot_store", time=words.day_and_time(since, zone, now=now)),
        words(f"cannot_store_{cause}"),
        words("cannot_store_meanwhile"),
    ))  # fmt: skip


def _can_store_again(words: Words, params: Params, facts: Facts) -> Prompt:
    since, until = (words.day_and_time(instant(params, name), facts.zone, now=facts.now) for name in ("since", "until"))
    return Prompt(words("can_store_again", since=since, until=until))


def _token_elsewhere(words: Words, params: Params, _facts: Facts) -> Prompt:
    seen = words(f"token_{params['what']}")
    return Prompt("\n\n".join((words("token_elsewhere"), seen, words("token_what_to_do"))))


def _newer_rows(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("newer_rows", kind=Ltr(str(params["kind"]))))


TELLERS: Mapping[Notice, Teller] = {
    Notice.NEWER_ROWS: _newer_rows,
    Notice.CAN_STORE_AGAIN: _can_store_again,
    Notice.TOKEN_ELSEWHERE: _token_elsewhere,
}
