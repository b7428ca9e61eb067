"""Which ways out are set up, and how many errands wait on each: for whoever runs the hotline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from workers.compose import House
from workers.gateways.gateway import Gateway
from workers.gateways.mail import Mail
from workers.gateways.texts import Texts
from workers.gateways.webhooks import Webhooks

WAYS = ("text", "mail", "webhook")
STATUSES = ("waiting", "delivered", "failed", "dropped")
_NEEDED = {"text": "HOTLINE_SMS_URL", "mail": "HOTLINE_SMTP_URL"}


def gateways(house: House) -> Iterator[Gateway]:
    """Those that are set up."""
    if house.settings.sms_url:
        yield Texts(house)
    if house.settings.smtp_url:
        yield Mail(house)
    yield Webhooks(house)


def note(house: House) -> str | None:
    """What waits because there is no gateway for it; that is no fault, and somebody may want to know."""
    missing = {"text": house.settings.sms_url is None, "mail": house.settings.smtp_url is None}
    counted = house.outbox.errands.count()
    waiting = [(way, counted.get((way, "waiting"), 0)) for way, gone in missing.items() if gone]
    return "; ".join(f"{number} wait: {_NEEDED[way]} is not set" for way, number in waiting if number) or None


class Standing(Collector):
    """`hotline_errands{way,status}` and `hotline_errands_waiting_seconds{way}`, counted when they are asked for."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            return self._read()
        except Exception:  # noqa: BLE001  # a store that is away must not take the other figures with it
            return ()

    def _read(self) -> Iterable[GaugeMetricFamily]:
        errands, now = self._house.outbox.errands, self._house.now()
        counted = errands.count()
        number = GaugeMetricFamily("hotline_errands", "Notices to people outside", labels=("way", "status"))
        waits = GaugeMetricFamily(
            "hotline_errands_waiting_seconds", "How long the longest waiting one waits", labels=("way",)
        )
        for way in WAYS:
            for status in STATUSES:
                number.add_metric((way, status), counted.get((way, status), 0))
            oldest = errands.oldest(way)
            waits.add_metric((way,), (now - oldest).total_seconds() if oldest else 0.0)
        return number, waits


def install_gauges(registry: CollectorRegistry, house: House) -> None:
    """Have them told with the other figures."""
    registry.register(Standing(house))
