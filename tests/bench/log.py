"""A log to measure with: a month of a simulated city, told several times over side by side.

Acting a month out goes through every rule and commit and takes its time.  Copies of it, under ids of their own and
fact beside fact, are what a city several times as large would have written, and cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

from eventsourcing.persistence import StoredEvent
from pydantic_core import from_json, to_json

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.store import NOTHING, stamp_of
from workers.compose import House, build
from workers.settings import Settings
from workers.simulate.door import StoreDoor
from workers.simulate.intake import Plan
from workers.simulate.run import simulate
from workers.simulated import Clock

FACTS = 50_000
"""The least a figure about the log is measured over."""
REQUESTS, DAYS, SEED = 800, 30, 12345
_AT_ONCE = 5_000


def house_in(data: Path, *, log: Path | None = None) -> House:
    """An embedded house with everything of its own, or with the log of another place."""
    return build(Settings(data=data, store=f"sqlite:///{log or data / 'log.db'}"))


def make(room: Path, facts: int = FACTS) -> Path:
    """Write a log of at least so many facts into a room; returns its file."""
    settings = Settings(data=room / "month", clock="simulated")
    clock = Clock(settings.clock_start)
    month = build(settings, now=clock)
    city = house_in(room / "city")
    try:
        simulate(StoreDoor(month, clock, beside=False), Plan(REQUESTS, DAYS, SEED, settings.clock_start))
        copies = -(-facts // month.hotline.position())
        for batch in _batches(_told(month.hotline, copies)):
            city.hotline.store.insert_events(batch, beside=NOTHING, stamped=stamp_of(batch[-1].state))
    finally:
        month.close()
        city.close()
    return room / "city" / "log.db"


def read(hotline: Hotline) -> Iterator[Recorded]:
    """The whole log, one decoded fact at a time."""
    position: int | None = 0
    while found := hotline.store.select_notifications(position, _AT_ONCE, inclusive_of_start=False):
        yield from map(hotline.facts.to_domain_event, found)
        position = found[-1].id


def _told(hotline: Hotline, times: int) -> Iterator[StoredEvent]:
    position: int | None = 0
    while found := hotline.store.select_notifications(position, _AT_ONCE, inclusive_of_start=False):
        for stored in found:
            yield from (_copy(stored, nth) for nth in range(times))
        position = found[-1].id


def _copy(stored: StoredEvent, nth: int) -> StoredEvent:
    state = stored.state
    if stored.topic == "ticket.received":
        told = from_json(state)
        access, number = told["fact"]["access"], told["fact"]["number"]
        access["token"] = sha256(f"{nth}{access['token']}".encode()).hexdigest()
        told["fact"]["number"] = f"{number[:6]}{nth:02}{number[8:]}"
        state = to_json(told)
    assert isinstance(stored.originator_id, UUID)
    return StoredEvent(uuid5(stored.originator_id, str(nth)), stored.originator_version, stored.topic, state)


def _batches(stored: Iterator[StoredEvent]) -> Iterator[list[StoredEvent]]:
    batch: list[StoredEvent] = []
    for one in stored:
        batch.append(one)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
