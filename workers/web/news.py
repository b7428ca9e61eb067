"""Telling open pages that their ticket has moved: one thread follows the log and wakes only those it concerns."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from uuid import UUID

import structlog

from projections.follow import wait_until
from workers.compose import House

_WAIT_SECONDS = 0.5
_BATCH = 500
_SHOWN_BY: dict[str, tuple[str, ...]] = {"seat": ("seats", "consultations"), "consultation": ("consultations",)}
"""Kind of stream to the views that show it, or what moves whenever it does; tickets are shown by their progress."""
log = structlog.get_logger("web")


class News:
    """Who waits for which ticket.  ``close`` wakes everybody for the last time, so that a server can stop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: dict[UUID | str, set[_Bell]] = defaultdict(set)
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._run, name="news", daemon=True)

    @property
    def closed(self) -> bool:
        return self._stop.is_set()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End every open stream; may be called from any thread, and again."""
        self._stop.set()
        with self._lock:
            bells = [bell for waiting in self._waiting.values() for bell in waiting]
        for bell in bells:
            bell.ring()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    @contextmanager
    def listen(self, *what: UUID | str) -> Iterator[_Bell]:
        """A bell that rings when one of these tickets, or anything in one of these kinds of streams, has moved and the
        views show it; for use in a running loop."""
        bell = _Bell()
        with self._lock:
            for one in what:
                self._waiting[one].add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                for one in what:
                    self._waiting[one].discard(bell)
                    if not self._waiting[one]:
                        del self._waiting[one]

    def _run(self) -> None:
        position = self._house.hotline.position()
        while not self._stop.is_set():
            try:
                position = self._pass_on(position)
            except Exception as failure:  # noqa: BLE001  # told, and tried again: pages must not go deaf for ever
                log.error("news_failed", kind=type(failure).__name__)
                self._stop.wait(_WAIT_SECONDS)

    def _pass_on(self, position: int) -> int:
        facts = self._house.hotline.store.select_notifications(position, _BATCH, inclusive_of_start=False)
        if not facts:
            self._house.hotline.wait_for_news(_WAIT_SECONDS)
            return position
        reached = facts[-1].id
        with self._lock:
            moved: dict[UUID | str, str] = {}
            for fact in facts:
                kind = fact.topic.partition(".")[0]
                moved |= {UUID(str(fact.originator_id)): kind, kind: kind}
            heard = [one for one in moved if one in self._waiting]
            bells = {bell for one in heard for bell in self._waiting[one]}
        for view in sorted({view for one in heard for view in _SHOWN_BY.get(moved[one], ("progress",))}):
            wait_until(self._house.views, view, reached, 2.0)
        for bell in bells:
            bell.ring()
        return reached


class _Bell:
    """Rung from any thread, waited for in the loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            log.debug("bell_without_loop")  # the page is gone and its loop with it

    async def wait(self, seconds: float) -> bool:
        """Whether it rang within so many seconds."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True
