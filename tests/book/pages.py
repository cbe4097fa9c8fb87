"""A page of the web as the pieces that a person reads or hears, from the top down: no tags, nothing that is only drawn.

What a script shows later, and what is only read aloud, is there too, and says so. It must not ask for a page.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from tests.book.entries import Block

UNSEEN = ("script", "style", "svg")
FRAME = ("header", "footer")  # the same on every page: read once
VOID = ("meta", "link", "input", "br", "path", "hr", "img", "col", "circle", "rect", "line")
INLINE = ("a", "b", "bdi", "code", "em", "i", "span", "strong", "small", "time", "td", "th", "abbr")
HEADINGS = ("h1", "h2", "h3", "h4")
KINDS = {
    "button": "button", "summary": "button", "li": "item", "label": "label", "legend": "label", "dt": "label",
    "option": "option", "title": "title", "textarea": "field", **dict.fromkeys(HEADINGS, "heading"),
}  # fmt: skip
CLASSES = {"alert": "alert", "hint": "small", "when": "small", "who": "small", "offscreen": "heard", "skip": "heard"}
HEARD = ("aria-label", "title", "placeholder", "alt")
SPACES, BLANKS = re.compile(r"\s+"), re.compile(r" {2,}")
SENTENCE = re.compile(r"[^\Wa-z\d_]|[^\W\d_]\S* ")  # and no code, number or address
# What keeps its direction on the page keeps it in the book: a number in Arabic would be read backwards.
ISOLATES, FIRST_STRONG, ISOLATE_ENDS = {"ltr": "\u2066", "rtl": "\u2067"}, "\u2068", "\u2069"
OPENS, CLOSES = "opens", "closes"
LATER, HEARD_ONLY, BY_SCRIPT = "later", "heard", "script"
ASIDE = (LATER, HEARD_ONLY, BY_SCRIPT)
TICKS = {("radio", False): "○ ", ("radio", True): "● ", ("checkbox", False): "☐ ", ("checkbox", True): "☑ "}


def blocks_of(html: str) -> list[Block]:
    """The page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


def bubbles_apart(blocks: list[Block]) -> Iterator[tuple[Block, ...]]:
    """The same pieces, those of one bubble together."""
    at = 0
    while at < len(blocks):
        end = at
        if blocks[at].kind == OPENS:
            end = next(place for place in range(at, len(blocks)) if blocks[place].kind == CLOSES)
        yield tuple(blocks[at : end + 1])
        at = end + 1


class _Reader(HTMLParser):
    """Collects the pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._depth_unseen = 0
        self._text: list[str] = []
        self._has_text = False
        self._is_link = False  # by itself, and not a word of a sentence

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._is_link = not self._has_text
        if tag not in INLINE or (tag == "a" and self._is_link):
            self._flush()
        if tag in ("td", "th", "dd") and self._has_text:
            self._text.append(" · ")
        if tag == "br":
            self._text.append("\n")
        if tag == "bdi":
            self._text.append(ISOLATES.get(at.get("dir", ""), FIRST_STRONG))
        if tag == "input":
            self._input(at)
        if tag not in VOID:
            self._open.append((tag, at))
            self._opened(at)
            self._depth_unseen += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag not in [name for name, _ in self._open]:
            return
        if tag == "bdi":
            self._text.append(ISOLATE_ENDS)
        if tag not in INLINE or (tag == "a" and self._is_link):
            self._flush()
        while self._open:
            name, at = self._open.pop()
            self._depth_unseen -= name in UNSEEN
            if "bubble" in at.get("class", "").split():
                self._add(CLOSES, "")
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._depth_unseen:
            is_typed = bool(self._open) and self._open[-1][0] == "textarea"
            self._text.append(data if is_typed else SPACES.sub(" ", data))
            self._has_text = self._has_text or not data.isspace()

    def close(self) -> None:
        super().close()
        self._flush()

    def _opened(self, at: dict[str, str]) -> None:
        if self._depth_unseen:
            return
        if "bubble" in at.get("class", "").split():
            self._add(OPENS, " ".join(at["class"].split()))
        for name in HEARD:
            if at.get(name):
                self._add(HEARD_ONLY, at[name])
        for name, value in at.items():
            if name.startswith("data-") and SENTENCE.match(value):
                self._add(BY_SCRIPT, value)

    def _input(self, at: dict[str, str]) -> None:
        kind = at.get("type", "text")
        if kind in ("radio", "checkbox"):
            self._text.append(TICKS[kind, "checked" in at])
        elif kind != "hidden" and not self._depth_unseen:
            self._add("field", at.get("value", ""))

    def _flush(self) -> None:
        if self._has_text:
            lines = "".join(self._text).strip().split("\n")
            text = "\n".join(BLANKS.sub(" ", line).strip() for line in lines)
            self._add(self._kind(), text)
        self._text.clear()
        self._has_text = False

    def _add(self, kind: str, text: str) -> None:
        self.blocks.append(Block(kind, text, any(name in FRAME for name, _ in self._open)))

    def _kind(self) -> str:
        """How the text looks that has just been read: as the nearest thing around it says."""
        if any("hidden" in at for _, at in self._open):
            return LATER
        for tag, at in reversed(self._open):
            marked = next((CLASSES[name] for name in at.get("class", "").split() if name in CLASSES), None)
            if marked is not None:
                return marked
            if tag == "a":
                return "link"
            if tag in KINDS:
                return KINDS[tag]
        return "text"
