"""A reader that is made when it is first needed: its weights take a second or two to read, and nothing must wait for them
that does not read."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from hotline.reading.places import find_places
from hotline.reading.reading import Reading
from hotline.rules import Rules

if TYPE_CHECKING:
    from hotline.reading.reader import Reader


class Ready:
    """Reads by one profile. The first to need it makes it while the others wait; ``warm`` makes it beforehand."""

    def __init__(self, rules: Rules) -> None:
        self._rules, self._lock = rules, Lock()
        self._reader: Reader | None = None

    def __call__(self, text: str) -> Reading:
        """The reading of a text; never an exception."""
        return (self._reader or self._made()).read(text)

    def warm(self) -> None:
        """Make it now, by one reading: tables are made on first use too."""
        self._made().read("楼下路灯不亮")
        find_places("楼下路灯不亮", None, self._rules)

    def _made(self) -> Reader:
        from hotline.reading.reader import reader_for  # not above: it brings numpy, which a start need not wait for

        with self._lock:
            self._reader = self._reader or reader_for(self._rules)
        return self._reader
