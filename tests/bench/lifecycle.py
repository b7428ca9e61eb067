"""One request's straight way from the call to the rated close, over the service API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from os import getpid
from typing import Any

from hotline.rules import Rules
from tests.bench.running import Client

ROLE_OF = {
    "receive": "operator",
    "classify": "operator",
    "dispatch": "dispatcher",
    "sign": "unit_clerk",
    "contact": "unit_clerk",
    "reply": "unit_clerk",
    "review": "reviewer",
    "call-back": "reviewer",
}
"""Each step and who takes it."""
STEPS = tuple(ROLE_OF)
_BODIES: Mapping[str, Mapping[str, Any]] = {
    "sign": {},
    "contact": {"way": "voice"},
    "reply": {"internal_result": "已到场核查。", "public_reply": "已加装净化设施。", "claimed": "resolved"},
    "call-back": {"reached": True, "resolution": "resolved", "satisfaction": "satisfied"},
}
RECEIVE: Mapping[str, Any] = {
    "channel": "phone",
    "text": "楼下烧烤店夜间油烟很大，多次劝说无效。",
    "caller": {"name": "王女士", "phone": "13800138000"},
    "type": "complaint",
}
_keys = count()


def bodies(rules: Rules) -> Mapping[str, Mapping[str, Any]]:
    """What each step says, in the codes of a profile."""
    category = next(code for code, category in rules.categories.items() if category.parent is not None)
    unit = next(unit.id for unit in rules.units.values() if unit.tier == "district")
    return {
        **_BODIES,
        "classify": {"type": "complaint", "category": rules.category_path(category)},
        "dispatch": {"lead": unit},
        "review": {"accept": True, "passed": list(rules.review_checks)},
    }


class Staff:
    """Those whom a request passes through, each with a connection of his own."""

    def __init__(self, base: str, tokens: Mapping[str, str], rules: Rules) -> None:
        self.by_role = {role: Client(base, token) for role, token in tokens.items()}
        self._bodies = bodies(rules)

    def receive(self) -> tuple[Any, str]:
        key = f"bench-{getpid()}-{next(_keys):09}"
        return self.by_role["operator"].call("POST", "/api/v1/tickets", RECEIVE, Idempotency_Key=key)

    def life(self) -> Iterator[tuple[str, Any]]:
        """Each step as it is done, with its answer (``number``, ``version``, ``position``)."""
        told, tag = self.receive()
        yield STEPS[0], told
        for step in STEPS[1:]:
            path = f"/api/v1/tickets/{told['number']}/{step}"
            told, tag = self.by_role[ROLE_OF[step]].call("POST", path, self._bodies[step], If_Match=tag)
            yield step, told

    def close(self) -> None:
        for client in self.by_role.values():
            client.close()
