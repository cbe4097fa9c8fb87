"""What a volunteer is asked while a case is closed in a chat, and what the answers are called.

Same shape as `texts.py`, which takes its table in. It must not load rows; what is pressed, `closing_dialogue.py` keeps.
"""

from collections.abc import Iterable, Mapping

from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, Params, Teller, answer_label, code_value, rows_of, ticked
from models.closing import MINUTES_OFFERED, UNKNOWN, USUAL_ORGANISATIONS, Category, Organisation, Outcome
from models.dialogue import Choice, Prompt
from models.outbox import Notice

ORGANISATIONS_ON_A_PAGE = len(USUAL_ORGANISATIONS)
SHOWN_OUTCOMES = tuple(outcome for outcome in Outcome if outcome != Outcome.WITHDRAWN)


def outcome_label(words: Words, code: str) -> Plain:
    """What the button of an outcome says."""
    return words("unknown") if code == UNKNOWN else words(f"outcome_{code}")


def minutes_choices(default: int) -> list[int]:
    """The likely number of minutes first, then the usual ones."""
    return [default, *(minutes for minutes in MINUTES_OFFERED if minutes != default)]


def _close_category(words: Words, params: Params, _facts: Facts) -> Prompt:
    if params.get("pressed"):
        return Prompt(words("closing_goes_on", code=code_value(params)))
    given = params.get("category")
    order = sorted(Category, key=lambda category: category != given)
    choices = [Choice(f"c:{params['case']}:cat:{code}", answer_label(words, "category", code)) for code in order]
    choices.append(Choice(f"c:{params['case']}:cat:{UNKNOWN}", words("unknown")))
    pairs = tuple(tuple(choices[i : i + 2]) for i in range(0, len(choices), 2))
    none = Choice(f"c:{params['case']}:not:ask", words("not_advice"))
    return Prompt(words("close_category", code=code_value(params)), (*pairs, (none,)))


def _close_not_advice(words: Words, params: Params, _facts: Facts) -> Prompt:
    yes = Choice(f"c:{params['case']}:not:yes", words("close_not_advice_yes"))
    back = Choice(f"c:{params['case']}:not:back", words("back"))
    return Prompt(words("close_not_advice", code=code_value(params)), ((yes, back),))


def _close_organisation(words: Words, params: Params, _facts: Facts) -> Prompt:
    page, several, case = int(str(params["page"])), bool(params["several"]), params["case"]
    chosen = _chosen(params)
    pages = -(-len(Organisation) // ORGANISATIONS_ON_A_PAGE)
    at = page % pages * ORGANISATIONS_ON_A_PAGE
    shown = tuple(Organisation)[at : at + ORGANISATIONS_ON_A_PAGE]

    def choice(code: str) -> Choice:
        verb = f"{'drop' if code in chosen else 'add'}:{page}." if several else "org:"
        return Choice(f"c:{case}:{verb}{code}", ticked(words(code)) if code in chosen else words(code))

    rows = rows_of(*map(choice, shown))
    more = Choice(f"c:{case}:view:{page + 1}.{int(several)}", words("more_choices"))
    mode = (
        Choice(f"c:{case}:org:done", words("done")) if several else Choice(f"c:{case}:view:{page}.1", words("several"))
    )
    unknown = Choice(f"c:{case}:org:{UNKNOWN}", words("unknown"))
    return Prompt(words("close_organisation", code=code_value(params)), (*rows, (more, mode), (unknown,)))


def _close_outcome(words: Words, params: Params, _facts: Facts) -> Prompt:
    codes = (*SHOWN_OUTCOMES, UNKNOWN)
    choices = (Choice(f"c:{params['case']}:out:{code}", outcome_label(words, code)) for code in codes)
    return Prompt(words("close_outcome", code=code_value(params)), rows_of(*choices))


def _close_minutes(words: Words, params: Params, _facts: Facts) -> Prompt:
    default = int(str(params["default"]))
    choices = [
        Choice(f"c:{params['case']}:min:{minutes}", words("minutes_long", n=minutes))
        for minutes in minutes_choices(default)
    ]
    choices.append(Choice(f"c:{params['case']}:min:{UNKNOWN}", words("unknown")))
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
