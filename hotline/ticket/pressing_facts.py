"""A ticket pressed for: by its caller, by the centre, by its clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from hotline.sealing import Sealed
from hotline.ticket.fact import TicketFact


class TicketUrged(TicketFact):
    """The caller's nudge; a progress enquiry is one too."""

    TOPIC: ClassVar[str] = "ticket.urged"
    words: Sealed | None


class TicketSupervised(TicketFact):
    """The centre's pressure, put on by a person."""

    TOPIC: ClassVar[str] = "ticket.supervised"
    level: Literal["yellow", "red"]
    reason: Sealed


class ClockRang(TicketFact):
    """A limit drew near (yellow), was reached (red), or stood passed (notice, criticism); each level once."""

    TOPIC: ClassVar[str] = "ticket.clock_rang"
    clock: str
    level: str
    due: datetime


class ProblemRaised(TicketFact):
    """A problem ticket: reworked too often, or passed from unit to unit without a lead being settled."""

    TOPIC: ClassVar[str] = "ticket.problem_raised"
    ground: Literal["reworks", "leads"]


class SupervisionEscalated(TicketFact):
    """A leader watches the ticket from here on."""

    TOPIC: ClassVar[str] = "ticket.supervision_escalated"
    reason: Sealed | None


class DuesConfirmed(TicketFact):
    """The official calendar arrived and the provisional due times were counted again, with no second notice."""

    TOPIC: ClassVar[str] = "ticket.dues_confirmed"
    calendar_until: date
