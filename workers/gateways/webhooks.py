"""Webhooks to units' own systems: what a unit's tray shows, signed after Standard Webhooks, to public addresses only."""

from __future__ import annotations

import ssl
from datetime import datetime

from pydantic_core import to_json

from workers.compose import House
from workers.gateways.addresses import ForbiddenTarget, Lookup, resolve, webhook_target
from workers.gateways.errands import Errand
from workers.gateways.outcome import Away, Dropped, Outcome, Refused
from workers.gateways.post import SECONDS, post
from workers.gateways.signing import signed
from workers.outbox import Told

GONE = Refused("http_410")
"""Standard Webhooks: who answers 410 wants no more of them."""


class Webhooks:
    """All subscribed webhooks; each is a line of its own, so a slow one holds up none but itself."""

    way, per_second, wakes_people, shared = "webhook", 100.0, False, False

    def __init__(
        self, house: House, *, lookup: Lookup | None = None, tls: ssl.SSLContext | None = None, seconds: float = SECONDS
    ) -> None:
        self._house, self._lookup, self._tls, self._seconds = house, lookup, tls, seconds

    def carry(self, errand: Errand, now: datetime) -> Outcome:
        """Hand one notice over."""
        outbox, allowed = self._house.outbox, self._house.settings.allowed_hosts
        subscription = outbox.subscriptions.find(errand.subscription) if errand.subscription else None
        if subscription is None or subscription.ended is not None:
            return Dropped("ended")
        told = outbox.find(errand.fact_id, errand.recipient)
        body = payload(told) if told else None
        if body is None:
            return Dropped("erased")
        try:
            target = webhook_target(subscription.target, allowed)
            address = resolve(target, allowed, self._lookup)
        except ForbiddenTarget as forbidden:
            return Refused(forbidden.code)
        except OSError:
            return Away("unknown_host")
        headers = signed(outbox.subscriptions.secret(subscription), errand.key, now, body)
        headers |= {"Content-Type": "application/json", "User-Agent": "hotline12345"}
        outcome = post(target, address, body, headers, now, seconds=self._seconds, tls=self._tls)
        if outcome == GONE:
            outbox.subscriptions.end(subscription.id, now, "http_410")
        return outcome


def payload(told: Told) -> bytes | None:
    """What is sent, the same at every attempt; None when the notice may not be read any more."""
    if told.notice is None:
        return None
    data = {
        "recipient": told.recipient,
        "number": told.notice.slots.get("number"),
        "text": told.text("zh"),
        "text_en": told.text("en"),
    }
    return to_json({"type": told.kind, "timestamp": told.at.isoformat(), "data": data})
