"""Figures about the pieces that run in one process, for its `/metrics`; they are read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import nan

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from projections import due_list
from workers.alone import Alone
from workers.broker import Consumers
from workers.compose import House
from workers.dead_dropping import count_dropped
from workers.relay import Relay
from workers.running import Crew
from workers.web.operations import gauge, lag_after


def install(
    registry: CollectorRegistry, house: House, crew: Crew, consumers: Consumers | None, relay: Relay | None
) -> None:
    """Register what this process can tell about its own pieces."""
    failures = Gauge("hotline_work_failures", "Times a piece of work was started again", ("work",), registry=registry)
    for name in crew.work:
        failures.labels(name).set_function(partial(crew.failures.__getitem__, name))
    active = Gauge("hotline_active", "1 when this process is the one that does the work", ("work",), registry=registry)
    for name, work in crew.work.items():
        if isinstance(work, Alone):
            active.labels(name).set_function(lambda work=work: float(work.held))  # type: ignore[misc]
    if "clock" in crew.work:
        gauge(registry, "hotline_clock_late_seconds", "Age of the oldest moment not rung yet", partial(_late, house))
        gauge(registry, "hotline_due_overdue", "Moments not rung yet, 1000 at most", partial(_overdue, house))
    if relay is not None:
        _relay(registry, house, relay, crew.work.get("relay"))
    if consumers is not None:
        gauge(registry, "hotline_consumers_connected", "1 when the bus is reached", lambda: consumers.connected)
        gauge(registry, "hotline_dead_letters", "Messages among the dead letters", lambda: consumers.dead_letters)
        engine = house.outbox.errands.engine
        gauge(registry, "hotline_dead_letters_dropped", "Dead letters ever given up", lambda: count_dropped(engine))
        gauge(registry, "hotline_consumers_pending", "Messages not looked at yet", lambda: consumers.pending)
        registry.register(_Outbox(house))


def _relay(registry: CollectorRegistry, house: House, relay: Relay, turn: object) -> None:
    def known(read: Callable[[], float]) -> float:
        """A relay that waits for its turn does not know how far the bus is: not a number, which no alarm counts."""
        return nan if isinstance(turn, Alone) and not turn.held else read()

    gauge(registry, "hotline_relay_connected", "1 when the bus is reached", lambda: relay.connected)
    gauge(
        registry,
        "hotline_relay_behind",
        "Facts the bus is behind the log",
        lambda: known(lambda: max(0, house.hotline.position() - relay.position)),
    )
    gauge(
        registry,
        "hotline_relay_lag_seconds",
        "Age of the oldest fact not on the bus yet",
        lambda: known(lambda: lag_after(house, relay.position)),
    )


def _late(house: House) -> float:
    due = due_list.next_at(house.views)
    return 0.0 if due is None else max(0.0, (house.now() - due).total_seconds())


def _overdue(house: House) -> float:
    return float(len(due_list.due(house.views, house.now(), 1_000)))


class _Outbox(Collector):
    """Notices by status."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterable[GaugeMetricFamily]:
        family = GaugeMetricFamily("hotline_outbox", "Notices by status", labels=("status",))
        try:
            counted = self._house.outbox.count()
        except Exception:  # noqa: BLE001  # as above
            counted = {}
        for status, number in counted.items():
            family.add_metric((status,), number)
        yield family
