"""A reply checked, the caller asked, and how a ticket ends and begins again."""

from __future__ import annotations

from typing import ClassVar, Literal

from hotline.sealing import Sealed
from hotline.ticket.fact import Dissatisfaction, Outcome, Resolution, Satisfaction, TicketFact


class ReplyAccepted(TicketFact):
    """The centre's review passed the reply; ``call_back`` says how the caller will be asked, None if not at all."""

    TOPIC: ClassVar[str] = "ticket.reply_accepted"
    checks: tuple[str, ...]
    comment: Sealed | None
    call_back: Literal["voice", "text"] | None


class ReplyRejected(TicketFact):
    """The centre's review sent the reply back."""

    TOPIC: ClassVar[str] = "ticket.reply_rejected"
    assignment: str
    failed: tuple[str, ...]
    comment: Sealed


class CallerAnswered(TicketFact):
    """The caller was asked, or rated unasked: contacted? resolved? satisfied?  The last answer counts."""

    TOPIC: ClassVar[str] = "ticket.caller_answered"
    way: Literal["voice", "text", "online"]
    contacted: bool | None
    resolution: Resolution | None
    satisfaction: Satisfaction | None
    cause: Dissatisfaction | None
    comment: Sealed | None

    @property
    def unhappy(self) -> bool:
        """An answer that goes to triage: not resolved, or dissatisfied."""
        return self.resolution == "unresolved" or self.satisfaction == "dissatisfied"


class ResolutionInspected(TicketFact):
    """An inspector looked for himself whether it was resolved: apart from what the unit claims and what the caller says."""

    TOPIC: ClassVar[str] = "ticket.inspected"
    resolution: Resolution
    words: Sealed


class CallerNotReached(TicketFact):
    """An attempt to ask the caller failed."""

    TOPIC: ClassVar[str] = "ticket.caller_not_reached"
    way: Literal["voice", "text"]
    attempt: int


class ReworkOrdered(TicketFact):
    """Back to the lead under a limit of its own; the first due time and whether it was kept stay as they were."""

    TOPIC: ClassVar[str] = "ticket.rework_ordered"
    round: int
    assignment: str
    reason: Sealed


class SourceAccepted(TicketFact):
    """Whoever gave the instruction or inspection order accepted the result."""

    TOPIC: ClassVar[str] = "ticket.source_accepted"
    words: Sealed | None


class TicketClosed(TicketFact):
    """The end."""

    TOPIC: ClassVar[str] = "ticket.closed"
    outcome: Outcome
    reached: bool


class TicketReopened(TicketFact):
    """On a new fact, or inside the window."""

    TOPIC: ClassVar[str] = "ticket.reopened"
    reason: Sealed
    new_fact: bool
    to: Literal["received", "awaiting_dispatch"]


class TicketArchived(TicketFact):
    """Put away after the profile's time."""

    TOPIC: ClassVar[str] = "ticket.archived"
