"""What a volunteer reads of themself, and changes by few presses: languages, subjects, places, a pause, the name shown.

Its parts are in `phrases_people.py`. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from bot.hours.phrases import on_a_button
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.people.people import LANGUAGES_SPOKEN
from bot.places.told import PlaceTold
from bot.volunteers.phrases_people import pause_text, spoken_name, steps_lines, topics_text
from bot.volunteers.texts_people import Rows, own_lines, tick
from bot.volunteers.told import VolunteerTold
from models.buttons_people import (
    OPEN,
    OWN_ASKED,
    OWN_LANGUAGE,
    OWN_LEAVE,
    OWN_MIGRATION,
    OWN_NAME,
    OWN_PAUSE,
    OWN_PAUSE_ENDS,
    OWN_PLACE,
    OWN_TOPIC,
    OWN_VIEW,
    PAUSE_WEEKS,
)
from models.closing import Category
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Like

Views = Literal["all", "speaks", "topics", "places", "pause", "name", "moved"]


@dataclass(frozen=True, kw_only=True)
class OwnProfile(ToStaff):
    """What the reader has said of themself, and what of it they are changing now. `places`: those there are.

    Whether they have migrated is no part of it: a row lives for a month, and they may take it back at any time.
    `given_up`: so many shifts, by the pause that they have just begun; `cases`: so many they still have in hand.
    """

    kind: ClassVar = Notice.OWN_PROFILE
    told: VolunteerTold
    shows_alias: bool = False
    view: Views = "all"
    places: tuple[PlaceTold, ...] = ()
    given_up: Annotated[int, Like((0, 2))] = 0
    cases: Annotated[int, Like((0, 2))] = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        choices: Rows = self._moved(words, facts) if self.view == "moved" else getattr(self, f"_{self.view}")(words)
        if self.view == "all":
            left = steps_lines(words, self.told) if not self.told.is_introduced else []
            begun = pause_lines(words, self.given_up, self.cases)
            text = lines(
                *begun, words("profile_title"), *own_lines(words, self.told), self._name_line(words),
                words(_MIGRATED[facts.has_migrated]), *left,
            )  # fmt: skip
            return Prompt(text, choices)
        back = rows_of(Choice(OWN_VIEW.code("all"), words("people_done")))
        return Prompt(self._question(words, facts), (*choices, *back))

    def _name_line(self, words: Words) -> Plain:
        if not self.shows_alias:
            return words("profile_adviser")
        return words("profile_named", alias=Foreign(self.told.alias))

    def _question(self, words: Words, facts: Facts) -> str:
        match self.view:
            case "name":
                return lines(self._name_line(words), words("profile_ask_name"))
            case "pause":
                pause = pause_text(words, self.told.paused_from, self.told.paused_until)
                ask = words("profile_ask_pause", example=words("people_example_pause"))
                return lines(words("profile_pause", what=pause), ask)
            case "moved":
                return lines(words(_MIGRATED[facts.has_migrated]), words("profile_ask_moved"))
            case _:
                return words(f"profile_ask_{self.view}")

    def _all(self, words: Words) -> Rows:
        view = {name: Choice(OWN_VIEW.code(name), words(f"profile_view_{name}")) for name in _VIEWS}
        asked = Choice(
            OWN_ASKED.code(not self.told.may_be_asked), tick(words("profile_view_asked"), self.told.may_be_asked)
        )
        return (
            (view["speaks"], view["topics"]), (view["places"], view["pause"]), (asked,),
            (view["name"], view["moved"]),
        )  # fmt: skip

    def _speaks(self, words: Words) -> Rows:
        known = self.told.speaks
        return _pairs([
            Choice(OWN_LANGUAGE.code(code, code not in known), tick(spoken_name(words, code), code in known))
            for code in LANGUAGES_SPOKEN
        ])  # fmt: skip

    def _topics(self, words: Words) -> Rows:
        known = self.told.topics
        return _pairs([
            Choice(OWN_TOPIC.code(code, code not in known), tick(topics_text(words, [code]), code in known))
            for code in Category
        ])  # fmt: skip

    def _places(self, words: Words) -> Rows:
        chosen = {place.code for place in self.told.places}
        return rows_of(*(self._place(words, place, place.code in chosen) for place in self.places))

    def _place(self, words: Words, place: PlaceTold, at: bool) -> Choice:
        label = on_a_button(words, place, lambda name: tick(Plain(name), at))
        return Choice(OWN_PLACE.code(place.code, not at), label)

    def _pause(self, words: Words) -> Rows:
        weeks = [Choice(OWN_PAUSE.code(n), words("pause_weeks", n=int(n))) for n in PAUSE_WEEKS if n != OPEN]
        ends = [Choice(OWN_PAUSE_ENDS.code(), words("pause_end"))] if self.told.paused_from is not None else []
        return (tuple(weeks), (Choice(OWN_PAUSE.code(OPEN), words("pause_until_back")),), *rows_of(*ends))

    def _name(self, words: Words) -> Rows:
        shown = Choice(OWN_NAME.code(True), tick(Plain(self.told.alias), self.shows_alias))
        return rows_of(shown, Choice(OWN_NAME.code(False), tick(words("service_adviser"), not self.shows_alias)))

    def _moved(self, words: Words, facts: Facts) -> Rows:
        said = facts.has_migrated
        yes = Choice(OWN_MIGRATION.code("yes"), tick(words("migrated_yes"), said is True))
        no = Choice(OWN_MIGRATION.code("no"), tick(words("migrated_no"), said is False))
        return rows_of(yes, no, *([] if said is None else [Choice(OWN_MIGRATION.code("back"), words("migrated_back"))]))


@dataclass(frozen=True, kw_only=True)
class LeaveAsk(ToStaff):
    """Does the reader leave for good? What would happen: so many cases of theirs, so many shifts ahead. `answer`: what
    was answered, if it was no."""

    kind: ClassVar = Notice.LEAVE_ASK
    cases: Annotated[int, Like((0, 2))] = 0
    shifts: Annotated[int, Like((0, 2))] = 0
    answer: Literal["", "no"] = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.answer:
            return Prompt(words("leave_not"))
        yes, no = Choice(OWN_LEAVE.code("yes"), words("leave_yes")), Choice(OWN_LEAVE.code("no"), words("leave_no"))
        return Prompt(lines(*leave_lines(words, self.cases, self.shifts)), rows_of(yes, no))


def leave_lines(words: Words, cases: int, shifts: int) -> list[Plain]:
    """What happens to somebody who leaves, with so many cases in hand and so many shifts ahead."""
    back = [words("leave_cases", n=cases)] if cases else []
    given = [words("leave_shifts", n=shifts)] if shifts else []
    return [words("leave_sure"), *back, *given, words("leave_deletes")]


def pause_lines(words: Words, given_up: int, cases: int) -> list[Plain]:
    """What a pause that has begun took along, and what is still to be done: nobody answers in one's cases meanwhile."""
    shifts = [words("profile_gave_up", n=given_up)] if given_up else []
    return [*shifts, words("profile_has_cases", n=cases)] if cases else shifts


_MIGRATED = {True: "profile_migrated", False: "profile_not_migrated", None: "profile_migrated_unsaid"}
_VIEWS: tuple[Views, ...] = ("speaks", "topics", "places", "pause", "name", "moved")


def _pairs(choices: list[Choice]) -> Rows:
    return tuple(tuple(choices[at : at + 2]) for at in range(0, len(choices), 2))
