"""The figures of a simulation as the hotline has them: from the log fact by fact, and from the board row by row.

Nothing here is shared with those who count while they act; that both agree is what a simulation shows in the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from pydantic_core import from_json

from hotline.call import facts as calls
from hotline.caller import conduct
from hotline.facts import SYSTEM, Recorded, Role
from hotline.handoff import facts as handoff
from hotline.seat import facts as seat
from hotline.seeing import scope_of
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts
from hotline.ticket import reading_facts as r
from projections import board
from workers.compose import House
from workers.simulate.figures import shown

_PLAIN = {
    f.TicketReceived: "intake.received", f.TicketAnswered: "line.answered", f.TicketReferred: "line.referred",
    f.TicketClassified: "line.classified", f.TicketWithdrawn: "end.withdrawn", f.TicketVoided: "end.void",
    f.TicketReopened: "end.reopened", f.TicketArchived: "end.archived", f.SupplementAsked: "supplement.asked",
    f.SupplementWaitEnded: "supplement.wait_ended", f.TicketCoDispatched: "given.co_dispatched",
    f.AssignmentPassedDown: "given.passed_down", f.AssignmentSigned: "unit.signed",
    f.ReturnRequested: "return.asked", f.ReturnAccepted: "return.accepted", f.ReturnRefused: "return.refused",
    f.DisputeOpened: "return.disputed", f.DisputeArgued: "return.argued", f.DisputeAdjudicated: "return.adjudicated",
    f.ExtensionRequested: "more_time.extension_asked", f.ExtensionGranted: "more_time.extension_granted",
    f.ExtensionRefused: "more_time.extension_refused", f.DeferralRequested: "more_time.deferral_asked",
    f.DeferralApproved: "more_time.deferral_approved", f.DeferralRefused: "more_time.deferral_refused",
    f.TicketResumed: "more_time.resumed", f.ReplyAccepted: "review.accepted", f.ReplyRejected: "review.rejected",
    f.CallerNotReached: "call_back.unreached", f.ReworkOrdered: "triage.rework", f.SourceAccepted: "order.accepted",
    f.TicketUrged: "pressed.urged", f.ProblemRaised: "pressed.problem", f.SupervisionEscalated: "pressed.escalated",
    r.ReadingConfirmed: "reading.confirmed", f.NoteAdded: "pressed.noted", f.CallerUnmasked: "pressed.unmasked", f.TicketExcluded: "rates.excluded",
    f.TicketIncluded: "rates.included", conduct.CallerWarned: "ladder.warned",
    conduct.CallerRestricted: "ladder.restricted", conduct.PoliceTold: "ladder.police_told",
    seat.SignedIn: "seat.signed_in", seat.SignedOut: "seat.signed_out", calls.ThreeWayBegan: "call.three_way",
    handoff.HandOffAlarmed: "handoff.alarmed", handoff.HandOffListed: "handoff.listed",
    handoff.HandOffUndecided: "handoff.undecided", handoff.ResultMissing: "handoff.result_missing",
    handoff.HandOffDisputed: "handoff.words", handoff.HandOffProgressed: "handoff.progressed",
    handoff_facts.HandedBack: "handoff.came_back",
}  # fmt: skip


NOT_KEPT = frozenset({"intake.turned_away", "intake.elsewhere"})
"""What is not among the tickets: a refused request leaves no fact, and a matter that stays with 110 is counted there."""


def reckon(house: House) -> Counter[str]:
    """Every figure of a whole store by the names that the people of a simulation count under."""
    counts: Counter[str] = Counter()
    reader, position = _Reader(), 0
    while facts := house.hotline.facts_after(position, 1_000):
        position = facts[-1].position
        for recorded in facts:
            counts.update(reader.keys(recorded))
    counts.update(_rows(house))
    counts.update(shown(house))
    return counts


def differences(counted: Counter[str], reckoned: Counter[str]) -> dict[str, tuple[int, int]]:
    """Where the two disagree: name to (what the people counted, what the hotline has)."""
    names = sorted((set(counted) | set(reckoned)) - NOT_KEPT)
    return {name: (counted[name], reckoned[name]) for name in names if counted[name] != reckoned[name]}


def _rows(house: House) -> Iterator[str]:
    """Type, channel and state of every ticket, as the board shows them."""
    scope, after = scope_of(SYSTEM, house.rules), None
    while True:
        page = board.page(house.views, scope, board.BoardFilter(), after, 500)
        for row in map(from_json, page.rows):
            yield f"state.{row['state']}"
            yield f"type.{row['type'] or 'unclassified'}"
            yield f"channel.{row['channel']}"
        if (after := page.next) is None:
            return


class _Reader:
    """Remembers what a later fact does not repeat: who leads, who is waited for, and what was read."""

    def __init__(self) -> None:
        self._leads: set[tuple[UUID, str]] = set()
        self._waiting: set[UUID] = set()
        self._read: dict[UUID, tuple[str | None, str]] = {}

    def keys(self, recorded: Recorded) -> Iterator[str]:
        fact, ticket = recorded.fact, recorded.originator_id
        if (plain := _PLAIN.get(type(fact))) is not None:
            yield plain
        match fact:
            case r.TicketRead(proposal=read) if recorded.by.role is not Role.POLICE_DESK:
                yield "reading.proposed"
                self._read[ticket] = (read.category[-1] if read.category else None, read.type)
            case f.TicketClassified() if ticket in self._read and recorded.by.role is not Role.SYSTEM:
                right = self._read[ticket] == (fact.category[-1], fact.type)
                yield "reading.accepted" if right else "reading.corrected"
            case f.TicketDispatched():
                yield "given.dispatched"
                if fact.ended:
                    yield "given.redispatched"
                yield from self._new(ticket, fact.assignments)
            case f.TicketCoDispatched():
                yield from self._new(ticket, fact.assignments)
            case f.AssignmentPassedDown():
                yield from self._new(ticket, (fact.assignment,))
            case f.DisputeAdjudicated(replacement=f.NewAssignment() as new):
                yield from self._new(ticket, (new,))
            case handoff_facts.TicketHandedOff():
                yield f"handoff.offered_{fact.platform}"
            case handoff.HandOffAcknowledged() if fact.seq is None and recorded.by.role is Role.OPERATOR:
                yield "handoff.acknowledged_by_voice"
            case f.CallerContacted():
                yield f"unit.contact_{'reached' if fact.reached else 'missed'}"
            case f.AssignmentReplied():
                yield f"unit.replied_{'lead' if (ticket, fact.assignment) in self._leads else 'beside'}"
            case f.SupplementAsked() | f.SupplementGiven() | f.SupplementWaitEnded():
                yield from self._supplement(ticket, fact)
            case f.CallerAnswered():
                yield from _verdict(fact)
            case f.ResolutionInspected():
                yield f"inspected.{fact.resolution}"
            case f.TicketExplained():
                yield "triage.explained" if fact.ground == "result_stands" else "line.explained"
            case f.TicketClosed():
                yield f"outcome.{fact.outcome}"
            case f.TicketSupervised():
                yield f"card.{fact.level}"
            case f.ClockRang():
                yield f"alarm.{fact.level}"

    def _new(self, ticket: UUID, parts: tuple[f.NewAssignment, ...]) -> Iterator[str]:
        for part in parts:
            if part.role == "lead" and part.parent is None:
                self._leads.add((ticket, part.id))
            yield f"part.{'below' if part.parent else part.role}"

    def _supplement(self, ticket: UUID, fact: f.TicketFact) -> Iterator[str]:
        if isinstance(fact, f.SupplementAsked):
            self._waiting.add(ticket)
            return
        if isinstance(fact, f.SupplementGiven):
            yield "supplement.given" if ticket in self._waiting else "supplement.unasked"
        self._waiting.discard(ticket)


def _verdict(fact: f.CallerAnswered) -> Iterator[str]:
    yield "rated.online" if fact.way == "online" else "call_back.reached"
    if fact.contacted is not None:
        yield f"contacted.{'yes' if fact.contacted else 'no'}"
    for name in ("resolution", "satisfaction", "cause"):
        if (said := getattr(fact, name)) is not None:
            yield f"{name}.{said}"
