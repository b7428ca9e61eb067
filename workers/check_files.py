"""Attachments and their facts: each has the other, until a ticket is erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from hotline.facts import Recorded
from hotline.ticket.ticket import Ticket
from workers.attachments import attached
from workers.compose import House

OLD = timedelta(days=1) + timedelta(hours=2)
"""When a file should have a fact or be gone: the clock sweeps what is older than a day, once an hour."""


def of_ticket(house: House, ticket: Ticket, history: Iterable[Recorded]) -> tuple[int, int]:
    """How many files of a ticket are missing, and how many are left though it was erased."""
    known = attached(history)
    here = sum(house.attachments.has(ticket.id, one) for one in known)
    return (0, here) if ticket.erased else (len(known) - here, 0)


def strays(house: House) -> int:
    """How many files are old and have no fact."""
    before, old = house.now() - OLD, defaultdict[UUID, set[UUID]](set)
    for ticket, attachment, at in house.attachments:
        if at < before:
            old[ticket].add(attachment)
    return sum(len(files - attached(house.hotline.history(ticket)).keys()) for ticket, files in old.items())
