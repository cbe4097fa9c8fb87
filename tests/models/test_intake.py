"""The intake dialogue as a pure machine: every step, every press, and whatever else anybody sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dialogue import Commanded, Edited, Pressed, Said, Unreadable
from models.intake import PREFER_NOT_SAY, QUESTIONS, WAITING_LIMIT, Ask, Draft, IntakeStep, advance
from models.people import Language

NOTHING = Draft()
STEPS = list(IntakeStep)
TAPS = list(QUESTIONS)


@pytest.mark.parametrize("language", list(Language))
def test_choosing_a_language_leads_to_the_statement(language: Language) -> None:
    turn = advance(IntakeStep.LANGUAGE, NOTHING, Pressed(f"lang:{language}"))

    assert (turn.step, turn.language, turn.ask) == (IntakeStep.CONSENT, language, Ask.CONSENT)


def test_agreeing_leads_to_the_question() -> None:
    turn = advance(IntakeStep.CONSENT, NOTHING, Pressed("consent:yes"))

    assert (turn.step, turn.agreed, turn.ask) == (IntakeStep.QUESTION, True, Ask.QUESTION)


@pytest.mark.parametrize("step", [IntakeStep.LANGUAGE, IntakeStep.CONSENT])
def test_words_before_consent_are_held_and_never_submitted(step: IntakeStep) -> None:
    first = advance(step, NOTHING, Said("Hej"))
    second = advance(step, first.draft, Said("Jag har fått ett brev"))

    assert (first.submit, second.submit) == (None, None)
    assert second.draft.waiting_words == "Hej\nJag har fått ett brev"
    assert second.step == step


def test_waiting_words_are_offered_back_after_yes() -> None:
    waiting = Draft("Min fråga")
    agreed = advance(IntakeStep.CONSENT, waiting, Pressed("consent:yes"))

    sent = advance(agreed.step, agreed.draft, Pressed("held:send"))
    dropped = advance(agreed.step, agreed.draft, Pressed("held:drop"))

    assert agreed.ask == Ask.OFFER_HELD
    assert (sent.submit, sent.draft, sent.step) == ("Min fråga", NOTHING, IntakeStep.CATEGORY)
    assert (dropped.submit, dropped.draft, dropped.ask) == (None, NOTHING, Ask.QUESTION)


def test_no_to_the_statement_empties_the_draft() -> None:
    turn = advance(IntakeStep.CONSENT, Draft("Min fråga"), Pressed("consent:no"))

    assert (turn.agreed, turn.draft) == (False, NOTHING)


def test_the_question_is_submitted_the_moment_it_is_said_and_the_first_tap_follows() -> None:
    turn = advance(IntakeStep.QUESTION, NOTHING, Said("Min fråga"))

    assert (turn.submit, turn.step, turn.ask) == ("Min fråga", IntakeStep.CATEGORY, Ask.TAP)


def test_the_taps_follow_each_other_to_the_end() -> None:
    step, asked = IntakeStep.CATEGORY, []
    while step != IntakeStep.RESTING:
        question = QUESTIONS[step]
        turn = advance(step, NOTHING, Pressed(f"tap:{question.column}:{question.options[0]}"))
        asked.append(turn.answer)
        step = turn.step

    assert [column for column, _ in asked] == ["category", "first_visit", "gender", "age", "situation"]
    assert turn.ask == Ask.DONE


@pytest.mark.parametrize("step", TAPS)
def test_every_tap_may_be_left_unsaid_and_the_asking_stopped(step: IntakeStep) -> None:
    column = QUESTIONS[step].column

    unsaid = advance(step, NOTHING, Pressed(f"tap:{column}:{PREFER_NOT_SAY}"))
    stopped = advance(step, NOTHING, Pressed("stop_asking"))

    assert unsaid.answer == (column, PREFER_NOT_SAY)
    assert unsaid.step == QUESTIONS[step].then
    assert (stopped.step, stopped.ask, stopped.answer) == (IntakeStep.RESTING, Ask.DONE, None)


@pytest.mark.parametrize("step", STEPS)
def test_an_answer_to_a_question_that_is_not_asked_is_stale_and_asks_nothing(step: IntakeStep) -> None:
    turn = advance(step, NOTHING, Pressed("tap:gender:woman"))

    is_asked = step == IntakeStep.GENDER
    assert (turn.answer, turn.stale) == ((("gender", "woman"), False) if is_asked else (None, True))
    assert turn.step == (QUESTIONS[step].then if is_asked else step)
    assert (turn.ask is not None) == is_asked


def test_back_leads_to_the_question_before_and_from_the_first_nowhere() -> None:
    step, seen = IntakeStep.SITUATION, []
    while not (turn := advance(step, NOTHING, Pressed(f"back:{step}"))).stale:
        assert (turn.ask, turn.page, turn.answer) == (Ask.TAP, None, None)
        step = turn.step
        seen.append(step)

    assert seen == TAPS[-2::-1]
    assert (turn.step, turn.ask) == (IntakeStep.CATEGORY, None)


@pytest.mark.parametrize("step", STEPS)
def test_back_pressed_twice_goes_back_once(step: IntakeStep) -> None:
    turn = advance(step, NOTHING, Pressed("back:age"))

    assert turn.step == (IntakeStep.GENDER if step == IntakeStep.AGE else step)
    assert turn.stale == (step != IntakeStep.AGE)


@pytest.mark.parametrize("step", TAPS)
def test_a_page_is_turned_only_of_the_question_that_is_asked(step: IntakeStep) -> None:
    other = next(one for one in TAPS if one != step)

    turned = advance(step, NOTHING, Pressed(f"more:{step}:1"))
    stale = advance(step, NOTHING, Pressed(f"more:{other}:1"))

    assert (turned.ask, turned.step, turned.page) == (Ask.TAP, step, 1)
    assert (stale.stale, stale.ask, stale.step) == (True, None, step)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "code", ["tap:category:poetry", "tap:poetry:housing", "nonsense", "", "lang:xx", "more:category:x"]
)
def test_a_button_that_leads_nowhere_is_stale_and_asks_nothing_again(step: IntakeStep, code: str) -> None:
    turn = advance(step, NOTHING, Pressed(code))

    assert turn.stale
    assert (turn.step, turn.answer, turn.submit, turn.agreed, turn.language) == (step, None, None, None, None)
    assert turn.ask is None


@pytest.mark.parametrize("step", [one for one in STEPS if one not in (IntakeStep.LANGUAGE, IntakeStep.CONSENT)])
def test_consent_pressed_again_later_is_stale(step: IntakeStep) -> None:
    for code in ("consent:yes", "consent:no"):
        turn = advance(step, NOTHING, Pressed(code))
        assert (turn.stale, turn.agreed, turn.step, turn.ask) == (True, None, step, None)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("language", list(Language))
def test_the_language_can_be_changed_at_any_time_without_losing_the_place(step: IntakeStep, language: Language) -> None:
    turn = advance(step, NOTHING, Pressed(f"lang:{language}"))

    assert turn.language == language
    assert turn.step == (IntakeStep.CONSENT if step == IntakeStep.LANGUAGE else step)
    assert turn.ask is not None


def test_buttons_of_the_dialogue_fit_into_telegram() -> None:
    codes = [f"tap:{q.column}:{code}" for q in QUESTIONS.values() for code in (*q.options, PREFER_NOT_SAY)]
    codes += [f"more:{step}:99" for step in TAPS]

    assert max(len(code.encode()) for code in codes) <= 64


ACTS = st.one_of(
    st.builds(Said, st.text()),
    st.builds(Edited, st.text()),
    st.builds(Pressed, st.text()),
    st.builds(
        Pressed, st.from_regex(r"(tap|more|back|lang|consent|held|stop_asking):?[a-z_]*:?[a-z0-9_]*", fullmatch=True)
    ),
    st.builds(Commanded, st.text()),
    st.builds(Unreadable, st.text()),
)


@given(st.sampled_from(STEPS), st.builds(Draft, st.text()), ACTS)
def test_whatever_comes_is_a_turn(step: IntakeStep, draft: Draft, act: object) -> None:
    turn = advance(step, draft, act)  # type: ignore[arg-type]

    assert turn.step in IntakeStep
    assert len(turn.draft.waiting_words) <= max(WAITING_LIMIT, len(draft.waiting_words))
    if turn.answer is not None:
        column, code = turn.answer
        assert any(q.column == column and code in (*q.options, PREFER_NOT_SAY) for q in QUESTIONS.values())


@given(st.text())
def test_a_draft_comes_back_from_how_it_is_kept(words: str) -> None:
    assert Draft.from_json(Draft(words).to_json()) == Draft(words)


def test_a_draft_kept_by_an_earlier_version_is_still_read() -> None:
    assert Draft.from_json('{"held": "Min fråga", "secret": "12345678"}') == Draft("Min fråga")


def test_a_draft_is_kept_so_that_an_earlier_version_beside_this_one_reads_its_words() -> None:
    assert json.loads(Draft("Min fråga").to_json())["held"] == "Min fråga"


def test_a_page_beyond_all_reason_is_stale() -> None:
    assert advance(IntakeStep.CATEGORY, NOTHING, Pressed("more:category:" + "9" * 5_000)).stale
