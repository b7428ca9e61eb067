"""Notices: each fact on the bus, looked at once for what citizens and units have to be told."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta

from hotline.facts import Recorded, loaded_facts
from hotline.notices import TELLING, notices
from hotline.ticket.evolving import evolve
from hotline.ticket.ticket import Ticket
from workers.compose import House

NAME = "notify"
BEFORE = timedelta(minutes=30)
"""How far back a fact brings those before it along: longer than the bus tries one again before it is a dead letter."""


REMEMBERED = 10_000
"""Facts this process knows to have been dealt with, so that the outbox need not be asked again for each one after them."""


def notifier(house: House) -> Callable[[Recorded], int]:
    """The handler of the consumer `notify`; it answers how many notices were written.

    The bus may bring a ticket's facts in another order. A fact that comes early brings those before it along, so that
    the outbox has them in the order in which they happened, and people are told in that order. Older ones are left to
    come by themselves: what a newer version of this program would tell of long ago is not told.
    """

    known: OrderedDict[str, None] = OrderedDict()  # each touch is one step of the interpreter: safe in several threads

    def notify(recorded: Recorded) -> int:
        if not isinstance(recorded.fact, TELLING):
            return 0
        history = house.hotline.history(recorded.originator_id)[: recorded.originator_version]
        since = recorded.recorded_at - BEFORE
        recent = [
            fact
            for fact in history
            if isinstance(fact.fact, TELLING)
            and fact.recorded_at >= since
            and fact.id != recorded.id
            and fact.id not in known
        ]
        done = house.outbox.dealt_with(NAME, [fact.id for fact in recent]) if recent else set()
        wanted = {fact.id for fact in recent if fact.id not in done} | {recorded.id}
        told = sum(_tell(house, fact, ticket) for fact, ticket in _states(history) if fact.id in wanted)
        known.update(dict.fromkeys([*done, *wanted]))
        while len(known) > REMEMBERED:
            known.popitem(last=False)
        return told

    return notify


def passes_by() -> frozenset[str]:
    """Topics that are news to nobody; most messages are of these."""
    return frozenset(kind.TOPIC for kind in loaded_facts() if not issubclass(kind, TELLING))


def _states(history: Sequence[Recorded]) -> list[tuple[Recorded, Ticket]]:
    """Each fact with the ticket as that fact left it, not as it stands now: one that comes late tells the same people."""
    states, ticket = [], None
    for fact in history:
        ticket = evolve(ticket, fact)
        if ticket is not None:
            states.append((fact, ticket))
    return states


def _tell(house: House, fact: Recorded, ticket: Ticket) -> int:
    told = notices(fact, ticket, house.rules)
    if not told:
        return 0
    line = f"person:{ticket.person_id}" if ticket.person_id else None
    return house.outbox.take(NAME, fact, told, house.now(), line=line, urgent=ticket.urgency == "emergency")
