"""Somebody is invited to volunteer: known by a first name, not yet introduced, with two links that open once each.

It must not decide how the links reach them: whoever invites passes them on.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people import login_links, people
from bot.people.login_links import INVITE_LIVES
from bot.people.names import folded
from bot.people.people import LANGUAGES_SPOKEN
from bot.volunteers.onboarding import standing_with_access
from bot.volunteers.told import volunteer
from models.people import LinkPurpose, Role

HOURS = int(INVITE_LIVES.total_seconds() // 3600)
_BETWEEN = re.compile(r"[\s,;+&]+")


class Named(NamedTuple):
    """Who is to be invited, as it was typed."""

    alias: str
    speaks: list[str]


class Doors(NamedTuple):
    """The two ways in of somebody invited: tokens that open once each, until then."""

    person_id: int
    alias: str
    desk: str
    chat: str
    until: datetime


def read_line(typed: str, languages: Mapping[str, str]) -> Named:
    """The name and the languages of a line like "Nour ar,sv" or "Nour arabiska, svenska". `languages`: codes, by what
    they are called (`bot/people/spoken.py`).

    Raises:
        BadInput: no name, or no language.
    """
    words = typed.split()
    at = next((n for n, word in enumerate(words) if "," in word or folded(word) in languages), len(words))
    alias, rest = " ".join(words[:at]), " ".join(words[at:])
    named = [folded(word) for word in _BETWEEN.split(rest) if word and word not in ("och", "and")]
    speaks = [languages.get(word, word) for word in named]
    if not alias:
        raise BadInput("invite_no_name")
    if not speaks:
        raise BadInput("invite_no_languages", alias=alias, known=", ".join(LANGUAGES_SPOKEN))
    return Named(alias, list(dict.fromkeys(speaks)))


async def invite(work: Work, *, alias: str, speaks: list[str]) -> Doors:
    """Somebody new is known, who is given no case before they are introduced; and here are their doors.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: no name, no language or one that we do not know, or somebody has the name.
    """
    work.require_publisher()
    if not speaks:
        raise BadInput("speaks_nothing")
    person_id = await people.add_new_staff(work, role=Role.VOLUNTEER, alias=alias, language="sv", speaks=speaks)
    return await _doors(work, person_id, alias)


async def new_doors(work: Work, person_id: int) -> Doors:
    """New links for somebody whose own were not used in time, or are lost. The old ones open nothing any more.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or their access has ended.
    """
    await standing_with_access(work, person_id)
    told = await volunteer(work.db, work.seal, person_id)
    await login_links.forget_of(work, person_id)
    return await _doors(work, person_id, told.alias)


async def _doors(work: Work, person_id: int, alias: str) -> Doors:
    desk = await login_links.make_link(work, person_id, LinkPurpose.DESK, lives=INVITE_LIVES)
    chat = await login_links.make_link(work, person_id, LinkPurpose.TELEGRAM, lives=INVITE_LIVES)
    return Doors(person_id, alias, desk, chat, work.now + INVITE_LIVES)
