"""How far each part has come, looked at four times a second, and how soon it goes on after a fault."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import suppress

import psycopg

LOOK_EVERY = 0.25
_VIEWS = "SELECT 'view ' || label, position FROM hotline_views.view_positions"
_ERASER = "SELECT name, position FROM hotline_outbox.outbox_positions"
_NOTICES = "SELECT 'notices', count(*) FROM hotline_outbox.outbox_inbox"
_LOG = "SELECT 'log', coalesce(max(notification_id), 0) FROM public.hotline_events"
_ALL = f"{_VIEWS} UNION ALL {_ERASER} UNION ALL {_NOTICES} UNION ALL {_LOG}"
AFFECTED = {
    "project": ("view",), "react": ("eraser",), "notify": ("notices",), "relay": ("notices",), "nats": ("notices",),
    "link": ("link",), "police": (),
    "web 1": ("log",), "web 2": ("log",), "clock": ("log",), "postgres": ("view", "eraser", "notices", "log", "link"),
}  # fmt: skip
"""What must go on again after a fault of each part, while people are at work."""


class Watch:
    """Looks until `close`. `recovered` has for each kind of fault the seconds until all that it stopped went on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.recovered: dict[str, list[float]] = defaultdict(list)
        self._open: dict[str, tuple[str, float, dict[str, int] | None]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()

    def began(self, *parts: str) -> None:
        """A fault of these parts begins: what an earlier one stopped is not timed any further."""
        with self._lock:
            hit = {name for part in parts for name in AFFECTED[part]}
            for part in [p for p in self._open if set(AFFECTED[p]) & hit]:
                del self._open[part]

    def ended(self, part: str, kind: str) -> None:
        """The fault is over: the time runs until everything this part carries has moved on from where it next stands."""
        with self._lock:
            self._open[part] = (kind, time.monotonic(), None)

    def outstanding(self) -> list[str]:
        """Faults after which not everything has gone on yet, with the seconds since."""
        with self._lock:
            return [f"{kind}: {time.monotonic() - at:.0f} s" for kind, at, _ in self._open.values()]

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            with suppress(psycopg.Error), psycopg.connect(self._url, autocommit=True, connect_timeout=2) as connection:
                while not self._stop.wait(LOOK_EVERY):
                    self._seen({str(name): int(place) for name, place in connection.execute(_ALL).fetchall()})

    def _seen(self, found: dict[str, int]) -> None:
        with self._lock:
            for part, (kind, at, then) in list(self._open.items()):
                mine = {name: place for name, place in found.items() if name.startswith(AFFECTED[part])}
                if then is None:
                    self._open[part] = (kind, at, mine)
                elif all(place > then.get(name, 0) for name, place in mine.items()):
                    self.recovered[kind].append(time.monotonic() - at)
                    del self._open[part]
