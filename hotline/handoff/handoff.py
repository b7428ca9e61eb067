"""The state of one hand-off as our log has it, and who holds the matter by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline.clocks import Reading
from hotline.facts import Recorded
from hotline.handoff import facts as f
from hotline.handoff.messages import Outcome

WORDS = "handoff_words"
"""The clock that runs while the words of a matter we have not accepted are kept."""
Stage = Literal["offered", "disputed", "accepted", "recalled", "told"]


@dataclass(frozen=True, slots=True)
class HandOff:
    """One hand-off.  ``heard`` is the number of the other side's last message that was applied."""

    offer: f.HandOffOffered
    stage: Stage = "offered"
    acknowledged: bool = False
    confirmed: bool = False
    outcome: Outcome | None = None
    reference: str | None = None
    alarms: int = 0
    forgotten: bool = False
    """Whether its words are erased, since we never accepted it."""
    voided: int = 0
    heard: int = 0
    clocks: Mapping[str, Reading] = field(default_factory=dict)
    version: int = 1

    @property
    def id(self) -> UUID:
        """What both platforms call it."""
        return self.offer.handoff_id

    @property
    def stream(self) -> UUID:
        """Our stream of it."""
        return stream_of(self.other, self.id)

    @property
    def ticket(self) -> UUID:
        """Our ticket of the matter; where it was offered to us, it exists once we have accepted."""
        return self.offer.ticket

    @property
    def ours(self) -> bool:
        """Whether we are the offerer."""
        return self.offer.seq is None

    @property
    def other(self) -> str:
        """The other platform."""
        return self.offer.receiver if self.ours else self.offer.offerer

    @property
    def us(self) -> str:
        """Our own name in this hand-off."""
        return self.offer.offerer if self.ours else self.offer.receiver

    @property
    def holder(self) -> str:
        """The platform that answers for the matter by this log.  The offerer's acceptance is the other's message in its own
        log; the receiver's is its own claim, which a recall makes void."""
        return self.offer.receiver if self.stage == "accepted" else self.offer.offerer

    @property
    def open(self) -> bool:
        """Whether it can still be accepted."""
        return self.stage in ("offered", "disputed")

    @property
    def kept(self) -> bool:
        """Whether the words of an offer to us that is no ticket here are kept: it can be accepted, or their time runs."""
        until = self.clocks.get(WORDS)
        runs = until is not None and not until.stopped
        return not (self.ours or self.forgotten) and (runs or self.open)


def stream_of(platform: str, handoff_id: UUID) -> UUID:
    """The stream of a hand-off with that other platform, whoever offered it."""
    return uuid5(NAMESPACE_URL, f"hotline:handoff:{platform}:{handoff_id}")


def ticket_of(stream: UUID) -> UUID:
    """The ticket that a matter offered to us in this stream becomes when we accept it."""
    return uuid5(stream, "ticket")


def offer_id(ticket: UUID, nth: int) -> UUID:
    """What we call the ``nth`` hand-off (from 1) that we offer of a ticket."""
    return uuid5(ticket, f"handoff:{nth}")


def evolve(handoff: HandOff | None, recorded: Recorded) -> HandOff | None:
    """The state after one more fact.  Never decides, never refuses: what is in the log has happened."""
    fact = recorded.fact
    if isinstance(fact, f.HandOffOffered):
        return evolve_offer(fact)
    if handoff is None or not isinstance(fact, f.HandOffFact):
        return handoff
    return replace(
        _moved(handoff, fact),
        heard=max(handoff.heard, fact.seq or 0),
        clocks={**handoff.clocks, **{r.clock: r for r in fact.clocks}},
        version=recorded.originator_version,
    )


def evolve_offer(offer: f.HandOffOffered) -> HandOff:
    """A hand-off as it begins."""
    return HandOff(offer=offer, heard=offer.seq or 0, clocks={r.clock: r for r in offer.clocks})


def _moved(h: HandOff, fact: f.HandOffFact) -> HandOff:
    match fact:
        case f.HandOffAcknowledged():
            return replace(h, acknowledged=True, stage="told" if h.offer.keep else h.stage)
        case f.HandOffAccepted():
            return replace(h, stage="accepted", acknowledged=True, reference=fact.reference)
        case f.HandOffConfirmed():
            return replace(h, confirmed=True)
        case f.HandOffDisputed():
            return replace(h, stage="disputed", acknowledged=True)
        case f.HandOffRecalled():
            return replace(h, stage="recalled")
        case f.AcceptanceVoided():
            return replace(h, voided=h.voided + 1)
        case f.HandOffResulted():
            return replace(h, outcome=fact.outcome)
        case f.HandOffForgotten():
            return replace(h, forgotten=True)
        case f.HandOffAlarmed():
            return replace(h, alarms=fact.nth)
        case _:
            return h
