"""What people may send with each action on a ticket, so that at least one body is right whenever the action is possible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from hotline.command import Command
from hotline.ticket.actions import ACTIONS
from hotline.ticket.ticket import Ticket
from tests import tickets as t
from tests.spec import Story

UNITS = (t.ENV, t.MARKET, t.HOUSING, t.DISTRICT, t.STREET, t.SECTION, "jinjiang-hrss", "city-environment")
ALL_UNITS = (*UNITS, *(f"{d}-{u}" for d in ("qingyang", "jinniu") for u in ("market", "housing", "hrss", "education")))


def bodies(action: str, ticket: Ticket, now: Any, rules: Any) -> Iterator[dict[str, Any]]:
    """Bodies a person might send, so that at least one is right whenever the action is possible at all."""
    words = "依法核实"
    parts: list[str | None] = [None, *ticket.assignments]
    match action:
        case "classify":
            for type_ in ("complaint", "consult", "report", "help"):
                for category in (t.FUMES, ("market", "market.food_safety")):
                    yield {"type": type_, "category": category}
        case "answer":
            yield {"answer": words}
        case "refer":
            yield from ({"route": route} for route in rules.routes)
        case "explain":
            for ground in ("unlawful", "result_stands"):
                yield {"ground": ground, "words": words}
        case "void":
            for kind in ("silent", "nuisance"):
                yield {"kind": kind}
        case "hand-off":
            for follow_up in (False, True):
                yield {"to": "110", "way": "push", "summary": words, "reason": words, "follow_up": follow_up}
            yield {"to": "119", "way": "one_key", "summary": words, "reason": words}
        case "consult-expert":
            for way in ("warm_transfer", "written"):
                yield {"skill": "tax", "way": way, "summary": words}
        case "ask-supplement":
            yield {"question": words}
        case "supplement" | "note":
            yield {"text": words}
        case "dispatch":
            for lead in UNITS:
                yield {"lead": lead}
                yield {"lead": lead, "co": [u for u in UNITS[1:3] if u != lead]}
        case "redispatch":
            yield from ({"lead": lead, "note": words} for lead in UNITS)
        case "co-dispatch":
            yield from ({"units": [unit]} for unit in ALL_UNITS)
        case "pass-down":
            yield from ({"unit": unit} for unit in rules.units)
        case "contact":
            for way in ("voice", "text"):
                for reached in (True, False):
                    yield {"way": way, "reached": reached}
        case "reply":
            yield {"internal_result": words, "public_reply": words, "claimed": "resolved"}
        case "request-return":
            yield from ({"reason": words, "legal_basis": words, "assignment": a} for a in parts)
        case "accept-return" | "close" | "approve-deferral" | "urge" | "resume" | "withdraw" | "accept-as-source":
            yield from ([{}] if action != "accept-return" else [{"assignment": a} for a in parts])
        case "refuse-return":
            yield from ({"words": words, "assignment": a} for a in parts)
        case "dispute":
            yield from ({"reason": words, "assignment": a} for a in parts)
        case "argue":
            yield {"argument": words, "unit": t.ENV}
        case "adjudicate":
            yield from (
                {"unit": u, "reason": words, "hearing": words, "assignment": a} for a in parts for u in ALL_UNITS
            )
        case "request-extension":
            yield {"days": 1, "reason": words}
            yield {"days": 3, "reason": words}
        case "grant-extension":
            yield {"told_reason": words}
        case "refuse-extension" | "refuse-deferral":
            yield {"words": words}
        case "request-deferral":
            yield {"plan": words, "review_on": (now + timedelta(days=9)).date()}
        case "review":
            yield {"accept": True, "passed": t.ALL_CHECKS}
            yield {"accept": False, "comment": words}
        case "call-back":
            for way in ("voice", "text"):
                yield {"way": way, "reached": False}
                yield {"way": way, "reached": True, "satisfaction": "satisfied"}
                yield {"way": way, "reached": True, "resolution": "unresolved"}
        case "rate":
            yield {"satisfaction": "satisfied"}
            yield {"satisfaction": "dissatisfied"}
        case "rework" | "hold" | "release-hold" | "erase" | "refuse-erasure" | "escalate":
            yield {"reason": words}
        case "reopen":
            yield {"reason": words, "new_fact": True}
            yield {"reason": words}
        case "supervise":
            yield {"level": "red", "reason": words}
        case "inspect":
            yield from ({"resolution": found, "words": words} for found in ("resolved", "unresolved"))
        case "exclude" | "include":
            yield from ({"ground": g, "reason": words, "approver": "somebody"} for g in ("unreachable", "unreasonable"))
        case "attach":
            yield {"attachment": UUID(int=ticket.attached), "kind": "jpeg", "size": 1, "name": "现场.jpg"}
        case "unmask":
            yield {"fields": ["caller"], "reason": words}
        case _:
            yield {}


def commands(action: str, story: Story) -> list[Command]:
    return [ACTIONS[action].model_validate(body) for body in bodies(action, story.ticket, story.now, story.rules)]
