"""Reading streams: the state of one, kept in memory and brought up to date before every use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any
from uuid import UUID

from hotline.call import call
from hotline.caller import conduct
from hotline.consultation import consultation
from hotline.facts import FactMapper, Recorded
from hotline.handoff import handoff
from hotline.knowledge import knowledge
from hotline.seat import seat
from hotline.store import Log
from hotline.ticket import evolving

Evolve = Callable[[Any, Recorded], Any]

EVOLVE: Mapping[str, Evolve] = {
    "ticket": evolving.evolve,
    "call": call.evolve,
    "caller": conduct.evolve,
    "seat": seat.evolve,
    "consultation": consultation.evolve,
    "knowledge": knowledge.evolve,
    "handoff": handoff.evolve,
    "number": lambda _, recorded: recorded.fact,
}
"""Kind of stream to the function that says what its facts mean to the rules."""

SINGLE = frozenset({"number"})
"""Kinds whose streams hold one fact for ever: what is kept of them cannot be stale."""


class Streams:
    """States by stream.  What is newer is read before *every* use: a version check judges writes only, and a stale
    copy would wrongly refuse, or say "already so", in a process that did not write last."""

    def __init__(self, log: Log, mapper: FactMapper, size: int = 2_000) -> None:
        self._log, self._mapper, self._size = log, mapper, size
        self._kept: OrderedDict[UUID, tuple[int, Any]] = OrderedDict()
        self._lock = Lock()

    def read(self, kind: str, stream: UUID) -> tuple[int, Any]:
        """(version, state) of a stream; (0, None) when it has no facts."""
        with self._lock:
            version, state = self._kept.get(stream, (0, None))
        if version and kind in SINGLE:
            return version, state
        for stored in self._log.select_events(stream, gt=version or None):
            recorded = self._mapper.to_domain_event(stored)
            version, state = recorded.originator_version, EVOLVE[kind](state, recorded)
        self.keep(stream, version, state)
        return version, state

    def keep(self, stream: UUID, version: int, state: Any) -> None:
        """Remember a state, unless a newer one is remembered already."""
        if version == 0 or state is None:  # not a stream of that kind: somebody gave the id of another
            return
        with self._lock:
            if self._kept.get(stream, (0, None))[0] <= version:
                self._kept[stream] = (version, state)
                self._kept.move_to_end(stream)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
