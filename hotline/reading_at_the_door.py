"""Reading what comes in before its words are sealed: afterwards nobody reads it without opening it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from hotline.command import Refused
from hotline.facts import SYSTEM
from hotline.handoff.messages import OfferBody
from hotline.rules import Rules
from hotline.ticket.confirming import DispatchByRule
from hotline.ticket.proposing import Read, propose
from hotline.ticket.reading_facts import Proposal
from hotline.ticket.receiving import Receive
from hotline.writing import Written


def proposed(read: Read | None, rules: Rules, request: Receive, at: datetime) -> Proposal | None:
    """What is read in a request; None where nobody reads, and of a state secret, which nobody may."""
    if read is None or request.state_secret:
        return None
    place = request.place
    return propose(
        read(request.text),
        rules,
        rules.calendar.local(at).date(),
        text=request.text,
        address=place.address,
        district=place.district if place.district in rules.districts else None,
        type=request.type,
        category=request.category,
        urgency=request.urgency,
        accused=request.accused_unit,
    )


def proposed_of_offer(read: Read | None, rules: Rules, offer: OfferBody, at: datetime) -> Proposal | None:
    """What is read in a matter another platform offers."""
    if read is None:
        return None
    matter = offer.matter
    return propose(
        read(matter.text),
        rules,
        rules.calendar.local(at).date(),
        text=matter.text,
        address=matter.place,
        category=matter.category if rules.valid_category(matter.category) else (),
        urgency=offer.urgency,
    )


def dispatch_by_rule(handle: Callable[..., Written], written: Written, correlation_id: str) -> None:
    """Dispatch what the profile calls routine, right after it was taken down.  If it may not be, or this process ends before,
    a person does it."""
    if written.facts and not written.repeated:
        cause = {"correlation_id": correlation_id, "causation_id": written.facts[0].id}
        with suppress(Refused):
            handle(DispatchByRule(), on=written.stream, by=SYSTEM, **cause)
