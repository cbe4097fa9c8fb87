"""The codes of buttons about a case between people, and of what coordinators do with one, byte for byte."""

import pytest

from models import buttons_cases as cases
from models import buttons_overview as overview
from models.button import LONGEST_CODE, AnyButton, Button
from models.reasons import WhyBack, WhyClosed

LARGEST = 2**53
CODES: dict[AnyButton, str] = {
    cases.KEEP: cases.KEEP.code(LARGEST, "noon"), cases.NOTES: cases.NOTES.code(LARGEST),
    cases.HAND_OVER: cases.HAND_OVER.code(LARGEST), cases.HAND_TO: cases.HAND_TO.code(LARGEST, LARGEST),
    cases.HAND_TO_SPEAKER: cases.HAND_TO_SPEAKER.code(LARGEST, "prs"), cases.READ_NOTE: cases.READ_NOTE.code(LARGEST),
    cases.ACCEPT: cases.ACCEPT.code(LARGEST), cases.REFUSE: cases.REFUSE.code(LARGEST),
    cases.HAND_BACK: cases.HAND_BACK.code(LARGEST), cases.CLAIM_MORE: cases.CLAIM_MORE.code(LARGEST),
    overview.BLOCK: overview.BLOCK.code(LARGEST), overview.BLOCK_FOR: overview.BLOCK_FOR.code(LARGEST, "week"),
    overview.BLOCK_BECAUSE: overview.BLOCK_BECAUSE.code(LARGEST, "lifted", "harassment"),
    overview.LIFT: overview.LIFT.code(LARGEST), overview.DANGER: overview.DANGER.code(LARGEST),
    overview.NUMBERS: overview.NUMBERS.code(LARGEST), overview.CASE_SHOW: overview.CASE_SHOW.code(LARGEST),
    overview.CASE_WHO: overview.CASE_WHO.code(LARGEST), overview.CASE_GIVE: overview.CASE_GIVE.code(LARGEST, LARGEST),
    overview.CASE_RELEASE: overview.CASE_RELEASE.code(LARGEST, "language"),
    overview.CASE_CLOSE: overview.CASE_CLOSE.code(LARGEST, "elsewhere"),
    overview.FOLLOW_UP_ASK: overview.FOLLOW_UP_ASK.code(LARGEST),
    overview.FOLLOW_UP_DROP: overview.FOLLOW_UP_DROP.code(LARGEST),
    overview.FOLLOW_UP_MAY: overview.FOLLOW_UP_MAY.code("yes", LARGEST),
}  # fmt: skip
WRITTEN = (
    "keep:N:noon notes:N ho:N hop:N:N hol:N:prs hor:N hoa:N hon:N hob:N claimall:N bk:N bks:N:week "
    "bkr:N:lifted:harassment bkl:N dg:N dgn:N oc:N ocw:N ocg:N:N ocr:N:language occ:N:elsewhere fua:N fud:N fuc:yes:N"
)


def test_every_code_is_written_as_it_always_was() -> None:
    assert " ".join(code.replace(str(LARGEST), "N") for code in CODES.values()) == WRITTEN
    made = {one for module in (cases, overview) for one in vars(module).values() if isinstance(one, Button)}
    assert set(CODES) == made


@pytest.mark.parametrize("button", CODES, ids=str)
def test_a_code_fits_and_says_again_what_it_was_made_of(button: AnyButton) -> None:
    code = CODES[button]

    assert len(code.encode()) <= LONGEST_CODE
    assert button.matches(code) and [one for one in CODES if one.matches(code)] == [button]


def test_the_reasons_are_written_as_they_always_were() -> None:
    assert [str(one) for one in WhyBack] == ["away", "language", "knows", "many"]
    assert [str(one) for one in WhyClosed] == ["answered", "elsewhere", "not_ours", "silent"]
    answers = [overview.CASE_RELEASE.read(f"ocr:1:{one}").answer for one in ("ask", "yes", *WhyBack)]
    assert answers == ["ask", "yes", *WhyBack]
