"""Whoever was there goes home: what stays open of theirs.

It must not decide who is present: `bot/roster/presence.py` does.
"""

from bot.engine.work import Work


async def duty_ends(work: Work, duty_id: int) -> None:
    """They are there no more, unless their next shift has begun."""
