"""The clock ends offers and steps 25 minutes too soon, and the question lets it."""

from datetime import timedelta
from typing import Any

CAUGHT_BY = "timers of seats and questions on time, once"
ONLY = ("kill clock",)
FAULTS = 8
PACE = 2.5
ASKERS = 4


def apply() -> None:
    from hotline.consultation import climbing
    from projections import due_list

    due = due_list.due

    def decide(self: climbing.RingConsultation, c: Any, desk: Any) -> Any:
        if not c.clocks[self.clock].running:
            return
        if self.clock == "offer" and c.phase == "offered":
            yield from climbing.offer_ended(c, desk, "timed_out")
        elif self.clock == "wait" and c.phase == "waiting":
            yield from climbing.step_failed(c, desk)

    climbing.RingConsultation.decide = decide  # type: ignore[method-assign]
    due_list.due = lambda views, now, limit=500: due(views, now + timedelta(minutes=25), limit)
