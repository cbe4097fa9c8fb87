"""What somebody typed: a command, words, both, or one word with a slash that nobody knows. Pure.

One reading for every channel. A text is a command only when all of it is one; with more words after it, a command is
followed and the words are kept. What ends or erases something is never done on a text alone: whoever follows a command
of ENDING asks first. It must not know a channel or a table.
"""

from dataclasses import dataclass

import regex  # type: ignore[import-untyped]  # its types are a package of their own, which nothing else needs

from bot.language.textshape import fold
from models.people import Language

# In the order of the bot's menu, where what ends something stands last: sentences say "the last line".
ENDING = ("stop", "delete")
HARMLESS = ("language", "status", "hours", "help", "questions", "privacy")
COMMANDS = (*HARMLESS, *ENDING)
KNOWN = ("start", *COMMANDS)

# What is understood without a slash, for each language, when nothing else is said. Compared folded.
_DELETE = {
    Language.SV: ("radera", "radera allt", "radera mig", "ta bort allt"),
    Language.AR: ("حذف", "احذف", "احذفوا", "حذف كل شيء", "احذف كل شيء", "احذفوا كل شيء", "امسح كل شيء"),
    Language.FA: (
        "حذف", "حذف کن", "حذف کنید", "حذف همه", "پاک کن", "پاک کنید", "پاک کردن", "همه را پاک کنید",
        "همه‌چیز را پاک کنید", "همه چیز را پاک کنید", "پاک کردن همه‌چیز", "پاک کردن همه چیز",
    ),
    Language.UK: ("видалити", "видали", "видаліть", "видалити все", "видаліть все", "видалити усе"),
    Language.EN: ("delete", "delete all", "delete everything", "delete me", "erase everything"),
}  # fmt: skip
_HELP = {
    Language.SV: ("hjälp", "hjälp mig"),
    Language.AR: ("مساعدة", "المساعدة", "ساعدوني", "ساعدني", "النجدة", "نجدة"),
    Language.FA: ("کمک", "کمک کن", "کمک کنید", "کمکم کن", "کمکم کنید", "به من کمک کنید"),
    Language.UK: ("допомога", "допоможіть", "допоможи", "допоможіть мені"),
    Language.EN: ("help", "help me"),
}

# Spaces, a dot, quotes and marks of direction may stand before the slash ("./delete"), and spaces after it. A colon may
# not: ":/" is a face. A backslash is a slip in front of a command, and else a face as well.
_BACKSLASH = "\\"
_SLASHED = regex.compile(
    r"[\s\p{C}.,*_`'\"\p{Pi}\p{Pf}\p{Ps}]*(?P<slash>[/\\\u2044\u2215\uff0f]+)[\s\p{C}]*"
    r"(?P<name>[\w\p{M}\p{Cf}]*)(?:@\w+)?(?P<rest>.*)",
    regex.DOTALL,
)
_AROUND = regex.compile(r"^[\W_]+|[\W_]+$")
_SAYS = regex.compile(
    r"[\p{L}\p{N}\p{So}\p{Sm}\p{Sc}]"
)  # letters, digits, emoji: all but punctuation and what is unseen
_UNSEEN = regex.compile(r"[\p{Cf}\uFE00-\uFE0F]")
_LONGEST_PHRASE = 100
_BEFORE_ARGUMENTS = " \t\n\u00a0:,;.!"
# What Telegram puts behind `/start` of a link on a poster: nobody typed it.
_PAYLOAD = regex.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a newcomer's text is.

    `command`: one of KNOWN, to be followed; those of ENDING ask. `is_words`: the text is (also) something said, and is
    kept whole. `is_unknown`: one word with a slash that is no command; it is neither, until its writer says so.
    `is_spoken`: a command of ENDING that was understood without a slash, so that it may be an answer to an adviser.
    `language`: of the word that was understood without a slash, if it is of one language alone.
    """

    command: str = ""
    is_words: bool = False
    is_unknown: bool = False
    is_spoken: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What staff typed after a slash: the command's name in small letters, and what follows it as it was typed."""

    name: str
    rest: str


def read(text: str, language: str | None) -> Typed:
    """What a newcomer means who has chosen this language; None is not chosen yet, so that every one is understood."""
    slashed = _SLASHED.fullmatch(text)
    if slashed is None:
        return _in_words(text, language)
    name, rest = _bare(slashed["name"]), slashed["rest"]
    if name in KNOWN:
        is_payload = name == "start" and _PAYLOAD.fullmatch(rest.strip()) is not None
        return Typed(name, is_words=_says(rest) and not is_payload)
    if slashed["slash"].startswith(_BACKSLASH):
        return _in_words(text, language)
    if _in_words(text, language).command == "delete":
        return Typed("delete")
    return Typed(is_words=True) if _has_more_words(rest) else Typed(is_unknown=True)


def of_staff(text: str) -> Line | None:
    """The line that a volunteer or coordinator typed after a slash; None if it does not begin with one."""
    slashed = _SLASHED.fullmatch(text)
    if slashed is None or slashed["slash"].startswith(_BACKSLASH):
        return None
    rest = slashed["rest"].strip().lstrip(_BEFORE_ARGUMENTS)
    return Line(_bare(slashed["name"]), rest if _says(rest) else "")


def _in_words(text: str, language: str | None) -> Typed:
    if len(text) > _LONGEST_PHRASE:
        return Typed(is_words=True)
    said = _AROUND.sub("", _bare(text))
    one_word = set(said.split())
    if len(one_word) == 1:  # somebody in distress writes it three times
        said = one_word.pop()
    for command, known in (("delete", _KNOWN_DELETE), ("help", _KNOWN_HELP)):
        found = [spoken for spoken, phrases in known.items() if said in phrases]
        ends = command in ENDING
        if language is None and found:
            return Typed(command, not ends, is_spoken=ends, language=found[0] if len(found) == 1 else None)
        if language in found or said == command:
            return Typed(command, not ends, is_spoken=ends)
    return Typed(is_words=True)


def _bare(text: str) -> str:
    return fold(_UNSEEN.sub("", text))


def _says(text: str) -> bool:
    return _SAYS.search(text) is not None


def _has_more_words(rest: str) -> bool:
    """Whether anything is said after the end of the first word."""
    _, *more = ("x" + rest).split()
    return any(_says(word) for word in more)


def _folded(phrases: dict[Language, tuple[str, ...]]) -> dict[Language, frozenset[str]]:
    return {language: frozenset(_bare(phrase) for phrase in known) for language, known in phrases.items()}


_KNOWN_DELETE, _KNOWN_HELP = _folded(_DELETE), _folded(_HELP)
