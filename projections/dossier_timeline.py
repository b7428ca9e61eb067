"""The timeline of a dossier: what a fact looks like in it, written and read.

Words lie in it sealed, apart from the rest, each under its field; when a ticket is erased they go from here as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic_core import from_json, to_json

from hotline.facts import Recorded
from hotline.sealing import Sealed
from hotline.ticket import facts as f
from projections.view import Doc

_KEPT_APART = frozenset({"clocks", "access"})
"""No details: clocks have a place of their own, and what a citizen proves himself with is nobody's to see."""
_CLOCK = ("due", "running", "stopped_at", "provisional")
"""What is kept of a clock's reading, in this order."""


def row_of(recorded: Recorded) -> tuple[str, str | None]:
    """A fact of a ticket as it is kept: everything but its words, and its sealed words by field, each as JSON."""
    fact: Any = recorded.fact
    by = recorded.by
    sealed, plain = _fields(fact.__class__)
    said = vars(fact)
    entry = {
        "version": recorded.originator_version,
        "topic": fact.TOPIC,
        "recorded_at": recorded.recorded_at,
        "happened_at": recorded.happened_at,
        "by": by.id,
        "role": str(by.role),  # as it is, an enumeration, it takes longer to write than all the rest
        "unit": by.unit,
        "details": {name: said[name] for name in plain},
        "clocks": {r.clock: [r.due, r.running, r.stopped_at, r.provisional] for r in fact.clocks},
    }
    words = {name: said[name] for name in sealed if said[name] is not None}
    return to_json(entry).decode(), to_json(words).decode() if words else None


def entry_of(row: str, words: str | None) -> Doc:
    """What ``row_of`` gave, as ``Entry`` reads it, with the ``clocks`` it changed; ``words`` is None when none were said or
    they are erased."""
    entry: Doc = from_json(row)
    entry["words"] = from_json(words) if words is not None else {}
    return entry


def clocks_of(timeline: Iterable[Doc]) -> dict[str, Doc]:
    """Every clock as the last entry that changed it left it, as ``Clock`` reads it."""
    last = {clock: told for entry in timeline for clock, told in entry["clocks"].items()}
    return {clock: {"clock": clock, **dict(zip(_CLOCK, told, strict=True))} for clock, told in last.items()}


@cache
def _fields(fact: type[f.TicketFact]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sealed fields of a kind of fact, and the plain ones that the timeline shows."""
    hints = get_type_hints(fact, include_extras=True)
    sealed = tuple(n for n in fact.model_fields if hints[n] == Sealed or Sealed in get_args(hints[n]))
    if fact is f.TicketReceived:
        return sealed, ()
    return sealed, tuple(n for n in fact.model_fields if n not in sealed and n not in _KEPT_APART)
