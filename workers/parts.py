"""The pieces that run beside the web, by name; `hotline up` runs them all, in production each has a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from workers.compose import House
from workers.running import Work

Handlers = dict[str, Callable[..., object]]


def followers(house: House) -> dict[str, Work]:
    """One follower for each view."""
    from projections.follow import Follower
    from projections.registry import VIEWS

    return {f"view {name}": Follower(house.views, view, house.hotline).run for name, view in VIEWS.items()}


def clock(house: House) -> dict[str, Work]:
    from workers.clock import TheClock

    return {"clock": TheClock(house).run}


def reactions(house: House) -> dict[str, Work]:
    from workers.eraser import Eraser

    return {"eraser": Eraser(house).run}


def demo(house: House) -> dict[str, Work]:
    """Simulated citizens and staff, at a human pace."""

    def act(stop: Event) -> None:
        from workers.simulate.demo import feed

        feed(house, stop, 12345)

    return {"demo": act}


def consumers(house: House) -> Handlers:
    """What listens to the bus."""
    from workers.notifier import NAME, notifier

    return {NAME: notifier(house)}


PARTS: Mapping[str, Callable[[House], dict[str, Work]]] = {"project": followers, "clock": clock, "react": reactions}
"""Those that need no bus, by the command that runs each alone."""
