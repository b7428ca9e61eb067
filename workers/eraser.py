"""The eraser: makes true in the vault what the log has decided about personal data.

It follows the log by a position of its own, which moves only when the keys are gone: after a crash in between it erases
once more, and that changes nothing.
"""

from __future__ import annotations

from threading import Event

import structlog

from hotline.facts import Recorded
from hotline.handoff import handoff
from hotline.handoff.facts import HandOffForgotten
from hotline.ticket.facts import ProcessingRestricted, TicketErased
from workers.compose import House

log = structlog.get_logger()

NAME = "eraser"
POLL = 0.2  # seconds
REST = 0.2  # seconds between two steps: almost all facts are none of ours, and what comes meanwhile is read in one go
BATCH = 500


class Eraser:
    """One eraser for one house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def run(self, stop: Event) -> None:
        """Until `stop`. What a restored backup brought back is destroyed again first."""
        again = self._house.vault.reapply_register()
        if again:
            log.warning("erased_again", tickets=again)
        while not stop.is_set():
            seen = self._house.hotline.written
            if self.step() == 0:
                self._house.hotline.wait_for_news(POLL, after=seen)
            else:
                stop.wait(REST)

    def step(self) -> int:
        """Deal with the next facts of the log; returns how many there were."""
        house = self._house
        facts = house.hotline.facts_after(house.outbox.position(NAME), BATCH)
        if facts:
            self._carry_out(facts)
            house.outbox.move(NAME, facts[-1].position)
        return len(facts)

    def _carry_out(self, facts: list[Recorded]) -> None:
        for recorded in facts:
            if isinstance(recorded.fact, ProcessingRestricted):
                self._house.vault.restrict(recorded.originator_id)
        erased = [r.originator_id for r in facts if isinstance(r.fact, TicketErased)]
        erased += [handoff.ticket_of(r.originator_id) for r in facts if isinstance(r.fact, HandOffForgotten)]
        if erased:
            self._house.vault.erase(*erased)
            self._house.outbox.forget(erased)
            self._house.attachments.forget(erased)
            log.info("erased", tickets=len(erased))
