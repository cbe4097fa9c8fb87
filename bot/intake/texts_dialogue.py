"""What a newcomer is asked: the language, the consent, what becomes of held words, the question, the optional ones.

Same shape as `texts.py`, which takes its table in. It must not load rows, nor decide which question is next.
"""

from collections.abc import Mapping

from bot.language.i18n import Words
from bot.language.parts import (
    Facts,
    Params,
    Teller,
    answer_label,
    language_choices,
    lines,
    pressed,
    rows_of,
    statement,
    ticked,
)
from bot.language.textshape import LONGEST_MESSAGE, utf16_length, with_numbers_isolated
from models.buttons import BACK, CONSENT, HELD, LANGUAGE, MORE, STOP_ASKING, TAP
from models.dialogue import Choice, Prompt
from models.intake import PREFER_NOT_SAY, QUESTIONS, IntakeStep
from models.outbox import Notice
from models.people import AUTONYMS, Channel, Language

OPTIONS_ON_A_SCREEN = 6  # with "more" and "prefer not to say · stop" that is eight rows, what a small phone shows


def _ask_language(words: Words, params: Params, facts: Facts) -> Prompt:
    hello = facts.catalogues.newcomers
    trial = words("trial_nobody_reads") if facts.is_trial else ""
    if chosen := pressed(params, LANGUAGE):
        return Prompt(lines(trial, ticked(AUTONYMS[Language(chosen.language)])))
    asked = lines(*(hello[language]("choose_language") for language in Language))
    return Prompt(lines(trial, asked), language_choices(str(params.get("hint") or words.language)))


def _ask_consent(words: Words, params: Params, facts: Facts) -> Prompt:
    told = statement(words, facts, channel=str(params.get("channel", Channel.TELEGRAM)))
    return _consent(words, params, told)


def _ask_consent_first(words: Words, params: Params, _facts: Facts) -> Prompt:
    return _consent(words, params, "" if pressed(params, CONSENT) else words("words_held"))


def _consent(words: Words, params: Params, told: str) -> Prompt:
    if given := pressed(params, CONSENT):
        answered = words("consent_no" if given.answer == "no" else "consent_yes")
        return Prompt(lines(told, words("consent_ask"), ticked(answered)))
    yes, no = Choice(CONSENT.code("yes"), words("consent_yes")), Choice(CONSENT.code("no"), words("consent_no"))
    return Prompt(lines(told, words("consent_ask")), rows_of(yes, no))


def _ask_offer_held(words: Words, params: Params, facts: Facts) -> Prompt:
    if given := pressed(params, HELD):
        return _held_answered(words, facts, is_sent=given.answer == "send")
    if not facts.held:
        return _ask_question(words, {}, facts)
    text = lines(words("you_wrote"), with_numbers_isolated(facts.held), words("send_it"))
    return Prompt(text, ((Choice(HELD.code("send"), words("send")), Choice(HELD.code("drop"), words("no"))),))


def _held_answered(words: Words, facts: Facts, *, is_sent: bool) -> Prompt:
    """A long letter went out in several messages, of which this is the last: it says only what became of them."""
    if not is_sent:
        return Prompt(words("held_dropped"))
    whole = lines(words("you_wrote"), with_numbers_isolated(facts.words), words("held_sent"))
    return Prompt(whole if facts.words and utf16_length(whole) <= LONGEST_MESSAGE else words("held_sent"))


def _ask_question(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(lines(words("write_question"), words("no_id_please")))


def _ask_tap(words: Words, params: Params, _facts: Facts) -> Prompt:
    """One optional question; a long list turns pages, so that no screen has more than eight rows.

    Above it the answer that was given just before; the one the question itself has already is ticked.
    """
    step = IntakeStep(str(params["step"]))
    question, chosen = QUESTIONS[step], params.get("chosen")
    column, page = question.column, _page(question.options, params)

    def choice(code: str) -> Choice:
        label = answer_label(words, column, code)
        return Choice(TAP.code(column, code), ticked(label) if code == chosen else label)

    shown = question.options[page * OPTIONS_ON_A_SCREEN : (page + 1) * OPTIONS_ON_A_SCREEN]
    turn = [Choice(BACK.code(step), words("back"))] if step != IntakeStep.CATEGORY else []
    if _pages(question.options) > 1:
        turn.append(Choice(MORE.code(step, page + 1), words("more_choices")))
    last = choice(PREFER_NOT_SAY), Choice(STOP_ASKING.code(), words("stop_asking"))
    voluntary = words("stats_voluntary") if step == IntakeStep.CATEGORY else ""
    before, _, code = str(params.get("answered") or "").partition(":")
    answered = ticked(answer_label(words, before, code)) if before else ""
    rows = (*rows_of(*map(choice, shown)), *([tuple(turn)] if turn else []), last)
    return Prompt(lines(answered, voluntary, words(f"ask_{column}")), rows)


def _page(options: tuple[str, ...], params: Params) -> int:
    """The page that is asked for, else the one with the answer that is there already."""
    if "page" in params:
        return int(str(params["page"])) % _pages(options)
    chosen = params.get("chosen")
    return options.index(str(chosen)) // OPTIONS_ON_A_SCREEN if chosen in options else 0


def _pages(options: tuple[str, ...]) -> int:
    return -(-len(options) // OPTIONS_ON_A_SCREEN)


TELLERS: Mapping[Notice, Teller] = {
    Notice.ASK_LANGUAGE: _ask_language,
    Notice.ASK_CONSENT: _ask_consent,
    Notice.ASK_CONSENT_FIRST: _ask_consent_first,
    Notice.ASK_OFFER_HELD: _ask_offer_held,
    Notice.ASK_QUESTION: _ask_question,
    Notice.ASK_TAP: _ask_tap,
}
