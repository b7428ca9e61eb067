"""What facts mean to a ticket that is with an expert or with another platform, or was read: they leave its state as it is."""

from __future__ import annotations

from dataclasses import replace

from hotline.facts import Recorded
from hotline.ticket import expert_facts as e
from hotline.ticket import handoff_facts as h
from hotline.ticket.facts import TicketFact
from hotline.ticket.reading_facts import TicketRead
from hotline.ticket.ticket import Handed, State, Ticket, ended


def elsewhere(t: Ticket, fact: TicketFact, recorded: Recorded) -> Ticket:
    """The ticket after a fact of its way to somebody else and back; any other fact leaves it as it is."""
    match fact:
        case h.TicketHandedOff():
            handed = t.handed if fact.keep else Handed(fact.handoff, fact.platform, "offered", fact.follow_up)
            return replace(t, handed=handed, handoffs=t.handoffs + 1)
        case h.HandOffTaken():
            theirs = replace(t.handed, custody="theirs") if t.handed is not None else None
            return replace(t, handed=theirs, passages=t.passages + 1)
        case h.HandOffEnded():
            of_this = t.handed is not None and t.handed.handoff == fact.handoff
            return replace(t, handed=None) if of_this else t
        case h.HandOffReported():
            return t if fact.outcome is None else replace(t, handed=None)
        case h.HandOffArrived() | h.HandedBack():
            return _arrived(t, fact)
        case h.HandOffVoided():
            return _voided(t, fact, recorded)
        case h.PingPongRaised():
            return replace(t, ping_pong=True)
        case TicketRead():
            return replace(t, proposal=fact.proposal)
        case e.ExpertConsulted():
            return replace(t, with_expert=fact.consultation)
        case e.ExpertPickedUp():
            return replace(t, expert=fact.seat)
        case e.ExpertLeft():
            return replace(t, expert=None)
        case e.ConsultationEnded():
            return replace(t, with_expert=None, expert=None)
        case _:
            return t


def _arrived(t: Ticket, fact: h.HandOffArrived | h.HandedBack) -> Ticket:
    return replace(
        t,
        handed=None,
        handed_before=t.handed,
        came_by=(fact.platform, fact.handoff_id),
        first_received_by=fact.first_received_by,
        passages=t.passages + 1,
    )


def _voided(t: Ticket, fact: h.HandOffVoided, recorded: Recorded) -> Ticket:
    t = replace(t, came_by=None, passages=t.passages - 1)
    if fact.withdrawn:
        return ended(t, State.WITHDRAWN, recorded.recorded_at)
    return replace(t, handed=t.handed_before, handed_before=None)
