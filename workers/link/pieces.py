"""The link's pieces of work, one for each platform that is set up, and what they tell about themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from workers.alone import Alone
from workers.bus import Bus
from workers.compose import House
from workers.link.by_http import ByHttp
from workers.link.by_nats import ByNats
from workers.link.courier import Courier
from workers.link.inbound import receive
from workers.link.lines import Line, linked, missing
from workers.link.road import Road
from workers.running import Work


def couriers(house: House, bus: Bus | None) -> dict[str, Courier]:
    """One for each platform that is set up. Raises CannotStart."""
    lines = linked(house.settings, house.rules).values()
    return {line.platform: Courier(house, line, _road(house, line, bus)) for line in lines}


def works(house: House, found: Mapping[str, Courier]) -> dict[str, Work]:
    """What runs: of each link one courier at a time, wherever there are several processes."""
    return {
        one.ledger.name: Alone(house.settings.outbox, one.ledger.name, one.run) for one in found.values()
    }  # fmt: skip


def _road(house: House, line: Line, bus: Bus | None) -> Road:
    if line.by == "http":
        return ByHttp(line)
    return ByNats(
        line, Bus(line.address) if line.address else bus or Bus.of(house.settings), partial(receive, house, line)
    )


class Standing(Collector):
    """`hotline_link_waiting`, `hotline_link_waiting_seconds`, `hotline_link_away` and `hotline_link_refused`, by platform."""

    def __init__(self, house: House, found: Mapping[str, Courier]) -> None:
        self._house, self._couriers = house, found

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            return self._read()
        except Exception:  # noqa: BLE001  # a store that is away must not take the other figures with it
            return ()

    def _read(self) -> Iterable[GaugeMetricFamily]:
        told = {
            "hotline_link_waiting": "Hand-offs of which the other side has not acknowledged all we said",
            "hotline_link_waiting_seconds": "How long the longest waiting one waits",
            "hotline_link_away": "Tries in a row that nobody answered",
            "hotline_link_refused": "Hand-offs held up because the other side refuses what we say",
        }
        found = {name: GaugeMetricFamily(name, what, labels=("platform",)) for name, what in told.items()}
        for platform, courier in self._couriers.items():
            waiting, since = courier.ledger.standing()
            age = (self._house.now() - since).total_seconds() if since is not None else 0.0
            for name, value in zip(found, (waiting, age, courier.misses, len(courier.held_up)), strict=True):
                found[name].add_metric((platform,), value)
        return tuple(found.values())


def install_gauges(registry: CollectorRegistry, house: House, found: Mapping[str, Courier]) -> None:
    """Have them told with the other figures."""
    registry.register(Standing(house, found))


def note(house: House) -> str | None:
    """Platforms that nobody has set up: what is said to them waits, and somebody may want to know."""
    names = list(missing(house.settings, house.rules))
    return f"not in HOTLINE_LINKS: {', '.join(names)}" if names else None
