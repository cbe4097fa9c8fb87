"""A change of the hours by buttons, away from everything: what is asked in which order, what may be answered to it."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.button import NotAButton
from models.buttons_hours import AND, EVERYWHERE, GUIDED, NOTHING, Letter, written
from models.hours import Reason
from models.hours_change import Change, Verb
from models.hours_dialogue import (
    HALF_HOURS,
    ORDER,
    PLACES_ON_A_SCREEN,
    SCREENS_OF_DAYS,
    Around,
    Draft,
    Question,
    Step,
    Turn,
    advance,
    begin,
    change_of,
    question,
    replayed,
)

TODAY = date(2026, 1, 5)  # a Monday
AROUND = Around(("linero", "online"), ("linero",), TODAY)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# As version 0.1.0 wrote them behind "h:", with the change's letter.
WHOLE = {
    Letter.WEEKLY: "linero:0:13001500:20260105", Letter.CLOSE: "linero:20260105:holiday",
    Letter.TIMES: "linero:20260105:13001500:-", Letter.EXTRA: "linero:20260105:13001500",
    Letter.USUAL: "linero:20260105",
}  # fmt: skip
SPAN, LATER = (time(13), time(15)), (time(16), time(18))


def after(verb: Verb, *answers: str, around: Around = AROUND) -> Turn:
    """Where these answers lead, one after the other."""
    turn = begin(verb)
    for answer in answers:
        assert turn.step is not None and not turn.stale, answer
        turn = advance(turn.step, turn.draft, answer, around)
    return turn


def asked(verb: Verb, *answers: str, around: Around = AROUND, page: int = 0) -> Question:
    turn = after(verb, *answers, around=around)
    assert turn.step is not None
    return question(turn.step, turn.draft, around, page)


def offered(step: Step, asked: Question) -> list[str]:
    """Every answer that has a button."""
    choices = [*asked.places, *(written(day) for day in asked.days), *(written(one) for one in asked.times)]
    if step == Step.WEEKDAY:
        choices += [str(n) for n in range(7)]
    if step == Step.REASON:
        choices += [NOTHING, *(reason for reason in Reason if reason != Reason.OTHER)]
    choices += [EVERYWHERE] if asked.everywhere else []
    choices += [NOTHING] if asked.may_close else []
    return choices + ([AND] if asked.may_add else [])


@pytest.mark.parametrize(
    ("verb", "answers", "change"),
    [
        (Verb.WEEKLY, "linero 2 1300 1500 20260112", {"first": date(2026, 1, 12), "weekday": 2, "spans": (SPAN,)}),
        (Verb.WEEKLY, "linero 2 - 20260112", {"first": date(2026, 1, 12), "weekday": 2}),
        (Verb.WEEKLY, "linero 2 1300 1500 + 1600 1800 20260105",
         {"first": TODAY, "weekday": 2, "spans": (SPAN, LATER)}),
        (Verb.CLOSE, "linero 20260106 illness", {"first": date(2026, 1, 6), "reason": "illness"}),
        (Verb.CLOSE, "linero 20260106 -", {"first": date(2026, 1, 6)}),
        (Verb.TIMES, "linero 20260106 1300 1500 + 1600 1800 moved",
         {"first": date(2026, 1, 6), "spans": (SPAN, LATER), "reason": "moved"}),
        (Verb.EXTRA, "online 20260106 1300 1500", {"first": date(2026, 1, 6), "spans": (SPAN,)}),
        (Verb.USUAL, "linero 20260106", {"first": date(2026, 1, 6)}),
    ],
)  # fmt: skip
def test_answers_in_their_order_make_a_change(verb: Verb, answers: str, change: dict[str, object]) -> None:
    turn = after(verb, *answers.split())

    assert turn.step is None
    expected = replace(Change(verb, (answers.split(maxsplit=1)[0],), TODAY), **change)  # type: ignore[arg-type]
    assert change_of(turn.draft, AROUND) == expected


def test_everywhere_is_every_place_one_can_walk_into_by_the_time_it_is_meant() -> None:
    turn = after(Verb.CLOSE, EVERYWHERE, "20260106", NOTHING)

    assert change_of(turn.draft, replace(AROUND, visits=("linero", "lund"))).places == ("linero", "lund")
    assert after(Verb.WEEKLY, EVERYWHERE).stale, "a week is one place's"
    assert after(Verb.CLOSE, EVERYWHERE, around=replace(AROUND, visits=())).stale


def test_whatever_is_offered_is_taken_and_every_way_ends_in_a_change() -> None:
    ends = 0
    waiting = [begin(verb) for verb in ORDER]
    while waiting:
        turn = waiting.pop()
        assert not turn.stale
        if turn.step is None:
            assert Change.from_json(change_of(turn.draft, AROUND).to_json()).verb == turn.draft.verb
            ends += 1
            continue
        choices = offered(turn.step, question(turn.step, turn.draft, AROUND))
        assert choices, turn
        some = choices if len(choices) < 9 else [*choices[:2], *choices[-3:]]
        waiting += [advance(turn.step, turn.draft, answer, AROUND) for answer in some]
    assert ends > 100


@pytest.mark.parametrize(
    ("verb", "answers", "answer"),
    [
        (Verb.CLOSE, "", "nowhere"), (Verb.CLOSE, "", NOTHING), (Verb.CLOSE, "", AND),
        (Verb.CLOSE, "linero", "20260104"), (Verb.CLOSE, "linero", "20261224"), (Verb.CLOSE, "linero", "20260230"),
        (Verb.CLOSE, "linero 20260106", "other"), (Verb.CLOSE, "linero 20260106", AND),
        (Verb.WEEKLY, "linero", "7"), (Verb.WEEKLY, "linero 0", "1315"), (Verb.WEEKLY, "linero 0", "2000"),
        (Verb.WEEKLY, "linero 0 1300", "1300"), (Verb.WEEKLY, "linero 0 1300", NOTHING),
        (Verb.WEEKLY, "linero 0 1300", "2561"), (Verb.WEEKLY, "linero 0 -", AND),
        (Verb.WEEKLY, "linero 0 1300 1930", AND), (Verb.WEEKLY, "linero 0 1300 1500 +", "1500"),
        (Verb.WEEKLY, "linero 0 1300 1500 +", NOTHING), (Verb.WEEKLY, "linero 0 1300 1500 + 1600 1800", AND),
        (Verb.TIMES, "linero 20260106", NOTHING), (Verb.EXTRA, "linero 20260106 1300", AND),
    ],
)  # fmt: skip
def test_what_was_not_offered_is_stale_and_changes_nothing(verb: Verb, answers: str, answer: str) -> None:
    before = after(verb, *answers.split())
    assert before.step is not None

    assert advance(before.step, before.draft, answer, AROUND) == replace(before, stale=True)


def test_a_place_that_is_gone_ends_the_dialogue_wherever_it_is() -> None:
    turn = after(Verb.TIMES, "linero", "20260106", "1300")
    assert turn.step is not None

    assert advance(turn.step, turn.draft, "1500", replace(AROUND, places=("online",))).stale


def test_a_second_stretch_begins_after_the_first_and_there_is_no_third() -> None:
    assert asked(Verb.WEEKLY, "linero", "0", "1300", "1500").may_add
    assert asked(Verb.WEEKLY, "linero", "0", "1300", "1500", AND).times[0] == time(15, 30)
    assert asked(Verb.WEEKLY, "linero", "0", "1300", "1500", AND, "1900").times == (time(19, 30), time(20))
    assert not asked(Verb.WEEKLY, "linero", "0", "1300", "1500", AND, "1900", "1930").may_add
    assert not asked(Verb.WEEKLY, "linero", "0", "1300", "1930").may_add, "nothing fits behind it"
    assert asked(Verb.WEEKLY, "linero", "0").may_close
    assert not asked(Verb.TIMES, "linero", "20260106").may_close
    assert asked(Verb.TIMES, "linero", "20260106").times == HALF_HOURS[:-1]


def test_days_and_places_turn_pages_and_come_round_again() -> None:
    days = [day for page in range(SCREENS_OF_DAYS) for day in asked(Verb.CLOSE, "linero", page=page).days]
    assert days == [TODAY + timedelta(days=n) for n in range(14 * SCREENS_OF_DAYS)]
    assert asked(Verb.CLOSE, "linero", page=SCREENS_OF_DAYS - 1).next_page == 0
    assert asked(Verb.CLOSE, "linero", page=99).days == asked(Verb.CLOSE, "linero").days

    codes = tuple(f"place-{n}" for n in range(PLACES_ON_A_SCREEN + 2))
    many = replace(AROUND, places=codes)
    first, second = (asked(Verb.CLOSE, around=many, page=page) for page in range(2))
    assert (first.places + second.places, first.next_page, second.next_page) == (codes, 1, 0)
    assert asked(Verb.CLOSE).next_page is None


@pytest.mark.parametrize("verb", ORDER)
def test_a_draft_is_kept_and_read_back_at_every_step(verb: Verb) -> None:
    answers = {
        Step.PLACE: "linero", Step.WEEKDAY: "6", Step.DAY: "20260106", Step.OPENS: "1300", Step.CLOSES: "1530",
        Step.OPENS_AGAIN: "1600", Step.CLOSES_AGAIN: "1630", Step.REASON: "moved", Step.SINCE: "20260201",
    }  # fmt: skip
    turn = begin(verb)
    while turn.step is not None:
        assert Draft.from_json(turn.draft.to_json()) == turn.draft
        turn = advance(turn.step, turn.draft, answers[turn.step], AROUND)
    assert Draft.from_json(turn.draft.to_json()) == turn.draft


@given(
    step=st.sampled_from(Step),
    answers=st.sampled_from(["", "linero", "linero 0", "linero 20260106", "linero 20260106 1300"]),
    answer=st.sampled_from(["linero", "*", "0", "20260106", "1300", "1500", "-", "holiday", "+", ""])
    | st.text(max_size=17),
)
def test_whatever_is_pressed_leads_to_a_question_a_change_or_nowhere(step: Step, answers: str, answer: str) -> None:
    draft = after(Verb.WEEKLY if answers.endswith(" 0") else Verb.TIMES, *answers.split()).draft
    turn = advance(step, draft, answer, AROUND)

    if turn.stale:
        assert (turn.step, turn.draft) == (step, draft)
    elif turn.step is not None:
        question(turn.step, turn.draft, AROUND)


# Buttons of version 0.1.0.


@pytest.mark.parametrize("letter", WHOLE)
def test_a_button_of_before_that_held_everything_still_makes_its_change(letter: Letter) -> None:
    turn = replayed(GUIDED.read(f"h:{letter}:{WHOLE[letter]}"), AROUND)

    assert (turn.stale, turn.step) == (False, None)
    assert change_of(turn.draft, AROUND).places == ("linero",)


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("h:s", ""), ("h:s:linero", "linero"), ("h:s:linero:0:1300", "linero 0 1300"),
        ("h:s:linero:0:13001500", "linero 0 1300 1500"), ("h:s:linero:0:13001500+", "linero 0 1300 1500 +"),
        ("h:s:linero:0:13001500+1600", "linero 0 1300 1500 + 1600"), ("h:s:linero:0:-", "linero 0 -"),
        ("h:s:linero:0:13001500+16001800", "linero 0 1300 1500 + 1600 1800"),
    ],
)  # fmt: skip
def test_a_button_of_before_leads_to_where_its_answers_led(code: str, answers: str) -> None:
    assert replayed(GUIDED.read(code), AROUND) == after(Verb.WEEKLY, *answers.split())


@pytest.mark.parametrize("letter", WHOLE)
def test_a_forged_button_of_before_leads_nowhere(letter: Letter) -> None:
    code = f"h:{letter}:{WHOLE[letter]}"

    for wrong in (code.translate(ARABIC), f"{code}:x", f"{code}:", code.replace("2026010", "202601"), code + "9" * 60):
        assert _leads_nowhere(wrong), wrong


ANSWERS = (
    "linero", "nowhere", "*", "0", "7", "20260106", "20261323", "20200101", "1300", "13001530", "13001530+", "2561",
    "13001530+1600", "13001530+16001700", "13001530+16001700+", "15301300", "-", "holiday", "other", "+1", "+99", "",
)  # fmt: skip
CODES = st.builds(
    lambda letter, answers: ":".join(("h", *letter, *answers)),
    st.sampled_from(("s", "c", "t", "x", "o", "q", "")),
    st.lists(st.sampled_from(ANSWERS) | st.text(max_size=4), max_size=6),
)


@given(code=CODES)
def test_whatever_button_of_before_is_forged_leads_to_a_question_a_change_or_nowhere(code: str) -> None:
    if not _leads_nowhere(code):
        turn = replayed(GUIDED.read(code), AROUND)
        made = change_of(turn.draft, AROUND) if turn.step is None else question(turn.step, turn.draft, AROUND)
        assert isinstance(made, Change | Question)


def _leads_nowhere(code: str) -> bool:
    try:
        return replayed(GUIDED.read(code), AROUND).stale
    except NotAButton:
        return True
