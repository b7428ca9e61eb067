"""Everything that can have happened to a matter on its way between two platforms, as one platform's log has it.

``seq`` is the number of the other side's message that told us; it is None where we did it ourselves, and then the other
side is told by a message that follows from the fact (``outgoing``).  Words are sealed with the key of the ticket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from hotline.clocks import Reading
from hotline.facts import Fact, Upcast
from hotline.handoff.messages import Outcome, Urgency, Way
from hotline.sealing import Sealed
from hotline.ticket.facts import Access, Category, Value
from hotline.ticket.reading_facts import Proposal


class Arrival(Value):
    """What a matter offered to us becomes a ticket with, should we accept it: its number is claimed and its words are
    sealed from the start, so that nothing has to be opened when the moment comes."""

    number: str
    access: Access
    person_id: UUID | None
    reachable: bool
    text: Sealed
    place: Sealed | None
    category: Category
    proposal: Proposal | None = None
    """What was read in it when it came."""


class HandOffFact(Fact):
    """A fact of one hand-off; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()
    seq: int | None = None


class HandOffOffered(HandOffFact):
    """One platform offered the other a matter.  ``keep``: the other is only told, and the matter stays where it is.
    ``matter`` is what the other side reads; ``person_id`` is whom it may reach; ``arrival`` is there when the matter would
    be new to us."""

    TOPIC: ClassVar[str] = "handoff.offered"
    VERSION: ClassVar[int] = 2
    UPCASTS: ClassVar[Mapping[int, Upcast]] = {1: dict}  # version 1 knew no proposal, and an arrival may be without one
    handoff_id: UUID
    offerer: str
    receiver: str
    ticket: UUID
    way: Way
    danger: bool
    urgency: Urgency
    keep: bool
    matter: Sealed
    person_id: UUID | None
    number: str
    returns: UUID | None
    first_received_by: str
    arrival: Arrival | None


class HandOffAcknowledged(HandOffFact):
    """The receiver has it before its people.  Nobody's custody has changed."""

    TOPIC: ClassVar[str] = "handoff.acknowledged"


class HandOffAccepted(HandOffFact):
    """The receiver took it.  In the offerer's log this is the moment custody passes; ``reference`` is the number the matter
    has at the receiver."""

    TOPIC: ClassVar[str] = "handoff.accepted"
    reference: str
    settled: bool = False
    """Whether it was accepted because the platforms could not agree and the receiver had received the matter first."""


class HandOffConfirmed(HandOffFact):
    """The offerer has recorded our acceptance."""

    TOPIC: ClassVar[str] = "handoff.confirmed"


class HandOffDisputed(HandOffFact):
    """One side said why it is not its own."""

    TOPIC: ClassVar[str] = "handoff.disputed"
    reason: Sealed | None


class HandOffRecalled(HandOffFact):
    """The offerer took the offer back, or kept the matter because nobody agreed (``settled``); an acceptance that was not
    in the offerer's log by then is void."""

    TOPIC: ClassVar[str] = "handoff.recalled"
    reason: Sealed | None
    settled: bool = False


class AcceptanceVoided(HandOffFact):
    """An acceptance arrived after we had recalled the offer; the other side is told that it is void."""

    TOPIC: ClassVar[str] = "handoff.acceptance_voided"


class HandOffProgressed(HandOffFact):
    """How far the receiver is."""

    TOPIC: ClassVar[str] = "handoff.progressed"
    words: Sealed | None


class HandOffResulted(HandOffFact):
    """What came of it at the receiver."""

    TOPIC: ClassVar[str] = "handoff.resulted"
    words: Sealed | None
    outcome: Outcome


class MessageCrossed(HandOffFact):
    """A message arrived that what happened meanwhile had made pointless; nothing changed but that it has arrived."""

    TOPIC: ClassVar[str] = "handoff.message_crossed"
    kind: str


class HandOffAlarmed(HandOffFact):
    """Nobody over there has shown that the offer was received: our people were alarmed, and the link offers it again."""

    TOPIC: ClassVar[str] = "handoff.alarmed"
    nth: int


class HandOffListed(HandOffFact):
    """An ordinary offer that nobody over there has received, or nobody here has answered, went to the daily list."""

    TOPIC: ClassVar[str] = "handoff.listed"


class HandOffUnanswered(HandOffFact):
    """Nobody here has said within the profile's wait whether we take what we were offered: our people were alarmed."""

    TOPIC: ClassVar[str] = "handoff.unanswered"


class HandOffForgotten(HandOffFact):
    """What we were offered and never accepted was kept for the profile's time: its words, and whom it was about, are erased.
    That it was offered and what became of it still counts."""

    TOPIC: ClassVar[str] = "handoff.forgotten"


class HandOffUndecided(HandOffFact):
    """The platforms have disagreed for the profile's time and the other side, which had it first, must take it."""

    TOPIC: ClassVar[str] = "handoff.undecided"


class ResultMissing(HandOffFact):
    """The receiver has held it for the profile's time without a result; somebody should ask."""

    TOPIC: ClassVar[str] = "handoff.result_missing"
