"""The shape of text, whatever it says: cleaning what people write, comparing it, cutting it, and its direction.

This file owns the isolates that keep a value in its place in a line of another direction, and the limits of one
message. It must not know a catalogue, a channel or a language beyond its letters. Everything here is pure.
"""

import re
import unicodedata
from bisect import bisect_right

import regex  # type: ignore[import-untyped]  # its types are a package of their own, which nothing else needs

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
LONGEST_BUTTON = 34  # UTF-16 units that a small phone shows of a button with a row of its own, measured on Telegram
LONGEST_MESSAGE = 4096  # UTF-16 units: https://core.telegram.org/bots/api#sendmessage
# Of a person's words in one message: the rest is for the line above them. Whoever counts the parts and whoever says
# one of them must cut alike, or words are lost between two.
PART_UNITS = 3_800

_MARKS = re.compile("[\u061c\u200e\u200f]")
_EMBEDDINGS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# A letter with more marks than this is nobody's spelling, and putting them in order takes time by their square.
# Source: Unicode Standard Annex 15, stream-safe text format; CPython issue 149079.
MOST_MARKS = 30
_TOO_MANY_MARKS = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})\p{{M}}+")
_ISOLATES = re.compile(f"[{LRI}{FSI}{PDI}]")

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Digits with something between them that bidirectional text may reorder; at least one such seam, on one line.
_BLANK = "[ \u00a0\u2009\u202f]"
_SEAM = f"(?:{_BLANK}?[-\u2010-\u2015:/.,]{_BLANK}?|{_BLANK})"
# Begun only where a run of digits begins, and never gone back into: tried at each of its digits, a long run takes time
# by the square of its length.
_NUMBER_WITH_PARTS = re.compile(rf"\+\d++(?:{_SEAM}\d++)*|(?<!\d)\d++(?:{_SEAM}\d++)+")
_ADDRESS_OR_NUMBER = re.compile(rf"(?P<address>(?:https?://|www\.)\S+)|{_NUMBER_WITH_PARTS.pattern}")
_ZEROS = (0x0660, 0x06F0)  # Arabic-Indic and Extended (Persian) digits
_LATIN_DIGITS = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}

# What one person types with one key and another with another, or leaves out. For comparing only: nobody reads this.
_INVISIBLE_OR_OPTIONAL = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200d\ufeff]")
_SAME_LETTER = str.maketrans(
    {"ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ة": "ه", "ۀ": "ه"}
    | {"\u2019": "'", "\u02bc": "'", "`": "'"}
)

# What a reader sees as one character. Two letters that make a flag are named first: a run of them would be counted from
# its beginning again at each. Source: Unicode Standard Annex 29, rules GB9, GB9a, GB12 and GB13.
_CHARACTER = regex.compile(r"\p{RI}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")

# From the best place to cut to the least good one.
_PLACES_TO_CUT = (
    re.compile(r"\n[ \t]*\n+"),
    re.compile(r"[.!?…؟۔][\"'”»)]*\s+|[።፧]\s*"),
    re.compile(r"\n"),
    re.compile(r"\s+"),
)


def clean(text: str) -> str:
    """What a person wrote, without what could break a database, a screen or the line it is put into.

    Gone are NUL and other controls, lone surrogates, embeddings, overrides and isolates, trailing white space, and all
    but 30 marks of a letter. Lines end in "\\n". Joiners stay: Persian spells with ZWNJ, and families of emoji hang
    together by ZWJ. Takes time as the length of the text, whatever is in it.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    visible = _CONTROLS.sub("", _LINE_ENDS.sub("\n", whole))
    return unicodedata.normalize("NFC", _with_few_marks(_EMBEDDINGS.sub("", visible))).rstrip()


def has_too_many_marks(text: str) -> bool:
    """Whether a letter of the text carries more marks than any spelling has, so that `clean` would leave some out."""
    return _TOO_MANY_MARKS.search(text) is not None


def without_bidi_controls(text: str) -> str:
    """`text` with nothing left in it that could change the direction of what stands around it."""
    return _MARKS.sub("", _EMBEDDINGS.sub("", text))


def to_latin_digits(text: str) -> str:
    """`text` with Arabic and Persian digits as 0-9: what letters, signs and telephones show in Sweden."""
    return text.translate(_LATIN_DIGITS)


def fold(text: str) -> str:
    """The same string for spellings a person takes for the same word. For comparing only, never for showing."""
    plain = _with_few_marks(to_latin_digits(without_bidi_controls(text)))
    known = unicodedata.normalize("NFKC", plain).translate(_SAME_LETTER)
    return " ".join(_INVISIBLE_OR_OPTIONAL.sub("", known).casefold().split())


def split_text(text: str, limit: int = LONGEST_MESSAGE) -> list[str]:
    """Parts of at most `limit` UTF-16 units which, joined, are `text` again; none for an empty text.

    A part ends between paragraphs if that leaves it at least half full, else between sentences, lines or words, and
    never inside what a reader sees as one character, unless that one alone is longer than the limit.
    """
    if text and utf16_length(text) <= limit:
        return [text]  # almost always: nothing need be looked at letter by letter
    parts, start = [], 0
    while start < len(text):
        end = _end_of_part(text, start, limit)
        parts.append(text[start:end])
        start = end
    return parts


def utf16_length(text: str) -> int:
    """How long Telegram takes `text` to be: characters outside the basic plane count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, most: int) -> str:
    """At most `most` UTF-16 units of it, whole characters, with "…" for the rest."""
    if utf16_length(text) <= most:
        return text
    kept = ""
    for character in _CHARACTER.findall(text):
        if utf16_length(kept + character) >= most:
            break
        kept += character
    return f"{kept.rstrip()}…"


def with_numbers_isolated(text: str) -> str:
    """A person's words with every number that has parts in its own direction, if any of the words run right to left.

    Without it a telephone number that somebody writes in an Arabic sentence is shown with its groups in reverse. An
    address keeps its numbers as they are: with an invisible character in it, it would lead elsewhere or nowhere.
    Source: Unicode Standard Annex 9: spaces, dashes and colons between digits take the direction of the sentence.
    """
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return _ADDRESS_OR_NUMBER.sub(lambda found: found[0] if found["address"] else f"{LRI}{found[0]}{PDI}", text)


def html_isolates(escaped: str) -> str:
    """Isolates in text that is already escaped as HTML elements, always balanced.

    A browser keeps an isolate character out of a copied telephone number only if it was an element.
    """
    depth = 0

    def element(found: re.Match[str]) -> str:
        nonlocal depth
        if found[0] != PDI:
            depth += 1
            return '<bdi dir="ltr">' if found[0] == LRI else "<bdi>"
        if depth == 0:
            return ""
        depth -= 1
        return "</bdi>"

    opened = _ISOLATES.sub(element, escaped)
    return opened + "</bdi>" * depth


def _with_few_marks(text: str) -> str:
    shorter: str = _TOO_MANY_MARKS.sub(r"\1", text)
    return shorter


def _end_of_part(text: str, start: int, limit: int) -> int:
    ends = _fitting_ends(text, start, limit)
    if not ends:
        return _end_inside_a_character(text, start, limit)
    last = ends[-1]
    if last == len(text):
        return last
    half = start + (last - start) // 2
    for place in _PLACES_TO_CUT:
        cuts = [found.end() for found in place.finditer(text, half, last)]
        for cut in reversed(cuts):
            if ends[bisect_right(ends, cut) - 1] == cut:
                return cut
    return last


def _fitting_ends(text: str, start: int, limit: int) -> list[int]:
    """Where the characters (as a reader sees them) end that fit into one part from `start`.

    Looked for in no more than a part can reach, cut out: where one ends depends on what stands before it, however far.
    """
    ends, units = [], 0
    for character in _CHARACTER.finditer(text[start : start + limit + 1]):
        units += utf16_length(character[0])
        if units > limit:
            break
        ends.append(start + character.end())
    return ends


def _end_inside_a_character(text: str, start: int, limit: int) -> int:
    end, units = start, 0
    while units + utf16_length(text[end]) <= limit:
        units += utf16_length(text[end])
        end += 1
    return end
