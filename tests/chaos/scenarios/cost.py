"""What strangers send, at its worst: twice as much must not cost four times as much, and nobody waits for it.

First every parser by itself, on the worst texts we can think of for each: 500 KB in at most three times the processor
time of 250 KB, or in no time. Then the running program is sent the worst requests while `/healthz` is asked.
Owns the table of parsers and their worst texts. `tests/security/test_bounded.py` holds the same bounds by counting.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from ipaddress import ip_network
from time import perf_counter, process_time
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs
from telegram import Bot

from bot.cases import messages
from bot.engine import logs, seal
from bot.engine.errors import Refusal
from bot.hours import asking
from bot.hours.typed import lines
from bot.language import commands, i18n, textshape
from bot.places.place_names import KnownPlace
from handlers.telegram import invitation, parsing, reading
from handlers.web.doors import live
from handlers.web.frame.limits import client_network
from models.button import NotAButton
from models.buttons import ANSWER
from models.buttons_hours import GUIDED
from models.hours_dialogue import Around, replayed
from tests.chaos.ground import Ground
from tests.crash.place import TOKEN, WEBHOOK, WEBHOOK_SECRET, Place, opened

HALF, WHOLE = 250_000, 500_000  # bytes; a body holds 512 KiB
MOST_TIMES = 3.0
NO_TIME_SECONDS = 0.020
TRIES = 5
FIRST_SIZES = (4_000, 8_000)
SLOW_SECONDS, WORTH_A_LOOK_SECONDS = 0.15, 0.001
SURELY_SLOW_SECONDS = 3.0  # nothing else that this computer does explains it
FEW = 5
LATEST_ANSWER_SECONDS = 0.250
HEALTH_EVERY_SECONDS = 0.01
SENT_TIMES, AT_ONCE, ROUNDS = 6, 3, 3
HUNG_UP = 0  # a body that is refused for its head alone is not waited for
EXPECTED = (200, 303, 304, HUNG_UP, 400, 403, 404, 413, 422, 429)
PLACES = tuple(
    KnownPlace(f"plats{n}", (f"Röda biblioteket nummer {n} (torget)", f"Library {n}", f"مكتبة {n}")) for n in range(40)
)
TODAY = date(2026, 11, 26)
AROUND = Around((), (), TODAY)

# Repeated, each is the worst for something: a pattern's near-match, a rule of Unicode, a separator, a nesting.
LETTERS = (
    "a", "7", " ", "\n", "\t\n", "-", "/", "\\", ".", ", ", "(", "()", "[", "{", '"', "'", "|", ":", "\0", "\r\n",
)  # fmt: skip
SCRIPTS = (
    "\u0301", "a" + "\u0301" * 30, "\u0345\u0301", "\u0f71\u0f72", "\u200d", "👩\u200d", "🇸", "\ud83d", "😀", "\u1100",
    "\u1161", "\u0915\u094d", "\u0600", "\u200c", "\u200b/", "\u2066", "\u2069", "\u2066a\u2069", "\u200f", "\u2028",
    "\ufdfa", "ẞ", "İ", "م ", "٧ ", "م7", "።",
)  # fmt: skip
NEAR_MATCHES = (
    "7-", "7 ", "+7 ", "1:1 ", "http://", "https://x ", "www.", "a. ", "a.\n\n", "a" * 43, "a" * 64 + " ", "a'",
    "/delete ", "./", "/ x", "/a@", "(/", "when are you open ", "متى ", "stop:yes:", "tap:",
)  # fmt: skip
OF_LINES = (
    "1/1 ", "1/1-2/1 ", "1.1. ", "1 jan ", "jan 1 ", "3 mars 2026 ", "2026-1-1 ", "måndag ", "måndag 1/1 ", "mån-",
    "från ", "till ", "från 1/1 ", "nästa ", "1-2 ", "13-15 och ", "13:00-15:30,", "kl 13-15,", "kl ", "23-", "1-1/1 ",
    "idag ", "i ", "och ", "plats1 och ", "alla ", "röda biblioteket nummer ", "helgdag ", "p g a ", "är stängt ",
    "annat: ", "sv: a | ", "a med ", "bibliotek ",
)  # fmt: skip
TEXTS = (*LETTERS, *SCRIPTS, *NEAR_MATCHES)
LINES = (*TEXTS, *OF_LINES)
Parser = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Row:
    """A parser, and what it is given over and over. `head`: what stands before it; `most`: characters it may be given
    at all, where what hands it over has looked at the size before."""

    name: str
    parse: Parser
    pieces: tuple[str, ...]
    head: str = ""
    most: int | None = None


def _message(part: str) -> Parser:
    """A whole update from Telegram with this text in this part of it."""

    def parse(text: str) -> object:
        return _taken_in(_update(**{part: {"text": text, "position": 0} if part == "quote" else text}))

    return parse


def _update(**parts: object) -> dict[str, object]:
    somebody = {"id": 900, "is_bot": False, "first_name": "A"}
    chat = {"id": 900, "type": "private", "first_name": "A"}
    message = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": somebody, "text": "a" * 1_000}
    return {"update_id": 1, "message": message | parts}


@cache
def _bot() -> Bot:
    return Bot(TOKEN)


def _taken_in(told: object) -> object:
    update = parsing.update_of(told, _bot())
    if update is None or update.effective_message is None:
        return parsing.writer_of(told)
    return reading.take_apart(update.effective_message).words


def _json(text: str) -> object:
    try:
        return _taken_in(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _listed(name: str, *one: object) -> Parser:
    """An update in which a list of this name holds so many of these, by the size of the text."""
    size = max(len(json.dumps(one)), 1)
    return lambda text: _taken_in(_update(**{name: list(one) * (len(text) // size + 1)}))


def _new_parts(text: str) -> object:
    return _taken_in(_update(entities=[{"type": 5}], **{f"p{n}": n for n in range(len(text) // 12)}))


def _answers_to_answers(text: str) -> object:
    message = json.dumps(_update()["message"])
    depth = len(text) // (len(message) + 22)
    inner = (message[:-1] + ', "reply_to_message":') * depth + message + "}" * depth
    return _json(f'{{"update_id": 1, "message": {inner}}}')


def _asked(**headers: str) -> web.Request:
    return make_mocked_request("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})


def _client_of(text: str) -> object:
    return client_network(_asked(X_Forwarded_For=text), (ip_network("0.0.0.0/0"),))


def _line(command: str) -> Parser:
    return lambda text: lines.parse(command, text, today=TODAY, known=PLACES)


JSON_PIECES = ("[", '{"a":', '"', "1", "1e9,", "\\ud83d", "[1],", "{},", " ")
FINE, BROKEN = {"type": "bold", "offset": 0, "length": 1}, {"type": 5}
LINKED = {"type": "text_link", "offset": 0, "length": 1, "url": "http://x/"}
HEADER = 8_190  # what one line of a header may hold
PARSERS = (
    Row("clean", textshape.clean, TEXTS),
    Row("fold", textshape.fold, TEXTS),
    Row("split_text", textshape.split_text, TEXTS),
    Row("numbers isolated", textshape.with_numbers_isolated, TEXTS, head="م "),
    Row("isolates as elements", textshape.html_isolates, TEXTS),
    Row("length in UTF-16", textshape.utf16_length, TEXTS),
    Row("too many marks", textshape.has_too_many_marks, TEXTS),
    Row("words as they are kept", messages.checked, TEXTS),
    Row("a command", lambda text: commands.read(text, "sv"), TEXTS),
    Row("a command, after a slash", lambda text: commands.read(text, None), TEXTS, head="/"),
    Row("a command of staff", commands.of_staff, TEXTS, head="/extra "),
    Row("asking about hours", asking.asks_for_hours, TEXTS),
    Row("asking about hours, begun", asking.asks_for_hours, TEXTS, head="när öppnar ni "),
    Row("tokens", seal.tokens_in, TEXTS),
    Row("a language's code", i18n.suggest_language, TEXTS),
    *(Row(f"/{command}", _line(command), LINES) for command in lines.VERBS),
    *(Row(f"/{one}, short enough", _line(one), LINES, most=lines.LONGEST_LINE) for one in lines.VERBS),
    Row("a day asked about", lambda text: lines.parse_day(text, today=TODAY), LINES),
    Row("a button's code", ANSWER.read, TEXTS, head="ga:1:place:"),
    Row("an old button's code", lambda text: replayed(GUIDED.read(text), AROUND), TEXTS, head="h:c:"),
    Row("cookies", lambda text: _asked(Cookie=text).cookies, ("a=b; ", "a", '"', ";", "=", 'a="', "\\"), most=HEADER),
    Row(
        "where it comes from", lambda text: _client_of(text), ("1.1.1.1,", ",", "::1,", "a", "10.0.0.1, "), most=HEADER
    ),
    Row(
        "a query",
        lambda text: make_mocked_request("GET", f"/?{text}").query,
        ("a=1&", "&", "%", "%C3%A5", "+"),
        most=HEADER,
    ),
    Row("a frame of a socket", lambda text: live._number_in(text, "after"), JSON_PIECES, most=live.LARGEST_FRAME),
    Row(
        "an invitation", invitation._ASKED.findall, ("/start", "/start@", "/start a ", "?start=", "?start=" + "a" * 70)
    ),
    Row("a line of the log", logs._BOT_TOKEN.search, ("7", "7:", "1234567:a", "a")),
    Row("an update's bytes", _json, JSON_PIECES),
    Row("an update's bytes, begun", _json, JSON_PIECES, head='{"update_id": 1, "message":'),
    Row("answers to answers", _answers_to_answers, (" ",)),
    Row("a message's text", _message("text"), TEXTS),
    Row("a message's quote", _message("quote"), TEXTS),
    Row("a message's marks", _listed("entities", FINE), (" ",)),
    Row("a message's links", _listed("entities", LINKED), (" ",)),
    Row("a message's marks, broken", _listed("entities", BROKEN), (" ",)),
    Row("a message's marks, one broken", _listed("entities", FINE, BROKEN), (" ",)),
    Row("a message's new parts", _new_parts, (" ",)),
)


ANSWERS = (Refusal, NotAButton)  # a refusal is an answer


async def run(ground: Ground) -> list[str]:
    """No parser costs more than its share, and no request holds up the others."""
    with capture_logs():  # what cannot be read is logged as such
        found = [what for row in PARSERS for what in _measured(row)]
    for kind in ground.databases:
        folder = ground.folder / kind
        async with (
            ground.database(kind, folder) as url,
            opened(kind, url, folder, receive=WEBHOOK, work_seconds=2) as place,
        ):
            found += await _while_others_wait(kind, place)
    return found


# Parsers by themselves.


def _measured(row: Row) -> list[str]:
    """What of the row's worst texts costs more than its share; prints the dearest."""
    dearest, found = (0.0, 0.0, ""), []
    for piece in _dearest_pieces(row, found):
        half, whole = _half_and_whole(row, piece)
        dearest = max(dearest, (whole, whole / half, piece))
        if _costs_too_much(row, half, whole):
            found.append(f"{row.name}: {whole * 1000:.0f} ms for {piece!a}, {whole / half:.1f} times those of the half")
    print(f"{row.name:32}{dearest[0] * 1000:>9.1f} ms{dearest[1]:>7.1f} times the half  {dearest[2][:9]!a}", flush=True)
    return found


def _dearest_pieces(row: Row, found: list[str]) -> list[str]:
    """The dearest few of the row's pieces, and each whose cost grows faster than it does, by a small first try. What is
    slow even then is noted in `found` and not tried on: at its full size it might not end."""
    costs = {}
    for piece in row.pieces:
        small, larger = (_seconds(row, piece, size) for size in FIRST_SIZES)
        if larger > SLOW_SECONDS and _seconds(row, piece, FIRST_SIZES[1]) > SLOW_SECONDS:
            found.append(f"{row.name}: {FIRST_SIZES[1]} bytes of {piece!a} take {larger * 1000:.0f} ms")
        else:
            costs[piece] = larger, larger > MOST_TIMES * small and larger > WORTH_A_LOOK_SECONDS
    in_order = sorted(costs, key=lambda piece: costs[piece][0], reverse=True)
    return [piece for at, piece in enumerate(in_order) if at < FEW or costs[piece][1]]


def _half_and_whole(row: Row, piece: str) -> tuple[float, float]:
    """Processor seconds for both sizes, the best of as many tries as it takes to be cheap, at most five."""
    sizes = (row.most // 2, row.most) if row.most else (HALF, WHOLE)
    half = whole = sys.float_info.max
    for _ in range(TRIES):
        half, whole = min(half, _seconds(row, piece, sizes[0])), min(whole, _seconds(row, piece, sizes[1]))
        if not _costs_too_much(row, half, whole) or whole > SURELY_SLOW_SECONDS:
            break
    return max(half, 1e-6), whole


def _costs_too_much(row: Row, half: float, whole: float) -> bool:
    """What is short because it was refused at any greater length must take no time at all."""
    return whole > NO_TIME_SECONDS and (row.most is not None or whole > MOST_TIMES * half)


def _seconds(row: Row, piece: str, size: int) -> float:
    text = row.head + piece * (size // len(piece.encode("utf-8", "surrogatepass")) + 1)
    text = text[: row.most and min(row.most, size)]
    began = process_time()
    with suppress(*ANSWERS):
        row.parse(text)
    return process_time() - began


# The running program.


@dataclass(frozen=True, slots=True)
class Worst:
    """A request, sent again and again."""

    name: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"


FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
HOOK = (("Content-Type", "application/json"), ("X-Telegram-Bot-Api-Secret-Token", WEBHOOK_SECRET))


def _requests() -> Iterable[Worst]:
    for piece in ("a", "%F0%9F%87%B8", "%0A", "%CC%81", "%00", "%EF%B7%BA", "%D9%85+7", "%"):
        yield Worst(f"words of {piece}", "/sv/chat/say", _fill(b"text=", piece), FORM)
    for piece in ("%F0%9F%87%B8", "%EF%B7%BA", "%D9%85" + "7" * 5_000, "a"):  # as long as is taken
        yield Worst(f"words taken, of {piece[:12]}", "/sv/chat/say", _taken(piece), FORM)
    for piece in ("a=1&", "&", "=", "%3D", "a%26"):
        yield Worst(f"a form of {piece}", "/sv/chat/consent", _fill(b"", piece), FORM)
    yield Worst("a code", "/sv/back", _fill(b"secret=1&code=", "7"), FORM)
    yield Worst("parts", "/sv/chat/say", b"x" * WHOLE, (("Content-Type", "multipart/form-data; boundary=x"),))
    yield Worst("packed", "/sv/chat/say", b"x" * WHOLE, (*FORM, ("Content-Encoding", "gzip")))
    for piece in ("[", '{"a":', "1e9,"):
        yield Worst(f"an update of {piece}", "/telegram/webhook", _fill(b'{"update_id":1,"message":', piece), HOOK)
    yield Worst("an update, marks", "/telegram/webhook", _body(entities=[BROKEN] * 30_000), HOOK)
    yield Worst("an update, parts", "/telegram/webhook", _body(entities=[BROKEN], **dict.fromkeys(_names(), 1)), HOOK)
    yield Worst("an update, flags", "/telegram/webhook", _body(text="م" + "🇸" * 4_000 + "7" * 8_000), HOOK)
    for name, value in (
        ("Accept-Language", "a,;q=" * 1_600), ("Cookie", "a=b;" * 2_000), ("X-Forwarded-For", "1.1.1.1," * 1_000),
        ("Accept", "*/*," * 2_000), ("If-None-Match", '"a",' * 2_000), ("Authorization", "Bearer " + "x" * 8_000),
    ):  # fmt: skip
        yield Worst(f"a header {name}", "/sv", headers=((name, value),), method="GET")
    yield Worst("a query", "/sv/hours/embed?" + "place=x&" * 900, method="GET")
    yield Worst("a path", "/sv/" + "%61/" * 2_000, method="GET")


def _fill(head: bytes, piece: str) -> bytes:
    return head + piece.encode() * ((WHOLE - len(head)) // len(piece))


def _taken(piece: str) -> bytes:
    characters = max(1, len(piece) - piece.count("%") * 2)
    return b"text=" + piece.encode() * (messages.MOST_CHARACTERS // characters)


def _names() -> Iterable[str]:
    return (f"part{n}" for n in range(30_000))


def _body(**parts: object) -> bytes:
    return json.dumps(_update(**parts)).encode()


async def _while_others_wait(kind: str, place: Place) -> list[str]:
    """The worst requests are sent, some at once, and `/healthz` is asked all the while."""
    await place.program.start()
    found = []
    fresh = aiohttp.TCPConnector(force_close=True)  # a connection may be reset after a body that nobody read
    async with aiohttp.ClientSession(base_url=place.program.address, connector=fresh) as client:
        for worst in _requests():
            latest, answers = await _latest_of(worst, client, place.program.address)
            print(f"{kind:12}{worst.name:30}{latest * 1000:>9.0f} ms  {sorted(answers)}", flush=True)
            if latest > LATEST_ANSWER_SECONDS:
                found.append(f"{kind}: /healthz waited {latest * 1000:.0f} ms for {worst.name}")
            if not all(answer in EXPECTED for answer in answers):
                found.append(f"{kind}: {worst.name} was answered {sorted(answers)}")
    return found


async def _latest_of(worst: Worst, client: aiohttp.ClientSession, origin: str) -> tuple[float, set[int]]:
    """How late the latest answer of `/healthz` was while the request was sent, in seconds, and how it was answered.

    The best of as many rounds as it takes to be in time, at most three: others work on this computer too.
    """
    best, answers = sys.float_info.max, set()
    for _ in range(ROUNDS):
        latest, now = await _latest_while(_sent(client, origin, worst, await _agree(client, origin)), client)
        best, answers = min(best, latest), answers | now
        if best <= LATEST_ANSWER_SECONDS:
            break
    return best, answers


async def _agree(client: aiohttp.ClientSession, origin: str) -> str:
    """The cookie of a newcomer who has agreed just now."""
    form = {"answer": "own"}
    async with client.post("/sv/chat/consent", data=form, headers={"Origin": origin}, allow_redirects=False) as answer:
        return "; ".join(f"{name}={cookie.value}" for name, cookie in answer.cookies.items())


async def _sent(client: aiohttp.ClientSession, origin: str, worst: Worst, session: str) -> set[int]:
    """The request has been sent a few times, as often as not several at once; returns how it was answered."""
    headers = {"Origin": origin, "Cookie": session} | dict(worst.headers)

    async def once() -> int:
        how = {"data": worst.body or None, "headers": headers, "allow_redirects": False}
        try:
            async with client.request(worst.method, worst.path, **how) as answer:
                await answer.read()
                return answer.status
        except aiohttp.ClientConnectionError:
            return HUNG_UP

    answers: set[int] = set()
    for _ in range(SENT_TIMES // AT_ONCE):
        answers |= set(await asyncio.gather(*(once() for _ in range(AT_ONCE))))
    return answers


async def _latest_while(
    sending: Coroutine[Any, Any, set[int]], client: aiohttp.ClientSession
) -> tuple[float, set[int]]:
    latest, sent = 0.0, asyncio.ensure_future(sending)
    while not sent.done():
        began = perf_counter()
        async with client.get("/healthz") as answer:
            await answer.read()
        latest = max(latest, perf_counter() - began)
        await asyncio.wait([sent], timeout=HEALTH_EVERY_SECONDS)
    return latest, sent.result()
