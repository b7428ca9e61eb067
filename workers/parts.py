"""The pieces that run beside the web, by name; `hotline up` runs them all, in production each has a process of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Event
from typing import TYPE_CHECKING

from projections.database import is_loss
from projections.registry import VIEWS
from workers.alone import Alone, Lost
from workers.bus import BusLost
from workers.compose import House
from workers.running import Work

if TYPE_CHECKING:
    from workers.broker import Reader
    from workers.link.courier import Courier
    from workers.relay import Relay


def followers(house: House, names: Collection[str] = VIEWS) -> dict[str, Work]:
    """What keeps these views at the end of the log.  Whoever keeps the same ones elsewhere takes turns with us."""
    from projections.follow import Follower

    work = f"view {' '.join(sorted(names))}" if set(names) < set(VIEWS) else "views"
    run = Follower(house.views, house.hotline, *(VIEWS[name] for name in names)).run
    return {work: Alone(house.settings.views, work, run)} | listening(house)


def listening(house: House) -> dict[str, Work]:
    """What wakes this process when another has written."""
    return {"news of the log": house.hotline.listen}


def clock(house: House) -> dict[str, Work]:
    from workers.clock import TheClock

    return {"clock": Alone(house.settings.store, "clock", TheClock(house).run)}


def reactions(house: House) -> dict[str, Work]:
    from workers import eraser, expert_desk

    works: dict[str, Work] = {
        eraser.NAME: Alone(house.settings.outbox, eraser.NAME, eraser.Eraser(house).run),
        expert_desk.NAME: Alone(house.settings.store, expert_desk.NAME, expert_desk.ExpertDesk(house).run),
    }
    return works | listening(house)


def deliveries(house: House) -> dict[str, Work]:
    """One deliverer for each way out that is set up; webhooks need no gateway, only subscribers."""
    from workers.gateways.deliverer import Deliverer
    from workers.gateways.standing import gateways

    works = {f"deliver {gateway.way}": Deliverer(house, gateway).run for gateway in gateways(house)}
    return {name: Alone(house.settings.outbox, name, run) for name, run in works.items()}


def carrying(house: House, relay: Relay) -> dict[str, Work]:
    """The relay's work."""
    return {"relay": Alone(house.settings.store, "relay", relay.run)} | listening(house)


def links(house: House, found: Mapping[str, Courier]) -> dict[str, Work]:
    """The courier of each link to another platform."""
    from workers.link.pieces import works

    return works(house, found) | listening(house) if found else {}


def demo(house: House) -> dict[str, Work]:
    """Simulated citizens and staff, at a human pace."""

    def act(stop: Event) -> None:
        from workers.simulate.demo import feed

        feed(house, stop, 12345)

    return {"demo": act}


def consumers(house: House) -> dict[str, Reader]:
    """What listens to the bus."""
    from workers.broker import Reader
    from workers.notifier import NAME, notifier, passes_by

    return {NAME: Reader(notifier(house), passes_by())}


def leaves(failure: Exception) -> bool:
    """Whether a process that somebody watches over does better to end: a database or the bus is out of reach."""
    return isinstance(failure, Lost | BusLost) or is_loss(failure)
