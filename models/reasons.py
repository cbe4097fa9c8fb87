"""Why a coordinator moves a case that she does not have: the volunteer and the newcomer read it. Codes, no words."""

from enum import StrEnum


class WhyBack(StrEnum):
    """Why somebody's case goes back to the queue."""

    AWAY = "away"
    LANGUAGE = "language"
    KNOWS = "knows"
    MANY = "many"


class WhyClosed(StrEnum):
    """Why a case is closed."""

    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"
    NOT_OURS = "not_ours"
    SILENT = "silent"


WHY_MOVED: tuple[str, ...] = ("", *WhyBack, *WhyClosed)  # "" where none was chosen
