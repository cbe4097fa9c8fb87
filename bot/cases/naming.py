"""Which case a typed line names: by its number, however it is spaced, and what follows it.

It must not decide what is done with the case, nor who may.
"""

import re

from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language.textshape import to_latin_digits
from bot.people import access
from bot.people.access import CaseRow
from models.case import is_code

_NUMBER = re.compile(r"\s*(\d{3})[\s\u00a0]?(\d{3})[\s\u00a0]?(\d)(?!\d)\s*", re.ASCII)
LONGEST_SHOWN = 12  # of what is no number: enough to know one's own line again


def number_in(line: str) -> tuple[str, str]:
    """The case's number at the beginning of a line, as seven digits, and the rest; empty if it begins with none."""
    found = _NUMBER.match(to_latin_digits(line))
    return ("".join(found.groups()), line[found.end() :]) if found else ("", line.strip())


async def case_named(work: Work, line: str) -> tuple[CaseRow, str]:
    """The case whose number the line begins with, and the rest of the line. Locks its conversation.

    Raises:
        BadInput: it begins with no number, or no case has it (any more).
    """
    code, rest = number_in(line)
    case = await access.case_by_code(work.db, code) if is_code(code) else None
    if case is None:
        value = code or line.split(maxsplit=1)[0][:LONGEST_SHOWN]
        raise BadInput("no_such_case", value=value, n=work.settings.retention_days)
    return await access.locked_case(work, case.id), rest.strip()
