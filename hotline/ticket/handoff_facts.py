"""What a ticket is told of its way between platforms: an overlay, never a state.

``handoff`` is our stream of the hand-off, ``platform`` the other side.
"""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from hotline.sealing import Sealed
from hotline.ticket.facts import TicketFact

HandOffEnd = Literal["recalled", "kept", "told"]


class TicketHandedOff(TicketFact):
    """Offered to another platform.  It stays ours until that platform's acceptance is in our log; with ``follow_up`` a
    part of it stays ours in any case, with ``keep`` the other side is only told."""

    TOPIC: ClassVar[str] = "ticket.handed_off"
    handoff: UUID
    platform: str
    way: Literal["one_key", "three_way", "push"]
    danger: bool
    follow_up: bool
    keep: bool
    reason: Sealed


class HandOffTaken(TicketFact):
    """The other platform's acceptance is in our log: it holds the matter from here on."""

    TOPIC: ClassVar[str] = "ticket.hand_off_taken"
    handoff: UUID
    platform: str
    reference: str


class HandOffEnded(TicketFact):
    """The offer was recalled, came to nothing because nobody agreed, or was word to somebody who now knows."""

    TOPIC: ClassVar[str] = "ticket.hand_off_ended"
    handoff: UUID
    platform: str
    why: HandOffEnd


class HandOffReported(TicketFact):
    """Progress from the platform that holds the matter, or with ``outcome`` its result.  ``public``: whether the
    caller may read the words, which he may not when they name somebody."""

    TOPIC: ClassVar[str] = "ticket.hand_off_reported"
    handoff: UUID
    platform: str
    words: Sealed | None
    public: bool
    outcome: Literal["done", "not_ours", "unfounded"] | None


class HandOffArrived(TicketFact):
    """The matter came from another platform, whose offer we accepted."""

    TOPIC: ClassVar[str] = "ticket.hand_off_arrived"
    handoff: UUID
    platform: str
    handoff_id: UUID
    first_received_by: str


class HandedBack(TicketFact):
    """A matter that another platform held came back, by an offer of its own that we accepted."""

    TOPIC: ClassVar[str] = "ticket.handed_back"
    handoff: UUID
    platform: str
    handoff_id: UUID
    first_received_by: str


class HandOffVoided(TicketFact):
    """Our acceptance came too late: the offer had been recalled, and the matter is the other platform's.  A ticket that
    the acceptance had made is withdrawn."""

    TOPIC: ClassVar[str] = "ticket.hand_off_voided"
    handoff: UUID
    platform: str
    withdrawn: bool


class PingPongRaised(TicketFact):
    """It has passed between platforms as often as the profile bears; somebody must decide where it stays."""

    TOPIC: ClassVar[str] = "ticket.ping_pong_raised"
    passages: int
