"""How soon `hotline up` is ready, and what it keeps in memory."""

from __future__ import annotations

import time
from pathlib import Path

from hotline.rules import load
from tests.bench.figure import Figure, Goal
from tests.bench.lifecycle import Staff
from tests.bench.running import hotline_up, sessions
from workers.settings import Settings

READY = Goal(5)
RESIDENT = Goal(350)
IDLE_SECONDS = 10.0
REQUESTS = 200


def run(room: Path) -> list[Figure]:
    """A first start on an empty directory, and a second one on the same."""
    rules = load(str(Settings.model_fields["profile"].default))
    with hotline_up(room / "data") as first:
        time.sleep(IDLE_SECONDS)
        idle = first.resident_mb
        staff = Staff(first.base, sessions(first), rules)
        for _ in range(REQUESTS // 2):
            staff.receive()
            staff.by_role["operator"].call("GET", "/api/v1/tickets?limit=50")
        worked = first.resident_mb
        staff.close()
    with hotline_up(room / "data") as second:
        again, cpu_again = second.seconds_to_ready, second.cpu_to_ready
        time.sleep(IDLE_SECONDS)
        idle_again = second.resident_mb
    return [
        Figure("`hotline up`, first start: until ready", first.seconds_to_ready, "s", READY),
        Figure("`hotline up`, second start: until ready", again, "s", READY),
        Figure("Processor time until ready, first start", first.cpu_to_ready, "s"),
        Figure("Processor time until ready, second start", cpu_again, "s"),
        Figure("Resident, idle for 10 s", idle, "MB", RESIDENT),
        Figure(f"Resident, after {REQUESTS} requests", worked, "MB", RESIDENT),
        Figure("Resident, second start, idle for 10 s", idle_again, "MB", RESIDENT),
    ]
