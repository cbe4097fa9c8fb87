"""What Telegram refuses about texts and buttons. Pure functions; the wording follows the real server's.

Source: core.telegram.org/bots/api#sendmessage, #inlinekeyboardbutton, #html-style.
"""

import html
import re
from typing import Any
from urllib.parse import urlsplit

from tests.botapi.chat import Button

LONGEST_TEXT = 4096  # UTF-16 code units, counted after the tags are taken away
LONGEST_CALLBACK_DATA = 64  # bytes
NOT_PUBLIC = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104  (refused names, nothing listens here)

_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "span"}
_TAGS |= {"tg-spoiler", "tg-emoji"}
_ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
}
_VALUE = r"""(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>]+))?"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+{_VALUE})*)\s*>")
_ATTRIBUTE = re.compile(rf"([a-zA-Z-]+){_VALUE}")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


class Refused(Exception):
    """The Bot API's answer with ok=false."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(why: str) -> Refused:
    return Refused(400, f"Bad Request: {why}")


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def readable(text: Any, parse_mode: str | None) -> str:
    """The words a person reads: without tags and outer white space.

    Raises:
        Refused: 400 if the text is empty, too long or badly marked up.
    """
    words = str(text or "")
    if (parse_mode or "").lower() == "html":
        words = _without_tags(words)
    words = words.strip()
    if not words:
        raise bad_request("message text is empty")
    if utf16_units(words) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return words


def _without_tags(marked: str) -> str:
    pieces: list[str] = []
    opened: list[str] = []
    position = 0
    while (start := marked.find("<", position)) >= 0:
        pieces.append(_unescaped(marked[position:start]))
        tag = _TAG.match(marked, start)
        if tag is None or tag[2].lower() not in _TAGS:
            raise _cannot_parse(marked, start, f'Unsupported start tag "{tag[2] if tag else ""}"')
        _check_tag(marked, tag, opened)
        position = tag.end()
    if opened:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1]}\"")
    return "".join(pieces) + _unescaped(marked[position:])


def _check_tag(marked: str, tag: re.Match[str], opened: list[str]) -> None:
    closes, name, attributes = tag[1], tag[2].lower(), tag[3]
    if closes:
        if not opened or opened.pop() != name:
            raise _cannot_parse(marked, tag.start(), f'Unmatched end tag "{name}"')
        return
    if set(_ATTRIBUTE.findall(attributes)) - _ATTRIBUTES.get(name, set()):
        raise _cannot_parse(marked, tag.start(), f'Unsupported attribute in tag "{name}"')
    opened.append(name)


def _cannot_parse(marked: str, position: int, why: str) -> Refused:
    return bad_request(f"can't parse entities: {why} at byte offset {len(marked[:position].encode())}")


def _unescaped(piece: str) -> str:
    # Telegram knows four names and numbers; any other &name; is shown as it stands.
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), piece)


def buttons(markup: Any) -> list[list[Button]]:
    """The rows of an inline keyboard; no rows for other keyboards or none.

    Raises:
        Refused: 400 for a button Telegram would not show.
    """
    if markup is None:
        return []
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    return [[_button(told) for told in row] for row in markup.get("inline_keyboard", []) if row]


def _button(told: dict[str, Any]) -> Button:
    label = str(told.get("text", "")).strip()
    if not label:
        raise bad_request("inline keyboard button text must be non-empty")
    if "url" in told:
        _check_url(told["url"])
        return Button(label, told["url"])
    action = told.get("callback_data")
    if action is None:
        raise bad_request("BUTTON_TYPE_INVALID")
    if not 1 <= len(action.encode()) <= LONGEST_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    return Button(label, action)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or host in NOT_PUBLIC or "." not in host:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def language_code(code: str) -> str:
    """The code itself, if it is empty or two lower-case letters."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code
