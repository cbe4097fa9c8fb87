"""What a volunteer is asked while a case is closed in a chat, and what the answers are called.

Same shape as `texts.py`, which takes its table in. It must not load rows; what is pressed, `closing_dialogue.py` keeps.
"""

from collections.abc import Iterable, Mapping

from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, Params, Teller, answer_label, code_value, number, rows_of, ticked
from models.buttons import (
    ADD_ORGANISATION,
    CLOSING_CATEGORY,
    CLOSING_MINUTES,
    CLOSING_ORGANISATION,
    CLOSING_OUTCOME,
    DONE,
    DROP_ORGANISATION,
    NOT_ADVICE,
    NOT_ADVICE_ANSWER,
    ORGANISATIONS_PAGE,
)
from models.closing import MINUTES_OFFERED, SHOWN_OUTCOMES, UNKNOWN, USUAL_ORGANISATIONS, Category, Organisation
from models.dialogue import Choice, Prompt
from models.outbox import Notice

ORGANISATIONS_ON_A_PAGE = len(USUAL_ORGANISATIONS)


def outcome_label(words: Words, code: str) -> Plain:
    """What the button of an outcome says."""
    return words("unknown") if code == UNKNOWN else words(f"outcome_{code}")


def minutes_choices(default: int) -> list[int]:
    """The likely number of minutes first, then the usual ones."""
    return [default, *(minutes for minutes in MINUTES_OFFERED if minutes != default)]


def _close_category(words: Words, params: Params, _facts: Facts) -> Prompt:
    if params.get("pressed"):
        return Prompt(words("closing_goes_on", code=code_value(params)))
    case, given = number(params, "case"), params.get("category")
    order = sorted(Category, key=lambda category: category != given)
    choices = [Choice(CLOSING_CATEGORY.code(case, code), answer_label(words, "category", code)) for code in order]
    choices.append(Choice(CLOSING_CATEGORY.code(case, UNKNOWN), words("unknown")))
    pairs = tuple(tuple(choices[i : i + 2]) for i in range(0, len(choices), 2))
    none = Choice(NOT_ADVICE.code(case), words("not_advice"))
    return Prompt(words("close_category", code=code_value(params)), (*pairs, (none,)))


def _close_not_advice(words: Words, params: Params, _facts: Facts) -> Prompt:
    case = number(params, "case")
    yes = Choice(NOT_ADVICE_ANSWER.code(case, "yes"), words("close_not_advice_yes"))
    back = Choice(NOT_ADVICE_ANSWER.code(case, "back"), words("back"))
    return Prompt(words("close_not_advice", code=code_value(params)), ((yes, back),))


def _close_organisation(words: Words, params: Params, _facts: Facts) -> Prompt:
    page, several, case = number(params, "page"), bool(params["several"]), number(params, "case")
    chosen = _chosen(params)
    pages = -(-len(Organisation) // ORGANISATIONS_ON_A_PAGE)
    at = page % pages * ORGANISATIONS_ON_A_PAGE
    shown = tuple(Organisation)[at : at + ORGANISATIONS_ON_A_PAGE]

    def choice(code: str) -> Choice:
        label = ticked(words(code)) if code in chosen else words(code)
        if not several:
            return Choice(CLOSING_ORGANISATION.code(case, code), label)
        one_by_one = DROP_ORGANISATION if code in chosen else ADD_ORGANISATION
        return Choice(one_by_one.code(case, page, code), label)

    rows = rows_of(*map(choice, shown))
    more = Choice(ORGANISATIONS_PAGE.code(case, page + 1, several), words("more_choices"))
    mode = Choice(ORGANISATIONS_PAGE.code(case, page, several=True), words("several"))
    if several:
        mode = Choice(CLOSING_ORGANISATION.code(case, DONE), words("done"))
    unknown = Choice(CLOSING_ORGANISATION.code(case, UNKNOWN), words("unknown"))
    return Prompt(words("close_organisation", code=code_value(params)), (*rows, (more, mode), (unknown,)))


def _close_outcome(words: Words, params: Params, _facts: Facts) -> Prompt:
    codes = (*SHOWN_OUTCOMES, UNKNOWN)
    case = number(params, "case")
    choices = (Choice(CLOSING_OUTCOME.code(case, code), outcome_label(words, code)) for code in codes)
    return Prompt(words("close_outcome", code=code_value(params)), rows_of(*choices))


def _close_minutes(words: Words, params: Params, _facts: Facts) -> Prompt:
    case = number(params, "case")
    choices = [
        Choice(CLOSING_MINUTES.code(case, minutes), words("minutes_long", n=minutes))
        for minutes in minutes_choices(number(params, "default"))
    ]
    choices.append(Choice(CLOSING_MINUTES.code(case, None), words("unknown")))
    pairs = tuple(tuple(choices[i : i + 2]) for i in range(0, len(choices), 2))
    return Prompt(words("close_minutes", code=code_value(params)), pairs)


def _chosen(params: Params) -> list[str]:
    """The organisations that have been chosen, as codes."""
    codes = params["chosen"]
    return [str(code) for code in codes] if isinstance(codes, Iterable) else []


TELLERS: Mapping[Notice, Teller] = {
    Notice.CLOSE_CATEGORY: _close_category,
    Notice.CLOSE_NOT_ADVICE: _close_not_advice,
    Notice.CLOSE_ORGANISATION: _close_organisation,
    Notice.CLOSE_OUTCOME: _close_outcome,
    Notice.CLOSE_MINUTES: _close_minutes,
}
