"""The desk offers a question in one write and takes the seat in the next: between them the seat looks free."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

CAUGHT_BY = "a question has one holder, a seat one question"
ONLY = ("kill react", "react after an offer is written")
FAULTS = 8
PACE = 2.5
ASKERS = 4


def apply() -> None:
    from hotline.command import To
    from hotline.consultation.offering import Offer
    from hotline.facts import SYSTEM, Role
    from hotline.seat.facts import SeatOffered
    from hotline.seat.presence import SeatCommand
    from hotline.seat.seat import stream_of
    from workers.expert_desk import ExpertDesk

    class TakeSeat(SeatCommand):
        ACTION: ClassVar[str] = "take-seat"
        ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
        consultation: UUID

        def decide(self, state: Any, desk: Any) -> Iterator[SeatOffered]:
            yield SeatOffered(consultation=self.consultation)

    offering, asking = Offer.decide, ExpertDesk._ask

    def decide(self: Offer, c: Any, desk: Any) -> Any:
        yield from (fact for fact in offering(self, c, desk) if not isinstance(fact, To))

    def ask(self: ExpertDesk, command: Any, consultation: UUID) -> str | None:
        code = asking(self, command, consultation)
        if code is None and isinstance(command, Offer):
            self._house.hotline.handle(TakeSeat(consultation=consultation), on=stream_of(command.seat), by=SYSTEM)
        return code

    Offer.decide = decide  # type: ignore[method-assign]
    ExpertDesk._ask = ask  # type: ignore[method-assign]
