"""The sign of life that every running process leaves.

Owns the Pulse table. It must not decide who counts as alive: whoever looks at leases does.
"""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime


class Pulse(Base, table=True):
    """One running process. `beat_at`: when it last wrote, by the database's own clock, not the process's."""

    __tablename__ = "pulses"

    instance: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    beat_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
