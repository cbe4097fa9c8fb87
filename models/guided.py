"""What staff put together by buttons, one question after the other, as it is stored between two presses.

Owns the GuidedDialogue table. What is asked is said by a pure module of each kind, as `hours_dialogue.py`; it must not
know any.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime, new_id


class DialogueKind(StrEnum):
    """What is put together."""

    HOURS = "hours"
    SHIFT = "shift"
    ANNOUNCE = "announce"
    CANCEL = "cancel"
    INVITE = "invite"


class GuidedDialogue(Base, table=True):
    """One that has been begun and neither finished nor left. `step`: the question that is asked; a press that answers
    another one has passed. `draft`: what has been chosen, as its kind keeps it: codes, days and times, never words."""

    __tablename__ = "dialogues"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    person_id: int = Field(
        sa_column=Column(Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    kind: str = Field(sa_column=Column(Text, nullable=False))
    step: str = Field(sa_column=Column(Text, nullable=False))
    draft: dict[str, object] = Field(sa_column=Column(Codes, nullable=False))
    made_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
