"""What people decided about the requests of this house, for holding a model against it. Words stay in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from hotline.facts import Recorded, Role
from hotline.reading.evaluating import Labelled
from hotline.sealing import Sealed
from hotline.ticket.facts import TicketClassified, TicketReceived
from workers.compose import House

AT_ONCE = 500


@dataclass
class _Known:
    text: Sealed | None
    decided: TicketClassified | None = None


def decided(house: House) -> Iterator[Labelled]:
    """Each ticket a person has classified to level 2, with its last classification, in the order received; none whose
    words are gone. Nobody decides an owner, so none is given."""
    tickets: dict[UUID, _Known] = {}
    for recorded in _facts(house):
        fact = recorded.fact
        if isinstance(fact, TicketReceived):
            tickets[recorded.originator_id] = _Known(fact.text)
        elif isinstance(fact, TicketClassified) and recorded.by.role is not Role.SYSTEM:
            tickets[recorded.originator_id].decided = fact
    sealed = [
        (ticket, known.decided, known.text)
        for ticket, known in tickets.items()
        if known.text is not None and known.decided is not None and len(known.decided.category) > 1
    ]
    for start in range(0, len(sealed), AT_ONCE):
        batch = sealed[start : start + AT_ONCE]
        texts = house.vault.unseal_many([(ticket, "received.text", text) for ticket, _, text in batch])
        for (ticket, fact, _), text in zip(batch, texts, strict=True):
            if text is not None:
                yield Labelled(str(ticket), text, fact.category[1], (fact.type,), None, fact.urgency)


def _facts(house: House) -> Iterator[Recorded]:
    position = 0
    while page := house.hotline.facts_after(position, AT_ONCE):
        yield from page
        position = page[-1].position
