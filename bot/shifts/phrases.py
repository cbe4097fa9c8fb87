"""The parts that sentences about shifts are made of: a shift's name, who is on it, what it lacks, why not.

A shift is named as people do, by day, times and place. It must not know which notice it is part of, nor load rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from bot.hours.phrases import short_name
from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, lines
from bot.language.textshape import LONGEST_BUTTON, shortened
from bot.places.told import PlaceTold
from bot.roster.told import CoverTold, ShiftNamed, ShiftSeen, WhyTold
from models.dialogue import Choice
from models.shift import ONLINE
from models.staffing import Grade, ShiftVerb, WhyNot

A_DAY = timedelta(days=1)
MARKS = {Grade.GREEN: "🟢", Grade.AMBER: "🟡", Grade.RED: "🔴"}  # with words beside: nobody need see colours
BY_SOMEBODY = frozenset(ShiftVerb) - {
    ShiftVerb.MADE, ShiftVerb.ASSIGNED, ShiftVerb.UNASSIGNED, ShiftVerb.CANCELLED, ShiftVerb.BROUGHT_BACK,
}  # fmt: skip


def shift_name(words: Words, shift: ShiftNamed, facts: Facts) -> Plain:
    """As people name it: "mån 7/12 13–16 Linero"."""
    begins, ends = (at.astimezone(facts.zone) for at in (shift.starts_at, shift.ends_at))
    times = Ltr(f"{short_time(begins)}–{short_time(ends)}")
    if shift.ends_at - shift.starts_at >= A_DAY:  # else it would be taken for one of no length
        times = Ltr(f"{short_time(begins)}–{words.short_day(ends.date())} {short_time(ends)}")
    return words("shift_name", day=words.short_day(begins.date()), times=times, place=place_of(words, shift))


def place_of(words: Words, shift: PlaceTold) -> Plain | Foreign:
    """Where it is, as short as a button has room for."""
    if shift.code == ONLINE:
        return words("shift_online")
    spoken = f"shift_at_{shift.place}"
    return words(spoken) if spoken in words else short_name(words, shift)


def short_time(shown: time | datetime) -> str:
    """A time as short as people say it: "13", "13:30"."""
    return f"{shown:%H}" if not shown.minute else f"{shown:%H:%M}"


def on_a_button(words: Words, shift: ShiftNamed, facts: Facts, key: str = "") -> str:
    """The shift's name as a phone shows it whole on a button, after what `key` says."""
    name = shift_name(words, shift, facts)
    return shortened(words(key, shift=name) if key else name, LONGEST_BUTTON)


def choice(words: Words, code: str, shift: ShiftNamed, facts: Facts, key: str = "") -> Choice:
    """A button that names the shift."""
    return Choice(code, on_a_button(words, shift, facts, key))


def names_text(words: Words, names: Iterable[str]) -> Foreign:
    """Several people's names."""
    return Foreign(dates.listed(names, words.language))


def language_name(words: Words, code: str) -> Plain:
    """A language that volunteers speak, as the reader calls it."""
    return words(f"language_{code}") if f"language_{code}" in words else Plain(code)


def language_in_sentence(words: Words, code: str) -> Plain:
    """As `language_name`, in the middle of a sentence: Swedish writes languages with a small letter."""
    name = language_name(words, code)
    return Plain(name.lower()) if words.language == "sv" else name


def languages_text(words: Words, codes: Sequence[str]) -> Plain:
    """Several languages."""
    return Plain(dates.listed([language_name(words, code) for code in codes], words.language))


def cover_text(words: Words, cover: CoverTold) -> Plain:
    """How well it is covered, as a mark and in words: "🟡 1 saknas, arabiska saknas"."""
    return Plain(f"{MARKS[cover.grade]} {cover_words(words, cover)}")


def cover_words(words: Words, cover: CoverTold) -> Plain:
    """How well it is covered, for whoever shows the colour in another way."""
    lacks = [words("cover_missing", n=cover.missing)] if cover.missing else []
    if cover.no_experienced:
        lacks.append(words("cover_no_experienced"))
    elif cover.missing_experienced:
        lacks.append(words("cover_missing_experienced", n=cover.missing_experienced))
    if cover.languages:
        lacks.append(words("cover_no_speaker", languages=languages_text(words, cover.languages)))
    named = words(f"cover_{cover.grade}")
    return words("cover_lacks", grade=named, lacks=Plain(dates.listed(lacks, words.language))) if lacks else named


def seen_lines(words: Words, shift: ShiftSeen, facts: Facts) -> str:
    """A shift, who is on it, what it lacks, and the note about it."""
    name = shift_name(words, shift, facts)
    return lines(
        words("shift_line", shift=name, who=who_text(words, shift)),
        cover_text(words, shift.cover) if shift.cover else "",
        note_text(words, shift),
    )


def who_text(words: Words, shift: ShiftSeen) -> Plain:
    """How many of how many are on it, and who."""
    there = words("shift_there", there=shift.there, needed=shift.needed)
    return words("shift_who", there=there, names=names_text(words, shift.volunteers)) if shift.volunteers else there


def reply_lines(words: Words, write: Plain, line: Plain) -> tuple[Plain, Plain]:
    """How words are given that a dialogue of buttons waits for: `write` says which, `line` is the same as one line."""
    return words("reply_here", write=write), words("reply_or_line", line=line)


def note_text(words: Words, shift: ShiftSeen) -> str:
    """The note about it, if there is one."""
    return words("shift_note", note=Foreign(shift.in_words)) if shift.in_words else ""


def why_lines(words: Words, told: WhyTold, facts: Facts) -> str:
    """Why it was refused, and what was done to the shift before."""
    values = {"other": shift_name(words, told.other, facts)} if told.other else {}
    if told.why == WhyNot.TRAVEL:
        said = words("shift_why_travel", n=told.minutes, **values)
    else:
        said = words(f"shift_why_{told.why}", **values)
    named = words("shift_why_named", name=Foreign(told.alias), why=said) if told.alias else said
    return lines(named, _what_was_done(words, told, facts))


def _what_was_done(words: Words, told: WhyTold, facts: Facts) -> str:
    return "" if told.verb is None or told.at is None else done_line(words, told.verb, told.names, told.at, facts)


def done_line(
    words: Words, verb: ShiftVerb, names: Sequence[str], at: datetime, facts: Facts, *, whom: str = ""
) -> str:
    """What was done to a shift, by or to whom, and when. `whom`: somebody was put on it or taken off it."""
    by = names_text(words, names) if names else words("hours_by_command")
    said = words.day_and_time(at, facts.zone, now=facts.now)
    if whom and verb in (ShiftVerb.ASSIGNED, ShiftVerb.UNASSIGNED):
        return words(f"shift_did_{verb}_whom", names=by, whom=Foreign(whom), time=said)
    return words(f"shift_did_{verb}", names=by, time=said)
