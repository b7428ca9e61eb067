"""A clock that is moved by hand, so that months of a hotline's life can be acted out in minutes."""

from datetime import datetime, timedelta
from threading import Lock


class Clock:
    """Called like the system's clock. It stands still until it is moved, and moves forwards only. Thread-safe."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        self._at = start
        self._lock = Lock()

    def __call__(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> datetime:
        """Move to `at`; an earlier moment changes nothing. Returns the present moment. Raises ValueError without a zone."""
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        with self._lock:
            self._at = max(self._at, at)
            return self._at

    def advance(self, by: timedelta) -> datetime:
        """Move on by a span that is not negative. Returns the present moment."""
        with self._lock:
            self._at += max(by, timedelta())
            return self._at
