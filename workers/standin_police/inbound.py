"""What comes over the link, whichever way it comes: proved, read, applied, answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hotline.command import Refused
from hotline.handoff import messages
from workers.standin_police.matter import No
from workers.standin_police.platform import Platform
from workers.standin_police.signing import Untrusted, verify

Answer = tuple[int, dict[str, Any]]


def receive(platform: Platform, secret: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Status and body of the answer; `headers` has lower-case names. Whatever is not 200 has changed nothing."""
    try:
        id_ = verify(secret, headers, body)
        message = messages.read(body)
        if (message.sender, message.to, id_) != (platform.peer, platform.me, message.message_id):
            raise No("wrong_sender")
        taken = platform.take(json.loads(messages.write(message)))
    except Untrusted as untrusted:
        return 403, {"code": untrusted.code}
    except Refused as unreadable:
        return 422, {"code": unreadable.code}
    except No as no:
        return 409, {"code": no.code, "last": no.last}
    return 200, {"applied": taken.applied, "last": taken.last}
