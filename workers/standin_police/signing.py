"""Signatures after Standard Webhooks 1.0.0, written anew: two programs that share this code would share its mistakes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds that a signature is good for, before and after; the protocol's own."""


class Untrusted(Exception):
    """bad_signature, message_stale, message_from_future."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def headers(secret: str, id_: str, body: bytes, moment: float | None = None) -> dict[str, str]:
    """What goes with one attempt to send `body`; `moment` is seconds since 1970, now unless it is given."""
    stamp = str(int(time.time() if moment is None else moment))
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": _mac(secret, id_, stamp, body)}


def verify(secret: str, given: Mapping[str, str], body: bytes, now: float | None = None) -> str:
    """The id of a message that is signed and fresh. `given` has lower-case names. Raises Untrusted."""
    id_, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    wanted = _mac(secret, id_, stamp, body)
    offered = given.get("webhook-signature", "").split(" ")
    if not stamp.isdigit() or not any(hmac.compare_digest(one.encode(), wanted.encode()) for one in offered):
        raise Untrusted("bad_signature")
    age = (time.time() if now is None else now) - int(stamp)
    if abs(age) > TOLERANCE:
        raise Untrusted("message_stale" if age > 0 else "message_from_future")
    return id_


def _mac(secret: str, id_: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, b".".join((id_.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
