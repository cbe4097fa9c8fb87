"""The two clocks of a computer, as a test sets them: the one on the wall, and the one that only counts."""

from datetime import datetime, timedelta


class Clocks:
    """Both stand still until they are told otherwise."""

    def __init__(self, at: datetime) -> None:
        self.wall, self.elapsed = at, 1000.0

    def shown(self) -> datetime:
        return self.wall

    def seconds(self) -> float:
        return self.elapsed

    def jump(self, by: timedelta) -> None:
        """Somebody sets the clock on the wall."""
        self.wall += by

    def pass_(self, by: timedelta) -> None:
        """Time passes, on both."""
        self.wall += by
        self.elapsed += by.total_seconds()
