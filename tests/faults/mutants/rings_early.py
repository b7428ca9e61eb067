"""The clock rings a day too soon, and the ticket lets it."""

from datetime import timedelta
from typing import Any

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("kill clock",)


def apply() -> None:
    from hotline.ticket.supervising import Ring
    from projections import due_list

    due = due_list.due

    def decide(self: Ring, ticket: Any, desk: Any) -> Any:
        reading = ticket.clock(self.clock)
        if reading is not None and reading.running and self.level in reading.alarms:
            yield self._rang(reading, ticket)

    Ring.decide = decide  # type: ignore[method-assign]
    due_list.due = lambda views, now, limit=500: due(views, now + timedelta(days=1), limit)
