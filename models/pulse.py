"""The sign of life that every running process leaves.

Owns the Pulse table. It must not decide who counts as alive: whoever looks at leases does.
"""

from datetime import datetime

from sqlalchemy import Column, Integer
from sqlmodel import Field

from models.base import Base, Id, UtcDateTime

SEALS_NAMES = 1  # reads and writes names and secrets sealed
LEVEL = SEALS_NAMES  # of this version. One more for each thing that cannot be while an older version runs beside


class Pulse(Base, table=True):
    """One running process. `beat_at`: when it last wrote, by the database's own clock, not the process's. `level`: what
    its version can; None in those from before there were levels."""

    __tablename__ = "pulses"

    instance: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    beat_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    level: int | None = Field(default=None, sa_column=Column(Integer))
