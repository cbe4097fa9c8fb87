"""The codes of buttons about being at work, byte for byte: they are pressed weeks after they were sent."""

import pytest

from models import buttons_duty as duty
from models.button import LONGEST_CODE, AnyButton, Button

LARGEST = 2**53
CODES: dict[AnyButton, str] = {
    duty.HERE: duty.HERE.code(LARGEST), duty.HERE_FOR: duty.HERE_FOR.code("2"), duty.OFF_DUTY: duty.OFF_DUTY.code(),
    duty.QUEUE: duty.QUEUE.code(1), duty.CLAIM_ANYWAY: duty.CLAIM_ANYWAY.code(LARGEST),
    duty.WHO_IS_HERE: duty.WHO_IS_HERE.code(LARGEST), duty.GIVE_CASE: duty.GIVE_CASE.code(LARGEST, LARGEST),
}  # fmt: skip
WRITTEN = "dh:N df:2 do dq:1 dm:N dw:N da:N:N"


def test_every_code_is_written_as_it_always_was() -> None:
    assert " ".join(code.replace(str(LARGEST), "N") for code in CODES.values()) == WRITTEN
    assert set(CODES) == {one for one in vars(duty).values() if isinstance(one, Button)}


@pytest.mark.parametrize("button", CODES, ids=str)
def test_a_code_fits_and_says_again_what_it_was_made_of(button: AnyButton) -> None:
    code = CODES[button]

    assert len(code.encode()) <= LONGEST_CODE
    assert button.matches(code) and [one for one in CODES if one.matches(code)] == [button]
