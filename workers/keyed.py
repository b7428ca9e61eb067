"""Whether the facts that a key was made for ever came.  The log is asked and no view, which may lag or be begun anew: what is
destroyed cannot be brought back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from hotline.application import Hotline
from hotline.handoff.facts import HandOffOffered
from hotline.handoff.handoff import HandOff

PAGE = 500


def with_facts(hotline: Hotline, tickets: Collection[UUID], since: datetime) -> set[UUID]:
    """Those of the ids that are a ticket of ours, or of a matter offered to us whose words are kept.  An offer recorded
    before `since` is not looked for."""
    real = {ticket for ticket in tickets if hotline.ticket(ticket) is not None}
    left = set(tickets) - real
    return real | set(_offered(hotline, left, since)) if left else real


def _offered(hotline: Hotline, tickets: Collection[UUID], since: datetime) -> Iterator[UUID]:
    position, topics = _before(hotline, since), (HandOffOffered.TOPIC,)
    while page := hotline.store.select_notifications(position, PAGE, inclusive_of_start=False, topics=topics):
        for stored in page:
            position, offer = stored.id, hotline.facts.to_domain_event(stored)
            if isinstance(offer.fact, HandOffOffered) and offer.fact.ticket in tickets:
                state: HandOff | None = hotline.streams.read("handoff", offer.originator_id)[1]
                if state is not None and state.kept:
                    yield state.ticket


def _before(hotline: Hotline, moment: datetime) -> int:
    """A position up to which all was recorded before that moment, as far on as there is one: stamps never go back."""
    low, high = 0, hotline.position()
    while low < high:
        middle = (low + high) // 2
        after = hotline.facts_after(middle, 1)
        if after and after[0].recorded_at < moment:
            low = after[0].position
        else:
            high = middle
    return low
