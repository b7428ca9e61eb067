"""The clocks of a hand-off: an offer nobody has received or answered, platforms that cannot agree, a result that does not
come, words of what we never took.

A danger is ours to get through until the other side has acknowledged it; so an offer by voice or an urgent push alarms
again and again, and an ordinary one goes to the daily list.  (The rule is published; the waits are the profile's.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hotline import clocks
from hotline.clocks import Reading
from hotline.command import Command, Desk, Refused, To
from hotline.facts import Fact, Role
from hotline.handoff import facts as f
from hotline.handoff import ticket_side
from hotline.handoff.handoff import WORDS, HandOff
from hotline.handoff.messages import Urgency, Way

RECEIVED, UNDECIDED, RESULT = "handoff_received", "handoff_undecided", "handoff_result"
ANSWERED = "handoff_answered"


def received_by(desk: Desk, way: Way, urgency: Urgency, danger: bool, alarms: int = 0) -> Reading:
    """Until when an offer must have been received over there; after so many alarms about it."""
    wait = desk.rules.platforms.wait(way, urgency, danger, alarms)
    return clocks.timer(RECEIVED, wait, desk.at, desk.calendar)


def answered_by(desk: Desk, offer: f.HandOffOffered) -> Reading:
    """Until when our people must have said whether we take what is before them.  It alarms once: no ticket of ours, with
    clocks of its own, stands behind an offer that nobody answers."""
    wait = desk.rules.platforms.wait(offer.way, offer.urgency, offer.danger)
    return clocks.timer(ANSWERED, wait, desk.at, desk.calendar)


def words_until(desk: Desk) -> Reading:
    """How long the words of a matter that is new to us are kept while we have not accepted it."""
    return clocks.timer(WORDS, desk.rules.platforms.unaccepted, desk.at, desk.calendar)


def undecided_by(desk: Desk) -> Reading:
    """Until when the platforms may disagree."""
    return clocks.timer(UNDECIDED, desk.rules.platforms.undecided, desk.at, desk.calendar)


def result_by(desk: Desk) -> Reading:
    """Until when a result should have come."""
    return clocks.timer(RESULT, desk.rules.platforms.no_result, desk.at, desk.calendar)


def stopped(h: HandOff, desk: Desk, *, all_: bool = False) -> tuple[Reading, ...]:
    """Every clock of a hand-off that waits for somebody, stopped; with ``all_`` also the time its words are kept."""
    going = (r for r in h.clocks.values() if not r.stopped and (all_ or r.clock != WORDS))
    return tuple(clocks.stop(r, desk.at) for r in going)


class RingHandOff(Command):
    """A moment of the due list has come for a hand-off.  Never early, once each; a stopped clock is silent."""

    ACTION: ClassVar[str] = "ring"
    KIND: ClassVar[str] = "handoff"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    clock: str
    level: str

    @classmethod
    def guard(cls, state: HandOff | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)

    def decide(self, state: HandOff | None, desk: Desk) -> Iterator[Fact | To]:
        reading = state.clocks.get(self.clock) if state is not None else None
        if state is None or reading is None or not clocks.rings(reading, self.level, desk.at):
            return
        over = clocks.stop(reading, desk.at)
        if self.clock == RECEIVED:
            yield _unreceived(state, desk, over)
        elif self.clock == ANSWERED:
            yield _unanswered(state, desk, over)
        elif self.clock == WORDS:
            yield f.HandOffForgotten(clocks=stopped(state, desk, all_=True))
        elif self.clock == UNDECIDED:
            yield from _undecided(state, desk, over)
        else:
            yield f.ResultMissing(clocks=(over,))


def _unreceived(h: HandOff, desk: Desk, over: Reading) -> Fact:
    offer, nth = h.offer, h.alarms + 1
    if desk.rules.platforms.listed(offer.way, offer.urgency, offer.danger):
        return f.HandOffListed(clocks=(over,))
    again = received_by(desk, offer.way, offer.urgency, offer.danger, nth)
    return f.HandOffAlarmed(nth=nth, clocks=(again,))


def _unanswered(h: HandOff, desk: Desk, over: Reading) -> Fact:
    offer = h.offer
    listed = desk.rules.platforms.listed(offer.way, offer.urgency, offer.danger)
    return f.HandOffListed(clocks=(over,)) if listed else f.HandOffUnanswered(clocks=(over,))


def _undecided(h: HandOff, desk: Desk, over: Reading) -> Iterator[Fact | To]:
    """Still undecided: the platform that received the citizen first has it (国办发〔2022〕12号)."""
    receivers = h.offer.first_received_by == h.offer.receiver
    if receivers and h.ours:
        yield f.HandOffUndecided(clocks=(over,))
    elif receivers:
        yield from accepted(h, desk, settled=True)
    elif h.ours:
        yield f.HandOffRecalled(reason=None, settled=True, clocks=(over,))
        yield from ticket_side.ended(h, desk, "kept")
    else:
        yield f.HandOffUndecided(clocks=(over,))


def accepted(h: HandOff, desk: Desk, *, settled: bool = False) -> Iterator[Fact | To]:
    """We take the matter: it is a ticket of ours in the same save."""
    ticket = desk.other("ticket", h.ticket)
    reference = ticket.number if ticket is not None else h.offer.arrival.number if h.offer.arrival is not None else ""
    yield f.HandOffAccepted(reference=reference, settled=settled, clocks=stopped(h, desk, all_=True))
    yield from ticket_side.arrived(h, desk)
