"""Signatures of webhooks after Standard Webhooks 1.0.0 (standardwebhooks.com), symmetric scheme `v1`."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

PREFIX = "whsec_"


def secret_of(raw: bytes) -> str:
    """A secret as it is handed to whoever is called; the standard asks for 24 to 64 bytes."""
    return PREFIX + base64.b64encode(raw).decode("ascii")


def signed(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers for one attempt at `at`. The id is the same at every attempt, the moment is not."""
    moment = str(int(at.timestamp()))
    return {"webhook-id": id_, "webhook-timestamp": moment, "webhook-signature": signature(secret, id_, moment, body)}


def signature(secret: str, id_: str, moment: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    digest = hmac.digest(key, f"{id_}.{moment}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode('ascii')}"
