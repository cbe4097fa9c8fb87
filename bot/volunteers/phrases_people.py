"""What is said of a volunteer, in parts: languages, subjects, places, the pause, what is left before they may begin.

For chats, the desk and the command line alike. It must not load rows.
"""

from collections.abc import Iterable
from datetime import date

from bot.hours.phrases import place_name
from bot.language import dates
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import answer_label
from bot.places.told import PlaceTold
from bot.volunteers.told import StepTold, VolunteerTold
from models.people import Role
from models.volunteer import OnboardingStep, is_away


def spoken_name(words: Words, code: str) -> Plain:
    """What a language is called."""
    return words(f"spoken_{code}")


def languages_text(words: Words, codes: Iterable[str]) -> Plain:
    """Languages, one after the other; a dash for none."""
    return _listed(words, [spoken_name(words, code) for code in codes])


def topics_text(words: Words, codes: Iterable[str]) -> Plain:
    """Subjects, one after the other; a dash for none."""
    return _listed(words, [answer_label(words, "category", code) for code in codes])


def places_text(words: Words, places: Iterable[PlaceTold]) -> Plain:
    """Where somebody can work; without a place that is named, everywhere."""
    named = [place_name(words, place) for place in places]
    return Plain(dates.listed(named, words.language)) if named else words("works_everywhere")


def pause_text(words: Words, first: date | None, last: date | None) -> Plain:
    """When somebody is away."""
    if first is None:
        return words("pause_none")
    if last is None:
        return words("pause_open", day=words.date(first))
    return words("pause_between", first=words.date(first), last=words.date(last))


def step_name(words: Words, step: str) -> Plain:
    """What a step of the introduction is called."""
    return words(f"onboarding_{step}")


def step_line(words: Words, step: str, taken: StepTold | None) -> Plain:
    """A step, and when it was taken by whose word."""
    name = step_name(words, step)
    if taken is None:
        return words("onboarding_left", step=name)
    if taken.alias:
        return words("onboarding_done_by", step=name, day=words.date(taken.done_on), alias=Foreign(taken.alias))
    return words("onboarding_done", step=name, day=words.date(taken.done_on))


def steps_lines(words: Words, told: VolunteerTold) -> list[Plain]:
    """How somebody was introduced: taken over, or step by step."""
    if told.taken_over_on is not None:
        return [words("taken_over", day=words.date(told.taken_over_on))]
    taken = {one.step: one for one in told.steps}
    return [step_line(words, step, taken.get(step)) for step in OnboardingStep]


def state_text(words: Words, told: VolunteerTold, today: date) -> Plain:
    """How somebody stands, in a word or two: no access, new, trainee, away, or in service."""
    if not told.enabled:
        return words("cli_disabled")
    if not told.is_introduced:
        return words("stands_new")
    if told.is_trainee:
        return words("stands_trainee")
    if is_away(today, told.paused_from, told.paused_until):
        return words("stands_away")
    return words("role_coordinator" if told.role == Role.COORDINATOR else "stands_in_service")


def _listed(words: Words, named: list[Plain]) -> Plain:
    return Plain(dates.listed(named, words.language)) if named else Plain("–")
