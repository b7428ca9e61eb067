"""Whether a message is what it says it is: signed by the platform of the link, fresh, and meant for us."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress

from hotline.command import Refused
from hotline.handoff.messages import Message, read
from workers.gateways.signing import signature
from workers.link.lines import Line

TOLERANCE = 300.0
"""Seconds that a signature is good for (Standard Webhooks leaves the number to us; five minutes are usual)."""


def proved(line: Line, headers: Mapping[str, str], body: bytes, now: float) -> Message:
    """The message. `headers` has lower-case names; `now` is seconds since 1970 by the machine's own clock, for freshness
    is about the wire. Raises Refused: bad_signature, message_stale, message_from_future, message_malformed, wrong_sender."""
    id_ = signed_id(line, headers, body, now)
    message = read(body)
    if (message.sender, message.to, message.message_id) != (line.platform, line.own, id_):
        raise Refused("wrong_sender")
    return message


def signed_id(line: Line, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id that was signed with the body. Raises Refused as above."""
    id_, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split(" ")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 12) or not _known(line, id_, moment, body, given):
        raise Refused("bad_signature")
    age = now - int(moment)
    if age > TOLERANCE:
        raise Refused("message_stale")
    if age < -TOLERANCE:
        raise Refused("message_from_future")
    return id_


def _known(line: Line, id_: str, moment: str, body: bytes, given: list[str]) -> bool:
    secrets: tuple[str, ...] = ()
    with suppress(OSError, ValueError):  # a file that is just being replaced proves nothing; the sender tries again
        secrets = line.secrets
    wanted = [signature(secret, id_, moment, body).encode() for secret in secrets]
    return any(hmac.compare_digest(one.encode(), right) for one in given for right in wanted)
