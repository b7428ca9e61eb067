"""A clock that all processes of a run share: it runs many times faster than the machine's, and can be stopped and moved.

It lives in a file, so that a process started again stands at once where the others are.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.clock import A_MONDAY_MORNING, ZONE


class QuickClock:
    """`now()` is called by the processes; the others by the one who runs them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def started(cls, file: Path, speed: float, at: datetime = A_MONDAY_MORNING) -> QuickClock:
        """A new one that stands at `at` and makes `speed` seconds of each."""
        clock = cls(file)
        clock._write(at, speed)
        return clock

    def now(self) -> datetime:
        told = json.loads(self._file.read_text())
        past = (time.time() - told["real"]) * told["speed"]
        return datetime.fromtimestamp(told["at"] + past, ZONE)

    def stop(self) -> None:
        """Let it stand where it is."""
        self._write(self.now(), 0.0)

    def advance(self, by: timedelta) -> None:
        """Move it on and let it stand there."""
        self._write(self.now() + by, 0.0)

    def _write(self, at: datetime, speed: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps({"real": time.time(), "at": at.timestamp(), "speed": speed}))
        new.rename(self._file)
