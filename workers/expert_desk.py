"""The expert desk: hands every consultation that waits to a seat that is free.

It only looks and asks. Whether a seat may be offered something is decided on the seat's and the consultation's own streams,
so two desks at once, or one that sees things a moment late, can do no more than be refused.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from time import monotonic
from uuid import UUID

import structlog

from hotline.command import Refused
from hotline.consultation.consultation import Consultation
from hotline.consultation.offering import NoteNobody, Offer, wanted
from hotline.facts import SYSTEM
from hotline.seat.seat import NoSeat, Seat, next_seat
from projections import consultations, seats
from projections.follow import wait_until
from workers.compose import House

log = structlog.get_logger()

NAME = "expert desk"
LOOK_EVERY = 0.25  # seconds; a promised call, or a shift that begins, is news to nobody
REST = 0.02  # seconds between two looks at the log: almost all facts are none of ours
BATCH = 500
NOTES = 16
"""The most questions of which one look notes that there is nobody; what is noted is news, and makes it look again."""
VIEWS = (seats.VIEW.name, consultations.VIEW.name)
OURS = ("seat.", "consultation.")
"""How the topics begin after which there may be something to offer."""


class ExpertDesk:
    """One desk for one house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def run(self, stop: Event) -> None:
        """Until `stop`."""
        hotline, position, next_look = self._house.hotline, self._house.hotline.position(), 0.0
        while not stop.is_set():
            seen, made = hotline.written, 0
            news = hotline.store.select_notifications(position, BATCH, inclusive_of_start=False)
            position = news[-1].id if news else position
            if monotonic() >= next_look or any(fact.topic.startswith(OURS) for fact in news):
                for name in VIEWS:  # or what was just offered would look free, and be asked for in vain
                    wait_until(self._house.views, name, position, LOOK_EVERY)
                made, next_look = self.step(), monotonic() + LOOK_EVERY
            if news:
                stop.wait(REST)
            elif not made:
                hotline.wait_for_news(LOOK_EVERY, after=seen)

    def step(self) -> int:
        """Offer what can be offered now; returns how many offers were made."""
        house = self._house
        waiting = consultations.waiting(house.views, house.now())
        if not waiting:
            return 0
        there = {seat.seat: seat for seat in seats.seats(house.views)}
        found = [(consultation, self._offer(consultation, there)) for consultation in waiting]
        unlucky = [(c.id, why) for c, why in found if isinstance(why, str) and why not in c.failed]
        for consultation, why in unlucky[:NOTES]:  # after the offers: nobody at a seat waits for what is only noted
            self._ask(NoteNobody(reason=why), consultation)
        return sum(came is True for _, came in found)

    def _offer(self, consultation: Consultation, there: dict[str, Seat]) -> bool | NoSeat:
        """Whether it was offered to somebody, or why there was nobody; who has it, or was found taken, is not asked again in
        this round."""
        desk = self._house.hotline.desk(consultation.id, SYSTEM)
        while isinstance(seat := next_seat(there.values(), wanted(consultation, desk)), Seat):
            code = self._ask(Offer(seat=seat.seat), consultation.id)
            if code not in (None, "seat_not_free"):
                return False
            there[seat.seat] = replace(seat, presence="offered")
            if code is None:
                return True
        return seat

    def _ask(self, command: Offer | NoteNobody, consultation: UUID) -> str | None:
        """The code of the refusal, None when it was done."""
        try:
            self._house.hotline.handle(command, on=consultation, by=SYSTEM)
        except Refused as refusal:
            log.info("desk_refused", consultation=str(consultation), action=command.ACTION, code=refusal.code)
            return refusal.code
        return None
