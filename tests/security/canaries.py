"""Canaries: things that must never be found where they do not belong, and finding them however they are written."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

SHORTEST = 6  # bytes of a cut encoding; a shorter one would be found by chance


def found(canaries: Mapping[str, str], places: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Which canary is where, and in which writing."""
    return [
        (name, place, writing)
        for name, canary in canaries.items()
        for writing, pattern in writings(canary)
        for place, content in places.items()
        if pattern.search(content)
    ]


def writings(canary: str) -> Iterator[tuple[str, re.Pattern[bytes]]]:
    """Every way in which the text may stand in bytes. Digits count only where no further digit touches them."""
    bound = (rb"(?<![0-9])", rb"(?![0-9])") if canary.isdigit() else (b"", b"")
    for writing, form in _forms(canary):
        edge = bound if writing == "utf-8" else (b"", b"")
        yield writing, re.compile(edge[0] + re.escape(form) + edge[1])


def _forms(canary: str) -> Iterator[tuple[str, bytes]]:
    plain = canary.encode()
    yield "utf-8", plain
    yield "utf-16", canary.encode("utf-16-le")
    if not canary.isascii():
        yield "json", json.dumps(canary)[1:-1].encode()
        yield "url", quote(canary).encode()
        yield "python", repr(plain)[2:-1].encode()
    if canary.isdigit():
        yield "number", int(canary).to_bytes((int(canary).bit_length() + 7) // 8, "big").rjust(6, b"\0")
    for offset in range(3):
        yield f"base64+{offset}", base64_inside(plain, offset)
        yield f"base64url+{offset}", base64_inside(plain, offset, altchars=b"-_")


def base64_inside(plain: bytes, offset: int, *, altchars: bytes = b"+/") -> bytes:
    """What stands in the base64 of a longer text that holds `plain` after `offset` (mod 3) other bytes."""
    whole = base64.b64encode(b"\0" * offset + plain, altchars).rstrip(b"=")
    first = (offset * 8 + 5) // 6
    last = (offset + len(plain)) * 8 // 6  # a letter that the bytes behind would change is left out
    inside = whole[first:last]
    assert len(inside) >= SHORTEST, plain
    return inside
