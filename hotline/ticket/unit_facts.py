"""A ticket given to units, and what they do with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Literal

from hotline.facts import Upcast
from hotline.sealing import Sealed
from hotline.ticket.fact import NewAssignment, Resolution, TicketFact


# -- given to units --------------------------------------------------------------------------------------------
class TicketDispatched(TicketFact):
    """The ticket was given to units: one lead, any co-handlers; ``ended`` are the assignments this replaces."""

    TOPIC: ClassVar[str] = "ticket.dispatched"
    assignments: tuple[NewAssignment, ...]
    ended: tuple[str, ...]
    note: Sealed | None


class TicketCoDispatched(TicketFact):
    """Further units were put beside the lead."""

    TOPIC: ClassVar[str] = "ticket.co_dispatched"
    assignments: tuple[NewAssignment, ...]
    note: Sealed | None


class AssignmentPassedDown(TicketFact):
    """A unit gave its part to a unit of a lower tier and stays answerable."""

    TOPIC: ClassVar[str] = "ticket.passed_down"
    assignment: NewAssignment
    note: Sealed | None


class AssignmentSigned(TicketFact):
    """A unit took its part."""

    TOPIC: ClassVar[str] = "ticket.signed"
    assignment: str


class CallerContacted(TicketFact):
    """A unit reached, or tried to reach, the caller before or while working."""

    TOPIC: ClassVar[str] = "ticket.contacted"
    assignment: str
    way: Literal["voice", "text", "visit"]
    reached: bool
    words: Sealed | None


class ReturnRequested(TicketFact):
    """A unit said: not ours, and on what legal basis."""

    TOPIC: ClassVar[str] = "ticket.return_requested"
    assignment: str
    reason: Sealed
    legal_basis: str
    suggested_unit: str | None


class ReturnAccepted(TicketFact):
    """The centre took the part back."""

    TOPIC: ClassVar[str] = "ticket.return_accepted"
    assignment: str
    words: Sealed | None


class ReturnRefused(TicketFact):
    """The centre said: it is yours."""

    TOPIC: ClassVar[str] = "ticket.return_refused"
    assignment: str
    words: Sealed


class DisputeOpened(TicketFact):
    """Units disagree about whose it is; the centre hears both."""

    TOPIC: ClassVar[str] = "ticket.disputed"
    assignment: str
    reason: Sealed


class DisputeArgued(TicketFact):
    """A unit put its argument."""

    TOPIC: ClassVar[str] = "ticket.argued"
    assignment: str
    unit: str
    argument: Sealed


class DisputeAdjudicated(TicketFact):
    """The centre decided; that unit cannot return it again."""

    TOPIC: ClassVar[str] = "ticket.adjudicated"
    assignment: str
    unit: str
    replacement: NewAssignment | None
    reason: Sealed
    hearing: Sealed


# -- worked on -------------------------------------------------------------------------------------------------
class ExtensionRequested(TicketFact):
    """More time was asked for before the due time."""

    TOPIC: ClassVar[str] = "ticket.extension_requested"
    assignment: str
    days: int
    reason: Sealed


class ExtensionGranted(TicketFact):
    """The centre gave more time; the caller is told."""

    TOPIC: ClassVar[str] = "ticket.extension_granted"
    assignment: str
    days: int
    told_reason: str


class ExtensionRefused(TicketFact):
    """The centre gave no more time."""

    TOPIC: ClassVar[str] = "ticket.extension_refused"
    assignment: str
    words: Sealed


class DeferralRequested(TicketFact):
    """A unit asked to set the matter aside, with a plan and a date to look again."""

    TOPIC: ClassVar[str] = "ticket.deferral_requested"
    assignment: str
    plan: Sealed
    review_on: date


class DeferralApproved(TicketFact):
    """A leader agreed; the matter is shown apart and not dropped."""

    TOPIC: ClassVar[str] = "ticket.deferred"
    assignment: str
    review_on: date


class DeferralRefused(TicketFact):
    """A leader did not agree."""

    TOPIC: ClassVar[str] = "ticket.deferral_refused"
    assignment: str
    words: Sealed


class TicketResumed(TicketFact):
    """Work on a deferred matter goes on."""

    TOPIC: ClassVar[str] = "ticket.resumed"
    words: Sealed | None


def _claim_in_words(state: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew only whether the unit claimed it resolved; an explanation could not be told from a failure."""
    return {**state, "claimed": "resolved" if state["claimed"] else "unresolved"}


class AssignmentReplied(TicketFact):
    """A unit replied: what it found inside, what may be said in public, what it claims to have reached."""

    TOPIC: ClassVar[str] = "ticket.replied"
    VERSION: ClassVar[int] = 2
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {1: _claim_in_words}
    assignment: str
    internal_result: Sealed
    public_reply: str | None
    claimed: Resolution
    template: str | None
