"""The codes of buttons about shifts, byte for byte: they are pressed weeks after they were sent."""

from datetime import date

import pytest

from models import buttons_shifts as shifts
from models.button import LONGEST_CODE, AnyButton, Button

LARGEST = 2**53
CODES: dict[AnyButton, str] = {
    shifts.FREE: shifts.FREE.code(2), shifts.SIGN_UP: shifts.SIGN_UP.code(LARGEST),
    shifts.LEAVE_SHIFT: shifts.LEAVE_SHIFT.code(LARGEST), shifts.CANT: shifts.CANT.code(LARGEST),
    shifts.CANT_YES: shifts.CANT_YES.code(LARGEST), shifts.COME: shifts.COME.code(LARGEST),
    shifts.ASK_STAND_IN: shifts.ASK_STAND_IN.code(LARGEST), shifts.TAKE_PLACE: shifts.TAKE_PLACE.code(LARGEST),
    shifts.TAKE_NOT: shifts.TAKE_NOT.code(LARGEST),
    shifts.SHIFTS_OF_WEEK: shifts.SHIFTS_OF_WEEK.code(date(2026, 12, 7)),
    shifts.SHOW_SHIFT: shifts.SHOW_SHIFT.code(LARGEST), shifts.ASSIGN: shifts.ASSIGN.code(LARGEST, LARGEST),
    shifts.ASK_THEM: shifts.ASK_THEM.code(LARGEST), shifts.PICK_SHIFT: shifts.PICK_SHIFT.code("a", LARGEST, 0),
    shifts.CANCEL_SHIFT: shifts.CANCEL_SHIFT.code(LARGEST, "own"), shifts.KEEP_SHIFT: shifts.KEEP_SHIFT.code(LARGEST),
    shifts.COVERAGE: shifts.COVERAGE.code(), shifts.PICK_PAGE: shifts.PICK_PAGE.code("a", 2),
    shifts.OWN_REASON: shifts.OWN_REASON.code(LARGEST), shifts.BEGIN_PLAN: shifts.BEGIN_PLAN.code("term"),
    shifts.WEEK_LINE: shifts.WEEK_LINE.code(LARGEST, True),
    shifts.WITH_HOLIDAYS: shifts.WITH_HOLIDAYS.code(LARGEST, False),
    shifts.PUBLISH_TERM: shifts.PUBLISH_TERM.code(LARGEST), shifts.DROP_TERM: shifts.DROP_TERM.code(LARGEST),
    shifts.EVERY_WEEKS: shifts.EVERY_WEEKS.code(LARGEST, "2"),
    shifts.END_STANDING: shifts.END_STANDING.code(LARGEST), shifts.SWAP_MINE: shifts.SWAP_MINE.code(LARGEST),
    shifts.SWAP_WITH: shifts.SWAP_WITH.code(LARGEST, LARGEST, LARGEST), shifts.SWAP_YES: shifts.SWAP_YES.code(LARGEST),
    shifts.SWAP_NO: shifts.SWAP_NO.code(LARGEST), shifts.UNDO_SHIFT: shifts.UNDO_SHIFT.code(LARGEST, "yes"),
    shifts.FEED_NEW: shifts.FEED_NEW.code(), shifts.FEED_END: shifts.FEED_END.code(),
    shifts.ANNOUNCE: shifts.ANNOUNCE.code(), shifts.ANNOUNCE_NOT: shifts.ANNOUNCE_NOT.code(),
    shifts.TERM_OFF: shifts.TERM_OFF.code(LARGEST, "ask"),
    shifts.TERM_OFF_WHY: shifts.TERM_OFF_WHY.code(LARGEST, "holiday"),
}  # fmt: skip
WRITTEN = (
    "sf:2 su:N sl:N sc:N sy:N sk:N sa:N st:N sn:N sw:20261207 sh:N sas:N:N saq:N spk:a:N:0 sx:N:own sxk:N scv spm:a:2 "
    "sxw:N tn:term tl:N:1 tr:N:0 tp:N td:N se:N:2 sxe:N wm:N ww:N:N:N wy:N wn:N szu:N:yes sfn sfe san sann tx:N:ask "
    "txr:N:holiday"
)


def test_every_code_is_written_as_it_always_was() -> None:
    assert " ".join(code.replace(str(LARGEST), "N") for code in CODES.values()) == WRITTEN
    assert set(CODES) == {one for one in vars(shifts).values() if isinstance(one, Button)}


@pytest.mark.parametrize("button", CODES, ids=str)
def test_a_code_fits_and_says_again_what_it_was_made_of(button: AnyButton) -> None:
    code = CODES[button]

    assert len(code.encode()) <= LONGEST_CODE
    assert button.matches(code) and [one for one in CODES if one.matches(code)] == [button]
