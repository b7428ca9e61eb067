"""Work that goes on until it is told to stop, each piece in a thread of its own, started again when it fails.

A process that somebody watches over does better to leave when a database or the bus is out of reach for good: it is started
again with fresh connections and addresses. `hotline up`, which nobody watches over, waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event, Thread
from time import monotonic

import structlog

log = structlog.get_logger()

PAUSE = 1.0  # seconds before failed work starts again
END_WITHIN = 5.0  # seconds all work together has to end

Work = Callable[[Event], None]


class Left(Exception):
    """This process has lost a database or the bus and ends, so that whoever watches over it starts it again."""


class Crew:
    """Several pieces of work beside each other. `failures` counts how often each had to be started again.

    With `leave`, a failure it answers True to ends everything: `left` holds it.
    """

    def __init__(self, work: Mapping[str, Work], *, leave: Callable[[Exception], bool] | None = None) -> None:
        self.work = work
        self.stop_asked = Event()
        self.left: BaseException | None = None
        self._tell: Callable[[], object] = lambda: None
        self._leave = leave or (lambda _: False)
        self.failures = dict.fromkeys(work, 0)
        self._threads = [
            Thread(target=self._keep, args=(name, one), name=name, daemon=True) for name, one in work.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether every piece of work goes on."""
        return all(thread.is_alive() for thread in self._threads)

    def when_left(self, tell: Callable[[], object]) -> None:
        """Call `tell`, from any thread, when a failure ends everything; at once when one has."""
        self._tell = tell
        if self.left is not None:
            tell()

    def ends_with(self, failure: BaseException | None) -> None:
        """Leave because of this; whatever else fails on the way out is told to nobody, who listened may be gone."""
        if self.left is None:
            self.left = failure or RuntimeError("ended without being asked to")
            self._tell()

    def stop(self) -> bool:
        """Ask all to stop and wait for it; whether all did in time."""
        self.stop_asked.set()
        end = monotonic() + END_WITHIN
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _keep(self, name: str, work: Work) -> None:
        while not self.stop_asked.is_set():
            try:
                work(self.stop_asked)
            except Exception as failure:  # one that fails is started again and does not end the others
                self.failures[name] += 1
                if self._leave(failure):
                    self.ends_with(failure)
                    return
                log.exception("work_failed", work=name, error=type(failure).__name__)
                self.stop_asked.wait(PAUSE)
