"""What came of handing one errand over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will never take this one; `reason` is a code, never what it said: that may quote the message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Not handed over, and not to be: there is nobody, or nothing, left to tell."""

    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """Not now: tried again without limit. `after` is how many seconds the other side asked us to wait."""

    reason: str
    after: float = 0.0


Outcome = Delivered | Refused | Dropped | Away

NOT_NOW = (408, 425, 429)
"""Refusals that are about the moment, not about the message."""
OURS = (401, 407)
"""Refusals of our own credentials: no message may be lost because a token has run out."""


def of_http(status: int, after: float = 0.0) -> Outcome:
    """What an HTTP status means. A redirection is never followed: the address has to be mended first."""
    reason = f"http_{status}"
    if 200 <= status < 300:
        return Delivered()
    if 400 <= status < 500 and status not in NOT_NOW + OURS:
        return Refused(reason)
    return Away(reason, after)
