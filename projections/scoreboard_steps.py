"""What the scoreboard keeps of each fact: a step, as short as can be, with both times of the fact.

The steps of a ticket are its document.  A fact that nothing on the scoreboard depends on is no step, and its ticket is not
even written.  No word of anybody's is in a step, so an erased ticket keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hotline.call import facts as k
from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from hotline.two_times import stood_from
from projections.moments import micros

Step = tuple[Any, ...] | list[Any]
"""[stood, position, known, citizen's clock or None, what, and what more there is to say]; a list once it was read again.  The
clock is [due, stopped at or None].  Moments are microseconds."""
STOOD, POSITION, KNOWN, CLOCK, WHAT, MORE = range(6)
BEGINS = frozenset({"received", "offered", "answered_call"})
"""Steps that a document may begin with: what is told of a ticket before it is there says nothing."""


def step_of(recorded: Recorded) -> Step | None:
    """The step that a fact is; None for one that changes nothing here."""
    fact: Any = recorded.fact
    tell = _TELLS.get(type(fact))
    told = tell(fact, recorded) if tell is not None else None
    clock = _citizens(getattr(fact, "clocks", ()))
    if told is None:
        if clock is None:
            return None
        told = ("counted",)
    return (micros(stood_from(recorded)), recorded.position, micros(recorded.recorded_at), clock, *told)


def _citizens(readings: Iterable[Any]) -> tuple[int, int | None] | None:
    """The citizen's clock, where a fact has changed it."""
    for reading in readings:
        if reading.clock == "citizen":
            return micros(reading.due), None if reading.stopped_at is None else micros(reading.stopped_at)
    return None


def _parts(parts: Iterable[f.NewAssignment]) -> list[tuple[str, str, str, str]]:
    """The parts that are nobody's share of another part: only they answer for a ticket, or beside its lead."""
    return [(a.id, a.unit, a.role, a.tier) for a in parts if a.parent is None]


def _received(fact: f.TicketReceived, recorded: Recorded) -> tuple[Any, ...]:
    category = fact.category[-1] if fact.category else None
    said = (fact.number, fact.channel, fact.source.kind, fact.district)
    return ("received", *said, fact.type, category, fact.urgency)


def _adjudicated(fact: f.DisputeAdjudicated, recorded: Recorded) -> tuple[Any, ...] | None:
    return ("dispatched", _parts((fact.replacement,)), [fact.assignment]) if fact.replacement is not None else None


def _heard(fact: f.CallerAnswered, recorded: Recorded) -> tuple[Any, ...]:
    contacted = None if fact.contacted is None else "yes" if fact.contacted else "no"
    return ("heard", fact.way != "online", contacted, fact.resolution, fact.satisfaction, fact.cause)


def _just(what: str) -> Callable[[Any, Recorded], tuple[Any, ...]]:
    return lambda fact, recorded: (what,)


_TELLS: Mapping[type, Callable[[Any, Recorded], tuple[Any, ...] | None]] = {
    f.TicketReceived: _received,
    f.TicketClassified: lambda fact, recorded: ("classified", fact.type, fact.category[-1], fact.urgency),
    f.TicketDispatched: lambda fact, recorded: ("dispatched", _parts(fact.assignments), list(fact.ended)),
    f.TicketCoDispatched: lambda fact, recorded: ("helped", _parts(fact.assignments)),
    f.DisputeAdjudicated: _adjudicated,
    f.ReturnAccepted: lambda fact, recorded: ("lost", fact.assignment),
    f.CallerContacted: lambda fact, recorded: ("contacted", micros(recorded.when)) if fact.reached else None,
    f.ReturnRequested: _just("returned"),
    f.ExtensionGranted: _just("extended"),
    f.AssignmentReplied: lambda fact, recorded: ("replied", fact.assignment, fact.claimed),
    f.ReplyAccepted: lambda fact, recorded: ("asked",) if fact.call_back is not None else None,
    f.CallerNotReached: _just("asked"),
    f.CallerAnswered: _heard,
    f.ResolutionInspected: lambda fact, recorded: ("inspected", fact.resolution),
    f.ReworkOrdered: _just("reworked"),
    f.TicketUrged: _just("urged"),
    f.TicketClosed: lambda fact, recorded: ("ended", "closed", fact.outcome),
    f.TicketWithdrawn: lambda fact, recorded: ("ended", "withdrawn", "none"),
    f.TicketVoided: lambda fact, recorded: ("ended", "voided", "none"),
    h.HandOffVoided: lambda fact, recorded: ("ended", "withdrawn", "none") if fact.withdrawn else None,
    f.TicketReopened: _just("reopened"),
    f.TicketExcluded: lambda fact, recorded: ("excluded", fact.ground),
    f.TicketIncluded: lambda fact, recorded: ("included", fact.ground),
    f.ClockRang: lambda fact, recorded: (
        ("rang", micros(fact.due)) if (fact.clock, fact.level) == ("citizen", "red") else None
    ),
    k.CallOffered: lambda fact, recorded: ("offered", micros(recorded.when)),
    k.CallAnswered: lambda fact, recorded: ("answered_call", micros(recorded.when)),
}
