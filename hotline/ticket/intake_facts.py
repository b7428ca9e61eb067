"""A ticket taken down, and what is settled on the line."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from hotline.sealing import Sealed
from hotline.ticket.fact import Access, Category, Channel, ContactPreference, Source, TicketFact, Type, Urgency


# -- taken down ------------------------------------------------------------------------------------------------
class TicketReceived(TicketFact):
    """A request was taken down."""

    TOPIC: ClassVar[str] = "ticket.received"
    number: str
    access: Access
    channel: Channel
    person_id: UUID | None
    reachable: bool
    caller_kind: Literal["person", "enterprise"]
    on_behalf_of: Sealed | None
    contact_preference: ContactPreference
    callback_wanted: bool
    confidential: bool
    minor_involved: bool
    text: Sealed | None
    place: Sealed | None
    district: str | None
    cell: str | None
    type: Type | None
    category: Category
    urgency: Urgency
    source: Source
    call_id: str | None
    recording: str | None
    accused_unit: str | None
    about_team: str | None
    retention: str
    tags: tuple[str, ...]

    @property
    def keyed(self) -> bool:
        """Whether the vault has something to keep for it; of a state secret that nobody may know of there is nothing."""
        return any(kept is not None for kept in (self.person_id, self.on_behalf_of, self.text, self.place))


class SupplementAsked(TicketFact):
    """We asked the caller for more and wait."""

    TOPIC: ClassVar[str] = "ticket.supplement_asked"
    question: Sealed
    assignment: str | None


class SupplementGiven(TicketFact):
    """The caller answered; the ticket is back where it was."""

    TOPIC: ClassVar[str] = "ticket.supplement_given"
    text: Sealed


class SupplementWaitEnded(TicketFact):
    """The wait for the caller ended without an answer; the ticket is back where it was."""

    TOPIC: ClassVar[str] = "ticket.supplement_wait_ended"


class TicketClassified(TicketFact):
    """A person decided what the request is."""

    TOPIC: ClassVar[str] = "ticket.classified"
    type: Type
    category: Category
    urgency: Urgency
    accused_unit: str | None
    retention: str


class TicketWithdrawn(TicketFact):
    """The caller took the request back."""

    TOPIC: ClassVar[str] = "ticket.withdrawn"
    reason: Sealed | None


class TicketVoided(TicketFact):
    """A nuisance or void call: logged and closed, not dispatched."""

    TOPIC: ClassVar[str] = "ticket.voided"
    kind: Literal["nuisance", "silent", "misdial", "malicious"]
    told_police: bool


# -- settled on the line ---------------------------------------------------------------------------------------
class TicketAnswered(TicketFact):
    """Answered on the line from the knowledge base."""

    TOPIC: ClassVar[str] = "ticket.answered"
    answer: Sealed
    knowledge: str | None


class TicketReferred(TicketFact):
    """The caller was pointed to the statutory route that the matter must take."""

    TOPIC: ClassVar[str] = "ticket.referred"
    route: str
    words: Sealed | None


class TicketExplained(TicketFact):
    """It was explained why the request cannot be met (unlawful, secret, private) or why the result stands."""

    TOPIC: ClassVar[str] = "ticket.explained"
    ground: Literal["unlawful", "secret", "private", "result_stands"]
    words: Sealed
