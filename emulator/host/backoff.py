"""How long to wait before a worker is started in the place of one that ended."""

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 5.0
WELL_SECONDS = 5.0
"""A worker that lived so long was well: the next one need not wait."""


class BackOff:
    """Pauses that double from one short life to the next; a long life makes them start anew."""

    def __init__(self) -> None:
        self._pause = 0.0

    def after_life(self, seconds: float) -> float:
        """The pause, in seconds, after a worker that had loaded the app and lived that long."""
        if seconds >= WELL_SECONDS:
            self._pause = 0.0
        pause, self._pause = self._pause, self._longer()
        return pause

    def after_failed_start(self) -> float:
        """The pause, in seconds, after a worker that never came to run anything."""
        self._pause = self._longer()
        return self._pause

    def _longer(self) -> float:
        return min(max(self._pause * 2, FIRST_SECONDS), LONGEST_SECONDS)
