"""What the stand-in says and shows: bodies of messages, and its log as others may read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workers.standin_police import orders
from workers.standin_police.log import New, Row
from workers.standin_police.matter import Matter


def wrote(me: str, at: datetime, matter: Matter, seq: int, kind: str, body: dict[str, Any], times: int = 1) -> New:
    """The row of a message that we say; `times` is how often it is sent the first time."""
    message = {
        "spec": "handoff/1", "handoff_id": matter.id, "sender": me, "to": matter.other(me),
        "seq": seq, "at": at.isoformat(), "kind": kind, "body": body,
    }  # fmt: skip
    return New(matter.id, "wrote", {"message": message, "times": times})


def offer_body(order: orders.Offer, me: str, number: int) -> dict[str, Any]:
    """A matter of our own."""
    caller = {"name": order.name, "phone": order.phone} if order.phone or order.name else None
    return {
        "way": order.way, "danger": order.danger, "urgency": order.urgency, "returns": None,
        "matter": {"text": order.text, "place": order.place, "caller": caller},
        "number": f"{me}-{number:06d}", "first_received_by": order.first or me,
    }  # fmt: skip


def read_plan(content: dict[str, Any]) -> orders.Offer | orders.Say:
    """A planned order as it was written down."""
    return orders.Offer.model_validate(content) if content["do"] == "offer" else orders.Say.model_validate(content)


def body_of(order: orders.Say, matter: Matter) -> dict[str, Any]:
    """What a message of this kind holds."""
    match order.do:
        case "accept":
            return {"reference": f"{matter.receiver}-{matter.id[:8]}"}
        case "dispute" | "recall":
            return {"reason": order.words or "经核实不属于本平台职责范围。"}
        case "progress":
            return {"words": order.words or "已派员到场处置。"}
        case "result":
            return {"words": order.words or "已处置完毕。", "outcome": order.outcome}
    return {}


def told(row: Row, matter: Matter | None) -> dict[str, Any]:
    """A row without its words, with the matter's holder after it."""
    shown: dict[str, Any] = {"position": row.position, "write": row.write, "at": row.at.isoformat(), "what": row.what}
    if row.matter and matter is not None:
        shown |= {"handoff_id": row.matter, "state": matter.state, "holder": matter.holder}
        if row.what in ("took", "wrote"):
            message = row.content["message"]
            shown |= {"kind": message["kind"], "seq": message["seq"]}
    return shown
