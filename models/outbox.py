"""What waits to be said to a person, and when it is tried again.

Owns the Outbox table and the Notice kinds; when it is tried again is in `back_off.py`. It must not render
or send.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Text, false, text
from sqlmodel import Field

from models.base import Base, Codes, Id, Sealed, UtcDateTime


class Notice(StrEnum):
    """The kinds of everything the service says. Each has its type, beside its words, in its subject's `texts*.py`."""

    # To a newcomer, the dialogue
    ASK_LANGUAGE = "ask_language"
    STATEMENT = "statement"
    ASK_CONSENT = "ask_consent"
    ASK_CONSENT_FIRST = "ask_consent_first"
    CONSENT_CHANGED = "consent_changed"
    NOT_AGREED_ANEW = "not_agreed_anew"
    ASK_OFFER_HELD = "ask_offer_held"
    ASK_QUESTION = "ask_question"
    ASK_TAP = "ask_tap"
    ASK_DONE = "ask_done"
    LANGUAGE_CHANGED = "language_changed"
    NO_CONSENT = "no_consent"
    # To a newcomer, the case
    RECEIPT = "receipt"
    CLAIMED = "claimed"
    RELEASED = "released"
    REPLY = "reply"
    REPLY_TAKEN_BACK = "reply_taken_back"
    PASSED_ON_SLOWLY = "passed_on_slowly"
    WORDS_KEPT = "words_kept"
    TAKEN_UP = "taken_up"
    CLOSED = "closed"
    ENDED = "ended"
    EDITED_CLOSED = "edited_closed"
    REOPENED = "reopened"
    LATE = "late"
    TIME_KNOWN = "time_known"
    PROMISE_MOVED = "promise_moved"
    STATUS = "status"
    HOURS = "hours"
    NUMBER_MADE = "number_made"
    HELP = "help"
    PRIVACY = "privacy"
    OFTEN_ASKED = "often_asked"
    ASK_STOP = "ask_stop"
    STOPPED = "stopped"
    NOT_STOPPED = "not_stopped"
    NOTHING_TO_STOP = "nothing_to_stop"
    ASK_DELETE = "ask_delete"
    NOT_DELETED = "not_deleted"
    ERASED = "erased"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    UNKNOWN_COMMAND = "unknown_command"
    UNSENT_TAKEN = "unsent_taken"
    # To a newcomer, the sessions
    PLACE = "place"
    VENUE = "venue"
    REMINDER_SET = "reminder_set"
    SESSION_EVENING = "session_evening"
    HOURS_CHANGED = "hours_changed"
    # To staff
    OFFERED = "offered"
    TAKEN = "taken"
    CLAIMED_BY_YOU = "claimed_by_you"
    SHIFT_STARTS = "shift_starts"
    WORDS = "words"
    NEW_WORDS = "new_words"
    WORDS_AT_DESK = "words_at_desk"
    LANGUAGE_OF_CASE = "language_of_case"
    RELAY_STATE = "relay_state"
    RELAY_TROUBLE = "relay_trouble"
    WHICH_CASE = "which_case"
    NO_CASE = "no_case"
    NOT_YOUR_CASE = "not_your_case"
    MY_CASES = "my_cases"
    CLOSE_CATEGORY = "close_category"
    CLOSE_NOT_ADVICE = "close_not_advice"
    CLOSE_ORGANISATION = "close_organisation"
    CLOSE_OUTCOME = "close_outcome"
    CLOSE_MINUTES = "close_minutes"
    CLOSED_BY_YOU = "closed_by_you"
    RELEASED_BY_YOU = "released_by_you"
    CASE_WITHDRAWN = "case_withdrawn"
    CASE_TAKEN_BACK = "case_taken_back"
    CASE_ENDED = "case_ended"
    STAFF_HELP = "staff_help"
    STAFF_NO_COMMAND = "staff_no_command"
    STAFF_LANGUAGE = "staff_language"
    STAFF_EDIT = "staff_edit"
    STAFF_UNREADABLE = "staff_unreadable"
    DESK_LINK = "desk_link"
    NEW_DEVICE = "new_device"
    DEVICES_ENDED = "devices_ended"
    LINKED = "linked"
    COORDINATOR_LATE = "coordinator_late"
    LAST_DAY_NEAR = "last_day_near"
    COORDINATOR_BLOCKED = "coordinator_blocked"
    SHIFT_HOURS = "shift_hours"
    HOURS_ASK = "hours_ask"
    HOURS_PREVIEW = "hours_preview"
    HOURS_PUBLISHED = "hours_published"
    HOURS_DROPPED = "hours_dropped"
    HOURS_UNDO_ASK = "hours_undo_ask"
    HOURS_KEPT = "hours_kept"
    HOURS_HISTORY = "hours_history"
    HOURS_ON_DAY = "hours_on_day"
    HOURS_USAGE = "hours_usage"
    HOLIDAY_PROPOSED = "holiday_proposed"
    SESSION_UNSTAFFED = "session_unstaffed"
    CHANNEL_MOVED = "channel_moved"
    CHANNEL_LOST = "channel_lost"
    CLOCK_DOUBT = "clock_doubt"
    CAN_STORE_AGAIN = "can_store_again"
    NEWER_ROWS = "newer_rows"
    # To staff, the shifts
    MY_SHIFTS = "my_shifts"
    FREE_SHIFTS = "free_shifts"
    CANT_SURE = "cant_sure"
    CANT_DONE = "cant_done"
    SHIFT_ASKED = "shift_asked"
    SHIFT_ASK_OVER = "shift_ask_over"
    SHIFT_NEWS = "shift_news"
    SHIFT_REMINDER = "shift_reminder"
    SHIFT_REMINDER_DOUBT = "shift_reminder_doubt"
    SHIFT_REFUSED = "shift_refused"
    SHIFT_USAGE = "shift_usage"
    SHIFT_WHICH = "shift_which"
    SHIFT_WHO = "shift_who"
    SHIFT_SHOWN = "shift_shown"
    SHIFT_CANCEL_ASK = "shift_cancel_ask"
    SHIFT_CANCEL_WORDS = "shift_cancel_words"
    LINE_OVER = "line_over"
    SHIFT_ASK = "shift_ask"
    SHIFT_NOT_MADE = "shift_not_made"
    SHIFTS_OF_WEEK = "shifts_of_week"
    SHIFT_COVERAGE = "shift_coverage"
    SHIFT_GAP = "shift_gap"
    ANNOUNCE_ASK = "announce_ask"
    ANNOUNCE_SURE = "announce_sure"
    ANNOUNCE_SENT = "announce_sent"
    ANNOUNCED = "announced"
    ANNOUNCE_NOT = "announce_not"
    SHIFT_FEED = "shift_feed"
    SHIFT_FEED_KNOWN = "shift_feed_known"
    SHIFT_FEED_ENDED = "shift_feed_ended"
    WEEK_SHOWN = "week_shown"
    TERM_PREVIEW = "term_preview"
    TERM_PUBLISHED = "term_published"
    TERM_DROPPED = "term_dropped"
    TERM_OPEN = "term_open"
    TERM_OFF_ASK = "term_off_ask"
    TERM_OFF = "term_off"
    STANDING = "standing"
    SWAP_WHICH = "swap_which"
    SWAP_WITH = "swap_with"
    SWAP_ASKED = "swap_asked"
    SWAP_OVER = "swap_over"
    SHIFT_UNDO_ASK = "shift_undo_ask"
    NOTHING_TO_UNDO = "nothing_to_undo"
    TOKEN_ELSEWHERE = "token_elsewhere"  # noqa: S105 - a notice's name
    # To staff, about people
    VOLUNTEER_INVITED = "volunteer_invited"
    INVITATION_LINKS = "invitation_links"
    PEOPLE_USAGE = "people_usage"
    INVITE_ASK = "invite_ask"
    INVITE_NOT = "invite_not"
    VOLUNTEER_LIST = "volunteer_list"
    VOLUNTEER_CARD = "volunteer_card"
    VOLUNTEER_LEFT = "volunteer_left"
    OWN_PROFILE = "own_profile"
    MAY_BEGIN = "may_begin"
    LEARNS_BESIDE = "learns_beside"
    PROFILE_CHANGED = "profile_changed"
    ROLE_CHANGED = "role_changed"
    LEAVE_ASK = "leave_ask"
    # To the service's channel
    HOURS_POST = "hours_post"
    # To nobody's screen as a new message
    UNSAY = "unsay"
    MENU = "menu"


# Worth nothing late, so they are neither repeated in doubt nor kept longer than an hour.
REMINDERS = frozenset({Notice.SHIFT_STARTS, Notice.COORDINATOR_LATE, Notice.RELAY_STATE, Notice.SHIFT_REMINDER})


# Said without a sound: nobody is to reach for a phone because of it.
SILENT = frozenset({Notice.RELAY_STATE, Notice.WORDS_AT_DESK, Notice.WORDS_KEPT})


UNKNOWN_KIND = "unknown_kind"  # the `failure` of a row that waits for a newer version, which knows what it says


class RowState(StrEnum):
    """Where a row stands. DUE is the only one that still waits."""

    DUE = "due"
    SENT = "sent"
    SHOWN = "shown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outbox(Base, table=True):
    """Something to say to one address. The lane is the address: its rows leave in the order of their ids.

    `seq`: the row's place in a newcomer's conversation, which the web reads by; 0 for staff.
    `params`: what the saying carries (`models/saying.py`). `edits`: the row whose message this one replaces.
    `message_id`: whose words are relayed; the words live there only.
    `secret`: sealed; the token of a link to the desk, kept until it has been sent.
    `doubtful`: it was sent and no answer came, or the process died meanwhile: it may have arrived. Only one more try is
    made; `failure` is "doubtful" where that one's answer was lost too.
    `last_try_at`: when that one more try was about to leave; a process that dies before has not used it up.
    `parts_sent`: of a text too long for one message, how many have arrived.
    `timed_at`: when `due_at` was decided, by the same clock: one that lies ahead was written by a clock that was wrong.
    """

    __tablename__ = "outbox"

    id: int | None = Field(default=None, sa_column=Column(Id, primary_key=True))
    address_id: int = Field(sa_column=Column(Id, ForeignKey("addresses.id", ondelete="CASCADE"), nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    params: dict[str, object] = Field(default_factory=dict, sa_column=Column(Codes, nullable=False))
    dedupe_key: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    case_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("cases.id", ondelete="CASCADE")))
    message_id: int | None = Field(default=None, sa_column=Column(Id, ForeignKey("messages.id", ondelete="CASCADE")))
    secret: bytes | None = Field(default=None, sa_column=Column(Sealed))
    seq: int = Field(default=0, sa_column=Column(Id, nullable=False, server_default=text("0")))
    edits: int | None = Field(default=None, sa_column=Column(Id))
    state: str = Field(default=RowState.DUE, sa_column=Column(Text, nullable=False, server_default="due"))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    lease_owner: int | None = Field(default=None, sa_column=Column(Id))
    leased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    remote_id: int | None = Field(default=None, sa_column=Column(Id))
    failure: str | None = Field(default=None, sa_column=Column(Text))
    doubtful: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    parts_sent: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    timed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    last_try_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

    __table_args__ = (
        Index(
            "ix_outbox_due",
            "address_id",
            "id",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index("ix_outbox_inbox", "address_id", "seq"),
        Index("ix_outbox_case", "case_id"),
        Index(  # of those only: nine in ten relay nobody's words, and would make the others look hard to find
            "ix_outbox_message",
            "message_id",
            sqlite_where=text("message_id IS NOT NULL"),
            postgresql_where=text("message_id IS NOT NULL"),
        ),
        Index("ix_outbox_remote", "address_id", "remote_id"),
        Index(
            "ix_outbox_edits",
            "edits",
            sqlite_where=text("edits IS NOT NULL"),
            postgresql_where=text("edits IS NOT NULL"),
        ),
    )


TRACES = "traces"  # in Meta: something was deleted, and may still be in a file. A number of its own each time


class Meta(Base, table=True):
    """A fact about the database itself, such as that it is a trial."""

    __tablename__ = "meta"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
