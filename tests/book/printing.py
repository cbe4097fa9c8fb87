"""The book as files: for each audience and language a page that looks as a phone shows it, and a text; and one index.

In the texts the marks that keep values apart are left out, so that they can be read and compared anywhere; the pages
hold them as they are. Nothing here runs a script or asks for another file. It must not decide what is in a book.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from tests.actors import MARKS
from tests.book.entries import Block, Book, Bubble, Entry
from tests.book.pages import BY_SCRIPT, CLOSES, HEARD_ONLY, LATER, OPENS
from tests.book.rendering import COMMAND_LINE, NEWCOMERS, STAFF, Library

FOLDER = Path(__file__).parents[2] / "docs" / "texts"
COMMAND = "make texts"
TITLES = {NEWCOMERS: "Newcomers", STAFF: "Volunteers and coordinators", COMMAND_LINE: "The command line"}
ABOUT = (
    "Everything the service says, whole, as it is composed, with invented names and numbers. Made from the program by "
    f"{COMMAND}; never changed by hand."
)
AS_BEFORE = "(nothing that was not there before)"
NOTES = {LATER: "shown later", HEARD_ONLY: "read aloud", BY_SCRIPT: "shown by the script"}
STYLE = """
body{margin:0 auto;max-width:24rem;padding:0 .75rem 4rem;font:16px/1.4 sans-serif;background:#e9edf1;color:#111}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin:2.5rem 0 .5rem;border-bottom:2px solid #789}
h3{font:600 .8rem/1.3 ui-monospace,monospace;margin:1.5rem 0 .4rem;color:#345;overflow-wrap:anywhere}
h3 small{font-weight:400}.b,.p>div{overflow-wrap:anywhere}
.b{background:#fff;border-radius:.8rem;padding:.5rem .7rem;margin:.4rem 1.5rem .1rem 0;white-space:pre-line}
.b,.r span{unicode-bidi:plaintext}.b.own{background:#d7f2cf;margin:.4rem 0 .1rem 1.5rem}
.r{display:flex;gap:.2rem;margin:.2rem 1.5rem 0 0}
.r span{flex:1;background:#cfdceb;border-radius:.5rem;padding:.35rem .4rem;text-align:center;overflow-wrap:anywhere}
.p{background:#fff;padding:.6rem .7rem;border-radius:.3rem}.p>div{margin:.3rem 0;white-space:pre-line}
.title{color:#678;font-size:.8rem}.heading{font-weight:700;font-size:1.1rem}.label{font-weight:600}
.item,.option{padding-inline-start:1rem}.small,.heard,.script,.later{color:#567;font-size:.85rem}
.button{background:#cfdceb;border-radius:.5rem;padding:.35rem;text-align:center}.link{text-decoration:underline}
.field{border:1px solid #89a;min-height:1.3em;padding:.2rem}.alert{border:2px solid #b33;padding:.3rem}
.code{font-family:ui-monospace,monospace;font-size:.8rem;white-space:pre-wrap!important;direction:ltr;text-align:left}
.p>.bubble{border:1px solid #9ab;border-radius:.8rem;padding:.3rem .6rem}.p .bubble div{margin:.2rem 0}
.p>.own{background:#d7f2cf;margin-inline-start:1.5rem}
"""


def files(library: Library) -> dict[str, str]:
    """Every file of the book by its name."""
    made = {"index.html": _index(library)}
    for book in library.books:
        made[f"{book.name}.html"] = _page(book)
        made[f"{book.name}.txt"] = "\n".join(_text(book)) + "\n"
    return made


# As a phone shows it.


def _index(library: Library) -> str:
    parts = [f"<h1>RådRum Online</h1><p>{escape(ABOUT)}</p>"]
    for audience, title in TITLES.items():
        links = "".join(
            f'<li>{book.language}: <a href="{book.name}.html">as a phone shows it</a>, '
            f'<a href="{book.name}.txt">as text</a></li>'
            for book in library.of(audience)
        )
        parts.append(f"<h2>{title}</h2><ul>{links}</ul>")
    return _framed("RådRum Online", "en", "ltr", parts)


def _page(book: Book) -> str:
    title = f"{TITLES[book.audience]}: {book.language}"
    parts = [f'<h1 dir="ltr">{title}</h1><p lang="en" dir="ltr">{escape(ABOUT)}</p>']
    for section in book.sections:
        parts.append(f'<h2 lang="en" dir="ltr">{escape(section.title)}</h2>')
        parts += [_shown(entry) for entry in section.entries]
    return _framed(title, book.language, "rtl" if book.is_right_to_left else "ltr", parts)


def _framed(title: str, language: str, direction: str, parts: list[str]) -> str:
    head = (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n"
    )
    return head + "\n".join(parts) + "\n</html>\n"


def _shown(entry: Entry) -> str:
    note = f" <small>{escape(entry.note)}</small>" if entry.note else ""
    shown = [f'<h3 lang="en" dir="auto">{escape(entry.name)}{note}</h3>', *map(_bubble, entry.bubbles)]
    if entry.blocks:
        shown.append(f'<div class="p">{"".join(_block(block) for block in entry.blocks)}</div>')
    if len(shown) == 1:
        shown.append(f'<p class="small" lang="en" dir="ltr">{AS_BEFORE}</p>')
    return "\n".join(shown)


def _bubble(bubble: Bubble) -> str:
    rows = "".join(
        '<div class="r">' + "".join(f"<span>{escape(label)}</span>" for label in row) + "</div>" for row in bubble.rows
    )
    return f'<div class="b{" own" if bubble.own else ""}">{escape(bubble.text)}</div>{rows}'


def _block(block: Block) -> str:
    if block.kind == OPENS:
        return f'<div class="{escape(block.text)}">'
    if block.kind == CLOSES:
        return "</div>"
    title = f' title="{NOTES[block.kind]}"' if block.kind in NOTES else ""
    return f'<div class="{block.kind}"{title}>{escape(block.text)}</div>'


# As text.


def _text(book: Book) -> Iterator[str]:
    yield from (f"{TITLES[book.audience]}: {book.language}", ABOUT)
    for section in book.sections:
        yield from ("", "", f"=== {section.title} ===")
        for entry in section.entries:
            yield from ("", f"--- {entry.name}" + (f" ({entry.note})" if entry.note else ""))
            yield from (MARKS.sub("", line) for line in _lines_of(entry))


def _lines_of(entry: Entry) -> Iterator[str]:
    if not entry.bubbles and not entry.blocks:
        yield AS_BEFORE
    for place, bubble in enumerate(entry.bubbles):
        if place:
            yield ""
        begins = "> " if bubble.own else ""
        yield from (f"{begins}{line}".rstrip() for line in bubble.text.split("\n"))
        yield from ("  ".join(f"[ {label} ]" for label in row) for row in bubble.rows)
    indent = ""
    for block in entry.blocks:
        if block.kind in (OPENS, CLOSES):
            indent = "    " if block.kind == OPENS else ""
            yield ""
        else:
            yield from (f"{indent}{line}".rstrip() for line in _block_lines(block))


def _block_lines(block: Block) -> Iterator[str]:
    match block.kind:
        case "button":
            yield f"[ {block.text} ]"
        case "link":
            yield f"-> {block.text}"
        case "field":
            yield f"|{block.text}|"
        case "alert":
            yield f"!! {block.text}"
        case "title" | "heading":
            yield f"# {block.text}" if block.kind == "heading" else f"({block.text})"
        case "item" | "option":
            yield f"- {block.text}"
        case kind if kind in NOTES:
            yield f"({NOTES[kind]}: {block.text})"
        case _:
            yield from block.text.split("\n")
