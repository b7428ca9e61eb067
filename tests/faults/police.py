"""Our own people at the police desk: what 110 offers they accept, and tell it how it ended."""

from __future__ import annotations

import threading
from contextlib import suppress
from random import Random
from uuid import UUID

from hotline.facts import Actor, Role
from hotline.handoff.answering import Accept, Dispute, Feedback
from hotline.handoff.facts import HandOffOffered
from hotline.handoff.handoff import HandOff
from workers.compose import House

OUR_DESK = Actor(id="police-desk", role=Role.POLICE_DESK)
LOOK_EVERY = 0.3  # seconds


class OurDesk:
    """One thread over a house of its own, until `leave`. What fails because a server is away is done later."""

    def __init__(self, house: House, seed: int) -> None:
        self._house, self._chance = house, Random(f"desk:{seed}")
        self._position = 0
        self._open: set[UUID] = set()
        self.accepted = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="our desk", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Go home; the house is closed."""
        self._stop.set()
        self._thread.join(30)
        self._house.close()

    def done(self, end: int) -> bool:
        """Whether of all offers up to this position of the log none waits for us."""
        return self._position >= end and not self._open

    def _work(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            with suppress(Exception):  # a server is away, or the other side was quicker
                self._look()
            for stream in list(self._open):
                with suppress(Exception):
                    self._decide(stream)

    def _look(self) -> None:
        while facts := self._house.hotline.facts_after(self._position):
            self._open |= {r.originator_id for r in facts if isinstance(r.fact, HandOffOffered) and r.fact.arrival}
            self._position = facts[-1].position

    def _decide(self, stream: UUID) -> None:
        state: HandOff | None = self._house.hotline.streams.read("handoff", stream)[1]
        if state is None or state.outcome is not None or not (state.open or state.stage == "accepted"):
            self._open.discard(stream)
            return
        handle = self._house.hotline.handle
        if state.stage == "offered" and self._chance.random() < 0.1:
            handle(Dispute(reason="属治安案件"), on=stream, by=OUR_DESK)
        elif state.open:
            handle(Accept(), on=stream, by=OUR_DESK)
            self.accepted += 1
        else:
            handle(Feedback(kind="result", words="已办结", outcome="done"), on=stream, by=OUR_DESK)
