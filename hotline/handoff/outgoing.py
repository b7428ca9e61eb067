"""What we have said to the other side of a hand-off: it follows from our facts, so nothing can be stuck in "sent"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from hotline.facts import Recorded
from hotline.handoff import facts as f
from hotline.handoff import messages as m
from hotline.handoff.labels import DISPUTED, MATTER, PROGRESS, RECALLED, RESULT
from hotline.texts import say

Words = Callable[[UUID, str, str], str | None]
"""Opens sealed words (ticket, label, envelope); None when they were erased."""
Who = Callable[[UUID], m.Person | None]
"""Whom a person id stands for; None when erased."""


def outgoing(history: Sequence[Recorded], words: Words, who: Who) -> list[m.Message]:
    """All our messages of one hand-off, in order and numbered from 1: what the other side has not acknowledged is to be
    sent (again), for ever.  A longer history gives the same messages and perhaps more.  What we feed back before our
    acceptance was confirmed waits for the confirmation."""
    if not history or not isinstance(history[0].fact, f.HandOffOffered):
        return []
    writer = _Writer(history[0].fact, words, who)
    told: list[m.Message] = []
    held: list[Recorded] = []
    confirmed = writer.ours
    for recorded in history:
        ready = [recorded]
        if isinstance(recorded.fact, f.HandOffConfirmed):
            confirmed, ready, held = True, [recorded, *held], []
        elif not confirmed and isinstance(recorded.fact, f.HandOffProgressed | f.HandOffResulted):
            held.append(recorded)
            continue
        for one in ready:
            told.extend(writer.said(one, len(told) + 1))
    return told


class _Writer:
    """Writes what one fact has to say, if anything."""

    def __init__(self, offer: f.HandOffOffered, words: Words, who: Who) -> None:
        self.offer, self._words, self._who = offer, words, who
        self.ours = offer.seq is None

    def said(self, recorded: Recorded, seq: int) -> Iterator[m.Message]:
        us, them = self.offer.offerer, self.offer.receiver
        if not self.ours:
            us, them = them, us
        fact = recorded.fact
        envelope = m.Envelope(
            handoff_id=self.offer.handoff_id, sender=us, to=them, seq=seq, at=recorded.recorded_at
        ).model_dump()
        by_us = isinstance(fact, f.HandOffFact) and fact.seq is None
        match fact:
            case f.HandOffOffered() if by_us:
                yield m.Offer(**envelope, body=self._body())
            case f.HandOffRecalled() if by_us:
                reason = self._open(RECALLED, fact.reason) if fact.reason else say("handoff.kept_by_first_receiver")
                yield m.Recall(**envelope, body=m.Reasoned(reason=reason))
            case f.HandOffAccepted() if self.ours:
                yield m.Confirmed(**envelope)
            case f.AcceptanceVoided():
                yield m.Recalled(**envelope)
            case f.HandOffAcknowledged() if by_us and not self.ours:
                yield m.Received(**envelope)
            case f.HandOffAccepted() if by_us:
                yield m.Accept(**envelope, body=m.AcceptBody(reference=fact.reference))
            case f.HandOffDisputed() if by_us:
                yield m.Dispute(**envelope, body=m.Reasoned(reason=self._open(DISPUTED, fact.reason)))
            case f.HandOffProgressed() if by_us:
                yield m.Progress(**envelope, body=m.ProgressBody(words=self._open(PROGRESS, fact.words)))
            case f.HandOffResulted() if by_us:
                result = self._open(RESULT, fact.words) if fact.words else say("handoff.closed_here")
                yield m.Result(**envelope, body=m.ResultBody(words=result, outcome=fact.outcome))
            case _:
                return

    def _open(self, label: str, sealed: str | None) -> str:
        opened = self._words(self.offer.ticket, label, sealed) if sealed is not None else None
        return opened or say("handoff.erased")

    def _body(self) -> m.OfferBody:
        offer = self.offer
        opened = self._words(offer.ticket, MATTER, offer.matter)
        matter = m.Matter.model_validate_json(opened) if opened else m.Matter(text=say("handoff.erased"))
        if opened and offer.person_id is not None:
            matter = matter.model_copy(update={"caller": self._who(offer.person_id)})
        return m.OfferBody(
            way=offer.way,
            danger=offer.danger,
            urgency=offer.urgency,
            matter=matter,
            number=offer.number,
            returns=offer.returns,
            first_received_by=offer.first_received_by,
        )
