"""A ticket counted or left out, noted on, looked at, kept and erased."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from hotline.sealing import Sealed
from hotline.ticket.fact import AttachmentKind, TicketFact

Exclusion = Literal["not_counted", "unreasonable", "outside_duty", "withdrawn", "unreachable", "unanswered"]


class TicketExcluded(TicketFact):
    """Left out of rates, with a reason and who approved it."""

    TOPIC: ClassVar[str] = "ticket.excluded"
    ground: Exclusion
    reason: str
    approver: str


class TicketIncluded(TicketFact):
    """The exclusion was revoked."""

    TOPIC: ClassVar[str] = "ticket.included"
    ground: Exclusion
    reason: str
    approver: str


class NoteAdded(TicketFact):
    """A note inside the house."""

    TOPIC: ClassVar[str] = "ticket.noted"
    text: Sealed


class FileAttached(TicketFact):
    """A photo or document was added.  Its content lies in a file of its own, sealed with the ticket's key."""

    TOPIC: ClassVar[str] = "ticket.attached"
    attachment: UUID
    kind: AttachmentKind
    size: int
    name: Sealed | None


class CallerUnmasked(TicketFact):
    """Somebody was shown what is hidden: why, which fields, until when."""

    TOPIC: ClassVar[str] = "ticket.unmasked"
    fields: tuple[str, ...]
    reason: Sealed
    until: datetime


class HoldPlaced(TicketFact):
    """Needed in a dispute at law: nothing may be erased."""

    TOPIC: ClassVar[str] = "ticket.hold_placed"
    reason: str


class HoldReleased(TicketFact):
    """The hold is over."""

    TOPIC: ClassVar[str] = "ticket.hold_released"
    reason: str


class ErasureRequested(TicketFact):
    """The person, or the law, wants the personal data gone."""

    TOPIC: ClassVar[str] = "ticket.erasure_requested"
    reason: str


class ErasureRefused(TicketFact):
    """The approver said no."""

    TOPIC: ClassVar[str] = "ticket.erasure_refused"
    reason: str


class ProcessingRestricted(TicketFact):
    """Approved before the statutory retention ended: stored only, not processed, until then."""

    TOPIC: ClassVar[str] = "ticket.processing_restricted"
    until: datetime


class TicketErased(TicketFact):
    """The key was ordered destroyed; the ticket still counts."""

    TOPIC: ClassVar[str] = "ticket.erased"
    approver: str
