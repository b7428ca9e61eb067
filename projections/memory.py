"""Documents at hand: those of the tickets that facts were about lately, so that they are not read again each time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any
from uuid import UUID


class Memory:
    """The documents of one view as they were committed, the latest used of them.

    They hold good for one place in one build of the view (``mark``): whoever finds the view elsewhere forgets them,
    since another process has moved it.  ``lock`` lets one thread at a time move the view.
    """

    def __init__(self, size: int = 4_000) -> None:
        self._size = size
        self._docs: OrderedDict[UUID, dict[str, Any]] = OrderedDict()
        self._mark: object = None
        self.lock = Lock()

    def stand_at(self, mark: object) -> None:
        """Forget everything unless it was remembered at this very mark."""
        if mark != self._mark:
            self._docs.clear()
            self._mark = mark

    def find(self, tickets: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
        """Those of the tickets that are at hand."""
        return {ticket: doc for ticket in tickets if (doc := self._docs.get(ticket)) is not None}

    def keep(self, docs: Mapping[UUID, dict[str, Any]], mark: object) -> None:
        """Remember what has just been committed."""
        for ticket, doc in docs.items():
            self._docs[ticket] = doc
            self._docs.move_to_end(ticket)
        while len(self._docs) > self._size:
            self._docs.popitem(last=False)
        self._mark = mark
