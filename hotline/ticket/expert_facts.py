"""What a ticket is told of the experts asked about it: an overlay, never a state."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from hotline.ticket.facts import TicketFact


class ExpertConsulted(TicketFact):
    """An expert was asked; until one has picked up, the matter is still the centre's."""

    TOPIC: ClassVar[str] = "ticket.expert_consulted"
    consultation: UUID
    skill: str
    way: Literal["warm_transfer", "three_way", "written"]
    by_itself: bool


class ExpertPickedUp(TicketFact):
    """An expert has it."""

    TOPIC: ClassVar[str] = "ticket.expert_picked_up"
    consultation: UUID
    seat: str


class ExpertLeft(TicketFact):
    """The expert gave it back or promised to call; the matter is the centre's again, and the consultation goes on."""

    TOPIC: ClassVar[str] = "ticket.expert_left"
    consultation: UUID
    seat: str
    why: Literal["given_back", "call_back"]


class ConsultationEnded(TicketFact):
    """The consultation is over and the matter the centre's: answered, not answered by anybody, or not wanted any more."""

    TOPIC: ClassVar[str] = "ticket.consultation_ended"
    consultation: UUID
    outcome: Literal["answered_live", "answered_written", "ticket", "cancelled"]
