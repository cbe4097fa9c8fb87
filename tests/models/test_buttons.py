"""Every button there is: what it carries fits, is read back, and nothing else is."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import buttons as engine_buttons
from bot.engine.errors import Stale
from bot.hours import questions
from bot.intake import ending
from handlers.telegram import (
    coordinator,
    guided_presses,
    people_commands,
    session_presses,
    term_presses,
    undo_commands,
    volunteer_presses,
    week_presses,
)
from models import buttons, buttons_hours, buttons_people, buttons_shifts
from models.button import LONGEST_CODE, AnyButton, Button, Day, NotAButton, Number, OneOf, OrNone, Word, YesNo
from models.buttons import AnswerCode, Asked
from models.buttons_hours import GUIDED, AnswersKind, PageKind
from models.dialogue import Pressed
from models.intake import Draft, IntakeStep, advance

DECLARED: dict[str, AnyButton] = {
    name: one
    for module in (buttons, buttons_hours, buttons_people, buttons_shifts)
    for name, one in vars(module).items()
    if isinstance(one, Button)
}
NEWCOMERS = (
    "lang", "consent", "held", "tap", "more", "back", "stop_asking", "erase", "stop", "unsent", "place", "remind",
)  # fmt: skip
NO_DAYS = ("2026111", "20261301", "20260230", "00000101", "2026-12-24", "2026W011", "202612240", "x", "")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

NOBODY: Any = None  # no act, no person: whoever reached for them would fail


def longest(kind: object) -> object:
    match kind:
        case Number(digits):
            return 10**digits - 1
        case OrNone(inner, word):
            value = longest(inner)
            return value if len(inner.written(value)) >= len(word) else None
        case OneOf(codes):
            return max(codes, key=len)
        case Word(letters):
            return "w" * letters
        case Day():
            return date(2026, 12, 24)
        case YesNo():
            return True
        case Asked():
            return f"{'9' * 18}:{'8' * 18}"
        case AnswersKind():  # a change of one day's times has the most to say
            return ("w" * buttons_hours.LONGEST_PLACE, "20261224", "08001200+13001930", "library_closed")
        case AnswerCode():
            return "w" * buttons.ANSWER_LETTERS
        case PageKind():
            return None  # only while there is more to answer
    raise AssertionError(f"{kind} is no kind that this test knows")


def longest_code(button: AnyButton) -> str:
    return button.code(**{name: longest(kind) for name, kind in button.kinds.items()})


def forged(button: AnyButton) -> Iterator[str]:
    """What a forger, a bug or another version may send instead of a code."""
    code = longest_code(button)
    yield from ("", ":", button.verb + ":", f"{code}:", f":{code}", f"{code}:1", f"{code}:x", f"{code} ", f"{code}\n")
    yield from (code.upper(), f"x{code}", f"{code}\ud800", "\x00", code + "9" * LONGEST_CODE)
    if ":" in code:
        yield code.rpartition(":")[0] if button is not GUIDED else f"h:{code.partition(':')[2][1:]}"
        yield button.verb
    if any(character.isdigit() for character in code):
        yield code.translate(ARABIC)
        yield code.translate(str.maketrans("0123456789", "²²²²²²²²²²"))
        yield code.translate(str.maketrans("0123456789", "¼¼¼¼¼¼¼¼¼¼"))
    for name, kind in button.kinds.items():
        written = {name: one.written(longest(one)) for name, one in button.kinds.items()}
        if isinstance(kind, Number):
            for wrong in ("x", "-1", "+1", "01", "1.5", "1e3", "", " 1", "1_0", "9" * (kind.digits + 1)):
                yield button.form.format(**written | {name: wrong})
        if isinstance(kind, Day):
            for wrong in NO_DAYS:
                yield button.form.format(**written | {name: wrong})
        if isinstance(kind, OneOf):
            yield button.form.format(**written | {name: "perhaps"})


@pytest.mark.parametrize("name", DECLARED)
def test_the_longest_code_fits_into_telegram(name: str) -> None:
    code = longest_code(DECLARED[name])

    assert code.isascii()
    assert len(code.encode()) <= LONGEST_CODE


@pytest.mark.parametrize("name", DECLARED)
def test_what_a_button_carries_is_read_back_and_by_no_other_button(name: str) -> None:
    button = DECLARED[name]
    code = longest_code(button)

    assert button.read(code) == tuple(longest(kind) for kind in button.kinds.values())
    assert [other for other, one in DECLARED.items() if one.matches(code)] == [name]


@pytest.mark.parametrize("name", DECLARED)
def test_a_forged_code_is_refused(name: str) -> None:
    button = DECLARED[name]

    for code in forged(button):
        with pytest.raises(NotAButton):
            button.read(code)
            raise AssertionError(code)


@pytest.mark.parametrize("name", DECLARED)
@given(code=st.text(max_size=70))
def test_whatever_is_read_is_just_what_would_be_written(name: str, code: str) -> None:
    button = DECLARED[name]

    for one in (code, f"{button.verb}:{code}"):
        if button.matches(one):
            values = dict(zip(button.kinds, button.read(one), strict=True))  # type: ignore[call-overload]
            assert button.code(**values) == one


@pytest.mark.parametrize("name", [name for name, one in DECLARED.items() if one.verb in NEWCOMERS])
def test_a_forged_press_of_a_newcomer_changes_nothing_in_the_dialogue(name: str) -> None:
    for code in forged(DECLARED[name]):
        if any(one.matches(code) for one in DECLARED.values()):
            continue  # "erase:yes" is a code of its own
        for step in IntakeStep:
            turn = advance(step, Draft("Min fråga"), Pressed(code))
            assert (turn.stale, turn.step, turn.draft, turn.ask) == (True, step, Draft("Min fråga"), None), code


@pytest.mark.parametrize("name", [name for name, one in DECLARED.items() if one.verb in ("place", "remind")])
async def test_a_forged_press_under_the_hours_is_stale_before_anything_is_looked_up(name: str) -> None:
    for code in forged(DECLARED[name]):
        with pytest.raises(Stale):
            await questions.pressed(NOBODY, NOBODY, code)


@pytest.mark.parametrize("name", [name for name, one in DECLARED.items() if one.verb in ("erase", "stop")])
async def test_a_forged_press_that_would_end_something_is_stale_before_anything_is_looked_up(name: str) -> None:
    for code in forged(DECLARED[name]):
        if not any(one.matches(code) for one in DECLARED.values()):
            assert await ending.pressed(NOBODY, NOBODY, code) == ending.STALE, code


@pytest.mark.parametrize("name", [name for name, one in DECLARED.items() if one.verb not in NEWCOMERS])
def test_a_forged_press_of_staff_is_stale_before_anything_is_looked_up(name: str) -> None:
    for code in forged(DECLARED[name]):
        if not any(one.matches(code) for one in DECLARED.values()):
            with pytest.raises(Stale):
                engine_buttons.follow(volunteer_presses.OF_COORDINATORS, NOBODY, code)


def test_every_button_of_staff_does_something() -> None:
    theirs = {one for one in DECLARED.values() if one.verb not in NEWCOMERS} | {buttons.LANGUAGE}

    assert set(volunteer_presses.OF_COORDINATORS) == theirs
    modules = (session_presses, week_presses, term_presses, undo_commands, guided_presses)
    apart = (one.PRESSES_OF_COORDINATORS for one in modules)
    theirs_alone = (coordinator.PRESSES, people_commands.PRESSES, *apart)
    of_coordinators = {button for presses in theirs_alone for button in presses}
    assert set(volunteer_presses.PRESSES) == theirs - of_coordinators


def test_every_button_of_a_newcomer_is_theirs() -> None:
    assert {one.verb for one in DECLARED.values()} - {one.verb for one in volunteer_presses.OF_COORDINATORS} == set(
        NEWCOMERS
    ) - {"lang"}


@pytest.mark.parametrize(
    ("button", "code"),
    [
        (buttons.CONSENT, "consent:own"), (buttons.CONSENT, "consent:shared"), (buttons.DELETE_UNASKED, "erase:yes"),
        (buttons.NOT_ADVICE_AT_ONCE, "noadvice:9007199254740992:35184372088832"),
        (buttons_hours.GUIDED, "h:s:linero:0:13001500+1600"), (buttons_hours.GUIDED, "h:c:linero:+8"),
        (buttons_hours.LEAVE, "h:leave"),
    ],
)  # fmt: skip
def test_what_is_no_longer_sent_or_comes_from_a_page_is_still_read(button: AnyButton, code: str) -> None:
    assert button.matches(code)
