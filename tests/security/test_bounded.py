"""What somebody sends costs no more than its size: steps are counted here, and what is far too long is refused unread.

How long it takes is measured by `make chaos` (`tests/chaos/scenarios/cost.py`), since a test that measures time is one
that luck decides.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot

from bot.engine import logs
from bot.engine.errors import BadInput
from bot.hours import asking
from bot.hours.typed import lines
from bot.language import textshape, typed
from bot.language.textshape import LRI, PDI, split_text, with_numbers_isolated
from bot.places import place_names
from bot.places.place_names import KnownPlace
from handlers.telegram import parsing
from handlers.telegram.reading import take_apart
from tests.given import TOKEN

TODAY = date(2026, 12, 14)
PLACES = tuple(KnownPlace(f"place{n}", (f"Plats nummer {n} (torget)", f"Place {n}")) for n in range(40))


class Counted:
    """Something that is called, and how often it was."""

    def __init__(self, called: Callable[..., object]) -> None:
        self.times, self._called = 0, called

    def __call__(self, *given: object) -> object:
        self.times += 1
        return self._called(*given)


# Shapes of text.


class Watched:
    """A pattern, and the longest text it was let loose on."""

    def __init__(self, pattern: object) -> None:
        self.longest, self._pattern = 0, pattern

    def finditer(self, text: str) -> Iterator[object]:
        self.longest = max(self.longest, len(text))
        return self._pattern.finditer(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("piece", ["🇸", "\u200d", "a\u0301", "👩\u200d", "\u1161", "\u0600", "a "], ids=ascii)
def test_a_part_is_looked_for_in_no_more_text_than_a_part_can_hold(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = piece * (50_000 // len(piece))
    watched = Watched(textshape._CHARACTER)
    monkeypatch.setattr(textshape, "_CHARACTER", watched)

    parts = split_text(text)

    assert "".join(parts) == text
    assert watched.longest == textshape.LONGEST_MESSAGE + 1


@given(st.text(alphabet="a🇸🇪\u0301\u200d👩🏽\u0903\u0600\u1100\u1161\r\n ", max_size=30))
def test_flags_are_counted_as_any_other_character_is(text: str) -> None:
    assert [one.end() for one in textshape._CHARACTER.finditer(text)] == [
        one.end() for one in regex.finditer(r"\X", text)
    ]


def test_a_flag_is_not_cut_in_two() -> None:
    assert [len(part) for part in split_text("x" + "🇸🇪" * 12, limit=20)] == [9, 10, 6]


def test_a_number_of_any_length_is_gone_through_once() -> None:
    """Gone into from each of its digits, this one would take a quarter of an hour, and three letters of it a second."""
    digits = "7" * 200_000

    shown = with_numbers_isolated(f"رقم {digits} و {digits} {digits}")

    assert shown == f"رقم {digits} و {digits} {digits}".replace(f"{digits} {digits}", f"{LRI}{digits} {digits}{PDI}")


def test_what_looks_like_a_token_in_the_log_is_looked_for_once() -> None:
    digits = "7" * 200_000

    assert logs._BOT_TOKEN.search(digits) is None
    assert logs._BOT_TOKEN.search(f"{digits} bot{TOKEN}/getMe")[0] == TOKEN


def test_a_text_far_longer_than_a_question_about_hours_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    folded = Counted(asking.fold)
    monkeypatch.setattr(asking, "fold", folded)
    longest = "när öppnar ni" + " " * (asking.LONGEST_QUESTION - 13)

    found, before = asking.asks_for_hours(longest), folded.times
    longer = asking.asks_for_hours(longest + " ")

    assert (found, before) == ("sv", 1)
    assert (longer, folded.times) == (None, 1)


# A coordinator's line.


@pytest.mark.parametrize("piece", ["1/1 ", "1.1. ", "1 jan ", "idag ", "måndag ", "1-2/1 "])
@pytest.mark.parametrize("command", sorted({*lines.VERBS} - {"popup"}))
def test_a_line_full_of_days_is_refused_after_the_third(
    command: str, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck = Counted(typed.Line.strike)
    monkeypatch.setattr(typed.Line, "strike", lambda *given: struck(*given))
    line = (piece * lines.LONGEST_LINE)[: lines.LONGEST_LINE]

    with pytest.raises(BadInput) as refused:
        lines.parse(command, line, today=TODAY, known=PLACES)

    codes = {"hours_two_days", "hours_one_weekday", "hours_place_unknown", "hours_weekday_missing"}
    assert refused.value.code in codes | {"hours_word_unknown", "not_a_day", "hours_takes_no_times"}
    assert struck.times <= 6


def test_a_line_full_of_words_does_not_go_through_all_names_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Counted(place_names._spoken)
    monkeypatch.setattr(place_names, "_spoken", read)
    line = ("1/1 13-15 " + "a " * lines.LONGEST_LINE)[: lines.LONGEST_LINE]

    with pytest.raises(BadInput) as refused:
        lines.parse("extra", line, today=TODAY, known=PLACES)

    assert refused.value.code == "hours_place_unknown"
    assert read.times <= 2 * len(PLACES)


@pytest.mark.parametrize("command", lines.VERBS)
def test_a_line_that_is_too_long_is_refused_before_it_is_read(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Counted(lines.Line)
    monkeypatch.setattr(lines, "Line", made)

    with pytest.raises(BadInput) as refused:
        lines.parse(command, "x" * (lines.LONGEST_LINE + 1), today=TODAY, known=PLACES)
    before = made.times
    with pytest.raises(BadInput):
        lines.parse(command, "x" * lines.LONGEST_LINE, today=TODAY, known=PLACES)

    assert (refused.value.code, refused.value.values) == ("too_long", {"most": lines.LONGEST_LINE})
    assert (before, made.times > 0) == (0, True)


# What Telegram tells.


def told(**parts: object) -> dict[str, object]:
    somebody = {"id": 900, "is_bot": False, "first_name": "A"}
    chat = {"id": 900, "type": "private", "first_name": "A"}
    return {"update_id": 1, "message": {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": somebody} | parts}


FINE = {"type": "bold", "offset": 0, "length": 1}
BROKEN = {"type": 5}


@pytest.mark.parametrize(
    "parts",
    [
        {"entities": [BROKEN, *[FINE] * 5_000]},
        {"entities": [BROKEN] * 5_000},
        {"entities": [BROKEN], **{f"part_{n}": n for n in range(20_000)}},
    ],
    ids=["one of many marks", "all of many marks", "many new parts"],
)
def test_words_that_cannot_be_read_whole_are_tried_no_oftener_than_a_real_message_has_parts(
    parts: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Counted(parsing._can_be_read)
    monkeypatch.setattr(parsing, "_can_be_read", tried)

    update = parsing.update_of(json.loads(json.dumps(told(text="Mina ord", **parts))), Bot(TOKEN))

    assert update is not None and update.message is not None
    assert take_apart(update.message).text == "Mina ord"
    assert tried.times <= parsing.MOST_ENTITIES + 5
