"""The JSON of what people send besides text, as the Bot API tells it. Source: core.telegram.org/bots/api#message."""

import itertools
import re
from collections.abc import Sequence
from typing import Any

from tests.botapi.checks import utf16_units

Links = Sequence[tuple[str, str]]  # words as they stand in the text, and the address behind them
_COMMAND = re.compile(r"/[a-zA-Z0-9_]{1,32}(@\w+)?")
_numbers = itertools.count(1)


def text(words: str, links: Links = ()) -> dict[str, Any]:
    """A text message's content; a command carries its entity, by which libraries know it."""
    content: dict[str, Any] = {"text": words}
    entities = _links(words, links)
    if command := _COMMAND.match(words):
        entities.insert(0, {"type": "bot_command", "offset": 0, "length": command.end()})
    return content | ({"entities": entities} if entities else {})


def caption(words: str, links: Links = ()) -> dict[str, Any]:
    """The part of a content that is the words under a picture or file."""
    entities = _links(words, links)
    return {"caption": words} | ({"caption_entities": entities} if entities else {})


def ornaments(*, forwarded: str | None = None, quote: str | None = None) -> dict[str, Any]:
    """What a message carries beside its content: from where it was forwarded (one of ORIGINS), what it quotes."""
    told: dict[str, Any] = {}
    if forwarded is not None:
        told["forward_origin"] = {"type": forwarded, "date": 1_760_000_000, **(ORIGINS | OF_A_BOT)[forwarded]}
    if quote is not None:
        told["quote"] = {"text": quote, "position": 0, "is_manual": True}
    return told


def _links(words: str, links: Links) -> list[dict[str, Any]]:
    """Entities of words that hide an address. Telegram counts in UTF-16 units, in which an emoji is two."""
    made = []
    for shown, url in links:
        before = words[: words.index(shown)]
        place = {"offset": utf16_units(before), "length": utf16_units(shown)}
        made.append({"type": "text_link", "url": url, **place})
    return made


def _file(**details: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {"file_id": f"AgACAgQAAxk{number:08}", "file_unique_id": f"AQAD{number:08}", "file_size": 48_213, **details}


def _photo() -> dict[str, Any]:
    return {"photo": [_file(width=90, height=51), _file(width=1280, height=720)]}


def _animation() -> dict[str, Any]:
    # Telegram repeats an animation as a document, for clients that do not know animations.
    gif = _file(width=320, height=240, duration=3, mime_type="video/mp4", file_name="wave.mp4")
    return {"animation": gif, "document": {k: v for k, v in gif.items() if k not in ("width", "height", "duration")}}


def _sticker() -> dict[str, Any]:
    look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": _file(**look, emoji="👍", set_name="Thumbs")}


def _poll() -> dict[str, Any]:
    options = [{"persistent_id": str(n), "text": words, "voter_count": 0} for n, words in enumerate(("Yes", "No"))]
    terms = {"is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}
    more = {"allows_revoting": False, "members_only": False}
    return {"poll": {"id": "5", "question": "Open today?", "options": options, "total_voter_count": 0, **terms, **more}}


def _venue() -> dict[str, Any]:
    place = _location()["location"]
    return {"venue": {"location": place, "title": "Library", "address": "Storgatan 1"}, "location": place}


def _location() -> dict[str, Any]:
    return {"location": {"latitude": 59.3293, "longitude": 18.0686}}


def _contact() -> dict[str, Any]:
    return {"contact": {"phone_number": "+46700000000", "first_name": "Amal", "user_id": 12}}


_KINDS = {
    "photo": _photo,
    "voice": lambda: {"voice": _file(duration=4, mime_type="audio/ogg")},
    "sticker": _sticker,
    "document": lambda: {"document": _file(file_name="decision.pdf", mime_type="application/pdf")},
    "video": lambda: {"video": _file(width=640, height=360, duration=9, mime_type="video/mp4")},
    "video_note": lambda: {"video_note": _file(length=240, duration=5)},
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "animation": _animation,
    "audio": lambda: {"audio": _file(duration=61, mime_type="audio/mpeg", title="Voice memo")},
    "dice": lambda: {"dice": {"emoji": "🎲", "value": 4}},
    "venue": _venue,
}
# Somebody with a name, somebody who hides it, a group that speaks as itself, a channel.
ORIGINS: dict[str, dict[str, Any]] = {
    "user": {"sender_user": {"id": 4_242, "is_bot": False, "first_name": "Yusuf", "last_name": "Haddad"}},
    "hidden_user": {"sender_user_name": "Yusuf Haddad"},
    "chat": {"sender_chat": {"id": -1_009, "type": "supergroup", "title": "Haddad family"}},
    "channel": {"chat": {"id": -1_008, "type": "channel", "title": "Haddad news"}, "message_id": 3},
}
OF_A_BOT: dict[str, dict[str, Any]] = {
    "bot": {"type": "user", "sender_user": {"id": 123_456, "is_bot": True, "first_name": "RådRum"}}
}
# Contents as a later Bot API tells them: what the libraries of today require is not there.
NEW_POLL = {"poll": {"id": "5", "question_v2": "Open today?"}}
NEW_PHOTO = {"photo": [{"file": "AgACAgQAAxk1", "width": 90, "height": 51}]}
LIVE_SECONDS = 3_600
ALBUM_SIZE = 2
EVERY_KIND = (*_KINDS, "album")


def live_location(latitude: float) -> dict[str, Any]:
    """A place that goes on moving with its sender."""
    place = {"latitude": latitude, "longitude": 18.0686, "horizontal_accuracy": 12.5, "heading": 90}
    return {"location": {**place, "live_period": LIVE_SECONDS}}


def contents(kind: str, words: str | None, links: Links = ()) -> list[dict[str, Any]]:
    """The content of each message that sending `kind` makes: one, or two for an album, which shows its caption once."""
    if kind not in EVERY_KIND:
        raise ValueError(f"unknown kind {kind!r}; one of {', '.join(EVERY_KIND)}")
    if kind == "album":
        group = {"media_group_id": str(next(_numbers))}
        made = [_photo() | group for _ in range(ALBUM_SIZE)]
    else:
        made = [_KINDS[kind]()]
    if words is not None:
        made[0] |= caption(words, links)
    return made
