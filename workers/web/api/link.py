"""What other platforms say to us over HTTP.  No login: a message proves itself by its signature (docs/handoff.md)."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, Field

from hotline.command import Refused
from workers.compose import House
from workers.directory import CannotStart
from workers.link.inbound import receive
from workers.link.lines import Line, linked
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse

router = APIRouter(tags=["link"])


class MessageTaken(BaseModel):
    """``last`` is the number of the sender's last message of this hand-off that was taken: all up to it are in our log."""

    applied: bool = Field(description="False for a message that had been taken before; nothing was written again")
    last: int


EXAMPLE = {
    "spec": "handoff/1",
    "handoff_id": "0b1f5c9e-3f0e-4c43-9d59-6a9a0a1f7c11",
    "sender": "110",
    "to": "12345-chengdu",
    "seq": 1,
    "at": "2026-03-02T09:00:00+08:00",
    "kind": "offer",
    "body": {
        "way": "push",
        "danger": False,
        "urgency": "normal",
        "matter": {"text": "报警人反映楼下夜间装修扰民，经核实为非警务求助。", "place": "书院街 12 号"},
        "number": "JW20260302000123",
        "first_received_by": "110",
    },
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "description": "One message of the protocol handoff/1, as docs/handoff.md has it",
                    "required": ["spec", "handoff_id", "sender", "to", "seq", "at", "kind"],
                    "properties": {
                        "spec": {"const": "handoff/1"},
                        "handoff_id": {"type": "string", "format": "uuid"},
                        "sender": {"type": "string"},
                        "to": {"type": "string"},
                        "seq": {"type": "integer", "minimum": 1},
                        "at": {"type": "string", "format": "date-time"},
                        "kind": {"type": "string"},
                        "body": {"type": "object"},
                    },
                },
                "examples": {"offer": {"value": EXAMPLE}},
            }
        },
    }
}


@router.post(
    "/link/{platform}", operation_id="take_message", responses=refusals(403, 404, 409, 422, 503), openapi_extra=BODY
)
async def take(
    platform: Annotated[str, Path(max_length=64)],
    house: TheHouse,
    request: Request,
    webhook_id: Annotated[str | None, Header(description="`<handoff_id>:<sender>:<seq>`")] = None,
    webhook_timestamp: Annotated[
        str | None, Header(description="Seconds since 1970, at most five minutes away")
    ] = None,
    webhook_signature: Annotated[str | None, Header(description="`v1,` and the base64 of HMAC-SHA256")] = None,
) -> MessageTaken:
    """One message of another platform, taken once however often it is sent."""
    body = await request.body()
    given = {
        "webhook-id": webhook_id or "",
        "webhook-timestamp": webhook_timestamp or "",
        "webhook-signature": webhook_signature or "",
    }
    correlation = request.scope["correlation"]

    def work() -> MessageTaken:
        taken = receive(house, _line(house, platform), given, body, correlation=correlation)
        return MessageTaken(applied=taken.applied, last=taken.last)

    return await to_thread.run_sync(work)


def _line(house: House, platform: str) -> Line:
    try:
        line = linked(house.settings, house.rules).get(platform)
    except CannotStart:  # the link process says what is wrong
        line = None
    if line is None:
        raise Refused("no_such_link")
    return line
