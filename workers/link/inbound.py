"""What another platform says to us, whichever way it comes: one command on the hand-off's stream, and the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hotline.command import Refused
from hotline.handoff.handoff import HandOff, stream_of
from workers.compose import House
from workers.link.lines import Line
from workers.link.proving import proved


@dataclass(frozen=True, slots=True)
class Taken:
    """`applied` is False for what had been taken before; `last` is the number of the last message taken."""

    applied: bool
    last: int


def receive(
    house: House,
    line: Line,
    headers: Mapping[str, str],
    body: bytes,
    *,
    correlation: str | None = None,
    now: Callable[[], float] = time.time,
) -> Taken:
    """Prove a message and take it, once however often it comes. Raises Refused; `last` among its details says how far we
    have heard the sender, so that one that went back in time can start again from there."""
    message = proved(line, headers, body, now())
    stream = stream_of(line.platform, message.handoff_id)
    try:
        written = house.hotline.take(message, platform=line.platform, correlation_id=correlation)
    except Refused as refusal:
        raise Refused(refusal.code, **{**refusal.details, "last": _heard(house, stream)}) from None
    return Taken(applied=bool(written.facts), last=_heard(house, stream))


def _heard(house: House, stream: object) -> int:
    known: HandOff | None = house.hotline.streams.read("handoff", stream)[1]  # type: ignore[arg-type]
    return known.heard if known is not None else 0
