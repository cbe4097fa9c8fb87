"""Whether things can be stored, as this process's acts find it: which trouble there is, and since when.

Owns the Condition of one store and the one line a minute that names its cause. It must not look for trouble itself:
the store tells it of every act that failed, and the pulse of every write.
"""

from datetime import datetime
from time import monotonic

import structlog

from bot.engine import clock
from bot.engine.causes import Cause

log = structlog.get_logger()
LOGGED_EVERY_SECONDS = 60.0
CALM_SECONDS = 10.0  # a small write may pass where people's words do not; that alone ends no trouble


class Condition:
    """`cause` is None while all is well. `since`: when the first act of this trouble failed."""

    def __init__(self) -> None:
        self.cause: Cause | None = None
        self.since: datetime | None = None
        self.failed_acts = 0
        self._began_at = self._failed_at = self._logged_at = 0.0

    @property
    def lasted_seconds(self) -> float:
        """For how long acts have failed, from the first to the last; 0 while all is well."""
        return self._failed_at - self._began_at if self.cause else 0.0

    def failed(self, cause: Cause) -> bool:
        """An act was refused by the database. Returns whether trouble has just begun."""
        begins, now = self.cause is None, monotonic()
        if begins:
            self.since, self.failed_acts, self._began_at = clock.now(), 0, now
        # Who only waited behind an act that met the cause has nothing to add to it.
        changes = begins or cause not in (self.cause, Cause.TOO_SLOW)
        if changes:
            self.cause = cause
        self.failed_acts, self._failed_at = self.failed_acts + 1, now
        if changes or now - self._logged_at >= LOGGED_EVERY_SECONDS:
            self._logged_at = now
            log.error("cannot_store", cause=str(self.cause), seconds=round(now - self._began_at), acts=self.failed_acts)
        return begins

    def wrote(self) -> None:
        """Something was stored. Trouble is over unless an act has failed in the last seconds."""
        now = monotonic()
        if self.cause is None or now - self._failed_at < CALM_SECONDS:
            return
        lasted = round(self._failed_at - self._began_at)
        log.info("can_store_again", cause=str(self.cause), seconds=lasted, acts=self.failed_acts)
        self.cause = self.since = None
