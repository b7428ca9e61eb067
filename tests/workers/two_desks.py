"""One of two processes that do the same to the same seats: python -m tests.workers.two_desks WHAT SEED, settings from the
environment, the moment in HOTLINE_TEST_NOW.  It says `ready`, waits for a line, and prints how often it succeeded."""

from __future__ import annotations

import os
import random
import sys
from datetime import datetime
from uuid import UUID

from hotline.command import Command, Refused
from hotline.consultation.climbing import RingConsultation
from hotline.consultation.offering import Offer, PickUp
from hotline.facts import SYSTEM, Actor, Role
from projections import consultations, seats
from workers.compose import House, build
from workers.settings import Settings


def tries(house: House, what: str) -> list[tuple[UUID, Command, Actor]]:
    """Everything that could be done, by what the views show."""
    lines = consultations.opened(house.views)
    if what == "offer":
        names = [seat.seat for seat in seats.seats(house.views)]
        return [(line.now.id, Offer(seat=name), SYSTEM) for line in lines for name in names]
    offered = [(line.now.id, line.now.seat) for line in lines if line.now.seat is not None]
    if what == "pick-up":
        return [(c, PickUp(), Actor(id=seat, role=Role.EXPERT)) for c, seat in offered]
    return [(c, RingConsultation(clock="offer", level="red"), SYSTEM) for c, _ in offered]


def main(what: str, seed: int) -> None:
    now = datetime.fromisoformat(os.environ["HOTLINE_TEST_NOW"])
    house = build(Settings(), now=lambda: now)
    chosen = tries(house, what)
    random.Random(seed).shuffle(chosen)
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    for stream, command, by in chosen:
        try:
            done += bool(house.hotline.handle(command, on=stream, by=by).facts)
        except Refused:
            continue
    print(done, flush=True)
    house.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
