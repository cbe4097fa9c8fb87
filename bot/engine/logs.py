"""What the program tells its operators: one JSON object per line on stderr, and never what a person wrote.

This file owns the set-up of structlog over stdlib logging, ours and the libraries' alike. Ids and codes may be
logged; of an exception only its type, our own code and the places it passed, since a message may quote a person.
Libraries speak from WARNING on, and only their fixed text: the values they fill in may be anybody's.
It must not be imported for logging itself: `log = structlog.get_logger()` is enough everywhere else.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import date, time
from pathlib import PurePath
from types import TracebackType
from uuid import UUID

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from bot.engine import clock

OURS = ("bot", "handlers", "models", "__main__")
SPEAKS_OF_NOBODY = ("alembic",)  # Fills in revisions and table names, worth reading when an upgrade goes wrong.

_RENDER = structlog.processors.JSONRenderer(ensure_ascii=False)
_BOT_TOKEN = re.compile(r"(?<!\d)\d{6,}+:[A-Za-z0-9_-]{30,}")  # gone into once from where its digits begin


def configure(level: str = "INFO") -> None:
    """Everything logged in this process goes to stderr in the safe form; ours from `level`, libraries from WARNING.

    What would end the program or a thread, or be lost in a destructor, is logged in the same form instead of printed.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _exception_as_places,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter())
    handler.addFilter(_may_speak)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name in OURS + SPEAKS_OF_NOBODY:
        logging.getLogger(name).setLevel(level)
    # An engine with echo=True passes over levels and prints to a handler of its own; only a filter stops it.
    logging.getLogger("sqlalchemy.engine.Engine").addFilter(_may_speak)
    # Else a log call with a wrong placeholder prints its values to stderr.
    logging.raiseExceptions = False
    _log_what_nobody_caught()


def _formatter() -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[_fixed_text_only, _exception_as_places],
        processors=[
            _when_and_where,
            ProcessorFormatter.remove_processors_meta,
            _plain_values_only,
            _as_line,
        ],
        pass_foreign_args=True,
        use_get_message=False,
    )


def _may_speak(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _family(record.name) in OURS + SPEAKS_OF_NOBODY


def _family(logger_name: str) -> str:
    return logger_name.partition(".")[0]


def _fixed_text_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The first line a library wrote, its placeholders left open; asyncio puts exceptions into the lines below."""
    text, values = event["_record"].msg, event.get("positional_args")
    if not isinstance(text, str):
        return {**event, "event": type(text).__name__}
    if _family(event["_record"].name) in SPEAKS_OF_NOBODY and values:
        text = text % values
    return {**event, "event": text.partition("\n")[0]}


def _exception_as_places(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    exception = given[1] if isinstance(given, tuple) else given
    if exception and not isinstance(exception, BaseException):
        exception = sys.exception()
    if exception:
        event["exception"] = _places(exception)
    return event


def _places(exception: BaseException) -> dict[str, object]:
    """Type, code if it is ours, and where it passed; then the same of what caused it and of what it holds together."""
    kind = type(exception)
    told: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if _family(kind.__module__) in OURS and isinstance(code := getattr(exception, "code", None), str):
        told["code"] = code
    told["passed"] = [
        f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(exception.__traceback__)
    ]
    because = exception.__cause__ or (None if exception.__suppress_context__ else exception.__context__)
    if because:
        told["because"] = _places(because)
    if isinstance(exception, BaseExceptionGroup):
        told["holds"] = [_places(part) for part in exception.exceptions]
    return told


def _when_and_where(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record = event["_record"]
    first = {"at": clock.now().isoformat(timespec="milliseconds"), "level": record.levelname, "logger": record.name}
    return {**first, **event}


def _plain_values_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Values that were given by name; one without a name was meant for a placeholder, and nobody vouched for it."""
    return {name: _plain(value) for name, value in event.items() if name != "positional_args"}


def _plain(value: object) -> object:
    """A code, id, number or time as it is; of any other object only its type, since its repr may show a row."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date() | time():
            return value.isoformat()
        case UUID() | PurePath():
            return str(value)
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(part) for part in value]
    return type(value).__name__


def _as_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """One JSON object. Tokens are taken out last of all, so that no way into the line can be forgotten."""
    return _BOT_TOKEN.sub("[token]", str(_RENDER(logger, method, event)))


def _log_what_nobody_caught() -> None:
    log = structlog.get_logger("bot.engine.logs")

    def program_ends(_kind: type[BaseException], exception: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(exception, KeyboardInterrupt):
            log.info("interrupted")
        else:
            log.critical("program_ended", exc_info=exception)

    def thread_ends(ended: threading.ExceptHookArgs) -> None:
        log.error("thread_ended", exc_info=ended.exc_value)

    def nobody_to_tell(lost: "sys.UnraisableHookArgs") -> None:
        log.error("exception_lost", exc_info=lost.exc_value)

    sys.excepthook = program_ends
    threading.excepthook = thread_ends
    sys.unraisablehook = nobody_to_tell
