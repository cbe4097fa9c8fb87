"""What newcomers often ask of the service itself, and the answers.

Static: it can be said with no database, before consent, in any state. Each answer is a fact of the program, and
`docs/facts.md` names what proves it. It must not know who reads, nor load rows.
"""

from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, lines, young_lines
from models.people import Channel

ASKED = (
    "authority", "telegram_name", "language", "answer", "secret", "fourteen", "after_deleting", "authority_case",
    "young",
)  # fmt: skip
OF_TELEGRAM = ("telegram_name",)  # asked there only


def asked_on(channel: str) -> tuple[str, ...]:
    """What is asked of the service on this channel."""
    return tuple(one for one in ASKED if one not in OF_TELEGRAM or channel == Channel.TELEGRAM)


def often_asked(words: Words, facts: Facts, *, channel: str) -> list[tuple[Plain, str]]:
    """Each question with its answer, as it is on this channel."""
    return [(words(f"faq_{one}_q"), _answer(words, facts, one, channel)) for one in asked_on(channel)]


def often_asked_text(words: Words, facts: Facts, *, channel: str) -> str:
    """All of them as one message."""
    return "\n\n".join(lines(asked, answer) for asked, answer in often_asked(words, facts, channel=channel))


def _answer(words: Words, facts: Facts, one: str, channel: str) -> str:
    match one:
        case "authority":
            sees = words("privacy_telegram") if channel == Channel.TELEGRAM else ""
            return lines(words("faq_authority"), sees)
        case "secret":
            return words("faq_secret", entry=words("web_new_secret"))
        case "fourteen":
            return lines(words("faq_fourteen"), words("retention", n=facts.retention_days))
        case "young":
            return lines(words("faq_young"), young_lines(words))
        case _:
            return words(f"faq_{one}")
