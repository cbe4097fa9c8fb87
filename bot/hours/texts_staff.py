"""What coordinators and volunteers are told about opening hours: the preview, the history, their shifts.

Same shape as `cases/texts.py`, whose table takes these in. Its parts are in `phrases.py`, what the dialogue of buttons
asks in `texts_guided.py`. It must not load rows.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.hours.phrases import Told, change_lines, day_line, place_name, reason_only_in, session_line
from bot.hours.texts_guided import TELLERS as ASKED
from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, Teller, instant, lines, number, refusal_text, rows_of, simple
from models.buttons_hours import DROP, HOLIDAY, PUBLISH, PUBLISH_AND_CANCEL, UNDO, UNDO_ANSWER
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, Language

# Those that are listed. Taking back is a button under the history: a tap on a command in a text would send it.
HOURS_COMMANDS = ("sethours", "closeday", "changeday", "extra", "openday", "popup", "hours_history")
MOST_PLACES, MOST_SHIFTS = 4, 6  # told one by one: the preview in five languages is one message of 4096 letters
Rows = tuple[tuple[Choice, ...], ...]

_EXAMPLES = {
    "sethours": "hours_example_sethours", "closeday": "hours_example_closeday",
    "changeday": "hours_example_changeday", "extra": "hours_example_extra", "openday": "hours_example_openday",
    "popup": "hours_example_popup", "hours_history": "hours_example_history",
}  # fmt: skip


# The preview, and what became of it.


def _preview(words: Words, params: Told, facts: Facts) -> Prompt:
    told: Told = params["told"]
    shifts: list[Told] = list(params["shifts"])
    shown = dict(told) | {"at": told["at"][:MOST_PLACES]}
    blocks = [
        lines(AUTONYMS[language], *change_lines(facts.catalogues.words(str(language)), shown)) for language in Language
    ]
    notes = lines(
        _other_places(words, told),
        words("place_address", address=Ltr(told["address"])) if told["address"] else "",
        words("hours_days_past") if date.fromisoformat(told["first"]) < facts.now.astimezone(facts.zone).date() else "",
        reason_only_in(words, told),
        *_shift_lines(words, shifts, facts),
        words("hours_nobody_yet") if params["unstaffed"] else "",
    )
    text = "\n\n".join(part for part in (words("hours_preview"), *blocks, notes) if part)
    return Prompt(text, _preview_choices(words, int(str(params["draft"])), len(shifts)))


def _preview_choices(words: Words, draft: int, shifts: int) -> Rows:
    publish = [Choice(PUBLISH.code(draft), words("hours_publish"))]
    if shifts:
        publish.append(Choice(PUBLISH_AND_CANCEL.code(draft), words("hours_publish_and_cancel", n=shifts)))
    return rows_of(*publish, Choice(DROP.code(draft), words("hours_drop")))


def _other_places(words: Words, told: Told) -> str:
    others = [place_name(words, place) for place in told["at"][MOST_PLACES:]]
    if not others:
        return ""
    return words("hours_more_places", places=Plain(dates.listed(others, words.language)))


def _shift_lines(words: Words, shifts: Sequence[Told], facts: Facts) -> list[str]:
    if not shifts:
        return []
    more = len(shifts) - MOST_SHIFTS
    listed = [_shift_line(words, shift, facts) for shift in shifts[:MOST_SHIFTS]]
    return [
        words("hours_shifts_left", n=len(shifts)),
        *listed,
        words("hours_more_shifts", n=more) if more > 0 else "",
    ]


def _shift_line(words: Words, shift: Told, facts: Facts) -> str:
    names = Foreign(dates.listed(shift["names"], words.language)) if shift["names"] else words("hours_nobody_signed")
    return words("hours_shift_line", shift=_shift_time(words, shift, facts), names=names)


def _shift_time(words: Words, shift: Told, facts: Facts) -> Plain:
    begins, ends = (instant(shift, end).astimezone(facts.zone) for end in ("starts_at", "ends_at"))
    today = facts.now.astimezone(facts.zone).date()
    until = words.until(ends, facts.zone, begins=begins, now=facts.now)
    times = words("time_range", **{"from": words.time(begins), "to": until})
    return words("hours_shift_time", day=words.day(begins.date(), today=today), times=times)


def _published(words: Words, params: Told, _facts: Facts) -> Prompt:
    shown = _change_shown(words, params)
    if params.get("undone"):
        return Prompt(lines(words("hours_undone"), *shown))
    cancelled = words("hours_shifts_cancelled") if params.get("cancelled") else ""
    text = lines(words("hours_published"), *shown, cancelled)
    return Prompt(text, rows_of(_undo_choice(words, params)))


def _undo_ask(words: Words, params: Told, _facts: Facts) -> Prompt:
    change = number(params, "number")
    yes = Choice(UNDO_ANSWER.code(change, "yes"), words("hours_undo"))
    no = Choice(UNDO_ANSWER.code(change, "no"), words("no"))
    return Prompt(lines(words("hours_undo_sure"), *_change_shown(words, params)), rows_of(yes, no))


def _kept(words: Words, params: Told, _facts: Facts) -> Prompt:
    return Prompt(lines(words("hours_kept"), *_change_shown(words, params)), rows_of(_undo_choice(words, params)))


def _undo_choice(words: Words, params: Told) -> Choice:
    return Choice(UNDO.code(number(params, "number")), words("hours_undo"))


def _change_shown(words: Words, params: Told) -> list[str]:
    told: Told = params["told"]
    return [*change_lines(words, dict(told) | {"at": told["at"][:MOST_PLACES]}), _other_places(words, told)]


# What has been.


def _history(words: Words, params: Told, facts: Facts) -> Prompt:
    entries: list[Told] = list(params["entries"])
    if not entries:
        return Prompt(words("hours_history_empty"))
    text = "\n\n".join((words("hours_history_title"), *(_entry(words, entry, facts) for entry in entries)))
    newest = params.get("newest")
    button = [Choice(UNDO.code(newest), words("hours_undo_number", number=Ltr(str(newest))))] if newest else []
    return Prompt(text, rows_of(*button))


def _entry(words: Words, entry: Told, facts: Facts) -> str:
    name = Foreign(entry["alias"]) if entry["alias"] else words("hours_by_command")
    made = words.day_and_time(instant(entry, "at"), facts.zone, now=facts.now)
    head = words("hours_history_line", number=Ltr(str(entry["number"])), time=made, name=name)
    if entry["undoes"]:
        return lines(head, words("hours_history_undoes", number=Ltr(str(entry["undoes"]))))
    told = entry["told"]
    changes = change_lines(words, dict(told) | {"at": told["at"][:MOST_PLACES]})
    return lines(head, *changes, _other_places(words, told), words("hours_history_undone") if entry["undone"] else "")


def _on_day(words: Words, params: Told, _facts: Facts) -> Prompt:
    days: list[Told] = list(params["days"])
    return Prompt(lines(words("hours_on_day"), *(day_line(words, day) for day in days)))


def _usage(words: Words, params: Told, facts: Facts) -> Prompt:
    why = words("hours_popup_how")
    if params.get("refusal"):
        values: Told = params["values"]
        why = refusal_text(words, str(params["refusal"]), values, facts.zone)
    example = words(_EXAMPLES[str(params["command"])], day=Ltr(str(params["day"])), place=Ltr(str(params["place"])))
    return Prompt(lines(why, words("hours_usage", example=example)))


# What others have decided, or nobody yet.


def _shift_hours(words: Words, params: Told, facts: Facts) -> Prompt:
    days: list[Told] = list(params["days"])
    today = facts.now.astimezone(facts.zone).date()
    key = "shift_hours_cancelled" if params["cancelled"] else "shift_hours_stays"
    told = (day_line(words, day, today=today) for day in days)
    return Prompt(lines(words("hours_changed"), *told, words(key, shift=_shift_time(words, params, facts))))


def _holiday(words: Words, params: Told, facts: Facts) -> Prompt:
    day = date.fromisoformat(str(params["day"]))
    names: Told = params["name"]
    text = lines(
        words("holiday_proposed", day=_at_the_start(words.day(day)), name=Plain(names[words.language])),
        *_sessions(words, params, facts),
        words("holiday_ask"),
    )
    close = Choice(HOLIDAY.code("close", day), words("holiday_close"))
    return Prompt(text, rows_of(close, Choice(HOLIDAY.code("usual", day), words("holiday_usual"))))


def _at_the_start(said: Plain) -> Plain:
    return Plain(said[:1].upper() + said[1:])


def _unstaffed(words: Words, params: Told, facts: Facts) -> Prompt:
    return Prompt(lines(words("nobody_for_sessions"), *_sessions(words, params, facts)))


def _sessions(words: Words, params: Told, facts: Facts) -> list[Plain]:
    return [session_line(words, session, facts) for session in params["sessions"]]


TELLERS: Mapping[Notice, Teller] = {
    **ASKED,
    Notice.HOURS_PREVIEW: _preview,
    Notice.HOURS_PUBLISHED: _published,
    Notice.HOURS_DROPPED: simple("hours_dropped"),
    Notice.HOURS_UNDO_ASK: _undo_ask,
    Notice.HOURS_KEPT: _kept,
    Notice.HOURS_HISTORY: _history,
    Notice.HOURS_ON_DAY: _on_day,
    Notice.HOURS_USAGE: _usage,
    Notice.SHIFT_HOURS: _shift_hours,
    Notice.HOLIDAY_PROPOSED: _holiday,
    Notice.SESSION_UNSTAFFED: _unstaffed,
    Notice.CHANNEL_MOVED: simple("channel_moved"),
    Notice.CHANNEL_LOST: simple("channel_lost"),
}
