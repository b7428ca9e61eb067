"""Notices: each fact on the bus, looked at once for what citizens and units have to be told."""

from collections.abc import Callable

from hotline.facts import Recorded
from hotline.notices import notices
from hotline.ticket.facts import TicketFact
from hotline.ticket.ticket import replay
from workers.compose import House

NAME = "notify"


def notifier(house: House) -> Callable[[Recorded], int]:
    """The handler of the consumer `notify`; it answers how many notices were written."""

    def notify(recorded: Recorded) -> int:
        if not isinstance(recorded.fact, TicketFact):
            return 0
        history = house.hotline.history(recorded.originator_id)
        # As that fact left it, not as it stands now: a fact that comes late, or again, tells the same people.
        ticket = replay(None, history[: recorded.originator_version])
        told = notices(recorded, ticket, house.rules) if ticket else ()
        return house.outbox.take(NAME, recorded, told, house.now()) if told else 0

    return notify
