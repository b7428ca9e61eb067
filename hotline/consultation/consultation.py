"""The state of a consultation, and what it leaves at a seat when it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline import clocks
from hotline.clocks import Reading
from hotline.command import Desk, To
from hotline.consultation import facts as f
from hotline.facts import Recorded
from hotline.rules.experts import ExpertRule, Rank, Rung
from hotline.seat import facts as s
from hotline.seat.seat import stream_of as seat_stream
from hotline.ticket.facts import Urgency

Phase = Literal["waiting", "offered", "engaged", "answered", "ticket", "cancelled"]
OVER = frozenset({"answered", "ticket", "cancelled"})


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question with what has become of it.  ``seat`` is whoever it is offered to or answered by; ``promised`` who
    promised to call; ``tried`` and ``failed`` are the seats and reasons of the present step."""

    id: UUID
    ticket: UUID
    skill: str
    way: f.Way
    urgency: Urgency
    asked_by: str
    by_itself: bool
    rank: Rank
    phase: Phase = "waiting"
    seat: str | None = None
    promised: str | None = None
    tried: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    not_before: datetime | None = None
    clocks: Mapping[str, Reading] = field(default_factory=dict)
    version: int = 1

    @property
    def over(self) -> bool:
        return self.phase in OVER


def stream_of(ticket: UUID, version: int) -> UUID:
    """The stream of the consultation that is asked when the ticket has come to this version."""
    return uuid5(NAMESPACE_URL, f"hotline:consultation:{ticket}:{version}")


def evolve(c: Consultation | None, recorded: Recorded) -> Consultation | None:
    """The state after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.ConsultationAsked):
        return Consultation(
            id=recorded.originator_id,
            ticket=fact.ticket,
            skill=fact.skill,
            way=fact.way,
            urgency=fact.urgency,
            asked_by=recorded.by.id,
            by_itself=fact.by_itself,
            rank=fact.rank,
            clocks={r.clock: r for r in fact.clocks},
            version=recorded.originator_version,
        )
    if c is None or not isinstance(fact, f.ConsultationFact):
        return c
    readings = {**c.clocks, **{r.clock: r for r in fact.clocks}}
    return replace(_moved(c, fact), clocks=readings, version=recorded.originator_version)


def _moved(c: Consultation, fact: f.ConsultationFact) -> Consultation:
    match fact:
        case f.ConsultationOffered():
            return replace(c, phase="offered", seat=fact.seat, tried=c.tried | {fact.seat})
        case f.ExpertUnavailable():
            return replace(c, phase="waiting", seat=None, failed=c.failed | {fact.reason})
        case f.LadderClimbed():
            return replace(c, rank=fact.rank, tried=frozenset(), failed=frozenset())
        case f.ConsultationPickedUp():
            return replace(c, phase="engaged", promised=None, not_before=None)
        case f.ConsultationGivenBack():
            return replace(c, phase="waiting", seat=None)
        case f.CallBackBooked():
            promised = replace(c, phase="waiting", rank="call_back", seat=None, not_before=fact.after)
            return replace(promised, promised=fact.seat, tried=frozenset(), failed=frozenset())
        case f.ConsultationAnswered():
            return replace(c, phase="answered")
        case f.ConsultationTurned():
            return replace(c, phase="ticket", rank="ticket", seat=None)
        case f.ConsultationCancelled():
            return replace(c, phase="cancelled", seat=None)
        case _:
            return c


def rungs(rule: ExpertRule, way: f.Way) -> tuple[Rung, ...]:
    """The steps for questions of this way; what is asked in writing leaves out those without a wait in writing."""
    return tuple(r for r in rule.ladder if r.rank == "ticket" or way != "written" or r.written is not None)


def next_rung(rule: ExpertRule, c: Consultation) -> Rung:
    """The step after the present one: the ordinary ticket when the profile has no other."""
    ranks = [r.rank for r in rungs(rule, c.way)]
    after = ranks.index(c.rank) + 1 if c.rank in ranks else len(ranks)
    return rungs(rule, c.way)[min(after, len(ranks) - 1)]


def waiting(desk: Desk, rung: Rung, way: f.Way) -> Reading:
    """The clock of a step; a new one takes the place of the old.

    A call back has one wait for all: also who asked in writing can be promised one.
    """
    wait = (rung.written if way == "written" else None) or rung.wait
    assert wait is not None, "the validator sees to it that every step but the last has a wait"
    return clocks.timer("wait", wait, desk.at, desk.calendar)


def stopped(c: Consultation, desk: Desk) -> tuple[Reading, ...]:
    """Every clock of the consultation, stopped."""
    return tuple(clocks.stop(r, desk.at) for r in c.clocks.values() if not r.stopped)


def release(c: Consultation, desk: Desk) -> Iterator[To]:
    """What happens at the seat when the consultation leaves it: an offer is taken back, who was engaged writes up."""
    if c.seat is None or c.phase not in ("offered", "engaged"):
        return
    stream = seat_stream(c.seat)
    if c.phase == "offered":
        yield To("seat", stream, s.OfferEnded(consultation=c.id, reason="withdrawn"))
    else:
        writing_up = clocks.timer("wrap_up", desk.rules.experts.wrap_up, desk.at, desk.calendar)
        yield To("seat", stream, s.WrapUpBegan(consultation=c.id, clocks=(writing_up,)))
